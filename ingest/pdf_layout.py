"""Pages taken apart, put together to one document in reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import regex

from ingest.document import Builder, Cell, Join, Note, Place, Span, Table
from ingest.pdf_flow import (
    Area,
    Block,
    Sheet,
    area_of,
    column_joins,
    columns,
    fits,
    follow,
    follow_over_page,
    furniture,
    merged,
    sheet_rows,
    whole_area,
)
from ingest.pdf_grid import Grid, tables_of
from ingest.pdf_lines import TextLine
from ingest.pdf_page import Page
from ingest.pdf_tables import Part, Piece, WholeCell, WholeTable, glued, goes_together, is_broken, stitched, united

MANY = 30  # doubtful words on a page: more are one note
UNSURE = 60.0  # a word's confidence below this is a note
_ITEM = regex.compile(r"^(?:[-–+*•]\s|\p{L}\)\s|\d{1,2}[.)]\s)")
_ENDED = regex.compile(r"[.;:!?]$")


def sheet_of(page: Page) -> Sheet:
    """A page taken apart: its ruled tables, and the lines outside them."""
    grids, rest = tables_of(page)
    return Sheet(page.number, page.width, page.height, grids, sheet_rows(rest))


@dataclass(slots=True)
class _Text:
    page: int
    line: TextLine


@dataclass(slots=True)
class _Form:
    page: int
    text: str


@dataclass(slots=True)
class _Parts:
    """A table's pieces, with the page numbers and running headers that stand between them."""

    parts: list[Part]
    borders: list[float]
    between: list[tuple[int, str]] = field(default_factory=list)  # (page it comes before, text)


_Item = _Text | _Form | Block | _Parts


def _page_items(sheet: Sheet, form: set[int]) -> list[TextLine | Block | Grid]:
    """What stands on a page between its header and its footer, from top to bottom."""
    rows = [row for n, row in enumerate(sheet.rows) if n not in form]
    items: list[TextLine | Block | Grid] = []
    start = 0
    for grid in sheet.grids:
        end = next((n for n in range(start, len(rows)) if rows[n][0].base > grid.top + 2), len(rows))
        items += columns(rows[start:end], sheet.width)
        items.append(grid)
        start = end
    return items + list(columns(rows[start:], sheet.width))


def _split_form(sheet: Sheet, form: set[int]) -> tuple[list[str], list[str]]:
    """The texts of a page's header and footer."""
    lines = [merged(sheet.rows[n]) for n in sorted(form)]
    middle = sheet.height / 2
    return [ln.text for ln in lines if ln.base < middle], [ln.text for ln in lines if ln.base >= middle]


def _carry(block: Block, items: list[TextLine | Block | Grid], page: int) -> int:
    """Moves what goes on with a block's columns at the next page's top into it; gives how many items."""
    taken = 0
    last = block.left[-1] if block.left else None
    usual = min((b.base - a.base for a, b in pairwise(block.left)), default=0.0)
    for item in items:
        above = items[taken - 1] if taken else None
        if isinstance(item, Block) and _same_columns(block, item):
            block.carried += [(page, line, 0) for line in item.left] + [(page, line, 1) for line in item.right]
            return taken + 1
        if last is None or not isinstance(item, TextLine) or item.x1 > block.gutter[1] - 5:
            break
        step = item.base - above.base if isinstance(above, TextLine) else 0.0
        if abs(item.x0 - last.x0) > 3 or step > max(1.4 * item.size, 1.05 * usual):
            break
        block.carried.append((page, item, 0))
        taken += 1
    return taken


def _same_columns(a: Block, b: Block) -> bool:
    """Do two blocks share their gutter, and the left margin of a column?"""
    shared = min(a.gutter[1], b.gutter[1]) - max(a.gutter[0], b.gutter[0])
    margins = [abs(x[0].x0 - y[0].x0) <= 3 for x, y in ((a.left, b.left), (a.right, b.right)) if x and y]
    return shared > 6 and any(margins)


def _items(sheets: Sequence[Sheet]) -> list[_Item]:
    """The document's pieces in reading order, tables stitched over pages."""
    form: dict[int, set[int]] = defaultdict(set)
    for s, n in furniture(sheets):
        form[s].add(n)
    found: list[_Item] = []
    last: _Item | None = None
    for s, sheet in enumerate(sheets):
        header, footer = _split_form(sheet, form[s])
        items = _page_items(sheet, form[s])
        if isinstance(last, Block) and last.left and last.left[-1].base > 0.75 * sheet.height:
            items = items[_carry(last, items, sheet.number) :]
        last = _add_page(found, last, sheet.number, header, items)
        _add_form(found, last, sheet.number + 1, footer)
    return found


def _add_form(found: list[_Item], last: _Item | None, page: int, texts: Iterable[str]) -> None:
    for text in texts:
        if isinstance(last, _Parts):
            last.between.append((page, text))
        else:
            found.append(_Form(page, text))


def _add_page(
    found: list[_Item], last: _Item | None, page: int, header: list[str], items: list[TextLine | Block | Grid]
) -> _Item | None:
    """Adds a page's items; gives the last one that is content."""
    first = items[0] if items else None
    goes_on = isinstance(last, _Parts) and isinstance(first, Grid) and goes_together(last.borders, first)
    _add_form(found, last if goes_on else None, page, header)
    for item in items:
        if isinstance(item, Grid):
            if item is first and isinstance(last, _Parts) and goes_on:
                last.parts.append(Part(page, item))
                last.borders = united(last.borders, item)
                continue
            last = _Parts([Part(page, item)], list(item.xs))
        elif isinstance(item, Block):
            item.page = page
            last = item
        else:
            last = _Text(page, item)
        found.append(last)
    return last


# --- writing it down ---


class _Writer:
    """Writes the pieces into a Builder."""

    def __init__(self, builder: Builder, areas: dict[int, Area]) -> None:
        self.builder = builder
        self.areas = areas
        self.before: _Text | None = None  # the line before, where text runs on
        self.join = Join.NEW
        self.doubts: dict[int, list[Note]] = {}
        self.held: tuple[_Text, Join] | None = None  # the same, not yet written: a broken word may go on

    def put(self, line: TextLine, join: Join, place: Place, table: int | None = None) -> int | None:
        index = self.builder.line(line.text, join, place, table)
        if index is not None and line.doubts:
            self._doubts(line, self.builder.lines[index].span, place.page or 0)
        return index

    def _doubts(self, line: TextLine, span: Span, page: int) -> None:
        """A note for each word of a line that OCR was not sure of."""
        start = 0
        for word, sure in line.doubts:
            at = line.text.find(word, start)
            if at >= 0 and sure < UNSURE:
                where = Span(span.start + at, span.start + at + len(word))
                note = Note("ocr-doubtful", f"“{word}” read with confidence {sure:.0f} of 100", where)
                self.doubts.setdefault(page, []).append(note)
                start = at + len(word)

    def finish(self) -> None:
        """Writes the line that is held back, and the doubts: one note for a page that is doubtful all over."""
        self.flush()
        for page, notes in self.doubts.items():
            if len(notes) > MANY:
                whole = Span(notes[0].span[0], notes[-1].span[1]) if notes[0].span and notes[-1].span else None
                notes = [Note("ocr-doubtful", f"page {page} reads badly: {len(notes)} words are doubtful", whole)]
            self.builder.notes += notes

    def text(self, item: _Text) -> None:
        area = self.areas[item.page]
        if self.before is None:
            join = Join.NEW
        elif self.before.page == item.page:
            join = follow(self.before.line, item.line, area, self.join)
        else:
            join = follow_over_page(self.before.line, item.line, self.areas[self.before.page], area)
        self.before, self.join = item, join
        if join is Join.WRAP and self.held and is_broken(self.held[0].line, item.line, area.right):
            self.held = (_Text(self.held[0].page, glued(self.held[0].line, item.line)), self.held[1])
            return
        self.flush()
        self.held = (item, join)

    def flush(self) -> None:
        """Writes the line that is held back."""
        if self.held:
            item, join = self.held
            self.put(item.line, join, Place(item.page, item.line.box))
        self.held = None

    def form(self, item: _Form) -> None:
        self.flush()
        self.builder.form("page", item.text)

    def block(self, item: Block) -> None:
        """Two columns as a borderless table of one row, as Word writes a letterhead."""
        self.flush()
        table, step = len(self.builder.tables), self.areas[item.page].step
        right_edge = max([self.areas[item.page].right, *(line.x1 for line in item.right)])
        left = [(item.page, line, join) for line, join in column_joins(item.left, item.gutter[1] - 5, step)]
        right = [(item.page, line, join) for line, join in column_joins(item.right, right_edge, step)]
        for page, line, column in item.carried:
            (left, right)[column].append((page, line, Join.NEW if line.text[:1] in "-–+" else Join.OPEN))
        cells = []
        for column, lines in enumerate((left, right)):
            indices = [
                self.put(line, join, Place(page, line.box, table=table, row=0, cell=column), table)
                for page, line, join in lines
            ]
            cells.append(Cell(0, column, tuple(n for n in indices if n is not None)))
        self.builder.tables.append(Table(1, 2, tuple(cells), item.page, ruled=False))
        self.before = None

    def parts(self, item: _Parts) -> None:
        """A table, its repeated header rows and the page numbers inside it set aside as form."""
        self.flush()
        whole = stitched(item.parts)
        forms = sorted([*item.between, *((page, line.text) for page, line in whole.headers)], key=lambda form: form[0])
        index = len(self.builder.tables)
        start = self.builder.length
        cells: list[Cell] = []
        row_spans: dict[int, int] = {}
        for n, cell in enumerate(whole.cells):
            while forms and forms[0][0] <= whole.starts[cell.row]:
                self.builder.form("page", forms.pop(0)[1])
            row_spans.setdefault(cell.row, self.builder.length)
            cells.append(self._cell(cell, n, index))
        for _, text in forms:
            self.builder.form("page", text)
        page = item.parts[0].page
        self.builder.tables.append(Table(whole.rows, whole.columns, tuple(cells), page, whole.ruled))
        self._receipt(whole, Span(start, max(start, self.builder.length - 1)), row_spans)
        self.before = None

    def _cell(self, cell: WholeCell, number: int, table: int) -> Cell:
        indices = []
        for piece, join in _cell_joins(cell.pieces):
            place = Place(piece.page, piece.line.box, table=table, row=cell.row, cell=number)
            indices.append(self.put(piece.line, join, place, table))
        lines = tuple(n for n in indices if n is not None)
        return Cell(cell.row, cell.column, lines, cell.rowspan, cell.colspan)

    def _receipt(self, whole: WholeTable, span: Span, row_spans: dict[int, int]) -> None:
        pages = f"page {whole.pages[0]}" if len(whole.pages) == 1 else f"pages {whole.pages[0]}-{whole.pages[-1]}"
        message = f"table on {pages}: {whole.seen} rows seen, {whole.rows} kept, {whole.rejoined} rejoined"
        self.builder.notes.append(Note("table-receipt", message, span))
        for row, page, joined in whole.doubtful:
            at = row_spans.get(row, span.start)
            end = row_spans.get(row + 1, span.end + 1) - 1
            done = "taken as one row" if joined else "taken as two rows"
            message = f"row {row + 1} before and after the break to page {page} {done}"
            self.builder.notes.append(Note("table-row-doubtful", message, Span(at, max(at, end))))


def _cell_joins(pieces: Sequence[Piece]) -> list[tuple[Piece, Join]]:
    """The lines of a cell: one paragraph, unless a line had room for the next one's first word or stands apart."""
    if len(pieces) < 2:
        return [(piece, Join.NEW) for piece in pieces]
    left = min(piece.line.x0 - piece.cell[0] for piece in pieces)
    pad = left if 0 < left < 9 else 4.0
    steps = [b.line.base - a.line.base for a, b in pairwise(pieces) if a.page == b.page]
    step = min((s for s in steps if s > 0), default=0.0)
    found = [(pieces[0], Join.NEW)]
    for a, b in pairwise(pieces):
        join = _cell_join(a, b, a.cell[1] - pad, step)
        held, how = found[-1]
        if join is Join.WRAP and is_broken(held.line, b.line, a.cell[1] - 4):
            found[-1] = (Piece(held.page, glued(held.line, b.line), held.cell), how)
        else:
            found.append((b, join))
    return found


def _cell_join(a: Piece, b: Piece, right: float, step: float) -> Join:
    if a.page == b.page and step and b.line.base - a.line.base > max(1.3 * step, step + 3):
        return Join.NEW
    if fits(a.line, b.line, right):
        middle = (a.cell[0] + a.cell[1]) / 2
        centred = all(abs((p.line.x0 + p.line.x1) / 2 - middle) < 4 for p in (a, b))
        return Join.OPEN if centred else Join.NEW
    return Join.OPEN if _ITEM.match(b.line.text) and _ENDED.search(a.line.text) else Join.WRAP


def _areas(items: Sequence[_Item], sheets: Sequence[Sheet]) -> dict[int, Area]:
    """The area of text of each page, by its own lines and by those of all pages of its size."""
    lines: dict[int, list[TextLine]] = {sheet.number: [] for sheet in sheets}
    for item in items:
        if isinstance(item, _Text):
            lines[item.page].append(item.line)
    sizes = {sheet.number: (round(sheet.width / 10), round(sheet.height / 10)) for sheet in sheets}
    whole = {size: whole_area([lines[page] for page in lines if sizes[page] == size]) for size in set(sizes.values())}
    return {page: area_of(lines[page], whole[sizes[page]]) for page in lines}


def compose(builder: Builder, sheets: Sequence[Sheet]) -> None:
    """Writes pages in reading order: columns side by side, stitched tables, page numbers as form."""
    items = _items(sheets)
    writer = _Writer(builder, _areas(items, sheets))
    for item in items:
        match item:
            case _Text():
                writer.text(item)
            case _Form():
                writer.form(item)
            case Block():
                writer.block(item)
            case _Parts():
                writer.parts(item)
    writer.finish()
