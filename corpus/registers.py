"""The grammar's registers as rows for the database's reference tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection

from corpus.reading import grammar_version
from parsers import grammar, provinces
from parsers.regulations import Regulation
from schema import reference, tables


class _Agency(msgspec.Struct):
    """The columns of `grammar/agencies.csv` that the database keeps."""

    key: str
    name: str
    kind: str
    valid_from: str | None = None
    valid_to: str | None = None
    successors: str | None = None


def bring_up_to_date(connection: Connection) -> bool:
    """Fills the reference tables from the grammar in force; False where they are of this version already."""
    if reference.version(connection) == grammar_version():
        return False
    return reference.fill(
        connection,
        grammar_version(),
        provinces=_provinces(),
        agencies=_ranked(grammar.rows("agencies", _Agency)),
        regulations=_regulations(),
    )


def _provinces() -> Iterator[dict[str, Any]]:
    for rank, row in enumerate(provinces.rows()):
        kept = ("key", "code", "name", "valid_from", "valid_to", "successor")
        yield {**{name: getattr(row, name) for name in kept}, "rank": rank}


def _regulations() -> Iterator[dict[str, Any]]:
    kept = [column.name for column in tables.regulations.c if column.name in Regulation.__struct_fields__]
    for row in grammar.rows("regulations", Regulation):
        if row.key is not None:
            yield {name: getattr(row, name) or None for name in kept if name != "type"}


def _ranked(rows: list[_Agency]) -> Iterator[dict[str, Any]]:
    return ({**msgspec.structs.asdict(row), "rank": rank} for rank, row in enumerate(rows))
