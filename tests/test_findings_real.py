"""Findings on the real decisions, and what a loose pattern takes for a citation: as they were read by eye."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from findings_real import GOLDEN, candidates, decision, findings
from real import REAL_TEXTS, needs_corpus

pytestmark = needs_corpus
KEPT = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", REAL_TEXTS, ids=lambda path: path.name)
def test_findings_are_those_that_were_read(path: Path) -> None:
    found = decision(path)
    assert findings(found) == KEPT["findings"][path.name]
    assert [list(spot) for spot in candidates(found)] == [row[:2] for row in KEPT["rejected"].get(path.name, [])]


def test_every_text_was_read() -> None:
    assert {path.name for path in REAL_TEXTS} == set(KEPT["findings"])
