"""A readable view of stretches of a document's text, with the way back.

Parsers match and take values from a `View`: white space folded to one blank, a wrap after a hyphen joined, marks
(`|`, `**`, page numbers) left out. Every offset of the view maps to the text, so a value cut out of the view always
knows its span, and equals that span once the same folding is done to it (docs/contract.md, rules).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

import regex

from parsers.folding import fold

_UNEVEN = regex.compile(r"[^\S ]|  |^ | $")
_RUN = regex.compile(r"\s{2,}|[^\S ]|^ | $")
# A hyphen at a line end belongs to a number or name (NĐ-⏎CP) unless a blank stands before it (kinh tế -⏎xã hội).
_HYPHEN_WRAP = regex.compile(r"(?<=[^\s\-–][-–])\s*\n\s*(?=[\p{Lu}\d])")

Range = tuple[int, int]


class Marks:
    """The form characters of a text (sorted, disjoint ranges): asked which of them lie in a range."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, ranges: Iterable[Range]) -> None:
        ordered = sorted(ranges)
        self._starts = [a for a, _ in ordered]
        self._ends = [b for _, b in ordered]

    def keep(self, start: int, end: int) -> list[Range]:
        """The stretches of `[start, end)` that are not form."""
        n = bisect_right(self._ends, start)
        kept, at = [], start
        while n < len(self._starts) and self._starts[n] < end:
            if self._starts[n] > at:
                kept.append((at, self._starts[n]))
            at = max(at, self._ends[n])
            n += 1
        if at < end:
            kept.append((at, end))
        return kept


class View:
    """`text`: the readable words; `span(a, b)`: where they stand in the document."""

    __slots__ = ("__dict__", "_from", "_to", "text")

    def __init__(self, text: str, starts: list[int], spots: list[int]) -> None:
        self.text = text
        self._from = starts  # offsets in the view where a straight stretch begins
        self._to = spots  # and where that stretch begins in the document

    @classmethod
    def of(cls, source: str, ranges: Sequence[Range], marks: Marks) -> View:
        """A view of the ranges, in order, a blank between two of them."""
        grown = _Grown(source)
        for start, end in ranges:
            grown.blank = bool(grown.parts)
            for a, b in marks.keep(start, end):
                grown.add(a, b)
        return cls("".join(grown.parts), grown.starts, grown.spots)

    @classmethod
    def concat(cls, views: Sequence[View]) -> View:
        """One view over several, a blank between two."""
        parts: list[str] = []
        starts: list[int] = []
        spots: list[int] = []
        length = 0
        for view in views:
            if not view.text:
                continue
            if parts:
                starts.append(length)
                spots.append(max(view._to[0] - 1, 0))
                parts.append(" ")
                length += 1
            starts += [length + f for f in view._from]
            spots += view._to
            parts.append(view.text)
            length += len(view.text)
        return cls("".join(parts), starts or [0], spots or [0])

    def at(self, offset: int) -> int:
        """The document's offset of the character at `offset`."""
        n = bisect_right(self._from, offset) - 1
        return self._to[n] + offset - self._from[n]

    def span(self, start: int = 0, end: int | None = None) -> Range:
        """The document's span of `text[start:end]`, without blanks at its edges; the stretch must hold a letter."""
        stop = len(self.text) if end is None else end
        while start < stop and self.text[start] == " ":
            start += 1
        while stop > start and self.text[stop - 1] == " ":
            stop -= 1
        if start == stop:
            spot = self.at(min(start, max(len(self.text) - 1, 0))) if self._from else 0
            return (spot, spot)
        return (self.at(start), self.at(stop - 1) + 1)

    def stretches(self) -> list[Range]:
        """The straight stretches of the document behind the words, in order, blanks between them left out."""
        ends = [*self._from[1:], len(self.text)]
        found = []
        for start, end, spot in zip(self._from, ends, self._to, strict=True):
            piece = self.text[start:end]
            if piece.strip():
                lead = len(piece) - len(piece.lstrip())
                found.append((spot + lead, spot + len(piece.rstrip())))
        return found

    def offset(self, spot: int) -> int:
        """The view's offset of a document offset (of the next character where it is not in the view)."""
        for n in range(bisect_right(self._to, spot) - 1, len(self._to)):
            if n < 0:
                continue
            length = (self._from[n + 1] if n + 1 < len(self._from) else len(self.text)) - self._from[n]
            if spot < self._to[n] + length:
                return self._from[n] + max(0, spot - self._to[n])
        return len(self.text)

    @cached_property
    def folded(self) -> str:
        """`text` folded for matching, the same length."""
        return fold(self.text)

    def cut(self, start: int, end: int | None = None) -> View:
        """The part `[start, end)` as a view of its own, blanks at its edges left out."""
        stop = len(self.text) if end is None else end
        while start < stop and self.text[start] == " ":
            start += 1
        while stop > start and self.text[stop - 1] == " ":
            stop -= 1
        if start >= stop:
            spot = self.at(min(start, max(len(self.text) - 1, 0))) if self._from else 0
            return View("", [0], [spot])
        first = bisect_right(self._from, start) - 1
        last = bisect_left(self._from, stop)
        starts = [max(0, f - start) for f in self._from[first:last]]
        spots = [t + max(0, start - f) for f, t in zip(self._from[first:last], self._to[first:last], strict=True)]
        return View(self.text[start:stop], starts, spots)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __repr__(self) -> str:
        return f"View({self.text!r})"


class _Grown:
    """A view while it grows."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.spots: list[int] = []
        self.length = 0
        self.blank = False  # a blank is due before the next letter

    def _put(self, piece: str, spot: int) -> None:
        self.starts.append(self.length)
        self.spots.append(spot)
        self.parts.append(piece)
        self.length += len(piece)

    def add(self, start: int, end: int) -> None:
        piece = self.source[start:end]
        if "\n" in piece and _HYPHEN_WRAP.search(piece):
            at = start
            for gap in _HYPHEN_WRAP.finditer(piece):
                self._straight(at, start + gap.start())
                self.blank = False
                at = start + gap.end()
            self._straight(at, end)
        else:
            self._straight(start, end)

    def _straight(self, start: int, end: int) -> None:
        piece = self.source[start:end].replace("\n", " ")
        if not _UNEVEN.search(piece):
            self._words(piece, start)
            return
        at = 0
        for gap in _RUN.finditer(piece):
            self._words(piece[at : gap.start()], start + at)
            self.blank = self.blank or bool(self.parts)
            at = gap.end()
        self._words(piece[at:], start + at)

    def _words(self, piece: str, spot: int) -> None:
        if not piece:
            return
        if self.blank and self.parts:
            self._put(" ", max(spot - 1, 0))
        self.blank = False
        self._put(piece, spot)
