"""A document as the parser walks it: paragraphs and data tables in order."""

from __future__ import annotations

from parsers.flow import Flow, Para, Paragraphs, Row
from parsers.grid import Barred, Grid, of_table
from parsers.view import EMPTY


def items(flow: Flow) -> list[Para]:
    """Paragraphs of the document in order; a data table stands among them as a paragraph with `grid` set."""
    rows = flow.rows()
    tables = _tables(flow, rows)
    gone = {id(row): n for n, (taken, _) in enumerate(tables) for row in taken}
    builder = Paragraphs(flow, rows)
    found: list[Para] = []
    pending: list[Row] = []
    placed: set[int] = set()
    for row in rows:
        n = gone.get(id(row))
        if n is None:
            pending.append(row)
            continue
        if n not in placed:
            found += builder.build(pending)
            pending = []
            placed.add(n)
            found.append(Para(EMPTY, tables[n][0], grid=tables[n][1]))
    return found + builder.build(pending)


def _tables(flow: Flow, rows: list[Row]) -> list[tuple[list[Row], Grid]]:
    found: list[tuple[list[Row], Grid]] = []
    for n, table in enumerate(flow.document.tables):
        grid = of_table(flow, rows, table)
        if grid is not None:
            found.append(([r for r in rows if r.line.table == n], grid))
    loose = [r for r in rows if r.line.table is None]
    if any(r.bars for r in loose):
        found += Barred(flow, loose).grids()
    return found
