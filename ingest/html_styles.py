"""The little of CSS that changes what a page says: what is hidden, what is framed by lines, fonts, capitals.

Only inline styles and rules for one tag, class or id are followed; a page's scripts and the rest of its style sheets
say nothing about words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import regex

Element = Any  # lxml's element

_COMMENT = regex.compile(r"/\*.*?\*/|<!--|-->", regex.DOTALL)
_BRACES = regex.compile(r"[{}]")
_SIMPLE = regex.compile(r"^(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?$", regex.IGNORECASE)
_PART = regex.compile(r"[.#][\w-]+")
_DRAWN = regex.compile(r"\b(?:solid|double|dotted|dashed|groove|ridge|inset|outset)\b")
_NO_WIDTH = regex.compile(r"(?:^|\s)0(?:px|pt|cm|in)?(?:\s|$)")
_MEDIA = ("@media screen", "@media all", "@media only screen")


def declarations(style: str) -> dict[str, str]:
    """The declarations of a style attribute or a rule's body: names in lower case, values as they are, trimmed.

    >>> declarations("DISPLAY: none; color:red")
    {'display': 'none', 'color': 'red'}
    """
    found = {}
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = value.replace("!important", "").strip()
    return found


def is_drawn(style: Mapping[str, str]) -> bool:
    """Whether some border is drawn."""
    for name, value in style.items():
        lower = value.lower()
        if name.startswith(("border", "mso-border")) and _DRAWN.search(lower) and not _NO_WIDTH.search(lower):
            return True
    return False


def hides(style: Mapping[str, str]) -> bool:
    """Whether the words are not shown."""
    return (
        style.get("display", "").lower() == "none"
        or style.get("visibility", "").lower() in ("hidden", "collapse")
        or style.get("mso-hide", "").lower() == "all"
    )


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """(selectors, body) of a style sheet; those for print and other media are left out. Linear in its length."""
    heads: list[str] = []
    last = 0
    for brace in _BRACES.finditer(sheet):
        words = sheet[last : brace.start()]
        last = brace.end()
        if brace[0] == "{":
            heads.append(words.rsplit(";", 1)[-1].strip())
        elif heads:
            head = heads.pop()
            if not head.startswith("@") and all(above.lower().startswith(_MEDIA) for above in heads):
                yield head, words


class Sheet:
    """What the style sheets of one page hide and draw, by simple selector (`td`, `.note`, `p.note`, `#menu`)."""

    def __init__(self, texts: list[str]) -> None:
        """`texts` are the contents of the page's style elements."""
        self._hidden: set[str] = set()
        self._drawn: set[str] = set()
        shown: set[str] = set()
        for text in texts:
            for selectors, body in _rules(_COMMENT.sub(" ", text)):
                self._add(selectors, declarations(body), shown)
        # A script turns classes on and off (`.tab {display: none} .tab.open {display: block}`): shown wins.
        self._hidden = {one for one in self._hidden if not any(part in shown for part in _parts(one))}

    def _add(self, selectors: str, style: dict[str, str], shown: set[str]) -> None:
        hidden, drawn = hides(style), is_drawn(style)
        for selector in selectors.split(","):
            selector = selector.strip()
            if hidden and _SIMPLE.match(selector):
                self._hidden.add(selector.lower())
            elif style.get("display", "none").lower() != "none":
                shown.update(_parts(selector.lower()))
            if drawn and _SIMPLE.match(selector):
                self._drawn.add(selector.lower())

    def hides(self, node: Element) -> bool:
        """Whether a rule hides the element."""
        return bool(self._hidden) and any(name in self._hidden for name in _names(node))

    def draws(self, node: Element) -> bool:
        """Whether a rule draws a border around the element."""
        return bool(self._drawn) and any(name in self._drawn for name in _names(node))


def _parts(selector: str) -> list[str]:
    return list(_PART.findall(selector))


def _names(node: Element) -> Iterator[str]:
    tag = str(node.tag).lower()
    yield tag
    for name in (node.get("class") or "").lower().split():
        yield f".{name}"
        yield f"{tag}.{name}"
    if node.get("id"):
        yield f"#{node.get('id').lower()}"
