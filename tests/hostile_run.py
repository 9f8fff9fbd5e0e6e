"""Reads each hostile file in a process of its own and tells how it ended.

    python -m tests.hostile_run [docs/hostile.md] [NAME…]

The process has a limit of address space, is stopped when its time is over, and reports what it was seen to do: files
opened for writing, programs started, connections opened (by audit hook, and by a listener that the files point at).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.hostile import CANARY, Hostile, cases

ADDRESS_SPACE = 8 << 30
PROGRAMS = ("soffice", "libreoffice", "catdoc", "tesseract")  # what readers may start
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pty.spawn")
CONNECTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "ftplib.connect")
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod")
PRELOAD = ["ingest.word", "ingest.pdf", "ingest.archive", "tests.hostile_warm"]
SECRET = "root:x:0:0"


@dataclass(slots=True)
class Outcome:
    """How a file ended: `decision`, `error:<code>`, or what must not be (`raised: …`, `died …`, `too slow`).

    `seconds` is processor time, `megabytes` the most memory the process had.
    """

    end: str
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    megabytes: float = 0.0
    seen: list[str] = field(default_factory=list)


# ------------------------------------------------------------------------------------------------ inside the process


def _watch(seen: list[str]) -> None:
    places = tuple({tempfile.gettempdir(), os.path.realpath(tempfile.gettempdir()), os.devnull})

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and _writes(args) and not str(args[0]).startswith(places):
            seen.append(f"wrote {args[0]!r}")
        elif event in STARTS and not Path(os.fsdecode(args[0] or "")).name.startswith(PROGRAMS):
            seen.append(f"started {args[0]!r}")
        elif event in CONNECTS:
            seen.append(f"connected {args[1:]!r}")
        elif event in CHANGES and not _place(args).startswith(places):
            seen.append(f"{event} {_place(args)!r}")

    sys.addaudithook(hook)


def _writes(args: tuple[Any, ...]) -> bool:
    path, mode, flags = args
    if isinstance(path, int):
        return False
    return any(c in (mode or "") for c in "wax+") or bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _place(args: tuple[Any, ...]) -> str:
    """The whole path a change is made at; `shutil.rmtree` names what it removes from inside an opened folder."""
    folder = args[-1] if len(args) > 1 and isinstance(args[-1], int) and args[-1] > 2 else None
    inside = Path(f"/proc/self/fd/{folder}")
    return str(Path(inside.readlink(), os.fsdecode(args[0]))) if folder and inside.is_symlink() else str(args[0])


def _limit(seconds: float) -> None:
    """Address space and processor time; the system ends the process soon after its time is over."""
    sys.dont_write_bytecode = True
    if sys.platform != "win32":
        import resource

        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (used + int(seconds) + 3, used + int(seconds) + 9))


def _peak() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))


def _read(data: bytes, name: str) -> tuple[str, list[str]]:
    """What reading and parsing a file comes to; an archive's files are read one by one, then it as one file."""
    import ingest
    from ingest.errors import IngestError

    try:
        if data and ingest.sniff(data, name) == ingest.kinds.ZIP:
            _members(data)
        return "decision", _one(data, name)
    except IngestError as error:
        return f"error:{error.code}", []


def _members(data: bytes) -> None:
    from ingest import archive
    from ingest.errors import IngestError

    for member in archive.members(data):
        parts = member.name.split("/")
        if member.name.startswith(("/", "\\")) or ".." in parts or any(":" in part[1:2] for part in parts):
            raise ValueError(f"a name that leads elsewhere: {member.name!r}")
        try:
            _one(member.data, parts[-1])
        except IngestError:
            continue


def _one(data: bytes, name: str) -> list[str]:
    import ingest
    from parsers import decision, model

    document = ingest.read_bytes(data, name)
    parsed = decision.parse(document)
    if SECRET in parsed.text:
        raise ValueError("a file of this machine stands in the text")
    model.to_json(parsed)
    return sorted({warning.code for warning in parsed.warnings} | {note.code for note in document.notes})


def _child(pipe: Connection, path: str, name: str, seconds: float, listener: str) -> None:
    os.environ[CANARY] = listener
    data = Path(path).read_bytes()
    outcome = Outcome("raised: nothing")
    _limit(seconds)
    _watch(outcome.seen)
    start = time.process_time()  # not the clock: other work on the machine is no fault of the file
    try:
        outcome.end, outcome.findings = _read(data, name)
    except Exception as error:  # noqa: BLE001 - whatever is raised is the report
        outcome.end = f"raised: {type(error).__name__}: {str(error)[:200]}"
    outcome.seconds, outcome.megabytes = time.process_time() - start, _peak()
    pipe.send(outcome)


# ----------------------------------------------------------------------------------------------- outside the process


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A listener on loopback that must hear nothing: its address, and who came."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                came.append(f"{address}: {connection.recv(200)!r}")
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield "{}:{}".format(*server.getsockname()), came


def run(case: Hostile, listener: str) -> Outcome:
    """Reads one hostile file in a fresh process; stops it when its time is over."""
    context: Any = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload(PRELOAD)
    os.environ[CANARY] = listener
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data")
        path.write_bytes(case.make())
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(theirs, str(path), case.filename, case.seconds, listener))
        process.start()
        theirs.close()
        return _wait(process, ours, case.seconds)


def _wait(process: Any, pipe: Connection, seconds: float) -> Outcome:
    try:
        if not pipe.poll(6 * seconds + 30):
            return Outcome("too slow", seconds=seconds)
        outcome = pipe.recv()
        assert isinstance(outcome, Outcome)
        return outcome
    except EOFError:
        process.join()
        slow = sys.platform != "win32" and process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL)
        return Outcome("too slow" if slow else f"died with {process.exitcode}", seconds=seconds)
    finally:
        process.kill()
        process.join()


def faults(case: Hostile, outcome: Outcome) -> list[str]:
    """What is wrong with how a case ended; empty where it ended as it must."""
    end, wanted = outcome.end, case.expect
    wrong = [*outcome.seen]
    if not end.startswith(("decision", "error:")):
        wrong.append(end)
    elif wanted.startswith("error:") and end.removeprefix("error:") not in wanted.removeprefix("error:").split("|"):
        wrong.append(f"ended in {end}, not in {wanted}")
    elif wanted == "finding" and not (end == "decision" and outcome.findings):
        wrong.append(f"ended in {end} with no finding")
    if outcome.seconds > case.seconds:
        wrong.append(f"took {outcome.seconds:.1f} s, more than {case.seconds:.0f}")
    if outcome.megabytes > case.megabytes:
        wrong.append(f"took {outcome.megabytes:.0f} MB, more than {case.megabytes}")
    return wrong


def _at_most(value: float, steps: Sequence[int], unit: str) -> str:
    return next((f"≤ {step} {unit}" for step in steps if value <= step), f"> {steps[-1]} {unit}")


def row(case: Hostile, outcome: Outcome) -> str:
    """One line of the table; times and sizes in steps, so that two runs give the same table."""
    found = f"a decision; {', '.join(outcome.findings)}" if outcome.findings else "a decision"
    end = found if outcome.end == "decision" else outcome.end.replace("error:", "error: ")
    end = end if outcome.end.startswith(("decision", "error:")) else f"**{end}**"
    end += "".join(f"; **{fault}**" for fault in faults(case, outcome) if fault != outcome.end)
    time_ = _at_most(outcome.seconds, (1, 5, 20, 60, 150), "s")
    size = _at_most(outcome.megabytes, (250, 1000, 4000), "MB")
    if not outcome.megabytes:  # it was ended, so it could not say
        time_, size = f"> {case.seconds:.0f} s", "–"
    return f"| {case.name} | {case.tries} | {end} | {time_} | {size} |"


HEAD = """# Hostile files

Made by `python -m tests.hostile_run docs/hostile.md`; `tests/test_hostile.py` runs the same files. Each is read in a
process of its own, which is watched: programs started, connections opened, files written outside the folder for
temporary files. What is not as it must be stands in bold.

What bounds a decision: {characters:,} characters or {lines:,} lines of text, a table of {places:,} places, {pages:,}
pages of a PDF and {drawn} MB of description for each, {seconds:.0f} s of the processor to draw a page that is a
picture. More is an error that says so. Files whose place or name is odd (pipes, links that lead nowhere, names that are
no UTF-8) are in `tests/test_hostile_paths.py`.

Inputs that nobody thought of: `python tests/fuzzing.py all --seconds 300` (coverage-guided; Linux) changes bytes as
long as new lines of the readers and of the parser are reached, and holds every decision to the contract. What it found
so far, in runs of up to 100 seconds a target: a basis that went on over the words of a Nơi nhận, mended; a title and a
preamble that go on behind other words, two strict expected failures (`tests/fuzz_known/`). Inputs that reached new code
are kept in `tests/fuzz/`; a short run of each target, always the same, is part of the slow tests.

| file | what it tries | how it ends | time | memory |
| --- | --- | --- | --- | --- |
"""


def head() -> str:
    """What stands above the table, with the bounds as they are."""
    import ingest
    from ingest import pdf, pdf_bounds, text

    return HEAD.format(
        characters=text.MOST_CHARACTERS,
        lines=text.MOST_LINES,
        places=ingest.MOST_PLACES,
        pages=pdf.MAX_PAGES,
        drawn=pdf_bounds.MAX_DRAWN >> 20,
        seconds=pdf.DRAWING_SECONDS,
    )


def main(arguments: Sequence[str]) -> int:
    """Runs the cases (or those named) and writes the table where the first argument ends in .md."""
    target = Path(arguments[0]) if arguments and arguments[0].endswith(".md") else None
    names = set(arguments[1 if target else 0 :])
    lines, wrong = [], 0
    with listening() as (listener, came):
        for case in cases():
            if names and case.name not in names:
                continue
            outcome = run(case, listener)
            bad = faults(case, outcome) + came
            wrong += bool(bad)
            lines.append(row(case, outcome))
            figures = f"{outcome.seconds:6.1f} s {outcome.megabytes:6.0f} MB"
            sys.stderr.write(f"{figures}  {case.name}: {outcome.end} {outcome.findings or ''} {'; '.join(bad)}\n")
            came.clear()
    if target:
        target.write_text(head() + "\n".join(lines) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
