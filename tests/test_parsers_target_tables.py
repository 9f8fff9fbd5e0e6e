"""Targets of tables: figures by year, units, owners, baselines; what is no figure or no target."""

from __future__ import annotations

from typing import Any

import pytest

from ingest import plain
from parsers.decision import parse
from parsers.model import Target

HEAD = """**ỦY BAN NHÂN DÂN TỈNH SƠN LA**

Số: 12/KH-UBND

*Sơn La, ngày 05 tháng 01 năm 2026*

**KẾ HOẠCH**

**CẢI CÁCH HÀNH CHÍNH GIAI ĐOẠN 2026 - 2030**

I. CHỈ TIÊU

Chi tiết tại bảng sau.

"""


def read(*rows: str) -> list[Target]:
    rule = "|" + " --- |" * (rows[0].count("|") - 1)
    text = HEAD + "\n".join([rows[0], rule, *rows[1:]]) + "\n"
    return list(parse(plain.read(text.encode(), "x.md")).targets)


ONE = "| STT | Chỉ tiêu | Đơn vị tính | Kết quả năm 2025 | Mục tiêu năm 2030 | Cơ quan chủ trì |"


@pytest.mark.parametrize(
    ("cell", "unit", "want"),
    [
        ("≥ 90", "%", (">=", 90.0, "%")),
        ("90", "%", ("=", 90.0, "%")),
        ("Trên 80%", "", (">", 80.0, "%")),
        ("từ 95% trở lên", "", (">=", 95.0, "%")),
        ("Tối thiểu 12,5", "%", (">=", 12.5, "%")),
        ("< 3", "Giờ", ("<", 3.0, "giờ")),
        ("Không quá 2", "ngày", ("<=", 2.0, "ngày")),
        ("1.200", "lượt", ("=", 1200.0, "lượt")),
        ("80 - 90", "%", ("range", 80.0, "%")),
        ("Trong nhóm 10", "", ("<=", 10.0, "hạng")),
        ("Top 15", "Hạng", ("<=", 15.0, "hạng")),
        ("Khoảng 40", "%", ("~", 40.0, "%")),
    ],
)
def test_a_figure_is_read_with_its_comparator_and_unit(cell: str, unit: str, want: tuple[Any, ...]) -> None:
    (target,) = read(ONE, f"| 1 | Tỷ lệ hồ sơ trực tuyến | {unit} | 52 | {cell} | Sở Nội vụ |")
    assert (target.comparator, target.value, target.unit) == want


@pytest.mark.parametrize("cell", ["Đạt", "x", "", "Hoàn thành theo kế hoạch được duyệt", "-"])
def test_words_are_no_figure(cell: str) -> None:
    assert read(ONE, f"| 1 | Tỷ lệ hồ sơ trực tuyến | % | 52 | {cell} | Sở Nội vụ |") == []


def test_a_row_names_its_owner_its_baseline_its_date_and_its_index() -> None:
    (target,) = read(ONE, "| 1 | Chỉ số PAR INDEX của tỉnh | Điểm | 88,1 | ≥ 90 | Sở Nội vụ |")
    assert target.lead is not None and target.lead.agencies == ("so-noi-vu",)
    assert (target.baseline, target.by, target.inherited) == ("88,1", "2030-12-31", False)
    assert (target.subject, target.indicator) == ("Chỉ số PAR INDEX của tỉnh", "PAR INDEX")


def test_a_column_for_each_year_gives_a_target_for_each() -> None:
    head = "| TT | Chỉ tiêu | ĐVT | Năm 2026 | Năm 2027 | Năm 2028 | Đơn vị chủ trì |"
    found = read(head, "| 1 | Tỷ lệ số hóa hồ sơ | % | 60 | 70 | 80 | Văn phòng UBND tỉnh |")
    assert [(t.value, t.by) for t in found] == [(60.0, "2026-12-31"), (70.0, "2027-12-31"), (80.0, "2028-12-31")]


def test_years_in_a_row_of_their_own_under_the_header() -> None:
    head = "| TT | Chỉ tiêu | ĐVT | Kế hoạch | Kế hoạch | Đơn vị chủ trì |"
    found = read(head, "| | | | 2026 | 2027 | |", "| 1 | Tỷ lệ số hóa hồ sơ | % | 60 | 70 | Sở Nội vụ |")
    assert [(t.value, t.by) for t in found] == [(60.0, "2026-12-31"), (70.0, "2027-12-31")]


def test_without_a_year_the_plans_end_is_inherited() -> None:
    head = "| TT | Chỉ tiêu | ĐVT | Kế hoạch | Đơn vị chủ trì |"
    (target,) = read(head, "| 1 | Tỷ lệ số hóa hồ sơ | % | 60 | Sở Nội vụ |")
    assert (target.by, target.inherited) == ("2030-12-31", True)


def test_an_indicator_that_holds_its_figure_is_read_as_a_sentence() -> None:
    head = "| TT | Chỉ tiêu | Cơ quan chủ trì | Ghi chú |"
    (target,) = read(head, "| 1 | Trên 90% hồ sơ được giải quyết đúng hạn | Sở Nội vụ | |")
    assert (target.comparator, target.value, target.unit) == (">", 90.0, "%")
    assert target.lead is not None and target.lead.agencies == ("so-noi-vu",)


def test_a_group_gives_its_area() -> None:
    rows = ("| I | Cải cách thủ tục hành chính | | | | |", "| 1 | Tỷ lệ đúng hạn | % | 90 | ≥ 98 | Sở Nội vụ |")
    (target,) = read(ONE, *rows)
    assert target.area == "procedures"


def test_scores_are_no_targets() -> None:
    head = "| STT | Tiêu chí | Điểm tối đa | Điểm tự chấm | Ghi chú |"
    assert read(head, "| 1 | Ban hành kế hoạch kịp thời | 2 | 1,5 | |") == []
