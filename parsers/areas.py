"""What a plan is about (topic), and which of the eight areas of administrative reform a heading opens.

The areas are those of the PAR Index (QĐ 1294/QĐ-BNV 2012, QĐ 1149/QĐ-BNV 2020), which hold the six of NQ 30c/NQ-CP
(2011-2020) and of NQ 76/NQ-CP (2021-2030) besides direction and impact; a heading is mapped whatever its wording,
capitals, label or abbreviations (CCHC, TTHC, QPPL, CBCCVC). Headings of another kind (MỤC TIÊU, GIẢI PHÁP, TỔ CHỨC
THỰC HIỆN) have none. A topic is read from a title. Areas mean something only in a plan whose topic is `par`: that rule
is the caller's. The rows are in `grammar/areas.csv` and `grammar/topics.csv`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from parsers import agencies, grammar
from parsers.folding import fold

_LABEL = re.compile(
    r"(?:[ivxl]+|[a-zđ]|\d+(?:\.\d+)*|(?:phần|mục|chương) (?:[ivxl]+|\d+|thứ \w+))\s*[.):/-]+\s*|[-+*•]\s*"
)


class AreaRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `areas.csv`: `pattern` reads a folded heading with or without its opening words; `name`: official."""

    id: str
    code: str
    name: str = ""
    pattern: str
    examples: str
    not_: str = msgspec.field(default="", name="not")
    source: str


class TopicRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `topics.csv`: `pattern` may stand anywhere in a folded title."""

    code: str
    name: str
    pattern: str
    examples: str
    not_: str = msgspec.field(default="", name="not")
    source: str


def area_rows() -> list[AreaRow]:
    """The rows of the areas, as written."""
    return grammar.rows("areas", AreaRow)


def topic_rows() -> list[TopicRow]:
    """The rows of the topics, as written."""
    return grammar.rows("topics", TopicRow)


def area_names() -> dict[str, str]:
    """The eight codes with their official names, in the order of the PAR Index.

    >>> area_names()["procedures"]
    'Cải cách thủ tục hành chính'
    """
    return {row.code: row.name for row in area_rows() if row.name}


def topic_names() -> dict[str, str]:
    """The codes of the topics with their names.

    >>> topic_names()["par"]
    'Cải cách hành chính'
    """
    return {row.code: row.name for row in topic_rows()}


class _Words(NamedTuple):
    longest: int  # words of a heading
    short_forms: list[tuple[re.Pattern[str], str]]
    opener: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    table = grammar.toml("area_words")
    openers = "|".join(sorted(table["openers"]["words"], key=len, reverse=True))
    shorts = [(re.compile(rf"(?<!\w)(?:{s['pattern']})(?!\w)"), s["full"]) for s in table["short_forms"]]
    return _Words(table["longest_heading"], shorts, re.compile(f"(?:(?:{openers})(?:,| và|:)* )*"))


def _plain_words(text: str) -> str:
    words = " ".join(fold(text).replace("*", "").split()).strip(" .:;,")
    for pattern, full in _words().short_forms:
        words = pattern.sub(full, words)
    return words


@lru_cache(maxsize=1)
def _areas() -> list[tuple[re.Pattern[str], str, str]]:
    return [(re.compile(row.pattern), row.code, row.id) for row in area_rows()]


@lru_cache(maxsize=4096)
def area_of(heading: str) -> tuple[str, str] | None:
    """The area of reform that a heading opens, and the row that decided; None for other headings and for sentences.

    >>> area_of("II. CẢI CÁCH TTHC")
    ('procedures', 'procedures.reform')
    >>> area_of("I. MỤC TIÊU") is None
    True
    """
    words = _plain_words(heading)
    label = _LABEL.match(words)
    words = words[label.end() :] if label else words
    if len(words.split()) > _words().longest:
        return None
    opener = _words().opener.match(words)
    starts = {0, opener.end() if opener else 0}
    for pattern, code, rule in _areas():
        if any(pattern.match(words, start) for start in starts):
            return code, rule
    return None


@lru_cache(maxsize=1)
def _topics() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(rf"(?<!\w)(?:{row.pattern})(?!\w)"), row.code) for row in topic_rows()]


def _without_agencies(title: str) -> str:
    """The title without the bodies it names: Sở Nông nghiệp và Môi trường is no topic."""
    kept, at = [], 0
    for found in agencies.find(title):
        kept.append(title[at : found.start])
        at = found.end
    return " ".join([*kept, title[at:]])


@lru_cache(maxsize=1024)
def topic_of(title: str) -> tuple[str, str] | None:
    """What a title says its document is about, and the row that decided; None where no row reads it.

    Of several topics the one named first counts.

    >>> topic_of("KẾ HOẠCH CẢI CÁCH HÀNH CHÍNH NĂM 2023 TRÊN ĐỊA BÀN TỈNH VĨNH LONG")
    ('par', 'topic.par')
    """
    words = _plain_words(_without_agencies(title))
    found = [(m.start(), n, code) for n, (pattern, code) in enumerate(_topics()) if (m := pattern.search(words))]
    return (min(found)[2], f"topic.{min(found)[2]}") if found else None
