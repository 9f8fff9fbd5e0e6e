"""The registers in the database: provinces, agencies, regulations as the grammar knows them, handed in as rows.

A row that the register no longer has stays while a decision points at it, but counts as unregistered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select, update

from schema import tables as t
from schema.save import key_parts, upserting, wait_for_writers

Rows = Iterable[Mapping[str, Any]]


def version(connection: Connection) -> str | None:
    """Which version of the registers the database has; None: none yet."""
    query = select(t.settings.c.value).where(t.settings.c.name == "reference")
    return connection.execute(query).scalar()


def fill(
    connection: Connection, new: str, *, provinces: Rows = (), agencies: Rows = (), regulations: Rows = ()
) -> bool:
    """Brings the three registers to the version `new`; False where they were.

    Rows are mappings with the column names of the tables; `key` is needed, what is left out is NULL.
    """
    wait_for_writers(connection)
    if version(connection) == new:
        return False
    _register(connection, t.provinces, provinces)
    _register(connection, t.agencies, agencies)
    _register(connection, t.regulations, ({**key_parts(row["key"]), **row} for row in regulations))
    setting = upserting(connection, t.settings).values(name="reference", value=new)
    connection.execute(setting.on_conflict_do_update(index_elements=["name"], set_={"value": new}))
    return True


def _register(connection: Connection, table: Table, rows: Rows) -> None:
    names = [c.name for c in table.c]
    full: dict[str, dict[str, Any]] = {}
    for row in rows:  # of two rows for one key the first holds
        full.setdefault(row["key"], {**dict.fromkeys(names), **row, "registered": True})
    connection.execute(update(table).values(registered=False))
    if not full:
        return
    statement = upserting(connection, table)
    values = {name: statement.excluded[name] for name in names if name != "key"}
    statement = statement.on_conflict_do_update(index_elements=["key"], set_=values)
    connection.execute(statement, [full[key] for key in sorted(full)])
