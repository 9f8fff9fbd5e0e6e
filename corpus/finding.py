"""The files to read: in folders, zip archives and JSON Lines, one after the other, never all in memory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
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

    @property
    def suffix(self) -> str:
        """The ending of its name in small letters, dot included; '' where it has none."""
        return os.path.splitext(self.path)[1].lower()  # noqa: PTH122 - a Path takes longer to make than all else here


def find(paths: Iterable[str | Path]) -> Iterator[Item]:
    """The items at these paths, in order: a file, the files of a folder (by name, depth first), the members of an
    archive, the lines of a JSON Lines file. Links to folders are not followed.
    """
    for path in paths:
        for file in walk(Path(path)):
            yield from _inside(file)


def count(paths: Iterable[str | Path]) -> int:
    """About how many items `find` will come to; opens no file but archives and JSON Lines."""
    return sum(_count(file) for path in paths for file in walk(Path(path)))


def _count(file: Found) -> int:
    try:
        if file.suffix in LINES:
            with Path(file.real).open("rb") as stream:
                return sum(1 for line in stream if line.strip())
        if file.suffix in ARCHIVES:
            with zipfile.ZipFile(file.real) as archive:
                return sum(1 for info in archive.infolist() if not info.is_dir())
    except (OSError, zipfile.BadZipFile):
        return 1  # what is wrong with it is said when it is read
    return 1


def walk(path: Path) -> Iterator[Found]:
    """The files at or under a path, each folder's by name; what programs leave behind (`.x`, `~$x`) is passed over."""
    real = str(path.resolve())
    if path.is_dir():
        yield from _walk(real)
    else:
        yield Found(str(path), real)


def _walk(folder: str) -> Iterator[Found]:
    """What is in a folder whose path has no link in it; so links among its files are all that is to be followed."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.name.startswith(LITTER):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        elif entry.is_file():
            yield Found(entry.path, str(Path(entry.path).resolve()) if entry.is_symlink() else entry.path)


def _inside(file: Found) -> Iterator[Item]:
    if file.suffix in LINES and Path(file.real).is_file():
        yield from reading.lines(Path(file.real))
    elif file.suffix in ARCHIVES and Path(file.real).is_file():
        yield from reading.members(Path(file.real))
    else:
        yield reading.item_at(file.real)
