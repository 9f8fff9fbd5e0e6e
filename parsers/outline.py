"""The tree of numbered items: Phần, Chương, Mục, Điều, I., 1., 1.1., a), -, + (contract: Sections).

A paragraph that opens with a mark is a node; its depth follows from the marks already open (the same kind is a
sibling, a deeper kind a child), so that Phần > I. > 1. > a) and Chương > Điều > 1. > a) need no rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import regex

from parsers import markers
from parsers.endings import closed, endings
from parsers.flow import Para, is_caps
from parsers.markers import RANK, Mark
from parsers.view import View

_STOPS = ".;:,…/"
_COMPLETES = ".;…/"
_UNQUOTED = regex.compile(r"[”\"]\s*[.;]?\s*$")
_BULLETS = ("dash", "plus")


@dataclass(slots=True)
class Node:
    """An item while the tree grows: its mark, its own paragraphs, its children."""

    mark: Mark
    paras: list[Para]
    children: list[Node] = field(default_factory=list)
    tail: list[Para] = field(default_factory=list)  # own paragraphs after the children (effect clause of an Điều)
    _body: View | None = None
    _title: tuple[View | None] | None = None  # the heading, once the tree is complete

    @property
    def kind(self) -> str:
        return self.mark.kind

    @property
    def label(self) -> str | None:
        return self.mark.label

    def body(self) -> View:
        """The first paragraph without its mark."""
        if self._body is None:
            self._body = self.paras[0].view.cut(self.mark.length)
        return self._body

    def heading(self) -> View | None:
        """The title line that stands on its own, None where the words after the mark are running text."""
        return self._title[0] if self._title is not None else self._heading()

    def finish(self) -> None:
        """Settles the headings of the node and all below it, once nothing more is added."""
        for node in self.walk():
            node._title = (node._heading(),)

    def _heading(self) -> View | None:
        body = self.body()
        if not body and self._titled_below():
            return self.paras[1].view
        if not body or self.kind in _BULLETS or self.kind == "paragraph":
            return None
        if self.kind in ("part", "chapter", "division", "subdivision"):
            return body
        followed = len(self.paras) > 1 or bool(self.children)
        text = body.text.rstrip(": ")
        if self.paras[0].bold:  # 3. Lập sổ theo dõi.
            text = text.rstrip(".")
        title = not closed(text, _STOPS) and len(text) <= 250 and not self._leads_in(body, text)
        alone = followed or is_caps(text) or self.paras[0].bold
        return body.cut(0, len(text)) if title and alone else None

    @staticmethod
    def _leads_in(body: View, text: str) -> bool:
        """Whether words lead to the items below (`… cụ thể như sau:`)."""
        return body.text.endswith(":") and endings("lead_in")(body.folded[: len(text)])

    def _titled_below(self) -> bool:
        """Whether the mark stands alone and its title is the next paragraph (Chương II / TỔ CHỨC THỰC HIỆN)."""
        alone = len(self.paras) > 1 and not self.body() and self.kind not in (*_BULLETS, "letter", "paragraph")
        return alone and (is_caps(self.paras[1].text) or self.paras[1].bold) and len(self.paras[1].text) <= 250

    def text_views(self) -> list[View]:
        """The views of the node's own running text."""
        own = [p.view for p in self.paras[1:]]
        if not self.body() and self._titled_below():
            return own[1:]
        return own if self.heading() is not None else [v for v in (self.body(),) if v] + own

    def walk(self) -> Iterator[Node]:
        """The node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def build(paras: Sequence[Para], top: str | None = None) -> tuple[list[Para], list[Node]]:
    """The paragraphs before the first node, and the roots.

    With `top` (a mark kind, `article` for a decision's own Điều) only that kind opens a root, and a plain paragraph
    after an item's children belongs to the root's own text.
    """
    return _Building(top).run(paras)


class _Building:
    def __init__(self, top: str | None) -> None:
        self.top = top
        self.before: list[Para] = []
        self.roots: list[Node] = []
        self.stack: list[Node] = []
        self.quote: int = 0  # paragraphs left inside a text quoted for insertion

    def run(self, paras: Sequence[Para]) -> tuple[list[Para], list[Node]]:
        for n, para in enumerate(paras):
            mark = None if self.quote else markers.read(para.text)
            if self.quote:
                self.quote -= 1
                self._leaf_text(para)
                continue
            if self.stack and mark is None:
                self.quote = _quoted(paras, n)
            if mark is not None and (self.top is None or self.stack or mark.kind == self.top):
                self._open(Node(mark, [para]))
            elif not self.stack:
                self.before.append(para)
            else:
                self._plain(para)
        for root in self.roots:
            root.finish()
        return self.before, self.roots

    def _open(self, node: Node) -> None:
        while self.stack and not self._is_parent(self.stack[-1], node):
            self.stack.pop()
        (self.stack[-1].children if self.stack else self.roots).append(node)
        self.stack.append(node)

    def _is_parent(self, open_node: Node, node: Node) -> bool:
        if self.top is not None and open_node.kind == self.top:
            return node.kind != self.top
        return self._deeper(open_node, node)

    @staticmethod
    def _deeper(open_node: Node, node: Node) -> bool:
        if node.kind == "decimal" and open_node.kind == "decimal":
            return (node.label or "").startswith((open_node.label or "") + ".")
        return open_node.mark.rank < node.mark.rank

    def _leaf_text(self, para: Para) -> None:
        (self.stack[-1].paras if self.stack else self.before).append(para)

    def _plain(self, para: Para) -> None:
        leaf = self.stack[-1]
        root = self.stack[0]
        if self.top is not None and root is self.roots[-1] and root.children and _closes(leaf):
            root.tail.append(para)
            self.stack = [root]
            return
        if self._belongs(leaf, para):
            leaf.paras.append(para)
            return
        while self.stack and self.stack[-1].kind in (*_BULLETS, "letter", "number", "decimal", "paragraph"):
            if self._holds(self.stack[-1]):
                break
            self.stack.pop()
        child = Node(Mark("paragraph", None, 0), [para])
        (self.stack[-1].children if self.stack else self.roots).append(child)

    def _belongs(self, leaf: Node, para: Para) -> bool:
        """Whether a plain paragraph is more of the leaf's own text."""
        if leaf.children:
            return False
        if leaf.kind in _BULLETS:
            return not _closes(leaf)
        if leaf.kind == "article":
            return True
        alone = len(self._siblings(leaf)) < 2
        return leaf.heading() is not None or not _closes(leaf) or len(leaf.paras) > 1 or alone or _titled(leaf)

    def _siblings(self, node: Node) -> list[Node]:
        return self.stack[-2].children if len(self.stack) > 1 else self.roots

    @staticmethod
    def _holds(node: Node) -> bool:
        """Whether a node that has children goes on after them."""
        return bool(node.children)


def _titled(node: Node) -> bool:
    """Whether the words after the mark would be a heading once text follows."""
    text = node.body().text.rstrip(": ")
    return not closed(text, _STOPS) and len(text) <= 250


def _closes(node: Node) -> bool:
    """Whether the last paragraph of a node is complete (and so a plain one after it may be another's)."""
    if len(node.paras) == 1 and not node.body():  # a mark alone on its line
        return False
    return closed(node.paras[-1].text, _COMPLETES) and not node.paras[-1].text.rstrip().endswith(":")


def _quoted(paras: Sequence[Para], n: int) -> int:
    """How many paragraphs after n still belong to the text quoted at n (“Điều 6a. …”), 0 where none is open."""
    text = paras[n].text
    if text[0] not in '“"' or text.count("”") + text.count('"') - (text[0] == '"') > 0:
        return 0
    for k in range(n + 1, min(n + 60, len(paras))):
        if _UNQUOTED.search(paras[k].text):
            return k - n
    return 0


def problems(nodes: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Misnumbered items: (`section-number-doubled` | `section-out-of-order`, node). A list may begin anew at 1."""
    last: dict[str, tuple[int, str]] = {}
    for node in nodes:
        if node.label and node.kind in RANK and (place := markers.int_of(node.label, node.kind)):
            before = last.get(node.kind)
            if before and place == before[0] and node.label == before[1]:
                yield "section-number-doubled", node
            elif before and 1 < place < before[0]:
                yield "section-out-of-order", node
            last[node.kind] = (place, node.label)
        yield from problems(node.children)
