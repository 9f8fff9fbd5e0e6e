"""Vietnamese order: letters, tones, people, provinces, marks of items."""

from __future__ import annotations

import random

import pytest

from corpus import ordering
from parsers import provinces


@pytest.mark.parametrize(
    ("key", "ordered"),
    [
        ("words", ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "o", "ô", "ơ", "u", "ư", "x", "y"]),
        ("words", ["ba", "bà", "bả", "bã", "bá", "bạ", "bác", "băn", "bân"]),
        ("words", ["Cà Mau", "Cao Bằng", "Cần Thơ"]),
        ("words", ["Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp"]),
        ("words", ["Sở Công Thương", "Sở Giáo dục và Đào tạo", "Sở Nội vụ", "Sở Tài chính", "Sở Y tế"]),
        ("words", ["Điều 2", "Điều 9", "Điều 10", "Điều 10a"]),
        ("words", ["hoà bình", "hòa hợp"]),
        ("person", ["Lê Anh", "Trần Văn Bình", "Cầm Ngọc Minh", "Nguyễn Thị Ngọc", "Lò Minh Ủy", "Bùi Ý"]),
        ("person", ["Nguyễn Văn An", "Trần Văn An", "Trần Vũ An"]),
        ("label", [f"Phụ lục {n}" for n in ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XIX", "XL")]),
        ("label", ["1", "1.1", "1.2", "1.10", "2", "10"]),
        ("label", ["a", "b", "c", "d", "đ", "e", "g", "h"]),
        ("label", ["Chương I", "Chương II", "Chương IX", "Chương X"]),
        ("province", ["ha-noi", "cao-bang", "lao-cai", "son-la", "vinh-long", "nowhere"]),
        ("agency", ["so-noi-vu", "so-tu-phap", "so-y-te", "zzz"]),
    ],
)
def test_sorted_as_people_sort(key: str, ordered: list[str]) -> None:
    shuffled = list(ordered)
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        assert sorted(shuffled, key=getattr(ordering, key)) == ordered


def test_keys_of_any_words_can_be_compared() -> None:
    odd = ["", " ", "1", "a1", "1a", "ñ", "日本", "I", "i", "-", "İ", "é", "Ð", "ß"]
    odd += ["Phụ lục", "Phụ lục 1", "Phụ lục A"]
    for key in (ordering.words, ordering.label, ordering.person):
        assert sorted(map(key, odd)) == sorted(map(key, reversed(odd)))


def test_provinces_follow_their_codes() -> None:
    ordered = sorted(provinces.valid("2020-01-01"), key=lambda province: ordering.province(province.key))
    codes = [province.code for province in ordered]
    assert codes == sorted(codes, key=str)
    assert len(codes) == 63


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("I", 1), ("iv", 4), ("IX", 9), ("XIV", 14), ("XL", 40), ("xc", 90), ("IIII", None), ("VX", None), ("", None)],
)
def test_roman_numerals(numeral: str, value: int | None) -> None:
    assert ordering.roman(numeral) == value
