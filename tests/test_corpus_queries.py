"""Questions to a database of the sample decisions, on both engines: what is asked is what comes back, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from corpus import queries, samples
from corpus.queries import Asked, Misunderstood, Reader, UnknownProvince
from parsers.model import Decision
from schema import tables as t
from tests.queries_base import decisions, opened, store

pytest_plugins = ["tests.databases"]


@pytest.fixture(scope="module")
def known() -> list[Decision]:
    return decisions(samples.paths())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reader(request: pytest.FixtureRequest, known: list[Decision], tmp_path_factory: Any) -> Iterator[Reader]:
    for engine in opened(request, request.param, tmp_path_factory.mktemp("queries")):
        store(engine, known)
        with engine.connect() as connection:
            yield connection


# --- what people type -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("quý I/2023", "2023-01-01", "2023-03-31"),
        ("Quý 4 năm 2024", "2024-10-01", "2024-12-31"),
        ("quy iii 2025", "2025-07-01", "2025-09-30"),
        ("Q2/2025", "2025-04-01", "2025-06-30"),
        ("31/03/2023", "2023-03-31", "2023-03-31"),
        ("ngày 5 tháng 6 năm 2024", "2024-06-05", "2024-06-05"),
        ("2023-03-31", "2023-03-31", "2023-03-31"),
        ("tháng 02/2024", "2024-02-01", "2024-02-29"),
        ("2/2023", "2023-02-01", "2023-02-28"),
        ("2027-01", "2027-01-01", "2027-01-31"),
        ("6 tháng đầu năm 2025", "2025-01-01", "2025-06-30"),
        ("06 thang cuoi nam 2025", "2025-07-01", "2025-12-31"),
        ("năm 2024", "2024-01-01", "2024-12-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2023-01-01..2023-03-31", "2023-01-01", "2023-03-31"),
        ("quý I/2023..quý II/2023", "2023-01-01", "2023-06-30"),
        ("..2023", "0001-01-01", "2023-12-31"),
        ("2023..", "2023-01-01", "9999-12-31"),
    ],
)
def test_times_are_understood(words: str, start: str, end: str) -> None:
    assert queries.window(words) == (start, end)


@pytest.mark.parametrize("words", ["", "soon", "quý V/2023", "31/02/2023", "13/2023", "2024..2023", "quý I", "12"])
def test_what_is_no_time_is_said_so(words: str) -> None:
    with pytest.raises(Misunderstood):
        queries.window(words)


WRONG: list[Callable[[Reader], object]] = [
    lambda r: queries.tasks(r, Asked(agency="Sở Không Có")),
    lambda r: queries.tasks(r, Asked(area="nonsense")),
    lambda r: queries.tasks(r, Asked(due="one day")),
    lambda r: queries.counts(r, ["nonsense"]),
    lambda r: queries.cites(r, "không phải số hiệu"),
    lambda r: queries.cites(r, "76/NQ-CP", pinpoint="somewhere"),
    lambda r: queries.cites(r, "76/NQ-CP", pinpoint="somewhere in Điều 3"),
    lambda r: queries.cites(r, "76/NQ-CP", pinpoint="Điều 3 Luật Đất đai"),
    lambda r: queries.cites(r, "76/NQ-CP", relation="basics"),
    lambda r: queries.compare(r, "Sơn La:2024"),
    lambda r: queries.compare(r, "Sơn La:1999", "Sơn La:2024"),
    lambda r: queries.compare(r, "Sơn La:2024", "Quảng Ngãi:2026-2030"),
]


@pytest.mark.parametrize("question", WRONG)
def test_what_is_not_understood_is_refused_in_words(reader: Reader, question: Callable[[Reader], object]) -> None:
    with pytest.raises(Misunderstood, match=r"\w+ \w+"):
        question(reader)


def test_unknown_provinces_are_refused(reader: Reader) -> None:
    with pytest.raises(UnknownProvince):
        queries.tasks(reader, Asked(province="nowhere"))


# --- tasks ----------------------------------------------------------------------------------------------------------


def test_all_tasks_come_back_as_they_were_read(reader: Reader, known: list[Decision]) -> None:
    found = {(duty.decision, duty.start): duty for duty in queries.tasks(reader)}
    expected = [(d.document.key, task) for d in known for task in d.tasks]
    assert len(found) == len(expected)
    for key, task in expected:
        duty = found[(key, task.span[0])]
        due = task.deadline
        assert (duty.text, duty.lead, duty.end) == (task.text, task.lead and task.lead.text, task.span[1])
        assert duty.lead_agencies == (task.lead.agencies if task.lead else ())
        assert duty.support_agencies == (task.support.agencies if task.support else ())
        assert (duty.due_from, duty.due_to) == ((due.start, due.end) if due else (None, None))


def led_by(decision: Decision, key: str) -> int:
    return sum(bool(task.lead and key in task.lead.agencies) for task in decision.tasks)


def test_filters_hold_together(reader: Reader, known: list[Decision]) -> None:
    asked = Asked(province="son la", agency="so noi vu", year=2024)
    expected = sum(led_by(d, "so-noi-vu") for d in known if d.document.key == "vn/son-la/ubnd/qd/2024/101")
    found = queries.tasks(reader, asked)
    assert len(found) == expected > 0
    assert {duty.decision for duty in found} == {"vn/son-la/ubnd/qd/2024/101"}
    assert all("so-noi-vu" in duty.lead_agencies for duty in found)


@pytest.mark.parametrize("role", ["lead", "support", "any"])
def test_roles_are_kept_apart(reader: Reader, role: str) -> None:
    keys = {duty.key for duty in queries.tasks(reader, Asked(agency="Sở Nội vụ", role=role))}  # type: ignore[arg-type]
    every = queries.tasks(reader)
    lead = {duty.key for duty in every if "so-noi-vu" in duty.lead_agencies}
    support = {duty.key for duty in every if "so-noi-vu" in duty.support_agencies}
    if role == "any":
        assert keys >= lead | support
    else:
        assert keys == (lead if role == "lead" else support)


def test_a_window_holds_the_stretches_that_end_in_it(reader: Reader) -> None:
    found = queries.tasks(reader, Asked(due="quý I/2025"))
    assert found
    ends = [duty.due_to for duty in found]
    assert ends == sorted(ends, key=lambda day: day or "9")
    assert {d.key for d in queries.tasks(reader) if d.due_to and "2025-01-01" <= d.due_to <= "2025-03-31"} <= {
        d.key for d in found
    }


def test_a_limit_takes_the_first(reader: Reader) -> None:
    assert queries.tasks(reader, limit=5) == queries.tasks(reader)[:5]


def test_the_merged_province_holds_what_it_was_formed_from(reader: Reader) -> None:
    alone = queries.tasks(reader, Asked(province="Phú Thọ"))
    merged = queries.tasks(reader, Asked(province="Phú Thọ", merged=True))
    assert alone == ()
    assert {duty.province for duty in merged} == {"Hòa Bình"}


def test_heirs_answer_for_those_they_followed(reader: Reader) -> None:
    alone = {duty.key for duty in queries.tasks(reader, Asked(agency="Sở Khoa học và Công nghệ"))}
    heirs = {duty.key for duty in queries.tasks(reader, Asked(agency="Sở Khoa học và Công nghệ", heirs=True))}
    former = {duty.key for duty in queries.tasks(reader, Asked(agency="Sở Thông tin và Truyền thông"))}
    assert former
    assert heirs == alone | former


@pytest.mark.parametrize("by", [["province"], ["area"], ["topic"], ["month"], ["year"], ["plan"], ["province", "area"]])
def test_counts_add_up(reader: Reader, by: list[str]) -> None:
    every = queries.tasks(reader)
    found = queries.counts(reader, by)
    assert sum(count.tasks for count in found) == len(every)
    assert sum(count.led for count in found) == sum(duty.lead is not None for duty in every)
    assert sum(count.with_output for count in found) == sum(duty.output is not None for duty in every)
    assert all(count.led <= count.tasks for count in found)


def test_counts_by_agency_count_each_lead(reader: Reader) -> None:
    found = {count.group["agency"]: count.tasks for count in queries.counts(reader, ["agency"])}
    assert found["so-noi-vu"] == len(queries.tasks(reader, Asked(agency="so-noi-vu")))


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_the_calendar_has_dated_tasks_and_turns_in_order(reader: Reader) -> None:
    found = queries.calendar(reader, "2025", Asked(province="Nghệ An"))
    days = [o.day for o in found]
    assert days == sorted(days, key=str)
    assert all(day and day[:4] == "2025" for day in days)
    quarterly = {o.day for o in found if o.recurrence == "quarterly"}
    assert quarterly == {"2025-03-09", "2025-06-09", "2025-09-09", "2025-12-09"} | {  # trước ngày 10 tháng cuối quý
        "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31",
    }  # fmt: skip
    assert {o.kind for o in found} == {"dated", "turn"}


def test_turns_keep_to_the_plan(reader: Reader) -> None:
    later = queries.calendar(reader, "2027", Asked(province="Nghệ An"))
    assert not [o for o in later if o.task.period == (2025, 2025)]


def test_what_goes_on_all_the_time_is_last_and_only_on_request(reader: Reader) -> None:
    found = queries.calendar(reader, "2025", ongoing=True)
    kinds = [o.kind for o in found]
    assert "ongoing" in kinds
    assert "ongoing" not in kinds[: kinds.index("ongoing")]
    assert len([o for o in found if o.kind != "ongoing"]) == len(queries.calendar(reader, "2025"))


# --- cross-references -----------------------------------------------------------------------------------------------


def cited(known: list[Decision], key: str) -> int:
    return sum(c.key == key and c.relation != "self" for d in known for c in d.citations)


@pytest.mark.parametrize(
    "words", ["76/NQ-CP", "76/nq-cp", "76-NQ/CP", "nghi quyet so 76 / nq - cp", "vn/cp/nq/2021/76"]
)
def test_spellings_of_a_number_mean_the_same(reader: Reader, known: list[Decision], words: str) -> None:
    found = queries.cites(reader, words)
    assert len(found.mentions) == cited(known, "vn/cp/nq/2021/76") > 1
    assert {m.regulation for m in found.mentions} == {"vn/cp/nq/2021/76"}


def test_mentions_show_their_words(reader: Reader, known: list[Decision]) -> None:
    texts = {d.document.key: d.text for d in known}
    for mention in queries.cites(reader, "76/NQ-CP").mentions:
        assert " ".join(texts[mention.decision][mention.start : mention.end].split()) == mention.words
        around = " ".join(texts[mention.decision].split())
        assert f"{mention.before} {mention.words}" in around or f"{mention.before}{mention.words}" in around
        assert mention.where


def test_all_of_several_numbers(reader: Reader) -> None:
    either = queries.cites(reader, "76/NQ-CP", "59/2012/NĐ-CP")
    both = queries.cites(reader, "76/NQ-CP", "59/2012/NĐ-CP", mode="and")
    first = {m.decision for m in queries.cites(reader, "76/NQ-CP").mentions}
    second = {m.decision for m in queries.cites(reader, "59/2012/NĐ-CP").mentions}
    assert {m.decision for m in either.mentions} == first | second
    assert {m.decision for m in both.mentions} == first & second != set()


def test_relations_and_pinpoints_narrow(reader: Reader, known: list[Decision]) -> None:
    pinned = [(c, p) for d in known for c in d.citations for p in c.pinpoint if p.article and c.number and c.key]
    citation, place = pinned[0]
    found = queries.cites(reader, citation.number, pinpoint=f"Điều {place.article}")
    assert found.mentions
    assert all(any(f"Điều {place.article}" in p for p in m.pinpoint) for m in found.mentions)
    assert queries.cites(reader, "76/NQ-CP", relation="repeals").mentions == ()


def test_a_number_nobody_cites_has_no_mentions(reader: Reader) -> None:
    assert queries.cites(reader, "9999/QĐ-UBND") == queries.Cited(meant=(), mentions=())


def test_a_law_is_found_by_its_name(reader: Reader) -> None:
    named = queries.cites(reader, "luat to chuc chinh quyen dia phuong")
    assert "vn/qh/luat/2015/77" in {m.key for m in named.meant}
    assert named.mentions


def test_the_most_cited_count_decisions(reader: Reader, known: list[Decision]) -> None:
    found = queries.most_cited(reader, limit=500)
    assert [r.decisions for r in found] == sorted((r.decisions for r in found), reverse=True)
    top = found[0]
    assert top.mentions == cited(known, top.key)
    assert sum(r.mentions for r in found) == sum(
        c.key is not None and c.relation != "self" for d in known for c in d.citations
    )
    here = {d.document.key for d in known}
    assert {r.key for r in found if r.here} == {r.key for r in found} & here
    assert {r.key for r in queries.most_cited(reader, limit=500, absent=True)} == {r.key for r in found} - here


def test_a_card_says_who_cites_it(reader: Reader, known: list[Decision]) -> None:
    (card,) = queries.regulation(reader, "76/NQ-CP")
    assert card.mentions == cited(known, card.key) == sum(card.relations.values())
    assert card.name and card.date == "2021-07-15"
    assert sum(card.provinces.values()) == card.mentions


# --- what is doubtful, who, targets ---------------------------------------------------------------------------------


def test_check_has_every_warning(reader: Reader, known: list[Decision]) -> None:
    found = queries.check(reader)
    own = [f for f in found if f.origin == "decision"]
    assert len(own) == sum(len(d.warnings) for d in known)
    codes = queries.codes(reader)
    assert sum(codes.values()) == len(found)
    for code, count in codes.items():
        assert len(queries.check(reader, code=code)) == count


def test_findings_show_their_words(reader: Reader, known: list[Decision]) -> None:
    texts = {d.document.key: d.text for d in known}
    for finding in queries.check(reader):
        if finding.start is not None:
            assert finding.words == " ".join(texts[finding.decision][finding.start : finding.end].split())


def test_agencies_come_in_the_order_of_the_register(reader: Reader) -> None:
    found = queries.agencies(reader)
    ranks = {row.key: row.rank for row in reader.execute(select(t.agencies.c.key, t.agencies.c.rank))}
    known_ranks = [ranks[b.key] for b in found if ranks[b.key] is not None]
    assert known_ranks == sorted(known_ranks)
    total = reader.execute(select(func.count()).select_from(t.task_agencies).where(t.task_agencies.c.role == "lead"))
    assert sum(b.leads for b in found) == total.scalar_one()


def test_targets_come_back(reader: Reader, known: list[Decision]) -> None:
    assert len(queries.targets(reader)) == sum(len(d.targets) for d in known)
    found = queries.targets(reader, words="hai long")
    assert found
    assert all("hài lòng" in f"{aim.text} {aim.subject}".lower() for aim in found)


# --- search ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["một cửa liên thông", "mot cua lien thong", '"MỘT CỬA LIÊN THÔNG"'])
def test_words_are_found_with_and_without_diacritics(reader: Reader, words: str) -> None:
    found = queries.search(reader, words)
    assert found
    for hit in found:
        assert hit.marks
        assert all(0 <= a < b <= len(hit.excerpt) for a, b in hit.marks)


def test_the_title_with_the_words_comes_first(reader: Reader) -> None:
    first = queries.search(reader, "quy che mot cua lien thong")[0]
    assert first.decision == "vn/lang-son/ubnd/qd/2023/18"


@pytest.mark.parametrize("words", ["101/QĐ-UBND", "101/qd-ubnd", "  101 / QĐ - UBND "])
def test_a_number_finds_its_decision_first(reader: Reader, words: str) -> None:
    found = queries.search(reader, words.strip())
    assert found[0].decision == "vn/son-la/ubnd/qd/2024/101"


def test_search_is_narrowed(reader: Reader) -> None:
    found = queries.search(reader, "cải cách hành chính", province="Sơn La", year=2025, kinds=("task",))
    assert found
    assert {(hit.kind, hit.province, (hit.date or "")[:4]) for hit in found} == {("task", "Sơn La", "2025")}


@pytest.mark.parametrize("words", ["", "   ", "khôngcótừnày", '"', "*", "a' or 1=1 --", "AND OR NOT", "%"])
def test_odd_words_find_nothing_or_something_and_never_fail(reader: Reader, words: str) -> None:
    assert isinstance(queries.search(reader, words), tuple)


# --- comparison -----------------------------------------------------------------------------------------------------


def test_two_years_of_one_province(reader: Reader) -> None:
    found = queries.compare(reader, "Sơn La:2024", "Sơn La:2025")
    (aligned,) = found.aligned
    left, right = found.plans
    assert len(aligned.pairs) + len(aligned.dropped) == left.tasks
    assert len(aligned.pairs) + len(aligned.new) == right.tasks
    changes = {change for pair in aligned.pairs for change in pair.changes}
    assert {"kept", "reworded", "new-lead", "new-deadline"} <= changes
    whole = found.areas[0].plans
    assert [shares.tasks for shares in whole] == [left.tasks, right.tasks]
    for shares in (shares for row in found.areas for shares in row.plans):
        assert shares.tasks is None or all(n is None or n <= shares.tasks for n in (shares.led, shares.dated))


def test_plans_are_named_by_number_and_key_too(reader: Reader) -> None:
    by_period = queries.compare(reader, "Sơn La:2024", "Sơn La:2025")
    by_name = queries.compare(reader, "101/QĐ-UBND", "vn/son-la/ubnd/qd/2025/118")
    assert by_period.aligned == by_name.aligned


def test_regulations_shared_and_apart(reader: Reader) -> None:
    found = queries.compare(reader, "Sơn La:2024", "Sơn La:2025", "Cần Thơ:2024")
    shared = [all(row.mentions) for row in found.regulations]
    assert shared == sorted(shared, reverse=True)
    assert any(shared)
    assert len(found.aligned) == 2


# --- both engines ---------------------------------------------------------------------------------------------------

ANSWERS: dict[str, bytes] = {}
QUESTIONS: dict[str, Callable[[Reader], object]] = {
    "tasks": lambda r: queries.tasks(r, Asked(due="2024..2025", topic="par")),
    "counts": lambda r: queries.counts(r, ["province", "area"]),
    "calendar": lambda r: queries.calendar(r, "2025", ongoing=True),
    "cites": lambda r: queries.cites(r, "76/NQ-CP", "59/2012/NĐ-CP"),
    "most cited": lambda r: queries.most_cited(r, area="procedures"),
    "card": lambda r: queries.regulation(r, "76/NQ-CP"),
    "check": lambda r: queries.check(r),
    "agencies": lambda r: queries.agencies(r, province="Sơn La"),
    "unknown": lambda r: queries.unknown(r),
    "targets": lambda r: queries.targets(r, topic="par"),
    "compare": lambda r: queries.compare(r, "Nghệ An:2024", "Nghệ An:2025"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_engines_answer_alike(reader: Reader, name: str) -> None:
    answer = msgspec.json.encode(QUESTIONS[name](reader))
    assert ANSWERS.setdefault(name, answer) == answer
    assert len(answer) > 10


def test_a_session_serves_as_well(reader: Reader) -> None:
    assert not isinstance(reader, Session)
    with Session(reader) as session:
        assert queries.tasks(session, limit=3) == queries.tasks(reader, limit=3)
        assert queries.search(session, "một cửa") == queries.search(reader, "một cửa")


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_limit_takes_the_first_mentions(reader: Reader, limit: int) -> None:
    every = queries.cites(reader, "76/NQ-CP", "59/2012/NĐ-CP").mentions
    assert queries.cites(reader, "76/NQ-CP", "59/2012/NĐ-CP", limit=limit).mentions == every[:limit]
