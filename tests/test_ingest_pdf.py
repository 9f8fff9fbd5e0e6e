"""Digital PDFs: made here by a small writer, so that every place on the page is known."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest import pdf
from ingest.document import Document, Join, Table
from ingest.errors import IngestError
from ingest.text import clean

REQUIRE_ALL = os.environ.get("VANBAN_REQUIRE_ALL") == "1"
CORPUS = Path(os.environ.get("VANBAN_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
A4 = (595.0, 842.0)


# --- a PDF writer: one font, every character half an em wide ---


@dataclass
class Sheet:
    """A page's drawing: y counts from the top, points."""

    width: float = A4[0]
    height: float = A4[1]
    rotate: int = 0
    ops: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def text(self, x: float, y: float, words: str, size: float = 12, turned: bool = False) -> Sheet:
        self.used |= set(words)
        codes = "".join(f"{ord(c):04X}" for c in words)
        place = f"0 1 -1 0 {x} {self.height - y}" if turned else f"1 0 0 1 {x} {self.height - y}"
        self.ops.append(f"BT /F {size} Tf {place} Tm <{codes}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        self.ops.append(f"0.5 w {x0} {self.height - y0} m {x1} {self.height - y1} l S")
        return self

    def thin_box(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        self.ops.append(f"{x0} {self.height - y1} {x1 - x0} {y1 - y0} re f")
        return self

    def table(
        self,
        xs: list[float],
        ys: list[float],
        rows: list[list[str]],
        merged: dict[tuple[int, int], int] | None = None,
        size: float = 10,
    ) -> Sheet:
        """A ruled table; `merged`: (row, column) -> how many rows a cell covers; "<" joins a cell to the left one."""
        merged = merged or {}
        inside = {(r + k, c) for (r, c), n in merged.items() for k in range(1, n)}
        for n, y in enumerate(ys):
            for c in range(len(xs) - 1):
                if (n, c) not in inside:
                    self.line(xs[c], y, xs[c + 1], y)
        for r, row in enumerate(rows):
            for c, words in enumerate(row):
                if words != "<":
                    self.line(xs[c], ys[r], xs[c], ys[r + 1])
                    for k, part in enumerate(words.split("\n") if words else ()):
                        self.text(xs[c] + 4, ys[r] + 12 + 12 * k, part, size)
            self.line(xs[-1], ys[r], xs[-1], ys[r + 1])
        return self


def width(words: str, size: float = 12) -> float:
    return len(words) * size / 2


def made(*sheets: Sheet, extra: str = "") -> bytes:
    """The sheets as a PDF; `extra` goes into the trailer."""
    used = sorted(set().union(*(sheet.used for sheet in sheets)))
    chars = "".join(f"<{ord(c):04X}> <{ord(c):04X}>\n" for c in used)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + "".join(
            f"{len(part)} beginbfchar\n{''.join(part)}endbfchar\n"
            for part in (chars.splitlines(keepends=True)[n : n + 90] for n in range(0, len(used), 90))
        )
        + "endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(sheets)} /Kids [{' '.join(f'{7 + 2 * n} 0 R' for n in range(len(sheets)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Plain /Encoding /Identity-H /DescendantFonts [4 0 R]"
        " /ToUnicode 6 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Plain /CIDSystemInfo << /Registry (Adobe)"
        " /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>",
        "<< /Type /FontDescriptor /FontName /Plain /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800"
        " /Descent -200 /CapHeight 700 /StemV 80 >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    for n, sheet in enumerate(sheets):
        body = "\n".join(sheet.ops)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {sheet.width} {sheet.height}] /Rotate {sheet.rotate}"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {8 + 2 * n} 0 R >>"
        )
        objects.append(f"<< /Length {len(body)} >>\nstream\n{body}\nendstream")
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.7\n")
    for n, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{n} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


# --- what came out ---


def read(*sheets: Sheet) -> Document:
    document = pdf.read(made(*sheets), "thử.pdf")
    whole_is_placed(document)
    return document


def whole_is_placed(document: Document) -> None:
    """Every character that is no blank stands in exactly one line or mark; cells point at their lines."""
    covered = bytearray(len(document.text))
    pages = (mark.span for mark in document.marks if mark.kind == "page")
    for span in [*(line.span for line in document.lines), *pages]:
        for n in range(*span):
            assert not covered[n]
            covered[n] = 1
    assert all(covered[n] or c.isspace() for n, c in enumerate(document.text))
    for number, table in enumerate(document.tables):
        for cell in table.cells:
            assert cell.row + cell.rowspan <= table.rows and cell.column + cell.colspan <= table.columns
            assert all(document.lines[n].table == number for n in cell.lines)


def texts(document: Document) -> list[str]:
    return [document.text[line.span.start : line.span.end] for line in document.lines]


def paragraphs(document: Document) -> list[str]:
    found: list[str] = []
    for line, words in zip(document.lines, texts(document), strict=True):
        if line.join is Join.WRAP:
            found[-1] += " " + words
        else:
            found.append(words)
    return found


def grid(document: Document, table: Table) -> list[list[str]]:
    """The cells' words, row by row, a merged cell in each place it covers."""
    found = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        words = " ".join(document.text[slice(*document.lines[n].span)] for n in cell.lines)
        for r in range(cell.row, cell.row + cell.rowspan):
            for c in range(cell.column, cell.column + cell.colspan):
                found[r][c] = words
    return found


def marks(document: Document) -> list[str]:
    return [document.text[slice(*mark.span)] for mark in document.marks if mark.kind == "page"]


def notes(document: Document, code: str) -> list[str]:
    return [note.message for note in document.notes if note.code == code]


def laid_out(
    words: str, sheet: Sheet, y: float, left: float = 85, right: float = 540, indent: float = 0, step: float = 16
) -> float:
    """Sets a paragraph line by line, each as full as it can be; gives the y after it."""
    x, held = left + indent, ""
    for word in words.split():
        if held and x + width(f"{held} {word}") > right:
            sheet.text(x, y, held)
            x, y, held = left, y + step, word
        else:
            held = f"{held} {word}".strip()
    sheet.text(x, y, held)
    return y + step


PARAGRAPHS = [
    "Điều 1. Giao các phòng chuyên môn rà soát danh mục hồ sơ lưu trữ của phòng mình và gửi kết quả về văn thư.",
    "Điều 2. Bộ phận văn thư lập bảng theo dõi, cập nhật hằng tuần; Trưởng phòng kiểm tra bảng này vào cuối tháng.",
    "Điều 3. Các ông bà có tên trong danh sách kèm theo chịu trách nhiệm làm đúng lịch đã nêu ở trên.",
]


# --- lines and paragraphs ---


def test_words_keep_their_blanks_and_order() -> None:
    document = read(Sheet().text(85, 100, "Số: 12/QĐ-UBND").text(300, 100, "ngày 05 tháng 6 năm 2024"))
    assert document.text == "Số: 12/QĐ-UBND ngày 05 tháng 6 năm 2024"
    assert document.source.pages == 1 and document.source.extractor == "pdf" and not document.source.ocr


def test_drawing_order_is_not_reading_order() -> None:
    """A fallback font draws the marked letters after the others."""
    words, sheet = "Các báo cáo có lý do", Sheet()
    for marked in (False, True):
        for n, c in enumerate(words):
            if c != " " and (c in "áóý") is marked:
                sheet.text(85 + 6 * n, 100, c)
    assert texts(read(sheet)) == [words]


def test_bold_drawn_twice_is_read_once() -> None:
    sheet = Sheet().text(85, 100, "QUYẾT ĐỊNH:").text(85.3, 100, "QUYẾT ĐỊNH:")
    assert texts(read(sheet)) == ["QUYẾT ĐỊNH:"]


def test_hyphen_at_a_line_end_is_kept() -> None:
    sheet = Sheet()
    sheet.text(85, 100, "Căn cứ Nghị định số 30/2020/NĐ-").text(85, 116, "CP về công tác văn thư")
    assert texts(read(sheet))[0].endswith("30/2020/NĐ-")


@pytest.mark.parametrize(
    ("indent", "space"), [(36, 0), (36, 6), (0, 10)], ids=["set in", "set in and spaced", "spaced only"]
)
def test_paragraphs(indent: float, space: float) -> None:
    sheet, y = Sheet(), 100.0
    for words in PARAGRAPHS * 3:
        y = laid_out(words, sheet, y, indent=indent) + space
    assert paragraphs(read(sheet)) == PARAGRAPHS * 3


def test_a_paragraph_goes_on_over_the_page() -> None:
    first, second = Sheet(), Sheet()
    y = 100.0
    for words in PARAGRAPHS * 2:
        y = laid_out(words, first, y, indent=36)
    first.text(121, y, "Giao đồng chí chánh văn phòng giúp chủ tịch theo dõi việc thực hiện")
    second.text(85, 100, "của các phòng và báo cáo mỗi quý.")
    laid_out(PARAGRAPHS[0], second, 116, indent=36)
    found = paragraphs(read(first, second))
    assert found[6].startswith("Giao đồng chí") and found[6].endswith("mỗi quý.")
    assert found[7] == PARAGRAPHS[0]


def test_centred_lines_are_left_open() -> None:
    sheet = Sheet()
    for n, words in enumerate(["KẾ HOẠCH", "SẮP XẾP KHO LƯU TRỮ CỦA ĐƠN VỊ", "NĂM 2024"]):
        sheet.text(312 - width(words) / 2, 100 + 16 * n, words)
    y = 170.0
    for words in PARAGRAPHS:
        y = laid_out(words, sheet, y, indent=36)
    joins = [line.join for line in read(sheet).lines[:3]]
    assert joins == [Join.NEW, Join.OPEN, Join.OPEN]


def test_places_are_from_the_top_left_corner() -> None:
    place = read(Sheet().text(85, 100, "Chữ")).lines[0].place
    assert place is not None and place.page == 1 and place.box is not None
    left, top, right, bottom = place.box
    assert (left, right) == (85.0, 103.0) and 88 <= top < bottom <= 104


# --- page numbers and running headers ---


def test_page_numbers_are_form() -> None:
    sheets = []
    for n in range(1, 5):
        sheets.append(Sheet().text(300, 40, str(n)).text(85, 100, f"Nội dung của trang thứ {n}: 2024"))
    document = read(*sheets)
    assert marks(document) == ["1", "2", "3", "4"]
    assert all(mark.kind == "page" for mark in document.marks) and len(document.lines) == 4


@pytest.mark.parametrize("words", ["2", "- 2 -", "Trang 2", "2/9"])
def test_shapes_of_page_numbers(words: str) -> None:
    document = read(Sheet().text(85, 300, "Trang đầu"), Sheet().text(290, 810, words).text(85, 300, "Trang sau"))
    assert marks(document) == [words]


def test_a_number_that_is_no_page_number_stays_text() -> None:
    document = read(Sheet().text(85, 300, "giai đoạn 2021 -"), Sheet().text(85, 70, "2025").text(85, 100, "Kết thúc"))
    assert marks(document) == [] and "2025" in texts(document)


def test_running_headers_are_form() -> None:
    sheets = [Sheet().text(85, 40, f"Tài liệu họp số 7, trang {n}").text(85, 200, f"Ý {'abcd'[n]}") for n in range(4)]
    document = read(*sheets)
    assert len(document.marks) == 4 and texts(document) == ["Ý a", "Ý b", "Ý c", "Ý d"]


# --- columns side by side ---


def letterhead(sheet: Sheet) -> Sheet:
    sheet.text(110, 60, "SỞ XÂY DỰNG").text(104, 76, "PHÒNG HÀNH CHÍNH").text(110, 100, "Số: 5/QĐ-SXD")
    return (
        sheet.text(300, 58, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        .text(320, 75, "Độc lập - Tự do - Hạnh phúc")
        .text(330, 101, "Hà Nam, ngày 03 tháng 4 năm 2024")
    )


def test_letterhead_is_two_columns() -> None:
    sheet = letterhead(Sheet()).text(283, 140, "QUYẾT ĐỊNH")
    laid_out(PARAGRAPHS[0], sheet, 180, indent=36)
    document = read(sheet)
    (table,) = document.tables
    assert (table.rows, table.columns, table.ruled, table.page) == (1, 2, False, 1)
    assert grid(document, table) == [
        [
            "SỞ XÂY DỰNG PHÒNG HÀNH CHÍNH Số: 5/QĐ-SXD",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc Hà Nam, ngày 03 tháng 4 năm 2024",
        ]
    ]
    assert "QUYẾT ĐỊNH" in [
        words for words, line in zip(texts(document), document.lines, strict=True) if line.table is None
    ]


def test_signature_block_is_two_columns_with_room_for_the_seal() -> None:
    sheet = Sheet()
    y = laid_out(PARAGRAPHS[2], sheet, 100, indent=36)
    left = ["Nơi nhận:", "- Như Điều 3;", "- Văn phòng;", "- Lưu: VT."]
    for n, words in enumerate(left):
        sheet.text(85, y + 20 + 13 * n, words, 11)
    sheet.text(390, y + 20, "TRƯỞNG PHÒNG").text(400, y + 110, "Lê Văn Bình")
    document = read(sheet)
    assert grid(document, document.tables[0]) == [[" ".join(left), "TRƯỞNG PHÒNG Lê Văn Bình"]]
    assert len(document.lines) > 6 and document.lines[0].table is None


def test_recipients_that_go_on_over_the_page_stay_in_their_column() -> None:
    first, second = Sheet(), Sheet()
    for n in range(6):
        first.text(85, 730 + 13 * n, f"- Phòng số {n};" if n else "Nơi nhận:", 11)
    first.text(390, 730, "GIÁM ĐỐC").text(390, 795, "Trần Thị Hoa")
    second.text(85, 70, "- Lưu: VT.", 11)
    laid_out(PARAGRAPHS[1], second, 120)
    document = read(first, second)
    left, right = grid(document, document.tables[0])[0]
    assert left.endswith("- Phòng số 5; - Lưu: VT.") and right == "GIÁM ĐỐC Trần Thị Hoa"


def test_columns_whose_lines_stand_between_one_another() -> None:
    """A web page sets the shorter column in the middle of the longer one."""
    sheet = Sheet()
    y = laid_out(PARAGRAPHS[2], sheet, 100)
    left = ["Nơi nhận:", "- Như Điều 3;", "- Văn phòng;", "- Phòng Tổ chức;", "- Lưu: VT."]
    for n, words in enumerate(left):
        sheet.text(85, y + 30 + 22 * n, words)
    for n, words in enumerate(["TRƯỞNG PHÒNG", "Lê Văn Bình"]):
        sheet.text(390, y + 63 + 22 * n, words)
    document = read(sheet)
    assert grid(document, document.tables[0]) == [[" ".join(left), "TRƯỞNG PHÒNG Lê Văn Bình"]]
    assert paragraphs(document)[0] == PARAGRAPHS[2]


def test_signature_that_goes_on_over_the_page_in_both_columns() -> None:
    first, second = Sheet(), Sheet()
    for n, words in enumerate(["Nơi nhận:", "- Như Điều 3;", "- Văn phòng;"]):
        first.text(85, 760 + 14 * n, words, 11)
    first.text(390, 760, "TRƯỞNG PHÒNG")
    second.text(85, 60, "- Lưu: VT.", 11).text(85, 74, "- Trang tin.", 11).text(400, 74, "Lê Văn Bình")
    second.text(85, 88, "- Kho.", 11).text(400, 88, "(đã ký)")
    document = read(first, second)
    (table,) = document.tables
    assert grid(document, table) == [
        ["Nơi nhận: - Như Điều 3; - Văn phòng; - Lưu: VT. - Trang tin. - Kho.", "TRƯỞNG PHÒNG Lê Văn Bình (đã ký)"]
    ]


def test_a_wide_blank_in_one_line_is_no_column() -> None:
    sheet = Sheet().text(85, 100, "Kèm theo Quyết định số").text(290, 100, "/QĐ-SXD ngày     tháng 5 năm 2024")
    laid_out(PARAGRAPHS[0], sheet, 130)
    assert read(sheet).tables == ()


# --- ruled tables ---

XS = [60.0, 95.0, 300.0, 420.0, 535.0]
HEAD = ["TT", "Việc", "Chủ trì", "Thời hạn"]


def test_ruled_table() -> None:
    rows = [HEAD, ["1", "Kiểm kê tủ hồ sơ\ncủa các phòng", "Văn thư", "Quý I"], ["2", "Dọn kho", "", "Quý II"]]
    document = read(Sheet().table(XS, [100, 120, 150, 170], rows))
    (table,) = document.tables
    assert grid(document, table) == [[cell.replace("\n", " ") for cell in row] for row in rows]
    assert table.ruled and table.page == 1
    assert notes(document, "table-receipt") == ["table on page 1: 3 rows seen, 3 kept, 0 rejoined"]


def test_thin_boxes_are_rules() -> None:
    sheet = Sheet()
    for y in (100, 130, 160):
        sheet.thin_box(60, y, 300, y + 0.5)
    for x in (60, 180, 299.5):
        sheet.thin_box(x, 100, x + 0.5, 160)
    sheet.text(65, 115, "a").text(185, 115, "b").text(65, 145, "c").text(185, 145, "d")
    document = read(sheet)
    assert grid(document, document.tables[0]) == [["a", "b"], ["c", "d"]]


def test_merged_cells_and_a_header_of_two_rows() -> None:
    rows = [
        ["TT", "Việc", "Cơ quan", "<"],
        ["", "", "Chủ trì", "Phối hợp"],
        ["A", "NHÓM VIỆC THỨ NHẤT", "<", "<"],
        ["1", "Kiểm kê", "Văn thư", "Kho"],
    ]
    document = read(Sheet().table(XS, [100, 120, 140, 160, 180], rows, {(0, 0): 2, (0, 1): 2}))
    (table,) = document.tables
    spans = {(c.row, c.column): (c.rowspan, c.colspan) for c in table.cells if (c.rowspan, c.colspan) != (1, 1)}
    assert spans == {(0, 0): (2, 1), (0, 1): (2, 1), (0, 2): (1, 2), (2, 1): (1, 3)}
    assert grid(document, table)[1] == ["TT", "Việc", "Chủ trì", "Phối hợp"]


def test_characters_go_to_the_cell_they_stand_in() -> None:
    """Two cells whose words nearly touch, drawn as one string."""
    sheet = Sheet().table([60, 120, 180], [100, 120, 140], [["", ""], ["", ""]])
    sheet.text(62, 113, "abcdefghijklmnopqr", 12)
    document = read(sheet)
    assert grid(document, document.tables[0])[0] == ["abcdefghij", "klmnopqr"]


def test_underline_and_frame_are_no_tables() -> None:
    sheet = Sheet().text(85, 100, "SỞ XÂY DỰNG").line(85, 104, 150, 104)
    sheet.line(50, 50, 550, 50).line(50, 800, 550, 800).line(50, 50, 50, 800).line(550, 50, 550, 800)
    document = read(sheet)
    assert document.tables == () and texts(document) == ["SỞ XÂY DỰNG"]


def test_a_number_broken_by_a_narrow_cell_is_one() -> None:
    rows = [["Văn bản", "b"], ["số\n09/2019/N\nĐ-CP của\nbộ", "x"]]
    document = read(Sheet().table([60, 122, 200], [100, 120, 180], rows, size=12))
    assert grid(document, document.tables[0])[1][0] == "số 09/2019/NĐ-CP của bộ"


@pytest.mark.parametrize("second", ["của", "Sở"])
def test_words_in_a_narrow_cell_stay_apart(second: str) -> None:
    rows = [["Ngày", "b"], [f"21/6/2021\n{second}", "x"]]
    document = read(Sheet().table([60, 122, 200], [100, 120, 160], rows, size=12))
    assert grid(document, document.tables[0])[1][0] == f"21/6/2021 {second}"


def test_level_rules_alone_make_a_table() -> None:
    rows = [HEAD, ["1", "Kiểm kê tủ hồ sơ", "Văn thư", "Quý I"], ["2", "Dọn kho cũ", "Kho", "Quý II"]]
    sheet = Sheet()
    for n, row in enumerate(rows):
        for x, words in zip(XS, row, strict=False):
            sheet.text(x + 4, 113 + 20 * n, words, 10)
    for n in range(4):
        sheet.line(60, 100 + 20 * n, 535, 100 + 20 * n)
    document = read(sheet)
    assert grid(document, document.tables[0]) == rows


def test_coloured_boxes_make_a_table() -> None:
    rows = [HEAD, ["1", "Kiểm kê tủ hồ sơ", "Văn thư", "Quý I"], ["2", "Dọn kho cũ", "Kho", "Quý II"]]
    sheet = Sheet()
    for n, row in enumerate(rows):
        for x0, x1, words in zip(XS, XS[1:], row, strict=False):
            sheet.ops.append(f"0.9 g {x0} {sheet.height - 120 - 20 * n} {x1 - x0} 20 re f 0 g")
            sheet.text(x0 + 4, 113 + 20 * n, words, 10)
    document = read(sheet)
    assert grid(document, document.tables[0]) == rows


def test_three_underlines_are_no_table() -> None:
    sheet, y = Sheet(), 100.0
    for words in PARAGRAPHS:
        y = laid_out(words, sheet, y)
        sheet.line(85, y - 12, 540, y - 12)
        y += 8
    assert read(sheet).tables == ()


# --- one table across pages ---


def two_pages(last: list[str], rest: list[str], *, header: bool = True, height: float = 26) -> Document:
    """A table whose last row on page 1 ends at `height` below its top, and what stands first on page 2."""
    first = Sheet().table(XS, [700, 720, 740, 740 + height], [HEAD, ["1", "Đọc", "Kho", "Quý I"], last])
    rows = [HEAD] if header else []
    rows += [rest, ["9", "Đóng tủ", "Kho", "Quý IV"]]
    ys = [60.0]
    for row in rows:
        ys.append(ys[-1] + 6 + 12 * max(words.count("\n") + 1 for words in row))
    return read(first, Sheet().table(XS, ys, rows))


def test_a_repeated_header_is_form() -> None:
    document = two_pages(["2", "Kiểm kê", "Văn thư", "Quý II"], ["3", "Dọn kho", "Kho", "Quý III"])
    (table,) = document.tables
    assert [row[0] for row in grid(document, table)] == ["TT", "1", "2", "3", "9"]
    assert marks(document) == HEAD
    assert notes(document, "table-receipt") == ["table on pages 1-2: 6 rows seen, 5 kept, 0 rejoined"]


@pytest.mark.parametrize("header", [True, False])
def test_a_row_cut_by_the_page_is_one(header: bool) -> None:
    document = two_pages(
        ["2", "Kiểm kê tủ hồ sơ của\ncác phòng và lập", "Văn thư", "Quý II"],
        ["", "danh sách từng tủ.", "", ""],
        header=header,
    )
    rows = grid(document, document.tables[0])
    assert rows[2] == ["2", "Kiểm kê tủ hồ sơ của các phòng và lập danh sách từng tủ.", "Văn thư", "Quý II"]
    assert [row[0] for row in rows] == ["TT", "1", "2", "9"]
    assert "1 rejoined" in notes(document, "table-receipt")[0]


def test_a_row_cut_through_two_columns_is_one() -> None:
    document = two_pages(
        ["2", "Kiểm kê tủ hồ sơ của\ncác phòng và lập", "Tổ văn thư,\ntổ kho, các", "Quý II"],
        ["", "danh sách.", "phòng", ""],
    )
    assert grid(document, document.tables[0])[2][1:3] == [
        "Kiểm kê tủ hồ sơ của các phòng và lập danh sách.",
        "Tổ văn thư, tổ kho, các phòng",
    ]


@pytest.mark.parametrize(
    ("last", "rest"),
    [
        (["2", "Kiểm kê tủ", "Văn thư", "Quý II"], ["3", "dọn kho", "Kho", "Quý III"]),
        (["2", "Kiểm kê tủ.", "Văn thư", "Quý II"], ["", "Dọn kho.", "Kho", "Quý III"]),
        (["B", "Nhóm hai", "<", "<"], ["1", "dọn kho", "Kho", "Quý III"]),
    ],
    ids=["a number", "a whole sentence in every cell", "after a group row"],
)
def test_a_new_row_is_not_joined(last: list[str], rest: list[str]) -> None:
    document = two_pages(last, rest, height=18)
    assert len(grid(document, document.tables[0])) == 5


def test_a_cell_with_room_left_does_not_go_on() -> None:
    document = two_pages(["2", "Kiểm kê tủ hồ sơ", "Văn thư", "Quý II"], ["", "và dọn kho", "", ""], height=80)
    assert len(grid(document, document.tables[0])) == 5


def test_a_merged_number_goes_on_over_the_page() -> None:
    first = Sheet().table(
        XS,
        [640, 660, 680, 700],
        [HEAD, ["1", "Lập bảng.", "Kho", "Quý I"], ["", "Đọc bảng.", "Văn thư", "Quý II"]],
        {(1, 0): 2},
    )
    second = Sheet().table(
        XS,
        [60, 80, 100, 120],
        [["", "Gửi bảng.", "Kho", "Quý III"], ["", "Sửa bảng.", "Kho", "Quý IV"], ["2", "Đóng.", "Kho", "Quý IV"]],
        {(0, 0): 2},
    )
    document = read(first, second)
    assert [row[0] for row in grid(document, document.tables[0])] == ["TT", "1", "1", "1", "1", "2"]


def test_page_numbers_between_the_pages_of_a_table() -> None:
    def page(n: int) -> Sheet:
        return Sheet().text(297, 40, str(n)).table(XS, [100, 120, 140], [HEAD, [str(n), "Việc", "Kho", "Quý I"]])

    document = read(*(page(n) for n in (1, 2, 3)))
    assert len(document.tables) == 1 and document.tables[0].rows == 4
    assert [words for words in marks(document) if words.isdigit()] == ["1", "2", "3"]


def test_other_columns_are_another_table() -> None:
    first = Sheet().table(XS, [700, 720, 740], [HEAD, ["1", "a", "b", "c"]])
    second = Sheet().table([60, 300, 535], [60, 80, 100, 120], [["x", "y"], ["z", "w"], ["u", "v"]])
    assert len(read(first, second).tables) == 2
    third = Sheet().text(85, 50, "Phụ lục hai").table(XS, [60, 80, 100], [HEAD, ["1", "d", "e", "f"]])
    assert len(read(first, third).tables) == 2


# --- turned pages ---


def test_a_page_drawn_on_its_side_is_read_upright() -> None:
    sheet = Sheet(rotate=90)
    for n, words in enumerate(["Dòng thứ nhất của trang", "Dòng thứ hai của trang", "Dòng thứ ba"]):
        sheet.text(200 + 16 * n, 600, words, turned=True)
    for x in (190, 250):
        sheet.line(x, 620, x, 400)
    document = read(sheet)
    assert texts(document)[:3] == ["Dòng thứ nhất của trang", "Dòng thứ hai của trang", "Dòng thứ ba"]


def test_a_landscape_page() -> None:
    document = read(
        Sheet(842, 595).table([60, 95, 700, 800], [100, 120, 140], [["TT", "Việc", "Hạn"], ["1", "Đọc", "Quý I"]])
    )
    assert grid(document, document.tables[0])[1] == ["1", "Đọc", "Quý I"]


# --- old encodings ---


def test_old_letters_become_unicode() -> None:
    words = "Uû ban nh©n d©n tØnh qu¶n lý c¸c c¬ quan hµnh chÝnh nhµ n­íc ë ®Þa ph­¬ng"
    assert texts(read(Sheet().text(60, 100, words, 10)))[0].startswith("Uỷ ban nhân dân tỉnh quản lý các cơ quan")


# --- files that cannot be read ---

LOCKED = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >> /ID [<00> <00>]".format("ab" * 32)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (made(Sheet().text(10, 10, "a"))[:300], "damaged"),
        (made(Sheet().text(10, 10, "a"), extra=LOCKED), "encrypted"),
        (made(Sheet()).replace(b"/Count 1 /Kids [7 0 R]", b"/Count 0 /Kids []     "), "empty"),
    ],
    ids=["no bytes", "no PDF", "cut off", "password", "no pages"],
)
def test_unreadable(data: bytes, code: str) -> None:
    with pytest.raises(IngestError) as caught:
        pdf.read(data, "x.pdf")
    assert caught.value.code == code and caught.value.advice


def test_an_empty_page_is_an_empty_document() -> None:
    document = read(Sheet())
    assert document.text == "" and document.source.pages == 1


# --- bounds ---


def test_a_drawing_of_many_lines_is_bounded() -> None:
    sheet = Sheet().text(85, 820, "Bản đồ")
    sheet.ops += [f"{n % 500} {n % 700} m {n % 500 + 20} {n % 700} l S" for n in range(40_000)]
    start = time.process_time()
    assert "Bản đồ" in read(sheet).text
    assert time.process_time() - start < 30


@pytest.mark.slow
def test_a_thousand_pages() -> None:
    start = time.process_time()
    document = pdf.read(
        made(*(Sheet().text(297, 40, str(n)).text(85, 100, f"Trang {n} có chữ") for n in range(1, 1001))), "x"
    )
    assert document.source.pages == 1000 and len(document.marks) == 1000
    assert time.process_time() - start < 60


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(IngestError, match="3 pages") as caught:
        pdf.read(made(Sheet(), Sheet(), Sheet()), "x.pdf")
    assert caught.value.code == "too-large"


# --- against pdfplumber ---


def test_pdfplumber_gives_the_same_table_and_letters() -> None:
    import pdfplumber

    rows = [HEAD, ["1", "Kiểm kê tủ hồ sơ\ncủa các phòng", "Văn thư", "Quý I"], ["2", "Dọn kho", "Kho", "Quý II"]]
    data = made(Sheet().text(85, 60, "Bảng phân công").table(XS, [100, 120, 150, 170], rows))
    document = pdf.read(data, "x.pdf")
    with pdfplumber.open(io.BytesIO(data)) as other:
        (table,) = other.pages[0].extract_tables()
        letters = Counter(c["text"] for c in other.pages[0].chars if c["text"].strip())
    assert grid(document, document.tables[0]) == [[(cell or "").replace("\n", " ") for cell in row] for row in table]
    assert Counter(c for c in document.text if c.strip()) == letters


# --- the corpus and other programs ---


def corpus(name: str) -> Path:
    path = CORPUS / name
    if not path.exists():
        if REQUIRE_ALL:
            pytest.fail(f"{path} is missing")
        pytest.skip(f"no corpus at {CORPUS} (set VANBAN_CORPUS)")
    return path


def letters(words: str) -> Counter[str]:
    return Counter(c for c in unicodedata.normalize("NFC", words) if c.isalnum())


def folded(words: str) -> str:
    return re.sub(r"\s*-\s*", "-", " ".join(unicodedata.normalize("NFC", words).split()))


def docx_paragraphs(path: Path) -> list[str]:
    import docx
    from docx.oxml.ns import qn

    body = docx.Document(str(path)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_seeds_keep_their_letters_and_paragraphs(seed: str) -> None:
    document = pdf.read(corpus(f"rendered/{seed}.pdf").read_bytes(), f"{seed}.pdf")
    whole_is_placed(document)
    wanted = [words for words in docx_paragraphs(corpus(f"rendered/{seed}.docx")) if words.strip()]
    assert letters(" ".join(wanted)) == letters(document.text) - letters(" ".join(marks(document)))
    long = Counter(folded(words) for words in wanted if len(words) > 60)
    # The letterhead and the signature are columns, whose lines are paragraphs of their own.
    body = [p for p in long if not p.startswith(("CỘNG HÒA", "Nơi nhận", "TM."))]
    found = Counter(folded(words) for words in paragraphs(document))
    assert [p for p in body if not found[p]] == []


def test_the_58_task_rows() -> None:
    gold = json.loads(next(corpus("../gold/seeds").glob("002_*.json")).read_text(encoding="utf-8"))["table_tasks"]
    document = pdf.read(corpus("rendered/002.pdf").read_bytes(), "002.pdf")
    (table,) = (t for t in document.tables if t.ruled)
    assert (table.rows, table.columns) == (68, 6)
    found = Counter(tuple(folded(cell) for cell in row[1:]) for row in grid(document, table))
    wanted = Counter(
        tuple(folded(row[key] or "") for key in ("text", "lead", "support", "output", "deadline")) for row in gold
    )
    assert wanted - found == Counter()


def test_a_file_of_libreoffice(tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        if REQUIRE_ALL:
            pytest.fail("LibreOffice is missing")
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer-nogui)")
    import docx

    made_here = docx.Document()
    for words in PARAGRAPHS * 6:
        made_here.add_paragraph(words)
    table = made_here.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    rows = [
        HEAD,
        *([str(n), f"Việc thứ {n}: {PARAGRAPHS[n % 3]}", "Văn thư", f"Quý {n % 4 + 1}"] for n in range(1, 40)),
    ]
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    source = tmp_path / "a.docx"
    made_here.save(str(source))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    document = pdf.read((tmp_path / "a.pdf").read_bytes(), "a.pdf")
    assert paragraphs(document)[:18] == PARAGRAPHS * 6
    assert grid(document, document.tables[0]) == rows


@pytest.mark.parametrize(
    ("printed", "meant"), [("cǜng, Vǜng Tàu", "cũng, Vũng Tàu"), ("định kǶ", "định kỳ"), ("nghĩ kỹ", "nghĩ kỹ")]
)
def test_late_letters_that_printing_to_pdf_loses(printed: str, meant: str) -> None:
    assert clean(printed) == meant
