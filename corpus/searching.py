"""Full text over decisions, their sections and tasks: found by the index, placed and marked by the text.

All words and phrases in quotes must occur, with or without diacritics; a number (`2621/QĐ-UBND`) counts as a whole.
The indexes (`schema.search`) rank decisions, a bounded number; the best of them are read, and each gives the places
that have all the words: tasks and sections where there are any, else the stretch of its text that has most of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import Table, select

from corpus import asking
from corpus.asking import Reader
from corpus.listing import find
from corpus.places import Spots, listed, spots
from parsers.citation_numbers import forgive
from schema import search as index
from schema import tables as t

Kind = Literal["decision", "section", "task"]
KINDS: tuple[Kind, ...] = ("decision", "section", "task")
#: Letters of an excerpt, and of one side of it beside the first marked word.
LONG, BEFORE = 240, 80


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One place that has the words.

    `where`: the place in the decision (empty for the decision as a whole); `excerpt`: words with what stands around
    them; `marks`: where the words asked for are, `[start, end)` in the excerpt; `start`, `end`: the span of the section
    or task, of the first marked word for a decision, in the decision's text; the larger `score` the better.
    """

    kind: Kind
    decision: str
    number: str | None
    date: str | None
    province: str | None
    title: str | None
    where: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    start: int
    end: int
    score: float


def search(
    reader: Reader,
    words: str,
    *,
    kinds: Collection[Kind] = KINDS,
    province: str | None = None,
    merged: bool = False,
    year: int | None = None,
    limit: int = 20,
    each: int = 3,
) -> tuple[Hit, ...]:
    """The best places for these words, the best decision first, at most `each` of a decision and `limit` in all.

    A decision whose own number was asked for comes before all. `year` is the decision's. No words, no hits.
    Raises `UnknownProvince`.
    """
    terms = index.terms(words)
    if not terms:
        return ()
    patterns = tuple(_pattern(term) for term in terms)
    ranked = _ranked(reader, words, province, merged, year, limit)[:limit]
    found = [hit for hits in _read(reader, ranked, patterns, kinds) for hit in hits[:each]]
    return tuple(sorted(found, key=lambda hit: -hit.score)[:limit])


# --- which decisions -----------------------------------------------------------------------------------------------


def _ranked(
    reader: Reader, words: str, province: str | None, merged: bool, year: int | None, limit: int
) -> list[index.Match]:
    """The decisions, those with this number first."""
    connection, d = asking.connection(reader), t.decisions.c
    places = asking.places(province, merged) if province is not None else ()
    found = index.search(connection, words, limit, provinces=places, year=year)
    own = {row.id for row in find(connection, words)} if forgive(words) else set()
    if own and (places or year is not None):
        query = select(d.id).where(d.id.in_(own))
        query = query.where(d.province_key.in_(places)) if places else query
        query = query.where(d.year == year) if year is not None else query
        own = set(connection.execute(query).scalars())
    best = max((match.score for match in found), default=0.0)
    return [index.Match(i, best + 1) for i in sorted(own)] + [m for m in found if m.decision_id not in own]


# --- where in them -------------------------------------------------------------------------------------------------


def _read(
    reader: Reader, ranked: Sequence[index.Match], patterns: Sequence[re.Pattern[str]], kinds: Collection[Kind]
) -> Iterator[list[Hit]]:
    """The hits of each decision, in their order."""
    ids = [match.decision_id for match in ranked]
    heads = [t.decisions.c[name] for name in _HEADS]
    rows = {row.id: row for row in reader.execute(select(*heads).where(t.decisions.c.id.in_(ids)))}
    found = {i: _found(row.text, patterns) for i, row in rows.items()}
    inside = _inside(reader, found, kinds)
    where = spots(reader, {i for i, parts in inside.items() if parts})
    for match in ranked:
        if match.decision_id in rows:
            row = rows[match.decision_id]
            hits = [*_parts(row, inside[match.decision_id], patterns, where, match.score)]
            if "decision" in kinds:
                hits = _with_whole(row, hits, patterns, found[match.decision_id], match.score)
            yield hits


_HEADS = ("id", "key", "number", "date", "province_name", "title", "display_title", "text")
#: Where each word and phrase stands in a text, `[start, end)`, in order.
_Places = Sequence[Sequence[tuple[int, int]]]


def _found(text: str, patterns: Sequence[re.Pattern[str]]) -> _Places:
    folded = _folded(text)
    return [_spans(pattern, folded) for pattern in patterns]


def _inside(reader: Reader, found: Mapping[int, _Places], kinds: Collection[Kind]) -> dict[int, list[tuple[Kind, Any]]]:
    """The tasks and sections in whose stretch of the text all words stand; only these are read."""
    inside: dict[int, list[tuple[Kind, Any]]] = {i: [] for i in found}
    starts = {i: [[start for start, _ in spans] for spans in places] for i, places in found.items()}
    tables: tuple[tuple[Kind, Table], ...] = (("task", t.tasks), ("section", t.sections))
    for kind, table in tables if found else ():
        if kind not in kinds:
            continue
        c = table.c
        stretches = reader.execute(select(c.decision_id, c.n, c.start, c.length).where(c.decision_id.in_(found)))
        chosen = [(i, n) for i, n, start, length in stretches if all(_any(s, start, length) for s in starts[i])]
        pairs = listed(reader, chosen).c
        query = select(table).join(pairs.n.table, (c.decision_id == pairs.decision_id) & (c.n == pairs.n))
        for row in reader.execute(query.order_by(c.decision_id, c.n)) if chosen else ():
            inside[row.decision_id].append((kind, row))
    return inside


def _any(starts: Sequence[int], start: int, length: int) -> bool:
    """Whether one of these (in order) lies in the stretch."""
    first = bisect_left(starts, start)
    return first < len(starts) and starts[first] < start + length


def _parts(
    decision: Any, rows: Sequence[tuple[Kind, Any]], patterns: Sequence[re.Pattern[str]], where: Spots, score: float
) -> list[Hit]:
    """Tasks and sections that have all the words, those first where they stand close together."""
    found: list[Hit] = []
    for kind, row in rows:
        text = " ".join(filter(None, _words(kind, row)))
        marks = _marks(text, patterns)
        if marks is not None:
            place = _place(kind, row, where)
            span = (row.start, row.start + row.length)
            found.append(_hit(kind, decision, place, text, marks, span, score, len(patterns)))
    tasks = [hit for hit in found if hit.kind == "task"]
    once = [hit for hit in found if hit.kind == "task" or not any(_same_place(hit, task) for task in tasks)]
    return sorted(once, key=lambda hit: (-hit.score, hit.start))


def _same_place(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _words(kind: Kind, row: Any) -> tuple[str | None, ...]:
    return (row.text, row.output) if kind == "task" else (row.heading, row.text)


def _place(kind: Kind, row: Any, where: Spots) -> str:
    if kind == "section":
        attached = where.attachment(row.decision_id, row.attachment)
        return f"{attached} {row.path}".strip()
    if row.origin == "table":
        return where.at(row.decision_id, row.start)
    return f"{where.attachment(row.decision_id, row.attachment)} {row.section or ''}".strip()


def _with_whole(
    decision: Any, hits: list[Hit], patterns: Sequence[re.Pattern[str]], places: _Places, score: float
) -> list[Hit]:
    """The decision itself before its parts where its title has the words, alone where no part has them."""
    title = decision.display_title or decision.title or ""
    marks = _marks(title, patterns)
    if marks is not None:
        whole = _hit("decision", decision, "", title, marks, (0, 0), score + 1, len(patterns))
        return [whole, *hits]
    if hits:
        return hits
    found = sorted(span for spans in places for span in spans)
    first = max(found, key=lambda span: (_near(found, span[0]), -span[0]), default=(0, 0))
    close = [(a, b) for a, b in found if first[0] <= a < first[0] + LONG]
    return [_hit("decision", decision, "", decision.text, close, first, score, len(patterns))]


def _near(found: Sequence[tuple[int, int]], start: int) -> int:
    """How many words begin in an excerpt that begins at `start`."""
    return bisect_left(found, (start + LONG, 0)) - bisect_left(found, (start, 0))


def closest(marks: Sequence[tuple[int, int]], words: int) -> Sequence[tuple[int, int]]:
    """As many neighbouring marks as words were asked for, where they stand closest together.

    >>> closest([(0, 3), (40, 43), (44, 47)], 2)
    [(40, 43), (44, 47)]
    """
    groups = [marks[i : i + words] for i in range(len(marks) - words + 1)]
    return min(groups, key=lambda group: group[-1][1] - group[0][0], default=marks)


def weight(marks: Sequence[tuple[int, int]], words: int, length: int) -> float:
    """0 to 1.5: whether the words stand side by side (1), and how much of a text of this length they are (0.5).

    >>> weight([(0, 3), (4, 7)], 2, 7), round(weight([(0, 3), (40, 43)], 2, 100), 2)
    (1.5, 0.2)
    """
    group = closest(marks, words)
    if not group:
        return 0.0
    letters = sum(b - a for a, b in group) + words - 1
    return min(1.0, letters / (group[-1][1] - group[0][0])) + 0.5 * min(1.0, letters / length)


def _hit(
    kind: Kind,
    decision: Any,
    where: str,
    text: str,
    marks: Sequence[tuple[int, int]],
    span: tuple[int, int],
    score: float,
    words: int,
) -> Hit:
    excerpt, kept = _excerpt(text, marks, closest(marks, words))
    return Hit(
        kind=kind,
        decision=decision.key,
        number=decision.number,
        date=decision.date,
        province=decision.province_name,
        title=decision.display_title or decision.title,
        where=where,
        excerpt=excerpt,
        marks=kept,
        start=span[0],
        end=span[1],
        score=score + weight(marks, words, len(text)),
    )


# --- words ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _pattern(term: str) -> re.Pattern[str]:
    """The words of a term; `_spans` sees to it that the first is no end of another one."""
    return re.compile(r"[\W_]+".join(map(re.escape, term.split())) + r"(?![^\W_])")


def _spans(pattern: re.Pattern[str], folded: str) -> list[tuple[int, int]]:
    """Where the term stands, as whole words (a pattern that begins with letters is looked for much faster)."""
    spans = (m.span() for m in pattern.finditer(folded))
    return [(start, end) for start, end in spans if not start or not folded[start - 1].isalnum()]


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Each letter that folds to another one, with that one."""
    letters = ((code, index.fold(chr(code))) for code in range(ord("À"), ord("ỹ") + 1))
    return {code: folded[0] for code, folded in letters if folded and folded != chr(code)}


def _folded(text: str) -> str:
    """The text as the index has it, letter for letter."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose lower case is longer (İ)
        lowered = "".join(letter.lower()[0] for letter in text)
    return lowered.translate(_table())


def _marks(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int]] | None:
    """Where the words are, in order; None unless all are there."""
    folded = _folded(text)
    found = [_spans(pattern, folded) for pattern in patterns]
    return sorted(span for spans in found for span in spans) if all(found) else None


def _excerpt(
    text: str, marks: Sequence[tuple[int, int]], best: Sequence[tuple[int, int]]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A stretch around the best marks, each white space one space, with the marks in it; cut ends show it."""
    first = max(0, min(best[0][0] - BEFORE, len(text) - LONG)) if best else 0
    last = min(len(text), first + LONG)
    start, end = ("… " if first else ""), (" …" if last < len(text) else "")
    shift = len(start) - first
    kept = dict.fromkeys((a + shift, b + shift) for a, b in marks if first <= a and b <= last)
    return start + re.sub(r"\s", " ", text[first:last]) + end, tuple(kept)
