"""Plans side by side: areas, targets, regulations, and the same duty in other words.

Only plans about the same topic are compared; others are refused with the reason. What a plan does not say counts as
not said: a share without data is None, never 0. A body that took over by law what another had is the same body here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import func, select

from corpus.aims import Aim, targets
from corpus.alignment import THRESHOLD, align
from corpus.asking import Misunderstood, Reader
from corpus.asking import topic as topic_code
from corpus.duties import Duty
from corpus.plans import Loaded, Plan, check_alike, choose, years_apart
from parsers import agency_register
from parsers.areas import area_names
from parsers.words import written_out
from schema import tables as t

Change = Literal["kept", "reworded", "new-lead", "new-deadline", "new-output"]
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's tasks in an area, and how many of them have what; None where the plan says nothing of the kind.

    `led`: name at least one body as lead (not just "all agencies"); `dated`: have a day; `with_output`: have an output.
    The denominator of each is `tasks`.
    """

    tasks: int | None
    led: int | None
    dated: int | None
    with_output: int | None


class AreaRow(msgspec.Struct, frozen=True, kw_only=True):
    """One area of reform (None: tasks without one; `all`: the whole plan), a `Shares` a plan."""

    area: str | None
    name: str
    plans: tuple[Shares, ...]


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    """What several plans set for the same indicator or thing, an `Aim` a plan, None where it sets none."""

    indicator: str | None
    aims: tuple[Aim | None, ...]


class RegulationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A regulation that the plans' decisions cite, with the mentions of each."""

    key: str
    number: str | None
    name: str | None
    mentions: tuple[int, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The same duty in two plans: how alike the words are (0 to 1), and what differs.

    `changes`: kept, or one or more of reworded, new-lead, new-deadline, new-output; `by_law`: the lead is another body
    because the law moved the function.
    """

    left: Duty
    right: Duty
    score: float
    changes: tuple[Change, ...]
    by_law: bool


class Aligned(msgspec.Struct, frozen=True, kw_only=True):
    """Two plans' tasks, by their place in `Comparison.plans`; `dropped` and `new` are words for what has no pair."""

    left: int
    right: int
    pairs: tuple[Pair, ...]
    dropped: tuple[Duty, ...]
    new: tuple[Duty, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Plans side by side; each is aligned with the first."""

    topic: str
    plans: tuple[Plan, ...]
    areas: tuple[AreaRow, ...]
    targets: tuple[TargetRow, ...]
    regulations: tuple[RegulationRow, ...]
    aligned: tuple[Aligned, ...]


def compare(reader: Reader, *asked: str, topic: str | None = None, threshold: float = THRESHOLD) -> Comparison:
    """Two or more plans side by side, each named as `corpus.plans.choose` takes it.

    Raises `Misunderstood` where a plan is none or several, or the plans are not alike; `UnknownProvince`.
    """
    if len(asked) < 2:
        raise Misunderstood("A comparison needs two plans.")
    wanted = None if topic is None else topic_code(topic)
    loaded = [choose(reader, words, wanted) for words in asked]
    plans = tuple(one.plan for one in loaded)
    about = check_alike(plans)
    return Comparison(
        topic=about,
        plans=plans,
        areas=_areas(loaded) if about == "par" else (_area_row(None, loaded, whole=True),),
        targets=_targets(reader, loaded),
        regulations=_regulations(reader, loaded),
        aligned=tuple(_aligned(loaded, n, threshold) for n in range(1, len(loaded))),
    )


# --- by area -------------------------------------------------------------------------------------------------------


def _areas(loaded: Sequence[Loaded]) -> tuple[AreaRow, ...]:
    used = {duty.area for one in loaded for duty in one.tasks}
    known = [code for code in (*area_names(), None) if code in used]
    return (_area_row(None, loaded, whole=True), *(_area_row(code, loaded) for code in known))


def _area_row(area: str | None, loaded: Sequence[Loaded], whole: bool = False) -> AreaRow:
    name = "all" if whole else area_names().get(area or "", "none")
    return AreaRow(area=area, name=name, plans=tuple(_shares(one.tasks, area, whole) for one in loaded))


def _shares(duties: Sequence[Duty], area: str | None, whole: bool) -> Shares:
    """The counts of one plan; None for what no task of the whole plan has."""
    chosen = [duty for duty in duties if whole or duty.area == area]
    has_areas = whole or any(duty.area for duty in duties)

    def count(has: Callable[[Duty], bool]) -> int | None:
        return sum(map(has, chosen)) if has_areas and any(map(has, duties)) else None

    return Shares(
        tasks=len(chosen) if has_areas and duties else None,
        led=count(_is_led),
        dated=count(lambda duty: bool(duty.due_from or duty.due_to)),
        with_output=count(lambda duty: bool(duty.output)),
    )


def _is_led(duty: Duty) -> bool:
    return any(agency_register.kind_of(key) != agency_register.GROUP for key in duty.lead_agencies)


# --- targets and regulations ---------------------------------------------------------------------------------------


def _targets(reader: Reader, loaded: Sequence[Loaded]) -> tuple[TargetRow, ...]:
    """The targets of the plans: those of one indicator, then those of like words, then those that stand alone."""
    sets = [list(targets(reader, decision=one.plan.decision)) for one in loaded]
    rows: list[list[Aim | None]] = []
    for n, aims in enumerate(sets):
        open_rows = [row for row in rows if row[n] is None]
        placed = _placed([next(aim for aim in row if aim) for row in open_rows], aims)
        for k, aim in enumerate(aims):
            if k in placed:
                open_rows[placed[k]][n] = aim
            else:
                rows.append([aim if m == n else None for m in range(len(sets))])
    ordered = sorted(rows, key=lambda row: -sum(aim is not None for aim in row))
    return tuple(TargetRow(indicator=next(a for a in row if a).indicator, aims=tuple(row)) for row in ordered)


def _placed(known: Sequence[Aim], aims: Sequence[Aim]) -> dict[int, int]:
    """Which known target each is the counterpart of."""
    placed: dict[int, int] = {}
    for k, aim in enumerate(aims):
        same = (n for n, other in enumerate(known) if aim.indicator and other.indicator == aim.indicator)
        found = next((n for n in same if n not in placed.values()), None)
        if found is not None:
            placed[k] = found
    left = [n for n in range(len(known)) if n not in placed.values()]
    right = [k for k in range(len(aims)) if k not in placed]
    for match in align([_thing(known[n]) for n in left], [_thing(aims[k]) for k in right]):
        if known[left[match.left]].unit == aims[right[match.right]].unit:
            placed[right[match.right]] = left[match.left]
    return placed


def _thing(aim: Aim) -> str:
    return aim.subject or aim.text


def _regulations(reader: Reader, loaded: Sequence[Loaded]) -> tuple[RegulationRow, ...]:
    """What the decisions cite, what all cite first."""
    c, r = t.citations, t.regulations
    query = select(c.c.key, r.c.number, r.c.name, c.c.decision_id, func.count()).select_from(
        c.join(r, r.c.key == c.c.key)
    )
    query = query.where(c.c.decision_id.in_([one.id for one in loaded]), c.c.relation != "self")
    query = query.group_by(c.c.key, r.c.number, r.c.name, c.c.decision_id).order_by(c.c.key)
    counted: dict[tuple[str, str | None, str | None], dict[int, int]] = {}
    for key, number, name, decision_id, count in reader.execute(query):
        counted.setdefault((key, number, name), {})[decision_id] = count
    rows = [
        RegulationRow(key=key, number=number, name=name, mentions=tuple(by.get(one.id, 0) for one in loaded))
        for (key, number, name), by in counted.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-sum(n > 0 for n in row.mentions), -sum(row.mentions), row.key)))


# --- tasks ---------------------------------------------------------------------------------------------------------


def _aligned(loaded: Sequence[Loaded], n: int, threshold: float) -> Aligned:
    left, right = loaded[0], loaded[n]
    matches = align([duty.text for duty in left.tasks], [duty.text for duty in right.tasks], threshold)
    pairs = tuple(
        _pair(left.tasks[m.left], right.tasks[m.right], m.score, years_apart(left.plan, right.plan)) for m in matches
    )
    taken_left, taken_right = {m.left for m in matches}, {m.right for m in matches}
    return Aligned(
        left=0,
        right=n,
        pairs=pairs,
        dropped=tuple(duty for k, duty in enumerate(left.tasks) if k not in taken_left),
        new=tuple(duty for k, duty in enumerate(right.tasks) if k not in taken_right),
    )


def _pair(left: Duty, right: Duty, score: float, years: int) -> Pair:
    moved = _moved_by_law(left, right)
    found = tuple(_changes(left, right, years, moved))
    return Pair(left=left, right=right, score=score, changes=found or ("kept",), by_law=moved)


def _changes(left: Duty, right: Duty, years: int, moved: bool) -> Iterator[Change]:
    if _wording(left.text) != _wording(right.text):
        yield "reworded"
    if not moved and _body(left) != _body(right):
        yield "new-lead"
    if _when(left, years) != _when(right, 0):
        yield "new-deadline"
    if _wording(left.output or "") != _wording(right.output or ""):
        yield "new-output"


def _wording(text: str) -> str:
    """A text without what every year changes: its years, its case, its signs."""
    return " ".join(re.findall(r"\w+", _YEAR.sub("", written_out(text))))


def _body(duty: Duty) -> object:
    return frozenset(duty.lead_agencies) or _wording(duty.lead or "")


def _moved_by_law(left: Duty, right: Duty) -> bool:
    """Whether the lead is another body because the first one's duties went to it by then."""
    before, after = set(left.lead_agencies), set(right.lead_agencies)
    if not before or not after or before == after or (left.date or "") >= (right.date or ""):
        return False
    heirs = {heir for key in before for heir in agency_register.successors(key, right.date)}
    return heirs == after


def _when(duty: Duty, years: int) -> tuple[str | None, ...]:
    """The deadline, its days moved on by so many years."""
    days = (_later(day, years) if day else None for day in (duty.due_from, duty.due_to))
    words = None if duty.due_to or duty.due_from or duty.recurrence else _wording(duty.deadline or "")
    return (*days, duty.recurrence, words)


def _later(day: str, years: int) -> str:
    """The same day so many years later; the last of February stays it."""
    then = date.fromisoformat(day)
    if then.month == 2 and then.day >= 28:
        return f"{then.year + years}-02-end"
    return then.replace(year=then.year + years).isoformat()
