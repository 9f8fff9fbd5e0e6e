"""Word 97-2003 files (.doc) read without any program: words, tables, footnotes, text boxes ([MS-DOC]).

The fallback where LibreOffice is missing, and the check on it where it is there. What it does not do: automatic
numbers (a note says so where a file has some) and the fonts of styles (old encodings are then told by the letters).
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import regex

from ingest.blocks import Block, Form, Grid, GridCell, Paragraph, leaves, pour
from ingest.compound import Compound
from ingest.document import Builder, Document, Note, Source
from ingest.errors import IngestError
from ingest.legacy import Run, detect, to_unicode, unify
from ingest.text import clean
from ingest.word_columns import Tabbed, without_tabs
from ingest.word_symbols import in_symbol_font, is_symbol_font, symbol

# Properties (sprms) by their codes.
_IN_TABLE, _ROW_END, _LIST, _ROW = 0x2416, 0x2417, 0x460B, 0xD608
_ELSEWHERE = (0x6645, 0x6646, 0x646B)  # more properties, in the data stream
_DELETED, _HIDDEN, _CAPITALS, _FONT, _SYMBOL = 0x0800, 0x083C, (0x083A, 0x083B), 0x4A51, 0x6A09
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)

_END = regex.compile("[\r\x07\x0c]")
_FIELD = regex.compile("[\x13\x14\x15]")
_SIGNS = {0x0B: "\n", 0x0E: "\n", 0x1E: "-", 0x1F: "\u00ad", 0x01: None, 0x08: None, 0x05: None, 0x03: None}
_SIGNS |= {0x04: None, 0x13: None, 0x14: None, 0x15: None}
_NEAR = 40  # twips: edges of cells of different rows that are one edge
_CELL = 20  # bytes of one cell's description in a row's


@dataclass(slots=True)
class _Piece:
    """A stretch of text: characters [start, end), from a place in the stream, one or two bytes each."""

    start: int
    end: int
    at: int
    wide: bool

    def place(self, character: int) -> int:
        return self.at + (character - self.start) * (2 if self.wide else 1)


@dataclass(slots=True)
class _Row:
    """A table row: the blocks of its cells, and the row's own description."""

    cells: list[list[Block]] = field(default_factory=list)
    edges: tuple[int, ...] = ()
    merges: tuple[int, ...] = ()  # 0 none, 1 goes on the cell above, 3 begins
    drawn: int = 0


class _Table:
    """Stretches of the stream with properties (paragraphs' or letters'), found by place."""

    def __init__(self, stream: bytes, index: bytes, width: int) -> None:
        self._stream = stream
        self._width = width
        count = (len(index) - 4) // 8
        self._starts = struct.unpack_from(f"<{count + 1}I", index) if count > 0 else ()
        self._pages = struct.unpack_from(f"<{count}I", index, 4 * (count + 1)) if count > 0 else ()
        self._seen: dict[int, tuple[tuple[int, ...], bytes]] = {}

    def at(self, place: int) -> tuple[int, bytes]:
        """The end of the stretch that holds a place, and its property bytes."""
        n = bisect.bisect_right(self._starts, place) - 1
        if not 0 <= n < len(self._pages):
            return place + 1, b""
        number = self._pages[n] & 0x3FFFFF
        if number not in self._seen:
            page = self._stream[number * 512 : number * 512 + 512].ljust(512, b"\0")
            self._seen[number] = (struct.unpack_from(f"<{min(page[511], 125) + 1}I", page), page)
        starts, page = self._seen[number]
        k = bisect.bisect_right(starts, place) - 1
        if not 0 <= k < len(starts) - 1:
            return place + 1, b""
        return starts[k + 1], _packed(page, page[4 * len(starts) + self._width * k] * 2, self._width)


def _packed(page: bytes, at: int, width: int) -> bytes:
    """The property bytes at a place of a page: letters' have a length, paragraphs' one in words and a style."""
    if at == 0:
        return b""
    if width == 1:
        return page[at + 1 : at + 1 + page[at]]
    if page[at]:
        return page[at + 3 : at + page[at] * 2]
    return page[at + 4 : at + 2 + page[at + 1] * 2] if at + 1 < len(page) else b""


def _properties(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """Each property's code and operand."""
    at = 0
    while at + 2 <= len(packed):
        (code,) = struct.unpack_from("<H", packed, at)
        size = _SIZES[code >> 13]
        at += 2
        if code >> 13 == 6:
            length = 2 if code == _ROW else 1
            size = int.from_bytes(packed[at : at + length], "little") - (length == 2)
            at += length
        yield code, packed[at : at + size]
        at += size


class _File:
    """The parts of a .doc that say where its text is and how it looks."""

    def __init__(self, data: bytes) -> None:
        compound = Compound(data)
        self.stream = compound.stream("WordDocument")
        if len(self.stream) < 0x21A or self.stream[:2] != b"\xec\xa5" or self._short(2) < 0xC1:
            raise IngestError("unsupported", "The file is of a Word before 97.", "Save it as .docx in LibreOffice.")
        if self.stream[11] & 1:
            raise IngestError("encrypted", "The file has a password.", "Save it without a password.")
        self._table = compound.stream("1Table" if self.stream[11] & 2 else "0Table")
        self._data = compound.stream("Data")
        self.paragraphs = _Table(self.stream, self._part(0x102), 13)
        self.letters = _Table(self.stream, self._part(0xFA), 1)
        self.fonts = self._fonts()
        self.pieces = self._pieces()
        self.counts = struct.unpack_from("<8I", self.stream, 0x4C)

    def _short(self, at: int) -> int:
        return int(struct.unpack_from("<H", self.stream, at)[0])

    def _part(self, at: int) -> bytes:
        start, length = struct.unpack_from("<II", self.stream, at)
        return self._table[start : start + length]

    def _pieces(self) -> list[_Piece]:
        part = self._part(0x1A2)
        at = 0
        while part[at : at + 1] == b"\x01":
            at += 3 + int(struct.unpack_from("<H", part, at + 1)[0])
        count = (int(struct.unpack_from("<I", part, at + 1)[0]) - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", part, at + 5)
        found = []
        for n in range(count):
            (place,) = struct.unpack_from("<I", part, at + 5 + 4 * (count + 1) + 8 * n + 2)
            narrow = bool(place & 0x40000000)
            place &= 0x3FFFFFFF
            found.append(_Piece(ends[n], ends[n + 1], place // 2 if narrow else place, not narrow))
        return found

    def _fonts(self) -> list[str]:
        part = self._part(0x112)
        found: list[str] = []
        at = 4
        while at < len(part):
            name = part[at + 40 : at + 1 + part[at]].decode("utf-16-le", "replace")
            found.append(name.split("\0")[0])
            at += 1 + part[at]
        return found

    def huge(self, operand: bytes) -> bytes:
        """Properties too many for their page, which stand in the data stream."""
        (at,) = struct.unpack("<I", operand.ljust(4, b"\0")[:4])
        length = int.from_bytes(self._data[at : at + 2], "little")
        return self._data[at + 2 : at + 2 + length]

    def text(self, piece: _Piece) -> str:
        """A piece's characters, one for each."""
        raw = self.stream[piece.place(piece.start) : piece.place(piece.end)]
        text = raw.decode("utf-16-le" if piece.wide else "cp1252", "replace")
        return text if len(text) == piece.end - piece.start else raw.decode("latin-1")[:: 2 if piece.wide else 1]


class _Walk:
    """One pass over the file's characters, in their order: paragraphs, and rows where they are in tables."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._rows: list[_Row] = []
        self._row = _Row()
        self._cell: list[Block] = []
        self._marks = 0
        self._code: list[bool] = []  # fields under way: whether their code or their result is being read
        self.has_lists = False

    def blocks(self, start: int, end: int) -> list[Block]:
        """The blocks of the characters [start, end)."""
        out: list[Block] = []
        runs: list[Run] = []
        self._code = []
        for piece in self._file.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first >= last:
                continue
            text = self._file.text(piece)
            at = first
            for mark in _END.finditer(text, first - piece.start, last - piece.start):
                self._runs(piece, text, at, piece.start + mark.start(), runs)
                self._end(mark[0], piece.place(piece.start + mark.start()), runs, out)
                runs = []
                at = piece.start + mark.end()
            self._runs(piece, text, at, last, runs)
        self._close(out)
        if runs:
            out.append(self._paragraph(runs))
        return without_tabs(out)

    def _runs(self, piece: _Piece, text: str, start: int, end: int, runs: list[Run]) -> None:
        """Adds the letters of [start, end) in stretches that look the same."""
        while start < end:
            until, packed = self._file.letters.at(piece.place(start))
            stop = min(end, start + max(1, (until - piece.place(start)) // (2 if piece.wide else 1)))
            look = dict(_properties(packed))
            words = self._shown(text[start - piece.start : stop - piece.start])
            if _SYMBOL in look and len(words) == 1:
                words = self._sign(look[_SYMBOL])
            if words and not any(look.get(code, b"\0") == b"\1" for code in (_DELETED, _HIDDEN)):
                font = int.from_bytes(look.get(_FONT, b"\xff\xff"), "little")
                name = self._file.fonts[font] if font < len(self._file.fonts) else None
                words = in_symbol_font(words, name) if is_symbol_font(name) else words
                runs.append(Run(words, name, any(look.get(code) == b"\1" for code in _CAPITALS)))
            start = stop

    def _sign(self, operand: bytes) -> str:
        font, code = struct.unpack("<HH", operand.ljust(4, b"\0")[:4])
        return symbol(self._file.fonts[font] if font < len(self._file.fonts) else None, f"{code:X}")

    def _shown(self, text: str) -> str:
        """Text without the code of fields, with notes' marks and signs as they look."""
        if self._code or _FIELD.search(text):
            text = "".join(filter(self._is_shown, text))
        if "\x02" in text:
            text = regex.sub("\x02", self._mark, text)
        return text.translate(_SIGNS)

    def _is_shown(self, letter: str) -> bool:
        if letter == "\x13":
            self._code.append(True)
        elif letter == "\x14" and self._code:
            self._code[-1] = False
        elif letter == "\x15" and self._code:
            self._code.pop()
        return not any(self._code)

    def _mark(self, match: regex.Match[str]) -> str:
        self._marks += 1
        return f"[{self._marks}]"

    def restart_marks(self) -> None:
        """The notes' own text comes next: its marks count from one again."""
        self._marks = 0

    @staticmethod
    def _paragraph(runs: list[Run]) -> Paragraph:
        text = clean(unify(runs))
        return Tabbed(text) if "\t" in text else Paragraph(text)

    def _end(self, mark: str, place: int, runs: list[Run], out: list[Block]) -> None:
        _, packed = self._file.paragraphs.at(place)
        look = dict(_properties(packed))
        for code in _ELSEWHERE:
            if code in look:
                look |= dict(_properties(self._file.huge(look[code])))
        self.has_lists = self.has_lists or look.get(_LIST, b"\0\0") not in (b"\0\0", b"\xff\xff")
        if look.get(_IN_TABLE) != b"\1":
            self._close(out)
            out.append(self._paragraph(runs))
        elif look.get(_ROW_END) == b"\1" and mark == "\x07":
            _describe(self._row, look.get(_ROW, b""))
            self._rows.append(self._row)
            self._row = _Row()
        else:
            self._cell.append(self._paragraph(runs))
            if mark == "\x07":
                self._row.cells.append(without_tabs(self._cell))
                self._cell = []

    def _close(self, out: list[Block]) -> None:
        """Ends the table under way."""
        if self._row.cells or self._cell:  # a row without its end
            self._row.cells.append(without_tabs(self._cell))
            self._rows.append(self._row)
        if self._rows:
            out.append(_grid(self._rows))
        self._rows, self._row, self._cell = [], _Row(), []


def _describe(row: _Row, operand: bytes) -> None:
    """Fills in a row's edges, merges and borders from its description (sprmTDefTable)."""
    count = operand[0] if operand else 0
    if len(operand) < 1 + 2 * (count + 1):
        return
    row.edges = struct.unpack_from(f"<{count + 1}h", operand, 1)
    cells = [operand[at : at + _CELL] for at in range(1 + 2 * (count + 1), len(operand), _CELL)][:count]
    row.merges = tuple(cell[0] >> 5 & 3 if cell else 0 for cell in cells)
    row.drawn = sum(any(cell[at + 1 : at + 2] not in (b"", b"\0", b"\xff") for at in (4, 8, 12, 16)) for cell in cells)


def _grid(rows: list[_Row]) -> Grid:
    edges: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.edges}):
        if not edges or edge - edges[-1] > _NEAR:
            edges.append(edge)
    cells: list[GridCell] = []
    above: dict[int, GridCell] = {}
    for r, row in enumerate(rows):
        known = len(row.edges) == len(row.cells) + 1
        for n, blocks in enumerate(row.cells):
            column = _edge(edges, row.edges[n]) if known else n
            span = max(1, _edge(edges, row.edges[n + 1]) - column) if known else 1
            merge = row.merges[n] if n < len(row.merges) else 0
            if merge == 1 and column in above:
                above[column].rowspan = r - above[column].row + 1
                continue
            cells.append(GridCell(r, column, 1, span, blocks))
            above.pop(column, None)
            if merge == 3:
                above[column] = cells[-1]
    return Grid(cells, len(rows), sum(row.drawn for row in rows) * 2 > len(cells))


def _edge(edges: list[int], edge: int) -> int:
    return max(0, bisect.bisect_right(edges, edge) - 1)


def document(data: bytes, source: Source) -> Document:
    """The Document of a .doc file's bytes. Raises IngestError: `damaged`, `encrypted`, `empty`, `unsupported`."""
    try:
        return _document(data, source)
    except (struct.error, IndexError, OverflowError) as error:
        advice = "Open it in Word or LibreOffice and save it as .docx."
        raise IngestError("damaged", f"The Word file is damaged ({error}).", advice) from error


def _document(data: bytes, source: Source) -> Document:
    file = _File(data)
    walk = _Walk(file)
    main, notes, headers, _, comments, endnotes, boxes, _ = file.counts
    body = walk.blocks(0, main)
    walk.restart_marks()
    after_comments = main + notes + headers + comments
    body += walk.blocks(main, main + notes)
    body += walk.blocks(after_comments, after_comments + endnotes)
    body += walk.blocks(after_comments + endnotes, after_comments + endnotes + boxes)
    texts = dict.fromkeys(leaf.text for leaf in leaves(walk.blocks(main + notes, main + notes + headers)))
    body += [Form("page", text) for text in texts]
    builder = Builder()
    name = detect("\n".join(leaf.text for leaf in leaves(body)))
    pour(builder, _recoded(body, name) if name else body)
    if not builder.lines:
        raise IngestError("empty", "The Word file holds no text.", "Check that it is the right file.")
    if walk.has_lists:
        message = "Read without LibreOffice: the automatic numbers of its lists are missing."
        builder.notes.append(Note("numbers-missing", message))
    return builder.document(source)


def _recoded(blocks: list[Block], name: str) -> list[Block]:
    """The blocks, read as an old encoding that no font named."""
    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Grid):
            for cell in block.cells:
                cell.blocks = _recoded(cell.blocks, name)
            out.append(block)
        else:
            out.append(replace(block, text=clean(to_unicode(block.text, name))))
    return out
