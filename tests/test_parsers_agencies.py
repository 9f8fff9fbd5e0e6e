"""Agencies: every row against its own examples, lists, mentions in text, history, a person's own rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import agencies, agency_register, grammar

ROWS = [*agency_register.rows(), *agency_register.groups()]
EXAMPLES = [
    (row.key, words, role, row.valid_to or row.valid_from)
    for row in ROWS
    for words, role in grammar.examples(row.examples)
]


def keys(text: str, date: str | None = None) -> list[str | None]:
    return [item.key for item in agencies.parse_list(text, date).items]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_every_row_has_examples_and_a_source() -> None:
    assert all(row.examples and row.source for row in ROWS)
    assert len({row.key for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("key", "words", "role", "date"), EXAMPLES, ids=[f"{e[0]}-{e[1]}" for e in EXAMPLES])
def test_a_row_reads_its_examples_when_all_compete(key: str, words: str, role: str, date: str | None) -> None:
    (item,) = agencies.parse_list(words, date).items
    assert (item.key, item.role or "", item.start, item.end) == (key, role, 0, len(words))
    (found,) = agencies.find(f"đề nghị {words} xem xét", date)
    assert (found.key, found.role or "", found.start, found.end) == (key, role, 8, 8 + len(words))


@pytest.mark.parametrize("row", [row for row in ROWS if row.not_], ids=lambda row: row.key)
def test_a_row_does_not_read_its_counter_examples(row: agency_register.Row) -> None:
    for words in grammar.several(row.not_):
        assert row.key not in [f.key for f in agencies.find(words) if f.end == len(words)], words


def test_successors_name_rows() -> None:
    known = {row.key for row in ROWS}
    assert {key for row in ROWS for key in grammar.several(row.successors)} <= known
    assert {f.key for f in agency_register.functions()} <= known


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Văn phòng UBND tỉnh; Sở Nội vụ", ["van-phong-ubnd-tinh", "so-noi-vu"]),
        ("Sở Y tế, Sở Giáo dục và Đào tạo", ["so-y-te", "so-giao-duc-va-dao-tao"]),
        ("Sở Kế hoạch và Đầu tư", ["so-ke-hoach-va-dau-tu"]),
        ("Sở Văn hóa, Thể thao và Du lịch", ["so-van-hoa-the-thao-va-du-lich"]),
        ("Các sở: Nội vụ, Tài chính, Tư pháp", ["so-noi-vu", "so-tai-chinh", "so-tu-phap"]),
        ("Các Sở: Nội vụ; Tài chính; Công an tỉnh", ["so-noi-vu", "so-tai-chinh", "cong-an-tinh"]),
        ("Các Sở Nội vụ, Tài chính và Y tế", ["so-noi-vu", "so-tai-chinh", "so-y-te"]),
        ("Bộ Nội vụ, Tài chính", ["bo-noi-vu", "bo-tai-chinh"]),
        (
            "Các sở, ban, ngành tỉnh; UBND các huyện, thị xã, thành phố",
            ["all-departments", "district-committees"],
        ),
        ("Sở, ban, ngành, UBND cấp xã", ["all-departments", "commune-committees"]),
        ("Sở NN&PTNT, GTVT", ["so-nong-nghiep-va-phat-trien-nong-thon", "so-giao-thong-van-tai"]),
        ("SNV; STC; VPUBND", ["so-noi-vu", "so-tai-chinh", "van-phong-ubnd-tinh"]),
        ("KH&ĐT", ["so-ke-hoach-va-dau-tu"]),
        ("Công an", ["cong-an-tinh"]),
        ("sở nội vụ", ["so-noi-vu"]),
        ("UBND thành phố Vinh; UBND TP Đà Nẵng", ["ubnd-huyen", "ubnd-tinh"]),
        ("ỦY BAN NHÂN DÂN TỈNH SƠN LA", ["ubnd-tinh"]),
        ("UBND\ntỉnh; Sở\nNội vụ", ["ubnd-tinh", "so-noi-vu"]),
        ("Sở Nội vụ/Văn phòng UBND tỉnh", ["so-noi-vu", "van-phong-ubnd-tinh"]),
        ("- Sở Nội vụ; - Sở Tài chính", ["so-noi-vu", "so-tai-chinh"]),
        ("Báo Sơn La, Đài Phát thanh và Truyền hình Vĩnh Long", ["bao-tinh", "dai-phat-thanh-va-truyen-hinh"]),
        (
            "Ngân hàng Nhà nước khu vực XII; Kho bạc Nhà nước khu vực IV; Công ty Điện lực Sơn La",
            ["ngan-hang-nha-nuoc-khu-vuc", "kho-bac-nha-nuoc", "cong-ty-dien-luc"],
        ),
        ("", []),
        (" - ", []),
    ],
)
def test_lists(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sở Nội vụ chủ trì, phối hợp với Sở Tài chính", ["so-noi-vu=lead", "so-tai-chinh=support"]),
        (
            "Chủ trì: Sở Nội vụ; Phối hợp: Sở Y tế, Báo Sơn La",
            ["so-noi-vu=lead", "so-y-te=support", "bao-tinh=support"],
        ),
        ("Sở Nội vụ (chủ trì), Sở Y tế (phối hợp)", ["so-noi-vu=lead", "so-y-te=support"]),
        ("Sở Nội vụ phối hợp Sở Y tế", ["so-noi-vu=lead", "so-y-te=support"]),
        ("Sở Nội vụ thẩm định", ["so-noi-vu=appraise"]),
        ("Sở Nội vụ; Ủy ban Kiểm tra Tỉnh ủy", ["so-noi-vu=None", "ubkt-tinh-uy=None"]),
    ],
)
def test_duties_in_one_cell(text: str, expected: list[str]) -> None:
    assert [f"{i.key}={i.duty}" for i in agencies.parse_list(text).items] == expected


def test_roles_are_kept_apart_from_names() -> None:
    items = agencies.parse_list("Giám đốc các Sở: Nội vụ, Tài chính; Chánh Văn phòng UBND tỉnh; Chánh Văn phòng").items
    assert [(i.name, i.role) for i in items] == [
        ("Nội vụ", "Giám đốc"),
        ("Tài chính", "Giám đốc"),
        ("Văn phòng UBND tỉnh", "Chánh"),
        ("Chánh Văn phòng", "Chánh Văn phòng"),
    ]


def test_the_unknown_stays_as_written() -> None:
    parsed = agencies.parse_list("Công ty Cổ phần Nước\nsạch An Bình, Công an tỉnh; Vườn quốc gia X")
    assert [(i.name, i.key, i.kind) for i in parsed.items] == [
        ("Công ty Cổ phần Nước sạch An Bình", None, None),
        ("Công an tỉnh", "cong-an-tinh", "police-military"),
        ("Vườn quốc gia X", None, None),
    ]


def test_an_unknown_unit_names_the_body_it_belongs_to() -> None:
    (item,) = agencies.parse_list("Phòng Hậu cần Công an tỉnh").items
    assert (item.name, item.key, item.within) == ("Phòng Hậu cần Công an tỉnh", None, "cong-an-tinh")


def test_abbreviations_of_the_document() -> None:
    defined = {"Cơ quan A": "Sở Nội vụ", "B": "Sở Y tế, Sở Nội vụ"}
    assert [i.key for i in agencies.parse_list("Cơ quan A; B", None, defined).items] == ["so-noi-vu", None]


@pytest.mark.parametrize(
    ("text", "key", "span"),
    [
        ("Các cơ quan, đơn vị, đại phương", "all-agencies", (21, 31)),
        ("Các cơ quan, đơn vị có liên", "related-agencies", (20, 27)),
    ],
)
def test_slips_are_read_with_a_finding(text: str, key: str, span: tuple[int, int]) -> None:
    parsed = agencies.parse_list(text)
    assert parsed.keys == (key,)
    assert [(w.code, w.span) for w in parsed.findings] == [("agency-slip", span)]


def test_the_task_table_of_vinh_long_is_resolved(seed_002_tasks: list[dict[str, str]]) -> None:
    leads = [agencies.parse_list(task["lead"], "2022-12-13").items for task in seed_002_tasks]
    supports = [agencies.parse_list(task["support"], "2022-12-13").items for task in seed_002_tasks]
    assert len(leads) == 58
    assert all(item.key for items in leads + supports for item in items) and all(leads) and all(supports)
    assert sum(all(item.kind == "group" for item in items) for items in leads) == 25


@pytest.fixture
def seed_002_tasks() -> list[dict[str, str]]:
    """The lead and support cells of the plan's table, as printed, with how often each pair stands there."""
    nv, st_, tc, kh = "Sở Nội vụ", "Sở Tư pháp", "Sở Tài chính", "Sở Kế hoạch và Đầu tư"
    vp, tt = "Văn phòng UBND tỉnh", "Sở Thông tin và Truyền thông"
    all_, rel, loc = "Các cơ quan, đơn vị", "Các cơ quan, đơn vị có liên quan", "Các cơ quan, đơn vị, địa phương"
    table = [
        (nv, all_, 7), (all_, nv, 11), (tt, all_, 7), (nv, rel, 2), (vp, rel, 2), (all_, st_, 2), (st_, all_, 3),
        (vp, all_, 5), (all_, vp, 5), (loc, vp, 2), (loc, f"{vp}; {nv}", 1), (tc, rel, 3), (tc, all_, 1),
        ("Các cơ quan, đơn vị có liên", tc, 1), (rel, tc, 1), (all_, tt, 1), (nv, loc, 1), (kh, loc, 1), (tc, loc, 1),
        ("Các cơ quan, đơn vị, đại phương", kh, 1),
    ]  # fmt: skip
    return [{"lead": lead, "support": support} for lead, support, times in table for _ in range(times)]


# --- running text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Giao Giám đốc Sở Nội vụ làm đầu mối", ["Giám đốc Sở Nội vụ=so-noi-vu"]),
        ("Thủ trưởng các sở, ban, ngành, Chủ tịch UBND các huyện, thị xã, thành phố và các đơn vị liên quan", [
            "Thủ trưởng các sở, ban, ngành=all-departments",
            "Chủ tịch UBND các huyện, thị xã, thành phố=district-committees",
            "các đơn vị liên quan=related-agencies",
        ]),
        ("các cơ quan chuyên môn thuộc UBND tỉnh báo cáo", ["các cơ quan chuyên môn thuộc UBND tỉnh=all-departments"]),
        ("gửi về Sở Nội\nvụ tổng hợp", ["Sở Nội\nvụ=so-noi-vu"]),
        ("xây dựng Chính phủ số; Chính phủ ban hành", ["Chính phủ=chinh-phu"]),
        ("Quyết định số 12/QĐ-UBND tỉnh; công văn 45/SNV-CCHC; 12/TTr-STC", []),
        ("công an tỉnh táo, báo cáo, thống kê tỉnh hình, thanh tra", []),
        ("Thanh tra Sở Xây dựng", ["Sở Xây dựng=so-xay-dung"]),
        ("Bộ trưởng Bộ Nội vụ trình", ["Bộ trưởng Bộ Nội vụ=bo-noi-vu"]),
        ("Thủ tướng Chính phủ giao", ["Thủ tướng Chính phủ=thu-tuong-chinh-phu"]),
        ("UBND thành phố Sơn La", ["UBND thành phố Sơn La=ubnd-huyen"]),
        ("UBND thành phố Hà Nội", ["UBND thành phố Hà Nội=ubnd-tinh"]),
        ("các sở, Ban Dân tộc tỉnh", ["các sở=all-departments", "Ban Dân tộc tỉnh=ban-dan-toc"]),
        ("Uỷ ban nhân dân tỉnh Thanh Hoá", ["Uỷ ban nhân dân tỉnh Thanh Hoá=ubnd-tinh"]),
    ],
)  # fmt: skip
def test_find(text: str, expected: list[str]) -> None:
    assert [f"{text[f.start : f.end]}={f.key}" for f in agencies.find(text)] == expected


@given(st.text(alphabet=st.sampled_from("SởNộivụ ,;:()-–\n|/.UBNDtỉnhcáchđoàn0&Đ́İ"), max_size=80))
def test_junk_is_read_without_harm(text: str) -> None:
    spans = [(f.start, f.end) for f in agencies.find(text)]
    assert spans == sorted(spans) and all(0 <= a < b <= len(text) for a, b in spans)
    for item in agencies.parse_list(text).items:
        assert 0 <= item.start < item.end <= len(text) and item.name


@given(st.lists(st.sampled_from([e[1] for e in EXAMPLES if not e[2]]), min_size=1, max_size=5))
def test_a_list_of_names_is_read_name_by_name(names: list[str]) -> None:
    text = "; ".join(names)
    items = agencies.parse_list(text).items
    assert [text[i.start : i.end] for i in items] == names


def test_a_long_text_takes_milliseconds() -> None:
    text = "Giao Sở Nội vụ chủ trì, phối hợp với các sở, ban, ngành và UBND các huyện, thành phố thực hiện. " * 260
    agencies.find(text)
    started = time.process_time()
    agencies.find(text)
    assert time.process_time() - started < 5


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "date", "heirs"),
    [
        ("so-ke-hoach-va-dau-tu", "2025-12-01", ("so-tai-chinh",)),
        ("so-ke-hoach-va-dau-tu", "2024-12-01", ("so-ke-hoach-va-dau-tu",)),
        ("so-giao-thong-van-tai", None, ("so-xay-dung",)),
        ("so-thuy-san", None, ("so-nong-nghiep-va-moi-truong",)),
        ("so-thong-tin-va-truyen-thong", None, ("so-khoa-hoc-va-cong-nghe", "so-van-hoa-the-thao-va-du-lich")),
        ("ban-dan-toc", None, ("so-dan-toc-va-ton-giao",)),
        ("district-committees", None, ("commune-committees",)),
        ("nothing", None, ()),
    ],
)
def test_successors(key: str, date: str | None, heirs: tuple[str, ...]) -> None:
    assert agencies.successors(key, date) == heirs


@pytest.mark.parametrize(
    ("key", "date", "there"),
    [
        ("so-noi-vu", "2015-12-22", True),
        ("so-nong-nghiep-va-moi-truong", "2022-12-13", False),
        ("so-nong-nghiep-va-moi-truong", "2025-12-13", True),
        ("ubnd-huyen", "2025-06-30", True),
        ("ubnd-huyen", "2025-07-01", False),
        ("nothing", "2025-07-01", None),
    ],
)
def test_exists(key: str, date: str, there: bool | None) -> None:
    assert agencies.exists(key, date) is there


def test_names_have_their_time() -> None:
    names = [agencies.name_at("thue-tinh", day) for day in ("2020-01-01", "2025-04-01", "2025-10-01")]
    assert names == ["Cục Thuế tỉnh", "Chi cục Thuế khu vực", "Thuế tỉnh"]
    assert agencies.name_at("nothing", "2020-01-01") is None


def test_functions_move() -> None:
    held = [agencies.holder("procedure-control", day) for day in ("2012-09-27", "2016-08-04", "2022-12-13")]
    assert held == ["van-phong-ubnd-tinh", "so-tu-phap", "van-phong-ubnd-tinh"]
    assert agencies.holder("procedure-control", "2005-01-01") is None


@pytest.mark.parametrize(
    ("typed", "key"),
    [("so noi vu", "so-noi-vu"), ("SNV", "so-noi-vu"), ("so-noi-vu", "so-noi-vu"), ("vp ubnd", "van-phong-ubnd-tinh"),
     ("gd&dt", None), ("cuc thue tinh", "thue-tinh"), ("", None)],
)  # fmt: skip
def test_search(typed: str, key: str | None) -> None:
    assert [a.key for a in agencies.search(typed)] == ([key] if key else [])


# --- a person's own rows ---------------------------------------------------------------------------------------------


@pytest.fixture
def own_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    rows = "key,name,kind\nvuon-quoc-gia-x,Vườn quốc gia X,unit\nso-cua-toi,Sở Nội vụ,department\n"
    (tmp_path / "agencies.csv").write_text(rows, encoding="utf-8")
    monkeypatch.setenv(grammar.REGISTRY_VARIABLE, str(tmp_path))
    agency_register.register.cache_clear()
    yield
    monkeypatch.undo()
    agency_register.register.cache_clear()


def test_own_rows_are_known_and_win(own_rows: None) -> None:
    assert keys("Vườn quốc gia X; Sở Nội vụ; Sở Y tế") == ["vuon-quoc-gia-x", "so-cua-toi", "so-y-te"]
