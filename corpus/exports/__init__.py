"""Out of the database into other programs' formats: one module a format, one line here.

A writer is a function `write(connection, out, ids) -> Written`: it writes the decisions of these ids into the folder
`out`, one after the other and never all in memory. Its module is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_

from schema import tables as t

#: Rows of keys fetched at a time.
PAGE = 1000


class Export(NamedTuple):
    """A format: where its writer is (`module:function`), what it writes, the extra that must be installed for it.

    `options` are the names of the keyword arguments that its writer takes besides.
    """

    writer: str
    writes: str
    extra: str | None = None
    options: tuple[str, ...] = ()


class Written(NamedTuple):
    """What an export wrote: how many decisions, into how many files."""

    decisions: int
    files: int


EXPORTS = {
    "json": Export("corpus.exports.to_json:write", "one JSON file a decision (the contract)"),
    "jsonl": Export("corpus.exports.to_json:write_lines", "decisions.jsonl, one decision a line (the contract)"),
    "csv": Export("corpus.exports.to_csv:write", "one CSV file a table", options=("bom",)),
    "parquet": Export("corpus.exports.to_parquet:write", "one Parquet file a table", extra="parquet"),
    "xlsx": Export("corpus.exports.to_xlsx:write", "an Excel workbook", extra="xlsx", options=("agency",)),
    "docx": Export("corpus.exports.to_docx:write", "one Word appendix a plan: its tasks", options=("agency",)),
    "ics": Export("corpus.exports.to_ics:write", "a calendar of dated tasks and cycles", options=("agency",)),
    "akn": Export("corpus.exports.to_akn:write", "one Akoma Ntoso 3.0 file a decision"),
    "sqlite": Export("corpus.exports.to_sqlite:write", "vanban.sqlite and metadata.json for Datasette"),
    "docbin": Export("corpus.exports.to_docbin:write", "spaCy DocBin files, 200 decisions in each"),
}

Writer = Callable[..., Written]


def export(
    connection: Connection, form: str, out: Path, ids: Iterable[int] | None = None, **options: object
) -> Written:
    """Writes decisions (all of them where `ids` is None) in a format of `EXPORTS` into the folder `out`.

    Makes the folder. `options` are those the format takes. Raises KeyError for an unknown format, TypeError for an
    option that it does not take, ModuleNotFoundError where its extra is not installed, OSError where the folder cannot
    be written to.
    """
    module, name = EXPORTS[form].writer.split(":")
    write: Writer = getattr(import_module(module), name)
    out.mkdir(parents=True, exist_ok=True)
    return write(connection, out, decision_ids(connection) if ids is None else ids, **options)


def decision_ids(connection: Connection) -> Iterator[int]:
    """The ids of all decisions, by key and date, a page at a time."""
    d = t.decisions
    query = select(d.c.key, d.c.id).order_by(d.c.key, d.c.id).limit(PAGE)
    page = connection.execute(query).fetchall()
    while page:
        yield from (row.id for row in page)
        page = connection.execute(query.where(tuple_(d.c.key, d.c.id) > tuple(page[-1]))).fetchall()
