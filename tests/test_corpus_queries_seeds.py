"""Questions to a database of the five real decisions, answers checked against the texts by hand; words stay there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from corpus import queries
from corpus.alignment import THRESHOLD, align, cosine, vectors
from corpus.queries import Asked
from tests.queries_base import decisions, opened, store
from tests.real import SEEDS, needs_corpus

pytestmark = needs_corpus
pytest_plugins = ["tests.databases"]
GOLDEN = Path(__file__).parent / "golden"
CHECKED: dict[str, list[list[Any]]] = json.loads((GOLDEN / "queries_seeds.json").read_text(encoding="utf-8"))
LABELLED: list[dict[str, Any]] = json.loads((GOLDEN / "pairs.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Connection]:
    for engine in opened(request, request.param, tmp_path_factory.mktemp("seeds")):
        store(engine, decisions(SEEDS))
        with engine.connect() as connection:
            yield connection


@pytest.mark.parametrize("number", ["30C/nq-cp", "76/NQ-CP"])
def test_every_mention_and_no_other(reader: Connection, number: str) -> None:
    found = queries.cites(reader, number).mentions
    assert [[m.decision, m.where, m.relation, m.year, m.start, m.end] for m in found] == CHECKED[f"cites {number}"]


def test_a_number_of_two_years_is_two_regulations(reader: Connection) -> None:
    found = queries.cites(reader, "76/NQ-CP")
    assert [(meant.year, meant.mentions) for meant in found.meant] == [(2013, 3), (2021, 1)]
    assert len(queries.cites(reader, "76/NQ-CP", year=2013).mentions) == 3
    both = queries.cites(reader, "30c/NQ-CP", "76/NQ-CP", mode="and").mentions
    assert {m.province for m in both} == {"Sơn La", "Hưng Yên"}


def test_tasks_of_one_department_in_one_quarter(reader: Connection) -> None:
    asked = Asked(province="vinh long", agency="sở nội vụ", due="quý I/2023")
    found = queries.tasks(reader, asked)
    expected = CHECKED["tasks so-noi-vu, Vĩnh Long, quý I/2023"]
    assert [[duty.key, duty.deadline, duty.due_to] for duty in found] == expected


def test_reports_fall_due_turn_by_turn(reader: Connection) -> None:
    """Sơn La's plan: quarterly reports before the 5th of the quarter's last month, yearly ones by 5/6 and 10/11."""
    found = queries.calendar(reader, "2018", Asked(province="Sơn La"))
    assert {"2018-03-04", "2018-06-04", "2018-09-04", "2018-12-04", "2018-11-09"} <= {o.day for o in found}
    assert not queries.calendar(reader, "2021-06..2021-12", Asked(province="Sơn La", year=2018))


@pytest.mark.parametrize("words", ["mot cua lien thong", "một cửa liên thông"])
def test_search_finds_it_in_four_plans(reader: Connection, words: str) -> None:
    found = queries.search(reader, words, limit=50)
    assert {"Sơn La", "Hưng Yên", "Thanh Hóa", "Vĩnh Long"} <= {hit.province for hit in found}
    top = found[0]
    assert "một cửa" in top.excerpt.lower()


def test_the_aligned_tasks_are_those_that_were_read(reader: Connection) -> None:
    found = queries.compare(reader, "Sơn La:2016-2020", "Hưng Yên:2016-2020")
    pairs = [[pair.left.section, pair.right.section] for pair in found.aligned[0].pairs]
    judged = {(left, right): same for left, right, same in CHECKED["aligned Sơn La, Hưng Yên"]}
    unread = [pair for pair in pairs if tuple(pair) not in judged]
    assert unread == [], "read these against the texts and add them"
    right = sum(judged[left, other] for left, other in pairs)
    assert right / len(pairs) >= 0.9
    assert right >= 12


def test_the_comparison_by_area_counts_all_tasks(reader: Connection) -> None:
    found = queries.compare(reader, "Sơn La:2016-2020", "Hưng Yên:2016-2020")
    whole, *areas = found.areas
    for n, plan in enumerate(found.plans):
        assert whole.plans[n].tasks == plan.tasks == sum(row.plans[n].tasks or 0 for row in areas)
        assert whole.plans[n].with_output != 0  # where no task names an output it is None: not said is no 0
    shared = {row.number for row in found.regulations if all(row.mentions)}
    assert {"30c/NQ-CP", "76/NQ-CP", "1441/QĐ-TTg", "108/2014/NĐ-CP", "39-NQ/TW", "77/2015/QH13"} <= shared


# --- labelled pairs -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The words of each side of the labelled pairs, by their digest."""
    whole = {decision.source.name: decision.text for decision in decisions(SEEDS)}
    sides = [pair[side] for pair in LABELLED for side in ("left", "right")]
    found = {s["digest"]: " ".join(" ".join(whole[s["file"]][a:b] for a, b in s["spans"]).split()) for s in sides}
    wrong = [d for d, words in found.items() if hashlib.sha256(words.encode()).hexdigest()[:16] != d]
    assert wrong == [], "the text is not what was labelled"
    return found


def precision_and_recall(texts: dict[str, str], part: str) -> tuple[float, float]:
    digests = list(texts)
    by_digest = dict(zip(digests, vectors([texts[digest] for digest in digests]), strict=True))
    hits = misses = wrong = 0
    for pair in (pair for pair in LABELLED if pair["part"] == part):
        score = cosine(by_digest[pair["left"]["digest"]], by_digest[pair["right"]["digest"]])
        hits += score >= THRESHOLD and pair["same"]
        wrong += score >= THRESHOLD and not pair["same"]
        misses += score < THRESHOLD and pair["same"]
    return hits / (hits + wrong), hits / (hits + misses)


def test_there_are_enough_labelled_pairs() -> None:
    assert len(LABELLED) >= 150
    assert 0.3 < sum(pair["same"] for pair in LABELLED) / len(LABELLED) < 0.7


@pytest.mark.parametrize(("part", "precision", "recall"), [("choose", 0.82, 0.64), ("measure", 0.72, 0.84)])
def test_precision_and_recall_on_the_labelled_pairs(
    texts: dict[str, str], part: str, precision: float, recall: float
) -> None:
    found = precision_and_recall(texts, part)
    assert found[0] >= precision, found
    assert found[1] >= recall, found


def test_alignment_is_the_same_every_time(texts: dict[str, str]) -> None:
    words = list(texts.values())
    assert align(words[:60], words[60:]) == align(words[:60], words[60:])
    assert [(m.left, m.right) for m in align(words[:40], words[:40])] == [(n, n) for n in range(40)]
