"""The commands that ask a database: data on one stream, talk on the other, JSON arrays, exit statuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from corpus import samples
from tests.queries_base import decisions, opened, store

pytest_plugins = ["tests.databases"]

LISTINGS = [
    ["tasks", "--province", "son la", "--agency", "sở nội vụ", "--due", "quý I/2025"],
    ["tasks", "--by", "province"],
    ["calendar", "2025-01", "--province", "Nghệ An"],
    ["cites", "76/nq-cp"],
    ["cited", "--limit", "3"],
    ["cited", "--absent", "--topic", "par"],
    ["regulation", "76/NQ-CP"],
    ["check"],
    ["check", "--codes"],
    ["agencies", "--province", "Sơn La"],
    ["targets", "--topic", "par"],
    ["search", "mot", "cua", "lien", "thong"],
    ["search", "101/QĐ-UBND", "--kind", "decision"],
]
WRONG = [
    (["tasks", "--due", "soon"], "soon"),
    (["tasks", "--agency", "Sở Nội vu trời"], "Sở Nội vu trời"),
    (["cites", "không phải số"], "không phải số"),
    (["compare", "Sơn La:2024", "Quảng Ngãi:2026-2030"], "Cải cách hành chính"),
    (["compare", "Sơn La:2024"], "two plans"),
    (["calendar", "2025", "--province", "sonn la"], "Sơn La"),
]


@pytest.fixture(scope="module")
def db(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cli")
    for engine in opened(request, "sqlite", folder):
        store(engine, decisions(samples.paths()))
        yield str(folder / "asked.db")


def vanban(db: str, *words: str) -> Result:
    return CliRunner().invoke(cli.main, [*words, "--db", db])


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_listings_are_arrays_of_objects(db: str, words: list[str]) -> None:
    result = vanban(db, *words, "--json")
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert isinstance(rows, list)
    assert rows
    assert all(isinstance(row, dict) for row in rows)
    assert result.stderr == ""


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_listings_are_tables_on_a_screen(db: str, words: list[str]) -> None:
    result = vanban(db, *words)
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) > 2


def test_nothing_found_is_an_empty_array(db: str) -> None:
    for words in (["cites", "9999/QĐ-UBND"], ["search", "khôngcótừnày"], ["check", "--code", "nonsense"]):
        result = vanban(db, *words, "--json")
        assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_is_not_understood_is_status_2_in_one_sentence(db: str, words: list[str], said: str) -> None:
    result = vanban(db, *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_comparison_is_one_object_and_five_tables(db: str) -> None:
    data = json.loads(vanban(db, "compare", "Sơn La:2024", "Sơn La:2025", "--json").stdout)
    assert {"topic", "plans", "areas", "targets", "regulations", "aligned"} == set(data)
    shown = vanban(db, "compare", "Sơn La:2024", "Sơn La:2025").stdout
    for title in ("Tasks by area", "Targets", "Regulations cited", "The same duty", "Only in Sơn La:2024", "Only in"):
        assert title in shown


def test_marks_stand_around_the_words() -> None:
    assert cli.marked("cơ chế một cửa liên thông", [(7, 10), (11, 14)]) == "cơ chế «một cửa» liên thông"
    assert cli.marked("không", []) == "không"
