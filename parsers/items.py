"""A document as the parser walks it: paragraphs and data tables in order."""

from __future__ import annotations

import regex

from parsers import parts
from parsers.flow import Flow, Para, Paragraphs, Row, is_caps
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
    return _parted(found + builder.build(pending))


# A Phần or Chương mark that a lost line break left at the end of the paragraph before its title in capitals.
_LOST_MARK = regex.compile(r"(?<=[.;:)”])\s+(?=(?:Phần|PHẦN|Chương|CHƯƠNG)\s+[IVX]+\.?$)")


# A caption and what follows it on the same line.
_CAPTION_AND_MORE = regex.compile(r"(?P<caption>\W*\([^()]*(?:\([^()]*\)[^()]*)*\)[*.\s]*)(?P<more>\p{L}.+)$")


def _parted(paras: list[Para]) -> list[Para]:
    """Cuts apart what a lost line break ran together."""
    found: list[Para] = []
    for n, para in enumerate(paras):
        at = _cut(para, paras[n + 1] if n + 1 < len(paras) else None)
        found += (
            [para]
            if at is None
            else [Para(para.view.cut(0, at), para.rows, para.bars), Para(para.view.cut(at), para.rows)]
        )
    return found


def _cut(para: Para, after: Para | None) -> int | None:
    if parts.is_caption(para):
        m = _CAPTION_AND_MORE.match(para.text)
        return m.start("more") if m else None
    m = _LOST_MARK.search(para.text) if after is not None and is_caps(after.text) else None
    return m.start() if m else None


def _tables(flow: Flow, rows: list[Row]) -> list[tuple[list[Row], Grid]]:
    found: list[tuple[list[Row], Grid]] = []
    inside: list[list[Row]] = [[] for _ in flow.document.tables]
    loose: list[Row] = []
    for row in rows:
        (loose if row.line.table is None else inside[row.line.table]).append(row)
    by_line = {id(row.line): row for row in rows}
    for taken, table in zip(inside, flow.document.tables, strict=True):
        grid = of_table(flow, by_line, table)
        if grid is not None:
            found.append((taken, grid))
    if any(r.bars for r in loose):
        found += Barred(flow, loose).grids()
    return found
