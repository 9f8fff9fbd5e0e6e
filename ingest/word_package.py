"""Opening a Word file (.docx, .docm, .dotx): its parts as XML trees, with limits.

python-docx opens the package; what it stops at but Word does not (a relationship to a part that is not there, the
"strict" names of ISO 29500) is mended first. Nothing is fetched, no entity is expanded, and how much is unpacked is
bounded before it is unpacked.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.exceptions import InvalidXmlError
from docx.oxml.parser import parse_xml
from docx.package import Package
from lxml import etree

from ingest.errors import IngestError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

MOST_UNPACKED = 1 << 30  # bytes of all parts together, pictures included
MOST_XML = 96 << 20  # bytes of one XML part; a 1,000-page decision has about 20 MB
MOST_TAGS = 2_000_000  # "<" in one XML part, which is what takes memory and time; 1,000 pages have about 400,000
MOST_PARTS = 10_000

_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R_ID[1:-3].encode()),
)
# What python-docx and what it stands on raise where a file is not what it should be.
_WRONG = (
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
    PackageNotFoundError,
    InvalidXmlError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    AssertionError,
    OSError,
    EOFError,
    NotImplementedError,
)

Element = Any  # lxml's element, of python-docx's own classes


def damaged(why: object) -> IngestError:
    """The error for a Word file that cannot be opened, with what to do."""
    return IngestError(
        "damaged",
        f"The Word file is damaged ({why}).",
        "Open it in Word or LibreOffice, save it again as .docx, or fetch it anew.",
    )


def too_large(what: str) -> IngestError:
    """The error for a file that would unpack to more than the limits."""
    return IngestError("too-large", f"The Word file unpacks to too much ({what}).", "Split it, or give a PDF of it.")


class Parts:
    """The parts of one Word file that a reader asks for.

    Raises IngestError `damaged`, `too-large` or `encrypted` on opening.
    """

    def __init__(self, data: bytes) -> None:
        _check(data)
        self._main = _main_part(_open(data))
        self.body = self._body()

    def _body(self) -> Element:
        root = _tree(self._main)
        body = root.find(W + "body")
        if body is None:
            raise damaged("it has no body")
        return body

    def first(self, kind: str) -> Element | None:
        """The root of the part the document has of a kind (`styles`, `numbering`, `footnotes` …), or None."""
        for rel in self._main.rels.values():
            if not rel.is_external and rel.reltype.rsplit("/", 1)[-1] == kind:
                return _tree(rel.target_part)
        return None

    def tree(self, relation: str | None) -> Element | None:
        """The root of the part with this relationship id (a header), or None where there is none."""
        rel = self._main.rels.get(relation)
        return None if rel is None or rel.is_external else _tree(rel.target_part)

    def blob(self, relation: str | None) -> bytes:
        """The bytes of the part with this relationship id (an embedded page); empty where there is none."""
        rel = self._main.rels.get(relation)
        return b"" if rel is None or rel.is_external else bytes(rel.target_part.blob)

    def has_pictures(self) -> bool:
        """Whether the document shows pictures (a scan pasted into Word)."""
        return any(rel.reltype.rsplit("/", 1)[-1] == "image" for rel in self._main.rels.values())


def _check(data: bytes) -> None:
    """Bounds what opening will unpack; zipfile never unpacks more of a part than its declared size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
                raise too_large("parts")
            if any(info.flag_bits & 1 for info in infos):
                raise IngestError("encrypted", "The file has a password.", "Save it without a password.")
            for info in infos:
                if info.filename.lower().endswith((".xml", ".rels")):
                    _check_xml(package, info)
    except _WRONG as error:
        raise damaged(error) from error


def _check_xml(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    if info.file_size > MOST_XML:
        raise too_large(info.filename)
    if info.file_size > MOST_TAGS and package.read(info).count(b"<") > MOST_TAGS:
        raise too_large(info.filename)


def _open(data: bytes) -> Package:
    try:
        try:
            return Package.open(io.BytesIO(data))
        except LookupError:  # a relationship or a content type points at nothing: Word reads on, so do we
            return Package.open(io.BytesIO(_without_dangling(data)))
    except (*_WRONG, RecursionError) as error:
        raise damaged(error) from error


def _main_part(package: Package) -> Any:
    for rel in package.rels.values():
        if rel.reltype.endswith("/officeDocument") and not rel.is_external:
            return rel.target_part
    raise damaged("it has no main part")


def _tree(part: Any) -> Element:
    """The part's root element; strict names become the usual ones. A part with a DTD is hostile or no Word file."""
    try:
        root = part.element if hasattr(part, "element") else None
        if root is None or not str(root.tag).startswith(W):
            root = parse_xml(_transitional(bytes(part.blob)))
    except _WRONG as error:
        raise damaged(error) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise damaged(f"{part.partname} declares a document type")
    return root


def _transitional(blob: bytes) -> bytes:
    for strict, usual in _STRICT:
        blob = blob.replace(strict, usual)
    return blob


def _without_dangling(data: bytes) -> bytes:
    """The package without relationships to parts that are not in it, and without parts of no content type."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        known = _typed(old)
        for info in old.infolist():
            blob = old.read(info)
            if info.filename.endswith(".rels"):
                blob = _mended(info.filename, blob, known)
            new.writestr(info.filename, blob)
    return out.getvalue()


def _typed(package: zipfile.ZipFile) -> set[str]:
    """The parts that are there and have a content type."""
    types = parse_xml(package.read("[Content_Types].xml"))
    endings = {str(node.get("Extension", "")).lower() for node in types}
    named = {str(node.get("PartName", "")).lstrip("/").lower() for node in types}
    names = package.namelist()
    return {name for name in names if name.lower() in named or name.rsplit(".", 1)[-1].lower() in endings}


def _mended(name: str, blob: bytes, known: set[str]) -> bytes:
    root = parse_xml(blob)
    base = posixpath.dirname(posixpath.dirname(name))
    for rel in list(_internal(root)):
        target = str(rel.get("Target", ""))
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
        if path not in known:
            root.remove(rel)
    return bytes(etree.tostring(root))


def _internal(root: Element) -> Iterator[Element]:
    return (rel for rel in root if rel.get("TargetMode") != "External")
