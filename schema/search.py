"""Full-text search over titles and texts: one interface for SQLite (FTS5) and PostgreSQL (tsvector).

Words are folded as the index folds them: no marks, đ as d, small letters; a number such as `2621/QĐ-UBND` is a phrase.
The index holds whole decisions; where in a decision the words stand is for the caller, who has its text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from sqlalchemy import Connection, text

#: How many decisions are ranked at most: those found first.
MOST = 2000

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


def search(connection: Connection, words: str, limit: int = 50) -> list[Match]:
    """The best decisions for these words, best first; titles count more than texts. No words, no matches."""
    wanted = terms(words)
    if not wanted:
        return []
    query = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    values = {"limit": limit, "most": MOST}
    if query is _SQLITE:
        values["words"] = " AND ".join(f'"{term}"' for term in wanted)  # type: ignore[assignment]
    else:
        values["words"] = wanted  # type: ignore[assignment]
    return [Match(row[0], float(row[1])) for row in connection.execute(text(query), values)]


_SQLITE = """
select rowid, score from (
  select rowid, -bm25(decision_search, 10.0, 10.0, 1.0) as score from decision_search
  where decision_search match :words limit :most
) order by score desc, rowid limit :limit
"""

_POSTGRESQL = """
with terms as (select phraseto_tsquery('simple', term) as query from unnest(cast(:words as text[])) as term),
found as (
  select decision_id from decision_search, terms where vector @@ query
  group by decision_id having count(distinct query) = (select count(distinct query) from terms)
  order by decision_id limit :most
)
select decision_id, sum(ts_rank(vector, query)) as score
from found join decision_search using (decision_id) cross join terms
group by decision_id order by score desc, decision_id limit :limit
"""
