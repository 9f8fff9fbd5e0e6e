"""Parquet: one typed file a table. Dates are dates (what is no ISO date becomes NULL), lists are lists of strings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import JSON, BigInteger, Boolean, Connection, Float, Integer

from corpus.exports import Written
from corpus.exports.labels import as_date
from corpus.exports.tabular import TEXTS, columns, names, pages

#: Rows of a row group; full texts are written as they come.
ROWS = 5000
#: Columns that hold ISO dates, in whatever table.
DATES = frozenset(
    (
        *("date", "effective_date", "expires", "due_from", "due_to", "by_date", "resolved_date", "decision_date"),
        *("valid_from", "valid_to", "in_force", "replaced_on"),
    )
)
_TYPES = ((JSON, pa.list_(pa.string())), (Boolean, pa.bool_()), (Float, pa.float64()), (BigInteger, pa.int64()))


def schema(name: str) -> Any:
    """The Arrow schema of a table of the export."""
    return pa.schema([pa.field(column, _type(column, kind)) for column, kind in columns(name).items()])


def _type(column: str, kind: Any) -> Any:
    if column in DATES:
        return pa.date32()
    found = next((made for known, made in _TYPES if isinstance(kind, known)), None)
    return found or (pa.int64() if isinstance(kind, Integer) else pa.string())


class _File:
    """A file that takes rows and writes them in groups."""

    def __init__(self, path: Path, name: str) -> None:
        self._schema, self._rows = schema(name), list[Sequence[Any]]()
        self._limit = 1 if name == TEXTS else ROWS
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._writer.close()

    def add(self, rows: Iterable[Sequence[Any]]) -> int:
        """Takes rows; how many they are."""
        before = len(self._rows)
        self._rows.extend(rows)
        count = len(self._rows) - before
        if len(self._rows) >= self._limit:
            self._flush()
        return count

    def _flush(self) -> None:
        if not self._rows:
            return
        by_column = zip(self._schema, zip(*self._rows, strict=True), strict=True)
        arrays = [
            pa.array(list(map(as_date, values)) if _dated(field) else values, field.type) for field, values in by_column
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def _dated(field: Any) -> bool:
    return bool(pa.types.is_date(field.type))


def write(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """One `<table>.parquet` a table, also where it has no rows."""
    count = 0
    with ExitStack() as stack:
        files = {name: stack.enter_context(_File(out / f"{name}.parquet", name)) for name in names()}
        for page in pages(connection, ids):
            added = files[page.table].add(page.rows)
            count += added if page.table == "decisions" else 0
    return Written(count, len(files))
