"""Upkeep finds what is broken, and search finds what is there."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text

from schema import database, upkeep
from schema.save import File, forget, save
from schema.search import search
from tests.inventing import invent

pytest_plugins = ["tests.databases"]


@pytest.fixture
def filled(engine):
    with database.writing(engine) as connection:
        for n in range(4):
            save(connection, invent(n), File(path=f"{n}", sha256=str(n), bytes=1, reader="r", grammar="g"))
    return engine


def faults(engine) -> dict[str, int]:
    return {name: fault.count for name, fault in upkeep.check(engine) if fault is not None}


def test_a_whole_database_has_no_faults(filled):
    assert faults(filled) == {}


BREAKING = {
    "evidence-words": "update evidence set words = words || 'x' where n = 0",
    "spans-of-unparsed": "update unparsed set length = 1000000",
    "one-active-source": "update sources set active = false",
    "packed-unless-active": "update sources set active = false",
    "ids": "update sources set path = path || 'x'",
    "outline": "update sections set last = -1",
}


@pytest.mark.parametrize("check", BREAKING)
def test_what_is_broken_is_found(filled, check):
    with database.writing(filled) as connection:
        broken = connection.execute(text(BREAKING[check])).rowcount
    assert faults(filled).get(check) == broken > 0


def test_orphans_are_found(tmp_path):
    engine = database.open(tmp_path / "x.db")
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("pragma foreign_keys = off")
        raw.execute("insert into unparsed values (5, 0, 0, 0)")
    assert faults(engine) == {"orphans-fk_unparsed_decision_id": 1}


def test_info_counts(filled):
    info = upkeep.info(filled)
    assert info.rows["decisions"] == 4 and info.bytes > 10_000 and info.revision == info.newest
    assert info.readers == {"r": 4}


def test_vacuum_leaves_everything_as_it_was(filled):
    upkeep.vacuum(filled)
    assert upkeep.info(filled).rows["decisions"] == 4 and faults(filled) == {}


# --- search --------------------------------------------------------------------------------------------------------

TEXTS = {
    1: "Căn cứ Quyết định số 2621/QĐ-UBND về đẩy mạnh cơ chế một cửa liên thông",
    2: "Kế hoạch kiểm tra việc thực hiện một việc cửa khẩu",
    3: "QUY CHẾ ĐẶC BIỆT\ncủa Đắk Lắk",
}


@pytest.fixture
def texts(engine):
    with database.writing(engine) as connection:
        for n, words in TEXTS.items():
            plain = msgspec.structs.replace(invent(n), text=words, evidence=())
            header = msgspec.structs.replace(plain.document, title=f"TIÊU ĐỀ {n}", display_title=None)
            file = File(path=f"{n}", sha256=str(n), bytes=1, reader="r", grammar="g")
            save(connection, msgspec.structs.replace(plain, document=header), file)
    return engine


def found(engine, words) -> set[int]:
    with engine.connect() as connection:
        ids = [match.decision_id for match in search(connection, words)]
        query = text("select path from sources where decision_id = :id")
        return {int(connection.execute(query, {"id": i}).scalar_one()) for i in ids}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mot cua", {1, 2}),
        ('"một cửa"', {1}),
        ("2621/qd-ubnd", {1}),
        ("2621/QĐ-UBND", {1}),
        ("ĐẨY mạnh", {1}),
        ("dac biet dak lak", {3}),
        ("tiêu đề", {1, 2, 3}),
        ("không có", set()),
        ("", set()),
        ("' or 1=1 -- \" * ( AND", set()),
    ],
)
def test_search_finds_words_with_and_without_marks(texts, words, expected):
    assert found(texts, words) == expected


def test_what_is_gone_is_not_found(texts):
    with database.writing(texts) as connection:
        forget(connection, "1")
    assert found(texts, "mot cua") == {2}


def test_a_very_long_text_is_searched_to_its_end(engine):
    long = msgspec.structs.replace(invent(1), text="từ ngữ khác nhau " * 40_000 + "điểm cuối", evidence=())
    with database.writing(engine) as connection:
        save(connection, long, File(path="1", sha256="1", bytes=1, reader="r", grammar="g"))
    assert found(engine, "diem cuoi") == {1}
