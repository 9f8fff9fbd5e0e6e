"""A decision as rows: for each table of `schema.tables.PARTS` the tuples to write, in the order of its columns.

`schema.load` is the way back; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table

from parsers.model import Decision, Section, Spot, Task
from schema import tables as t

Row = tuple[Any, ...]
Maker = Callable[[Decision, int], Iterable[Row]]

_json = msgspec.json.Encoder()


def json_text(value: object) -> str:
    """The JSON of a small value (names, cells), as the columns of type JSON keep it."""
    return _json.encode(value).decode()


def _at(span: Spot) -> tuple[int, int]:
    return span[0], span[1] - span[0]


def _signers(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, s.name, s.position, s.capacity) for n, s in enumerate(d.document.signers))


def _recipients(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, words) for n, words in enumerate(d.document.recipients))


def _bases(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, b.kind, b.text, *_at(b.span)) for n, b in enumerate(d.bases))


def _articles(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, a.label, a.heading, a.text, *_at(a.span)) for n, a in enumerate(d.articles))


def _attachments(d: Decision, key: int) -> Iterator[Row]:
    for n, a in enumerate(d.attachments):
        period = (None, None, None) if a.period is None else (a.period.start, a.period.end, a.period.vision)
        yield (key, n, a.kind, a.label, a.title, a.topic, a.period is not None, *period, a.preamble, *_at(a.span))


class Node(msgspec.Struct, frozen=True):
    """A section with its place in the flat outline; the items under it are n + 1 … last."""

    section: Section
    n: int
    parent: int | None
    last: int
    article: int | None
    attachment: int | None
    path: str


def _label(section: Section) -> str:
    return section.label or "-"


def _walk(
    items: Sequence[Section],
    nodes: list[Node | None],
    parent: int | None,
    owner: tuple[int | None, int | None],
    path: str,
) -> None:
    for section in items:
        n = len(nodes)
        here = f"{path}/{_label(section)}" if path else _label(section)
        nodes.append(None)
        _walk(section.children, nodes, n, owner, here)
        nodes[n] = Node(section, n, parent, len(nodes) - 1, *owner, here)


def outline(decision: Decision) -> list[Node]:
    """All sections in reading order: under the articles first, then each attachment's."""
    nodes: list[Node | None] = []
    for n, article in enumerate(decision.articles):
        _walk(article.children, nodes, None, (n, None), f"Điều {article.label}")
    for n, attachment in enumerate(decision.attachments):
        _walk(attachment.sections, nodes, None, (None, n), "")
    return [node for node in nodes if node is not None]


def _sections(d: Decision, key: int) -> Iterator[Row]:
    for node in outline(d):
        s = node.section
        place = (key, node.n, node.article, node.attachment, node.parent, node.last, node.path)
        yield (*place, s.label, s.mark, s.level, s.heading, s.text, s.area, *_at(s.span))


def _tables(d: Decision, key: int) -> Iterator[Row]:
    pairs = ((a, table) for a, attachment in enumerate(d.attachments) for table in attachment.tables)
    for n, (a, table) in enumerate(pairs):
        yield key, n, a, table.kind, json_text(table.columns), table.page, *_at(table.span)


def _table_rows(d: Decision, key: int) -> Iterator[Row]:
    every = (table for attachment in d.attachments for table in attachment.tables)
    return ((key, n, r, json_text(cells)) for n, table in enumerate(every) for r, cells in enumerate(table.rows))


def _task(task: Task) -> Row:
    parent: Row = (None, None, None, None)
    if task.parent is not None:
        parent = (task.parent.number, task.parent.text, *_at(task.parent.span))
    due: Row = (None, None, None, None, None)
    if (when := task.deadline) is not None:
        due = (when.text, when.start, when.end, when.recurrence, when.condition)
    place = (task.key, task.origin, task.attachment, task.section, task.group, json_text(task.group_path), task.number)
    who = (task.lead and task.lead.text, task.support and task.support.text)
    return (*place, *parent, task.text, task.area, *who, task.output, task.budget, task.note, *due, *_at(task.span))


def _tasks(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, *_task(task)) for n, task in enumerate(d.tasks))


def _task_roles(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, r, role.role, role.text) for n, task in enumerate(d.tasks) for r, role in enumerate(task.roles))


def _parties(task: Task) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    if task.lead is not None:
        yield "lead", 0, task.lead.agencies
    if task.support is not None:
        yield "support", 0, task.support.agencies
    for n, role in enumerate(task.roles):
        yield role.role, n, role.agencies


def _task_agencies(d: Decision, key: int) -> Iterator[Row]:
    for n, task in enumerate(d.tasks):
        for role, place, agencies in _parties(task):
            yield from ((key, n, role, place, k, agency) for k, agency in enumerate(agencies))


def _deadline_parts(d: Decision, key: int) -> Iterator[Row]:
    for n, task in enumerate(d.tasks):
        for p, part in enumerate(task.deadline.parts if task.deadline else ()):
            due = (part.due.day, part.due.month, part.due.exclusive) if part.due else (None, None, None)
            offset = (part.offset.value, part.offset.unit, part.offset.after) if part.offset else (None, None, None)
            yield (key, n, p, part.start, part.end, part.recurrence, part.condition, *due, *offset)


def _targets(d: Decision, key: int) -> Iterator[Row]:
    for n, x in enumerate(d.targets):
        value = (x.text, x.subject, x.comparator, x.value, x.unit, x.by, x.inherited, x.indicator, x.baseline)
        yield key, n, *value, x.lead and x.lead.text, x.area, *_at(x.span)


def _target_agencies(d: Decision, key: int) -> Iterator[Row]:
    for n, target in enumerate(d.targets):
        yield from ((key, n, k, agency) for k, agency in enumerate(target.lead.agencies if target.lead else ()))


def _decision_agencies(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, a.key, a.name, a.kind, a.mentions) for n, a in enumerate(d.agencies))


def _citations(d: Decision, key: int) -> Iterator[Row]:
    for n, c in enumerate(d.citations):
        settled: Row = (None,) * 6
        if (r := c.resolved) is not None:
            settled = (r.number, r.date, r.year, r.name, r.issuer, r.by)
        printed = (c.text, c.type, c.number, c.name, c.year, c.date, c.issuer, c.key, c.relation)
        yield (key, n, *printed, *settled, *_at(c.span))


def _pinpoints(d: Decision, key: int) -> Iterator[Row]:
    for n, citation in enumerate(d.citations):
        for p, pin in enumerate(citation.pinpoint):
            yield key, n, p, pin.article, pin.clause, pin.point, pin.chapter, pin.appendix


def _relations(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, r.subject, r.verb, r.object) for n, r in enumerate(d.relations))


def _cited(owners: Iterable[tuple[int, Sequence[int]]], key: int) -> Iterator[Row]:
    return ((key, n, k, citation) for n, citations in owners for k, citation in enumerate(citations))


def _basis_citations(d: Decision, key: int) -> Iterator[Row]:
    return _cited(((n, b.citations) for n, b in enumerate(d.bases)), key)


def _article_citations(d: Decision, key: int) -> Iterator[Row]:
    return _cited(((n, a.citations) for n, a in enumerate(d.articles)), key)


def _section_citations(d: Decision, key: int) -> Iterator[Row]:
    return _cited(((node.n, node.section.citations) for node in outline(d)), key)


def _task_citations(d: Decision, key: int) -> Iterator[Row]:
    return _cited(((n, task.citations) for n, task in enumerate(d.tasks)), key)


def _findings(d: Decision, key: int) -> Iterator[Row]:
    for n, w in enumerate(d.warnings):
        yield key, "decision", n, w.code, w.message, *(_at(w.span) if w.span else (None, None))


def _evidence(d: Decision, key: int) -> Iterator[Row]:
    text = d.text
    return ((key, n, e.path, *_at(e.span), e.rule, text[slice(*e.span)]) for n, e in enumerate(d.evidence))


def _layout(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, x.kind, *_at(x.span)) for n, x in enumerate(d.layout))


def _unparsed(d: Decision, key: int) -> Iterator[Row]:
    return ((key, n, *_at(x.span)) for n, x in enumerate(d.unparsed))


MAKERS: Mapping[Table, Maker] = {
    t.signers: _signers,
    t.recipients: _recipients,
    t.bases: _bases,
    t.articles: _articles,
    t.attachments: _attachments,
    t.sections: _sections,
    t.tables: _tables,
    t.table_rows: _table_rows,
    t.tasks: _tasks,
    t.task_roles: _task_roles,
    t.task_agencies: _task_agencies,
    t.deadline_parts: _deadline_parts,
    t.targets: _targets,
    t.target_agencies: _target_agencies,
    t.decision_agencies: _decision_agencies,
    t.citations: _citations,
    t.pinpoints: _pinpoints,
    t.relations: _relations,
    t.basis_citations: _basis_citations,
    t.article_citations: _article_citations,
    t.section_citations: _section_citations,
    t.task_citations: _task_citations,
    t.findings: _findings,
    t.evidence: _evidence,
    t.layout: _layout,
    t.unparsed: _unparsed,
}


def serial(number: str | None) -> str | None:
    """What stands before the letters of a number, leading zeros and a letter's case aside; None without a number.

    >>> serial("06/2015/QĐ-UBND"), serial("30C/NQ-CP"), serial("127-QĐ/TU")
    ('6', '30c', '127')
    """
    return number.partition("/")[0].partition("-")[0].lstrip("0").lower() if number else None


def decision_row(d: Decision, key: int) -> Row:
    """The row of `decisions`."""
    h = d.document
    province = (h.province.key, h.province.code, h.province.name) if h.province else (None, None, None)
    year = int(h.date[:4]) if h.date else None
    named = (
        h.key,
        h.date,
        year,
        h.type.code,
        h.type.name,
        h.number,
        serial(h.number),
        h.place,
        *province,
        h.issuer,
        h.authority,
        h.level,
    )
    return (key, *named, h.title, h.display_title, h.normative, h.proposer, h.effective_date, h.expires, d.text)


def parts(decision: Decision, key: int) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of every part that has any, parents before what points at them."""
    for table in t.PARTS:
        maker = MAKERS.get(table)
        made = list(maker(decision, key)) if maker else []
        if made:
            yield table, made


def agencies(decision: Decision) -> set[str]:
    """The keys of all agencies that the decision's rows point at."""
    parties = [target.lead.agencies for target in decision.targets if target.lead]
    for task in decision.tasks:
        parties += [keys for _, _, keys in _parties(task)]
    return {a.key for a in decision.agencies}.union(*parties)


def regulations(decision: Decision) -> set[str]:
    """The keys of all regulations that the decision cites."""
    return {c.key for c in decision.citations if c.key is not None}
