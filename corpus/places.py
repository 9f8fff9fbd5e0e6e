"""Where in a decision something stands, in words: `basis 3`, `Điều 2`, `Kế hoạch II/1`, `Phụ lục task 14`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, FromClause, Integer, Subquery, func, literal, select

from corpus.asking import Reader, connection
from schema import tables as t
from schema.rows import json_text

#: Decisions asked for at a time.
BATCH = 500

#: First character, the one behind the last, a name.
Stretch = tuple[int, int, str]


def batches(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """The ids in order, `BATCH` at a time: no statement grows without bound."""
    ordered = sorted(ids)
    return (ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH))


def listed(reader: Reader, pairs: Collection[tuple[int, int]]) -> Subquery:
    """Pairs of a decision's id and a part's number as a table (`decision_id`, `n`) to join with: one value to send,
    where lists of pairs are taken apart one by one, and are found by no index in SQLite."""
    if connection(reader).dialect.name == "postgresql":
        ids, numbers = ([pair[at] for pair in pairs] for at in (0, 1))
        both = literal(ids, ARRAY(BigInteger)), literal(numbers, ARRAY(Integer))
        return select(func.unnest(*both).table_valued("decision_id", "n").render_derived()).subquery()
    each = func.json_each(json_text([list(pair) for pair in pairs])).table_valued("value").c.value
    place = (func.json_extract(each, f"$[{at}]") for at in (0, 1))
    return select(*(column.label(name) for column, name in zip(place, ("decision_id", "n"), strict=True))).subquery()


class Spots:
    """The rows of task tables and the attachments of some decisions, for what no link places."""

    def __init__(self) -> None:
        self.attachments: dict[int, list[Stretch]] = {}
        self.rows: dict[int, list[Stretch]] = {}

    def at(self, decision_id: int, start: int) -> str:
        """The row of a task table or else the attachment that a character stands in; `head` outside of all."""
        stretches = (*self.rows.get(decision_id, ()), *self.attachments.get(decision_id, ()))
        return next((name for first, last, name in stretches if first <= start < last), "head")

    def attachment(self, decision_id: int, n: int | None) -> str:
        """The name of an attachment by its number; empty for None."""
        return "" if n is None else self.attachments[decision_id][n][2]


def spots(reader: Reader, ids: Collection[int]) -> Spots:
    """The places in these decisions."""
    found = Spots()
    for batch in batches(ids):
        _attachments(reader, batch, found)
        _task_rows(reader, batch, found)
    return found


def joined_to_places(source: FromClause) -> FromClause:
    """The citations (rows of `citations`) with what they stand in: `PLACE` reads these tables.

    A citation that stands in two of a kind (a task of each of two bodies) comes twice.
    """
    c, s, x = t.citations.c, t.sections.c, t.tasks.c
    for link in (t.basis_citations, t.article_citations, t.section_citations, t.task_citations):
        source = source.outerjoin(link, (link.c.decision_id == c.decision_id) & (link.c.citation == c.n))
    for owner, link, n in (
        (t.articles, t.article_citations, "article"),
        (t.sections, t.section_citations, "section"),
        (t.tasks, t.task_citations, "task"),
    ):
        source = source.outerjoin(owner, (owner.c.decision_id == link.c.decision_id) & (owner.c.n == link.c[n]))
    a = t.attachments.c
    own = func.coalesce(s.attachment, x.attachment)
    return source.outerjoin(t.attachments, (a.decision_id == c.decision_id) & (a.n == own))


#: What `place_of` reads.
PLACE = (
    t.basis_citations.c.basis.label("in_basis"),
    t.articles.c.label.label("in_article"),
    t.sections.c.path.label("in_section"),
    t.task_citations.c.task.label("in_task"),
    t.tasks.c.number.label("in_task_number"),
    t.attachments.c.kind.label("in_kind"),
    t.attachments.c.label.label("in_label"),
)


def place_of(row: Any) -> str | None:
    """The place of a citation from the columns `PLACE`, None where nothing links it to one."""
    if row.in_basis is not None:
        return f"basis {row.in_basis + 1}"
    if row.in_article is not None:
        return f"Điều {row.in_article}"
    attached = attachment_name(row.in_kind, row.in_label) if row.in_kind else ""
    if row.in_section is not None:
        return f"{attached} {row.in_section}".strip()
    if row.in_task is not None:
        return f"{attached} task {row.in_task_number or ''}".strip()
    return None


def attachment_name(kind: str, label: str | None) -> str:
    """`Phụ lục I`, `Kế hoạch`; a label that has its word already is enough.

    >>> attachment_name("Phụ lục", "I"), attachment_name("Phụ lục", "Phụ lục II"), attachment_name("Đề án", None)
    ('Phụ lục I', 'Phụ lục II', 'Đề án')
    """
    if not label:
        return kind
    return label if label.startswith(kind) else f"{kind} {label}"


def _attachments(reader: Reader, batch: Sequence[int], found: Spots) -> None:
    a = t.attachments.c
    query = select(a.decision_id, a.kind, a.label, a.start, a.length).where(a.decision_id.in_(batch))
    for row in reader.execute(query.order_by(a.decision_id, a.n)):
        stretch = (row.start, row.start + row.length, attachment_name(row.kind, row.label))
        found.attachments.setdefault(row.decision_id, []).append(stretch)


def _task_rows(reader: Reader, batch: Sequence[int], found: Spots) -> None:
    x = t.tasks.c
    query = select(x.decision_id, x.attachment, x.group_name, x.number, x.start, x.length)
    for row in reader.execute(query.where(x.decision_id.in_(batch), x.origin == "table").order_by(x.decision_id, x.n)):
        name = row_name(found.attachment(row.decision_id, row.attachment), row.group_name, row.number)
        found.rows.setdefault(row.decision_id, []).append((row.start, row.start + row.length, name))


def row_name(attachment: str, group: str | None, number: str | None) -> str:
    """A row of a task table: its group's number and its own.

    >>> row_name("Phụ lục I", "II. Cải cách thể chế", "3")
    'Phụ lục I task II/3'
    """
    label = "/".join(part for part in ((group or "").partition(". ")[0], number) if part)
    return f"{attachment} task {label}"
