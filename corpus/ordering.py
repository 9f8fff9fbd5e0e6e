"""Vietnamese order: sort keys for words, people, provinces, appendices; dates as people write them.

The alphabet is a ă â b c d đ e ê … (TCVN 5712, NĐ 30/2020's lists follow it); letters count first, tones break ties in
the order ngang, huyền, hỏi, ngã, sắc, nặng, capitals come after small letters where all else is equal. People are
sorted by their given name, the last word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from parsers import agency_register, provinces
from parsers.folding import fold

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
#: Combining marks of the tones, in their order; none is ngang.
TONES = "\u0300\u0309\u0303\u0301\u0323"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PIECE = re.compile(r"\d+|[^\W\d_]+|_")

Key = tuple[object, ...]


def words(text: str) -> Key:
    """The sort key of words: letters by the alphabet, numbers by their value, then tones, then capitals.

    >>> sorted(["đa", "da", "dạ", "dà", "dă", "e"], key=words)
    ['da', 'dà', 'dạ', 'dă', 'đa', 'e']
    >>> sorted(["Điều 10", "Điều 9"], key=words)
    ['Điều 9', 'Điều 10']
    """
    pieces = _PIECE.findall(unicodedata.normalize("NFC", fold(text)))
    letters = tuple((0, int(piece)) if piece.isdecimal() else (1, _letters(piece)) for piece in pieces)
    return letters, tuple(_tones(piece) for piece in pieces), text.swapcase()


@lru_cache(maxsize=16384)
def _letters(word: str) -> tuple[int, ...]:
    return tuple(_place(letter)[0] for letter in word)


@lru_cache(maxsize=16384)
def _tones(word: str) -> tuple[int, ...]:
    return tuple(_place(letter)[1] for letter in word)


@lru_cache(maxsize=1024)
def _place(letter: str) -> tuple[int, int]:
    """Which letter of the alphabet, and which tone; foreign letters come after all."""
    marks = unicodedata.normalize("NFD", letter)
    tone = next((TONES.index(mark) + 1 for mark in marks if mark in TONES), 0)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    return (ALPHABET.index(bare) if bare in ALPHABET else len(ALPHABET) + ord(bare[0])), tone


def person(name: str) -> Key:
    """The sort key of a person: given name, then family name, then what is between.

    >>> sorted(["Trần Văn An", "Lê Thị Ánh", "Nguyễn Văn An", "Bùi Đức"], key=person)
    ['Nguyễn Văn An', 'Trần Văn An', 'Lê Thị Ánh', 'Bùi Đức']
    """
    parts = name.split()
    return tuple(words(part) for part in (parts[-1:] + parts[:-1])) if parts else ()


def province(key: str | None) -> Key:
    """The sort key of a province by its key: its code, then its name; unknown ones after all.

    >>> sorted(["son-la", "ha-noi", "dong-thap-2025", "cao-bang"], key=province)
    ['ha-noi', 'cao-bang', 'son-la', 'dong-thap-2025']
    """
    found = provinces.by_key(key) if key else None
    if found is None:
        return (1, words(key or ""))
    return (0, found.code or "99", found.valid_from or "", words(found.name))


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    return {key: rank for rank, key in enumerate(agency_register.register().agencies)}


def agency(key: str) -> Key:
    """The sort key of an agency: its place in the register, then its key.

    >>> sorted(["so-noi-vu", "unknown-body", "ubnd-tinh"], key=agency)
    ['ubnd-tinh', 'so-noi-vu', 'unknown-body']
    """
    return (_ranks().get(key, len(_ranks())), key)


def label(mark: str | None) -> Key:
    """The sort key of an item's mark: Roman and Arabic numbers by value, letters by the alphabet, with their word.

    >>> sorted(["Phụ lục IX", "Phụ lục II", "Phụ lục I", "Phụ lục V"], key=label)
    ['Phụ lục I', 'Phụ lục II', 'Phụ lục V', 'Phụ lục IX']
    >>> sorted(["2.10", "2.9", "2", "10"], key=label)
    ['2', '2.9', '2.10', '10']
    """
    pieces = _PIECE.findall(unicodedata.normalize("NFC", fold(mark or "")))
    return tuple(_mark(piece) for piece in pieces)


def _mark(piece: str) -> tuple[int, object]:
    if piece.isdecimal():
        return (0, int(piece))
    value = roman(piece)
    return (1, value) if value is not None else (2, (_letters(piece), _tones(piece)))


def roman(numeral: str) -> int | None:
    """The value of a Roman numeral up to a few hundred, None for other words (and for a lone c or l: letters).

    >>> roman("ix"), roman("XIV"), roman("mục"), roman("c")
    (9, 14, None, None)
    """
    letters = numeral.lower()
    if not re.fullmatch(r"(?=[ivx]|.{2})c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", letters):
        return None
    values = [_ROMAN[letter] for letter in letters]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def day(date: str | None) -> str:
    """An ISO date as dd/mm/yyyy; empty for None.

    >>> day("2015-12-22"), day(None)
    ('22/12/2015', '')
    """
    return "/".join(reversed(date.split("-"))) if date else ""
