"""Labels checked by their strokes: how many stems a Roman number has, whether a d is barred, whether a point stands.

The reader takes "II." for "I." and "d)" for "đ)" with full confidence; a page's outline hangs on them. What is counted
here is ink, so nothing is guessed: a label whose strokes fit no reading stays as it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from ingest.ocr_engine import Grey, Word

Mask = NDArray[np.bool_]
_TENS, _ONES = ("", "X"), ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_ROMANS = [ten + one for ten in _TENS for one in _ONES if ten + one]  # 1 to 19
_STEMS = {"I": 1, "V": 2, "X": 2}  # dark runs on a line a quarter down
_LIKE = str.maketrans({"H": "II", "L": "I", "l": "I", "1": "I", "|": "I", "T": "I", "J": "I", "!": "I"})
_FIRST = regex.compile(r"^(?=.*[IVXLH])[IVXLHl1|!TJ]{1,6}(?P<end>[.,]?)$")
_LATER = regex.compile(r"^[IVX]{2,5}(?P<end>[,;.]?)$")
_POINT = regex.compile(r"^[dđ]\)$")


def _runs(row: NDArray[Any]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.view(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _tight(dark: Mask) -> Mask:
    """Cut to its ink."""
    rows, columns = np.flatnonzero(dark.sum(axis=1)), np.flatnonzero(dark.sum(axis=0))
    if not len(rows):
        return dark[:0, :0]
    return dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stems(dark: Mask) -> int:
    """How many strokes cross a label a quarter down: I one, V and X two."""
    height = dark.shape[0]
    rows = range(int(height * 0.16), max(int(height * 0.16) + 1, int(height * 0.34)))
    return int(np.median([len(_runs(dark[y])) for y in rows])) if height else 0


def has_point(dark: Mask) -> bool:
    """Does the last mark at the foot stand there alone, with no stem or slope coming down to it?"""
    height = dark.shape[0]
    feet = _runs(dark[int(height * 0.9) :].sum(axis=0) > 0)
    if len(feet) < 2:
        return False
    start, end = feet[-1]
    return not dark[int(height * 0.55) : int(height * 0.8), start:end].any()


def is_barred(dark: Mask) -> bool:
    """Has the stem of a d a bar? Then one line between its top and its bowl is much wider than the stem."""
    height = dark.shape[0]
    between = range(int(height * 0.07), max(1, int(height * 0.27)))
    widths = [max((b - a for a, b in _runs(dark[y])), default=0) for y in between]
    return bool(widths) and max(widths) >= 1.9 * max(1, min(widths))


def roman(reading: str, count: int) -> str | None:
    """The Roman number like a reading, but for how many I it has, with `count` stems; None where there is none.

    >>> roman("VII", 5), roman("HI", 3), roman("I", 2), roman("II", 7)
    ('VIII', 'III', 'II', None)
    """
    plain = reading.translate(_LIKE)
    frame = plain.replace("I", "")
    ahead = bool(frame) and plain.startswith("I")
    found = [
        number
        for number in _ROMANS
        if number.replace("I", "") == frame
        and (bool(frame) and number.startswith("I")) == ahead
        and sum(_STEMS[c] for c in number) == count
    ]
    return found[0] if len(found) == 1 else None


def _ink(grey: Grey, level: int, start: int, end: int) -> Mask:
    return _tight(grey[:, max(0, start) : max(0, end)] < level)


def _label(word: Word, ink: Mask, first: bool) -> str:
    """The word as its strokes say, or as it is."""
    match = (_FIRST if first else _LATER).match(word.text)
    if match is None or ink.size == 0:
        return word.text
    number = roman(word.text.rstrip(".,;"), stems(ink))
    if number is None:
        return word.text
    return number + (match["end"] or ("." if first and has_point(ink) else ""))


def _point(word: Word, ink: Mask) -> str:
    """A label d) or đ), by its bar."""
    columns = _runs(ink.sum(axis=0) > 0) if ink.size else []
    if len(columns) < 2:
        return word.text
    letter = _tight(ink[:, columns[0][0] : columns[0][1]])
    return "đ)" if is_barred(letter) else "d)"


def checked(words: Sequence[Word], grey: Grey, level: int) -> list[Word]:
    """The words of one line, labels checked; `grey` is the line's picture, boxes count in it, below `level` is ink."""
    found = list(words)
    for n, word in enumerate(found):
        start = 0 if n == 0 else found[n - 1].box[2]
        end = found[n + 1].box[0] if n + 1 < len(found) else grey.shape[1]
        if n == 0 and _POINT.match(word.text):
            found[0] = word._replace(text=_point(word, _ink(grey, level, start, end)))
        elif n == 0 and n + 1 < len(found) and found[1].text[:1].isupper():
            found[0] = word._replace(text=_label(word, _ink(grey, level, start, end), True))
        elif _LATER.match(word.text):
            found[n] = word._replace(text=_label(word, _ink(grey, level, start, end), False))
    return found
