"""Targets: every grammar row against its own examples, all rows competing; whole sentences; junk."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import target_words
from parsers.target_words import Case, ComparatorRow, Indicator, NoneRow, Want
from parsers.targets import Found, find

TABLE = target_words.table()
EXAMPLES = [pytest.param(row, case, id=f"{row.id}: {case.text}") for row in TABLE.comparator for case in row.examples]
NOTS = [pytest.param(row, text, id=f"{row.id}: {text}") for row in TABLE.comparator for text in row.not_]
INDICATORS = [pytest.param(row, text, id=f"{row.id}: {text}") for row in TABLE.indicator for text in row.examples]
NO_INDICATORS = [pytest.param(row, text, id=f"{row.id}: {text}") for row in TABLE.indicator for text in row.not_]
REJECTED = [pytest.param(row, text, id=f"{row.id}: {text}") for row in TABLE.none for text in row.reject]
ACCEPTED = [pytest.param(row, text, id=f"{row.id}: {text}") for row in TABLE.none for text in row.accept]


def _read(case: Case) -> list[Found]:
    return find(case.text, case.years, case.inherit, case.goal)


def _wanted(found: list[Found]) -> tuple[Want, ...]:
    fields = Want.__struct_fields__
    return tuple(Want(**{name: getattr(f.target, name) for name in fields}) for f in found)


# --- the grammar ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "case"), EXAMPLES)
def test_a_comparator_reads_its_example(row: ComparatorRow, case: Case) -> None:
    found = _read(case)
    assert _wanted(found) == case.targets
    assert [f.rule for f in found] == [row.id]


@pytest.mark.parametrize(("row", "text"), NOTS)
def test_a_comparator_leaves_others_alone(row: ComparatorRow, text: str) -> None:
    assert row.id not in {f.rule for f in find(text)}


@pytest.mark.parametrize("case", [pytest.param(c, id=c.source) for c in TABLE.case])
def test_a_sentence_with_all_its_targets(case: Case) -> None:
    assert _wanted(_read(case)) == case.targets


@pytest.mark.parametrize(("row", "text"), INDICATORS)
def test_an_indicator_is_known(row: Indicator, text: str) -> None:
    (found,) = find(f"Phấn đấu {text} xếp thứ 10 trở lên")
    assert found.target.indicator == row.id


@pytest.mark.parametrize(("row", "text"), NO_INDICATORS)
def test_an_indicator_is_not_another(row: Indicator, text: str) -> None:
    assert row.id not in {f.target.indicator for f in find(f"Phấn đấu {text} xếp thứ 10 trở lên")}


@pytest.mark.parametrize(("row", "text"), REJECTED)
def test_what_is_no_target(row: NoneRow, text: str) -> None:
    assert [f.target.text for f in find(text)] == []


@pytest.mark.parametrize(("row", "text"), ACCEPTED)
def test_what_only_looks_like_none(row: NoneRow, text: str) -> None:
    assert len(find(text)) == 1


def test_every_row_is_proven() -> None:
    ids = [row.id for row in (*TABLE.comparator, *TABLE.none, *TABLE.indicator)]
    assert len(set(ids)) == len(ids)
    assert [row.id for row in TABLE.comparator if not (row.examples and row.not_)] == []
    assert [row.id for row in TABLE.none if not (row.reject and row.accept)] == []
    assert [row.id for row in TABLE.indicator if not (row.examples and row.not_)] == []
    assert {row.comparator for row in TABLE.comparator} == {">=", ">", "<=", "<", "=", "~", "range", "change"}


@pytest.mark.parametrize("unit", [name for unit in TABLE.unit if unit.id == "count" for name in unit.names])
def test_a_unit_is_counted(unit: str) -> None:
    (found,) = find(f"Phấn đấu hình thành ít nhất 05 {unit} kiểu mới")
    assert (found.target.comparator, found.target.value, found.target.unit) == (">=", 5.0, unit)


# --- what a target is made of ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "value"),
    [("99,5", 99.5), ("99.5", 99.5), ("1.200", 1200.0), ("1.200,5", 1200.5), ("08", 8.0), ("100", 100.0)],
)
def test_figures_as_printed(figure: str, value: float) -> None:
    (found,) = find(f"Phấn đấu đạt trên {figure}% hồ sơ")
    assert found.target.value == value


def test_where_it_stands() -> None:
    text = "Cuối cùng,\nphấn đấu đến năm 2025, trên 90 % hồ sơ\nnộp qua mạng so với năm 2020."
    (found,) = find(text)
    assert found.value is not None and found.date is not None
    assert text[slice(*found.value)] == "90 %"
    assert text[slice(*found.date)] == "đến năm 2025"
    assert [text[a:b] for a, b in found.subject] == ["hồ sơ\nnộp qua mạng"]
    assert found.target.span == (found.start, found.end)
    assert found.target.text == "trên 90 % hồ sơ nộp qua mạng so với năm 2020"
    assert found.target.baseline == "năm 2020"


def test_the_date_that_holds() -> None:
    sentence = "Phấn đấu 100% xã có mạng."
    years = (2021, 2025)

    def by(found: list[Found]) -> list[tuple[str | None, bool]]:
        return [(f.target.by, f.target.inherited) for f in found]

    assert by(find(sentence)) == [(None, False)]
    assert by(find(sentence, years)) == [("2025-12-31", True)]
    assert by(find(sentence, years, "2023-12-31")) == [("2023-12-31", True)]
    assert by(find("Đến năm 2024, " + sentence, years, "2023-12-31")) == [("2024-12-31", False)]
    assert by(find("2.1. Đến năm 2022\n\n" + sentence, years)) == [("2022-12-31", True)]
    assert by(find("Đến năm 2022, 50% xã có mạng. Phấn đấu 70% xã có máy.", years))[1] == ("2022-12-31", True)
    assert by(find("Phấn đấu 50% xã có mạng và 70% xã có máy vào năm 2022.", years)) == [("2022-12-31", False)] * 2
    assert by(find("So với năm 2022, phấn đấu thêm 5% xã có mạng.", years)) == [("2025-12-31", True)]


def test_a_year_before_the_plan_is_the_past() -> None:
    assert find("Năm 2019, 100% xã có mạng.", (2021, 2025)) == []
    assert len(find("Năm 2023, 100% xã có mạng.", (2021, 2025))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Giải quyết trong 1/4 ngày, thời hạn 45 ngày.",
        "Áp dụng Tiêu chuẩn TCVN ISO 9001:2008 tại 02 cơ quan.",
        "Dịch vụ công mức độ 3, mức độ 4.",
        "Chọn 3 sở, 5 huyện làm thí điểm.",
        "Giảm 90% tiền sử dụng đất cho thương binh có tỷ lệ thương tật từ 61% đến 80%.",
        "Từ 10 đến 20 tỷ đồng thì nộp 55 triệu đồng + (0,3% x phần vượt).",
        "Công trình có quy mô dưới 5.000 m3/ngày đêm.",
        "Nâng cao chỉ số năng lực cạnh tranh cấp tỉnh.",
    ],
)
def test_figures_that_are_no_targets(text: str) -> None:
    assert find(text) == []


def test_a_heading_of_goals_says_what_a_sentence_does_not() -> None:
    text = "Đào tạo 3.000 lượt người; thuộc top 03 của vùng"
    assert [f.target.value for f in find(text)] == []
    assert [f.target.value for f in find(text, goal=True)] == [3000.0, 3.0]


# --- junk -----------------------------------------------------------------------------------------------------------

WORDS = """phấn đấu đến năm 2020 2025 100% 50% trên ít nhất tối thiểu từ đến tăng giảm còn lên đạt chiếm tỷ lệ chỉ số
CCHC xếp thứ nhóm 10 20/63 xã huyện cơ quan điểm trở lên so với và , ; . : ( ) - % 1.200 99,5 9001:2008 dưới không quá
ngày đã"""
SCRAPS = st.sampled_from([*WORDS.split(), "\n"])
SCRAMBLED = st.lists(SCRAPS, max_size=18).map(" ".join)
YEARS = st.none() | st.tuples(st.integers(2000, 2030), st.integers(0, 10)).map(lambda y: (y[0], y[0] + y[1]))


@settings(deadline=None, max_examples=400)
@given(st.text(max_size=80) | SCRAMBLED, YEARS, st.none() | st.just("2026-12-31"), st.booleans())
def test_any_sentence_is_read(text: str, years: tuple[int, int] | None, inherit: str | None, goal: bool) -> None:
    for found in find(text, years, inherit, goal):
        target = found.target
        assert 0 <= found.start < found.end <= len(text)
        assert target.text == " ".join(text[found.start : found.end].split())
        assert target.by is None or date.fromisoformat(target.by)
        assert (target.subject or "") == " ".join(" ".join(text[a:b].split()) for a, b in found.subject)
        assert target.inherited == (found.date is None and target.by is not None)
        assert found.value is None or found.start <= found.value[0] < found.value[1] <= len(text)
        assert (target.value is None) == (target.comparator is None)


@pytest.mark.parametrize(
    "scrap", ["trên 50% xã, ", "phấn đấu ", "100%", "từ 1 đến 2% ", "tăng ", "1.", "(", "đến năm 2020, "]
)
def test_time_grows_with_length_only(scrap: str) -> None:
    began = time.process_time()
    find(scrap * (10_000 // len(scrap)), (2020, 2025))
    assert time.process_time() - began < 10
