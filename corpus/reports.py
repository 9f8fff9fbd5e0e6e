"""What an import did, file by file: from the database, as JSON, CSV or a web page that loads nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Connection, Engine, select

from schema import tables as t

#: Rows fetched from the database at a time.
PAGE = 1000


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the import. Times are ISO 8601 in UTC; `status`: running, done, stopped (Ctrl-C) or broken off."""

    id: int
    started: str
    finished: str | None
    status: str
    reader: str
    grammar: str
    options: dict[str, Any]
    counts: dict[str, int]


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    `outcome`: read, partly read, no decision, failed, duplicate or skipped; `cause` and `advice` in plain words;
    `unplaced`: characters of the text that could not be placed; `changes`: field -> [before, after].
    """

    path: str
    outcome: str
    code: str | None
    cause: str | None
    advice: str | None
    seconds: float
    bytes: int | None
    pages: int | None
    tables: int | None
    tasks: int | None
    findings: int | None
    unplaced: int | None
    decision_key: str | None
    decision_date: str | None
    changes: dict[str, Any] | None


def runs(connection: Connection, limit: int | None = None) -> list[Run]:
    """The runs of the import, the latest first."""
    query = select(*(t.imports.c[name] for name in Run.__struct_fields__)).order_by(t.imports.c.started.desc())
    return [Run(**row._mapping) for row in connection.execute(query.limit(limit))]


def files(connection: Connection, import_id: int) -> Iterator[FileReport]:
    """The files of a run, in the order they were done."""
    columns = [t.import_files.c[name] for name in FileReport.__struct_fields__]
    query = select(*columns).where(t.import_files.c.import_id == import_id).order_by(t.import_files.c.n)
    for row in connection.execute(query.execution_options(yield_per=PAGE)):
        yield FileReport(**row._mapping)


def write(engine: Engine, import_id: int, out: Path) -> None:
    """Writes the report of a run to a file whose suffix is .json, .csv or .html.

    Raises ValueError for another suffix, LookupError for a run that is not there, OSError where it cannot be written.
    """
    writer = WRITERS.get(out.suffix.lower())
    if writer is None:
        raise ValueError(f"A report is written as {', '.join(WRITERS)}, not as {out.suffix or out.name!r}.")
    with engine.connect() as connection:
        run = next((run for run in runs(connection) if run.id == import_id), None)
        if run is None:
            raise LookupError(f"no import {import_id}")
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer(stream, run, files(connection, import_id))


def defused(value: object) -> str:
    """A value as a cell of a table that a spreadsheet opens: nothing in it counts as a formula.

    >>> defused("=1+1")
    "'=1+1"
    """
    words = "" if value is None else str(value)
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def _json(stream: IO[str], run: Run, rows: Iterator[FileReport]) -> None:
    stream.write(f'{{"import": {_text(run)},\n"files": [')
    for n, row in enumerate(rows):
        stream.write(f"{',' if n else ''}\n{_text(row)}")
    stream.write("\n]}\n")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _cells(row: FileReport) -> list[object]:
    cells: dict[str, object] = msgspec.structs.asdict(row)
    cells["changes"] = json.dumps(row.changes, ensure_ascii=False) if row.changes else None
    return list(cells.values())


def _csv(stream: IO[str], run: Run, rows: Iterator[FileReport]) -> None:
    stream.write("\ufeff")  # so that spreadsheets see the Vietnamese letters
    writer = csv.writer(stream)
    writer.writerow(FileReport.__struct_fields__)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in _cells(row)])


_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222 }
table { border-collapse: collapse } th, td { padding: .3em .6em; border-bottom: 1px solid #ddd; vertical-align: top }
th { text-align: left; position: sticky; top: 0; background: #fff } td.n { text-align: right }
tr.failed td, tr.no-decision td { background: #fdecea } tr.partly-read td { background: #fff7e0 }
"""
_HEADINGS = ("path", "outcome", "why", "seconds", "pages", "tables", "tasks", "findings", "unplaced", "decision")


def _html(stream: IO[str], run: Run, rows: Iterator[FileReport]) -> None:
    title = f"Import of {run.started[:19].replace('T', ' ')} UTC"
    counts = ", ".join(f"{number} {outcome}" for outcome, number in run.counts.items())
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    stream.write(f"<!doctype html><html lang='en'><meta charset='utf-8'>{policy}<title>{title}</title>")
    stream.write(f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(run.status)}: {escape(counts)}</p><table><tr>")
    stream.write("".join(f"<th>{heading}</th>" for heading in _HEADINGS) + "</tr>\n")
    for row in rows:
        stream.write(_html_row(row))
    stream.write("</table></html>\n")


def _html_row(row: FileReport) -> str:
    why = " ".join(words for words in (row.cause, row.advice) if words)
    words = "".join(f"<td>{escape(_shown(cell))}</td>" for cell in (row.path, row.outcome, why))
    figures = (row.seconds, row.pages, row.tables, row.tasks, row.findings, row.unplaced)
    numbers = "".join(f"<td class='n'>{'' if number is None else number}</td>" for number in figures)
    name = row.outcome.replace(" ", "-")
    return f"<tr class='{name}'>{words}{numbers}<td>{escape(_shown(row.decision_key or ''))}</td></tr>\n"


def _shown(words: str) -> str:
    """Control characters and direction marks as their codes."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in words)


WRITERS: dict[str, Callable[[IO[str], Run, Iterator[FileReport]], None]] = {
    ".json": _json,
    ".csv": _csv,
    ".html": _html,
}
