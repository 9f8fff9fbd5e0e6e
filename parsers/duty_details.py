"""What else a duty says: by when, what comes out of it, with what money; and details under labels of their own.

`Cơ quan chủ trì: Sở Nội vụ.`, `Thời gian hoàn thành: Quý I năm 2025.` as items under a measure, or as the last
sentences of it, are its details as a task table's columns are (columns.toml names them).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from parsers import deadlines, targets
from parsers.columns import field_of
from parsers.duty_words import words
from parsers.model import DeadlinePart
from parsers.view import View

Years = tuple[int, int] | None
Dated = tuple[View, deadlines.Reading]

_DETAILS = ("lead", "support", "deadline", "output", "budget", "note")
_UNSURE = {"deadline-partly-read", "deadline-unread"}
_SEVERAL = re.compile(r"%|\d.*\d")
_LABEL_END = 130  # code points; a label is shorter
_LONGEST_OUTPUT = 210  # code points; a longer one has lost its end


class Labelled(NamedTuple):
    """A detail under a label of its own: its field and its words."""

    field: str
    view: View


def labelled(view: View) -> Labelled | None:
    """The detail that words under a label give (`Sản phẩm: Báo cáo …`), None for other words.

    >>> from parsers.view import Words
    >>> labelled(Words("Cơ quan chủ trì: Sở Nội vụ.").view(0, 27))
    Labelled(field='lead', view=View('Sở Nội vụ'))
    """
    if view.text.find(":", 0, _LABEL_END) < 0:
        return None
    m = words().one["label"].match(view.folded)
    field = field_of(m["label"]) if m else None
    if m is None or field not in _DETAILS:
        return _among(view)
    value = view.cut(m.end())
    return Labelled(field, value.cut(0, len(value.text.rstrip(" .;,"))))


def _among(view: View) -> Labelled | None:
    """The time that words give whose label names it among other things (`Thời gian, địa điểm: …`)."""
    m = words().one["label_among"].match(view.folded) if view.folded.find("thời ", 0, _LABEL_END) >= 0 else None
    if m is None:
        return None
    value = view.cut(m.end())
    value = value.cut(0, len(value.text.rstrip(" .;,")))
    reading = deadlines.parse(value.text)
    return Labelled("deadline", value) if reading and "deadline-unread" not in reading.warnings else None


def deadline(text: View, years: Years) -> Dated | None:
    """By when a duty is to be done; the dates of targets inside it are none of it."""
    said = words().one["said"].search(text.folded) if ":" in text.text else None
    when = dated(text.cut(*said.span("when")), years) if said else None
    if when and not _UNSURE & set(when[1].warnings):
        return when
    found = deadlines.find(text.text, years, folded=text.folded)
    if found and _SEVERAL.search(text.text):
        taken = [t.date for t in targets.find(text.text, years, folded=text.folded) if t.date]
        found = [f for f in found if not _of_target(text.folded, f, taken)]
    if not found:
        return None
    found = _said_once(found)
    views = [text.cut(f.start, f.end) for f in found]
    if len(found) == 1:
        return views[0], found[0].reading
    whole = View.concat(views)
    reading = deadlines.combine([f.reading for f in found], whole.text)
    if "deadline-without-year" in reading.warnings:  # hằng năm … trước ngày 20/11: a day of every year
        together = deadlines.parse(whole.text, years)
        reading = together if together and not together.warnings else reading
    return whole, reading


def _of_target(folded: str, found: deadlines.Found, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether a date is a target's (`Đến năm 2020, 100% …`) and not that of the work (`hoàn thành trước …`)."""
    if not any(a < found.end and found.start < b for a, b in taken):
        return False
    start = max(folded.rfind(sign, 0, found.start) for sign in (".", ";", ","))
    return not words().one["firm"].search(folded, start + 1, found.start)


def _said_once(found: Sequence[deadlines.Found]) -> list[deadlines.Found]:
    """Without what is said again, and without a bare `định kỳ` beside the cycle that it means."""
    kept: list[deadlines.Found] = []
    for f in found:
        if not any(_meaning(f) == _meaning(k) for k in kept):
            kept.append(f)
    cycles = [f for f in kept if _meaning(f) != _PERIODIC or f.reading.rule == "how-often"]
    explained = any(f.reading.deadline.recurrence or f.reading.deadline.parts for f in cycles)
    return cycles if explained else kept


_PERIODIC = (None, None, "periodic", None, ())


def _meaning(found: deadlines.Found) -> tuple[str | None, str | None, str | None, str | None, tuple[DeadlinePart, ...]]:
    d = found.reading.deadline
    return (d.start, d.end, d.recurrence, d.condition, d.parts)


def output(text: View) -> View | None:
    """The document a duty brings forth (`xây dựng Kế hoạch …`, `trình … ban hành Quy chế …`), None without one."""
    for m in words().one["output"].finditer(text.folded):
        if m.start() and text.folded[m.start() - 1].isalnum():  # thiết lập, thành lập
            continue
        clause = max(text.folded.rfind(sign, 0, m.start()) for sign in (".", ";", ","))
        if words().one["cited"].search(text.folded, clause + 1, m.start()):
            continue
        start, end = m.span("output")
        end = start + len(text.folded[start:end].removesuffix(" và"))
        if end - start <= _LONGEST_OUTPUT and _whole(text.text[start:end]):
            return text.cut(start, end)
    return None


def _whole(printed: str) -> bool:
    """Whether no quotation is cut open."""
    return printed.count("“") == printed.count("”") and printed.count('"') % 2 == 0


def budget(text: View) -> View | None:
    """The money a duty names, None where it names none."""
    if "đồng" not in text.folded and "ngân sách" not in text.folded:
        return None
    m = words().one["budget"].search(text.folded)
    return text.cut(m.start(), m.end()) if m else None


def dated(view: View, years: Years) -> Dated | None:
    """The deadline that words under a label give; where they say more, it is read as in a sentence."""
    reading = deadlines.parse(view.text, years)
    if reading and _UNSURE & set(reading.warnings) and (found := deadline(view, years)):
        return found
    return (view, reading) if reading else None
