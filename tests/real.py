"""Where the real decisions are: the folder VANBAN_CORPUS names, else ../shared/corpus; tests say when it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("VANBAN_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
GOLD = CORPUS.parent / "gold"
REQUIRED = os.environ.get("VANBAN_REQUIRE_ALL") == "1"

SEEDS = sorted((CORPUS / "seeds").glob("*.txt"))
REAL_TEXTS = SEEDS + sorted(p for p in (CORPUS / "more").glob("*") if p.suffix in (".txt", ".md"))

needs_corpus = pytest.mark.skipif(
    not SEEDS and not REQUIRED,
    reason="real decisions are absent (VANBAN_CORPUS): accuracy on them was not checked",
)
