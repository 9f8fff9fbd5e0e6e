"""What is too long, too deep or drawn too often is refused by name; what is only odd is read."""

from __future__ import annotations

import unicodedata
import zlib

import pytest

import ingest
from ingest import pdf, pdf_bounds, text
from ingest.errors import IngestError
from tests.hostile import pdf as pdf_of
from tests.hostile import stream, zipped
from tests.hostile_odd import DRAW, FORM, no_password, pipes, rc4

RULE = "0 0 m 9 9 l S\n"
SELF = f"{FORM} /Resources << /XObject << /X 6 0 R >> >>"


def code_of(data: bytes, name: str = "a.txt") -> str:
    try:
        ingest.read_bytes(data, name)
    except IngestError as error:
        return error.code
    return "read"


def test_text_is_bounded_by_letters_and_by_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ingest.text", "ingest.plain"):
        monkeypatch.setattr(f"{module}.MOST_CHARACTERS", 1000)
    monkeypatch.setattr(text, "MOST_LINES", 100)
    assert [code_of(("ế" * n).encode()) for n in (1000, 1001, 9000)] == ["read", "too-large", "too-large"]
    assert [code_of(("x" * n).encode("utf-16")) for n in (1000, 1001)] == ["read", "too-large"]
    assert [code_of(b"a\n" * n) for n in (99, 100)] == ["read", "too-large"]
    assert [code_of(f"<html><p>{'x ' * n}</p></html>".encode(), "a.html") for n in (400, 600)] == ["read", "too-large"]


def test_a_table_is_bounded_by_the_places_of_its_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "MOST_PLACES", 5 * 4)
    assert [code_of(pipes(n).encode(), "a.md") for n in (4, 5)] == ["read", "too-large"]


def test_a_run_of_marks_is_parted_and_keeps_each() -> None:
    for marks in (30, 31, 1000):
        found = text.clean("x" + "\u0335" * marks)
        assert found.replace("\u034f", "") == "x" + "\u0335" * marks
        assert ("\u034f" in found) == (marks > 30)
    assert text.clean("e\u0301\u0302") == text.composed("e\u0302\u0301") == "ế"


def test_usual_characters_need_no_cleaning() -> None:
    usual = [c for c in map(chr, range(0x110000)) if not text._UNUSUAL.search(c)]
    assert {*"aZ09 \n\tđĐữỴ–“”…"} <= set(usual)
    assert not [c for c in usual if text._SUSPECT.search(c) or unicodedata.normalize("NFC", c) != c]


@pytest.mark.parametrize("data", ["a\ud83d\ude00 Điều", "a\ud800 Điều", "a\udc00\ud800 Điều"])
def test_halves_of_characters_written_as_utf_8(data: str) -> None:
    wanted = data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert text.decode(data.encode("utf-8", "surrogatepass")) == wanted


def test_a_name_of_halves_stands_as_their_code() -> None:
    assert ingest.read_bytes("Điều 1".encode(), "a\udcff.txt").source.name == r"a\udcff.txt"


@pytest.mark.parametrize(("times", "wanted"), [(1, None), (9, None), (12, 1)])
def test_a_form_counts_as_often_as_it_is_drawn(times: int, wanted: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_bounds, "MAX_DRAWN", 10_000)
    form = stream(RULE * 70, FORM)
    assert len(RULE * 70) == 980
    assert pdf_bounds._first_beyond(pdf_of("/X Do " * times, "0 0 595 842", "", form)) == wanted


@pytest.mark.parametrize("head", ["7 0 3 10 ", "7 0 % of the page\n3 10 ", "7\n0\r3\t10 "])
def test_a_page_packed_among_other_objects_is_counted(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_bounds, "MAX_DRAWN", 10_000)
    page = f"{head}<< /A 1 >> << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    objects = [
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>",
        "2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"4 0 obj\n{stream(RULE * 1000)}",
        f"5 0 obj\n{stream(page, f'/Type /ObjStm /N 2 /First {len(head)}')}",
    ]
    data = "%PDF-1.7\n" + "".join(f"{each}\nendobj\n" for each in objects) + "trailer\n<< /Root 1 0 R >>\n"
    assert pdf_bounds._first_beyond(data.encode()) == 1


@pytest.mark.parametrize("content", ["/X Do", "/X Do /X Do", "q /X  Do Q"])
def test_a_form_that_draws_itself_is_refused(content: str) -> None:
    assert code_of(pdf_of("/X Do", "0 0 595 842", "", stream(content, SELF)), "a.pdf") == "too-large"


def test_a_form_that_is_there_and_not_drawn_does_no_harm() -> None:
    assert code_of(pdf_of(more_words(), "0 0 595 842", "", stream("/X Do", SELF)), "a.pdf") == "read"


def more_words() -> str:
    return "BT /F 12 Tf 50 700 Td (QUYET DINH) Tj (/X Do) ' ET".replace("/X Do", "X")


def test_every_way_of_packing_a_description_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_bounds, "MAX_DRAWN", 10_000)
    plain = (RULE * 1000).encode()
    ways = {
        "/FlateDecode": zlib.compress(plain),
        "/ASCIIHexDecode": plain.hex().encode() + b">",
        "[/ASCIIHexDecode /FlateDecode]": zlib.compress(plain).hex().encode() + b">",
        "/RunLengthDecode": b"\x81x" * 100 + b"\x80",
        "/LZWDecode": lzw(plain),
    }
    for name, packed in ways.items():
        data = pdf_of("X").replace(stream("X").encode(), stream(packed, f"/Filter {name}").encode("latin-1"))
        with pytest.raises(IngestError, match="Page 1 of the PDF draws more"):
            pdf_bounds.check(data)


def lzw(data: bytes) -> bytes:
    """Packed as plainly as may be: nine bits a byte, the table cleared before it grows."""
    codes = [code for at in range(0, len(data), 200) for code in (256, *data[at : at + 200])]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


def test_a_page_that_takes_too_long_to_draw_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PIL")
    document = pdf.opened(pdf_of(f"{DRAW} " * 300, "0 0 595 842", "", stream(RULE, FORM)))
    picture, dpi = pdf._drawn(document, 0)
    assert (picture.size, dpi) == ((2480, 3509), 300.0)
    monkeypatch.setattr(pdf, "DRAWING_SECONDS", -1.0)
    with pytest.raises(IngestError, match="to draw"):
        pdf._drawn(document, 0)


def test_a_pdf_without_a_password_to_open_it_is_read() -> None:
    assert rc4(b"Key", b"Plaintext").hex().upper() == "BBF316E8D940AF0AD3"  # a known answer
    assert ingest.read_bytes(no_password(), "a.pdf").text == "QUYET DINH"


def test_a_package_that_unpacks_to_too_much_is_not_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import office

    kind = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>" * 100}
    monkeypatch.setattr(office, "convert", lambda _program, files: [IngestError("damaged", "asked") for _ in files])
    monkeypatch.setattr(office, "soffice", lambda: "soffice")
    assert code_of(zipped({**kind}), "a.odt") == "damaged"
    monkeypatch.setattr(office, "MOST_XML", 399)
    assert code_of(zipped({**kind}), "a.odt") == "too-large"
    assert code_of(rb"{\rtf1 x\bin9999 y}", "a.rtf") == "damaged"


def test_marks_are_put_in_order_as_unicode_has_it() -> None:
    word = "nghie\u0323\u0302p vu\u0323"
    assert text.clean(word) == text.composed(word) == unicodedata.normalize("NFC", word)
