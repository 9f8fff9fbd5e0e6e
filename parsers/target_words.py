"""The words of targets: grammar rows (targets.toml), checked and compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec

from parsers import grammar
from parsers.phrases import compiled

TABLE = "targets"
Comparator = Literal[">=", ">", "<=", "<", "=", "~", "range", "change"]
NEAR = 110  # code points before a figure in which its comparator stands


class Want(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One expected target of an example; what is not named is null."""

    comparator: Comparator | None = None
    value: float | None = None
    unit: str | None = None
    by: str | None = None
    inherited: bool = False
    subject: str | None = None
    indicator: str | None = None
    baseline: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence, what the caller knows about it, and all its targets."""

    text: str
    targets: tuple[Want, ...]
    years: tuple[int, int] | None = None
    inherit: str | None = None
    goal: bool = False
    source: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all rows have; targets.toml explains them."""

    id: str
    source: str


class Unit(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Literal["share", "count", "guarded"]
    names: tuple[str, ...]


class ComparatorRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    comparator: Comparator
    before: str
    after: str = ""
    sign: Literal[1, -1] = 1
    rank: bool = False
    range: bool = False
    examples: tuple[Case, ...] = ()
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")


class Goal(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Literal["firm", "doing"]
    pattern: str


class Indicator(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pattern: str
    examples: tuple[str, ...]
    not_: tuple[str, ...] = msgspec.field(name="not")


class NoneRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    before: str = ".*"
    after: str = ""
    unless_goal: bool = False
    reject: tuple[str, ...]
    accept: tuple[str, ...]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The small words that sentences are cut with; targets.toml says which is which."""

    link: str
    filler: str
    opener: str
    measure: str
    cut: str
    no_subject: str
    predicate: str
    preposition: str
    baseline: str
    raising: str
    group: str
    rank: str
    vision: str
    other_date: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """targets.toml."""

    define: str
    words: Words
    unit: tuple[Unit, ...]
    comparator: tuple[ComparatorRow, ...]
    goal: tuple[Goal, ...]
    indicator: tuple[Indicator, ...]
    none: tuple[NoneRow, ...]
    case: tuple[Case, ...]


@lru_cache(maxsize=1)
def table() -> Table:
    """The rows, checked; raises GrammarError where the table does not fit."""
    try:
        return msgspec.convert(grammar.toml(TABLE), Table)
    except msgspec.ValidationError as error:
        raise grammar.GrammarError(f"{TABLE}.toml: {error}") from error


@dataclass(frozen=True, slots=True)
class Expressions:
    """The table, compiled."""

    value: Any  # a figure (lo, perhaps hi) and its unit
    rank: Any  # a bare figure, for ranks
    rank_words: Any  # one of these stands where a rank does (stdlib: a quick look)
    comparators: tuple[tuple[ComparatorRow, Any, Any], ...]
    goals: dict[str, Any]
    indicators: tuple[tuple[str, Any], ...]
    none: tuple[tuple[NoneRow, Any, Any], ...]
    kinds: dict[str, str]  # the kind of a unit by its name
    words: dict[str, Any]
    run: Any  # backwards: the verb, filler, openers and dates just before a figure
    opening: Any  # openers and years inside a clause


_DATE = r"(?:(?:đến|tới|vào|trong) (?:hết |cuối )?)?năm \d{4}"


def _value(kinds: dict[str, str]) -> str:
    names = "|".join(name.replace("%", r"%(?:\s?/\s?năm)?") for name in sorted(kinds, key=len, reverse=True))
    return (
        r"(?<![\p{L}\d.,/:])(?<!ngày\s)(?P<lo>(?&figure))(?:(?:\s?%)?\s?(?:-|đến|tới)\s?(?P<hi>(?&figure)))?"
        rf"\s*(?P<unit>{names})(?![\p{{L}}\d])"
    )


@lru_cache(maxsize=1)
def expressions() -> Expressions:
    """The compiled rows; raises GrammarError naming the row that does not compile."""
    t = table()
    kinds: dict[str, str] = {name: unit.id for unit in t.unit for name in unit.names}
    w = t.words

    def one(pattern: str, owner: str) -> Any:
        return compiled(t.define, pattern, f"{TABLE}.toml, {owner}")

    return Expressions(
        value=one(_value(kinds), "unit"),
        rank=one(r"(?<![\p{L}\d.,/:])(?P<lo>(?&figure))(?![\p{L}\d%.,]|\s*%)", "rank"),
        rank_words=re.compile(t.words.rank),
        comparators=tuple(
            (c, one(rf"(?<!\p{{L}})(?:{c.before})\s*$", c.id), one(rf"\s*(?:{c.after})", c.id)) for c in t.comparator
        ),
        goals={g.id: one(g.pattern, g.id) for g in t.goal},
        indicators=tuple((i.id, one(i.pattern, i.id)) for i in t.indicator),
        none=tuple((n, one(n.before, n.id), one(n.after, n.id)) for n in t.none),
        kinds=kinds,
        words={name: one(getattr(w, name), name) for name in w.__struct_fields__},
        run=one(
            rf"(?r)(?:(?<!\p{{L}})(?:(?P<link>{w.link})|{w.filler}|(?P<opener>{w.opener}|{_DATE}))(?!\p{{L}})|[\s,])*",
            "run",
        ),
        opening=one(rf"(?<!\p{{L}})(?:(?:{w.opener})(?!\p{{L}})|{_DATE},?)", "opening"),
    )


def compared(before: str, after: str, ranged: bool, rank: bool) -> tuple[ComparatorRow, Any] | None:
    """The row whose comparator stands at the end of the words `before` a figure (and begins `after` it), its match."""
    for row, ahead, behind in expressions().comparators:
        if row.range == ranged and row.rank == rank:
            found = ahead.search(before)
            if found and (not row.after or behind.match(after)):
                return row, found
    return None
