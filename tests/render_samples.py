"""The sample decisions in every other form: .docx and .html as we write them, .odt and .pdf by LibreOffice, scans.

    python -m tests.render_samples FOLDER

What stands on each sample's page is in `golden/pages`, block by block; a test holds it against the sample's own words.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corpus import samples
from tests.generator_forms import Block, Closing, Letterhead, Page, Para, Table, docx, html

PAGES = Path(__file__).parent / "golden" / "pages"
SCANNED = ("lam-dong-2025-0047-phan-cap-mua-sam.txt", "son-la-moc-chau-2020-0612-ke-hoach-cchc.txt")
OFFICE_FORMS = ("pdf", "odt")


def names() -> list[str]:
    return [path.name for path in samples.paths()]


def page(name: str) -> Page:
    """The page of a sample."""
    return Page([_block(block) for block in json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))])


def _block(data: dict[str, Any]) -> Block:
    if "letterhead" in data:
        head = data["letterhead"]
        return Letterhead(tuple(head["left"]), head["number"], head["dated"], tuple(head["right"]))
    if "table" in data:
        table = data["table"]
        under = {int(column): tuple(cells) for column, cells in table.get("under", {}).items()}
        return Table(tuple(table["header"]), [tuple(row) for row in table["rows"]], under)
    if "closing" in data:
        return Closing(**data["closing"])
    return Para(data["para"], data["kind"])


def soffice() -> str | None:
    """LibreOffice's program, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def office(files: dict[str, bytes], form: str) -> dict[str, bytes]:
    """Word files by name, each as `form` (`pdf`, `odt`, `rtf`, `doc`), by one start of LibreOffice."""
    program = soffice()
    if program is None:
        raise FileNotFoundError("LibreOffice is not installed: sudo apt install libreoffice-writer")
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for name, data in files.items():
            sources.append(Path(folder, f"{name}.docx"))
            sources[-1].write_bytes(data)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", form, "--outdir", str(Path(folder, "out"))]
        subprocess.run([*command, *map(str, sources)], check=True, capture_output=True, timeout=300)
        return {name: Path(folder, "out", f"{name}.{form}").read_bytes() for name in files}


def scan(data: bytes, dpi: int = 300, angle: float = 0.6, noise: int = 12, seed: int = 1) -> bytes:
    """A PDF as a scanner gives it back: pictures of its pages, turned by `angle` degrees, with grey noise."""
    import pypdfium2
    from PIL import Image

    rng = random.Random(seed)
    pictures = []
    for sheet in pypdfium2.PdfDocument(data):
        picture = (
            sheet.render(scale=dpi / 72)
            .to_pil()
            .convert("L")
            .rotate(angle, fillcolor=255, resample=Image.Resampling.BICUBIC)
        )
        grain = Image.frombytes("L", (256, 256), bytes(128 + rng.randrange(-noise, noise + 1) for _ in range(1 << 16)))
        pictures.append(_grainy(picture, grain))
    target = io.BytesIO()
    pictures[0].save(target, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi)
    return target.getvalue()


def _grainy(picture: Any, grain: Any) -> Any:
    """The picture with the grain laid over all of it, brighter and darker around 128."""
    from PIL import Image, ImageChops

    over = Image.new("L", picture.size)
    for left in range(0, picture.width, grain.width):
        for top in range(0, picture.height, grain.height):
            over.paste(grain, (left, top))
    return ImageChops.add(picture, over, scale=1, offset=-128)


def render(chosen: Iterable[str], forms: Sequence[str]) -> dict[tuple[str, str], bytes]:
    """Samples by name and form (`docx`, `html`, `pdf`, `odt`)."""
    word = {name: docx(page(name)) for name in chosen}
    made = {(name, "docx"): data for name, data in word.items()}
    made |= {(name, "html"): html(page(name)).encode() for name in word}
    for form in set(forms) & set(OFFICE_FORMS):
        made |= {(name, form): data for name, data in office(word, form).items()}
    return {key: data for key, data in made.items() if key[1] in forms}


def main(folder: Path) -> None:
    """Writes every sample in every form, and two as scans, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = render(names(), ("docx", "html", *(OFFICE_FORMS if soffice() else ())))
    for (name, form), data in made.items():
        folder.joinpath(f"{Path(name).stem}.{form}").write_bytes(data)
    for name in SCANNED if soffice() else ():
        folder.joinpath(f"{Path(name).stem}-scan.pdf").write_bytes(scan(made[name, "pdf"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
