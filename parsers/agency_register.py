"""The register of agencies: bodies that every province has, central bodies, and group expressions, with their history.

A key names a role (`so-noi-vu`); the body is that role in a province at a date. The rows are in
`grammar/agencies.csv` (named bodies; a person's own rows win), `grammar/agency_groups.csv` (expressions such as "các
sở, ban, ngành", kept apart from named bodies), `grammar/agency_functions.csv` (functions that moved between bodies)
and `grammar/agency_words.toml` (roles, spellings). `valid_from` and `valid_to` are the first and the last day;
`former` holds earlier names of the same body, each with its last day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from parsers import grammar
from parsers.folding import plain
from parsers.names import canonical, one_of, squeeze

GROUP = "group"

#: What may follow a name: a province, a district or a commune with its word, any proper name, nothing.
Tail = Literal["province", "district", "commune", "name", "none"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `agencies.csv`. `names` stand alone, `placed` need a place after them, `short` follows `head`."""

    key: str
    name: str
    kind: str = "unit"
    level: str | None = None
    tail: Tail = "province"
    head: str = ""
    short: str = ""
    names: str = ""
    symbols: str = ""
    placed: str = ""
    holders: str = ""
    former: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    successors: str = ""
    stop: str = ""
    examples: str = ""
    not_: str = msgspec.field(default="", name="not")
    source: str = "own register"


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `agency_groups.csv`: patterns of what follows "các", "mọi" … (`many`) and of what stands `alone`.

    In a pattern a space stands for one to three spaces, `{x}` for a fragment of `agency_words.toml`.
    """

    key: str
    name: str
    level: str | None = None
    many: str = ""
    alone: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    successors: str = ""
    examples: str
    not_: str = msgspec.field(default="", name="not")
    source: str


class FunctionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `agency_functions.csv`: who had a function, from when to when."""

    function: str
    name: str
    key: str
    valid_from: str | None = None
    valid_to: str | None = None
    source: str


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """A body or a group expression; `former`: earlier names with their last day; dates are ISO 8601, inclusive."""

    key: str
    name: str
    kind: str
    level: str | None
    aliases: tuple[str, ...]
    former: tuple[tuple[str, str], ...]
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...]
    source: str

    def at(self, date: str) -> bool:
        """Whether the body exists on that day."""
        return (self.valid_from or "") <= date and (self.valid_to is None or date <= self.valid_to)


class Candidate(NamedTuple):
    """What a name may mean: the row, and whether it needs a place after it."""

    row: Row
    placed: bool


class Register(NamedTuple):
    """Everything that reading needs, compiled once."""

    agencies: dict[str, Agency]
    names: dict[str, tuple[Candidate, ...]]  # canonical name -> what it may mean
    holders: dict[str, str]  # a role that names its body alone (chánh văn phòng) -> key
    symbols: dict[str, str]  # as printed -> key
    shorts: dict[str, dict[str, str]]  # folded head -> canonical tail -> key
    searched: dict[str, tuple[str, ...]]  # without diacritics -> keys
    named: re.Pattern[str]
    holding: re.Pattern[str]
    symbol: re.Pattern[str]
    group: re.Pattern[str]


# A name is no part of a longer word, of a document number (05/QĐ-UBND) or of a path (12/UBND).
START = r"(?<!\w)(?<!\w-)(?<!\d/)"
END = r"(?!\w)"


def words() -> dict[str, Any]:
    """The content of `agency_words.toml`."""
    return grammar.toml("agency_words")


def expand(name: str) -> list[str]:
    """All spellings of a name with `{…}` parts.

    >>> expand("{HĐND} cấp xã")
    ['HĐND cấp xã', 'Hội đồng nhân dân cấp xã']
    """
    m = re.search(r"\{([^}]+)\}", name)
    if m is None:
        return [name]
    spellings = _spellings()[m[1]]
    return [done for s in spellings for done in expand(f"{name[: m.start()]}{s}{name[m.end() :]}")]


@lru_cache(maxsize=1)
def _spellings() -> dict[str, list[str]]:
    return dict(words()["spellings"])


def _all(cell: str) -> list[str]:
    return [name for written in grammar.several(cell) for name in expand(written)]


def _shorts(row: Row) -> list[str]:
    return _all(row.short) if row.head else []


def _standing(row: Row) -> list[str]:
    """The names of a row that need nothing after them; its own name where the row gives no others."""
    names = [*_all(row.names), *(f"{row.head} {short}" for short in _shorts(row))]
    return names if names or row.placed else [row.name]


def _names(rows: list[Row]) -> dict[str, tuple[Candidate, ...]]:
    table: dict[str, dict[str, Candidate]] = defaultdict(dict)
    for row in rows:
        for name in _standing(row):
            table[canonical(name)].setdefault(row.key, Candidate(row, False))
        for name in _all(row.placed):
            table[canonical(name)].setdefault(row.key, Candidate(row, True))
    for row in rows:
        for name in _all(row.stop):
            table[canonical(name)] = {}
    return {name: tuple(found.values()) for name, found in table.items()}


def _agency(row: Row) -> Agency:
    aliases = (*_standing(row), *_all(row.placed), *_all(row.symbols), *_all(row.holders))
    return Agency(
        key=row.key,
        name=row.name,
        kind=row.kind,
        level=row.level,
        aliases=tuple(dict.fromkeys(aliases)),
        former=grammar.examples(row.former),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successors=grammar.several(row.successors),
        source=row.source,
    )


def _group(row: GroupRow) -> Agency:
    return Agency(
        key=row.key,
        name=row.name,
        kind=GROUP,
        level=row.level,
        aliases=(),
        former=(),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successors=grammar.several(row.successors),
        source=row.source,
    )


def pattern(written: str) -> str:
    """A pattern as written in `agency_groups.csv`, with its fragments put in and its spaces made one to three."""
    fragments = words()["fragments"]
    while (filled := re.sub(r"\{([a-z]+)\}", lambda m: fragments[m[1]], written)) != written:
        written = filled
    return re.sub(r" (\??)", lambda m: " {0,3}" if m[1] else " {1,3}", written)


def _grouping(groups: list[GroupRow]) -> re.Pattern[str]:
    """Any group expression; which row it is of is asked of the words found (`group_key`), as that is faster."""
    many = "|".join(pattern(row.many) for row in groups if row.many)
    alone = "|".join(pattern(row.alone) for row in groups if row.alone)
    begins = pattern("(?=(?:{q})?{first}(?!\\w))")
    return re.compile(f"{START}{begins}(?:{pattern('{q}')}(?:{many}){END}|(?:{alone}){END})")


@lru_cache(maxsize=1)
def _group_patterns() -> list[tuple[str, re.Pattern[str]]]:
    several = pattern("{q}")
    sources = {row.key: (row.many, row.alone) for row in groups()}
    readings = {
        key: "|".join([f"{several}(?:{pattern(many)})"] * bool(many) + [pattern(alone)] * bool(alone))
        for key, (many, alone) in sources.items()
    }
    return [(key, re.compile(reading)) for key, reading in readings.items()]


@lru_cache(maxsize=4096)
def group_key(expression: str) -> str | None:
    """The key of a folded group expression: of the first row that reads all of it; None for other words.

    >>> group_key("các sở, ban, ngành tỉnh"), group_key("tình hình")
    ('all-departments', None)
    """
    return next((key for key, reading in _group_patterns() if reading.fullmatch(expression)), None)


def _search_table(agencies: dict[str, Agency]) -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = defaultdict(dict)
    for agency in agencies.values():
        former = (name for name, _ in agency.former)
        for name in (agency.key, agency.name, *agency.aliases, *former):
            table[squeeze(plain(name))][agency.key] = None
    return {typed: tuple(keys) for typed, keys in table.items()}


def _short_table(rows: list[Row]) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        for short in _shorts(row):
            table[canonical(row.head)].setdefault(canonical(short), row.key)
    return dict(table)


def _first(pairs: list[tuple[str, str]]) -> dict[str, str]:
    table: dict[str, str] = {}
    for name, key in pairs:
        table.setdefault(name, key)
    return table


@lru_cache(maxsize=1)
def register() -> Register:
    """The register, compiled. A change of a person's own rows needs `register.cache_clear()`."""
    rows = grammar.rows("agencies", Row)
    groups = grammar.rows("agency_groups", GroupRow)
    agencies: dict[str, Agency] = {}
    for agency in [*map(_agency, rows), *map(_group, groups)]:
        agencies.setdefault(agency.key, agency)
    names = _names(rows)
    holders = _first([(canonical(name), row.key) for row in rows for name in _all(row.holders)])
    symbols = _first([(name, row.key) for row in rows for name in _all(row.symbols)])
    longest = sorted(symbols, key=len, reverse=True)
    return Register(
        agencies=agencies,
        names=names,
        holders=holders,
        symbols=symbols,
        shorts=_short_table(rows),
        searched=_search_table(agencies),
        named=re.compile(f"{START}{one_of(names)}{END}"),
        holding=re.compile(one_of(holders) + END),
        symbol=re.compile(rf"(?:{'|'.join(map(re.escape, longest))})(?![\w/&-])"),
        group=_grouping(groups),
    )


def rows() -> list[Row]:
    """The rows of named bodies as written, a person's own first."""
    return grammar.rows("agencies", Row)


def groups() -> list[GroupRow]:
    """The rows of group expressions as written."""
    return grammar.rows("agency_groups", GroupRow)


@lru_cache(maxsize=1)
def functions() -> tuple[FunctionRow, ...]:
    """The functions that moved between bodies, with who had them when."""
    return tuple(grammar.rows("agency_functions", FunctionRow))


def by_key(key: str) -> Agency | None:
    """The agency or group of a key, or None.

    >>> by_key("so-noi-vu").name, by_key("all-departments").kind
    ('Sở Nội vụ', 'group')
    """
    return register().agencies.get(key)


def name_at(key: str, date: str | None) -> str | None:
    """What the body of a key was called on that day (None: today); None for an unknown key.

    >>> name_at("thue-tinh", "2015-12-22"), name_at("thue-tinh", "2025-12-01")
    ('Cục Thuế tỉnh', 'Thuế tỉnh')
    """
    agency = by_key(key)
    if agency is None:
        return None
    then = (name for name, last in agency.former if date is not None and date <= last)
    return next(then, agency.name)


def kind_of(key: str) -> str:
    """The kind of a key's body (`department`, `group` …); `unknown` for a key that the register does not know.

    >>> kind_of("so-noi-vu")
    'department'
    """
    agency = by_key(key)
    return agency.kind if agency else "unknown"


def exists(key: str, date: str) -> bool | None:
    """Whether the body of a key exists on that day; None where the register does not know the key.

    >>> [exists("so-ke-hoach-va-dau-tu", day) for day in ("2024-01-01", "2025-12-01")], exists("unknown", "2024-01-01")
    ([True, False], None)
    """
    agency = by_key(key)
    return None if agency is None else agency.at(date)


def successors(key: str, date: str | None = None) -> tuple[str, ...]:
    """The keys that hold on that day (None: today) what the body held: itself while it exists, nothing if unknown.

    >>> successors("so-giao-thong-van-tai", "2025-12-01"), successors("so-giao-thong-van-tai", "2020-01-01")
    (('so-xay-dung',), ('so-giao-thong-van-tai',))
    """
    agency = by_key(key)
    if agency is None:
        return ()
    if agency.valid_to is None or (date is not None and date <= agency.valid_to):
        return (key,)
    return tuple(dict.fromkeys(heir for next_key in agency.successors for heir in successors(next_key, date)))


def holder(function: str, date: str) -> str | None:
    """The key of the body that had a function on that day, or None.

    >>> holder("procedure-control", "2015-12-22"), holder("procedure-control", "2022-12-13")
    ('so-tu-phap', 'van-phong-ubnd-tinh')
    """
    held = (f for f in functions() if f.function == function)
    then = [f.key for f in held if (f.valid_from or "") <= date and (f.valid_to is None or date <= f.valid_to)]
    return then[0] if len(then) == 1 else None


def search(user_input: str) -> tuple[Agency, ...]:
    """Every agency that what a person typed may name: keys, names and short forms, with or without diacritics.

    >>> [a.key for a in search("so noi vu")], [a.key for a in search("VPUBND")]
    (['so-noi-vu'], ['van-phong-ubnd-tinh'])
    """
    found = register().searched.get(squeeze(plain(user_input)), ())
    return tuple(register().agencies[key] for key in found)
