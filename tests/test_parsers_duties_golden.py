"""Duties in prose and targets of real decisions, held against what a reader of the texts found.

A golden file knows spans, keys, normalised values and digests of words; the texts stay in the corpus. `duties_missing`
and `targets_missing` are what a reader found and the program does not read. The figures below were counted when the
files were made: a change must not make one of them fall.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from real import CORPUS, REQUIRED

import ingest
from parsers.decision import parse
from parsers.model import Decision, Party, Target, Task

GOLDEN = sorted((Path(__file__).parent / "golden" / "duties").glob("*.json"))
#: By field: at least so much precision and recall, over all files.
COUNTED = {
    "duty": (1.0, 0.996),
    "duty.words": (1.0, 1.0),
    "duty.path": (1.0, 1.0),
    "duty.lead": (1.0, 1.0),
    "duty.support": (1.0, 1.0),
    "duty.roles": (1.0, 0.963),
    "duty.start": (1.0, 1.0),
    "duty.end": (1.0, 1.0),
    "duty.recurrence": (0.979, 0.979),
    "duty.condition": (1.0, 1.0),
    "duty.output": (0.978, 0.978),
    "duty.area": (1.0, 1.0),
    "target": (1.0, 1.0),
    "target.subject": (1.0, 1.0),
    "target.comparator": (1.0, 1.0),
    "target.value": (1.0, 1.0),
    "target.unit": (1.0, 1.0),
    "target.by": (1.0, 1.0),
    "target.inherited": (1.0, 1.0),
    "target.indicator": (1.0, 1.0),
    "target.area": (1.0, 1.0),
}

needs_texts = pytest.mark.skipif(
    not all((CORPUS / json.loads(p.read_text(encoding="utf-8"))["file"]).is_file() for p in GOLDEN) and not REQUIRED,
    reason="real decisions are absent (VANBAN_CORPUS): duties and targets in them were not checked",
)


def digest(words: str | None) -> str | None:
    return hashlib.sha256(" ".join(words.lower().split()).encode()).hexdigest()[:12] if words else None


def keys(party: Party | None) -> list[str] | None:
    return list(party.agencies) if party else None


DUTY: dict[str, Callable[[Task], Any]] = {
    "words": lambda t: digest(t.text),
    "path": lambda t: t.section,
    "lead": lambda t: keys(t.lead),
    "support": lambda t: keys(t.support),
    "roles": lambda t: [[r.role, list(r.agencies)] for r in t.roles],
    "start": lambda t: t.deadline.start if t.deadline else None,
    "end": lambda t: t.deadline.end if t.deadline else None,
    "recurrence": lambda t: t.deadline.recurrence if t.deadline else None,
    "condition": lambda t: digest(t.deadline.condition) if t.deadline else None,
    "output": lambda t: digest(t.output),
    "area": lambda t: t.area,
}
TARGET: dict[str, Callable[[Target], Any]] = {
    "subject": lambda t: digest(t.subject),
    "comparator": lambda t: t.comparator,
    "value": lambda t: t.value,
    "unit": lambda t: t.unit,
    "by": lambda t: t.by,
    "inherited": lambda t: t.inherited or None,
    "indicator": lambda t: t.indicator,
    "area": lambda t: t.area,
}


class Tally:
    """Hits, what was found, what was wanted, by field."""

    def __init__(self) -> None:
        self.hit, self.found, self.wanted = Counter[str](), Counter[str](), Counter[str]()

    def add(self, field: str, want: object, got: object) -> None:
        if isinstance(want, list) and isinstance(got, list) and field.endswith("roles"):
            pairs = Counter(map(str, want)), Counter(map(str, got))
            self.count(field, sum((pairs[0] & pairs[1]).values()), len(want), len(got))
        else:
            self.count(
                field, int(want == got and want is not None), int(want not in (None, False)), int(got is not None)
            )

    def count(self, field: str, hit: int, wanted: int, found: int) -> None:
        self.hit[field] += hit
        self.wanted[field] += wanted
        self.found[field] += found

    def figures(self) -> dict[str, tuple[float, float]]:
        names = self.found.keys() | self.wanted.keys()
        return {n: (self.hit[n] / (self.found[n] or 1), self.hit[n] / (self.wanted[n] or 1)) for n in sorted(names)}


@lru_cache(maxsize=1)
def read() -> list[tuple[dict[str, Any], Decision]]:
    pairs = []
    for path in GOLDEN:
        golden = json.loads(path.read_text(encoding="utf-8"))
        pairs.append((golden, parse(ingest.read(CORPUS / golden["file"]))))
    return pairs


def compare(
    tally: Tally, name: str, golden: dict[str, Any], found: dict[tuple[int, int], Any], fields: dict[str, Any]
) -> Iterator[str]:
    """Adds what one file gives to the tally; names every difference."""
    plural = "duties" if name == "duty" else "targets"
    wanted = {tuple(w["span"]): w for w in golden[plural]}
    both = wanted.keys() & found.keys()
    tally.count(name, len(both), len(wanted) + len(golden[f"{plural}_missing"]), len(found))
    yield from (f"{golden['file']}: {name} at {span} not found" for span in wanted.keys() - both)
    yield from (f"{golden['file']}: {name} at {span} not in the golden file" for span in found.keys() - both)
    for span in both:
        for field, value in fields.items():
            want, got = wanted[span][field] or None, value(found[span]) or None
            tally.add(
                f"{name}.{field}", want or ([] if field == "roles" else None), got or ([] if field == "roles" else None)
            )
            if want != got:
                yield f"{golden['file']}: {name} at {span}: {field} is {got}, not {want}"


@lru_cache(maxsize=1)
def counted() -> tuple[dict[str, tuple[float, float]], list[str]]:
    tally, notes = Tally(), list[str]()
    for golden, decision in read():
        duties = {t.span: t for t in decision.tasks if t.origin != "table"}
        notes += compare(tally, "duty", golden, duties, DUTY)
        notes += compare(tally, "target", golden, {t.span: t for t in decision.targets}, TARGET)
    return tally.figures(), notes


@needs_texts
def test_the_texts_are_those_that_were_read() -> None:
    assert [g["file"] for g, d in read() if len(d.text) != g["characters"]] == []


@needs_texts
@pytest.mark.parametrize("field", sorted(COUNTED))
def test_no_figure_falls(field: str) -> None:
    figures, notes = counted()
    precision, recall = figures[field]
    name = field.partition(".")[2] or field
    assert (precision, recall) >= (0.0, 0.0)
    assert precision >= COUNTED[field][0] and recall >= COUNTED[field][1], [n for n in notes if name in n][:5]


@needs_texts
def test_every_field_is_counted() -> None:
    assert counted()[0].keys() == COUNTED.keys()


def test_golden_files_hold_no_sentences() -> None:
    for path in GOLDEN:
        golden = json.loads(path.read_text(encoding="utf-8"))
        for row in (*golden["duties"], *golden["targets"]):
            texts = [v for v in row.values() if isinstance(v, str)]
            assert max(map(len, texts), default=0) <= 40, path.name


def test_a_wrong_value_lowers_precision_and_recall() -> None:
    tally = Tally()
    tally.add("duty.lead", ["so-noi-vu"], ["so-tai-chinh"])
    tally.add("duty.lead", ["so-noi-vu"], ["so-noi-vu"])
    tally.add("duty.lead", ["so-noi-vu"], None)
    tally.add("duty.roles", [["approve", ["ubnd-tinh"]]], [["approve", ["ubnd-tinh"]], ["monitor", ["so-noi-vu"]]])
    assert tally.figures() == {"duty.lead": (1 / 2, 1 / 3), "duty.roles": (1 / 2, 1.0)}
