"""Reading on other machines: batches of files to dask.distributed workers, readings back to the one writer.

A worker of the cluster never reads by itself. It leads reading processes as one machine does (`corpus.workers`), with
the same limits, so that a file which kills or hangs its reader gives the same report. The scheduler sends a batch
to no worker but those that read by the same rules: each offers its version as a resource, each batch asks for it.

A batch goes out by the files' paths. Where a worker does not find there what was found here, the batch is sent once
more with the files' bytes, and so are all that follow.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import msgspec

from corpus.reading import Item, Reading, content, failed, grammar_version, version
from corpus.workers import Crew, Limits, WorkerError

#: Files of a batch, and bytes of them (a larger file goes by itself).
BATCH, BATCH_BYTES = 40, 4 * 2**20
#: Batches sent for each reading process of the cluster: the one it is at, and the next.
AHEAD = 2
#: How long a scheduler or the last worker may be away before the import gives up, in seconds.
PATIENCE = 300.0
#: How long one call to the scheduler may take, and how often it is asked who is there.
CALL, LOOK = 15.0, 2.0

_log = logging.getLogger("vanban")


class ClusterError(WorkerError):
    """The cluster cannot be used: no scheduler, no workers, or none that reads by the same rules."""


def label() -> str:
    """What a worker offers and a batch asks for: the versions of the rules it is read by."""
    return f"vanban {version()} {grammar_version()}"


# --- on the worker's machine ---------------------------------------------------------------------------------------

_idle: deque[Crew] = deque()
_crews: list[Crew] = []  # all of this process, to be dismissed at its end


def _idle_crew(limits: Limits) -> Crew | None:
    with suppress(IndexError):  # none is idle
        while True:
            crew = _idle.pop()
            if crew.limits == limits:
                return crew
            _dismiss(crew)
    return None


def _dismiss(crew: Crew) -> None:
    _crews.remove(crew)
    crew.dismiss()


@contextmanager
def _crew(limits: Limits) -> Iterator[Crew]:
    """Reading processes with these limits: such as are idle, or new ones."""
    crew = _idle_crew(limits)
    if crew is None:
        crew = Crew(limits)
        _crews.append(crew)
    try:
        yield crew
    except BaseException:
        _dismiss(crew)
        raise
    _idle.append(crew)


class _Batch(msgspec.Struct, frozen=True):
    """What goes to a worker, as MessagePack: the scheduler, which takes tasks apart, need not be of our version."""

    items: list[Item]
    limits: Limits


def read_batch(packed: bytes) -> list[Reading]:
    """Reads a packed batch in a process of this machine; the readings in the order of the items."""
    batch = msgspec.msgpack.decode(packed, type=_Batch)
    places = {id(what): n for n, what in enumerate(batch.items)}  # a path may be there twice
    found: list[Any] = [None] * len(batch.items)
    with _crew(msgspec.structs.replace(batch.limits, jobs=1)) as crew:
        for what, reading in crew.read(iter(batch.items)):
            found[places[id(what)]] = reading
    return found


def serve(scheduler: str, jobs: int) -> None:
    """Reads for imports that other machines lead, until it is interrupted (Ctrl-C, SIGTERM).

    `jobs`: how many reading processes. Where the scheduler goes away it is waited for. Raises `ClusterError` where
    distributed is not installed or the address is none.
    """
    import asyncio

    address = _address(scheduler)
    _distributed()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    asyncio.run(_serve(address, jobs))


def _leave(_signal: int, _frame: object) -> NoReturn:
    """Ends at once, reading processes too: what a worker was at is read by another, so there is nothing to save.

    No exception is raised for that, as whatever the event loop is at might keep it.
    """
    try:
        for crew in tuple(_crews):
            crew.dismiss()
    finally:
        os._exit(0)


async def _serve(address: str, jobs: int) -> None:
    distributed = _distributed()
    while True:  # a worker ends when it loses its scheduler
        worker = await distributed.Worker(address, nthreads=jobs, resources={label(): jobs}, memory_limit=0)
        await worker.finished()


# --- on the machine that writes ------------------------------------------------------------------------------------


def _distributed() -> Any:
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise ClusterError("Reading on other machines needs distributed: pip install 'vanban[cluster]'.") from error
    return distributed


def _address(scheduler: str) -> str:
    """A scheduler's address with its protocol. Raises `ClusterError` for what is none.

    >>> _address("10.0.0.1:8786")
    'tcp://10.0.0.1:8786'
    """
    protocol, mark, rest = scheduler.rpartition("://")
    host, _, port = rest.rpartition(":")
    if not host or not port.isdecimal() or protocol not in ("", "tcp", "tls"):
        raise ClusterError(f"{scheduler!r} is no address of a scheduler: give tcp://host:8786.")
    return scheduler if mark else f"tcp://{scheduler}"


def read_all(
    items: Iterator[Item], limits: Limits, stop: Callable[[], bool] = lambda: False, *, scheduler: str
) -> Iterator[tuple[Item, Reading]]:
    """Reads the items on the workers of a scheduler; gives each with its reading, in the order they come back.

    What `corpus.workers.read_all` does on one machine: every item is given back once, whatever workers or the
    scheduler do meanwhile. No more batches are out than the workers can hold; once `stop()` is true, those that are
    out are called back. `limits.jobs` means nothing here. Raises `ClusterError`.
    """
    lead = _Lead(items, limits, stop, _address(scheduler))
    try:
        yield from lead.work()
    finally:
        lead.close()


class _Sent(msgspec.Struct, frozen=True):
    """A batch that is out, by its files' paths or with their bytes."""

    future: Any
    items: list[Item]
    by_content: bool


class _Lead:
    """An import's side of the cluster: what is out, what must go out again, who is there."""

    def __init__(self, items: Iterator[Item], limits: Limits, stop: Callable[[], bool], address: str) -> None:
        self.items, self.limits, self.stop, self.address = items, limits, stop, address
        self.client: Any = None
        self.held: Item | None = None  # taken from the items, too large for the batch before
        self.out: dict[str, _Sent] = {}  # by the future's key
        self.again: deque[list[Item]] = deque()
        self.here: deque[tuple[Item, Reading]] = deque()  # settled without the cluster
        self.ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.by_content = self.answered = False
        self.slots, self.looked, self.seen = -1, 0.0, 0.0  # -1: nobody has been counted
        self.refused: set[str] = set()

    def work(self) -> Iterator[tuple[Item, Reading]]:
        """Sends and takes back until nothing is left, or until it is told to stop: then what has come back is taken."""
        while not self.stop():
            self._send()
            while self.here:
                yield self.here.popleft()
            if not self.out and not self.again:
                return
            with suppress(queue.Empty):
                yield from self._take(self.ended.get(timeout=LOOK / 4))
            self._look()
        with suppress(queue.Empty):
            while True:
                yield from self._take(self.ended.get_nowait())

    def close(self) -> None:
        """Calls back what is out and leaves the scheduler."""
        client, self.client = self.client, None
        if client is None:
            return
        if client.status == "running":
            with suppress(OSError, CancelledError):  # it is gone: so are its batches
                client.cancel([sent.future for sent in self.out.values()], force=True)
        client.close(timeout=CALL)

    # --- out

    def _send(self) -> None:
        """Fills the workers with batches."""
        while len(self.out) < AHEAD * max(1, self.slots):
            batch = self.again.popleft() if self.again else self._batch()
            if not batch:
                return
            if self.client is None:
                self._connect()
            self._submit(batch)

    def _batch(self) -> list[Item]:
        batch: list[Item] = []
        room = BATCH_BYTES
        while len(batch) < BATCH:
            what = self.held or next(self.items, None)
            self.held = None
            if what is None:
                break
            if batch and what.size > room:
                self.held = what
                break
            batch.append(what)
            room -= what.size
        return batch

    def _submit(self, batch: list[Item]) -> None:
        sent = self._loaded(batch) if self.by_content else [(what, what) for what in batch]
        if not sent:
            return
        packed = msgspec.msgpack.encode(_Batch([content for _, content in sent], self.limits))
        future = self.client.submit(read_batch, packed, resources={label(): 1}, pure=False)
        self.out[future.key] = _Sent(future, [what for what, _ in sent], self.by_content)
        future.add_done_callback(self.ended.put)

    def _loaded(self, batch: Sequence[Item]) -> list[tuple[Item, Item]]:
        """Each item beside the same with its bytes; one that cannot be opened is settled here."""
        loaded = []
        for what in batch:
            if what.trouble is not None:
                loaded.append((what, what))
            elif isinstance(data := content(what), bytes):
                loaded.append((what, msgspec.structs.replace(what, data=data)))
            else:
                self.here.append((what, data))
        return loaded

    # --- back

    def _take(self, future: Any) -> Iterator[tuple[Item, Reading]]:
        """The readings of a batch that has ended; a batch that was lost goes out again."""
        sent = self.out.get(future.key)
        if sent is None or sent.future is not future:
            return  # of a scheduler that is gone: it was sent again
        if future.status == "error":
            del self.out[future.key]
            yield from self._broken(sent.items, future.exception())
            return
        try:
            found = future.result(timeout=CALL)
        except TimeoutError:  # its worker has just gone; the scheduler has it read again
            self.ended.put(future)
        except (OSError, CancelledError):
            self._reconnect()
        else:
            del self.out[future.key]
            self.answered = True
            yield from self._settled(sent, found)

    def _settled(self, sent: _Sent, found: Sequence[Reading]) -> Iterator[tuple[Item, Reading]]:
        elsewhere = []
        for what, reading in zip(sent.items, found, strict=True):
            if (reading.reader, reading.grammar) != (version(), grammar_version()):
                raise ClusterError("A worker's program was changed while it ran: stop it, and start it again.")
            if not sent.by_content and _is_elsewhere(what, reading):
                elsewhere.append(what)
            else:
                yield what, reading
        if elsewhere:
            self.by_content = True
            self.again.append(elsewhere)

    def _broken(self, batch: Sequence[Item], error: BaseException) -> Iterator[tuple[Item, Reading]]:
        """A batch that several workers have not survived: each file by itself, and then the file is to blame."""
        if isinstance(error, WorkerError):
            raise ClusterError(f"A worker of the cluster cannot read: {error}") from error
        if isinstance(error.__cause__, ImportError):
            raise ClusterError(f"The scheduler at {self.address} runs where vanban is not installed.") from error
        if not isinstance(error, _distributed().KilledWorker):
            raise error
        if len(batch) > 1:
            self.again.extend([what] for what in batch)
            return
        yield batch[0], failed(batch[0], "died", "Every machine that read it was lost.", "Look at the file by itself.")

    # --- who is there

    def _connect(self) -> None:
        """Raises `ClusterError` where there is no scheduler, or nobody who reads by the same rules."""
        try:
            self.client = _distributed().Client(self.address, timeout=CALL, set_as_default=False, name="vanban-import")
        except OSError as error:
            raise ClusterError(f"There is no scheduler at {self.address}.") from error
        self.seen = time.monotonic()
        self._count(self._workers() or {})

    def _look(self) -> None:
        """Asks the scheduler, not too often, who is there."""
        if self.client is None or time.monotonic() < self.looked + LOOK:
            return
        workers = self._workers()
        if workers is None:
            self._reconnect()
        else:
            self._count(workers)

    def _count(self, workers: Mapping[str, Any]) -> None:
        """How many reading processes there are; waits with patience where there are none."""
        self.looked = time.monotonic()
        self._refuse(workers)
        before, self.slots = self.slots, sum(int(worker["resources"].get(label(), 0)) for worker in workers.values())
        if self.slots:
            self.seen = self.looked
        elif self.refused and not self.answered:
            raise ClusterError(f"No worker at {self.address} reads by the rules of this version.")
        elif self.looked > self.seen + PATIENCE:
            raise ClusterError(f"There are no workers at {self.address}: start some with vanban worker.")
        elif before:
            _log.warning("There are no workers at %s; waiting for some.", self.address)

    def _workers(self) -> Mapping[str, Any] | None:
        """The workers by address, None where the scheduler does not answer."""
        if self.client is None or self.client.status != "running":
            return None
        try:
            found = self.client.sync(self.client.scheduler.identity, callback_timeout=CALL)
        except (OSError, CancelledError):
            return None  # `_look` then connects anew, and says so where that fails
        workers: Mapping[str, Any] = found["workers"]
        return workers

    def _refuse(self, workers: Mapping[str, Any]) -> None:
        """Says once which workers get nothing, and why."""
        for address, worker in workers.items():
            if label() in worker["resources"] or address in self.refused:
                continue
            self.refused.add(address)
            theirs = next((name for name in worker["resources"] if name.startswith("vanban ")), None)
            why = f"it reads by other rules ({theirs}; here {label()})" if theirs else "it was not started by vanban"
            cure = "Start there, with the same version and registry: vanban worker"
            _log.warning("The worker at %s gets nothing: %s. %s", address, why, cure)

    def _reconnect(self) -> None:
        """Waits for the scheduler to come back; what was out goes out again."""
        lost = [sent.items for sent in self.out.values()]
        self.out.clear()
        self.again.extend(lost)
        self.close()
        _log.warning("The scheduler at %s is gone; waiting for it.", self.address)
        until = time.monotonic() + PATIENCE
        while not self.stop():
            try:
                self._connect()
                return
            except ClusterError:
                self.close()
                if time.monotonic() > until:
                    raise
            threading.Event().wait(LOOK / 2)


def _is_elsewhere(what: Item, reading: Reading) -> bool:
    """Whether a worker did not find at the path what was found here."""
    if what.data is not None or what.trouble is not None:
        return False
    return reading.code == "unreadable" or reading.sha256 != what.sha256
