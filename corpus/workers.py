"""Reading in worker processes: bounded, each file with its limits; a worker that dies or hangs is replaced.

A process per job, started afresh (`spawn`: the same on every system), with a pipe of its own. The file that a worker
was at when it died or ran out of time is the one that failed; what waited behind it goes to another worker.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import msgspec

from corpus.reading import Item, Reading, failed

#: Items handed to a worker at a time: the one it reads and the next.
AHEAD = 2
#: How long a worker may take to start, in seconds.
START = 120.0
#: Modules whose work is OCR, and how often a worker looks whether it is at it, in seconds.
OCR_MODULES = ("ingest.ocr",)
OCR_LOOK = 0.5


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch may use: processes, seconds a file (more where it is a scan), bytes of memory a process (None: no
    limit)."""

    jobs: int = 1
    seconds: float = 60.0
    ocr_seconds: float = 900.0
    memory: int | None = 4 * 2**30
    reader: str = "corpus.reading:read"


class WorkerError(RuntimeError):
    """Worker processes cannot be started."""


def read_all(
    items: Iterator[Item], limits: Limits, stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Item, Reading]]:
    """Reads the items in worker processes; gives each with its reading, in the order they finish.

    Takes no more items than the workers can hold. Once `stop()` is true no new ones are begun and those in hand are
    finished. Every item begun is given back once.
    """
    crew = Crew(limits)
    try:
        yield from crew.read(items, stop)
    finally:
        crew.dismiss()


# --- in the worker's process ---------------------------------------------------------------------------------------


def _serve(pipe: Connection, limits: Limits, folder: str) -> None:
    """The life of a worker: reads what comes through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that leads
    if hasattr(os, "setsid"):
        os.setsid()  # programs that a reader starts end with the worker
    tempfile.tempdir = folder
    _limit_memory(limits.memory)
    module, name = limits.reader.split(":")
    read: Callable[[Item], Reading] = getattr(import_module(module), name)
    voice = _Voice(pipe)
    threading.Thread(target=voice.tell_of_ocr, args=(threading.get_ident(),), daemon=True).start()
    voice.say(None)
    with suppress(EOFError, ConnectionError):  # the process that leads is gone
        while True:
            voice.say(_attempt(read, pipe.recv()))


class _Voice:
    """What a worker says: None when it is ready, a reading for each item, the number of an item that needs OCR."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe, self.lock, self.said = pipe, threading.Lock(), 0

    def say(self, found: Reading | None) -> None:
        with self.lock:
            self.pipe.send(found)
            self.said += found is not None

    def tell_of_ocr(self, reader: int) -> None:
        """Watches what the reading thread is at, and says once an item that it is at OCR."""
        told = -1
        with suppress(ConnectionError):
            while True:
                time.sleep(OCR_LOOK)
                with self.lock:
                    if told != self.said and _is_at_ocr(sys._current_frames().get(reader)):
                        told = self.said
                        self.pipe.send(told)


def _is_at_ocr(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(OCR_MODULES):
            return True
        frame = frame.f_back
    return False


def _attempt(read: Callable[[Item], Reading], what: Item) -> Reading:
    try:
        return read(what)
    except MemoryError:
        return failed(what, "too-large", "Reading it takes more memory than allowed.", "Raise the memory limit.")
    except Exception as error:  # noqa: BLE001 - a fault of ours in one file must not end a night's work: it is reported
        return failed(what, "fault", f"A fault of this program: {_where(error)}.", "Please report it with the file.")


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(frame.filename)}, line {frame.lineno}: {error}"  # noqa: PTH119


def _limit_memory(memory: int | None) -> None:
    if memory is None or sys.platform in ("win32", "darwin"):  # macOS accepts the limit and does not keep it
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


# --- in the process that leads -------------------------------------------------------------------------------------


class _Worker:
    def __init__(self, limits: Limits, folder: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limits, folder), daemon=True)
        self.process.start()
        theirs.close()
        self.waiting: deque[Item] = deque()
        self.ready, self.done, self.ocr = False, 0, -1
        self.since = time.monotonic()

    def may_take(self, what: Item) -> bool:
        """A second item only where it is small: a large one would block both ends of the pipe."""
        return not self.waiting or (len(self.waiting) < AHEAD and what.data is None)

    def take(self, what: Item) -> None:
        self.pipe.send(what)
        if not self.waiting:
            self.since = time.monotonic()
        self.waiting.append(what)

    def end(self, patience: float = 0.0) -> int | None:
        self.process.join(patience)
        _kill(self.process)
        self.process.join()
        self.pipe.close()
        return self.process.exitcode


def _kill(process: SpawnProcess) -> None:
    """Ends a worker and what it started."""
    if hasattr(os, "killpg") and process.pid is not None:
        with suppress(ProcessLookupError, PermissionError):  # it has ended, or has not come so far as to have a group
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


class Crew:
    """Worker processes that stay for as many batches as there are, until they are dismissed.

    They are started when there is something to read. One thread at a time may have it read.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.items: Iterator[Item] = iter(())
        self.stop: Callable[[], bool] = lambda: False
        self.again: deque[Item] = deque()
        self.next: Item | None = None
        self.workers: list[_Worker] = []
        self.folder = tempfile.TemporaryDirectory(prefix="vanban-", ignore_cleanup_errors=True)

    def read(self, items: Iterator[Item], stop: Callable[[], bool] = lambda: False) -> Iterator[tuple[Item, Reading]]:
        """What `read_all` gives; a crew whose batch was broken off must be dismissed."""
        self.items, self.stop = items, stop
        while True:
            self._hand_out()
            busy = [worker for worker in self.workers if worker.waiting]
            if not busy:
                return
            due = min(worker.since + self._allowed(worker) for worker in busy)
            ready = wait([worker.pipe for worker in busy], max(0.0, due - time.monotonic()))
            for worker in busy:
                yield from self._listen(worker) if worker.pipe in ready else self._watch(worker)

    def dismiss(self) -> None:
        """Ends the processes and takes away what they left lying about."""
        for worker in self.workers:
            worker.end()
        self.folder.cleanup()

    def _allowed(self, worker: _Worker) -> float:
        if not worker.ready:
            return START
        return self.limits.ocr_seconds if worker.ocr == worker.done else self.limits.seconds

    def _hand_out(self) -> None:
        """Fills the workers, the emptiest first."""
        for full in range(AHEAD):
            for n in range(max(1, self.limits.jobs)):
                if (what := self._peek()) is None:
                    return
                if n == len(self.workers):
                    self.workers.append(_Worker(self.limits, self.folder.name))
                if len(self.workers[n].waiting) == full and self.workers[n].may_take(what):
                    self.next = None
                    self._give(n, what)

    def _give(self, n: int, what: Item) -> None:
        try:
            self.workers[n].take(what)
        except OSError:  # it is dead; what it was at is blamed when its pipe is read
            self.again.append(what)
            if not self.workers[n].waiting:
                self._replace(n)

    def _peek(self) -> Item | None:
        if self.next is None and self.again:
            self.next = self.again.popleft()
        if self.next is None and not self.stop():
            self.next = next(self.items, None)
        return self.next

    def _listen(self, worker: _Worker) -> Iterator[tuple[Item, Reading]]:
        try:
            found = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker, "died", "The process that read it ended ({}).", "Look at the file by itself.")
            return
        if isinstance(found, int):
            worker.ocr = found
            return
        worker.since = time.monotonic()
        if found is None:
            worker.ready = True
        else:
            worker.done += 1
            yield worker.waiting.popleft(), found

    def _watch(self, worker: _Worker) -> Iterator[tuple[Item, Reading]]:
        allowed = self._allowed(worker)
        if time.monotonic() < worker.since + allowed or worker.pipe.poll():
            return
        cause = f"Reading it took longer than {allowed:g} seconds."
        yield from self._lost(worker, "too-slow", cause, "Raise the time limit.")

    def _lost(self, worker: _Worker, code: str, cause: str, advice: str) -> Iterator[tuple[Item, Reading]]:
        """Replaces a worker; the item it was at has failed, what waited behind it is read again."""
        ready, first = worker.ready, worker.waiting.popleft()
        self.again.extend(worker.waiting)
        status = self._replace(self.workers.index(worker), patience=0.0 if code == "too-slow" else 2.0)
        if not ready:
            raise WorkerError(f"A reading process does not start ({_exit_words(status)}).")
        yield first, failed(first, code, cause.format(_exit_words(status)), advice)

    def _replace(self, place: int, patience: float = 0.0) -> int | None:
        status = self.workers[place].end(patience)
        self.workers[place] = _Worker(self.limits, self.folder.name)
        return status


def _exit_words(status: int | None) -> str:
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
