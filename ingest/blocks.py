"""Between a format's tree and the Document: paragraphs and grids, poured into a Builder in reading order.

Word files and web pages are both trees of paragraphs and tables. Their readers make `Paragraph` and `Grid` blocks;
`pour` writes them out: one line a paragraph, cells row by row, and no table for what is only a page's frame.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import regex

from ingest.document import Builder, Cell, Join, Place, Table

MOST_SPAN = 1000  # columns or rows one cell may cover; the HTML standard's own bound for colspan
_BLANK_LINE = regex.compile(r"\n[^\S\n]*\n\s*")

# A cell that holds a page rather than a value: many paragraphs, most of its table's words.
_PAGE_PARAGRAPHS = 30
_PAGE_LETTERS = 3000
_PAGE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; line breaks inside `text` are soft, an empty line between two parts them."""

    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Characters that are form (kind `page` or `chatter`), kept where they stand."""

    kind: str
    text: str


@dataclass(slots=True)
class GridCell:
    """A cell at its place in the grid, with the blocks in it."""

    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    blocks: list[Block] = field(default_factory=list)


class _Measure(NamedTuple):
    """How much stands in some blocks: paragraphs, letters, and the cells of the largest grid."""

    paragraphs: int = 0
    letters: int = 0
    cells: int = 0


class Grid:
    """A table as the format gives it, its coordinates made tight. Measured once, so that nesting stays cheap."""

    __slots__ = ("cells", "columns", "frame", "measure", "rows", "ruled")

    def __init__(self, cells: Sequence[GridCell], rows: int, ruled: bool) -> None:
        """`cells` in reading order; spans that reach past the last row or the last column are cut."""
        self.cells = cells
        self.rows = rows
        self.ruled = ruled
        self.columns = _tighten(cells, rows)
        measures = [_measure(cell.blocks) for cell in cells]
        inner = max((measure.cells for measure in measures), default=0)
        letters = sum(measure.letters for measure in measures)
        paragraphs = sum(measure.paragraphs for measure in measures)
        self.measure = _Measure(paragraphs, letters, max(inner, len(cells)))
        self.frame = self.columns < 2 or inner > len(cells) or any(_is_page(one, letters, ruled) for one in measures)


Block = Paragraph | Form | Grid


def _tighten(cells: Sequence[GridCell], rows: int) -> int:
    """Renumbers columns so that each is the start of some cell; gives their number.

    Word writes grids with columns nobody starts in, pages span a title over a thousand: neither is a column.
    """
    starts = sorted({cell.column for cell in cells})
    place = {column: n for n, column in enumerate(starts)}
    for cell in cells:
        end = cell.column + min(cell.colspan, MOST_SPAN)
        first = place[cell.column]
        last = first + 1
        while last < len(starts) and starts[last] < end:
            last += 1
        cell.column, cell.colspan = first, last - first
        cell.rowspan = max(1, min(cell.rowspan, rows - cell.row))
    return len(starts)


def _measure(blocks: Sequence[Block]) -> _Measure:
    paragraphs = letters = cells = 0
    for block in blocks:
        if isinstance(block, Grid):
            paragraphs += block.measure.paragraphs
            letters += block.measure.letters
            cells = max(cells, block.measure.cells)
        elif isinstance(block, Paragraph) and block.text:
            paragraphs += 1
            letters += len(block.text)
    return _Measure(paragraphs, letters, cells)


def _is_page(cell: _Measure, letters: int, ruled: bool) -> bool:
    page = cell.paragraphs > _PAGE_PARAGRAPHS and cell.letters > _PAGE_LETTERS
    return page and not ruled and cell.letters >= _PAGE_SHARE * letters


def leaves(blocks: Sequence[Block]) -> Iterator[Paragraph | Form]:
    """The paragraphs of blocks and of every grid inside them, in reading order, however deep."""
    stack = [iter(blocks)]
    while stack:
        block = next(stack[-1], None)
        if block is None:
            stack.pop()
        elif isinstance(block, Grid):
            stack.append(itertools.chain.from_iterable(cell.blocks for cell in block.cells))
        else:
            yield block


def pour(builder: Builder, blocks: Sequence[Block]) -> None:
    """Writes blocks into the builder. Grids become tables; a grid that only frames a page is its cells' blocks.

    A table inside a table's cell is lines of that cell. A grid without a word is nothing.
    """
    counter = itertools.count()
    stack = [iter(blocks)]
    while stack:
        block = next(stack[-1], None)
        if block is None:
            stack.pop()
        elif isinstance(block, Form):
            builder.form(block.kind, block.text)
        elif isinstance(block, Paragraph):
            _lines(builder, block.text, Place(paragraph=next(counter)), None)
        elif block.frame:
            stack.append(itertools.chain.from_iterable(cell.blocks for cell in block.cells))
        else:
            _table(builder, block, counter)


def _lines(builder: Builder, text: str, place: Place, table: int | None) -> None:
    for part in _BLANK_LINE.split(text) if "\n" in text else (text,):
        builder.line(part, Join.NEW, place, table)


def _table(builder: Builder, grid: Grid, counter: Iterator[int]) -> None:
    index = len(builder.tables)
    before = len(builder.lines)
    cells = []
    for cell in grid.cells:
        first = len(builder.lines)
        for leaf in leaves(cell.blocks):
            if isinstance(leaf, Form):
                builder.form(leaf.kind, leaf.text)
            else:
                place = Place(paragraph=next(counter), table=index, row=cell.row, cell=cell.column)
                _lines(builder, leaf.text, place, index)
        lines = tuple(range(first, len(builder.lines)))
        cells.append(Cell(cell.row, cell.column, lines, cell.rowspan, cell.colspan))
    if len(builder.lines) > before:
        builder.tables.append(Table(grid.rows, grid.columns, tuple(cells), ruled=grid.ruled))
