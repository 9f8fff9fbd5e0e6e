"""Compares a decision with what is known of it, and names every difference.

A truth is a mapping with the field names of the files in `golden/samples`; a field that a truth does not have is not
compared, so a truth may know little. Two texts are the same when only case, white space, cell marks, markup, quotes,
the kind of dash or the stop at their end differ. Lists are compared as bags where order is no part of the meaning.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import regex

from parsers.model import Decision, Section, Task

Truth = Mapping[str, Any]


class Difference(NamedTuple):
    """One thing that is not as it should be: `want` is None for what should not be there, `got` for what is missing."""

    field: str
    want: object
    got: object

    def __str__(self) -> str:
        return f"{self.field}: want {self.want!r}, got {self.got!r}"


def same(text: object) -> str:
    """The form in which two texts are compared."""
    folded = unicodedata.normalize("NFC", str(text or "")).casefold()
    folded = regex.sub(r"\p{Dash}", "-", regex.sub(r"[\s*|#]+", " ", folded))
    tight: str = regex.sub(r"\s*([-/])\s*", r"\1", regex.sub(r"[“”\"]", "", folded))
    return tight.strip(" .;:,")


def differences(truth: Truth, decision: Decision) -> list[Difference]:
    """Every way in which the decision is not what the truth says; an empty list is a perfect reading."""
    checks = (_header, _attachments, _sections, _rows, _citations, _laws, _acts, _duties, _findings)
    return [difference for check in checks for difference in check(truth, decision)]


def _field(name: str, want: object, got: object) -> Iterator[Difference]:
    if same(want) != same(got):
        yield Difference(name, want, got)


def _bag(name: str, want: Iterable[Hashable], got: Iterable[Hashable]) -> Iterator[Difference]:
    expected, found = Counter(want), Counter(got)
    yield from (Difference(name, missing, None) for missing in (expected - found).elements())
    yield from (Difference(name, None, extra) for extra in (found - expected).elements())


def _capacity(text: str | None) -> str | None:
    return text.split(".")[0] if text else None


HEADER: dict[str, Callable[[Decision], object]] = {
    "number": lambda d: d.document.number,
    "date": lambda d: d.document.date,
    "place": lambda d: d.document.place,
    "province": lambda d: d.document.province and d.document.province.name,
    "province_key": lambda d: d.document.province and d.document.province.key,
    "province_code": lambda d: d.document.province and d.document.province.code,
    "key": lambda d: d.document.key,
    "type": lambda d: d.document.type.code,
    "level": lambda d: d.document.level,
    "authority": lambda d: d.document.authority,
    "normative": lambda d: d.document.normative,
    "proposer": lambda d: d.document.proposer,
    "title": lambda d: d.document.title,
    "effective": lambda d: d.document.effective_date,
    "signer": lambda d: d.document.signers[0].name if d.document.signers else None,
    "position": lambda d: d.document.signers[0].position if d.document.signers else None,
    "capacity": lambda d: _capacity(d.document.signers[0].capacity) if d.document.signers else None,
    "capacity_text": lambda d: d.document.signers[0].capacity if d.document.signers else None,
    "recipients": lambda d: len(d.document.recipients),
    "basis_kinds": lambda d: [basis.kind for basis in d.bases],
    "articles": lambda d: [int(a.label) if a.label.isdigit() else a.label for a in d.articles],
}


def _header(truth: Truth, decision: Decision) -> Iterator[Difference]:
    for name, read in HEADER.items():
        if name in truth:
            yield from _field(name, truth[name], read(decision))
    if "bases" in truth and "basis_kinds" not in truth:
        yield from _field("bases", truth["bases"], [basis.kind for basis in decision.bases])
    if "key_prefix" in truth and not decision.document.key.startswith(truth["key_prefix"]):
        yield Difference("key", truth["key_prefix"], decision.document.key)


def _attachments(truth: Truth, decision: Decision) -> Iterator[Difference]:
    if "attachments" not in truth:
        return
    wanted, found = truth["attachments"], decision.attachments
    yield from _field("attachments", [a["kind"] for a in wanted], [a.kind for a in found])
    for index, (want, got) in enumerate(zip(wanted, found, strict=False)):
        shown = {
            "title": got.title,
            "label": got.label,
            "topic": got.topic,
            "start": got.period and got.period.start,
            "end": got.period and got.period.end,
            "tables": [table.kind for table in got.tables],
        }
        for name in shown.keys() & want.keys():
            yield from _field(f"attachments/{index}/{name}", want[name], shown[name])


def _walk(sections: Iterable[Section], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Section]]:
    for section in sections:
        here = (*path, same(section.label).rstrip(").")) if section.label else path
        if section.label:
            yield here, section
        yield from _walk(section.children, here)


def _opening(*texts: str | None) -> str:
    return same(" ".join(text for text in texts if text))[:20]


def _sections(truth: Truth, decision: Decision) -> Iterator[Difference]:
    if truth.get("sections") is None:
        return
    want = [(tuple(same(p) for p in s["path"].split("/")), _opening(s["starts"])) for s in truth["sections"]]
    pairs = (pair for attachment in decision.attachments for pair in _walk(attachment.sections))
    yield from _bag("section", want, [(path, _opening(s.heading, s.text)) for path, s in pairs])


CELLS = ("group", "number", "text", "lead", "support", "output", "deadline")


def _row(task: Task) -> tuple[str, ...]:
    lead, support = task.lead and task.lead.text, task.support and task.support.text
    deadline = task.deadline and task.deadline.text
    return tuple(map(same, (task.group, task.number, task.text, lead, support, task.output, deadline)))


def _when(task: Task) -> tuple[str | None, ...]:
    return (task.deadline.start, task.deadline.end, task.deadline.recurrence) if task.deadline else (None,) * 3


def _rows(truth: Truth, decision: Decision) -> Iterator[Difference]:
    if "table_tasks" not in truth:
        return
    rows = [task for task in decision.tasks if task.origin == "table"]
    yield from _bag("row", (tuple(same(t[c]) for c in CELLS) for t in truth["table_tasks"]), map(_row, rows))
    dated = [(same(t["deadline"]), *t["when"].values()) for t in truth["table_tasks"] if t.get("when")]
    yield from _bag("deadline", dated, [(same(t.deadline.text), *_when(t)) for t in rows if t.deadline])


def _citations(truth: Truth, decision: Decision) -> Iterator[Difference]:
    if "citations" not in truth:
        return
    shown = [c for c in decision.citations if c.number and c.relation != "self" and c.number != truth.get("number")]
    yield from _bag("citation", (same(c["number"]) for c in truth["citations"]), (same(c.number) for c in shown))
    # A date or a year that stands at another mention may be carried over; one that stands nowhere is wrong.
    for name, read in (("date", lambda c: c.date), ("year", lambda c: str(c.year or ""))):
        want = Counter((same(c["number"]), c[name]) for c in truth["citations"] if c[name])
        got = Counter((same(c.number), read(c)) for c in shown if read(c))
        yield from (Difference(f"citation {name}", missing, None) for missing in (want - got).elements())
        yield from (Difference(f"citation {name}", None, extra) for extra in (got - want) if extra not in want)


def _laws(truth: Truth, decision: Decision) -> Iterator[Difference]:
    found = Counter(c.resolved.number for c in decision.citations if c.resolved and c.resolved.number)
    want = Counter(law["number"] for law in truth.get("laws", ()) if law["number"])
    yield from (Difference("law", number, None) for number in (want - found).elements())


def _acts(truth: Truth, decision: Decision) -> Iterator[Difference]:
    found = {(c.number, c.relation) for c in decision.citations}
    yield from (Difference("act", tuple(act), None) for act in truth.get("acts", ()) if tuple(act) not in found)


def _duties(truth: Truth, decision: Decision) -> Iterator[Difference]:
    """A truth names the duties it is sure of; others may be found beside them."""
    found: dict[str | None, list[object]] = {}
    for task in decision.tasks:
        if task.origin == "section":
            lead = task.lead.agencies if task.lead else ()
            found.setdefault(task.section, []).append((lead, _when(task)))
    for duty in truth.get("duties", ()):
        want = ((duty["lead"],), (duty["start"], duty["end"], duty["recurrence"]))
        if want not in found.get(duty["path"], []):
            yield Difference(f"duty {duty['path']}", want, found.get(duty["path"]))


def _findings(truth: Truth, decision: Decision) -> Iterator[Difference]:
    codes = {warning.code for warning in decision.warnings}
    yield from (Difference("finding", code, None) for code in truth.get("findings", ()) if code not in codes)
