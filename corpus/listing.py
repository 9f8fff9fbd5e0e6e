"""What is in the database, and one decision by its number or key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from parsers import provinces
from parsers.citation_numbers import Number, forgive, same_serial
from parsers.model import Decision
from schema import tables as t
from schema.load import load


@dataclass(frozen=True, slots=True)
class Listed:
    """One decision in a listing.

    `key` ends in `~` and the date where another decision has the same key; `title` is cased as the text has it where
    that is sure, else as printed; `source` is the path of the file that its rows were read from.
    """

    id: int
    key: str
    number: str | None
    date: str | None
    province: str | None
    type: str
    title: str | None
    tasks: int
    citations: int
    findings: int
    source: str | None


class UnknownProvince(ValueError):
    """A province that the register does not have; `near` are names that look like it."""

    def __init__(self, words: str) -> None:
        self.words, self.near = words, provinces.suggest(words)
        hint = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        super().__init__(f"No province is called {words!r}.{hint}")


def province_keys(words: str) -> list[str]:
    """Keys of the provinces that a person may mean (`son la`, `TP.HCM`, a key); raises `UnknownProvince`."""
    found = provinces.by_key(words)
    keys = [found.key] if found else [province.key for province in provinces.search(words)]
    if not keys:
        raise UnknownProvince(words)
    return keys


def _count(table: Any) -> ColumnElement[int]:
    query = select(func.count()).select_from(table).where(table.c.decision_id == t.decisions.c.id)
    return query.correlate(t.decisions).scalar_subquery()


def _query() -> Select[Any]:
    d = t.decisions
    other = d.alias("other")
    shared = select(other.c.id).where(other.c.key == d.c.key, other.c.id != d.c.id).correlate(d).exists()
    columns = (d.c.id, d.c.key, shared.label("is_shared"), d.c.number, d.c.date, d.c.province_name)
    counts = (_count(t.tasks).label("tasks"), _count(t.citations).label("citations"))
    findings = _count(t.findings).label("findings")
    title = func.coalesce(d.c.display_title, d.c.title).label("title")
    joined = d.outerjoin(t.sources, (t.sources.c.decision_id == d.c.id) & t.sources.c.active)
    return select(*columns, d.c.type_name, title, *counts, findings, t.sources.c.path).select_from(joined)


def _listed(row: Any) -> Listed:
    return Listed(
        id=row.id,
        key=f"{row.key}~{row.date}" if row.is_shared else row.key,
        number=row.number,
        date=row.date,
        province=row.province_name,
        type=row.type_name,
        title=row.title,
        tasks=row.tasks,
        citations=row.citations,
        findings=row.findings,
        source=row.path,
    )


def listing(
    connection: Connection, *, province: str | None = None, year: int | None = None, limit: int | None = None
) -> list[Listed]:
    """The decisions, oldest first (those without a date last), then by key.

    `province` is what a person types, `year` the year of the decision's date; raises `UnknownProvince`.
    """
    d = t.decisions
    query = _query().order_by(d.c.id).limit(limit)
    if province is not None:
        query = query.where(d.c.province_key.in_(province_keys(province)))
    if year is not None:
        query = query.where(d.c.year == year)
    rows = connection.execute(query)  # ids are in the order of dates
    return sorted((_listed(row) for row in rows), key=lambda listed: (listed.date or "9", listed.key))


def _same_number(asked: Number, stored: str | None) -> bool:
    found = forgive(stored or "")
    if found is None or not same_serial(asked.serial, found.serial):
        return False
    years = asked.year is None or asked.year == found.year
    return years and (asked.letters, asked.issuer, asked.units) == (found.letters, found.issuer, found.units)


def _with_key(words: str) -> ColumnElement[bool]:
    key, _, date = words.partition("~")
    return (t.decisions.c.key == key) & (t.decisions.c.date == date) if date else t.decisions.c.key == key


def _with_serial(connection: Connection, serial: str) -> list[Any]:
    d = t.decisions.c
    candidates = _query().where(d.serial == serial.lstrip("0").lower())
    return list(connection.execute(candidates.order_by(d.date, d.key)))


def find(connection: Connection, words: str) -> list[Listed]:
    """The decisions that a person may mean by a key (`vn/…`, with or without `~date`), a number or a bare serial.

    A number is forgiven its case, spaces and missing diacritics; leading zeros do not count.
    """
    words = words.strip()
    if words.startswith("vn/"):
        return [
            _listed(row) for row in connection.execute(_query().where(_with_key(words)).order_by(t.decisions.c.date))
        ]
    asked = forgive(words)
    if asked is not None:
        rows = _with_serial(connection, asked.serial)
        return [_listed(row) for row in rows if _same_number(asked, row.number)]
    return [_listed(row) for row in _with_serial(connection, words)] if words.isdecimal() else []


def read(connection: Connection, listed: Listed) -> Decision:
    """The whole decision of a listing's row; raises LookupError where it has gone since."""
    decision = load(connection, listed.id)
    if decision is None:
        raise LookupError(listed.key)
    return decision
