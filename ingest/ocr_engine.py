"""The tesseract reader behind one door: in process through tesserocr, else the tesseract program.

Both read with the `vie` model; a page of one thread is fastest, so OMP_THREAD_LIMIT is set to 1 before the library
loads.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IngestError

Grey = NDArray[np.uint8]
LANGUAGE = "vie"
PAGE, LINE = 3, 7  # tesseract's page segmentation: find the layout; one line
ADVICE = (
    "Install the reader and its Vietnamese model: apt-get install tesseract-ocr tesseract-ocr-vie "
    "(then, for speed: pip install 'vanban[ocr]')."
)
_SECONDS = 300  # for one page; a dense one takes five


class Word(NamedTuple):
    """A word read: its box and its line's box (left, top, right, bottom, pixels), confidence of 0 to 100."""

    text: str
    box: tuple[int, int, int, int]
    line: tuple[int, int, int, int]
    sure: float


class Engine(Protocol):
    """What reads images."""

    def read(self, images: Sequence[Grey], mode: int, dpi: int, only: str = "") -> list[list[Word]]:
        """The words of each image, in reading order; `only`: the characters there can be."""
        ...


def _places() -> Iterator[Path]:
    """Folders where tesseract's models may stand."""
    if named := os.environ.get("TESSDATA_PREFIX"):
        yield from (Path(named), Path(named) / "tessdata")
    for root in ("/usr/share/tesseract-ocr", "/usr/local/share/tesseract-ocr"):
        yield from sorted(Path(root).glob("*/tessdata"), reverse=True)
    for fixed in ("/usr/share/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata"):
        yield Path(fixed)
    if program := shutil.which("tesseract"):
        yield Path(program).resolve().parent / "tessdata"
    if files := os.environ.get("PROGRAMFILES"):
        yield Path(files) / "Tesseract-OCR" / "tessdata"


def models() -> Path | None:
    """The folder that holds the Vietnamese model, None where there is none."""
    return next((place for place in _places() if (place / f"{LANGUAGE}.traineddata").is_file()), None)


# Letters the model gives that no Vietnamese word has, and what is printed there.
_FOREIGN = str.maketrans("øïîÏÎñÑöÖüÜäÄëËåçûÿŸ", "giiIInNoOuUaAeEacuyY")


def _mended(text: str) -> str:
    """What the Vietnamese model reads, in Vietnamese letters.

    It knows Đ under two codes (U+0110, U+00D0) and at times gives both for one letter; it takes g for ø, N for Ñ.

    >>> _mended("QĐ\\u00d0-UBND"), _mended("tronø")
    ('QĐ-UBND', 'trong')
    """
    for both, one in (("Đ\u00d0", "Đ"), ("\u00d0Đ", "Đ"), ("đ\u00f0", "đ"), ("\u00f0đ", "đ")):
        text = text.replace(both, one)
    return text.translate(_FOREIGN).strip()


class InProcess:
    """tesserocr: no start-up cost an image."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        import tesserocr
        from PIL import Image

        self._library, self._image = tesserocr, Image
        self._api = tesserocr.PyTessBaseAPI(path=f"{folder}{os.sep}", lang=LANGUAGE)

    def read(self, images: Sequence[Grey], mode: int, dpi: int, only: str = "") -> list[list[Word]]:
        """The words of each image; `mode`: page segmentation, `only`: the characters there may be."""
        self._api.SetVariable("tessedit_char_whitelist", only)
        self._api.SetPageSegMode(mode)
        return [list(self._words(image, dpi)) for image in images]

    def _words(self, image: Grey, dpi: int) -> Iterator[Word]:
        self._api.SetImage(self._image.fromarray(np.ascontiguousarray(image)))
        self._api.SetSourceResolution(dpi)
        self._api.Recognize()
        found = self._api.GetIterator()
        level, line = self._library.RIL.WORD, self._library.RIL.TEXTLINE
        while found is not None:
            if not found.Empty(level):
                text = _mended(found.GetUTF8Text(level))
                if text:
                    yield Word(text, found.BoundingBox(level), found.BoundingBox(line), found.Confidence(level))
            if not found.Next(level):
                break


class Program:
    """The tesseract program: one start a batch of images."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder

    def read(self, images: Sequence[Grey], mode: int, dpi: int, only: str = "") -> list[list[Word]]:
        """As `InProcess.read`."""
        if not images:
            return []
        with tempfile.TemporaryDirectory(prefix="vanban-ocr-") as folder:
            table = self._run(Path(folder), images, mode, dpi, only)
            return _from_table(table, len(images))

    def _run(self, folder: Path, images: Sequence[Grey], mode: int, dpi: int, only: str) -> str:
        from PIL import Image

        names = []
        for n, image in enumerate(images):
            names.append(str(folder / f"{n}.png"))
            Image.fromarray(np.ascontiguousarray(image)).save(names[-1], compress_level=1)
        (folder / "list.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
        command = [self._program, str(folder / "list.txt"), str(folder / "out"), "--tessdata-dir", str(self._folder)]
        command += [
            "-l",
            LANGUAGE,
            "--psm",
            str(mode),
            "--dpi",
            str(dpi),
            "-c",
            f"tessedit_char_whitelist={only}",
            "tsv",
        ]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, env=environment, check=False)
        except subprocess.TimeoutExpired as error:
            raise IngestError("too-slow", f"tesseract read for {_SECONDS} s without an end.", "Scan again.") from error
        result = folder / "out.tsv"
        if done.returncode or not result.is_file():
            words = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
            raise IngestError("needs-ocr", f"tesseract failed: {words[-1] if words else done.returncode}", ADVICE)
        return result.read_text(encoding="utf-8")


def _from_table(table: str, count: int) -> list[list[Word]]:
    """Words out of tesseract's TSV; level 4 rows are lines, level 5 words, page_num the image from 1."""
    found: list[list[Word]] = [[] for _ in range(count)]
    line = (0, 0, 0, 0)
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        left, top = int(row["left"]), int(row["top"])
        box = (left, top, left + int(row["width"]), top + int(row["height"]))
        if row["level"] == "4":
            line = box
        elif row["level"] == "5" and (text := _mended(row["text"] or "")):
            found[int(row["page_num"]) - 1].append(Word(text, box, line, float(row["conf"])))
    return found


_engines: dict[int, Any] = {}  # a process's own: the library is not made to be shared between processes


def engine() -> Engine:
    """The reader of this process. Raises IngestError (`needs-ocr`) where there is none."""
    here = os.getpid()
    if here not in _engines:
        _engines[here] = _found()
    result: Engine = _engines[here]
    return result


def _found() -> Engine:
    folder = models()
    if folder is None:
        raise IngestError("needs-ocr", "The pages are pictures and no Vietnamese reader is installed.", ADVICE)
    try:
        return InProcess(folder)
    except ImportError:
        program = shutil.which("tesseract")
    if program is None:
        raise IngestError("needs-ocr", "The pages are pictures and tesseract is not installed.", ADVICE)
    return Program(program, folder)
