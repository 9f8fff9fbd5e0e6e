"""The pictures of the README, made anew from the samples: a marked text, the report, the tracking table.

    python tests/pictures.py        needs Chromium and LibreOffice; writes docs/pictures/*.png

Look at them before they are kept.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from corpus import samples  # noqa: E402
from ingest import office  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SHOWN = ("64/qd-ubnd", "can tho", "2025")  # the decision, its province and year
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def vanban(folder: Path, *words: str) -> bytes:
    """What a command prints, run in a folder with its own database."""
    command = [sys.executable, str(ROOT / "cli.py"), *words, "--db", str(folder / "vanban.db")]
    return subprocess.run(command, check=True, capture_output=True, cwd=folder).stdout


def screenshot(page: Path, picture: Path, height: int) -> None:
    """The top of an HTML page, as a browser shows it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("No Chromium found: install it, for example `sudo apt-get install chromium`.")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=1000,{height}"]
    subprocess.run([browser, *options, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True)


def first_page(paper: Path, picture: Path) -> None:
    """The first page of a Word document, as LibreOffice lays it out."""
    program = office.soffice()
    if program is None:
        raise SystemExit("No LibreOffice found: `sudo apt-get install libreoffice-writer-nogui`.")
    command = [str(program), "--headless", "--convert-to", "pdf", "--outdir", str(paper.parent), str(paper)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    document = pypdfium2.PdfDocument(paper.with_suffix(".pdf"))
    document[0].render(scale=1.2).to_pil().quantize(64).save(picture, optimize=True)
    document.close()


def main() -> None:
    """Writes the three pictures."""
    number, province, year = SHOWN
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "samples").mkdir()
        for sample in samples.paths():
            shutil.copy(sample, folder / "samples")
        vanban(folder, "import", "samples")
        (folder / "show.html").write_bytes(vanban(folder, "show", number, "--html"))
        vanban(folder, "report", "--out", "report.html")
        vanban(folder, "export", "--format", "docx", "--out", "papers", "--province", province, "--year", year)
        screenshot(folder / "show.html", PICTURES / "show.png", 1050)
        screenshot(folder / "report.html", PICTURES / "report.png", 1420)
        first_page(next((folder / "papers").glob("*.docx")), PICTURES / "tracking.png")


if __name__ == "__main__":
    main()
