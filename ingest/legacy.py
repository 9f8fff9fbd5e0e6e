"""Fonts that are encodings: text typed in TCVN3 (.Vn…), VNI and VPS fonts, made Unicode run by run.

Before Unicode, Vietnamese offices typed bytes whose letters only a font made Vietnamese. Files keep those bytes as
Latin letters and the font's name says how to read them: `.VnTime` is TCVN3, `VNI-Times` is VNI, `VPS …` is VPS.
TCVN3 has no accented capitals; its fonts whose name ends in H (`.VnTimeH`) draw the small letters as capitals.

Tables: viparse (MIT), which made its own from documents of 1998-2009; VNI's ẳ (aú) and ỵ (î), which it has not met,
are added here from the layout the VNI keyboards share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

import regex

from ingest.text import composed

_SUBSET = regex.compile(r"^[A-Z]{6}\+")
_NOT_LEGACY = regex.compile(r"[\u1EA0-\u1EF9]")  # letters no one-byte encoding gives: the run is Unicode already
_VNI_MORE = str.maketrans({"î": "ỵ", "Î": "Ỵ"})
_VNI_HOOK = (("aú", "ẳ"), ("AÚ", "Ẳ"))
# A mark takes its letter's case: typists leave capitals with the low mark ("Uûy ban"), which looks nearly the same.
_VNI_PAIR = regex.compile(r"([AEIOUYÔÖ])([øùûõïâêáàåãäéèúüë])|([aeiouyôö])([ØÙÛÕÏÂÊÁÀÅÃÄÉÈÚÜË])")
# The same bytes read as Windows-1258 give other letters than as Latin-1 (0xD2 is a combining hook there).
_BACK_FROM_1258 = {
    ord(letter): byte
    for byte in range(0xA0, 0x100)
    if (letter := bytes([byte]).decode("cp1258", errors="ignore")) and ord(letter) != byte
}


class Run(NamedTuple):
    """Letters in one font; `capitals` where the format shows them as capitals (Word's "All caps")."""

    text: str
    font: str | None = None
    capitals: bool = False


@lru_cache(maxsize=512)
def encoding(font: str | None) -> str | None:
    """The one-byte encoding a font's name stands for: `tcvn3`, `vni`, `vps`, or None for all others.

    >>> encoding(".VnTimeH"), encoding("VNI-Times"), encoding("Times New Roman")
    ('tcvn3', 'vni', None)
    """
    name = _SUBSET.sub("", font or "").strip(" '\"").upper()
    for start, found in ((".VN", "tcvn3"), ("VNI", "vni"), ("VPS", "vps")):
        if name.startswith(start):
            return found
    return None


def draws_capitals(font: str | None) -> bool:
    """Whether a TCVN3 font draws small letters as capitals: its name ends in H.

    >>> draws_capitals(".VnTimeH"), draws_capitals(".VnTime")
    (True, False)
    """
    return encoding(font) == "tcvn3" and (font or "").strip(" '\"").endswith("H")


@cache
def _converter(name: str) -> Callable[[str], str]:
    from viparse.normalize.encodings import get_charmap
    from viparse.normalize.tables import convert

    charmap = get_charmap(name)
    return lambda text: str(convert(text, charmap))


def to_unicode(text: str, name: str) -> str:
    """Text of a one-byte encoding (`tcvn3`, `vni`, `vps`) as Unicode; text that is Unicode already stays as it is.

    >>> to_unicode("Uû ban nh©n d©n", "tcvn3")
    'Uỷ ban nhân dân'
    """
    if text.isascii() or _NOT_LEGACY.search(text):
        return text
    text = composed(text) if name == "vps" else text.translate(_BACK_FROM_1258)
    if name == "vni":
        text = _VNI_PAIR.sub(lambda m: m[1] + m[2].upper() if m[1] else m[3] + m[4].lower(), text)
        for legacy, letter in _VNI_HOOK:
            text = text.replace(legacy, letter)
        return _converter(name)(text).translate(_VNI_MORE)
    return _converter(name)(text)


def unify(runs: Iterable[Run]) -> str:
    """The text of consecutive runs, each in its font's encoding and case.

    Runs of one encoding are read together: VNI writes a letter and its mark as two, which formatting may part.

    >>> unify([Run("Uû ban ", ".VnTime"), Run("nh©n d©n", ".VnTimeH"), Run(" tỉnh", "Arial")])
    'Uỷ ban NHÂN DÂN tỉnh'
    """
    runs = list(runs)
    if not any(run.capitals or (run.font and encoding(run.font)) for run in runs):
        return "".join(run.text for run in runs)
    parts = []
    for (name, capitals), group in groupby(
        runs, lambda run: (encoding(run.font), run.capitals or draws_capitals(run.font))
    ):
        text = "".join(run.text for run in group)
        text = to_unicode(text, name) if name else text
        parts.append(text.upper() if capitals else text)
    return "".join(parts)


def detect(text: str) -> str | None:
    """The old encoding of text whose fonts are unknown, by its letters: `tcvn3`, `vni`, or None where it is in none."""
    if text.isascii() or _NOT_LEGACY.search(text):
        return None
    from viparse import detect_text_encoding

    name = detect_text_encoding(text)
    return name if name in ("tcvn3", "vni") else None
