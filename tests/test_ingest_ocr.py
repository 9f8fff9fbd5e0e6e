"""Scans: pages drawn here with a font that has Vietnamese letters, made noisy and crooked as a scanner makes them."""

from __future__ import annotations

import ctypes
import io
import math
import os
import shutil
import subprocess
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed (pip install 'vanban[ocr]')")
pytest.importorskip("PIL", reason="Pillow is not installed (pip install 'vanban[ocr]')")

import pypdfium2  # noqa: E402
import pypdfium2.raw as raw  # noqa: E402
from PIL import Image, ImageDraw, ImageFilter, ImageFont  # noqa: E402

from ingest import ocr, ocr_engine, ocr_image, ocr_page, ocr_strokes, pdf  # noqa: E402
from ingest.document import Document  # noqa: E402
from ingest.errors import IngestError  # noqa: E402

REQUIRE_ALL = os.environ.get("VANBAN_REQUIRE_ALL") == "1"


def missing(what: str, how: str) -> None:
    if REQUIRE_ALL:
        pytest.fail(f"{what} is missing: {how}")
    pytest.skip(f"{what} is not installed ({how})")


@cache
def font_file() -> str | None:
    program = shutil.which("fc-match")
    if program is None:
        return None
    query = [program, "-f", "%{file}", "Liberation Serif:lang=vi"]
    name = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return name if name.endswith((".ttf", ".otf")) else None


@pytest.fixture(scope="module")
def reader() -> ocr_engine.Engine:
    try:
        return ocr_engine.engine()
    except IngestError as error:
        missing("tesseract with its vie model", error.advice)
        raise


# --- drawing ---

ROWS = [
    ["TT", "Việc phải làm", "Đơn vị chủ trì", "Thời hạn"],
    ["1", "Kiểm kê tủ hồ sơ của các phòng, lập bảng theo dõi", "Các cơ quan, đơn vị", "Quý II năm 2024"],
    ["2", "Rà soát danh mục hồ sơ đã hết hạn lưu", "Phòng Hành chính", "Tháng 6 năm 2024"],
    ["3", "Đóng tủ, dán nhãn và bàn giao kho", "Tổ văn thư", "Thường xuyên"],
    ["4", "Báo cáo kết quả với giám đốc", "Phòng Hành chính", "Trước ngày 15/12"],
    ["5", "Sửa quy trình mượn, trả hồ sơ", "Các cơ quan, đơn vị", "Năm 2024"],
]
WIDTHS = [0.5, 2.9, 1.7, 1.6]  # inches
HEAD = [
    (1.2, "SỞ XÂY DỰNG HÀ NAM", 3.9, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (1.2, "Số: 215/QĐ-SXD", 4.3, "Hà Nam, ngày 03 tháng 4 năm 2024"),
]
BODY = [
    "Căn cứ Quy chế làm việc của cơ quan; theo đề nghị của Trưởng phòng Hành chính,",
    "giám đốc quyết định giao các phòng kiểm kê hồ sơ theo bảng dưới đây.",
]


def font(dpi: int, size: float = 13) -> Any:
    name = font_file()
    if name is None:
        missing("A font with Vietnamese letters", "apt-get install fontconfig fonts-liberation2")
    return ImageFont.truetype(str(name), round(size * dpi / 72))


def wrapped(words: str, face: Any, room: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and face.getlength(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def drawn(dpi: int = 200) -> Image.Image:
    """An A4 page: letterhead, two lines of text, a ruled table."""
    page = Image.new("RGB", (round(8.27 * dpi), round(11.69 * dpi)), "white")
    pen, face = ImageDraw.Draw(page), font(dpi)
    step = dpi * 0.25
    y = dpi * 0.8
    for x0, left, x1, right in HEAD:
        pen.text((x0 * dpi, y), left, "black", face)
        pen.text((x1 * dpi * 0.95, y), right, "black", font(dpi, 11))
        y += step
    y += step
    for words in BODY:
        pen.text((0.9 * dpi, y), words, "black", font(dpi, 12.5))
        y += step
    y += step
    for row in ROWS:
        cells = [wrapped(words, face, (wide - 0.16) * dpi) for words, wide in zip(row, WIDTHS, strict=True)]
        high = max(map(len, cells)) * step + 0.1 * dpi
        x = 0.8 * dpi
        for lines, wide in zip(cells, WIDTHS, strict=True):
            pen.rectangle((x, y, x + wide * dpi, y + high), outline="black", width=max(1, dpi // 100))
            for n, words in enumerate(lines):
                pen.text((x + 0.08 * dpi, y + 0.05 * dpi + n * step), words, "black", face)
            x += wide * dpi
        y += high
    return page


def scanned(page: Image.Image, angle: float = 0.6, seed: int = 3) -> Image.Image:
    """As a scanner gives it: a little crooked, grey and noisy."""
    crooked = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor="white").convert("L")
    noise = np.random.default_rng(seed).normal(0, 9, (crooked.height, crooked.width))
    return Image.fromarray(np.clip(np.asarray(crooked) * 0.92 + 12 + noise, 0, 255).astype(np.uint8))


def saved(image: Image.Image, kind: str, dpi: int = 200, **more: Any) -> bytes:
    out = io.BytesIO()
    image.copy().save(out, kind, dpi=(dpi, dpi), **more)
    return out.getvalue()


def as_pdf(*images: Image.Image, dpi: int = 200) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=list(images[1:]))
    return out.getvalue()


def grid(document: Document) -> list[list[str]]:
    (table,) = (table for table in document.tables if table.ruled)
    found = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        found[cell.row][cell.column] = " ".join(document.text[slice(*document.lines[n].span)] for n in cell.lines)
    return found


def likeness(wanted: list[list[str]], got: list[list[str]]) -> list[float]:
    pairs = [(a, b) for row, other in zip(wanted, got, strict=True) for a, b in zip(row, other, strict=True)]
    return [SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs]


def text_of(document: Document) -> str:
    return " ".join(document.text.split())


# --- the picture made ready (no reader needed) ---


@pytest.mark.parametrize("angle", [-2.0, -0.6, 0.0, 0.6, 1.5])
def test_lean_is_found(angle: float) -> None:
    grey = np.asarray(scanned(drawn(), angle))
    assert ocr_image.lean(grey < ocr_image.threshold(grey)) == pytest.approx(angle, abs=0.11)


@pytest.mark.parametrize("dpi", [200, 300])
def test_ruling_lines_are_found(dpi: int) -> None:
    scan = ocr_image.prepared(scanned(drawn(dpi)), dpi)
    level = {round(rule.at / dpi, 1) for rule in scan.rules if not rule.upright}
    upright = sorted({round(rule.at / dpi, 1) for rule in scan.rules if rule.upright})
    assert len(level) == len(ROWS) + 1
    assert np.allclose(np.diff(upright), WIDTHS, atol=0.11)


def test_red_and_blue_are_no_print() -> None:
    page = Image.new("RGB", (40, 10), "white")
    page.paste((205, 40, 50), (0, 0, 10, 10))
    page.paste((40, 50, 170), (10, 0, 20, 10))
    page.paste((30, 30, 30), (20, 0, 30, 10))
    grey = ocr_image.without_colour(page)
    assert grey[5, 5] == grey[5, 15] == grey[5, 35] == 255 and grey[5, 25] < 60


def test_a_white_page_has_no_lean_and_no_rules() -> None:
    scan = ocr_image.prepared(Image.new("L", (800, 1000), 255), 100)
    assert scan.leaned == 0 and scan.rules == ()


def test_lines_of_a_cell_keep_their_marks() -> None:
    dark = np.zeros((100, 50), dtype=bool)
    for top, bottom in ((5, 8), (10, 30), (50, 70), (73, 76)):  # a mark above a line, a line with a dot below
        dark[top:bottom, 10:40] = True
    assert ocr_page.text_rows(dark, 200) == [(5, 30), (50, 76)]


def line_of(words: str, dpi: int) -> Any:
    """A line of print as grey levels."""
    page = Image.new("L", (dpi * 6, round(dpi * 0.3)), 255)
    ImageDraw.Draw(page).text((5, 2), words, 0, font(dpi))
    return np.asarray(page.filter(ImageFilter.GaussianBlur(dpi / 400)))


def inked(words: str, dpi: int) -> Any:
    return ocr_strokes._tight(line_of(words, dpi) < 140)


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize(
    ("number", "count"),
    [("I", 1), ("II", 2), ("III", 3), ("IV", 3), ("V", 2), ("VII", 4), ("VIII", 5), ("IX", 3), ("XI", 3)],
)
def test_stems_of_roman_numbers(number: str, count: int, dpi: int) -> None:
    assert ocr_strokes.stems(inked(number, dpi)) == count
    assert ocr_strokes.has_point(inked(f"{number}.", dpi)) and not ocr_strokes.has_point(inked(number, dpi))


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_the_bar_of_a_letter(dpi: int) -> None:
    assert ocr_strokes.is_barred(inked("đ", dpi)) and not ocr_strokes.is_barred(inked("d", dpi))


@pytest.mark.parametrize(
    ("printed", "read", "wanted"),
    [
        ("III. CẢI CÁCH", "II. CẢI CÁCH", "III. CẢI CÁCH"),
        ("II. CẢI CÁCH", "IIL CẢI CÁCH", "II. CẢI CÁCH"),
        ("VIII. ĐÁNH GIÁ", "VII ĐÁNH GIÁ", "VIII. ĐÁNH GIÁ"),
        ("IV. CẢI CÁCH", "IV. CẢI CÁCH", "IV. CẢI CÁCH"),
        ("d) Lập bảng", "đ) Lập bảng", "d) Lập bảng"),
        ("đ) Lập bảng", "d) Lập bảng", "đ) Lập bảng"),
        ("Quý II, III năm", "Quý II, II năm", "Quý II, III năm"),
        ("Trang VI của", "Trang VI của", "Trang VI của"),
        ("HỘI NGHỊ", "HỘI NGHỊ", "HỘI NGHỊ"),
    ],
)
@pytest.mark.parametrize("dpi", [200, 300])
def test_labels_are_checked_by_their_strokes(printed: str, read: str, wanted: str, dpi: int) -> None:
    face, x, words = font(dpi), 5.0, []
    for there, said in zip(printed.split(), read.split(), strict=True):
        box = (round(x), 0, round(x + face.getlength(there)), 10)
        words.append(ocr_engine.Word(said, box, box, 90.0))
        x += face.getlength(f"{there} ")
    found = ocr_strokes.checked(words, line_of(printed, dpi), 140)
    assert " ".join(word.text for word in found) == wanted


# --- whole pages ---


@pytest.mark.parametrize("dpi", [200, 300])
def test_a_scan_gives_letterhead_text_and_table(reader: ocr_engine.Engine, dpi: int) -> None:
    document = ocr.read(saved(scanned(drawn(dpi)), "PNG", dpi), "quét.png")
    assert document.source.ocr and document.source.extractor == "ocr" and document.source.media_type == "image/png"
    words = text_of(document)
    for wanted in ("Số: 215/QĐ-SXD", "ngày 03 tháng 4 năm 2024", "SỞ XÂY DỰNG HÀ NAM"):
        assert wanted in words
    found = grid(document)
    assert [row[0] for row in found[1:]] == ["1", "2", "3", "4", "5"]
    assert sum(likeness(ROWS, found)) / (4 * len(ROWS)) >= 0.95
    columns = document.tables[0]
    assert not columns.ruled and columns.columns == 2


def test_places_are_points_from_the_top_left(reader: ocr_engine.Engine) -> None:
    document = ocr.read(saved(drawn(200), "PNG"), "a.png")
    place = next(line.place for line in document.lines if document.text[slice(*line.span)].startswith("Căn cứ"))
    assert place is not None and place.box is not None and place.page == 1
    assert place.box[0] == pytest.approx(0.9 * 72, abs=4)


@pytest.mark.parametrize(
    ("kind", "more", "media_type"),
    [("JPEG", {"quality": 75}, "image/jpeg"), ("TIFF", {}, "image/tiff"), ("PNG", {}, "image/png")],
)
def test_picture_files(reader: ocr_engine.Engine, kind: str, more: dict[str, Any], media_type: str) -> None:
    document = ocr.read(saved(drawn(150), kind, 150, **more), "a")
    assert document.source.media_type == media_type and "215/QĐ-SXD" in document.text


@pytest.mark.slow
def test_all_pages_of_a_tiff(reader: ocr_engine.Engine) -> None:
    pages = [drawn(150), drawn(150)]
    data = saved(pages[0], "TIFF", 150, save_all=True, append_images=pages[1:])
    document = ocr.read(data, "a.tif")
    assert document.source.pages == 2 and document.text.count("215/QĐ-SXD") == 2


@pytest.mark.slow
@pytest.mark.parametrize("angle", [90, 180])
def test_a_page_on_its_side_is_turned(reader: ocr_engine.Engine, angle: int) -> None:
    document = ocr.read(saved(drawn(150).rotate(angle, expand=True), "PNG", 150), "a.png")
    assert "215/QĐ-SXD" in document.text and len(grid(document)) == len(ROWS)


@pytest.mark.slow
def test_a_stamp_stays_out_of_the_text(reader: ocr_engine.Engine) -> None:
    page = drawn(200)
    pen = ImageDraw.Draw(page)
    for radius in (150, 140, 90):
        pen.ellipse((1050 - radius, 520 - radius, 1050 + radius, 520 + radius), outline=(210, 40, 50), width=5)
    for n in range(24):
        x, y = 1050 + 115 * math.cos(n * math.pi / 12), 520 + 115 * math.sin(n * math.pi / 12)
        pen.text((x - 10, y - 12), "ỦYBANDẤU"[n % 8], (210, 40, 50), font(200, 9))
    plain, stamped = (text_of(ocr.read(saved(image, "PNG"), "a.png")) for image in (drawn(200), page))
    assert SequenceMatcher(None, plain, stamped, autojunk=False).ratio() > 0.97


def test_words_of_low_confidence_are_noted(reader: ocr_engine.Engine) -> None:
    page = Image.new("L", (1240, 400), 255)
    pen = ImageDraw.Draw(page)
    pen.text((100, 100), "Kiểm kê tủ hồ sơ lưu trữ", 0, font(150))
    pen.text((100, 160), "xqzvk wjfbd ptgnk zzwvx", 0, font(150))
    low = page.crop((90, 150, 1240, 200)).filter(ImageFilter.GaussianBlur(2.6))
    page.paste(low, (90, 150))
    document = ocr.read(saved(page, "PNG", 150), "a.png")
    doubts = [note for note in document.notes if note.code == "ocr-doubtful"]
    assert doubts and all(note.span is not None and document.text[slice(*note.span)] in note.message for note in doubts)
    assert "Kiểm kê tủ hồ sơ" in document.text and all("Kiểm" not in note.message for note in doubts)


# --- picture pages of a PDF ---


def with_text(data: bytes, words: str, page: int | None = None) -> bytes:
    """The PDF with words written over its first page, or on a new page at the end."""
    document = pypdfium2.PdfDocument(data)
    target = document.new_page(595, 842) if page is None else document[page]
    for n, line in enumerate(words.split("\n")):
        item = raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", ctypes.c_float(10))
        letters = (line + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(item, ctypes.cast(ctypes.create_string_buffer(letters), raw.FPDF_WIDESTRING))
        raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 60, 700 - 14 * n)
        raw.FPDFPage_InsertObject(target.raw, item)
    raw.FPDFPage_GenerateContent(target.raw)
    target.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


ENGLISH = "\n".join(["So 215 QD SXD Can cu Quy che lam viec cua co quan theo de nghi cua Truong phong Hanh chinh"] * 5)


def test_a_pdf_of_pictures(reader: ocr_engine.Engine) -> None:
    document = pdf.read(as_pdf(scanned(drawn(200))), "a.pdf")
    assert document.source.ocr and document.source.extractor == "ocr" and document.source.pages == 1
    assert "215/QĐ-SXD" in document.text and len(grid(document)) == len(ROWS)


def test_a_text_layer_that_is_no_vietnamese_is_not_used(reader: ocr_engine.Engine) -> None:
    document = pdf.read(with_text(as_pdf(drawn(150), dpi=150), ENGLISH, 0), "a.pdf")
    assert document.source.ocr and "Căn cứ Quy chế" in document.text


def test_pictures_and_text_in_one_file(reader: ocr_engine.Engine) -> None:
    document = pdf.read(with_text(as_pdf(drawn(150), dpi=150), "Trang hai so 2024"), "a.pdf")
    assert document.source.ocr and document.source.extractor == "pdf" and document.source.pages == 2
    assert "215/QĐ-SXD" in document.text and document.text.endswith("Trang hai so 2024")


# --- without a reader ---


@pytest.fixture
def no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_engine, "models", lambda: None)
    monkeypatch.setattr(ocr_engine, "_engines", {})


def blank_scan() -> Image.Image:
    page = Image.new("L", (800, 1100), 255)
    ImageDraw.Draw(page).rectangle((100, 100, 700, 160), fill=0)
    return page


@pytest.mark.parametrize(
    ("read", "data"),
    [(ocr.read, lambda: saved(blank_scan(), "PNG")), (pdf.read, lambda: as_pdf(blank_scan()))],
    ids=["picture", "PDF"],
)
def test_without_a_reader(no_reader: None, read: Callable[[bytes, str], Document], data: Callable[[], bytes]) -> None:
    with pytest.raises(IngestError) as caught:
        read(data(), "a")
    assert caught.value.code == "needs-ocr" and "apt-get install" in caught.value.advice


def test_without_a_reader_the_text_pages_are_read(no_reader: None) -> None:
    document = pdf.read(with_text(as_pdf(blank_scan()), "Trang hai so 2024"), "a.pdf")
    assert document.text == "Trang hai so 2024" and not document.source.ocr
    assert [note.code for note in document.notes] == ["page-not-read"]


def test_the_program_reads_what_the_library_reads(reader: ocr_engine.Engine) -> None:
    program, folder = shutil.which("tesseract"), ocr_engine.models()
    if program is None or folder is None:
        missing("The tesseract program", "apt-get install tesseract-ocr tesseract-ocr-vie")
    grey = np.asarray(drawn(150).convert("L"))[:700]
    engine = ocr_engine.Program(str(program), Path(str(folder)))
    (words, nothing) = engine.read([grey, np.full((60, 60), 255, np.uint8)], ocr_engine.PAGE, 150)
    assert {"Số:", "215/QĐ-SXD", "Căn"} <= {word.text for word in words} and nothing == []
    first = next(word for word in words if word.text == "Căn")
    assert first.box[0] == pytest.approx(0.9 * 150, abs=6) and first.sure > 60 and first.line[2] > first.box[2]


# --- pictures that cannot be read ---


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\nnothing more", "damaged"),
        (saved(Image.new("L", (300, 300), 255), "PNG")[:120], "damaged"),
        (saved(Image.new("L", (40, 900), 255), "PNG"), "empty"),
        (saved(Image.new("1", (16_000, 16_000), 1), "PNG"), "too-large"),
    ],
    ids=["no bytes", "no picture", "cut off", "tiny", "huge"],
)
def test_unreadable(data: bytes, code: str) -> None:
    with pytest.raises(IngestError) as caught:
        ocr.read(data, "a.png")
    assert caught.value.code == code and caught.value.advice


def test_the_models_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "vie.traineddata").write_bytes(b"x")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert ocr_engine.models() == tmp_path
