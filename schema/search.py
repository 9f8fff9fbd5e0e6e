"""Full-text search over titles and texts: one interface for SQLite (FTS5) and PostgreSQL (tsvector).

Words are folded as the indexes fold them: no marks, đ as d, small letters; a number such as `2621/QĐ-UBND` is a phrase.
The indexes hold whole decisions; where in a decision the words stand is for the caller, who has its text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, text

#: Up to so many decisions are ranked by how often and how densely they have the words; of more the newest are given.
MOST = 200
#: What a title that has the words counts for; all else counts 0 to 1.
TITLE = 2.0

_TERM = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")


class Match(NamedTuple):
    """A decision that has all the words; the larger the score the better."""

    decision_id: int
    score: float


def fold(words: str) -> str:
    """Words as the index has them.

    >>> fold("Đẩy mạnh")
    'day manh'
    """
    letters = unicodedata.normalize("NFD", words.lower().replace("đ", "d").replace("ð", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def terms(words: str) -> list[str]:
    """What must all occur: words and phrases, folded, their parts separated by one space.

    >>> terms('"một cửa" 2621/QĐ-UBND')
    ['mot cua', '2621 qd ubnd']
    """
    found = (_WORD.findall(fold(phrase or word)) for phrase, word in _TERM.findall(words))
    return [" ".join(parts) for parts in found if parts]


class _Asked(NamedTuple):
    """What is looked for: folded words and phrases; keys of provinces and a year, where they matter."""

    terms: Sequence[str]
    provinces: Collection[str]
    year: int | None


def search(
    connection: Connection, words: str, limit: int = 50, *, provinces: Collection[str] = (), year: int | None = None
) -> list[Match]:
    """The best decisions for these words, best first: those whose titles have them all, then those whose texts do.

    Of few (`MOST`) the best by the words come first, of many the newest. `provinces`: keys; `year`: of the decision.
    No words, no matches.
    """
    asked = _Asked(terms(words), provinces, year)
    if not asked.terms:
        return []
    titled = _found(connection, "title_search", asked, limit)
    texts = _found(connection, "decision_search", asked, limit) if len(titled) < limit else []
    ranked = list(dict.fromkeys([*titled, *texts]))[:limit]
    bonus = dict.fromkeys(titled, TITLE)
    return [Match(i, bonus.get(i, 0) + 1 - n / len(ranked)) for n, i in enumerate(ranked)]


def _found(connection: Connection, index: str, asked: _Asked, limit: int) -> list[int]:
    newest, by_words = _BY_DIALECT[connection.dialect.name]
    most = max(MOST, limit)
    found = newest(connection, index, asked, most + 1)
    return (found if len(found) > most else by_words(connection, index, asked, found))[:limit]


def _among(asked: _Asked, id: str) -> str:
    """The matches are gone through, newest first, rather than looked up one decision after the other."""
    wanted = ("province_key in :provinces" if asked.provinces else "", "year = :year" if asked.year else "")
    conditions = " and ".join(filter(None, wanted))
    return f" and {id} in (select id from decisions where {conditions})" if conditions else ""


def _ids(connection: Connection, query: str, asked: _Asked, **values: Any) -> list[int]:
    """The first column; lists are given for `in`."""
    given = {"provinces": list(asked.provinces), "year": asked.year, **values}
    used = {name: value for name, value in given.items() if f":{name}" in query}
    lists: list[BindParameter[Any]] = [
        bindparam(name, expanding=True) for name, value in used.items() if isinstance(value, list)
    ]
    return list(connection.execute(text(query).bindparams(*lists), used).scalars())


# --- SQLite --------------------------------------------------------------------------------------------------------


def _sqlite_newest(connection: Connection, index: str, asked: _Asked, most: int) -> list[int]:
    query = f"select rowid from {index} where {index} match :words{_among(asked, '+rowid')}"
    return _ids(connection, f"{query} order by rowid desc limit :most", asked, words=_match(asked), most=most)


def _sqlite_by_words(connection: Connection, index: str, asked: _Asked, found: Sequence[int]) -> list[int]:
    query = f"select rowid from {index} where {index} match :words and +rowid in :found order by rank, rowid desc"
    return _ids(connection, query, asked, words=_match(asked), found=list(found)) if found else []


def _match(asked: _Asked) -> str:
    return " AND ".join(f'"{term}"' for term in asked.terms)


# --- PostgreSQL ----------------------------------------------------------------------------------------------------


def _phrases(asked: _Asked) -> tuple[list[str], dict[str, str]]:
    """Each term as a query, and the values."""
    names = {f"term_{n}_": term for n, term in enumerate(asked.terms)}
    return [f"phraseto_tsquery('simple', cast(:{name} as text))" for name in names], names


def _postgresql_newest(connection: Connection, index: str, asked: _Asked, most: int) -> list[int]:
    phrases, values = _phrases(asked)
    whole = index == "title_search"
    among, last = _among(asked, "decision_id"), "order by decision_id desc limit :most"
    first = f"select decision_id from {index} where vector @@ ({' && '.join(phrases)}){'' if whole else ' and n = 0'}"
    found = _ids(connection, f"{first}{among} {last}", asked, most=most, **values)
    if whole:
        return found
    # a long text lies in several pieces, and its words may be in different ones
    each = " and ".join(
        f"exists (select 1 from {index} p where p.decision_id = long.decision_id and p.vector @@ {phrase})"
        for phrase in phrases
    )
    long = f"select decision_id from (select distinct decision_id from {index} where n > 0) as long where {each}"
    found += _ids(connection, f"{long}{among} {last}", asked, most=most, **values)
    return sorted(set(found), reverse=True)[:most]


def _postgresql_by_words(connection: Connection, index: str, asked: _Asked, found: Sequence[int]) -> list[int]:
    phrases, values = _phrases(asked)
    rank = f"sum(ts_rank(vector, {' && '.join(phrases)}))"
    query = f"select decision_id from {index} where decision_id in :found group by decision_id"
    query += f" order by {rank} desc, decision_id desc"
    return _ids(connection, query, asked, found=list(found), **values) if found else []


_BY_DIALECT = {
    "sqlite": (_sqlite_newest, _sqlite_by_words),
    "postgresql": (_postgresql_newest, _postgresql_by_words),
}
