"""The register of regulations: laws, decrees, decisions and party documents that decisions cite.

Rows are in `grammar/regulations.csv`; a person's own rows (`VANBAN_REGISTRY`) come first and win; they may leave out
`key`. `date` is the day of adoption or signing, `in_force` the first day in force, `replaced_on` the day `replaced_by`
took its place. `source` says where the row is from: the domain notes, so many mentions in real decisions, a public page
(its address, or the document whose legal bases say it), other public texts that cite it so (number, date, name).
Rows whose source says `unverified` settle nothing by themselves that would be a finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from parsers import grammar, keys
from parsers.citation_model import Context
from parsers.citation_numbers import Number, format_number, parse_number
from parsers.folding import fold
from parsers.names import canonical, one_of

_NAMED = ("Luật", "Bộ luật", "PL", "HP")
_LONGEST = 330  # characters of the longest name, an amending law's


class Regulation(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `grammar/regulations.csv`. Dates are ISO 8601; `amended_by` and `aliases` hold several values."""

    number: str | None = None
    type: str
    date: str | None = None
    name: str | None = None
    aliases: str = ""
    issuer: str | None = None
    key: str | None = None
    in_force: str | None = None
    replaced_by: str | None = None
    replaced_on: str | None = None
    amended_by: str = ""
    source: str

    @property
    def verified(self) -> bool:
        """Whether the row has a source that was checked."""
        return "unverified" not in self.source

    def names(self) -> tuple[str, ...]:
        """The name and its other spellings."""
        return tuple(n for n in (self.name, *grammar.several(self.aliases)) if n)

    def replaced_before(self, date: str | None) -> bool:
        """Whether the document had been replaced when a decision of that date was made."""
        return bool(date and self.replaced_on and self.replaced_on <= date)


class NamedLaw(NamedTuple):
    """A law's name found in a text: where it ends, and the laws of that name, oldest first."""

    end: int
    laws: tuple[Regulation, ...]


@lru_cache(maxsize=1)
def rows() -> tuple[Regulation, ...]:
    """The register, a person's own rows first; of two rows of one key the first stands."""
    every = [_with_key(row) for row in grammar.rows("regulations", Regulation)]
    first = {row.key or f"{row.number} {row.name}": row for row in reversed(every)}
    return tuple(row for row in every if first[row.key or f"{row.number} {row.name}"] is row)


def _with_key(row: Regulation) -> Regulation:
    """A row with its key, made from number, type, date and issuer where the row leaves it out."""
    number = parse_number(row.number) if row.number and not row.key else None
    if number is None:
        return row
    year = number.year or (int(row.date[:4]) if row.date else None)
    where = Context(None, row.date, row.type, None)
    return msgspec.structs.replace(row, key=keys.key_of(row.type, number, year, where, row.issuer, row.date))


@lru_cache(maxsize=8192)
def number_key(number: Number) -> str:
    """The form in which numbers are compared: no leading zeros, lower case.

    >>> number_key(parse_number("09/2015/QĐ-TTg"))
    '9/2015/qđ-ttg'
    """
    return format_number(number).lstrip("0").lower()


@lru_cache(maxsize=1)
def _by_number() -> dict[str, tuple[Regulation, ...]]:
    table: dict[str, list[Regulation]] = defaultdict(list)
    for row in rows():
        number = parse_number(row.number) if row.number else None
        if number:
            table[number_key(number)].append(row)
    return {key: tuple(found) for key, found in table.items()}


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Regulation]:
    return {row.key: row for row in reversed(rows()) if row.key}


def by_number(number: Number) -> tuple[Regulation, ...]:
    """The rows of a number, whatever their year or place.

    >>> [row.date for row in by_number(parse_number("76/NQ-CP"))]
    ['2013-06-13', '2021-07-15']
    """
    return _by_number().get(number_key(number), ())


def by_key(key: str) -> Regulation | None:
    """The row of a key (`vn/qh/luat/2015/77`), or None."""
    return _by_key().get(key)


def _commaless(folded: str) -> str:
    return folded.replace(",", " ")


@lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern[str], dict[str, tuple[Regulation, ...]]]:
    """A pattern for any name of a law, ordinance or the constitution, and the laws of each name."""
    table: dict[str, list[Regulation]] = defaultdict(list)
    for row in rows():
        if row.type in _NAMED:
            for name in dict.fromkeys((*row.names(), *(n.replace("điều của Luật", "điều Luật") for n in row.names()))):
                table[canonical(_commaless(name))].append(row)
    pattern = re.compile(rf"{one_of(table)}(?!\w)")
    return pattern, {name: _oldest_first(laws) for name, laws in table.items()}


def named_at(folded: str, start: int) -> NamedLaw | None:
    """The law whose name (longest) begins at `start` of a folded text, with its type word; None where there is none.

    Commas between the words do not count: `Luật Cán bộ công chức` is `Luật Cán bộ, công chức`.

    >>> named_at("theo luật cán bộ, công chức và luật viên chức", 5).end
    27
    """
    pattern, laws = _names()
    m = pattern.match(_commaless(folded[start : start + _LONGEST]))
    if m is None:
        return None
    words = m[0]
    return NamedLaw(start + m.end(), laws.get(words) or laws[canonical(words)])


def _oldest_first(laws: Iterable[Regulation]) -> tuple[Regulation, ...]:
    return tuple({law.number: law for law in sorted(laws, key=lambda law: law.date or "")}.values())


def of_name(name: str) -> tuple[Regulation, ...]:
    """The laws of a name, oldest first.

    >>> [law.number for law in of_name("Luật Tổ chức chính quyền địa phương")]
    ['77/2015/QH13', '65/2025/QH15', '72/2025/QH15']
    """
    folded = fold(name)
    found = named_at(folded, 0)
    return found.laws if found and found.end == len(folded.rstrip()) else ()


def _known(laws: Iterable[Regulation], date: str) -> list[Regulation]:
    return [law for law in laws if (law.date or "") <= date and not law.replaced_before(date)]


def standing(laws: Iterable[Regulation], date: str | None) -> Regulation | None:
    """Of several laws of one name the one a decision of that date means, if exactly one.

    Adopted by then and not yet replaced; of two such (the new one adopted, the old one still in force) the one in
    force.

    >>> standing(of_name("Luật Ngân sách nhà nước"), "2025-11-20").number
    '83/2015/QH13'
    """
    if date is None:
        return None
    known = _known(laws, date)
    if len(known) > 1:
        known = [law for law in known if law.in_force is None or law.in_force <= date]
    return known[0] if len(known) == 1 else None
