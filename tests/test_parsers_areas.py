"""Areas of reform by heading, topics by title: every row against its own examples, other headings, junk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import areas, grammar

AREAS = [(row, words) for row in areas.area_rows() for words, _ in grammar.examples(row.examples)]
TOPICS = [(row, words) for row in areas.topic_rows() for words, _ in grammar.examples(row.examples)]
EIGHT = [
    "direction",
    "institutions",
    "procedures",
    "apparatus",
    "civil-service",
    "public-finance",
    "digital-government",
    "impact",
]


def test_the_eight_areas_are_there_in_their_order() -> None:
    assert list(areas.area_names()) == EIGHT
    assert {row.code for row in areas.area_rows()} == set(EIGHT)


@pytest.mark.parametrize(("row", "words"), AREAS, ids=[f"{row.id}-{words}" for row, words in AREAS])
def test_an_area_row_reads_its_examples_when_all_compete(row: areas.AreaRow, words: str) -> None:
    assert areas.area_of(words) == (row.code, row.id)
    for variant in (words.upper(), f"II. {words}", f"1.2. {words}:", f"**{words}**", f"- {words}"):
        assert areas.area_of(variant) == (row.code, row.id), variant


@pytest.mark.parametrize("row", [row for row in areas.area_rows() if row.not_], ids=lambda row: row.id)
def test_an_area_row_does_not_read_its_counter_examples(row: areas.AreaRow) -> None:
    assert [areas.area_of(words) for words in grammar.several(row.not_)] != [(row.code, row.id)]


@pytest.mark.parametrize(
    "heading",
    [
        "MỤC TIÊU",
        "MỤC ĐÍCH, YÊU CẦU",
        "QUAN ĐIỂM",
        "QUAN ĐIỂM, MỤC TIÊU, YÊU CẦU, ĐỐI TƯỢNG",
        "NHIỆM VỤ",
        "NHIỆM VỤ TRỌNG TÂM",
        "NHIỆM VỤ CCHC",
        "NHIỆM VỤ CẢI CÁCH HÀNH CHÍNH GIAI ĐOẠN 2016 - 2020",
        "NỘI DUNG",
        "NỘI DUNG CỦA KẾ HOẠCH",
        "GIẢI PHÁP",
        "KINH PHÍ",
        "KINH PHÍ THỰC HIỆN",
        "TỔ CHỨC THỰC HIỆN",
        "Tổ chức, thực hiện",
        "TRÁCH NHIỆM",
        "Trách nhiệm của Sở Nội vụ",
        "Xây dựng kế hoạch",
        "Chủ trì nội dung về cải cách thủ tục hành chính",
        "",
        "...",
    ],
)
def test_other_headings_have_no_area(heading: str) -> None:
    assert areas.area_of(heading) is None


def test_a_sentence_is_no_heading() -> None:
    assert areas.area_of("Cải cách thể chế " + "và nâng cao hiệu lực của bộ máy " * 6) is None


@pytest.mark.parametrize(("row", "words"), TOPICS, ids=[f"{row.code}-{words}" for row, words in TOPICS])
def test_a_topic_row_reads_its_examples_when_all_compete(row: areas.TopicRow, words: str) -> None:
    assert areas.topic_of(words) == areas.topic_of(words.upper()) == (row.code, f"topic.{row.code}")


@pytest.mark.parametrize("row", [row for row in areas.topic_rows() if row.not_], ids=lambda row: row.code)
def test_a_topic_row_does_not_read_its_counter_examples(row: areas.TopicRow) -> None:
    assert row.code not in {(areas.topic_of(words) or ("",))[0] for words in grammar.several(row.not_)}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Công bố danh mục thủ tục hành chính thuộc thẩm quyền của Sở Y tế", "procedures"),
        ("Ủy quyền cho Giám đốc Sở Nông nghiệp và Môi trường", "organisation"),
        ("Kế hoạch chuyển đổi số ngành y tế", "digital"),
        ("Kế hoạch công tác năm 2026 của Sở Y tế", None),
        ("Bãi bỏ các quyết định của Ủy ban nhân dân tỉnh", None),
        ("", None),
    ],
)
def test_the_topic_named_first_counts_and_bodies_name_none(title: str, code: str | None) -> None:
    found = areas.topic_of(title)
    assert (found[0] if found else None) == code


@given(st.text(max_size=120))
def test_junk_is_read_without_harm(text: str) -> None:
    found, topic = areas.area_of(text), areas.topic_of(text)
    assert found is None or found[0] in EIGHT
    assert topic is None or topic[0] in areas.topic_names()
