"""Data tables: what kind a table is, its columns and rows (contract: Task tables; domain notes §7)."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from parsers.cell_words import says
from parsers.columns import field_of
from parsers.grid import Grid
from parsers.model import Table, TableKind

_LABEL = regex.compile(r"(?:\d{1,3}(?:\.\d{1,3}){0,3}|[IVXL]+|[A-HĐ]|[a-zđ])[.)]?|[-+*]")


def fields_of(grid: Grid) -> list[str | None]:
    """The field of each column: by its lowest header cell, else by all of them joined, else by the highest."""
    joined = grid.columns
    fields: list[str | None] = []
    for c in range(grid.width):
        own = [grid.rows[r][c].text for r in range(grid.header) if c < len(grid.rows[r])]
        tries = [*reversed([t for t in own if t]), joined[c]]
        fields.append(next((f for t in tries if (f := field_of(t))), None))
    return ["no", *fields[:-1]] if _lacks_number(grid) else fields


def _lacks_number(grid: Grid) -> bool:
    """Whether the header has no cell for the numbers of the rows, so that its names stand one column too early."""
    names = grid.columns
    if len(names) < 3 or names[-1] or not names[0] or field_of(names[0]) == "no":
        return False
    firsts = [row[0].text for row in grid.rows[grid.header :] if row and row[0].text]
    return len(firsts) > 1 and all(_LABEL.fullmatch(t) for t in firsts)


def kind_of(grid: Grid, title: str) -> TableKind:
    """What a table holds; `title` is the folded title of the document it stands in."""
    fields = fields_of(grid)
    known = set(fields)
    if "step" in known or _stepped(grid):
        return "workflow"
    if known & {"procedure", "procedure_detail"}:
        return "procedures"
    if fields.count("person") >= 2:
        return "people"
    if "task" in known and known & {"lead", "support", "output", "deadline"}:
        return "workflow" if _is_workflow(grid, fields, title) else "task"
    if "target" in known:
        return "target"
    if "price" in known:
        return "prices"
    if "budget" in known:
        return "budget"
    return "other"


def _stepped(grid: Grid) -> bool:
    """Rows numbered Bước 1, Bước 2, B3."""
    first = [next((c.view.folded for c in r if c.view), "") for r in grid.rows[grid.header :]]
    steps = sum(1 for words in first if says("step", words))
    return steps >= 2 and steps * 3 > len(first)


def _is_workflow(grid: Grid, fields: Sequence[str | None], title: str) -> bool:
    """Steps of a procedure: times in hours and parts of a day, desks and officers as actors."""
    times = _values(grid, fields, "deadline")
    timed = sum(1 for t in times if says("step_time", t))
    if times and timed * 2 > len(times):
        return True
    actors = _values(grid, fields, "lead")
    desks = sum(1 for a in actors if says("desk", a))
    return says("procedural", title) and (timed > 0 or desks * 2 > len(actors))


def _values(grid: Grid, fields: Sequence[str | None], name: str) -> list[str]:
    if name not in fields:
        return []
    column = fields.index(name)
    return [r[column].view.folded for r in grid.rows[grid.header :] if column < len(r) and r[column].view]


def table(grid: Grid, kind: TableKind) -> Table:
    """The contract's table: every row filled to the width, a merged cell's words in each place it covers.

    Where the header has no cell for the numbers of the rows, that column has no name.
    """
    width = grid.width
    rows = tuple(
        tuple("" if c.left else c.text for c in row) + ("",) * (width - len(row)) for row in grid.rows[grid.header :]
    )
    names = ["", *grid.columns[:-1]] if _lacks_number(grid) else grid.columns
    return Table(kind=kind, columns=tuple(names), rows=rows, page=grid.page, span=grid.span())
