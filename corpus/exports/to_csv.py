"""CSV: one file a table, RFC 4180 (commas, CRLF, quotes doubled), UTF-8, NULL as an empty cell.

Spreadsheets run a cell that begins with one of `= + - @` as a formula (OWASP, CSV injection): every text that could be
taken for one has an apostrophe put before it, and so has every text that begins with one, so that `armed` gives back
exactly what was there. Numbers are left alone. Lists are JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection

from corpus.exports import Written
from corpus.exports.tabular import columns, names, pages
from schema.rows import json_text

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")

Cell = Callable[[Any], Any]


def defused(words: str) -> str:
    """A text as a cell that no spreadsheet runs.

    >>> defused("=1+1"), defused("Sở Nội vụ")
    ("'=1+1", 'Sở Nội vụ')
    """
    return f"'{words}" if words.startswith(_RISKY) else words


def armed(cell: str) -> str:
    """What `defused` was given.

    >>> armed(defused("- Như Điều 3;"))
    '- Như Điều 3;'
    """
    return cell.removeprefix("'")


def write(connection: Connection, out: Path, ids: Iterable[int], *, bom: bool = True) -> Written:
    """One `<table>.csv` a table, also where it has no rows.

    `bom`: begin each file with a byte order mark, without which Excel takes the letters for another encoding's.
    """
    count = 0
    with ExitStack() as stack:
        writers, cells = {}, {}
        for name in names():
            encoding = "utf-8-sig" if bom else "utf-8"
            stream = stack.enter_context((out / f"{name}.csv").open("w", encoding=encoding, newline=""))
            writers[name] = csv.writer(stream)
            writers[name].writerow(columns(name))
            cells[name] = [_json if isinstance(kind, JSON) else _plain for kind in columns(name).values()]
        for page in pages(connection, ids):
            for row in page.rows:
                count += page.table == "decisions"
                cell = cells[page.table]
                writers[page.table].writerow([make(value) for make, value in zip(cell, row, strict=True)])
    return Written(count, len(writers))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return defused(value) if isinstance(value, str) else value


def _json(value: Any) -> str:
    return "" if value is None else json_text(value)
