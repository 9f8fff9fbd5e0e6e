"""Every export and the report, run as a person runs them on one database: how fast, how much memory, how many bytes.

Does the memory grow with the decisions? Each command runs on a tenth of the database too; what its peak is higher on
the whole is given in bytes a decision.

    python3 tests/bench/exports.py --db grown.db
    python3 tests/bench/exports.py --db grown.db --formats json docx --limit 5000 --json exports.json

`--limit` takes a copy of that many of the decisions instead of the whole database (SQLite only, as is the tenth). What
is written is thrown away after each format.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import bulk  # noqa: E402
from measure import Figure, figure, line, machine  # noqa: E402

from corpus.exports import EXPORTS  # noqa: E402
from schema import database  # noqa: E402
from schema.tables import metadata  # noqa: E402

REPORT = "report"
FORMS = (*EXPORTS, REPORT)
#: Seconds between two looks at the memory.
EVERY = 0.1


class Done(NamedTuple):
    """A command that ran, and the bytes it wrote."""

    run: bulk.Run
    bytes: int


def one(form: str, db: str) -> Done:
    """Writes a database in one format."""
    with tempfile.TemporaryDirectory(prefix="vanban-exports-") as scratch:
        out = Path(scratch) / "out"
        wanted = ["report", "--out", f"{out}.html"] if form == REPORT else ["export", "--format", form, "--out", out]
        ended = bulk.watched([*map(str, wanted), "--db", db], every=EVERY)
        return Done(ended, sum(file.stat().st_size for file in Path(scratch).rglob("*") if file.is_file()))


def part(db: str, out: Path, count: int) -> str:
    """A new SQLite database `out` with that many of the decisions of another."""
    for name in (db, out):  # the one brought up to date, the other made
        database.open(name).dispose()
    some = f"(select id from whole.decisions order by id & 1048575 limit {count})"  # a hash: decisions of all years
    with closing(sqlite3.connect(out, isolation_level=None, uri=True)) as file:
        file.execute("attach ? as whole", [f"{Path(db).absolute().as_uri()}?mode=ro"])
        file.execute("begin")
        for table in metadata.sorted_tables:
            if table.name in bulk.RECORD:
                continue
            owner = "id" if table.name == "decisions" else "decision_id"
            where = f"where {owner} in {some}" if owner in table.c else ""
            names = ", ".join(f'"{column.name}"' for column in table.c)
            file.execute(f"insert into main.{table.name} ({names}) select {names} from whole.{table.name} {where}")
        file.execute("commit")
    return str(out)


def size(db: str) -> int:
    """How many decisions a database holds."""
    engine = database.open(db, create=False)
    with engine.connect() as connection:
        count = database.count(connection, "decisions")
    engine.dispose()
    return count


def measured(db: str, forms: Sequence[str] = FORMS, tenth: bool = True) -> Iterator[Figure]:
    """The figures of a database, format by format; `tenth`: beside a tenth of it."""
    count = size(db)
    with tempfile.TemporaryDirectory(prefix="vanban-exports-") as scratch:
        less = part(db, Path(scratch) / "tenth.db", count // 10) if tenth else None
        for form in forms:
            before = one(form, less) if less else None
            yield from figures(form, count, one(form, db), before)


def figures(form: str, count: int, done: Done, tenth: Done | None) -> Iterator[Figure]:
    """What a run says, and how much more memory it took than that on a tenth."""
    name, run = f"{form}, {count:,} decisions", done.run
    yield figure(name, "decisions/s", [count / run.seconds], note="start included")
    if run.cpu:
        yield figure(f"  {form}: CPU", "ms/decision", [1000 * run.cpu / count], better="less")
    yield figure(f"  {form}: written", "bytes/decision", [done.bytes / count], better="less")
    if not run.peak:
        return
    yield figure(f"  {form}: peak memory", "MB", [run.peak], better="less")
    if run.growth is not None:
        yield figure(f"  {form}: memory, last : second tenth", "", [run.growth], better="less")
    if tenth is not None and tenth.run.peak:
        more = (run.peak - tenth.run.peak) * 2**20 / (count - count // 10)
        note = f"{tenth.run.peak:.0f} MB with a tenth of the decisions"
        yield figure(f"  {form}: memory a decision more", "bytes", [more], better="less", note=note)


def main() -> int:
    """Measures and prints; `--json` keeps the figures."""
    parser = argparse.ArgumentParser(prog="exports", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--db", required=True, help="a database with decisions; an older one is brought up to date")
    parser.add_argument("--formats", nargs="+", choices=FORMS, default=FORMS, metavar="FORMAT", help="only these")
    parser.add_argument("--limit", type=int, help="a copy with only so many decisions")
    parser.add_argument("--no-tenth", action="store_true", help="not on a tenth of the decisions too")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    options = parser.parse_args()
    on, found = machine(), []
    print(", ".join(f"{name}: {value}" for name, value in on.items()), flush=True)
    with tempfile.TemporaryDirectory(prefix="vanban-exports-") as scratch:
        db = part(options.db, Path(scratch) / "part.db", options.limit) if options.limit else options.db
        for each in measured(db, options.formats, not options.no_tenth):
            print(line(each), flush=True)
            found.append(asdict(each))
    if options.json:
        kept = {"machine": on, "figures": found}
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
