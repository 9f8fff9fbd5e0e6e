"""Word files (.docx): our own walk over the XML that python-docx opens.

What a reader of the page sees is what comes out: automatic numbers, inserted text, content controls, text boxes (once,
at the paragraph they hang on), footnotes (their mark in place, their text at the end); not deleted or hidden text.
Tables keep their grid, merged cells stand once. Headers and footers are form. Old fonts become Unicode run by run.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from ingest.blocks import MOST_SPAN, Block, Grid, GridCell, Paragraph, leaves, pour
from ingest.document import Builder, Document, Note, Source
from ingest.errors import IngestError
from ingest.kinds import WORD, is_html
from ingest.legacy import Run, unify
from ingest.text import clean
from ingest.word_columns import Tabbed, without_tabs
from ingest.word_numbering import Numbering
from ingest.word_package import R_ID, Element, Parts, W
from ingest.word_styles import PLAIN, Face, Styles, face_of, list_of, whole
from ingest.word_symbols import in_symbol_font, is_symbol_font, symbol

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_P, _TBL, _R, _SDT, _BOX = W + "p", W + "tbl", W + "r", W + "sdt", W + "txbxContent"
_ALTERNATE, _CHOICE, _FALLBACK = _MC + "AlternateContent", _MC + "Choice", _MC + "Fallback"
# Wrappers that are not there on the page: what is inside them is.
_WRAPPERS = frozenset(
    W + name
    for name in ("ins", "moveTo", "hyperlink", "smartTag", "customXml", "sdtContent", "fldSimple", "dir", "bdo", "ruby")
) | {W + "rubyBase"}
_PICTURES = frozenset(W + name for name in ("drawing", "pict", "object"))
_FIXED = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "\u00ad",  # the letter ư in TCVN3 fonts, nothing in others
}
_NOTES = {W + "footnoteReference": "footnotes", W + "endnoteReference": "endnotes"}
_NO_TEXT = "The Word file holds no text"


def read(data: bytes, name: str) -> Document:
    """The Document of a .docx file's bytes; places are paragraph, table, row and cell, counted from 0.

    Raises IngestError: `damaged`, `encrypted`, `too-large`; `needs-ocr` where it holds only pictures, `empty`.
    """
    source = Source(name, hashlib.sha256(data).hexdigest(), WORD, len(data), "word")
    return document(data, source)


def document(data: bytes, source: Source) -> Document:
    """The Document of a .docx file's bytes that stand for `source` (another file, converted)."""
    parts = Parts(data)
    walk = _Walk(parts)
    builder = Builder()
    blocks = walk.blocks(parts.body)
    pour(builder, blocks + walk.notes())
    for text in walk.headers():
        builder.form("page", text)
    builder.notes += walk.doubts
    if not builder.lines and parts.has_pictures():
        raise IngestError("needs-ocr", f"{_NO_TEXT}, only pictures.", "Save it as PDF, so that it is read as a scan.")
    if not builder.lines:
        raise IngestError("empty", f"{_NO_TEXT}.", "Check that it is the right file.")
    return builder.document(source)


class _Walk:
    """One pass over a document's XML; keeps what counts on: list numbers, footnotes met."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._styles = Styles(parts.first("styles"))
        self._numbering = Numbering(parts.first("numbering"), self._styles)
        self._notes_met: list[tuple[str, str | None, str]] = []  # part, id, mark
        self._carried: list[Run] = []  # text of paragraphs whose end was deleted: it goes on in the next one
        self.doubts: list[Note] = []

    # ---------------------------------------------------------------------------------------------------- blocks

    def blocks(self, container: Element) -> list[Block]:
        """The blocks in a body, a cell, a text box, a header, a note."""
        out: list[Block] = []
        waiting, self._carried = self._carried, []
        self._fill(container, out)
        if self._carried:
            out.append(Paragraph(clean(unify(self._carried)).replace("\t", " ")))
        self._carried = waiting
        return without_tabs(out)

    def _fill(self, container: Element, out: list[Block]) -> None:
        for child in container:
            tag = child.tag
            if tag == _P:
                self._paragraph(child, out)
            elif tag == _TBL:
                out.append(self._grid(child))
            elif tag in _WRAPPERS or tag == _SDT:
                self._fill(child, out)
            elif tag == _ALTERNATE:
                self._fill(_chosen(child), out)
            elif tag == W + "altChunk":
                out += self._chunk(child)

    def _paragraph(self, node: Element, out: list[Block]) -> None:
        properties = node.find(W + "pPr")
        style = _value(properties, "pStyle")
        runs = self._carried
        self._carried = []
        boxes: list[Element] = []
        self._inline(node, _Letters(runs, boxes, style, self._styles.face(None, style)))
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self._carried = runs
        else:
            label = self._label(properties, style)
            text = clean(unify(runs)) if runs else ""
            if label and (text.strip() or label != "- "):
                text = label + text
            out.append(Tabbed(text, self._stops(properties, style)) if "\t" in text else Paragraph(text))
        for box in boxes:
            out += self.blocks(box)

    def _stops(self, properties: Element | None, style: str | None) -> tuple[int, ...]:
        """Where the paragraph's tab stops are, its own and its style's, in twips."""
        tabs = properties.find(W + "tabs") if properties is not None else None
        nodes = [*self._styles.tabs(style), *(tabs if tabs is not None else ())]
        places = {whole(node.get(W + "pos"), 0): node.get(W + "val") for node in nodes}
        return tuple(sorted(place for place, kind in places.items() if place > 0 and kind != "clear"))

    def _label(self, properties: Element | None, style: str | None) -> str:
        list_id, level = list_of(None if properties is None else properties.find(W + "numPr"))
        if list_id is None or level is None:
            of_style = self._styles.listing(style)
            list_id = of_style[0] if list_id is None else list_id
            level = of_style[1] if level is None else level
        return "" if list_id in (None, "0") else self._numbering.label(str(list_id), level, style)

    def _chunk(self, node: Element) -> list[Block]:
        """Another file set into this one (w:altChunk): a web page is read, anything else is a doubt."""
        from ingest.html import blocks

        blob = self._parts.blob(node.get(R_ID))
        if is_html(blob):
            return blocks(blob)
        self.doubts.append(Note("embedded-file", "A file set into the Word file was not read."))
        return []

    # ---------------------------------------------------------------------------------------------------- letters

    def _inline(self, node: Element, letters: _Letters) -> None:
        for child in node:
            tag = child.tag
            if tag == _R:
                self._run(child, letters)
            elif tag in _WRAPPERS or tag == _SDT:
                self._inline(child, letters)
            elif tag == _ALTERNATE:
                self._inline(_chosen(child), letters)
            elif isinstance(tag, str) and tag.startswith(_MATH):
                letters.put("".join(text.text or "" for text in child.iter(_MATH + "t")), PLAIN)
            elif tag in _PICTURES:
                letters.boxes += _boxes(child)

    def _run(self, run: Element, letters: _Letters) -> None:
        properties = run.find(W + "rPr")
        face = letters.face
        if properties is not None and len(properties):
            style = _value(properties, "rStyle")
            under = self._styles.face(style, letters.style) if style else face
            face = face_of(properties).over(under)
        if not face.hidden:
            self._pieces(run, face, letters)

    def _pieces(self, run: Element, face: Face, letters: _Letters) -> None:
        for child in run:
            tag = child.tag
            if tag == W + "t":
                letters.put((child.text or "").replace("\n", " "), face)
            elif tag in _FIXED:
                letters.put(_FIXED[tag], face)
            elif tag == W + "sym":
                letters.put(symbol(child.get(W + "font"), child.get(W + "char")), PLAIN)
            elif tag in _NOTES:
                letters.put(self._mark(_NOTES[tag], child), PLAIN)
            elif tag in _PICTURES:
                letters.boxes += _boxes(child)
            elif tag == _ALTERNATE:
                self._pieces(_chosen(child), face, letters)
            elif tag in _WRAPPERS:
                self._inline(child, letters)

    # ------------------------------------------------------------------------------------------------------ notes

    def _mark(self, kind: str, reference: Element) -> str:
        own = reference.get(W + "customMarkFollows") in ("1", "true", "on")
        mark = "" if own else f"[{len(self._notes_met) + 1}]"
        self._notes_met.append((kind, reference.get(W + "id"), mark))
        return mark

    def notes(self) -> list[Block]:
        """Footnotes and endnotes in the order of their marks, each beginning with its mark."""
        roots = {kind: self._parts.first(kind) for kind in {met[0] for met in self._notes_met}}
        found = {(kind, node.get(W + "id")): node for kind, root in roots.items() if root is not None for node in root}
        out: list[Block] = []
        for kind, number, mark in list(self._notes_met):
            if (node := found.get((kind, number))) is not None:
                texts = [leaf.text.strip() for leaf in leaves(self.blocks(node)) if leaf.text.strip()]
                out += [Paragraph(f"{mark} {text}".strip() if not n else text) for n, text in enumerate(texts)]
        return out

    def headers(self) -> Iterator[str]:
        """The text of each header and footer that a section shows, the same text once."""
        seen = set()
        for kind in (W + "headerReference", W + "footerReference"):
            for reference in self._parts.body.iter(kind):
                root = self._parts.tree(reference.get(R_ID))
                for leaf in leaves(self.blocks(root)) if root is not None else ():
                    if leaf.text not in seen:
                        seen.add(leaf.text)
                        yield leaf.text

    # ----------------------------------------------------------------------------------------------------- tables

    def _grid(self, table: Element) -> Grid:
        cells: list[GridCell] = []
        open_cells: dict[int, GridCell] = {}
        edges: Counter[bool | None] = Counter()
        rows = 0
        for row in _inside(table, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and properties.find(W + "del") is not None:
                continue
            column = whole(_value(properties, "gridBefore"), 0)
            for node in _inside(row, W + "tc"):
                merged = _Merge(node.find(W + "tcPr"))
                if not self._goes_on(node, merged, rows, column, open_cells, cells):
                    cells.append(self._cell(node, merged, rows, column, open_cells))
                    edges[merged.edge] += 1
                column += merged.span
            rows += 1
        ruled = edges[True] * 2 > len(cells) or (edges[False] * 2 < len(cells) and self._is_ruled(table))
        return Grid(cells, rows, ruled)

    def _goes_on(
        self, node: Element, merged: _Merge, row: int, column: int, above: dict[int, GridCell], cells: list[GridCell]
    ) -> bool:
        """Whether the cell only goes on the one above it or beside it; what stands in it is then added to that one."""
        into: GridCell | None = None
        if merged.down == "continue" and column in above:
            into = above[column]
            into.rowspan = row - into.row + 1
        elif merged.across == "continue" and cells and cells[-1].row == row:
            into = cells[-1]
            into.colspan += 1
        if into is not None:
            into.blocks += [block for block in self.blocks(node) if not isinstance(block, Paragraph) or block.text]
        return into is not None

    def _cell(self, node: Element, merged: _Merge, row: int, column: int, above: dict[int, GridCell]) -> GridCell:
        cell = GridCell(row, column, 1, merged.span, self.blocks(node))
        for covered in range(column, column + merged.span):
            above.pop(covered, None)
        if merged.down is not None:
            above[column] = cell
        return cell

    def _is_ruled(self, table: Element) -> bool:
        properties = table.find(W + "tblPr")
        if properties is None:
            return False
        stated = properties.find(W + "tblBorders")
        borders = [stated] if stated is not None else self._styles.borders(_value(properties, "tblStyle"))
        return any(_has_edge(edges) for edges in borders)


class _Letters:
    """What a paragraph's walk gathers: runs of letters, and the text boxes that hang on it."""

    __slots__ = ("boxes", "face", "runs", "style")

    def __init__(self, runs: list[Run], boxes: list[Element], style: str | None, face: Face) -> None:
        self.runs = runs
        self.boxes = boxes
        self.style = style
        self.face = face

    def put(self, text: str, face: Face) -> None:
        """Adds letters in a face."""
        if is_symbol_font(face.font):
            text = in_symbol_font(text, face.font)
        if text:
            self.runs.append(Run(text, face.font, bool(face.capitals)))


class _Merge:
    """How a cell is merged and drawn, from its w:tcPr."""

    __slots__ = ("across", "down", "edge", "span")

    def __init__(self, properties: Element | None) -> None:
        self.span = 1
        self.down: str | None = None  # `restart`, `continue`, or None where the cell is not merged so
        self.across: str | None = None
        self.edge: bool | None = None
        for node in properties if properties is not None else ():
            if node.tag == W + "gridSpan":
                self.span = min(max(whole(node.get(W + "val"), 1), 1), MOST_SPAN)
            elif node.tag == W + "vMerge":
                self.down = str(node.get(W + "val", "continue"))
            elif node.tag == W + "hMerge":
                self.across = str(node.get(W + "val", "continue"))
            elif node.tag == W + "tcBorders":
                self.edge = _has_edge(node)


def _value(properties: Element | None, name: str) -> str | None:
    found = None if properties is None else properties.find(W + name)
    return None if found is None else found.get(W + "val")


def _chosen(alternate: Element) -> Element:
    """The one branch of mc:AlternateContent to read: the first choice, the fallback where there is none."""
    for tag in (_CHOICE, _FALLBACK):
        found = alternate.find(tag)
        if found is not None:
            return found
    return alternate


def _boxes(picture: Element) -> list[Element]:
    """The text boxes in a drawing, each once; boxes inside boxes are left to the walk of the outer one."""
    found: list[Element] = []
    stack = [picture]
    while stack:
        node = stack.pop()
        if node.tag == _BOX:
            found.append(node)
        else:
            stack.extend(reversed(list(_chosen(node) if node.tag == _ALTERNATE else node)))
    return found


def _inside(node: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, those in content controls and insertions too."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS or child.tag == _SDT:
            yield from _inside(child, tag)


def _has_edge(borders: Element | None) -> bool | None:
    """Whether some edge is drawn; None where nothing is said."""
    if borders is None or not len(borders):
        return None
    return any(str(edge.get(W + "val", "none")) not in ("none", "nil") for edge in borders)
