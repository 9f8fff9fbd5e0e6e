"""The database as plain tables, a batch of decisions at a time: what CSV, Parquet and SQLite files are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, func, select

from corpus.writing import Names, safe_name
from schema import tables as t
from schema.load import table_query

#: Decisions whose rows are fetched together: bounds the memory of an export.
BATCH = 50
#: Rows of a shared table fetched together.
PAGE = 1000

#: Tables that do not belong to one decision. Runs of the import and settings are the database's own and stay in it.
SHARED = (t.provinces, t.agencies, t.regulations, t.corrections)
#: Tables of decisions, parents first; `texts` (the decisions' full text) is split off, for it is long.
OWNED = (t.decisions, t.sources, *t.PARTS)
#: The name of the table of full texts.
TEXTS = "texts"
#: Left out of `sources`: other files' readings, packed.
PACKED = ("contract",)


class Page(NamedTuple):
    """Rows of one table, in the order of `columns(name)`."""

    table: str
    rows: Iterable[Sequence[Any]]


def columns(name: str) -> dict[str, Any]:
    """The columns of a table of the export with their SQLAlchemy types, in order.

    Tables of decisions begin with `decision_key`: the key as people see it, with `~` and the date where two share one.

    >>> list(columns("recipients"))
    ['decision_key', 'decision_id', 'n', 'text']
    """
    if name == TEXTS:
        return _typed([t.decisions.c.key, t.decisions.c.id, t.decisions.c.text], "decision_key", "decision_id", "text")
    table = t.metadata.tables[name]
    kept = [column for column in table.c if column.name not in PACKED and not _is_text(column)]
    if table in SHARED:
        return _typed(kept, *(column.name for column in kept))
    return _typed([t.decisions.c.key, *kept], "decision_key", *(column.name for column in kept))


def names() -> list[str]:
    """The names of all tables of an export, parents first."""
    return [*(table.name for table in (*SHARED, *OWNED)), TEXTS]


def _typed(kept: Sequence[ColumnElement[Any]], *called: str) -> dict[str, Any]:
    return {name: column.type for name, column in zip(called, kept, strict=True)}


def _is_text(column: Any) -> bool:
    return column is t.decisions.c.text


def batches(ids: Iterable[int], size: int = BATCH) -> Iterator[list[int]]:
    """The ids in lists of at most `size`, in their order.

    >>> list(batches(range(5), 2))
    [[0, 1], [2, 3], [4]]
    """
    remaining = iter(ids)
    while batch := list(islice(remaining, size)):
        yield batch


def pages(connection: Connection, ids: Iterable[int]) -> Iterator[Page]:
    """All rows of the shared tables, then those of the decisions of `ids`, batch after batch."""
    for table in SHARED:
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=PAGE)
        yield Page(table.name, connection.execute(query))
    for batch in batches(ids):
        yield from of_batch(connection, batch)


def of_batch(connection: Connection, batch: Sequence[int]) -> Iterator[Page]:
    """The rows of these decisions, table by table."""
    shown = keys(connection, batch)
    for table in OWNED:
        owner = "id" if table is t.decisions else "decision_id"
        rows = connection.execute(_query(table, batch))
        place = list(rows.keys()).index(owner)
        yield Page(table.name, ((shown[row[place]], *row) for row in rows.all()))
    texts = connection.execute(select(t.decisions.c.id, t.decisions.c.text).where(t.decisions.c.id.in_(batch)))
    yield Page(TEXTS, ((shown[row.id], *row) for row in texts))


def _query(table: Table, batch: Sequence[int]) -> Any:
    if table in t.PARTS:
        return table_query(table, batch)
    kept = [column for column in table.c if column.name not in PACKED and not _is_text(column)]
    owner = table.c.id if table is t.decisions else table.c.decision_id
    return select(*kept).where(owner.in_(batch)).order_by(owner, table.c.id)


class FileNames:
    """Names of files, one a decision, made from its key; no two alike, also where capitals do not count."""

    def __init__(self, suffix: str) -> None:
        self._names = Names(suffix)

    def name(self, shown: str) -> str:
        """The name of the file for the decision with this key.

        >>> FileNames(".xml").name("vn/son-la/ubnd/qd/2015/3241")
        'son-la-ubnd-qd-2015-3241.xml'
        """
        return self._names.free(safe_name(shown.removeprefix("vn/").replace("/", "-")))


def keys(connection: Connection, batch: Sequence[int]) -> dict[int, str]:
    """The key of each decision as people see it: with `~` and the date where another decision has the same key."""
    d = t.decisions
    rows = connection.execute(select(d.c.id, d.c.key, d.c.date).where(d.c.id.in_(batch))).all()
    asked = {row.key for row in rows}
    shared = select(d.c.key).where(d.c.key.in_(asked)).group_by(d.c.key).having(func.count() > 1)
    doubled = set(connection.execute(shared).scalars())
    return {row.id: f"{row.key}~{row.date}" if row.key in doubled else row.key for row in rows}
