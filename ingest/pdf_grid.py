"""Ruling lines made to grids of cells, and characters put into the cells they stand in.

Cells merge where no rule covers most of the border between them; a character belongs to the cell of its centre.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.pdf_lines import TextLine, lines
from ingest.pdf_page import Page, Rule, Run, trimmed

NEAR = 3.0  # points: rules nearer than this are one line (double rules, corners that do not quite meet)
COVERED = 0.6  # of a border: less ruled than this and the two cells are one
MAX_CELLS = 30_000


@dataclass(slots=True)
class GridCell:
    """A cell of a page's grid; `box` is left, top, right, bottom in points; lines in reading order."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: tuple[float, float, float, float]
    lines: list[TextLine] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class Grid:
    """A ruled table on one page: borders as coordinates in points, cells in reading order."""

    xs: list[float]
    ys: list[float]
    cells: list[GridCell]
    ruled: bool = True

    @property
    def top(self) -> float:
        return self.ys[0]

    @property
    def bottom(self) -> float:
        return self.ys[-1]


def cluster(values: Iterable[float], near: float = NEAR) -> list[float]:
    """Values with those nearer than `near` to the one before taken together, at their mean.

    >>> cluster([10.0, 10.5, 50.0])
    [10.25, 50.0]
    """
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= near:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Rules on one line that touch, made one."""
    rules = sorted(rules, key=lambda r: r.at)
    bands: list[list[Rule]] = []
    for rule in rules:
        if bands and rule.at - bands[-1][0].at <= NEAR / 2:
            bands[-1].append(rule)
        else:
            bands.append([rule])
    return [joined for band in bands for joined in _joined(sorted(band, key=lambda r: r.start))]


def _joined(band: Sequence[Rule]) -> Iterator[Rule]:
    upright, at, start, end = band[0]
    for rule in band[1:]:
        if rule.start <= end + NEAR:
            end = max(end, rule.end)
        else:
            yield Rule(upright, at, start, end)
            upright, at, start, end = rule
    yield Rule(upright, at, start, end)


def _components(level: Sequence[Rule], upright: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules that cross or touch one another, as groups of level and upright ones."""
    parent = list(range(len(level) + len(upright)))

    def find(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    heights = [rule.at for rule in level]
    for m, side in enumerate(upright, len(level)):
        for n in range(bisect_right(heights, side.start - NEAR), bisect_right(heights, side.end + NEAR)):
            if level[n].start - NEAR <= side.at <= level[n].end + NEAR:
                parent[find(m)] = find(n)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for n, rule in enumerate(level):
        groups[find(n)][0].append(rule)
    for m, rule in enumerate(upright, len(level)):
        groups[find(m)][1].append(rule)
    return list(groups.values())


def _borders(along: Sequence[Rule], across: Sequence[Rule]) -> list[float]:
    """Border coordinates: those of the rules, and the outermost ends of the rules across where a side is open."""
    found = cluster(rule.at for rule in along)
    first, last = min(rule.start for rule in across), max(rule.end for rule in across)
    if not found or first < found[0] - 2 * NEAR:
        found.insert(0, first)
    if last > found[-1] + 2 * NEAR:
        found.append(last)
    return found


def _cover(rules: Sequence[Rule], borders: Sequence[float], steps: Sequence[float]) -> list[list[bool]]:
    """For each border, for each step along it: is it ruled?"""
    lengths = [[0.0] * (len(steps) - 1) for _ in borders]
    for _, at, start, end in rules:
        n = bisect_left(borders, at, 1, len(borders) - 1)
        row = lengths[n - (at - borders[n - 1] <= borders[n] - at)]
        for k in range(max(0, bisect_right(steps, start) - 1), len(row)):
            if steps[k] >= end:
                break
            row[k] += max(0.0, min(end, steps[k + 1]) - max(start, steps[k]))
    least = [COVERED * (b - a) for a, b in pairwise(steps)]
    return [[length >= enough for length, enough in zip(row, least, strict=True)] for row in lengths]


def _areas(rows: int, columns: int, level: list[list[bool]], upright: list[list[bool]]) -> list[list[int]]:
    """The base cells that are one cell, as [top, left, bottom, right] (ends not included), in reading order."""
    owner = [[-1] * columns for _ in range(rows)]
    areas: list[list[int]] = []
    for r in range(rows):
        for c in range(columns):
            if owner[r][c] < 0:
                area = _grown(r, c, rows, columns, level, upright, owner)
                for i in range(area[0], area[2]):
                    for j in range(area[1], area[3]):
                        owner[i][j] = len(areas)
                areas.append(area)
    return areas


def _grown(
    r: int, c: int, rows: int, columns: int, level: list[list[bool]], upright: list[list[bool]], owner: list[list[int]]
) -> list[int]:
    """The largest rectangle from a top left base cell with no rule inside: first to the right, then down."""
    right = c + 1
    while right < columns and owner[r][right] < 0 and not upright[right][r]:
        right += 1
    bottom = r + 1
    while (
        bottom < rows
        and all(owner[bottom][j] < 0 and not level[bottom][j] for j in range(c, right))
        and not any(upright[j][bottom] for j in range(c + 1, right))
        and (right == columns or upright[right][bottom])
        and (c == 0 or upright[c][bottom])
    ):
        bottom += 1
    return [r, c, bottom, right]


def _grid(level: list[Rule], upright: list[Rule]) -> Grid | None:
    """The grid of rules that hang together; None where they are no table (an underline, a frame, a drawing)."""
    if len(level) < 2 or not upright:
        return None
    xs, ys = _borders(upright, level), _borders(level, upright)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or not 2 <= rows * columns <= MAX_CELLS:
        return None
    areas = _areas(rows, columns, _cover(level, ys, xs), _cover(upright, xs, ys))
    if len(areas) < 2:
        return None
    cells = [
        GridCell(top, left, bottom - top, right - left, (xs[left], ys[top], xs[right], ys[bottom]))
        for top, left, bottom, right in areas
    ]
    return Grid(xs, ys, cells)


def _inside(inner: Grid, outer: Grid) -> bool:
    return (
        inner is not outer
        and outer.xs[0] - 1 <= inner.xs[0]
        and inner.xs[-1] <= outer.xs[-1] + 1
        and outer.top - 1 <= inner.top
        and inner.bottom <= outer.bottom + 1
    )


def grids(rules: Iterable[Rule]) -> list[Grid]:
    """The tables that ruling lines draw, from top to bottom; what is drawn inside a cell is part of that cell."""
    level = _merged(rule for rule in rules if not rule.upright)
    upright = _merged(rule for rule in rules if rule.upright)
    found = [grid for group in _components(level, upright) if (grid := _grid(*group))]
    return sorted(
        (grid for grid in found if not any(_inside(grid, other) for other in found)), key=lambda g: (g.top, g.xs[0])
    )


def _cut(run: Run, borders: Sequence[float]) -> Iterator[Run]:
    """A run cut at upright borders, each character going where its centre stands."""
    centres = [(a + b) / 2 for a, b in zip(run.edges, [*run.edges[1:], run.x1], strict=True)]
    start = 0
    for border in [*borders, float("inf")]:
        end = next((n for n in range(start, len(centres)) if centres[n] >= border), len(centres))
        if end > start:
            right = run.edges[end] if end < len(run.edges) else run.x1
            edges = run.edges[start:end]
            piece = trimmed(run._replace(x0=edges[0], x1=right, text=run.text[start:end], edges=edges))
            if piece:
                yield piece
        start = end


def fill(grid: Grid, runs: Iterable[Run]) -> list[Run]:
    """Puts the runs that stand in a grid into its cells; gives back the others."""
    owner = {
        (r, c): cell
        for cell in grid.cells
        for r in range(cell.row, cell.row + cell.rowspan)
        for c in range(cell.column, cell.column + cell.colspan)
    }
    held: dict[int, list[Run]] = defaultdict(list)
    outside: list[Run] = []
    for run in runs:
        middle = (run.top + run.bottom) / 2
        if not (grid.top <= middle <= grid.bottom and run.x1 > grid.xs[0] and run.x0 < grid.xs[-1]):
            outside.append(run)
            continue
        row = min(bisect_right(grid.ys, middle), len(grid.ys) - 1) - 1
        for piece in _pieces(run, row, grid, owner):
            column = min(max(bisect_right(grid.xs, (piece.x0 + piece.x1) / 2), 1), len(grid.xs) - 1) - 1
            held[id(owner[row, column])].append(piece)
    for cell in grid.cells:
        if standing := held.get(id(cell)):
            cell.lines = lines(standing)
    return outside


def _pieces(run: Run, row: int, grid: Grid, owner: dict[tuple[int, int], GridCell]) -> Iterable[Run]:
    """The run, cut at the borders of cells it crosses."""
    first, end = max(1, bisect_right(grid.xs, run.x0)), min(len(grid.xs) - 1, bisect_left(grid.xs, run.x1))
    crossed = [n for n in range(first, end) if owner[row, n - 1] is not owner[row, n]]
    return _cut(run, [grid.xs[n] for n in crossed]) if crossed else (run,)


def tables_of(page: Page) -> tuple[list[Grid], list[Run]]:
    """The ruled tables of a page, filled, and the runs outside them. Grids without a character are left out."""
    found: list[Grid] = []
    rest = list(page.runs)
    for grid in grids(page.rules):
        rest = fill(grid, rest)
        if any(cell.lines for cell in grid.cells):
            found.append(grid)
    return found, rest
