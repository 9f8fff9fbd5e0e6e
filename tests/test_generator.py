"""The generated decisions are the same each time, differ from each other, and hold what their truth says."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import pytest

from tests.generator import FAULTS, Generated, generate
from tests.generator_forms import BINARY_FORMS, TEXT_FORMS, wrap
from tests.scoring import differences


def text_of(generated: Generated) -> str:
    """The words of a generated file, read by other means than the project's own readers."""
    form = generated.truth["form"]
    if form == "docx":
        docx = pytest.importorskip("docx")
        document = docx.Document(io.BytesIO(generated.data))
        cells = (c.text for t in document.tables for row in t.rows for c in row.cells)
        return "\n".join([*(p.text for p in document.paragraphs), *cells])
    if form == "pdf":
        pypdfium2 = pytest.importorskip("pypdfium2")
        pages = pypdfium2.PdfDocument(generated.data)
        return "\n".join(page.get_textpage().get_text_range() for page in pages)
    encoding = generated.truth.get("encoding", "utf-8")
    return unicodedata.normalize("NFC", generated.data.decode("utf-8" if encoding == "nfd" else encoding))


def test_the_same_seed_gives_the_same_files() -> None:
    assert list(generate(30, 7)) == list(generate(30, 7))
    assert [g.data for g in generate(30, 7)] != [g.data for g in generate(30, 8)]


def test_a_part_of_a_run_is_the_same_as_in_the_whole() -> None:
    assert list(generate(5, 7, start=20)) == list(generate(25, 7))[20:]


def test_keys_are_unique_but_for_planted_duplicates() -> None:
    made = list(generate(3000, 1))
    keys = Counter(g.truth["key"] for g in made if "key" in g.truth and "duplicate" not in g.truth["faults"])
    assert max(keys.values()) == 1


def test_every_fault_is_planted() -> None:
    assert {f for g in generate(1500, 1) for f in g.truth["faults"]} == set(FAULTS)


def test_no_fault_where_none_is_asked_for() -> None:
    assert not any(g.truth["faults"] for g in generate(200, 1, faults=0))


@pytest.mark.parametrize("form", [*TEXT_FORMS, *BINARY_FORMS])
def test_what_the_truth_says_stands_in_the_file(form: str) -> None:
    for generated in generate(12, 3, (form,), faults=0):
        words = " ".join(text_of(generated).replace("|", " ").replace("*", " ").split())
        truth = generated.truth
        wanted = [truth["number"], truth["signer"], *(c["number"] for c in truth["citations"])]
        wanted += [row[c] for row in truth["table_tasks"] for c in ("lead", "deadline")] if form != "pdf" else []
        assert [w for w in wanted if w not in words] == []


def test_two_years_of_a_province_share_most_duties() -> None:
    plans: dict[str, list[set[str]]] = {}
    for generated in generate(800, 1, faults=0):
        truth = generated.truth
        if truth["kind"] == "table":
            plans.setdefault(truth["province"], []).append({row["duty"] for row in truth["table_tasks"]})
    for first, second, *_ in plans.values():
        assert len(first & second) > len(first ^ second)


def test_wrapping_keeps_the_words() -> None:
    text = "Ban hành kèm theo Quyết định này Kế hoạch cải cách hành chính tỉnh Sơn La năm 2024"
    assert max(map(len, wrap(text, 20))) <= 20
    assert " ".join(wrap(text, 20)) == text


def read(generated: Generated) -> Any:
    ingest = pytest.importorskip("ingest")
    decision = pytest.importorskip("parsers.decision")
    return decision.parse(ingest.read_bytes(generated.data, generated.name))


class Known(NamedTuple):
    """A failure that is known: where it shows, and why; its cure makes a test fail, so that it is noticed."""

    why: str
    fields: tuple[str, ...]
    where: Callable[[dict[str, Any]], bool]


def kind(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda truth: truth["kind"] == name


def bare_chair(truth: dict[str, Any]) -> bool:
    return truth["capacity_text"] is None


FORMS: dict[str, tuple[Known, ...]] = {
    "cells": (Known("a second table after a flat one", ("attachments/0/tables", "section"), kind("procedures")),),
    "markdown": (Known("CHỦ TỊCH and the name in one line", ("signer", "position"), bare_chair),),
}


def unknown(generated: Generated, known: Sequence[Known], met: set[str]) -> list[str]:
    """The differences that are not known failures; notes in `met` which of those were met."""
    truth, left = {**generated.truth, "duties": []}, []
    for difference in differences(truth, read(generated)):
        why = next((k.why for k in known if difference.field in k.fields and k.where(truth)), None)
        met.add(why) if why else left.append(str(difference))
    return left


@pytest.mark.parametrize("form", [*TEXT_FORMS, *BINARY_FORMS])
def test_generated_decisions_are_read_as_their_truth_says(form: str) -> None:
    known = FORMS.get(form, ())
    met: set[str] = set()
    for generated in generate(24, 11, (form,), faults=0):
        assert unknown(generated, known, met) == [], generated.name
    assert met == {k.why for k in known}, "a known failure is gone: take it out of FORMS"


TWICE = ("signer", "position", "capacity", "capacity_text")
PLANTED_KNOWN: dict[str, tuple[Known, ...]] = {
    "ocr": (Known("a name printed twice in one line", TWICE, lambda truth: truth["form"] == "markdown"),),
}
ALL_FORMS = tuple(k for known in FORMS.values() for k in known)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "not-a-decision"])
def test_decisions_with_a_fault_are_read_as_their_truth_says(fault: str) -> None:
    known = PLANTED_KNOWN.get(fault, ())
    met: set[str] = set()
    made = (g for g in generate(900, 13, faults=0.3) if g.truth["faults"] == [fault])
    for generated in islice(made, 20):
        assert unknown(generated, (*known, *ALL_FORMS), met) == [], generated.name
    assert {k.why for k in known} <= met, "a known failure is gone: take it out of PLANTED_KNOWN"


def test_generated_duties_in_prose_are_read() -> None:
    for generated in generate(8, 11, faults=0):
        assert differences({"duties": generated.truth["duties"]}, read(generated)) == []
