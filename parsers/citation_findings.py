"""What is doubtful about citations: contradicting, impossible and outdated references, each with a plain sentence.

Codes: `citation-date-impossible`, `citation-date-year` (a date that contradicts the number's year),
`citation-date-future`, `citation-date-conflict` (one regulation, two dates), `citation-date-register` (another date
than the register's), `citation-year-slip`, `citation-number-slip` (a lost digit, a term that does not fit its year),
`citation-type-issuer`, `citation-type-word`, `citation-issuer-mismatch`, `citation-replaced` (the decision stands on
what had been replaced by then), `caption-issuer-conflict`. Messages are in Vietnamese, for those who read decisions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as day
from functools import lru_cache

from parsers import grammar, regulations
from parsers.citation_mentions import Mention
from parsers.citation_model import Cited, Context, Finding
from parsers.citation_numbers import issuer_row, type_row
from parsers.citation_resolution import Settled, printed_date

_FIRST_YEAR = 1945
_TERM = re.compile(r"(?:QH|UBTVQH)(\d{1,2})$")
# Words and letters that name one thing: a joint circular is a circular, an action plan may be numbered as a programme.
_SAME_TYPE = ({"TT", "TTLT"}, {"QĐ", "QĐNS", "QyĐ"}, {"CTr", "KH"}, {"NQ", "NQLT"}, {"KH", "PA"}, {"QC", "QCPH"})
_VAGUE = ("agency", "either", "office", "front", "audit", "")
_REGISTER = "{} ở đây ghi ngày {}; theo danh mục văn bản là ngày {}."
_STANDS_ON = ("basis", "per", "implements")


@dataclass(frozen=True, slots=True)
class _Item:
    passage: int
    mention: Mention
    settled: Settled
    cited: Cited
    context: Context

    @property
    def label(self) -> str:
        return self.cited.citation.number or self.cited.citation.name or self.cited.citation.text

    def finding(self, code: str, message: str, part: tuple[int, int] | None = None) -> Finding:
        start, end = part or (self.mention.start, self.mention.end)
        return Finding(self.passage, start, end, code, message)


def find(
    mentions: Sequence[tuple[int, Mention]], settled: Sequence[Settled], cited: Sequence[Cited], context: Context
) -> tuple[Finding, ...]:
    """The findings of one decision, in text order."""
    items = [
        _Item(i, mention, found, citation, context)
        for (i, mention), found, citation in zip(mentions, settled, cited, strict=True)
    ]
    found = [finding for item in items for finding in _alone(item)]
    found += _two_dates(items)
    found += _replaced(items)
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (f.passage, f.start, f.code)))


def _alone(item: _Item) -> Iterator[Finding]:
    """What one mention shows by itself."""
    if item.cited.citation.relation == "self":
        yield from _caption(item)
        return
    yield from _date(item)
    yield from _number(item)
    yield from _type(item)
    yield from _issuer(item)


def _spoken(iso: str) -> str:
    d = day.fromisoformat(iso)
    return f"{d.day}/{d.month}/{d.year}"


def _date(item: _Item) -> Iterator[Finding]:
    date, number = item.mention.date, item.mention.number
    if date is None:
        return
    at = (date.start, date.end)
    if date.whole and date.iso is None:
        yield item.finding("citation-date-impossible", f"{item.label} ghi một ngày không có trong lịch.", at)
    if number and number.year and date.year != number.year:
        yield item.finding(
            "citation-date-year", f"Số {item.label} mang năm {number.year} nhưng ghi ngày của năm {date.year}.", at
        )
    elif date.iso and item.context.date and date.iso > item.context.date:
        yield item.finding(
            "citation-date-future",
            f"{item.label} ghi ngày {_spoken(date.iso)}, sau ngày của văn bản này ({_spoken(item.context.date)}).",
            at,
        )
    elif item.settled.doubt and date.iso:
        yield item.finding(
            "citation-date-register",
            _REGISTER.format(item.label, _spoken(date.iso), _spoken(item.settled.doubt)),
            at,
        )


def _number(item: _Item) -> Iterator[Finding]:
    number = item.mention.number
    at = item.mention.number_at
    if number is None or at is None:
        return
    year = item.settled.year
    last = int(item.context.date[:4]) if item.context.date else None
    if year and (year < _FIRST_YEAR or (last and year > last and not printed_date(item.mention))):
        yield item.finding("citation-year-slip", f"{item.label}: năm {year} không thể đúng ở đây.", at)
    term = _TERM.search(number.issuer)
    if term is None or year is None:
        return
    first, final = grammar.toml("citations")["terms"].get(term[1].lstrip("0"), (0, 0))
    if first <= year <= final:
        return
    resolved = item.cited.citation.resolved
    meant = f"; có lẽ là {resolved.number}" if resolved and resolved.number else ""
    yield item.finding("citation-number-slip", f"{item.label}: {term[0]} không khớp với năm {year}{meant}.", at)


def _type(item: _Item) -> Iterator[Finding]:
    number, word = item.mention.number, item.mention.word
    if number is None or number.type is None:
        return
    row, issuer = type_row(number.type), issuer_row(number.issuer)
    if row and issuer and not _may_issue(number.type, issuer.class_):
        yield item.finding(
            "citation-type-issuer",
            f"{item.label}: {issuer.name} không ban hành {row.name}.",
            item.mention.number_at,
        )
    spoken = type_row(word)
    if spoken and row and word != number.type and not any({word, number.type} <= same for same in _SAME_TYPE):
        yield item.finding(
            "citation-type-word",
            f"Văn bản ghi {spoken.name}, nhưng {item.label} là số của {row.name}.",
            item.mention.type_at or item.mention.number_at,
        )


@lru_cache(maxsize=1024)
def _may_issue(code: str, class_: str) -> bool:
    row = type_row(code)
    classes = grammar.several(row.classes) if row else ()
    return not classes or class_ in (*classes, "either")


def _chain(symbol: str) -> set[str]:
    """A body and those it became."""
    chain: set[str] = set()
    left = [symbol]
    while left:
        row = issuer_row(left.pop())
        if row and row.symbol not in chain:
            chain.add(row.symbol)
            left += grammar.several(row.successors)
    return chain


def _issuer(item: _Item) -> Iterator[Finding]:
    number, named = item.mention.number, item.mention.issuer
    row = issuer_row(number.issuer) if number else None
    if number is None or named is None or row is None or named.start < item.mention.start:
        return
    if row.symbol in named.symbols or row.class_ in _VAGUE or named.class_ in _VAGUE:
        return
    other = issuer_row(named.symbols[0])
    same_kind = row.class_ == named.class_ and other is not None and other.scope == row.scope
    joint = len(named.symbols) > 1 and row.class_ == named.class_
    if same_kind and (row.class_ != "ministry" or joint or any(_related(row.symbol, s) for s in named.symbols)):
        return
    yield item.finding(
        "citation-issuer-mismatch",
        f"{item.label} là số của {row.name}, nhưng văn bản ghi {named.words}.",
        (named.start, named.end),
    )


def _related(a: str, b: str) -> bool:
    return bool(_chain(a) & _chain(b))


def _caption(item: _Item) -> Iterator[Finding]:
    """The decision's own number above what is attached, with a body of another province."""
    context, named = item.context, item.mention.issuer
    place = (item.settled.key or "").split("/")[1:2]
    if named and place and context.province and place != [context.province]:
        yield item.finding(
            "caption-issuer-conflict",
            f"Phần kèm theo ghi {named.words}, khác với tỉnh của văn bản.",
            (named.start, named.end),
        )


def _identity(item: _Item) -> object | None:
    """What two mentions of one regulation share; None where it cannot be told."""
    number = item.mention.number
    if item.settled.key:
        return item.settled.key
    if number and item.settled.year:
        return (item.mention.printed, item.settled.year, item.cited.citation.issuer)
    return None


def _two_dates(items: list[_Item]) -> Iterator[Finding]:
    groups: dict[object, list[_Item]] = defaultdict(list)
    for item in items:
        identity = _identity(item)
        if identity and _credible_date(item) and item.cited.citation.relation != "self":
            groups[identity].append(item)
    for group in groups.values():
        dates = Counter(printed_date(item.mention) for item in group)
        known = _registered(group[0])
        if len(dates) > 1:
            yield from _conflict(group, dates, known)
        elif known and known not in dates:
            yield _unregistered(group[0], known)
    for item in items:
        yield from _other_year(item)


def _credible_date(item: _Item) -> bool:
    """Whether a mention prints a date that does not contradict its own number (that is a finding already)."""
    number, date = item.mention.number, item.mention.date
    return bool(date and date.iso and not (number and number.year and number.year != date.year))


def _registered(item: _Item) -> str | None:
    """The register's date of a numbered regulation, from a row that was checked."""
    row = item.settled.row
    return row.date if row and row.verified and item.mention.number else None


def _conflict(group: list[_Item], dates: Counter[str | None], known: str | None) -> Iterator[Finding]:
    """Each mention that departs from the register's date, else from the most frequent, first one."""
    right = known if known in dates else dates.most_common(1)[0][0]
    for item in group:
        said = printed_date(item.mention)
        if said == right or said is None or right is None or item.mention.date is None:
            continue
        sure = " (đúng theo danh mục văn bản)" if right == known else ""
        yield item.finding(
            "citation-date-conflict",
            f"{item.label} ở đây ghi ngày {_spoken(said)}, chỗ khác trong văn bản ghi ngày {_spoken(right)}{sure}.",
            (item.mention.date.start, item.mention.date.end),
        )


def _unregistered(item: _Item, known: str) -> Finding:
    date = item.mention.date
    said = printed_date(item.mention)
    assert date is not None and said is not None
    return item.finding(
        "citation-date-register",
        _REGISTER.format(item.label, _spoken(said), _spoken(known)),
        (date.start, date.end),
    )


def _other_year(item: _Item) -> Iterator[Finding]:
    """A number without a year whose day and month the register knows in another year: `13/CT-TTg` of 2014 and 2015."""
    number, said = item.mention.number, printed_date(item.mention)
    if number is None or number.year or said is None or item.mention.date is None or item.cited.citation.key is None:
        return
    organ = item.cited.citation.key.rsplit("/", 2)[0]
    rows = [r for r in regulations.by_number(number) if (r.key or "").rsplit("/", 2)[0] == organ and r.verified]
    if any(r.date == said for r in rows):
        return
    near = [r.date for r in rows if r.date and r.date[5:] == said[5:]]
    if len(near) == 1 and near[0]:
        yield item.finding(
            "citation-date-register",
            _REGISTER.format(item.label, _spoken(said), _spoken(near[0])),
            (item.mention.date.start, item.mention.date.end),
        )


def _replaced(items: list[_Item]) -> Iterator[Finding]:
    """A regulation the decision stands on that had been replaced by then; once for each."""
    seen: set[str] = set()
    for item in items:
        row, relation = item.settled.row, item.cited.citation.relation
        if row is None or not row.verified or relation not in _STANDS_ON or not row.replaced_before(item.context.date):
            continue
        key = row.key or row.number or ""
        if key not in seen and row.replaced_on:
            seen.add(key)
            yield item.finding(
                "citation-replaced",
                f"{item.label} đã được thay thế bởi {row.replaced_by} từ ngày {_spoken(row.replaced_on)}.",
            )
