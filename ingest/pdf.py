"""PDF files: characters and ruling lines read with pdfium, put in reading order by our own geometry.

Pages are read one by one and freed; what is kept of each are its lines and tables, so memory grows with the text
only. Pages without a text layer go to OCR.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import regex

from ingest import pdf_bounds
from ingest.document import Builder, Document, Note, Source
from ingest.errors import IngestError
from ingest.pdf_flow import Sheet
from ingest.pdf_layout import compose, sheet_of
from ingest.pdf_page import Page, is_picture, read_page
from ingest.pdf_rescue import with_boxes, with_columns

MAX_PAGES = 5_000
MAX_RESCUED = 60  # pages of a file that pdfplumber is asked about; it takes a tenth of a second each
DRAWN_DPI = 300.0
MAX_DRAWN = 40_000_000  # pixels of a drawn page; A3 at 300 dots an inch has 17 million
DRAWING_SECONDS = 10.0  # of the processor, for one page; a scan takes one
_NO_PAGES = regex.compile(rb"/Type\s*/Pages\b[^>]*/Count\s+0\b|/Count\s+0\b[^>]*/Type\s*/Pages\b")
ADVICE = "pip install 'vanban[ocr]'"


def _error_of(data: bytes) -> int:
    """pdfium's error number for a file that it did not open."""
    for tried in (b"none", data):  # the first sets the number anew: some failures leave the last one standing
        try:
            pdfium.PdfDocument(tried).close()
        except pdfium.PdfiumError as error:
            number = int(error.err_code or 0)
    return number


def opened(data: bytes) -> pdfium.PdfDocument:
    """The PDF, open; close it after use. Raises IngestError (`empty`, `encrypted`, `damaged`, `too-large`)."""
    if not data.strip():
        raise IngestError("empty", "The file is empty.", "Check that it was downloaded whole.")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if _error_of(data) == raw.FPDF_ERR_PASSWORD:
            raise IngestError("encrypted", "The PDF needs a password.", "Save a copy without a password.") from error
        if _NO_PAGES.search(data):
            raise IngestError("empty", "The PDF has no pages.", "Get the file again.") from error
        raise IngestError("damaged", "The PDF cannot be opened.", "Get the file again; it may be cut off.") from error
    pages = len(document)
    if 0 < pages <= MAX_PAGES:
        return document
    document.close()
    if not pages:
        raise IngestError("empty", "The PDF has no pages.", "Get the file again.")
    raise IngestError("too-large", f"The PDF has {pages} pages.", f"Split it: at most {MAX_PAGES} pages are read.")


@dataclass(slots=True)
class _Reading:
    """The pages of a PDF as read so far; `missing`: pages that are pictures and could not be read."""

    sheets: list[Sheet] = field(default_factory=list)
    pictures: int = 0
    missing: list[int] = field(default_factory=list)
    trouble: IngestError | None = None
    rescued: int = 0

    def add(self, document: pdfium.PdfDocument, index: int, data: bytes) -> None:
        page = read_page(document.raw, index)
        if is_picture(document.raw, page):
            page = self._picture(document, page)
        elif page.boxes and self.rescued < MAX_RESCUED:
            before, page = page, with_boxes(data, page)
            self.rescued += page is not before
        self.sheets.append(sheet_of(with_columns(page)))

    def _picture(self, document: pdfium.PdfDocument, page: Page) -> Page:
        """A page that is a picture, read by OCR; without a reader the page stays as it is."""
        from ingest import ocr

        if self.trouble is None:
            try:
                read = ocr.page_of(*_drawn(document, page.number - 1), page.number)
            except IngestError as error:
                if error.code != "needs-ocr":
                    raise
                self.trouble = error
            else:
                self.pictures += 1
                return read
        self.missing.append(page.number)
        return page


def _drawn(document: pdfium.PdfDocument, index: int) -> tuple[Any, float]:
    """A page drawn as a Pillow picture at 300 dots an inch (less where it is very large), and its dots an inch."""
    page = document[index]
    try:
        inches = page.get_width() * page.get_height() / 72**2
        dpi = min(DRAWN_DPI, (MAX_DRAWN / max(inches, 1e-3)) ** 0.5)
        return _bitmap(page, dpi / 72, time.process_time() + DRAWING_SECONDS).to_pil(), dpi
    except ImportError as error:
        raise IngestError("needs-ocr", "Scanned pages need Pillow and numpy.", ADVICE) from error
    finally:
        page.close()


def _bitmap(page: pdfium.PdfPage, scale: float, until: float) -> pdfium.PdfBitmap:
    """A page drawn, as `PdfPage.render` draws it, but not beyond a time of the process."""
    width, height = math.ceil(page.get_width() * scale), math.ceil(page.get_height() * scale)
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    pause = raw.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.process_time() > until)
    status = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT, pause)
    raw.FPDF_RenderPage_Close(page)
    if status == raw.FPDF_RENDER_TOBECONTINUED:
        message = f"A page of the PDF takes more than {DRAWING_SECONDS:.0f} s to draw."
        raise IngestError("too-slow", message, "Print the file to PDF again, or scan it.")
    return bitmap


def read(data: bytes, name: str) -> Document:
    """A Document of a PDF file.

    Raises IngestError (`empty`, `encrypted`, `damaged`, `too-large`, and for scans `needs-ocr`, `too-slow`).
    """
    document = opened(data)
    pdf_bounds.check(data)
    reading = _Reading()
    try:
        for index in range(len(document)):
            reading.add(document, index, data)
    finally:
        document.close()
    if reading.trouble and len(reading.missing) == len(reading.sheets):
        raise reading.trouble
    builder = Builder()
    compose(builder, reading.sheets)
    builder.notes += [Note("page-not-read", f"page {n} is a picture: {reading.trouble}") for n in reading.missing]
    ocr = reading.pictures > 0
    extractor = "ocr" if reading.pictures == len(reading.sheets) else "pdf"
    digest = hashlib.sha256(data).hexdigest()
    source = Source(name, digest, "application/pdf", len(data), extractor, len(reading.sheets), ocr)
    return builder.document(source)
