"""Looking after a database: what is in it, whether all of it fits together, putting its file in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Engine,
    ForeignKeyConstraint,
    Table,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
)

from schema import tables as t
from schema.database import revision, version_of
from schema.migrations import HEAD
from schema.save import decision_id, source_id

#: How many examples of one fault are shown.
EXAMPLES = 5


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What a database is and holds; `bytes` is its size on disk, `rows` the number of rows by table."""

    program: str
    revision: str | None
    newest: str
    bytes: int
    rows: dict[str, int]
    readers: dict[str, int]
    grammars: dict[str, int]
    reference: str | None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An invariant that does not hold: its name, how many rows break it, and some of them."""

    check: str
    count: int
    examples: tuple[str, ...]


def info(engine: Engine) -> Info:
    """What a database is and holds."""
    with engine.connect() as connection:
        setting = select(t.settings.c.value).where(t.settings.c.name == "reference")
        return Info(
            program=version_of(connection),
            revision=revision(connection),
            newest=HEAD,
            bytes=_size(connection),
            rows={table.name: _count(connection, table) for table in t.metadata.sorted_tables},
            readers=_versions(connection, t.sources.c.reader),
            grammars=_versions(connection, t.sources.c.grammar),
            reference=connection.execute(setting).scalar(),
        )


def check(engine: Engine) -> Iterator[tuple[str, Fault | None]]:
    """Each invariant by name, with its fault or None; in one view of the database.

    Reads all of it: about a minute for a few thousand decisions.
    """
    with engine.connect() as connection:
        for name, query in _queries():
            yield name, _judged(name, connection, query)
        for name in ("decision_search", "title_search"):
            yield name, _judged(name, connection, _not_indexed(connection, name))
        yield "ids", _ids(connection)
        if connection.dialect.name == "sqlite":
            yield "file", _file(connection)


def vacuum(engine: Engine) -> int:
    """Gives room back to the disk and renews what the planner knows; the bytes that were freed."""
    with engine.connect() as connection:
        before = _size(connection)
    raw = engine.execution_options(isolation_level="AUTOCOMMIT")
    with raw.connect() as connection:
        for statement in _VACUUM[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        return before - _size(connection)


_VACUUM = {
    "sqlite": (
        "insert into decision_search(decision_search) values ('optimize')",
        "insert into title_search(title_search) values ('optimize')",
        "vacuum",
        "analyze",
        "pragma wal_checkpoint(truncate)",
    ),
    "postgresql": ("vacuum analyze",),
}


# --- figures -------------------------------------------------------------------------------------------------------


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _versions(connection: Connection, column: Any) -> dict[str, int]:
    query = select(column, func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _size(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("select pg_database_size(current_database())")).scalar_one())
    path = connection.engine.url.database
    files = [Path(f"{path}{suffix}") for suffix in ("", "-wal")] if path else []
    return sum(file.stat().st_size for file in files if file.is_file())


# --- invariants: each query gives the rows that break one ----------------------------------------------------------


def _queries() -> Iterator[tuple[str, Any]]:
    d = t.decisions
    e = t.evidence
    joined = e.join(d, d.c.id == e.c.decision_id)
    words = func.substr(d.c.text, e.c.start + 1, e.c.length)
    yield "evidence-words", select(d.c.key, e.c.path).select_from(joined).where(words != e.c.words)
    for part in t.PARTS:
        if "start" in part.c:
            yield f"spans-of-{part.name}", _bad_spans(part)
    for owner in t.metadata.sorted_tables:
        for constraint in sorted(owner.foreign_key_constraints, key=lambda c: str(c.name)):
            yield f"orphans-{constraint.name}", _orphans(owner, constraint)
    yield "one-decision-a-key-and-date", select(d.c.key, d.c.date).group_by(d.c.key, d.c.date).having(func.count() > 1)
    yield "one-active-source", _active()
    s = t.sources
    packed = and_(s.c.decision_id.is_not(None), s.c.active == s.c.contract.is_not(None))
    yield "packed-unless-active", select(s.c.path).where(packed)
    yield "outline", _outline()


def _bad_spans(part: Table) -> Any:
    d = t.decisions
    outside = or_(part.c.start < 0, part.c.length < 0, part.c.start + part.c.length > func.length(d.c.text))
    return select(d.c.key, part.c.start).select_from(part.join(d, d.c.id == part.c.decision_id)).where(outside)


def _orphans(owner: Table, constraint: ForeignKeyConstraint) -> Any:
    target = constraint.referred_table.alias()
    pairs = [(element.parent, target.c[element.column.name]) for element in constraint.elements]
    missing = and_(*(ours.is_not(None) for ours, _ in pairs), pairs[0][1].is_(None))
    joined = owner.outerjoin(target, and_(*(ours == theirs for ours, theirs in pairs)))
    return select(*owner.primary_key.columns).select_from(joined).where(missing)


def _active() -> Any:
    d, s = t.decisions, t.sources
    active = select(func.count()).where(s.c.decision_id == d.c.id, s.c.active).correlate(d).scalar_subquery()
    return select(d.c.key, d.c.date).where(active != 1)


def _outline() -> Any:
    """A section stands inside its parent and under exactly one article or attachment."""
    s, up = t.sections, t.sections.alias()
    joined = s.outerjoin(up, and_(up.c.decision_id == s.c.decision_id, up.c.n == s.c.parent))
    lost = and_(s.c.parent.is_not(None), or_(up.c.n.is_(None), up.c.n >= s.c.n, up.c.last < s.c.last))
    homeless = s.c.article.is_(None) == s.c.attachment.is_(None)
    return select(s.c.decision_id, s.c.n).select_from(joined).where(or_(lost, homeless, s.c.last < s.c.n))


def _not_indexed(connection: Connection, name: str) -> Any:
    """Decisions that a full-text index does not have."""
    sqlite = connection.dialect.name == "sqlite"
    indexed = table(f"{name}_docsize", column("id")) if sqlite else table(name, column("decision_id"))
    d = t.decisions
    return select(d.c.key).where(~select(literal(1)).where(next(iter(indexed.c)) == d.c.id).exists())


def _judged(name: str, connection: Connection, query: Any) -> Fault | None:
    examples = connection.execute(query.limit(EXAMPLES)).fetchall()
    if not examples:
        return None
    count = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return _fault(name, examples, int(count))


def _fault(name: str, rows: Sequence[Any], count: int) -> Fault:
    examples = tuple(" ".join(str(value) for value in row) for row in rows[:EXAMPLES])
    return Fault(check=name, count=count, examples=examples)


def _ids(connection: Connection) -> Fault | None:
    """Ids are what key, date and path make them."""
    d, s = t.decisions, t.sources
    rows = connection.execute(select(d.c.id, d.c.key, d.c.date))
    wrong = [(key, date) for number, key, date in rows if number != decision_id(key, date)]
    wrong += [(path, "") for i, path in connection.execute(select(s.c.id, s.c.path)) if i != source_id(path)]
    return _fault("ids", wrong, len(wrong)) if wrong else None


def _file(connection: Connection) -> Fault | None:
    """SQLite's own look at its file."""
    rows = [row for row in connection.exec_driver_sql("pragma quick_check") if row[0] != "ok"]
    return _fault("file", rows, len(rows)) if rows else None
