"""The contract as types: one decision as data (`vanban/decision@1`).

JSON and its schema are made from these types, so this module *is* the contract. Every span is `[start, end)` in
code points of `Decision.text`; dates are ISO 8601 strings; missing is None, none is an empty tuple.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SCHEMA = "vanban/decision@1"

Spot = tuple[int, int]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all parts: immutable, compared by value."""


class Source(Record, frozen=True, kw_only=True):
    name: str
    sha256: str
    media_type: str
    bytes: int
    pages: int | None = None
    extractor: str
    ocr: bool = False


class DocumentType(Record, frozen=True, kw_only=True):
    code: str
    name: str


class Province(Record, frozen=True, kw_only=True):
    """A province as of the decision's date; `name` without tỉnh / thành phố."""

    key: str
    code: str | None = None
    name: str


class Signer(Record, frozen=True, kw_only=True):
    name: str
    position: str | None = None
    capacity: str | None = None


class Header(Record, frozen=True, kw_only=True):
    """What the letterhead, title, signature and Nơi nhận say (`document` in the JSON)."""

    key: str
    type: DocumentType
    number: str | None = None
    date: str | None = None
    place: str | None = None
    province: Province | None = None
    issuer: str | None = None
    authority: Literal["committee", "chair"] | None = None
    level: Literal["province", "district", "commune"] | None = None
    title: str | None = None
    display_title: str | None = None
    normative: bool = False
    proposer: str | None = None
    effective_date: str | None = None
    expires: str | None = None
    signers: tuple[Signer, ...] = ()
    recipients: tuple[str, ...] = ()


class Basis(Record, frozen=True, kw_only=True):
    kind: Literal["legal", "proposal", "appraisal", "enacting", "other"]
    text: str
    citations: tuple[int, ...] = ()
    span: Spot


class Section(Record, frozen=True, kw_only=True):
    """A numbered item of an attachment's outline; `span` covers label, heading and own text, not the children."""

    label: str | None = None
    mark: str
    level: int
    heading: str | None = None
    text: str | None = None
    area: str | None = None
    citations: tuple[int, ...] = ()
    span: Spot
    children: tuple[Section, ...] = ()


class Article(Record, frozen=True, kw_only=True):
    """One Điều of the decision itself; its label is the bare number."""

    label: str
    heading: str | None = None
    text: str | None = None
    children: tuple[Section, ...] = ()
    citations: tuple[int, ...] = ()
    span: Spot


class Period(Record, frozen=True, kw_only=True):
    """Years a plan covers; `vision` is the year of "định hướng / tầm nhìn đến năm …"."""

    start: int | None = None
    end: int | None = None
    vision: int | None = None


TableKind = Literal["task", "target", "procedures", "workflow", "budget", "prices", "people", "other"]


class Table(Record, frozen=True, kw_only=True):
    kind: TableKind
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None
    span: Spot


class Attachment(Record, frozen=True, kw_only=True):
    kind: str
    label: str | None = None
    title: str | None = None
    topic: str | None = None
    period: Period | None = None
    preamble: str | None = None
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    span: Spot


class Party(Record, frozen=True, kw_only=True):
    """Who: the words of the document and the agencies they name (keys)."""

    text: str
    agencies: tuple[str, ...] = ()


class Role(Record, frozen=True, kw_only=True):
    role: Literal["perform", "monitor", "appraise", "approve", "report-to"]
    text: str
    agencies: tuple[str, ...] = ()


Recurrence = Literal["continuous", "periodic", "weekly", "monthly", "quarterly", "half-yearly", "yearly"]


class Due(Record, frozen=True, kw_only=True):
    """A day inside a recurring period: day 5 (of month 6); `exclusive`: before that day."""

    day: int
    month: int | None = None
    exclusive: bool = False


class Offset(Record, frozen=True, kw_only=True):
    """A duration counted from an event: 5 working-day after "ngày nhận được …"."""

    value: int
    unit: Literal["day", "working-day", "week", "month", "year", "hour"]
    after: str | None = None


class DeadlinePart(Record, frozen=True, kw_only=True):
    start: str | None = None
    end: str | None = None
    recurrence: Recurrence | None = None
    condition: str | None = None
    due: Due | None = None
    offset: Offset | None = None


class Deadline(Record, frozen=True, kw_only=True):
    """When: the words, and inclusive dates, recurrence or condition; `parts` where one line does not hold it."""

    text: str
    start: str | None = None
    end: str | None = None
    recurrence: Recurrence | None = None
    condition: str | None = None
    parts: tuple[DeadlinePart, ...] = ()


class Parent(Record, frozen=True, kw_only=True):
    number: str | None
    text: str
    span: Spot


class Task(Record, frozen=True, kw_only=True):
    key: str
    origin: Literal["table", "section", "article"]
    attachment: int | None = None
    section: str | None = None
    group: str | None = None
    group_path: tuple[str, ...] = ()
    number: str | None = None
    parent: Parent | None = None
    text: str
    area: str | None = None
    lead: Party | None = None
    support: Party | None = None
    roles: tuple[Role, ...] = ()
    output: str | None = None
    budget: str | None = None
    note: str | None = None
    deadline: Deadline | None = None
    citations: tuple[int, ...] = ()
    span: Spot


class Target(Record, frozen=True, kw_only=True):
    text: str
    subject: str | None = None
    comparator: Literal[">=", ">", "<=", "<", "=", "~", "range", "change"] | None = None
    value: float | None = None
    unit: str | None = None
    by: str | None = None
    inherited: bool = False
    indicator: str | None = None
    baseline: str | None = None
    lead: Party | None = None
    area: str | None = None
    span: Spot


class Pinpoint(Record, frozen=True, kw_only=True):
    article: str | None = None
    clause: str | None = None
    point: str | None = None
    chapter: str | None = None
    appendix: str | None = None


class Resolved(Record, frozen=True, kw_only=True):
    """What is not printed at the mention, and how it was settled."""

    number: str | None = None
    date: str | None = None
    year: int | None = None
    name: str | None = None
    issuer: str | None = None
    by: str


Relation = Literal[
    "self",
    "title",
    "basis",
    "proposal",
    "implements",
    "per",
    "issued-with",
    "applies",
    "amends",
    "replaces",
    "repeals",
    "details",
    "mentions",
]


class Citation(Record, frozen=True, kw_only=True):
    text: str
    type: str | None = None
    number: str | None = None
    name: str | None = None
    year: int | None = None
    date: str | None = None
    issuer: str | None = None
    key: str | None = None
    resolved: Resolved | None = None
    relation: Relation = "mentions"
    pinpoint: tuple[Pinpoint, ...] = ()
    span: Spot


class Relationship(Record, frozen=True, kw_only=True):
    """Between two cited regulations: citations[subject] acts on citations[object]."""

    subject: int
    verb: Literal["amends", "replaces", "repeals", "guides", "details", "issued-with"]
    object: int


class Agency(Record, frozen=True, kw_only=True):
    key: str
    name: str
    kind: str
    mentions: int


class Warning(Record, frozen=True, kw_only=True):
    code: str
    message: str
    span: Spot | None = None


class Evidence(Record, frozen=True, kw_only=True):
    path: str
    span: Spot
    rule: str


class Layout(Record, frozen=True, kw_only=True):
    kind: str
    span: Spot


class Unparsed(Record, frozen=True, kw_only=True):
    span: Spot


class Decision(Record, frozen=True, kw_only=True):
    """One decision; see docs/contract.md for the meaning of each field."""

    schema: Literal["vanban/decision@1"] = "vanban/decision@1"
    source: Source
    text: str
    document: Header
    bases: tuple[Basis, ...] = ()
    articles: tuple[Article, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tasks: tuple[Task, ...] = ()
    targets: tuple[Target, ...] = ()
    citations: tuple[Citation, ...] = ()
    relations: tuple[Relationship, ...] = ()
    agencies: tuple[Agency, ...] = ()
    warnings: tuple[Warning, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    layout: tuple[Layout, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Decision)


def to_json(decision: Decision) -> bytes:
    """The contract's JSON of one decision, UTF-8, on one line."""
    return _encoder.encode(decision)


def from_json(data: bytes | str) -> Decision:
    """A decision from its JSON; raises msgspec.ValidationError naming the field that does not fit."""
    return _decoder.decode(data)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a decision."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Decision)}
