"""What stands on a PDF page: runs of characters and ruling lines, in points from the page's top left corner.

Characters come from pdfium with the box their font gives them; drawing order is kept only inside a run of
touching characters, because with a fallback font it is not reading order. Thin paths are ruling lines.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium
import regex
from numpy.typing import NDArray

from ingest import legacy
from ingest.errors import IngestError
from ingest.pdf_calls import (
    bounds,
    char_angle,
    char_boxes,
    char_code,
    char_origins,
    count_form_objects,
    count_objects,
    form_object_of,
    object_of,
    type_of,
)

MAX_CHARACTERS = 400_000  # on one page; a dense A3 page of real text has 20,000
MAX_OBJECTS = 200_000
MAX_RULES = 6_000
THIN = 2.5  # points: a path thinner than this is a ruling line
SHORT = 3.0  # points: a shorter one is a dot, a dash or a corner
_MARKED = re.compile(
    r"[ăâđêôơưĂÂĐÊÔƠƯ\u00E0-\u00E3\u00E8\u00E9\u00EC\u00ED\u00F2\u00F3\u00F5\u00F9\u00FA\u00FD\u1EA0-\u1EF9]"
)
_BROKEN = re.compile(r"[\ufffd\ue000-\uf8ff\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
_LATIN_1 = regex.compile(r"[\u00A1-\u00FF]")
_ONLY_VIETNAMESE = regex.compile(r"[ăđơưĂĐƠƯ\u1EA0-\u1EF9]")


class Run(NamedTuple):
    """Characters that touch, standing on y `base`. `edges` are the left edges of the characters of `text`.

    `spaced`: a blank was drawn before it, or pdfium holds that there is one. `doubts`: words read with low
    confidence (by OCR alone), each with its confidence of 0 to 100.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    text: str
    edges: Sequence[float]
    spaced: bool = False
    doubts: tuple[tuple[str, float], ...] = ()


class Rule(NamedTuple):
    """A ruling line, upright or level: `at` is its y (level) or x (upright), from `start` to `end` along it."""

    upright: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as drawn; `number` counts from 1, `width` and `height` are points.

    `boxes`: how many coloured boxes of a cell's size are drawn on it.
    """

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    rules: tuple[Rule, ...]
    boxes: int = 0


def _characters(text_page: Any, count: int) -> str:
    """The characters, one for each index (code points that are no characters become U+FFFD)."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: 2 * (written - 1)].decode("utf-16-le", errors="replace")
    if len(text) == count:
        return text
    codes = map(char_code, repeat(text_page), range(count))
    return "".join(chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)


def trimmed(run: Run) -> Run | None:
    """The run without blanks at its ends; None when it is only blanks."""
    if run.text and not run.text[0].isspace() and not run.text[-1].isspace():
        return run
    start, end = len(run.text) - len(run.text.lstrip()), len(run.text.rstrip())
    if start >= end:
        return None
    edges, right = run.edges, run.edges[end] if end < len(run.edges) else run.x1
    spaced = run.spaced or start > 0
    return run._replace(x0=edges[start], x1=right, text=run.text[start:end], edges=edges[start:end], spaced=spaced)


def _breaks(boxes: NDArray[np.float64]) -> list[int]:
    """Where a character does not touch the one before it: a gap, a step back, another line; with 0 and the end."""
    (_, top0, right, bottom0), (left, top1, _, bottom1) = boxes[:-1].T, boxes[1:].T
    high, gap = top0 - bottom0, left - right
    shared = np.minimum(top0, top1) - np.maximum(bottom0, bottom1)
    apart = (shared <= 0.05) | (gap < -0.6 * high) | (gap > 0.12 * high + 0.1)
    return [0, *(np.flatnonzero(apart) + 1).tolist(), len(boxes)]


def _runs(text_page: Any, count: int, height: float) -> Iterator[Run]:
    """Groups characters that follow one another and touch; `height` is the y of the page's upper edge.

    A run's base is that of its first character (boxes end lower or higher, as their letters do).
    """
    text, boxes = _characters(text_page, count), char_boxes(text_page, range(count))
    breaks = _breaks(boxes)
    starts = breaks[:-1]
    highest = (height - np.maximum.reduceat(boxes[:, 1], starts)).tolist()
    lowest = (height - np.minimum.reduceat(boxes[:, 3], starts)).tolist()
    bases = (height - char_origins(text_page, starts)[:, 1]).tolist()
    lefts, rights = boxes[:, 0].tolist(), boxes[:, 2].tolist()
    old = _may_be_old(text)
    guessed = legacy.detect(text) if old else None
    for (start, end), top, bottom, base in zip(pairwise(breaks), highest, lowest, bases, strict=True):
        if top < bottom:
            spaced = start > 0 and text[start - 1].isspace()
            edges = lefts[start:end]
            run = trimmed(Run(lefts[start], top, rights[end - 1], bottom, base, text[start:end], edges, spaced))
            if run:
                yield _modern(run, _font(text_page, start), guessed) if old else run


def _may_be_old(text: str) -> bool:
    """Could the letters be those of an encoding older than Unicode: Latin-1 letters and no Vietnamese ones?"""
    return not _ONLY_VIETNAMESE.search(text) and len(_LATIN_1.findall(text)) > 0.03 * len(text)


def _font(text_page: Any, index: int) -> str:
    """The name of a character's font."""
    flags, buffer = ctypes.c_int(), ctypes.create_string_buffer(256)
    size = pdfium.FPDFText_GetFontInfo(text_page, index, buffer, 256, flags)
    return buffer.raw[: max(0, min(size, 256) - 1)].decode("utf-8", errors="replace")


def _modern(run: Run, font: str, guessed: str | None) -> Run:
    """A run in an old encoding made Unicode, as its font's name says (or all of the page's letters)."""
    name = legacy.encoding(font) or guessed
    if name is None:
        return run
    text = legacy.to_unicode(run.text, name)
    text = text.upper() if legacy.draws_capitals(font) else text
    step = (run.x1 - run.x0) / max(1, len(text))
    edges = run.edges if len(text) == len(run.text) else [run.x0 + n * step for n in range(len(text))]
    return run._replace(text=text, edges=edges)


def _level_rules(left: float, bottom: float, right: float, top: float) -> Rule | None:
    """The rule a thin box draws, else None."""
    wide, high = right - left, top - bottom
    if high <= THIN and wide >= SHORT and wide > high:
        return Rule(False, (top + bottom) / 2, left, right)
    if wide <= THIN and high >= SHORT:
        return Rule(True, (left + right) / 2, bottom, top)
    return None


class _Matrix(NamedTuple):
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The box around a transformed box."""
        a, b, c, d, e, f = self
        xs = [a * x0 + c * y0 + e, a * x1 + c * y1 + e]
        ys = [b * x0 + d * y0 + f, b * x1 + d * y1 + f]
        if b or c:  # turned: the other two corners stand elsewhere
            xs += [a * x0 + c * y1 + e, a * x1 + c * y0 + e]
            ys += [b * x0 + d * y1 + f, b * x1 + d * y0 + f]
        return min(xs), min(ys), max(xs), max(ys)

    def after(self, other: _Matrix) -> _Matrix:
        """This matrix applied first, then `other`."""
        a, b, c, d, e, f = self
        return _Matrix(
            a * other.a + b * other.c,
            a * other.b + b * other.d,
            c * other.a + d * other.c,
            c * other.b + d * other.d,
            e * other.a + f * other.c + other.e,
            e * other.b + f * other.d + other.f,
        )


def _matrix_of(item: Any) -> _Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return _Matrix()
    return _Matrix(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _is_stroked(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(path, fill, stroke)) and bool(stroke.value)


def _points(path: Any) -> Iterator[tuple[int, float, float, bool]]:
    """Segments of a path: kind, x, y, whether it closes the figure; bounded."""
    x, y = ctypes.c_float(), ctypes.c_float()
    for n in range(min(pdfium.FPDFPath_CountSegments(path), MAX_RULES)):
        segment = pdfium.FPDFPath_GetPathSegment(path, n)
        if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            kind = pdfium.FPDFPathSegment_GetType(segment)
            yield kind, x.value, y.value, bool(pdfium.FPDFPathSegment_GetClose(segment))


def _figures(path: Any) -> list[list[tuple[float, float]]]:
    """The straight figures of a path, as corner points; figures with curves are left out."""
    figures: list[list[tuple[float, float]]] = []
    curved = False
    for kind, x, y, closes in _points(path):
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if curved:
                figures.pop()
            figures.append([])
            curved = False
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        if not figures:
            figures.append([])
        figures[-1].append((x, y))
        if closes:
            figures[-1].append(figures[-1][0])
    if curved:
        figures.pop()
    return figures


def _figure_rules(figure: list[tuple[float, float]], stroked: bool, matrix: _Matrix) -> Iterator[Rule]:
    """A thin figure is one rule; a stroked one gives a rule for each level or upright side."""
    xs, ys = [x for x, _ in figure], [y for _, y in figure]
    whole = _level_rules(*matrix.box(min(xs), min(ys), max(xs), max(ys)))
    if whole:
        yield whole
    elif stroked:
        for (x0, y0), (x1, y1) in pairwise(figure):
            side = _level_rules(*matrix.box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
            if side:
                yield side


def _path_rules(path: Any, outer: _Matrix) -> Sequence[Rule]:
    sides = bounds(path)
    if sides is None:
        return ()
    left, bottom, right, top = outer.box(*sides)
    whole = _level_rules(left, bottom, right, top)
    if whole:
        return (whole,)
    if right - left < SHORT or top - bottom < SHORT:
        return ()
    matrix, stroked = _matrix_of(path).after(outer), _is_stroked(path)
    return [rule for figure in _figures(path) for rule in _figure_rules(figure, stroked, matrix)]


def _objects(holder: Any, count: Any, get: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[Any, _Matrix]]:
    """Path objects of a page or form, forms entered up to three deep."""
    for n in range(min(count(holder), MAX_OBJECTS)):
        item = get(holder, n)
        kind = type_of(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            yield item, matrix
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 3:
            inner = _matrix_of(item).after(matrix)
            yield from _objects(item, count_form_objects, form_object_of, inner, depth + 1)


def _rules(page: Any, height: float) -> tuple[list[Rule], int]:
    """Ruling lines of a page, y downwards; at most MAX_RULES (a map or a drawing has more). And its coloured boxes."""
    found: list[Rule] = []
    boxes = 0
    paths = _objects(page, count_objects, object_of, _Matrix(), 0)
    for path, matrix in islice(paths, MAX_OBJECTS):
        if len(found) >= MAX_RULES:
            break
        before = len(found)
        for rule in _path_rules(path, matrix):
            if rule.upright:
                found.append(Rule(True, rule.at, height - rule.end, height - rule.start))
            else:
                found.append(Rule(False, height - rule.at, rule.start, rule.end))
        boxes += before == len(found) and _is_box(path)
    return found[:MAX_RULES], boxes


def _is_box(path: Any) -> bool:
    """Is a path one straight figure of four corners, of a cell's size?"""
    left, bottom, right, top = bounds(path) or (0.0, 0.0, 0.0, 0.0)
    corners = pdfium.FPDFPath_CountSegments(path)
    return 4 <= corners <= 5 and right - left > 12 and 8 < top - bottom < 400


def _quarter_turns(text_page: Any, count: int) -> int:
    """How many quarter turns, clockwise, most of the page's characters stand at (0 to 3), by a sample."""
    step = max(1, count // 40)
    angles = list(map(char_angle, repeat(text_page), range(0, count, step)))
    if not any(angles):  # as on most pages
        return 0
    votes = Counter(round(angle / 1.5707963) % 4 for angle in angles if angle >= 0)
    return votes.most_common(1)[0][0] if votes else 0


def _turned(document: Any, index: int, page: Any, turns: int) -> Any:
    """The page loaded again with its content turned so that its text stands upright."""
    width, height = _user_size(page)
    matrices = {
        3: (0, -1, 1, 0, 0, width),
        2: (-1, 0, 0, -1, width, height),
        1: (0, 1, -1, 0, height, 0),
    }
    size = (height, width) if turns % 2 else (width, height)
    matrix = pdfium.FS_MATRIX(*matrices[turns])
    pdfium.FPDFPage_TransFormWithClip(page, matrix, None)
    pdfium.FPDFPage_SetMediaBox(page, 0, 0, *size)
    pdfium.FPDFPage_SetCropBox(page, 0, 0, *size)
    pdfium.FPDFPage_SetRotation(page, 0)
    pdfium.FPDF_ClosePage(page)
    return _load(document, index)


def _load(document: Any, index: int) -> Any:
    page = pdfium.FPDF_LoadPage(document, index)
    if not page:
        raise IngestError("damaged", f"Page {index + 1} of the PDF cannot be read.", "Get the file again.")
    return page


def _user_size(page: Any) -> tuple[float, float]:
    """Width and height before the page's own rotation."""
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    return (height, width) if pdfium.FPDFPage_GetRotation(page) % 2 else (width, height)


def _origin(page: Any) -> tuple[float, float]:
    """The lower left corner of what is shown of the page, in its own coordinates."""
    box = [ctypes.c_float() for _ in range(4)]
    if pdfium.FPDFPage_GetCropBox(page, *box) or pdfium.FPDFPage_GetMediaBox(page, *box):
        left, bottom, right, top = (v.value for v in box)
        return min(left, right), min(bottom, top)
    return 0.0, 0.0


def _shifted(runs: list[Run], rules: list[Rule], dx: float) -> tuple[list[Run], list[Rule]]:
    """Moved so that the page's left edge is 0 (a crop box need not start there)."""
    if not dx:
        return runs, rules
    moved = [r._replace(x0=r.x0 - dx, x1=r.x1 - dx, edges=[e - dx for e in r.edges]) for r in runs]
    turned = [
        Rule(True, r.at - dx, r.start, r.end) if r.upright else Rule(False, r.at, r.start - dx, r.end - dx)
        for r in rules
    ]
    return moved, turned


def _on_page(run: Run, width: float, height: float) -> bool:
    return run.x1 > 0 and run.x0 < width and run.bottom > 0 and run.top < height


def _has_written_notes(page: Any) -> bool:
    """Does the page carry text boxes, stamps or form fields (a number or date set in by a clerk)?"""
    written = {pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WIDGET}
    for n in range(min(pdfium.FPDFPage_GetAnnotCount(page), 1000)):
        note = pdfium.FPDFPage_GetAnnot(page, n)
        kind = pdfium.FPDFAnnot_GetSubtype(note) if note else None
        pdfium.FPDFPage_CloseAnnot(note)
        if kind in written:
            return True
    return False


def _loaded(document: Any, index: int) -> Any:
    """The page, with what is written over it (annotations) drawn into it."""
    page = _load(document, index)
    if _has_written_notes(page) and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        pdfium.FPDF_ClosePage(page)
        page = _load(document, index)
    return page


def read_page(document: Any, index: int) -> Page:
    """The page `index` (from 0) of an open pdfium document; its memory is freed before this returns.

    Raises IngestError (`damaged`, `too-large`).
    """
    page = _loaded(document, index)
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        count = max(0, pdfium.FPDFText_CountChars(text_page)) if text_page else 0
        if count > MAX_CHARACTERS:
            raise IngestError(
                "too-large", f"Page {index + 1} holds {count} characters.", "Print the file to PDF again."
            )
        turns = _quarter_turns(text_page, count) if count else 0
        if turns:
            pdfium.FPDFText_ClosePage(text_page)
            text_page = None
            page = _turned(document, index, page, turns)
            text_page = pdfium.FPDFText_LoadPage(page)
        return _drawn(page, text_page, index, count)
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)


def _drawn(page: Any, text_page: Any, index: int, count: int) -> Page:
    width, height = _user_size(page)
    left, bottom = _origin(page)
    top = bottom + height
    runs = list(_runs(text_page, count, top)) if count else []
    rules, boxes = _rules(page, top)
    runs, rules = _shifted(runs, rules, left)
    shown = tuple(run for run in runs if _on_page(run, width, height))
    return Page(index + 1, width, height, shown, tuple(rules), boxes)


def _picture_area(document: Any, index: int) -> float:
    """The share of a page that its largest picture covers."""
    page = _load(document, index)
    try:
        width, height = _user_size(page)
        most = 0.0
        for n in range(min(count_objects(page), 1000)):
            item = object_of(page, n)
            if type_of(item) in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
                left, bottom, right, top = bounds(item) or (0.0, 0.0, 0.0, 0.0)
                most = max(most, (min(right, width) - max(left, 0)) * (min(top, height) - max(bottom, 0)))
        return most / max(width * height, 1.0)
    finally:
        pdfium.FPDF_ClosePage(page)


def is_vietnamese(text: str) -> bool:
    """Could these be the words of a Vietnamese page? One letter in four has a mark; a tenth of that is enough.

    Text too short to tell (a stamp's number, a page of figures) is taken as it is.
    """
    if len(_BROKEN.findall(text)) > 0.1 * max(len(text), 1):
        return False
    if _are_more(_MARKED.finditer(text), 0.025 * len(text)):  # as a rule the first lines tell
        return True
    letters = sum(map(str.isalpha, text))
    return letters < 200 or _are_more(_MARKED.finditer(text), 0.025 * letters)


def _are_more(things: Iterable[object], than: float) -> bool:
    """Are there more things than so many? Takes no more of them than it needs."""
    return any(True for _ in islice(things, int(than), None))


def is_picture(document: Any, page: Page) -> bool:
    """Must the page be read as a picture: no text, or text that is no Vietnamese, under a picture of the page?

    A scanner's own text layer is often made with an English model, which leaves the marks out.
    """
    text = " ".join(run.text for run in page.runs)
    if _are_more((True for letter in text if letter.isalnum()), 19) and is_vietnamese(text):
        return False
    return _picture_area(document, page.number - 1) > (0.25 if len(text) < 20 else 0.5)
