"""Where in a decision something stands, in words: `basis 3`, `Điều 2`, `Kế hoạch II/1`, `Phụ lục task 14`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Integer, Select, cast, null, select

from corpus.asking import Reader
from schema import tables as t

#: Decisions asked for at a time.
BATCH = 500

#: First character, the one behind the last, a name.
Stretch = tuple[int, int, str]


def batches(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """The ids in order, `BATCH` at a time: no statement grows without bound."""
    ordered = sorted(ids)
    return (ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH))


class Spots:
    """The places of citations, and the stretches of attachments, for some decisions."""

    def __init__(self) -> None:
        self.cited: dict[tuple[int, int], str] = {}
        self.attachments: dict[int, list[Stretch]] = {}
        self.rows: dict[int, list[Stretch]] = {}

    def of_citation(self, decision_id: int, n: int, start: int) -> str:
        """The place of citation `n`, which begins at `start`."""
        return self.cited.get((decision_id, n)) or self.at(decision_id, start)

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
        for query, name in ((_bases, "basis"), (_articles, "Điều"), (_sections, ""), (_tasks, "task")):
            for row in reader.execute(query(batch)):
                place = f"{found.attachment(row.decision_id, row.attachment)} {name} {row.label}"
                found.cited.setdefault((row.decision_id, row.citation), " ".join(place.split()))
    return found


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
        group = (row.group_name or "").partition(". ")[0]
        label = "/".join(part for part in (group, row.number) if part)
        name = f"{found.attachment(row.decision_id, row.attachment)} task {label}"
        found.rows.setdefault(row.decision_id, []).append((row.start, row.start + row.length, name))


def _nothing() -> Any:
    return cast(null(), Integer).label("attachment")


def _bases(batch: Sequence[int]) -> Select[Any]:
    link = t.basis_citations.c
    query = select(link.decision_id, link.citation, (link.basis + 1).label("label"), _nothing())
    return query.where(link.decision_id.in_(batch))


def _articles(batch: Sequence[int]) -> Select[Any]:
    link, a = t.article_citations, t.articles
    joined = link.join(a, (a.c.decision_id == link.c.decision_id) & (a.c.n == link.c.article))
    query = select(link.c.decision_id, link.c.citation, a.c.label, _nothing()).select_from(joined)
    return query.where(link.c.decision_id.in_(batch))


def _sections(batch: Sequence[int]) -> Select[Any]:
    link, s = t.section_citations, t.sections
    joined = link.join(s, (s.c.decision_id == link.c.decision_id) & (s.c.n == link.c.section))
    query = select(link.c.decision_id, link.c.citation, s.c.path.label("label"), s.c.attachment).select_from(joined)
    return query.where(link.c.decision_id.in_(batch))


def _tasks(batch: Sequence[int]) -> Select[Any]:
    link, x = t.task_citations, t.tasks
    joined = link.join(x, (x.c.decision_id == link.c.decision_id) & (x.c.n == link.c.task))
    query = select(link.c.decision_id, link.c.citation, x.c.number.label("label"), x.c.attachment)
    return query.select_from(joined).where(link.c.decision_id.in_(batch))
