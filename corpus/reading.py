"""A file's bytes to a decision and what became of it: no database, nothing global, small enough to send anywhere.

This is what a worker process runs. Readers and parsers are imported when the first file is read.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from parsers.model import Decision, from_json, to_json

Status = Literal["read", "partly read", "no decision", "failed"]

#: Findings of a reader after which a file counts as only partly read.
PARTLY = frozenset({"page-not-read", "table-lost", "embedded-file"})
#: And the share of characters (white space aside) that could not be placed.
PARTLY_UNPLACED = 0.25

EXPORTED = (".json", ".jsonl")
MOST_LINE = 1 << 28  # bytes of a line of JSON Lines
_ENDLESS = ("too-large", f"A line is longer than {MOST_LINE >> 20} MB; it and what follows is not read.", "Split it.")
_HALF = re.compile(r"\\u(d[89a-f][0-9a-f]{2})")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to read: a file, or the bytes of a part of one.

    `path` names it in the database (`/a/b.zip!/c.pdf`, `/a/b.jsonl#3`); `name` is the file name alone; `file` is
    where it lies, None where `data` holds its bytes. `trouble` (code, cause, advice) says why it cannot be read.
    `sha256` and `size` are of its bytes where they are known already.
    """

    path: str
    name: str
    file: str | None = None
    data: bytes | None = None
    sha256: str = ""
    size: int = 0
    trouble: tuple[str, str, str] | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    `contract` is the decision as JSON, None where there is none to keep; then `code`, `cause` and `advice` say why.
    `sha256` and `bytes` are of the file itself, `reader` and `grammar` the versions that read it.
    """

    path: str
    name: str
    status: Status
    contract: bytes | None = None
    sha256: str = ""
    bytes: int = 0
    reader: str = ""
    grammar: str = ""
    code: str | None = None
    cause: str | None = None
    advice: str | None = None
    seconds: float = 0.0
    pages: int | None = None
    tables: int | None = None
    tasks: int | None = None
    findings: int | None = None
    unplaced: int | None = None

    def decision(self) -> Decision | None:
        """The decision that was read, or None."""
        return None if self.contract is None else from_json(self.contract)


@lru_cache(maxsize=1)
def version() -> str:
    """A digest of the reading and parsing code: 12 hex digits. The grammar has a version of its own."""
    digest = hashlib.sha256()
    for room in ("ingest", "parsers"):
        for entry in sorted(resources.files(room).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".py"):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1)
def grammar_version() -> str:
    """The version of the grammar in force, a person's own rows included."""
    from parsers.grammar import version as of_grammar

    return of_grammar()


def item(path: str | Path) -> Item:
    """The item of a file on disk."""
    return item_at(os.path.realpath(path))


def item_at(file: str) -> Item:
    """The item of the file at an absolute path without links. Its names can be written anywhere."""
    from ingest import printable

    path = printable(file.replace(os.sep, "/"))
    return Item(path=path, name=path.rpartition("/")[2], file=file)


def read_file(path: str | Path) -> Reading:
    """Reads one file. Never raises for what is wrong with the file: the reading says so."""
    return read(item(path))


def read(what: Item) -> Reading:
    """Reads one item. Never raises for what is wrong with its bytes: the reading says so.

    Anything else that is raised is a fault of this program.
    """
    start = time.perf_counter()
    found = _read(what)
    return msgspec.structs.replace(found, seconds=round(time.perf_counter() - start, 4))


def failed(what: Item, code: str, cause: str, advice: str = "") -> Reading:
    """A reading that says why there is none."""
    return Reading(
        path=what.path,
        name=what.name,
        status="failed",
        sha256=what.sha256,
        bytes=what.size,
        reader=version(),
        grammar=grammar_version(),
        code=code,
        cause=cause,
        advice=advice or None,
    )


def content(what: Item) -> bytes | Reading:
    """An item's bytes, or the reading that says why there are none."""
    from ingest import bytes_of
    from ingest.errors import IngestError

    if what.data is not None:
        return what.data
    try:
        return bytes_of(Path(what.file or what.path))
    except OSError as error:
        return failed(what, *_not_opened("file", error))
    except IngestError as error:
        return failed(what, error.code, error.message, error.advice)


def _read(what: Item) -> Reading:
    from ingest.errors import IngestError

    if what.trouble is not None:
        return failed(what, *what.trouble)
    data = content(what)
    if isinstance(data, Reading):
        return data
    what = msgspec.structs.replace(what, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    try:
        decision = _decision(data, what.name)
    except IngestError as error:
        return failed(what, error.code, error.message, error.advice)
    except msgspec.DecodeError as error:
        return failed(what, "unsupported", f"This is not the JSON of a decision: {error}.")
    except MemoryError:
        return failed(what, "too-large", "Reading it takes more memory than allowed.", "Raise the memory limit.")
    return _judged(what, decision)


def _decision(data: bytes, name: str) -> Decision:
    if name.lower().endswith(EXPORTED):
        try:
            return from_json(data)
        except RecursionError as error:
            raise msgspec.DecodeError("it is nested too deep") from error
    from ingest import read_bytes
    from parsers.decision import parse

    with _no_collector():
        return parse(read_bytes(data, name))


@contextmanager
def _no_collector() -> Iterator[None]:
    """Does not look for unreachable cycles until a file is read: counting references frees nearly all that reading
    leaves behind, and the looking takes 6 to 10 % of its time (measured on reform plans as text)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judged(what: Item, decision: Decision) -> Reading:
    unplaced = sum(len("".join(decision.text[slice(*part.span)].split())) for part in decision.unparsed)
    codes = {warning.code for warning in decision.warnings}
    letters = len("".join(decision.text.split()))
    no_decision = "not-a-decision" in codes
    partly = bool(codes & PARTLY) or unplaced > PARTLY_UNPLACED * letters
    status: Status = "no decision" if no_decision else "partly read" if partly else "read"
    code, cause = _why(decision, status)
    return Reading(
        path=what.path,
        name=what.name,
        status=status,
        contract=to_json(decision),
        sha256=what.sha256,
        bytes=what.size,
        reader=version(),
        grammar=grammar_version(),
        code=code,
        cause=cause,
        pages=decision.source.pages,
        tables=sum(len(attachment.tables) for attachment in decision.attachments),
        tasks=len(decision.tasks),
        findings=len(decision.warnings),
        unplaced=unplaced,
    )


def _why(decision: Decision, status: Status) -> tuple[str | None, str | None]:
    if status == "read":
        return None, None
    codes = PARTLY if status == "partly read" else {"not-a-decision"}
    left_over = ("left-over", "More than a quarter of the text could not be placed.")
    return next(((w.code, w.message) for w in decision.warnings if w.code in codes), left_over)


def on_disk(path: str) -> str:
    """The name of the file that stands at this path in the database (`item_at` writes names that are no UTF-8 anew)."""
    if "\\ud" not in path or Path(path).exists():
        return path
    return _HALF.sub(lambda found: chr(int(found[1], 16)), path)


def lines(file: Path) -> Iterator[Item]:
    """The decisions of a JSON Lines file, one an item; numbered from 1."""
    whole = item(file)
    number = 0
    try:
        with file.open("rb") as stream:
            while line := stream.readline(MOST_LINE):
                number += 1
                if len(line) == MOST_LINE:
                    yield msgspec.structs.replace(whole, path=f"{whole.path}#{number}", trouble=_ENDLESS)
                    return
                if line.strip():
                    name = f"{whole.name}#{number}.json"
                    yield Item(path=f"{whole.path}#{number}", name=name, data=line.strip())
    except OSError as error:
        yield msgspec.structs.replace(whole, trouble=_not_opened("file", error))


def members(file: Path) -> Iterator[Item]:
    """The files in a zip archive, one an item; what cannot be unpacked is an item that says why."""
    from ingest import archive
    from ingest.errors import IngestError

    whole = item(file)
    seen: Counter[str] = Counter()
    try:
        with file.open("rb") as stream:
            for member in archive.members(stream):
                seen[member.name] += 1
                double = f" ({seen[member.name]})" if seen[member.name] > 1 else ""
                why = member.error
                trouble = None if why is None else (why.code, why.message, why.advice)
                name = member.name.rsplit("/", 1)[-1]
                yield Item(path=f"{whole.path}!/{member.name}{double}", name=name, data=member.data, trouble=trouble)
    except IngestError as error:
        yield msgspec.structs.replace(whole, trouble=(error.code, error.message, error.advice))
    except OSError as error:
        yield msgspec.structs.replace(whole, trouble=_not_opened("archive", error))


def folder_not_opened(folder: str, error: OSError) -> Item:
    """The item that says why nothing in a folder was found."""
    return msgspec.structs.replace(item_at(folder), trouble=_not_opened("folder", error))


def _not_opened(what: str, error: OSError) -> tuple[str, str, str]:
    return "unreadable", f"The {what} cannot be opened: {error.strerror}.", "Check your rights to it."
