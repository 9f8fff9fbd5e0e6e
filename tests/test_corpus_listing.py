"""Listing the database, and finding one decision by what a person types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from corpus.listing import UnknownProvince, find, listing, province_keys, read
from parsers.model import Decision, Province
from schema import database
from schema.save import File, save
from tests.inventing import invent


def made(seed: int, number: str, date: str, key: str, province: tuple[str, str] = ("son-la", "Sơn La")) -> Decision:
    decision = invent(seed)
    place = Province(key=province[0], name=province[1])
    header = msgspec.structs.replace(decision.document, number=number, date=date, key=key, province=place)
    return msgspec.structs.replace(decision, document=header)


DECISIONS = [
    made(1, "3241/QĐ-UBND", "2015-12-22", "vn/son-la/ubnd/qd/2015/3241"),
    made(2, "3241/QĐ-UBND", "2016-11-02", "vn/hung-yen/ubnd/qd/2016/3241", ("hung-yen", "Hưng Yên")),
    made(3, "05/2024/QĐ-UBND", "2024-03-01", "vn/son-la/ubnd/qd/2024/5"),
    made(4, "77/QĐ-UBND", "2020-01-10", "vn/son-la/ubnd/qd/2020/77"),
    made(5, "77/QĐ-UBND", "2020-06-10", "vn/son-la/ubnd/qd/2020/77"),
    made(6, "177/QĐ-UBND", "2020-06-11", "vn/son-la/ubnd/qd/2020/177"),
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: Any) -> Iterator[Any]:
    engine = database.open(tmp_path_factory.mktemp("listing") / "test.db")
    for n, decision in enumerate(DECISIONS):
        with database.writing(engine) as writer:
            save(writer, decision, File(path=f"{n}.txt", sha256=f"{n:064x}", bytes=1, reader="r", grammar="g"))
    with engine.connect() as reader:
        yield reader
    engine.dispose()


def test_the_oldest_comes_first_and_counts_are_right(connection: Any) -> None:
    rows = listing(connection)
    assert [row.date for row in rows] == sorted(row.date or "" for row in rows)
    assert len(rows) == len(DECISIONS)
    first = rows[0]
    assert (first.number, first.source, first.province) == ("3241/QĐ-UBND", "0.txt", "Sơn La")
    assert first.tasks == len(DECISIONS[0].tasks)
    assert first.citations == len(DECISIONS[0].citations)
    assert first.findings >= len(DECISIONS[0].warnings)


def test_a_shared_key_is_shown_with_its_date(connection: Any) -> None:
    keys = [row.key for row in listing(connection)]
    assert "vn/son-la/ubnd/qd/2020/77~2020-01-10" in keys
    assert "vn/son-la/ubnd/qd/2020/77~2020-06-10" in keys
    assert "vn/son-la/ubnd/qd/2015/3241" in keys


@pytest.mark.parametrize(
    ("province", "year", "limit", "count"),
    [("son la", None, None, 5), ("Hưng Yên", None, None, 1), (None, 2020, None, 3), ("SON LA", 2015, None, 1),
     (None, None, 2, 2), ("hung-yen", 2015, None, 0)],
)  # fmt: skip
def test_filters(connection: Any, province: str | None, year: int | None, limit: int | None, count: int) -> None:
    assert len(listing(connection, province=province, year=year, limit=limit)) == count


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("vn/son-la/ubnd/qd/2015/3241", ["2015-12-22"]),
        ("3241/QĐ-UBND", ["2015-12-22", "2016-11-02"]),
        ("3241/qd-ubnd", ["2015-12-22", "2016-11-02"]),
        ("Quyết định số 3241 / QĐ - UBND", ["2015-12-22", "2016-11-02"]),
        ("3241", ["2015-12-22", "2016-11-02"]),
        ("5/2024/QĐ-UBND", ["2024-03-01"]),
        ("05/2024/qđ-ubnd", ["2024-03-01"]),
        ("5/2023/QĐ-UBND", []),
        ("77/QĐ-UBND", ["2020-01-10", "2020-06-10"]),
        ("vn/son-la/ubnd/qd/2020/77", ["2020-01-10", "2020-06-10"]),
        ("vn/son-la/ubnd/qd/2020/77~2020-06-10", ["2020-06-10"]),
        ("77/KH-UBND", []),
        ("%", []),
        ("", []),
    ],
)
def test_finding_forgives_what_is_typed(connection: Any, words: str, dates: list[str]) -> None:
    assert [row.date for row in find(connection, words)] == dates


def test_a_listed_decision_is_read_whole(connection: Any) -> None:
    listed = find(connection, "05/2024/QĐ-UBND")[0]
    assert read(connection, listed) == DECISIONS[2]


def test_an_unknown_province_is_named_with_what_it_may_be() -> None:
    with pytest.raises(UnknownProvince) as caught:
        province_keys("sonn la")
    assert caught.value.near == ("Sơn La",)
    assert "sonn la" in str(caught.value) and "Sơn La" in str(caught.value)
