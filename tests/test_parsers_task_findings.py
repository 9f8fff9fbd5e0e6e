"""Findings about tasks and about what a decision lacks: each where it holds, none where it does not."""

from __future__ import annotations

import pytest

from ingest import plain
from parsers.decision import parse
from parsers.model import Decision

NEW = frozenset(
    (
        "task-lead-supports",
        "task-without-lead",
        "task-without-deadline",
        "agency-not-in-being",
        "recipients-missing",
        "signature-missing",
    )
)
TOP = """ỦY BAN NHÂN DÂN
TỈNH SƠN LA

Số: {number}/QĐ-UBND

Sơn La, ngày {date}

QUYẾT ĐỊNH

Ban hành Kế hoạch cải cách hành chính năm {year}

CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH

QUYẾT ĐỊNH:

Điều 1. Ban hành kèm theo Quyết định này Kế hoạch cải cách hành chính năm {year}.

Điều 2. Chánh Văn phòng UBND tỉnh; Giám đốc các sở chịu trách nhiệm thi hành Quyết định này./.

{end}

KẾ HOẠCH

CẢI CÁCH HÀNH CHÍNH NĂM {year}

(Ban hành kèm theo Quyết định số {number}/QĐ-UBND ngày {date} của Chủ tịch UBND tỉnh Sơn La)

"""
END = """Nơi nhận:
- Như Điều 2;
- {recipient};
- Lưu: VT.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Nguyễn Văn Mẫu"""
COLUMNS = (
    "| STT | Nhiệm vụ | Cơ quan chủ trì | Cơ quan phối hợp | Sản phẩm | Thời gian hoàn thành |\n| --- |" + " --- |" * 5
)
FULL = "| 9 | Kiểm tra công vụ | Sở Nội vụ | Thanh tra tỉnh | Báo cáo | Quý II |"


def read(
    *rows: str, body: str = "", date: str = "05 tháng 01 năm 2024", number: str = "12", end: str | None = None
) -> Decision:
    year = date[-4:]
    closing = END.format(recipient="Sở Nội vụ") if end is None else end
    text = TOP.format(number=number, date=date, year=year, end=closing)
    table = "\n".join([COLUMNS, *rows, FULL, FULL.replace("| 9", "| 10")]) if rows else ""
    return parse(plain.read(f"{text}{body}\n\n{table}\n".encode(), "x.md"))


def codes(decision: Decision) -> list[str]:
    return [w.code for w in decision.warnings if w.code in NEW]


@pytest.mark.parametrize(
    ("row", "want"),
    [
        ("| 1 | Lập kế hoạch | Sở Nội vụ | Sở Nội vụ; Sở Tài chính | Kế hoạch | Quý I |", ["task-lead-supports"]),
        ("| 1 | Lập kế hoạch | Sở Nội vụ | Sở Tài chính | Kế hoạch | Quý I |", []),
        ("| 1 | Lập kế hoạch | Các cơ quan, đơn vị | Các cơ quan, đơn vị | Kế hoạch | Quý I |", []),
        ("| 1 | Lập kế hoạch | | Sở Tài chính | Kế hoạch | Quý I |", ["task-without-lead"]),
        ("| 1 | Lập kế hoạch | Sở Nội vụ | Sở Tài chính | Kế hoạch | |", ["task-without-deadline"]),
        ("| 1 | Lập kế hoạch | Sở Nội vụ | Sở Tài chính | | |", []),
    ],
)
def test_a_row(row: str, want: list[str]) -> None:
    assert codes(read(row)) == want


def test_a_finding_stands_at_the_words_that_it_is_about() -> None:
    decision = read("| 1 | Lập kế hoạch | Sở Nội vụ | Sở Nội vụ | Kế hoạch | Quý I |")
    (warning,) = [w for w in decision.warnings if w.code in NEW]
    assert warning.span is not None
    assert decision.text[slice(*warning.span)] == "Sở Nội vụ"
    assert warning.message == "“Sở Nội vụ” vừa chủ trì vừa phối hợp trong cùng một nhiệm vụ."


@pytest.mark.parametrize(
    ("date", "lead", "want"),
    [
        ("05 tháng 12 năm 2025", "Sở Kế hoạch và Đầu tư", ["agency-not-in-being"]),
        ("05 tháng 12 năm 2025", "UBND các huyện, thành phố", ["agency-not-in-being"]),
        ("05 tháng 01 năm 2024", "Sở Kế hoạch và Đầu tư", []),
        ("05 tháng 01 năm 2024", "Sở Nông nghiệp và Môi trường", ["agency-not-in-being"]),
        ("05 tháng 12 năm 2025", "Sở Nông nghiệp và Môi trường", []),
        ("05 tháng 12 năm 2025", "Trung tâm Xúc tiến", []),
    ],
)
def test_a_body_that_was_not_there(date: str, lead: str, want: list[str]) -> None:
    row = f"| 1 | Lập kế hoạch | {lead} | Sở Nội vụ | Kế hoạch | Quý I |"
    assert codes(read(row, date=date)) == want


def test_the_sentence_names_who_holds_its_functions_now() -> None:
    body = "II. TỔ CHỨC THỰC HIỆN\n\n1. Sở Kế hoạch và Đầu tư\n\n- Bố trí vốn đầu tư công cho các dự án.\n"
    messages = [w.message for w in read(body=body, date="05 tháng 12 năm 2025").warnings if w.code in NEW]
    assert messages == ["“Sở Kế hoạch và Đầu tư” không còn vào ngày 05/12/2025; nay là “Sở Tài chính”."]


def test_a_recipient_that_was_not_there() -> None:
    end = END.format(recipient="Sở Kế hoạch và Đầu tư")
    assert codes(read(date="05 tháng 12 năm 2025", end=end)) == ["agency-not-in-being"]


def test_older_bodies_in_citations_are_no_finding() -> None:
    body = (
        "II. NHIỆM VỤ\n\n1. Triển khai Thông tư số 05/2023/TT-BKHĐT ngày 30/6/2023 của Bộ Kế hoạch và Đầu tư.\n\n"
        "2. Thực hiện kế hoạch đã giao.\n"
    )
    assert codes(read(body=body, date="05 tháng 12 năm 2025")) == []


@pytest.mark.parametrize(
    ("number", "end", "want"),
    [
        ("12", "", ["recipients-missing", "signature-missing"]),
        ("12", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n\nNguyễn Văn Mẫu", ["recipients-missing"]),
        ("     ", "", []),
    ],
)
def test_recipients_and_signature(number: str, end: str, want: list[str]) -> None:
    assert codes(read(number=number, end=end)) == want
