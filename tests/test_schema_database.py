"""Opening a database: made, brought up to date, or refused in plain words."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from schema import database, upkeep
from schema.database import DatabaseError
from schema.migrations import HEAD
from schema.save import File, save
from schema.tables import metadata
from tests.inventing import invent, rows

pytest_plugins = ["tests.databases"]

ROOT = Path(__file__).resolve().parent.parent
as_nobody = pytest.mark.skipif(os.name == "nt", reason="file rights are another matter on Windows")


def names(engine) -> set[str]:
    return {
        name for name in inspect(engine).get_table_names() if not name.startswith(("decision_search", "title_search"))
    }


def fill(engine) -> None:
    with database.writing(engine) as connection:
        for n in range(3):
            save(connection, invent(n), File(path=f"{n}", sha256=str(n), bytes=1, reader="r", grammar="g"))


def test_a_new_database_has_the_tables_of_today(address):
    engine = database.open(address)
    with engine.connect() as connection:
        assert database.revision(connection) == HEAD
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
        assert compare_metadata(context, metadata) == []


def ours(name, kind, _parents) -> bool:
    return not (kind == "table" and name.startswith(("decision_search", "title_search")))


def test_the_newest_revision_is_what_the_folder_says():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "schema" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_go_down_and_up_with_data(address):
    engine = database.open(address)
    fill(engine)
    with database.writing(engine) as connection:
        database.migrate(connection, "base")
    assert names(engine) == {"alembic_version"}
    assert database.upgrade(engine) is True
    assert database.upgrade(engine) is False
    fill(engine)
    assert len(rows(engine)["decisions"]) == 3


def test_each_migration_keeps_what_is_stored(address):
    """A step down and up again gives the same rows, and another id in between where ids changed."""
    engine = database.open(address)
    fill(engine)
    before = rows(engine)
    with database.writing(engine) as connection:
        database.migrate(connection, "0001")
        (older,) = connection.execute(text("select min(id) from decisions")).one()
    assert older not in {row[0] for row in before["decisions"]}
    assert database.upgrade(engine) is True
    assert {**rows(engine), "cited": before["cited"]} == before  # counted at the end of an import, and by a migration
    assert not [fault for _, fault in upkeep.check(engine) if fault]


def test_what_is_stored_survives_opening_again(address):
    fill(database.open(address))
    before = rows(database.open(address))
    assert rows(database.open(address)) == before and before["decisions"]


def test_foreign_keys_are_kept(engine):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), database.writing(engine) as connection:
        connection.execute(text("insert into unparsed (decision_id, n, start, length) values (1, 0, 0, 0)"))


def test_sqlite_is_in_wal_mode(tmp_path):
    with database.open(tmp_path / "x.db").connect() as connection:
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"


# --- refusals ------------------------------------------------------------------------------------------------------


def refused(address, **options) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        database.open(address, **options)
    assert caught.value.message and caught.value.advice
    return caught.value


def test_a_newer_database_is_left_alone(address):
    engine = database.open(address)
    with database.writing(engine) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    error = refused(address)
    assert error.code == "ahead" and "9999" in error.message


def test_somebody_elses_tables_are_left_alone(address):
    engine = database.open(address)
    with database.writing(engine) as connection:
        connection.execute(text("delete from alembic_version"))
        connection.execute(text("drop table alembic_version"))
    assert refused(address).code == "not-ours"


def test_another_programs_file_is_left_alone(tmp_path):
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("create table notes (x)")
    other.close()
    before = (tmp_path / "other.db").read_bytes()
    assert refused(tmp_path / "other.db").code == "not-ours"
    assert sqlite3.connect(tmp_path / "other.db").execute("select count(*) from sqlite_master").fetchone() == (1,)
    assert len((tmp_path / "other.db").read_bytes()) == len(before)


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_text("hello, this is a letter and no database at all" * 100)
    assert refused(tmp_path / "x.db").code == "not-ours"


def test_a_damaged_file(tmp_path):
    path = tmp_path / "x.db"
    fill(database.open(path))
    with sqlite3.connect(path) as raw:
        raw.execute("pragma wal_checkpoint(truncate)")
    data = bytearray(path.read_bytes())
    data[4096:20480] = b"\xff" * 16384
    path.write_bytes(data)
    assert refused(path).code in ("damaged", "not-ours")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("no/such/folder/x.db", "missing"),
        (".", "address"),
        ("mysql://user@host/x", "address"),
        ("://", "address"),
        ("postgresql://nobody@127.0.0.1:1/x", "unreachable"),
    ],
)
def test_addresses_that_lead_nowhere(address, code):
    assert refused(address).code == code


def test_a_password_is_never_shown():
    assert "secret" not in str(refused("postgresql://nobody:secret@127.0.0.1:1/x"))


def test_a_database_that_is_not_there_is_not_made_for_reading(tmp_path):
    assert refused(tmp_path / "x.db", create=False).code == "missing"
    assert not (tmp_path / "x.db").exists()


def test_an_unknown_database_on_a_server(server):
    assert refused(f"{server}/nothing").code == "unreachable"


# --- disks and rights ----------------------------------------------------------------------------------------------


def as_somebody(work) -> str:
    """What `work` returns in a copy of this process that has no special rights."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            said = work()
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as stream:
        return stream.read()


def trouble(path, count=1) -> str:
    """The code of the error that comes of storing decisions, with the number that were stored."""
    stored = 0
    try:
        engine = database.open(path)
        with database.plain_words(engine.url):
            for stored in range(count):
                with database.writing(engine) as connection:
                    file = File(path=str(stored), sha256=str(stored), bytes=1, reader="r", grammar="g")
                    save(connection, invent(stored), file)
    except DatabaseError as error:
        return f"{error.code} {stored}"
    return f"none {count}"


@pytest.fixture
def open_folder():
    """A folder that anybody can get at."""
    with tempfile.TemporaryDirectory(prefix="vanban-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@as_nobody
def test_a_folder_that_is_read_only(open_folder):
    open_folder.chmod(0o555)
    assert as_somebody(lambda: trouble(open_folder / "x.db")).split()[0] in ("read-only", "unreachable")


@as_nobody
def test_a_file_that_is_read_only(open_folder):
    database.open(open_folder / "x.db").dispose()
    (open_folder / "x.db").chmod(0o444)
    assert as_somebody(lambda: trouble(open_folder / "x.db")) == "read-only 0"


@as_nobody
@pytest.mark.parametrize("rights", [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)])
def test_what_cannot_be_written_can_be_read(open_folder, rights):
    file = open_folder / "x ?#%.db"
    engine = database.open(file)
    fill(engine)
    engine.dispose()

    def work() -> str:
        with database.open(file, create=False).connect() as connection:
            return str(connection.execute(text("select count(*) from decisions")).scalar())

    file.chmod(rights[0])
    open_folder.chmod(rights[1])
    assert as_somebody(work) == "3"


@as_nobody
def test_a_full_disk_keeps_what_was_stored(open_folder):
    """A limit on the size of files stands for the disk."""
    import resource

    def work() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        return trouble(open_folder / "x.db", 400)

    code, stored = as_somebody(work).split()
    assert code == "full"
    engine = database.open(open_folder / "x.db")
    assert len(rows(engine)["decisions"]) == int(stored) > 3
