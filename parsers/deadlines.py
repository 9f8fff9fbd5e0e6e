"""Deadlines: when something must be done, as inclusive dates, a cycle, an event, or several of these.

`parse` reads a cell of "Thời gian hoàn thành" or a phrase; `find` the deadlines in a running sentence; `combine` makes
one of several found in the same duty; `format` writes one. The words and their readings are grammar (deadlines.toml):
bounds (trước: exclusive; đến hết, chậm nhất: inclusive; trong; từ), periods (ngày, tháng, quý, 6 tháng đầu năm, năm),
cycles (thường xuyên, định kỳ, hằng quý), durations (05 ngày làm việc kể từ ngày …), events (sau khi …, theo …).

A period without its year takes the plan's year, where the plan covers exactly one; else it gets no dates and the
warning `deadline-without-year`. Nothing is guessed: words that cannot be read leave only the text.
Source: the contract's section on deadlines; domain notes §5.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import msgspec
import regex

from parsers import deadline_words as words
from parsers.dates import format as long_date
from parsers.deadline_parts import Draft, Years, compose, rule_of
from parsers.folding import fold, plain
from parsers.model import Deadline, DeadlinePart, Due, Offset, Recurrence

#: What may be doubtful about a reading, with what it means.
WARNINGS = {
    "deadline-without-year": "a quarter, month or day without a year, in a plan that does not cover exactly one",
    "deadline-vague": "đầu, giữa or cuối of a period: the whole period is given",
    "deadline-impossible": "a date that does not exist, or an end before its start",
    "deadline-illegible": "the month is missing; the year is given",
    "deadline-incomplete": "a day without its month",
    "deadline-before-plan": "earlier than the last quarter before the plan's period",
    "deadline-marks-lost": "words that lost their marks, as in scans, read as the deadline words they were",
    "deadline-partly-read": "some of the words could not be read",
    "deadline-unread": "none of the words could be read",
}
#: What a finding says of them.
MESSAGES = {
    "deadline-without-year": "Thời hạn không ghi năm",
    "deadline-vague": "Thời hạn không rõ ngày, lấy cả kỳ",
    "deadline-impossible": "Thời hạn không có trong lịch hoặc kết thúc trước khi bắt đầu",
    "deadline-illegible": "Thời hạn không đọc được tháng",
    "deadline-incomplete": "Thời hạn ghi ngày nhưng không ghi tháng",
    "deadline-before-plan": "Thời hạn trước thời kỳ của kế hoạch",
    "deadline-marks-lost": "Thời hạn mất dấu, được đọc theo chữ gần nhất",
    "deadline-partly-read": "Thời hạn chỉ đọc được một phần",
    "deadline-unread": "Thời hạn không đọc được",
}
_CITED = regex.compile(r"(?<!\p{L})số\s*:?\s*\d|\d/(?:\d{4}/)?\p{L}{2,}")
_BLANK = regex.compile(r"[^\p{L}\d]*")
_MOST_UNREAD = 12  # words; a cell with more of them is a sentence


@dataclass(frozen=True, slots=True)
class Reading:
    """A deadline, the grammar rows that read it (`before+quarter`), and codes of what is doubtful (WARNINGS)."""

    deadline: Deadline
    rule: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A deadline in a text, `[start, end)` in code points; `context` is the grammar row that admitted it."""

    start: int
    end: int
    reading: Reading
    context: str


@lru_cache(maxsize=8192)
def parse(text: str, years: Years = None) -> Reading | None:
    """Reads a text that is a deadline; `years` is the first and last year of its plan.

    None for a blank cell, dashes, dots, or words that say there is no deadline.

    >>> parse("Quý II, III năm 2023").deadline.end
    '2023-09-30'
    >>> parse("trước ngày 15/6").warnings, parse("trước ngày 15/6", (2024, 2024)).deadline.end
    (('deadline-without-year',), '2024-06-14')
    """
    phrase = " ".join(text.split())
    if _BLANK.fullmatch(phrase):
        return None
    folded = fold(phrase)
    tokens, unread = words.cell(folded)
    if unread and (unread > _MOST_UNREAD or _CITED.search(folded)):
        return _from_sentence(phrase, years)
    draft = compose(tokens, phrase, years)
    if not draft.parts and any(t.row.kind == "nothing" for t in tokens):
        return None
    if unread:
        draft.warn("deadline-partly-read" if draft.parts else "deadline-unread")
    if not rule_of(tokens) or any(t.row.kind == "unread" for t in tokens):
        draft = Draft(warnings=["deadline-unread"])
    reading = _reading(phrase, draft, rule_of(tokens) or "unread", years)
    return _marked(reading, folded, years) if unread else reading


def _marked(reading: Reading, folded: str, years: Years) -> Reading:
    """What words mean that lost their marks (`Thường xuyen`), where they are then read to the end; else `reading`.

    >>> parse("Thường xuyen").deadline.recurrence, parse("Thường xuyen").warnings
    ('continuous', ('deadline-marks-lost',))
    """
    known = words.by_plain()
    mended = " ".join(known.get(plain(word), word) for word in folded.split())
    again = parse(mended, years) if mended != folded else None
    if again is None or {"deadline-unread", "deadline-partly-read"} & set(again.warnings):
        return reading
    deadline = msgspec.structs.replace(again.deadline, text=reading.deadline.text)
    return Reading(deadline, again.rule, (*again.warnings, "deadline-marks-lost"))


def _from_sentence(phrase: str, years: Years) -> Reading:
    found = find(phrase, years)
    if not found:
        return Reading(Deadline(text=phrase), "unread", ("deadline-unread",))
    reading = combine([f.reading for f in found], phrase)
    return Reading(reading.deadline, reading.rule, (*reading.warnings, "deadline-partly-read"))


def find(text: str, years: Years = None, *, folded: str | None = None) -> list[Found]:
    """The deadlines and cycles that running sentences set for something to be done, in order.

    Dates of cited documents, periods in titles, dates of effect and what is told of the past are none. `folded` is
    `fold(text)` where the caller has it.

    >>> [text[f.start : f.end] for text in ["Báo cáo gửi trước ngày 05/6/2024."] for f in find(text)]
    ['trước ngày 05/6/2024']
    """
    folded = fold(text) if folded is None else folded
    sentences: list[int] = []
    found: list[Found] = []
    past = 0
    for at in words.starts(folded):
        if at < past:
            continue
        tokens = words.chain(folded, at)
        if not tokens:
            continue
        sentences = sentences or _sentences(text)
        sentence = max(sentences[bisect_right(sentences, at) - 1], at - _REACH)
        lead = next(t.row.id for t in tokens if t.row.kind != "vague")
        context = words.verdict(folded, lead, sentence, at, tokens[-1].end)
        if context is None or context.verdict == "reject":
            past = _rejected(tokens)
            continue
        past, reading = _read(text, tokens, years)
        if reading.deadline != Deadline(text=reading.deadline.text) or reading.warnings:
            found.append(Found(at, past, reading, context.id))
    return found


def read_at(text: str, folded: str, at: int, years: Years = None) -> tuple[int, Reading] | None:
    """The deadline that begins at a place, whatever stands around it, and where it ends; `folded` is `fold(text)`.

    >>> read_at("đến năm 2020, 100%", "đến năm 2020, 100%", 0)[0]
    12
    """
    tokens = words.chain(folded, at)
    return _read(text, tokens, years) if tokens else None


def _read(text: str, tokens: list[words.Token], years: Years) -> tuple[int, Reading]:
    start, end = tokens[0].start, _closed(text, tokens[0].start, tokens[-1].end)
    return end, _reading(" ".join(text[start:end].split()), compose(tokens, text, years), rule_of(tokens), years)


def _rejected(tokens: Sequence[words.Token]) -> int:
    """Where to look on: words that are none may be followed by a bound that is one."""
    return next((t.start for t in tokens[1:] if t.row.kind == "bound"), tokens[-1].end)


def _closed(text: str, start: int, end: int) -> int:
    """The end of found words, with the bracket that closes one they open."""
    return end + 1 if text.count("(", start, end) > text.count(")", start, end) and text[end : end + 1] == ")" else end


_REACH = 300  # how far back a sentence is looked at, in code points
_SENTENCE = regex.compile(r"[.;!?](?=\s)|\||\n\s*\n|\n\s*(?=[-+•*]|\p{Ll}\)|\d+[.)])")


def _sentences(text: str) -> list[int]:
    return [0] + [m.end() for m in _SENTENCE.finditer(text)]


def combine(readings: Sequence[Reading], text: str) -> Reading:
    """One reading of several that hold for the same duty; `text` is the words the deadline shall have.

    >>> duty = [parse("Hằng năm"), parse("Trước ngày 15/12/2026")]
    >>> deadline = combine(duty, "hằng năm … trước ngày 15/12/2026").deadline
    >>> deadline.recurrence, deadline.end, len(deadline.parts)
    ('yearly', '2026-12-14', 2)
    """
    draft = Draft()
    for reading in readings:
        d = reading.deadline
        plain = DeadlinePart(start=d.start, end=d.end, recurrence=d.recurrence, condition=d.condition)
        for part in d.parts or (plain,):
            if part not in draft.parts and part != DeadlinePart():
                draft.parts.append(part)
        for code in reading.warnings:
            draft.warn(code)
    rule = "+".join(dict.fromkeys(i for r in readings for i in r.rule.split("+")))
    return Reading(_flat(text, draft.parts), rule, tuple(draft.warnings))


def _reading(phrase: str, draft: Draft, rule: str, years: Years) -> Reading:
    deadline = _flat(phrase, draft.parts)
    if _before_plan(deadline, years):
        draft.warn("deadline-before-plan")
    return Reading(deadline, rule, tuple(draft.warnings))


def _flat(text: str, parts: Sequence[DeadlinePart]) -> Deadline:
    """The flat fields: first dates, first cycle, first event; parts where these do not hold everything."""
    dated = next((p for p in parts if p.start or p.end), DeadlinePart())
    simple = len(parts) <= 1 and not any(p.due or p.offset for p in parts)
    return Deadline(
        text=text,
        start=dated.start,
        end=dated.end,
        recurrence=next((p.recurrence for p in parts if p.recurrence), None),
        condition=next((p.condition for p in parts if p.condition), None),
        parts=() if simple else tuple(parts),
    )


def _before_plan(deadline: Deadline, years: Years) -> bool:
    """Whether it lies before the last quarter of the year before the plan (plans are issued in that quarter)."""
    day = deadline.start or deadline.end
    return bool(years and day and not deadline.recurrence and day < f"{years[0] - 1:04d}-10-01")


# --- writing --------------------------------------------------------------------------------------------------------

_ROMAN = ("I", "II", "III", "IV")


def format(deadline: Deadline) -> str:
    """A deadline in words that `parse` reads back; one that has no such words keeps its own text.

    >>> format(Deadline(text="", start="2023-04-01", end="2023-06-30")), format(Deadline(text="", end="2012-10-19"))
    ('Quý II năm 2023', 'Đến hết ngày 19 tháng 10 năm 2012')
    """
    plain = DeadlinePart(
        start=deadline.start, end=deadline.end, recurrence=deadline.recurrence, condition=deadline.condition
    )
    written = "; ".join(_written(part) for part in deadline.parts or (plain,))
    written = written[:1].upper() + written[1:]
    back = parse(written)
    if back is None or _without_text(back.deadline) != _without_text(deadline):
        return deadline.text
    return written


def _without_text(deadline: Deadline) -> tuple[object, ...]:
    return (
        deadline.start,
        deadline.end,
        deadline.recurrence,
        deadline.condition and fold(deadline.condition),
        tuple((p.start, p.end, p.recurrence, p.due, fold(p.condition or "")) for p in deadline.parts),
    )


def _written(part: DeadlinePart) -> str:
    if part.offset:
        return _written_offset(part.offset)
    when = _written_due(part.due, part.recurrence or "periodic") if part.due else _cycle(part.recurrence)
    dates = _written_dates(part.start, part.end) if part.start or part.end else ""
    inside = f"trong {dates}" if dates.startswith(("quý", "tháng", "năm", "6 tháng")) else dates
    return " ".join(w for w in (when, inside if when else dates, part.condition) if w)


def _cycle(recurrence: Recurrence | None) -> str:
    return words.vocabulary().written_cycles[recurrence] if recurrence else ""


def _unit(unit: words.OffsetUnit) -> str:
    return next(name for name, means in words.vocabulary().units.items() if means == unit)


def _month_of_quarter(month: int) -> str:
    written = words.vocabulary().written_months
    return written[month - 1] if month <= len(written) else ""


def _written_offset(offset: Offset) -> str:
    after = f" kể từ {offset.after}" if offset.after else ""
    return f"trong thời hạn {offset.value:02d} {_unit(offset.unit)}{after}"


def _written_due(due: Due, recurrence: Recurrence) -> str:
    before = "trước " if due.exclusive else ""
    if recurrence == "quarterly":
        return f"{before}ngày {due.day:02d} {_month_of_quarter(due.month or 3)}"
    if recurrence == "monthly" and due.month:
        return f"{before}ngày {due.day:02d} tháng sau"
    month = f"/{due.month}" if due.month else ""
    return f"{before}ngày {due.day:02d}{month} {_cycle(recurrence)}"


def _written_dates(start: str | None, end: str | None) -> str:
    if start and end:
        return _stretch(date.fromisoformat(start), date.fromisoformat(end))
    return f"từ {long_date(start)}" if start else f"đến hết {long_date(end or '')}"


def _stretch(first: date, last: date) -> str:
    """The shortest usual name of a stretch of days."""
    if first == last:
        return long_date(first.isoformat())
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    months = (first.month, last.month)
    if not whole or (first.year != last.year and months != (1, 12)):
        return f"từ {long_date(first.isoformat())} đến {long_date(last.isoformat())}"
    if months == (1, 12):
        return f"năm {first.year}" if first.year == last.year else f"năm {first.year} - {last.year}"
    if first.month == last.month:
        return f"tháng {first.month:02d} năm {first.year}"
    if months[0] % 3 == 1 and months[1] - months[0] == 2:
        return f"quý {_ROMAN[months[1] // 3 - 1]} năm {first.year}"
    if months in ((1, 6), (7, 12)):
        return f"6 tháng {'đầu' if first.month == 1 else 'cuối'} năm {first.year}"
    return f"từ tháng {first.month} đến tháng {last.month} năm {first.year}"
