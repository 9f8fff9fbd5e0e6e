"""One page, many files: the physical forms in which the generator writes a decision.

A `Page` says what stands where (letterhead, paragraphs, tables, closing); each form writes it as provinces and portals
do: cells between lines of `|`, one paragraph a line, markdown, HTML, DOCX, PDF. What is written is the same; only the
shape differs.
"""

from __future__ import annotations

import html as markup
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import regex

WIDTH = 78
NUMBERED = regex.compile(r"[IVX]+\. ")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TBL_HEADER, CANT_SPLIT = f"{W}tblHeader", f"{W}cantSplit"


@dataclass(slots=True)
class Letterhead:
    """The two cells at the top; `number` and `dated` as printed."""

    left: tuple[str, ...]
    number: str
    dated: str
    right: tuple[str, ...] = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "---------------")


@dataclass(slots=True)
class Para:
    """A paragraph; `kind` is `title`, `plain` or `item` (what stands in a list goes on without a blank line)."""

    text: str
    kind: str = "plain"


@dataclass(slots=True)
class Table:
    """Rows of cells under a header. A row of one or two cells is a group; a cell None belongs to the cell above it.

    `under` makes the header two rows (HTML and DOCX only): which of its cells stand over which others.
    """

    header: tuple[str, ...]
    rows: list[tuple[str | None, ...]]
    under: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.header) + sum(len(cells) - 1 for cells in self.under.values())


@dataclass(slots=True)
class Closing:
    """Nơi nhận on the left, the signature on the right."""

    recipients: list[str]
    signature: list[str]


Block = Letterhead | Para | Table | Closing


@dataclass(slots=True)
class Page:
    blocks: list[Block] = field(default_factory=list)


def wrap(text: str, width: int = WIDTH) -> list[str]:
    """The text in lines of at most `width` characters, broken at spaces."""
    if len(text) <= width:
        return [text]
    lines: list[str] = []
    line: list[str] = []
    length = -1
    for word in text.split(" "):
        if length + 1 + len(word) > width and line:
            lines.append(" ".join(line))
            line, length = [], -1
        line.append(word)
        length += 1 + len(word)
    return [*lines, " ".join(line)]


# ------------------------------------------------------------------------------------------------------ plain text


def cells(page: Page) -> str:
    """Hard-wrapped, a line holding only `|` after each cell."""
    lines: list[str] = []
    for block in page.blocks:
        if isinstance(block, Letterhead):
            for cell in (block.left, block.right, (block.number,), (block.dated,)):
                lines += (*cell, "|")
        elif isinstance(block, Para):
            lines += wrap(block.text)
        elif isinstance(block, Table):
            for row in (block.header, *block.rows):
                for value in row:
                    if value is not None:
                        lines += (*wrap(value), "|")
            lines.append("")  # else what follows could be one more cell
        else:
            lines += ("Nơi nhận:", *(f"- {r}" for r in block.recipients), "|", *block.signature, "|")
    return "\n".join(lines)


def grid(page: Page) -> str:
    """Hard-wrapped, `|` before each row and after each cell, headings and names between `**`."""
    lines: list[str] = []
    for block in page.blocks:
        if isinstance(block, Letterhead):
            left = (f"**{block.left[0]}**", *block.left[1:])
            for row in ((left, block.right), ((block.number,), (f"*{block.dated}*",))):
                lines.append("|")
                for cell in row:
                    lines += (*cell, "|")
        elif isinstance(block, Para):
            bold = block.kind == "title" and len(block.text) < WIDTH
            lines += wrap(f"**{block.text}**" if bold else block.text)
        elif isinstance(block, Table):
            lines += _grid_rows(block)
        else:
            lines += ("|", "*Nơi nhận:*", *(f"- {r}" for r in block.recipients), "|")
            lines += (f"**{block.signature[0]}**", *block.signature[1:], "|")
    return "\n".join(lines)


def _grid_rows(table: Table) -> Iterator[str]:
    for number, row in enumerate((table.header, *table.rows)):
        yield "|"
        for value in row:
            if value is not None:
                yield from wrap(f"**{value}**" if number == 0 or len(row) < 3 else value)
                yield "|"


def paragraphs(page: Page) -> str:
    """One paragraph a line, no cell marks; tables as markdown pipes."""
    lines: list[str] = []
    for block in page.blocks:
        if isinstance(block, Letterhead):
            lines += (*block.left, *block.right, block.number, block.dated)
        elif isinstance(block, Para):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += ("", *_pipes(block), "")
        else:
            lines += ("Nơi nhận:", *(f"- {r}" for r in block.recipients), *block.signature)
    return "\n".join(lines)


def _pipes(table: Table) -> Iterator[str]:
    size = len(table.header)
    yield f"| {' | '.join(table.header)} |"
    yield "|" + "---|" * size
    for row in table.rows:
        values = [f"**{v}**" for v in row] if len(row) < 3 else [v or "" for v in row]
        yield f"| {' | '.join(values + [''] * (size - len(values)))} |"


def markdown(page: Page) -> str:
    """One paragraph a line with blank lines between, letterhead and closing as pipe rows."""
    lines: list[str] = []
    for block in page.blocks:
        if isinstance(block, Letterhead):
            lines += (f"| {' '.join(block.left)} | {' '.join(block.right)} |", "|---|---|")
            lines.append(f"| {block.number} | {block.dated} |")
        elif isinstance(block, Para):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += _pipes(block)
        else:
            left = " ".join(["Nơi nhận:", *(f"- {r}" for r in block.recipients)])
            lines += (f"| {left} | {' '.join(block.signature)} |", "|---|---|")
        if not (isinstance(block, Para) and block.kind == "item"):
            lines.append("")
    return "\n".join(lines)


# ---------------------------------------------------------------------------------------------------- HTML and DOCX


def html(page: Page) -> str:
    """A saved page: letterhead and closing as borderless tables."""
    out = ['<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Quyết định</title></head><body>']
    for block in page.blocks:
        if isinstance(block, Letterhead):
            out.append(_html_row((block.left, block.right), ((block.number,), (block.dated,))))
        elif isinstance(block, Para):
            bold = block.kind == "title"
            out.append(f"<p>{'<b>' if bold else ''}{markup.escape(block.text)}{'</b>' if bold else ''}</p>")
        elif isinstance(block, Table):
            out += _html_table(block)
        else:
            left = ("Nơi nhận:", *(f"- {r}" for r in block.recipients))
            out.append(_html_row((left, tuple(block.signature))))
    return "\n".join((*out, "</body></html>"))


def _html_row(*rows: tuple[tuple[str, ...], ...]) -> str:
    def cell(lines: tuple[str, ...]) -> str:
        return f"<td>{''.join(f'<p>{markup.escape(line)}</p>' for line in lines)}</td>"

    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f'<table border="0" width="100%">{body}</table>'


def _html_table(table: Table) -> Iterator[str]:
    size, low = table.size, "" if not table.under else ' rowspan="2"'
    over = (f' colspan="{len(table.under[n])}"' if n in table.under else low for n in range(len(table.header)))
    heads = "".join(f"<th{span}>{markup.escape(h)}</th>" for h, span in zip(table.header, over, strict=True))
    yield f'<table border="1"><tr>{heads}</tr>'
    if table.under:
        yield f"<tr>{''.join(f'<th>{markup.escape(h)}</th>' for cells in table.under.values() for h in cells)}</tr>"
    for number, row in enumerate(table.rows):
        if len(row) < 3:
            first = f"<td>{markup.escape(row[0] or '')}</td>" if len(row) == 2 else ""
            yield f'<tr>{first}<td colspan="{size - len(row) + 1}"><b>{markup.escape(row[-1] or "")}</b></td></tr>'
        else:
            shown = ((v, _below(table, number, c)) for c, v in enumerate(row) if v is not None)
            yield "<tr>" + "".join(f"<td{_span(n)}>{markup.escape(v)}</td>" for v, n in shown) + "</tr>"
    yield "</table>"


def _below(table: Table, row: int, column: int) -> int:
    """Over how many rows a cell goes: itself and the rows below that leave it out."""
    height = 1
    for other in table.rows[row + 1 :]:
        if len(other) < 3 or other[column] is not None:
            break
        height += 1
    return height


def _span(height: int) -> str:
    return f' rowspan="{height}"' if height > 1 else ""


def docx(page: Page) -> bytes:
    """A Word file as offices write it: letterhead and closing as tables without borders, real merged cells."""
    import docx as word

    document = word.Document()
    document.styles["Normal"].font.name = "Times New Roman"
    for block, before in zip(page.blocks, [None, *page.blocks], strict=False):
        if isinstance(block, Letterhead):
            _word_row(document, (block.left, block.right), ((block.number,), (block.dated,)))
        elif isinstance(block, Para):
            paragraph: Any = document.add_paragraph()
            paragraph.add_run(block.text).bold = block.kind == "title"
            paragraph.alignment = 1 if block.kind == "title" and not NUMBERED.match(block.text) else None
            paragraph.paragraph_format.page_break_before = isinstance(before, Closing)
        elif isinstance(block, Table):
            _word_table(document, block)
        else:
            left = ("Nơi nhận:", *(f"- {r}" for r in block.recipients))
            _word_row(document, (left, tuple(block.signature)))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _word_row(document: Any, *rows: tuple[tuple[str, ...], ...]) -> None:
    table = document.add_table(rows=len(rows), cols=2)
    for row, values in zip(table.rows, rows, strict=True):
        row._tr.get_or_add_trPr().append(row._tr.makeelement(CANT_SPLIT, {}))
        for cell, lines in zip(row.cells, values, strict=True):
            cell.paragraphs[0].add_run(lines[0])
            for line in lines[1:]:
                cell.add_paragraph(line)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = 0
                paragraph.alignment = None if lines[0].startswith("Nơi nhận") else 1


def _word_table(document: Any, source: Table) -> None:
    heads = 2 if source.under else 1
    table = document.add_table(rows=heads + len(source.rows), cols=source.size, style="Table Grid")
    grid_cells = [row.cells for row in table.rows]
    _word_header(table, grid_cells, source)
    for number, row in enumerate(source.rows, heads):
        if len(row) < 3:
            start = len(row) - 1
            grid_cells[number][0].text = (row[0] or "") if start else ""
            grid_cells[number][start].merge(grid_cells[number][-1]).text = row[-1] or ""
            continue
        for column, value in enumerate(row):
            if value is None:
                grid_cells[number - 1][column].merge(grid_cells[number][column])
            else:
                grid_cells[number][column].text = value


def _word_header(table: Any, grid_cells: list[Any], source: Table) -> None:
    """One header row, or two: a cell over its sub-columns, the others over both rows; repeated on each page."""
    column = 0
    for number, text in enumerate(source.header):
        parts = source.under.get(number, ())
        top = grid_cells[0][column]
        if parts:
            top.merge(grid_cells[0][column + len(parts) - 1])
            for place, part in enumerate(parts, column):
                grid_cells[1][place].text = part
        elif source.under:
            top.merge(grid_cells[1][column])
        top.text = text
        column += max(1, len(parts))
    for row in table.rows[: 2 if source.under else 1]:
        row._tr.get_or_add_trPr().append(row._tr.makeelement(TBL_HEADER, {}))


# -------------------------------------------------------------------------------------------------------------- PDF

PAGE_WIDTH, PAGE_HEIGHT, MARGIN, SIZE, LEADING = 842, 595, 50, 10, 14
ADVANCE = SIZE * 0.5


def _to_unicode(letters: Iterable[str]) -> str:
    """What says which character each code is: of the letters used, as office programs write it."""
    codes = sorted({ord(letter) for letter in letters if ord(letter) < 0x10000})
    some = [codes[n : n + 100] for n in range(0, len(codes), 100)]
    maps = (f"{len(part)} beginbfchar\n{''.join(f'<{c:04X}><{c:04X}>' for c in part)}\nendbfchar\n" for part in some)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange <0000><FFFF> endcodespacerange\n{''.join(maps)}endcmap end end"
    )


class _Sheets:
    """Text lines and ruling lines on landscape pages, from top to bottom."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.letters: set[str] = set()
        self.y = PAGE_HEIGHT - MARGIN

    def room(self, lines: int) -> None:
        if self.y - lines * LEADING < MARGIN:
            self.pages.append([])
            self.y = PAGE_HEIGHT - MARGIN

    def write(self, x: float, y: float, text: str) -> None:
        codes = text.encode("utf-16-be").hex()
        self.letters.update(text)
        self.pages[-1].append(f"BT /F {SIZE} Tf {x:.1f} {y:.1f} Td <{codes}> Tj ET")

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pages[-1].append(f"{x0:.1f} {y0:.1f} m {x1:.1f} {y1:.1f} l S")

    def paragraph(self, text: str, centred: bool = False) -> None:
        whole = PAGE_WIDTH - 2 * MARGIN
        for line in wrap(text, int(whole / ADVANCE)):
            self.room(1)
            self.y -= LEADING
            self.write(MARGIN + centred * (whole - len(line) * ADVANCE) / 2, self.y, line)

    def columns(self, *cells: Iterable[str]) -> None:
        """Centred cells side by side, without rules: a letterhead, a closing."""
        stacks = [list(cell) for cell in cells]
        width = (PAGE_WIDTH - 2 * MARGIN) / len(stacks)
        height = max(map(len, stacks))
        self.room(height)
        for number, stack in enumerate(stacks):
            for line, text in enumerate(stack, 1):
                middle = (width - len(text) * ADVANCE) / 2 if text[0] != "-" or set(text) == {"-"} else 0
                self.write(MARGIN + number * width + middle, self.y - line * LEADING, text)
        self.y -= height * LEADING + LEADING

    def row(self, values: list[str], shares: list[float], merged: bool = False) -> None:
        """A ruled row; `merged` leaves out the rule above its first cell, which goes on from the row before."""
        whole = PAGE_WIDTH - 2 * MARGIN
        widths = [share / sum(shares) * whole for share in shares]
        stacks = [wrap(v, max(4, int((w - 6) / ADVANCE))) if v else [] for v, w in zip(values, widths, strict=True)]
        height = max(1, *map(len, stacks)) * LEADING + 4
        self.room(-(-int(height) // LEADING))
        top, x = self.y, float(MARGIN)
        self.rule(MARGIN + (widths[0] if merged else 0), top, MARGIN + whole, top)
        for stack, width in zip(stacks, widths, strict=True):
            for line, text in enumerate(stack, 1):
                self.write(x + 3, top - line * LEADING + 2, text)
            self.rule(x, top, x, top - height)
            x += width
        self.rule(x, top, x, top - height)
        self.y = top - height


def pdf(page: Page) -> bytes:
    """A digital PDF with ruled tables; the font is named, not embedded, and says which character each code is."""
    sheets = _Sheets()
    for block in page.blocks:
        if isinstance(block, Letterhead):
            sheets.columns(block.left, block.right)
            sheets.columns((block.number,), (block.dated,))
        elif isinstance(block, Para):
            sheets.paragraph(block.text, centred=block.kind == "title")
        elif isinstance(block, Table):
            _pdf_table(sheets, block)
        else:
            sheets.columns(("Nơi nhận:", *(f"- {r}" for r in block.recipients)), block.signature)
            sheets.room(1000)  # what is attached begins on a page of its own
    return _assemble(["\n".join(lines) for lines in sheets.pages], _to_unicode(sheets.letters))


def _pdf_table(sheets: _Sheets, table: Table) -> None:
    shares = [0.6, 4.0] + [1.8] * (len(table.header) - 2)
    sheets.row(list(table.header), shares)
    for row in table.rows:
        if len(row) < 3:
            sheets.row([v or "" for v in row], [sum(shares)] if len(row) == 1 else [shares[0], sum(shares[1:])])
        else:
            sheets.row([v or "" for v in row], shares, merged=row[0] is None)
    sheets.rule(MARGIN, sheets.y, PAGE_WIDTH - MARGIN, sheets.y)
    sheets.y -= LEADING


def _assemble(contents: list[str], to_unicode: str) -> bytes:
    """The objects of a PDF file around the pages' content streams."""
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(contents)))
    font = "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Invented /DW 500 /FontDescriptor 5 0 R"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Invented /Encoding /Identity-H /ToUnicode 4 0 R"
        f" /DescendantFonts [{font} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>",
        f"<< /Length {len(to_unicode)} >>\nstream\n{to_unicode}\nendstream",
        "<< /Type /FontDescriptor /FontName /Invented /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
        " /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Contents {7 + 2 * number} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return pdf_file(objects)


def pdf_file(objects: list[str], root: int = 1) -> bytes:
    """A PDF file of these objects, numbered from 1, with its cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    out += f"trailer << /Size {len(objects) + 1} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


# -------------------------------------------------------------------------------------------------------- encodings

_TONES = "\u0300\u0301\u0303\u0309\u0323"


def _windows_1258() -> dict[int, str]:
    """For each letter that Windows-1258 has only in parts: the letter it has, and the tone mark after it."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA)):
        parts = unicodedata.normalize("NFD", chr(code))
        tones = "".join(c for c in parts if c in _TONES)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        if tones and len(base) == 1:
            try:
                chr(code).encode("cp1258")
            except UnicodeEncodeError:
                table[code] = base + tones
    return table


_1258 = _windows_1258()

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "nfd": lambda text: unicodedata.normalize("NFD", text).encode(),
    "cp1258": lambda text: text.translate(_1258).encode("cp1258"),
}

TEXT_FORMS: dict[str, Callable[[Page], str]] = {
    "cells": cells,
    "grid": grid,
    "paragraphs": paragraphs,
    "markdown": markdown,
}
BINARY_FORMS: dict[str, Callable[[Page], bytes]] = {"docx": docx, "pdf": pdf, "html": lambda page: html(page).encode()}
SUFFIX = {
    "cells": "txt",
    "grid": "txt",
    "paragraphs": "txt",
    "markdown": "md",
    "html": "html",
    "docx": "docx",
    "pdf": "pdf",
}
