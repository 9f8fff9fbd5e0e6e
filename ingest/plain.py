"""Plain text as found in the wild: hard-wrapped dumps, one paragraph a line, `|` cell lines, markdown.

Lines that hold only `|` separate cells (their meaning needs grammar, so the parser rebuilds those tables);
markdown pipe tables come out as tables, so do rows of as many cells one after another (`a | b |`) without a rule under
the first. `**`, `*`, `#` and `\\` marks are recorded as markup and stay in the text.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

import regex

from ingest.document import Cell, Document, Join, Line, Mark, Place, Source, Span, Table
from ingest.text import MOST_CHARACTERS, bounded, clean, decode

_BARS = regex.compile(r"^[ \t]*\|[ \t]*$")
_PIPE_ROW = regex.compile(r"^[ \t]*\|.*\|[ \t]*$")
_PIPED = regex.compile(r"^[ \t]*\|[ \t]*[^|\s]|(?<![\\|\s])[ \t]*\|[ \t]*$")
_WIDEST = 200  # bars of a row without a rule under it
_PIPE_RULE = regex.compile(r"^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$")
# Emphasis hugs a word on at least one side; a star alone between blanks, at a line's start, is a bullet.
_MARKUP = regex.compile(
    r"(?m)\*+(?=\S)|(?<=\S)\*+|(?<=\s)\*+(?=[ \t]*$)|^[ \t]*\*+(?:[ \t]+\*+)*[ \t]*$|^[ \t]*\*+(?=[ \t]+\()"
    r"|^[ \t]*#{1,6}(?=[ \t]|$)|\\(?=[-*_.#|+()\[\]])|<br ?/?>"
)
_MARKUP_SIGNS = "*#\\<"  # every mark has one of these
_CELL_EDGE = regex.compile(r"(?<!\\)\|")
_BREAK = regex.compile(r"<br ?/?>")


def read(data: bytes, name: str) -> Document:
    """A Document of a text or markdown file; raises IngestError (`empty`, `unsupported`, `too-large`)."""
    text = clean(bounded(decode(data[: 4 * MOST_CHARACTERS + 4])))  # four bytes a character in UTF-8, -16 and -32
    media_type = "text/markdown" if name.lower().endswith((".md", ".markdown")) else "text/plain"
    source = Source(name, hashlib.sha256(data).hexdigest(), media_type, len(data), "text")
    return _Reading(text).document(source)


@dataclass(slots=True)
class _Row:
    """A physical line: its span without the line break."""

    start: int
    end: int
    text: str


class _Reading:
    """One pass over the physical lines of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        marked = any(sign in text for sign in _MARKUP_SIGNS)
        self.marks: list[Mark] = [Mark("markup", Span(*m.span())) for m in _MARKUP.finditer(text)] if marked else []
        self.blank = bytearray(len(text) + 1)
        for mark in self.marks:
            self.blank[mark.span.start : mark.span.end] = b"\1" * (mark.span.end - mark.span.start)

    def document(self, source: Source) -> Document:
        rows = self._rows()
        fresh = True
        n = 0
        while n < len(rows):
            row = rows[n]
            barred = "|" in row.text
            if barred and (last := self._pipe_table_end(rows, n)) > n:
                self._pipe_table(rows[n:last])
                n, fresh = last, True
                continue
            if barred and _BARS.match(row.text):
                self._bar(row)
                fresh = True
            elif barred and self._is_piped(row):
                n, fresh = self._piped(rows, n, fresh)
                continue
            elif not self._line(row.start, row.end, Join.NEW if fresh else Join.OPEN):
                fresh = fresh or not row.text.strip()
            else:
                fresh = False
            n += 1
        self.marks.sort(key=lambda m: m.span)
        return Document(source, self.text, tuple(self.lines), tuple(self.tables), tuple(self.marks))

    def _rows(self) -> list[_Row]:
        rows, start = [], 0
        for piece in self.text.replace("\f", "\n").split("\n"):
            rows.append(_Row(start, start + len(piece), piece))
            start += len(piece) + 1
        return rows

    def _bar(self, row: _Row) -> None:
        at = self.text.index("|", row.start)
        self.marks.append(Mark("cell-mark", Span(at, at + 1)))

    def _line(self, start: int, end: int, join: Join, table: int | None = None, place: Place | None = None) -> bool:
        """Adds a line where something other than white space and markup stands; says whether it did."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start == end or (self.blank[start] and self._is_form(start, end)):
            return False
        self.lines.append(Line(Span(start, end), join, place, table))
        return True

    def _is_form(self, start: int, end: int) -> bool:
        return all(self.blank[i] or self.text[i].isspace() for i in range(start, end))

    @staticmethod
    def _pipe_table_end(rows: list[_Row], n: int) -> int:
        """The index past a markdown table that starts at row n (n where none does)."""
        if n + 1 >= len(rows) or not _PIPE_ROW.match(rows[n].text) or not _PIPE_RULE.match(rows[n + 1].text):
            return n
        end = n + 2
        while end < len(rows) and _PIPE_ROW.match(rows[end].text):
            end += 1
        return end

    @staticmethod
    def _is_piped(row: _Row) -> bool:
        """Whether a line is cells of one row: a bar opens or closes it, and a page has room for as many."""
        return row.text.count("|") <= _WIDEST and _PIPED.search(row.text) is not None

    def _piped(self, rows: list[_Row], n: int, fresh: bool) -> tuple[int, bool]:
        """Reads the row of cells at n, with the rows of as many cells under it; gives the next row.

        A single bar opens or closes a cell that other lines share.
        """
        row, edges = rows[n], self._edges(rows[n])
        if len(edges) == 2 and row.text.count("|") == 1:
            self._cell_marks(row)
            opens = edges[0] >= row.start
            self._line(edges[0] + 1, edges[1], Join.NEW if fresh or opens else Join.OPEN)
            return n + 1, not opens
        last = n + 1
        while len(edges) > 2 and last < len(rows) and self._is_piped(rows[last]):
            if len(self._edges(rows[last])) != len(edges):
                break
            last += 1
        self._pipe_table(rows[n:last], ruled=False)
        return last, True

    @staticmethod
    def _edges(row: _Row) -> list[int]:
        """Where a row's cells begin and end: its bars, and its own ends where no bar stands there."""
        edges = [row.start + m.start() for m in _CELL_EDGE.finditer(row.text)]
        if row.text[: edges[0] - row.start].strip():
            edges.insert(0, row.start - 1)
        if row.text[edges[-1] + 1 - row.start :].strip():
            edges.append(row.start + len(row.text))
        return edges

    def _cell_marks(self, row: _Row) -> None:
        self.marks += [
            Mark("cell-mark", Span(at, at + 1)) for at in (row.start + m.start() for m in _CELL_EDGE.finditer(row.text))
        ]

    def _pipe_table(self, rows: list[_Row], ruled: bool = True) -> None:
        index = len(self.tables)
        cells: list[Cell] = []
        width = 0
        kept = [row for row in rows if not _PIPE_RULE.match(row.text)]
        for row in rows:
            if _PIPE_RULE.match(row.text):
                first = row.start + len(row.text) - len(row.text.lstrip())
                self.marks.append(Mark("cell-mark", Span(first, row.start + len(row.text.rstrip()))))
        for r, row in enumerate(kept):
            edges = self._edges(row)
            self._cell_marks(row)
            for c, (left, right) in enumerate(itertools.pairwise(edges)):
                cells.append(Cell(r, c, self._cell_lines(left + 1, right, index, r, c)))
            width = max(width, len(edges) - 1)
        self.tables.append(Table(len(kept), width, tuple(cells), ruled=ruled))

    def _cell_lines(self, start: int, end: int, table: int, row: int, cell: int) -> tuple[int, ...]:
        first = len(self.lines)
        cuts = [start, *(m.end() for m in _BREAK.finditer(self.text, start, end)), end]
        for a, b in itertools.pairwise(cuts):
            join = Join.OPEN if len(self.lines) > first else Join.NEW
            self._line(a, b, join, table, Place(table=table, row=row, cell=cell))
        return tuple(range(first, len(self.lines)))
