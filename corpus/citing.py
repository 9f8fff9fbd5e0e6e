"""Who cites a regulation, where and in which words.

A regulation is meant by its number in any usual spelling (`30C/nq-cp`), its key, or a law's name. A number alone may
be several regulations (76/NQ-CP of 2013 and of 2021): all are answered for, and `Meant` says which there are.
A decision's own number (relation `self`) is no citation of it unless it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, null, or_, select

from corpus.asking import Misunderstood, Reader, places
from corpus.places import PLACE, Spots, joined_to_places, listed, place_of, spots
from parsers import citation_pinpoints, regulations
from parsers.citation_numbers import Number, forgive, format_number, type_row
from parsers.folding import plain
from parsers.keys import organ
from parsers.model import Pinpoint, Relation
from schema import tables as t
from schema.save import key_parts

#: Characters shown before and after a citation.
AROUND = 120
_ARTICLE = re.compile(r"\d+[a-zđ]?")


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """A regulation that a number may mean. `key` is None for mentions whose year or place is open."""

    key: str | None
    number: str | None
    year: int | None
    date: str | None
    name: str | None
    issuer: str | None
    mentions: int
    decisions: int


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """One mention of a regulation in a decision.

    `where` is the place in the decision (`basis 3`, `Điều 2`, `Kế hoạch I/2`), `before words after` the text with the
    citation in the middle; `words` is `text[start:end]` with white space folded. `settled` says how the regulation
    follows from other documents where the mention does not say it.
    """

    decision: str
    number: str | None
    date: str | None
    province: str | None
    where: str
    relation: str
    pinpoint: tuple[str, ...]
    regulation: str | None
    cited: str | None
    year: int | None
    before: str
    words: str
    after: str
    start: int
    end: int
    settled: str | None


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: which regulations were meant, and their mentions by the decisions' date."""

    meant: tuple[Meant, ...]
    mentions: tuple[Mention, ...]


class _Wanted(msgspec.Struct, frozen=True):
    """What to look for: keys, and spellings of a number whose key is open."""

    keys: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    year: int | None = None


def cites(
    reader: Reader,
    *numbers: str,
    mode: Literal["or", "and"] = "or",
    year: int | None = None,
    relation: str | None = None,
    pinpoint: str | None = None,
    province: str | None = None,
    merged: bool = False,
    limit: int | None = None,
) -> Cited:
    """The mentions of one or several regulations.

    `mode`: decisions that cite any of them, or all of them; `year`: of the regulation; `relation`: as in the contract;
    `pinpoint`: `Điều 3`, `khoản 2 Điều 3` or an article's bare number; `province`: of the citing decision, `merged`
    with those it was formed from; `limit`: at most so many mentions.
    Raises `Misunderstood` for what is no number, key or name, and `UnknownProvince`.
    """
    wanted = [_wanted(reader, words, year) for words in numbers]
    conditions = [_relation(relation)]
    if pinpoint is not None:
        conditions.append(_at(_place(pinpoint)))
    if province is not None:
        there = t.decisions.c.province_key.in_(places(province, merged))
        conditions.append(t.citations.c.decision_id.in_(select(t.decisions.c.id).where(there)))
    if mode == "and":
        conditions += [t.citations.c.decision_id.in_(_deciding(one)) for one in wanted]
    rows = [row for one in wanted for row in _rows(reader, one, conditions, limit)]
    unique = {(row.decision_id, row.n): row for row in reversed(rows)}.values()
    ordered = sorted(unique, key=lambda row: (row.decision_date or "9", row.decision_key, row.n))[:limit]
    return Cited(
        meant=tuple(m for one in wanted for m in _meaning(reader, one)),
        mentions=_mentions(reader, ordered),
    )


# --- which regulation ----------------------------------------------------------------------------------------------


def meaning(reader: Reader, words: str, year: int | None = None) -> tuple[Meant, ...]:
    """The regulations that a number, key or law's name means here, the most cited first.

    Those that are cited; where none is, those that the register knows. Raises `Misunderstood`.
    """
    return _meaning(reader, _wanted(reader, words, year))


def _meaning(reader: Reader, wanted: _Wanted) -> tuple[Meant, ...]:
    r = t.regulations.c
    query = select(t.regulations).where(r.key.in_(wanted.keys)).order_by(r.year, r.key)
    rows: list[Any] = list(reader.execute(query))
    counts = reader.execute(select(t.cited).where(t.cited.c.key.in_(wanted.keys)))
    counted = {row.key: (row.mentions, row.decisions) for row in counts}
    registered = {row.key for row in rows}
    rows += [row for row in _here(reader, wanted.keys) if row.key not in registered]
    known = [_meant(row, *counted.get(row.key, (0, 0))) for row in rows]
    cited = [m for m in known if m.mentions]
    found = sorted(cited, key=lambda m: -m.mentions) or known
    return (*found, *_open(reader, wanted))


def _here(reader: Reader, keys: Sequence[str]) -> list[Any]:
    """The decisions of these keys as regulations, the first of those that share one."""
    d = t.decisions.c
    columns = (d.key, d.number, d.year, d.date, func.coalesce(d.display_title, d.title).label("name"), d.issuer)
    found = reader.execute(select(*columns).where(d.key.in_(keys)).order_by(d.key, d.date.desc()))
    return list({row.key: row for row in found}.values())


def _meant(row: Any, mentions: int, decisions: int) -> Meant:
    named = {name: getattr(row, name) for name in ("key", "number", "year", "date", "name", "issuer")}
    return Meant(**named, mentions=mentions, decisions=decisions)


def _open(reader: Reader, wanted: _Wanted) -> list[Meant]:
    """The mentions of the number that are no regulation yet."""
    c = t.citations.c
    query = select(c.number, c.year, func.count(), func.count(c.decision_id.distinct())).where(_is_open(wanted))
    return [
        Meant(
            key=None, number=number, year=y, date=None, name=None, issuer=None, mentions=mentions, decisions=decisions
        )
        for number, y, mentions, decisions in reader.execute(query.group_by(c.number, c.year).order_by(c.number))
    ]


def _wanted(reader: Reader, words: str, year: int | None) -> _Wanted:
    words = words.strip()
    if words.startswith("vn/"):
        return _Wanted((words,))
    number = forgive(words)
    if number is not None and number.issuer:
        return _numbered(reader, number, number.year or year)
    named = [law for law in _named(words) if year is None or (law.date or "")[:4] == str(year)]
    keys = tuple(law.key for law in named if law.key)
    if not keys:
        raise Misunderstood(f"{words!r} is no number (30c/NQ-CP), key (vn/cp/nq/2011/30c) or name of a law.")
    return _Wanted(keys)


def _named(words: str) -> Iterable[regulations.Regulation]:
    """The laws of a name, typed with or without diacritics."""
    typed = plain(words)
    return regulations.of_name(words) or [
        row for row in regulations.rows() if any(plain(name) == typed for name in row.names())
    ]


def _numbered(reader: Reader, number: Number, year: int | None) -> _Wanted:
    r = t.regulations.c
    serial = number.serial.lstrip("0").lower() or "0"
    query = select(r.key).where(r.serial == serial, r.organ == organ(number))
    kind = type_row(number.type)
    if kind is not None:
        query = query.where(r.type == kind.slug)
    if year is not None:
        query = query.where(r.year == year)
    usual = format_number(number).lstrip("0")
    spellings = tuple("0" * zeros + usual for zeros in range(4))
    here = select(t.decisions.c.key).where(t.decisions.c.number.in_(spellings))  # perhaps nobody cites it by its key
    own = (key for key in reader.execute(here).scalars() if year in (None, key_parts(key).get("year")))
    return _Wanted(tuple(sorted({*reader.execute(query).scalars(), *own})), spellings, year)


# --- which mentions ------------------------------------------------------------------------------------------------


def _is_open(wanted: _Wanted) -> ColumnElement[bool]:
    c = t.citations.c
    settled = select(t.resolutions.c.citation).where(
        t.resolutions.c.decision_id == c.decision_id,
        t.resolutions.c.citation == c.n,
        t.resolutions.c.key.is_not(None),
    )
    fits = [c.key.is_(None), c.number.in_(wanted.numbers), c.relation != "self", ~settled.exists()]
    if wanted.year is not None:
        fits.append(or_(c.year.is_(None), c.year == wanted.year))
    return and_(*fits)


def _deciding(wanted: _Wanted) -> Select[Any]:
    """The decisions that cite it."""
    c, r = t.citations.c, t.resolutions.c
    named = select(c.decision_id).where(c.key.in_(wanted.keys), c.relation != "self")
    return named.union(
        select(r.decision_id).where(r.key.in_(wanted.keys)), select(c.decision_id).where(_is_open(wanted))
    )  # type: ignore[return-value]


def _relation(relation: str | None) -> ColumnElement[bool]:
    c = t.citations.c
    if relation is not None and relation not in get_args(Relation):
        raise Misunderstood(f"{relation!r} is no relation: try {', '.join(get_args(Relation))}.")
    return c.relation == relation if relation is not None else c.relation != "self"


def _place(words: str) -> Pinpoint:
    """A place in a text as a person types it."""
    if _ARTICLE.fullmatch(words.strip()):
        return Pinpoint(article=words.strip())
    place = citation_pinpoints.parse(words)
    if place is None:
        raise Misunderstood(
            f"{words!r} is no place in a document: one article, clause, point, chapter or appendix with its number, "
            "such as Điều 3, khoản 2 Điều 3, điểm a khoản 2 Điều 3, Chương II, Phụ lục I, or an article's number, 3."
        )
    return place


def _at(place: Pinpoint) -> ColumnElement[bool]:
    p, c = t.pinpoints.c, t.citations.c
    asked = {name: value for name, value in msgspec.structs.asdict(place).items() if value is not None}
    same = [func.lower(p[name]) == value.lower() for name, value in asked.items()]
    return select(p.n).where(p.decision_id == c.decision_id, p.citation == c.n, *same).exists()


def _rows(reader: Reader, wanted: _Wanted, conditions: Sequence[ColumnElement[bool]], limit: int | None) -> list[Any]:
    """The mentions of a regulation: by key, settled between documents, open; of each the earliest."""
    c, r = t.citations.c, t.resolutions.c
    sources = (
        (c.key.in_(wanted.keys), False),
        (r.key.in_(wanted.keys), True),
        (_is_open(wanted), False),
    )
    found: list[Any] = []
    for condition, settled in sources:
        # ids are in the order of dates: the earliest are picked from the index, and only they are read
        first = select(c.decision_id, c.n).where(condition, *conditions).order_by(c.decision_id, c.n).limit(limit)
        if settled:
            first = first.join(t.resolutions, (r.decision_id == c.decision_id) & (r.citation == c.n))
        if reader.execute(first.limit(1)).first() is not None:
            found += reader.execute(_query(first.subquery(), settled)).all()
    return found


def _query(first: Subquery, settled: bool) -> Select[Any]:
    """The mentions that `first` names, with their decisions, their places and the words around them; `settled`: and
    how they were settled.

    `first` stands first, for PostgreSQL keeps to the order of so many joins.
    """
    c, d, r = t.citations, t.decisions, t.resolutions
    joined = first.join(c, (c.c.decision_id == first.c.decision_id) & (c.c.n == first.c.n))
    joined = joined.join(d, d.c.id == c.c.decision_id)
    by: tuple[Any, ...] = (null().label("settled_key"), null().label("settled_by"))
    if settled:
        joined = joined.join(r, (r.c.decision_id == c.c.decision_id) & (r.c.citation == c.c.n))
        by = (r.c.key.label("settled_key"), r.c.by.label("settled_by"))
    around = func.substr(
        d.c.text, case((c.c.start > AROUND, c.c.start - AROUND + 1), else_=1), c.c.length + 2 * AROUND
    ).label("around")
    heads = (d.c.key, d.c.number, d.c.date, d.c.province_name)
    decision = [column.label(f"decision_{column.name}") for column in heads]
    return select(c, *decision, *by, *PLACE, around).select_from(joined_to_places(joined))


# --- what is shown -------------------------------------------------------------------------------------------------


def _mentions(reader: Reader, rows: Sequence[Any]) -> tuple[Mention, ...]:
    asked = {(row.decision_id, row.n) for row in rows}
    found = spots(reader, {row.decision_id for row in rows if place_of(row) is None})
    pins = _pinpoints(reader, asked)
    return tuple(_mention(row, found, pins.get((row.decision_id, row.n), [])) for row in rows)


def _mention(row: Any, found: Spots, pins: Sequence[str]) -> Mention:
    before, words, after = excerpt(row.around, row.start, row.length)
    return Mention(
        decision=row.decision_key,
        number=row.decision_number,
        date=row.decision_date,
        province=row.decision_province_name,
        where=place_of(row) or found.at(row.decision_id, row.start),
        relation=row.relation,
        pinpoint=tuple(pins),
        regulation=row.key or row.settled_key,
        cited=row.number or row.resolved_number or row.name,
        year=row.year or row.resolved_year,
        before=before,
        words=words,
        after=after,
        start=row.start,
        end=row.start + row.length,
        settled=row.settled_by or row.resolved_by,
    )


def excerpt(around: str, start: int, length: int) -> tuple[str, str, str]:
    """Words before, the words themselves, words after; `around` begins at most `AROUND` characters before `start`.

    >>> excerpt("Căn cứ Luật X;\\n\\nTheo", 7, 6)
    ('Căn cứ', 'Luật X', '; Theo')
    """
    at = min(start, AROUND)
    before, words, after = around[:at], around[at : at + length], around[at + length :]
    cut = before.partition(" ")[2] if start > AROUND else before
    rest = after if len(after) < AROUND else after.rpartition(" ")[0]
    return " ".join(cut.split()), " ".join(words.split()), " ".join(rest.split())


def _pinpoints(reader: Reader, asked: set[tuple[int, int]]) -> dict[tuple[int, int], list[str]]:
    p = t.pinpoints.c
    found: dict[tuple[int, int], list[str]] = {}
    pairs = listed(reader, asked).c
    query = select(t.pinpoints).join(pairs.n.table, (p.decision_id == pairs.decision_id) & (p.citation == pairs.n))
    for row in reader.execute(query.order_by(p.decision_id, p.citation, p.n)) if asked else ():
        place = Pinpoint(
            article=row.article, clause=row.clause, point=row.point, chapter=row.chapter, appendix=row.appendix
        )
        found.setdefault((row.decision_id, row.citation), []).append(citation_pinpoints.format(place))
    return found
