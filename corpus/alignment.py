"""The same duty in other words: tasks of two plans paired by the words that tell them apart.

Words are underthesea's, filler left out; weights are TF-IDF over all the texts that are compared; the score is the
cosine. Two texts are paired where each is the other's best among those that are left, and the score reaches
`THRESHOLD`. Deterministic and offline. Neighbouring words, syllables, and how much of the shorter text the longer one
holds were tried beside it on the labelled pairs and found no better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import NamedTuple

from parsers.words import content

#: The least score of a pair, chosen on one half of tests/golden/pairs.json (precision 0.83, recall 0.65 there; 0.73
#: and 0.84 on the other half). The labelled pairs are the nearest candidates, so they are harder than what is aligned:
#: of the pairs of the first two plans that were read against each other, 9 in 10 are right.
THRESHOLD = 0.47

Vector = dict[str, float]


class Match(NamedTuple):
    """Text `left` of the first list and `right` of the second say the same; `score` is 0 to 1."""

    left: int
    right: int
    score: float


def vectors(texts: Sequence[str]) -> list[Vector]:
    """TF-IDF vectors of length 1, one a text (empty for a text without telling words)."""
    counts = [Counter(content(text)) for text in texts]
    documents = Counter(feature for count in counts for feature in count)
    weights = {feature: log((1 + len(texts)) / (1 + n)) + 1 for feature, n in documents.items()}
    return [_unit({f: (1 + log(n)) * weights[f] for f, n in count.items()}) for count in counts]


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(value * value for value in vector.values()))
    return {feature: value / length for feature, value in vector.items()} if length else {}


def cosine(a: Vector, b: Vector) -> float:
    """The cosine of two vectors of length 1.

    >>> cosine({"x": 0.6, "y": 0.8}, {"x": 1.0})
    0.6
    """
    if len(b) < len(a):
        a, b = b, a
    return min(1.0, sum(value * b[feature] for feature, value in a.items() if feature in b))


def align(left: Sequence[str], right: Sequence[str], threshold: float = THRESHOLD) -> list[Match]:
    """The pairs of two lists of texts, in the order of the first: each text in one pair at most."""
    both = vectors([*left, *right])
    scored = sorted(_scores(both[: len(left)], both[len(left) :], threshold), key=lambda m: (-m.score, m.left, m.right))
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    found: list[Match] = []
    for match in scored:  # best first: each pair is the best of what is left on both sides
        if match.left not in taken_left and match.right not in taken_right:
            taken_left.add(match.left)
            taken_right.add(match.right)
            found.append(match)
    return sorted(found)


def _scores(left: Sequence[Vector], right: Sequence[Vector], threshold: float) -> Iterator[Match]:
    """All pairs that reach the threshold, by way of the words they share."""
    holders: dict[str, list[tuple[int, float]]] = {}
    for n, vector in enumerate(right):
        for feature, value in vector.items():
            holders.setdefault(feature, []).append((n, value))
    for m, vector in enumerate(left):
        sums: dict[int, float] = {}
        for feature, value in vector.items():
            for n, other in holders.get(feature, ()):
                sums[n] = sums.get(n, 0.0) + value * other
        yield from (Match(m, n, min(1.0, round(score, 6))) for n, score in sums.items() if score >= threshold)
