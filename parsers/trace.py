"""What a parser found and where: evidence, layout and findings of one decision while it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from parsers.model import Evidence, Layout, Unparsed, Warning
from parsers.view import View, Words

Range = tuple[int, int]


@dataclass(slots=True)
class Trace:
    """Collects the rows of `evidence`, `layout` and `warnings` of a decision with these words."""

    words: Words
    evidence: list[Evidence] = field(default_factory=list)
    layout: list[Layout] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)

    def value(self, path: str, view: View, rule: str) -> str:
        """Records where the value at `path` (a JSON pointer) was read, a row a piece; gives the words."""
        for piece in self.pieces(view):
            self.spot(path, piece, rule)
        return view.text

    def pieces(self, view: View) -> list[Range]:
        """The stretches of text a view was put together from (a cell cut by a page break has two)."""
        found: list[Range] = []
        for start, end in view.stretches():
            if found and self._only_form(found[-1][1], start):
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    def _only_form(self, start: int, end: int) -> bool:
        kept = self.words.keep(start, end)
        return all(self.words.text[a:b].isspace() for a, b in kept if a < b)

    def spot(self, path: str, span: Range, rule: str) -> None:
        """Records a span as evidence of the value at `path`."""
        if span[0] < span[1]:
            self.evidence.append(Evidence(path=path, span=span, rule=rule))

    def form(self, kind: str, span: Range) -> None:
        """Records a span as form (`layout`)."""
        if span[0] < span[1]:
            self.layout.append(Layout(kind=kind, span=span))

    def warn(self, code: str, message: str, span: Range | None = None) -> None:
        """Records a finding."""
        self.warnings.append(Warning(code=code, message=message, span=span))


def unplaced(text: str, spans: Iterable[Range]) -> tuple[Unparsed, ...]:
    """The stretches of a text that no span covers, white space aside; neighbours on one line are one stretch."""
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    gaps: list[Range] = []
    at = 0
    while (at := covered.find(0, at)) >= 0:
        end = covered.find(1, at)
        end = len(text) if end < 0 else end
        start, stop = at, end
        while start < stop and text[start].isspace():
            start += 1
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if start < stop:
            gaps.append((start, stop))
        at = end
    return tuple(Unparsed(span=g) for g in gaps)
