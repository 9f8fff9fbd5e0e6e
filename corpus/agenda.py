"""What is due in a stretch of time: dated tasks, and each turn of those that come back (reports every quarter).

A cycle turns within its own window where the deadline gives one, else within the years of its plan, else from the day
of the decision on. `trước ngày 5` of a cycle falls on the 4th. A turn whose day is not said falls on the last day of
its week, month, quarter, half-year or year. What is continuous, or periodic with no step, has no day: it is listed
once, without one, where the window meets it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import or_, select

from corpus import asking
from corpus.asking import LAST, Reader, Window
from corpus.duties import Asked, Duty, conditions_of, duties, in_order, query_of, tasks
from corpus.places import batches
from schema import tables as t

#: Months between the turns of a cycle.
STEPS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """A task on a day.

    `day` is None for what goes on all the time; `kind`: dated (its one deadline), turn (of a cycle), ongoing;
    `since`: the first day of the stretch or turn that ends then.
    """

    day: str | None
    since: str | None
    kind: Literal["dated", "turn", "ongoing"]
    recurrence: str | None
    task: Duty


class _Cycle(msgspec.Struct, frozen=True):
    """How a task comes back: its step, the day of a turn where said, and the days between which it turns."""

    recurrence: str
    day: int | None
    month: int | None
    exclusive: bool
    within: Window


def calendar(reader: Reader, when: str, asked: Asked = Asked(), *, ongoing: bool = False) -> tuple[Occasion, ...]:  # noqa: B008 - frozen
    """What is due in the window that `when` says (`quý I/2027`, `2027-01-01..2027-01-31`), by day.

    `ongoing`: also what goes on all the time, last. Raises `Misunderstood` and `UnknownProvince`.
    """
    window = asking.window(when)
    dated = tasks(reader, msgspec.structs.replace(asked, due=when))
    stretches = _stretches(reader, asked, window)
    found = [occasion for duty in dated for occasion in _dated(duty, stretches.get(duty.key, ()), window)]
    for duty, cycles in _recurring(reader, asked):
        found += (o for cycle in cycles for o in _turns(duty, cycle, window))
    kept = [o for o in found if ongoing or o.kind != "ongoing"]
    return tuple(sorted(kept, key=lambda o: (o.day or LAST, o.task.date or "", o.task.decision, o.task.start)))


# --- dated ---------------------------------------------------------------------------------------------------------


def _stretches(reader: Reader, asked: Asked, window: Window) -> dict[str, list[Window]]:
    """The stretches that end in the window, of deadlines that have several."""
    p, x = t.deadline_parts, t.tasks
    joined = p.join(x, (x.c.decision_id == p.c.decision_id) & (x.c.n == p.c.task))
    query = select(x.c.key, p.c.due_from, p.c.due_to).select_from(joined).where(p.c.due_to.between(*window))
    found: dict[str, list[Window]] = {}
    for row in reader.execute(query.order_by(x.c.key, p.c.n)):
        found.setdefault(row.key, []).append(Window(row.due_from, row.due_to))
    return found


def _dated(duty: Duty, several: Sequence[Window], window: Window) -> Iterator[Occasion]:
    stretches = list(several)
    if duty.due_to and window.start <= duty.due_to <= window.end and not stretches:
        stretches = [Window(duty.due_from or "", duty.due_to)]
    for first, last in dict.fromkeys(stretches):
        yield Occasion(day=last, since=first or None, kind="dated", recurrence=None, task=duty)


# --- recurring -----------------------------------------------------------------------------------------------------


def _recurring(reader: Reader, asked: Asked) -> Iterator[tuple[Duty, list[_Cycle]]]:
    x, p = t.tasks.c, t.deadline_parts.c
    part = select(p.n).where(p.decision_id == x.decision_id, p.task == x.n, p.recurrence.is_not(None))
    comes_back = or_(x.recurrence.is_not(None), part.exists())
    plain = msgspec.structs.replace(asked, due=None)
    rows = reader.execute(query_of([*conditions_of(plain), comes_back]).order_by(*in_order())).all()
    parts = _parts(reader, {row.decision_id for row in rows})
    for row, duty in zip(rows, duties(reader, rows), strict=True):
        yield duty, list(_cycles(duty, parts.get((row.decision_id, row.n), ())))


def _parts(reader: Reader, ids: set[int]) -> dict[tuple[int, int], list[Any]]:
    p = t.deadline_parts.c
    found: dict[tuple[int, int], list[Any]] = {}
    for batch in batches(ids):
        query = select(t.deadline_parts).where(p.decision_id.in_(batch), p.recurrence.is_not(None))
        for row in reader.execute(query.order_by(p.decision_id, p.task, p.n)):
            found.setdefault((row.decision_id, row.task), []).append(row)
    return found


def _cycles(duty: Duty, parts: Sequence[Any]) -> Iterator[_Cycle]:
    for part in parts:
        within = _within(duty, part.due_from, part.due_to)
        yield _Cycle(part.recurrence, part.day, part.month, bool(part.exclusive), within)
    if not parts and duty.recurrence:
        yield _Cycle(duty.recurrence, None, None, False, _within(duty, duty.due_from, duty.due_to))


def _within(duty: Duty, first: str | None, last: str | None) -> Window:
    """The days between which a task comes back."""
    start, end = duty.period or (None, None)
    plan = (f"{start}-01-01" if start else duty.date, f"{end}-12-31" if end else None)
    return Window(first or plan[0] or LAST, last or plan[1] or LAST)


def _turns(duty: Duty, cycle: _Cycle, window: Window) -> Iterator[Occasion]:
    first, last = max(cycle.within.start, window.start), min(cycle.within.end, window.end)
    if first > last:
        return
    for since, day in _days(cycle, date.fromisoformat(first), date.fromisoformat(last)):
        yield Occasion(
            day=day.isoformat() if day else None,
            since=since.isoformat() if since else None,
            kind="turn" if day else "ongoing",
            recurrence=cycle.recurrence,
            task=duty,
        )


def _days(cycle: _Cycle, first: date, last: date) -> Iterator[tuple[date | None, date | None]]:
    """First and due day of each turn that falls due between two days; (None, None) for what has no step."""
    if cycle.recurrence == "weekly":
        friday = first + timedelta(days=(4 - first.weekday()) % 7)
        for n in range((last - friday).days // 7 + 1):
            yield friday + timedelta(days=7 * n - 4), friday + timedelta(days=7 * n)
        return
    step = STEPS.get(cycle.recurrence)
    if step is None:
        yield None, None
        return
    # a turn may fall due in the month after it (ngày 05 tháng sau), and the window may begin late in a turn
    for year in range(first.year - 1, last.year + 1):
        for month in range(1, 13, step):
            since, day = date(year, month, 1), _due_day(cycle, year, month, step)
            if first <= day <= last:
                yield since, day


def _due_day(cycle: _Cycle, year: int, month: int, step: int) -> date:
    """The day on which the turn that begins with a month falls due."""
    if cycle.day is None:
        return _day(year, month + step - 1, 31)
    if cycle.recurrence == "monthly":
        place = month + (1 if cycle.month else 0)
    elif cycle.recurrence == "quarterly":
        place = month + (cycle.month or 3) - 1
    elif cycle.recurrence == "yearly":
        place = cycle.month or 12
    else:
        place = month + ((cycle.month or 6) - 1) % 6
    return _day(year, place, cycle.day) - timedelta(days=cycle.exclusive)


def _day(year: int, month: int, day: int) -> date:
    """A day, a month past December in the next year, a day past the month's end on its last."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))
