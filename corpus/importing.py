"""Many files into a database: find, read in worker processes, save one decision a transaction.

Safe to repeat and to stop at any instant: what a file gave is stored together with the fact that it was read, and a
file whose bytes, reader and grammar are known is not read again.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, insert, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from corpus import finding, registers, resolving
from corpus.reading import Item, Reading, failed, grammar_version, on_disk, version
from corpus.workers import Limits, read_all
from parsers.model import Decision, to_json
from schema import database
from schema import tables as t
from schema.load import load, unpack
from schema.save import File, Saved, record, save, source_id, tidy

T = TypeVar("T")
Outcome = Literal["read", "partly read", "no decision", "failed", "duplicate", "skipped"]

#: Files looked up in the database at a time, and bytes of archive members held meanwhile.
CHUNK, CHUNK_BYTES = 200, 32 * 2**20
#: Bytes of a file read at a time to know it again.
PART = 2**20
#: How often a transaction that another writer got in the way of is tried, and the first pause in seconds.
TRIES, PAUSE = 6, 0.05


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to read, and with what.

    `force`: read everything, known or not; `retry_failed`: read again what failed; `outdated`: read nothing but what
    older rules read. With `retry_failed` or `outdated` and no paths, the paths are those in the database.
    `quarantine`: a folder that gets a copy of every file that failed. `scheduler`: the address of a cluster's, where
    others read (`corpus.cluster`).
    """

    limits: Limits = Limits()
    force: bool = False
    retry_failed: bool = False
    outdated: bool = False
    quarantine: str | None = None
    scheduler: str | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where an import stands. `total` counts an archive as one file until it is opened; times in seconds."""

    done: int
    total: int
    counts: dict[str, int]
    seconds: float
    path: str

    @property
    def rate(self) -> float:
        """Files a second since the start."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go at this rate, None before anything is known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did; `corpus.reports` has it file by file."""

    import_id: int
    counts: dict[str, int]
    new: int
    changed: int
    same: int
    seconds: float
    interrupted: bool

    @property
    def advice(self) -> str:
        """How to go on after an interruption, in plain words; empty where nothing is left to do."""
        if not self.interrupted:
            return ""
        return "Stopped. Run the same command again to go on: what is stored is not read again."

    @property
    def failures(self) -> int:
        """How many files gave nothing: failed, or no decision in them."""
        return self.counts.get("failed", 0) + self.counts.get("no decision", 0)


def run(
    engine: Engine,
    paths: Iterable[str | Path],
    options: Options = Options(),  # noqa: B008 - frozen
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Imports files, folders, archives, contract JSON and JSON Lines.

    Ctrl-C (in the main thread) ends it after the files in hand. Raises `DatabaseError` where the database cannot be
    used and `WorkerError` where processes cannot be started; whatever is wrong with a file is in the report.
    """
    given = [str(path) for path in paths]
    with database.plain_words(engine.url), _interruptible() as stop:
        chosen = given or _stored_paths(engine, options)
        own = _own(engine, options)
        batch = _Batch(engine, options, finding.count(chosen, own), progress)
        items = itertools.takewhile(lambda _: not stop.is_set(), finding.find(chosen, own))
        for what, found in _readings(batch.choose(items), options, stop.is_set):
            batch.store(what, found)
        return batch.finish(interrupted=stop.is_set())


def _own(engine: Engine, options: Options) -> list[str]:
    """What an import writes itself: its database with the files SQLite keeps beside it, its quarantine."""
    quarantine = [os.path.realpath(options.quarantine)] if options.quarantine else []
    name = engine.url.database
    if engine.url.get_backend_name() != "sqlite" or not name:
        return quarantine
    return [os.path.realpath(name) + ending for ending in ("", "-wal", "-shm", "-journal")] + quarantine


def _readings(items: Iterator[Item], options: Options, stop: Callable[[], bool]) -> Iterator[tuple[Item, Reading]]:
    if options.scheduler is None:
        return read_all(items, options.limits, stop)
    from corpus import cluster

    return cluster.read_all(items, options.limits, stop, scheduler=options.scheduler)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """The first Ctrl-C sets the event; the second one interrupts as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(_signal: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _stored_paths(engine: Engine, options: Options) -> list[str]:
    """The files in the database that `retry_failed` or `outdated` speak of; members stand for their archive."""
    wanted = []
    if options.retry_failed:
        wanted.append(t.sources.c.status == "failed")
    if options.outdated:
        wanted.append(or_(t.sources.c.reader != version(), t.sources.c.grammar != grammar_version()))
    if not wanted:
        return []
    with engine.connect() as connection:
        found = connection.execute(select(t.sources.c.path).where(or_(*wanted)).order_by(t.sources.c.path)).scalars()
        return list(dict.fromkeys(on_disk(_outermost(path)) for path in found))


def _outermost(path: str) -> str:
    """The path of the file that a path of the database lies in."""
    archive, inside, _ = path.partition("!/")
    if inside:
        return archive
    lines, mark, number = path.rpartition("#")
    return lines if mark and number.isdecimal() and lines.endswith(finding.LINES) else path


class _Known(msgspec.Struct, frozen=True):
    """What the database has of a file."""

    id: int
    path: str
    file_sha256: str
    reader: str
    grammar: str
    status: str
    code: str | None
    cause: str | None
    advice: str | None
    decision_id: int | None
    active: bool


_KNOWN = [t.sources.c[name] for name in _Known.__struct_fields__]


class _Batch:
    """One import under way: what is known, what is counted, what is written down."""

    def __init__(
        self, engine: Engine, options: Options, total: int, progress: Callable[[Progress], None] | None
    ) -> None:
        self.engine, self.options, self.progress = engine, options, progress
        self.total, self.done, self.start = total, 0, time.monotonic()
        self.counts: Counter[str] = Counter()
        self.saved: Counter[str] = Counter()
        self.skipped: list[dict[str, Any]] = []
        self.id = uuid.uuid4().int >> 65
        self.broken_off = _tried(engine, self._begin)

    def _begin(self, connection: Connection) -> bool:
        """Writes the run down; says whether an earlier one never came to its end."""
        registers.bring_up_to_date(connection)
        row = {"id": self.id, "started": _now(), "status": "running", "counts": {}}
        options = msgspec.to_builtins(self.options)
        broken = update(t.imports).where(t.imports.c.status == "running").values(status="broken off")
        found = connection.execute(broken).rowcount
        versions = {"reader": version(), "grammar": grammar_version()}
        connection.execute(insert(t.imports), {**row, **versions, "options": options})
        return found > 0

    # --- what to read

    def choose(self, items: Iterator[Item]) -> Iterator[Item]:
        """The items that must be read; the others are written down as skipped, or copied from their twin."""
        for chunk in _chunks(map(_identified, items)):
            known = self._known(chunk)
            for what in chunk:
                before, twin = known.get(what.path), known.get(what.sha256)
                if not self._wanted(before, what.sha256):
                    self._skip(what, before)
                elif before is None and twin is not None and twin.status != "failed" and not self.options.force:
                    self._copy(what, twin)
                else:
                    yield what
        self._write_skipped()

    def _known(self, chunk: Sequence[Item]) -> dict[str, _Known]:
        """The stored files by path, and those read by today's rules by the SHA-256 of their bytes."""
        ids = [source_id(what.path) for what in chunk]
        digests = {what.sha256 for what in chunk if what.sha256}
        with self.engine.connect() as connection:
            query = select(*_KNOWN).where(or_(t.sources.c.id.in_(ids), t.sources.c.file_sha256.in_(digests)))
            rows = [_Known(*row) for row in connection.execute(query.order_by(t.sources.c.path))]
        current = {row.file_sha256: row for row in rows if self._current(row)}
        return {**current, **{row.path: row for row in rows}}

    @staticmethod
    def _current(row: _Known) -> bool:
        return (row.reader, row.grammar) == (version(), grammar_version())

    def _wanted(self, before: _Known | None, sha256: str) -> bool:
        if self.options.force:
            return True
        if before is None:
            return not self.options.outdated
        if before.status == "failed" and self.options.retry_failed:
            return True
        return not self._current(before) or (before.file_sha256 != sha256 and not self.options.outdated)

    def _skip(self, what: Item, before: _Known | None) -> None:
        cause = None
        if before is not None and before.status in ("failed", "no decision"):
            cause = f"As before: {before.cause}"
        self.skipped.append(self._row(Reading(path=what.path, name=what.name, status="read", cause=cause), "skipped"))
        self._count("skipped", what.path)
        if len(self.skipped) >= CHUNK:
            self._write_skipped()

    def _write_skipped(self) -> None:
        rows, self.skipped = self.skipped, []
        if rows:
            _tried(self.engine, lambda connection: connection.execute(insert(t.import_files), rows))

    def _copy(self, what: Item, twin: _Known) -> None:
        """The same bytes under another path, already read: what they gave, without reading them."""
        with self.engine.connect() as connection:
            decision = _stored(connection, twin)
        known = failed(what, twin.code or "", twin.cause or "", twin.advice or "")
        found = msgspec.structs.replace(known, status=twin.status)
        if decision is not None:
            source = msgspec.structs.replace(decision.source, name=what.name)
            renamed = source if decision.source.sha256 == what.sha256 else decision.source
            decision = msgspec.structs.replace(decision, source=renamed)
            found = msgspec.structs.replace(found, contract=to_json(decision))
        self.store(what, found)

    # --- what was read

    def store(self, what: Item, found: Reading) -> None:
        """Saves a reading and writes down what became of the file, in one transaction."""
        decision = found.decision() if found.status != "no decision" else None
        file = File(
            path=found.path, sha256=found.sha256, bytes=found.bytes, reader=version(), grammar=grammar_version()
        )

        def work(connection: Connection) -> tuple[Outcome, Saved | None]:
            saved = None
            if decision is None:
                record(connection, file, found.status, found.code or "", found.cause or "", found.advice or "")
            else:
                saved = save(connection, decision, file, found.status)
            outcome: Outcome = "duplicate" if saved is not None and saved.outcome == "duplicate" else found.status
            connection.execute(insert(t.import_files), self._row(found, outcome, decision, saved))
            return outcome, saved

        try:
            outcome, saved = _tried(self.engine, work)
        except (IntegrityError, DataError) as error:
            if decision is None:
                raise
            self.store(what, failed(what, "invalid", f"The decision contradicts itself: {_one_line(error.orig)}."))
            return
        self.saved[saved.outcome if saved else "none"] += 1
        if outcome == "failed":
            self._put_aside(what, found)
        self._count(outcome, what.path)

    def _put_aside(self, what: Item, found: Reading) -> None:
        """A copy of a failed file in the quarantine folder, under a name that is safe everywhere."""
        if self.options.quarantine is None:
            return
        folder = Path(self.options.quarantine)
        folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in " -_.()" else "_" for c in what.name)[-120:]
        copy = folder / f"{source_id(found.path):016x}-{name}"
        if what.data is not None:
            copy.write_bytes(what.data)
        elif what.file is not None and Path(what.file).is_file():
            shutil.copyfile(what.file, copy)

    # --- the record

    def _row(
        self, found: Reading, outcome: Outcome, decision: Decision | None = None, saved: Saved | None = None
    ) -> dict[str, Any]:
        copied = {name: getattr(found, name) for name in _COPIED}
        header = decision.document if decision is not None else None
        named = {"decision_key": header and header.key, "decision_date": header and header.date}
        changes = saved.changes if saved is not None and saved.outcome == "changed" else None
        return {"import_id": self.id, "n": self.done, "outcome": outcome, **copied, **named, "changes": changes}

    def _count(self, outcome: Outcome, path: str) -> None:
        self.done += 1
        self.counts[outcome] += 1
        if self.progress is not None:
            seconds, total = time.monotonic() - self.start, max(self.total, self.done)
            self.progress(Progress(done=self.done, total=total, counts=dict(self.counts), seconds=seconds, path=path))

    def finish(self, *, interrupted: bool) -> Summary:
        """Puts the shared rows in order, settles what decisions say of each other, closes the record of the run."""
        self._write_skipped()
        untidy = self.broken_off or any(count for outcome, count in self.saved.items() if outcome != "same")

        def work(connection: Connection) -> None:
            if untidy:
                tidy(connection)
                resolving.resolve(connection)
            end = {"finished": _now(), "status": "stopped" if interrupted else "done", "counts": dict(self.counts)}
            connection.execute(update(t.imports).where(t.imports.c.id == self.id).values(end))

        _tried(self.engine, work)
        return Summary(
            import_id=self.id,
            counts=dict(self.counts),
            new=self.saved["new"],
            changed=self.saved["changed"],
            same=self.saved["same"],
            seconds=time.monotonic() - self.start,
            interrupted=interrupted,
        )


#: What a row of `import_files` takes from a reading as it is.
_COPIED = (
    "path",
    "code",
    "cause",
    "advice",
    "seconds",
    "bytes",
    "pages",
    "tables",
    "tasks",
    "findings",
    "unplaced",
)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _identified(what: Item) -> Item:
    """The item with the SHA-256 and size of its bytes, where they can be read."""
    if what.data is not None:
        return msgspec.structs.replace(what, sha256=hashlib.sha256(what.data).hexdigest(), size=len(what.data))
    digest, size = hashlib.sha256(), 0
    file = Path(what.file or what.path)
    if not file.is_file():
        return what  # a pipe or a device could be read for ever
    try:
        with file.open("rb", buffering=0) as stream:
            while part := stream.read(PART):
                digest.update(part)
                size += len(part)
    except OSError:
        return what  # why it cannot be read is said by whoever reads it
    return msgspec.structs.replace(what, sha256=digest.hexdigest(), size=size)


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    """The items some at a time: not too many, and not too many bytes of them in memory."""
    chunk: list[Item] = []
    held = 0
    for what in items:
        chunk.append(what)
        held += len(what.data or b"")
        if len(chunk) >= CHUNK or held >= CHUNK_BYTES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _stored(connection: Connection, source: _Known) -> Decision | None:
    """The decision that a source gave, from the rows or from its packed reading."""
    if source.decision_id is None:
        return None
    if source.active:
        return load(connection, source.decision_id)
    return unpack(connection.execute(select(t.sources.c.contract).where(t.sources.c.id == source.id)).scalar_one())


def _tried(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Runs the work in a transaction; once more where another writer got in its way."""
    for attempt in range(TRIES):
        try:
            with database.writing(engine) as connection:
                return work(connection)
        except OperationalError as error:
            if attempt == TRIES - 1 or not database.is_collision(error):
                raise
            time.sleep(PAUSE * 2**attempt)
    raise AssertionError("unreachable")
