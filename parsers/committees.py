"""The words of committees: what a People's Committee and its chair are called, and the places they stand for.

The words are in `grammar/committees.toml`; patterns over them are written with fragments and compiled once: `(?&body)`,
`(?&full_body)` (not its short form), `(?&chair)`, `(?&town)` (any kind of place), `(?&city)`, `(?&below)` (a kind below
the province), `(?&named_after)`, `(?&heads)`, `(?&higher)`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

import regex

from parsers import grammar

Level = Literal["province", "district", "commune"]
_LEVELS: dict[str, Level] = {"province": "province", "city": "province", "district": "district", "commune": "commune"}


def words(*path: str) -> tuple[str, ...]:
    """The words of a table of `committees.toml`, longest first.

    >>> words("towns", "district")
    ('thị xã', 'huyện', 'quận')
    """
    table = grammar.toml("committees")
    for name in path:
        table = table[name]
    found = table["words"] if isinstance(table, dict) else table
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def any_of(names: tuple[str, ...]) -> str:
    r"""The source of a pattern for any of the words, a blank for any blank.

    >>> any_of(("thị xã", "tp."))
    '(?:thị\\s+xã|tp\\.)'
    """
    return "(?:" + "|".join(r"\s+".join(regex.escape(part) for part in name.split(" ")) for name in names) + ")"


@lru_cache(maxsize=1)
def _fragments() -> dict[str, str]:
    towns = {kind: words("towns", kind) for kind in _LEVELS}
    below = (*towns["district"], *towns["commune"])
    return {
        "(?&body)": any_of((*words("committee", "names"), *words("committee", "short"))),
        "(?&full_body)": any_of(words("committee", "names")),
        "(?&chair)": any_of(words("committee", "chair")),
        "(?&town)": any_of((*towns["province"], *towns["city"], *below)),
        "(?&city)": any_of(towns["city"]),
        "(?&below)": any_of(below),
        "(?&named_after)": any_of(words("named_after")),
        "(?&heads)": any_of(words("heads")),
        "(?&title_leads)": any_of(words("title_leads")),
        "(?&higher)": any_of(words("higher")),
    }


@cache
def compiled(source: str, flags: int = 0) -> regex.Pattern[str]:
    """The pattern of a source written with the fragments; for folded text.

    >>> compiled(r"(?&body) (?&town)").match("ubnd tỉnh")[0]
    'ubnd tỉnh'
    """
    for name, fragment in _fragments().items():
        source = source.replace(name, fragment)
    return regex.compile(source, flags)


def level_of(kind: str) -> Level:
    """The level of a committee by the kind of its place (folded); a city counts as a province's equal.

    >>> level_of("thị xã"), level_of("tp.")
    ('district', 'province')
    """
    printed = " ".join(kind.split())
    return next(level for name, level in _LEVELS.items() if printed in words("towns", name))


def is_city(kind: str) -> bool:
    """Whether a kind of place is a city, which may be a province's equal or a district's."""
    return " ".join(kind.split()) in words("towns", "city")
