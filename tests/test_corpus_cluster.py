"""Reading on other machines: a real scheduler and real workers on loopback, killed at will, give what one gives."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec
import pytest
from sqlalchemy import select

import cli
from corpus import cluster, importing
from corpus.cluster import ClusterError
from corpus.importing import Options
from corpus.reading import Item
from corpus.workers import Limits
from schema import database
from schema import tables as t
from tests.generator import generate
from tests.inventing import contract_files, invented, rows

ROOT = Path(__file__).resolve().parent.parent
TROUBLED = Limits(jobs=2, seconds=2.0, memory=2**30, reader="tests.inventing:troubled")
needs_distributed = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed: pip install '.[cluster]'"
)


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        self.address, self.folder = f"tcp://127.0.0.1:{self.port}", folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    def start(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen([sys.executable, *words], env=environment, stdout=log, stderr=log, cwd=self.folder)

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        self.scheduler = self.start(
            *("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", self.port),
            *("--no-dashboard", "--no-jupyter"),
        )
        return self.scheduler

    def start_worker(self, **variables: str) -> None:
        self.workers.append(self.start(str(ROOT / "cli.py"), "worker", self.address, "--jobs", "1", **variables))

    def kill_worker(self) -> None:
        """The oldest is gone without a word; another one comes."""
        oldest = self.workers.pop(0)
        oldest.kill()
        oldest.wait()
        self.start_worker()

    def kill_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()
        self.start_scheduler()

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.terminate()
        for process in (*self.workers, self.scheduler):
            process.wait(30)


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.start_worker()
    made.start_worker()
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    return made


def imported(tmp_path, folder, options, progress=None):
    """The rows of a new database and what it says of each file."""
    engine = database.open(tmp_path / f"{time.monotonic_ns()}.db")
    summary = importing.run(engine, [folder], options, progress=progress)
    query = select(t.import_files).where(t.import_files.c.import_id == summary.import_id)
    with engine.connect() as connection:
        told = {row.path: (row.outcome, row.code, row.cause) for row in connection.execute(query)}
    found = rows(engine)
    engine.dispose()
    return summary, found, told


def same_as_here(tmp_path, folder, scheduler, limits, progress=None):
    """Imports the folder on the cluster and here; the cluster's summary."""
    _, rows_here, told_here = imported(tmp_path, folder, Options(limits=limits))
    summary, found, told = imported(tmp_path, folder, Options(limits=limits, scheduler=scheduler), progress)
    assert told.keys() == told_here.keys()
    assert sum(summary.counts.values()) == len(told)
    assert found == rows_here
    return told_here, told


def at(steps: dict[int, Callable[[], None]]) -> Callable[[importing.Progress], None]:
    """A progress that does something once so many files are done."""

    def progress(now: importing.Progress) -> None:
        if now.done in steps:
            steps[now.done]()

    return progress


@needs_distributed
@pytest.mark.slow
def test_workers_killed_one_after_another(running, tmp_path, folder, monkeypatch):
    for made in generate(72, seed=21, formats=("txt", "docx")):
        (folder / made.name).write_bytes(made.data)
    monkeypatch.setattr(cluster, "BATCH", 6)
    killing = at({10: running.kill_worker, 25: running.kill_worker, 40: running.kill_worker})
    same_as_here(tmp_path, folder, running.address, Limits(jobs=2), killing)


@needs_distributed
@pytest.mark.slow
def test_the_scheduler_killed_in_mid_run(running, tmp_path, folder, monkeypatch):
    contract_files(folder, invented(80))
    monkeypatch.setattr(cluster, "BATCH", 5)
    slow = Limits(jobs=2, reader="tests.inventing:slow")
    same_as_here(tmp_path, folder, running.address, slow, at({20: running.kill_scheduler}))


@needs_distributed
@pytest.mark.slow
def test_files_that_kill_or_hang_are_told_of_as_on_one_machine(running, tmp_path, folder):
    contract_files(folder, invented(6))
    for name in ("hang.json", "die.json", "leave.json", "fault.json", "hog.json", "bad.json"):
        (folder / name).write_text(f'{{"{name}": 0}}')
    here, told = same_as_here(tmp_path, folder, running.address, TROUBLED)
    assert told == here
    assert sorted(code for outcome, code, _ in told.values() if outcome == "failed") == sorted(
        ["too-slow", "died", "died", "fault", "too-large", "unsupported"]
    )


@needs_distributed
@pytest.mark.slow
@pytest.mark.parametrize("reader", ["elsewhere", "other_disk"])
def test_files_that_a_worker_does_not_find_are_sent(running, tmp_path, folder, reader):
    contract_files(folder, invented(12))
    _, plain, _ = imported(tmp_path, folder, Options())
    limits = Limits(reader=f"tests.inventing:{reader}")
    summary, found, _ = imported(tmp_path, folder, Options(limits=limits, scheduler=running.address))
    assert summary.new == 12
    assert found == plain


@needs_distributed
@pytest.mark.slow
def test_told_to_stop_it_keeps_what_has_come_back(running, tmp_path, folder, monkeypatch):
    contract_files(folder, invented(60))
    monkeypatch.setattr(cluster, "BATCH", 4)
    items = (Item(path=str(path), name=path.name, file=str(path)) for path in sorted(folder.iterdir()))
    slow = Limits(reader="tests.inventing:slow")
    seen: list[str] = []
    for what, reading in cluster.read_all(items, slow, lambda: len(seen) >= 8, scheduler=running.address):
        assert reading.path == what.path
        seen.append(what.path)
    assert 8 <= len(seen) < 60 and len(set(seen)) == len(seen)


@needs_distributed
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a program may catch and end by")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_when_it_is_told_to(tmp_path, running, number):
    for address in (running.address, "tcp://127.0.0.1:9"):
        worker = running.start(str(ROOT / "cli.py"), "worker", address, "--jobs", "1")
        time.sleep(5)
        worker.send_signal(number)
        worker.wait(15)  # raises where it goes on


@needs_distributed
@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(tmp_path, folder, caplog):
    contract_files(folder, invented(3))
    registry = tmp_path / "registry"
    registry.mkdir()
    ours = ROOT / "parsers" / "grammar" / "regulations.csv"
    head, row, *_ = ours.read_text(encoding="utf-8").splitlines()
    (registry / "regulations.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    made = Cluster(tmp_path)
    try:
        made.start_worker(VANBAN_REGISTRY=str(registry))
        with caplog.at_level(logging.WARNING, "vanban"), pytest.raises(ClusterError, match="rules of this version"):
            imported(tmp_path, folder, Options(scheduler=made.address))
        assert "it reads by other rules" in caplog.text and "vanban worker" in caplog.text
        made.start_worker()
        assert patiently(lambda: imported(tmp_path, folder, Options(scheduler=made.address)))[0].new == 3
    finally:
        made.stop()


def patiently(work: Callable[[], object], seconds: float = 60.0):
    """Until the right worker has come too."""
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except ClusterError:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)


@needs_distributed
def test_where_there_is_no_scheduler_it_is_said(tmp_path, folder, monkeypatch):
    contract_files(folder, invented(1))
    monkeypatch.setattr(cluster, "CALL", 0.5)
    with pytest.raises(ClusterError, match=r"no scheduler at tcp://127\.0\.0\.1:9"):
        imported(tmp_path, folder, Options(scheduler="tcp://127.0.0.1:9"))


@needs_distributed
def test_a_batch_that_no_worker_survives_is_read_file_by_file():
    from distributed import KilledWorker

    one, two = (Item(path=f"/{name}.txt", name=f"{name}.txt", file=f"/{name}.txt") for name in ("a", "b"))
    lead = cluster._Lead(iter(()), Limits(), lambda: False, "tcp://127.0.0.1:9")
    killed = KilledWorker("key", None, 3)
    assert list(lead._broken([one, two], killed)) == []
    assert list(lead.again) == [[one], [two]]
    [(what, reading)] = lead._broken([one], killed)
    assert (what, reading.status, reading.code) == (one, "failed", "died")


def test_nothing_to_read_needs_no_scheduler():
    assert list(cluster.read_all(iter(()), Limits(), scheduler="tcp://127.0.0.1:9")) == []


def test_without_distributed_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    item = Item(path="/a.txt", name="a.txt", file="/a.txt")
    with pytest.raises(ClusterError, match=r"pip install 'vanban\[cluster\]'"):
        list(cluster.read_all(iter([item]), Limits(), scheduler="tcp://127.0.0.1:9"))


@pytest.mark.parametrize("words", ["", "host", "tcp://host", "http://host:8786", "tcp://:8786", "tcp://host:port"])
def test_what_is_no_address_is_said(words):
    with pytest.raises(ClusterError, match="no address"):
        list(cluster.read_all(iter(()), Limits(), scheduler=words))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1] * 5, [2, 2, 1]),
        ([60, 60, 1, 1, 500, 1], [1, 2, 1, 1, 1]),
    ],
)
def test_batches_are_bounded_by_files_and_bytes(monkeypatch, sizes, expected):
    monkeypatch.setattr(cluster, "BATCH", 2)
    monkeypatch.setattr(cluster, "BATCH_BYTES", 100)
    items = [Item(path=f"/{n}", name=str(n), size=size) for n, size in enumerate(sizes)]
    lead = cluster._Lead(iter(items), Limits(), lambda: False, "tcp://127.0.0.1:9")
    batches = list(iter(lead._batch, []))
    assert [len(batch) for batch in batches] == expected
    assert [what for batch in batches for what in batch] == items


def test_the_compose_file_starts_commands_that_there_are():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: it comes with distributed")
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = [service["command"][1:] for service in services.values() if service.get("command", [""])[0] == "vanban"]
    assert len(ours) == 2
    for name, *words in ours:
        command = cli.main.commands[name]
        known = {option for part in command.params if isinstance(part, click.Option) for option in part.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_the_options_of_a_run_are_kept_with_it():
    assert msgspec.to_builtins(Options(scheduler="tcp://a:1"))["scheduler"] == "tcp://a:1"
