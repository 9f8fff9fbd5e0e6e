"""Places in a cited text, as they stand before it: `điểm a khoản 2 Điều 3 Nghị định số …`.

The order is small to large, with or without commas and `của`; one place may name several (`khoản 1, khoản 2 Điều 3`,
`điểm c, d khoản 8`), and an attached text may stand between (`Phụ lục III ban hành kèm theo Quyết định số …`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers import grammar
from parsers.folding import fold, plain
from parsers.model import Pinpoint
from parsers.names import one_of

_WORDS = grammar.toml("citations")
_LEVELS = {word: level for level, words in _WORDS["places"].items() for word in words}
_RANK = {level: rank for rank, level in enumerate(_WORDS["places"])}  # from the smallest place to the largest
_LABELLED = [word for word, level in _LEVELS.items() if level == "chapter" and word != "chương"]
_LABEL = r"(?:\d+[a-zđ]?(?:\.\d+)*|[ivxlc]+|[a-zđ]\d?)(?![^\W_])"
_WORD = f"(?:{one_of(_LEVELS)})"
_UNIT = re.compile(
    rf"(?<!\w)(?P<word>{_WORD}) (?:số )?(?P<labels>{_LABEL}(?:(?:,| và| hoặc|, và) ?{_LABEL})*"
    rf"(?: ?(?:đến|-) ?(?:{_WORD} )?{_LABEL})?)(?!\w)"
)
# What stands right before a citation that has a place: a label, perhaps `của`, or `kèm theo`.
_NEAR = re.compile(r"(?:kèm theo(?: các)?|(?:\d|[ .]\w{1,2}\d?|\d\w|[ivxlc]))[ ,]*(?:(?:của|tại|thuộc|các|trong) )*$")
_BETWEEN = re.compile(r"(?:[ ,;]|và |hoặc |của |tại |thuộc |các )*")
_CLOSE = re.compile(
    r"(?:[ ,]|của |tại |thuộc |các |trong )*"
    rf"(?:(?:{one_of(_WORDS['attached']['words'])})?"
    r"[^.;:()]{0,60}?"
    r"(?:được )?(?:ban hành )?kèm theo (?:các )?)?"
)
_REACH = 170
_MARKED = {plain(word): word for word in _LEVELS}
_UNMARKED = re.compile(rf"(?<!\w)(?:{one_of(_MARKED)})(?!\w)")


class FoundPinpoint(NamedTuple):
    """A place named before a citation, with the stretch of each of its parts."""

    pinpoint: Pinpoint
    parts: tuple[tuple[str, int, int], ...]  # field, start, end


class _Unit(NamedTuple):
    level: str
    labels: tuple[tuple[str, int, int], ...]
    start: int
    end: int


def _label(word: str, text: str) -> str:
    if word in _LABELLED:
        return f"{word.capitalize()} {text}"
    return text


def _labels(text: str, m: re.Match[str]) -> tuple[tuple[str, int, int], ...]:
    start, words = m.start("labels"), m["labels"]
    if " đến " in words or re.search(r"[\w] ?- ?[\w]", words):
        ends = re.findall(_LABEL, words)
        return ((_label(m["word"], f"{ends[0]}-{ends[-1]}"), start, m.end("labels")),)
    return tuple(
        (_label(m["word"], text[start + x.start() : start + x.end()]), start + x.start(), start + x.end())
        for x in re.finditer(_LABEL, words)
    )


def _with(chain: list[_Unit], unit: _Unit, word: str, folded: str) -> list[_Unit]:
    """One place more; `Mục III Phần I` is one chapter, where nothing but a space stands between the two."""
    last = chain[-1] if chain else None
    if last is None or last.level != unit.level or folded[last.end : unit.start] != " ":
        return [*chain, unit]
    if len(last.labels) != 1 or len(unit.labels) != 1 or unit.level != "chapter":
        return [*chain, unit]
    (first, start, _), (second, _, end) = last.labels[0], unit.labels[0]
    outer = second if word in _LABELLED else f"{word.capitalize()} {second}"
    return [*chain[:-1], _Unit(unit.level, ((f"{first} {outer}", start, end),), last.start, unit.end)]


def _chain(text: str, folded: str, begin: int, floor: int) -> list[_Unit]:
    """The places that lead up to `begin` without a break."""
    if not _NEAR.search(folded, max(floor, begin - 40), begin):
        return []
    low = max(floor, begin - _REACH)
    chain: list[_Unit] = []
    for m in _UNIT.finditer(folded, low, begin):
        unit = _Unit(_LEVELS[m["word"]], _labels(text, m), m.start(), m.end())
        joined = chain and _BETWEEN.fullmatch(folded, chain[-1].end, unit.start)
        chain = _with(chain, unit, m["word"], folded) if joined else [unit]
    if not chain or not _CLOSE.fullmatch(folded, chain[-1].end, begin):
        return []
    return chain


def _leaves(chain: list[_Unit]) -> Iterator[dict[str, tuple[str, int, int]]]:
    """From the largest place to the smallest: every place that none smaller narrows down."""
    state: dict[str, tuple[str, int, int]] = {}
    for i in range(len(chain) - 1, -1, -1):
        unit = chain[i]
        rank = _RANK[unit.level]
        state = {k: v for k, v in state.items() if _RANK[k] > rank}
        narrowed = i > 0 and _RANK[chain[i - 1].level] < rank
        labels = unit.labels[:1] if narrowed else tuple(reversed(unit.labels))
        for label in labels:
            state[unit.level] = label
            if not narrowed:
                yield dict(state)


class Places(NamedTuple):
    """The places named before a citation: where their words begin and end, and the places in the order of the text."""

    start: int
    end: int
    found: list[FoundPinpoint]


def before(text: str, folded: str, begin: int, floor: int) -> Places:
    """The places named right before a citation that begins at `begin`.

    >>> t = "khoản 1 và điểm e khoản 3 Điều 11 Nghị định số 69/2018/NĐ-CP"
    >>> [(p.pinpoint.article, p.pinpoint.clause, p.pinpoint.point) for p in before(t, fold(t), 34, 0).found]
    [('11', '1', None), ('11', '3', 'e')]
    """
    chain = _chain(text, folded, begin, floor)
    if not chain:
        return Places(begin, begin, [])
    found = [
        FoundPinpoint(
            Pinpoint(**{level: label for level, (label, _, _) in leaf.items()}),
            tuple((level, start, end) for level, (_, start, end) in leaf.items()),
        )
        for leaf in _leaves(chain)
    ]
    return Places(chain[0].start, chain[-1].end, found[::-1])


def parse(text: str) -> Pinpoint | None:
    """A text that is one place and nothing else, smallest or largest first, with or without diacritics; else None.

    >>> format(parse("dieu 3, khoan 2, diem a"))
    'điểm a khoản 2 Điều 3'
    >>> [parse(words) for words in ("Điều", "somewhere in Điều 3", "Điều 3, Điều 4", "khoản 1, 2 Điều 3")]
    [None, None, None, None]
    """
    typed = " ".join(text.split()).rstrip(" .")
    folded = _UNMARKED.sub(lambda m: _MARKED[m[0]], fold(typed))
    places: list[_Unit] = []
    for m in _UNIT.finditer(folded):
        unit = _Unit(_LEVELS[m["word"]], _labels(typed, m), m.start(), m.end())
        places = _with(places, unit, m["word"], folded)
    between = _UNIT.sub("", folded)
    labels = {unit.level: unit.labels for unit in places}
    ranks = [_RANK[level] for level in labels]
    if not places or len(labels) < len(places) or not _BETWEEN.fullmatch(between):
        return None
    if ranks not in (sorted(ranks), sorted(ranks, reverse=True)) or any(len(found) > 1 for found in labels.values()):
        return None
    return Pinpoint(**{level: found[0][0] for level, found in labels.items()})


def format(pinpoint: Pinpoint) -> str:
    """The usual wording of a place.

    >>> format(Pinpoint(article="3", clause="2", point="a"))
    'điểm a khoản 2 Điều 3'
    """
    chapter = pinpoint.chapter
    pieces = (
        f"điểm {pinpoint.point}" if pinpoint.point else "",
        f"khoản {pinpoint.clause}" if pinpoint.clause else "",
        f"Điều {pinpoint.article}" if pinpoint.article else "",
        (chapter if " " in chapter else f"Chương {chapter}") if chapter else "",
        f"Phụ lục {pinpoint.appendix}" if pinpoint.appendix else "",
    )
    return " ".join(piece for piece in pieces if piece)
