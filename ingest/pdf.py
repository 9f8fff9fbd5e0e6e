"""PDF files: characters and ruling lines read with pdfium, put in reading order by our own geometry.

Pages are read one by one and freed; what is kept of each are its lines and tables, so memory grows with the text
only. Pages without a text layer go to OCR.
"""

from __future__ import annotations

import hashlib

import pypdfium2 as pdfium

from ingest.document import Builder, Document, Source
from ingest.errors import IngestError
from ingest.pdf_flow import Sheet
from ingest.pdf_layout import compose, sheet_of
from ingest.pdf_page import read_page

MAX_PAGES = 5_000


def opened(data: bytes) -> pdfium.PdfDocument:
    """The PDF, open; close it after use. Raises IngestError (`empty`, `encrypted`, `damaged`, `too-large`)."""
    if not data.strip():
        raise IngestError("empty", "The file is empty.", "Check that it was downloaded whole.")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise IngestError("encrypted", "The PDF needs a password.", "Save a copy without a password.") from error
        raise IngestError("damaged", "The PDF cannot be opened.", "Get the file again; it may be cut off.") from error
    if not len(document):
        document.close()
        raise IngestError("empty", "The PDF has no pages.", "Get the file again.")
    if len(document) > MAX_PAGES:
        pages = len(document)
        document.close()
        raise IngestError("too-large", f"The PDF has {pages} pages.", f"Split it: at most {MAX_PAGES} pages are read.")
    return document


def _sheets(document: pdfium.PdfDocument) -> list[Sheet]:
    return [sheet_of(read_page(document.raw, index)) for index in range(len(document))]


def read(data: bytes, name: str) -> Document:
    """A Document of a PDF file. Raises IngestError (`empty`, `encrypted`, `damaged`, `too-large`, `needs-ocr`)."""
    document = opened(data)
    try:
        sheets = _sheets(document)
    finally:
        document.close()
    builder = Builder()
    compose(builder, sheets)
    digest = hashlib.sha256(data).hexdigest()
    return builder.document(Source(name, digest, "application/pdf", len(data), "pdf", len(sheets)))
