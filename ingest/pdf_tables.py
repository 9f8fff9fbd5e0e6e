"""One table across pages: grids with the same columns stitched, repeated headers set aside, cut rows rejoined.

A row that a page break cuts leaves its rest on the next page under the same columns. It is told from a new row by
three things: a new row brings its number, a cell that goes on was full to its lower edge, and its words go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import regex
from rapidfuzz import fuzz

from ingest.pdf_grid import NEAR, Grid, cluster
from ingest.pdf_lines import TextLine

SHIFT = 45.0  # points: how far a table may stand aside on the next page (mirrored margins)
MAX_HEADER = 5
_NUMBER = regex.compile(r"^\(?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|\p{L})\)?[.)]?$")
_ENDED = regex.compile(r"[.;:!?][\"”’)\]]*$")
_STARTS_NEW = regex.compile(r"^(?:[-–+*•]\s|\p{Lu}|\(?\p{L}[)]|\d{1,2}[.)]\s)")
_FIGURES = regex.compile(r"\d+")
_STROKE_END = regex.compile(r"\S/$")
_VOWEL = regex.compile(r"(?i)[aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ]")
# The end of a line and the start of the next one inside one token: capitals, a number, an address.
_MIDDLE = regex.compile(r"\p{Lu}\n[\p{Lu}\d\-/&]|[\p{L}\d]\n[-/.]|(?<!\d/\d{4})(?<=[./]\d*)\d\n\d|(?://|www\.|@).*\n\S")


@dataclass(frozen=True, slots=True)
class Part:
    """The piece of a table that stands on one page; `page` counts from 1."""

    page: int
    grid: Grid


@dataclass(slots=True)
class Piece:
    """A line of a cell: its page, the line, the x its cell's text may reach to."""

    page: int
    line: TextLine
    cell: tuple[float, float]  # left and right border


@dataclass(slots=True)
class WholeCell:
    """A cell of a stitched table."""

    row: int
    column: int
    rowspan: int
    colspan: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(piece.line.text for piece in self.pieces)


@dataclass(slots=True)
class WholeTable:
    """A table over all its pages. `headers`: lines of repeated header rows, with their pages; `doubtful`: rows whose
    rejoining is not sure; `starts`: the page each row begins on."""

    columns: int
    ruled: bool
    cells: list[WholeCell] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    headers: list[tuple[int, TextLine]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    seen: int = 0
    rejoined: int = 0
    doubtful: list[tuple[int, int, bool]] = field(default_factory=list)  # row, page, was it rejoined?

    @property
    def rows(self) -> int:
        return len(self.starts)


def _near(a: Sequence[float], b: Sequence[float]) -> bool:
    """Does every border of `a` stand at one of `b`?"""
    return all(any(abs(x - y) <= NEAR + 1 for y in b) for x in a)


def _aside(xs: Sequence[float], first: float) -> list[float]:
    return [x - xs[0] + first for x in xs]


def goes_together(union: Sequence[float], grid: Grid) -> bool:
    """Can a grid be the next page's piece of a table with these column borders?"""
    same_width = abs((grid.xs[-1] - grid.xs[0]) - (union[-1] - union[0])) <= 2 * NEAR
    if not same_width or abs(grid.xs[0] - union[0]) > SHIFT:
        return False
    xs = _aside(grid.xs, union[0])
    # A page may hold only rows that are merged across; more than two of them are another table.
    return _near(union, xs) or (_near(xs, union) and len(grid.ys) <= 3)


def united(union: Sequence[float], grid: Grid) -> list[float]:
    """The column borders of both."""
    return cluster([*union, *_aside(grid.xs, union[0])], NEAR + 1)


def _column(borders: Sequence[float], x: float) -> int:
    return min(range(len(borders)), key=lambda n: abs(borders[n] - x))


def _mapped(part: Part, borders: Sequence[float]) -> list[WholeCell]:
    """A page's cells on the table's columns."""
    xs = _aside(part.grid.xs, borders[0])
    place = [_column(borders, x) for x in xs]
    cells = []
    for cell in part.grid.cells:
        first, last = place[cell.column], place[cell.column + cell.colspan]
        if last > first:
            pieces = [Piece(part.page, line, (cell.box[0], cell.box[2])) for line in cell.lines]
            cells.append(WholeCell(cell.row, first, cell.rowspan, last - first, pieces))
    return cells


def _is_repeated(first: Sequence[WholeCell], cells: Sequence[WholeCell], row: int) -> bool:
    """Does a row of a page repeat the same row of the table: the same cells, the same words?

    Words that OCR read may differ by a slip, figures not: a row may well say what the row above it says.
    """
    before = [cell for cell in first if cell.row == row]
    here = [cell for cell in cells if cell.row == row]
    if [(c.column, c.colspan) for c in before] != [(c.column, c.colspan) for c in here]:
        return False
    words, again = (" ".join(cell.text.casefold() for cell in row_cells) for row_cells in (before, here))
    if words == again:
        return bool(again.strip())
    scanned = any(piece.line.doubts for cell in here for piece in cell.pieces)
    return scanned and _FIGURES.findall(words) == _FIGURES.findall(again) and fuzz.ratio(words, again) >= 88


def _repeated_header(first: Sequence[WholeCell], cells: Sequence[WholeCell], rows: int) -> int:
    """How many rows at a page's top repeat the table's first rows."""
    count = 0
    while count < min(MAX_HEADER, rows):
        if not _is_repeated(first, cells, count):
            break
        count += 1
    return count


def _step_of(cell: WholeCell) -> float:
    steps = [b.line.base - a.line.base for a, b in pairwise(cell.pieces) if b.line.base > a.line.base]
    return min(steps) if steps else 1.25 * cell.pieces[-1].line.size


@dataclass(slots=True)
class _Cut:
    """What stands on both sides of a page break: the last row of one page, the first of the next."""

    pairs: list[tuple[WholeCell, WholeCell]]
    bottom: float
    height: float  # of the last row

    def new_number(self) -> bool:
        """A new row brings its number."""
        before, after = self.pairs[0]
        return bool(_NUMBER.match(after.text)) and (not before.text or bool(_NUMBER.match(before.text)))

    def had_room(self) -> bool:
        """A cell that goes on was full; one with room for three lines more was not (two may be kept together)."""
        return any(
            self.bottom - before.pieces[-1].line.bottom > 2.3 * _step_of(before)
            for before, after in self.pairs
            if before.pieces and after.pieces
        )

    def began_here(self) -> bool:
        """Text under an empty cell that had room for it."""
        return any(
            not before.pieces and after.pieces and self.height > 3.5 * 1.2 * after.pieces[0].line.size
            for before, after in self.pairs[1:]
        )

    def score(self) -> int:
        """How much says that the row goes on; 2 and more: it does."""
        both = [(before, after) for before, after in self.pairs if before.pieces and after.pieces]
        filled = [after for _, after in self.pairs if after.pieces]
        if not filled or not both:
            return 0
        before, after = max(both, key=lambda pair: len(pair[0].text) + len(pair[1].text))
        lower = any(a.text[:1].islower() and not _ENDED.search(b.text) for b, a in both)
        score = (
            2 * lower
            + (not _ENDED.search(before.text))
            - bool(_ENDED.search(before.text)) * bool(_STARTS_NEW.match(after.text))
        )
        score += not self.pairs[0][1].pieces and bool(self.pairs[0][0].pieces)
        return score + self._emptiness(len(filled)) - 2 * self.began_here()

    def _emptiness(self, filled: int) -> int:
        """The rest of a row leaves cells empty that a new row fills."""
        columns = len(self.pairs)
        if columns >= 4 and filled == 1:
            return 2
        return 1 if 2 * filled <= columns else -1 if filled >= columns - 1 else 0


def _cut(table: WholeTable, cells: Sequence[WholeCell], row: int, bottom: float, height: float) -> _Cut | None:
    """The two rows at a page break, cell by cell; None where their cells do not stand under one another."""
    last = table.rows
    ending = {cell.column: cell for cell in table.cells if cell.row + cell.rowspan == last}
    starting = [cell for cell in cells if cell.row == row]
    pairs = []
    for after in starting:
        before = ending.get(after.column)
        if before is None or before.colspan != after.colspan:
            return None
        pairs.append((before, after))
    return _Cut(pairs, bottom, height) if pairs and len(pairs) == len(ending) else None


def _rejoin(pairs: Sequence[tuple[WholeCell, WholeCell]]) -> None:
    for before, after in pairs:
        before.pieces += after.pieces
        before.rowspan += after.rowspan - 1


def _merges(table: WholeTable, cells: Sequence[WholeCell], column: int) -> bool:
    return any(cell.rowspan > 1 and cell.column == column for held in (table.cells, cells) for cell in held)


def _continued(table: WholeTable, cells: Sequence[WholeCell], cut: _Cut) -> list[WholeCell]:
    """Cells merged over rows that go on over the page break: empty at the top of the page, grown into from above."""
    swallowed = []
    for n, (before, after) in enumerate(cut.pairs):
        if after.pieces or not before.pieces:
            continue
        touching = before.rowspan > 1 or after.rowspan > 1
        if touching or (n == 0 and _merges(table, cells, after.column)):
            before.rowspan += after.rowspan
            swallowed.append(after)
    return swallowed


def _add(table: WholeTable, part: Part, borders: Sequence[float], previous: Grid | None) -> None:
    """Adds a page's piece to a table."""
    cells = _mapped(part, borders)
    rows = len(part.grid.ys) - 1
    table.seen += rows
    table.pages.append(part.page)
    header = _repeated_header(table.cells, cells, rows) if previous else 0
    table.headers += [(part.page, piece.line) for cell in cells if cell.row < header for piece in cell.pieces]
    body = [cell for cell in cells if cell.row >= header]
    first = header
    if previous and body:
        first, body = _over_the_break(table, part.page, body, header, previous)
    offset = table.rows - first
    table.starts += [part.page] * (rows - first)
    for cell in body:
        cell.row += offset
    table.cells += body


def _over_the_break(
    table: WholeTable, page: int, body: list[WholeCell], header: int, previous: Grid
) -> tuple[int, list[WholeCell]]:
    """Rejoins what a page break cut; gives the first row that is new, and the cells still to be added."""
    cut = _cut(table, body, header, previous.bottom, previous.ys[-1] - previous.ys[-2])
    if cut is None:
        return header, body
    score = -9 if cut.new_number() or cut.had_room() else cut.score()
    if score in (1, 2):
        table.doubtful.append((table.rows - 1, page, score >= 2))
    if score < 2:
        swallowed = _continued(table, body, cut)
        return header, [cell for cell in body if not any(cell is other for other in swallowed)]
    _rejoin(cut.pairs)
    table.rejoined += 1
    return header + 1, [cell for cell in body if cell.row > header]


def stitched(parts: Sequence[Part]) -> WholeTable:
    """One table of the pieces that stand on one page after the other."""
    borders = list(parts[0].grid.xs)
    for part in parts[1:]:
        borders = united(borders, part.grid)
    table = WholeTable(len(borders) - 1, parts[0].grid.ruled)
    previous: Grid | None = None
    for part in parts:
        _add(table, part, borders, previous)
        previous = part.grid
    table.cells.sort(key=lambda cell: (cell.row, cell.column))
    return table


def is_broken(before: TextLine, after: TextLine, right: float) -> bool:
    """Is a word broken between two lines of a column that reaches to `right`, being wider than the column?

    Such a line is one long token, so full that not one more character would have stood on it, and the next line
    starts as the middle of a token does ("09/2019/N" over "Đ-CP"). A line that ends in a stroke is broken there too.
    """
    token = before.text
    if _STROKE_END.search(token):
        return True
    full = before.x1 + 0.75 * before.size > right
    return full and " " not in token and (_inside_token(token, after.text) or _inside_syllable(token, after.text))


def _inside_token(before: str, after: str) -> bool:
    return len(before) >= 6 and bool(_MIDDLE.search(before + "\n" + after[:1]))


def _inside_syllable(before: str, after: str) -> bool:
    """One half has no vowel: every Vietnamese syllable has one."""
    rest = after.partition(" ")[0].rstrip(".,;:)")
    if not rest[:1].islower() or not before[-1:].islower() or not rest.isalpha():
        return False
    return not (_VOWEL.search(before) and _VOWEL.search(rest))


def glued(a: TextLine, b: TextLine) -> TextLine:
    """Two lines as one, with no blank between them."""
    return a._replace(
        x0=min(a.x0, b.x0),
        x1=b.x1,
        top=min(a.top, b.top),
        bottom=max(a.bottom, b.bottom),
        text=a.text + b.text,
        base=b.base,
        doubts=a.doubts + b.doubts,
    )
