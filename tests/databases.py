"""Fixtures: every test that asks for `engine` or `address` runs on SQLite and on a real PostgreSQL server.

The server is a private cluster in a temporary folder, on loopback, as an unprivileged user; where PostgreSQL or
psycopg is not installed those tests are skipped with the reason.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from schema import database

_numbers = count()


def _programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


def _user() -> str | None:
    """Somebody who is not root, for PostgreSQL refuses to run as root; None: whoever we are."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd  # Windows has none

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a private PostgreSQL server, without the database's name."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (initdb not found)")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install '.[postgres]'")
    user, port = _user(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="vanban-pg-"))
    if user:
        shutil.chown(folder, user)

    def run(program: str, *words: str) -> None:
        subprocess.run(
            [programs / program, "-D", folder / "data", *words],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-U", "vanban", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://vanban@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _create(server: str, template: str = "template1") -> str:
    """A new PostgreSQL database, a copy of another; its name."""
    name = f"test{next(_numbers)}"
    engine = create_engine(f"{server}/postgres".replace(":", "+psycopg:", 1), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name} template {template}"))
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A SQLite file with our tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database.open(path).dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_template(server) -> str:
    """The name of a PostgreSQL database with our tables and nothing in them."""
    name = _create(server)
    database.open(f"{server}/{name}").dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        return f"{server}/{_create(server)}"
    return str(tmp_path / "test.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def ready(request, tmp_path) -> str:
    """The address of a database with our tables and nothing in them, of either kind."""
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        return f"{server}/{_create(server, request.getfixturevalue('postgresql_template'))}"
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ready.db")
    return str(tmp_path / "ready.db")


@pytest.fixture
def engine(ready):
    """A database with our tables and nothing in them, of either kind."""
    opened = database.open(ready)
    yield opened
    opened.dispose()
