"""A picture of a page read to runs of characters and ruling lines, as a digital page gives them.

Text outside tables is read with the reader's own layout; each cell of a table is read by itself, its lines set side
by side to one line of the height the reader likes best: single figures and short last words, which whole-page
reading loses, keep company that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
import regex
from PIL import Image

from ingest.ocr_engine import LINE, PAGE, Engine, Grey, Word
from ingest.ocr_image import Scan, prepared, threshold
from ingest.ocr_strokes import checked
from ingest.pdf_grid import Grid, GridCell, grids
from ingest.pdf_page import Page, Rule, Run

PAGE_DPI = 160  # what page reading likes best for 11 to 14 point type (0.02-0.05 % of characters wrong, against 0.1 %)
LINE_HEIGHT = 38  # pixels, a line with its margin
SURE = 65.0  # a word below this confidence has its line read again
DOUBTED = 50.0
LEVEL = 140  # of 255: darker is ink, where strokes are counted
ROUGH = 65.0  # a page read with less confidence than this on average may stand on its side or head
FIGURES = "0123456789"
_PLAIN = regex.compile(r"^(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[IVX]+\.?|\p{L}\d?\)|(?:STT|TT|Stt|Tt))$")
_SPECK = regex.compile(r"^[^\p{L}\p{N}]{1,3}$")


class Strip(NamedTuple):
    """A cell's lines set side by side: the picture, and for each line where it starts there and stood on the page."""

    image: Grey
    scale: float
    starts: tuple[int, ...]  # in the strip, left edge of each line
    boxes: tuple[tuple[int, int, int, int], ...]  # on the page, pixels


@dataclass(frozen=True, slots=True)
class _Cell:
    cell: GridCell
    strip: Strip


def _scaled(grey: Grey, factor: float) -> Grey:
    if abs(factor - 1) < 0.02:
        return grey
    height, width = grey.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(np.ascontiguousarray(grey)).resize(size, Image.Resampling.LANCZOS))


def _spans(marks: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[list[int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marks.view(np.int8), [0]))))
    return [[int(start), int(end)] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def text_rows(dark: np.ndarray[tuple[int, int], np.dtype[np.bool_]], dpi: float) -> list[tuple[int, int]]:
    """Top and bottom of each line of text in a cell; marks above and below letters go with their line."""
    tall = dpi * 0.08  # most of a line of 8 point type
    found: list[list[int]] = []
    for start, end in _spans(dark.sum(axis=1) > 0):
        before = found[-1] if found else None
        low = end - start < tall or (before is not None and before[1] - before[0] < tall)
        if before and low and start - before[1] < tall * 0.5 and end - before[0] < tall * 2.6:
            before[1] = end
        else:
            found.append([start, end])
    return [(start, end) for start, end in found if end - start > tall * 0.25]


class _Print(NamedTuple):
    """What is printed in a cell: its inside (pixels), its lines (top and bottom there), where it is dark."""

    cell: GridCell
    box: tuple[int, int, int, int]
    lines: list[tuple[int, int]]
    dark: np.ndarray[tuple[int, int], np.dtype[np.bool_]]


def _print_of(scan: Scan, cell: GridCell, level: int) -> _Print | None:
    """None where nothing is printed."""
    pixels, margin = scan.dpi / 72, max(2, int(scan.dpi * 0.012))
    x0, y0, x1, y1 = (round(value * pixels) for value in cell.box)
    box = (x0 + margin, y0 + margin, x1 - margin, y1 - margin)
    if box[2] <= box[0] or box[3] <= box[1]:
        return None
    dark = scan.grey[box[1] : box[3], box[0] : box[2]] < level
    lines = text_rows(dark, scan.dpi)
    return _Print(cell, box, lines, dark) if lines and dark.sum() >= (scan.dpi / 60) ** 2 else None


def _usual_height(prints: Sequence[_Print], dpi: float) -> int:
    """The height of a line with marks above and tails below, as three in four lines at most have it."""
    heights = [end - start for held in prints for start, end in held.lines]
    return int(np.clip(np.percentile(heights, 75), dpi * 0.12, dpi * 0.3)) if heights else int(dpi * 0.2)


def strip_of(grey: Grey, held: _Print, usual: int) -> Strip:
    """A cell's lines side by side, at the one scale that suits lines of the `usual` height (pixels)."""
    left, top, right, bottom = held.box
    inside = grey[top:bottom, left:right]
    rim = max(1, usual // 16)  # the pale edge of print, which the dark mask leaves out
    height = max([usual, *(end - start for start, end in held.lines)]) + 8
    gap = max(4, usual // 3)
    parts, starts, boxes, at = [], [], [], gap
    for start, end in held.lines:
        columns = np.flatnonzero(held.dark[start:end].any(axis=0))
        first, last = max(0, int(columns[0]) - rim), min(right - left, int(columns[-1]) + 1 + rim)
        low, high = max(0, start - rim), min(bottom - top, end + rim)
        piece = np.full((height + 2 * rim, last - first + gap), 255, np.uint8)
        above = (height - (end - start)) // 2 + rim - (start - low)
        piece[above : above + high - low, : last - first] = inside[low:high, first:last]
        parts.append(piece)
        starts.append(at)
        boxes.append((left + first, top + start, left + last, top + end))
        at += piece.shape[1]
    whole = np.pad(np.concatenate(parts, axis=1), ((0, 0), (gap, 0)), constant_values=255)
    scale = LINE_HEIGHT / (usual + 8 + 2 * rim)
    return Strip(_scaled(whole, scale), scale, tuple(starts), tuple(boxes))


def _on_page(word: Word, strip: Strip) -> tuple[int, tuple[int, int, int, int], float, float]:
    """Which line of the cell a word of the strip stands on, that line's box, and the word's left and right there."""
    left, right = word.box[0] / strip.scale, word.box[2] / strip.scale
    line = max(n for n, start in enumerate(strip.starts) if n == 0 or start <= (left + right) / 2)
    shift = strip.boxes[line][0] - strip.starts[line]
    return line, strip.boxes[line], left + shift, right + shift


def _run(text: str, sure: float, box: tuple[float, float, float, float], scale: float) -> Run:
    """A word as a run; boxes in pixels, `scale` points a pixel; characters taken as equally wide."""
    x0, top, x1, bottom = (value * scale for value in box)
    step = (x1 - x0) / len(text)
    base = bottom - 0.2 * (bottom - top)
    edges = [x0 + n * step for n in range(len(text))]
    return Run(x0, top, x1, bottom, base, text, edges, True, ((text, sure),))


def _cells(scan: Scan, table: Grid) -> list[_Cell]:
    """The printed cells of a table."""
    level = threshold(scan.grey)
    prints = [held for cell in table.cells if (held := _print_of(scan, cell, level))]
    usual = _usual_height(prints, scan.dpi)
    return [_Cell(held.cell, strip_of(scan.grey, held, usual)) for held in prints]


def _sureness(words: Sequence[Word]) -> float:
    return sum(word.sure for word in words) / len(words) if words else 0.0


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _again(engine: Engine, image: Grey, scale: float, first: Sequence[Word], number: bool) -> list[Word]:
    """A short or doubtful line read again at two other sizes; the surest reading is taken.

    `scale`: of `image`, which `first` was read from. In a column of numbers, figures alone are tried as well, and
    taken where two sizes agree on them.
    """
    factors = (1.0, 0.8, 1.25)
    sizes = [_scaled(image, factor) for factor in factors]
    readings = [list(first), *engine.read(sizes[1:], LINE, PAGE_DPI)]
    best = max(range(3), key=lambda n: _worth(readings[n]))
    if number and not _PLAIN.match(_joined(first)):
        figures = engine.read(sizes, LINE, PAGE_DPI, FIGURES)
        texts = [_joined(words) for words in figures]
        agreed = [n for n in range(3) if 0 < len(texts[n]) <= 3 and texts.count(texts[n]) > 1]
        if agreed:
            readings, best = figures, max(agreed, key=lambda n: _sureness(figures[n]))
    return _rescaled(scale * factors[best], readings[best], scale)


def _worth(words: Sequence[Word]) -> float:
    """How good a reading is: sure on average, and in its worst word."""
    return _sureness(words) + min((word.sure for word in words), default=0.0)


def _is_doubtful(words: Sequence[Word]) -> bool:
    return len(_joined(words)) <= 3 or min(word.sure for word in words) < SURE


def _rescaled(scale: float, words: Sequence[Word], wanted: float) -> list[Word]:
    """Words of a picture at one scale, their boxes at another."""
    factor = wanted / scale

    def box(b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        return (round(b[0] * factor), round(b[1] * factor), round(b[2] * factor), round(b[3] * factor))

    return [word._replace(box=box(word.box), line=box(word.line)) for word in words]


def _is_number_cell(held: _Cell) -> bool:
    return held.cell.column == 0 and held.cell.colspan == 1


def _is_short(strip: Strip) -> bool:
    """Is it one line of three or four characters at most?"""
    height, width = strip.image.shape
    return len(strip.boxes) == 1 and width < 3.5 * height


def _in_company(engine: Engine, held: Sequence[_Cell]) -> dict[int, list[Word]]:
    """The short cells of a number column read as one line, figure beside figure: what each gives, by its index.

    A figure that stands alone has nothing to show its size, and is taken for a letter or a speck.
    """
    short = [n for n, cell in enumerate(held) if _is_number_cell(cell) and _is_short(cell.strip)]
    if len(short) < 3:
        return {}
    height = max(held[n].strip.image.shape[0] for n in short)
    pictures, ends = [], []
    for n in short:
        image = held[n].strip.image
        pictures.append(np.pad(image, ((height - image.shape[0], 0), (0, 0)), constant_values=255))
        ends.append(sum(picture.shape[1] for picture in pictures))
    read = engine.read([np.concatenate(pictures, axis=1)], LINE, PAGE_DPI)[0]
    found: dict[int, list[Word]] = {}
    for word in read:
        place = next((k for k, end in enumerate(ends) if (word.box[0] + word.box[2]) / 2 < end), len(ends) - 1)
        start = ends[place] - pictures[place].shape[1]
        if start <= word.box[0] and word.box[2] <= ends[place]:
            box = (word.box[0] - start, word.box[1], word.box[2] - start, word.box[3])
            found.setdefault(short[place], []).append(word._replace(box=box))
    return found


def _settled(engine: Engine, held: _Cell, alone: list[Word], together: list[Word]) -> list[Word]:
    """The reading of a cell that is best founded: by itself, beside others, or at another size."""
    if alone and not _is_doubtful(alone):
        return alone
    if _PLAIN.match(_joined(alone)) and (not together or _joined(alone) == _joined(together)):
        return alone
    if _PLAIN.match(_joined(together)) and (_sureness(together) > SURE or not _PLAIN.match(_joined(alone))):
        return together
    return _again(engine, held.strip.image, held.strip.scale, alone, _is_number_cell(held))


def _in_order(engine: Engine, held: Sequence[_Cell], words: list[list[Word]]) -> None:
    """Numbers out of order in a number column are read again as figures, and taken where a reading is the next one.

    Nothing is made up: a number that no reading gives stays as it was read, with the confidence of a doubtful word.
    """
    numbers = [n for n, cell in enumerate(held) if _is_number_cell(cell) and words[n]]
    for before, n, after in zip(numbers, numbers[1:], [*numbers[2:], None], strict=False):
        last, here = _joined(words[before]), _joined(words[n])
        later = _joined(words[after]) if after is not None else ""
        first = here in ("a)", "I", "I.") or (here.endswith(")") and last.endswith(")"))  # of a group of their own
        if not last.isdigit() or len(here) > 2 or first or here in (str(int(last) + 1), last, "1"):
            continue
        if later.isdigit() and int(later) not in (int(last) + 2, int(last) + 1, 1):
            continue
        strip = held[n].strip
        factors = (1.0, 0.8, 1.25, 0.65)
        figures = engine.read([_scaled(strip.image, factor) for factor in factors], LINE, PAGE_DPI, FIGURES)
        right = [k for k, read in enumerate(figures) if _joined(read) == str(int(last) + 1)]
        if right:
            words[n] = _rescaled(strip.scale * factors[right[0]], figures[right[0]], strip.scale)
        else:
            words[n] = [word._replace(sure=min(word.sure, DOUBTED)) for word in words[n]]


def _table_runs(engine: Engine, scan: Scan, table: Grid) -> Iterator[Run]:
    """The words of all cells of a table."""
    cells = _cells(scan, table)
    readings = engine.read([held.strip.image for held in cells], LINE, PAGE_DPI)
    company = _in_company(engine, cells)
    settled = [_settled(engine, held, readings[n], company.get(n, [])) for n, held in enumerate(cells)]
    _in_order(engine, cells, settled)
    for held, words in zip(cells, settled, strict=True):
        for word in checked(words, held.strip.image, LEVEL):
            _, line, left, right = _on_page(word, held.strip)
            yield _run(word.text, word.sure, (left, line[1], right, line[3]), 72 / scan.dpi)


def _page_runs(engine: Engine, scan: Scan, tables: Sequence[Grid]) -> list[Run]:
    """The words outside the tables."""
    grey = scan.grey
    if tables:
        grey, pixels = grey.copy(), scan.dpi / 72
        for table in tables:
            top, bottom = int(table.top * pixels), int(table.bottom * pixels) + 1
            grey[top:bottom, int(table.xs[0] * pixels) : int(table.xs[-1] * pixels) + 1] = 255
    words = engine.read([_scaled(grey, PAGE_DPI / scan.dpi)], PAGE, PAGE_DPI)[0]
    kept = [word for word in words if not (_SPECK.match(word.text) and word.sure < 40)]
    runs: list[Run] = []
    for _, line in groupby(_rescaled(PAGE_DPI / scan.dpi, kept, 1.0), key=lambda word: word.line):
        runs += _line_runs(engine, scan, list(line))
    return runs


def _line_runs(engine: Engine, scan: Scan, words: list[Word]) -> Iterator[Run]:
    """The words of a line (boxes in the scan's pixels), read again by itself where they are short or doubtful."""
    line = words[0].line
    if _is_doubtful(words):
        margin = max(2, (line[3] - line[1]) // 8)
        left = max(0, min(word.box[0] for word in words) - 2 * margin)
        right = max(word.box[2] for word in words) + 2 * margin
        picture = scan.grey[max(0, line[1] - margin) : line[3] + margin, left:right]
        if picture.size:
            scale = LINE_HEIGHT / picture.shape[0]
            words = _second_look(engine, _scaled(picture, scale), scale, words, left)
    for word in _checked_on_page(scan, words, line):
        yield _run(word.text, word.sure, (word.box[0], line[1], word.box[2], line[3]), 72 / scan.dpi)


def _checked_on_page(scan: Scan, words: list[Word], line: tuple[int, int, int, int]) -> list[Word]:
    """The words of a line with labels checked by their strokes."""
    left = max(0, words[0].box[0] - round(scan.dpi * 0.04))
    right = words[-1].box[2]
    picture = scan.grey[line[1] : line[3], left:right]

    def moved(word: Word, by: int) -> Word:
        return word._replace(box=(word.box[0] + by, word.box[1], word.box[2] + by, word.box[3]))

    return [moved(word, left) for word in checked([moved(word, -left) for word in words], picture, LEVEL)]


def _second_look(engine: Engine, picture: Grey, scale: float, words: list[Word], left: int) -> list[Word]:
    """A line read by itself, where that is surer; a line that is one short word may be a page number."""
    alone = len(_joined(words)) <= 4
    new = engine.read([picture], LINE, PAGE_DPI)[0]
    new = _again(engine, picture, scale, new, alone) if not new or _is_doubtful(new) else new
    if not new or (_worth(new) <= _worth(words) and not (alone and _joined(new).isdigit())):
        return words
    moved = _rescaled(scale, new, 1.0)
    return [word._replace(box=(word.box[0] + left, word.box[1], word.box[2] + left, word.box[3])) for word in moved]


def _upright(engine: Engine, image: Image.Image, dpi: float) -> Image.Image:
    """The picture turned by quarters so that it reads best; tried only where it reads badly as it stands."""

    def sure(turned: Image.Image) -> float:
        grey = np.asarray(turned.convert("L"))
        words = engine.read([_scaled(grey, 110 / dpi)], PAGE, 110)[0]
        letters = sum(len(word.text) for word in words if word.sure > 60)
        return letters * _sureness(words)

    turns = [image, *(image.rotate(angle, expand=True) for angle in (90, 180, 270))]
    return max(turns, key=sure)


def read_image(engine: Engine, image: Image.Image, dpi: float, number: int, *, again: bool = True) -> Page:
    """A page's picture as runs and rules; `dpi` dots an inch of the picture, `number` the page's, from 1."""
    scan = prepared(image, dpi)
    points = 72 / dpi
    rules = tuple(Rule(r.upright, r.at * points, r.start * points, r.end * points) for r in scan.rules)
    tables = grids(rules)
    runs = _page_runs(engine, scan, tables)
    for table in tables:
        runs += _table_runs(engine, scan, table)
    sure = sum(run.doubts[0][1] for run in runs) / len(runs) if runs else 0.0
    if again and sure < ROUGH and (scan.grey < threshold(scan.grey)).mean() > 0.002:
        turned = _upright(engine, image, dpi)
        if turned is not image:
            return read_image(engine, turned, dpi, number, again=False)
    height, width = scan.grey.shape
    return Page(number, width * points, height * points, tuple(runs), rules)
