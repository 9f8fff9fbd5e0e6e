"""The agencies named in a decision's paragraphs: each paragraph is searched once, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from parsers import agencies
from parsers.agencies import Found
from parsers.view import View


@dataclass(slots=True)
class Naming:
    """Finds agencies as of a date (ISO 8601, None where the decision has none) and remembers them by paragraph."""

    date: str | None
    known: dict[str, tuple[Found, ...]] = field(default_factory=dict)

    def of(self, paragraph: View) -> tuple[Found, ...]:
        """The agencies of a paragraph, offsets in its words."""
        found = self.known.get(paragraph.text)
        if found is None:
            found = tuple(agencies.find(paragraph.text, self.date, folded=paragraph.folded))
            self.known[paragraph.text] = found
        return found


@dataclass(frozen=True, slots=True)
class Passage:
    """Words and the agencies named in them (offsets in `view`)."""

    view: View
    found: tuple[Found, ...]

    @property
    def folded(self) -> str:
        """The words, folded for matching, the same length."""
        return self.view.folded

    def cut(self, start: int, end: int | None = None) -> Passage:
        """The part `[start, end)`, blanks at its edges left out, with the agencies that lie inside."""
        text = self.view.text
        stop = len(text) if end is None else end
        while start < stop and text[start] == " ":
            start += 1
        inside = (f for f in self.found if f.start >= start and f.end <= stop)
        moved = tuple(f._replace(start=f.start - start, end=f.end - start) for f in inside)
        return Passage(self.view.cut(start, stop), moved)

    def __bool__(self) -> bool:
        return bool(self.view)


def joined(passages: Sequence[Passage]) -> Passage:
    """One passage over several, a blank between two."""
    kept = [p for p in passages if p]
    if len(kept) == 1:
        return kept[0]
    whole = View.concat([p.view for p in kept])
    found: list[Found] = []
    at = 0
    for p in kept:
        at = whole.text.index(p.view.text, at)
        found += (f._replace(start=f.start + at, end=f.end + at) for f in p.found)
        at += len(p.view.text)
    return Passage(whole, tuple(found))
