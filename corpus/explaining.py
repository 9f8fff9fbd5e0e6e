"""Every value of a decision with the words it came from, their place and the rule that read them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from parsers.model import Decision

#: Parts that speak about the text as a whole and are no values of the decision.
LEFT_OUT = ("schema", "source", "text", "evidence", "layout", "unparsed")

#: What names an object in a list, tried in this order.
NAMES = ("text", "heading", "title", "message", "label", "kind", "columns", "name")


@dataclass(frozen=True, slots=True)
class Explained:
    """A value and where it comes from.

    `path` is a JSON pointer into the decision; `value` is as in the JSON (an object is shown by its first
    telling field); `words` is `text[start:end]`; `line` counts from 1; `rule` is None for an object's own span.
    """

    path: str
    value: Any
    words: str
    start: int
    end: int
    line: int
    rule: str | None


def _name(item: dict[str, Any]) -> Any:
    return next((item[field] for field in NAMES if item.get(field)), None)


def _nodes(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """A value and all inside it, with its JSON pointer, in the order of the JSON."""
    yield path, value
    if isinstance(value, dict):
        for field, inner in value.items():
            yield from _nodes(inner, f"{path}/{field}")
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from _nodes(inner, f"{path}/{n}")


def _line_starts(text: str) -> list[int]:
    return [0, *(n + 1 for n, letter in enumerate(text) if letter == "\n")]


def explain(decision: Decision, under: str = "") -> list[Explained]:
    """All values at or under the JSON pointer `under`, in the order of the JSON.

    A value put together from several places gives one row a place. Evidence for a path that the decision does not
    have comes last, with the value None, so that no row of evidence is passed over.
    """
    whole: dict[str, Any] = msgspec.to_builtins(decision)
    spans: dict[str, list[tuple[int, int, str | None]]] = {}
    for row in decision.evidence:
        spans.setdefault(row.path, []).append((*row.span, row.rule))
    starts = _line_starts(decision.text)
    found: list[Explained] = []

    def add(path: str, value: Any, places: list[tuple[int, int, str | None]]) -> None:
        for start, end, rule in places:
            line = bisect_right(starts, start)
            found.append(Explained(path, value, decision.text[start:end], start, end, line, rule))

    for field, part in whole.items():
        for path, value in _nodes(part, f"/{field}") if field not in LEFT_OUT else ():
            if isinstance(value, dict) and value.get("span"):
                add(path, _name(value), [(value["span"][0], value["span"][1], None)])
            add(path, _name(value) if isinstance(value, dict) else value, spans.pop(path, []))
    for path, places in spans.items():
        add(path, None, places)
    return [row for row in found if row.path == under or row.path.startswith(f"{under}/")]
