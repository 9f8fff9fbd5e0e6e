"""Zip archives are listed safely, and every file is told by its bytes, whatever its name says."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ingest import READERS, SUFFIXES, kinds, read, read_bytes, reader_of, sniff
from ingest.archive import Limits, Member, members, safe_name
from ingest.errors import IngestError


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def told(found: list[Member]) -> list[tuple[str, bytes | str]]:
    return [(member.name, member.error.code if member.error else member.data) for member in found]


DOCX = packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


# --------------------------------------------------------------------------------------------------------- members


def test_members_come_in_order_with_their_folders() -> None:
    data = packed({"b/một.txt": b"1", "a.txt": b"2", "folder/": b"", "__MACOSX/a.txt": b"x", "b/~$a.docx": b"x"})
    assert told(list(members(data))) == [("b/một.txt", b"1"), ("a.txt", b"2")]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../a.txt", "a.txt"),
        ("/etc/a.txt", "etc/a.txt"),
        ("C:\\x\\..\\a.txt", "x/a.txt"),
        ("\\\\server\\a.txt", "server/a.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("..", "unnamed"),
        ("Quyết định.docx", "Quyết định.docx"),
    ],
)
def test_names_lead_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert [member.name for member in members(packed({name: b"x"}))] == [safe]


def test_archives_in_archives_are_opened_to_a_depth() -> None:
    data = packed({"a.txt": b"x"})
    for n in range(5):
        data = packed({f"{n}.zip": data, f"{n}.txt": b"x"})
    assert told(list(members(data))) == [
        ("4.zip/3.zip/2.zip", "unsupported"),
        ("4.zip/3.zip/2.txt", b"x"),
        ("4.zip/3.txt", b"x"),
        ("4.txt", b"x"),
    ]


def test_word_files_are_not_opened_as_archives() -> None:
    assert told(list(members(packed({"a.docx": DOCX})))) == [("a.docx", DOCX)]


def test_a_broken_archive_inside_does_not_stop_the_rest() -> None:
    data = packed({"a.zip": packed({"x.txt": b"x"})[:-30], "b.txt": b"x"})
    assert told(list(members(data))) == [("a.zip", "damaged"), ("b.txt", b"x")]


def test_links_and_passwords_are_members_errors() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/hostname")
        archive.writestr("locked.txt", "x")
    data = bytearray(out.getvalue())
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(head) + flags] |= 1
    assert told(list(members(bytes(data)))) == [("link.txt", "unsupported"), ("locked.txt", "encrypted")]


def test_a_damaged_member_is_its_own_error() -> None:
    data = packed({"a.txt": b"hello hello", "b.txt": b"x"}, zipfile.ZIP_STORED).replace(b"hello", b"hellO", 1)
    assert told(list(members(data))) == [("a.txt", "damaged"), ("b.txt", b"x")]


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        (Limits(members=2), ["1", "2", "too-large"]),
        (Limits(member=150), ["1", "too-large", "3", "4"]),
        (Limits(total=250), ["1", "too-large", "3", "too-large"]),
    ],
)
def test_limits(limits: Limits, codes: list[str]) -> None:
    data = packed({"1": b"a" * 100, "2": b"b" * 200, "3": b"c" * 100, "4": b"d" * 100})
    if limits.members == 2:
        data = packed({"1": b"a", "2": b"b", "3": b"c", "4": b"d"})
    assert [member.error.code if member.error else member.name for member in members(data, limits)] == codes


def test_a_member_that_lies_about_its_size_is_stopped() -> None:
    data = bytearray(packed({"a.txt": b"a" * 100_000}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    (member,) = members(bytes(data))
    assert member.error is not None or len(member.data) <= 10


def test_nested_bombs_share_one_limit() -> None:
    layer = packed({f"{n}.txt": b"0" * 1_000_000 for n in range(10)})
    data = packed({f"{n}.zip": layer for n in range(10)})
    found = list(members(data, Limits(total=3_000_000)))
    assert sum(len(member.data) for member in found) <= 3_000_000
    assert {member.error.code for member in found if member.error} == {"too-large"}


def test_old_names_in_utf8_without_the_flag() -> None:
    name = "Quyết định.txt"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x")
    data = bytearray(out.getvalue())
    for head, flags in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        data[data.index(head) + flags] &= 0xF7
    assert [member.name for member in members(bytes(data))] == [name]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "empty"),
        ({"a.txt": b"x", "b.txt": b"y"}, "unsupported"),
        ({"a.txt": b""}, "empty"),
        ({"a.bin": b"\1\2" * 99}, "unsupported"),
    ],
)
def test_an_archive_is_no_decision_unless_it_holds_one(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(IngestError) as caught:
        read_bytes(packed(files), "a.zip")
    assert caught.value.code == code


def test_an_archive_of_one_file_is_that_file() -> None:
    document = read_bytes(packed({"b/a.html": "<html><p>Điều 1</p></html>".encode()}), "x.zip")
    assert (document.text, document.source.name, document.source.media_type) == ("Điều 1", "a.html", "text/html")


# ----------------------------------------------------------------------------------------------------------- kinds

OLE = kinds.OLE + b"\0" * 600


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.doc", kinds.PDF),
        (b"\xef\xbb\xbf%PDF-1.4", "a", kinds.PDF),
        (DOCX, "a.doc", kinds.WORD),
        (DOCX[:-8], "a.docx", kinds.WORD),
        (OLE + "WordDocument\0".encode("utf-16-le"), "a.docx", kinds.OLD_WORD),
        (OLE + "EncryptedPackage\0".encode("utf-16-le"), "a.docx", kinds.ENCRYPTED),
        (OLE + "Workbook\0".encode("utf-16-le"), "a.doc", "application/vnd.ms-excel"),
        (b"{\\rtf1 x}", "a.doc", kinds.RTF),
        (packed({"mimetype": kinds.ODT.encode(), "content.xml": b""}), "a.zip", kinds.ODT),
        (packed({"[Content_Types].xml": b"", "xl/a.xml": b""}), "a.docx", kinds._PACKAGES[1][1]),
        (packed({"a.txt": b""}), "a.docx", kinds.ZIP),
        (b"<html><body>", "a.doc", kinds.HTML),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "a.doc", kinds.HTML),
        ("<html>".encode("utf-16-le"), "a", kinds.HTML),
        (b"<p>x</p>", "a.txt", kinds.TEXT),
        (b"<p>x</p>", "a.html", kinds.HTML),
        (b"<?xml version='1.0'?><w:wordDocument xmlns:w='x'>", "a.doc", kinds.FLAT_XML),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"II*\0\x08\0\0\0", "a", "image/tiff"),
        (b"BM cua tinh: plain words", "a.txt", kinds.TEXT),
        ("Điều 1. Ban hành".encode(), "a.pdf", kinds.TEXT),
        ("Điều 1. Ban hành".encode("utf-16"), "a", kinds.TEXT),
        ("# Điều 1".encode(), "a.md", kinds.MARKDOWN),
        (b"\x01\x02\x03\x04" * 50, "a.txt", kinds.UNKNOWN),
    ],
)
def test_kinds_are_told_by_content(data: bytes, name: str, kind: str) -> None:
    assert sniff(data, name) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"Rar!\x1a\x07\0", "unsupported"),
        (b"\x01\x02\x03\x04" * 50, "unsupported"),
        (OLE + "EncryptedPackage\0".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_not_read_says_why_and_what_to_do(data: bytes, code: str) -> None:
    with pytest.raises(IngestError) as caught:
        reader_of(data, "a.docx")
    assert (caught.value.code, bool(caught.value.advice)) == (code, True)


def test_readers_and_suffixes_are_whole() -> None:
    assert len({reader.media_type for reader in READERS}) == len(READERS)
    assert {".docx", ".doc", ".pdf", ".html", ".txt", ".md", ".rtf", ".odt", ".zip", ".png"} <= SUFFIXES


def test_a_file_that_cannot_be_opened_is_an_ingest_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError):
        read(tmp_path / "none.txt")
    with pytest.raises(IngestError):
        read(tmp_path)


def test_text_is_read_without_loading_other_readers() -> None:
    program = "import sys, ingest; ingest.read_bytes(b'Dieu 1', 'a.txt'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"lxml", "docx", "pypdfium2", "ingest.html", "ingest.word", "ingest.office"} & set(run.stdout.split())
