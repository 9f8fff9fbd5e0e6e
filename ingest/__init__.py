"""Files in, Documents out: which reader reads what, and the one way to call it.

A file's kind is told by its bytes, whatever its name says. Readers are imported when first needed, so that reading
text costs nothing more. A new format: a module with `read(data, name) -> Document` and a row here.
"""

from __future__ import annotations

import stat
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ingest import kinds
from ingest.document import Document
from ingest.errors import IngestError
from ingest.kinds import sniff
from ingest.text import bounded

__all__ = [
    "READERS",
    "SUFFIXES",
    "IngestError",
    "Reader",
    "bytes_of",
    "printable",
    "read",
    "read_bytes",
    "reader_of",
    "sniff",
]

MOST_BYTES = 1 << 30
MOST_PLACES = 2_000_000  # of a table's grid, whatever its cells cover; 1,000 pages of ten columns have 500,000


class Reader(NamedTuple):
    """Which module reads a media type, and the suffixes such files usually have."""

    media_type: str
    module: str
    suffixes: tuple[str, ...]


READERS = (
    Reader(kinds.TEXT, "ingest.plain", (".txt",)),
    Reader(kinds.MARKDOWN, "ingest.plain", (".md", ".markdown")),
    Reader(kinds.HTML, "ingest.html", (".html", ".htm", ".xhtml", ".mht", ".mhtml")),
    Reader(kinds.WORD, "ingest.word", (".docx", ".docm", ".dotx")),
    Reader(kinds.OLD_WORD, "ingest.office", (".doc", ".dot")),
    Reader(kinds.RTF, "ingest.office", (".rtf",)),
    Reader(kinds.ODT, "ingest.office", (".odt", ".ott")),
    Reader(kinds.FLAT_XML, "ingest.office", (".fodt",)),
    Reader(kinds.PDF, "ingest.pdf", (".pdf",)),
    Reader("image/png", "ingest.ocr", (".png",)),
    Reader("image/jpeg", "ingest.ocr", (".jpg", ".jpeg")),
    Reader("image/tiff", "ingest.ocr", (".tif", ".tiff")),
    Reader(kinds.ZIP, "ingest.archive", (".zip",)),
)
SUFFIXES = frozenset(suffix for reader in READERS for suffix in reader.suffixes)

_BY_TYPE = {reader.media_type: reader for reader in READERS}
_ADVICE = {
    "application/vnd.rar": "Unpack it, or pack it as .zip.",
    "application/x-7z-compressed": "Unpack it, or pack it as .zip.",
    "application/gzip": "Unpack it, or pack it as .zip.",
    "image/gif": "Save it as PNG, JPEG, TIFF or PDF.",
    "image/bmp": "Save it as PNG, JPEG, TIFF or PDF.",
}
_GIVE = "Give the decision as PDF, Word (.docx, .doc), OpenDocument, RTF, HTML, text or a picture of it."


def reader_of(data: bytes, name: str = "") -> Reader:
    """The reader for a file's bytes. Raises IngestError `empty`, `encrypted` or `unsupported`."""
    if not data:
        raise IngestError("empty", "The file is empty.", "Check that it was downloaded whole.")
    media_type = sniff(data, name)
    if media_type == kinds.ENCRYPTED:
        raise IngestError("encrypted", "The file has a password.", "Save it without a password.")
    if media_type not in _BY_TYPE:
        raise IngestError(
            "unsupported", f"Files of this kind ({media_type}) are not read.", _ADVICE.get(media_type, _GIVE)
        )
    return _BY_TYPE[media_type]


def read_bytes(data: bytes, name: str) -> Document:
    """The Document of a file's bytes; `name` (no folder) goes into its source. Raises IngestError.

    Also where its text is longer than any decision. A name that is no UTF-8 stands in the source as `printable` has it.
    """
    if len(data) > MOST_BYTES:
        raise IngestError("too-large", "The file is larger than 1 GiB.", "Split it.")
    document = import_module(reader_of(data, name).module).read(data, printable(name))
    assert isinstance(document, Document)
    bounded(document.text)
    for table in document.tables:
        if table.rows * table.columns > MOST_PLACES:
            raise IngestError("too-large", f"A table has {table.rows} rows of {table.columns} columns.", "Split it.")
    return document


def printable(name: str) -> str:
    r"""A file's name that can be written anywhere: bytes that are no UTF-8 (in Python half a character) as their code.

    >>> printable("a\udcff.txt") == r"a\udcff.txt"
    True
    """
    return name.encode("utf-8", "backslashreplace").decode()


def bytes_of(path: Path) -> bytes:
    """A file's bytes. Raises OSError, and IngestError where it is larger than any decision, or a pipe or device."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):  # reading could wait for ever
        raise IngestError("unsupported", "This is no file but a pipe or a device.", "Give a copy of what it holds.")
    if found.st_size > MOST_BYTES:
        raise IngestError("too-large", "The file is larger than 1 GiB.", "Split it.")
    return path.read_bytes()


def read(path: Path) -> Document:
    """The Document of a file. Raises IngestError, also where the file cannot be opened."""
    try:
        data = bytes_of(path)
    except OSError as error:
        raise IngestError(
            "damaged", f"The file cannot be opened ({error.strerror}).", "Check its name and rights."
        ) from error
    return read_bytes(data, path.name)
