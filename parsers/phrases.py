"""Patterns of grammar tables: how a row's text becomes a compiled expression.

In a pattern a space stands for any white space (a wrapped line is one), and a line break with its indentation for
nothing, so that long patterns can be laid out. `(?&name)` stands for a fragment of the table's `define` block, one
`(?P<name>…)` after another, as in the `(?(DEFINE)…)` of the regex library. Fragments are written out where they are
called: a call saves and restores every group of the expression, which costs ten times the match.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import regex

from parsers.grammar import GrammarError

_CALL = regex.compile(r"\(\?&(\w+)\)")
_FRAGMENT = regex.compile(
    r"\(\?P<(?P<name>\w+)>(?P<body>(?:[^()\\\[]|\\.|\[(?:[^\]\\]|\\.)*\]|(?P<nest>\((?:[^()\\\[]|\\.|\[(?:[^\]\\]|\\.)*\]|(?&nest))*\)))*)\)"
)


def source(pattern: str) -> str:
    r"""The expression a pattern stands for, its fragments still called.

    >>> source("trước ngày\n  (?&day)")
    'trước\\s+ngày(?&day)'
    """
    return "".join(line.strip() for line in pattern.splitlines()).replace(" ", r"\s+")


@lru_cache(maxsize=16)
def fragments(define: str) -> dict[str, str]:
    """The fragments of a `define` block by name, those they call written out (a fragment calls earlier ones)."""
    found: dict[str, str] = {}
    for match in _FRAGMENT.finditer(source(define)):
        found[match["name"]] = _called(match["body"], found)
    return found


def _called(pattern: str, known: dict[str, str]) -> str:
    return str(_CALL.sub(lambda call: f"(?:{known[call[1]]})", pattern))


def expanded(define: str, pattern: str, owner: str) -> str:
    """A pattern with its fragments written out; raises GrammarError naming `owner` for a fragment there is not."""
    try:
        return _called(source(pattern), fragments(define))
    except KeyError as error:
        raise GrammarError(f"{owner}: no fragment {error}") from error


#: The capital letters of Vietnamese, for a character class of the standard library.
CAPITALS = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯ" + "".join(chr(code) for code in range(0x1EA0, 0x1EFA, 2))
_LETTERS = "a-zà-ãè-êìíò-õùúýăđĩũơưạ-ỹ"  # of folded text
_CLASS = regex.compile(r"\[(?:[^\]\\]|\\.)*\]|\\p\{L\}")


def _expression(expression: str) -> Any:
    """An expression of the standard library, twice as fast, where that can hold it; else of regex."""
    plain = _CLASS.sub(lambda m: _LETTERS.join(m[0].split(r"\p{L}")) if m[0][0] == "[" else f"[{_LETTERS}]", expression)
    try:
        return re.compile(plain, re.DOTALL)
    except re.error:
        return regex.compile(expression, regex.DOTALL)


def compiled(define: str, pattern: str, owner: str) -> Any:
    """A row's pattern as an expression; raises GrammarError naming `owner` (table and row) where it is none."""
    try:
        return _expression(expanded(define, pattern, owner))
    except regex.error as error:
        raise GrammarError(f"{owner}: {error}") from error


def either(define: str, rows: list[tuple[str, str]], table: str) -> Any:
    """One expression for several rows (id, pattern), the first that fits winning; the empty group `r<i>` tells which.

    A match ends where a word ends. Raises GrammarError naming the row that does not compile.
    """
    expressions = [expanded(define, pattern, f"{table}, {row_id}") for row_id, pattern in rows]
    body = "|".join(f"(?:{expression})(?P<r{i}>)" for i, expression in enumerate(expressions))
    try:
        return _expression(rf"(?:{body})(?:(?<![\p{{L}}\d])|(?![\p{{L}}\d]))")
    except regex.error as error:
        for row_id, pattern in rows:
            compiled(define, pattern, f"{table}, {row_id}")
        raise GrammarError(f"{table}: {error}") from error
