"""One database that grows: what the next thousand costs, and the questions, the more there is.

Generated texts are imported step by step into one database by as many `vanban import`s, each with its end: shared rows
put in order, citations between decisions settled. After each step the folder is imported again (all is skipped), and
the questions are asked.

    python3 tests/bench/growth.py --steps 1000 2000 10000 11000 --db grown.db --json grown.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import bulk  # noqa: E402
from measure import Figure, figure, line, machine  # noqa: E402
from questions import latencies  # noqa: E402

from schema import database  # noqa: E402
from tests.generator import generate  # noqa: E402

#: The second and the last step are a thousand each, to be compared.
STEPS = (1000, 2000, 5000)
LARGE = (1000, 2000, 5000, 10_000, 20_000, 50_000, 99_000, 100_000)


def write_texts(folder: Path, first: int, last: int) -> Path:
    """Generated texts without faults, from number `first` to before `last`, a thousand a folder."""
    for made in generate(last - first, seed=11, formats=("txt",), faults=0.0, start=first):
        thousand = folder / made.name[:3]
        thousand.mkdir(parents=True, exist_ok=True)
        (thousand / made.name).write_bytes(made.data)
    return folder


def measured(steps: Sequence[int], db: str, scratch: Path, jobs: int = 2) -> Iterator[Figure]:
    """Imports up to each step, imports that step again, asks the questions."""
    name, before = "PostgreSQL" if "://" in db else "SQLite", 0
    for step in steps:
        folder = write_texts(scratch / f"{step:06d}", before, step)
        yield from _step(folder, db, before, step, jobs, name)
        engine = database.open(db)
        with engine.connect() as connection:
            yield from latencies(connection, step, name)
        engine.dispose()
        before = step


def _step(folder: Path, db: str, before: int, step: int, jobs: int, name: str) -> Iterator[Figure]:
    count, note, at = step - before, f"{before:,} to {step:,}, {name}, {jobs} jobs", f" to {step:,}"
    first = bulk.run(folder, db, jobs)
    yield figure(f"import{at}", "decisions/s", [count / first.seconds], note=note)
    if first.cpu:
        yield figure(f"  CPU{at}", "ms/decision", [1000 * first.cpu / count], better="less", note=note)
    if first.memory:
        yield figure(f"  all processes{at}", "MB", [first.peak], better="less", note=note)
    if "://" not in db:
        size = sum(file.stat().st_size for file in Path(db).parent.glob(Path(db).name + "*"))
        yield figure(f"  database{at}", "kB/decision", [size / 1000 / step], better="less", note=note)
    again = bulk.run(folder, db, jobs)
    yield figure(f"  all skipped{at}", "files/s", [count / again.seconds], note=note)
    if again.cpu:
        yield figure(f"  all skipped{at}: CPU", "ms/file", [1000 * again.cpu / count], better="less", note=note)


def main() -> int:
    """Measures and prints; `--json` keeps the figures."""
    parser = argparse.ArgumentParser(prog="growth", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="how many decisions at each step")
    parser.add_argument("--db", help="a database that is kept, at its first step empty")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in measured(options.steps, options.db or str(Path(scratch) / "grown.db"), Path(scratch), options.jobs):
            print(line(one), flush=True)
            found.append(asdict(one))
    if options.json:
        text = json.dumps({"machine": machine(), "figures": found}, ensure_ascii=False, indent=1)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
