"""Rules for tables whose own are missing or broken.

Two cases: a table drawn with level rules alone gets its columns from the gaps that run down through its text; a table
drawn as coloured boxes gets its borders from pdfplumber, which takes the edges of boxes for lines.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.pdf_grid import NEAR, grids
from ingest.pdf_lines import rows, segments
from ingest.pdf_page import Page, Rule, Run

LEAST_GAP = 5.0  # points between two columns
LEAST_BOXES = 6  # coloured boxes that may be a table


def _ladders(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Groups of three level rules and more that start and end together, one under the other."""
    left = sorted((rule for rule in rules if not rule.upright), key=lambda rule: rule.at)
    while left:
        first = left[0]
        same = [r for r in left if abs(r.start - first.start) <= 2 * NEAR and abs(r.end - first.end) <= 2 * NEAR]
        left = [rule for rule in left if rule not in same]
        if len(same) >= 3 and first.end - first.start > 150:
            yield same


def _crossed(ladder: Sequence[Rule], rules: Sequence[Rule]) -> bool:
    """Does an upright rule meet the ladder?"""
    top, bottom = ladder[0].at, ladder[-1].at
    start, end = ladder[0].start - NEAR, ladder[0].end + NEAR
    return any(r.upright and start < r.at < end and r.start < bottom - NEAR and r.end > top + NEAR for r in rules)


def _gaps(lines: Sequence[Sequence[Run]], start: float, end: float) -> list[tuple[float, float]]:
    """Stretches between two x that hardly a line (one in ten) covers."""
    steps = round(end - start) + 1
    covered = [0] * (steps + 1)
    for line in lines:
        for run in line:
            low, high = max(0, round(run.x0 - start)), min(steps, round(run.x1 - start))
            for x in range(low, high):
                covered[x] += 1
    allowed = len(lines) // 10
    found: list[tuple[float, float]] = []
    began: int | None = None
    for x in range(steps + 1):
        free = x < steps and covered[x] <= allowed
        if free and began is None:
            began = x
        elif not free and began is not None:
            if x - began >= LEAST_GAP and began > 0 and x < steps:
                found.append((start + began, start + x))
            began = None
    return found


def _uprights(ladder: Sequence[Rule], runs: Sequence[Run]) -> Iterator[Rule]:
    """Upright rules in the gaps between columns, in each row whose text leaves the gap free."""
    start, end = ladder[0].start, ladder[0].end
    inside = [
        run
        for run in runs
        if ladder[0].at <= (run.top + run.bottom) / 2 <= ladder[-1].at and run.x1 > start and run.x0 < end
    ]
    lines = [[run for piece in segments(row, LEAST_GAP) for run in _whole(piece)] for row in rows(inside)]
    gaps = _gaps(lines, start, end)
    if not gaps or len(lines) < 3:
        return
    for above, below in pairwise(ladder):
        yield Rule(True, start, above.at, below.at)
        yield Rule(True, end, above.at, below.at)
        here = [run for run in inside if above.at <= (run.top + run.bottom) / 2 <= below.at]
        for low, high in gaps:
            middle = (low + high) / 2
            if not any(run.x0 < middle < run.x1 for run in here):
                yield Rule(True, middle, above.at, below.at)


def _whole(piece: Sequence[Run]) -> list[Run]:
    """A piece of a line as one run: the blanks between its words are no columns."""
    return [piece[0]._replace(x1=max(run.x1 for run in piece))]


def with_columns(page: Page) -> Page:
    """The page with upright rules where a table has level ones alone."""
    more = [
        rule
        for ladder in _ladders(page.rules)
        if not _crossed(ladder, page.rules)
        for rule in _uprights(ladder, page.runs)
    ]
    return replace(page, rules=(*page.rules, *more)) if more else page


def with_boxes(data: bytes, page: Page) -> Page:
    """The page with the borders pdfplumber sees, where coloured boxes may be a table's cells and no rules are drawn."""
    if page.boxes < LEAST_BOXES or grids(page.rules):
        return page
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        seen = document.pages[page.number - 1]
        rules = [rule for table in seen.find_tables() for cell in table.cells for rule in _edges(cell)]
    return replace(page, rules=(*page.rules, *rules)) if rules else page


def _edges(cell: tuple[float, float, float, float]) -> Iterator[Rule]:
    x0, top, x1, bottom = cell
    yield Rule(False, top, x0, x1)
    yield Rule(False, bottom, x0, x1)
    yield Rule(True, x0, top, bottom)
    yield Rule(True, x1, top, bottom)
