"""Dated tasks and reporting cycles as a calendar (iCalendar, RFC 5545) that Outlook, Google and phones take.

A task with a last day is an all-day entry on that day, with a reminder a week before; one that recurs (weekly, monthly,
quarterly, half-yearly, yearly) is a series in the years of its plan, on the day that the deadline names, else on the
last day of each period. `thường xuyên`, `định kỳ` without a step and deadlines that wait for an event have no day, so
they have no entry. Entries keep their UID when a decision is imported again, so that a calendar updates them.
"""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from corpus.exports import Written, labels, tracking
from corpus.exports.tabular import batches
from schema import tables as t

#: The file that `write` writes.
NAME = "vanban.ics"
#: Octets of a line, without its break (RFC 5545, 3.1); letters of a title.
LINE, TITLE = 75, 120
#: The rule of each recurrence (RFC 5545, 3.3.10), and the months of its period.
RULES = {
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "half-yearly": "FREQ=MONTHLY;INTERVAL=6",
    "yearly": "FREQ=YEARLY",
}
MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//vanban//tasks of decisions//VI",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-CALNAME:Nhiệm vụ theo quyết định",
)


class Entry(NamedTuple):
    """When: the (first) day, the rule of a series, and what tells it from other entries of its task."""

    day: date
    rule: str | None
    name: str


def write(connection: Connection, out: Path, ids: Iterable[int], *, agency: str | None = None) -> Written:
    """Writes `vanban.ics`. `agency`: only the tasks that it leads or supports.

    `agency` is what a person types; raises `Misunderstood`.
    """
    agencies, count = tracking.asked(agency), 0
    with (out / NAME).open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(map(line, _HEAD))
        for batch in batches(ids):
            heads, years = tracking.heads(connection, batch), _years(connection, batch)
            parts = _parts(connection, batch)
            count += len(heads)
            for row in tracking.tasks(connection, batch, agencies=agencies):
                at = row.decision_id, row.n
                for entry in entries(row, parts.get(at, []), years.get((row.decision_id, row.attachment))):
                    stream.writelines(map(line, _event(heads[row.decision_id], row, entry)))
        stream.write(line("END:VCALENDAR"))
    return Written(count, 1)


Years = tuple[int, int]


def _years(connection: Connection, batch: list[int]) -> dict[tuple[int, int | None], Years]:
    """The years of each attachment's plan, where it names both; a task of an article has those of the first plan."""
    a = t.attachments.c
    query = select(a.decision_id, a.n, a.period_start, a.period_end).where(
        a.decision_id.in_(batch), a.period_start.is_not(None), a.period_end.is_not(None)
    )
    found: dict[tuple[int, int | None], Years] = {}
    for row in connection.execute(query.order_by(a.decision_id, a.n)):
        found[row.decision_id, row.n] = row.period_start, row.period_end
        found.setdefault((row.decision_id, None), (row.period_start, row.period_end))
    return found


def _parts(connection: Connection, batch: list[int]) -> dict[tuple[int, int], list[Any]]:
    p = t.deadline_parts
    found: dict[tuple[int, int], list[Any]] = {}
    for row in connection.execute(select(p).where(p.c.decision_id.in_(batch)).order_by(*p.primary_key.columns)):
        found.setdefault((row.decision_id, row.task), []).append(row)
    return found


def entries(task: Any, parts: list[Any], years: Years | None) -> list[Entry]:
    """The entries of a task: its dates and its cycles, each once (rows of `tasks` and `deadline_parts`).

    `years`: the first and last year of its plan, for cycles that name none.
    """
    found: dict[tuple[date, str | None], Entry] = {}
    for n, part in enumerate(parts or [task]):
        entry = _series(part, years, str(n)) if part.recurrence in RULES else _dated(part, str(n))
        if entry is not None:
            found.setdefault((entry.day, entry.rule), entry)
    return list(found.values())


def _dated(part: Any, name: str) -> Entry | None:
    day = labels.as_date(part.due_to) or labels.as_date(part.due_from)
    return Entry(day, None, name) if day else None


def _series(part: Any, years: Years | None, name: str) -> Entry | None:
    """A cycle within the dates of the deadline, else within the years of the plan; None where both are open."""
    first, last = labels.as_date(part.due_from), labels.as_date(part.due_to)
    if first is None or last is None:
        if years is None or not 1 <= years[0] <= years[1] <= 9999:
            return None
        first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    until = f";UNTIL={last:%Y%m%d}"
    if part.recurrence == "weekly":
        friday = first + timedelta(days=(4 - first.weekday()) % 7)
        return Entry(friday, RULES["weekly"] + until, name)
    due = _due(getattr(part, "day", None), getattr(part, "month", None), bool(getattr(part, "exclusive", False)))
    if due is None:
        return None
    day, month = due
    start = next(_days(first, last, MONTHS[part.recurrence], day, month), None)
    if start is None:
        return None
    # without its month a yearly rule with a day of the month would mean that day of every month
    rule = f"{RULES['yearly']};BYMONTH={start.month}" if part.recurrence == "yearly" else RULES[part.recurrence]
    return Entry(start, f"{rule}{_on(day)}{until}", name)


def _due(day: int | None, month: int | None, exclusive: bool) -> tuple[int, int | None] | None:
    """The last day on which something is in time, 0 for the last of its month, and the month; None for no such day.

    >>> _due(5, None, True), _due(1, 3, True), _due(None, None, False), _due(32, None, False)
    ((4, None), (0, 2), (0, None), None)
    """
    if day not in (None, *range(1, 32)) or month not in (None, *range(1, 13)):
        return None
    if day == 1 and exclusive:
        return 0, None if month is None else month - 1
    return (0 if day is None else day - exclusive), month


def _days(first: date, last: date, period: int, day: int, month: int | None) -> Iterator[date]:
    """The days of a cycle whose period has so many months: in its month of this number, else in its last month."""
    for year in range(first.year, last.year + 1):
        for number in range(1, 13):
            if number % period == (month or period) % period:
                end = monthrange(year, number)[1]
                found = date(year, number, min(day or end, end))
                if first <= found <= last:
                    yield found


def _on(day: int) -> str:
    """The rule for a day of the month: the last day for 0, and where a month is shorter than the day."""
    if day == 0:
        return ";BYMONTHDAY=-1"
    if day <= 28:
        return f";BYMONTHDAY={day}"
    return f";BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


# --- lines ---------------------------------------------------------------------------------------------------------


def _event(head: Any, task: Any, entry: Entry) -> Iterator[str]:
    issued = labels.as_date(head.date) or date(1970, 1, 1)
    named = hashlib.sha256(f"{task.key}\n{head.date}\n{entry.name}".encode()).hexdigest()[:32]
    title = f"{task.lead}: {task.text}" if task.lead else task.text
    yield "BEGIN:VEVENT"
    yield f"UID:{named}@vanban"
    yield f"DTSTAMP:{_compact(issued)}T000000Z"  # of the decision, so that the same decision gives the same file
    yield f"DTSTART;VALUE=DATE:{_compact(entry.day)}"
    yield f"DTEND;VALUE=DATE:{_compact(entry.day + timedelta(days=1))}"
    if entry.rule:
        yield f"RRULE:{entry.rule}"
    yield f"SUMMARY:{text(title if len(title) <= TITLE else title[: TITLE - 1] + '…')}"
    yield f"DESCRIPTION:{text(_about(head, task))}"
    if task.area:
        yield f"CATEGORIES:{text(labels.areas().get(task.area, task.area))}"
    yield "TRANSP:TRANSPARENT"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{text(title[:TITLE])}", "TRIGGER:-P7D", "END:VALARM")
    yield "END:VEVENT"


def _compact(day: date) -> str:
    return day.isoformat().replace("-", "")


def _about(head: Any, task: Any) -> str:
    facts = {
        "Nhiệm vụ": task.text,
        "Chủ trì": task.lead,
        "Phối hợp": task.support,
        "Sản phẩm": task.output,
        "Thời gian hoàn thành": task.due_text,
        "Theo": labels.cited_as(head),
        "Mã": task.key,
    }
    return "\n".join(f"{name}: {words}" for name, words in facts.items() if words)


def text(words: str) -> str:
    r"""Words as a value of type TEXT (RFC 5545, 3.3.11).

    >>> print(text("a, b; c\nd"))
    a\, b\; c\nd
    """
    lines = "\n".join(labels.xml_words(words).splitlines())
    return re.sub(r"([\\;,])", r"\\\1", lines).replace("\n", "\\n")


def line(words: str) -> str:
    r"""A content line, folded at 75 octets between letters (RFC 5545, 3.1), with its break.

    >>> line("A" * 80)
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n AAAAA\r\n'
    """
    octets, made, start, room = words.encode(), [], 0, LINE
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        made.append(octets[start:end])
        start, room = end, LINE - 1
    return b"\r\n ".join([*made, octets[start:]]).decode() + "\r\n"
