"""Data tables as grids of cells, whatever shape the file had.

Word, HTML, PDF and markdown tables come from the reader with their rows. In text dumps only lines holding `|` are
left: either every row is opened and closed by a mark (two marks without anything between them are a row border), or
cells just follow each other (domain notes §7.3), and rows are found again by the number of columns and the numbers
in the first one. A grid is only cut out of the text where a table header stands; letterheads and signature blocks
stay text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import regex

from ingest.document import Table
from parsers import columns
from parsers.flow import Flow, Row, is_title_word, openers
from parsers.view import EMPTY, View

_NUMBER = regex.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|[a-zđ]\)|[ivxlIVXL]+\.?\)?|[A-HĐ]\.?|-")
_GROUP = regex.compile(r"(?:[IVX]+[.\s/)]|[A-H]\.|Phần\s|PHẦN\s)\s*\p{Lu}")
_FORM = regex.compile(r"độc lập\s*[-.]?\s*tự do|^số\s*:|^nơi nhận|^(?:tm|kt|tl|tuq)\s*\.|cộng hòa xã hội")
_ITEM = regex.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|-|(?:B|Bước)\s*\d+[.:]?|[IVX]+\.?|[A-H]\.?")
_COLUMN_NUMBER = regex.compile(r"\(?\[?(?:\d{1,2}|[A-Z])\]?\)?(?:\s*=.*)?")
_ROMAN = regex.compile(r"[IVXL]+\.?|[A-H]\.?")
_YEAR = regex.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell: its words, and whether it goes on from the cell to its left or from the one above."""

    view: View
    left: bool = False
    above: bool = False

    @property
    def follows(self) -> bool:
        """Whether it is part of a merged cell that starts elsewhere."""
        return self.left or self.above

    @property
    def text(self) -> str:
        return self.view.text


@dataclass(slots=True)
class Grid:
    """A data table. `header` counts the rows at its head that name the columns."""

    rows: list[list[GridCell]]
    header: int
    rules: list[Row] = field(default_factory=list)
    page: int | None = None

    @property
    def columns(self) -> list[str]:
        """Column names; a two-row header gives `upper lower`."""
        names = []
        for c in range(self.width):
            parts = [self.rows[r][c].text for r in range(self.header) if c < len(self.rows[r])]
            names.append(" ".join(dict.fromkeys(p for p in parts if p)))
        return names

    @property
    def width(self) -> int:
        return max((len(r) for r in self.rows), default=0)

    def span(self) -> tuple[int, int]:
        """The stretch from its first to its last word."""
        spans = [c.view.span() for r in self.rows for c in r if c.view]
        return min(a for a, _ in spans), max(b for _, b in spans)


def is_number_header(text: str) -> bool:
    """Whether a cell heads the number column (STT, TT)."""
    return columns.field_of(text) == "no"


def named(texts: Sequence[str]) -> int:
    """How many of the cells name a known column."""
    return sum(1 for t in texts if columns.field_of(t) is not None)


def header_rows(rows: Sequence[Sequence[GridCell]]) -> int:
    """How many rows at the head of a grid name columns: 0 (none does), 1 or more (two-row headers, number row)."""
    if not rows or len(rows) < 2:
        return 0
    first = [c.text for c in rows[0] if not c.follows]
    if not (named(first) >= 2 or (is_number_header(first[0]) if first else False)):
        return 0
    count = 1
    while count < min(len(rows) - 1, 4) and _is_subheader(rows, count):
        count += 1
    return count


def _is_subheader(rows: Sequence[Sequence[GridCell]], at: int) -> bool:
    row = rows[at]
    own = [c.text for c in row if c.text and not c.follows]
    if own and all(_COLUMN_NUMBER.fullmatch(t) for t in own) and len(own) >= 3:
        return len(own) >= len(row) - 1
    under = row[0].follows or not row[0].text
    return under and bool(own) and named(own) >= max(1, len(own) - 1)


# Tables that the reader knows -----------------------------------------------------------------------------------


def of_table(flow: Flow, by_line: Mapping[int, Row], table: Table) -> Grid | None:
    """The grid of a table of the document, None where it is a letterhead, a signature block or page layout.

    `by_line`: the row of each line that shows words, by the line's identity.
    """
    if table.rows < 2 or table.columns < 2:
        return None
    lines = flow.document.lines
    cells: list[list[GridCell | None]] = [[None] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        kept = [by_line[id(lines[n])] for n in cell.lines if id(lines[n]) in by_line]
        view = View.concat([r.view for r in kept]) if kept else EMPTY
        for r in range(cell.row, min(cell.row + cell.rowspan, table.rows)):
            for c in range(cell.column, min(cell.column + cell.colspan, table.columns)):
                cells[r][c] = GridCell(view, left=c != cell.column, above=r != cell.row)
    filled = [_merged([c or GridCell(EMPTY) for c in row]) for row in cells]
    if _is_form(filled):
        return None
    header = header_rows(filled)
    if not header and (not table.ruled or _is_layout(filled)):
        return None
    return Grid(filled, header, page=table.page) if any(c.view for r in filled for c in r) else None


def _merged(row: list[GridCell]) -> list[GridCell]:
    """Words written again in three or more neighbouring cells are one merged cell."""
    out = list(row)
    start = 0
    while start < len(row):
        end = start + 1
        while end < len(row) and row[end].text == row[start].text:
            end += 1
        if end - start >= 3 and len(row[start].text) >= 12:
            out[start + 1 : end] = [GridCell(c.view, left=True, above=c.above) for c in row[start + 1 : end]]
        start = end
    return out


def _is_form(rows: Sequence[Sequence[GridCell]]) -> bool:
    """A letterhead or a signature block: motto, number, Nơi nhận or authority in one of its few rows."""
    return len(rows) <= 6 and any(_FORM.search(c.view.folded) for r in rows for c in r if c.view)


def _is_layout(rows: Sequence[Sequence[GridCell]]) -> bool:
    """A page laid out by a table: a cell as long as a page."""
    return max(len(c.text) for r in rows for c in r) > 4000


# Tables of which only the cell marks are left --------------------------------------------------------------------


@dataclass(slots=True)
class _Region:
    """The rows between two cell marks; `closed`: a mark stands after it; `fresh`: a row border before it."""

    rows: list[Row]
    closed: bool
    fresh: bool


class Barred:
    """Finds tables among rows separated by `|` lines."""

    def __init__(self, flow: Flow, rows: Sequence[Row]) -> None:
        self.flow = flow
        self.regions = _regions(rows)
        if self.regions:
            self.regions[-1].closed = flow.ends_with_bar(rows[-1])
        self.found: list[tuple[list[Row], Grid]] = []

    def grids(self) -> list[tuple[list[Row], Grid]]:
        """Each table with the rows it takes out of the text."""
        n = 0
        while n < len(self.regions):
            n = self._table_at(n)
        return self.found

    def _view(self, rows: Sequence[Row]) -> View:
        return View.concat([r.view for r in rows]) if rows else EMPTY

    def _table_at(self, n: int) -> int:
        """Tries for a table whose header starts at region n; gives where to go on."""
        width = self._rowed_header(n)
        if width:
            return self._rowed(n, width)
        width = self._flat_header(n)
        if width:
            return self._flat(n, width)
        width = self._headless(n)
        if width:
            return self._rowed(n, width, header=0)
        return n + 1

    def _headless(self, n: int) -> int:
        """The number of cells of a first row without column names: its number, and numbers opening two more rows."""
        end = self._run(n)
        width = end - n
        if not 2 <= width <= 10 or not all(r.closed for r in self.regions[n:end]):
            return 0
        if any(len(r.rows) > 20 or self._outside(r) for r in self.regions[n:end]):
            return 0
        at = n
        for _ in range(3):
            if at >= len(self.regions) or not _ITEM.fullmatch(self._cell_text(at)):
                return 0
            at = self._run(at)
        return width

    def _header_texts(self, n: int, width: int) -> list[str]:
        return [self._view(r.rows).text for r in self.regions[n : n + width]]

    def _run(self, n: int) -> int:
        """The index past the last region of the row that n stands in."""
        end = n + 1
        while end < len(self.regions) and not self.regions[end].fresh:
            end += 1
        return end

    # Rows that are opened and closed by marks

    def _rowed_header(self, n: int) -> int:
        """The number of columns of a header whose first cell is region n and whose row ends with a border."""
        region = self.regions[n]
        end = self._run(n)
        width = end - n
        if not region.closed or len(region.rows) > 4 or end >= len(self.regions):
            return 0
        texts = self._header_texts(n, width)
        if not 2 <= width <= 20 or any(len(t) > 160 for t in texts) or any(_FORM.search(t.lower()) for t in texts):
            return 0
        if not all(r.closed for r in self.regions[n:end]):
            return 0
        known = named(texts)
        if is_number_header(texts[0]) or (known >= 2 and columns.field_of(texts[0]) is not None):
            return width
        return width if region.fresh and known >= 1 and self._run(end) - end >= width else 0

    def _rowed(self, n: int, width: int, header: int = 1) -> int:
        rows: list[list[_Region]] = [self.regions[n : n + width]]
        at = n + width
        widest = width
        while at < len(self.regions):
            end = self._run(at)
            run = self.regions[at:end]
            stop = self._stop(run, widest, at)
            if stop:
                rows.append(run[:stop])
            at += stop
            if stop < len(run) or not stop:
                break
            widest = max(widest, stop)
        return self._take(rows, max(widest, *(len(r) for r in rows)), at, header)

    def _stop(self, run: list[_Region], width: int, at: int) -> int:
        """How many regions at the head of a run are cells of the table (the rest is text after it)."""
        limit = len(run)
        for k, region in enumerate(run):
            if not region.closed:
                limit = k
                break
            if k and columns.field_of(self._view(run[k - 1].rows).text) is None and self._next_table(at + k):
                limit = k - 1  # what stands before the bar that opens the next table is text
                break
            if self._outside(region):
                limit = max(0, k - 1) if region.rows and _FORM.search(region.rows[0].view.folded) and k > 1 else k
                break
        if limit > width:
            interior = limit == len(run) and at + limit < len(self.regions)
            brief = all(len(r.rows) <= 15 for r in run)
            return limit if interior and brief and limit <= max(2 * width, width + 8) else width
        return limit

    def _next_table(self, n: int) -> bool:
        """Whether a further table's header starts at region n, inside the last row of this one."""
        width = self._rowed_header(n)
        texts = self._header_texts(n, width)
        return bool(width) and (is_number_header(texts[0]) or named(texts) >= 3)

    @staticmethod
    def _outside(region: _Region) -> bool:
        """Whether a region is text of the decision rather than a cell."""
        strong, _ = openers()
        return any(is_title_word(r.text) or strong.match(r.view.folded) for r in region.rows) or len(region.rows) > 120

    # Cells that follow each other without row borders

    def _flat_header(self, n: int) -> int:
        """The number of columns of a header whose first cell is the last line of region n."""
        region = self.regions[n]
        if not region.closed or not region.rows or not is_number_header(region.rows[-1].text):
            return 0
        width = 1
        while n + width < len(self.regions) and width < 15:
            follower = self.regions[n + width]
            text = self._view(follower.rows).text
            if follower.fresh or not text or len(text) > 80 or _NUMBER.fullmatch(text) or _GROUP.match(text):
                break
            width += 1
        known = named([region.rows[-1].text, *self._header_texts(n + 1, width - 1)])
        return width if width >= 3 and known >= 3 else 0

    def _flat(self, n: int, width: int) -> int:
        head = _Region(self.regions[n].rows[-1:], closed=True, fresh=False)
        rows: list[list[_Region]] = [[head, *self.regions[n + 1 : n + width]]]
        at = n + width
        while at < len(self.regions) and self.regions[at].closed and not self._outside(self.regions[at]):
            end = self._flat_row_end(at, width)
            rows.append(self.regions[at:end])
            at = end
        return self._take(rows, width, at)

    def _flat_row_end(self, at: int, width: int) -> int:
        text = self._cell_text(at)
        if _GROUP.match(text):
            return at + 1
        if _is_number(text):
            roman = bool(_ROMAN.fullmatch(text))
            if roman and self._starts_row(at + 2):
                return at + 2
            if not roman and self._starts_row(at + 2) and not self._starts_row(at + width):
                return at + 2
            return self._end(at, width)
        return self._end(at, width - 1)

    def _end(self, at: int, length: int) -> int:
        """The end of a row of `length` cells, earlier where the text goes on."""
        for k in range(at + 1, min(at + length, len(self.regions))):
            if not self.regions[k].closed or self._outside(self.regions[k]):
                return k
        return min(at + length, len(self.regions))

    def _cell_text(self, at: int) -> str:
        return self._view(self.regions[at].rows).text if at < len(self.regions) else ""

    def _starts_row(self, at: int) -> bool:
        text = self._cell_text(at)
        return _is_number(text) or bool(_GROUP.match(text))

    # Both

    def _take(self, runs: list[list[_Region]], width: int, end: int, header: int = 1) -> int:
        usual = len(runs[0])
        views = [[self._view(r.rows) for r in run] for run in runs]
        lower = _lower_header(views, width) if header else None
        rows = [self._row(v, width, usual) for v in views]
        if lower is not None:
            rows[:2] = lower
            header = 2
        taken = [row for run in runs for region in run for row in region.rows]
        self.found.append((taken, Grid(rows, max(header, header_rows(rows)))))
        return max(end, 1)

    @staticmethod
    def _row(views: list[View], width: int, usual: int) -> list[GridCell]:
        """A row filled up to the table's width: a missing number stands first, other missing cells last.

        `usual` is the header's number of cells: a row one shorter that has no number goes on under a merged one.
        """
        cells = [GridCell(v) for v in views]
        if len(cells) == usual - 1 and usual > 3 and not _ITEM.fullmatch(cells[0].text):
            cells.insert(0, GridCell(EMPTY, above=True))
        return cells + [GridCell(EMPTY, left=True)] * (width - len(cells))


def _lower_header(views: list[list[View]], width: int) -> list[list[GridCell]] | None:
    """A header of two rows: the cells of the second stand under one cell of the first (Cơ quan thực hiện)."""
    if len(views) < 3 or len(views[0]) + len(views[1]) - 1 != width or len(views[1]) < 2:
        return None
    upper, lower = views[0], views[1]
    fields = {columns.field_of(v.text) for v in lower}
    if not (fields & {"lead", "support"} or all(len(v.text) < 40 for v in lower)):
        return None
    leads = [n for n, v in enumerate(upper) if columns.field_of(v.text) == "lead" or "thực hiện" in v.folded]
    at = leads[0] if leads and fields & {"lead", "support"} else len(upper) - 1
    extra = len(lower) - 1
    first = [GridCell(v) for v in upper[: at + 1]] + [GridCell(upper[at], left=True)] * extra
    first += [GridCell(v) for v in upper[at + 1 :]]
    second = [GridCell(EMPTY, above=True)] * at + [GridCell(v) for v in lower]
    second += [GridCell(EMPTY, above=True)] * (width - len(second))
    return [first, second]


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and not _YEAR.fullmatch(text)


def _regions(rows: Sequence[Row]) -> list[_Region]:
    """The rows cut at cell marks; an empty cell (blank between two marks) is a region without rows."""
    regions: list[_Region] = []
    for row in rows:
        if row.bars or not regions:
            if regions:
                regions[-1].closed = True
            fresh = row.bars > 0 and not regions
            for blank in row.gaps:
                if blank:
                    regions.append(_Region([], closed=True, fresh=fresh))
                    fresh = False
                else:
                    fresh = True
            regions.append(_Region([row], closed=False, fresh=fresh))
        else:
            regions[-1].rows.append(row)
    return regions
