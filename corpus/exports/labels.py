"""The codes of the contract in the words of an office, for sheets and papers that people read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from parsers.areas import area_names, topic_names
from parsers.model import Pinpoint

RELATIONS = {
    "self": "chính văn bản này",
    "title": "trong tên gọi",
    "basis": "căn cứ",
    "proposal": "đề nghị",
    "implements": "thực hiện",
    "per": "theo",
    "issued-with": "ban hành kèm theo",
    "applies": "áp dụng",
    "amends": "sửa đổi, bổ sung",
    "replaces": "thay thế",
    "repeals": "bãi bỏ",
    "details": "quy định chi tiết",
    "mentions": "nhắc đến",
}
RECURRENCES = {
    "continuous": "thường xuyên",
    "periodic": "định kỳ",
    "weekly": "hằng tuần",
    "monthly": "hằng tháng",
    "quarterly": "hằng quý",
    "half-yearly": "6 tháng một lần",
    "yearly": "hằng năm",
}
ROLES = {
    "perform": "thực hiện",
    "monitor": "theo dõi",
    "appraise": "thẩm định",
    "approve": "phê duyệt",
    "report-to": "nhận báo cáo",
}
AGENCY_KINDS = {
    "executive": "ủy ban nhân dân",
    "council": "hội đồng nhân dân",
    "office": "văn phòng",
    "department": "sở",
    "board": "ban",
    "unit": "đơn vị",
    "vertical": "ngành dọc",
    "justice": "tư pháp",
    "police-military": "công an, quân sự",
    "party": "Đảng",
    "front": "Mặt trận, đoàn thể",
    "press": "báo chí",
    "enterprise": "doanh nghiệp",
    "ministry": "bộ, ngành",
    "central": "trung ương",
    "district": "cấp huyện",
    "commune": "cấp xã",
    "group": "nhóm cơ quan",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_AREA = "Nhiệm vụ chưa xếp vào lĩnh vực"
_PLACES = (("appendix", "Phụ lục"), ("chapter", "Chương"), ("article", "Điều"), ("clause", "khoản"), ("point", "điểm"))


@lru_cache(maxsize=1)
def areas() -> dict[str | None, str]:
    """The areas of reform in the order of the PAR Index, and last (None) what is in no area."""
    names: dict[str | None, str] = {code: name for code, name in area_names().items()}  # noqa: C416  # wider keys
    return names | {None: NO_AREA}


def topic(code: str | None) -> str | None:
    """The name of a plan's topic."""
    return None if code is None else topic_names().get(code, code)


def day(iso: str | None) -> str:
    """A date as people here write it; what is no ISO date stays as it is.

    >>> day("2015-12-22"), day(None), day("2015")
    ('22/12/2015', '', '2015')
    """
    found = as_date(iso)
    return f"{found:%d/%m/}{found.year:04d}" if found else iso or ""


def long_day(iso: str | None) -> str:
    """A date in words, padded as NĐ 30/2020/NĐ-CP has it: days below 10, the months 1 and 2.

    >>> long_day("2023-01-05"), long_day("2023-03-15"), long_day(None)
    ('ngày 05 tháng 01 năm 2023', 'ngày 15 tháng 3 năm 2023', '')
    """
    found = as_date(iso)
    if found is None:
        return f"ngày {iso}" if iso else ""
    month = f"{found.month:02d}" if found.month < 3 else found.month
    return f"ngày {found.day:02d} tháng {month} năm {found.year}"


def as_date(iso: str | None) -> date | None:
    """A date, None where the words are none.

    >>> as_date("2015-12-22"), as_date("2015")
    (datetime.date(2015, 12, 22), None)
    """
    if iso is None or len(iso) != 10:
        return None
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None  # ten letters that are no day: who asks shows the words themselves, or has no day to show


def pinpoint(place: Pinpoint) -> str:
    """A place in a cited text, the smallest first, as such places are written.

    >>> pinpoint(Pinpoint(article="3", clause="2"))
    'khoản 2 Điều 3'
    """
    found = ((word, getattr(place, name)) for name, word in _PLACES)
    return " ".join(f"{word} {value}" for word, value in reversed([pair for pair in found if pair[1]]))


def number(value: int) -> str:
    """A number as it is written here.

    >>> number(12345)
    '12.345'
    """
    return f"{value:,}".replace(",", ".")


def cited_as(row: Any, written: Callable[[str | None], str] | None = None) -> str:
    """How a caption names a decision (a row of `decisions`); `written` writes its date (by default dd/mm/yyyy).

    >>> from types import SimpleNamespace as Row
    >>> cited_as(Row(type_name="Quyết định", number="1/QĐ-UBND", date="2024-01-05", issuer=None))
    'Quyết định số 1/QĐ-UBND ngày 05/01/2024'
    """
    numbered = f" số {row.number}" if row.number else ""
    dated = f" {written(row.date) if written else 'ngày ' + day(row.date)}" if row.date else ""
    issued = f" của {row.issuer}" if row.issuer else ""
    return f"{row.type_name}{numbered}{dated}{issued}"


def xml_words(words: str) -> str:
    r"""Words with the characters that XML 1.0 does not know as U+FFFD, one for one.

    >>> xml_words("a\x0bb\x00")
    'a\ufffdb\ufffd'
    """
    return _NOT_XML.sub("\ufffd", words)
