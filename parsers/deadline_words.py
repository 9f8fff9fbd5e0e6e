"""The words of deadlines: grammar rows (deadlines.toml) and the tokens they read in folded text.

`cell` reads a text that is a deadline from end to end, `chain` the run of such words that begins at a place in a
sentence, `starts` the places where one may begin, and `verdict` says whether one found there sets a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar

import msgspec
import regex

from parsers import grammar
from parsers.folding import fold, plain
from parsers.model import DeadlinePart, Recurrence
from parsers.phrases import compiled, either, expanded

TABLE = "deadlines"
_SYLLABLE = regex.compile(r"\p{L}+")
T = TypeVar("T")
Bound = Literal["before", "until", "to", "in", "from", "after"]
Link = Literal["list", "range", "break"]
OffsetUnit = Literal["day", "working-day", "week", "month", "year", "hour"]
Unit = Literal["day", "month", "quarter", "half", "year", "quarter-month", "next-month", "illegible", "unknown"]
Kind = Literal[
    "bound",
    "vague",
    "named",
    "clock",
    "period",
    "open",
    "recurrence",
    "offset",
    "condition",
    "link",
    "filler",
    "unread",
    "nothing",
]


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phrase and its reading; what is not named is null."""

    text: str
    years: tuple[int, int] | None = None
    start: str | None = None
    end: str | None = None
    recurrence: Recurrence | None = None
    condition: str | None = None
    parts: tuple[DeadlinePart, ...] = ()
    warnings: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of deadlines.toml; its head explains the columns."""

    id: str
    kind: Kind
    pattern: str
    source: str
    bound: Bound | None = None
    unit: Unit | None = None
    recurrence: Recurrence | None = None
    link: Link | None = None
    where: Literal["both", "cell"] = "both"
    only: Literal["bound", "day", "month", "quarter", "year", "recurrence"] | None = None
    examples: tuple[Example, ...] = ()
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What single words stand for, and the words that deadlines are written with."""

    numerals: dict[str, int]
    counts: dict[str, int]
    month_of_quarter: dict[str, int]
    months: dict[str, int]
    units: dict[str, OffsetUnit]
    written_cycles: dict[Recurrence, str]
    written_months: tuple[str, ...]


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence and the words of the deadline in it."""

    text: str
    words: str


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands around words in a sentence, and whether they set a deadline there."""

    id: str
    verdict: Literal["accept", "reject"]
    leads: tuple[str, ...]
    before: str = ".*"
    words: str = ""
    after: str = ""
    source: str
    accept: tuple[Sentence, ...] = ()
    reject: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A row's match in folded text, `[start, end)`."""

    row: Row
    start: int
    end: int
    match: Any

    def number(self, name: str) -> int | None:
        """The figure of a capture, None where it is absent."""
        figures = self.get(name)
        return int(figures) if figures and figures.isdecimal() else None

    def get(self, name: str) -> str | None:
        """The words of a capture, white space folded; None where it is absent."""
        words = self.match[name] if name in self.match.re.groupindex else None
        return " ".join(words.split()) if words is not None else None

    def words(self, name: str) -> tuple[int, int] | None:
        """The span of a capture, None where it is absent."""
        span: tuple[int, int] = self.match.span(name) if name in self.match.re.groupindex else (-1, -1)
        return span if span[0] >= 0 else None


class _Reader:
    """The rows that may stand at a place, as one expression, in the order of the table."""

    __slots__ = ("_expression", "_rows")

    def __init__(self, define: str, rows: list[Row]) -> None:
        self._expression = either(define, [(row.id, row.pattern) for row in rows], f"{TABLE}.toml")
        self._rows = [(self._expression.groupindex[f"r{i}"], row) for i, row in enumerate(rows)]

    def read(self, folded: str, at: int) -> Token | None:
        match = self._expression.match(folded, at)
        if match is None:
            return None
        row = next(row for group, row in self._rows if match.start(group) >= 0)
        return Token(row, match.start(), match.end(), match)


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """All rows, checked; raises GrammarError where the table does not fit."""
    return _converted("row", tuple[Row, ...])


@lru_cache(maxsize=1)
def by_plain() -> dict[str, str]:
    """The words of all examples that need no other reading, by their letters without marks (`xuyen`: `xuyên`)."""
    marked: dict[str, set[str]] = {}
    for row in rows():
        for example in row.examples:
            for word in _SYLLABLE.findall(fold(example.text)) if not example.warnings else ():
                marked.setdefault(plain(word), set()).add(word)
    return {letters: min(found) for letters, found in marked.items() if len(found) == 1 and letters not in found}


@lru_cache(maxsize=1)
def contexts() -> tuple[Context, ...]:
    """What decides in a sentence, in order; raises GrammarError where the table does not fit."""
    return _converted("context", tuple[Context, ...])


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """What single words stand for; raises GrammarError where the table does not fit."""
    return _converted("vocabulary", Vocabulary)


def _converted(key: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(grammar.toml(TABLE)[key], kind)
    except msgspec.ValidationError as error:
        raise grammar.GrammarError(f"{TABLE}.toml, {key}: {error}") from error


def _define() -> str:
    return str(grammar.toml(TABLE)["define"])


@lru_cache(maxsize=32)
def _reader(cell: bool, only: str | None) -> _Reader | None:
    chosen = [row for row in rows() if row.only == only and (cell or row.where == "both")]
    return _Reader(_define(), chosen) if chosen else None


def _next(folded: str, at: int, before: Token | None, listed: str | None, cell: bool) -> Token | None:
    """The token at a place: first what only may follow the token before or go on with a list, then any other."""
    only = "bound" if before and before.row.kind in ("bound", "vague") else None
    if before and before.row.kind == "link":
        only = listed
    reader = _reader(cell, only) if only else None
    plain = _reader(cell, None)
    return (reader.read(folded, at) if reader else None) or (plain.read(folded, at) if plain else None)


def _listed(token: Token, listed: str | None) -> str | None:
    """What a list goes on with behind a token: its unit, a cycle, or nothing."""
    if token.row.kind in ("link", "bound", "filler", "vague", "named", "clock"):
        return listed
    return "recurrence" if token.row.kind == "recurrence" else token.row.unit


_NEUTRAL = regex.compile(r"[\s():.*|\[\]\"…_]*")
_WORD = regex.compile(r"[^\s,;()]+")
_LABEL = regex.compile(r"[^:;()]{0,60}:")
_GAP = regex.compile(r"[\s(]*")


def cell(folded: str) -> tuple[list[Token], int]:
    """The tokens of a text that is a deadline, and how many of its words none of them reads.

    Words in brackets and labels (before a colon) need not be read.
    """
    tokens: list[Token] = []
    listed, unread, at = None, 0, 0
    while (at := _NEUTRAL.match(folded, at).end()) < len(folded):
        token = _next(folded, at, tokens[-1] if tokens else None, listed, cell=True)
        if token and token.end > at:
            tokens.append(token)
            listed, at = _listed(token, listed), token.end
            continue
        label, word = _LABEL.match(folded, at), _WORD.match(folded, at)
        bracket = folded.count("(", 0, at) > folded.count(")", 0, at)
        unread += not label and not bracket
        at = word.end() if word else at + 1
    return tokens, unread


def chain(folded: str, at: int) -> list[Token]:
    """The run of tokens from a place in a sentence, without a bound or a link left over at its end."""
    tokens: list[Token] = []
    listed = None
    while at < len(folded):
        token = _next(folded, at, tokens[-1] if tokens else None, listed, cell=False)
        if token is None or token.end == at or token.row.kind == "unread" or token.row.link == "break":
            break
        tokens.append(token)
        listed, at = _listed(token, listed), _GAP.match(folded, token.end).end()
    while tokens and tokens[-1].row.kind in ("bound", "vague", "clock", "link"):
        tokens.pop()
    return tokens


_LETTERS = "a-zà-ãè-êìíò-õùúýăđĩũơưạ-ỹ"  # of folded text


@lru_cache(maxsize=1)
def _openings() -> tuple[tuple[str, ...], Any, Any]:
    """Plain keywords, those that are patterns, and the closer look, all for the standard library."""
    table = grammar.toml(TABLE)
    plain = tuple(k for k in table["keywords"] if k.isalpha())
    patterns = "|".join(k for k in table["keywords"] if not k.isalpha())
    opening = expanded("", table["opening"], f"{TABLE}.toml, opening").replace(r"\p{L}", _LETTERS)
    return plain, re.compile(patterns), re.compile(opening, re.DOTALL)


def starts(folded: str, at: int = 0, end: int | None = None) -> Iterator[int]:
    """The places in `[at, end)` where a deadline may begin."""
    plain, patterns, opening = _openings()
    stop = len(folded) if end is None else end
    places = [match.start() for match in patterns.finditer(folded, at, stop)]
    for keyword in plain:  # plain search is ten times as fast as an expression of all of them
        place = folded.find(keyword, at, stop)
        while place >= 0:
            places.append(place)
            place = folded.find(keyword, place + 1, stop)
    for place in sorted(set(places)):
        if opening.match(folded, place):
            yield place


@lru_cache(maxsize=1)
def _judges() -> dict[str, list[tuple[Context, Any, Any, Any]]]:
    judges: dict[str, list[tuple[Context, Any, Any, Any]]] = {row.id: [] for row in rows()}
    for context in contexts():
        owner = f"{TABLE}.toml, {context.id}"
        parts = (compiled("", p, owner) for p in (context.before, context.words, context.after))
        judge = (context, *parts)
        for lead in judges if "*" in context.leads else context.leads:
            judges[lead].append(judge)
    return judges


def verdict(folded: str, lead: str, sentence: int, start: int, end: int) -> Context | None:
    """The context that decides about the words `[start, end)` of the sentence that begins at `sentence`."""
    for context, before, words, after in _judges()[lead]:
        if words.match(folded, start, end) and after.match(folded, end) and before.fullmatch(folded, sentence, start):
            return context
    return None
