"""The files to read: in folders, zip archives and JSON Lines, one after the other, never all in memory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus import reading
from corpus.reading import Item

#: Files that programs leave beside documents.
LITTER = ("~$", ".")
ARCHIVES = (".zip",)
LINES = (".jsonl", ".ndjson")


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


def _count(file: Path) -> int:
    suffix = file.suffix.lower()
    try:
        if suffix in LINES:
            with file.open("rb") as stream:
                return sum(1 for line in stream if line.strip())
        if suffix in ARCHIVES:
            with zipfile.ZipFile(file) as archive:
                return sum(1 for info in archive.infolist() if not info.is_dir())
    except (OSError, zipfile.BadZipFile):
        return 1  # what is wrong with it is said when it is read
    return 1


def walk(path: Path) -> Iterator[Path]:
    """The files at or under a path, each folder's by name; what programs leave behind (`.x`, `~$x`) is passed over."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(os.scandir(path), key=lambda e: e.name):
        if entry.name.startswith(LITTER):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _inside(file: Path) -> Iterator[Item]:
    suffix = file.suffix.lower()
    if suffix in LINES and file.is_file():
        yield from reading.lines(file)
    elif suffix in ARCHIVES and file.is_file():
        yield from reading.members(file)
    else:
        yield reading.item(file)
