"""Targets across plans: which value each set, for what, by when."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, or_, select

from corpus import asking
from corpus.asking import Reader
from corpus.duties import covers
from parsers.folding import plain
from schema import tables as t


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """One target with its decision: `subject comparator value unit` by a day (ISO 8601, None where none is said).

    `inherited`: the day is the sentence's or the plan's, not the target's own. `start`, `end`: the span.
    """

    decision: str
    number: str | None
    date: str | None
    province: str | None
    text: str
    subject: str | None
    comparator: str | None
    value: float | None
    unit: str | None
    by: str | None
    inherited: bool
    indicator: str | None
    baseline: str | None
    lead: str | None
    area: str | None
    start: int
    end: int


def targets(
    reader: Reader,
    *,
    province: str | None = None,
    merged: bool = False,
    area: str | None = None,
    topic: str | None = None,
    indicator: str | None = None,
    words: str | None = None,
    year: int | None = None,
    decision: str | None = None,
) -> tuple[Aim, ...]:
    """The targets, by province's code, date and place in the text.

    `indicator`: PAR INDEX, SIPAS …; `words`: all of them stand in the target, with or without diacritics; `year`: the
    plan covers it, or where none of its attachments has a period the decision is of that year; `decision`: a key.
    Raises `Misunderstood` and `UnknownProvince`.
    """
    x, d, a = t.targets.c, t.decisions.c, t.attachments.c
    query = _query()
    if province is not None:
        query = query.where(d.province_key.in_(asking.places(province, merged)))
    if area is not None:
        query = query.where(x.area == asking.area(area))
    if indicator is not None:
        query = query.where(func.lower(func.replace(x.indicator, " ", "")) == "".join(indicator.lower().split()))
    if decision is not None:
        query = query.where(d.key == decision.partition("~")[0])
    plans = select(a.n).where(a.decision_id == d.id)
    if topic is not None:
        query = query.where(plans.where(a.topic == asking.topic(topic)).exists())
    if year is not None:
        dated = plans.where(or_(a.period_start.is_not(None), a.period_end.is_not(None)))
        query = query.where(or_(and_(plans.where(covers(year)).exists()), and_(~dated.exists(), d.year == year)))
    asked = plain(words or "").split()
    found = (_aim(row) for row in reader.execute(query))
    return tuple(aim for aim in found if all(word in plain(f"{aim.text} {aim.subject or ''}") for word in asked))


def _query() -> Select[Any]:
    x, d, p = t.targets, t.decisions, t.provinces
    joined = x.join(d, d.c.id == x.c.decision_id).outerjoin(p, p.c.key == d.c.province_key)
    heads = (d.c.key.label("decision"), d.c.number, d.c.date, d.c.province_name.label("province"))
    query = select(x, *heads, x.c.by_date.label("by")).select_from(joined)
    return query.order_by(p.c.rank.is_(None), p.c.rank, d.c.date, d.c.key, x.c.n)


def _aim(row: Any) -> Aim:
    computed = ("end",)
    kept = {name: getattr(row, name) for name in Aim.__struct_fields__ if name not in computed}
    return Aim(**kept, end=row.start + row.length)
