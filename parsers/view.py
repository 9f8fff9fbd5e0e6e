"""A readable view of stretches of a document's text, with the way back.

Parsers match and take values from a `View`: white space folded to one blank, a wrap after a hyphen joined, marks
(`|`, `**`, page numbers) left out. Every offset of the view maps to the text, so a value cut out of the view always
knows its span, and equals that span once the same folding is done to it (docs/contract.md, rules).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import regex

from parsers.folding import fold

_RUN = regex.compile(r"\s{2,}|[^\S ]|^ | $")
# A hyphen at a line end belongs to a number or name (NĐ-⏎CP) unless a blank stands before it (kinh tế -⏎xã hội).
_HYPHEN_END = regex.compile(r"[^\s\-–][-–]$")
_WORD_START = regex.compile(r"[\p{Lu}\d]")

Range = tuple[int, int]


class Words:
    """A document's text, folded once, and the form characters to leave out (sorted, disjoint ranges)."""

    __slots__ = ("_ends", "_starts", "folded", "text")

    def __init__(self, text: str, marks: Iterable[Range] = ()) -> None:
        self.text = text
        self.folded = fold(text)
        ordered = sorted(marks)
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

    def view(self, start: int, end: int) -> View:
        """The view of one line `[start, end)`."""
        kept = self.keep(start, end)
        if len(kept) == 1:
            piece = self.text[kept[0][0] : kept[0][1]]
            if " ".join(piece.split()) == piece:  # nothing to fold
                return View(piece, [0], [kept[0][0]], self)
        grown = _Grown(self)
        for a, b in kept:
            grown.add(a, b)
        return View("".join(grown.parts), grown.starts or [0], grown.spots or [start], self)


_NONE = Words("")


class View:
    """`text`: the readable words; `span(a, b)`: where they stand in the document."""

    __slots__ = ("_folded", "_from", "_to", "_words", "text")

    def __init__(self, text: str, starts: list[int], spots: list[int], words: Words = _NONE) -> None:
        self.text = text
        self._from = starts  # offsets in the view where a straight stretch begins
        self._to = spots  # and where that stretch begins in the document
        self._words = words
        self._folded: str | None = None

    @classmethod
    def concat(cls, views: Sequence[View]) -> View:
        """One view over several: a blank between two, none where the first ends in the hyphen of a number or name."""
        kept = [v for v in views if v.text]
        if len(kept) == 1:
            return kept[0]
        parts: list[str] = []
        starts: list[int] = []
        spots: list[int] = []
        length = 0
        for view in kept:
            if parts and not (parts[-1][-1] in "-–" and _HYPHEN_END.search(parts[-1]) and _WORD_START.match(view.text)):
                starts.append(length)
                spots.append(max(view._to[0] - 1, 0))
                parts.append(" ")
                length += 1
            starts += [length + f for f in view._from]
            spots += view._to
            parts.append(view.text)
            length += len(view.text)
        return cls("".join(parts), starts or [0], spots or [0], kept[0]._words if kept else _NONE)

    def at(self, offset: int) -> int:
        """The document's offset of the character at `offset`."""
        if len(self._from) == 1:
            return self._to[0] + offset
        n = bisect_right(self._from, offset) - 1
        return self._to[n] + offset - self._from[n]

    def span(self, start: int = 0, end: int | None = None) -> Range:
        """The document's span of `text[start:end]`, blanks at its edges left out; empty where nothing is left."""
        if start or end is not None:
            start, stop = self._trimmed(start, end)
            if start >= stop:
                spot = self.at(min(start, max(len(self.text) - 1, 0)))
                return (spot, spot)
            return (self.at(start), self.at(stop - 1) + 1)
        if not self.text:
            return (self._to[0], self._to[0])
        return (self._to[0], self._to[-1] + len(self.text) - self._from[-1])

    def _trimmed(self, start: int, end: int | None) -> Range:
        stop = len(self.text) if end is None else end
        while start < stop and self.text[start] == " ":
            start += 1
        while stop > start and self.text[stop - 1] == " ":
            stop -= 1
        return start, stop

    def meets(self, after: View) -> bool:
        """Whether only form and white space stand between the words and those of a later view."""
        between = self._words.keep(self.span()[1], after.span()[0])
        return all(self._words.text[a:b].isspace() for a, b in between)

    def stretches(self) -> list[Range]:
        """The straight stretches of the document behind the words, in order, blanks between them left out."""
        if len(self._from) == 1:
            return [self.span(0, len(self.text))] if self.text.strip() else []
        ends = [*self._from[1:], len(self.text)]
        found = []
        for start, end, spot in zip(self._from, ends, self._to, strict=True):
            piece = self.text[start:end]
            if piece.strip():
                lead = len(piece) - len(piece.lstrip())
                found.append((spot + lead, spot + len(piece.rstrip())))
        return found

    @property
    def folded(self) -> str:
        """`text` folded for matching, the same length."""
        if self._folded is None:
            self._folded = self._fold()
        return self._folded

    def _fold(self) -> str:
        source = self._words.folded
        if len(self._from) == 1:
            return source[self._to[0] : self._to[0] + len(self.text)]
        ends = [*self._from[1:], len(self.text)]
        pieces = zip(self._from, ends, self._to, strict=True)
        # a blank of the view may stand for marks or nothing in the text
        text = self.text
        return "".join([" " if b - a == 1 and text[a] == " " else source[spot : spot + b - a] for a, b, spot in pieces])

    def cut(self, start: int, end: int | None = None) -> View:
        """The part `[start, end)` as a view of its own, blanks at its edges left out."""
        start, stop = self._trimmed(start, end)
        if start >= stop:
            spot = self.at(min(start, max(len(self.text) - 1, 0)))
            return View("", [0], [spot], self._words)
        if start == 0 and stop == len(self.text):
            return self
        if len(self._from) == 1:
            return View(self.text[start:stop], [0], [self._to[0] + start], self._words)
        first = bisect_right(self._from, start) - 1
        last = bisect_left(self._from, stop)
        starts = [max(0, f - start) for f in self._from[first:last]]
        spots = [t + max(0, start - f) for f, t in zip(self._from[first:last], self._to[first:last], strict=True)]
        return View(self.text[start:stop], starts, spots, self._words)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __repr__(self) -> str:
        return f"View({self.text!r})"


class _Grown:
    """A view while it grows out of the stretches between marks."""

    def __init__(self, words: Words) -> None:
        self.source = words.text
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


EMPTY = View("", [0], [0])
