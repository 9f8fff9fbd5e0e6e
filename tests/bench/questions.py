"""A fixed mix of questions to a database, each timed alone; told as the 95th percentile with median and slowest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any

from measure import Figure, rounded

TIMES = 200  # questions of a kind
COMPARED = 40  # comparisons, which take longer
PHRASES = (
    "mot cua lien thong",
    "cải cách thủ tục hành chính",
    "dịch vụ công trực tuyến",
    '"vị trí việc làm"',
    "kiem tra cai cach hanh chinh",
    "chính quyền số",
    "tự chủ tài chính",
    "mức độ hài lòng",
)
QUARTERS = ("I", "II", "III", "IV")
AGENCIES = ("Sở Nội vụ", "so tu phap", "Sở Tài chính", "van phong ubnd tinh")
AREAS = ("procedures", "institutions", "direction", "civil-service")
RELATIONS = (None, "basis", None, "mentions")

Question = Callable[[Any], object]


def questions(connection: Any) -> Iterator[tuple[str, list[Question]]]:
    """The questions by kind, made from what is in the database; the same each time for the same database."""
    from corpus import queries

    listed = queries.listing(connection, limit=2000)
    provinces = sorted({row.province for row in listed if row.province})
    years = sorted({row.date[:4] for row in listed if row.date})
    numbers = [row.number for row in queries.most_cited(connection, limit=40) if row.number]

    def cites(n: int) -> Question:
        relation = RELATIONS[n % len(RELATIONS)]
        return lambda c: queries.cites(c, numbers[n % len(numbers)], relation=relation, limit=200)

    def tasks(n: int) -> Question:
        due = f"quý {QUARTERS[n % 4]}/{years[n % len(years)]}"
        agency = AGENCIES[n % len(AGENCIES)] if n % 2 else None
        province = provinces[n % len(provinces)] if n % 3 else None
        area = AREAS[n % len(AREAS)] if n % 5 == 0 else None
        asked = queries.Asked(due=due, agency=agency, province=province, area=area)
        return lambda c: queries.tasks(c, asked, limit=200)

    def search(n: int) -> Question:
        known = [row.number for row in listed[:: max(1, len(listed) // 20)] if row.number]
        words = known[n % len(known)] if n % 4 == 3 else PHRASES[n % len(PHRASES)]
        return lambda c: queries.search(c, words)

    yield "cites", [cites(n) for n in range(TIMES)]
    yield "tasks", [tasks(n) for n in range(TIMES)]
    yield "search", [search(n) for n in range(TIMES)]
    yield "compare two plans", list(comparisons(connection, [row.key for row in listed if row.tasks > 5]))


def comparisons(connection: Any, keys: Sequence[str]) -> Iterator[Question]:
    """Pairs of plans that are alike enough to be compared."""
    from corpus import queries

    def question(a: str, b: str) -> Question:
        return lambda c: queries.compare(c, a, b)

    def alike() -> Iterator[Question]:
        for a, b in combinations(keys[:40], 2):
            asked = question(a, b)
            try:
                asked(connection)
            except queries.Misunderstood:  # plans of unlike topics
                continue
            yield asked

    yield from islice(alike(), COMPARED)


def latencies(connection: Any, count: int, program: str) -> Iterator[Figure]:
    """Milliseconds a question by kind, after one of each to warm up, of a database of so many decisions."""
    for kind, asked in questions(connection):
        if not asked:
            continue
        asked[0](connection)
        seconds = sorted(timed(one, connection) for one in asked)
        p95, median, slowest = (1000 * seconds[int(share * (len(seconds) - 1))] for share in (0.95, 0.5, 1.0))
        values = [rounded(value) for value in (p95, median, slowest)]
        note = f"{program}; the range is median to slowest"
        yield Figure(f"{kind} of {count:,}: 95th percentile", "ms", *values, len(seconds), "less", None, note)


def timed(question: Question, connection: Any) -> float:
    """Seconds of one question."""
    started = time.perf_counter()
    question(connection)
    return time.perf_counter() - started
