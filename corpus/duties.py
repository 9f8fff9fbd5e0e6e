"""Tasks across plans: filtered, counted, grouped.

A task is due in a window when a stretch of its deadline ends there: `Quý I năm 2023` is due in the first quarter,
`Năm 2023` on its last day. What comes back again and again is in `corpus.agenda`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, tuple_

from corpus import asking
from corpus.asking import Misunderstood, Reader, Window
from corpus.ordering import words
from corpus.places import listed
from schema import tables as t

#: Whose task it is: leads it, supports it, any role.
Role = Literal["lead", "support", "any"]
GROUPS = ("province", "agency", "area", "topic", "month", "year", "plan")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks: every field that is given holds.

    Words as people type them: `province` (`son la`; `merged` with those it was formed from), `agency` (in `role`;
    `heirs`: and the bodies whose duties it has today), `area`, `topic`, `due` (`quý I/2023`). `year`: the plan covers
    it, or where it covers none the decision is of that year. `decision`: a key.
    """

    province: str | None = None
    merged: bool = False
    agency: str | None = None
    role: Role = "lead"
    heirs: bool = False
    area: str | None = None
    topic: str | None = None
    due: str | None = None
    year: int | None = None
    decision: str | None = None


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One task with its plan. Dates are ISO 8601, inclusive; `start`, `end`: the span in the decision's text."""

    key: str
    decision: str
    number: str | None
    date: str | None
    province: str | None
    plan: str | None
    topic: str | None
    period: tuple[int | None, int | None] | None
    origin: str
    section: str | None
    group: str | None
    item: str | None
    text: str
    area: str | None
    lead: str | None
    lead_agencies: tuple[str, ...]
    support: str | None
    support_agencies: tuple[str, ...]
    output: str | None
    deadline: str | None
    due_from: str | None
    due_to: str | None
    recurrence: str | None
    condition: str | None
    start: int
    end: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks a group has, and of these how many name a body as lead, have a date, have an output."""

    group: dict[str, str | None]
    tasks: int
    led: int
    dated: int
    with_output: int


def tasks(reader: Reader, asked: Asked = Asked(), *, limit: int | None = None) -> tuple[Duty, ...]:  # noqa: B008 - frozen
    """The tasks, by due date where a window is asked for, else in the order of decisions and of their texts.

    Raises `Misunderstood` and `UnknownProvince`.
    """
    if asked.due is None:
        rows = sorted(reader.execute(query_of(conditions_of(asked)).order_by(*in_order()).limit(limit)), key=place)
    else:
        rows = _due(reader, asked, asking.window(asked.due), limit)
    return duties(reader, rows)


def counts(reader: Reader, by: Sequence[str], asked: Asked = Asked()) -> tuple[Count, ...]:  # noqa: B008 - frozen
    """The tasks counted by one or several of `GROUPS` (`agency`: each body that leads; `month`: the last due one).

    Largest first. A task with two leads counts for both. Raises `Misunderstood`.
    """
    unknown = [name for name in by if name not in GROUPS]
    if unknown:
        raise Misunderstood(f"Tasks are not counted by {unknown[0]}: {', '.join(GROUPS)}.")
    columns = [_groups()[name].label(f"by_{name}") for name in by]
    x = t.tasks.c
    numbers = (
        func.count().label("tasks"),
        func.count(x.lead).label("led"),
        func.count(func.coalesce(x.due_to, x.due_from)).label("dated"),
        func.count(x.output).label("with_output"),
    )
    conditions = conditions_of(asked)
    if asked.due is not None:
        conditions.append(_ends_in(asking.window(asked.due)))
    query = (
        select(*columns, *numbers).select_from(_joined(t.tasks, "agency" in by)).where(*conditions).group_by(*columns)
    )
    found = [_count(by, row) for row in reader.execute(query)]
    return tuple(sorted(found, key=lambda count: (-count.tasks, [words(name or "") for name in count.group.values()])))


# --- filters -------------------------------------------------------------------------------------------------------


def conditions_of(asked: Asked, few: bool = False) -> list[ColumnElement[bool]]:
    """What holds for the tasks asked for, the window aside; for `query_of`.

    `few`: something else names a few of them, which no planner can know: the indexes of these are left alone.
    """
    d, a, x = t.decisions.c, t.attachments.c, t.tasks.c
    found: list[ColumnElement[bool]] = []
    if asked.province is not None:
        there = d.province_key.in_(asking.places(asked.province, asked.merged))
        own = _by_value(x.decision_id) if few or asked.due is not None else x.decision_id
        found.append(own.in_(select(d.id).where(there)))
    if asked.agency is not None:
        found.append(_of(asking.bodies(asked.agency, asked.heirs), asked.role))
    if asked.area is not None:
        found.append((_by_value(x.area) if few else x.area) == asking.area(asked.area))
    if asked.topic is not None:
        found.append(a.topic == asking.topic(asked.topic))
    if asked.year is not None:
        found.append(covers(asked.year))
    if asked.decision is not None:
        found.append(d.key == asked.decision.partition("~")[0])
    return found


def _by_value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's value, which has no index."""
    return func.coalesce(column, column)


def covers(year: int) -> ColumnElement[bool]:
    """A plan that covers the year, or a text without a period in a decision of that year."""
    a = t.attachments.c
    first, last = func.coalesce(a.period_start, a.period_end), func.coalesce(a.period_end, a.period_start)
    return or_((first <= year) & (last >= year), last.is_(None) & (t.decisions.c.year == year))


def _of(keys: Collection[str], role: Role) -> ColumnElement[bool]:
    """Tasks of these agencies."""
    x, g = t.tasks.c, t.task_agencies.c
    named = select(g.task).where(g.decision_id == x.decision_id, g.task == x.n, g.agency_key.in_(keys))
    return (named if role == "any" else named.where(g.role == role)).exists()


def _ends_in(window: Window) -> ColumnElement[bool]:
    x, p = t.tasks.c, t.deadline_parts.c
    part = select(p.n).where(p.decision_id == x.decision_id, p.task == x.n, p.due_to.between(*window))
    return or_(x.due_to.between(*window), part.exists())


def _due(reader: Reader, asked: Asked, window: Window, limit: int | None) -> list[Any]:
    """Tasks with a stretch that ends in the window, by the day: by their first stretch, then by the others."""
    x, p = t.tasks.c, t.deadline_parts.c
    own = x.due_to.between(*window)
    first = _picked(asked, [*conditions_of(asked), own], (x.due_to, *in_order()), limit)
    found = sorted(reader.execute(first), key=lambda row: (row.due_to, place(row)))
    later = tuple_(x.decision_id, x.n).in_(select(p.decision_id, p.task).where(p.due_to.between(*window)))
    others = [*conditions_of(asked, few=True), later, ~func.coalesce(x.due_to, "").between(*window)]
    found += sorted(reader.execute(_picked(asked, others, in_order(), limit)), key=place)
    return found[:limit]


def _picked(
    asked: Asked, conditions: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]], limit: int | None
) -> Select[Any]:
    """The first tasks in an order: picked from an index where it has what is asked, and only they are read."""
    x = t.tasks
    of_plan = asked.topic is not None or asked.year is not None or asked.decision is not None
    first = select(x.c.decision_id, x.c.n).select_from(_joined(x) if of_plan else x)
    picked = first.where(*conditions).order_by(*order).limit(limit).subquery()
    named = (x.c.decision_id == picked.c.decision_id) & (x.c.n == picked.c.n)
    return select(t.tasks, *_of_plan()).select_from(_joined(picked.join(x, named)))


# --- rows ----------------------------------------------------------------------------------------------------------


def _joined(source: FromClause, leads: bool = False) -> FromClause:
    """Tasks with their decision and plan; `leads`: once for each body that leads."""
    x, d, a, g = t.tasks, t.decisions, t.attachments, t.task_agencies
    joined = source.join(d, d.c.id == x.c.decision_id)
    joined = joined.outerjoin(a, (a.c.decision_id == x.c.decision_id) & (a.c.n == x.c.attachment))
    if leads:
        led = and_(g.c.decision_id == x.c.decision_id, g.c.task == x.c.n, g.c.role == "lead")
        joined = joined.outerjoin(g, led)
    return joined


def query_of(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Tasks with their decision and plan, as `duties` reads them."""
    return select(t.tasks, *_of_plan()).select_from(_joined(t.tasks)).where(*conditions)


def _of_plan() -> tuple[ColumnElement[Any], ...]:
    d, a = t.decisions.c, t.attachments.c
    decision = (d.key.label("decision"), d.number.label("decision_number"), d.date, d.province_name)
    return (*decision, a.title.label("plan"), a.topic, a.period, a.period_start, a.period_end)


def in_order() -> tuple[ColumnElement[Any], ...]:
    """The order of dates and of the texts, as the index has it (`place` puts decisions of one day in order)."""
    return t.tasks.c.decision_id, t.tasks.c.n


def place(row: Any) -> tuple[str, str, int]:
    """The order of decisions, those without a date last, and of their texts, for rows of `query_of`."""
    return row.date or "9", row.decision, row.n


def duties(reader: Reader, rows: Sequence[Any]) -> tuple[Duty, ...]:
    """Rows of tasks with their plan (as this module asks for them) as results."""
    named = _agencies(reader, {(row.decision_id, row.n) for row in rows})
    return tuple(_duty(row, named) for row in rows)


Named = dict[tuple[int, int, str], list[str]]


def _agencies(reader: Reader, asked: set[tuple[int, int]]) -> Named:
    g = t.task_agencies.c
    found: Named = {}
    pairs = listed(reader, asked).c
    query = select(g.decision_id, g.task, g.role, g.agency_key)
    query = query.join(pairs.n.table, (g.decision_id == pairs.decision_id) & (g.task == pairs.n))
    for row in reader.execute(query.order_by(g.decision_id, g.task, g.role, g.role_n, g.n)) if asked else ():
        found.setdefault((row.decision_id, row.task, row.role), []).append(row.agency_key)
    return found


def _duty(row: Any, named: Named) -> Duty:
    place = (row.decision_id, row.n)
    kept = ("key", "decision", "date", "plan", "topic", "origin", "section", "text", "area", "lead", "support")
    when = ("output", "due_from", "due_to", "recurrence", "condition", "start")
    return Duty(
        **{name: getattr(row, name) for name in (*kept, *when)},
        number=row.decision_number,
        province=row.province_name,
        period=(row.period_start, row.period_end) if row.period else None,
        group=row.group_name,
        item=row.number,
        deadline=row.due_text,
        lead_agencies=tuple(named.get((*place, "lead"), ())),
        support_agencies=tuple(named.get((*place, "support"), ())),
        end=row.start + row.length,
    )


# --- counting ------------------------------------------------------------------------------------------------------


def _groups() -> dict[str, ColumnElement[Any]]:
    d, a, x = t.decisions.c, t.attachments.c, t.tasks.c
    return {
        "province": d.province_name,
        "agency": t.task_agencies.c.agency_key,
        "area": x.area,
        "topic": a.topic,
        "month": func.substr(x.due_to, 1, 7),
        "year": func.coalesce(a.period_start, a.period_end, d.year),
        "plan": d.key,
    }


def _count(by: Sequence[str], row: Any) -> Count:
    group = {name: None if (value := getattr(row, f"by_{name}")) is None else str(value) for name in by}
    return Count(group=group, tasks=row.tasks, led=row.led, dated=row.dated, with_output=row.with_output)
