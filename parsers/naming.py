"""The agencies named in a decision's paragraphs: each paragraph is searched once, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parsers import agencies
from parsers.agencies import Found
from parsers.view import View


@dataclass(slots=True)
class Naming:
    """Finds agencies as of a date (ISO 8601, None where the decision has none) and remembers them by paragraph."""

    date: str | None
    known: dict[str, tuple[Found, ...]] = field(default_factory=dict)

    def read(self, paragraphs: Sequence[View]) -> None:
        """Finds the agencies of many paragraphs, twenty thousand code points at a time."""
        new = list({view.text: view for view in paragraphs if view.text not in self.known}.values())
        for batch in _batches(new):
            found = agencies.find_each([(view.text, view.folded) for view in batch], self.date)
            self.known.update(zip((view.text for view in batch), found, strict=True))

    def of(self, paragraph: View) -> tuple[Found, ...]:
        """The agencies of a paragraph, offsets in its words."""
        found = self.known.get(paragraph.text)
        if found is None:
            found = tuple(agencies.find(paragraph.text, self.date, folded=paragraph.folded))
            self.known[paragraph.text] = found
        return found


_BATCH = 20_000  # code points searched at once


def _batches(views: Sequence[View]) -> Iterator[list[View]]:
    batch: list[View] = []
    size = 0
    for view in views:
        batch.append(view)
        size += len(view.text)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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
        if start == 0 and stop == len(text):
            return self
        return Passage(self.view.cut(start, stop), moved(self.found, -start, start, stop))

    def __bool__(self) -> bool:
        return bool(self.view)


def moved(found: Sequence[Found], by: int, start: int = 0, end: int | None = None) -> tuple[Found, ...]:
    """The agencies inside `[start, end)`, their places moved."""
    return tuple(
        Found(f.start + by, f.end + by, f.key, f.role)
        for f in found
        if f.start >= start and (end is None or f.end <= end)
    )


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
        found += moved(p.found, at)
        at += len(p.view.text)
    return Passage(whole, tuple(found))
