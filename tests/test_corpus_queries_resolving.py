"""Citations settled between documents: exactly one fitting candidate, whatever the order, and nothing guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from corpus import queries, resolving
from parsers.model import Citation, Decision, DocumentType, Header, Pinpoint, Province, Source
from schema import database
from schema import tables as t
from tests.queries_base import opened, store

pytest_plugins = ["tests.databases"]


def decision(key: str, date: str, number: str, *citations: Citation) -> Decision:
    """A decision whose text is its citations' words, one a line."""
    text, placed = f"Số: {number}\n", []
    for citation in citations:
        start = len(text)
        text += f"{citation.text}\n"
        placed.append(Citation(**{**fields(citation), "span": (start, start + len(citation.text))}))
    place = key.split("/")[1]
    header = Header(
        key=key,
        type=DocumentType(code="QĐ", name="Quyết định"),
        number=number,
        date=date,
        province=Province(key=place, name=place),
    )
    source = Source(
        name=f"{key}.txt",
        sha256=hashlib.sha256(key.encode()).hexdigest(),
        media_type="text/plain",
        bytes=1,
        extractor="text",
    )
    return Decision(source=source, text=text, document=header, citations=tuple(placed))


def fields(citation: Citation) -> dict[str, Any]:
    return {name: getattr(citation, name) for name in Citation.__struct_fields__}


def cited(number: str | None, **values: Any) -> Citation:
    return Citation(**{"text": f"Quyết định số {number}", "type": "QĐ", "number": number, "span": (0, 0), **values})


MERGED = "vn/quang-ngai-2025/ubnd/qd/2025/900"
OPEN = cited("44/2022/QĐ-UBND", year=2022, date="2022-11-24", relation="basis")
KON_TUM = decision("vn/kon-tum/ubnd/qd/2022/44", "2022-11-24", "44/2022/QĐ-UBND")
QUANG_NGAI = decision("vn/quang-ngai/ubnd/qd/2022/44", "2022-12-30", "44/2022/QĐ-UBND")
TWIN = decision("vn/quang-ngai/ubnd/qd/2022/44", "2022-11-24", "44/2022/QĐ-UBND")
ELSEWHERE = decision("vn/son-la/ubnd/qd/2022/44", "2022-11-24", "44/2022/QĐ-UBND")
CITING = decision(MERGED, "2025-10-01", "900/QĐ-UBND", OPEN)
UNDATED = decision("vn/son-la/ubnd/qd/2021/7", "2021-05-01", "7/QĐ-UBND", cited("45/QĐ-UBND"))
YEARS = {y: decision(f"vn/son-la/ubnd/qd/{y}/45", f"{y}-03-01", "45/QĐ-UBND") for y in (2019, 2020, 2022)}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from opened(request, request.param, tmp_path)


def settled(engine: Engine, stored: Sequence[Decision]) -> list[tuple[str | None, str, list[str]]]:
    store(engine, stored)
    with engine.connect() as connection:
        r = t.resolutions.c
        rows = connection.execute(select(r.key, r.by, r.candidates).order_by(r.decision_id, r.citation))
        return [(row.key, row.by, row.candidates) for row in rows]


@pytest.mark.parametrize(
    ("stored", "key", "guesses"),
    [
        ([CITING, KON_TUM], "vn/kon-tum/ubnd/qd/2022/44", []),
        ([CITING, KON_TUM, QUANG_NGAI, ELSEWHERE], "vn/kon-tum/ubnd/qd/2022/44", []),  # the date decides
        ([CITING, KON_TUM, TWIN], None, ["vn/kon-tum/ubnd/qd/2022/44", "vn/quang-ngai/ubnd/qd/2022/44"]),
        ([CITING, ELSEWHERE], None, ["vn/kon-tum/ubnd/qd/2022/44", "vn/quang-ngai/ubnd/qd/2022/44"]),
        ([UNDATED, YEARS[2020]], "vn/son-la/ubnd/qd/2020/45", []),
        ([UNDATED, YEARS[2020], YEARS[2022]], "vn/son-la/ubnd/qd/2020/45", []),  # a later one cannot be meant
        ([UNDATED, YEARS[2019], YEARS[2020]], None, ["vn/son-la/ubnd/qd/2020/45", "vn/son-la/ubnd/qd/2019/45"]),
        ([UNDATED, YEARS[2022]], None, []),
    ],
)
def test_exactly_one_that_fits_settles(
    empty: Engine, stored: list[Decision], key: str | None, guesses: list[str]
) -> None:
    ((found, by, candidates),) = settled(empty, stored)
    assert (found, candidates) == (key, guesses)
    assert by.startswith("missing: ") is (key is None)


def test_the_order_of_import_leaves_no_trace(empty: Engine, tmp_path_factory: Any, request: Any) -> None:
    stored = [CITING, KON_TUM, QUANG_NGAI, UNDATED, *YEARS.values()]
    first = settled(empty, stored)
    for other in opened(request, "sqlite", tmp_path_factory.mktemp("other")):
        assert settled(other, stored[::-1]) == first


def test_what_is_settled_is_settled_anew(empty: Engine) -> None:
    assert settled(empty, [CITING, KON_TUM])[0][0] == "vn/kon-tum/ubnd/qd/2022/44"
    assert settled(empty, [TWIN])[0][0] is None
    with database.writing(empty) as connection:
        again = resolving.resolve(connection)
    assert (again.settled, again.open) == (0, 1)


def test_settled_mentions_are_found(empty: Engine) -> None:
    store(empty, [CITING, KON_TUM])
    with empty.connect() as connection:
        (mention,) = queries.cites(connection, "44/2022/QĐ-UBND").mentions
        assert mention.decision == MERGED
        assert mention.regulation == "vn/kon-tum/ubnd/qd/2022/44"
        assert mention.settled


def test_open_mentions_are_listed_with_what_is_missing(empty: Engine) -> None:
    store(empty, [CITING, KON_TUM, TWIN])
    with empty.connect() as connection:
        (finding,) = queries.check(connection, code="citation-open")
        assert "của tỉnh nào" in finding.message
        assert finding.words == "Quyết định số 44/2022/QĐ-UBND"
        assert len(finding.guesses) == 2
        (mention,) = queries.cites(connection, "44/2022/QĐ-UBND").mentions
        assert mention.regulation is None


def findings(connection: Connection) -> list[tuple[str, str]]:
    return [(f.code, f.decision) for f in queries.check(connection) if f.origin == "corpus"]


def test_dates_that_differ_between_documents(empty: Engine) -> None:
    key = "vn/son-la/ubnd/qd/2020/45"
    wrong = cited("45/QĐ-UBND", key=key, year=2020, date="2020-04-01")
    right = cited("45/QĐ-UBND", key=key, year=2020, date="2020-03-01")
    one, two = "vn/son-la/ubnd/qd/2021/1", "vn/son-la/ubnd/qd/2021/2"
    store(empty, [decision(one, "2021-01-05", "1/QĐ-UBND", wrong), decision(two, "2021-01-06", "2/QĐ-UBND", right)])
    with empty.connect() as connection:
        assert findings(connection) == [("citation-dates-differ", one), ("citation-dates-differ", two)]
    store(empty, [YEARS[2020]])  # now the document itself tells
    with empty.connect() as connection:
        assert findings(connection) == [("citation-dates-differ", one)]
        assert (
            "1/4/2020" in queries.check(connection)[0].message or "01/04/2020" in queries.check(connection)[0].message
        )


@pytest.mark.parametrize(
    ("pinned", "date", "found"),
    [((), "2021-06-01", True), ((), "2020-06-01", False), ((Pinpoint(article="3"),), "2021-06-01", False)],
)
def test_a_basis_that_had_ended(empty: Engine, pinned: tuple[Pinpoint, ...], date: str, found: bool) -> None:
    key, resting = "vn/son-la/ubnd/qd/2020/45", "vn/son-la/ubnd/qd/2021/9"
    ends = cited("45/QĐ-UBND", key=key, year=2020, date="2020-03-01", relation="repeals", pinpoint=pinned)
    rests = cited("45/QĐ-UBND", key=key, year=2020, date="2020-03-01", relation="basis")
    ender = decision("vn/son-la/ubnd/qd/2021/8", "2021-01-05", "8/QĐ-UBND", ends)
    store(empty, [YEARS[2020], ender, decision(resting, date, "9/QĐ-UBND", rests)])
    with empty.connect() as connection:
        assert findings(connection) == ([("basis-ended", resting)] if found else [])
        links = queries.links(connection, key)
        assert [(a.subject, a.verb, a.object) for a in links] == [("vn/son-la/ubnd/qd/2021/8", "repeals", key)]
