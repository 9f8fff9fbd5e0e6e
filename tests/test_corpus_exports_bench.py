"""What `tests/bench/exports.py` measures on: a part of a database is a database; what was written is counted."""

from __future__ import annotations

from sqlalchemy import select

from schema import database
from schema import tables as t
from tests.bench import exports

pytest_plugins = ["tests.exported"]


def rows(db: str, table) -> list[tuple]:
    engine = database.open(db)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
    engine.dispose()
    return found


def test_a_part_has_all_of_some_decisions(filled, tmp_path) -> None:
    whole = filled.url.database
    part = exports.part(whole, tmp_path / "part.db", 3)
    ids = [row.id for row in values(filled)]
    kept = [row[0] for row in rows(part, t.decisions)]
    assert len(kept) == exports.size(part) == 3 and set(kept) < set(ids)
    for table in t.PARTS:
        place = list(table.c).index(table.c.decision_id)
        assert rows(part, table) == [row for row in rows(whole, table) if row[place] in kept], table.name
    assert rows(part, t.agencies) == rows(whole, t.agencies)


def values(engine):
    with engine.connect() as connection:
        return connection.execute(select(t.decisions.c.id).order_by(t.decisions.c.id)).all()


def test_what_is_written_is_counted(filled, tmp_path) -> None:
    done = exports.one("jsonl", filled.url.database)
    figures = {found.name: found.value for found in exports.figures("jsonl", 10, done, done)}
    assert figures["  jsonl: written"] > 1000 and figures["jsonl, 10 decisions"] > 0
