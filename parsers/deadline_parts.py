"""From the words of a deadline to its parts: bounds, lists, ranges, years that are shared, cycles and their days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from parsers.deadline_words import Bound, Link, Token, vocabulary
from parsers.model import DeadlinePart, Due, Offset, Recurrence

Years = tuple[int, int] | None
_STEPS: dict[float, Recurrence] = {12: "yearly", 6: "half-yearly", 3: "quarterly", 1: "monthly"}


@dataclass(frozen=True, slots=True)
class Period:
    """Months `first` to `last` of a year, or one `day` of month `first`; None is what the words do not say."""

    unit: str
    year: int | None = None
    first: int | None = None
    last: int | None = None
    day: int | None = None


@dataclass(slots=True)
class Item:
    """What one or more tokens say together."""

    rules: list[str]
    link: Link | None
    bound: Bound | None = None
    vague: bool = False
    named: bool = False  # a day with a name of its own, which comes every year
    period: Period | None = None
    until: Period | None = None  # the end of a range
    open: bool = False
    recurrence: Recurrence | None = None
    condition: str | None = None
    offset: Offset | None = None
    due: Due | None = None
    window: Item | None = None
    ad_hoc: bool = False


@dataclass(slots=True)
class Draft:
    """The parts of a deadline and what is doubtful about them."""

    parts: list[DeadlinePart] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, code: str) -> None:
        """Records a doubt once."""
        if code not in self.warnings:
            self.warnings.append(code)


# --- tokens to items ------------------------------------------------------------------------------------------------


def items(tokens: list[Token], text: str) -> list[Item]:
    """What the tokens of `text` say, one item a period, cycle, event or duration."""
    found: list[Item] = []
    link: Link | None = None
    bound: Token | None = None
    vague: Token | None = None
    clock: Token | None = None
    named: Token | None = None
    for token in tokens:
        kind = token.row.kind
        if kind == "link":
            link = "break" if "break" in (link, token.row.link) else token.row.link
        elif kind == "bound":
            bound = token
        elif kind == "vague":
            vague = token
        elif kind == "clock":
            clock = token
        elif kind == "named":
            named = token
        elif kind == "open":
            _leave_open(found, token)
        elif kind not in ("filler", "nothing", "unread"):
            item = _item(token, text, link)
            _qualify(item, bound, vague, found)
            if clock and item.bound == "before":  # before an hour of a day: the day is inside
                item.bound = "until"
            if named:
                item.named, item.rules = True, [named.row.id, *item.rules]
            found.append(item)
            link = bound = vague = clock = named = None
    return found


def _leave_open(found: list[Item], token: Token) -> None:
    if found and found[-1].period:
        found[-1].open = True
        found[-1].rules.append(token.row.id)


def _qualify(item: Item, bound: Token | None, vague: Token | None, found: list[Item]) -> None:
    """Gives a period the words before it, and makes `to` the second half of a range."""
    earlier = found[-1] if found and found[-1].period else None
    if vague:
        item.rules.insert(0, vague.row.id)
        item.vague = not (bound and bound.row.bound in ("to", "until"))
    if bound:
        item.rules.insert(0, bound.row.id)
        item.bound = bound.row.bound
        joined = earlier and (item.link is None or earlier.bound == "from") and item.link != "break"
        if item.bound == "to" and joined and earlier and earlier.bound in (None, "in", "from"):
            item.link, item.bound = "range", None
    elif item.link == "list" and item.period and earlier:
        item.bound = earlier.bound
    if item.link == "range" and not (item.period and earlier):
        item.link = "break"


def _item(token: Token, text: str, link: Link | None) -> Item:
    row = token.row
    item = Item(rules=[row.id], link=link)
    if row.kind == "recurrence":
        item.recurrence = row.recurrence or _how_often(token)
        item.condition = _words(token, text, "cond")
    elif row.kind == "condition":
        item.condition = " ".join(text[token.start : token.end].split()).rstrip(" .,)")
        item.ad_hoc = row.id == "ad-hoc"
    elif row.kind == "offset":
        item.offset = _offset(token, text)
        item.condition = item.offset.after
    elif row.unit in ("quarter-month", "next-month"):
        item.recurrence = "quarterly" if row.unit == "quarter-month" else "monthly"
        item.due = Due(day=0, month=_month_of(token), exclusive=False)
    else:
        item.period = _period(token)
    return item


def _words(token: Token, text: str, name: str) -> str | None:
    span = token.words(name)
    return " ".join(text[span[0] : span[1]].split()) if span else None


def _offset(token: Token, text: str) -> Offset:
    unit = vocabulary().units[token.get("u") or "ngày"]
    return Offset(value=token.number("v") or 0, unit=unit, after=_words(token, text, "after"))


def _how_often(token: Token) -> Recurrence:
    per, times = token.get("per") or "", token.get("times") or "1"
    every = token.number("every") or 1
    count = vocabulary().counts.get(times) or int(times)
    if per == "tuần":
        return "weekly" if count == every == 1 else "periodic"
    return _STEPS.get(vocabulary().months[per] * every / count, "periodic") if count else "periodic"


def _month_of(token: Token) -> int:
    if token.row.unit == "next-month":
        return 2
    month = vocabulary().month_of_quarter[token.get("k") or "cuối"]
    return month + 3 if token.get("next") else month


def _period(token: Token) -> Period:
    unit, year = token.row.unit or "unknown", token.number("y")
    if unit == "quarter":
        figures = (token.get("n") or "").replace("l", "i").replace("1", "i").replace("|", "i")
        quarter = vocabulary().numerals.get(figures) or (int(figures) if figures.isdecimal() else 0)
        return Period(unit, year, 3 * quarter - 2, 3 * quarter)
    if unit == "half":
        count = token.number("n") or vocabulary().counts.get(token.get("n") or "", 6)
        return Period(unit, year, 13 - count, 12) if token.get("side") == "cuối" else Period(unit, year, 1, count)
    if unit in ("month", "day"):
        month = token.number("m")
        return Period(unit, year, month, month, token.number("d") if unit == "day" else None)
    return Period(unit, year, 1, 12) if unit in ("year", "illegible") else Period("unknown")


# --- what items share -----------------------------------------------------------------------------------------------


def _fill(listed: list[Item]) -> None:
    """A year (and a month) written once holds for the list or range it ends, or for the rest of a list behind it."""
    for left, right in zip(reversed(listed[:-1]), reversed(listed[1:]), strict=True):
        if left.period and right.period and right.link in ("list", "range"):
            left.period = _share(left.period, right.period, right.link == "range")
    for left, right in pairwise(listed):
        if left.period and right.period and right.link == "list" and right.period.year is None and left.period.year:
            later = (right.period.first or 0) > (left.period.first or 0)
            right.period = replace(right.period, year=left.period.year) if later else right.period


def _share(period: Period, last: Period, ranged: bool) -> Period:
    if period.unit == "day" and period.first is None and last.unit == "day":
        period = replace(period, first=last.first, last=last.last)
    if period.year is None and last.year is not None and "unknown" not in (period.unit, last.unit):
        earlier = ranged and (period.first or 0) > (last.last or 0)
        period = replace(period, year=last.year - 1 if earlier else last.year)
    return period


def _adopt_years(listed: list[Item]) -> list[Item]:
    """`Quý IV (2025)`, `Năm 2025 (Quý IV)`: a year beside a period without one belongs to it."""
    kept: list[Item] = []
    for item in listed:
        left, right = (kept[-1].period if kept else None), item.period
        if left and right and item.link is None and item.bound is None:
            if right.unit == "year" and right.year and left.year is None and left.first and left.unit != "year":
                kept[-1].period, kept[-1].rules = replace(left, year=right.year), kept[-1].rules + item.rules
                continue
            if left.unit == "year" and left.year and right.year is None and right.first and right.unit != "year":
                before = kept.pop()
                item.period, item.rules = replace(right, year=left.year), before.rules + item.rules
                item.link, item.bound = before.link, before.bound
        kept.append(item)
    return kept


def _fold_ranges(listed: list[Item]) -> list[Item]:
    folded: list[Item] = []
    for item in listed:
        if item.link == "range" and folded and folded[-1].period and folded[-1].until is None:
            folded[-1].until = item.period
            folded[-1].open = folded[-1].open or item.open
            folded[-1].vague = folded[-1].vague or item.vague
            folded[-1].rules += item.rules
        else:
            folded.append(item)
    return folded


# --- cycles ---------------------------------------------------------------------------------------------------------


def _is_due(period: Item, cycle: Recurrence) -> bool:
    """Whether a period without its year is a day inside a cycle: the 15th of a month, 15 June of a year."""
    p = period.period
    if p is None or p.year is not None or period.until or period.vague:
        return False
    return (p.unit == "day" and p.first is None) if cycle == "monthly" else cycle == "yearly" and p.first is not None


def _due(item: Item) -> Due:
    period = item.period or Period("unknown")
    exclusive = item.bound == "before"
    if period.day:
        return Due(day=period.day, month=period.first, exclusive=exclusive)
    if exclusive:
        return Due(day=1, month=period.first, exclusive=True)
    month = min(max(period.last or 12, 1), 12)
    last = (date(2023, month % 12 + 1, 1) - timedelta(days=1)).day
    return Due(day=last, month=month, exclusive=False)


def _every_year(item: Item) -> Item:
    """A named day (Ngày Pháp luật 09/11) where no one year is meant."""
    return Item(item.rules, item.link, recurrence="yearly", due=_due(item))


def _cycles(listed: list[Item]) -> list[Item]:
    """Joins cycles with the days, months and windows beside them."""
    done: list[Item] = []
    for item in listed:
        before = done[-1] if done else None
        if item.due and item.due.day == 0:
            _day_of(item, done)
        elif (
            item.recurrence
            and item.link is None
            and before
            and before.recurrence == "periodic"
            and not before.condition
        ):
            item.rules, item.link = [*before.rules, *item.rules], before.link  # định kỳ (hằng năm): the step says more
            done[-1] = item
        elif item.recurrence and item.link is None and before and before.period:
            _after_period(item, done)
        elif item.period and before and (before.recurrence or before.ad_hoc) and item.link != "break":
            _after_cycle(item, done)
        elif item.condition and not item.offset and item.link is None and before and not before.condition:
            before.condition = item.condition
            before.rules += item.rules
        else:
            done.append(item)
    return done


def _day_of(item: Item, done: list[Item]) -> None:
    """`ngày 5` + `tháng cuối quý`; a plain cycle of the same step before it says nothing more."""
    month = item.due.month if item.due else None
    item.due = None
    before = done[-1] if done else None
    if before and before.period and before.period.unit == "day" and before.period.first is None and item.link is None:
        done.pop()
        item.due = Due(day=before.period.day or 1, month=month, exclusive=before.bound == "before")
        item.rules, item.link = before.rules + item.rules, before.link
    if done and done[-1].recurrence == item.recurrence and done[-1].due is None and item.link != "break":
        item.rules = done.pop().rules + item.rules
    done.append(item)


def _after_period(item: Item, done: list[Item]) -> None:
    """`15/6 và 15/12 hằng năm`: days of the cycle; `Quý I/2024 thường xuyên`: its window."""
    cycle = item.recurrence or "periodic"
    dues: list[Item] = []
    while done and _is_due(done[-1], cycle):
        dues.insert(0, done.pop())
        if dues[0].link != "list":
            break
    if not dues:
        item.window = done.pop()
        item.rules = item.window.rules + item.rules
        done.append(item)
    for due in dues:
        done.append(Item(due.rules + item.rules, due.link, recurrence=cycle, due=_due(due)))


def _after_cycle(item: Item, done: list[Item]) -> None:
    """`Hằng năm, trước ngày 15/12`: a day of the cycle; `Thường xuyên trong năm 2023`: its window."""
    before = done[-1]
    if before.recurrence and not before.window and _is_due(item, before.recurrence):
        rules = before.rules + item.rules
        again = Item(rules, before.link, recurrence=before.recurrence, due=_due(item))
        if before.due is None:
            done.pop()
        done.append(again)
    elif (item.link is None or item.bound in ("from", "in") or item.until) and not before.window and _has_month(item):
        for cycle in _joined(done):
            cycle.window = item
            cycle.rules += item.rules
    else:
        done.append(item)


def _has_month(item: Item) -> bool:
    return bool(item.period and (item.period.first or item.period.unit == "unknown"))


def _joined(done: list[Item]) -> list[Item]:
    """The cycles at the end of a list that have no window yet."""
    joined: list[Item] = []
    for item in reversed(done):
        if not (item.recurrence or item.ad_hoc) or item.window:
            break
        joined.append(item)
        if item.link != "list":
            break
    return joined


# --- dates ----------------------------------------------------------------------------------------------------------


def _first_day(period: Period, year: int) -> date:
    return date(year, period.first or 1, period.day or 1)


def _last_day(period: Period, year: int) -> date:
    if period.day:
        return date(year, period.last or 1, period.day)
    month = period.last or 12
    return date(year, month, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _year_of(period: Period, years: Years) -> int | None:
    return period.year or (years[0] if years and years[0] == years[1] else None)


def _dates(item: Item, years: Years, draft: Draft) -> tuple[str | None, str | None] | None:
    """First and last day of an item's period, None where the words do not give them."""
    start, end = item.period or Period("unknown"), item.until or item.period or Period("unknown")
    if item.vague:
        draft.warn("deadline-vague")
    if "unknown" in (start.unit, end.unit):
        return None
    if start.first is None or end.first is None:
        draft.warn("deadline-incomplete")
        return None
    first, last = _year_of(start, years), _year_of(end, years)
    if first is None or last is None:
        draft.warn("deadline-without-year")
        return None
    if item.until and start.year is None and (start.first > (end.last or 12)):
        first -= 1
    try:
        days = _bounded(item, _first_day(start, first), _last_day(end, last))
    except (ValueError, OverflowError):  # the 31st of February, a fifth quarter, a thirteenth month
        draft.warn("deadline-impossible")
        return None
    if days[0] and days[1] and days[0] > days[1]:
        draft.warn("deadline-impossible")
        return None
    return days[0].isoformat() if days[0] else None, days[1].isoformat() if days[1] else None


def _bounded(item: Item, first: date, last: date) -> tuple[date | None, date | None]:
    bound = item.bound
    if item.period and item.period.unit == "illegible":
        return first, last
    if item.until:
        return first, last
    if bound == "before":
        return None, first - timedelta(days=1)
    if bound in ("until", "to"):
        return None, last
    if bound == "after":
        return last + timedelta(days=1), None
    return first, None if bound == "from" or item.open else last


# --- items to parts -------------------------------------------------------------------------------------------------


def _part(item: Item, years: Years, draft: Draft) -> DeadlinePart | None:
    dated = item if item.period else item.window
    start, end = (_dates(dated, years, draft) if dated else None) or (None, None)
    if dated and dated.period and dated.period.unit == "illegible":
        draft.warn("deadline-illegible")
    part = DeadlinePart(
        start=start,
        end=end,
        recurrence=item.recurrence,
        condition=item.condition,
        due=item.due,
        offset=item.offset,
    )
    return part if part != DeadlinePart() else None


def _follows(part: DeadlinePart, earlier: DeadlinePart) -> bool:
    """Whether two plain stretches touch, so that they are one."""
    if not (earlier.end and part.start and part.end and earlier.start):
        return False
    plain = DeadlinePart(start=part.start, end=part.end) == part
    plain = plain and DeadlinePart(start=earlier.start, end=earlier.end) == earlier
    return plain and date.fromisoformat(part.start) == date.fromisoformat(earlier.end) + timedelta(days=1)


def compose(tokens: list[Token], text: str, years: Years) -> Draft:
    """The parts that tokens say together; touching stretches of a list are one, what is said twice is said once."""
    draft = Draft()
    listed = _adopt_years(items(tokens, text))
    _fill(listed)
    if len(listed) == 1 and listed[0].named and listed[0].period and _year_of(listed[0].period, years) is None:
        listed = [_every_year(listed[0])]
    for item in _cycles(_fold_ranges(listed)):
        part = _part(item, years, draft)
        if part is None or part in draft.parts:
            continue
        if draft.parts and item.link == "list" and _follows(part, draft.parts[-1]):
            draft.parts[-1] = DeadlinePart(start=draft.parts[-1].start, end=part.end)
        else:
            draft.parts.append(part)
    return draft


def rule_of(tokens: list[Token]) -> str:
    """The rows that read the tokens, in order: `before+quarter`."""
    ids = [t.row.id for t in tokens if t.row.kind not in ("link", "filler")]
    return "+".join(dict.fromkeys(ids))
