"""What is doubtful about tasks, and what a decision lacks: findings made from what was read, in plain Vietnamese.

A body that leads and helps itself, a row of a task table without a lead, a result without a date, a body that was not
there on the decision's day, a decision without its recipients or its signature. Bodies named in citations are not
looked at: an older document names the bodies of its time. Source: the plans' own form (domain notes §4.3, §7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parsers import agency_register
from parsers.agency_register import GROUP, by_key, kind_of, name_at
from parsers.model import Evidence, Header, Party, Task, Warning
from parsers.naming import Naming
from parsers.view import View

Range = tuple[int, int]


def of_tasks(tasks: Sequence[Task], evidence: Iterable[Evidence], date: str | None) -> Iterator[Warning]:
    """The findings about tasks, in their order; `date` is the decision's (ISO 8601), `evidence` holds their words."""
    spans = {e.path: e.span for e in evidence if e.path.startswith("/tasks/")}
    usual = _usual(tasks)
    for n, task in enumerate(tasks):
        lead = spans.get(f"/tasks/{n}/lead/text", task.span)
        yield from _self_help(task, lead)
        if task.origin == "table":
            yield from _lacking(task, spans.get(f"/tasks/{n}/text", task.span), usual)
        yield from _not_there(task.lead, lead, date)
        yield from _not_there(task.support, spans.get(f"/tasks/{n}/support/text", task.span), date)


def _usual(tasks: Sequence[Task]) -> set[tuple[int | None, str]]:
    """Which columns the tables of an attachment fill, in most rows (lead) or in some (deadline)."""
    rows: dict[int | None, list[Task]] = {}
    for task in tasks:
        if task.origin == "table":
            rows.setdefault(task.attachment, []).append(task)
    filled: set[tuple[int | None, str]] = set()
    for attachment, several in rows.items():
        if sum(t.lead is not None for t in several) * 2 > len(several):
            filled.add((attachment, "lead"))
        if sum(t.deadline is not None for t in several) * 2 > len(several):
            filled.add((attachment, "deadline"))
    return filled


def _self_help(task: Task, span: Range) -> Iterator[Warning]:
    if task.lead is None or task.support is None:
        return
    for key in task.lead.agencies:
        if key in task.support.agencies and kind_of(key) != GROUP:
            message = f"“{_name(key)}” vừa chủ trì vừa phối hợp trong cùng một nhiệm vụ."
            yield Warning(code="task-lead-supports", message=message, span=span)


def _lacking(task: Task, span: Range, usual: set[tuple[int | None, str]]) -> Iterator[Warning]:
    if task.lead is None and (task.attachment, "lead") in usual:
        yield Warning(code="task-without-lead", message="Nhiệm vụ không ghi cơ quan chủ trì.", span=span)
    if task.output and task.deadline is None and (task.attachment, "deadline") in usual:
        yield Warning(
            code="task-without-deadline",
            message="Nhiệm vụ có sản phẩm nhưng không ghi thời gian hoàn thành.",
            span=span,
        )


def _not_there(party: Party | None, span: Range, date: str | None) -> Iterator[Warning]:
    for key in party.agencies if party and date else ():
        if date and agency_register.exists(key, date) is False:
            yield Warning(code="agency-not-in-being", message=_absent(key, date), span=span)


def _name(key: str, date: str | None = None) -> str:
    agency = by_key(key)
    return (name_at(key, date) if date else None) or (agency.name if agency else key)


def _absent(key: str, date: str) -> str:
    """Why a body cannot be the one that is meant."""
    agency = by_key(key)
    day = "/".join(reversed(date.split("-")))
    if agency and agency.valid_from and agency.valid_from > date:
        return f"“{agency.name}” chưa được thành lập vào ngày {day}."
    heirs = agency_register.successors(key, date)
    now = "; ".join(f"“{_name(h, date)}”" for h in heirs)
    return f"“{_name(key)}” không còn vào ngày {day}" + (f"; nay là {now}." if now else ".")


def of_recipients(entries: Iterable[View], naming: Naming) -> Iterator[Warning]:
    """Bodies among the recipients that were not there on the decision's day."""
    for view in entries:
        for found in naming.of(view) if naming.date else ():
            if agency_register.exists(found.key, naming.date or "") is False:
                message = _absent(found.key, naming.date or "")
                yield Warning(code="agency-not-in-being", message=message, span=view.span(found.start, found.end))


def of_form(header: Header, is_whole: bool) -> Iterator[Warning]:
    """What a decision lacks; `is_whole`: the file holds the decision itself, not a draft or an attachment alone."""
    if not is_whole or header.number is None or header.date is None:
        return
    if not header.recipients:
        yield Warning(code="recipients-missing", message="Văn bản không có phần nơi nhận.")
    if not header.signers:
        yield Warning(code="signature-missing", message="Văn bản không có chữ ký.")
