"""Vietnamese dates in words and figures.

Shapes (domain notes §3.1): `ngày 08 tháng 11 năm 2011`, `ngày 08/11/2011`, `04/7/2012`, `01-10-1997`, `16.02.2004`,
`16/11 /2013` (a stray space). A date that cannot exist (31/02) is found and has no value.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import regex

#: Fragments for other grammars: `(?&date)` after `DEFINE`. A date never begins or ends inside a longer number.
DEFINE = r"""
(?(DEFINE)
  (?P<day>(?:0?[1-9]|[12]\d|3[01]))
  (?P<month>(?:0?[1-9]|1[0-2]))
  (?P<year>(?:19|20)\d\d)
  (?P<sep>\s?[/.\-]\s?)
  (?P<slash_date>(?<![\d/])(?&day)(?&sep)(?&month)(?&sep)(?&year)(?![\d/]))
  (?P<long_date>(?<!\d)(?&day)\s+tháng\s+(?&month)\s+năm\s+(?&year)(?!\d))
  (?P<date>(?:ngày\s*)?(?:(?&long_date)|(?&slash_date)))
)"""

_DATE = regex.compile(
    r"(?<![\d/.])(?:ngày\s*)?(?:"
    r"(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+(?P<y>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2})\s?(?P<s>[/.\-])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<y>(?:19|20)\d\d)"
    r")(?![\d/])",
    regex.IGNORECASE,
)


class FoundDate(NamedTuple):
    """A date in a text: `[start, end)` and its ISO value, None where no such day exists."""

    start: int
    end: int
    iso: str | None


def iso(year: int, month: int, day: int) -> str | None:
    """ISO 8601 of a day, or None where the calendar has no such day.

    >>> iso(2015, 2, 30) is None
    True
    """
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def find(text: str, start: int = 0, end: int | None = None) -> list[FoundDate]:
    """All dates of a text, in order.

    >>> find("số 30c/NQ-CP ngày 08/11/2011 và 13 tháng 6 năm 2013")
    [FoundDate(start=13, end=28, iso='2011-11-08'), FoundDate(start=32, end=51, iso='2013-06-13')]
    """
    return [
        FoundDate(m.start(), m.end(), iso(int(m["y"]), int(m["m"]), int(m["d"])))
        for m in _DATE.finditer(text, start, len(text) if end is None else end)
    ]


def at(text: str, start: int) -> FoundDate | None:
    """The date that begins at a place of a text, or None.

    >>> at("từ ngày 01/3/2020 trở đi", 3).iso
    '2020-03-01'
    """
    m = _DATE.match(text, start)
    return FoundDate(m.start(), m.end(), iso(int(m["y"]), int(m["m"]), int(m["d"]))) if m else None


def parse(text: str) -> str | None:
    """The ISO value of a text that is one date, else None.

    >>> parse("ngày 04/7/2012")
    '2012-07-04'
    """
    m = _DATE.fullmatch(text.strip())
    return iso(int(m["y"]), int(m["m"]), int(m["d"])) if m else None


def format(value: str) -> str:
    """The long form of an ISO date, day and months 1 and 2 padded as NĐ 30/2020 asks.

    >>> format("2011-11-08")
    'ngày 08 tháng 11 năm 2011'
    """
    d = date.fromisoformat(value)
    month = f"{d.month:02d}" if d.month < 3 else str(d.month)
    return f"ngày {d.day:02d} tháng {month} năm {d.year}"
