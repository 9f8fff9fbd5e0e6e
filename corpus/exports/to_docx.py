"""The table of tasks as an appendix in Word: A4 landscape, Times New Roman 13, as NĐ 30/2020/NĐ-CP lays papers out.

One file a decision that sets tasks: PHỤ LỤC, what is followed, the caption (Kèm theo …), then the columns of
`corpus.exports.tracking` grouped by area of reform (by the plan's own groups where it is not about reform), with
subtotals. The header row is repeated on every page; page numbers stand in the middle of the top margin, but for the
first page. All that papers have in common is made once: python-docx takes a tenth of a second for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from lxml import etree
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

_RUN, _TEXT, _BREAK, _TAB, _SPACE = map(qn, ("w:r", "w:t", "w:br", "w:tab", "xml:space"))
_PIECES = re.compile(r"([\t\r\n])")


def write(connection: Connection, out: Path, ids: Iterable[int], *, agency: str | None = None) -> Written:
    """One `.docx` a decision that has tasks. `agency`: only the tasks that it leads or supports.

    `agency` is what a person types; raises `Misunderstood`.
    """
    agencies = tracking.asked(agency)
    count, files, names, press = 0, 0, FileNames(".docx"), Press()
    for batch in batches(ids):
        shown, heads = keys(connection, batch), tracking.heads(connection, batch)
        rows = groupby(tracking.tasks(connection, batch, agencies=agencies), lambda row: row.decision_id)
        for decision, tasks in rows:
            appendix(press.empty(), heads[decision], list(tasks), agencies)
            press.save(out / names.name(shown[decision]))
            files += 1
        count += len(heads)
    return Written(count, files)


def appendix(paper: Any, head: Any, tasks: Sequence[Any], agencies: Sequence[str] = ()) -> None:
    """Writes on an empty paper what is for one decision (a row of `decisions`) and its rows of `tasks`."""
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


class Press:
    """Papers one after the other on one sheet: all but the body is made and packed once."""

    def __init__(self) -> None:
        self._paper, whole, rest = page(), BytesIO(), BytesIO()
        self._paper.save(whole)
        self._section = deepcopy(self._paper.element.body.sectPr)
        self._body = self._paper.part.partname.membername
        with ZipFile(whole) as made, ZipFile(rest, "w", ZIP_DEFLATED) as kept:
            for name in made.namelist():
                if name != self._body:
                    kept.writestr(name, made.read(name))
        self._rest = rest.getvalue()

    def empty(self) -> Any:
        """The paper (a python-docx document) without what was written on it."""
        body = self._paper.element.body
        body.clear()  # frees it at once: clear_content takes long, and a new document waits for the garbage collector
        body.append(deepcopy(self._section))
        return self._paper

    def save(self, file: Path) -> None:
        """Writes the paper as it is now to a file."""
        whole = BytesIO(self._rest)
        with ZipFile(whole, "a", ZIP_DEFLATED) as packed:
            packed.writestr(self._body, self._paper.part.blob)
        file.write_bytes(whole.getvalue())


class Grid:
    """A table at the end of a paper, a row after the other.

    `columns` are headings with their shares of the width; the header row is repeated on every page.
    """

    def __init__(self, paper: Any, columns: Mapping[str, int], centred: Sequence[str] = ()) -> None:
        self._made = _patterns(tuple(columns.items()), tuple(centred))
        self._table = deepcopy(self._made.table)
        paper.element.body._insert_tbl(self._table)

    def row(self, cells: Sequence[Any]) -> None:
        """A row of all columns."""
        self._table.append(_filled(self._made.row, cells))

    def line(self, place: str, words: str) -> None:
        """A row of one text, in bold, over all columns but the first; with a place it heads the rows after it."""
        self._table.append(_filled(self._made.heading if place else self._made.line, (place, words)))


class _Patterns(NamedTuple):
    """What a table is copied from: its head, and rows without words; building each anew takes ten times as long."""

    table: Any
    row: Any
    line: Any
    heading: Any


@cache
def _patterns(columns: Sequence[tuple[str, int]], centred: Sequence[str]) -> _Patterns:
    names, total = [name for name, _ in columns], sum(share for _, share in columns)
    table = Document().add_table(rows=0, cols=len(columns))
    table.style, table.autofit = "Table Grid", False
    for column, (_, share) in zip(table.columns, columns, strict=True):
        column.width = Mm((PAGE[0] - LEFT - RIGHT) / total * share)
    head = _pattern(table, names, bold=True, centred=names)
    head.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    row = _pattern(table, names, bold=False, centred=centred)
    line = _pattern(table, names, bold=True, centred=names[:1], merged=True) if len(columns) > 1 else row
    heading = deepcopy(line)
    for words in heading.iter(qn("w:p")):
        Paragraph(words, table).paragraph_format.keep_with_next = True
    table._tbl.append(_filled(head, names))
    return _Patterns(table._tbl, row, line, heading)


def _pattern(table: Any, names: Sequence[str], bold: bool, centred: Sequence[str], merged: bool = False) -> Any:
    """A row that no page break cuts, without words; `merged`: all cells but the first are one."""
    row = table.add_row()
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
    for cell, column in zip(row.cells, table.columns, strict=True):
        cell.width = column.width
    if merged:
        row.cells[1].merge(row.cells[-1])
    for name, tc in zip(names, row._tr.tc_lst, strict=False):
        cell = _Cell(tc, table).paragraphs[0]
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(PADDING)
        cell.alignment = WD_ALIGN_PARAGRAPH.CENTER if name in centred else WD_ALIGN_PARAGRAPH.LEFT
        cell.add_run("").bold = bold
    table._tbl.remove(row._tr)
    return row._tr


def _filled(pattern: Any, cells: Sequence[Any]) -> Any:
    row = deepcopy(pattern)
    for run, words in zip(row.iter(_RUN), cells, strict=True):
        _say(run, labels.xml_words(str(words)))
    return row


def _say(run: Any, words: str) -> None:
    """Puts words into an empty run, tabs and breaks as Word has them."""
    for piece in filter(None, _PIECES.split(words)):
        if piece in "\t\r\n":
            etree.SubElement(run, _TAB if piece == "\t" else _BREAK)
            continue
        text = etree.SubElement(run, _TEXT)
        text.text = piece
        if piece != piece.strip():
            text.set(_SPACE, "preserve")
