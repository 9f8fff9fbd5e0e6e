"""The measurements: `python3 dev.py bench`. One line a figure; `--json FILE` keeps them, `--compare OLD NEW` compares.

Fixed work that anyone can run (the samples and generated decisions; the real seeds too where they are), warmed up,
taken in turns, medians with spread. Nothing fails because it is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from measure import Figure, Work, compare, figure, line, machine, program, rates, rounded  # noqa: E402
from sampling import sample  # noqa: E402

from tests.generator import generate  # noqa: E402

VANBAN = [sys.executable, str(ROOT / "cli.py")]


# --- what is measured on --------------------------------------------------------------------------------------------


def mixes() -> dict[str, list[Path]]:
    """The texts of a mix by its name: samples, and the real seeds where they are."""
    from corpus.samples import paths

    corpus = Path(os.environ.get("VANBAN_CORPUS") or ROOT.parent / "shared" / "corpus")
    seeds = sorted((corpus / "seeds").glob("*.txt"))
    return {"samples": paths(), **({"seeds": seeds} if seeds else {})}


def write_generated(folder: Path, count: int, form: str = "txt", start: int = 0) -> Path:
    """A folder of that many generated decisions without faults."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in generate(count, seed=11, formats=(form,), faults=0.0, start=start):
        (folder / made.name).write_bytes(made.data)
    return folder


# --- the figures ----------------------------------------------------------------------------------------------------


def starting(_: argparse.Namespace) -> Iterator[Figure]:
    """How long a person waits for `vanban --help`."""
    program([*VANBAN, "--help"])
    seconds = [program([*VANBAN, "--help"]).seconds for _ in range(9)]
    yield figure("vanban --help", "s", seconds, better="less")


def to_json(paths: Sequence[Path]) -> None:
    """Files to contract JSON, one after the other."""
    from corpus.reading import read_file

    for path in paths:
        reading = read_file(path)
        if reading.contract is None:
            raise RuntimeError(f"{path.name}: {reading.cause}")


def reading_text(options: argparse.Namespace) -> Iterator[Figure]:
    """File to contract JSON in one process, after start-up."""
    found = mixes()
    works = [
        Work(f"text to JSON, {name}", "decisions", len(paths), partial(to_json, paths)) for name, paths in found.items()
    ]
    yield from rates(works, options.rounds)
    name, paths = list(found.items())[-1]
    yield from stages(name, paths, options.rounds)


def stages(mix: str, paths: Sequence[Path], rounds: int) -> Iterator[Figure]:
    """Milliseconds a decision by stage, from looking up which module is at work."""
    started = time.process_time()
    seen = sample(lambda: [to_json(paths) for _ in range(rounds)])
    milliseconds = 1000 * (time.process_time() - started) / (rounds * len(paths))
    for stage, times in seen.most_common():
        share = times / seen.total()
        if share >= 0.01:
            name = f"  {mix}: {stage}"
            yield Figure(name, "ms/decision", *[rounded(share * milliseconds)] * 3, 1, "less", None, f"{share:.0%}")


def memory(options: argparse.Namespace) -> Iterator[Figure]:
    """Peak memory of `vanban parse` on a folder of 1,000 decisions."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_generated(Path(scratch) / "in", 1000 if not options.large else 10000)
        ended = program([*VANBAN, "parse", folder, "--out", Path(scratch) / "out"])
        count = sum(1 for _ in (Path(scratch) / "out").rglob("*.json"))
    if ended.memory is not None:
        yield figure(f"parse {count:,} files: peak memory", "MB", [ended.memory], better="less")


def importing(options: argparse.Namespace) -> Iterator[Figure]:
    """Generated texts into SQLite with one and two processes, then the same folder again (all skipped)."""
    count = 20000 if options.large else 400
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_generated(Path(scratch) / "in", count)
        for jobs in (1, 2):
            db = Path(scratch) / f"{jobs}.db"
            command = [*VANBAN, "import", folder, "--db", db, "--jobs", str(jobs)]
            ended = program(command)
            yield figure(
                f"import to SQLite, {jobs} jobs", "decisions/s", [count / ended.seconds], note="start included"
            )
            if ended.memory is not None:
                yield figure(f"import, {jobs} jobs: peak memory", "MB", [ended.memory], better="less")
        yield figure("  database", "kB/decision", [db.stat().st_size / 1000 / count], better="less")
        seconds = [program(command).seconds for _ in range(3)]
        yield figure("import again, all skipped", "files/s", [count / each for each in seconds], note="start included")


def read_pages(paths: Sequence[Path]) -> None:
    """PDF files to Documents."""
    from ingest import read

    for path in paths:
        read(path)


def plumber_pages(paths: Sequence[Path]) -> None:
    """What pdfplumber gives of the same files: words and tables of every page."""
    import pdfplumber

    for path in paths:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                page.extract_words()
                page.extract_tables()
                page.close()


def read_pdf(options: argparse.Namespace) -> Iterator[Figure]:
    """Digital PDF beside pdfplumber, in turns on the same files."""
    import pypdfium2

    with tempfile.TemporaryDirectory() as scratch:
        paths = sorted(write_generated(Path(scratch), 8, "pdf").iterdir())
        pages = 0
        for path in paths:
            document = pypdfium2.PdfDocument(path)
            pages += len(document)
            document.close()
        works = [
            Work("PDF to Document", "pages", pages, partial(read_pages, paths)),
            Work("PDF to JSON", "pages", pages, partial(to_json, paths)),
            Work("  pdfplumber: words and tables", "pages", pages, partial(plumber_pages, paths)),
        ]
        yield from rates(works, min(options.rounds, 3))


def word_cells(paths: Sequence[Path]) -> None:
    """What python-docx gives of the same files: paragraphs, and the cells of every row."""
    import docx

    for path in paths:
        document = docx.Document(str(path))
        for paragraph in document.paragraphs:
            paragraph.text  # noqa: B018 - reading it is the work
        for table in document.tables:
            for row in table.rows:
                for cell in row.cells:
                    cell.text  # noqa: B018


def read_word(options: argparse.Namespace) -> Iterator[Figure]:
    """Word files beside python-docx, in turns on the same files."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = sorted(write_generated(Path(scratch), 20, "docx").iterdir())
        works = [
            Work("DOCX to Document", "files", len(paths), partial(read_pages, paths)),
            Work("DOCX to JSON", "files", len(paths), partial(to_json, paths)),
            Work("  python-docx: row.cells", "files", len(paths), partial(word_cells, paths)),
        ]
        yield from rates(works, options.rounds)


def growing(options: argparse.Namespace) -> Iterator[Figure]:
    """A database that grows, a fixed mix of questions to it, then every export of it (of a hundred decisions where it
    is not --large); on SQLite, questions also on VANBAN_BENCH_DB if set."""
    import exports
    import growth

    steps = growth.LARGE if options.large else growth.STEPS
    with tempfile.TemporaryDirectory() as scratch:
        db, other = str(Path(scratch) / "grown.db"), os.environ.get("VANBAN_BENCH_DB")
        yield from growth.measured(steps, db, Path(scratch))
        if other:
            yield from growth.measured(steps, other, Path(scratch))
        if not options.large:
            db = exports.part(db, Path(scratch) / "part.db", 100)
        yield from exports.measured(db, tenth=options.large)


def pulling_the_plug(options: argparse.Namespace) -> Iterator[Figure]:
    """Every format in bulk; the same with kills at random instants, resumed, compared row by row; then all skipped."""
    import bulk

    yield from bulk.measured(10000 if options.large else 200, 20 if options.large else 2)


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Figure]]] = {
    "start": starting,
    "text": reading_text,
    "memory": memory,
    "import": importing,
    "bulk": pulling_the_plug,
    "pdf": read_pdf,
    "word": read_word,
    "growth": growing,
}


# --- the program ----------------------------------------------------------------------------------------------------


def talk(options: argparse.Namespace) -> TextIO:
    """Where the lines for a person go: out of the way of JSON on standard output."""
    return sys.stderr if options.json == "-" else sys.stdout


def measured(options: argparse.Namespace) -> Iterator[Figure]:
    """The figures of the parts that were asked for; each is shown when it is there."""
    for name in options.part or PARTS:
        for found in PARTS[name](options):
            print(line(found), flush=True, file=talk(options))
            yield found


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part (may be given again)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each work is done (5)")
    parser.add_argument("--large", action="store_true", help="many more decisions")
    parser.add_argument("--json", metavar="FILE", help="keep the figures in this file (- prints them)")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"), help="compare two kept files")
    return parser.parse_args()


def main() -> int:
    """Measures or compares."""
    options = arguments()
    if options.compare:
        old, new = (json.loads(Path(name).read_text(encoding="utf-8")) for name in options.compare)
        print("\n".join(compare(old, new)))
        return 0
    on = machine()
    print(", ".join(f"{name}: {value}" for name, value in on.items()), flush=True, file=talk(options))
    figures = [asdict(found) for found in measured(options)]
    if options.json:
        text = json.dumps({"machine": on, "figures": figures}, ensure_ascii=False, indent=1)
        if options.json == "-":
            print(text)
        else:
            Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
