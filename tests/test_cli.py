"""The command line: data on one stream, talk on the other, exit statuses, and nothing a name can do to a screen."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import cli
from corpus import samples

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = samples.paths()[0]
LETTER = "Kính gửi: Sở Nội vụ\nĐề nghị gửi báo cáo trước ngày mai.\n"


def vanban(*words: object, stdin: bytes | None = None, **variables: str) -> Result:
    return CliRunner(env={"COLUMNS": "160", **variables}).invoke(cli.main, [str(word) for word in words], input=stdin)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        inner = commands(command, (*path, name)) if isinstance(command, click.Group) else []
        found += [(*path, name), *inner]
    return found


@pytest.mark.parametrize("path", commands(cli.main), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    result = vanban(*path, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


@pytest.mark.parametrize("words", [["nonsense"], ["parse"], ["list", "--nonsense"], ["list", "--year", "x"], ["show"]])
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    result = vanban(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


# --- parse ----------------------------------------------------------------------------------------------------------


def test_parse_gives_json_lines(tmp_path: Path) -> None:
    result = vanban("parse", *samples.paths()[:3])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["source"]["name"] for line in lines] == [path.name for path in samples.paths()[:3]]
    assert result.exit_code == 0
    assert result.stderr == ""


def test_parse_keeps_folders(tmp_path: Path) -> None:
    inside = tmp_path / "in" / "deep"
    inside.mkdir(parents=True)
    (inside / "a.txt").write_bytes(SAMPLE.read_bytes())
    result = vanban("parse", tmp_path / "in", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout == ""
    written = json.loads((tmp_path / "out" / "deep" / "a.txt.json").read_bytes())
    assert written["source"]["name"] == "a.txt"


def test_parse_reads_standard_input() -> None:
    result = vanban("parse", "-", stdin=SAMPLE.read_bytes())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["document"]["number"]


def test_parse_names_what_failed_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "good.txt").write_bytes(SAMPLE.read_bytes())
    result = vanban("parse", tmp_path)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "empty.txt" in result.stderr


def test_parse_prints_what_is_no_decision_with_status_1(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(LETTER, encoding="utf-8")
    result = vanban("parse", tmp_path / "letter.txt")
    assert result.exit_code == 1
    codes = [warning["code"] for warning in json.loads(result.stdout)["warnings"]]
    assert "not-a-decision" in codes
    assert "letter.txt" in result.stderr


def test_parse_of_nothing_there_is_wrong_usage(tmp_path: Path) -> None:
    result = vanban("parse", tmp_path / "no-such-file.txt")
    assert result.exit_code == 2
    assert "no-such-file.txt" in result.stderr


def test_a_name_cannot_write_to_the_screen(tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[31m\u202egnp.txt"
    evil.write_bytes(b"")
    result = vanban("parse", evil)
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert "\\x1b[31m\\u202egnp.txt" in result.stderr


# --- explain --------------------------------------------------------------------------------------------------------


def test_explain_shows_words_place_and_rule() -> None:
    text = json.loads(vanban("parse", SAMPLE).stdout)["text"]
    rows = json.loads(vanban("explain", SAMPLE, "--json").stdout)
    by_path = {row["path"]: row for row in rows}
    number = by_path["/document/number"]
    assert number["words"] == text[number["start"] : number["end"]]
    assert number["rule"]
    assert all(row["words"] == text[row["start"] : row["end"]] for row in rows)
    assert all(row["line"] == text.count("\n", 0, row["start"]) + 1 for row in rows)


def test_explain_can_be_held_to_a_part() -> None:
    rows = json.loads(vanban("explain", SAMPLE, "--field", "/document/signers", "--json").stdout)
    assert rows
    assert {row["path"].split("/")[2] for row in rows} == {"signers"}


def test_explain_prints_a_table_without_colour_in_a_pipe() -> None:
    result = vanban("explain", SAMPLE, "--field", "/document")
    assert result.exit_code == 0
    assert "/document/number" in result.stdout
    assert "\x1b" not in result.stdout


def test_schema_is_the_models() -> None:
    from parsers.model import json_schema

    assert json.loads(vanban("schema").stdout) == json.loads(json.dumps(json_schema()))


# --- the database ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with three samples, imported by the command itself."""
    path = tmp_path_factory.mktemp("cli") / "test.db"
    result = vanban("import", *samples.paths()[:3], "--db", path, "--jobs", 1)
    assert result.exit_code == 0, result.output
    return str(path)


def test_list_as_data_and_as_a_table(db: str) -> None:
    rows = json.loads(vanban("list", "--db", db, "--json").stdout)
    assert len(rows) == 3
    table = vanban("list", VANBAN_DB=db, COLUMNS="250")
    assert all(row["number"] in table.stdout for row in rows if row["number"])
    assert table.stderr == "3 decisions\n"


def test_an_empty_listing_is_an_empty_array(db: str) -> None:
    assert json.loads(vanban("list", "--db", db, "--year", 1999, "--json").stdout) == []


def test_show_gives_the_stored_decision(db: str) -> None:
    row = json.loads(vanban("list", "--db", db, "--json").stdout)[0]
    shown = json.loads(vanban("show", row["key"], "--db", db, "--json").stdout)
    parsed = json.loads(vanban("parse", next(p for p in samples.paths() if p.as_posix() == row["source"])).stdout)
    assert shown == parsed
    screen = vanban("show", row["number"], "--db", db)
    assert row["number"] in screen.stdout
    assert screen.exit_code == 0


def test_show_of_nothing_is_status_1(db: str) -> None:
    result = vanban("show", "9999/QĐ-UBND", "--db", db)
    assert result.exit_code == 1
    assert "9999/QĐ-UBND" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", [["list"], ["show", "1/QĐ-UBND"]], ids=lambda words: words[0])
def test_a_database_that_is_not_there_is_named(command: list[str], tmp_path: Path) -> None:
    result = vanban(*command, "--db", tmp_path / "missing.db")
    assert result.exit_code == 2
    assert "missing.db" in result.stderr
    assert not (tmp_path / "missing.db").exists()


def test_an_unknown_province_gets_a_hint(db: str) -> None:
    result = vanban("list", "--province", "sonn la", "--db", db)
    assert result.exit_code == 2
    assert "Sơn La" in result.stderr


def test_import_names_what_failed_and_is_safe_to_repeat(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    (tmp_path / "in" / "letter.txt").write_text(LETTER, encoding="utf-8")
    words = ["import", tmp_path / "in", "--db", tmp_path / "x.db", "--jobs", 1]
    first = vanban(*words, "--report", tmp_path / "report.json", "--quarantine", tmp_path / "aside")
    assert first.exit_code == 1
    assert first.stdout == ""
    assert re.search(r"^failed: .*empty\.txt: .+", first.stderr, re.MULTILINE)
    assert re.search(r"^no decision: .*letter\.txt: .+", first.stderr, re.MULTILINE)
    assert len(list((tmp_path / "aside").iterdir())) == 1
    outcomes = {Path(f["path"]).name: f["outcome"] for f in json.loads((tmp_path / "report.json").read_text())["files"]}
    assert outcomes == {"good.txt": "read", "empty.txt": "failed", "letter.txt": "no decision"}
    again = vanban(*words)
    assert again.exit_code == 0
    assert "3  known already" in again.stderr


def test_imports_lists_the_runs_and_their_files(db: str, tmp_path: Path) -> None:
    runs = json.loads(vanban("imports", "--db", db, "--json").stdout)
    assert [run["counts"] for run in runs] == [{"read": 3}]
    files = json.loads(vanban("imports", 1, "--db", db, "--json").stdout)
    assert [file["outcome"] for file in files] == ["read"] * 3
    assert vanban("imports", 1, "--db", db, "--report", tmp_path / "r.html").exit_code == 0
    assert "<table>" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert vanban("imports", 9, "--db", db).exit_code == 2


@pytest.mark.parametrize("name", ["report.docx", "no-such-folder/report.csv"])
def test_a_report_that_cannot_be_written_stops_before_the_work(name: str, tmp_path: Path) -> None:
    result = vanban("import", SAMPLE, "--db", tmp_path / "x.db", "--report", tmp_path / name)
    assert result.exit_code == 2
    assert not (tmp_path / "x.db").exists()


def test_export_and_import_again_is_the_same(db: str, tmp_path: Path) -> None:
    assert vanban("export", "--format", "jsonl", "--out", tmp_path / "out", "--db", db).exit_code == 0
    lines = (tmp_path / "out" / "decisions.jsonl").read_bytes()
    assert vanban("import", tmp_path / "out", "--db", tmp_path / "copy.db", "--jobs", 1).exit_code == 0
    assert vanban("export", "--format", "jsonl", "--out", "-", "--db", tmp_path / "copy.db").stdout_bytes == lines


def test_export_can_be_held_to_a_province_and_a_year(db: str, tmp_path: Path) -> None:
    rows = json.loads(vanban("list", "--db", db, "--json").stdout)
    row = next(row for row in rows if row["date"])
    words = ["--province", row["province"], "--year", row["date"][:4]]
    found = vanban("export", "--format", "json", "--out", "-", "--db", db, *words).stdout.splitlines()
    same = [r for r in rows if (r["date"] or "")[:4] == row["date"][:4] and r["province"] == row["province"]]
    assert len(found) == len(same)


@pytest.mark.parametrize("form", ["nonsense", ""])
def test_an_unknown_format_is_wrong_usage(form: str, db: str, tmp_path: Path) -> None:
    result = vanban("export", "--format", form, "--out", tmp_path, "--db", db)
    assert result.exit_code == 2
    assert "jsonl" in result.stderr


def test_demo_shows_decisions_tasks_and_evidence(tmp_path: Path) -> None:
    result = vanban("demo", "--db", tmp_path / "demo.db")
    assert result.exit_code == 0
    assert all(words in result.stdout for words in ("In the database", "Tasks", "/document/number"))
    assert len(json.loads(vanban("list", "--db", tmp_path / "demo.db", "--json").stdout)) == len(samples.paths())


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_correction_goes_out_comes_back_and_is_shown(db: str, tmp_path: Path, suffix: str) -> None:
    copy, table = tmp_path / "copy.db", tmp_path / f"review{suffix}"
    with closing(sqlite3.connect(db)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    assert vanban("review", "export", table, "--db", copy).exit_code == 0
    assert table.stat().st_size > 0
    header = ["decision_key", "decision_date", "number", "source", "why", "message", "path", "value", "words", "line"]
    row = json.loads(vanban("list", "--db", copy, "--json").stdout)[0]
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*header, "correct_value", "note"])
        number = [row["key"], row["date"], "", "", "", "", "/document/number", row["number"], row["number"], "1"]
        writer.writerow([*number, "1/QĐ-UBND", ""])
    result = vanban("review", "import", tmp_path / "filled.csv", "--who", "Lan", "--db", copy)
    assert (result.exit_code, result.stderr) == (0, "1 new corrections\n")
    shown = vanban("show", row["key"], "--db", copy, COLUMNS="200").stdout
    assert re.search(r"/document/number +\S+ +1/QĐ-UBND +Lan", shown)
    explained = vanban("explain", row["source"], "--field", "/document/number", "--db", copy, COLUMNS="200").stdout
    assert re.search(r"/document/number +\S+ +1/QĐ-UBND +Lan", explained)


@pytest.mark.parametrize("words", [["export", "review.docx"], ["import", str(ROOT / "README.md")]], ids=lambda w: w[0])
def test_a_review_table_of_another_kind_is_refused(words: list[str], db: str) -> None:
    result = vanban("review", *words, "--db", db)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")


def test_db_info_counts_rows(db: str) -> None:
    info = json.loads(vanban("db", "info", "--db", db, "--json").stdout)
    assert info["rows"]["decisions"] == 3
    assert info["revision"] == info["newest"]
    assert "decisions" in vanban("db", "info", "--db", db).stdout


def test_db_check_finds_what_was_broken(db: str, tmp_path: Path) -> None:
    assert vanban("db", "check", "--db", db).exit_code == 0
    copy = tmp_path / "broken.db"
    with closing(sqlite3.connect(db)) as good, closing(sqlite3.connect(copy)) as broken:
        good.backup(broken)
        changed = broken.execute("update evidence set words = 'other' where path = '/document/number'").rowcount
        broken.commit()
    result = vanban("db", "check", "--db", copy, "--json")
    assert result.exit_code == 1
    assert {row["check"]: row["count"] for row in json.loads(result.stdout)} == {"evidence-words": changed}
    assert changed


def test_db_upgrade_and_vacuum_leave_the_decisions_alone(db: str) -> None:
    before = vanban("list", "--db", db, "--json").stdout
    assert vanban("db", "upgrade", "--db", db).exit_code == 0
    assert vanban("db", "vacuum", "--db", db).exit_code == 0
    assert vanban("list", "--db", db, "--json").stdout == before


# --- questions ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all samples."""
    path = tmp_path_factory.mktemp("cli") / "full.db"
    assert vanban("import", *samples.paths(), "--db", path, "--jobs", 1).exit_code == 0
    return str(path)


def rows_of(*words: object) -> list[dict[str, Any]]:
    result = vanban(*words, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_tasks_are_filtered_as_people_ask(full: str) -> None:
    everything = rows_of("tasks", "--db", full)
    due = rows_of("tasks", "--db", full, "--due", "quý I/2024", "--agency", "so noi vu", "--province", "son la")
    assert due
    assert len(due) < len(everything)
    assert all("2024-01-01" <= row["due_to"] <= "2024-03-31" for row in due)
    assert all("so-noi-vu" in row["lead_agencies"] and row["province"] == "Sơn La" for row in due)
    assert len(rows_of("tasks", "--db", full, "--limit", 2)) == 2


def test_tasks_are_counted(full: str) -> None:
    counted = rows_of("tasks", "--db", full, "--by", "province")
    assert sum(row["tasks"] for row in counted) == len(rows_of("tasks", "--db", full))
    table = vanban("tasks", "--db", full, "--by", "province", "--by", "area").stdout
    assert table.split()[:2] == ["Province", "Area"]


def test_calendar_has_the_turns_of_what_comes_back(full: str) -> None:
    found = rows_of("calendar", "2024-02", "--db", full, "--province", "son la")
    assert {row["kind"] for row in found} >= {"turn"}
    assert all(row["day"].startswith("2024-02") for row in found)


def test_cites_gives_one_row_a_mention_and_says_what_was_meant(full: str) -> None:
    found = rows_of("cites", "76/nq-cp", "--db", full)
    assert {row["regulation"] for row in found} == {"vn/cp/nq/2021/76"}
    screen = vanban("cites", "76/nq-cp", "--db", full)
    assert "«" in screen.stdout
    assert f"{len(found)} mentions" in screen.stderr
    assert {row["relation"] for row in rows_of("cites", "76/nq-cp", "--relation", "basis", "--db", full)} == {"basis"}
    both = rows_of("cites", "76/NQ-CP", "61/2018/NĐ-CP", "--all", "--db", full)
    assert len({row["regulation"] for row in both}) <= 2
    assert rows_of("cites", "9999/NQ-CP", "--db", full) == []


def test_agencies_and_the_words_that_no_row_reads(full: str) -> None:
    keys = {row["key"]: row for row in rows_of("agencies", "--db", full)}
    assert keys["so-noi-vu"]["leads"] > 0
    assert {row["key"] for row in rows_of("agencies", "--db", full, "--province", "son la")} < set(keys)
    assert all(row["words"] in row["text"] for row in rows_of("agencies", "--unknown", "--db", full))


def test_targets_hold_all_the_words(full: str) -> None:
    found = rows_of("targets", "truc", "tuyen", "--db", full)
    assert found
    assert all("trực tuyến" in f"{row['text']} {row['subject']}".lower() for row in found)
    assert "targets" in vanban("targets", "--db", full).stderr


@pytest.mark.parametrize(
    "words",
    [
        ["targets", "--area", "xyz"],
        ["agencies", "--province", "xyz"],
        ["tasks", "--due", "sometime"],
        ["tasks", "--agency", "xyz"],
        ["tasks", "--area", "xyz"],
        ["tasks", "--by", "xyz"],
        ["tasks", "--role", "xyz"],
        ["calendar", "sometime"],
        ["cites", "xyz"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_said_in_one_line(words: list[str], full: str) -> None:
    result = vanban(*words, "--db", full)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(r"^Error: .+", result.stderr, re.MULTILINE)
    assert "Traceback" not in result.stderr


# --- small things ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (0, "0"),
        ("Đắk Lắk", "Đắk Lắk"),
        ("a\nb\tc", "a b c"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("\u202eabc", "\\u202eabc"),
        ("\udcff", "\\udcff"),
        ("a\u00a0b", "a b"),
        ("\u200b", "\\u200b"),
    ],
)
def test_plain_words(value: object, expected: str) -> None:
    assert cli.plain(value) == expected


def test_markup_and_emoji_codes_are_plain_words(capsys: Any) -> None:
    cli.give_table("A [bold]title[/bold]", ["x"], [("[red]:smile:[/red]",)])
    out = capsys.readouterr().out
    assert "[bold]title[/bold]" in out
    assert "[red]:smile:[/red]" in out


def test_a_registry_with_a_bad_row_stops_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "regulations.csv").write_text("key,number\n,\n", encoding="utf-8")
    command = [sys.executable, ROOT / "cli.py", "parse", SAMPLE, "--registry", tmp_path]  # in a process of its own:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # grammar is loaded once
    assert done.returncode == 2
    assert re.search(r"^Error: .*regulations\.csv, line 2", done.stderr)
    assert done.stdout == ""
