"""Duties in prose: who must do what by when, in the items of an outline and in the decision's own Điều.

Under Tổ chức thực hiện the heading names the body and its items are the duties; under Nhiệm vụ the items are measures;
a sentence may name its own lead (`Giao Sở X chủ trì, phối hợp với Y …`), and each sentence with a lead of its own is a
duty of its own. Statements of aim give none. In an Điều only dated duties count (contract: Task tables, last rule).
Grammar: duties.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import regex

from parsers import agencies, deadlines, grammar
from parsers.agencies import Found
from parsers.outline import Node
from parsers.view import View

RoleName = Literal["perform", "monitor", "appraise", "approve", "report-to"]
Years = tuple[int, int] | None

_SENTENCE = regex.compile(r"(?<=[.;])\s+(?=[\p{Lu}])")
_LINK = regex.compile(r"\s*(?:[,;]|và|cùng|cùng với|với)?\s*(?:và\s+)?(?:các\s+)?$")
_ASSIGNED = regex.compile(r"\W*(?:giao(?:\s+cho)?|đề nghị|yêu cầu|phân công)\s+$")
_WITH = regex.compile(r"phối\s+hợp\s*(?:chặt\s+chẽ\s*)?(?:với|cùng(?:\s+với)?)?\s*$")
_JOINT = regex.compile(r"^\W*(?:chủ\s+động\s+)?phối\s+hợp\s")
_OF = regex.compile(r"(?:trách\s+nhiệm|nhiệm\s+vụ)\s+(?:của\s+)?")
_TIDY = " -–+•:;,."


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: its words, its parties and deadline with the views they were read from, and its place."""

    path: str
    text: View
    lead: View | None
    support: View | None
    roles: tuple[tuple[RoleName, View], ...]
    deadline: tuple[View, deadlines.Reading] | None
    headings: tuple[str, ...]  # the headings above it, outermost first


@dataclass(slots=True)
class _Above:
    """What stands above an item: labels, zone, the body named in a heading, headings for the area."""

    labels: tuple[str, ...] = ()
    zone: str | None = None
    body: View | None = None
    headings: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _rows() -> dict[str, regex.Pattern[str]]:
    table = grammar.toml("duties")
    flat = {f"zone.{k}": v for k, v in table["zones"].items()} | {f"role.{k}": v for k, v in table["roles"].items()}
    flat |= {k: table[k] for k in ("skip", "aims", "assigns")}
    return {k: regex.compile(v["pattern"]) for k, v in flat.items()}


def zone_of(heading: str) -> str | None:
    """What a folded heading announces: `implementing`, `aims`, `measures`, or None."""
    for zone in ("aims", "implementing", "measures"):
        if _rows()[f"zone.{zone}"].search(heading):
            return zone
    return None


def of_sections(nodes: Sequence[Node], years: Years, date: str | None) -> Iterator[Duty]:
    """The duties of an attachment's outline, in order; `years` is the plan's period, `date` the decision's."""
    for node in nodes:
        yield from _of_node(node, _Above(), years, date)


def of_articles(nodes: Sequence[Node], years: Years, date: str | None) -> Iterator[Duty]:
    """The dated duties of the decision's own Điều."""
    for node in nodes:
        for inner in node.walk():
            above = _Above((node.label or "",), "implementing", _body_named(node, date))
            for duty in _duties(_own(inner), above, years, date):
                if duty.deadline is not None and duty.lead is not None:
                    yield duty


def _own(node: Node) -> View:
    return View.concat(node.text_views())


def _of_node(node: Node, above: _Above, years: Years, date: str | None) -> Iterator[Duty]:
    heading = node.heading()
    title = heading or (node.body() if node.children and len(node.body().text) < 250 else None)
    inside = _Above(
        (*above.labels, node.label) if node.label else above.labels,
        (zone_of(title.folded) if title else None) or above.zone,
        (_bodies(title, date) if title else None) or above.body,
        (*above.headings, title.text) if title else above.headings,
    )
    if inside.zone in ("implementing", "measures"):
        text = _own(node)
        leads_in = bool(node.children) and text.text.rstrip().endswith(":")
        if text and not leads_in and not (node.children and heading is None and title is not None):
            yield from _duties(text, inside, years, date)
    for child in node.children:
        yield from _of_node(child, inside, years, date)


def _body_named(node: Node, date: str | None) -> View | None:
    heading = node.heading()
    return _bodies(heading, date) if heading else None


def _bodies(title: View, date: str | None) -> View | None:
    """The bodies a heading names, where it names nothing else (`5. Sở Tài chính`, `Trách nhiệm của Sở Nội vụ`)."""
    m = _OF.match(title.folded)
    named = title.cut(m.end() if m else 0).cut(0, None)
    words = named.text.rstrip(_TIDY)
    parsed = agencies.parse_list(words, date)
    return named.cut(0, len(words)) if parsed.items and all(i.key for i in parsed.items) else None


def _duties(text: View, above: _Above, years: Years, date: str | None) -> Iterator[Duty]:
    """The duties of one item: a new one wherever a sentence opens with a lead of its own."""
    edges = [0, *(m.end() for m in _SENTENCE.finditer(text.text)), len(text.text)]
    groups: list[tuple[int, int, View | None]] = []
    for start, end in pairwise(edges):
        if end <= start:
            continue
        lead = _lead(text.cut(start, end), date)
        if groups and lead is None:
            groups[-1] = (groups[-1][0], end, groups[-1][2])
        else:
            groups.append((start, end, lead))
    for start, end, lead in groups:
        duty = _duty(text.cut(start, end), lead, above, years, date)
        if duty is not None:
            yield duty


def _lead(sentence: View, date: str | None) -> View | None:
    """The bodies a sentence opens with and assigns work to, None where it opens otherwise."""
    found = agencies.find(sentence.text, date, folded=sentence.folded)
    if not found:
        return None
    opening = sentence.folded[: found[0].start]
    if opening.strip(' -–+•“"') and not _ASSIGNED.match(opening):
        return None
    last = _run(sentence, found, 0)
    rest = sentence.folded[found[last].end :].lstrip(" ,:")
    if not _rows()["assigns"].match(rest):
        return None
    return sentence.cut(found[0].start, found[last].end)


def _run(sentence: View, found: Sequence[Found], first: int) -> int:
    """The index of the last of the agencies that follow each other as one list."""
    last = first
    while last + 1 < len(found) and _LINK.match(sentence.folded[found[last].end : found[last + 1].start]):
        last += 1
    return last


def _duty(text: View, lead: View | None, above: _Above, years: Years, date: str | None) -> Duty | None:
    rows = _rows()
    if rows["skip"].match(text.folded) or len(text.text) < 15:
        return None
    if lead is None and (above.zone == "measures" or above.body is None) and rows["aims"].match(text.folded):
        return None
    if lead is None and above.body is None and above.zone == "implementing":
        return None
    found = agencies.find(text.text, date, folded=text.folded)
    support = _after(text, found, _WITH)
    joint = lead is None and above.body is not None and bool(_JOINT.match(text.folded))
    body = above.body if above.zone == "implementing" else None
    return Duty(
        path="/".join(above.labels),
        text=text,
        lead=lead or (None if joint else body),
        support=body if joint else support,
        roles=tuple(_roles(text, found)),
        deadline=_deadline(text, years),
        headings=above.headings,
    )


def _after(text: View, found: Sequence[Found], cue: regex.Pattern[str]) -> View | None:
    """The list of agencies right after a cue, None where no cue stands before one."""
    for n, hit in enumerate(found):
        if cue.search(text.folded[: hit.start]):
            return text.cut(hit.start, found[_run(text, found, n)].end)
    return None


def _roles(text: View, found: Sequence[Found]) -> Iterator[tuple[RoleName, View]]:
    names: tuple[RoleName, ...] = ("report-to", "approve")
    for name in names:
        cue = regex.compile(rf"(?:^|\W)(?<!quy )(?:{_rows()[f'role.{name}'].pattern})\s*$")
        view = _after(text, found, cue)
        if view is not None:
            yield name, view


def _deadline(text: View, years: Years) -> tuple[View, deadlines.Reading] | None:
    found = deadlines.find(text.text, years)
    if not found:
        return None
    if len(found) == 1:
        return text.cut(found[0].start, found[0].end), found[0].reading
    pieces = [text.cut(f.start, f.end) for f in found]
    whole = View.concat(pieces)
    return whole, deadlines.combine([f.reading for f in found], whole.text)
