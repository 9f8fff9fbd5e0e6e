"""The provinces and centrally run cities, before and after 1 July 2025.

A name is stable, its territory is not: 63 bodies until 30 June 2025, 34 from 1 July 2025 (NQ 202/2025/QH15). The 23
formed by a merger are new bodies (`vinh-long-2025`); the eleven that were not merged keep their key. Thừa Thiên Huế
(`thua-thien-hue`) became the city of Huế (`hue`) on 1 January 2025 (NQ 175/2024/QH15). Official codes come from
QĐ 124/2004/QĐ-TTg and, since 1 July 2025, QĐ 19/2025/QĐ-TTg; a code means nothing without its date. The rows are in
`grammar/provinces.csv`; `valid_from` and `valid_to` are the first and the last day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import msgspec

from parsers import grammar
from parsers.committees import compiled
from parsers.folding import fold, plain
from parsers.names import one_of, squeeze

CITY = "thành phố"

_KIND = re.compile(r"\s*(?:(?P<province>tỉnh)|(?P<city>thành phố|t\.?\s?p\b\.?))\s*", re.IGNORECASE)
# A town of the same name is not the province: thị xã Phú Thọ, huyện Điện Biên, sông Đồng Nai.
_OTHER = r"(?:(?&below)|(?&named_after))\s+\Z"
_FORMER = re.compile(r"\s*\(?(?:cũ\b|trước đây\b|trước (?:khi )?(?:sáp nhập|sắp xếp|hợp nhất))")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `grammar/provinces.csv`, as written."""

    key: str
    name: str
    kind: str
    code: str | None = None
    code_from: str | None = None
    variants: str = ""
    bare: str = ""
    seats: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None
    examples: str = ""
    not_: str = msgspec.field(default="", name="not")
    source: str


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """A province-level body; `name` without tỉnh / thành phố, `names` its spellings, `seats` its capital towns."""

    key: str
    name: str
    kind: str
    code: str | None
    code_from: str | None
    names: tuple[str, ...]
    seats: tuple[str, ...]
    valid_from: str | None
    valid_to: str | None
    successor: str | None

    def at(self, date: str) -> bool:
        """Whether the body exists on that day (ISO 8601)."""
        return (self.valid_from or "") <= date and (self.valid_to is None or date <= self.valid_to)


class Found(NamedTuple):
    """A province named in a text: `[start, end)` with the kind word directly before the name, and the body."""

    start: int
    end: int
    province: Province


class _Register(NamedTuple):
    by_key: dict[str, Province]
    by_name: dict[str, tuple[Province, ...]]  # squeezed name, without the kind word
    by_seat: dict[str, tuple[Province, ...]]
    by_plain: dict[str, tuple[Province, ...]]  # without diacritics: what people type
    pattern: re.Pattern[str]


def _province(row: Row) -> Province:
    names = (row.name, *grammar.several(row.variants), *grammar.several(row.bare))
    return Province(
        key=row.key,
        name=row.name,
        kind=row.kind,
        code=row.code,
        code_from=row.code_from,
        names=names,
        seats=grammar.several(row.seats),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor=row.successor,
    )


def _in_text(row: Row) -> tuple[str, ...]:
    """The spellings that name the province in running text; a name shared with a person needs its kind word."""
    bare = grammar.several(row.bare)
    names = tuple(n for n in (row.name, *grammar.several(row.variants)) if n not in bare)
    with_kind = (f"{kind}{name}" for name in bare for kind in (f"{row.kind} ", "tp ", "tp. ", "tp."))
    return (*names, *with_kind, *grammar.several(row.not_))


def _table(pairs: Iterable[tuple[str, Province]]) -> dict[str, tuple[Province, ...]]:
    table: dict[str, dict[str, Province]] = defaultdict(dict)
    for name, province in pairs:
        table[name].setdefault(province.key, province)
    return {name: tuple(found.values()) for name, found in table.items()}


@lru_cache(maxsize=1)
def _register() -> _Register:
    rows = grammar.rows("provinces", Row)
    every = [_province(row) for row in rows]
    names = [(name, p) for p in every for name in p.names]
    searched = [(squeeze(plain(name)), p) for name, p in names] + [(squeeze(p.key), p) for p in every]
    return _Register(
        by_key={p.key: p for p in every},
        by_name=_table((squeeze(name), p) for name, p in names),
        by_seat=_table((squeeze(seat), p) for p in every for seat in p.seats),
        by_plain=_table(searched),
        pattern=re.compile(
            r"(?<!\w)(?P<kind>(?:tỉnh|thành phố) {1,3}|tp(?:\. {0,3}| {1,3}))?"
            rf"(?P<name>{one_of(name for row in rows for name in _in_text(row))})(?!\w)"
        ),
    )


def rows() -> list[Row]:
    """The rows of the register as written, with their examples and sources."""
    return grammar.rows("provinces", Row)


def spellings() -> tuple[str, ...]:
    """All spellings of all provinces' names, without kind words: for the patterns of other grammars."""
    return tuple(dict.fromkeys(name for p in _register().by_key.values() for name in p.names))


def kind_of(name: str) -> str | None:
    """`tỉnh` or `thành phố`, the kind of the body of that name (any spelling, any time); None for another name.

    >>> kind_of("Đà Nẵng"), kind_of("Sơn La"), kind_of("Vinh")
    ('thành phố', 'tỉnh', None)
    """
    found = _register().by_name.get(squeeze(name), ())
    return found[-1].kind if found else None


def by_key(key: str) -> Province | None:
    """The body of a key (`vinh-long-2025`), or None.

    >>> by_key("hue").valid_from
    '2025-01-01'
    """
    return _register().by_key.get(key)


def code_at(key: str, date: str) -> str | None:
    """The official code of a body on a day: None before the list of 2004 and where the body did not exist.

    >>> code_at("bac-giang", "2024-05-01"), code_at("bac-ninh-2025", "2025-09-01")
    ('24', '24')
    """
    province = by_key(key)
    if province is None or not province.at(date) or date < (province.code_from or date):
        return None
    return province.code


def _only(found: Iterable[Province], date: str | None) -> Province | None:
    left = [p for p in found if date is None or p.at(date)]
    return left[0] if len(left) == 1 else None


def _read(name: str) -> tuple[str | None, str]:
    """Kind word, if any, and the squeezed rest."""
    m = _KIND.match(fold(name))
    if m is None:
        return None, squeeze(name)
    return ("tỉnh" if m["province"] else CITY), squeeze(name[m.end() :])


def _candidates(name: str) -> list[Province]:
    register = _register()
    whole = register.by_name.get(squeeze(name))
    if whole:
        return list(whole)
    kind, rest = _read(name)
    return [p for p in register.by_name.get(rest, ()) if kind in (None, p.kind)]


def by_name(name: str, date: str | None) -> Province | None:
    """The province of that name on that day, or None.

    `name` may have its kind word, any capitals, any known spelling; a town (`thành phố Sơn La`) is none. Without a
    date, None where the name was carried by two bodies.

    >>> by_name("TỈNH VĨNH LONG", "2022-12-13").key, by_name("Vĩnh Long", "2025-12-01").key
    ('vinh-long', 'vinh-long-2025')
    >>> by_name("Vĩnh Long", None) is None
    True
    """
    return _only(_candidates(name), date)


def by_place(place: str, date: str | None) -> Province | None:
    """The province where a document was signed: a letterhead names the province or its capital town.

    The place of a former province lies in its successor.

    >>> by_place("Nha Trang", "2019-03-01").key, by_place("Quy Nhơn", "2025-09-01").key
    ('khanh-hoa', 'gia-lai-2025')
    """
    named = by_name(place, date) if date else None
    if named:
        return named
    seats = _register().by_seat.get(_read(place)[1], ())
    former = {p.key: p for p in (*_candidates(place), *seats)}.values()
    if date is None:
        return _only(former, None)
    heirs = {p.key: p for p in (successor(f.key, date) for f in former) if p and p.at(date)}
    return _only(heirs.values(), date)


def _choose(found: tuple[Province, ...], date: str | None, former: bool) -> Province | None:
    """Of several bodies of one name: the one called former, else the one of that day, else the only one there is."""
    if len(found) == 1:
        return found[0]
    if former:
        return _only((p for p in found if p.valid_to is not None), None)
    return _only(found, date)


def _capitals(words: str) -> bool:
    return all(part[0].isupper() for part in re.split(r"[\s\-.]+", words) if part and part[0].isalpha())


def _named(text: str, m: re.Match[str], date: str | None, folded: str) -> Province | None:
    start, end = m.span("name")
    kind, rest = _read(m["name"])
    found = _register().by_name.get(rest) or _register().by_name.get(squeeze(m["name"]), ())
    if m["kind"]:
        kind = "tỉnh" if m["kind"].startswith("tỉnh") else CITY
    found = tuple(p for p in found if kind in (None, p.kind))
    if not _capitals(_KIND.sub("", text[start:end], count=1)) or compiled(_OTHER).search(
        folded[max(0, m.start() - 12) : m.start()]
    ):
        return None
    return _choose(found, date, bool(_FORMER.match(folded, end)))


def find(text: str, date: str | None, *, folded: str | None = None) -> list[Found]:
    """The provinces named in a text, in order: longest name, whole words, in capitals or capitalised.

    A name that ended before `date` and had one body alone still names that body; `tỉnh Đồng Nai (cũ)` is the former
    body; a name whose body stays open (two bodies, no date) is left out, and so are towns of the same name. `folded` is
    `fold(text)` where the caller has it already.

    >>> [(f.start, f.end, f.province.key) for f in find("UBND tỉnh Sơn La và thành phố Sơn La", "2021-05-12")]
    [(5, 16, 'son-la')]
    """
    folded = fold(text) if folded is None else folded
    found = ((m, _named(text, m, date, folded)) for m in _register().pattern.finditer(folded))
    return [Found(m.start(), m.end(), p) for m, p in found if p is not None]


def successor(key: str, date: str | None = None) -> Province | None:
    """The body that a province is, or has become, on that day (None: today's); None for an unknown key.

    >>> successor("ha-tay", "2010-01-01").key, successor("ben-tre").key
    ('ha-noi', 'vinh-long-2025')
    """
    province = by_key(key)
    while province and province.successor and province.valid_to and (date is None or date > province.valid_to):
        province = by_key(province.successor)
    return province


def predecessors(key: str) -> tuple[Province, ...]:
    """The bodies that a province was directly formed from, in the order of the register.

    >>> [p.name for p in predecessors("phu-tho-2025")]
    ['Hòa Bình', 'Phú Thọ', 'Vĩnh Phúc']
    """
    return tuple(p for p in _register().by_key.values() if p.successor == key)


def valid(date: str) -> tuple[Province, ...]:
    """All provinces of a day (ISO 8601).

    >>> len(valid("2025-06-30")), len(valid("2025-07-01"))
    (63, 34)
    """
    return tuple(p for p in _register().by_key.values() if p.at(date))


def search(user_input: str) -> tuple[Province, ...]:
    """Every body that what a person typed may name: no diacritics, no spaces, short forms, keys.

    Both bodies of a name are given, the older one first.

    >>> [p.key for p in search("tp.hcm")], [p.key for p in search("son la")]
    (['ho-chi-minh', 'ho-chi-minh-2025'], ['son-la'])
    """
    typed = plain(user_input)
    register = _register().by_plain
    stripped = re.sub(r"^(?:tinh|thanh pho|tp)\b[. ]*", "", typed)
    return register.get(squeeze(typed)) or register.get(squeeze(stripped)) or ()


def suggest(user_input: str) -> tuple[str, ...]:
    """Names near to what a person typed, for "did you mean"; nothing is decided by them.

    >>> suggest("sonn la")
    ('Sơn La',)
    """
    register = _register().by_plain
    near = get_close_matches(squeeze(plain(user_input)), register, n=3, cutoff=0.75)
    return tuple(dict.fromkeys(p.name for key in near for p in register[key]))
