"""Every sample decision is read as its truth says, and the scoring that tells so notices what is wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from corpus import samples
from parsers import model
from tests.scoring import differences, same

GOLDEN = Path(__file__).parent / "golden" / "samples"


def truth_of(name: str) -> dict[str, Any]:
    return dict(json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")))


def read(data: bytes, name: str) -> model.Decision:
    ingest = pytest.importorskip("ingest")
    decision = pytest.importorskip("parsers.decision")
    parsed: model.Decision = decision.parse(ingest.read_bytes(data, name))
    return parsed


def test_every_sample_has_a_truth_and_every_truth_a_sample() -> None:
    assert sorted(p.name for p in samples.paths()) == sorted(p.stem for p in GOLDEN.glob("*.json"))


def test_three_provinces_have_the_annual_plans_of_two_years() -> None:
    plans = [truth_of(p.name) for p in samples.paths() if "ke-hoach-cchc" in p.name]
    years = {(t["province"], a["start"]) for t in plans for a in t["attachments"] if t["level"] == "province"}
    assert len({place for place, _ in years}) == 3
    assert len(years) == 6


def test_every_sample_says_that_it_is_invented() -> None:
    pytest.importorskip("ingest.plain")
    for path in samples.paths():
        marker = same("văn bản mẫu, không có giá trị pháp lý")
        assert marker in same(read(path.read_bytes(), path.name).text), path.name


@pytest.mark.parametrize("name", [p.name for p in samples.paths()])
def test_a_sample_is_read_as_its_truth_says(name: str) -> None:
    truth = {**truth_of(name), "duties": []}
    assert [str(d) for d in differences(truth, read(samples.read(name), name))] == []


@pytest.mark.parametrize("name", [p.name for p in samples.paths() if truth_of(p.name).get("duties")])
def test_the_duties_in_prose_of_a_sample(name: str) -> None:
    truth = {"duties": truth_of(name)["duties"]}
    assert [str(d) for d in differences(truth, read(samples.read(name), name))] == []


# ------------------------------------------------------------------------------------------ the scoring itself


def decision(**document: Any) -> model.Decision:
    text = "x"
    source = model.Source(
        name="x.txt", sha256=hashlib.sha256(b"x").hexdigest(), media_type="text/plain", bytes=1, extractor="text"
    )
    header = model.Header(key="vn/son-la/ubnd/qd/2024/1", type=model.DocumentType(code="QĐ", name="Quyết định"))
    citation = model.Citation(text="76/NQ-CP", number="76/NQ-CP", year=2021, date="2021-07-15", span=(0, 1))
    section = model.Section(label="I", mark="roman", level=1, heading="MỤC TIÊU", span=(0, 1))
    attachment = model.Attachment(kind="Kế hoạch", sections=(section,), span=(0, 1))
    task = model.Task(
        key="k#1/1",
        origin="table",
        number="1",
        text="Việc cần làm",
        lead=model.Party(text="Sở Nội vụ"),
        deadline=model.Deadline(text="Quý I năm 2024", start="2024-01-01", end="2024-03-31"),
        span=(0, 1),
    )
    return model.Decision(
        source=source,
        text=text,
        document=msgspec.structs.replace(header, **document),
        attachments=(attachment,),
        tasks=(task,),
        citations=(citation,),
    )


ROW = {
    "group": None,
    "number": "1",
    "text": "Việc cần làm",
    "lead": "Sở Nội vụ",
    "support": None,
    "output": None,
    "deadline": "Quý I năm 2024",
    "when": {"start": "2024-01-01", "end": "2024-03-31", "recurrence": None},
}
KNOWN: dict[str, Any] = {
    "number": None,
    "key": "vn/son-la/ubnd/qd/2024/1",
    "attachments": [{"kind": "Kế hoạch"}],
    "sections": [{"path": "I", "starts": "MỤC TIÊU"}],
    "table_tasks": [ROW],
    "citations": [{"number": "76/NQ-CP", "year": "2021", "date": "2021-07-15"}],
}


def test_a_perfect_reading_has_no_difference() -> None:
    assert differences(KNOWN, decision()) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "1/QĐ-UBND"}, "number"),
        ({"attachments": []}, "attachments"),
        ({"attachments": [{"kind": "Kế hoạch", "start": 2024}]}, "attachments/0/start"),
        ({"sections": []}, "section"),
        ({"sections": [{"path": "II", "starts": "MỤC TIÊU"}]}, "section"),
        ({"table_tasks": [{**ROW, "lead": "Sở Tài chính"}]}, "row"),
        ({"table_tasks": [{**ROW, "when": {"start": None, "end": "2024-03-31", "recurrence": None}}]}, "deadline"),
        ({"citations": []}, "citation"),
        ({"citations": [{"number": "76/NQ-CP", "year": "2021", "date": "2013-06-13"}]}, "citation date"),
        ({"citations": [{"number": "76/NQ-CP", "year": "2013", "date": ""}]}, "citation year"),
        ({"laws": [{"number": "77/2015/QH13"}]}, "law"),
        ({"acts": [["76/NQ-CP", "replaces"]]}, "act"),
        ({"duties": [{"path": "I", "lead": "so-noi-vu", "start": None, "end": None, "recurrence": None}]}, "duty I"),
        ({"findings": ["citation-date-conflict"]}, "finding"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    assert field in [d.field for d in differences({**KNOWN, **change}, decision())]
