"""The table of tasks as an appendix in Word: A4 landscape, Times New Roman 13, as NĐ 30/2020/NĐ-CP lays papers out.

One file a decision that sets tasks: PHỤ LỤC, what is followed, the caption (Kèm theo …), then the columns of
`corpus.exports.tracking` grouped by area of reform (by the plan's own groups where it is not about reform), with
subtotals. The header row is repeated on every page; page numbers stand in the middle of the top margin, but for the
first page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import groupby
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from sqlalchemy import Connection

from corpus.exports import Written, labels, tracking
from corpus.exports.tabular import FileNames, batches, keys
from parsers.agency_register import name_at

FONT, SIZE = "Times New Roman", 13
#: Millimetres: the page (A4 on its side), its margins (NĐ 30: left 30-35, right 15-20, top and bottom 20-25).
PAGE = (297, 210)
LEFT, RIGHT, TOP, BOTTOM = 30, 15, 20, 20
PADDING = 2  # points above and below the words of a cell
CENTRED = ("TT", "Thời gian hoàn thành")


def write(connection: Connection, out: Path, ids: Iterable[int], *, agency: str | None = None) -> Written:
    """One `.docx` a decision that has tasks. `agency`: only the tasks that it leads or supports.

    `agency` is what a person types; raises `Misunderstood`.
    """
    agencies = tracking.asked(agency)
    count, files, names = 0, 0, FileNames(".docx")
    for batch in batches(ids):
        shown, heads = keys(connection, batch), tracking.heads(connection, batch)
        rows = groupby(tracking.tasks(connection, batch, agencies=agencies), lambda row: row.decision_id)
        for decision, tasks in rows:
            paper = appendix(heads[decision], list(tasks), agencies)
            paper.save(str(out / names.name(shown[decision])))
            files += 1
        count += len(heads)
    return Written(count, files)


def appendix(head: Any, tasks: Sequence[Any], agencies: Sequence[str] = ()) -> Any:
    """The paper for one decision (a row of `decisions`) and its rows of `tasks`: a python-docx document."""
    paper = page()
    line(paper, "PHỤ LỤC", bold=True)
    line(paper, "THEO DÕI KẾT QUẢ THỰC HIỆN NHIỆM VỤ", bold=True)
    if agencies:
        line(paper, f"của {', '.join(name_at(key, head.date) or key for key in agencies)}", bold=True)
    line(paper, f"(Kèm theo {labels.cited_as(head, labels.long_day)})", italic=True, after=12)
    table = Grid(paper, tracking.COLUMNS, CENTRED)
    for number, (name, group) in enumerate(_groups(tasks), start=1):
        table.line(_roman(number), name)
        for place, row in enumerate(group, start=1):
            table.row(tracking.cells(place, row))
        table.line("", f"Cộng: {labels.number(len(group))} nhiệm vụ")
    table.line("", f"Tổng cộng: {labels.number(len(tasks))} nhiệm vụ")
    return paper


def _groups(tasks: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """By area in the order of the PAR Index, or in the plan's own order by the groups that it has itself."""
    if any(row.area for row in tasks):
        for area, name in labels.areas().items():
            found = [row for row in tasks if (row.area if row.area in labels.areas() else None) == area]
            if found:
                yield name.upper(), found
        return
    for group, rows in groupby(tasks, lambda row: row.group_name):
        yield group or "NHIỆM VỤ", list(rows)


def _roman(number: int) -> str:
    """A Roman number.

    >>> _roman(4), _roman(8), _roman(49)
    ('IV', 'VIII', 'XLIX')
    """
    steps = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
    written = ""
    for value, sign in (*steps, (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        written += sign * (number // value)
        number %= value
    return written


# --- the page ------------------------------------------------------------------------------------------------------


def page() -> Any:
    """An empty paper: A4 on its side, the fonts and margins of NĐ 30/2020/NĐ-CP, pages numbered from the second on."""
    paper = Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = map(Mm, PAGE)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.different_first_page_header_footer = True
    _number_pages(section.header.paragraphs[0])
    return paper


def _number_pages(line: Any) -> None:
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    line._p.append(field)


def line(paper: Any, words: str, bold: bool = False, italic: bool = False, after: int = 0) -> None:
    """A line in the middle of the paper; `after`: points to the next."""
    made = paper.add_paragraph()
    made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.paragraph_format.space_after = Pt(after)
    run = made.add_run(labels.xml_words(words))
    run.bold, run.italic = bold, italic


class Grid:
    """A table, a row after the other: copies of a pattern, for building each anew takes ten times as long.

    `columns` are headings with their shares of the width; the header row is repeated on every page.
    """

    def __init__(self, paper: Any, columns: Mapping[str, int], centred: Sequence[str] = ()) -> None:
        self.names = tuple(columns)
        self.table = paper.add_table(rows=0, cols=len(columns))
        self.table.style, self.table.autofit = "Table Grid", False
        share = (PAGE[0] - LEFT - RIGHT) / sum(columns.values())
        self.widths = [Mm(width * share) for width in columns.values()]
        for column, width in zip(self.table.columns, self.widths, strict=True):
            column.width = width
        header = self._pattern(bold=True, centred=self.names)
        header.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self._add(header, self.names)
        self._row = self._pattern(bold=False, centred=centred)
        self._line = self._pattern(bold=True, centred=self.names[:1], merged=True) if len(columns) > 1 else self._row
        self._heading = deepcopy(self._line)
        for line in self._heading.iter(qn("w:p")):
            Paragraph(line, self.table).paragraph_format.keep_with_next = True

    def _pattern(self, bold: bool, centred: Sequence[str], merged: bool = False) -> Any:
        """A row that no page break cuts, without words; `merged`: all cells but the first are one."""
        row = self.table.add_row()
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, self.widths, strict=True):
            cell.width = width
        if merged:
            row.cells[1].merge(row.cells[-1])
        for name, tc in zip(self.names, row._tr.tc_lst, strict=False):
            cell = _Cell(tc, self.table).paragraphs[0]
            cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(PADDING)
            cell.alignment = WD_ALIGN_PARAGRAPH.CENTER if name in centred else WD_ALIGN_PARAGRAPH.LEFT
            cell.add_run("").bold = bold
        self.table._tbl.remove(row._tr)
        return row._tr

    def _add(self, pattern: Any, cells: Sequence[Any]) -> None:
        row = deepcopy(pattern)
        for run, words in zip(row.iter(qn("w:r")), cells, strict=True):
            Run(run, self.table).text = labels.xml_words(str(words))
        self.table._tbl.append(row)

    def row(self, cells: Sequence[Any]) -> None:
        """A row of all columns."""
        self._add(self._row, cells)

    def line(self, place: str, words: str) -> None:
        """A row of one text, in bold, over all columns but the first; with a place it heads the rows after it."""
        self._add(self._heading if place else self._line, (place, words))
