"""Old Word files, RTF and OpenDocument: LibreOffice makes .docx of them, which `ingest.word` reads.

Through .docx, because LibreOffice's text and HTML show deleted words together with inserted ones, and because it keeps
the fonts that old encodings need. One start of LibreOffice converts many files (1.5 s for one, 0.2 s each of twenty).
Each process has a profile of its own: two LibreOffices on one profile write nothing. Links to elsewhere are not
followed and macros not run. Without LibreOffice, `ingest.old_word` reads a .doc without its automatic numbers; catdoc
(a program of Debian's) gives the words of one older than Word 97.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import regex

from ingest import old_word, word
from ingest.blocks import Block, Grid, GridCell, Paragraph, pour
from ingest.document import Builder, Document, Note, Source
from ingest.errors import IngestError
from ingest.kinds import FLAT_XML, ODT, OLD_WORD, RTF, sniff
from ingest.legacy import detect, to_unicode
from ingest.text import clean
from ingest.word_package import MOST_UNPACKED, MOST_XML

SECONDS_TO_START = 90
SECONDS_A_FILE = 30
_SUFFIX = {OLD_WORD: ".doc", RTF: ".rtf", ODT: ".odt", FLAT_XML: ".xml"}
_PROGRAMS = ("soffice", "libreoffice", "soffice.com")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_HOW = {
    "linux": "Install it: sudo apt install libreoffice-writer",
    "darwin": "Install it: brew install --cask libreoffice",
    "win32": "Install it: winget install TheDocumentFoundation.LibreOffice",
}
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
_BYTES_OF_RTF = regex.compile(rb"\\bin(\d{1,15})")
_MOST_MANIFEST = 4 << 20  # bytes; it names each part of the package
_ONE_AT_A_TIME = threading.Lock()
_NO_PROGRESS = 3  # runs in a row that convert nothing: LibreOffice itself does not work


def read(data: bytes, name: str) -> Document:
    """The Document of a .doc, .rtf or .odt file's bytes. Raises IngestError (`needs-program`, `too-slow` …)."""
    found = read_many([(data, name)])[0]
    if isinstance(found, IngestError):
        raise found
    return found


def read_many(files: Sequence[tuple[bytes, str]]) -> list[Document | IngestError]:
    """Documents of many files (bytes, name) with one start of LibreOffice; an error in the place of each that failed.

    20 to 50 files at a time are a good measure.
    """
    kinds = [sniff(data, name) for data, name in files]
    found: list[Document | IngestError | None] = [
        _refusal(data, kind) for (data, _), kind in zip(files, kinds, strict=True)
    ]
    todo = [n for n, one in enumerate(found) if one is None]
    program = soffice()
    if program is None:
        return [one or _without_office(*files[n], kinds[n]) for n, one in enumerate(found)]
    converted = convert(program, [(files[n][0], _SUFFIX[kinds[n]]) for n in todo]) if todo else []
    for n, result in zip(todo, converted, strict=True):
        found[n] = result if isinstance(result, IngestError) else _document(result, *files[n], kinds[n])
    return [one for one in found if one is not None]


def soffice() -> str | None:
    """LibreOffice's program: `VANBAN_SOFFICE`, else from the PATH or where its installers put it; None without one."""
    named = os.environ.get("VANBAN_SOFFICE")
    if named is not None:
        return shutil.which(named)
    found = (shutil.which(program) for program in (*_PROGRAMS, *_PLACES))
    return next((program for program in found if program), None)


def _refusal(data: bytes, kind: str) -> IngestError | None:
    if kind not in _SUFFIX:
        return IngestError("unsupported", f"Files of this kind ({kind}) are not read here.")
    if kind == OLD_WORD and _is_encrypted_doc(data):
        return _locked()
    if kind == RTF and any(int(found[1]) > len(data) for found in _BYTES_OF_RTF.finditer(data)):
        # LibreOffice waits for them without an end
        return IngestError("damaged", "The file is cut off: bytes that it says it has are not there.", "Get it again.")
    return _refusal_of_odt(data) if kind == ODT else None


def _document(docx: bytes, data: bytes, name: str, kind: str) -> Document | IngestError:
    try:
        document = word.document(docx, _source(data, name, kind, "libreoffice"))
        return _checked(document, data) if kind == OLD_WORD else document
    except IngestError as error:
        return error


def _checked(document: Document, data: bytes) -> Document:
    """The document, or our own reading of the .doc where LibreOffice lost cells of it.

    Seen in LibreOffice 7.4: a table that ends the document without a paragraph after it becomes one long line.
    """
    try:
        own = old_word.document(data, replace(document.source, extractor="old-word"))
    except IngestError:
        return document  # it reads what LibreOffice could: older files, odd ones
    if _filled(own) <= _filled(document) * 1.25 + 3:
        return document
    note = Note("table-lost", "LibreOffice lost a table of this file; it was read without LibreOffice.")
    return replace(own, notes=(*own.notes, note))


def _filled(document: Document) -> int:
    return sum(bool(cell.lines) for table in document.tables for cell in table.cells)


def _source(data: bytes, name: str, kind: str, extractor: str) -> Source:
    return Source(name, hashlib.sha256(data).hexdigest(), kind, len(data), extractor)


# ------------------------------------------------------------------------------------------------------- LibreOffice


def convert(program: str, files: Sequence[tuple[bytes, str]]) -> list[bytes | IngestError]:
    """The .docx of each file (bytes, suffix), or why there is none. A file that stops LibreOffice fails alone."""
    found: dict[int, bytes | IngestError] = {}
    with tempfile.TemporaryDirectory(prefix="vanban-", ignore_cleanup_errors=True) as folder:
        paths = []
        for n, (data, suffix) in enumerate(files):
            paths.append(Path(folder) / f"{n}{suffix}")
            paths[n].write_bytes(data)
        stuck = 0
        while pending := [n for n in range(len(files)) if n not in found]:
            late = _run(program, [paths[n] for n in pending], Path(folder))
            done = {n: docx for n in pending if (docx := _output(paths[n]))}
            found |= done
            stuck = 0 if done else stuck + 1
            rest = [n for n in pending if n not in done]
            # LibreOffice goes from file to file: what is missing before the last one made could not be converted;
            # the first missing after it is the one that stopped it. With LibreOffice itself broken, all are.
            failed = [n for n in rest if not late and (not done or n < max(done))] or rest[:1]
            for n in rest if stuck >= _NO_PROGRESS else failed:
                found[n] = _failure(late)
    return [found[n] for n in range(len(files))]


def _output(path: Path) -> bytes | None:
    made = path.with_suffix(".docx")
    return made.read_bytes() if made.exists() and zipfile.is_zipfile(made) else None


def _failure(late: bool) -> IngestError:
    if late:
        advice = f"Open it in LibreOffice and save it as .docx; the limit is {SECONDS_A_FILE} seconds a file."
        return IngestError("too-slow", "LibreOffice took too long to convert the file.", advice)
    advice = "Open it in Word or LibreOffice and save it as .docx."
    return IngestError("damaged", "LibreOffice could not convert the file.", advice)


def _run(program: str, paths: Sequence[Path], folder: Path) -> bool:
    """Runs LibreOffice over files; says whether it had to be stopped."""
    command = [program, f"-env:UserInstallation={_profile(os.getpid()).as_uri()}", "--headless", "--norestore"]
    command += ["--nologo", "--nolockcheck", "--convert-to", "docx", "--outdir", str(folder), *map(str, paths)]
    seconds = float(os.environ.get("VANBAN_OFFICE_SECONDS") or SECONDS_TO_START + SECONDS_A_FILE * len(paths))
    with _ONE_AT_A_TIME:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            _stop(process)
            return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends LibreOffice with the processes it started itself."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@cache
def _profile(process: int) -> Path:
    """The folder of this process's own LibreOffice profile, removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"vanban-office-{process}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    return folder


# ------------------------------------------------------------------------------------------------------------ catdoc


def _without_office(data: bytes, name: str, kind: str) -> Document | IngestError:
    try:
        if kind == OLD_WORD:
            return old_word.document(data, _source(data, name, kind, "old-word"))
    except IngestError as error:
        if error.code != "unsupported":
            return error
    program = shutil.which("catdoc")
    if program is None or kind != OLD_WORD:
        how = next(
            (how for system, how in _HOW.items() if sys.platform.startswith(system)), "https://www.libreoffice.org"
        )
        return IngestError("needs-program", f"LibreOffice is needed to read {_SUFFIX[kind]} files.", how)
    try:
        return _by_catdoc(program, data, _source(data, name, kind, "catdoc"))
    except IngestError as error:
        return error


def _by_catdoc(program: str, data: bytes, source: Source) -> Document:
    with tempfile.TemporaryDirectory(prefix="vanban-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "a.doc"
        path.write_bytes(data)
        try:
            run = subprocess.run([program, "-dutf-8", "-w", str(path)], capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired as error:
            raise _failure(late=True) from error
    text = run.stdout.decode("utf-8", errors="replace")
    name = detect(text)
    text = clean(to_unicode(text, name) if name else text)
    builder = Builder()
    pour(builder, catdoc_blocks(text))
    if not builder.lines:
        raise IngestError("empty", "The Word file holds no text.", "Check that it is the right file.")
    message = "Read by catdoc: automatic numbers and merged cells are missing. LibreOffice would give them."
    builder.notes.append(Note("without-libreoffice", message))
    return builder.document(source)


def catdoc_blocks(text: str) -> list[Block]:
    """Catdoc's output as blocks: a line a paragraph; lines of the same three or more cells, by tabs, are a table.

    >>> [type(block).__name__ for block in catdoc_blocks("Phụ lục\\n1\\tA\\tB\\n2\\tC\\tD\\n")]
    ['Paragraph', 'Grid']
    """
    out: list[Block] = []
    rows: list[list[str]] = []
    for line in [*regex.split(r"[\n\f]", text), ""]:
        cells = line.rstrip("\t").split("\t")
        if rows and len(cells) != len(rows[0]):
            out += _rows(rows)
            rows = []
        if len(cells) > 2:
            rows.append(cells)
        elif line.strip():
            out += [Paragraph(cell) for cell in cells if cell.strip()]
    return out


def _rows(rows: list[list[str]]) -> list[Block]:
    if len(rows) < 2:
        return [Paragraph(cell) for row in rows for cell in row if cell.strip()]
    cells = [GridCell(r, c, blocks=[Paragraph(cell)]) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    return [Grid(cells, len(rows), ruled=True)]


# ------------------------------------------------------------------------------------------------------------- bytes


def _is_encrypted_doc(data: bytes) -> bool:
    """By the head of its main stream ([MS-DOC] 2.5.1), which starts a sector: fEncrypted."""
    at = data.find(b"\xec\xa5", 512)
    while at >= 0 and at % 512:
        at = data.find(b"\xec\xa5", at + 1)
    return at >= 0 and bool(data[at + 11 : at + 12].rjust(1, b"\0")[0] & 0x01)


def _locked() -> IngestError:
    return IngestError("encrypted", "The file has a password.", "Save it without a password.")


def _refusal_of_odt(data: bytes) -> IngestError | None:
    """Why a package is not given to LibreOffice, which has no bound of its own: a password, or too much in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            words = max((info.file_size for info in infos if info.filename.endswith(".xml")), default=0)
            if words > MOST_XML or sum(info.file_size for info in infos) > MOST_UNPACKED:
                return IngestError("too-large", "The file unpacks to too much.", "Split it, or give a PDF of it.")
            with package.open("META-INF/manifest.xml") as manifest:
                return _locked() if b"encryption-data" in manifest.read(_MOST_MANIFEST) else None
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, RuntimeError, ValueError, EOFError):
        return None  # it goes on to LibreOffice, and what is wrong with it is the error of that
