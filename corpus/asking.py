"""What people type, understood: stretches of time, provinces then and now, agencies then and now, areas, topics.

Everything that cannot be understood raises `Misunderstood` (a ValueError) with a plain sentence, never a guess.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from corpus.listing import province_keys
from parsers import agency_register, areas, provinces
from parsers.folding import plain

#: What every query takes: a connection or a session; the caller owns it.
Reader = Connection | Session

#: Before and after everything, for windows that are open on one side.
FIRST, LAST = "0001-01-01", "9999-12-31"

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_OF = r"\s*(?:/|-|\.|,|nam|cua nam)?\s*(?:nam\s+)?"
_FORMS = tuple(
    (unit, re.compile(pattern))
    for unit, pattern in (
        ("day", rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)"),
        ("month", rf"{_YEAR}-(?P<month>\d\d)"),
        ("day", rf"(?:ngay\s+)?(?P<day>\d\d?)\s*(?:[/.-]|thang)\s*(?P<month>\d\d?)\s*(?:[/.-]|nam)\s*{_YEAR}"),
        ("quarter", rf"(?:quy|q)\s*(?P<quarter>[1-4]|iv|i{{1,3}}){_OF}{_YEAR}"),
        ("half", rf"(?:0?6|sau)\s+thang\s+(?P<half>dau|cuoi){_OF}{_YEAR}"),
        ("month", rf"(?:thang\s*)?(?P<month>\d\d?){_OF}{_YEAR}"),
        ("year", rf"(?:ca\s+)?(?:nam\s+)?{_YEAR}"),
    )
)


class Misunderstood(ValueError):
    """What a person typed is not understood; the message says so in plain words, with what it may be."""


class Window(NamedTuple):
    """A stretch of days, both inclusive (ISO 8601)."""

    start: str
    end: str


def connection(reader: Reader) -> Connection:
    """The connection of a reader."""
    return reader if isinstance(reader, Connection) else reader.connection()


# --- time ----------------------------------------------------------------------------------------------------------


def window(words: str) -> Window:
    """The days that a person means; `A..B` from the first day of A to the last of B, either may be left out.

    >>> window("quý I/2023"), window("31/03/2023").start, window("thang 2/2024").end
    (Window(start='2023-01-01', end='2023-03-31'), '2023-03-31', '2024-02-29')
    >>> window("2023-01-01..quy 2 nam 2023")
    Window(start='2023-01-01', end='2023-06-30')
    """
    first, dots, last = words.partition("..")
    if not dots:
        return _stretch(words)
    found = Window(
        _stretch(first).start if first.strip() else FIRST,
        _stretch(last).end if last.strip() else LAST,
    )
    if found.start > found.end:
        raise Misunderstood(f"{words!r} ends before it begins.")
    return found


def _stretch(words: str) -> Window:
    typed = plain(words)
    for unit, pattern in _FORMS:
        m = pattern.fullmatch(typed)
        if m is not None and (found := _days(unit, m)) is not None:
            return found
    raise Misunderstood(f"{words!r} is no time: try quý I/2023, 31/03/2023, 2023 or 2023-01-01..2023-03-31.")


def _days(unit: str, m: re.Match[str]) -> Window | None:
    year, given = int(m["year"]), m.groupdict()
    if unit == "year":
        return Window(f"{year}-01-01", f"{year}-12-31")
    if unit == "half":
        return months(year, 1, 6) if given["half"] == "dau" else months(year, 7, 12)
    if unit == "quarter":
        quarter = _ROMAN.get(given["quarter"]) or int(given["quarter"])
        return months(year, quarter * 3 - 2, quarter * 3)
    month = int(given["month"])
    if not 1 <= month <= 12:
        return None
    if unit == "month":
        return months(year, month, month)
    day = int(given["day"])
    one = f"{year}-{month:02d}-{day:02d}"
    return Window(one, one) if 1 <= day <= monthrange(year, month)[1] else None


def months(year: int, first: int, last: int) -> Window:
    """The days of the months `first` to `last` of a year.

    >>> months(2023, 4, 6)
    Window(start='2023-04-01', end='2023-06-30')
    """
    return Window(f"{year}-{first:02d}-01", f"{year}-{last:02d}-{monthrange(year, last)[1]}")


# --- places and bodies ---------------------------------------------------------------------------------------------


def places(words: str, merged: bool = False) -> list[str]:
    """The keys of the provinces that a person means.

    As they were: all bodies of that name. `merged`: the body of today that holds the place, with all it was formed
    from. Raises `corpus.listing.UnknownProvince`.

    >>> places("Vĩnh Long"), places("ben tre", merged=True)
    (['vinh-long', 'vinh-long-2025'], ['vinh-long-2025', 'ben-tre', 'tra-vinh', 'vinh-long'])
    """
    named = province_keys(words)
    if not merged:
        return named
    heirs = dict.fromkeys(heir.key for key in named if (heir := provinces.successor(key)))
    return list(dict.fromkeys(key for heir in heirs for key in (heir, *_formed_from(heir))))


def _formed_from(key: str) -> list[str]:
    return [k for former in provinces.predecessors(key) for k in (former.key, *_formed_from(former.key))]


def bodies(words: str, heirs: bool = False) -> list[str]:
    """The keys of the agencies that a person means by a name, a short form or a key.

    `heirs`: also all those whose duties the same body of today has (asked for Sở Xây dựng: Sở Giao thông vận tải too).
    Raises `Misunderstood`.

    >>> bodies("so noi vu"), "so-giao-thong-van-tai" in bodies("Sở Xây dựng", heirs=True)
    (['so-noi-vu'], True)
    """
    keys = [agency.key for agency in agency_register.search(words)]
    if not keys:
        raise Misunderstood(f"No agency is called {words!r}.{_near(words)}")
    if not heirs:
        return keys
    today = {heir for key in keys for heir in agency_register.successors(key)}
    return [*keys, *(key for key in _agencies() if key not in keys and today & set(agency_register.successors(key)))]


def _agencies() -> Iterable[str]:
    return agency_register.register().agencies


@lru_cache(maxsize=1)
def _typed_names() -> dict[str, str]:
    return {plain(agency.name): agency.name for agency in agency_register.register().agencies.values()}


def _near(words: str) -> str:
    from difflib import get_close_matches

    near = [_typed_names()[name] for name in get_close_matches(plain(words), _typed_names(), n=3, cutoff=0.75)]
    return f" Did you mean {' or '.join(near)}?" if near else " vanban agencies lists them."


# --- what it is about ----------------------------------------------------------------------------------------------


def area(words: str) -> str:
    """The code of an area of reform, from the code or a heading; raises `Misunderstood`.

    >>> area("procedures"), area("Cải cách thể chế"), area("cai cach the che")
    ('procedures', 'institutions', 'institutions')
    """
    return _one_of(areas.area_names(), words, "area", areas.area_of(words))


def topic(words: str) -> str:
    """The code of a plan's topic, from the code, its name or a title; raises `Misunderstood`.

    >>> topic("par"), topic("chuyển đổi số")
    ('par', 'digital')
    """
    return _one_of(areas.topic_names(), words, "topic", areas.topic_of(words))


def _one_of(names: dict[str, str], words: str, what: str, read: tuple[str, str] | None) -> str:
    typed = plain(words)
    for code, name in names.items():
        if typed in (code, plain(name)):
            return code
    if read is not None:
        return read[0]
    raise Misunderstood(f"{words!r} is no {what}: {', '.join(names)}.")
