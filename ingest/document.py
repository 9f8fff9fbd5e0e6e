"""What every reader gives: one canonical text, its lines, its tables.

A `Document` is the only thing that passes from `ingest` to `parsers`. Its `text` is made once (through
`ingest.text.clean`) and never changed; everything else points into it by `Span`. A reader says what the format
knows and no more: where lines break, how sure it is that a break ends a paragraph, which cells form a table,
which characters are form (cell marks, markup, page numbers). What the words *mean* is for the parsers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

# Bold and italic marks of a markdown dump that was pasted into another format.
_STARS = re.compile(r"\*\*+|(?m:^\*(?=\())|(?m:(?<=\))\*$)|(?<=\s)\*(?=\()")


class Span(NamedTuple):
    """A half-open stretch `[start, end)` of a document's text, in code points."""

    start: int
    end: int


class Join(Enum):
    """How a line follows the line before it."""

    NEW = "new"  # the format says: a new paragraph (Word, HTML, a blank line, another cell)
    OPEN = "open"  # a bare line break: a wrap or a new paragraph, the parser decides
    WRAP = "wrap"  # the format says: the same paragraph goes on (a PDF line that fills its width)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the file; what the format does not have is None.

    `page` counts from 1; `box` is (left, top, right, bottom) in points from the page's top left corner;
    `paragraph`, `table`, `row`, `cell` count from 0 in document order.
    """

    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text without a line break. Never empty, never only white space."""

    span: Span
    join: Join
    place: Place | None = None
    table: int | None = None  # index into Document.tables when the line stands in a cell


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and the area of the grid it covers; `lines` are indices into Document.lines (none: an empty cell).

    A cell merged over rows or columns stands once, with its spans; a row cut by a page break is one row whose
    cells hold the lines of both pages.
    """

    row: int
    column: int
    lines: tuple[int, ...] = ()
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A grid the format knows. `cells` in reading order; `page` is the first page it stands on."""

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    page: int | None = None
    ruled: bool = True  # False: borderless, as letterheads and signature blocks are


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters that are form: kind `cell-mark` (|), `markup` (**, #), `page` (page number, running header)."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """A doubt of the reader's about what it read; becomes a finding of the decision."""

    code: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The file: its name (no folder), SHA-256 of its bytes, media type, size in bytes, pages where it has them."""

    name: str
    sha256: str
    media_type: str
    bytes: int
    extractor: str
    pages: int | None = None
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read."""

    source: Source
    text: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Builder:
    """Grows a Document piece by piece; readers use it so that spans are right by construction.

    `line` takes text already cleaned by `ingest.text.clean`. Pieces are separated by one line break.
    """

    parts: list[str] = field(default_factory=list)
    length: int = 0
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def _put(self, text: str) -> Span:
        span = Span(self.length, self.length + len(text))
        self.parts += (text, "\n")
        self.length += len(text) + 1
        return span

    def line(self, text: str, join: Join, place: Place | None = None, table: int | None = None) -> int | None:
        """Adds a line; gives its index in `lines`, or None where the text is only white space.

        Line breaks inside `text` start further lines, joined OPEN; the index given is the first one's.
        """
        first: int | None = None
        for piece in text.split("\n"):
            stripped = piece.strip()
            if not stripped:
                continue
            span = self._put(stripped)
            if first is None:
                first = len(self.lines)
            self.lines.append(Line(span, join, place, table))
            join = Join.OPEN
        return first

    def cell(
        self, texts: list[tuple[str, Join]], place: Place | None = None, table: int | None = None
    ) -> tuple[int, ...]:
        """Adds the lines of a cell; gives their indices. The first line of a cell is always NEW."""
        start = len(self.lines)
        for n, (text, join) in enumerate(texts):
            self.line(text, join if n else Join.NEW, place, table)
        return tuple(range(start, len(self.lines)))

    def form(self, kind: str, text: str) -> None:
        """Adds characters that are form only (a page number, a running header) and marks them so."""
        for piece in text.split("\n"):
            if piece.strip():
                self.marks.append(Mark(kind, self._put(piece.strip())))

    def document(self, source: Source) -> Document:
        """The finished document; the text has no line break at its end. Stars that mark bold words are markup."""
        text = "".join(self.parts)[:-1]
        self.marks += [Mark("markup", Span(*m.span())) for m in _STARS.finditer(text)]
        self.marks.sort(key=lambda m: m.span)
        return Document(
            source,
            text,
            tuple(self.lines),
            tuple(self.tables),
            tuple(self.marks),
            tuple(self.notes),
        )
