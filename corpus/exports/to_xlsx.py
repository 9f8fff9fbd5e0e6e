"""An Excel workbook as an office expects it: a sheet for each kind of thing, and the sheet that follows the tasks.

Written row by row (XlsxWriter's constant memory), in one pass over the decisions and one for each area of reform. All
texts are written as texts, so that none is run as a formula. A sheet that is full (1,048,576 rows) goes on in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from sqlalchemy import Connection, func, select

from corpus.exports import Written, labels, tracking
from corpus.exports.tabular import batches, keys
from parsers.model import Citation, Decision, Section, Task
from schema import tables as t
from schema.load import load_many

#: The file that `write` writes.
NAME = "vanban.xlsx"
MOST_ROWS = 1_048_576
#: Letters of a cell; what is longer is cut and says so.
MOST_LETTERS = 32_767
#: Points: one line of text, and the highest row that Excel takes.
LINE, MOST_HIGH = 16, 409
#: Excel counts days from here; earlier dates are written as words.
FIRST_DAY = date(1900, 1, 1)

#: What XlsxWriter (now and before 3.3) keeps of each row, also of those it has written: 22 kB a decision.
KEPT = ("row_info", "set_rows", "row_sizes")

Cells = Sequence[Any]


class Columns(NamedTuple):
    """The columns of a sheet: headings with their widths in letters."""

    name: str
    widths: dict[str, int]


DECISIONS = Columns(
    "Quyết định",
    {
        "Số, ký hiệu": 18,
        "Ngày ban hành": 12,
        "Loại": 13,
        "Tỉnh, thành phố": 16,
        "Cơ quan ban hành": 26,
        "Trích yếu": 60,
        "Người ký": 22,
        "Chức vụ": 18,
        "Có hiệu lực từ": 12,
        "Hết hiệu lực": 12,
        "Quy phạm pháp luật": 11,
        "Số nhiệm vụ": 10,
        "Số viện dẫn": 10,
        "Số cảnh báo": 10,
        "Tệp nguồn": 30,
        "Mã": 36,
    },
)
PLANS = Columns(
    "Kế hoạch",
    {
        "Quyết định": 18,
        "Tỉnh, thành phố": 16,
        "Loại văn bản kèm theo": 15,
        "Ký hiệu": 12,
        "Tên gọi": 60,
        "Chủ đề": 24,
        "Từ năm": 8,
        "Đến năm": 8,
        "Định hướng đến": 10,
        "Số mục": 8,
        "Số bảng": 8,
        "Số nhiệm vụ": 10,
        "Mã quyết định": 36,
    },
)
TASKS = Columns(
    "Nhiệm vụ",
    {
        "Quyết định": 18,
        "Tỉnh, thành phố": 16,
        "Nhóm": 28,
        "TT": 7,
        "Nhiệm vụ": 60,
        "Lĩnh vực": 26,
        "Cơ quan chủ trì": 24,
        "Cơ quan phối hợp": 24,
        "Vai trò khác": 20,
        "Sản phẩm": 26,
        "Kinh phí": 14,
        "Thời gian hoàn thành": 20,
        "Từ ngày": 12,
        "Đến ngày": 12,
        "Định kỳ": 12,
        "Điều kiện": 20,
        "Ghi chú": 16,
        "Mã nhiệm vụ": 40,
    },
)
CITATIONS = Columns(
    "Viện dẫn",
    {
        "Quyết định": 18,
        "Tỉnh, thành phố": 16,
        "Nguyên văn": 60,
        "Loại": 9,
        "Số, ký hiệu": 18,
        "Tên gọi": 30,
        "Năm": 7,
        "Ngày": 12,
        "Cơ quan ban hành": 22,
        "Quan hệ": 16,
        "Điều khoản": 20,
        "Xác định được": 30,
        "Mã văn bản được dẫn": 28,
        "Mã quyết định": 36,
    },
)
AGENCIES = Columns(
    "Cơ quan",
    {
        "Quyết định": 18,
        "Tỉnh, thành phố": 16,
        "Cơ quan": 40,
        "Loại": 18,
        "Số lần nhắc": 10,
        "Chủ trì (nhiệm vụ)": 11,
        "Phối hợp (nhiệm vụ)": 11,
        "Mã cơ quan": 24,
        "Mã quyết định": 36,
    },
)
WARNINGS = Columns(
    "Cảnh báo",
    {
        "Quyết định": 18,
        "Tỉnh, thành phố": 16,
        "Nội dung": 70,
        "Nguyên văn": 50,
        "Vị trí": 9,
        "Mã cảnh báo": 26,
        "Mã quyết định": 36,
    },
)
FOLLOWED = Columns("Theo dõi", tracking.COLUMNS)


class Formats:
    """The looks of cells."""

    def __init__(self, book: Any) -> None:
        font = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
        boxed = {**font, "border": 1, "border_color": "#999999"}
        self.heading = book.add_format(
            {**boxed, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#DDE7F3"}
        )
        self.words = book.add_format({**boxed, "text_wrap": True})
        self.day = book.add_format({**boxed, "num_format": "dd/mm/yyyy", "align": "center"})
        self.figure = book.add_format({**boxed, "num_format": "0", "align": "center"})
        self.area = book.add_format({**boxed, "bold": True, "bg_color": "#EEF3E6"})
        self.plan = book.add_format({**boxed, "italic": True, "bg_color": "#F7F7F7"})
        self.total = book.add_format({**boxed, "bold": True, "num_format": "#,##0"})


class Sheet:
    """A sheet that takes rows one after the other and goes on in another where it is full."""

    def __init__(self, book: Any, formats: Formats, columns: Columns) -> None:
        self._book, self._formats, self.columns = book, formats, columns
        self._count = 0
        self._open()

    def _open(self) -> None:
        self._count += 1
        name = self.columns.name if self._count == 1 else f"{self.columns.name} ({self._count})"
        self.page, self.next = self._book.add_worksheet(name), 1
        for place, width in enumerate(self.columns.widths.values()):
            self.page.set_column(place, place, width)
        self.page.freeze_panes(1, 0)
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.repeat_rows(0)
        self.page.fit_to_pages(1, 0)
        self.page.set_row(0, 36)
        for place, heading in enumerate(self.columns.widths):
            self.page.write_string(0, place, heading, self._formats.heading)

    def start(self, level: int = 0, lines: int = 1) -> int:
        """The number of a new row `lines` high; `level`: how deep it lies in the outline that can be folded away."""
        if self.next >= MOST_ROWS:
            self.filter()
            self._open()
        self.next += 1
        self.page.set_row(self.next - 1, min(LINE * lines, MOST_HIGH), None, {"level": level})
        for name in KEPT:
            getattr(self.page, name, {}).pop(self.next - 3, None)
        return self.next - 1

    def row(self, cells: Cells, level: int = 0) -> int:
        """Writes a row, as high as its longest cell needs; its number."""
        words = zip(cells, self.columns.widths.values(), strict=True)
        number = self.start(level, max(lines(cell, width) for cell, width in words))
        for place, value in enumerate(cells):
            self.cell(number, place, value)
        return number

    def cell(self, number: int, place: int, value: Any, look: Any = None) -> None:
        """Writes one cell by its type: dates as dates, numbers as numbers, all else as text."""
        if value is None or value == "":
            self.page.write_blank(number, place, None, look or self._formats.words)
        elif isinstance(value, date) and value >= FIRST_DAY:
            self.page.write_datetime(number, place, value, look or self._formats.day)
        elif isinstance(value, int) and not isinstance(value, bool):
            self.page.write_number(number, place, value, look or self._formats.figure)
        else:
            self.page.write_string(number, place, fitting(str(value)), look or self._formats.words)

    def filter(self) -> None:
        """Puts the arrows of a filter over all rows written so far."""
        self.page.autofilter(0, 0, max(self.next - 1, 1), len(self.columns.widths) - 1)


def lines(value: Any, width: int) -> int:
    """About how many lines a cell needs in a column of this width, in letters; programs do not all work it out.

    >>> lines("Sở Nội vụ", 10), lines("Sở Nội vụ chủ trì, phối hợp", 10), lines(5, 10)
    (1, 3, 1)
    """
    if not isinstance(value, str):
        return 1
    return sum(1 + int(len(part) * 0.85) // width for part in value[:MOST_LETTERS].split("\n"))


def fitting(words: str) -> str:
    """Words that a cell takes; Excel counts letters outside the first plane twice.

    >>> fitting("a" * 40000)[-30:]
    'aaaaaaa… (còn 7.293 ký tự nữa)'
    """
    if len(words) <= MOST_LETTERS // 2 or len(words) + sum(letter > "\uffff" for letter in words) <= MOST_LETTERS:
        return words
    kept = MOST_LETTERS - 60 if words.isascii() else (MOST_LETTERS - 60) // 2
    return f"{words[:kept]}… (còn {labels.number(len(words) - kept)} ký tự nữa)"


def write(connection: Connection, out: Path, ids: Iterable[int], *, agency: str | None = None) -> Written:
    """The workbook `vanban.xlsx`. `agency`: only tasks that it leads or supports are followed.

    `agency` is what a person types; raises `Misunderstood`.
    """
    chosen, agencies, count = list(ids), tracking.asked(agency), 0
    with xlsxwriter.Workbook(str(out / NAME), {"constant_memory": True}) as book:
        book.use_zip64()  # before it is packed a full sheet may be larger than 2 GB
        formats = Formats(book)
        sheets = {make: Sheet(book, formats, columns) for columns, make in SHEETS}
        for shown, decision in _decisions(connection, chosen):
            count += 1
            for make, sheet in sheets.items():
                for cells in make(shown, decision):
                    sheet.row(cells)
        findings = Sheet(book, formats, WARNINGS)
        for cells in _findings(connection, chosen):
            findings.row(cells)
        for sheet in (*sheets.values(), findings):
            sheet.filter()
        _Followed(Sheet(book, formats, FOLLOWED), formats).write(connection, chosen, agencies)
    return Written(count, 1)


def _decisions(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[str, Decision]]:
    for batch in batches(ids):
        shown = keys(connection, batch)
        yield from zip((shown[i] for i in batch if i in shown), load_many(connection, batch), strict=True)


def _named(decision: Decision) -> tuple[str | None, str | None]:
    head = decision.document
    return head.number, head.province.name if head.province else None


def _date(iso: str | None) -> date | str | None:
    return labels.as_date(iso) or iso


def _decision_rows(shown: str, decision: Decision) -> Iterator[Cells]:
    head = decision.document
    signers = "; ".join(signer.name for signer in head.signers)
    positions = "; ".join(signer.position or "" for signer in head.signers)
    counts = len(decision.tasks), len(decision.citations), len(decision.warnings)
    named = head.number, _date(head.date), head.type.name, head.province and head.province.name, head.issuer
    force = _date(head.effective_date), _date(head.expires), "có" if head.normative else "không"
    title = head.display_title or head.title
    yield (*named, title, signers, positions, *force, *counts, decision.source.name, shown)


def _count(sections: Iterable[Section]) -> int:
    return sum(1 + _count(section.children) for section in sections)


def _plan_rows(shown: str, decision: Decision) -> Iterator[Cells]:
    for n, plan in enumerate(decision.attachments):
        years = (plan.period.start, plan.period.end, plan.period.vision) if plan.period else (None, None, None)
        tasks = sum(task.attachment == n for task in decision.tasks)
        named = plan.kind, plan.label, plan.title, labels.topic(plan.topic)
        yield (*_named(decision), *named, *years, _count(plan.sections), len(plan.tables), tasks, shown)


def _task_rows(shown: str, decision: Decision) -> Iterator[Cells]:
    for task in decision.tasks:
        what = task.group, task.number or task.section, task.text, task.area and labels.areas().get(task.area)
        who = (party.text if party else None for party in (task.lead, task.support))
        roles = "; ".join(f"{labels.ROLES[role.role]}: {role.text}" for role in task.roles)
        yield (*_named(decision), *what, *who, roles, task.output, task.budget, *_due(task), task.note, task.key)


def _due(task: Task) -> Cells:
    due = task.deadline
    if due is None:
        return (None,) * 5
    repeated = due.recurrence and labels.RECURRENCES[due.recurrence]
    return due.text, _date(due.start), _date(due.end), repeated, due.condition


def _citation_rows(shown: str, decision: Decision) -> Iterator[Cells]:
    for cited in decision.citations:
        what = cited.text, cited.type, cited.number, cited.name, cited.year, _date(cited.date), cited.issuer
        places = "; ".join(map(labels.pinpoint, cited.pinpoint))
        yield (*_named(decision), *what, labels.RELATIONS[cited.relation], places, _settled(cited), cited.key, shown)


def _settled(cited: Citation) -> str | None:
    if cited.resolved is None:
        return None
    found = cited.resolved
    return "; ".join(filter(None, (found.number, labels.day(found.date), found.name, found.issuer)))


def _agency_rows(shown: str, decision: Decision) -> Iterator[Cells]:
    for agency in decision.agencies:
        parts = [[task.lead for task in decision.tasks], [task.support for task in decision.tasks]]
        led, helped = (sum(agency.key in party.agencies for party in part if party) for part in parts)
        kind = labels.AGENCY_KINDS.get(agency.kind, agency.kind)
        yield (*_named(decision), agency.name, kind, agency.mentions, led, helped, agency.key, shown)


SHEETS: tuple[tuple[Columns, Callable[[str, Decision], Iterator[Cells]]], ...] = (
    (DECISIONS, _decision_rows),
    (PLANS, _plan_rows),
    (TASKS, _task_rows),
    (CITATIONS, _citation_rows),
    (AGENCIES, _agency_rows),
)


def _findings(connection: Connection, ids: Sequence[int]) -> Iterator[Cells]:
    """The decisions' own warnings and those of the collection, with the words they stand at."""
    f, d = t.findings.c, t.decisions.c
    for batch in batches(ids):
        shown = keys(connection, batch)
        words = func.substr(d.text, f.start + 1, f.length)
        columns = (d.id, d.number, d.province_name, f.message, words.label("words"), f.start, f.code)
        query = select(*columns).where(f.decision_id == d.id, d.id.in_(batch)).order_by(d.id, f.origin, f.n)
        for row in connection.execute(query):
            yield row.number, row.province_name, row.message, row.words, row.start, row.code, shown[row.id]


# --- the sheet that follows the tasks ------------------------------------------------------------------------------


class _Followed:
    """Tasks by area and, under it, by decision; after each area how many there are and how many have a result."""

    def __init__(self, sheet: Sheet, formats: Formats) -> None:
        self.sheet, self.formats = sheet, formats
        self.last = len(sheet.columns.widths) - 1

    def write(self, connection: Connection, ids: Sequence[int], agencies: Sequence[str]) -> None:
        """The whole sheet."""
        total = 0
        for area, name in labels.areas().items():
            count = self._area(name, _tasks_of(connection, ids, agencies, area))
            total += count
        self._line(f"Tổng cộng: {labels.number(total)} nhiệm vụ", self.formats.total)

    def _area(self, name: str, tasks: Iterable[tuple[Any, Any]]) -> int:
        count, first, page, decision = 0, 0, self.sheet.page, None
        for head, row in tasks:
            if not count:
                first, page = self._line(name.upper(), self.formats.area) + 1, self.sheet.page
            if head.id != decision:
                decision = head.id
                title = head.display_title or head.title or ""
                self._line(f"{labels.cited_as(head)}: {title}", self.formats.plan, level=1)
            count += 1
            self.sheet.row(tracking.cells(count, row), level=1)
        if count:
            self._subtotal(count, first if page is self.sheet.page else None)
        return count

    def _line(self, words: str, look: Any, level: int = 0) -> int:
        number = self.sheet.start(level)  # one line: the words run on over the empty cells beside them
        for place in range(self.last + 1):
            self.sheet.cell(number, place, words if place == 1 else None, look)
        return number

    def _subtotal(self, count: int, first: int | None) -> None:
        """How many tasks; in the column of results how many are filled in, counted by the spreadsheet."""
        number = self._line(f"Cộng: {labels.number(count)} nhiệm vụ", self.formats.total)
        if first is not None and number > first:
            column = chr(ord("A") + tracking.RESULT)
            formula = f"=SUBTOTAL(103,{column}{first + 1}:{column}{number})"
            self.sheet.page.write_formula(number, tracking.RESULT, formula, self.formats.total, 0)


def _tasks_of(
    connection: Connection, ids: Sequence[int], agencies: Sequence[str], area: str | None
) -> Iterator[tuple[Any, Any]]:
    for batch in batches(ids, 500):
        heads = tracking.heads(connection, batch)
        for row in tracking.tasks(connection, batch, agencies=agencies, area=area):
            yield heads[row.decision_id], row
