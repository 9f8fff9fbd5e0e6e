"""A sample gives the same data whatever the file: Word, HTML, OpenDocument, PDF, scan."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import regex

from corpus import samples
from tests.generator_forms import Closing, Letterhead, Para, Table
from tests.render_samples import OFFICE_FORMS, SCANNED, names, page, render, scan, soffice
from tests.scoring import differences
from tests.test_parsers_samples import truth_of

NO_OFFICE = "no LibreOffice: sudo apt install libreoffice-writer"


def parse(data: bytes, name: str) -> Any:
    ingest = pytest.importorskip("ingest")
    decision = pytest.importorskip("parsers.decision")
    return decision.parse(ingest.read_bytes(data, name))


def words(text: str) -> Counter[str]:
    return Counter(regex.sub(r"[|*#\s]+|-{3,}", " ", unicodedata.normalize("NFC", text)).split())


def shown(name: str) -> str:
    """All words of a sample's page; the closing's own words and dashes as the samples have them."""
    out: list[str] = []
    for block in page(name).blocks:
        if isinstance(block, Letterhead):
            out += (*block.left, *block.right, block.number, block.dated)
        elif isinstance(block, Closing):
            out += ("Nơi nhận:", *(f"- {r}" for r in block.recipients), *block.signature)
        elif isinstance(block, Table):
            out += (*block.header, *(c for cells in block.under.values() for c in cells))
            out += (cell for row in block.rows for cell in row if cell)
        elif isinstance(block, Para):
            out.append(block.text)
    return " ".join(out)


@pytest.mark.parametrize("name", names())
def test_a_page_has_the_words_of_its_sample(name: str) -> None:
    ingest = pytest.importorskip("ingest")
    text = ingest.read_bytes(samples.read(name), name).text
    assert words(shown(name)) == words(text)


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, str], bytes]:
    return render(names(), ("docx", "html", *(OFFICE_FORMS if soffice() else ())))


@pytest.mark.parametrize("form", ["docx", "html", *OFFICE_FORMS])
@pytest.mark.parametrize("name", names())
def test_a_sample_is_the_same_in_every_form(name: str, form: str, made: dict[tuple[str, str], bytes]) -> None:
    if (name, form) not in made:
        pytest.skip(NO_OFFICE)
    truth = {**truth_of(name), "duties": []}
    found = differences(truth, parse(made[name, form], f"{Path(name).stem}.{form}"))
    assert [str(d) for d in found] == []


@pytest.mark.slow
@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("name", SCANNED)
def test_a_scanned_sample_keeps_its_header(name: str, dpi: int, made: dict[tuple[str, str], bytes]) -> None:
    pytest.importorskip("ingest.ocr")
    if not soffice():
        pytest.skip(NO_OFFICE)
    truth = truth_of(name)
    header = {field: truth[field] for field in ("number", "date", "province", "authority", "signer")}
    found = differences(header, parse(scan(made[name, "pdf"], dpi), f"{Path(name).stem}.pdf"))
    assert [str(d) for d in found] == []
