"""Contract JSON: a file a decision, or one a line. Importing them gives the same database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from corpus.exports import Written
from corpus.writing import Folder
from parsers.model import to_json
from schema.load import load_many

#: The file that `write_lines` writes.
LINES = "decisions.jsonl"


def lines(connection: Connection, ids: Iterable[int]) -> Iterator[bytes]:
    """The JSON of each decision, without a line break."""
    return map(to_json, load_many(connection, ids))


def write(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """One file a decision, `<source name>.json`; of two with one name the second is `<source name>-2.json`."""
    folder, count = Folder(out, ()), 0
    for decision in load_many(connection, ids):
        folder.write(decision.source.name, to_json(decision))
        count += 1
    return Written(count, count)


def write_lines(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """One file, one decision a line."""
    count = 0
    with (out / LINES).open("wb") as stream:
        for line in lines(connection, ids):
            stream.write(line + b"\n")
            count += 1
    return Written(count, 1)
