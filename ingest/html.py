"""Web pages: saved portal pages, Word's and LibreOffice's HTML, web archives (.mht).

What a visitor sees is what comes out: block elements are paragraphs, `<br>` a soft break, ordered lists get their
numbers, tables keep their grid (rowspan, colspan), the tables that only lay out a page are not tables. Hidden and
deleted text stays out; menus and form fields are kept as chatter. Old fonts become Unicode by `face` and `font-family`.
"""

from __future__ import annotations

import bisect
import codecs
import email
import email.policy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import regex
from lxml import etree

from ingest.blocks import MOST_SPAN, Block, Form, Grid, GridCell, Paragraph, pour
from ingest.document import Builder, Document, Source
from ingest.errors import IngestError
from ingest.html_styles import Sheet, declarations, hides, is_drawn
from ingest.kinds import HTML, is_web_archive
from ingest.legacy import Run, unify
from ingest.text import clean, decode
from ingest.word_numbering import letters, roman
from ingest.word_symbols import in_symbol_font, is_symbol_font

MOST_BYTES = 96 << 20
MOST_TAGS = 2_000_000  # "<" in one page, which is what takes memory and time
MOST_COLUMNS = 200  # cells that reach down into later rows at one time
_TO_THE_END = 65534  # rows: the HTML standard's bound

Element = Any  # lxml's element

_CHARSET = regex.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:-]+)""", regex.IGNORECASE)
_XML_HEAD = regex.compile(r"\A\s*<\?xml[^>]*\?>")
_WHITE = regex.compile(r"[ \t\r\n\f]+")
_BLANKS = regex.compile(r" {2,}")
_DIGITS = regex.compile(r"\d{1,6}")
_AROUND_BREAK = regex.compile(r"[ \t]*\n[ \t]*")
_ONE_BYTE = regex.compile(r"(?:cp|koi8|mac|iso8859|gb|big5|euc|shift|tis)[\w-]*")
_OLD_FONT = regex.compile(rb"[\s\"':;,>]\.?(?:Vn|VNI-|VPS )[A-Z]", regex.IGNORECASE)
_BULLET = regex.compile(r"^[-–+*•]\s")

_LISTS = frozenset(("ol", "ul", "menu", "dir"))
_BLOCKS = _LISTS | frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr",
))  # fmt: skip
_SKIPPED = frozenset((
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "xml", "object", "embed", "applet",
    "iframe", "canvas", "audio", "video", "svg", "map", "datalist", "del",
))  # fmt: skip
_BLOCK_SHOWN = ("block", "list-item", "table", "table-row", "flex", "grid")
_CHATTER = frozenset(("nav", "select", "button", "textarea"))
_FORMATS: dict[str, Callable[[int], str]] = {
    "1": str, "a": letters, "A": lambda n: letters(n).upper(), "i": lambda n: roman(n).lower(), "I": roman,
    "decimal": str, "lower-alpha": letters, "lower-latin": letters, "upper-alpha": lambda n: letters(n).upper(),
    "upper-latin": lambda n: letters(n).upper(), "lower-roman": lambda n: roman(n).lower(), "upper-roman": roman,
}  # fmt: skip
_NOTE_MARKS = ("sdfootnoteanc", "sdfootnotesym", "sdendnoteanc", "sdendnotesym")  # LibreOffice's: a bare number
_CELLS = ("td", "th")
_WORD_BULLETS = ("·", "•", "§", "o", "ü", "Ø", "q", "v", "\uf0b7", "\uf0a7")  # signs of Symbol and Wingdings


def read(data: bytes, name: str) -> Document:
    """The Document of a web page's bytes, whatever their charset; places are paragraph, table, row and cell.

    Raises IngestError: `empty`, `damaged`, `too-large` (also a page nested too deep to be one).
    """
    builder = Builder()
    pour(builder, blocks(data))
    if not builder.lines:
        raise IngestError("empty", "The page holds no text.", "Check that it was saved whole.")
    return builder.document(Source(name, hashlib.sha256(data).hexdigest(), HTML, len(data), "html"))


def blocks(data: bytes) -> list[Block]:
    """The paragraphs and tables of a web page's bytes; raises as `read` does."""
    if len(data) > MOST_BYTES or data.count(b"<") > MOST_TAGS:
        raise IngestError("too-large", "The page is too large.", "Save only the decision itself, or give a PDF of it.")
    if is_web_archive(data[:4096]):
        data = _page_of(data)
    return _Walk(_tree(_decoded(data))).blocks()


def _page_of(archive: bytes) -> bytes:
    """The page inside a web archive (MIME multipart/related)."""
    for part in email.message_from_bytes(archive, policy=email.policy.compat32).walk():
        if part.get_content_type() == "text/html":
            found = part.get_payload(decode=True)
            charset = part.get_param("charset")
            if isinstance(found, bytes) and isinstance(charset, str) and not _CHARSET.search(found[:4096]):
                found = b'<meta charset="' + charset.encode("ascii", "ignore") + b'">' + found
            return found if isinstance(found, bytes) else b""
    raise IngestError("damaged", "The web archive holds no page.", "Save the page again.")


def _decoded(data: bytes) -> str:
    """The page's text: valid UTF-8 is that whatever the page says, else the charset it names, else by its letters."""
    named = _CHARSET.search(data[:8192])
    codec = _codec(named[1]) if named else ""
    if not codec or _is_utf8(data) or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    if codec == "cp1252" and not _OLD_FONT.search(data):
        return decode(data)  # what editors write by default; no font says how to read it, so the letters must
    return data.decode(codec, errors="replace")


def _codec(name: bytes) -> str:
    """Python's name of a one-byte or Chinese charset; Latin-1 means Windows-1252, as in browsers; '' for others."""
    try:
        found = codecs.lookup(name.decode("ascii")).name
    except LookupError:
        return ""
    if found in ("iso8859-1", "ascii"):
        return "cp1252"
    return found if _ONE_BYTE.fullmatch(found) else ""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _tree(text: str) -> Element:
    text = _XML_HEAD.sub("", text).replace("\0", "\ufffd")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True, recover=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.LxmlError as error:
        raise IngestError("damaged", f"The page cannot be read ({error}).", "Save it again.") from error
    if any("depth" in entry.message for entry in parser.error_log if entry.level_name == "FATAL"):
        raise IngestError("too-large", "The page is nested too deep.", "Open it in a browser and print it to PDF.")
    if root is None:
        raise IngestError("empty", "The page holds no text.", "Check that it was saved whole.")
    return root


class _Look(NamedTuple):
    """How letters look; inherited by what is inside an element."""

    font: str | None = None
    capitals: bool = False
    kept: bool = False  # white space is kept, as in <pre>


@dataclass(slots=True)
class _List:
    """A list under way: the kind of its labels (None: none) and the next number."""

    kind: str | None
    number: int


@dataclass(slots=True)
class _Table:
    """A table under way, and the blocks it will stand among."""

    node: Element
    around: list[Block]
    cells: list[GridCell] = field(default_factory=list)
    rows: int = 0
    column: int = 0
    reach: list[tuple[int, int, int]] = field(default_factory=list)  # first column, past the last, past the last row
    cell: Element | None = None  # the cell that is open
    drawn: int = 0


class _Walk:
    """One pass over a page's tree, without recursion: pages nest as deep as their makers' mistakes."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._sheet = Sheet([node.text or "" for node in root.iter("style")])
        self._out: list[Block] = []
        self._letters: list[Run] = []
        self._looks = [_Look()]
        self._lists: list[_List] = []
        self._tables: list[_Table] = []
        self._label = ""
        self._mark: tuple[Element, int] | None = None  # Word's own list mark, as text, under way

    def blocks(self) -> list[Block]:
        """The page's blocks."""
        walker = etree.iterwalk(self._root, events=("start", "end"))
        left_out = None
        for event, node in walker:
            if event == "start":
                if self._is_left_out(node):
                    left_out = node
                    walker.skip_subtree()
                else:
                    self._start(node)
                continue
            if node is not left_out:
                self._end(node)
            if node is not self._root:
                self._put(node.tail)
        self._flush()
        return self._out

    # ---------------------------------------------------------------------------------------------------- elements

    def _is_left_out(self, node: Element) -> bool:
        if node.tag in _SKIPPED or node.get("hidden") is not None:
            return True
        style = declarations(node.get("style") or "")
        if hides(style) or ("display" not in style and self._sheet.hides(node)):
            return True
        if node.tag in _CHATTER or node.get("role") == "navigation":
            self._flush()
            self._out.append(Form("chatter", clean(_WHITE.sub(" ", " ".join(node.itertext())))))
            return True
        return False

    def _start(self, node: Element) -> None:
        style = declarations(node.get("style") or "")
        self._looks.append(_look(node, style, self._looks[-1]))
        if node.tag == "br":
            self._letters.append(Run("\n"))
        elif node.tag in _BLOCKS or style.get("display") in _BLOCK_SHOWN:
            self._flush()
            self._open(node, style)
        elif style.get("mso-list", "").lower() == "ignore":
            self._mark = (node, len(self._letters))
        elif node.get("class") in _NOTE_MARKS:
            self._letters.append(Run("["))
        self._put(node.text)

    def _open(self, node: Element, style: dict[str, str]) -> None:
        table = self._tables[-1] if self._tables else None
        if node.tag in _LISTS:
            self._lists.append(_list(node, style))
        elif node.tag == "li" and self._lists:
            self._label = _next_label(self._lists[-1], node)
        elif node.tag == "table":
            self._tables.append(_Table(node, self._out))
        elif table is not None and table.cell is None and node.tag == "tr":
            table.rows += 1
            table.column = 0
            table.reach = [one for one in table.reach if one[2] >= table.rows]
        elif table is not None and table.cell is None and node.tag in _CELLS:
            table.rows = max(table.rows, 1)
            table.cell = node
            table.drawn += is_drawn(style) or self._sheet.draws(node)
            self._out = _place(table, node).blocks

    def _end(self, node: Element) -> None:
        self._looks.pop()
        if self._mark and self._mark[0] is node:
            self._mend_mark(self._mark[1])
        if node.tag not in _BLOCKS:
            if node.get("class") in _NOTE_MARKS:
                self._letters.append(Run("]"))
            if declarations(node.get("style") or "").get("display") in _BLOCK_SHOWN:
                self._flush()
            return
        self._flush()
        table = self._tables[-1] if self._tables else None
        if node.tag in _LISTS:
            self._lists.pop()
        elif node.tag == "li":
            self._label = ""
        elif table is not None and table.cell is node:
            table.cell = None
            self._out = table.around
        elif table is not None and table.node is node:
            self._tables.pop()
            self._out = table.around
            if table.cells:
                self._out.append(Grid(table.cells, table.rows, self._is_ruled(table)))

    def _is_ruled(self, table: _Table) -> bool:
        node = table.node
        if (node.get("border") or "0").strip() not in ("0", "0px") or node.get("border") == "":
            return True
        return (
            is_drawn(declarations(node.get("style") or ""))
            or self._sheet.draws(node)
            or table.drawn * 2 >= max(len(table.cells), 1)
        )

    # ----------------------------------------------------------------------------------------------------- letters

    def _put(self, text: str | None) -> None:
        if text:
            look = self._looks[-1]
            text = text.replace("\t", " ") if look.kept else _WHITE.sub(" ", text)
            if is_symbol_font(look.font):
                text = in_symbol_font(text, look.font)
            self._letters.append(Run(text, look.font, look.capitals))

    def _mend_mark(self, start: int) -> None:
        """Word writes a list's mark as text; signs of picture fonts become dashes."""
        self._mark = None
        if clean("".join(run.text for run in self._letters[start:])).strip() in _WORD_BULLETS:
            self._letters[start:] = [Run("- ")]

    def _flush(self) -> None:
        """Ends the paragraph under way."""
        if not self._letters:
            return
        text = _AROUND_BREAK.sub("\n", clean(unify(self._letters)))
        self._letters = []
        self._mark = None
        if not text.strip():
            return
        label, self._label = self._label, ""
        text = _BLANKS.sub(" ", text).strip()
        if label and not (text.startswith(label.strip()) or (label == "- " and _BULLET.match(text))):
            text = label + text
        self._out.append(Paragraph(text))


def _look(node: Element, style: dict[str, str], above: _Look) -> _Look:
    font = node.get("face") or style.get("font-family") or style.get("mso-ascii-font-family")
    shown = style.get("text-transform")
    white = "pre" if node.tag == "pre" else style.get("white-space")
    if font is None and shown is None and white is None:
        return above
    return _Look(
        above.font if font is None else font.split(",")[0].strip(" '\""),
        above.capitals if shown is None else shown == "uppercase",
        above.kept if white is None else white.startswith("pre") and white != "pre-line",
    )


def _number(text: str | None, default: int) -> int:
    found = _DIGITS.match(text or "")
    return int(found[0]) if found else default


def _list(node: Element, style: dict[str, str]) -> _List:
    kind = style.get("list-style-type") or style.get("list-style", "")
    if "none" in kind.lower():
        return _List(None, 1)
    if node.tag != "ol":
        return _List("-", 1)
    names = [word for word in kind.lower().split() if word in _FORMATS]
    return _List(names[0] if names else node.get("type") or "1", _number(node.get("start"), 1))


def _next_label(listing: _List, node: Element) -> str:
    if listing.kind in (None, "-"):
        return "- " if listing.kind else ""
    number = _number(node.get("value"), listing.number)
    listing.number = number + 1
    return f"{_FORMATS.get(listing.kind or '1', str)(number)}. "


def _place(table: _Table, node: Element) -> GridCell:
    """Puts a cell where the row has room for it (HTML standard, "forming a table")."""
    colspan = min(max(_number(node.get("colspan"), 1), 1), MOST_SPAN)
    rowspan = min(_number(node.get("rowspan"), 1), _TO_THE_END) or _TO_THE_END
    column = table.column
    for first, end, _ in table.reach:
        if first <= column < end:
            column = end
    cell = GridCell(table.rows - 1, column, rowspan, colspan)
    table.cells.append(cell)
    table.column = column + colspan
    if rowspan > 1 and len(table.reach) < MOST_COLUMNS:
        bisect.insort(table.reach, (column, column + colspan, table.rows - 1 + rowspan))
    return cell
