"""All findings on the real decisions, as they were read line by line: code, span, digest of the words.

    python tests/findings_real.py            prints each with its words, to be read
    python tests/findings_real.py --write    keeps them in golden/findings_real.json

And every number that a loose pattern takes for a document's: a citation, or rejected for a reason that stands in the
same file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import regex  # noqa: E402
from real import REAL_TEXTS  # noqa: E402

from ingest import plain  # noqa: E402
from parsers.decision import parse  # noqa: E402
from parsers.model import Decision  # noqa: E402

GOLDEN = Path(__file__).resolve().parent / "golden" / "findings_real.json"
_LOOSE = regex.compile(
    r"(?<![\p{L}\d/])\d+\p{L}?\d*(?:\s?/\s?\d{2,4})?\s?[/-]\s?\p{L}[\p{L}\d&]*(?:\s?[-–/.]\s?\p{L}[\p{L}\d&.]*)+"
)


def digest(words: str) -> str:
    """Eight digits that stand for words."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:8]


def decision(path: Path) -> Decision:
    """A real text, read."""
    return parse(plain.read(path.read_bytes(), path.name))


def findings(found: Decision) -> list[list[Any]]:
    """Code, span and digest of each finding; null for those about the whole."""
    rows = [
        [w.code, *(w.span or (None, None)), digest(found.text[slice(*w.span)]) if w.span else None]
        for w in found.warnings
    ]
    return sorted(rows, key=lambda row: (row[1] if row[1] is not None else -1, row[0]))


def candidates(found: Decision) -> Iterator[tuple[int, int]]:
    """What looks like a document's number and is in no citation."""
    for match in _LOOSE.finditer(found.text):
        start, end = match.span()
        if not any(c.span[0] < end and start < c.span[1] for c in found.citations):
            yield start, end


def main() -> None:
    """Prints or keeps the findings."""
    kept = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.is_file() else {"rejected": {}}
    kept["findings"] = {}
    for path in REAL_TEXTS:
        found = decision(path)
        kept["findings"][path.name] = findings(found)
        for w in found.warnings:
            print(path.name, w.code, w.message, found.text[slice(*w.span)] if w.span else "", sep=" | ")
        for start, end in candidates(found):
            print(path.name, "no citation", (start, end), found.text[start - 30 : end + 20], sep=" | ")
    if "--write" in sys.argv[1:]:
        lines = [f"  {json.dumps(name)}: {json.dumps(rows)}" for name, rows in kept["findings"].items()]
        rejected = json.dumps(kept["rejected"], ensure_ascii=False, indent=1)
        GOLDEN.write_text(
            f'{{"rejected": {rejected},\n"findings": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
