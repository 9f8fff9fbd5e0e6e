"""The five seed decisions, read in every format, against what was found in them by eye (gold)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from real import CORPUS, GOLD, SEEDS, needs_corpus
from scoring import differences, same

import ingest
from parsers.decision import parse
from parsers.folding import fold

RENDERED = sorted((CORPUS / "rendered").glob("*.*")) if (CORPUS / "rendered").is_dir() else []


def gold_of(path: Path) -> dict[str, Any]:
    """The gold of a seed, by the first three characters of its file's name."""
    found = next((GOLD / "seeds").glob(f"{path.name[:3]}*.json"))
    gold = dict(json.loads(found.read_text(encoding="utf-8")))
    return {**gold, "authority": {"ubnd": "committee"}.get(gold["authority"], gold["authority"])}


@needs_corpus
@pytest.mark.parametrize("path", SEEDS + RENDERED, ids=lambda p: p.name)
def test_a_seed_is_read_as_the_gold_says(path: Path) -> None:
    assert [str(d) for d in differences(gold_of(path), parse(ingest.read(path)))] == []


@needs_corpus
def test_headers_of_the_other_decisions() -> None:
    wrong = []
    rows = json.loads((GOLD / "headers.json").read_text(encoding="utf-8"))
    for row in rows:
        document = parse(ingest.read(CORPUS / "more" / row["file"])).document
        got = {
            "number": document.number,
            "date": document.date,
            "province": document.province.name if document.province else None,
            "authority": document.authority,
            "signer": document.signers[0].name if document.signers else None,
        }
        wrong += [
            (row["file"], k, row[k], v)
            for k, v in got.items()
            if row.get(k) and same(fold(row[k])) != same(fold(v or ""))
        ]
    assert wrong == [], f"{len(wrong)} of {5 * len(rows)} header values"
