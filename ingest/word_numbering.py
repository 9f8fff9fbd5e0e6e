"""Word's automatic numbers as text: "1.", "a)", "Điều 3.", "-", which no paragraph's own text holds.

Rules: ECMA-376 part 1, 17.9 (numbering). A list's levels come from its abstract definition, overridden by the list;
lists of one definition count on together; a deeper level starts anew after a shallower one. Letters are Word's own
(a b c d e f …), not the order of Vietnamese points: what stands on the page is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import regex

from ingest.legacy import Run, unify
from ingest.text import clean
from ingest.word_package import Element, W
from ingest.word_styles import Styles, face_of, is_on, whole

LEVELS = 9
_PLACE = regex.compile(r"%([1-9])")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)
_KEPT_BULLETS = ("+", "*")  # as typed bullets; every other sign (•, o, a Wingdings arrow) is a dash


def roman(number: int) -> str:
    """A number from 1 to 3999 in Roman capitals; others as digits.

    >>> roman(14), roman(0)
    ('XIV', '0')
    """
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for value, sign in _ROMAN:
        out += sign * (number // value)
        number %= value
    return out


def letters(number: int) -> str:
    """Word's letters: a … z, aa, bb …

    >>> letters(4), letters(5), letters(28)
    ('d', 'e', 'bb')
    """
    if not 0 < number <= 26 * 30:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


_FORMATS: dict[str, Callable[[int], str]] = {
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": lambda number: letters(number).upper(),
    "lowerLetter": letters,
    "decimalZero": lambda number: f"{number:02d}",
    "none": lambda number: "",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it starts, how its number looks, after which level it starts anew."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    tight: bool = False  # nothing between number and text
    style: str | None = None  # the paragraph style that stands for this level


def _level(node: Element) -> Level:
    def value(name: str) -> str | None:
        found = node.find(W + name)
        return None if found is None else found.get(W + "val")

    face = face_of(node.find(W + "rPr"))
    text = unify([Run(value("lvlText") or "", face.font, bool(face.capitals))])
    restart = value("lvlRestart")
    return Level(
        whole(value("start"), 0),
        value("numFmt") or "decimal",
        clean(text),
        None if restart is None else whole(restart, 0),
        bool(is_on(node.find(W + "isLgl"))),
        value("suff") == "nothing",
        value("pStyle"),
    )


@dataclass(frozen=True, slots=True)
class _List:
    family: str  # the abstract definition: lists of one family share their counters
    levels: dict[int, Level]
    starts: dict[int, int]


class Numbering:
    """The lists of one document and how far each has counted."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """`root` is the `w:numbering` element, None where the file has no such part."""
        self._styles = styles
        self._families: dict[str, Element] = {}
        self._nums: dict[str, Element] = {}
        self._lists: dict[str, _List | None] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._families = {str(node.get(W + "abstractNumId")): node for node in root.iterfind(W + "abstractNum")}
            self._nums = {str(node.get(W + "numId")): node for node in root.iterfind(W + "num")}

    def label(self, list_id: str, level: int | None, style: str | None = None) -> str:
        """The next number of a list, with the blank that parts it from the text; '' for a list that numbers nothing.

        Where no level is stated, it is the one that stands for the paragraph's style, else the first.
        """
        listing = self._list(list_id)
        if listing is None:
            return ""
        if level is None:
            level = next((n for n, one in listing.levels.items() if style and one.style == style), 0)
        if level not in listing.levels:
            return ""
        counters = self._count(list_id, listing, level)
        form = listing.levels[level]
        text = _bullet(form.text) if form.form == "bullet" else self._number(listing, counters, form)
        return text if form.tight or not text else text + " "

    def _count(self, list_id: str, listing: _List, level: int) -> list[int | None]:
        counters = self._counters.setdefault(listing.family, [None] * LEVELS)
        now = counters[level]
        if level in listing.starts and (list_id, level) not in self._begun:
            counters[level] = listing.starts[level]
        else:
            counters[level] = listing.levels[level].start if now is None else now + 1
        self._begun.add((list_id, level))
        for deeper in range(level + 1, LEVELS):
            restart = listing.levels[deeper].restart if deeper in listing.levels else None
            if restart is None or level < restart:
                counters[deeper] = None
        return counters

    @staticmethod
    def _number(listing: _List, counters: list[int | None], form: Level) -> str:
        def shown(match: regex.Match[str]) -> str:
            n = int(match[1]) - 1
            of = listing.levels.get(n, Level())
            number = counters[n]
            value = of.start if number is None else number
            return str(value) if form.legal else _FORMATS.get(of.form, str)(value)

        return str(_PLACE.sub(shown, form.text)).strip()

    def _list(self, list_id: str) -> _List | None:
        if list_id not in self._lists:
            self._lists[list_id] = self._make(list_id)
        return self._lists[list_id]

    def _make(self, list_id: str, far: int = 0) -> _List | None:
        node = self._nums.get(list_id)
        family = None if node is None else node.find(W + "abstractNumId")
        if node is None or family is None:
            return None
        name = str(family.get(W + "val"))
        definition = self._families.get(name)
        if definition is None:
            return None
        linked = definition.find(W + "numStyleLink")
        if linked is not None and far < LEVELS:  # the levels stand where the list style says
            target, _ = self._styles.listing(str(linked.get(W + "val")))
            found = None if target is None else self._make(target, far + 1)
            name, levels = (found.family, dict(found.levels)) if found else (name, {})
        else:
            levels = _levels(definition)
        return _overridden(node, name, levels)


def _levels(node: Element) -> dict[int, Level]:
    found = ((whole(level.get(W + "ilvl"), -1), level) for level in node.iterfind(W + "lvl"))
    return {n: _level(level) for n, level in found if 0 <= n < LEVELS}


def _overridden(node: Element, family: str, levels: dict[int, Level]) -> _List:
    starts = {}
    for override in node.iterfind(W + "lvlOverride"):
        n = whole(override.get(W + "ilvl"), -1)
        if not 0 <= n < LEVELS:
            continue
        if (level := override.find(W + "lvl")) is not None:
            levels[n] = _level(level)
        if (start := override.find(W + "startOverride")) is not None:
            starts[n] = whole(start.get(W + "val"), 1)
            levels[n] = replace(levels.get(n, Level()), start=starts[n])
    return _List(family, levels, starts)


def _bullet(text: str) -> str:
    text = text.strip()
    return text if text in _KEPT_BULLETS else "-"
