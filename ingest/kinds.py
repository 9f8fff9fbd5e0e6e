"""What a file is, told by its bytes; its name decides only what bytes cannot tell (markdown or plain text).

Signatures: the formats' own specifications (PDF, ZIP, OLE compound files, RTF, PNG, JPEG, TIFF …).
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib

import regex

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD_WORD = "application/msword"
RTF = "application/rtf"
ODT = "application/vnd.oasis.opendocument.text"
FLAT_XML = "application/xml"
HTML = "text/html"
PDF = "application/pdf"
ZIP = "application/zip"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
ENCRYPTED = "application/x-encrypted"
UNKNOWN = "application/octet-stream"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_START = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xdb\xa5", OLD_WORD),
    (b"%!PS", "application/postscript"),
)
# A part that only this kind of package has, or the first words of its `mimetype` part.
_PACKAGES = (
    ("word/", WORD),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", OLD_WORD),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version", "application/vnd.ms-outlook"),
)
_FLAT_WORD = regex.compile(rb"<(?:w:wordDocument|pkg:package|office:document)[\s>]")
_PAGE = regex.compile(rb"<(?:!doctype\s+html|html|head|body)\b", regex.IGNORECASE)
_PIECE = regex.compile(  # a piece of a page, from its first character on
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.{0,2000}?-->\s*){0,5}"
    rb"<(?:meta|title|style|script|table|div|p|span|font|center|h[1-6]|section|article|main)\b[^<>]*>",
    regex.IGNORECASE | regex.DOTALL,
)
_TEXT_NAMES = (".txt", ".md", ".markdown", ".text")
_ARCHIVE = regex.compile(rb"\A(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n){0,40}?(?i:mime-version|content-type):")
_CONTROLS = regex.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(data: bytes, name: str = "") -> str:
    """The media type of a file's bytes; `application/octet-stream` for what is neither known nor text.

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"{\\\\rtf1 x}", "a.doc"), sniff("Điều 1".encode(), "a.md")
    ('application/pdf', 'application/rtf', 'text/markdown')
    """
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(data)
    if head.startswith(OLE):
        return _compound(data)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{\\rtf"):
        return RTF
    for start, found in _START:
        if head.startswith(start) and not (start == b"BM" and _is_text(head)):
            return found
    if _FLAT_WORD.search(head):
        return FLAT_XML
    if is_html(data, name):
        return HTML
    if not _is_text(head):
        return UNKNOWN
    return MARKDOWN if name.lower().endswith((".md", ".markdown")) else TEXT


def is_html(data: bytes, name: str = "") -> bool:
    """Whether bytes are a web page, a piece of one or a web archive, by how they begin.

    Text files (by `name`) may hold a tag here and there: only a whole page in them counts.

    >>> is_html(b"<!DOCTYPE html><p>x"), is_html(b"5 < 6"), is_html(b"<p>x</p>", "a.md")
    (True, False, False)
    """
    head = data[:4096]
    if b"\0" in head[:4]:
        head = head.replace(b"\0", b"").lstrip(codecs.BOM_UTF16_LE + codecs.BOM_UTF16_BE)
    if _PAGE.search(head) or is_web_archive(head):
        return True
    return bool(_PIECE.match(head)) and not name.lower().endswith(_TEXT_NAMES)


def is_web_archive(head: bytes) -> bool:
    """Whether the first bytes of a file are a web archive's (.mht): MIME heads, parts that belong together."""
    return bool(_ARCHIVE.search(head)) and b"multipart/related" in head.lower()


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            if names[:1] == ["mimetype"]:
                with package.open("mimetype") as first:
                    kind = first.read(100).decode("ascii", "replace").strip()
                return ODT if kind.startswith(ODT) else kind or ZIP
            if "[Content_Types].xml" not in names and "word/document.xml" not in names:
                return ZIP
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return WORD if b"word/document.xml" in data[:65536] else ZIP
    return next((kind for part, kind in _PACKAGES if any(name.startswith(part) for name in names)), ZIP)


def _compound(data: bytes) -> str:
    """An OLE file by the names of its streams, which stand in its directory in UTF-16."""
    return next((kind for name, kind in _OLE_STREAMS if (name + "\0").encode("utf-16-le") in data), UNKNOWN)


def _is_text(head: bytes) -> bool:
    """Whether bytes may be text: UTF-16 by its mark or its zeros, else hardly any control characters."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    half = len(head) // 2
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if half >= 8 and max(zeros) > 0.3 * half and min(zeros) < 0.05 * half:
        return True
    return len(_CONTROLS.findall(head)) <= 2 + len(head) // 50
