"""Every hostile file ends in a decision or a clear error, within its time and memory, and does nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import Hostile, cases
from tests.hostile_run import Outcome, faults, head, listening, row, run

CASES = cases()
SLOW = 30.0


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    with listening() as heard:
        yield heard


def mark(case: Hostile) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if case.seconds >= SLOW else []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=mark(case)) for case in CASES])
def test_a_hostile_file_ends_as_it_must(case: Hostile, listener: tuple[str, list[str]]) -> None:
    pytest.importorskip("parsers.decision")
    if case.office and not (shutil.which("soffice") or shutil.which("libreoffice")):
        pytest.skip("no LibreOffice: sudo apt install libreoffice-writer")
    address, came = listener
    assert faults(case, run(case, address)) == []
    assert came == []


def test_there_are_enough_of_them_and_their_names_differ() -> None:
    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_documentation_names_each_of_them() -> None:
    table = (Path(__file__).parent.parent / "docs" / "hostile.md").read_text(encoding="utf-8")
    named = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert named == [case.name for case in CASES]
    assert table.startswith(head())
    assert "**" not in table


CASE = Hostile("x", "x.txt", bytes, "nothing", "error:empty", seconds=1, megabytes=10)


@pytest.mark.parametrize(
    ("outcome", "wrong"),
    [
        (Outcome("error:empty"), []),
        (Outcome("decision"), ["ended in decision, not in error:empty"]),
        (Outcome("raised: ValueError: x"), ["raised: ValueError: x"]),
        (Outcome("died with -11"), ["died with -11"]),
        (Outcome("error:empty", seconds=2), ["took 2.0 s, more than 1"]),
        (Outcome("error:empty", megabytes=20), ["took 20 MB, more than 10"]),
        (Outcome("error:empty", seen=["wrote 'x'"]), ["wrote 'x'"]),
    ],
)
def test_what_must_not_happen_is_noticed(outcome: Outcome, wrong: list[str]) -> None:
    assert faults(CASE, outcome) == wrong


def test_the_table_says_how_a_file_ended() -> None:
    shown = row(CASE, Outcome("error:empty", seconds=0.2, megabytes=9))
    assert shown == "| x | nothing | error: empty | ≤ 1 s | ≤ 250 MB |"


def test_the_table_shows_in_bold_what_must_not_be() -> None:
    shown = row(CASE, Outcome("decision", ["not-a-decision"], seconds=0.2, megabytes=90))
    assert "a decision; not-a-decision; **ended in decision, not in error:empty**; **took 90 MB" in shown
