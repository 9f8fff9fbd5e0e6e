"""The parts that a decision's structure is read with: marks, paragraphs, grids, letterhead, closings, outline."""
# ruff: noqa: E501 (a case stands on one line)

from __future__ import annotations

import doctest
import importlib

import pytest

from ingest import plain
from parsers import (
    bases,
    closing,
    columns,
    committees,
    effect,
    grammar,
    header,
    letterhead,
    markers,
    outline,
    parts,
    periods,
    tables,
)
from parsers.decision import parse
from parsers.endings import endings
from parsers.flow import Flow, Paragraphs
from parsers.folding import fold
from parsers.grid import Grid
from parsers.items import items
from parsers.markers import Mark
from parsers.model import Decision
from parsers.view import View, Words


def flow_of(text: str) -> Flow:
    return Flow(plain.read(text.encode(), "x.txt"))


def paragraphs(text: str) -> list[str]:
    flow = flow_of(text)
    rows = flow.rows()
    return [p.text for p in Paragraphs(flow, rows).build(rows)]


def grids(text: str) -> list[Grid]:
    return [g for p in items(flow_of(text)) if (g := parts.grid_of(p))]


def decision_of(text: str) -> Decision:
    return parse(plain.read(text.encode(), "x.txt"))


MODULES = "committees effect endings folding dates markers columns header view periods"


@pytest.mark.parametrize("name", MODULES.split())
def test_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(f"parsers.{name}")
    assert doctest.testmod(module).failed == 0


COMMITTEE_WORDS = {
    "committee": r"(?:(?&chair)\s+)?(?&body)(?!\p{L})",
    "towns.province": r"(?&town)\s",
    "towns.city": r"(?&city)\s",
    "towns.district": r"(?&below)\s",
    "towns.commune": r"(?&below)\s",
    "named_after": r"(?&named_after)\s",
    "heads": r"(?&heads)",
    "higher": r"(?&higher)",
    "title_leads": r"(?:(?&title_leads)(?:\s+|$))+$",
}


@pytest.mark.parametrize("path", COMMITTEE_WORDS)
def test_words_of_committees(path: str) -> None:
    table = grammar.toml("committees")
    for name in path.split("."):
        table = table[name]
    pattern = committees.compiled(COMMITTEE_WORDS[path])
    assert [w for w in table["examples"] if not pattern.match(fold(w))] == []
    assert [w for w in table["counter_examples"] if pattern.match(fold(w))] == []


def test_every_table_of_committee_words_is_tried() -> None:
    table = grammar.toml("committees")
    assert {*COMMITTEE_WORDS} == {n for n in table if n != "towns"} | {f"towns.{n}" for n in table["towns"]}


@pytest.mark.parametrize("name", ["hanging", "cut", "number", "lead_in"])
def test_words_at_a_line_s_end(name: str) -> None:
    table, ends = grammar.toml("layout")["line_ends"][name], endings(name)
    assert all(ends(word) and ends(f"theo {word}") for word in table["words"])
    assert not any(ends(f"x{word}") for word in table["words"] if " " not in word)
    assert all(ends(example) for example in table["examples"])
    assert not any(ends(example) for example in table["counter_examples"])


@pytest.mark.parametrize(
    "text", ["Il. Mục tiêu", "ll) Mục tiêu", "Vll. Mục tiêu", "Mục 1. Chung", "đ) Nội dung", "l) Mục"]
)
def test_marks_that_a_word_s_first_letters_may_hide(text: str) -> None:
    assert markers.read(text) is not None


# Columns ---------------------------------------------------------------------------------------------------------

COLUMN_NAMES = [(field, name) for field, row in grammar.toml("columns").items() for name in row["names"]]


@pytest.mark.parametrize(("field", "name"), COLUMN_NAMES)
def test_a_column_name_is_read_by_its_own_row(field: str, name: str) -> None:
    assert columns.field_of(name) == field
    assert columns.field_of(f" {name.upper()} (1)") == field


@pytest.mark.parametrize("words", ["Sở Nội vụ", "Quý I/2024", "1", "", "x" * 200, "Điện thoại liên hệ", "Loại đất"])
def test_what_names_no_column(words: str) -> None:
    assert columns.field_of(words) is None


# Marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("Phần thứ nhất", "part", "Phần thứ nhất"),
        ("PHẦN II: NỘI DUNG", "part", "PHẦN II"),
        ("Chương IV", "chapter", "Chương IV"),
        ("Mục 2. Nhiệm vụ", "division", "Mục 2"),
        ("Điều 12a. Thẩm quyền", "article", "Điều 12a"),
        ("VIII. KINH PHÍ", "roman", "VIII"),
        ("ll. NHIỆM VỤ", "roman", "II"),
        ("A. CẤP TỈNH", "upper", "A"),
        ("3. Sở Tư pháp", "number", "3"),
        ("4/ Sở Y tế", "number", "4"),
        ("2.10. Kiểm tra", "decimal", "2.10"),
        ("đ) Rà soát", "letter", "đ"),
        ("l) Rà soát", "letter", "l"),
        ("- Bộ Nội vụ", "dash", None),
        ("+ Kinh phí", "plus", None),
    ],
)
def test_marks(text: str, kind: str, label: str | None) -> None:
    mark = markers.read(text)
    assert mark is not None
    assert (mark.kind, mark.label) == (kind, label)


@pytest.mark.parametrize(
    "text",
    ["11 năm 2019;", "2014 của Thủ tướng", "1.200 hồ sơ", "99,5%", "70.742", "1.012507", "V/v ban hành", "Điều 6 Thông tư",
     "VI CHỨC NĂNG QUẢN LÝ", "Sở Nội vụ", "23/4/2018 của", "-----", "100% cơ quan", "phần mềm", "Mục tiêu chung"],
)  # fmt: skip
def test_what_only_looks_like_a_mark(text: str) -> None:
    assert markers.read(text) is None


def test_letters_follow_the_vietnamese_alphabet() -> None:
    places = [markers.int_of(letter, "letter") for letter in "abcdđeghikl"]
    assert places == list(range(1, 12))


# Paragraphs ------------------------------------------------------------------------------------------------------

WRAPPED = """Căn cứ Quyết định số
12/QĐ-UBND ngày 05 tháng
6 năm 2020 của Ủy ban nhân dân tỉnh về việc ban hành quy định phối hợp giữa các cơ quan;
Theo đề nghị của Giám đốc Sở
Nội vụ tại Tờ trình số 9/TTr-SNV ngày 01 tháng 7 năm 2020 và các ý kiến tham gia của các cơ
quan có liên quan.
I. MỤC ĐÍCH,
YÊU CẦU
1. Sở Giáo dục và Đào tạo
Chủ trì, phối hợp với các cơ quan liên quan phát triển kinh tế
- xã hội theo quy định tại khoản
2. của văn bản nói trên; hoàn thành trong năm.
a) Rà soát thủ tục thuộc
phạm vi quản lý.
"""


def test_wrapped_lines_become_paragraphs() -> None:
    found = paragraphs(WRAPPED)
    assert [p[:28] for p in found] == [
        "Căn cứ Quyết định số 12/QĐ-U",
        "Theo đề nghị của Giám đốc Sở",
        "I. MỤC ĐÍCH, YÊU CẦU",
        "1. Sở Giáo dục và Đào tạo",
        "Chủ trì, phối hợp với các cơ",
        "a) Rà soát thủ tục thuộc phạ",
    ]


def test_a_page_break_inside_a_sentence_ends_no_paragraph() -> None:
    text = "Triển khai thực hiện Nghị định số 45/2020/NĐ-CP ngày\n\n08/4/2020 của Chính phủ.\n\nSở Nội vụ theo dõi."
    assert paragraphs(text) == [
        "Triển khai thực hiện Nghị định số 45/2020/NĐ-CP ngày 08/4/2020 của Chính phủ.",
        "Sở Nội vụ theo dõi.",
    ]


def test_a_hyphen_at_a_line_end_joins_numbers_but_not_words() -> None:
    words = Words("số 19-\nNQ/TU kinh tế -\nxã hội")
    first, second, third = (words.view(a, b) for a, b in ((0, 6), (7, 22), (23, 29)))
    assert View.concat([first, second]).text == "số 19-NQ/TU kinh tế -"
    assert View.concat([second, third]).text == "NQ/TU kinh tế - xã hội"


def test_a_view_knows_where_each_word_stands() -> None:
    text = "**Căn cứ**  Luật\u3000Đất đai"
    words = Words(text, [(0, 2), (8, 10)])
    view = words.view(0, len(text))
    assert view.text == "Căn cứ Luật Đất đai"
    at = view.text.index("Luật")
    start, end = view.span(at, at + 4)
    assert text[start:end] == "Luật"
    assert view.cut(at).folded == "luật đất đai"


# Grids -----------------------------------------------------------------------------------------------------------

FLAT = """PHỤ LỤC
STT
|
Nhiệm vụ
|
Cơ quan chủ trì
|
Thời gian hoàn thành
|
I. NHIỆM VỤ CHUNG
|
1
|
Ban hành kế hoạch
|
Sở Nội vụ
|
Quý I/2024
|
Tổ chức tập huấn
|
Sở Tài chính
|
Quý II/2024
|
2
|
Sơ kết
|
Sở Nội vụ
|
2025
|
"""
ROWED = FLAT.replace("PHỤ LỤC\n", "PHỤ LỤC\n|\n").replace("\n|\n1\n", "\n|\n|\n1\n").replace("\n|\n2\n", "\n|\n|\n2\n")
ROWED = ROWED.replace("\n|\nI. NHIỆM", "\n|\n|\nI. NHIỆM").replace("\n|\nTổ chức", "\n|\n|\nTổ chức")
PIPES = """| STT | Nhiệm vụ | Cơ quan chủ trì | Thời gian hoàn thành |
|---|---|---|---|
| I. NHIỆM VỤ CHUNG | | | |
| 1 | Ban hành kế hoạch | Sở Nội vụ | Quý I/2024 |
|  | Tổ chức tập huấn | Sở Tài chính | Quý II/2024 |
| 2 | Sơ kết | Sở Nội vụ | 2025 |
"""


@pytest.mark.parametrize("text", [FLAT, ROWED, PIPES], ids=["cells", "rows of cells", "markdown"])
def test_one_table_in_three_shapes(text: str) -> None:
    plan = f"KẾ HOẠCH\nCẢI CÁCH HÀNH CHÍNH NĂM 2024\nI. NỘI DUNG\n1. Theo bảng.\n{text}"
    found = decision_of(plan).tasks
    rows = [t for t in found if t.origin == "table"]
    assert [(t.number, t.text, t.lead.text if t.lead else None) for t in rows] == [
        ("1", "Ban hành kế hoạch", "Sở Nội vụ"),
        ("1", "Tổ chức tập huấn", "Sở Tài chính"),
        ("2", "Sơ kết", "Sở Nội vụ"),
    ]
    assert {t.group for t in rows} == {"I. NHIỆM VỤ CHUNG"}
    assert [t.deadline.end for t in rows if t.deadline] == ["2024-03-31", "2024-06-30", "2025-12-31"]


def test_text_between_two_tables_is_no_cell() -> None:
    text = "|\nTT\n|\nTên TTHC\n|\nGhi chú\n|\n|\n1\n|\nCấp giấy phép\n|\nMới\n|\n2. Danh mục bãi bỏ\n|\nTT\n|\nTên TTHC\n|\n|\n1\n|\nCấp lại\n|\n"
    first, second = grids(text)
    assert [[c.text for c in row] for row in first.rows] == [
        ["TT", "Tên TTHC", "Ghi chú"],
        ["1", "Cấp giấy phép", "Mới"],
    ]
    assert [[c.text for c in row] for row in second.rows] == [["TT", "Tên TTHC"], ["1", "Cấp lại"]]


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("Nhiệm vụ|Cơ quan chủ trì|Sản phẩm", "Rà soát|Sở Y tế|Báo cáo", "task"),
        ("Nội dung công việc|Đơn vị thực hiện|Thời gian thực hiện", "Tiếp nhận|Bộ phận một cửa|1/4 ngày", "workflow"),
        ("Bước|Nội dung|Thời gian", "Bước 1|Tiếp nhận|04 giờ", "workflow"),
        ("Tên thủ tục hành chính|Thời hạn giải quyết|Phí, lệ phí", "Cấp giấy phép|05 ngày|Không", "procedures"),
        ("Chỉ tiêu|Đơn vị tính|Cơ quan chủ trì", "Tỷ lệ hồ sơ|%|Sở Nội vụ", "target"),
        ("Họ và tên|Chức vụ|Ghi chú", "Nguyễn Văn A|Trưởng phòng|", "people"),
        ("Danh mục dự án|Kế hoạch vốn|Ghi chú", "Trường học|500|", "budget"),
        ("Loại đất|Đơn vị tính|Đơn giá", "Đất ở|m2|5.000", "prices"),
        ("Địa điểm|Tọa độ|Số lượng", "Xã A|2210|3", "other"),
    ],
)
def test_kinds_of_tables(header: str, cells: str, kind: str) -> None:
    row = f"| 1 | {cells.replace('|', ' | ')} |"
    text = f"| STT | {header.replace('|', ' | ')} |\n|---|---|---|---|\n{row}\n{row.replace('| 1 |', '| 2 |')}\n"
    (grid,) = grids(text)
    assert tables.kind_of(grid, "") == kind


# Letterhead, title, closings -------------------------------------------------------------------------------------


def head_of(text: str) -> letterhead.Letterhead:
    return letterhead.read(items(flow_of(text)))


@pytest.mark.parametrize(
    ("text", "number", "date", "place"),
    [
        ("Số: 12/QĐ-UBND\n\nSơn La, ngày 05 tháng 6 năm 2020", "12/QĐ-UBND", "2020-06-05", "Sơn La"),
        (
            "Số:\n144/2025/QĐ-CTUBND\n\nĐồng Tháp,\nngày 02 tháng 12 năm 2025",
            "144/2025/QĐ-CTUBND",
            "2025-12-02",
            "Đồng Tháp",
        ),
        ("Số: 9/QĐ-UBND Nghệ An, ngày 1 tháng 2 năm 2024", "9/QĐ-UBND", "2024-02-01", "Nghệ An"),
        ("Số 2744/QĐ-UBND\n\nTP. Hồ Chí Minh, ngày 03/4/2010", "2744/QĐ-UBND", "2010-04-03", "TP. Hồ Chí Minh"),
    ],
)
def test_letterheads(text: str, number: str, date: str, place: str) -> None:
    head = head_of(text)
    assert head.number is not None
    assert head.place is not None
    assert (head.number.text.replace(" ", ""), head.date, head.place.text) == (number, date, place)


def test_a_blank_number_or_day_is_none_and_never_invented() -> None:
    head = head_of("Số:      /QĐ-UBND\n\nLai Châu, ngày     tháng     năm 2025")
    assert head.number is None
    assert head.number_blank is not None
    assert head.date is None
    assert head.date_blank


@pytest.mark.parametrize(
    ("printed", "want"),
    [
        ("ngày 31 tháng 02 năm 2024", ["date-impossible"]),
        ("ngày 29/02/2023", ["date-impossible"]),
        ("ngày     tháng 02 năm 2024", ["date-blank"]),
        ("ngày 29 tháng 02 năm 2024", []),
    ],
)
def test_a_day_that_is_not_in_the_calendar_is_not_blank(printed: str, want: list[str]) -> None:
    found = decision_of(f"Số: 12/QĐ-UBND\n\nSơn La, {printed}\n\nQUYẾT ĐỊNH\n\nVề việc ban hành Kế hoạch\n")
    assert [w.code for w in found.warnings if w.code.startswith("date-")] == want


@pytest.mark.parametrize(
    ("text", "capacity", "position", "name"),
    [
        ("TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nTrần Thị Bình", ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"], "PHÓ CHỦ TỊCH", "Trần Thị Bình"),
        ("TM.\nỦY BAN NHÂN DÂN\nCHỦ TỊCH\nLò Văn Hặc", ["TM. ỦY BAN NHÂN DÂN"], "CHỦ TỊCH", "Lò Văn Hặc"),
        ("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH THƯỜNG TRỰC\n(Đã ký)\nY Blí Niê", ["KT. CHỦ TỊCH"], "PHÓ CHỦ TỊCH THƯỜNG TRỰC", "Y Blí Niê"),
        ("TUQ. CHỦ TỊCH\nGIÁM ĐỐC SỞ NỘI VỤ\nH'Yim Kđoh", ["TUQ. CHỦ TỊCH"], "GIÁM ĐỐC SỞ NỘI VỤ", "H'Yim Kđoh"),
        ("TL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG\nĐỗ An", ["TL. CHỦ TỊCH"], "CHÁNH VĂN PHÒNG", "Đỗ An"),
        ("T/M UBND TỈNH\nK/T CHỦ TỊCH\nPHÓ CHỦ TỊCH\nĐỗ An", ["T/M UBND TỈNH", "K/T CHỦ TỊCH"], "PHÓ CHỦ TỊCH", "Đỗ An"),
        ("TM. UỶ BAN NHÂN DÂN TỈNH CHỦ TỊCH Phạm Văn Dũng", ["TM. UỶ BAN NHÂN DÂN TỈNH"], "CHỦ TỊCH", "Phạm Văn Dũng"),
        ("CHỦ TỊCH\nLê Hải\nHòa", [], "CHỦ TỊCH", "Lê Hải Hòa"),
        ("CHỦ TỊCH\nLÊ VĂN TÁM", [], "CHỦ TỊCH", "LÊ VĂN TÁM"),
    ],
)  # fmt: skip
def test_signatures(text: str, capacity: list[str], position: str, name: str) -> None:
    signature = closing.read_signature(items(flow_of(text)), 0)
    assert signature is not None
    assert signature.position is not None
    assert signature.name is not None
    assert ([v.text for v in signature.capacity], signature.position.text, signature.name.text) == (
        capacity,
        position,
        name,
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lê Văn An\n\n(Đã ký)", "Lê Văn An"),
        ("Giám đốc Sở\n\n(Đã ký)", None),
        ("Phó Giám đốc\n\n(Đã ký)\n\nLê Văn An", "Lê Văn An"),
        ("Lê Văn An\n\nđã ký kết hợp đồng với tỉnh", None),
    ],
)
def test_names_over_the_word_signed(text: str, name: str | None) -> None:
    signature = closing.read_signature(items(flow_of(text)), 0)
    assert (signature and signature.name and signature.name.text) == name


SIGNATURE_LINES = {"positions": "alone", "prefixes": "start", "signed": "signed", "degrees": "name"}


@pytest.mark.parametrize(("table", "pattern"), SIGNATURE_LINES.items())
def test_words_of_signatures(table: str, pattern: str) -> None:
    row, found = grammar.toml("signatures")[table], getattr(closing.patterns(), pattern)
    tried = [*row["examples"], *row["counter_examples"]]
    assert [w for w in tried if found.match(fold(w) if table == "signed" else w)] == row["examples"]


POSITIONS = grammar.toml("signatures")["position_words"]


@pytest.mark.parametrize("example", [*POSITIONS["examples"], *POSITIONS["counter_examples"]])
def test_positions_in_running_text(example: str) -> None:
    printed, _, written = example.partition(" => ")
    assert header.position_name(printed) == written


def test_every_table_of_signature_words_is_tried() -> None:
    assert {*SIGNATURE_LINES, "position_words"} == {*grammar.toml("signatures")}


@pytest.mark.parametrize(
    "text",
    [
        "KẾ HOẠCH\nNăm 2024",
        "Sở Nội vụ\nchủ trì",
        "Chủ tịch\n\nTrưởng ban",
        "Giám đốc Sở\n\n(Đã ký)",
        "TỔ CHỨC THỰC HIỆN",
        "TMĐT phát triển",
    ],
)
def test_what_is_no_signature(text: str) -> None:
    assert closing.read_signature(items(flow_of(text)), 0) is None


def test_recipients_in_one_cell_or_many_lines() -> None:
    lines = "Nơi nhận:\n- Như Điều 3;\n- Trung tâm Tin học - Công báo;\n- Lưu: VT, NC."
    cell = "Nơi nhận: - Như Điều 3; - Trung tâm Tin học - Công báo; - Lưu: VT, NC."
    for text in (lines, cell):
        block = closing.read_recipients(items(flow_of(text)), 0)
        assert block is not None
        assert [v.text for v in block.entries] == ["Như Điều 3", "Trung tâm Tin học - Công báo", "Lưu: VT, NC"]


@pytest.mark.parametrize(
    ("title", "start", "end", "vision"),
    [
        ("KẾ HOẠCH CẢI CÁCH HÀNH CHÍNH NĂM 2023", 2023, 2023, None),
        ("GIAI ĐOẠN 2016 - 2020", 2016, 2020, None),
        ("giai đoạn 2021-2025, định hướng đến năm 2030", 2021, 2025, 2030),
        ("đến năm 2030, tầm nhìn đến năm 2045", None, 2030, 2045),
        ("năm 2024, 2025", 2024, 2025, None),
    ],
)
def test_periods(title: str, start: int | None, end: int, vision: int | None) -> None:
    found = periods.read(Words(title).view(0, len(title)))
    assert found is not None
    assert (found[0].start, found[0].end, found[0].vision) == (start, end, vision)


def test_the_years_of_a_cited_document_are_no_period() -> None:
    title = "THỰC HIỆN NGHỊ QUYẾT SỐ 33/2012/NQ-HĐND NGÀY 04/7/2012 CỦA HỘI ĐỒNG NHÂN DÂN"
    assert periods.read(Words(title).view(0, len(title))) is None


# Outline, bases, attachments -------------------------------------------------------------------------------------


def tree(text: str, top: str | None = None) -> list[tuple[str | None, str, int]]:
    _, roots = outline.build([p for p in items(flow_of(text)) if p.grid is None], top)
    out: list[tuple[str | None, str, int]] = []

    def walk(nodes: list[outline.Node], depth: int) -> None:
        for node in nodes:
            out.append((node.label, node.kind, depth))
            walk(node.children, depth + 1)

    walk(roots, 1)
    return out


def test_depth_follows_from_the_marks_already_open() -> None:
    text = "Phần I\n\nI. A\n\n1. B\n\n1.1. C.\n\na) D;\n\n- e;\n\n+ f.\n\n1.2. G.\n\n2. H.\n\nII. K\n\nPhần II\n\n1. L."
    assert tree(text) == [
        ("Phần I", "part", 1), ("I", "roman", 2), ("1", "number", 3), ("1.1", "decimal", 4), ("a", "letter", 5),
        (None, "dash", 6), (None, "plus", 7), ("1.2", "decimal", 4), ("2", "number", 3), ("II", "roman", 2),
        ("Phần II", "part", 1), ("1", "number", 2),
    ]  # fmt: skip


def test_a_regulation_has_chapters_articles_and_points() -> None:
    text = "Chương I\n\nQUY ĐỊNH CHUNG\n\nĐiều 1. Phạm vi\n\n1. Áp dụng cho cơ quan;\n\na) Cấp tỉnh;\n\nĐiều 2. Nguyên tắc\n\nCông khai."
    assert tree(text) == [
        ("Chương I", "chapter", 1), ("Điều 1", "article", 2), ("1", "number", 3), ("a", "letter", 4),
        ("Điều 2", "article", 2),
    ]  # fmt: skip


def test_text_quoted_for_insertion_is_not_this_documents_structure() -> None:
    text = "Điều 1. Sửa đổi như sau:\n\n1. Bổ sung Điều 6a:\n\n“Điều 6a. Hỗ trợ\n\n1. Mức hỗ trợ.”\n\n2. Bãi bỏ khoản 3.\n\nĐiều 2. Hiệu lực."
    assert [(label, depth) for label, _, depth in tree(text, "article")] == [
        ("Điều 1", 1),
        ("1", 2),
        ("2", 2),
        ("Điều 2", 1),
    ]


def test_words_that_lead_to_items_are_no_heading() -> None:
    text = (
        "Điều 1. Phê duyệt đề án A, cụ thể như sau:\n\n1. Mục tiêu:\n\na) Một.\n\nĐiều 2. Tổ chức thực hiện\n\n1. Sở A."
    )
    _, (first, second) = outline.build(items(flow_of(text)), "article")
    assert first.heading() is None
    assert [v.text for v in first.text_views()] == ["Phê duyệt đề án A, cụ thể như sau:"]
    assert [h.text for node in (first.children[0], second) if (h := node.heading())] == [
        "Mục tiêu",
        "Tổ chức thực hiện",
    ]


def test_a_mark_alone_on_its_line_takes_the_words_below() -> None:
    text = "Điều 1. Thi hành\n\n1. Sở A thi hành.\n\n2.\n\nQuyết định này có hiệu lực từ ngày ký."
    _, (article,) = outline.build(items(flow_of(text)), "article")
    assert [[p.text for p in child.paras] for child in article.children][1] == [
        "2.",
        "Quyết định này có hiệu lực từ ngày ký.",
    ]
    assert article.tail == []


def test_a_heading_in_bold_may_have_a_stop() -> None:
    text = (
        "**3. Lập sổ theo dõi nước ở các trạm đo của tỉnh.**\n\nGhi số đo vào sổ.\n\n4. Báo cáo số đo.\n\nGửi về tỉnh."
    )
    _, roots = outline.build(items(flow_of(text)))
    heading = roots[0].heading()
    assert heading is not None and heading.text == "Lập sổ theo dõi nước ở các trạm đo của tỉnh"
    assert [v.text for v in roots[0].text_views()] == ["Ghi số đo vào sổ."]


def test_a_blank_line_after_bold_words_ends_their_paragraph() -> None:
    two = "**7. Hạn chế mặt trái của mạng xã hội ở các vùng xa và của**\n\nPhát triển phải bền vững."
    assert len(paragraphs(two)) == 2
    assert len(paragraphs(two.replace("**", ""))) == 1


def test_misnumbering_is_kept_and_reported() -> None:
    marks = [Mark("number", n, 2) for n in ("1", "2", "2", "5", "4", "1", "2")]
    nodes = [outline.Node(m, []) for m in marks]
    assert [(code, node.label) for code, node in outline.problems(nodes)] == [
        ("section-number-doubled", "2"),
        ("section-out-of-order", "4"),
    ]


def test_bases_that_run_together_are_one_each() -> None:
    text = (
        "Căn cứ Luật A ngày 19/6/2015; Căn cứ Nghị định số 1/2020/NĐ-CP; Xét đề nghị của Sở Nội vụ,\n\nCăn cứ Luật B;"
    )
    found = bases.cut(items(flow_of(text)))
    assert [bases.kind_of(v) for v in found] == ["legal", "legal", "proposal", "legal"]


def test_a_title_in_small_letters_ends_where_a_basis_opens_a_line() -> None:
    text = f"{HEAD}QUYẾT ĐỊNH\nVề việc căn cứ vào quy hoạch để\nphê duyệt đề án A\nCăn cứ Luật B ngày 01/7/2015 của\nnước ta;\nCăn cứ Luật C của\nnước ta;\nQUYẾT ĐỊNH:\nĐiều 1. Phê duyệt đề án của\ntỉnh.\n"
    decision = decision_of(text)
    assert decision.document.title == "Về việc căn cứ vào quy hoạch để phê duyệt đề án A"
    assert [b.text for b in decision.bases] == [
        "Căn cứ Luật B ngày 01/7/2015 của nước ta;",
        "Căn cứ Luật C của nước ta;",
    ]


def test_words_that_open_a_further_basis() -> None:
    row = grammar.toml("layout")["openers"]["further_basis"]
    for words, count in [(w, 2) for w in row["examples"]] + [(w, 1) for w in row["counter_examples"]]:
        assert len(bases.cut(items(flow_of(f"Căn cứ Luật A;\n\n{words}")))) == count, words
        assert len(bases.cut(items(flow_of(f"Căn cứ Luật A và\n\n{words}")))) == 1, words


def test_the_operative_words_at_the_end_of_a_basis() -> None:
    decision = decision_of(
        "Căn cứ Luật A;\n\nXét đề nghị của Sở A tại Tờ trình ngày 01/7/2020, QUYẾT ĐỊNH:\n\nĐiều 1. Ban hành.\n"
    )
    assert [b.text for b in decision.bases] == ["Căn cứ Luật A;", "Xét đề nghị của Sở A tại Tờ trình ngày 01/7/2020,"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Căn cứ Luật Đất đai;", "legal"),
        ("- Căn cứ Luật Đất đai;", "legal"),
        ("Xét Tờ trình số 1/TTr-STC", "proposal"),
        ("Theo đề nghị của Giám đốc Sở Tài chính;", "proposal"),
        ("Theo Báo cáo thẩm định số 18/BCTĐ-STP;", "appraisal"),
        ("Ủy ban nhân dân tỉnh ban hành Quyết định bãi bỏ", "enacting"),
        ("Thực hiện Kết luận số 3", "other"),
    ],
)
def test_kinds_of_bases(words: str, kind: str) -> None:
    assert bases.kind_of(Words(words).view(0, len(words))) == kind


def test_a_mention_of_an_appendix_opens_none() -> None:
    text = "QUYẾT ĐỊNH\nVỀ VIỆC BAN HÀNH KẾ HOẠCH\nCăn cứ Luật A;\nQUYẾT ĐỊNH:\nĐiều 1. Theo\nPhụ lục kèm theo.\nĐiều 2. Thi hành.\n"
    assert decision_of(text).attachments == ()


def test_a_portals_page_gives_only_the_decision() -> None:
    text = (
        "Đang tải văn bản...\nSố hiệu: 99/QĐ-UBND\nNgười ký: Lê A\nNgày ban hành: 01/01/2001\nTình trạng: Đã biết\n"
        "ỦY BAN NHÂN DÂN\nTỈNH SƠN LA\nSố: 12/QĐ-UBND\nSơn La, ngày 05 tháng 6 năm 2020\nQUYẾT ĐỊNH\nVỀ VIỆC THÀNH LẬP TỔ\n"
        "Điều 1. Thành lập Tổ công tác.\nĐiều 2. Hiệu lực từ ngày ký./.\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nLê Văn B\n"
        "Quyết định 12/QĐ-UBND năm 2020 thành lập Tổ\nVăn bản liên quan\nNghị định 13/2023/NĐ-CP\nĐT: 028 3930 3279\n"
    )
    decision = decision_of(text)
    assert decision.document.number == "12/QĐ-UBND"
    assert decision.document.date == "2020-06-05"
    assert [c.number for c in decision.citations if c.relation != "self"] == []
    assert sum(1 for x in decision.layout if x.kind == "chatter") >= 6


HEAD = "ỦY BAN NHÂN DÂN\nTỈNH SƠN LA\n\nSố: 12/QĐ-UBND\n\nSơn La, ngày 05 tháng 6 năm 2020\n\n"
BODY = "Căn cứ Luật A ngày 01/7/2015;\n\nQUYẾT ĐỊNH:\n\nĐiều 1. Thành lập Tổ công tác.\n\nĐiều 2. Thi hành./.\n"


@pytest.mark.parametrize(
    "page",
    [
        "Trang chủ\n\n",
        "Trang chủ\n\nTìm kiếm\n\n",
        "Quyết định 12/QĐ-UBND\n\nQuyết định này được thay bằng văn bản khác, áp dụng từ ngày 25/8/2021.\n\n",
        "- 1Luật A 2015\n- 2Quyết định 7/2019/QĐ-UBND về tổ công tác của tỉnh Lào Cai\n",
        "Số hiệu | 99/QĐ-UBND |\nNgày ban hành | 01/01/2001 |\nNgười ký | Lê A |\n",
    ],
)
def test_what_a_page_says_before_the_letterhead_is_no_part_of_it(page: str) -> None:
    document = decision_of(f"{page}{HEAD}QUYẾT ĐỊNH\n\nVỀ VIỆC THÀNH LẬP TỔ\n\n{BODY}").document
    assert (document.number, document.date, document.place) == ("12/QĐ-UBND", "2020-06-05", "Sơn La")
    assert (document.province and document.province.key, document.title) == ("son-la", "VỀ VIỆC THÀNH LẬP TỔ")


@pytest.mark.parametrize("first", ["Ủy ban nhân dân tỉnh Lào Cai\n\n", "Số: 3/QĐ-UBND\n\n", "HỎA TỐC\n\n"])
def test_a_letterhead_in_another_order_loses_none_of_it(first: str) -> None:
    decision = decision_of(f"{first}CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\nQUYẾT ĐỊNH\n\nVỀ VIỆC A\n\n{BODY}")
    assert "chatter" not in {x.kind for x in decision.layout}


@pytest.mark.parametrize(
    ("between", "title", "issuer"),
    [
        ("BAN HÀNH QUY CHẾ\n\nỦY BAN NHÂN DÂN TỈNH SƠN LA\n\n", "BAN HÀNH QUY CHẾ", "Ủy ban nhân dân tỉnh Sơn La"),
        ("CHỦ TỊCH UỶ BAN NHÂN DÂN TỈNH\n\n", None, "Chủ tịch Ủy ban nhân dân tỉnh Sơn La"),
        ("", None, "Ủy ban nhân dân tỉnh Sơn La"),
        ("QUYẾT ĐỊNH CỦA ỦY BAN NHÂN DÂN TỈNH\n\nVề quy chế\n\nỦY BAN NHÂN DÂN TỈNH\n\n", "Về quy chế", "Ủy ban nhân dân tỉnh Sơn La"),
        ("QUYẾT ĐỊNH\n\nCỦA UBND TỈNH SƠN LA\n\nVề quy chế\n\nUBND TỈNH\n\n", "Về quy chế", "Ủy ban nhân dân tỉnh Sơn La"),
        ("QUYẾT ĐỊNH\n\nVỀ QUY CHẾ\n\nUỶ BAN NHÂN DÂNTỈNH SƠN LA\n\n", "VỀ QUY CHẾ", "Ủy ban nhân dân tỉnh Sơn La"),
    ],
)  # fmt: skip
def test_titles_and_authorities_with_and_without_their_words(between: str, title: str | None, issuer: str) -> None:
    document = decision_of(f"{HEAD}{between}{BODY}").document
    assert (document.title, document.issuer) == (title, issuer)


def test_a_plan_without_its_word_is_known_by_its_number() -> None:
    head = HEAD.replace("QĐ-UBND", "KH-UBND")
    decision = decision_of(
        f"{head}PHÒNG, CHỐNG THIÊN TAI\n\nThực hiện Luật A, UBND tỉnh ban hành Kế hoạch:\n\nI. MỤC ĐÍCH\n\n1. Chủ động.\n"
    )
    assert (decision.document.type.code, decision.document.title) == ("KH", "PHÒNG, CHỐNG THIÊN TAI")
    assert [(a.kind, [s.label for s in a.sections]) for a in decision.attachments] == [("Kế hoạch", ["I"])]


@pytest.mark.parametrize(
    ("number", "word", "kind"),
    [
        ("12/QĐ-UBND", "QUYẾT ĐỊNH\n\n", ("QĐ", "Quyết định")),
        ("12/KH-UBND", "KẾ HOẠCH\n\n", ("KH", "Kế hoạch")),
        ("12/CTr-UBND", "", ("CTr", "Chương trình")),
        ("12/UBND-NC", "QUYẾT ĐỊNH\n\n", ("QĐ", "Quyết định")),
    ],
)
def test_kinds_of_documents(number: str, word: str, kind: tuple[str, str]) -> None:
    document = decision_of(f"{HEAD.replace('12/QĐ-UBND', number)}{word}VỀ VIỆC A\n\n{BODY}").document
    assert (document.type.code, document.type.name) == kind


def test_capitals_without_an_authority_or_a_basis_under_them_are_no_title() -> None:
    assert decision_of(f"{HEAD}HỎA TỐC\n\nKính gửi các Sở.\n").document.title is None


@pytest.mark.parametrize(
    ("head", "issuer", "level"),
    [
        ("UỶ BAN NHÂN DÂN TỈNH BẾN TRE", "Ủy ban nhân dân tỉnh Bến Tre", "province"),
        ("CHỦ TỊCH ỦY BAN\nNHÂN DÂN\n\nTỈNH BẾN TRE", "Chủ tịch Ủy ban nhân dân tỉnh Bến Tre", "province"),
        ("ỦY BAN NHÂN DÂN QUẬN 8", "Ủy ban nhân dân quận 8", "district"),
        ("ỦY BAN NHÂN DÂN THÀNH PHỐ VINH", "Ủy ban nhân dân thành phố Vinh", "district"),
    ],
)
def test_issuers(head: str, issuer: str, level: str) -> None:
    number = "12/QĐ-CTUBND" if head.startswith("CHỦ") else "12/QĐ-UBND"
    document = decision_of(
        f"{head}\n\nSố: {number}\n\nA, ngày 05 tháng 6 năm 2020\n\nQUYẾT ĐỊNH\n\nVỀ A\n\n{BODY}"
    ).document
    assert (document.issuer, document.level) == (issuer, level)


EVIDENCE = [
    ("Sơn La", "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH\n\n", "12/QĐ-UBND", "", ["TỈNH SƠN LA"], ["CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"]),
    ("Sơn La", "", "12/QĐ-CTUBND", "", ["TỈNH SƠN LA"], ["12/QĐ-CTUBND"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"]),
    ("Sơn La", "", "12/QĐ-UBND", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nLê Văn B\n", ["TỈNH SƠN LA"], ["KT. CHỦ TỊCH"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"]),
    ("Sơn La", "", "12/QĐ-UBND", "CHỦ TỊCH\nLê Văn B\n", ["TỈNH SƠN LA"], ["CHỦ TỊCH"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"]),
    ("Sơn La", "", "12/QĐ-UBND", "", ["TỈNH SƠN LA"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"], ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"]),
    ("", "ỦY BAN NHÂN DÂN TỈNH LÀO CAI\n\n", "12/QĐ-UBND", "", ["TỈNH LÀO CAI"], ["ỦY BAN NHÂN DÂN TỈNH LÀO CAI"], ["ỦY BAN NHÂN DÂN", "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"]),
]  # fmt: skip


@pytest.mark.parametrize(("town", "line", "number", "signature", "province", "authority", "issuer"), EVIDENCE)
def test_province_authority_and_issuer_show_their_words(
    town: str, line: str, number: str, signature: str, province: list[str], authority: list[str], issuer: list[str]
) -> None:
    head = f"ỦY BAN NHÂN DÂN{' TỈNH ' * bool(town)}{town.upper()}\n\nSố: {number}\n\nA, ngày 05 tháng 6 năm 2020\n\n"
    decision = decision_of(f"{head}QUYẾT ĐỊNH\n\nVỀ A\n\n{line}{BODY}\n{signature}")
    shown: dict[str, list[str]] = {}
    for row in decision.evidence:
        shown.setdefault(row.path, []).append(decision.text[slice(*row.span)])
    assert [shown[f"/document/{field}"] for field in ("province", "authority", "issuer")] == [
        province,
        authority,
        issuer,
    ]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("Quyết định này có hiệu lực thi hành kể từ ngày ký ban hành", "2020-02-25", None),
        ("Quyết định có hiệu lực sau 10 (mười) ngày, kể từ ngày ký.", "2020-03-06", None),
        ("Quy chế này có hiệu lực thi hành kể từ ngày 15 tháng 9 năm 2020;", "2020-09-15", None),
        ("Quyết định này có hiệu lực từ ngày 01/3/2020 và hết hiệu lực kể từ ngày 01/3/2022.", "2020-03-01", "2022-02-28"),
        ("Quyết định này có hiệu lực từ ngày 01/3/2020, hết hiệu lực kể từ ngày 01/3/2022.", "2020-03-01", "2022-02-28"),
        ("Quyết định này có hiệu lực từ ngày ký đến hết ngày 31/12/2021.", "2020-02-25", "2021-12-31"),
        ("Quyết định này có hiệu lực từ ngày ký. Đến ngày 31/12/2021, Sở A báo cáo.", "2020-02-25", None),
        ("Quyết định này có hiệu lực từ ngày 31/02/2020.", None, None),
    ],
)  # fmt: skip
def test_effect(words: str, start: str | None, end: str | None) -> None:
    found = effect.find(fold(words), "2020-02-25")
    assert found is not None
    assert (found.start.iso, found.end.iso if found.end else None) == (start, end)


@pytest.mark.parametrize(
    "words",
    [
        "Nghị định này có hiệu lực kể từ ngày ký",
        "Quyết định số 3 hết hiệu lực",
        "Quyết định này có hiệu lực từ năm 2020",
    ],
)
def test_what_is_no_effect_clause(words: str) -> None:
    assert effect.find(fold(words), "2020-02-25") is None


def test_a_city_without_a_day_is_the_province_it_always_was() -> None:
    text = "QUYẾT ĐỊNH\n\nVề A\n\nỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH\n\n"
    document = decision_of(text + BODY).document
    assert (document.level, document.province) == ("province", None)


def test_a_draft_of_a_known_year_has_its_province() -> None:
    draft = "ỦY BAN NHÂN DÂN\nTỈNH VĨNH LONG\n\nSố:     /{0}/QĐ-UBND\n\nVĩnh Long, ngày    tháng    năm {0}\n\nQUYẾT ĐỊNH\n\nVỀ A\n\n"
    found = [decision_of(draft.format(year) + BODY).document.province for year in (2023, 2025)]
    assert [p and p.key for p in found] == ["vinh-long", None]


CELLS = "ỦY BAN NHÂN DÂN | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |\nSố: 12/QĐ-UBND | Sơn La, ngày 05 tháng 6 năm 2020 |\n"


def test_cells_on_one_line() -> None:
    decision = decision_of(
        f"{CELLS}VỀ VIỆC A\nỦY BAN NHÂN DÂN TỈNH SƠN LA\n{BODY}| TM. ỦY BAN NHÂN DÂN |\nVỀ A\n(Kèm theo Quyết định số 12/QĐ-UBND)\n"
    )
    assert (decision.document.number, decision.document.place, decision.document.title) == (
        "12/QĐ-UBND",
        "Sơn La",
        "VỀ VIỆC A",
    )
    assert [a.title for a in decision.attachments] == ["VỀ A"]
    assert decision.unparsed == ()


def test_rows_of_cells_without_a_rule_are_a_table() -> None:
    (grid,) = grids(
        "STT | Nhiệm vụ | Đơn vị chủ trì | Thời gian |\n1 | Rà soát | Sở A | Quý I |\n2 | Báo cáo | Sở B | Quý II |\n"
    )
    assert [[c.text for c in row] for row in grid.rows][1:] == [
        ["1", "Rà soát", "Sở A", "Quý I"],
        ["2", "Báo cáo", "Sở B", "Quý II"],
    ]


@pytest.mark.parametrize("text", ["Giá trị |x| tăng", "a | b", "tỷ lệ A|B là 2", "| a " * 300 + "|"])
def test_bars_inside_a_line_are_words(text: str) -> None:
    assert paragraphs(text) == [text]


def test_articles_with_a_dash_or_a_roman_number() -> None:
    old = BODY.replace("Điều 1. ", "Điều 1.- ").replace("Điều 2. ", "Điều 2. – ")
    assert [(a.label, a.text) for a in decision_of(HEAD + "QUYẾT ĐỊNH\n\nVỀ A\n\n" + old).articles] == [
        ("1", "Thành lập Tổ công tác."),
        ("2", "Thi hành./."),
    ]
    roman = BODY.replace("Điều 1. ", "Điều I: ").replace("Điều 2. ", "Điều II: ")
    assert [a.label for a in decision_of(HEAD + "QUYẾT ĐỊNH\n\nVỀ A\n\n" + roman).articles] == ["I", "II"]


def test_a_signature_in_small_letters_and_what_follows_it() -> None:
    text = f"{HEAD}QUYẾT ĐỊNH\n\nVỀ A\n\n{BODY}\nTM. Ủy ban nhân dân\n\nPhó Chủ tịch\n\n(Đã ký)\n\nLê Văn B\n\nBẢN QUY CHẾ TẠM THỜI\n\nChương 1\n"
    decision = decision_of(text)
    assert [(s.name, s.position, s.capacity) for s in decision.document.signers] == [
        ("Lê Văn B", "Phó Chủ tịch", "TM. Ủy ban nhân dân")
    ]
    assert [a.text for a in decision.articles][-1] == "Thi hành./."
    assert [a.title for a in decision.attachments] == ["BẢN QUY CHẾ TẠM THỜI"]


@pytest.mark.parametrize("text", ["Chào bạn,\nhôm nay trời đẹp.", "1. Một\n2. Hai", "BÁO CÁO\nKết quả năm 2020"])
def test_what_is_no_decision_says_so(text: str) -> None:
    assert "not-a-decision" in {w.code for w in decision_of(text).warnings}
