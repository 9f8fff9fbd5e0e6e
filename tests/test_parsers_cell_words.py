"""The words of cells and heads: every row of cells.toml against its own examples; figures with several words."""

from __future__ import annotations

import doctest

import pytest

from parsers import cell_words, grammar
from parsers.cell_words import comparator, rows, says
from parsers.folding import fold

ROWS = rows()


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in ROWS.items() for t in row.examples])
def test_a_row_reads_its_examples(name: str, text: str) -> None:
    assert says(name, fold(text))


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in ROWS.items() for t in row.not_])
def test_a_row_leaves_others_alone(name: str, text: str) -> None:
    assert not says(name, fold(text))


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in ROWS.items() if row.comparator for t in row.examples])
def test_a_comparator_wins_over_all_others(name: str, text: str) -> None:
    assert comparator(fold(text)) == ROWS[name].comparator


def test_every_row_is_proven() -> None:
    assert [n for n, row in ROWS.items() if not row.examples or not row.not_] == []


def test_a_row_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"where": "middle", "pattern": "a", "examples": [], "not": [], "source": ""}
    monkeypatch.setattr(grammar, "toml", lambda name: {"step": row})
    with pytest.raises(grammar.GrammarError, match=r"cells\.toml.*step"):
        rows.__wrapped__()


def test_the_docstrings_are_true() -> None:
    assert doctest.testmod(cell_words) == (0, 2)
