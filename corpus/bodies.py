"""Agencies as the plans name them: who leads and supports how much, and words that no register row reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from sqlalchemy import Table, case, func, select

from corpus import asking
from corpus.asking import Reader
from parsers import agencies as reading
from parsers import agency_register
from schema import tables as t


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """An agency and what plans give it: tasks led and supported, decisions that name it. `heirs`: its bodies today."""

    key: str
    name: str | None
    kind: str | None
    valid_from: str | None
    valid_to: str | None
    heirs: tuple[str, ...]
    leads: int
    supports: int
    decisions: int


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """Words that stand for somebody and that no row reads: `words` within the cell or phrase `text`.

    `role`: lead or support of a task, lead of a target; `count`: in how many of them; `decision`: one that has it.
    """

    words: str
    text: str
    role: Literal["lead", "support", "target"]
    count: int
    decision: str


def agencies(reader: Reader, *, province: str | None = None, merged: bool = False) -> tuple[Body, ...]:
    """The agencies that are named, in the order of the register, those it does not know last.

    Raises `UnknownProvince`.
    """
    places = None if province is None else asking.places(province, merged)
    tasks, named = _task_counts(reader, places), _decision_counts(reader, places)
    a = t.agencies.c
    query = select(a.key, a.name, a.kind, a.valid_from, a.valid_to).order_by(a.rank.is_(None), a.rank, a.key)
    return tuple(
        Body(
            **row._mapping,
            heirs=agency_register.successors(row.key),
            leads=tasks.get(row.key, (0, 0))[0],
            supports=tasks.get(row.key, (0, 0))[1],
            decisions=named.get(row.key, 0),
        )
        for row in reader.execute(query)
        if row.key in tasks or row.key in named
    )


def _task_counts(reader: Reader, places: list[str] | None) -> dict[str, tuple[int, int]]:
    g, d = t.task_agencies, t.decisions
    query = select(g.c.agency_key, *(func.sum(case((g.c.role == r, 1), else_=0)) for r in ("lead", "support")))
    if places is not None:
        query = query.select_from(g.join(d, d.c.id == g.c.decision_id)).where(d.c.province_key.in_(places))
    return {key: (int(leads), int(supports)) for key, leads, supports in reader.execute(query.group_by(g.c.agency_key))}


def _decision_counts(reader: Reader, places: list[str] | None) -> dict[str, int]:
    g, d = t.decision_agencies, t.decisions
    query = select(g.c.agency_key, func.count(g.c.decision_id.distinct()))
    if places is not None:
        query = query.select_from(g.join(d, d.c.id == g.c.decision_id)).where(d.c.province_key.in_(places))
    return {row[0]: row[1] for row in reader.execute(query.group_by(g.c.agency_key))}


def unknown(reader: Reader) -> tuple[Unknown, ...]:
    """The words for somebody that the register does not know, the most frequent first: rows to be added."""
    found = (one for role, table, column in _CELLS for one in _unknown_in(reader, role, table, column))
    return tuple(sorted(found, key=lambda one: (-one.count, one.words, one.text, one.role)))


_CELLS: tuple[tuple[Literal["lead", "support", "target"], Table, str], ...] = (
    ("lead", t.tasks, "lead"),
    ("support", t.tasks, "support"),
    ("target", t.targets, "lead"),
)


def _unknown_in(
    reader: Reader, role: Literal["lead", "support", "target"], table: Table, column: str
) -> Iterator[Unknown]:
    words, d = table.c[column], t.decisions
    joined = table.join(d, d.c.id == table.c.decision_id)
    query = select(words, func.count(), func.min(d.c.key)).select_from(joined).where(words.is_not(None)).group_by(words)
    for text, count, decision in reader.execute(query.order_by(words)):
        for item in reading.parse_list(text).items:
            if item.key is None:
                yield Unknown(words=item.name, text=text, role=role, count=count, decision=decision)
