"""OLE compound files, the container of Word 97-2003 files: their streams by name ([MS-CFB])."""

from __future__ import annotations

import struct

from ingest.errors import IngestError
from ingest.kinds import OLE

_LAST = 0xFFFFFFFA  # numbers from here on are marks, not sectors
_HEAD = 512
_ENTRY = 128


class Compound:
    """The streams of one compound file. Raises IngestError `damaged`, also where its chains run in circles."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(OLE) or len(data) < _HEAD:
            raise _damaged()
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise _damaged() from error

    def _open(self) -> None:
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if not 7 <= shift <= 16 or not 4 <= mini_shift <= shift:
            raise _damaged()
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        directory, _, self._cutoff, mini, _, more, _ = struct.unpack_from("<7I", self._data, 48)
        self._fat: tuple[int, ...] = self._numbers(b"".join(map(self._sector, self._fat_sectors(more))))
        self._mini_fat = self._numbers(self._chain(mini))
        self._streams: dict[str, tuple[int, int]] = {}
        entries = self._chain(directory)
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            if kind in (2, 5) and 2 <= length <= 64:
                name = entries[at : at + length - 2].decode("utf-16-le", "replace")
                self._streams.setdefault(name, struct.unpack_from("<II", entries, at + 116))
        self._mini = self._chain(self._streams.get("Root Entry", (_LAST, 0))[0])

    def _fat_sectors(self, more: int) -> list[int]:
        """The sectors that hold the allocation table: 109 in the head, the rest in a chain of their own."""
        found = list(struct.unpack_from("<109I", self._data, 76))
        while more < _LAST and len(found) <= len(self._data) // self._size:
            numbers = self._numbers(self._sector(more))
            found += numbers[:-1]
            more = numbers[-1]
        return [number for number in found if number < _LAST]

    def _numbers(self, blob: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(blob) // 4}I", blob[: len(blob) // 4 * 4])

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < _LAST:
            if len(parts) > len(self._fat):
                raise _damaged()
            parts.append(self._sector(sector))
            sector = self._fat[sector]
        return b"".join(parts)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; empty where there is none of this name."""
        sector, size = self._streams.get(name, (_LAST, 0))
        try:
            if size >= self._cutoff:
                return self._chain(sector)[:size]
            parts: list[bytes] = []
            while sector < _LAST and len(parts) * self._mini_size < size:
                parts.append(self._mini[sector * self._mini_size : (sector + 1) * self._mini_size])
                sector = self._mini_fat[sector]
        except IndexError as error:
            raise _damaged() from error
        return b"".join(parts)[:size]


def _damaged() -> IngestError:
    return IngestError("damaged", "The Word file is damaged.", "Open it in Word or LibreOffice and save it as .docx.")
