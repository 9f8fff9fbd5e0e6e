"""Scans and photographs of pages: PNG, JPEG, TIFF (all its pages), and the picture pages of a PDF.

Needs the system's tesseract with its `vie` model, and Pillow and numpy (extra `ocr`).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest.document import Builder, Document, Source
from ingest.errors import IngestError
from ingest.ocr_engine import ADVICE, engine
from ingest.pdf_layout import compose, sheet_of
from ingest.pdf_page import Page

if TYPE_CHECKING:
    from PIL import Image

DPI = 300
MAX_PIXELS = 85_000_000  # an A3 page at 600 dots an inch has 70 million
MIN_PIXELS = 60  # a side: smaller pictures hold no line of text
A4 = (8.27, 11.69)  # inches
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "TIFF": "image/tiff"}
_SMALL = "Scan the page at 300 dots an inch."


def _opened(data: bytes) -> Any:
    """The picture, header read only. Raises IngestError (`needs-ocr`, `damaged`, `unsupported`)."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise IngestError("needs-ocr", "Pictures need Pillow and numpy.", ADVICE) from error
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
    except Image.DecompressionBombError as error:
        raise IngestError("too-large", "The picture has too many pixels.", _SMALL) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:  # ValueError: words without end in it
        raise IngestError(
            "damaged", "The picture cannot be opened.", "Get the file again; it may be cut off."
        ) from error
    return image


def _dpi(image: Image.Image) -> float:
    """Dots an inch: as the file says where that makes a page of usual size, else as if the page were A4."""
    said = image.info.get("dpi", (0, 0))[0]
    short, long = sorted(image.size)
    if said and 5 < short / float(said) < 20 and 5 < long / float(said) < 30:
        return float(said)
    return max(short / A4[0], long / A4[1])


def _checked(image: Image.Image) -> None:
    """Raises IngestError (`too-large`, `empty`) by the size the header gives, before any pixel is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise IngestError("too-large", f"The picture has {width} x {height} pixels.", _SMALL)
    if min(width, height) < MIN_PIXELS:
        raise IngestError("empty", f"The picture has only {width} x {height} pixels.", _SMALL)


def _pages(image: Any) -> Iterator[tuple[Any, float]]:
    """The pictures of a file, one a page, straight by their camera's note, with their dots an inch."""
    from PIL import ImageOps

    for n in range(getattr(image, "n_frames", 1)):
        try:
            image.seek(n)
            _checked(image)
            image.load()
        except (OSError, EOFError, SyntaxError, ValueError) as error:
            raise IngestError("damaged", f"Page {n + 1} of the picture cannot be read.", "Scan it again.") from error
        upright = ImageOps.exif_transpose(image)
        yield upright, _dpi(image)


def page_of(image: Any, dpi: float, number: int) -> Page:
    """A page's picture (a Pillow image) read. Raises IngestError (`needs-ocr`, `too-slow`)."""
    reader = engine()
    try:
        from ingest.ocr_page import read_image
    except ImportError as error:
        raise IngestError("needs-ocr", "Pictures need Pillow and numpy.", ADVICE) from error
    if dpi > 1.5 * DPI:
        factor = DPI / dpi
        image = image.resize((round(image.width * factor), round(image.height * factor)))
        dpi = DPI
    return read_image(reader, image, dpi, number)


def read(data: bytes, name: str) -> Document:
    """A Document of a picture. Raises IngestError (`empty`, `damaged`, `too-large`, `needs-ocr`, `too-slow`)."""
    if not data.strip():
        raise IngestError("empty", "The file is empty.", "Check that it was downloaded whole.")
    image = _opened(data)
    sheets = [sheet_of(page_of(picture, dpi, n)) for n, (picture, dpi) in enumerate(_pages(image), 1)]
    builder = Builder()
    compose(builder, sheets)
    digest = hashlib.sha256(data).hexdigest()
    media_type = _TYPES.get(image.format, "image/tiff")
    return builder.document(Source(name, digest, media_type, len(data), "ocr", len(sheets), ocr=True))
