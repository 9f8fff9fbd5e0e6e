"""Charts as inline SVG for a page: no file beside it, no script, letters as text that can be searched and copied."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from corpus.exports.labels import number, xml_words

_FONT = "DejaVu Sans"
_SETTINGS = {
    "svg.fonttype": "none",  # letters as text
    "text.parse_math": False,  # a $ in a name is no formula
    "font.family": _FONT,  # comes with matplotlib, which measures with it
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_WIDTH = 9.5  # inches
BLUE, GREY = "#2f6db3", "#9aa5b1"
#: Letters of a name beside a bar.
LONGEST = 60

Draw = Callable[[Any], None]


def svg(draw: Callable[[Figure], None], height: float, label: str) -> str:
    """The `<svg>` element of a figure that `draw` fills.

    `height` in inches; `label` tells it from other charts of the page.
    """
    with rc_context({**_SETTINGS, "svg.hashsalt": label}):  # type: ignore[dict-item]
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure)
        made = io.StringIO()
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    found = made.getvalue()
    found = re.sub(r"<metadata>.*?</metadata>", "", found[found.index("<svg") :], flags=re.DOTALL)
    found = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{label}-", found)  # ids of one page are all different
    return found.replace(f"'{_FONT}'", f"'{_FONT}', Arial, sans-serif")


def short(name: str) -> str:
    """A name beside a bar or a row.

    >>> short("a" * 70)[-3:]
    'aa…'
    """
    words = xml_words(name)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def heat(rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[int]], label: str) -> str:
    """A heat map with its figures; zeros are left blank."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        most = max(max(row) for row in values) or 1
        axes.pcolormesh(
            values, cmap="Blues", vmin=0, vmax=most * 1.2, edgecolors="#dddddd", linewidth=0.5
        )  # no picture
        axes.set_yticks([n + 0.5 for n in range(len(rows))], [short(name) for name in rows])
        axes.set_xticks([n + 0.5 for n in range(len(columns))], [short(name) for name in columns])
        axes.invert_yaxis()
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for y, row in enumerate(values):
            for x, value in enumerate(row):
                if value:
                    colour = "white" if value > most * 0.6 else "#222222"
                    axes.text(x + 0.5, y + 0.5, number(value), ha="center", va="center", color=colour, fontsize=8)

    return svg(draw, 0.9 + 0.26 * len(rows), label)


def bars(parts: Sequence[tuple[str, Sequence[tuple[str, int]]]], label: str) -> str:
    """Lying bars, the longest on top; each part (title, bars) has axes of its own under the one before."""
    filled = [(title, list(found)) for title, found in parts if found]

    def draw(figure: Figure) -> None:
        heights = [len(found) + 1 for _, found in filled]
        for axes, (title, found) in zip(
            figure.subplots(len(filled), squeeze=False, height_ratios=heights)[:, 0], filled, strict=True
        ):
            names, values = [short(name) for name, _ in found], [value for _, value in found]
            drawn = axes.barh(range(len(found)), values, color=BLUE if axes.get_subplotspec().is_first_row() else GREY)
            axes.bar_label(drawn, [number(value) for value in values], padding=3, fontsize=8)
            axes.set_yticks(range(len(found)), names)
            axes.invert_yaxis()
            axes.set_title(title, loc="left", fontsize=10)
            axes.set_xticks([])
            axes.spines["bottom"].set_visible(False)

    return svg(draw, 0.4 + sum(0.45 + 0.24 * len(found) for _, found in filled), label)


def columns(found: Sequence[tuple[str, int]], label: str) -> str:
    """Standing bars in the order given; of many names only some are written."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        drawn = axes.bar(range(len(found)), [value for _, value in found], color=BLUE)
        if len(found) <= 40:
            axes.bar_label(drawn, [number(value) for _, value in found], padding=2, fontsize=7)
        step = 1 + len(found) // 30
        places = range(0, len(found), step)
        axes.set_xticks(places, [short(found[n][0]) for n in places], rotation=60, ha="right")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)

    return svg(draw, 3.2, label)


def network(left: Sequence[str], right: Sequence[str], links: Sequence[tuple[int, int, int]], label: str) -> str:
    """Who cites what: names on both sides, lines between them (left, right, how often) as thick as often."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        most = max(count for _, _, count in links)
        places = [[n / max(len(side) - 1, 1) for n in range(len(side))] for side in (left, right)]
        for a, b, count in links:
            y = places[0][a], places[1][b]
            axes.plot((0, 1), y, color=BLUE, alpha=0.25 + 0.5 * count / most, linewidth=0.6 + 3.4 * count / most)
        for x, side, align in ((-0.02, 0, "right"), (1.02, 1, "left")):
            for name, height in zip((left, right)[side], places[side], strict=True):
                axes.text(x, height, short(name), ha=align, va="center", fontsize=8)
        axes.set_xlim(-0.6, 1.9)
        axes.invert_yaxis()
        axes.set_axis_off()

    return svg(draw, 1 + 0.26 * max(len(left), len(right)), label)
