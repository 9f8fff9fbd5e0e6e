"""Rows back to decisions, equal to what was saved (`schema.rows` is the way there)."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, select

from parsers.model import (
    Agency,
    Article,
    Attachment,
    Basis,
    Citation,
    Deadline,
    DeadlinePart,
    Decision,
    DocumentType,
    Due,
    Evidence,
    Header,
    Layout,
    Offset,
    Parent,
    Party,
    Period,
    Pinpoint,
    Province,
    Relationship,
    Resolved,
    Role,
    Section,
    Signer,
    Source,
    Spot,
    Table,
    Target,
    Task,
    Unparsed,
    Warning,
    from_json,
)
from schema import tables as t

#: How many decisions are read at a time: bounds the memory of an export.
BATCH = 50


def load(connection: Connection, decision_id: int) -> Decision | None:
    """The decision of this id, or None."""
    return next(load_many(connection, [decision_id]), None)


def load_many(connection: Connection, ids: Iterable[int]) -> Iterator[Decision]:
    """The decisions of these ids, in their order; ids that are not there are passed over. Reads `BATCH` at a time."""
    remaining = iter(ids)
    while batch := list(islice(remaining, BATCH)):
        rows = _rows(connection, batch)
        yield from (_decision(rows, i) for i in batch if i in rows["decisions"] and i in rows["sources"])


def unpack(contract: bytes) -> Decision:
    """The decision in a source's `contract` column."""
    return from_json(zlib.decompress(contract))


Rows = dict[str, dict[int, list[Any]]]


def _rows(connection: Connection, ids: Sequence[int]) -> Rows:
    rows: Rows = {table.name: _grouped(connection, table_query(table, ids)) for table in t.PARTS}
    rows["decisions"] = _grouped(
        connection, select(t.decisions.c.id.label("decision_id"), t.decisions).where(t.decisions.c.id.in_(ids))
    )
    active = select(*(c for c in t.sources.c if c.name != "contract")).where(
        t.sources.c.decision_id.in_(ids), t.sources.c.active
    )
    rows["sources"] = _grouped(connection, active)
    return rows


def table_query(table: Any, ids: Sequence[int]) -> Select[Any]:
    """The rows of a part for these decisions, in the order of their places."""
    return select(table).where(table.c.decision_id.in_(ids)).order_by(*table.primary_key.columns)


def _grouped(connection: Connection, query: Select[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query).all():  # row by row takes half as long again
        groups[row.decision_id].append(row)
    return dict(groups)


class _Parts:
    """The rows of one decision by table, and those of a part by its place."""

    def __init__(self, rows: Rows, decision_id: int) -> None:
        self.rows, self.id = rows, decision_id

    def all(self, table: str) -> list[Any]:
        return self.rows[table].get(self.id, [])

    def under(self, table: str, *owner: str) -> dict[Any, list[Any]]:
        groups: dict[Any, list[Any]] = defaultdict(list)
        for row in self.all(table):
            place = tuple(getattr(row, name) for name in owner)
            groups[place if len(place) > 1 else place[0]].append(row)
        return groups

    def cited(self, table: str, owner: str) -> dict[int, tuple[int, ...]]:
        return {n: tuple(row.citation for row in rows) for n, rows in self.under(table, owner).items()}


def _spot(row: Any) -> Spot:
    return row.start, row.start + row.length


def _decision(rows: Rows, decision_id: int) -> Decision:
    parts = _Parts(rows, decision_id)
    row = parts.all("decisions")[0]
    articles, sections = _outline(parts)
    return Decision(
        source=_source(parts.all("sources")[0]),
        text=row.text,
        document=_header(row, parts),
        bases=_bases(parts),
        articles=articles,
        attachments=_attachments(parts, sections),
        tasks=_tasks(parts),
        targets=_targets(parts),
        citations=_citations(parts),
        relations=tuple(Relationship(subject=r.subject, verb=r.verb, object=r.object) for r in parts.all("relations")),
        agencies=tuple(
            Agency(key=a.agency_key, name=a.name, kind=a.kind, mentions=a.mentions)
            for a in parts.all("decision_agencies")
        ),
        warnings=_warnings(parts),
        evidence=tuple(Evidence(path=e.path, span=_spot(e), rule=e.rule) for e in parts.all("evidence")),
        layout=tuple(Layout(kind=x.kind, span=_spot(x)) for x in parts.all("layout")),
        unparsed=tuple(Unparsed(span=_spot(x)) for x in parts.all("unparsed")),
    )


def _source(row: Any) -> Source:
    return Source(
        name=row.name,
        sha256=row.sha256,
        media_type=row.media_type,
        bytes=row.bytes,
        pages=row.pages,
        extractor=row.extractor,
        ocr=row.ocr,
    )


def _header(row: Any, parts: _Parts) -> Header:
    province = None
    if row.province_key is not None:
        province = Province(key=row.province_key, code=row.province_code, name=row.province_name)
    signers = (Signer(name=s.name, position=s.position, capacity=s.capacity) for s in parts.all("signers"))
    return Header(
        key=row.key,
        type=DocumentType(code=row.type_code, name=row.type_name),
        number=row.number,
        date=row.date,
        place=row.place,
        province=province,
        issuer=row.issuer,
        authority=row.authority,
        level=row.level,
        title=row.title,
        display_title=row.display_title,
        normative=row.normative,
        proposer=row.proposer,
        effective_date=row.effective_date,
        expires=row.expires,
        signers=tuple(signers),
        recipients=tuple(r.text for r in parts.all("recipients")),
    )


def _bases(parts: _Parts) -> tuple[Basis, ...]:
    cited = parts.cited("basis_citations", "basis")
    return tuple(
        Basis(kind=b.kind, text=b.text, citations=cited.get(b.n, ()), span=_spot(b)) for b in parts.all("bases")
    )


def _outline(parts: _Parts) -> tuple[tuple[Article, ...], dict[int, list[Section]]]:
    """The articles with what is under them, and the top sections of each attachment."""
    cited = parts.cited("section_citations", "section")
    below: dict[tuple[str, int | None], list[Section]] = defaultdict(list)
    for row in reversed(parts.all("sections")):  # children stand after their parent: the last first
        section = Section(
            label=row.label,
            mark=row.mark,
            level=row.level,
            heading=row.heading,
            text=row.text,
            area=row.area,
            citations=cited.get(row.n, ()),
            span=_spot(row),
            children=tuple(reversed(below.pop(("section", row.n), []))),
        )
        below[_owner(row)].append(section)
    articles = _articles(parts, below)
    return articles, {n: found[::-1] for (kind, n), found in below.items() if kind == "attachment" and n is not None}


def _owner(row: Any) -> tuple[str, int | None]:
    if row.parent is not None:
        return "section", row.parent
    return ("article", row.article) if row.article is not None else ("attachment", row.attachment)


def _articles(parts: _Parts, below: dict[tuple[str, int | None], list[Section]]) -> tuple[Article, ...]:
    cited = parts.cited("article_citations", "article")
    return tuple(
        Article(
            label=a.label,
            heading=a.heading,
            text=a.text,
            children=tuple(reversed(below.get(("article", a.n), []))),
            citations=cited.get(a.n, ()),
            span=_spot(a),
        )
        for a in parts.all("articles")
    )


def _attachments(parts: _Parts, sections: dict[int, list[Section]]) -> tuple[Attachment, ...]:
    tables = _tables(parts)
    return tuple(
        Attachment(
            kind=a.kind,
            label=a.label,
            title=a.title,
            topic=a.topic,
            period=Period(start=a.period_start, end=a.period_end, vision=a.period_vision) if a.period else None,
            preamble=a.preamble,
            sections=tuple(sections.get(a.n, ())),
            tables=tuple(tables.get(a.n, ())),
            span=_spot(a),
        )
        for a in parts.all("attachments")
    )


def _tables(parts: _Parts) -> dict[int, list[Table]]:
    cells = parts.under("table_rows", "table_n")
    found: dict[int, list[Table]] = defaultdict(list)
    for row in parts.all("tables"):
        rows = tuple(tuple(r.cells) for r in cells.get(row.n, ()))
        table = Table(kind=row.kind, columns=tuple(row.columns), rows=rows, page=row.page, span=_spot(row))
        found[row.attachment].append(table)
    return found


def _tasks(parts: _Parts) -> tuple[Task, ...]:
    agencies = parts.under("task_agencies", "task", "role", "role_n")
    named = {place: tuple(row.agency_key for row in rows) for place, rows in agencies.items()}
    roles = parts.under("task_roles", "task")
    deadlines = parts.under("deadline_parts", "task")
    cited = parts.cited("task_citations", "task")
    return tuple(
        Task(
            key=row.key,
            origin=row.origin,
            attachment=row.attachment,
            section=row.section,
            group=row.group_name,
            group_path=tuple(row.group_path),
            number=row.number,
            parent=_parent(row),
            text=row.text,
            area=row.area,
            lead=_party(row.lead, named.get((row.n, "lead", 0), ())),
            support=_party(row.support, named.get((row.n, "support", 0), ())),
            roles=tuple(
                Role(role=r.role, text=r.text, agencies=named.get((row.n, r.role, r.n), ()))
                for r in roles.get(row.n, ())
            ),
            output=row.output,
            budget=row.budget,
            note=row.note,
            deadline=_deadline(row, deadlines.get(row.n, [])),
            citations=cited.get(row.n, ()),
            span=_spot(row),
        )
        for row in parts.all("tasks")
    )


def _parent(row: Any) -> Parent | None:
    if row.parent_text is None:
        return None
    span = (row.parent_start, row.parent_start + row.parent_length)
    return Parent(number=row.parent_number, text=row.parent_text, span=span)


def _party(text: str | None, agencies: tuple[str, ...]) -> Party | None:
    return None if text is None else Party(text=text, agencies=agencies)


def _deadline(row: Any, parts: Sequence[Any]) -> Deadline | None:
    if row.due_text is None:
        return None
    return Deadline(
        text=row.due_text,
        start=row.due_from,
        end=row.due_to,
        recurrence=row.recurrence,
        condition=row.condition,
        parts=tuple(_deadline_part(part) for part in parts),
    )


def _deadline_part(row: Any) -> DeadlinePart:
    due = offset = None
    if row.day is not None:
        due = Due(day=row.day, month=row.month, exclusive=row.exclusive)
    if row.offset_value is not None:
        offset = Offset(value=row.offset_value, unit=row.offset_unit, after=row.offset_after)
    return DeadlinePart(
        start=row.due_from, end=row.due_to, recurrence=row.recurrence, condition=row.condition, due=due, offset=offset
    )


def _targets(parts: _Parts) -> tuple[Target, ...]:
    agencies = parts.under("target_agencies", "target")
    return tuple(
        Target(
            text=row.text,
            subject=row.subject,
            comparator=row.comparator,
            value=row.value,
            unit=row.unit,
            by=row.by_date,
            inherited=row.inherited,
            indicator=row.indicator,
            baseline=row.baseline,
            lead=_party(row.lead, tuple(a.agency_key for a in agencies.get(row.n, ()))),
            area=row.area,
            span=_spot(row),
        )
        for row in parts.all("targets")
    )


def _citations(parts: _Parts) -> tuple[Citation, ...]:
    pins = parts.under("pinpoints", "citation")
    return tuple(
        Citation(
            text=row.text,
            type=row.type,
            number=row.number,
            name=row.name,
            year=row.year,
            date=row.date,
            issuer=row.issuer,
            key=row.key,
            resolved=_resolved(row),
            relation=row.relation,
            pinpoint=tuple(_pinpoint(pin) for pin in pins.get(row.n, ())),
            span=_spot(row),
        )
        for row in parts.all("citations")
    )


def _resolved(row: Any) -> Resolved | None:
    if row.resolved_by is None:
        return None
    return Resolved(
        number=row.resolved_number,
        date=row.resolved_date,
        year=row.resolved_year,
        name=row.resolved_name,
        issuer=row.resolved_issuer,
        by=row.resolved_by,
    )


def _pinpoint(row: Any) -> Pinpoint:
    return Pinpoint(article=row.article, clause=row.clause, point=row.point, chapter=row.chapter, appendix=row.appendix)


def _warnings(parts: _Parts) -> tuple[Warning, ...]:
    own = (row for row in parts.all("findings") if row.origin == "decision")
    return tuple(
        Warning(code=row.code, message=row.message, span=None if row.start is None else _spot(row)) for row in own
    )
