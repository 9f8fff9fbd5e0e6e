"""A comparison as a page and as a Word document: what `corpus.compare` found, in the words of an office."""

from __future__ import annotations

from typing import get_args

import pytest
from click.testing import CliRunner
from docx import Document
from lxml import html

import cli
from corpus import comparison_papers
from corpus.asking import Misunderstood
from corpus.compare import Change, compare

pytest_plugins = ["tests.exported"]

PLANS = ("son la:2024", "son la:2025")


@pytest.fixture(scope="module")
def found(sampled):
    with sampled.connect() as connection:
        return compare(connection, *PLANS)


def written(sampled, out, plans=PLANS):
    with sampled.connect() as connection:
        comparison_papers.write(connection, out, plans)
    return out


def rows(found) -> int:
    (aligned,) = found.aligned
    duties = len(aligned.pairs) + len(aligned.dropped) + len(aligned.new)
    return len(found.areas) + len(found.targets) + duties + len(found.regulations)


def test_the_page_holds_every_row(sampled, found, tmp_path) -> None:
    pytest.importorskip("matplotlib")
    page = html.fromstring(written(sampled, tmp_path / "c.html").read_bytes())
    assert len(page.findall(".//tbody/tr")) == rows(found)
    assert page.find(".//svg") is not None and page.find(".//script") is None
    assert all(pair.left.text in page.text_content() for pair in found.aligned[0].pairs)


def test_the_paper_holds_every_row(sampled, found, tmp_path) -> None:
    paper = Document(str(written(sampled, tmp_path / "c.docx")))
    assert sum(len(table.rows) - 1 for table in paper.tables) == rows(found)
    assert paper.paragraphs[1].text == "SO SÁNH KẾ HOẠCH"
    assert paper.sections[0].page_width > paper.sections[0].page_height
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert {duty.text for duty in found.aligned[0].dropped} <= cells


def test_every_change_has_a_word() -> None:
    assert set(comparison_papers.CHANGES) == set(get_args(Change))


@pytest.mark.parametrize(
    ("plans", "name", "error"), [(PLANS[:1], "c.docx", Misunderstood), (PLANS, "c.pdf", ValueError)]
)
def test_what_cannot_be_written(sampled, tmp_path, plans, name, error) -> None:
    with pytest.raises(error):
        written(sampled, tmp_path / name, plans)
    assert not (tmp_path / name).exists()


def test_the_command(sampled, tmp_path) -> None:
    words = ["report", *PLANS, "--out", str(tmp_path / "c.docx"), "--db", str(sampled.url.database)]
    assert CliRunner().invoke(cli.main, words).exit_code == 0
    assert CliRunner().invoke(cli.main, [*words, "--year", "2024"]).exit_code == 2
    words[4] = str(tmp_path / "c.pdf")
    assert CliRunner().invoke(cli.main, words).exit_code == 2
