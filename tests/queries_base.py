"""Databases to be asked: decisions stored once a module, on SQLite and on PostgreSQL, settled between each other."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from corpus import registers, resolving
from corpus.reading import Item, grammar_version, read, version
from parsers.model import Decision
from schema import database
from schema.save import File, save, tidy
from tests.databases import _create


def decisions(paths: Iterable[Path]) -> list[Decision]:
    """What the files say; a file that gives no decision fails the test."""
    found = []
    for path in paths:
        decision = read(Item(path=path.name, name=path.name, data=path.read_bytes())).decision()
        assert decision is not None, path.name
        found.append(decision)
    return found


def store(engine: Engine, stored: Iterable[Decision]) -> Engine:
    """Puts decisions into a database as an import does, and settles what is open between them."""
    with database.writing(engine) as connection:
        registers.bring_up_to_date(connection)
        for n, decision in enumerate(stored):
            name = decision.source.name or f"{n}.txt"
            digest = hashlib.sha256(f"{n}{name}".encode()).hexdigest()
            save(
                connection,
                decision,
                File(path=name, sha256=digest, bytes=1, reader=version(), grammar=grammar_version()),
            )
        tidy(connection)
        resolving.resolve(connection)
    return engine


def opened(request: Any, kind: str, folder: Path) -> Iterator[Engine]:
    """A new database of a kind with our tables, closed at the end."""
    if kind == "postgresql":
        server = request.getfixturevalue("server")
        address = f"{server}/{_create(server, request.getfixturevalue('postgresql_template'))}"
    else:
        address = str(folder / "asked.db")
        shutil.copy(request.getfixturevalue("sqlite_template"), address)
    engine = database.open(address)
    yield engine
    engine.dispose()
