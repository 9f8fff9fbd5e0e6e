"""Which field a table's column holds, by its header (grammar: columns.toml)."""

from __future__ import annotations

from functools import lru_cache

import regex

from parsers import grammar
from parsers.folding import fold

_NOISE = regex.compile(r"\[\d+\]|\(\d+\)|\*+|[\s.:]+$|^[\s.:]+")
_SLASH = regex.compile(r"\s*/\s*")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, frozenset[str], tuple[str, ...]], ...]:
    return tuple(
        (field, frozenset(row["names"]), tuple(row.get("starts", ()))) for field, row in grammar.toml("columns").items()
    )


@lru_cache(maxsize=4096)
def field_of(header: str) -> str | None:
    """The field a header cell names (`lead`, `deadline`, `procedure` …), or None.

    >>> field_of("Thời gian hoàn thành"), field_of("CƠ QUAN CHỦ TRÌ[1]"), field_of("Chỉ tiêu năm 2025")
    ('deadline', 'lead', 'target')
    """
    name = _SLASH.sub("/", " ".join(_NOISE.sub(" ", fold(header)).split()))
    if not name or len(name) > 80:
        return None
    table = _table()
    for field, names, _ in table:
        if name in names:
            return field
    for field, _, starts in table:
        if any(name.startswith(s) and not name[len(s) : len(s) + 1].isalpha() for s in starts):
            return field
    return None
