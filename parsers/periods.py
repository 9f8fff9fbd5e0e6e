"""The years a plan covers, from its title (domain notes §5.2: giai đoạn 2016 - 2020; năm 2023; định hướng đến 2030)."""

from __future__ import annotations

import regex

from parsers import dates
from parsers.model import Period
from parsers.view import View

_YEAR = r"(?<![\d/])(?:20|19)\d\d(?![\d/])"
_RANGE = regex.compile(rf"(?P<start>{_YEAR})\s*(?:[-–—]|đến(?:\s+năm)?)\s*(?:năm\s+)?(?P<end>{_YEAR})")
_VISION = regex.compile(rf"(?:tầm\s+nhìn|định\s+hướng)\s*(?:đến)?\s*(?:năm\s+)?(?P<year>{_YEAR})")
_UNTIL = regex.compile(rf"(?:đến|giai\s+đoạn)\s+(?:hết\s+)?(?:năm\s+)?(?P<year>{_YEAR})")
_SINGLE = regex.compile(rf"năm\s+(?:học\s+)?(?P<year>{_YEAR})")
_LIST = regex.compile(rf"năm\s+(?P<start>{_YEAR})\s*(?:,|và)\s*(?:năm\s+)?(?P<end>{_YEAR})")
# Years of a cited document (số 57-NQ/TW ngày 22/12/2024) are not the plan's.
_CITED = regex.compile(r"\d+[a-zđ]?(?:/(?:19|20)\d\d)?[/-]\p{L}[\p{L}\d/&-]*")


def read(title: View) -> tuple[Period, tuple[int, int]] | None:
    """The period and where in the title it stands (offsets); None where the title names no year."""
    words = title.folded
    for m in (*_CITED.finditer(words), *dates.find(words)):
        start, end = (m.start(), m.end()) if isinstance(m, regex.Match) else (m.start, m.end)
        words = words[:start] + "#" * (end - start) + words[end:]
    vision = _VISION.search(words)
    ahead = int(vision["year"]) if vision else None
    if vision:
        words = words[: vision.start()] + "#" * (vision.end() - vision.start()) + words[vision.end() :]
    for pattern in (_RANGE, _LIST):
        if m := pattern.search(words):
            return Period(start=int(m["start"]), end=int(m["end"]), vision=ahead), m.span()
    if m := _UNTIL.search(words):
        return Period(start=None, end=int(m["year"]), vision=ahead), m.span()
    if m := _SINGLE.search(words):
        return Period(start=int(m["year"]), end=int(m["year"]), vision=ahead), m.span()
    return (Period(vision=ahead), vision.span()) if vision else None
