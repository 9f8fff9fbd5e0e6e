"""Folds Vietnamese text for comparison: the one place that says which spellings are the same.

`fold` keeps every offset (same length), so a match in the folded text is a match in the text. `slug` makes keys.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

# Old tone placement (hoà, khoẻ, uỷ) to new (hòa, khỏe, ủy), only where the cluster ends the syllable; `qu` is a
# consonant (quý, quỳ stay). Source: domain notes on tone placement.
_OLD = regex.compile(r"o[àáảãạèéẻẽẹ](?!\p{L})|(?<!q)u[ỳýỷỹỵ](?!\p{L})", regex.IGNORECASE)
_PLAIN = {
    **dict(zip("àáảãạ", "a" * 5, strict=True)),
    **dict(zip("èéẻẽẹ", "e" * 5, strict=True)),
    **dict(zip("ỳýỷỹỵ", "y" * 5, strict=True)),
}
_TONED = {"o": "òóỏõọ", "u": "ùúủũụ"}
_TONE = {c: i for row in ("àáảãạ", "èéẻẽẹ", "ỳýỷỹỵ") for i, c in enumerate(row)}
_SAME = (
    ("–", "-"),
    ("—", "-"),
    ("−", "-"),
    ("‐", "-"),
    ("“", '"'),
    ("”", '"'),
    ("‘", "'"),
    ("’", "'"),
    ("\n", " "),
    ("\t", " "),
)


def _move_tone(match: regex.Match[str]) -> str:
    first, vowel = match[0]
    return _TONED[first][_TONE[vowel]] + _PLAIN[vowel]


def fold(text: str) -> str:
    """Lower case, new tone placement, plain dashes and quotes, line breaks as spaces; the same length as `text`.

    >>> fold("UỶ BAN NHÂN DÂN – Thanh Hoá")
    'ủy ban nhân dân - thanh hóa'
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose lower case is longer (İ): keep it as it is
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for sign, plain_sign in _SAME:
        if sign in lowered:
            lowered = lowered.replace(sign, plain_sign)
    folded: str = _OLD.sub(_move_tone, lowered)
    return folded


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Without diacritics, đ as d, lower case, white space folded: the search form of a name.

    >>> plain("Sở Nội vụ Đắk  Lắk")
    'so noi vu dak lak'
    """
    letters = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, for keys.

    >>> slug("Bà Rịa - Vũng Tàu")
    'ba-ria-vung-tau'
    """
    return "-".join(regex.findall(r"[a-z0-9.]+", plain(text)))
