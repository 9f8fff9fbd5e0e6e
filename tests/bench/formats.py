"""Seed by format: how many of the things known of a seed are read otherwise than they are (0 is all right).

    python tests/bench/formats.py            prints the table (Markdown)
    python tests/bench/formats.py --write    puts it into docs/formats.md

Formats are those of the corpus' `rendered/` and, where LibreOffice is installed, our own renderings of its Word files:
.odt, .rtf, .doc, and PDF with other margins, fonts, sizes and orientation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import docx  # noqa: E402
from docx.enum.section import WD_ORIENT  # noqa: E402
from docx.shared import Cm, Mm, Pt  # noqa: E402
from real import CORPUS, GOLD  # noqa: E402
from scoring import differences  # noqa: E402

import ingest  # noqa: E402
from ingest import office  # noqa: E402
from parsers.decision import parse  # noqa: E402

Change = Callable[[Any], None]
START, END = "<!-- table -->", "<!-- table end -->"


def margins(left: float, right: float) -> Change:
    """Margins in centimetres."""

    def change(document: Any) -> None:
        for section in document.sections:
            section.left_margin, section.right_margin = Cm(left), Cm(right)

    return change


def landscape(document: Any) -> None:
    """Every page on its side."""
    for section in document.sections:
        section.orientation = WD_ORIENT.LANDSCAPE
        wide, high = max(section.page_width, section.page_height), min(section.page_width, section.page_height)
        section.page_width, section.page_height = wide, high


def font(name: str, size: float) -> Change:
    """Another font, its size in points."""

    def change(document: Any) -> None:
        for style in document.styles:
            if getattr(style, "font", None) is not None:
                style.font.name, style.font.size = name, Pt(size)
        for paragraph in _paragraphs(document):
            for run in paragraph.runs:
                run.font.name, run.font.size = name, Pt(size)

    return change


def last_column(width: float, size: float) -> Change:
    """Tables of work whose last column (the deadline) is so many millimetres wide, letters of so many points."""

    def change(document: Any) -> None:
        font("Liberation Serif", size)(document)
        for table in (t for t in document.tables if len(t.columns) >= 5):
            table.autofit = False
            for row in table.rows:
                row.cells[-1].width = Mm(width)

    return change


def _paragraphs(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


VARIANTS: dict[str, Change] = {
    "pdf, narrow margins": margins(1.0, 1.0),
    "pdf, wide margins": margins(4.0, 3.5),
    "pdf, landscape": landscape,
    "pdf, DejaVu Sans 10": font("DejaVu Sans", 10),
    "pdf, Liberation Sans 11": font("Liberation Sans", 11),
    "pdf, 15 points": font("Liberation Serif", 15),
    "pdf, last column of 16 mm, 14 points": last_column(16, 14),
    "pdf, a font without Vietnamese": font("Symbol Neu", 12),
}


def gold_of(stem: str) -> dict[str, Any]:
    """What is known of a seed."""
    found = next((GOLD / "seeds").glob(f"{stem[:3]}*.json"))
    gold = json.loads(found.read_text(encoding="utf-8"))
    return {**gold, "authority": {"ubnd": "committee"}.get(gold["authority"], gold["authority"])}


def wrong(path: Path) -> int:
    """How many of the things known of a seed a file of it is read otherwise."""
    return len(differences(gold_of(path.name), parse(ingest.read(path))))


def convert(files: list[Path], suffix: str, folder: Path) -> None:
    """Renders files through LibreOffice, all in one run."""
    program = office.soffice()
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(program), profile, "--headless", "--convert-to", suffix, "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def table() -> dict[str, dict[str, int | None]]:
    """Format -> seed -> number of differences; None where the corpus has no such file."""
    rendered = CORPUS / "rendered"
    stems = [p.stem for p in sorted(rendered.glob("*.docx"))]
    rows: dict[str, dict[str, int | None]] = {}
    rows["txt"] = {s: wrong(next((CORPUS / "seeds").glob(f"{s}*.txt"))) for s in stems}
    for suffix in ("docx", "html", "pdf"):
        files = {s: rendered / f"{s}.{suffix}" for s in stems}
        rows[suffix] = {s: wrong(f) if f.exists() else None for s, f in files.items()}
    if office.soffice() is None:
        return rows
    words = sorted(rendered.glob("*.docx"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for suffix in ("odt", "rtf", "doc", "html"):
            convert(words, suffix, folder)
            name = "html, saved by LibreOffice" if suffix == "html" else suffix
            rows[name] = {s: wrong(folder / f"{s}.{suffix}") for s in stems}
        for variant, change in VARIANTS.items():
            for word in words:
                document = docx.Document(str(word))
                change(document)
                document.save(str(folder / word.name))
            convert([folder / w.name for w in words], "pdf", folder)
            rows[variant] = {s: wrong(folder / f"{s}.pdf") for s in stems}
    return rows


def markdown(rows: dict[str, dict[str, int | None]]) -> str:
    """The table as the docs show it."""
    stems = list(next(iter(rows.values())))
    lines = [f"| format | {' | '.join(stems)} |", f"| --- |{' ---: |' * len(stems)}"]
    for name, row in rows.items():
        cells = ("–" if row[s] is None else str(row[s]) for s in stems)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = markdown(table())
    print(text)
    if "--write" in sys.argv:
        page = ROOT / "docs" / "formats.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(START)
        page.write_text(f"{before}{START}\n{text}{END}{rest.partition(END)[2]}", encoding="utf-8")
