"""Old Word, RTF and OpenDocument files give what the .docx they were made from gives, with LibreOffice and without."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from ingest import read, read_bytes
from ingest.compound import Compound
from ingest.document import Document, Source
from ingest.errors import IngestError
from ingest.office import catdoc_blocks, read_many, soffice
from ingest.old_word import document as old_word_document

needs_office = pytest.mark.skipif(
    soffice() is None, reason="LibreOffice is not installed (sudo apt install libreoffice-writer)"
)
needs_posix = pytest.mark.skipif(os.name == "nt", reason="stands in for LibreOffice with a shell script")


def lines(document: Document) -> list[str]:
    return [document.text[slice(*line.span)] for line in document.lines]


def grids(document: Document) -> list[list[tuple[int, int, int, int, tuple[int, ...]]]]:
    return [[(c.row, c.column, c.rowspan, c.colspan, c.lines) for c in table.cells] for table in document.tables]


def made(numbered: bool = True, after: str | None = "hết") -> bytes:
    """A .docx with a letterhead, tracked changes, automatic numbers, an old font, a merged table, `after` it a line."""
    new = docx.Document()
    head = new.add_table(1, 2)
    head.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nTỈNH X"
    head.cell(0, 1).text = "Độc lập - Tự do - Hạnh phúc"
    new.add_paragraph("Điều 1. Ban hành kèm theo Quyết định này một kế hoạch.")
    changed = new.add_paragraph("Hoàn thành trong ")
    deleted = "<w:del {} w:id='1' w:author='a'><w:r><w:delText>Quý I</w:delText></w:r></w:del>"
    inserted = "<w:ins {} w:id='2' w:author='a'><w:r><w:t>Quý II</w:t></w:r></w:ins>"
    names = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
    for xml in (deleted, inserted):
        changed._p.append(docx.oxml.parse_xml(xml.format(names)))
    for text in ("mục đầu", "mục sau") if numbered else ():
        new.add_paragraph(text, style="List Number")
    old = new.add_paragraph().add_run("QuyÕt ®Þnh cña tØnh")
    old.font.name = ".VnTime"
    table = new.add_table(6, 3, style="Table Grid")
    for r, texts in enumerate(
        [("TT", "Nhiệm vụ", "Chủ trì"), ("I. CHUNG",), *[(str(n), f"Việc {n}", "Sở Y") for n in range(4)]]
    ):
        for c, text in enumerate(texts):
            table.cell(r, c).text = text
    table.cell(1, 0).merge(table.cell(1, 2))
    table.cell(3, 0).text = ""
    table.cell(2, 0).merge(table.cell(3, 0))
    if after:
        new.add_paragraph(after)
    out = io.BytesIO()
    new.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """The same document as .docx, .doc, .rtf and .odt; and a .doc that ends in a table (`last`)."""
    program = soffice()
    assert program is not None
    folder = tmp_path_factory.mktemp("office")
    (folder / "a.docx").write_bytes(made())
    (folder / "last.docx").write_bytes(made(numbered=False, after=None))
    for suffix in ("doc", "rtf", "odt"):
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            suffix,
        ]
        subprocess.run(
            [*command, "--outdir", folder, *folder.glob("*.docx")], check=True, capture_output=True, timeout=120
        )
    last = {"last": (folder / "last.doc").read_bytes()}
    yield last | {suffix: (folder / f"a.{suffix}").read_bytes() for suffix in ("docx", "doc", "rtf", "odt")}
    shutil.rmtree(folder, ignore_errors=True)


@needs_office
def test_every_format_gives_the_same(converted: dict[str, bytes]) -> None:
    expected = read_bytes(converted["docx"], "a.docx")
    assert lines(expected)[:4] == [
        "ỦY BAN NHÂN DÂN",
        "TỈNH X",
        "Độc lập - Tự do - Hạnh phúc",
        "Điều 1. Ban hành kèm theo Quyết định này một kế hoạch.",
    ]
    assert lines(expected)[4:8] == ["Hoàn thành trong Quý II", "1. mục đầu", "2. mục sau", "Quyết định của tỉnh"]
    for suffix, found in zip(
        ("doc", "rtf", "odt"), read_many([(converted[s], f"a.{s}") for s in ("doc", "rtf", "odt")]), strict=True
    ):
        assert isinstance(found, Document), found
        assert lines(found) == lines(expected), suffix
        assert grids(found) == grids(expected), suffix


@needs_office
def test_a_table_that_libreoffice_loses_is_read_without_it(converted: dict[str, bytes]) -> None:
    found = read_bytes(converted["last"], "last.doc")
    expected = read_bytes(made(numbered=False, after=None), "last.docx")
    assert lines(found) == lines(expected)
    assert grids(found) == grids(expected)


@needs_office
def test_the_source_is_the_file_given(converted: dict[str, bytes]) -> None:
    source = read_bytes(converted["rtf"], "b.rtf").source
    assert (source.name, source.media_type, source.bytes) == ("b.rtf", "application/rtf", len(converted["rtf"]))


@needs_office
def test_a_doc_is_read_without_libreoffice(converted: dict[str, bytes]) -> None:
    own = old_word_document(converted["doc"], Source("a.doc", "", "application/msword", 0, "old-word"))
    expected = read_bytes(converted["docx"], "a.docx")
    assert lines(own) == [line.replace("1. mục", "mục").replace("2. mục", "mục") for line in lines(expected)]
    assert grids(own) == grids(expected)
    assert [note.code for note in own.notes] == ["numbers-missing"]


@needs_office
def test_files_that_fail_fail_alone(converted: dict[str, bytes]) -> None:
    garbage = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument\0".encode("utf-16-le") + b"\0" * 4000
    found = read_many(
        [(garbage, "x.doc"), (converted["rtf"], "a.rtf"), (b"%PDF-", "a.pdf"), (converted["odt"], "a.odt")]
    )
    assert [isinstance(one, Document) for one in found] == [False, True, False, True]


@needs_office
def test_a_word_file_named_doc_needs_no_libreoffice(
    converted: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANBAN_SOFFICE", "no-such-program")
    document = read_bytes(converted["docx"], "a.doc")
    assert document.source.extractor == "word"


@needs_office
def test_passwords_are_told(converted: dict[str, bytes]) -> None:
    locked = bytearray(converted["doc"])
    at = locked.find(b"\xec\xa5", 512)
    locked[at + 11] |= 1
    manifest = io.BytesIO()
    with zipfile.ZipFile(manifest, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    for data in (bytes(locked), manifest.getvalue()):
        with pytest.raises(IngestError) as caught:
            read_bytes(data, "a")
        assert caught.value.code == "encrypted"


@needs_office
def test_a_broken_doc_ends_in_an_error_or_a_document(converted: dict[str, bytes]) -> None:
    data = converted["doc"]
    for n in range(0, 2000, 7):
        broken = bytearray(data)
        broken[(n * 131) % len(data)] ^= 0xFF
        broken[n % 1536] ^= 0x5A
        try:
            assert isinstance(old_word_document(bytes(broken), Source("a", "", "", 0, "")), Document)
        except IngestError as error:
            assert error.code in ("damaged", "encrypted", "unsupported", "empty")


def test_without_libreoffice_the_error_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANBAN_SOFFICE", "no-such-program")
    with pytest.raises(IngestError) as caught:
        read_bytes(b"{\\rtf1 x}", "a.rtf")
    assert caught.value.code == "needs-program"
    assert "nstall" in caught.value.advice


def stand_in(folder: Path, script: str) -> str:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


@needs_posix
@pytest.mark.parametrize(("script", "code"), [("sleep 60", "too-slow"), ("exit 1", "damaged")])
def test_a_libreoffice_that_hangs_or_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: str
) -> None:
    monkeypatch.setenv("VANBAN_SOFFICE", stand_in(tmp_path, script))
    monkeypatch.setenv("VANBAN_OFFICE_SECONDS", "0.3")
    found = read_many([(b"{\\rtf1 x}", f"{n}.rtf") for n in range(5)])
    assert [one.code for one in found if isinstance(one, IngestError)] == [code] * 5


@needs_posix
def test_a_file_that_stops_libreoffice_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.docx").write_bytes(made())
    script = f"""for last; do
      case "$last" in *.rtf)
        if grep -q hang "$last"; then exec sleep 60; fi
        cp {tmp_path}/good.docx "${{last%.rtf}}.docx";;
      esac
    done"""
    monkeypatch.setenv("VANBAN_SOFFICE", stand_in(tmp_path, script))
    monkeypatch.setenv("VANBAN_OFFICE_SECONDS", "2")
    found = read_many([(b"{\\rtf1 " + words + b"}", "a.rtf") for words in (b"x", b"hang", b"y")])
    assert [isinstance(one, Document) or one.code for one in found] == [True, "too-slow", True]


def test_catdocs_lines_with_tabs_are_a_table() -> None:
    blocks = catdoc_blocks("Số: 1\tNgày\nPhụ lục\n1\tA\tB\n2\tC\tD\nhết\n")
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Paragraph", "Paragraph", "Grid", "Paragraph"]


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2000]
)
def test_compound_files_that_are_none(data: bytes) -> None:
    with pytest.raises(IngestError):
        Compound(data).stream("WordDocument")


# ------------------------------------------------------------------------------------------------------ real files


@pytest.mark.parametrize("office", [pytest.param(True, marks=needs_office), False], ids=["libreoffice", "own"])
def test_the_doc_and_the_docx_of_one_decision_give_the_same(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, office: bool
) -> None:
    if not office:
        monkeypatch.setenv("VANBAN_SOFFICE", "no-such-program")
    old = read(corpus / "more" / "Ho-Chi-Minh_2010_5134-QD-UBND.doc")
    new = read(corpus / "more" / "Ho-Chi-Minh_2010_5134-QD-UBND.docx")
    assert old.source.extractor == ("libreoffice" if office else "old-word")
    assert lines(old) == lines(new)
    assert grids(old) == grids(new)


def test_the_program_is_left_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANBAN_SOFFICE", sys.executable)
    assert soffice() == sys.executable
