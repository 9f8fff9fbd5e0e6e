"""Calls of pdfium that are made for every character or path of a page, as fast as Python can make them.

What pdfium writes goes to memory that is made once and used again and again: pdfium is for one thread at a time.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray


def _fast(name: str, result: Any) -> Callable[..., Any]:
    """A pdfium function whose arguments nobody checks (handles, small whole numbers, places): three times as fast."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result)(address or 0)


char_angle = _fast("FPDFText_GetCharAngle", ctypes.c_float)
char_code = _fast("FPDFText_GetUnicode", ctypes.c_uint)
count_objects = _fast("FPDFPage_CountObjects", ctypes.c_int)
object_of = _fast("FPDFPage_GetObject", pdfium.FPDF_PAGEOBJECT)
count_form_objects = _fast("FPDFFormObj_CountObjects", ctypes.c_int)
form_object_of = _fast("FPDFFormObj_GetObject", pdfium.FPDF_PAGEOBJECT)
type_of = _fast("FPDFPageObj_GetType", ctypes.c_int)

_object_bounds = _fast("FPDFPageObj_GetBounds", ctypes.c_int)
_SIDES = (ctypes.c_float * 4)()
_TO_SIDES = [ctypes.byref(_SIDES, 4 * n) for n in range(4)]


def bounds(item: Any) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top of an object of a page, y upwards."""
    if not _object_bounds(item, *_TO_SIDES):
        return None
    left, bottom, right, top = _SIDES
    return left, bottom, right, top


class _Table:
    """What a function says of characters, a row of numbers for each."""

    ROWS = 2048

    def __init__(self, name: str, kind: Any, *places: int) -> None:
        """The function writes to so many places, so many numbers to each."""
        self._call = _fast(name, ctypes.c_int)
        buffer = (kind * (self.ROWS * sum(places)))()
        self._rows = np.frombuffer(buffer, dtype=kind).reshape(self.ROWS, sum(places))
        row, size = self._rows.strides
        starts = [size * sum(places[:n]) for n in range(len(places))]
        self._places = [[ctypes.byref(buffer, n * row + start) for n in range(self.ROWS)] for start in starts]

    def __call__(self, text_page: Any, characters: Sequence[int]) -> NDArray[np.float64]:
        """Zeros for a character that is not there."""
        found = np.empty((len(characters), self._rows.shape[1]))
        for start in range(0, len(characters), self.ROWS):
            some = characters[start : start + self.ROWS]
            rows = self._rows[: len(some)]
            rows[:] = 0
            deque(map(self._call, repeat(text_page), some, *self._places), maxlen=0)
            found[start : start + len(some)] = rows
        return found


char_boxes = _Table("FPDFText_GetLooseCharBox", ctypes.c_float, 4)  # left, top, right, bottom, y upwards
char_origins = _Table("FPDFText_GetCharOrigin", ctypes.c_double, 1, 1)  # x, y
