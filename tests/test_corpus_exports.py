"""What an import did as a report, and contract JSON out of the database and into another."""

from __future__ import annotations

import csv
import json

import jsonschema
import pytest

from corpus import importing, reports
from corpus.exports import EXPORTS, decision_ids, export
from parsers.model import json_schema
from schema import database
from tests.inventing import contract_files, invented, rows

pytest_plugins = ["tests.databases"]


@pytest.fixture
def imported(engine, tmp_path):
    (tmp_path / "in").mkdir()
    contract_files(tmp_path / "in", invented(6))
    (tmp_path / "in" / "=bad<script>.json").write_text("{}")
    return engine, importing.run(engine, [tmp_path / "in"]).import_id


@pytest.mark.parametrize("form", EXPORTS)
def test_exports_are_written(imported, tmp_path, form):
    engine, _ = imported
    with engine.connect() as connection:
        assert export(connection, form, tmp_path / "out").decisions == 6
    assert list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_out_in_and_out_again_is_equal(imported, tmp_path, form):
    engine, _ = imported
    with engine.connect() as connection:
        export(connection, form, tmp_path / "one")
    other = database.open(tmp_path / "other.db")
    importing.run(other, [tmp_path / "one"])
    with other.connect() as connection:
        export(connection, form, tmp_path / "two")
    first = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert first == {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}
    assert rows(other, "sources", "findings") == rows(engine, "sources", "findings")


def test_json_is_the_contract(imported, tmp_path):
    engine, _ = imported
    with engine.connect() as connection:
        export(connection, "json", tmp_path / "out")
    check = jsonschema.Draft202012Validator(json_schema())
    for file in (tmp_path / "out").iterdir():
        check.validate(json.loads(file.read_bytes()))


def test_ids_come_by_key_whatever_the_page(imported, monkeypatch):
    engine, _ = imported
    with engine.connect() as connection:
        whole = list(decision_ids(connection))
        monkeypatch.setattr("corpus.exports.PAGE", 2)
        assert list(decision_ids(connection)) == whole and len(whole) == 6


# --- reports -------------------------------------------------------------------------------------------------------


def test_a_report_as_json(imported, tmp_path):
    engine, number = imported
    reports.write(engine, number, tmp_path / "r.json")
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert found["import"]["status"] == "done"
    assert len(found["files"]) == 7
    bad = next(row for row in found["files"] if row["outcome"] == "failed")
    assert bad["code"] == "unsupported" and "JSON" in bad["cause"]


def test_a_report_as_csv_holds_no_formula(imported, tmp_path):
    engine, number = imported
    reports.write(engine, number, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert len(found) == 7
    assert not any(str(cell).startswith(("=", "+", "@")) for row in found for cell in row.values())


def test_a_report_as_a_page_runs_nothing(imported, tmp_path):
    engine, number = imported
    reports.write(engine, number, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in page and "=bad&lt;script&gt;.json" in page
    assert "http" not in page.replace("http-equiv", "")


def test_runs_are_listed_the_latest_first(imported, tmp_path):
    engine, first = imported
    second = importing.run(engine, [tmp_path / "in"]).import_id
    with engine.connect() as connection:
        assert [run.id for run in reports.runs(connection)] == [second, first]
        assert [row.outcome for row in reports.files(connection, second)] == ["skipped"] * 7


@pytest.mark.parametrize(("name", "error"), [("r.pdf", ValueError), ("r", ValueError)])
def test_other_suffixes_are_refused(imported, tmp_path, name, error):
    engine, number = imported
    with pytest.raises(error):
        reports.write(engine, number, tmp_path / name)


def test_a_run_that_is_not_there(imported, tmp_path):
    with pytest.raises(LookupError):
        reports.write(imported[0], 1, tmp_path / "r.json")
