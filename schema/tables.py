"""The tables: one decision spread over rows, and what the collection needs besides.

Rules that hold in every table:

- A decision's `id` is a pure function of its key and date (`schema.save.decision_id`); its parts are identified by
  that id and their place, counting from 0 (`n`, or the name of the part they belong to). The database numbers nothing.
- A stretch of the text is `start` and `length` in code points: `substr(text, start + 1, length)` is the words.
- Dates are ISO 8601 text (compare as text); what the document leaves open is NULL.
- Rows under `decisions` go when the decision goes (ON DELETE CASCADE); people's corrections do not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: 63 bits. INTEGER in SQLite, so that `decisions.id` is the rowid that the full-text index speaks of.
Id = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, **options)


def _needed(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, **options)


def _place(name: str = "n") -> Column[Any]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _span(nullable: bool = False) -> tuple[Column[Any], Column[Any]]:
    return Column("start", Integer, nullable=nullable), Column("length", Integer, nullable=nullable)


def _part(name: str, *items: SchemaItem) -> Table:
    """A table of parts of a decision: `decision_id` first, clustered by its primary key in SQLite."""
    owner = Column("decision_id", Id, ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True)
    return Table(name, metadata, owner, *items, sqlite_with_rowid=False)


def _within(table: str, *columns: str, **options: Any) -> ForeignKeyConstraint:
    """The row of `table` (same decision) that these columns point at."""
    target = [f"{table}.decision_id", *(f"{table}.n" for _ in columns)]
    return ForeignKeyConstraint(["decision_id", *columns], target, ondelete="CASCADE", **options)


def _agency(name: str = "agency_key", **options: Any) -> Column[Any]:
    return Column(name, Text, ForeignKey("agencies.key"), nullable=False, **options)


# --- what many decisions share -------------------------------------------------------------------------------------

#: Provinces, old and new: a key each (`dong-thap`, `dong-thap-2025`). `registered`: handed in from the grammar.
provinces = Table(
    "provinces",
    metadata,
    _text("key", primary_key=True),
    _text("code"),
    _text("name"),
    _text("region"),
    _text("valid_from"),
    _text("valid_to"),
    _text("successor"),
    _number("rank"),
    Column("registered", Boolean, nullable=False),
)

#: Agencies by key; a key names a role that every province has.
agencies = Table(
    "agencies",
    metadata,
    _text("key", primary_key=True),
    _text("name"),
    _text("kind"),
    _text("valid_from"),
    _text("valid_to"),
    _text("successors"),
    _number("rank"),
    Column("registered", Boolean, nullable=False),
)

#: Regulations that are cited or known, one row a key. `place organ type year serial` are the parts of the key.
regulations = Table(
    "regulations",
    metadata,
    _text("key", primary_key=True),
    _text("place"),
    _text("organ"),
    _text("type"),
    _number("year"),
    _text("serial"),
    _text("number"),
    _text("date"),
    _text("name"),
    _text("issuer"),
    _text("in_force"),
    _text("replaced_by"),
    _text("replaced_on"),
    _text("amended_by"),
    Column("registered", Boolean, nullable=False),
    Index("ix_regulations_serial_type_year", "serial", "type", "year"),
)

# --- a decision and where it came from -----------------------------------------------------------------------------

#: One decision, identified by key and date together. Ids are in the order of dates. `serial` is that of the number,
#: as people type it. `text` stands last: a listing never reads it.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _needed("key", index=True),
    _text("date", index=True),
    _number("year"),
    _needed("type_code"),
    _needed("type_name"),
    _text("number", index=True),
    _text("serial", index=True),
    _text("place"),
    Column("province_key", Text, ForeignKey("provinces.key")),
    _text("province_code"),
    _text("province_name"),
    _text("issuer"),
    _text("authority"),
    _text("level"),
    _text("title"),
    _text("display_title"),
    Column("normative", Boolean, nullable=False),
    _text("proposer"),
    _text("effective_date"),
    _text("expires"),
    _needed("text"),
    Index("ix_decisions_province_key_year", "province_key", "year"),
)

#: The files, one row a path (`archive.zip!/inner/name` inside an archive, `export.jsonl#3` a line).
#: `name … ocr` are the contract's `source`; `file_sha256`, `file_bytes` are of what was imported. Where a decision has
#: several, one is `active`: its reading is in the rows; the others keep theirs in `contract` (JSON, zlib).
sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _needed("path", unique=True),
    _needed("file_sha256", index=True),
    Column("file_bytes", BigInteger, nullable=False),
    _needed("reader"),
    _needed("grammar"),
    _needed("status", index=True),
    _text("code"),
    _text("cause"),
    _text("advice"),
    Column("decision_id", Id, ForeignKey("decisions.id", deferrable=True, initially="DEFERRED"), index=True),
    Column("active", Boolean, nullable=False),
    _text("name"),
    _text("sha256", index=True),
    _text("media_type"),
    Column("bytes", BigInteger),
    _number("pages"),
    _text("extractor"),
    Column("ocr", Boolean),
    Column("draft", Boolean),
    _number("unplaced"),
    _text("digest"),
    Column("contract", LargeBinary),
)

signers = _part("signers", _place(), _needed("name", index=True), _text("position"), _text("capacity"))
recipients = _part("recipients", _place(), _needed("text"))
bases = _part("bases", _place(), _needed("kind"), _needed("text"), *_span())
articles = _part("articles", _place(), _needed("label"), _text("heading"), _text("text"), *_span())

#: `period` tells a plan that covers no stated years (true, all NULL) from one without a period.
attachments = _part(
    "attachments",
    _place(),
    _needed("kind"),
    _text("label"),
    _text("title"),
    _text("topic"),
    Column("period", Boolean, nullable=False),
    _number("period_start"),
    _number("period_end"),
    _number("period_vision"),
    _text("preamble"),
    *_span(),
    Index("ix_attachments_topic", "topic", "period_start"),
)

#: The outline, in reading order over the whole decision: the articles' children, then each attachment's sections.
#: The items under section n are those with numbers n + 1 … `last`; `path` is the labels from the top (`IV/2/2.1`).
sections = _part(
    "sections",
    _place(),
    _number("article"),
    _number("attachment"),
    _number("parent"),
    _number("last", nullable=False),
    _needed("path"),
    _text("label"),
    _needed("mark"),
    _number("level", nullable=False),
    _text("heading"),
    _text("text"),
    _text("area"),
    *_span(),
    _within("articles", "article"),
    _within("attachments", "attachment"),
)

#: `columns` and the cells of a row are JSON arrays of strings.
tables = _part(
    "tables",
    _place(),
    _number("attachment", nullable=False),
    _needed("kind"),
    Column("columns", JSON, nullable=False),
    _number("page"),
    *_span(),
    _within("attachments", "attachment"),
)
table_rows = _part(
    "table_rows", _place("table_n"), _place(), Column("cells", JSON, nullable=False), _within("tables", "table_n")
)

# --- what is to be done --------------------------------------------------------------------------------------------

#: `due_from` and `due_to` are the inclusive dates of the deadline, `due_text` its words.
tasks = _part(
    "tasks",
    _place(),
    _needed("key", index=True),
    _needed("origin"),
    _number("attachment"),
    _text("section"),
    _text("group_name"),
    Column("group_path", JSON, nullable=False),
    _text("number"),
    _text("parent_number"),
    _text("parent_text"),
    _number("parent_start"),
    _number("parent_length"),
    _needed("text"),
    _text("area"),
    _text("lead"),
    _text("support"),
    _text("output"),
    _text("budget"),
    _text("note"),
    _text("due_text"),
    _text("due_from"),
    _text("due_to"),
    _text("recurrence"),
    _text("condition"),
    *_span(),
    Index("ix_tasks_due_to", "due_to", "decision_id", "n"),
    Index("ix_tasks_area_due_to", "area", "due_to", "decision_id", "n"),
    Index("ix_tasks_recurrence", "recurrence"),
)
task_roles = _part("task_roles", _place("task"), _place(), _needed("role"), _needed("text"), _within("tasks", "task"))

#: Who: `role` is lead, support, or a role of `task_roles` (then `role_n` is its place there, else 0).
task_agencies = _part(
    "task_agencies",
    _place("task"),
    Column("role", String(16), primary_key=True),
    _place("role_n"),
    _place(),
    _agency(),
    _within("tasks", "task"),
    Index("ix_task_agencies_agency_key_role", "agency_key", "role", "decision_id", "task"),
)
deadline_parts = _part(
    "deadline_parts",
    _place("task"),
    _place(),
    _text("due_from"),
    _text("due_to"),
    _text("recurrence"),
    _text("condition"),
    _number("day"),
    _number("month"),
    Column("exclusive", Boolean),
    _number("offset_value"),
    _text("offset_unit"),
    _text("offset_after"),
    _within("tasks", "task"),
    Index("ix_deadline_parts_due_to", "due_to", "decision_id", "task", "n"),
)
targets = _part(
    "targets",
    _place(),
    _needed("text"),
    _text("subject"),
    _text("comparator"),
    Column("value", Float(53)),
    _text("unit"),
    _text("by_date"),
    Column("inherited", Boolean, nullable=False),
    _text("indicator", index=True),
    _text("baseline"),
    _text("lead"),
    _text("area"),
    *_span(),
)
target_agencies = _part(
    "target_agencies", _place("target"), _place(), _agency(index=True), _within("targets", "target")
)
decision_agencies = _part(
    "decision_agencies",
    _place(),
    _agency(index=True),
    _needed("name"),
    _needed("kind"),
    _number("mentions", nullable=False),
)

# --- what is cited -------------------------------------------------------------------------------------------------

citations = _part(
    "citations",
    _place(),
    _needed("text"),
    _text("type"),
    _text("number", index=True),
    _text("name"),
    _number("year"),
    _text("date"),
    _text("issuer"),
    Column("key", Text, ForeignKey("regulations.key")),
    _needed("relation"),
    _text("resolved_number"),
    _text("resolved_date"),
    _number("resolved_year"),
    _text("resolved_name"),
    _text("resolved_issuer"),
    _text("resolved_by"),
    *_span(),
    Index("ix_citations_key", "key", "decision_id", "n", "relation"),
)
pinpoints = _part(
    "pinpoints",
    _place("citation"),
    _place(),
    _text("article"),
    _text("clause"),
    _text("point"),
    _text("chapter"),
    _text("appendix"),
    _within("citations", "citation"),
)
relations = _part(
    "relations",
    _place(),
    _number("subject", nullable=False),
    _needed("verb"),
    _number("object", nullable=False),
    _within("citations", "subject"),
    _within("citations", "object"),
)


def _cited_in(owner: str, part: str) -> Table:
    """Which citations stand in a basis, article, section or task, in their order."""
    return _part(
        f"{part}_citations",
        _place(part),
        _place(),
        _number("citation", nullable=False),
        _within(owner, part),
        _within("citations", "citation"),
    )


basis_citations = _cited_in("bases", "basis")
article_citations = _cited_in("articles", "article")
section_citations = _cited_in("sections", "section")
task_citations = _cited_in("tasks", "task")

#: What is settled between decisions: a mention whose regulation follows from the rest of the collection. Made anew
#: from what is stored; `candidates` lists the keys that fit where none was chosen.
resolutions = _part(
    "resolutions",
    _place("citation"),
    Column("key", Text),
    _text("number"),
    _text("date"),
    _needed("by"),
    Column("candidates", JSON, nullable=False),
    _within("citations", "citation"),
    Index("ix_resolutions_key", "key"),
)

#: How often each regulation is cited, and by how many decisions (its own number aside). Made anew with `resolutions`.
cited = Table(
    "cited",
    metadata,
    _text("key", primary_key=True),
    _number("mentions", nullable=False),
    _number("decisions", nullable=False),
    sqlite_with_rowid=False,
)

# --- where every value came from, and what is doubtful -------------------------------------------------------------

#: `origin` is `decision` for the decision's own warnings, `collection` for what shows only beside its neighbours.
findings = _part(
    "findings",
    Column("origin", String(16), primary_key=True),
    _place(),
    _needed("code", index=True),
    _needed("message"),
    *_span(nullable=True),
)
evidence = _part("evidence", _place(), _needed("path"), *_span(), _needed("rule"), _needed("words"))
layout = _part("layout", _place(), _needed("kind"), *_span())
unparsed = _part("unparsed", _place(), *_span())

# --- people and runs -----------------------------------------------------------------------------------------------

#: What a person put right: anchored at decision, field (JSON pointer) and the words it corrects. Never overwritten by
#: an import; of several for one place the latest holds.
corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _needed("decision_key", index=True),
    _text("decision_date"),
    _needed("path"),
    _needed("words"),
    _text("old"),
    _text("new"),
    _needed("who"),
    _needed("at"),
    _text("note"),
)

#: What the database knows of itself: `reference`, the version of the registers that were handed in.
settings = Table("settings", metadata, _text("name", primary_key=True), _needed("value"))

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _needed("started", index=True),
    _text("finished"),
    _needed("status"),
    _needed("reader"),
    _needed("grammar"),
    Column("options", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
)
import_files = Table(
    "import_files",
    metadata,
    Column("import_id", Id, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    _place(),
    _needed("path"),
    _needed("outcome"),
    _text("code"),
    _text("cause"),
    _text("advice"),
    Column("seconds", Float(53), nullable=False),
    Column("bytes", BigInteger),
    _number("pages"),
    _number("tables"),
    _number("tasks"),
    _number("findings"),
    _number("unplaced"),
    _text("decision_key"),
    _text("decision_date"),
    Column("changes", JSON(none_as_null=True)),
    sqlite_with_rowid=False,
)

#: Tables that hold one decision's parts, parents first: the order in which rows are written.
PARTS = tuple(t for t in metadata.sorted_tables if "decision_id" in t.c and t.name not in ("sources",))
