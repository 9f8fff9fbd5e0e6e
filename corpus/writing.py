"""Contract JSON as files, one a decision, in the folders of their sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from corpus.reading import item

# What no file name may hold on one system or another, and names that Windows keeps for devices.
_UNSAFE = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 200  # bytes of a name in UTF-8, `.json` and a counter aside; most systems take 255


def safe_name(name: str) -> str:
    r"""A name that every system takes as a file's, and that leads nowhere else.

    >>> safe_name("a:b?.txt"), safe_name(".."), safe_name("CON.txt")
    ('a_b_.txt', '__', '_CON.txt')
    """
    clean = _UNSAFE.sub("_", name).encode("utf-8", "replace").decode("utf-8")
    clean = re.sub(r"^\.+$|[. ]+$", lambda m: "_" * len(m[0]), clean) or "_"
    short = clean.encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"_{short}" if _DEVICES.match(short) else short


class Names:
    """Names of files, no two alike, also where capitals do not count: some systems see no difference.

    Keeps what it gave, about 150 bytes a name; the thousandth file of one name is found as fast as the second.
    """

    def __init__(self, suffix: str) -> None:
        self._suffix, self._taken, self._last = suffix, set[str](), dict[str, int]()

    def free(self, stem: str) -> str:
        """A name that begins with `stem`.

        >>> names = Names(".json")
        >>> names.free("a"), names.free("A"), names.free("a")
        ('a.json', 'A-2.json', 'a-3.json')
        """
        asked, name = stem.casefold(), stem
        count = self._last.get(asked, 1)
        while name.casefold() in self._taken:
            count += 1
            name = f"{stem}-{count}"
        if count > 1:
            self._last[asked] = count
        self._taken.add(name.casefold())
        return name + self._suffix


class Folder:
    """A folder that takes decisions as `<source name>.json`, subfolders kept.

    `roots` are the folders that were asked for: a source in one of them keeps its way from there; archives count as
    folders. Two sources that would get one name are told apart (`-2`), so nothing is written over in one run.
    """

    def __init__(self, out: Path, roots: Iterable[Path]) -> None:
        self._out = out
        self._roots = [Path(item(root).path) for root in roots]
        self._names = Names(".json")

    def write(self, path: str, contract: bytes) -> Path:
        """Writes the JSON of the decision read from `path` (as in a reading); gives the file. Raises OSError."""
        file = self._out / self._names.free("/".join(map(safe_name, self._way(path))))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contract + b"\n")
        return file

    def _way(self, path: str) -> tuple[str, ...]:
        outside, mark, inside = path.partition("!/")
        file = Path(outside)
        root = next((root for root in self._roots if root != file and file.is_relative_to(root)), file.parent)
        inner = PurePosixPath(inside.replace("!/", "/")).parts if mark else ()
        return (*file.relative_to(root).parts, *inner)
