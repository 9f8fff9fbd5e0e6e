"""Zip archives: what is in them, file by file, within limits.

An archive is read member by member in memory; nothing is written to disk, so a name cannot lead anywhere. Names come
out relative, with `/`, without `..`; archives in archives are opened too, to a depth. A member that cannot be read
comes out with its error and the rest goes on.
"""

from __future__ import annotations

import io
import posixpath
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ingest.document import Document
from ingest.errors import IngestError
from ingest.kinds import ZIP, sniff

MOST_DEPTH = 3  # archives in archives in archives
_UTF8 = 0x800  # the flag of a name that is UTF-8
_ENCRYPTED = 0x1
_CHUNK = 1 << 20
_NOT_FILES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "~$", "._")
_WRONG = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, EOFError)


@dataclass(slots=True)
class Limits:
    """How much is unpacked from one archive with all that is in it; counted down as it goes."""

    members: int = 20_000
    total: int = 4 << 30
    member: int = 512 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name (archives inside it as folders) and its bytes, or why they cannot be had."""

    name: str
    data: bytes = b""
    error: IngestError | None = None


def members(data: bytes | BinaryIO, limits: Limits | None = None) -> Iterator[Member]:
    """The files in a zip archive (its bytes, or opened), one at a time, in its order, archives in it in their place.

    Raises IngestError `damaged` where the archive cannot be opened. What is too large or has a password is a member's
    error.
    """
    yield from _members(data, limits or Limits(), "", 1)


def _members(data: bytes | BinaryIO, limits: Limits, folder: str, depth: int) -> Iterator[Member]:
    with _opened(data) as archive:
        for info in archive.infolist():
            name = folder + safe_name(_name(info))
            if info.is_dir() or _is_litter(name):
                continue
            limits.members -= 1
            if limits.members < 0:
                yield Member(name, error=_too_large("it has too many files"))
                return
            member = _member(archive, info, name, limits)
            if member.error is None and sniff(member.data, name) == ZIP:
                yield from _inner(member, limits, depth)
            else:
                yield member


def _inner(member: Member, limits: Limits, depth: int) -> Iterator[Member]:
    if depth >= MOST_DEPTH:
        error = IngestError("unsupported", "Archives are nested too deep.", "Unpack the inner archives.")
        yield Member(member.name, error=error)
        return
    try:
        yield from _members(member.data, limits, member.name + "/", depth + 1)
    except IngestError as error:
        yield Member(member.name, error=error)


def _opened(data: bytes | BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
    except _WRONG as error:
        advice = "Fetch it again, or unpack what can be unpacked."
        raise IngestError("damaged", f"The archive is damaged ({error}).", advice) from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits) -> Member:
    if info.flag_bits & _ENCRYPTED:
        advice = "Unpack it with its password."
        return Member(name, error=IngestError("encrypted", "The file in the archive has a password.", advice))
    if stat.S_ISLNK(info.external_attr >> 16):
        return Member(
            name, error=IngestError("unsupported", "The file in the archive is only a link.", "Pack the file.")
        )
    if info.file_size > min(limits.member, limits.total):
        return Member(name, error=_too_large(f"{info.file_size} bytes"))
    try:
        data = _unpacked(archive, info, min(limits.member, limits.total))
    except _WRONG as error:
        advice = "Fetch the archive again."
        return Member(name, error=IngestError("damaged", f"The file in the archive is damaged ({error}).", advice))
    limits.total -= len(data)
    return Member(name, data)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """The member's bytes; stops where they are more than they should be, whatever the archive declares."""
    out = io.BytesIO()
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            out.write(chunk)
            if out.tell() > most:
                raise ValueError("it unpacks to more than it says")
    return out.getvalue()


def _too_large(what: str) -> IngestError:
    return IngestError("too-large", f"The archive unpacks to too much ({what}).", "Unpack it and give the files.")


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Old programs write UTF-8 without saying so, which zipfile then reads as code page 437."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def safe_name(name: str) -> str:
    """A name inside an archive as a relative path that leads nowhere else; on Windows `:` leads to another drive.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\Users\\\\a.doc"), safe_name("/x/./y.txt"), safe_name("a:b.txt")
    ('etc/passwd', 'Users/a.doc', 'x/y.txt', 'a_b.txt')
    """
    parts = name.replace("\\", "/").replace("\0", "").split("/")
    kept = [part for part in parts if part not in ("", ".", "..") and not (len(part) == 2 and part[1] == ":")]
    return "/".join(kept).replace(":", "_") or "unnamed"


def _is_litter(name: str) -> bool:
    return posixpath.basename(name).startswith(_NOT_FILES[1:]) or f"/{name}".find("/" + _NOT_FILES[0]) >= 0


def read(data: bytes, name: str) -> Document:
    """The Document of an archive that holds one file. Raises IngestError `unsupported` where it holds more."""
    from ingest import read_bytes

    found = []
    for member in members(data):
        found.append(member)
        if len(found) > 1:
            advice = "Import the archive, or unpack it and read the files one by one."
            raise IngestError("unsupported", "The archive holds more than one file.", advice)
    if not found:
        raise IngestError("empty", "The archive holds no file.", "Check that it was packed right.")
    if found[0].error is not None:
        raise found[0].error
    return read_bytes(found[0].data, posixpath.basename(found[0].name))
