"""Citations settled between documents: what a mention leaves open and the rest of the collection decides.

A mention without a key lacks its year (`số 45/QĐ-UBND`), its place (`UBND tỉnh` of a merged province) or its number (a
law by its name alone). Exactly one fitting regulation among all that are cited, registered or here settles it; else
the best guesses are kept with the missing piece. The table `resolutions` and the findings of origin `corpus` are a
pure function of what is stored, so the order of imports leaves no trace.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from parsers import keys, provinces, regulations
from parsers.citation_numbers import Number, format_number, parse_number, type_row
from parsers.folding import plain
from parsers.keys import organ
from schema import tables as t
from schema.rows import Row, json_text
from schema.save import key_parts, write

ORIGIN = "corpus"
#: Guesses kept for a mention that stays open, and mentions worked on at a time.
MOST_GUESSES, BATCH = 5, 500

Missing = Literal["year", "place", "number"]


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What `resolve` did: mentions settled, mentions that stay open, findings written."""

    settled: int
    open: int
    findings: int


class Candidate(NamedTuple):
    """A regulation that a mention may mean; `place` as in its key, None for a central body's."""

    key: str
    number: str | None
    year: int | None
    place: str | None
    date: str | None


class _Mention(NamedTuple):
    """A citation without a key, in its decision."""

    decision_id: int
    n: int
    type: str | None
    number: str | None
    name: str | None
    year: int | None
    date: str | None
    citing_key: str
    citing_date: str | None
    province: str | None


def resolve(connection: Connection) -> Settled:
    """Works out `resolutions` and the findings between documents anew, in the caller's transaction."""
    connection.execute(delete(t.resolutions))
    connection.execute(delete(t.findings).where(t.findings.c.origin == ORIGIN))
    settled = total = 0
    for batch in _batches(connection):
        rows = list(_resolutions(connection, batch))
        write(connection, t.resolutions, rows)
        total += len(rows)
        settled += sum(row[2] is not None for row in rows)
    _count(connection)
    return Settled(settled=settled, open=total - settled, findings=_write_findings(connection))


def _count(connection: Connection) -> None:
    """How often each regulation is cited: as the mentions say, whose index is read in order; then anew for those that
    other mentions were settled to mean."""
    c, r = t.citations.c, t.resolutions.c
    said = select(c.key, c.decision_id).where(c.key.is_not(None), c.relation != "self")
    settled = select(r.key).where(r.key.is_not(None))
    both = said.where(c.key.in_(settled)).union_all(select(r.key, r.decision_id).where(r.key.is_not(None))).subquery()
    connection.execute(delete(t.cited))
    for mentioned in (said.where(c.key.not_in(settled)).subquery().c, both.c):
        numbers = func.count(), func.count(mentioned.decision_id.distinct())
        connection.execute(
            insert(t.cited).from_select(list(t.cited.c), select(mentioned.key, *numbers).group_by(mentioned.key))
        )


# --- mentions that are open ----------------------------------------------------------------------------------------


def _batches(connection: Connection) -> Iterator[list[_Mention]]:
    c, d = t.citations, t.decisions
    columns = [c.c[name] for name in ("decision_id", "n", "type", "number", "name", "year", "date")]
    query = select(*columns, d.c.key.label("citing_key"), d.c.date.label("citing_date"), d.c.province_key)
    query = query.select_from(c.join(d, d.c.id == c.c.decision_id)).where(c.c.key.is_(None), c.c.relation != "self")
    found = [_Mention._make(row) for row in connection.execute(query.order_by(c.c.decision_id, c.c.n))]
    yield from (found[i : i + BATCH] for i in range(0, len(found), BATCH))


def _resolutions(connection: Connection, batch: Sequence[_Mention]) -> Iterator[Row]:
    numbers = {mention.number: parse_number(mention.number) for mention in batch if mention.number}
    pool = _pool(connection, [number for number in numbers.values() if number])
    named = _named(connection, {mention.name for mention in batch if mention.name and not mention.number})
    for mention in batch:
        number = numbers.get(mention.number) if mention.number else None
        known = pool.get(_shape(number, mention.type), []) if number else named.get(plain(mention.name or ""), [])
        yield _resolution(mention, [one for one in known if fits(mention, one, number is not None)], number)


def _resolution(mention: _Mention, found: Sequence[Candidate], number: Number | None) -> Row:
    one = found[0] if len(found) == 1 else None
    ranked = [c.key for c in sorted(found, key=lambda c: (_distance(mention, c), c.key))]
    guesses = (ranked or _possible(mention, number))[:MOST_GUESSES]
    how = _how(mention, number) if one else f"missing: {missing(mention)}"
    chosen = (one.key, one.number, one.date) if one else (None, None, None)
    return (mention.decision_id, mention.n, *chosen, how, json_text([] if one else guesses))


def _possible(mention: _Mention, number: Number | None) -> list[str]:
    """The keys that a number may have in each of the places that may be meant, though nothing else shows them."""
    if number is None or mention.year is None:
        return []
    made = (keys.make(mention.type, number, mention.year, where=p, central=False) for p in _places(mention.province))
    return sorted(key for key in made if key and _existed(key, mention.date or f"{mention.year}-12-31"))


def _existed(key: str, day: str) -> bool:
    province = provinces.by_key(key.split("/")[1])
    return province is not None and province.at(day)


def missing(mention: Any) -> Missing:
    """What a mention would have to say to be settled: its number, its year or its place."""
    if mention.number is None:
        return "number"
    return "year" if mention.year is None else "place"


def _how(mention: _Mention, number: Number | None) -> str:
    said = "number and date" if mention.date else "number and year" if mention.year else "number"
    return f"{said if number else 'name'}, the only one across documents"


def _distance(mention: _Mention, candidate: Candidate) -> int:
    """Guesses nearest to the citing decision first."""
    return abs(int((mention.citing_date or "2100")[:4]) - (candidate.year or 0))


def fits(mention: Any, candidate: Candidate, numbered: bool) -> bool:
    """Whether nothing that the mention says speaks against a candidate."""
    if candidate.key == mention.citing_key:
        return False
    if mention.year is not None and candidate.year is not None and mention.year != candidate.year:
        return False
    if mention.date and candidate.date and mention.date != candidate.date:
        return False
    day = candidate.date or (f"{candidate.year}-01-01" if candidate.year else "")
    if mention.citing_date and day > mention.citing_date:
        return False
    return not numbered or candidate.place is None or _top(candidate.place) in _places(mention.province)


def _top(place: str) -> str:
    return place.partition("/")[0]


def _places(province: str | None) -> set[str]:
    """The provinces whose document `UBND tỉnh` may mean in a decision of this one: itself and what it was formed of."""
    if province is None:
        return set()
    return {province}.union(*(_places(former.key) for former in provinces.predecessors(province)))


# --- what they may mean --------------------------------------------------------------------------------------------

#: Serial, organ and type (as in keys) of a number.
_Shape = tuple[str, str, str | None]


def _shape(number: Number, type: str | None) -> _Shape:
    row = type_row(type or number.type)
    return (number.serial.lstrip("0").lower() or "0", organ(number), row.slug if row else None)


def _pool(connection: Connection, numbers: Sequence[Number]) -> dict[_Shape, list[Candidate]]:
    """The regulations and decisions with these numbers."""
    found: dict[_Shape, dict[str, Candidate]] = defaultdict(dict)
    serials = {number.serial.lstrip("0").lower() or "0" for number in numbers}
    r = t.regulations.c
    for row in connection.execute(select(t.regulations).where(r.serial.in_(serials)).order_by(r.key)):
        shape = (row.serial, row.organ, row.type)
        found[shape][row.key] = Candidate(row.key, row.number, row.year, row.place, row.date)
    for here in _here(connection, numbers):
        parts = key_parts(here.key)
        found[(parts["serial"], parts["organ"], parts["type"])][here.key] = here
    return {shape: list(by_key.values()) for shape, by_key in found.items()}


def _here(connection: Connection, numbers: Sequence[Number]) -> Iterator[Candidate]:
    """The decisions of the collection with these numbers; their own date counts."""
    d = t.decisions.c
    usual = {format_number(number).lstrip("0") for number in numbers}
    spelled = [f"{'0' * zeros}{number}" for number in usual for zeros in range(4)]
    for row in connection.execute(select(d.key, d.number, d.date).where(d.number.in_(spelled)).order_by(d.key)):
        if parts := key_parts(row.key):
            yield Candidate(row.key, row.number, parts["year"], parts["place"], row.date)


def _named(connection: Connection, names: Iterable[str]) -> dict[str, list[Candidate]]:
    """The laws that other mentions or the register know by these names."""
    wanted, c = {plain(name) for name in names}, t.citations.c
    found: dict[str, dict[str, Candidate]] = defaultdict(dict)
    query = select(c.name, c.key, func.min(c.date)).where(c.name.is_not(None), c.key.is_not(None))
    for name, key, date in connection.execute(query.group_by(c.name, c.key).order_by(c.key)) if wanted else ():
        if plain(name) in wanted:
            known = regulations.by_key(key)
            parts = key_parts(key)
            number = known.number if known else None
            day = known.date if known else date
            found[plain(name)][key] = Candidate(key, number, parts.get("year"), None, day)
    return {name: list(by_key.values()) for name, by_key in found.items()}


# --- findings between documents ------------------------------------------------------------------------------------


def _write_findings(connection: Connection) -> int:
    """Writes what shows only between documents; how many."""
    by_decision: dict[int, list[Row]] = defaultdict(list)
    for decision_id, *finding in (*_dates(connection), *_ended(connection)):
        by_decision[decision_id].append(tuple(finding))
    rows = [(i, ORIGIN, n, *f) for i, found in sorted(by_decision.items()) for n, f in enumerate(sorted(found))]
    write(connection, t.findings, rows)
    return len(rows)


def _dates(connection: Connection) -> Iterator[Row]:
    """`citation-dates-differ`: a mention's date is not the one that the document itself, or most others, have.

    Where the register knows the date, each document has been judged by itself (`citation-date-register`).
    """
    c = t.citations.c
    several = select(c.key).where(c.key.is_not(None), c.date.is_not(None), c.relation != "self").group_by(c.key)
    several = several.having(func.min(c.date) != func.max(c.date))
    own = _own_dates(connection)
    mentions = _dated_mentions(connection, several)
    for key in [*mentions, *(k for k in own if k not in mentions)]:
        known = regulations.by_key(key)
        if known is None or known.date is None:
            yield from _differing(key, mentions.get(key) or own[key][1], own[key][0] if key in own else None)


def _own_dates(connection: Connection) -> dict[str, tuple[str, list[Any]]]:
    """The keys of decisions here that are cited with another date than their own: the date, those mentions."""
    c, d = t.citations, t.decisions.alias("cited")
    joined = c.join(d, d.c.key == c.c.key)
    shared = select(t.decisions.c.key).group_by(t.decisions.c.key).having(func.count() > 1)
    query = select(c.c.decision_id, c.c.key, c.c.number, c.c.date, c.c.start, c.c.length, d.c.date.label("own"))
    query = query.select_from(joined).where(c.c.date != d.c.date, c.c.relation != "self", d.c.key.not_in(shared))
    found: dict[str, tuple[str, list[Any]]] = {}
    for row in connection.execute(query.order_by(c.c.key, c.c.decision_id, c.c.n)):
        found.setdefault(row.key, (row.own, []))[1].append(row)
    return found


def _dated_mentions(connection: Connection, several: Any) -> dict[str, list[Any]]:
    c = t.citations.c
    query = select(c.decision_id, c.key, c.number, c.date, c.start, c.length)
    query = query.where(c.key.in_(several), c.date.is_not(None), c.relation != "self")
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(c.key, c.decision_id, c.n)):
        found[row.key].append(row)
    return found


def _differing(key: str, mentions: Sequence[Any], own: str | None) -> Iterator[Row]:
    documents = Counter(date for _, date in {(row.decision_id, row.date) for row in mentions})
    most = max(documents.values())
    leading = [date for date, count in documents.items() if count == most]
    right = own or (leading[0] if len(leading) == 1 else None)
    for row in mentions:
        if row.date != right:
            message = _date_message(row, right, own is not None, documents)
            yield row.decision_id, "citation-dates-differ", message, row.start, row.length


def _date_message(row: Any, right: str | None, own: bool, documents: Mapping[str, int]) -> str:
    name = row.number or row.key
    if right is None:
        others = ", ".join(_spoken(date) for date in sorted(documents) if date != row.date)
        return f"{name} is dated {_spoken(row.date)} here, but {others} in other documents."
    where = "the document itself is" if own else f"{documents[right]} documents date it"
    return f"{name} is dated {_spoken(row.date)} here; {where} {_spoken(right)}."


def _spoken(date: str) -> str:
    """dd/mm/yyyy."""
    return "/".join(reversed(date.split("-")))


def _ended(connection: Connection) -> Iterator[Row]:
    """`basis-ended`: a decision rests on one that another decision here had replaced or repealed before."""
    c, d = t.citations, t.decisions
    joined = c.join(d, d.c.id == c.c.decision_id)
    ends: dict[str, list[Any]] = defaultdict(list)
    whole = c.c.relation.in_(("replaces", "repeals")), ~_pinned(c)  # not only a part of it ended
    ending = select(c.c.key, d.c.id, d.c.number.label("by"), d.c.date).select_from(joined).where(*whole)
    for end in connection.execute(ending):
        if end.key is not None and end.date is not None:
            ends[end.key].append(end)
    rests = c.c.relation.in_(("basis", "implements", "applies"))
    columns = (c.c.decision_id, c.c.number, c.c.key, c.c.start, c.c.length, d.c.date)
    keys_ended = sorted(ends)
    for i in range(0, len(keys_ended), BATCH):
        some = c.c.key.in_(keys_ended[i : i + BATCH])
        for row in connection.execute(select(*columns).select_from(joined).where(some, rests, d.c.date.is_not(None))):
            for by in ends[row.key]:
                if by.id != row.decision_id and by.date < row.date:
                    message = f"{row.number or row.key} had been replaced or repealed by {by.by} of {_spoken(by.date)}."
                    yield row.decision_id, "basis-ended", message, row.start, row.length


def _pinned(mention: Any) -> Any:
    p = t.pinpoints.c
    return select(p.n).where(p.decision_id == mention.c.decision_id, p.citation == mention.c.n).exists()
