"""Nothing lost, every value shown, never a refusal: on the samples, on real decisions, on broken copies of both."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invariants import problems
from real import REAL_TEXTS, needs_corpus

import ingest
from corpus import samples
from ingest import plain
from parsers.decision import parse
from parsers.model import from_json, to_json

SAMPLES = [p for p in samples.paths() if p.suffix in (".txt", ".md")]


def lines_shuffled(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)


def lines_dropped(text: str, rng: random.Random) -> str:
    return "\n".join(line for line in text.split("\n") if rng.random() > 0.2)


def lines_doubled(text: str, rng: random.Random) -> str:
    return "\n".join(part for line in text.split("\n") for part in [line] * (1 + (rng.random() < 0.2)))


def marks_removed(text: str, rng: random.Random) -> str:
    return text.replace("|", "").replace("*", "")


def one_line(text: str, rng: random.Random) -> str:
    return " ".join(text.split())


def cut_anywhere(text: str, rng: random.Random) -> str:
    a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return text[a:b] or "x"


def letters_lost(text: str, rng: random.Random) -> str:
    return "".join(c for c in text if rng.random() > 0.03)


BREAKAGES: list[Callable[[str, random.Random], str]] = [
    lines_shuffled,
    lines_dropped,
    lines_doubled,
    marks_removed,
    one_line,
    cut_anywhere,
    letters_lost,
]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_samples_keep_the_contract(path: Path) -> None:
    assert list(problems(parse(ingest.read(path)))) == []


@needs_corpus
@pytest.mark.parametrize("path", REAL_TEXTS, ids=lambda p: p.name)
def test_real_decisions_keep_the_contract(path: Path) -> None:
    decision = parse(ingest.read(path))
    assert list(problems(decision)) == []
    assert from_json(to_json(decision)) == decision


@pytest.mark.slow
@needs_corpus
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("path", REAL_TEXTS, ids=lambda p: p.name)
def test_broken_copies_of_real_decisions_keep_it_too(path: Path, breakage: Callable[[str, random.Random], str]) -> None:
    text = breakage(path.read_text(encoding="utf-8-sig"), random.Random(path.name))
    assert list(problems(parse(plain.read(text.encode(), path.name)))) == []


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_broken_copies_of_samples_keep_it_too(path: Path, breakage: Callable[[str, random.Random], str]) -> None:
    text = breakage(ingest.read(path).text, random.Random(path.name))
    assert list(problems(parse(plain.read(text.encode(), path.name)))) == []


WORDS = st.sampled_from(
    """QUYẾT ĐỊNH;Số: 12/QĐ-UBND;Căn cứ Luật Đất đai;Điều 1.;Điều;PHỤ LỤC I;KẾ HOẠCH;STT;Nhiệm vụ;Cơ quan chủ trì;I.;1.
    a);-;+;TM. ỦY BAN NHÂN DÂN;CHỦ TỊCH;Nguyễn Văn A;Nơi nhận:;(Kèm theo Quyết định;);ngày 12 tháng 13 năm 2020;**;*
    —;“;”;./.;Quý I/2023;Sở Nội vụ;100%;Tỉnh Sơn La;ỦY BAN NHÂN DÂN TỈNH;QUYẾT ĐỊNH:;hà nội, ngày;1.1;ll.;TM.;Q.
    \u00ad;\ufffd;\U0001d538""".replace("\n", ";").split(";")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(WORDS, st.just("|"), st.just(""), st.text(max_size=20)), max_size=40))
def test_any_lines_keep_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    if text.strip("\x00 \t\r\n\ufeff\ufffe"):
        try:
            document = plain.read(text.encode("utf-8", "surrogatepass"), "x.txt")
        except ingest.IngestError:
            return
        assert list(problems(parse(document))) == []
