"""One regulation's card, chains from one regulation to the next, and what is cited most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from corpus import asking
from corpus.asking import Reader
from corpus.citing import Meant, meaning
from parsers import citation_pinpoints, grammar, regulations
from parsers.citation_numbers import parse_number
from parsers.model import Pinpoint
from schema import tables as t

#: What a decision can do to another one.
ACTS = ("amends", "replaces", "repeals", "details", "applies")
#: How far a chain is followed.
DEEPEST = 10


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One regulation acts on another: keys, verb, how many decisions say so; `decision`: one here does it itself."""

    subject: str
    verb: str
    object: str
    decisions: int
    decision: bool = False


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A regulation and how often it is cited; `here`: its text is in the collection."""

    key: str
    number: str | None
    name: str | None
    date: str | None
    decisions: int
    mentions: int
    here: bool


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One regulation: what it is, whether it holds, who cites which part of it and how.

    `dates`: each date that mentions print, with how many; `relations`, `provinces`, `pinpoints` likewise, the most
    frequent first. `acts`: what it does to others and others to it. `chain`: what replaced it, one after the other.
    """

    key: str
    number: str | None
    name: str | None
    issuer: str | None
    date: str | None
    in_force: str | None
    replaced_by: str | None
    replaced_on: str | None
    amended_by: tuple[str, ...]
    here: bool
    decisions: int
    mentions: int
    first: str | None
    last: str | None
    dates: dict[str, int]
    relations: dict[str, int]
    provinces: dict[str, int]
    pinpoints: dict[str, int]
    acts: tuple[Act, ...]
    chain: tuple[str, ...]


def regulation(reader: Reader, words: str, year: int | None = None) -> tuple[Card, ...]:
    """The cards of the regulations that a number, key or law's name means, the most cited first.

    Raises `Misunderstood`.
    """
    return tuple(_card(reader, meant, meant.key) for meant in meaning(reader, words, year) if meant.key)


def _card(reader: Reader, meant: Meant, key: str) -> Card:
    r, c, d = t.regulations.c, t.citations, t.decisions
    row = reader.execute(select(t.regulations).where(r.key == key)).one_or_none()
    cited = c.c.key == key, c.c.relation != "self"
    joined = c.join(d, d.c.id == c.c.decision_id)
    facts = (func.count(d.c.id.distinct()), func.count(), func.min(d.c.date), func.max(d.c.date))
    decisions, mentions, first, last = reader.execute(select(*facts).select_from(joined).where(*cited)).one()
    named = ("number", "name", "issuer", "date")
    status = ("in_force", "replaced_by", "replaced_on")  # what only the register knows

    def count_by(column: ColumnElement[Any]) -> dict[str, int]:
        query = select(column, func.count()).select_from(joined).where(*cited, column.is_not(None)).group_by(column)
        rows = sorted(reader.execute(query), key=lambda row: (-row[1], row[0]))
        return {row[0]: row[1] for row in rows}

    return Card(
        key=key,
        **{name: getattr(meant, name) for name in named},
        **{name: getattr(row, name, None) for name in status},
        amended_by=grammar.several(row.amended_by or "") if row else (),
        here=_is_here(reader, key),
        decisions=decisions,
        mentions=mentions,
        first=first,
        last=last,
        dates=count_by(c.c.date),
        relations=count_by(c.c.relation),
        provinces=count_by(d.c.province_name),
        pinpoints=_pinpoints(reader, key),
        acts=acts(reader, key),
        chain=chain(key),
    )


def _is_here(reader: Reader, key: str) -> bool:
    return reader.execute(select(t.decisions.c.id).where(t.decisions.c.key == key).limit(1)).first() is not None


def _pinpoints(reader: Reader, key: str) -> dict[str, int]:
    p, c = t.pinpoints, t.citations
    joined = p.join(c, (c.c.decision_id == p.c.decision_id) & (c.c.n == p.c.citation))
    parts = [p.c[name] for name in Pinpoint.__struct_fields__]
    query = select(*parts, func.count()).select_from(joined).where(c.c.key == key, c.c.relation != "self")
    rows = reader.execute(query.group_by(*parts)).all()
    counted = {_place(row[:-1]): row[-1] for row in rows}
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _place(values: Sequence[str | None]) -> str:
    return citation_pinpoints.format(Pinpoint(**dict(zip(Pinpoint.__struct_fields__, values, strict=True))))


def acts(reader: Reader, key: str) -> tuple[Act, ...]:
    """What a regulation does to others and what others do to it: as decisions say, and as decisions here do."""
    c, r, other = t.citations, t.relations, t.citations.alias("other")
    said: list[Act] = []
    for subject in (True, False):
        ours, theirs = (r.c.subject, r.c.object) if subject else (r.c.object, r.c.subject)
        joined = c.join(r, and_(r.c.decision_id == c.c.decision_id, ours == c.c.n))
        joined = joined.join(other, and_(other.c.decision_id == r.c.decision_id, theirs == other.c.n))
        query = select(other.c.key, r.c.verb, func.count(r.c.decision_id.distinct())).select_from(joined)
        query = query.where(c.c.key == key, other.c.key.is_not(None)).group_by(other.c.key, r.c.verb)
        for beside, verb, count in reader.execute(query.order_by(other.c.key, r.c.verb)):
            pair = (key, beside) if subject else (beside, key)
            said.append(Act(subject=pair[0], verb=verb, object=pair[1], decisions=count))
    return (*said, *links(reader, key))


def links(reader: Reader, key: str) -> tuple[Act, ...]:
    """What the decisions here do themselves: to this regulation, and this one (where it is here) to others."""
    c, d, s = t.citations, t.decisions, t.resolutions
    joined = c.join(d, d.c.id == c.c.decision_id)
    joined = joined.outerjoin(s, (s.c.decision_id == c.c.decision_id) & (s.c.citation == c.c.n))
    acted = func.coalesce(c.c.key, s.c.key)
    query = select(d.c.key, c.c.relation, acted).select_from(joined).distinct()
    query = query.where(c.c.relation.in_(ACTS), acted.is_not(None))
    sides = (query.where(or_(c.c.key == key, s.c.key == key)), query.where(d.c.key == key))
    found = {tuple(row) for side in sides for row in reader.execute(side)}
    return tuple(
        Act(subject=subject, verb=verb, object=object_, decisions=1, decision=True)
        for subject, verb, object_ in sorted(found)
    )


def chain(key: str) -> tuple[str, ...]:
    """What replaced a regulation, and what replaced that, as the register knows (numbers, or keys where it has one)."""
    found: list[str] = []
    row = regulations.by_key(key)
    while row and row.replaced_by and len(found) < DEEPEST and row.replaced_by not in found:
        found.append(row.replaced_by)
        row = _numbered(row.replaced_by)
    return tuple(found)


def _numbered(number: str) -> regulations.Regulation | None:
    parsed = parse_number(number)
    rows = regulations.by_number(parsed) if parsed else ()
    return rows[0] if len(rows) == 1 else None


def most_cited(
    reader: Reader,
    *,
    province: str | None = None,
    merged: bool = False,
    year: int | None = None,
    area: str | None = None,
    topic: str | None = None,
    relation: str | None = None,
    absent: bool = False,
    limit: int = 20,
) -> tuple[Ranked, ...]:
    """The regulations that most decisions cite; `absent`: only those that are not here themselves.

    `year`: of the citing decisions; `area`: cited in a task or section of that area; `topic`: of one of their plans.
    Raises `Misunderstood` and `UnknownProvince`.
    """
    c, d, r = t.citations, t.decisions, t.regulations
    joined = c.join(d, d.c.id == c.c.decision_id).join(r, r.c.key == c.c.key)
    counted = func.count(d.c.id.distinct())
    named = (r.c.key, r.c.number, r.c.name, r.c.date)
    here = exists().where(d.alias("own").c.key == r.c.key)
    query = select(*named, counted.label("decisions"), func.count().label("mentions"), here.label("here"))
    query = query.select_from(joined).where(*_which(province, merged, year, area, topic, relation)).group_by(*named)
    if absent:
        query = query.where(~here)
    rows = reader.execute(query.order_by(counted.desc(), func.count().desc(), r.c.key).limit(limit))
    return tuple(Ranked(**{**row._mapping, "here": bool(row.here)}) for row in rows)


def _which(
    province: str | None, merged: bool, year: int | None, area: str | None, topic: str | None, relation: str | None
) -> list[ColumnElement[bool]]:
    c, d, a = t.citations.c, t.decisions.c, t.attachments.c
    found = [c.relation == relation if relation else c.relation != "self"]
    if province is not None:
        found.append(d.province_key.in_(asking.places(province, merged)))
    if year is not None:
        found.append(d.year == year)
    if topic is not None:
        found.append(select(a.n).where(a.decision_id == d.id, a.topic == asking.topic(topic)).exists())
    if area is not None:
        code = asking.area(area)
        found.append(or_(_cited_in("task", code), _cited_in("section", code)))
    return found


def _cited_in(part: Literal["task", "section"], area: str) -> ColumnElement[bool]:
    """Cited in a task or section of an area."""
    link, owner = (t.task_citations, t.tasks) if part == "task" else (t.section_citations, t.sections)
    c = t.citations.c
    joined = link.join(owner, (owner.c.decision_id == link.c.decision_id) & (owner.c.n == link.c[part]))
    query = select(link.c.n).select_from(joined)
    return query.where(link.c.decision_id == c.decision_id, link.c.citation == c.n, owner.c.area == area).exists()
