"""Decisions in the order of their dates: ids whose upper bits count days, indexes that end in the id, serials; titles
with a full-text index of their own; how often each regulation is cited.

Revision 0002, after 0001.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date as day
from typing import Any

import sqlalchemy as sa
from alembic import op

from schema.migrations import search_0001, search_0002

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GONE = [
    ("ix_citations_key_relation", "citations", ["key", "relation"]),
    ("ix_tasks_area_due_to", "tasks", ["area", "due_to"]),
    ("ix_tasks_due_to_due_from", "tasks", ["due_to", "due_from"]),
    ("ix_task_agencies_agency_key_role", "task_agencies", ["agency_key", "role"]),
]
NEW = [
    ("ix_citations_key", "citations", ["key", "decision_id", "n", "relation"]),
    ("ix_deadline_parts_due_to", "deadline_parts", ["due_to", "decision_id", "task", "n"]),
    ("ix_decisions_serial", "decisions", ["serial"]),
    ("ix_tasks_area_due_to", "tasks", ["area", "due_to", "decision_id", "n"]),
    ("ix_tasks_due_to", "tasks", ["due_to", "decision_id", "n"]),
    ("ix_task_agencies_agency_key_role", "task_agencies", ["agency_key", "role", "decision_id", "task"]),
]
COUNTED = """
insert into cited select key, count(*), count(distinct decision_id) from (
  select key, decision_id from citations where key is not null and relation <> 'self'
  union all select key, decision_id from resolutions where key is not null
) as mentioned group by key
"""
#: Rows of the list of ids written at a time.
PAGE = 1000

_IDS = sa.Table(
    "renumbered",
    sa.MetaData(),
    sa.Column("old", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("new", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column("serial", sa.Text()),
)


def _hash(key: str, date: str | None) -> int:
    digest = hashlib.blake2b("\0".join(("decision", key, date or "")).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _dated(key: str, date: str | None) -> int:
    days = min(max((day.fromisoformat(date) - day(1900, 1, 1)).days, 0), 131070) if date else 131071
    return days << 46 | _hash(key, date) & ((1 << 46) - 1)


def _serial(number: str | None) -> str | None:
    return number.partition("/")[0].partition("-")[0].lstrip("0").lower() if number else None


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in search_0001.drop_tables(dialect):
        op.execute(statement)
    for name, table, _ in GONE:
        op.drop_index(name, table)
    op.add_column("decisions", sa.Column("serial", sa.Text()))
    op.create_table(
        "cited",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_cited"),
        sqlite_with_rowid=False,
    )
    op.execute(COUNTED)
    _renumber(_dated)
    for name, table, columns in NEW:
        op.create_index(name, table, columns)
    for statement in search_0002.create(dialect):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in search_0002.drop(dialect):
        op.execute(statement)
    for name, table, _ in NEW:
        op.drop_index(name, table)
    _renumber(_hash)
    op.drop_column("decisions", "serial")
    op.drop_table("cited")
    for name, table, columns in GONE:
        op.create_index(name, table, columns)
    for statement in search_0001.create_tables(dialect):
        op.execute(statement)


def _renumber(number: Callable[[str, str | None], int]) -> None:
    """Gives every decision the id that `number` makes of key and date, in all tables, and its serial."""
    bind = op.get_bind()
    _IDS.create(bind)
    found = bind.execute(sa.text("select id, key, date, number from decisions")).fetchall()
    rows = [{"old": i, "new": number(key, date), "serial": _serial(written)} for i, key, date, written in found]
    for i in range(0, len(rows), PAGE):
        bind.execute(_IDS.insert(), rows[i : i + PAGE])
    with _keys_checked_at_the_end(bind):
        for table in sa.inspect(bind).get_table_names():
            if "decision_id" in {column["name"] for column in sa.inspect(bind).get_columns(table)}:
                op.execute(
                    f"update {table} set decision_id = (select new from renumbered where old = decision_id)"
                    " where decision_id is not null"
                )
        op.execute(
            "update decisions set serial = (select serial from renumbered where old = id),"
            " id = (select new from renumbered where old = id)"
        )
    _IDS.drop(bind)


@contextmanager
def _keys_checked_at_the_end(bind: Any) -> Iterator[None]:
    """Foreign keys may point nowhere until all tables are done."""
    if bind.dialect.name == "sqlite":
        op.execute("pragma defer_foreign_keys = on")
        yield
        return
    strict = [
        (table, key["name"])
        for table in sa.inspect(bind).get_table_names()
        for key in sa.inspect(bind).get_foreign_keys(table)
        if not key["options"].get("deferrable")
    ]
    for table, name in strict:
        op.execute(f'alter table "{table}" alter constraint "{name}" deferrable initially deferred')
    yield
    op.execute("set constraints all immediate")
    for table, name in strict:
        op.execute(f'alter table "{table}" alter constraint "{name}" not deferrable')
