"""Deadlines: every grammar row against its own examples, all rows competing; sentences; writing; junk."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import deadline_words, deadlines
from parsers.deadline_words import Context, Example, Row, Sentence
from parsers.deadlines import Reading, combine, find, format, parse
from parsers.grammar import GrammarError
from parsers.model import Deadline, DeadlinePart, Due, Offset
from parsers.phrases import compiled, either, fragments

ROWS = deadline_words.rows()
CONTEXTS = deadline_words.contexts()
SILENT = ("link", "filler", "nothing")
EXAMPLES = [pytest.param(row, e, id=f"{row.id}: {e.text}") for row in ROWS for e in row.examples]
NOTS = [pytest.param(row, text, id=f"{row.id}: {text}") for row in ROWS for text in row.not_]
ACCEPTED = [pytest.param(c, s, id=f"{c.id}: {s.text}") for c in CONTEXTS for s in c.accept]
REJECTED = [pytest.param(c, s, id=f"{c.id}: {s}") for c in CONTEXTS for s in c.reject]


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- the grammar ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "example"), EXAMPLES)
def test_a_row_reads_its_example(row: Row, example: Example) -> None:
    reading = parse(example.text, example.years)
    assert reading is not None
    assert row.id in reading.rule.split("+")
    assert reading.warnings == example.warnings
    assert reading.deadline == Deadline(
        text=_plain(example.text),
        start=example.start,
        end=example.end,
        recurrence=example.recurrence,
        condition=example.condition,
        parts=example.parts,
    )


@pytest.mark.parametrize(("row", "text"), NOTS)
def test_a_row_leaves_others_alone(row: Row, text: str) -> None:
    reading = parse(text)
    assert reading is None or row.id not in reading.rule.split("+")


@pytest.mark.parametrize(("context", "sentence"), ACCEPTED)
def test_a_sentence_sets_a_deadline(context: Context, sentence: Sentence) -> None:
    found = {sentence.text[f.start : f.end]: f.context for f in find(sentence.text)}
    assert sentence.words in found
    assert context.verdict == "reject" or found[sentence.words] == context.id


@pytest.mark.parametrize(("context", "sentence"), REJECTED)
def test_a_sentence_sets_none(context: Context, sentence: str) -> None:
    assert [sentence[f.start : f.end] for f in find(sentence)] == []


def test_every_row_is_proven() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert [row.id for row in ROWS if not row.examples and row.kind not in SILENT] == []
    assert [row.id for row in ROWS if not row.not_ and row.kind not in SILENT] == []
    assert [c.id for c in CONTEXTS if c.verdict == "accept" and not c.accept] == []
    assert [c.id for c in CONTEXTS if c.verdict == "reject" and not c.reject] == []
    assert {lead for c in CONTEXTS for lead in c.leads} - {"*"} <= set(ids)


def test_a_row_that_does_not_compile_is_named() -> None:
    with pytest.raises(GrammarError, match="table, bad"):
        either("", [("good", "a"), ("bad", "(b")], "table")
    with pytest.raises(GrammarError, match="absent"):
        compiled("(?P<there>a)", "(?&absent)", "table, row")


def test_fragments_are_written_out() -> None:
    assert fragments("(?P<a>x[)]y)(?P<b>(?:(?&a)|\\)z))") == {"a": "x[)]y", "b": "(?:(?:x[)]y)|\\)z)"}
    assert compiled("(?P<a>m n)", "(?&a)+", "t").fullmatch("m  nm n")


# --- the forms the contract names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  ", "-", "…", "...", "/", "Chưa xác định", "Không"])
def test_nothing_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("Như mục 1", "deadline-unread"),
        ("6 tháng", "deadline-unread"),
        ("ngày 31/02/2024", "deadline-impossible"),
        ("Từ tháng 6/2025 đến tháng 3/2024", "deadline-impossible"),
        ("Quý 7/2024", "deadline-impossible"),
        ("ngày 15", "deadline-incomplete"),
        ("Quý II", "deadline-without-year"),
    ],
)
def test_what_is_not_there_is_not_guessed(text: str, warning: str) -> None:
    reading = parse(text)
    assert reading is not None
    assert reading.deadline == Deadline(text=text)
    assert warning in reading.warnings


def test_years_of_the_plan() -> None:
    def dates(text: str, years: tuple[int, int] | None) -> tuple[str | None, str | None]:
        reading = parse(text, years)
        assert reading is not None
        return reading.deadline.start, reading.deadline.end

    assert dates("Quý II", (2024, 2024)) == ("2024-04-01", "2024-06-30")
    assert dates("Quý II", (2021, 2025)) == dates("Quý II", None) == (None, None)
    assert dates("Quý II/2023", (2024, 2024)) == ("2023-04-01", "2023-06-30")
    assert dates("Tháng 12 hằng năm", (2024, 2024)) == (None, None)


def test_white_space_and_length_do_not_matter() -> None:
    spread = parse(" Quý \n IV   năm\t2022 ")
    assert spread is not None
    assert spread.deadline == Deadline(text="Quý IV năm 2022", start="2022-10-01", end="2022-12-31")


def test_a_sentence_in_a_cell_is_read_as_a_sentence() -> None:
    cell = "Thực hiện theo Quyết định số 12/QĐ-UBND ngày 05/01/2024, báo cáo trước ngày 15/12/2025"
    reading = parse("Kế hoạch kèm văn bản, " + cell)
    assert reading is not None
    assert (reading.deadline.start, reading.deadline.end) == (None, "2025-12-14")
    assert "deadline-partly-read" in reading.warnings


def test_the_58_deadlines_of_a_plan() -> None:
    gold = Path(__file__).resolve().parent.parent.parent / "shared" / "gold" / "seeds"
    file = next(iter(sorted(gold.glob("002_*.json"))), None)
    if file is None:
        pytest.skip("no hand-made gold of the corpus beside the project")
    tasks = json.loads(file.read_text(encoding="utf-8"))["table_tasks"]
    read = [parse(task["deadline"], (2023, 2023)) for task in tasks]
    got = [
        {"start": r.deadline.start, "end": r.deadline.end, "recurrence": r.deadline.recurrence} if r else None
        for r in read
    ]
    assert len(tasks) == 58
    assert got == [task["when"] for task in tasks]


# --- sentences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Căn cứ Nghị quyết số 30c/NQ-CP ngày 08/11/2011 của Chính phủ về cải cách hành chính giai đoạn 2011-2020;",
        "Ban hành Kế hoạch cải cách hành chính năm 2023.",
        "Quyết định này có hiệu lực thi hành kể từ ngày ký.",
        "Chi thường xuyên bố trí trong dự toán hàng năm.",
        "Liên quan đến các ngành, trong đó có Sở Nội vụ.",
    ],
)
def test_no_deadline(text: str) -> None:
    assert find(text) == []


def test_due_days_of_reports() -> None:
    text = (
        "Báo cáo quý: nộp trước ngày 5 tháng cuối quý. Với 6 tháng thì trước ngày 5 tháng\n6 hàng năm; với cả năm thì "
        "trước ngày 10 tháng 11 hàng năm."
    )
    parts = [part for f in find(text) for part in f.reading.deadline.parts]
    assert parts == [
        DeadlinePart(recurrence="quarterly", due=Due(day=5, month=3, exclusive=True)),
        DeadlinePart(recurrence="yearly", due=Due(day=5, month=6, exclusive=True)),
        DeadlinePart(recurrence="yearly", due=Due(day=10, month=11, exclusive=True)),
    ]


def test_a_sentence_takes_the_plans_year() -> None:
    (found,) = find("Tổng hợp, báo cáo UBND tỉnh trước ngày 20/11.", (2026, 2026))
    assert found.reading.deadline.end == "2026-11-19"
    assert found.reading.warnings == ()


def test_combine() -> None:
    text = "Hằng quý rà soát, báo cáo trong thời hạn 05 ngày làm việc kể từ ngày kết thúc quý"
    reading = combine([f.reading for f in find(text)], "hằng quý")
    assert reading.deadline.recurrence == "quarterly"
    assert reading.deadline.parts[1].offset == Offset(value=5, unit="working-day", after="ngày kết thúc quý")
    assert reading.rule == "quarterly+offset"
    assert combine([], "không có").deadline == Deadline(text="không có")


# --- writing --------------------------------------------------------------------------------------------------------


def _assert_back(deadline: Deadline) -> None:
    written = format(deadline)
    reading = parse(written)
    assert written and reading is not None
    back = msgspec.structs.replace(reading.deadline, text=deadline.text)
    assert _folded(back) == _folded(deadline)


def _folded(deadline: Deadline) -> str:
    return msgspec.json.encode(deadline).decode().lower()


@pytest.mark.parametrize("example", [e for row in ROWS for e in row.examples], ids=lambda e: e.text)
def test_what_is_read_can_be_written(example: Example) -> None:
    reading = parse(example.text, example.years)
    assert reading is not None
    if reading.deadline == Deadline(text=reading.deadline.text):
        assert format(reading.deadline) == reading.deadline.text
    else:
        _assert_back(reading.deadline)


DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
CYCLES = st.sampled_from(["continuous", "periodic", "weekly", "monthly", "quarterly", "half-yearly", "yearly"])


@given(DAYS, st.integers(0, 2000), st.sampled_from(["both", "start", "end"]), st.none() | CYCLES)
def test_dates_are_written_and_read_back(first: date, days: int, sides: str, cycle: str | None) -> None:
    last = first + timedelta(days=days)
    start = first.isoformat() if sides != "end" else None
    end = last.isoformat() if sides != "start" else None
    _assert_back(Deadline(text="x", start=start, end=end, recurrence=cycle))  # type: ignore[arg-type]


@given(st.integers(1, 28), st.integers(1, 12), st.booleans())
def test_due_days_are_written_and_read_back(day: int, month: int, exclusive: bool) -> None:
    for recurrence, of in (("yearly", month), ("monthly", None), ("quarterly", month % 4 + 1)):
        part = DeadlinePart(recurrence=recurrence, due=Due(day=day, month=of, exclusive=exclusive))  # type: ignore[arg-type]
        _assert_back(Deadline(text="x", recurrence=recurrence, parts=(part,)))  # type: ignore[arg-type]


VOCABULARY = deadline_words.vocabulary()


@pytest.mark.parametrize(("words", "unit"), VOCABULARY.units.items())
def test_a_unit_is_read_and_written(words: str, unit: str) -> None:
    reading = parse(f"trong thời hạn 05 {words} kể từ ngày ký")
    assert reading is not None and [p.offset and p.offset.unit for p in reading.deadline.parts] == [unit]
    _assert_back(reading.deadline)


@pytest.mark.parametrize(("words", "month"), VOCABULARY.month_of_quarter.items())
def test_a_month_of_the_quarter_is_read(words: str, month: int) -> None:
    reading = parse(f"ngày 5 tháng {words} quý")
    assert reading is not None and [p.due and p.due.month for p in reading.deadline.parts] == [month]


@pytest.mark.parametrize(("words", "months"), VOCABULARY.months.items())
def test_a_cycle_of_so_many_months_is_read(words: str, months: int) -> None:
    reading = parse(f"01 lần/{words}")
    step = {12: "yearly", 6: "half-yearly", 3: "quarterly", 1: "monthly"}[months]
    assert reading is not None and reading.deadline.recurrence == step


@pytest.mark.parametrize(("words", "number"), VOCABULARY.numerals.items())
def test_a_numeral_is_that_of_a_quarter(words: str, number: int) -> None:
    reading = parse(f"Quý {words.upper()} năm 2025")
    assert reading is not None
    assert reading.deadline.start == (f"2025-{3 * number - 2:02d}-01" if number < 5 else None)


def test_a_month_without_words_keeps_its_text() -> None:
    part = DeadlinePart(recurrence="quarterly", due=Due(day=5, month=6, exclusive=False))
    later = Deadline(text="ngày 05 tháng cuối quý sau", recurrence="quarterly", parts=(part,))
    assert format(later) == later.text


def test_what_has_no_words_keeps_its_text() -> None:
    odd = Deadline(text="ba lần, khi trời đẹp", recurrence="weekly", condition="khi trời đẹp, ba lần; rồi thôi")
    assert format(odd) == odd.text


# --- junk -----------------------------------------------------------------------------------------------------------

WORDS = """quý tháng năm ngày trước đến hết trong từ sau chậm nhất hằng hàng định kỳ thường xuyên I II IV 1 15 31 2024
2025 / - , ; ( ) và kể lần cuối đầu 6 theo khi đột xuất … . 15/6 12/2024 31/02/2024 99 làm việc"""
SCRAPS = st.sampled_from([*WORDS.split(), "\n"])
SCRAMBLED = st.lists(SCRAPS, max_size=14).map(" ".join)
YEARS = st.none() | st.tuples(st.integers(2000, 2030), st.integers(0, 10)).map(lambda y: (y[0], y[0] + y[1]))


def _assert_sound(reading: Reading) -> None:
    d = reading.deadline
    assert not (d.start and d.end) or d.start <= d.end
    for day in (d.start, d.end, *(p.start for p in d.parts), *(p.end for p in d.parts)):
        assert day is None or date.fromisoformat(day)
    assert set(reading.warnings) <= set(deadlines.WARNINGS)
    assert reading.rule


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | SCRAMBLED, YEARS)
def test_any_cell_is_read(text: str, years: tuple[int, int] | None) -> None:
    reading = parse(text, years)
    if reading is not None:
        _assert_sound(reading)
        assert reading.deadline.text == _plain(text)
        assert format(reading.deadline)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80) | SCRAMBLED, YEARS)
def test_any_sentence_is_read(text: str, years: tuple[int, int] | None) -> None:
    past = 0
    for found in find(text, years):
        assert past <= found.start < found.end <= len(text)
        assert found.reading.deadline.text == _plain(text[found.start : found.end])
        _assert_sound(found.reading)
        past = found.end


@pytest.mark.parametrize(
    "scrap", ["trước ngày ", "tháng 5, ", "hằng năm ", "(", "1", "theo quy định ", "từ ngày đến ", "đã "]
)
def test_time_grows_with_length_only(scrap: str) -> None:
    text = scrap * (20_000 // len(scrap))
    began = time.process_time()
    find(text)
    parse(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("printed", "recurrence"),
    [("Thường xuyen", "continuous"), ("Thuong xuyên", "continuous"), ("Hàng thang", "monthly")],
)
def test_words_that_lost_their_marks(printed: str, recurrence: str) -> None:
    reading = deadlines.parse(printed)
    assert reading is not None
    assert (reading.deadline.recurrence, reading.deadline.text) == (recurrence, printed)
    assert reading.warnings == ("deadline-marks-lost",)


@pytest.mark.parametrize("printed", ["Quy che", "xuyen", "Tờ trinh", "Thường trực", "Thương mại"])
def test_words_that_are_no_deadline_with_marks_either(printed: str) -> None:
    reading = deadlines.parse(printed)
    assert reading is not None and reading.warnings == ("deadline-unread",)
