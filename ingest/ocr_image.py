"""A scanned page made ready for reading: colour of stamps and ink out, straight, ruling lines found and taken out.

Needs numpy and Pillow (extra `ocr`); angles in degrees, lengths in pixels unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.pdf_page import Rule

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

STEEPEST = 4.0  # degrees a scan may lean
COLOURED = 45  # of 255: how far a channel must stand out for a pixel to be ink or a stamp, not print


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as grey levels, upright and without its ruling lines; `rules` are in pixels."""

    grey: Grey
    rules: tuple[Rule, ...]
    dpi: float
    leaned: float  # degrees it was turned by


def without_colour(image: Image.Image) -> Grey:
    """Grey levels with red and blue (stamps, signatures) made white; black print over them stays."""
    if image.mode in ("1", "L", "I", "I;16", "LA"):
        return np.asarray(image.convert("L"))
    rgb = np.asarray(image.convert("RGB"))
    grey = np.asarray(image.convert("L"))
    if not _coloured(rgb[::8, ::8]).any():
        return grey
    return np.where(_coloured(rgb), np.uint8(255), grey)


def _coloured(rgb: NDArray[np.uint8]) -> Mask:
    """Pixels whose red or blue stands out."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    most = np.uint8(255 - COLOURED)  # so that adding COLOURED stays below 256
    result: Mask = (red > np.minimum(np.maximum(green, blue), most) + np.uint8(COLOURED)) | (
        blue > np.minimum(np.maximum(red, green), most) + np.uint8(COLOURED)
    )
    return result


def threshold(grey: Grey) -> int:
    """The grey level that parts print from paper (Otsu 1979: largest variance between the two)."""
    counts = np.array(Image.fromarray(grey).histogram(), dtype=np.float64)
    levels = np.arange(256)
    below, total = np.cumsum(counts), counts.sum()
    mass = np.cumsum(counts * levels)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    return int(np.nanargmax(between)) if np.isfinite(between).any() else 127


def lean(dark: Mask) -> float:
    """The angle a page leans by, anticlockwise positive: the one whose rows are most unlike each other."""
    step = max(1, dark.shape[1] // 900)
    ys, xs = np.nonzero(dark[::step, ::step])
    if len(ys) < 200:
        return 0.0
    best = _sharpest(ys, xs, np.arange(-STEEPEST, STEEPEST + 0.01, 0.25))
    return _sharpest(ys, xs, np.arange(best - 0.25, best + 0.251, 0.05))


def _sharpest(ys: NDArray[Any], xs: NDArray[Any], angles: NDArray[np.float64]) -> float:
    def sharpness(angle: float) -> float:
        rows = np.round(ys + xs * np.tan(np.radians(angle))).astype(np.int64)
        counts = np.bincount(rows - rows.min()).astype(np.float64)
        return float(np.sum(np.diff(counts) ** 2))

    return float(max(angles, key=sharpness))


def turned(grey: Grey, angle: float) -> Grey:
    """Turned clockwise by an angle, corners white, size kept."""
    if abs(angle) < 0.04:
        return grey
    image = Image.fromarray(grey).rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(image)


def _eroded(mask: Mask, length: int) -> Mask:
    """Columns from which a run of `length` goes on to the right (in log(length) steps)."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        mask = mask[:, :-step] & mask[:, step:]
        reach += step
    return mask


def _dilated(mask: Mask, length: int) -> Mask:
    """Each column set spread over `length` columns to the right."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        wider = np.zeros((mask.shape[0], mask.shape[1] + step), dtype=np.bool_)
        wider[:, :-step] = mask
        wider[:, step:] |= mask
        mask, reach = wider, reach + step
    return mask


def _opened(dark: Mask, length: int) -> Mask:
    """What is left of runs at least `length` long from left to right."""
    if dark.shape[1] <= length:
        return np.zeros_like(dark)
    return _dilated(_eroded(dark, length), length)


def _thick(dark: Mask) -> Mask:
    """Spread by one pixel up and down, so that a line that leans a little stays whole."""
    out = dark.copy()
    out[1:] |= dark[:-1]
    out[:-1] |= dark[1:]
    return out


def _lines(mask: Mask, upright: bool, thickest: int) -> list[Rule]:
    """Runs of a mask of lines put together to rules: runs that touch from row to row are one."""
    open_: list[list[float]] = []  # first row, last row, start, end
    done: list[list[float]] = []
    for row in np.flatnonzero(mask.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mask[row].view(np.int8), [0]))))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            for line in open_:
                if row - line[1] <= 3 and start <= line[3] + 5 and end >= line[2] - 5:
                    line[1], line[2], line[3] = row, min(line[2], start), max(line[3], end)
                    break
            else:
                open_.append([float(row), float(row), float(start), float(end)])
        done += [line for line in open_ if row - line[1] > 3]
        open_ = [line for line in open_ if row - line[1] <= 3]
    return [
        Rule(upright, (line[0] + line[1]) / 2, line[2], line[3])
        for line in [*done, *open_]
        if line[1] - line[0] <= thickest
    ]


def rules_of(dark: Mask, dpi: float) -> tuple[list[Rule], Mask]:
    """The ruling lines of a page, and the mask of their pixels."""
    across = np.ascontiguousarray(dark.T)
    level = _opened(_thick(dark), int(dpi * 0.4))
    upright = _opened(_thick(across), int(dpi * 0.32))
    thickest = max(6, int(dpi * 0.05))
    mask = _thick(level) | _thick(upright).T
    return _lines(level, False, thickest) + _lines(upright, True, thickest), mask


def prepared(image: Image.Image, dpi: float) -> Scan:
    """A scan ready for reading."""
    grey = without_colour(image)
    angle = lean(grey < threshold(grey))
    grey = turned(grey, angle)
    dark = grey < threshold(grey)
    rules, mask = rules_of(dark, dpi)
    if rules:
        grey = grey.copy()
        grey[mask] = 255
    return Scan(grey, tuple(rules), dpi, angle)
