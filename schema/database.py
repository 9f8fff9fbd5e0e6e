"""Opens a database and says in plain words what is wrong with it.

SQLite (a path, or `sqlite:///…`) in WAL mode with foreign keys on, or PostgreSQL (`postgresql://…`, psycopg 3).
A database that is behind is brought up to date when it is opened; one that is ahead, or not ours, is left alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from schema import tables as t
from schema.migrations import HEAD
from schema.rows import json_text

#: How long a writer waits for another one, in seconds.
BUSY = 60.0


class DatabaseError(Exception):
    """A database that cannot be used.

    `code` is a short stable word (`missing`, `not-ours`, `ahead`, `read-only`, `full`, `locked`, `unreachable`,
    `damaged`, `address`, `driver`); `advice` says in plain words what a person can do.
    """

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


def open(address: str | Path, *, create: bool = True) -> Engine:
    """The database at a path or SQLAlchemy URL, with today's tables.

    `create=False`: a SQLite file that is not there is an error instead of a new database.
    Raises `DatabaseError`.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite":
        _check_file(url, create)
    with plain_words(url):
        engine = _engine(url)
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def upgrade(engine: Engine) -> bool:
    """Brings the tables up to date; False where they were. Raises `DatabaseError` (`ahead`, `not-ours`)."""
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return False
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # another process may be at it
            connection.execute(text("select pg_advisory_xact_lock(7638104928163)"))
        if revision(connection) == HEAD:
            return False
        _check_ours(connection)
        migrate(connection, HEAD)
    return True


def migrate(connection: Connection, target: str) -> None:
    """Runs the migrations up or down to a revision (`base`: none), in the caller's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions("base", "heads")]
    here = revision(connection)
    older = here is not None and (target == "base" or (target in known and known.index(target) > known.index(here)))
    (command.downgrade if older else command.upgrade)(config, target)


def revision(connection: Connection) -> str | None:
    """The revision of the tables, None where there are none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; in SQLite it waits for its turn at the start rather than fail in the middle."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


@contextmanager
def plain_words(url: URL) -> Iterator[None]:
    """Turns the driver's errors about the database itself into `DatabaseError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        found = explain(error, url)
        if found is None:
            raise
        raise found from error


# --- SQLite and PostgreSQL -----------------------------------------------------------------------------------------


def _url(address: str | Path) -> URL:
    words = str(address)
    if "://" not in words:
        return URL.create("sqlite+pysqlite", database=words)
    try:
        url = make_url(words)
    except ArgumentError as error:
        raise DatabaseError("address", f"{words!r} is no database address.", _ADDRESSES) from error
    drivers = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
    url = url.set(drivername=drivers.get(url.drivername, url.drivername))
    if url.drivername not in ("sqlite+pysqlite", "postgresql+psycopg"):
        raise DatabaseError("address", f"{url.drivername} is not supported.", _ADDRESSES)
    return url


_ADDRESSES = "Give a file name (SQLite) or postgresql://user@host/database."


def _check_file(url: URL, create: bool) -> None:
    if url.database in (None, "", ":memory:"):
        return
    path = Path(url.database or "")
    if path.is_dir():
        raise DatabaseError("address", f"{path} is a folder.", "Give the name of a database file in it.")
    if not path.exists() and not create:
        raise DatabaseError(
            "missing", f"There is no database at {path}.", "Import some decisions first, or name another."
        )
    if not path.parent.is_dir():
        raise DatabaseError("missing", f"The folder {path.parent} does not exist.", "Create it, or name another.")


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"json_serializer": json_text}
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(_readable(url), connect_args={"timeout": BUSY}, **options)
            event.listen(engine, "connect", _sqlite_connect)
            event.listen(engine, "begin", _sqlite_begin)
            return engine
        return create_engine(url, pool_pre_ping=True, **options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseError("driver", "PostgreSQL needs psycopg.", "pip install 'vanban[postgres]'") from error


def _readable(url: URL) -> URL:
    """The address under which a file in a place that cannot be written to can at least be read."""
    path = Path(url.database or "").absolute()
    if not path.is_file() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return url
    return url.set(database=path.as_uri(), query={"mode": "ro", "immutable": "1", "uri": "true"})


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("foreign_keys = on", "journal_mode = wal", "synchronous = normal", "cache_size = -32000"):
        connection.execute(f"pragma {pragma}").close()


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("begin immediate" if options.get("writing") else "begin")


def _check_ours(connection: Connection) -> None:
    """Stops before anything is written into a database that is newer than this program, or somebody else's."""
    found, names = revision(connection), set(inspect(connection).get_table_names()) - {"alembic_version"}
    ours = names & {table.name for table in t.metadata.tables.values()}
    if found in _known():
        return
    if found is not None and len(ours) > 1:
        said = f"This database was made by a newer version (revision {found}; this one knows {HEAD})."
        raise DatabaseError("ahead", said, "Update vanban, or name another database.")
    if ours or (names and connection.dialect.name == "sqlite"):
        raise DatabaseError("not-ours", "This is another program's database.", "Name another one.")


def _known() -> set[str]:
    folder = Path(__file__).parent / "migrations" / "versions"
    return {path.name[:4] for path in folder.glob("[0-9]*.py")}


# --- errors in plain words -----------------------------------------------------------------------------------------

_TROUBLE = (
    (
        "readonly database",
        "read-only",
        "The database cannot be written to.",
        "Check the rights of the file and its folder.",
    ),
    ("read-only", "read-only", "The database cannot be written to.", "Ask for the right to write, or name another."),
    ("permission denied", "read-only", "The database refuses this.", "Ask its administrator for the rights."),
    ("full", "full", "The disk is full.", "Make room and run the same command again: what is stored stays."),
    ("no space left", "full", "The disk is full.", "Make room and run the same command again: what is stored stays."),
    ("disk i/o error", "full", "The disk does not take what is written.", "Check that it has room and is in order."),
    ("locked", "locked", "Another program holds the database.", "Wait until it is done and run the command again."),
    ("not a database", "not-ours", "This file is not a SQLite database.", "Name another file."),
    ("malformed", "damaged", "The database file is damaged.", "Restore a copy, or import into a new one."),
    ("unable to open", "unreachable", "The database file cannot be opened.", "Check its folder and your rights."),
    ("authentication failed", "unreachable", "The server refuses this user.", "Check user and password."),
    (
        "does not exist",
        "unreachable",
        "The server does not know this database or user.",
        "Create it (createdb), or check.",
    ),
    ("connection", "unreachable", "The database server cannot be reached.", "Check that it runs, and host and port."),
)


def explain(error: BaseException, url: URL | None = None) -> DatabaseError | None:
    """A driver's error in plain words, None where it is not about the database itself (a fault of ours)."""
    if not isinstance(error, DBAPIError | sqlite3.Error):
        return None
    cause = getattr(error, "orig", None) or error
    if type(cause).__name__ in ("IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"):
        return None
    words = str(cause).lower()
    where = f" ({url.render_as_string(hide_password=True)})" if url is not None else ""
    for sign, code, message, advice in _TROUBLE:
        if sign in words:
            return DatabaseError(code, f"{message[:-1]}{where}.", advice)
    return None


def is_collision(error: DBAPIError) -> bool:
    """Whether another writer got in the way, so that the same transaction may succeed when it is tried again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01", "55P03") or "locked" in str(error.orig)


def version_of(connection: Connection) -> str:
    """The name and version of the database program."""
    if connection.dialect.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {connection.execute(text('show server_version')).scalar()}"


def count(connection: Connection, name: str) -> int:
    """How many rows a table has."""
    query = select(text("count(*)")).select_from(t.metadata.tables[name])
    return int(connection.execute(query).scalar_one())
