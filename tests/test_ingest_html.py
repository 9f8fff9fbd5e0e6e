"""Web pages: paragraphs, tables and charsets as portals and Word write them; hostile pages end or are bounded."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from ingest import read, read_bytes
from ingest.document import Document, Join
from ingest.errors import IngestError


def of(page: str | bytes, name: str = "a.html") -> Document:
    data = page if isinstance(page, bytes) else f"<html><body>{page}</body></html>".encode()
    return read_bytes(data, name)


def lines(document: Document) -> list[str]:
    return [document.text[slice(*line.span)] for line in document.lines]


def grids(document: Document) -> list[list[tuple[int, int, int, int, list[str]]]]:
    text = lines(document)
    return [
        [(c.row, c.column, c.rowspan, c.colspan, [text[n] for n in c.lines]) for c in table.cells]
        for table in document.tables
    ]


# ------------------------------------------------------------------------------------------------------ paragraphs


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>một\n  hai</p><p>ba</p>", ["một hai", "ba"]),
        ("<div>một<div>hai</div>ba</div>", ["một", "hai", "ba"]),
        ("một<br>hai<br/><br>ba", ["một", "hai", "ba"]),
        ("<h1>A</h1>b<b>c</b> d<hr>e", ["A", "bc d", "e"]),
        ("<pre>một\n  hai</pre>", ["một", "hai"]),
        ("<p>1.&nbsp;&nbsp; Mục&shy;tiêu</p>", ["1. Mụctiêu"]),
        ("<p>Quý&nbsp;IV &amp; &#7845;</p>", ["Quý IV & ấ"]),
        ("<p>một<p>hai<p>ba", ["một", "hai", "ba"]),
        ("<span style='display:block'>một</span><span>hai</span>", ["một", "hai"]),
        ("<span style='display:inline-block'>một</span><span>hai</span>", ["mộthai"]),
        ("<p style='text-transform:uppercase'>kế hoạch</p>", ["KẾ HOẠCH"]),
        ("<p>m<sup>2</sup></p>", ["m2"]),
        ("<!-- bỏ --><p>gi<!-- bỏ -->ữ</p><?php bỏ ?>", ["giữ"]),
        ("<o:p>một</o:p>", ["một"]),
        ("<p>chủ trì<a class=sdfootnoteanc><sup>1</sup></a> của</p>", ["chủ trì[1] của"]),
    ],
)
def test_blocks_are_paragraphs(page: str, expected: list[str]) -> None:
    assert lines(of(page)) == expected


def test_one_break_is_open_and_two_part_paragraphs() -> None:
    assert [line.join for line in of("a<br>b<br><br>c").lines] == [Join.NEW, Join.OPEN, Join.NEW]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>ẩn</p>",
        "<p style='visibility:hidden'>ẩn</p>",
        "<span style='mso-hide:all'>ẩn</span>",
        "<p hidden>ẩn</p>",
        "<p class=kin>ẩn</p>",
        "<p id=kin>ẩn</p>",
        "<script>ẩn</script><style>ẩn</style><template>ẩn</template><noscript>ẩn</noscript>",
        "<del>ẩn</del>",
        "<table style='display:none'><tr><td>ẩn</table>",
        "<ol hidden><li>ẩn</ol>",
    ],
)
def test_what_is_hidden_stays_out(hidden: str) -> None:
    sheet = "<style>/* x */ .kin, #kin { display: none } @media print { p { display: none } }</style>"
    assert lines(of(f"{sheet}<p>trước</p>{hidden}<ol><li>sau</ol>")) == ["trước", "1. sau"]


def test_classes_that_scripts_switch_are_not_hidden() -> None:
    sheet = "<style>.tab { display: none } .tab.open { display: block }</style>"
    assert lines(of(f"{sheet}<div class=tab>thuộc tính</div>")) == ["thuộc tính"]


def test_menus_and_form_fields_are_kept_as_chatter() -> None:
    document = of("<nav><a>Trang chủ</a> <a>Tin</a></nav><p>Điều 1</p><select><option>Năm</select>")
    assert lines(document) == ["Điều 1"]
    assert [(mark.kind, document.text[slice(*mark.span)]) for mark in document.marks] == [
        ("chatter", "Trang chủ Tin"),
        ("chatter", "Năm"),
    ]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<ol><li>a<li>b</ol>", ["1. a", "2. b"]),
        ("<ol type=a start=4><li>a<li>b</ol>", ["d. a", "e. b"]),
        ("<ol type=I><li>a<ol><li>b</ol><li>c</ol>", ["I. a", "1. b", "II. c"]),
        ("<ol><li value=7>a<li>b</ol>", ["7. a", "8. b"]),
        ("<ol style='list-style-type:lower-roman'><li><p>a</p><p>b</p></ol>", ["i. a", "b"]),
        ("<ul><li>a<li>- b<li></ul>", ["- a", "- b"]),
        ("<ul style='list-style:none'><li>a</ul>", ["a"]),
        ("<ol><li>1. a</ol>", ["1. a"]),
        ("<li>a</li>", ["a"]),
        ("<p><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>Mục</p>", ["1. Mục"]),
        ("<p><span style='font-family:Symbol'><span style='mso-list:Ignore'>·</span></span>Mục</p>", ["- Mục"]),
    ],
)
def test_lists_show_their_labels(page: str, expected: list[str]) -> None:
    assert lines(of(page)) == expected


# ---------------------------------------------------------------------------------------------------------- tables


def test_spans_make_a_grid() -> None:
    page = """<table border=1><thead><tr><th rowspan=2>TT<th colspan=2>Cơ quan</thead><tbody>
    <tr><td>Chủ trì<td>Phối hợp<tr><td colspan=1000>I. CHUNG<tr><td rowspan=0>1<td>a<td>b<tr><td>c<td>d</table>"""
    document = of(page)
    assert (document.tables[0].rows, document.tables[0].columns, document.tables[0].ruled) == (5, 3, True)
    assert grids(document) == [
        [
            (0, 0, 2, 1, ["TT"]),
            (0, 1, 1, 2, ["Cơ quan"]),
            (1, 1, 1, 1, ["Chủ trì"]),
            (1, 2, 1, 1, ["Phối hợp"]),
            (2, 0, 1, 3, ["I. CHUNG"]),
            (3, 0, 2, 1, ["1"]),
            (3, 1, 1, 1, ["a"]),
            (3, 2, 1, 1, ["b"]),
            (4, 1, 1, 1, ["c"]),
            (4, 2, 1, 1, ["d"]),
        ]
    ]


def test_places_tell_row_and_cell() -> None:
    document = of("<p>x</p><table><tr><td>a<td>b<tr><td>c<td>d</table>")
    place = document.lines[-1].place
    assert place is not None
    assert (place.paragraph, place.table, place.row, place.cell) == (4, 0, 1, 1)
    assert [line.table for line in document.lines] == [None, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("attributes", "ruled"),
    [
        ("", False),
        ("border=0", False),
        ("border=1", True),
        ("border", True),
        ("style='border: 1px solid black'", True),
        ("style='border: none; border-collapse: collapse'", False),
        ("style='border: 0 solid'", False),
        ("class=luoi", True),
    ],
)
def test_borders_tell_ruled_tables(attributes: str, ruled: bool) -> None:
    page = f"<style>table.luoi {{ border: thin solid }}</style><table {attributes}><tr><td>a<td>b</table>"
    assert of(page).tables[0].ruled is ruled


def test_cells_may_have_the_borders() -> None:
    assert (
        of("<table><tr><td style='border:solid windowtext 1.0pt'>a<td style='border:solid 1pt'>b</table>")
        .tables[0]
        .ruled
    )


def test_tables_that_lay_out_a_page_are_no_tables() -> None:
    inner = "<table border=1>" + "<tr><td>a<td>b<td>c" * 3 + "</table>"
    page = f"<table><tr><td>menu<td><table><tr><td><p>trước</p>{inner}<p>sau</p></table></table>"
    document = of(page)
    assert [(table.rows, table.columns) for table in document.tables] == [(3, 3)]
    assert lines(document) == ["menu", "trước", *"abc" * 3, "sau"]


def test_a_page_in_a_cell_is_a_page() -> None:
    body = "".join(
        f"<p>Đoạn thứ {n} của một quyết định rất dài, đủ để là một trang chứ không phải là một ô.</p>"
        for n in range(60)
    )
    assert of(f"<table><tr><td>bên<td>{body}</table>").tables == ()


def test_a_small_table_in_a_cell_is_lines_of_the_cell() -> None:
    rows = "<tr><td>1<td>a<table><tr><td>x<td>y</table>b<td>c<tr><td>2<td>d<td>e"
    (grid,) = grids(of(f"<table border=1>{rows}</table>"))
    assert grid[1] == (0, 1, 1, 1, ["a", "x", "y", "b"])


def test_text_out_of_place_in_a_table_is_not_lost() -> None:
    assert sorted(lines(of("<table>một<tr>hai<td>ba</td>bốn<td>năm</td></tr>sáu</table><td>bảy"))) == sorted(
        ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy"]
    )


# -------------------------------------------------------------------------------------------------------- charsets

WORDS = "Ủy ban nhân dân tỉnh Đắk Lắk quyết định"


def page(charset: str) -> str:
    return (
        f'<html><head><meta http-equiv=Content-Type content="text/html; charset={charset}"></head><p>{WORDS}</p></html>'
    )


@pytest.mark.parametrize(
    "data",
    [
        page("utf-8").encode(),
        page("utf-8").encode("utf-8-sig"),
        page("iso-8859-1").encode(),  # a page that lies: it is valid UTF-8
        page("no-such-charset").encode(),
        page("base64").encode(),
        page("utf-16").encode("utf-16"),
        page("utf-16le").encode("utf-16-le"),
        page("").encode("utf-16"),
        f"<?xml version='1.0' encoding='utf-8'?>\n<html xmlns='http://www.w3.org/1999/xhtml'><p>{WORDS}</p></html>".encode(),
    ],
)
def test_charsets(data: bytes) -> None:
    assert lines(of(data)) == [WORDS]


def test_windows_1258_with_its_combining_marks() -> None:
    data = "<meta charset=windows-1258><p>Uy\u0309 ban nhân dân tỉnh".replace("ỉ", "i\u0309").encode("cp1258")
    assert lines(of(data)) == ["Uỷ ban nhân dân tỉnh"]


def test_old_fonts_are_read_by_their_name() -> None:
    data = "<meta charset=windows-1252><font face='.VnTime'>Uû ban</font> <font face='.VnTimeH'>tØnh</font>".encode(
        "cp1252"
    )
    assert lines(of(data)) == ["Uỷ ban TỈNH"]
    styled = "<meta charset=iso-8859-1><p style='font-family:\"VNI-Times\",serif'>Uûy ban nhaân daân</p>".encode(
        "cp1252"
    )
    assert lines(of(styled)) == ["Ủy ban nhân dân"]


def test_a_web_archive_is_its_page() -> None:
    archive = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        b"<html><p>Quy=E1=BA=BFt =C4=91=E1=BB=8Bnh</p></html>\r\n--b--\r\n"
    )
    assert lines(of(archive, "a.doc")) == ["Quyết định"]


# -------------------------------------------------------------------------------------------------- whole documents


def letters(text: str) -> Counter[str]:
    return Counter(letter for letter in text if letter.isalnum())


@pytest.mark.parametrize("seed", ["000", "003"])
def test_the_seeds_lose_no_letter_and_read_as_their_word_files(seed: str, corpus: Path) -> None:
    document = read(corpus / "rendered" / f"{seed}.html")
    (text,) = (corpus / "seeds").glob(f"{seed}*")
    assert letters(document.text) == letters(text.read_text(encoding="utf-8"))
    assert lines(document) == lines(read(corpus / "rendered" / f"{seed}.docx"))


def test_the_task_table_of_a_seed_is_whole(corpus: Path) -> None:
    """That page writes merged cells out, once for each cell they cover: nothing else is more than in the Word file."""
    document = read(corpus / "rendered" / "002.html")
    assert (document.tables[-1].rows, document.tables[-1].columns) == (68, 6)
    assert set(lines(document)) == set(lines(read(corpus / "rendered" / "002.docx")))


# ---------------------------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html></html>", "empty"),
        (b"<html><body><script>x</script></body></html>", "empty"),
        (b"<html>" + b"<table><tr><td>" * 100_000 + b"x", "too-large"),
        (b"<html>" + b"<b>" * 2_100_000, "too-large"),
        (
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: a/b\n\nx\n--b--",
            "damaged",
        ),
    ],
    ids=["nothing", "scripts", "deep", "large", "archive"],
)
def test_bad_pages_end_in_errors_with_advice(data: bytes, code: str) -> None:
    with pytest.raises(IngestError) as caught:
        of(data)
    assert (caught.value.code, bool(caught.value.advice)) == (code, True)


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<table><tr><td>a<td>" * 600 + "đáy", 601),
        ("<font>" * 1500 + "x", 1),
        ("<table>" + "<tr><td rowspan=65534 colspan=1000>x<td rowspan=0>y" * 3000 + "</table>", 6000),
        ("<table><tr>" + "<td>x" * 20_000 + "</table>", 20_000),
        ("<style>" + "@media{" * 100_000 + "</style>x", 1),
        ("<p style='" + "a:b;" * 100_000 + "'>x", 1),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><p>x&b;</p>", 2),
    ],
    ids=["nested", "unclosed", "spans", "row", "css", "style", "entity"],
)
def test_odd_pages_are_read_in_bounded_time(page: str, count: int) -> None:
    start = time.process_time()
    document = of(page)
    assert len(document.lines) == count
    assert time.process_time() - start < 15
