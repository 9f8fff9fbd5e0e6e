"""How much each page of a PDF draws, counted before pdfium takes it apart: pdfium itself has no bound.

It holds what a page's description draws in twenty times the description's size, and follows a drawing that draws
itself twice for ever. Not followed: patterns, and fonts whose letters are drawings; they are held once, however often
they are drawn.
"""

from __future__ import annotations

import io
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import regex
from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.lzw import LZWDecoder
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser, PDFStreamParser, PDFSyntaxError
from pdfminer.pdftypes import PDFStream, int_value, resolve1

from ingest.errors import IngestError

MAX_DRAWN = 32 << 20  # bytes of a page's description, its forms as often as they are drawn; a large map has 20 million
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # what it finds odd in a file is no word to its reader
_DRAWS = regex.compile(rb"/([^\s/\[\]()<>{}%]+)\s+Do\b")
_COMMENT = regex.compile(rb"%[^\r\n]*")
_FIGURES = regex.compile(rb"\d{1,18}")
_ADVICE = "Print the file to PDF again."


def check(data: bytes) -> None:
    """Raises IngestError (`too-large`) where a page of a PDF draws more than can be held."""
    number = _first_beyond(data)
    if number is not None:
        raise IngestError("too-large", f"Page {number} of the PDF draws more than {MAX_DRAWN >> 20} MB.", _ADVICE)


def _first_beyond(data: bytes) -> int | None:
    """The first page that draws more than the bound; None where there is none or pdfminer cannot follow the file."""
    drawn = _Drawn()
    try:
        for number, page in enumerate(PDFPage.create_pages(_File(PDFParser(io.BytesIO(data)))), 1):
            if drawn.by(page.contents, page.resources) > MAX_DRAWN:
                return number
    except Exception:  # noqa: BLE001 - damaged files make pdfminer raise anything; pdfium says whether they can be read
        return None
    return None


class _File(PDFDocument):
    """A PDF's objects. Of a stream that holds many, those asked for are taken apart and no others, as pdfium does.

    A tagged file has thousands of objects that say how its text hangs together, and a page's drawing needs none.
    """

    def __init__(self, parser: PDFParser) -> None:
        self._held: dict[int | None, tuple[PDFStreamParser, list[tuple[int, int]]]] = {}
        super().__init__(parser)

    def _getobj_objstm(self, stream: PDFStream, index: int, objid: int) -> object:
        if stream.objid not in self._held:
            self._held[stream.objid] = self._opened(stream)
        parser, places = self._held[stream.objid]
        number, place = places[index] if index < len(places) else (None, 0)
        if number != objid:
            raise PDFSyntaxError(f"object {objid} is not where it should be")
        parser.seek(place)
        return parser.nextobject()[1]

    def _opened(self, stream: PDFStream) -> tuple[PDFStreamParser, list[tuple[int, int]]]:
        """A stream of objects, and where in it each begins: its head says their numbers and places by turns."""
        data, first = stream.get_data(), int_value(stream.get("First"))
        head = [int(number) for number in _FIGURES.findall(_COMMENT.sub(b" ", data[:first]))]
        parser = PDFStreamParser(data)
        parser.set_document(self)
        return parser, [(number, first + place) for number, place in zip(head[::2], head[1::2], strict=False)]


class _Drawn:
    """How many bytes of description are drawn, forms counted once for each time."""

    def __init__(self) -> None:
        self._known: dict[int | None, int] = {}

    def by(self, streams: Iterable[Any], resources: Any) -> int:
        """Bytes drawn by a description in one or more streams; more than the bound where it would have no end."""
        parts: list[bytes] = []
        total = 0
        for stream in streams:
            parts.append(_plain(stream))
            total += len(parts[-1])
            if total > MAX_DRAWN:
                return total
        words = b"\n".join(parts)
        named = _dictionary(_dictionary(resources).get("XObject"))
        for name, times in Counter(_DRAWS.findall(words)).items():
            total += times * self._form(named.get(name.decode("latin-1")), resources)
        return total

    def _form(self, reference: Any, resources: Any) -> int:
        form = resolve1(reference)
        if not isinstance(form, PDFStream) or getattr(resolve1(form.get("Subtype")), "name", "") != "Form":
            return 0
        if form.objid not in self._known:
            self._known[form.objid] = MAX_DRAWN + 1  # what it is while it is being counted: it draws itself
            self._known[form.objid] = self.by([form], form.get("Resources") or resources)
        return self._known[form.objid]


def _dictionary(value: Any) -> Mapping[str, Any]:
    value = resolve1(value)
    return value if isinstance(value, dict) else {}


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_DRAWN + 1)
    except zlib.error:  # damaged: what comes before the damage is drawn
        unpacker, out = zlib.decompressobj(), bytearray()
        with suppress(zlib.error):
            for at in range(len(data)):
                out += unpacker.decompress(data[at : at + 1], MAX_DRAWN)
        return bytes(out)


def _lzw(data: bytes) -> bytes:
    out = bytearray()
    for piece in LZWDecoder(io.BytesIO(data)).run():
        out += piece
        if len(out) > MAX_DRAWN:
            break
    return bytes(out)


def _run_length(data: bytes) -> bytes:
    """As much as it can come to; nobody packs a description so."""
    return bytes(min(64 * len(data), MAX_DRAWN + 1))


_UNPACKS: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys(("FlateDecode", "Fl"), _inflated),
    **dict.fromkeys(("LZWDecode", "LZW"), _lzw),
    **dict.fromkeys(("ASCII85Decode", "A85"), ascii85decode),
    **dict.fromkeys(("ASCIIHexDecode", "AHx"), asciihexdecode),
    **dict.fromkeys(("RunLengthDecode", "RL"), _run_length),
}


def _plain(reference: Any) -> bytes:
    """A stream's bytes, a little more than the bound at most; none of one that cannot be unpacked."""
    stream = resolve1(reference)
    if not isinstance(stream, PDFStream):
        return b""
    data = stream.rawdata or b""
    if stream.decipher and stream.objid is not None:
        data = stream.decipher(stream.objid, stream.genno or 0, data, stream.attrs)
    try:
        for name, _ in stream.get_filters():
            data = _UNPACKS[getattr(name, "name", "")](data)
    except (ValueError, KeyError):
        return b""  # packed in no way that pdfium knows for a description: it draws nothing
    return data
