"""What the cells and heads of tables say: grammar rows (cells.toml), compiled on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import msgspec

from parsers import grammar
from parsers.phrases import compiled
from parsers.target_words import Comparator

TABLE = "cells"
_WAYS = {"start": "match", "anywhere": "search", "whole": "fullmatch"}


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of cells.toml; its head explains the columns."""

    where: Literal["start", "anywhere", "whole"]
    pattern: str
    examples: tuple[str, ...]
    not_: tuple[str, ...] = msgspec.field(name="not")
    source: str
    comparator: Comparator | None = None


@lru_cache(maxsize=1)
def rows() -> dict[str, Row]:
    """The rows by their id; raises GrammarError naming the row that does not fit."""
    return {name: _row(name, row) for name, row in grammar.toml(TABLE).items()}


def _row(name: str, row: object) -> Row:
    try:
        return msgspec.convert(row, Row)
    except msgspec.ValidationError as error:
        raise grammar.GrammarError(f"{TABLE}.toml, {name}: {error}") from error


@lru_cache(maxsize=1)
def _sayings() -> dict[str, Callable[[str], Any]]:
    return {
        name: getattr(compiled("", row.pattern, f"{TABLE}.toml, {name}"), _WAYS[row.where])
        for name, row in rows().items()
    }


def says(row: str, folded: str) -> bool:
    """Whether folded words say what a row names.

    >>> says("step", "bước 2"), says("desk", "sở nội vụ")
    (True, False)
    """
    return _sayings()[row](folded) is not None


def comparator(folded: str) -> Comparator | None:
    """What the words before a figure make of it; None where they say something else.

    >>> comparator("không quá"), comparator("trong nhóm")
    ('<=', None)
    """
    return next((row.comparator for name, row in rows().items() if row.comparator and says(name, folded)), None)
