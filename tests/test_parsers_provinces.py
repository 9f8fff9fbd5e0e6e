"""The register of provinces: every row against its own examples, the merger of 2025, spellings, places, mentions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import grammar, provinces
from parsers.folding import fold, plain

ROWS = provinces.rows()
EXAMPLES = [(row.key, words, date) for row in ROWS for words, date in grammar.examples(row.examples)]

# NQ 202/2025/QH15: the 23 new bodies and what they were formed from.
MERGERS = {
    "Tuyên Quang": "Hà Giang, Tuyên Quang",
    "Lào Cai": "Yên Bái, Lào Cai",
    "Thái Nguyên": "Bắc Kạn, Thái Nguyên",
    "Phú Thọ": "Vĩnh Phúc, Hòa Bình, Phú Thọ",
    "Bắc Ninh": "Bắc Giang, Bắc Ninh",
    "Hưng Yên": "Thái Bình, Hưng Yên",
    "Hải Phòng": "Hải Dương, Hải Phòng",
    "Ninh Bình": "Hà Nam, Nam Định, Ninh Bình",
    "Quảng Trị": "Quảng Bình, Quảng Trị",
    "Đà Nẵng": "Quảng Nam, Đà Nẵng",
    "Quảng Ngãi": "Kon Tum, Quảng Ngãi",
    "Gia Lai": "Bình Định, Gia Lai",
    "Khánh Hòa": "Ninh Thuận, Khánh Hòa",
    "Lâm Đồng": "Đắk Nông, Bình Thuận, Lâm Đồng",
    "Đắk Lắk": "Phú Yên, Đắk Lắk",
    "Hồ Chí Minh": "Bình Dương, Bà Rịa - Vũng Tàu, Hồ Chí Minh",
    "Đồng Nai": "Bình Phước, Đồng Nai",
    "Tây Ninh": "Long An, Tây Ninh",
    "Cần Thơ": "Sóc Trăng, Hậu Giang, Cần Thơ",
    "Vĩnh Long": "Bến Tre, Trà Vinh, Vĩnh Long",
    "Đồng Tháp": "Tiền Giang, Đồng Tháp",
    "Cà Mau": "Bạc Liêu, Cà Mau",
    "An Giang": "Kiên Giang, An Giang",
}
UNMERGED = [
    "ha-noi",
    "hue",
    "cao-bang",
    "dien-bien",
    "ha-tinh",
    "lai-chau",
    "lang-son",
    "nghe-an",
    "quang-ninh",
    "son-la",
    "thanh-hoa",
]


def test_every_row_has_examples_and_a_source() -> None:
    assert all(row.examples and row.source for row in ROWS)
    assert len({row.key for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("key", "words", "date"), EXAMPLES)
def test_a_row_reads_its_examples(key: str, words: str, date: str) -> None:
    found = provinces.by_name(words, date)
    assert found is not None and found.key == key
    assert [(f.start, f.end, f.province.key) for f in provinces.find(f"UBND {words}.", date)] == [
        (5, 5 + len(words), key)
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.key)
def test_counter_examples_name_no_province(row: provinces.Row) -> None:
    day = row.valid_to or row.valid_from or "2020-01-01"
    assert all(provinces.find(f"ở {words} năm nay", day) == [] for words in grammar.several(row.not_))


@pytest.mark.parametrize("province", [p for row in ROWS if (p := provinces.by_key(row.key))], ids=lambda p: p.key)
def test_every_spelling_names_the_body_of_the_day(province: provinces.Province) -> None:
    day = province.valid_to or province.valid_from or "2020-01-01"
    for name in province.names:
        for spelt in (name, f"{province.kind} {name}", f"{province.kind} {name}".upper(), fold(name)):
            assert provinces.by_name(spelt, day) == province, spelt
        assert province in provinces.search(plain(name))


def test_63_provinces_became_34_on_1_july_2025() -> None:
    assert [len(provinces.valid(day)) for day in ("2010-01-01", "2025-06-30", "2025-07-01")] == [63, 63, 34]
    assert sum(p.kind == provinces.CITY for p in provinces.valid("2025-07-01")) == 6
    assert len({p.code for p in provinces.valid("2025-07-01")}) == 34
    assert len({p.code for p in provinces.valid("2025-06-30")}) == 63


@pytest.mark.parametrize(("name", "parts"), MERGERS.items())
def test_mergers(name: str, parts: str) -> None:
    new = provinces.by_name(name, "2025-07-01")
    assert new is not None and new.key.endswith("-2025")
    assert {p.name for p in provinces.predecessors(new.key)} == set(parts.split(", "))
    for part in provinces.predecessors(new.key):
        assert provinces.successor(part.key) == provinces.successor(part.key, "2025-07-01") == new
        assert provinces.successor(part.key, "2025-06-30") == part


@pytest.mark.parametrize("key", UNMERGED)
def test_the_unmerged_keep_their_key(key: str) -> None:
    province = provinces.by_key(key)
    assert province is not None and province.valid_to is None
    assert province in provinces.valid("2025-12-01")
    assert provinces.by_name(province.name, None) == province


@pytest.mark.parametrize(
    ("key", "date", "code"),
    [  # codes given to other provinces by QĐ 19/2025/QĐ-TTg, and codes before there were any
        ("bac-giang", "2024-01-01", "24"),
        ("bac-ninh-2025", "2025-07-01", "24"),
        ("yen-bai", "2024-01-01", "15"),
        ("lao-cai-2025", "2025-07-01", "15"),
        ("quang-tri-2025", "2025-07-01", "44"),
        ("gia-lai-2025", "2025-07-01", "52"),
        ("tay-ninh-2025", "2025-07-01", "80"),
        ("dong-thap-2025", "2025-07-01", "82"),
        ("an-giang-2025", "2025-07-01", "91"),
        ("son-la", "2015-12-22", "14"),
        ("son-la", "2003-12-22", None),
        ("bac-giang", "2025-07-01", None),
        ("nowhere", "2025-07-01", None),
    ],
)
def test_codes_have_their_time(key: str, date: str, code: str | None) -> None:
    assert provinces.code_at(key, date) == code


@pytest.mark.parametrize(
    ("name", "date", "key"),
    [
        ("Hoà Bình", "2020-01-01", "hoa-binh"),
        ("ĐĂK LĂK", "2020-01-01", "dak-lak"),
        ("Đắc Lắc", "2025-08-01", "dak-lak-2025"),
        ("Tp. Hồ Chí Minh", "2012-01-01", "ho-chi-minh"),
        ("TP.HCM", "2025-12-01", "ho-chi-minh-2025"),
        ("Bà Rịa – Vũng Tàu", "2020-01-01", "ba-ria-vung-tau"),
        ("tỉnh Thừa Thiên - Huế", "2020-01-01", "thua-thien-hue"),
        ("Huế", "2025-12-01", "hue"),
        ("Huế", "2020-01-01", None),
        ("Thừa Thiên Huế", "2025-12-01", None),
        ("Hà Giang", "2025-12-01", None),
        ("Hà Giang", None, "ha-giang"),
        ("Vĩnh Long", None, None),
        ("thành phố Sơn La", "2020-01-01", None),
        ("tỉnh Đà Nẵng", "2020-01-01", None),
        ("Hà Tây", "2007-05-01", "ha-tay"),
        ("", None, None),
        ("tỉnh", "2020-01-01", None),
    ],
)
def test_by_name(name: str, date: str | None, key: str | None) -> None:
    found = provinces.by_name(name, date)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("place", "date", "key"),
    [
        ("Sơn La", "2015-12-22", "son-la"),
        ("Nha Trang", "2015-12-22", "khanh-hoa"),
        ("Huế", "2015-12-22", "thua-thien-hue"),
        ("Huế", None, None),
        ("Quy Nhơn", "2025-12-01", "gia-lai-2025"),
        ("Bình Định", "2025-12-01", "gia-lai-2025"),
        ("Thủ Dầu Một", None, "binh-duong"),
        ("Paris", "2015-12-22", None),
    ],
)
def test_by_place(place: str, date: str | None, key: str | None) -> None:
    found = provinces.by_place(place, date)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("text", "date", "expected"),
    [
        ("UBND TỈNH SƠN\nLA ban hành", "2015-12-22", ["TỈNH SƠN\nLA=son-la"]),
        ("các tỉnh Lào Cai, Yên Bái", "2020-01-01", ["tỉnh Lào Cai=lao-cai", "Yên Bái=yen-bai"]),
        (
            "của tỉnh Đồng Nai (cũ) và tỉnh Đồng Nai",
            "2025-12-01",
            ["tỉnh Đồng Nai=dong-nai", "tỉnh Đồng Nai=dong-nai-2025"],
        ),
        ("tỉnh Bình Phước trước khi sắp xếp", "2025-12-01", ["tỉnh Bình Phước=binh-phuoc"]),
        ("Thành phố Hồ Chí Minh; TP.HCM", "2012-01-01", ["Thành phố Hồ Chí Minh=ho-chi-minh", "TP.HCM=ho-chi-minh"]),
        ("tư tưởng Hồ Chí Minh", "2012-01-01", []),
        ("thành phố Vĩnh Long, thị xã Phú Thọ, huyện Điện Biên", "2020-01-01", []),
        ("chiến thắng Điện Biên Phủ, châu Á - Thái Bình Dương", "2020-01-01", []),
        ("giữ gìn hòa bình", "2020-01-01", []),
        ("Sở Nội vụ Vĩnh Long", None, []),
        ("Bà Rịa–Vũng Tàu", None, ["Bà Rịa–Vũng Tàu=ba-ria-vung-tau"]),
    ],
)
def test_find(text: str, date: str | None, expected: list[str]) -> None:
    assert [f"{text[f.start : f.end]}={f.province.key}" for f in provinces.find(text, date)] == expected


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("son la", ["son-la"]),
        ("SonLa", ["son-la"]),
        ("TP.HCM", ["ho-chi-minh", "ho-chi-minh-2025"]),
        ("thua thien hue", ["thua-thien-hue"]),
        ("tinh vinh long", ["vinh-long", "vinh-long-2025"]),
        ("vinh-long-2025", ["vinh-long-2025"]),
        ("brvt", ["ba-ria-vung-tau"]),
        ("atlantis", []),
        ("", []),
    ],
)
def test_search(typed: str, keys: list[str]) -> None:
    assert [p.key for p in provinces.search(typed)] == keys


@given(
    st.text(alphabet=st.sampled_from("TỉnhtpTP. HàNộiSơnLa-–\n|0Đ́İ"), max_size=60),
    st.sampled_from([None, "2025-07-01"]),
)
def test_junk_is_read_without_harm(text: str, date: str | None) -> None:
    spans = [(f.start, f.end) for f in provinces.find(text, date)]
    assert spans == sorted(spans) and all(0 <= a < b <= len(text) for a, b in spans)
    provinces.by_name(text, date), provinces.by_place(text, date), provinces.search(text), provinces.suggest(text)
