"""The files to read: in folders, zip archives and JSON Lines, one after the other, never all in memory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from corpus import reading
from corpus.reading import Item

#: Files that programs leave beside documents.
LITTER = ("~$", ".")
ARCHIVES = (".zip",)
LINES = (".jsonl", ".ndjson")


class Found(NamedTuple):
    """A file as it was come by, and its absolute path free of links."""

    path: str
    real: str
    trouble: OSError | None = None  # why a folder cannot be looked into

    @property
    def suffix(self) -> str:
        """The ending of its name in small letters, dot included; '' where it has none."""
        return os.path.splitext(self.path)[1].lower()  # noqa: PTH122 - a Path takes longer to make than all else here


def find(paths: Iterable[str | Path], but: Sequence[str] = ()) -> Iterator[Item]:
    """The items at these paths, in order: a file, the files of a folder (by name, depth first), the members of an
    archive, the lines of a JSON Lines file. Links to folders are not followed.

    `but`: files and folders (absolute paths without links) that are passed over unless they are named themselves.
    """
    for path in paths:
        for file in _walked(path, but):
            yield from _inside(file)


def count(paths: Iterable[str | Path], but: Sequence[str] = ()) -> int:
    """About how many items `find` will come to; opens no file but archives and JSON Lines."""
    return sum(_count(file) for path in paths for file in _walked(path, but))


def _walked(path: str | Path, but: Sequence[str]) -> Iterator[Found]:
    files = walk(Path(path))
    if not but or not Path(path).is_dir():
        return files
    within = tuple(f"{path}{os.sep}" for path in but)
    return (file for file in files if file.real not in but and not file.real.startswith(within))


def _count(file: Found) -> int:
    if file.suffix not in (*LINES, *ARCHIVES) or not _is_file(file):
        return 1
    try:
        if file.suffix in LINES:
            with Path(file.real).open("rb") as stream:
                return sum(1 for line in iter(partial(stream.readline, reading.MOST_LINE), b"") if line.strip())
        with zipfile.ZipFile(file.real) as archive:
            return sum(1 for info in archive.infolist() if not info.is_dir())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return 1  # `find` opens it again, and then what is wrong is an item with its trouble


def _is_file(file: Found) -> bool:
    """Is it a file of bytes? A pipe or a device could be read for ever."""
    return file.trouble is None and Path(file.real).is_file()


def walk(path: Path) -> Iterator[Found]:
    """The files at or under a path, each folder's by name; what programs leave behind (`.x`, `~$x`) is passed over."""
    real = os.path.realpath(path)
    if path.is_dir():
        yield from _walk(real)
    else:
        yield Found(str(path), real)


def _walk(folder: str) -> Iterator[Found]:
    """What is in a folder whose path has no link in it; so links among its files are all that is to be followed.

    Pipes, devices and links that lead nowhere come out too: that they cannot be read is said, not passed over.
    """
    try:
        left = _entries(folder)
    except OSError as error:
        yield Found(folder, folder, error)
        return
    while left:
        entry = left.pop()
        if entry.is_dir(follow_symlinks=False):
            try:
                left += _entries(entry.path)
            except OSError as error:
                yield Found(entry.path, entry.path, error)
        elif not entry.is_symlink():
            yield Found(entry.path, entry.path)
        elif not Path(entry.path).is_dir():
            yield Found(entry.path, os.path.realpath(entry.path) if Path(entry.path).exists() else entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder, litter aside, the last by name first. Raises OSError."""
    found = [entry for entry in os.scandir(folder) if not entry.name.startswith(LITTER)]
    return sorted(found, key=lambda entry: entry.name, reverse=True)


def _inside(file: Found) -> Iterator[Item]:
    if file.trouble is not None:
        yield reading.folder_not_opened(file.real, file.trouble)
    elif file.suffix in LINES and _is_file(file):
        yield from reading.lines(Path(file.real))
    elif file.suffix in ARCHIVES and _is_file(file):
        yield from reading.members(Path(file.real))
    else:
        yield reading.item_at(file.real)
