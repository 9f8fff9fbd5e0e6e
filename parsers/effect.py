"""When a decision takes effect and when it ends, as one of its own Điều says.

Shapes (domain notes §1.1, the effect clause):

    Quyết định này có hiệu lực (thi hành) kể từ ngày ký (ban hành)        the decision's own day
    … sau 10 (mười) ngày, kể từ ngày ký                                   so many days after it
    … (thi hành) (kể) từ ngày 15 tháng 9 năm 2018                         that day
    … và có hiệu lực đến hết ngày 31/12/2020                              the last day
    … hết hiệu lực kể từ ngày 01/3/2027                                   the day before it is the last
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import regex

from parsers import dates

_SIGNED = r"từ\s+ngày\s+(?:ký(?:\s+ban\s+hành)?|ban\s+hành)"
_START = regex.compile(
    r"(?:quyết định|kế hoạch|quy định|quy chế)\s*(?:này)?\s*có hiệu lực\s*(?:thi hành|thực hiện|pháp luật)?\s*"
    rf"(?P<when>(?:kể\s+)?(?P<signed>{_SIGNED})"
    rf"|sau\s+(?P<days>\d{{1,4}})\s*(?:\([^)]*\)\s*)?ngày\s*,?\s*kể\s+{_SIGNED}"
    r"|(?:thi\s+hành\s+)?(?:kể\s+)?từ\s+(?=ngày\s))"
)
_END = regex.compile(
    r"[\s,;]*(?P<words>(?:và\s+)?(?:(?:có hiệu lực\s+)?đến\s+(?:hết\s+)?"
    r"|(?P<no_more>hết\s+hiệu\s+lực\s+(?:thi hành\s+)?(?:kể\s+)?từ\s+)))(?=ngày\s)"
)


class Day(NamedTuple):
    """A day an Điều names: where its words stand, and the day (ISO 8601; None where it is open)."""

    start: int
    end: int
    iso: str | None


class Effect(NamedTuple):
    """From when a decision has effect, and its last day where one is named."""

    start: Day
    end: Day | None


def find(folded: str, signed: str | None) -> Effect | None:
    """The effect clause in the folded words of a paragraph of a decision of that day, or None.

    >>> find("quyết định này có hiệu lực sau 10 ngày kể từ ngày ký.", "2020-02-25").start.iso
    '2020-03-06'
    >>> found = find("quyết định này có hiệu lực từ ngày 01/3/2020 đến hết ngày 31/12/2020.", "2020-02-25")
    >>> found.start.iso, found.end.iso
    ('2020-03-01', '2020-12-31')
    >>> find("nghị định này có hiệu lực kể từ ngày ký", "2020-02-25") is None
    True
    """
    m = _START.search(folded)
    if m is None:
        return None
    if m["signed"] or m["days"]:
        start = Day(m.start("when"), m.end(), _later(signed, int(m["days"] or 0)))
    else:
        day = dates.at(folded, m.end())
        if day is None:
            return None
        start = Day(m.start("when"), day.end, day.iso)
    return Effect(start, _last(folded, start.end))


def _last(folded: str, at: int) -> Day | None:
    m = _END.match(folded, at)
    day = dates.at(folded, m.end()) if m else None
    if m is None or day is None:
        return None
    return Day(m.start("words"), day.end, _later(day.iso, -1) if m["no_more"] else day.iso)


def _later(day: str | None, by: int) -> str | None:
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat() if day else None
