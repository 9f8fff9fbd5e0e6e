"""Duties in prose: the rows of duties.toml against their examples; items, leads, roles, details in our own words."""

from __future__ import annotations

from typing import Any

import pytest

from ingest import plain
from parsers import grammar
from parsers.decision import parse
from parsers.duty_words import END_MARK, Cue, words, zone_of
from parsers.folding import fold
from parsers.model import Task

TABLE: dict[str, Any] = grammar.toml("duties")
SINGLE = {name: row for name, row in TABLE.items() if isinstance(row, dict) and "pattern" in row}
CUES: dict[str, Cue] = {**words().roles, "support": words().support}
#: Rows that are looked for anywhere in the words; the others stand at their head.
SEARCHED = {
    "output",
    "cited",
    "budget",
    "said",
    "firm",
    "given",
    "table_follows",
    "list_follows",
    "term_end",
    "own_event",
}
CUE_ROWS = {**TABLE["roles"], "support": TABLE["support"]}


def of(kind: str) -> list[tuple[str, str]]:
    return [(name, text) for name, row in SINGLE.items() for text in row[kind]]


@pytest.mark.parametrize(("zone", "heading"), [(z, h) for z, row in TABLE["zones"].items() for h in row["examples"]])
def test_a_heading_announces_its_zone(zone: str, heading: str) -> None:
    assert zone_of(fold(heading)) == zone


@pytest.mark.parametrize(("zone", "heading"), [(z, h) for z, row in TABLE["zones"].items() for h in row["not"]])
def test_a_heading_of_another_kind_does_not(zone: str, heading: str) -> None:
    assert zone_of(fold(heading)) != zone


def reads(name: str, text: str) -> bool:
    pattern, folded = words().one[name], fold(text)
    if name in ("opening", "bare"):
        return pattern.fullmatch(folded) is not None
    return (pattern.search if name in SEARCHED else pattern.match)(folded) is not None


@pytest.mark.parametrize(("name", "text"), of("examples"))
def test_a_row_reads_its_examples(name: str, text: str) -> None:
    assert reads(name, text)


@pytest.mark.parametrize(("name", "text"), of("not"))
def test_a_row_does_not_read_its_counter_examples(name: str, text: str) -> None:
    assert not reads(name, text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in CUE_ROWS.items() for t in row["examples"]])
def test_a_cue_stands_before_a_body(name: str, text: str) -> None:
    cue = CUES[name]
    assert cue.before is not None and cue.before.search(fold(text))


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in CUE_ROWS.items() for t in row["not"]])
def test_other_words_are_no_cue(name: str, text: str) -> None:
    cue = CUES[name]
    assert cue.before is not None and not cue.before.search(fold(text))


@pytest.mark.parametrize("text", ["ban hành./.", "theo quy định. / U", "của tỉnh.ll", "theo quy định./"])
def test_the_sign_at_the_end_is_seen(text: str) -> None:
    assert END_MARK.search(text)


HEAD = """ỦY BAN NHÂN DÂN
TỈNH SƠN LA

Số: 12/KH-UBND

Sơn La, ngày 05 tháng 01 năm 2024

KẾ HOẠCH

CẢI CÁCH HÀNH CHÍNH NĂM 2024

"""


def duties(body: str) -> list[Task]:
    text = HEAD + body
    return [t for t in parse(plain.read(text.encode(), "x.txt")).tasks if t.origin == "section"]


def lead(task: Task) -> tuple[str, ...] | None:
    return task.lead.agencies if task.lead else None


def support(task: Task) -> tuple[str, ...] | None:
    return task.support.agencies if task.support else None


def implementing(*items: str, heading: str = "1. Sở Nội vụ") -> list[Task]:
    return duties("II. TỔ CHỨC THỰC HIỆN\n\n" + heading + "\n\n" + "\n\n".join(items) + "\n")


def measures(*items: str) -> list[Task]:
    return duties("II. NHIỆM VỤ\n\n1. Cải cách thể chế\n\n" + "\n\n".join(items) + "\n")


def test_a_heading_names_the_body_of_its_items() -> None:
    found = implementing("- Theo dõi việc thực hiện.", "- Tổng hợp kết quả của các huyện.")
    assert [(t.section, lead(t)) for t in found] == [("II/1", ("so-noi-vu",))] * 2


@pytest.mark.parametrize(
    ("heading", "want"),
    [
        ("1. Trách nhiệm của Sở Tài chính", ("so-tai-chinh",)),
        ("1. Giám đốc Sở Nội vụ chủ trì:", ("so-noi-vu",)),
        ("1. Các sở, ban, ngành tỉnh; UBND các huyện, thành phố", ("all-departments", "district-committees")),
        ("1. Giao Giám đốc Sở Tư pháp:", ("so-tu-phap",)),
        ("1. Các cơ sở chế biến nông sản", ()),
        ("1. Các doanh nghiệp chế biến gỗ", ("enterprises",)),
        ("1. Các cơ quan, đơn vị được thanh tra", ("all-agencies",)),
    ],
)
def test_bodies_of_a_heading(heading: str, want: tuple[str, ...]) -> None:
    found = implementing("a) Xây dựng kế hoạch của đơn vị.", "b) Báo cáo kết quả hằng năm.", heading=heading)
    assert [lead(t) for t in found] == [want, want]


@pytest.mark.parametrize(
    ("item", "want_lead", "want_support"),
    [
        ("a) Giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính lập dự toán.", ("so-noi-vu",), ("so-tai-chinh",)),
        (
            "a) Các sở, ban, ngành tỉnh; UBND các huyện, thành phố nghiêm túc thực hiện.",
            ("all-departments", "district-committees"),
            None,
        ),
        ("a) Căn cứ dự toán được giao, hàng năm Sở Nội vụ mở lớp bồi dưỡng.", ("so-noi-vu",), None),
        ("a) Rà soát thủ tục của ngành, giao Văn phòng UBND tỉnh tổng hợp.", ("van-phong-ubnd-tinh",), None),
        ("a) Rà soát văn bản của tỉnh trên mọi lĩnh vực.", None, None),
        ("a) Trung tâm Giống hoa màu có trách nhiệm lập danh mục dự án.", (), None),
        (
            "a) Giao Sở Tư pháp chủ trì, phối hợp với các đơn vị: Văn phòng UBND tỉnh, Sở Nội vụ lập danh mục.",
            ("so-tu-phap",),
            ("van-phong-ubnd-tinh", "so-noi-vu"),
        ),
    ],
)
def test_leads_of_a_measure(item: str, want_lead: tuple[str, ...] | None, want_support: tuple[str, ...] | None) -> None:
    (task,) = measures(item)
    assert (lead(task), support(task)) == (want_lead, want_support)


def test_bodies_that_only_their_item_names() -> None:
    body = "II. TỔ CHỨC THỰC HIỆN\n\n1. Sở Nội vụ: Theo dõi việc thực hiện.\n\n2. Các trường nghề mở thêm lớp tối.\n"
    assert [(t.section, lead(t)) for t in duties(body)] == [("II/1", ("so-noi-vu",)), ("II/2", ())]
    (task,) = implementing("a) Doanh nghiệp đóng tàu ưu tiên đào tạo thợ.", heading="1. Các doanh nghiệp cơ khí")
    assert task.lead is not None and task.lead.text == "Doanh nghiệp đóng tàu"


@pytest.mark.parametrize(
    ("item", "want"),
    [
        ("a) Giao Sở Tư pháp, cơ quan thường trực, trình danh mục trước ngày 30/9/2024.", ("so-tu-phap",)),
        ("a) Phối hợp, giao ban với Sở Tư pháp về danh mục.", None),
    ],
)
def test_a_body_that_is_given_work_leads(item: str, want: tuple[str, ...] | None) -> None:
    (task,) = measures(item)
    assert lead(task) == want


def test_a_heading_whose_line_break_is_lost_gives_its_area() -> None:
    body = "II. NHIỆM VỤ\n\n1. Cải cách tài chính công Sở Tài chính chủ trì giao vốn; Sở Y tế báo cáo hằng quý.\n"
    found = duties(body)
    assert [(lead(t), t.area) for t in found] == [
        (("so-tai-chinh",), "public-finance"),
        (("so-y-te",), "public-finance"),
    ]


def test_bodies_end_with_the_bracket_they_open() -> None:
    (task,) = implementing("- Chủ trì, phối hợp với Văn phòng UBND tỉnh (Trung tâm Phục vụ hành chính công) lập sổ.")
    assert task.support is not None
    assert task.support.text == "Văn phòng UBND tỉnh (Trung tâm Phục vụ hành chính công)"


def test_each_sentence_with_a_lead_of_its_own_is_a_duty() -> None:
    found = measures("a) Sở Nội vụ kiểm tra công vụ. Kết quả được công khai. Sở Tư pháp rà soát văn bản.")
    assert [lead(t) for t in found] == [("so-noi-vu",), ("so-tu-phap",)]
    assert found[0].text.endswith("công khai.")


@pytest.mark.parametrize(
    "item",
    [
        "a) Phấn đấu 100% văn bản được ban hành đúng hạn.",
        "a) Đến năm 2024, tỷ lệ hồ sơ trực tuyến đạt 80%.",
        "a) Số lượng: 500 cuốn sổ tay.",
        "a) Nghị quyết số 30c/NQ-CP ngày 08/11/2011 của Chính phủ.",
        "a) Phát triển dữ liệu mở là nền tảng của chính quyền số.",
        "a) Thực hiện các nhiệm vụ được phân công theo bảng sau:",
    ],
)
def test_aims_and_things_are_no_duties(item: str) -> None:
    assert measures(item) == []


def test_the_date_of_a_target_is_none_of_the_work() -> None:
    (task,) = measures("a) Nâng cấp phần mềm văn bản. Đến năm 2024, 100% xã dùng phần mềm.")
    assert task.deadline is None
    assert task.text == "Nâng cấp phần mềm văn bản."


def test_under_money_only_what_a_body_must_do_is_a_duty() -> None:
    body = "III. KINH PHÍ\n\n1. Kinh phí do ngân sách tỉnh bảo đảm.\n\n2. Sở Tài chính thẩm định dự toán của các sở.\n"
    assert [(t.section, lead(t)) for t in duties(body)] == [("III/2", ("so-tai-chinh",))]


def test_a_body_that_joins_another_helps_it() -> None:
    (task,) = implementing("- Phối hợp với Sở Tư pháp rà soát văn bản.")
    assert (lead(task), support(task)) == (None, ("so-noi-vu",))
    (task,) = implementing("- Phối hợp với các cơ quan liên quan tuyên truyền.")
    assert (lead(task), support(task)) == (("so-noi-vu",), ("related-agencies",))


@pytest.mark.parametrize(
    ("item", "want"),
    [
        ("- Trình Chủ tịch UBND tỉnh phê duyệt phương án.", [("approve", ("ubnd-tinh",))]),
        ("- Tham mưu UBND tỉnh ban hành quy định về công vụ.", [("approve", ("ubnd-tinh",))]),
        ("- Tổng hợp kết quả, báo cáo Bộ Nội vụ hằng quý.", [("report-to", ("bo-noi-vu",))]),
        (
            "- Báo cáo kết quả về Sở Tài chính để tổng hợp, báo cáo UBND tỉnh.",
            [("report-to", ("so-tai-chinh",))],
        ),
        ("- Gửi dự thảo, đề nghị Sở Tư pháp thẩm định.", [("appraise", ("so-tu-phap",))]),
        ("- Hướng dẫn các sở, ban, ngành xây dựng kế hoạch.", [("perform", ("all-departments",))]),
        (
            "- Gửi báo cáo cho Sở Tài chính để theo dõi, đôn đốc.",
            [("report-to", ("so-tai-chinh",)), ("monitor", ("so-tai-chinh",))],
        ),
    ],
)
def test_other_roles(item: str, want: list[tuple[str, tuple[str, ...]]]) -> None:
    (task,) = implementing(item)
    assert [(r.role, r.agencies) for r in task.roles] == want


@pytest.mark.parametrize(
    ("item", "want"),
    [
        ("- Xây dựng Kế hoạch kiểm tra công vụ trước ngày 15/3/2024.", "Kế hoạch kiểm tra công vụ"),
        ("- Trình UBND tỉnh ban hành Quy chế phối hợp trong tháng 5/2024.", "Quy chế phối hợp"),
        ("- Triển khai Quyết định số 12/QĐ-UBND ban hành Quy chế làm việc.", None),
        ("- Nâng cao chất lượng công tác xây dựng kế hoạch.", None),
        ("- Trong 03 ngày làm việc xây dựng quy trình điện tử.", "quy trình điện tử"),
        (
            "- Ban hành kế hoạch khảo sát người dân, tổ chức đối với dịch vụ công.",
            "kế hoạch khảo sát người dân, tổ chức đối với dịch vụ công",
        ),
        ("- Ban hành kế hoạch khảo sát, tổ chức tập huấn.", "kế hoạch khảo sát"),
    ],
)
def test_the_document_that_a_duty_brings_forth(item: str, want: str | None) -> None:
    (task,) = implementing(item)
    assert task.output == want


def test_details_under_labels_of_their_own() -> None:
    (task,) = measures(
        "1.1. Xây dựng bộ tiêu chí đánh giá công chức.\n\n"
        "- Cơ quan chủ trì: Sở Nội vụ.\n\n- Cơ quan phối hợp: Sở Tài chính.\n\n"
        "- Thời gian hoàn thành: Quý II năm 2024.\n\n- Sản phẩm: Quyết định của UBND tỉnh."
    )
    assert (lead(task), support(task)) == (("so-noi-vu",), ("so-tai-chinh",))
    assert task.deadline is not None and task.deadline.end == "2024-06-30"
    assert task.output == "Quyết định của UBND tỉnh"


def test_a_label_may_name_the_time_among_other_things() -> None:
    kept, other = measures(
        "1.1. Đo độ mặn của nước\n\n- Điểm đo: Thực hiện đo tại hai cống.\n\n"
        "- Thông số, thời gian và số mẫu:\n\n+ Độ mặn đo 02 lần/tháng; thời gian đo từ tháng 3 đến tháng 9 năm 2024;"
        "\n\n+ Số mẫu: 12 mẫu.",
        "1.2. Tổ chức kiểm tra công vụ.\n\n- Thời gian, địa điểm: Quý II năm 2024, tại các xã.",
    )
    assert kept.deadline is not None and other.deadline is not None
    assert (kept.deadline.start, kept.deadline.end) == ("2024-03-01", "2024-09-30")
    assert kept.deadline.recurrence == "periodic"
    assert (other.deadline.start, other.deadline.end) == ("2024-04-01", "2024-06-30")


def test_a_time_under_a_label_is_kept_though_its_year_is_open() -> None:
    body = "II. NHIỆM VỤ\n\n1. Rà soát quy trình của các xã; thời hạn: Quý I.\n"
    text = HEAD.replace("NĂM 2024", "GIAI ĐOẠN 2024 - 2026") + body
    (task,) = parse(plain.read(text.encode(), "x.txt")).tasks
    assert task.deadline is not None and (task.deadline.text, task.deadline.end) == ("Quý I", None)


def test_things_with_parts_of_their_own_belong_to_the_duty_that_lists_them() -> None:
    (task,) = measures("a) Khảo sát tại 03 bến như sau:\n\n- Bến A: 01 mẫu.\n\n- Bến B gồm:\n\n+ 01 mẫu ở cửa.")
    assert task.text.endswith("Bến A: 01 mẫu. Bến B gồm: 01 mẫu ở cửa.")


def test_a_lead_in_gives_its_bodies_and_takes_what_is_no_work_by_itself() -> None:
    found = measures(
        "1.1. Sở Nội vụ chủ trì, phối hợp với Sở Tài chính khảo sát:\n\n- Thực trạng trụ sở cấp xã.\n\n"
        "- Xây dựng phương án sửa chữa."
    )
    assert [(lead(t), support(t)) for t in found] == [(("so-noi-vu",), ("so-tai-chinh",))] * 2
    assert found[0].text.endswith("Thực trạng trụ sở cấp xã.")


def test_closing_sentences_and_signs_are_left_out() -> None:
    found = implementing("- Rà soát văn bản. Trong quá trình thực hiện, nếu có vướng mắc thì phản ánh về Sở Nội vụ./.")
    assert [t.text for t in found] == ["Rà soát văn bản."]


ARTICLE = """ỦY BAN NHÂN DÂN
TỈNH SƠN LA

Số: 12/QĐ-UBND

Sơn La, ngày 05 tháng 11 năm 2025

QUYẾT ĐỊNH

Về việc công bố danh mục thủ tục hành chính lĩnh vực chứng thực

CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH

QUYẾT ĐỊNH:

Điều 1. Công bố danh mục thủ tục hành chính.

{article}

Điều 3. Chánh Văn phòng UBND tỉnh chịu trách nhiệm thi hành Quyết định này./.
"""


@pytest.mark.parametrize(
    ("article", "want"),
    [
        ("Điều 2. Giao Sở Tư pháp cập nhật quy trình, hoàn thành trước ngày 18/11/2025.", [("Điều 2", "2025-11-17")]),
        ("Điều 2. Giao Sở Tư pháp cập nhật quy trình điện tử.", []),
        ("Điều 2. Sở Tư pháp thường xuyên rà soát thủ tục.", []),
        ("Điều 2. Quyết định này có hiệu lực từ ngày 10/11/2025.", []),
        (
            "Điều 2. Tổ chức thực hiện\n\n1. Sở Tư pháp công khai danh mục.\n\n"
            "2. Văn phòng UBND tỉnh lập quy trình trước ngày 20/11/2025.",
            [("Điều 2/2", "2025-11-19")],
        ),
        (
            "Điều 2. Giao các đơn vị:\n\n1. Sở Tư pháp công khai danh mục.\n\nThời hạn trước ngày 20/11/2025.\n\n"
            "2. Sở Nội vụ niêm yết danh mục.",
            [("Điều 2/1", "2025-11-19")],
        ),
        (
            "Điều 2. Giao các đơn vị:\n\n1. Sở Tư pháp công khai danh mục.\n\n2. Sở Nội vụ niêm yết danh mục.\n\n"
            "Thời hạn trước ngày 20/11/2025.",
            [("Điều 2/1", "2025-11-19"), ("Điều 2/2", "2025-11-19")],
        ),
    ],
)
def test_in_an_article_only_dated_duties_count(article: str, want: list[tuple[str, str]]) -> None:
    tasks = parse(plain.read(ARTICLE.format(article=article).encode(), "x.txt")).tasks
    assert [(t.section, t.deadline and t.deadline.end) for t in tasks] == want
