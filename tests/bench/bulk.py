"""A province in one go, and then with the plug pulled: do both end with the same rows?

Generated decisions are imported into one database; into another one by an import that is killed (SIGKILL) at random
instants and started again, to the end. The two are compared row by row, but for the record of the runs. Then the first
folder is imported once more: nothing is read, nothing changes.

    python3 tests/bench/bulk.py --count 10000 --kills 20
    python3 tests/bench/bulk.py --count 1000 --kills 5 --db postgresql://me@host/one --db postgresql://me@host/two

Exit status 1 where the rows differ. `--folder` keeps (and takes) the files and the databases of an earlier run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from measure import Figure, figure, line, machine  # noqa: E402
from sqlalchemy import select  # noqa: E402

from schema import database  # noqa: E402
from schema.tables import metadata  # noqa: E402
from tests.generator import generate  # noqa: E402

#: What runs write about themselves.
RECORD = ("imports", "import_files", "settings")
#: Rows that differ are counted to the end and shown so far.
SHOWN = 3
#: The import's exit status: done; done, but some files are no decisions.
DONE = (0, 1)


@dataclass(slots=True)
class Run:
    """An import: wall seconds, CPU seconds of all its processes (0 on Windows, too few where it was killed), and their
    memory together in MB, looked up twice a second (Linux)."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: list[float] = field(default_factory=list)
    killed: bool = False

    @property
    def peak(self) -> float:
        """The most memory."""
        return max(self.memory, default=0.0)

    @property
    def growth(self) -> float | None:
        """Memory in the last tenth of the run as a share of that in the second tenth."""
        tenth = len(self.memory) // 10
        if tenth < 2:
            return None
        return statistics.median(self.memory[-tenth:]) / statistics.median(self.memory[tenth : 2 * tenth])


def write_files(folder: Path, count: int, seed: int) -> int:
    """That many generated files of every kind, faults planted; bytes written. Files that are there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for made in generate(count, seed=seed, formats=("txt", "docx", "pdf")):
        if not (folder / made.name).is_file():
            (folder / made.name).write_bytes(made.data)
        total += len(made.data)
    return total


def run(folder: Path, db: str, jobs: int, kill_after: float | None = None, limits: Sequence[str] = ()) -> Run:
    """Imports the folder, or kills the import after so many seconds. Raises RuntimeError where it fails by itself."""
    return watched(["import", str(folder), "--db", db, "--jobs", str(jobs), *limits], kill_after)


def watched(arguments: Sequence[str], kill_after: float | None = None, every: float = 0.5) -> Run:
    """Runs `vanban` and looks at it every so many seconds. Raises RuntimeError where it fails by itself."""
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    done, started, before = Run(), time.monotonic(), cpu_of_children()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        while child.poll() is None:
            left = every if kill_after is None else started + kill_after - time.monotonic()
            if left <= 0:
                child.kill()
                done.killed = True
            try:
                child.wait(max(0.0, min(every, left)))
            except subprocess.TimeoutExpired:
                done.memory.append(memory_of(child.pid))
        done.seconds, done.cpu = time.monotonic() - started, cpu_of_children() - before
        if not done.killed and child.returncode not in DONE:
            said.seek(0)
            raise RuntimeError(said.read().decode(errors="replace")[-2000:])
    return done


def cpu_of_children() -> float:
    """CPU seconds of all that this process has started and that has ended."""
    times = os.times()
    return times.children_user + times.children_system


def memory_of(process: int) -> float:
    """Resident memory of a process and its children in MB; 0 where the system does not tell."""
    total = 0.0
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    except OSError:  # it has just ended, or this is another system
        return total
    resident = next((words for words in status.splitlines() if words.startswith("VmRSS")), "VmRSS: 0")
    total = int(resident.split()[1]) / 1024
    return total + sum(memory_of(int(child)) for child in children)


# --- the same rows? --------------------------------------------------------------------------------------------------


def differences(one: str, other: str) -> Iterator[str]:
    """What two databases differ in, table by table, a few rows of each; both are read in step, never whole."""
    ours, theirs = database.open(one), database.open(other)
    with ours.connect() as left, theirs.connect() as right:
        for table in metadata.sorted_tables:
            if table.name in RECORD:
                continue
            query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=500)
            pairs = itertools.zip_longest(left.execute(query), right.execute(query))
            unlike = [(a, b) for a, b in pairs if (a and tuple(a)) != (b and tuple(b))]
            if unlike:
                yield f"{table.name}: {len(unlike)} rows differ, as {unlike[:SHOWN]}"
    ours.dispose()
    theirs.dispose()


def rows_in(db: str) -> int:
    """How many rows a database has, the record of runs left out."""
    engine = database.open(db)
    with engine.connect() as connection:
        names = [table.name for table in metadata.sorted_tables if table.name not in RECORD]
        total = sum(database.count(connection, name) for name in names)
    engine.dispose()
    return total


def size_of(db: str) -> int:
    """Bytes that a database takes on its disk."""
    from schema.upkeep import info

    engine = database.open(db)
    size = info(engine).bytes
    engine.dispose()
    return size


# --- the whole story -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Story:
    """What happened: the import in one go, the one with kills, the third run, and in what the rows differ."""

    whole: Run
    broken: list[Run]
    again: Run
    differences: list[str]
    rows: int
    bytes: int

    @property
    def kills(self) -> int:
        """How many imports were killed before they had ended."""
        return sum(attempt.killed for attempt in self.broken)


def pull_the_plug(folder: Path, db: str, jobs: int, kills: int, seconds: float, chance: random.Random) -> list[Run]:
    """Imports into `db`, killed at random instants, so spread that work is left for the last; then to the end.

    `seconds`: what the whole import takes.
    """
    runs = []
    for _ in range(kills):
        runs.append(run(folder, db, jobs, kill_after=chance.uniform(0.0, 2 * seconds / (kills + 1))))
    runs.append(run(folder, db, jobs))
    return runs


def tell(folder: Path, one: str, other: str, jobs: int, kills: int, seed: int) -> Story:
    """Does it all, on a folder of files and two empty databases."""
    whole = run(folder, one, jobs)
    broken = pull_the_plug(folder, other, jobs, kills, whole.seconds, random.Random(seed))
    before = list(differences(one, other))
    again = run(folder, one, jobs)
    after = [] if before else [f"after a third run: {words}" for words in differences(one, other)]
    return Story(whole, broken, again, before + after, rows_in(one), size_of(one))


def figures(story: Story, count: int, jobs: int) -> Iterator[Figure]:
    """The story in figures."""
    name = f"bulk, {count:,} files, {jobs} jobs"
    rate, peak = story.whole.seconds, story.whole.peak
    yield figure(name, "files/s", [count / rate], note="every format, start included")
    if story.whole.cpu:
        yield figure("  CPU, all processes", "ms/file", [1000 * story.whole.cpu / count], better="less")
        yield figure("  third run: CPU", "ms/file", [1000 * story.again.cpu / count], better="less")
    yield figure("  peak memory, all processes", "MB", [peak], better="less")
    if story.whole.growth is not None:
        yield figure("  memory, last tenth : second tenth", "", [story.whole.growth], better="less")
    yield figure("  database", "kB/file", [story.bytes / 1000 / count], better="less")
    yield figure("  rows", "rows/file", [story.rows / count])
    seconds = sum(attempt.seconds for attempt in story.broken)
    yield figure(f"  with {story.kills} kills, resumed", "files/s", [count / seconds], note="all attempts together")
    yield figure("  third run, all skipped", "files/s", [count / story.again.seconds], note="start included")
    yield figure("  third run : first", "times faster", [rate / story.again.seconds])
    yield figure("  tables that differ", "", [len(story.differences)], better="less")


def measured(count: int, kills: int, jobs: int = 2, seed: int = 7) -> Iterator[Figure]:
    """The figures of a story told in a scratch folder. Raises RuntimeError where the rows differ."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_files(folder / "in", count, seed)
        story = tell(folder / "in", str(folder / "one.db"), str(folder / "two.db"), jobs, kills, seed)
    if story.differences:
        raise RuntimeError("\n".join(story.differences))
    yield from figures(story, count, jobs)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bulk", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10000, help="generated files (10000)")
    parser.add_argument("--kills", type=int, default=20, help="kills at random instants (20)")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--seed", type=int, default=7, help="of the files and the instants (7)")
    parser.add_argument("--db", action="append", help="give two empty databases; by default SQLite files")
    parser.add_argument("--folder", type=Path, help="where files and databases are kept; by default nowhere")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    return parser.parse_args()


def main() -> int:
    """Tells the story and says it in figures."""
    options = arguments()
    on = machine()
    print(", ".join(f"{name}: {value}" for name, value in on.items()), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        one, other = options.db or (str(folder / "one.db"), str(folder / "two.db"))
        total = write_files(folder / "in", options.count, options.seed)
        print(f"{options.count:,} files, {total / 1e6:.1f} MB", flush=True)
        story = tell(folder / "in", one, other, options.jobs, options.kills, options.seed)
    found = list(figures(story, options.count, options.jobs))
    print("\n".join([*map(line, found), *story.differences]), flush=True)
    if options.json:
        kept: dict[str, Any] = {"machine": on, "figures": [asdict(one) for one in found]}
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(bool(story.differences))


if __name__ == "__main__":
    sys.exit(main())
