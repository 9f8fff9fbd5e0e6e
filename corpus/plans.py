"""Which plan a person means: `Sơn La:2016-2020`, a number, a key; and what a comparison needs to know of it.

A plan is a decision with its attachments of one topic. Where it has task tables these are its list of tasks, and the
duties of its prose, which mostly say the same at length, are only counted; else the duties of its prose are the list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec
from sqlalchemy import or_, select

from corpus import asking
from corpus.asking import Misunderstood, Reader
from corpus.duties import Asked, Duty, tasks
from corpus.listing import find
from parsers.areas import topic_names
from schema import tables as t

_PERIOD = re.compile(r"(?P<first>(?:19|20)\d\d)(?:\s*[-–]\s*(?P<last>(?:19|20)\d\d))?")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One plan of a comparison. `period`: first and last year; `origin`: where its list of tasks stands.

    `tasks`: how many are in that list; `others`: duties in its prose that a table makes superfluous.
    """

    label: str
    decision: str
    number: str | None
    date: str | None
    province: str | None
    province_key: str | None
    title: str | None
    topic: str | None
    period: tuple[int | None, int | None] | None
    origin: str | None
    tasks: int
    others: int


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its decision's id and its tasks."""

    plan: Plan
    id: int
    tasks: tuple[Duty, ...]


def choose(reader: Reader, words: str, topic: str | None = None) -> Loaded:
    """The plan that a person means; `topic` (a code) helps where a province has several of a period.

    Raises `Misunderstood` where it is none or several, `UnknownProvince`.
    """
    place, colon, years = words.rpartition(":")
    period = _PERIOD.fullmatch(years.strip())
    if colon and period:
        ids = _of_period(reader, place, int(period["first"]), int(period["last"] or period["first"]), topic)
    else:
        ids = [row.id for row in find(reader, words)]  # type: ignore[arg-type]
    if len(ids) != 1:
        raise Misunderstood(_which(reader, words, ids))
    return _load(reader, words, ids[0], topic)


def _which(reader: Reader, words: str, ids: Sequence[int]) -> str:
    d = t.decisions.c
    if not ids:
        return f"No plan here is {words}: try Sơn La:2016-2020, a number or a key (vanban list)."
    query = select(d.key, d.title).where(d.id.in_(ids)).order_by(d.date, d.key)
    listed = "; ".join(f"{key} ({title})" for key, title in reader.execute(query))
    return f"{words} is {len(ids)} plans: {listed}. Name one by its key."


def _of_period(reader: Reader, place: str, first: int, last: int, topic: str | None) -> list[int]:
    """The decisions of a province with a plan for exactly these years; those with tasks where there are several."""
    a, d = t.attachments, t.decisions
    query = select(d.c.id).distinct().select_from(a.join(d, d.c.id == a.c.decision_id))
    query = query.where(d.c.province_key.in_(asking.places(place)), a.c.topic.is_not(None))
    query = query.where(a.c.period_start == first, a.c.period_end == last)
    if topic is not None:
        query = query.where(a.c.topic == topic)
    found = sorted(reader.execute(query).scalars())
    with_tasks = [i for i in found if reader.execute(select(t.tasks.c.n).where(t.tasks.c.decision_id == i)).first()]
    province = select(d.c.id).where(d.c.id.in_(with_tasks), or_(d.c.level == "province", d.c.level.is_(None)))
    of_province = sorted(reader.execute(province).scalars())
    return next((ids for ids in (of_province, with_tasks) if len(ids) == 1), with_tasks or found)


def _load(reader: Reader, label: str, decision_id: int, topic: str | None) -> Loaded:
    d, a = t.decisions, t.attachments.c
    head = reader.execute(select(*(c for c in d.c if c.name != "text")).where(d.c.id == decision_id)).one()
    attached = reader.execute(select(t.attachments).where(a.decision_id == decision_id).order_by(a.n)).all()
    about = next((row.topic for row in attached if row.topic and topic in (None, row.topic)), None)
    timed = next((row for row in attached if row.topic == about and row.period), None)
    apart = {row.title for row in attached if row.topic not in (None, about)}
    of_decision = (duty for duty in tasks(reader, Asked(decision=head.key)) if duty.date == head.date)
    own = [duty for duty in of_decision if duty.plan not in apart and duty.origin != "article"]
    listed, others = _list(own)
    plan = Plan(
        label=label,
        decision=head.key,
        number=head.number,
        date=head.date,
        province=head.province_name,
        province_key=head.province_key,
        title=head.display_title or head.title,
        topic=about,
        period=(timed.period_start, timed.period_end) if timed else None,
        origin=listed[0].origin if listed else None,
        tasks=len(listed),
        others=others,
    )
    return Loaded(plan=plan, id=decision_id, tasks=tuple(listed))


def _list(duties: Sequence[Duty]) -> tuple[list[Duty], int]:
    """The plan's list of tasks, and how many duties are not in it."""
    counted = Counter(duty.origin for duty in duties)
    origin = "table" if counted["table"] else "section"
    listed = [duty for duty in duties if duty.origin == origin]
    return listed, len(duties) - len(listed)


def check_alike(plans: Sequence[Plan]) -> str:
    """The topic that all plans are about; raises `Misunderstood` with the reason why they cannot be compared."""
    names = topic_names()
    for plan in plans:
        if plan.topic is None:
            raise Misunderstood(f"{plan.label} cannot be compared: its title does not say what it is about.")
    topics = dict.fromkeys(plan.topic or "" for plan in plans)
    if len(topics) > 1:
        about = "; ".join(f"{plan.label} is about {names.get(plan.topic or '', plan.topic)}" for plan in plans)
        raise Misunderstood(f"Only plans about the same can be compared: {about}.")
    return next(iter(topics))


def years_apart(left: Plan, right: Plan) -> int:
    """By how many years the second plan begins later; 0 where one has no first year."""
    first, second = (plan.period[0] if plan.period else None for plan in (left, right))
    return 0 if first is None or second is None else second - first
