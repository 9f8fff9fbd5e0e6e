"""What is doubtful in the collection: findings of each decision, of decisions beside each other, open citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, case, func, literal, null, select, union_all

from corpus import asking
from corpus.asking import Reader
from corpus.citing import AROUND, excerpt
from schema import tables as t

#: The code of a citation that nothing settles.
OPEN = "citation-open"

_MISSING = {
    "number": "Chưa rõ là luật nào: không có luật nào mang tên này trong danh mục.",
    "year": "Chưa rõ là văn bản nào: thiếu năm.",
    "place": "Chưa rõ là văn bản nào: chưa biết của tỉnh nào.",
}


class Doubtful(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: a stable code, a plain sentence, the words with what stands around them.

    `origin`: the decision itself, its other sources (`collection`), other documents (`corpus`). `guesses`: keys of
    regulations that an open citation may mean. `start`, `end`: the span, None where it is about no place.
    """

    code: str
    message: str
    decision: str
    number: str | None
    date: str | None
    province: str | None
    origin: str
    before: str
    words: str
    after: str
    start: int | None
    end: int | None
    guesses: tuple[str, ...]


def check(
    reader: Reader,
    *,
    code: str | None = None,
    province: str | None = None,
    merged: bool = False,
    year: int | None = None,
    decision: str | None = None,
    limit: int | None = None,
) -> tuple[Doubtful, ...]:
    """The findings, by the decisions' date and place in the text; `year` is the decision's.

    Raises `UnknownProvince`.
    """
    d = t.decisions.c
    conditions: list[ColumnElement[bool]] = []
    if province is not None:
        conditions.append(d.province_key.in_(asking.places(province, merged)))
    if year is not None:
        conditions.append(d.year == year)
    if decision is not None:
        conditions.append(d.key == decision.partition("~")[0])
    queries = [_findings(conditions, code)] if code != OPEN else []
    queries += [_open(conditions)] if code in (None, OPEN) else []
    every = union_all(*queries).subquery()
    ordered = select(every).order_by(*_in_order(every.c)).limit(limit)
    rows = reader.execute(ordered).all()
    guesses = _guesses(reader, [row for row in rows if row.code == OPEN])
    return tuple(_doubtful(row, guesses) for row in rows)


def _in_order(c: Any) -> tuple[ColumnElement[Any], ...]:
    """By the decisions' date, what is about no place first, the same on every database."""
    return c.date.nulls_last(), c.key, c.start.nulls_first(), c.code, c.origin, c.n


def codes(reader: Reader) -> dict[str, int]:
    """How many findings there are of each code, the most frequent first."""
    f, r = t.findings.c, t.resolutions.c
    query = select(f.code, func.count()).group_by(f.code).order_by(func.count().desc(), f.code)
    found = {row[0]: row[1] for row in reader.execute(query)}
    still = reader.execute(select(func.count()).select_from(t.resolutions).where(r.key.is_(None))).scalar_one()
    return {**found, OPEN: still} if still else found


def _heads(start: ColumnElement[Any], length: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    d = t.decisions.c
    first = case((start > AROUND, start - AROUND + 1), else_=1)
    around = func.substr(d.text, first, length + 2 * AROUND).label("around")
    return d.key, d.number, d.date, d.province_name, start.label("start"), length.label("length"), around


def _findings(conditions: Sequence[ColumnElement[bool]], code: str | None) -> Select[Any]:
    f, d = t.findings, t.decisions
    columns = (f.c.decision_id, f.c.n, f.c.code, f.c.message, f.c.origin)
    query = select(*columns, *_heads(f.c.start, f.c.length)).select_from(f.join(d, d.c.id == f.c.decision_id))
    return query.where(*conditions, *([f.c.code == code] if code else []))


def _open(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    r, c, d = t.resolutions, t.citations, t.decisions
    joined = r.join(c, (c.c.decision_id == r.c.decision_id) & (c.c.n == r.c.citation))
    joined = joined.join(d, d.c.id == r.c.decision_id)
    columns = (r.c.decision_id, r.c.citation.label("n"), literal(OPEN).label("code"), r.c.by.label("message"))
    query = select(*columns, literal("corpus").label("origin"), *_heads(c.c.start, c.c.length)).select_from(joined)
    return query.where(r.c.key.is_(null()), *conditions)


def _guesses(reader: Reader, rows: Sequence[Any]) -> dict[tuple[int, int], tuple[str, ...]]:
    r = t.resolutions.c
    asked = {(row.decision_id, row.n) for row in rows}
    if not asked:
        return {}
    query = select(r.decision_id, r.citation, r.candidates).where(r.key.is_(None))
    found = reader.execute(query)
    return {(i, n): tuple(keys) for i, n, keys in found if (i, n) in asked}


def _doubtful(row: Any, guesses: dict[tuple[int, int], tuple[str, ...]]) -> Doubtful:
    is_open = row.code == OPEN
    before, words, after = excerpt(row.around, row.start, row.length) if row.start is not None else ("", "", "")
    return Doubtful(
        code=row.code,
        message=_MISSING[row.message.removeprefix("missing: ")] if is_open else row.message,
        decision=row.key,
        number=row.number,
        date=row.date,
        province=row.province_name,
        origin=row.origin,
        before=before,
        words=words,
        after=after,
        start=row.start,
        end=None if row.start is None else row.start + row.length,
        guesses=guesses.get((row.decision_id, row.n), ()) if is_open else (),
    )
