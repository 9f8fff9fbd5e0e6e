"""Runs of characters put together to lines: by height on the page, then from left to right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import regex

from ingest.pdf_page import Run
from ingest.text import clean

BLANK = 0.12  # of the line's height: a wider gap between two runs is a blank (a blank of a font is 0.2 to 0.3)
SOME = 0.05  # of the line's height: enough where pdfium holds that there is a blank
_BLANKS = regex.compile(r"\s+")
_HEAD_END = regex.compile(r"\s|(?<=\p{L}-)(?=\p{L})")  # where a line may break: a blank, a hyphen between letters


class TextLine(NamedTuple):
    """One line of text. `base` is the y its characters stand on, `size` their height, `head` the first word's width."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    base: float
    size: float
    head: float
    doubts: tuple[tuple[str, float], ...] = ()

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (round(self.x0, 1), round(self.top, 1), round(self.x1, 1), round(self.bottom, 1))


def rows(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs that share a line, lines from top to bottom, each from left to right.

    A run belongs to the line it overlaps by half the smaller height: fallback fonts have taller boxes, raised
    figures smaller ones, and two lines overlap by a sixth at most.
    """
    found: list[list[Run]] = []
    top = bottom = 0.0
    for run in sorted(runs, key=lambda r: r.top + r.bottom):
        overlap = min(bottom, run.bottom) - max(top, run.top)
        if found and overlap >= 0.5 * min(bottom - top, run.bottom - run.top):
            found[-1].append(run)
            if len(run.text) > 3 * len(found[-1][0].text):
                top, bottom = run.top, run.bottom
        else:
            found.append([run])
            top, bottom = run.top, run.bottom
    for row in found:
        if len(row) > 1:
            row.sort(key=attrgetter("x0"))
    return found


def segments(row: Sequence[Run], gap: float) -> list[list[Run]]:
    """A line cut where nothing stands for more than `gap` points."""
    found = [[row[0]]]
    right = row[0].x1
    for run in row[1:]:
        if run.x0 - right > gap:
            found.append([])
        found[-1].append(run)
        right = max(right, run.x1)
    return found


def size_of(runs: Sequence[Run]) -> float:
    """The height of most of the characters."""
    if len(runs) == 1:  # as in most lines
        return runs[0].bottom - runs[0].top
    heights: Counter[float] = Counter()
    for run in runs:
        heights[round(run.bottom - run.top, 1)] += len(run.text)
    return heights.most_common(1)[0][0]


def _base_of(runs: Sequence[Run]) -> float:
    return max(runs, key=lambda run: len(run.text)).base


def _is_double(run: Run, before: Run, size: float) -> bool:
    """Bold made by drawing the same characters twice, a little apart."""
    return run.text == before.text and abs(run.x0 - before.x0) < 0.25 * size


def _pieces(runs: Sequence[Run], size: float) -> Iterator[tuple[str, Run]]:
    """Each run with the blank before it, doubles left out."""
    before: Run | None = None
    for run in runs:
        if before is not None and _is_double(run, before, size):
            continue
        least = SOME if run.spaced else BLANK
        wide = before is not None and (run.x0 - before.x1 > least * size or bool(run.doubts))  # OCR reads words
        yield (" " if wide else ""), run
        before = run


def _head_width(pieces: Sequence[tuple[str, Run]]) -> float:
    start = pieces[0][1].x0
    right = start
    for n, (blank, run) in enumerate(pieces):
        if n and blank:
            break
        if end := _HEAD_END.search(run.text):
            return (run.edges[end.start()] if end.start() < len(run.edges) else run.x1) - start
        right = run.x1
    return right - start


def _single_blanks(text: str) -> str:
    """The text with one blank for each white space, none at its ends."""
    if text.isprintable():  # a blank is the only white space that counts as such
        return " ".join(text.split())
    single: str = _BLANKS.sub(" ", text)
    return single.strip()


def _whole_line(run: Run) -> TextLine:
    """The line that a single run is, as most are."""
    text, head = _single_blanks(clean(run.text)), _head_width([("", run)])
    return TextLine(run.x0, run.top, run.x1, run.bottom, text, run.base, run.bottom - run.top, head, run.doubts)


def text_line(runs: Sequence[Run]) -> TextLine:
    """The line of runs sorted from left to right; its text is clean and has single blanks."""
    if len(runs) == 1:
        return _whole_line(runs[0])
    size = size_of(runs)
    pieces = list(_pieces(runs, size))
    text = _single_blanks(clean("".join([blank + run.text for blank, run in pieces])))
    return TextLine(
        runs[0].x0,
        min(run.top for run in runs),
        max(run.x1 for run in runs),
        max(run.bottom for run in runs),
        text,
        _base_of(runs),
        size,
        _head_width(pieces),
        tuple(doubt for run in runs for doubt in run.doubts),
    )


def lines(runs: Iterable[Run]) -> list[TextLine]:
    """All lines of some runs that stand in one column."""
    return [line for line in map(text_line, rows(runs)) if line.text]
