"""Runs the commands that the documentation shows and holds what they print against what it says.

A block opens with ```console and holds lines `$ vanban …`, each followed by what the command prints, both streams
together. All blocks of a page run one after the other in one new folder that holds the sample decisions as `samples/`;
`$ cat`, `$ ls` and pipes are run too. In the page a line `…` stands for any number of lines, and `…` inside a line for
any characters (times, sizes).

    python tests/docs_console.py            says which pages no longer tell the truth
    python tests/docs_console.py --write    writes what the commands print today into them
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
WIDTH = "110"


@dataclass(frozen=True, slots=True)
class Step:
    """A command line as the page has it (without `$ `) and the lines it shows under it."""

    command: str
    shown: tuple[str, ...]


def pages() -> list[Path]:
    """The pages that show commands."""
    return [
        page
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        if BLOCK.search(page.read_text(encoding="utf-8"))
    ]


def steps(block: str) -> Iterator[Step]:
    """The commands of one block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        while command.endswith("\\"):
            command += "\n" + shown.pop(0)
        yield Step(command, tuple(shown))


def matches(shown: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """True where the page's lines say what was printed, `…` standing for anything."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def merged(shown: tuple[str, ...], printed: tuple[str, ...]) -> tuple[str, ...]:
    """What the page should show: as it is where it tells the truth, else what was printed, kept lines with `…`."""
    if matches(shown, printed):
        return shown
    loose = [line for line in shown if "…" in line and line.strip() != "…"]
    return tuple(next((old for old in loose if matches((old,), (line,))), line) for line in printed)


def run(command: str, folder: Path) -> tuple[str, ...]:
    """The lines that a command prints in `folder`, spaces at their ends left out."""
    ours = os.pathsep.join((str(folder / ".bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    variables = {"PATH": ours, "COLUMNS": WIDTH, "PYTHONUTF8": "1", "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.decode().split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def replay(page: Path, folder: Path) -> tuple[str, list[str]]:
    """The page as it should be, and the commands whose output it no longer shows."""
    shutil.copytree(
        ROOT / "corpus" / "samples", folder / "samples", ignore=shutil.ignore_patterns("*.py", "__pycache__", "README")
    )
    program = folder / ".bin" / "vanban"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    wrong: list[str] = []

    def block(found: re.Match[str]) -> str:
        written = []
        for step in steps(found[0]):
            printed = run(step.command, folder)
            if not matches(step.shown, printed):
                wrong.append(f"$ {step.command}\n" + "\n".join(printed))
            written += [f"$ {step.command}", *merged(step.shown, printed)]
        return "\n".join(written) + "\n"

    return BLOCK.sub(block, page.read_text(encoding="utf-8")), wrong


def main() -> int:
    """Checks or writes all pages; 1 where one does not tell the truth."""
    failed = False
    for page in pages():
        with tempfile.TemporaryDirectory() as folder:
            text, wrong = replay(page, Path(folder))
        if "--write" in sys.argv:
            page.write_text(text, encoding="utf-8")
        elif wrong:
            failed = True
            print(f"{page.name}:\n" + "\n\n".join(wrong))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
