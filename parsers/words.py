"""The words of a Vietnamese text, as underthesea cuts them: the one door to it, opened when it is first used.

underthesea's word segmentation is a model in its wheel: offline, and the same words for the same text every time.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parsers import grammar
from parsers.folding import fold

_SPOKEN = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _short_forms() -> list[tuple[re.Pattern[str], str]]:
    rows = [*grammar.toml("words")["short_forms"], *grammar.toml("area_words")["short_forms"]]
    return [(re.compile(rf"(?<!\w)(?:{row['pattern']})(?!\w)"), row["full"]) for row in rows]


@lru_cache(maxsize=1)
def filler() -> frozenset[str]:
    """Words that say nothing about which duty it is."""
    return frozenset(grammar.toml("words")["filler"]["words"])


def written_out(text: str) -> str:
    """The folded text with the usual short forms in full.

    >>> written_out("Công tác CCHC của UBND tỉnh")
    'công tác cải cách hành chính của ủy ban nhân dân tỉnh'
    """
    folded = " ".join(fold(text).split())
    for pattern, full in _short_forms():
        folded = pattern.sub(full, folded)
    return folded


@lru_cache(maxsize=16384)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in order, folded, short forms written out; numbers and signs are none.

    >>> words("Thực hiện 100% TTHC")
    ('thực hiện', 'thủ tục', 'hành chính')
    """
    from underthesea import word_tokenize

    cut: list[str] = word_tokenize(written_out(text))
    return tuple(word for word in cut if _SPOKEN.search(word))


def content(text: str) -> tuple[str, ...]:
    """The words of a text that tell which duty it is.

    >>> content("Tiếp tục triển khai các mô hình một cửa trên địa bàn tỉnh")
    ('mô hình', 'cửa')
    """
    return tuple(word for word in words(text) if word not in filler())
