"""The order of reading outside ruled tables: page numbers, columns side by side, lines and how they follow.

The layout rules are those of Nghị định 30/2020/NĐ-CP, Phụ lục I: a letterhead of two columns at the top, the list of
recipients beside the signature at the bottom, a page number in the middle of the top margin, paragraphs with a first
line set in or a space before them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import regex

from ingest.document import Join
from ingest.pdf_grid import Grid
from ingest.pdf_lines import TextLine, rows, segments, size_of, text_line
from ingest.pdf_page import Run

GUTTER = 10.0  # points: narrower gaps are blanks of a justified line
MARGIN = 3.0  # points: lines nearer than this to a margin stand at it
ZONE = 0.12  # of the page's height: where page numbers and running headers stand
_DIGITS = regex.compile(r"\d+")
_PAGE_NUMBER = regex.compile(
    r"(?i)^[-–—\s.]*(?:trang\s*|page\s*)?(?P<number>\d{1,4})(?:\s*(?:/|của|of|trên)\s*\d{1,4})?[-–—\s.]*$"
)
_ENDS = regex.compile(r"[.;:!?…/][\"”’)\]]*$")
_MARK = regex.compile(r"^(?:[-–—+*•·]|\(?(?:\d{1,3}(?:\.\d{1,3})*|\p{L}\p{M}*\d?|[IVXLC]+)[.)])$")

Row = list[TextLine]
_Sides = tuple[Row, Row, tuple[float, float]]  # left and right pieces of a row, and the gutter between them


@dataclass(slots=True)
class Sheet:
    """A page taken apart: ruled tables, and the lines outside them, each in the pieces that wide gaps cut it to."""

    number: int
    width: float
    height: float
    grids: list[Grid]
    rows: list[Row]


@dataclass(slots=True)
class Block:
    """Two columns side by side: a letterhead, or recipients and signature; `gutter` is the gap between them."""

    left: list[TextLine]
    right: list[TextLine]
    top: float
    gutter: tuple[float, float]
    page: int = 0
    carried: list[tuple[int, TextLine, int]] = field(default_factory=list)  # on the next page: page, line, column


def sheet_rows(runs: Iterable[Run]) -> list[Row]:
    """Lines of runs, cut where a gap may be one between columns."""
    found: list[Row] = []
    for row in rows(runs):
        pieces = [text_line(piece) for piece in segments(row, max(GUTTER, 0.8 * size_of(row)))]
        if kept := [piece for piece in pieces if piece.text]:
            found.append(kept)
    return found


def merged(row: Sequence[TextLine]) -> TextLine:
    """The pieces of a row as one line."""
    if len(row) == 1:
        return row[0]
    longest = max(row, key=lambda piece: len(piece.text))
    return TextLine(
        row[0].x0,
        min(piece.top for piece in row),
        max(piece.x1 for piece in row),
        max(piece.bottom for piece in row),
        " ".join(piece.text for piece in row),
        longest.base,
        longest.size,
        row[0].head,
        tuple(doubt for piece in row for doubt in piece.doubts),
    )


# --- page numbers, running headers and footers ---


def _edges(sheet: Sheet) -> list[int]:
    """Indices of the rows that may be a header or footer: the outermost two of each zone."""
    top, bottom = sheet.height * ZONE, sheet.height * (1 - ZONE)
    first = [n for n, row in enumerate(sheet.rows[:2]) if row[0].bottom < top]
    last = [n for n in range(max(0, len(sheet.rows) - 2), len(sheet.rows)) if sheet.rows[n][0].top > bottom]
    body = [grid.top for grid in sheet.grids] + [grid.bottom for grid in sheet.grids]
    return [n for n in first if not any(y < sheet.rows[n][0].top for y in body)] + [
        n for n in last if not any(y > sheet.rows[n][0].bottom for y in body)
    ]


def _repeated(sheets: Sequence[Sheet], edges: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Rows printed at one height on three pages or more with the same words, digits apart."""
    same: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for s, sheet in enumerate(sheets):
        for n in edges[s]:
            line = merged(sheet.rows[n])
            words = _DIGITS.sub("0", line.text.casefold())
            for height in {round(line.base / 4), round((line.base + 2) / 4)}:
                same[words, height].append((s, n))
    enough = 3 if len(sheets) > 3 else 2 if len(sheets) == 3 else 99
    return {place for places in same.values() if len({s for s, _ in places}) >= enough for place in places}


def _numbers(sheets: Sequence[Sheet], edges: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Rows that are only a number, and one that counts the pages (from any start)."""
    found = {
        (s, n): int(match["number"])
        for s in range(len(sheets))
        for n in edges[s]
        if (match := _PAGE_NUMBER.match(merged(sheets[s].rows[n]).text))
    }
    steps = Counter(number - s for (s, _), number in found.items())
    return {(s, n) for (s, n), number in found.items() if steps[number - s] > 1 or number == s + 1}


def furniture(sheets: Sequence[Sheet]) -> set[tuple[int, int]]:
    """Places (sheet, row) of page numbers and running headers or footers."""
    edges = {s: _edges(sheet) for s, sheet in enumerate(sheets)}
    return _repeated(sheets, edges) | _numbers(sheets, edges)


# --- columns side by side ---


def _gutter(row: Row, width: float) -> tuple[float, float] | None:
    """The widest gap of a row, where it stands in the middle of the page."""
    gaps = [(a.x1, b.x0) for a, b in pairwise(row) if 0.2 * width < (a.x1 + b.x0) / 2 < 0.8 * width]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def _sides(row: Row, gutter: tuple[float, float], least: float = 0.8 * GUTTER) -> _Sides | None:
    """The row's pieces left and right of a gutter, and the gutter they leave; None where the row runs across."""
    middle = (gutter[0] + gutter[1]) / 2
    left = [piece for piece in row if (piece.x0 + piece.x1) / 2 < middle]
    right = [piece for piece in row if (piece.x0 + piece.x1) / 2 >= middle]
    start = max([gutter[0], *(piece.x1 for piece in left)])
    end = min([gutter[1], *(piece.x0 for piece in right)])
    return (left, right, (start, end)) if end - start >= least else None


class _Growing:
    """A block that takes row after row as long as both columns keep their gutter."""

    def __init__(self, left: Row, right: Row, gutter: tuple[float, float]) -> None:
        self.left = [merged(left)] if left else []
        self.right = [merged(right)] if right else []
        self.gutter = gutter
        self.widest = gutter[1] - gutter[0]
        self.both = 1 if left and right else 0
        self.rows = 1
        self.step = 0.0  # from line to line in the left column

    def _left_goes_on(self, line: TextLine) -> bool:
        """A line in the left column alone belongs to the block only if it keeps the column's step."""
        if not self.left:
            return False
        step = line.base - self.left[-1].base
        return step <= 1.25 * (self.step or 1.35 * line.size)

    def _under(self, line: TextLine) -> bool:
        """A line in the right column alone belongs to the block only if it shares its middle or its start."""
        return not self.right or any(
            abs(line.x0 - other.x0) < 2 * MARGIN or abs(line.x0 + line.x1 - other.x0 - other.x1) < 2 * 20
            for other in self.right
        )

    def _near(self, left: Row, right: Row) -> bool:
        last = max(line.base for line in [*self.left[-1:], *self.right[-1:]])
        if left and right:
            return min(left[0].top, right[0].top) - last < 5 * left[0].size
        if right:
            return right[0].top - last < 12 * right[0].size and self._under(merged(right))  # room for the seal
        return self._left_goes_on(merged(left))

    def take(self, row: Row) -> bool:
        sides = _sides(row, self.gutter, 1.5)  # a table's columns may all but touch where the left one is full
        if sides is None or not self._near(sides[0], sides[1]):
            return False
        left, right, self.gutter = sides
        if left:
            line = merged(left)
            if self.left:
                self.step = line.base - self.left[-1].base
            self.left.append(line)
        if right:
            self.right.append(merged(right))
        self.both += bool(left and right)
        self.rows += 1
        return True

    def block(self) -> Block | None:
        wide = self.widest >= 2 * GUTTER
        if self.both >= 2 or (self.both == 1 and self.rows >= 3 and wide):
            top = min(line.top for line in [*self.left[:1], *self.right[:1]])
            return Block(self.left, self.right, top, self.gutter)
        return None


def _right_only(line: TextLine, block: Block) -> bool:
    """Does a line just above a block belong to its right column (or overlap the block's first line)?"""
    near = block.right[0].base - line.base < 2 * line.size
    return near and line.x0 >= block.gutter[0] + GUTTER * 0.8


def _left_above(last: Sequence[TextLine | Block], block: Block) -> bool:
    """Does the line above a block go on with its left column upwards: its start, its step, left of its right column?

    `last`: the two items above. The end of a paragraph that runs across the gutter does not.
    """
    line = last[-1] if last else None
    if not isinstance(line, TextLine) or len(block.left) < 2:
        return False
    if line.x1 > block.gutter[1] - 5 or abs(line.x0 - block.left[0].x0) > MARGIN:
        return False
    step = block.left[1].base - block.left[0].base
    above = last[0] if len(last) > 1 else None
    ends = isinstance(above, TextLine) and above.x1 > block.gutter[1] and line.base - above.base <= 1.1 * step
    return not ends and abs(block.left[0].base - line.base - step) <= 0.1 * step


def _paired(found: Sequence[Row]) -> list[Row]:
    """Rows that overlap in height but not in width put together: lines of one column stand further apart."""
    pairs: list[Row] = []
    lone = False
    for row in found:
        before = pairs[-1] if pairs else []
        if lone and before and _beside(before, row):
            pairs[-1] = sorted([*before, *row])
            lone = False
        else:
            pairs.append(row)
            lone = True
    return pairs


def _beside(a: Row, b: Row) -> bool:
    """Do two rows stand less than a line's height apart, and a gutter apart?"""
    if abs(a[0].base - b[0].base) > 0.97 * min(a[0].size, b[0].size):
        return False
    return a[-1].x1 + GUTTER < b[0].x0 or b[-1].x1 + GUTTER < a[0].x0


def columns(rows_found: Sequence[Row], width: float) -> list[TextLine | Block]:
    """Rows from top to bottom as lines, and as blocks where two columns stand side by side."""
    found = _paired(rows_found)
    items: list[TextLine | Block] = []
    n = 0
    while n < len(found):
        gutter = _gutter(found[n], width)
        sides = _sides(found[n], gutter) if gutter else None
        block, taken = _grown(found, n, sides) if sides else (None, 0)
        if block is None:
            items.append(merged(found[n]))
            n += 1
            continue
        while items and isinstance(items[-1], TextLine) and _right_only(items[-1], block):
            block.right.insert(0, items.pop())  # type: ignore[arg-type]
        while _left_above(items[-2:], block):
            block.left.insert(0, items.pop())  # type: ignore[arg-type]
        items.append(block)
        n += taken
    return items


def _grown(found: Sequence[Row], n: int, sides: _Sides) -> tuple[Block | None, int]:
    growing = _Growing(*sides)
    end = n + 1
    while end < len(found) and growing.take(found[end]):
        end += 1
    return growing.block(), end - n


# --- paragraphs ---


@dataclass(slots=True)
class Area:
    """A column of text: its margins, the usual step from line to line (0: unknown), and how paragraphs are told.

    `indents`: first lines are set in; `spaced`: there is a space between paragraphs.
    """

    left: float
    right: float
    step: float = 0.0
    indents: bool = False
    spaced: bool = False
    widest: float | None = None  # of a narrow column, whose right margin is not sure: how far its lines reach


def _smallest_frequent(values: Iterable[float], share: float) -> float | None:
    """The smallest value that a share of all (and at least two) come near to."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= 0.5:
            groups[-1].append(value)
        else:
            groups.append([value])
    need = max(2.0, share * sum(map(len, groups)))
    return next((group[len(group) // 2] for group in groups if len(group) >= need), None)


def _far_right(values: Sequence[float], share: float) -> float:
    """The right margin: the rightmost end of a line that a share of all (and at least two) come near to."""
    ordered = sorted(values, reverse=True)
    supported = ordered[min(len(ordered) - 1, int(max(1, share * len(ordered))))]
    return next(value for value in ordered if value <= supported + 2 * MARGIN)


def fits(before: TextLine, line: TextLine, right: float) -> bool:
    """Would the line's first word clearly have stood on the line before? Then the break between them is meant."""
    return before.x1 + 0.28 * before.size + line.head <= right - 0.2 * before.size


def _step(lines: Sequence[TextLine], right: float) -> float:
    """The step from line to line inside paragraphs: the smallest frequent one, after full lines if there are some."""
    steps = [(b.base - a.base, fits(a, b, right)) for a, b in pairwise(lines) if 0 < b.base - a.base < 4 * b.size]
    full = [step for step, fit in steps if not fit]
    return _smallest_frequent(full if len(full) >= 3 else [step for step, _ in steps], 0.15) or 0.0


def area_of(lines: Sequence[TextLine], whole: Area | None = None) -> Area:
    """The area a page's lines fill; what a short page does not show is taken from the whole document's."""
    left = _smallest_frequent([line.x0 for line in lines], 0.1)
    right = _far_right([line.x1 for line in lines], 0.02) if lines else None
    if whole and (len(lines) < 8 or right is None or right < whole.right - 40):
        right = whole.right
    if left is None or (whole and len(lines) < 8 and left > whole.left):
        left = whole.left if whole else min((line.x0 for line in lines), default=0.0)
    right = right or left
    area = Area(left, right, _step(lines, right))
    if whole:
        area.indents, area.spaced = whole.indents, whole.spaced
        area.step = area.step or whole.step
    return area


def whole_area(pages: Sequence[Sequence[TextLine]]) -> Area:
    """The area of the pages of one size, and how their paragraphs are told."""
    lines = [line for page in pages for line in page]
    if not lines:
        return Area(0.0, 0.0)
    frequent = _smallest_frequent([line.x0 for line in lines], 0.05)
    left = min(line.x0 for line in lines) if frequent is None else frequent
    right = _far_right([line.x1 for line in lines], 0.01)
    area = Area(left, right)
    steps = [b.base - a.base for page in pages for a, b in pairwise(page) if 0 < b.base - a.base < 4 * b.size]
    area.step = _smallest_frequent((step for page in pages if (step := _step(page, right))), 0.2) or 0.0
    area.indents = sum(12 < line.x0 - left < 80 for line in lines) > 0.12 * len(lines)
    area.spaced = bool(area.step) and sum(_apart(step, area.step) for step in steps) > 0.1 * len(steps)
    return area


def _apart(step: float, usual: float) -> bool:
    """Is a step larger than from line to line? Fallback fonts make some lines a tenth higher."""
    return step > max(1.17 * usual, usual + 2.0)


def _centred(before: TextLine, line: TextLine, area: Area) -> bool:
    """Are both lines set in the middle: one centre, another start (and none of them only starts at the margin)?"""
    apart = abs(before.x0 + before.x1 - line.x0 - line.x1)
    clear = before.x0 > area.left + MARGIN and before.x1 < area.right - 6 * MARGIN
    same = apart < (22 if clear and area.widest is None else 2 * MARGIN) and abs(before.x0 - line.x0) > MARGIN
    first = min(before, line)
    return same and (area.widest is not None or first.x0 > area.left + MARGIN or first.x1 > area.right - 6 * MARGIN)


def _goes_on(before: str, line: str) -> bool:
    """Do the words say that a sentence goes on? (Used only where the page does not say it.)"""
    if line[:1].islower() and not _MARK.match(line.partition(" ")[0]):
        return True
    label = _MARK.match(line.partition(" ")[0]) or (line.isupper() and not before.isupper())
    return not label and not _ENDS.search(before)


def _at_margin(before: TextLine, line: TextLine, area: Area) -> Join:
    """A line at the left margin, after a full one."""
    if area.indents or area.spaced or _goes_on(before.text, line.text):
        return Join.WRAP
    return Join.OPEN


def _set_in(before: TextLine, line: TextLine, last: Join) -> Join:
    """A line set in from the left margin, after a full one."""
    if abs(line.x0 - before.x0) <= MARGIN:
        return Join.WRAP if last is Join.WRAP else Join.OPEN
    if line.x0 < before.x0:
        return Join.OPEN
    mark, _, rest = before.text.partition(" ")
    hangs = bool(rest) and bool(_MARK.match(mark)) and line.x0 - before.x0 < before.head + 3 * before.size
    return Join.WRAP if hangs and line.x0 > before.x0 + before.head else Join.NEW


def follow(before: TextLine, line: TextLine, area: Area, last: Join) -> Join:
    """How a line follows the one before it in the same column; `last` is how that one followed its own."""
    if area.step and _apart(line.base - before.base, area.step):
        return Join.NEW
    if _centred(before, line, area):
        return Join.OPEN
    if area.widest is not None:
        return _in_column(before, line, area.widest, area.right)
    if fits(before, line, area.right):
        return Join.NEW
    if line.x0 - area.left > MARGIN:
        return _set_in(before, line, last)
    return _at_margin(before, line, area)


def _in_column(before: TextLine, line: TextLine, widest: float, right: float) -> Join:
    """A line of a column whose width is known only by its longest line and by what stands beside it."""
    if fits(before, line, widest):
        return Join.NEW
    first = line.text.partition(" ")[0]
    if _MARK.match(first):
        return Join.NEW if _ENDS.search(before.text) else Join.OPEN
    if first[:1].islower() or first[:1].isdigit():
        return Join.WRAP
    full = before.x1 + line.head > right and abs(before.x0 - line.x0) <= MARGIN
    return Join.WRAP if full and not _ENDS.search(before.text) else Join.OPEN


def follow_over_page(before: TextLine, line: TextLine, area: Area, next_area: Area) -> Join:
    """How the first line of a page follows the last one of the page before."""
    moved = line._replace(x0=line.x0 - next_area.left + area.left, x1=line.x1 - next_area.left + area.left)
    if _centred(before, moved, area):
        return Join.OPEN
    if fits(before, moved, area.right):
        return Join.NEW
    if moved.x0 - area.left > MARGIN:
        return Join.NEW if area.indents and not line.text[:1].islower() else Join.OPEN
    if area.indents or _goes_on(before.text, line.text):
        return Join.WRAP
    return Join.OPEN


def joins(lines: Sequence[TextLine], area: Area) -> Iterator[tuple[TextLine, Join]]:
    """The lines of a column, each with how it follows the one before; the first is NEW."""
    last, before = Join.NEW, None
    for line in lines:
        last = Join.NEW if before is None else follow(before, line, area, last)
        yield line, last
        before = line


def column_joins(lines: Sequence[TextLine], right: float, step: float = 0.0) -> list[tuple[TextLine, Join]]:
    """The lines of a narrow column that reaches to `right`; `step` is the page's own, from line to line."""
    if not lines:
        return []
    widest = max(line.x1 for line in lines)
    area = Area(min(line.x0 for line in lines), right, _step(lines, right), widest=widest)
    own = min((b.base - a.base for a, b in pairwise(lines)), default=0.0)
    area.step = area.step or (min(own, 1.05 * step) if step else own)
    return list(joins(lines, area))
