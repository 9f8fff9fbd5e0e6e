"""The report as a page: its figures are the database's, and it runs and loads nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html
from sqlalchemy import func, select

from schema import tables as t
from tests.exported import HOSTILE, exported  # noqa: F401 - the module is a plugin

pytest.importorskip("matplotlib")
from corpus import charts, reports_html

pytest_plugins = ["tests.exported"]


def made(engine, out: Path, **chosen):
    with engine.connect() as connection:
        reports_html.write(connection, out, **chosen)
    return html.fromstring(out.read_bytes())


@pytest.fixture(scope="module")
def page(sampled, tmp_path_factory):
    return made(sampled, tmp_path_factory.mktemp("report") / "r.html")


def tables(page):
    found = {}
    for section in page.findall(".//section"):
        rows = [[cell.text_content() for cell in row] for row in section.findall(".//tr")]
        found[section.findtext("h2").partition(" ")[2]] = rows
    return found


def count(engine, query) -> int:
    with engine.connect() as connection:
        return connection.execute(query).scalar()


def test_every_chapter_has_a_chart_over_its_table(page) -> None:
    sections = page.findall(".//section")
    assert len(sections) == len(reports_html.CHAPTERS)
    assert all(section.find(".//svg") is not None and section.find(".//table") is not None for section in sections)


def test_figures_are_the_databases(page, sampled) -> None:
    found = tables(page)
    decisions = count(sampled, select(func.count()).select_from(t.decisions))
    assert sum(int(row[-1]) for row in found["Phạm vi dữ liệu"][1:]) == decisions
    in_areas = count(sampled, select(func.count()).select_from(t.tasks).where(t.tasks.c.area.is_not(None)))
    assert sum(int(row[-1]) for row in found["Lĩnh vực và địa phương"][1:]) == in_areas
    timed = count(sampled, select(func.count()).select_from(t.tasks).where(t.tasks.c.due_text.is_not(None)))
    assert sum(int(row[-1]) for row in found["Thời hạn"][1:]) == timed
    findings = count(sampled, select(func.count()).select_from(t.findings))
    assert sum(int(row[1]) for row in found["Cảnh báo"][1:]) == findings
    leads = count(sampled, select(func.count()).select_from(t.task_agencies).where(t.task_agencies.c.role == "lead"))
    assert sum(int(row[2]) for row in found["Khối lượng chủ trì"][1:]) == leads


def test_groups_stand_apart_after_the_agencies(page) -> None:
    kinds = [row[1] == "nhóm cơ quan" for row in tables(page)["Khối lượng chủ trì"][1:]]
    assert any(kinds) and kinds == sorted(kinds)


def test_provinces_before_and_after_the_mergers_are_told_apart(page) -> None:
    named = [row[0] for row in tables(page)["Phạm vi dữ liệu"][1:]]
    assert {"Đồng Tháp", "Đồng Tháp (từ 7/2025)"} <= set(named)


def test_only_a_province_and_a_year(sampled, tmp_path) -> None:
    found = tables(made(sampled, tmp_path / "r.html", province="son la", year=2025))["Phạm vi dữ liệu"]
    assert found == [["Tỉnh, thành phố", "2025", "Cộng"], ["Sơn La", "1", "1"]]


def test_an_empty_database_says_so(nothing, tmp_path) -> None:
    text = made(nothing, tmp_path / "r.html").text_content()
    assert text.count("Chưa có dữ liệu") == len(reports_html.CHAPTERS)


def test_the_page_loads_and_runs_nothing(filled, tmp_path) -> None:
    page = made(filled, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    tags = {str(element.tag).rpartition("}")[2] for element in page.iter()}
    assert not tags & {"script", "img", "image", "iframe", "link", "object", "foreignobject"}
    addresses = set(re.findall(r"""(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)""", text))
    assert not [address for address in addresses if not address.startswith("#")]
    assert HOSTILE[1] not in text and "default-src 'none'" in text


def test_ids_of_the_charts_are_all_different(page) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', html.tostring(page, encoding="unicode")))
    assert used <= set(ids)


@pytest.mark.parametrize("words", HOSTILE)
def test_charts_take_any_words(words) -> None:
    drawn = charts.bars([("A", [(words, 3)]), ("B", [])], "x")
    drawn += charts.heat([words], [words], [[0]], "y") + charts.network([words], [words], [(0, 0, 1)], "z")
    drawn += charts.columns([(words, 1)], "w")
    assert "<script" not in drawn and drawn.count("<svg") == 4


@pytest.mark.parametrize(
    ("month", "quarter"), [("2024-01", "I/2024"), ("2024-12", "IV/2024"), ("rác", "rác"), ("2024", "2024")]
)
def test_quarters(month, quarter) -> None:
    assert reports_html._quarter(month) == quarter


@pytest.mark.slow
def test_a_browser_shows_it_without_a_complaint(sampled, tmp_path) -> None:
    browser = shutil.which("chromium") or shutil.which("chrome")
    if browser is None:
        pytest.skip("chromium is not installed: the page was not opened in a browser")
    made(sampled, tmp_path / "r.html")
    options = ("--headless", "--no-sandbox", "--enable-logging=stderr", f"--screenshot={tmp_path / 'r.png'}")
    seen = subprocess.run(
        [browser, *options, f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "r.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in seen.stderr
    assert (tmp_path / "r.png").stat().st_size > 10_000


# --- commands ------------------------------------------------------------------------------------------------------


def vanban(*words):
    import cli

    return CliRunner().invoke(cli.main, [str(word) for word in words])


def test_commands(sampled, tmp_path) -> None:
    db = sampled.url.database
    assert vanban("report", "--out", tmp_path / "r.html", "--db", db, "--province", "nghe an").exit_code == 0
    assert "Nghệ An" in (tmp_path / "r.html").read_text(encoding="utf-8")
    shown = vanban("show", "118/QĐ-UBND", "--html", "--db", db)
    assert shown.exit_code == 0 and shown.stdout.startswith("<!DOCTYPE html>") and "VIỆN DẪN" in shown.stdout
    assert vanban("export", "--format", "csv", "--no-bom", "--out", tmp_path, "--db", db).exit_code == 0
    assert vanban("export", "--format", "ics", "--agency", "so noi vu", "--out", tmp_path, "--db", db).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--format", "json", "--agency", "so noi vu"),
        ("export", "--format", "xlsx", "--no-bom"),
        ("export", "--format", "ics", "--agency", "nobody at all"),
        ("report", "--province", "nowhere"),
    ],
)
def test_what_does_not_fit_is_refused(sampled, tmp_path, words) -> None:
    found = vanban(*words, "--out", tmp_path / "out", "--db", sampled.url.database)
    assert found.exit_code == 2 and found.stderr
