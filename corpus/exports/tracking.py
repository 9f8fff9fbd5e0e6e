"""The table in which an office follows its tasks: the columns that officers hand in, and the rows for them.

TT | Nhiệm vụ | Cơ quan chủ trì | Cơ quan phối hợp | Sản phẩm | Thời gian hoàn thành | Kết quả thực hiện | Ghi chú; the
column of results is left for the office to fill in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from corpus.asking import bodies
from corpus.exports.labels import areas
from schema import tables as t

#: Columns and their widths in letters of a sheet.
COLUMNS = {
    "TT": 8,
    "Nhiệm vụ": 52,
    "Cơ quan chủ trì": 22,
    "Cơ quan phối hợp": 22,
    "Sản phẩm": 24,
    "Thời gian hoàn thành": 17,
    "Kết quả thực hiện": 20,
    "Ghi chú": 14,
}
RESULT = list(COLUMNS).index("Kết quả thực hiện")

_EVERY = object()


def asked(agency: str | None) -> tuple[str, ...]:
    """The keys of the agencies that a person means, none where nobody is asked for. Raises `Misunderstood`."""
    return () if agency is None else tuple(bodies(agency))


def tasks(
    connection: Connection, batch: Sequence[int], *, agencies: Sequence[str] = (), area: object = _EVERY
) -> Iterator[Any]:
    """The rows of `tasks` of these decisions, in the order of the documents.

    `agencies`: only those that one of them leads or supports; `area`: only those of this area (None: of none that is
    known).
    """
    return iter(connection.execute(_query(batch, agencies, area)))


def _query(batch: Sequence[int], agencies: Sequence[str], area: object) -> Select[Any]:
    query = select(t.tasks).where(t.tasks.c.decision_id.in_(batch)).order_by(t.tasks.c.decision_id, t.tasks.c.n)
    if area is None:
        known = [code for code in areas() if code]
        query = query.where(or_(t.tasks.c.area.is_(None), t.tasks.c.area.not_in(known)))
    elif area is not _EVERY:
        query = query.where(t.tasks.c.area == area)
    if agencies:
        named = t.task_agencies.c
        own = (named.decision_id == t.tasks.c.decision_id) & (named.task == t.tasks.c.n)
        parts = named.role.in_(("lead", "support")) & named.agency_key.in_(agencies)
        query = query.where(select(1).where(own & parts).correlate(t.tasks).exists())
    return query


def heads(connection: Connection, batch: Sequence[int]) -> dict[int, Any]:
    """What names these decisions: their rows without the text, by id."""
    kept = [column for column in t.decisions.c if column.name != "text"]
    return {row.id: row for row in connection.execute(select(*kept).where(t.decisions.c.id.in_(batch)))}


def cells(place: int, row: Any) -> tuple[int | str, ...]:
    """The cells of a task; under the text of its parent where it is a lettered row."""
    words = f"{row.parent_text}\n{row.number or '-'} {row.text}" if row.parent_text else row.text
    return (place, words, row.lead or "", row.support or "", row.output or "", row.due_text or "", "", row.note or "")
