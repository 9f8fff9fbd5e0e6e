"""Scans of the real seeds: what is read right when a page is a crooked, noisy picture.

    python tests/bench/scans.py            prints the table (Markdown)
    python tests/bench/scans.py --write    puts it into docs/formats.md

The corpus' decisions, in a font like that of most decisions and in the wide one of the corpus' own PDFs, are drawn as
pictures, turned by 0.6 degrees, blurred, covered with noise, and read as files that hold nothing else. Compared with
the gold (F1), and with the same PDF read as it is for what the gold has no words of.
"""

from __future__ import annotations

import difflib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).resolve().parent)]

import docx  # noqa: E402
import numpy as np  # noqa: E402
import pypdfium2  # noqa: E402
from formats import convert, font  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402
from real import CORPUS, GOLD  # noqa: E402

import ingest  # noqa: E402
from parsers.decision import parse  # noqa: E402
from parsers.model import Decision, Party, Task, to_json  # noqa: E402

RESOLUTIONS = (300, 200)
FIGURES = ("header", "sections", "table rows", "row group+number", "deadlines normalized", "citation mentions")
START, END = "<!-- scans -->", "<!-- scans end -->"


def scan(page: Image.Image, dpi: int, number: int) -> Image.Image:
    """The page as a scanner gives it: a little crooked to one side or the other, blurred, grey, noisy, as JPEG."""
    turned = page.convert("L").rotate(0.6 if number % 2 else -0.6, Image.Resampling.BICUBIC, fillcolor="white")
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.003 * dpi)), dtype=float)
    noise = np.random.default_rng(number).normal(0, 9, soft.shape)
    picture = Image.fromarray(np.clip(soft * 0.92 + 12 + noise, 0, 255).astype(np.uint8))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=80)
    return Image.open(kept)


def scanned(data: bytes, dpi: int) -> tuple[bytes, int]:
    """A PDF of scans of a PDF's pages, and how many they are."""
    document = pypdfium2.PdfDocument(data)
    pages = [scan(page.render(scale=dpi / 72).to_pil(), dpi, n) for n, page in enumerate(document)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=pages[1:])
    return out.getvalue(), len(pages)


def cells(task: Task) -> list[str]:
    """The words of a row of a task table."""

    def words(party: Party | None) -> str:
        return party.text if party else ""

    deadline = task.deadline.text if task.deadline else ""
    return [task.text, words(task.lead), words(task.support), task.output or "", deadline]


def likeness(wanted: Decision, got: Decision) -> tuple[float, float]:
    """How alike the cells of the task rows are on average (0 to 1), and the share of rows with the same leads."""
    ours, theirs = ([t for t in d.tasks if t.origin == "table"] for d in (wanted, got))
    ratios, leads = [], 0
    for n, task in enumerate(ours):
        other = theirs[n] if n < len(theirs) else None
        pairs = zip(cells(task), cells(other) if other else [""] * 5, strict=True)
        ratios += [difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs]
        keys = [t.lead.agencies if t and t.lead else () for t in (task, other)]
        leads += other is not None and keys[0] == keys[1]
    return sum(ratios) / len(ratios), leads / len(ours)


def heads(wanted: Decision, got: Decision) -> list[bool]:
    """Whether number, date, province and signers are the same."""
    ours, theirs = wanted.document, got.document
    names = [[signer.name for signer in head.signers] for head in (ours, theirs)]
    same = [ours.number == theirs.number, ours.date == theirs.date, ours.province == theirs.province]
    return [*same, names[0] == names[1]]


def scored(folder: Path) -> dict[str, float]:
    """The scorer's F1 by family for the decisions of a folder."""
    program = GOLD.parent / "tools" / "score.py"
    command = [sys.executable, str(program), str(GOLD / "seeds"), str(folder), "--prefix", "3", "--json"]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return {name: row["f1"] for name, row in json.loads(said).items()}


def measured(files: Sequence[Path], dpi: int) -> list[tuple[str, str]]:
    """The figures of some PDFs at one resolution."""
    pages, seconds, alike, head = 0, 0.0, [], []
    with tempfile.TemporaryDirectory() as name:
        for path in files:
            data, count = scanned(path.read_bytes(), dpi)
            start = time.perf_counter()
            got = parse(ingest.read_bytes(data, path.name))
            seconds, pages = seconds + time.perf_counter() - start, pages + count
            Path(name, f"{path.stem}.json").write_bytes(to_json(got))
            plain = parse(ingest.read(path))
            head += heads(plain, got)
            if any(task.origin == "table" for task in plain.tasks):
                alike.append(likeness(plain, got))
        figures = scored(Path(name))
    rows = [("number, date, province, signer", f"{sum(head) / len(head):.3f}")]
    rows += [(figure, f"{figures[figure]:.3f}") for figure in FIGURES]
    rows.append(("cells of task rows, likeness", f"{sum(a for a, _ in alike) / len(alike):.4f}"))
    rows.append(("task rows with the same leads", f"{sum(b for _, b in alike) / len(alike):.3f}"))
    rows.append(("pages", str(pages)))
    rows.append(("seconds a page, one process", f"{seconds / pages:.1f}"))
    return rows


def table() -> str:
    """The table as the docs show it."""
    words = sorted((CORPUS / "rendered").glob("*.docx"))
    with tempfile.TemporaryDirectory() as name:
        for word in words:
            document = docx.Document(str(word))
            font("Liberation Serif", 13)(document)
            document.save(str(Path(name, word.name)))
        convert([Path(name, word.name) for word in words], "pdf", Path(name))
        usual, hard = sorted(Path(name).glob("*.pdf")), sorted((CORPUS / "rendered").glob("*.pdf"))
        columns = [measured(files, dpi) for files in (usual, hard) for dpi in RESOLUTIONS]
    heads = [f"{face}, {dpi} dpi" for face in ("Liberation Serif 13", "DejaVu Serif") for dpi in RESOLUTIONS]
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for rows in zip(*columns, strict=True):
        lines.append(f"| {rows[0][0]} | {' | '.join(value for _, value in rows)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Prints the table or writes it into the docs."""
    made = table()
    print(made)
    if "--write" in sys.argv[1:]:
        page = ROOT / "docs" / "formats.md"
        text = page.read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(END)[1]
        page.write_text(f"{before}{START}\n{made}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
