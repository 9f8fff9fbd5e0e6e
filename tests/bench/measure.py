"""Measuring: fixed work, warmed up, taken in turns, told as a median with its spread. Nothing here judges a figure."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: the median of `runs` and the lowest and highest of them; `cpu` is the median by CPU time.

    `better` says which way is better: `more` (a rate) or `less` (seconds, bytes).
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    runs: int
    better: str = "more"
    cpu: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to measure: `run` does it once; `amount` is how much of `unit` that was."""

    name: str
    unit: str
    amount: float
    run: Callable[[], object]
    note: str = ""


def rounded(value: float) -> float:
    """Three digits that count.

    >>> rounded(1234.5), rounded(0.012345)
    (1230.0, 0.0123)
    """
    return float(f"{value:.3g}")


def figure(name: str, unit: str, values: Sequence[float], *, better: str = "more", note: str = "") -> Figure:
    """A figure from the values of its runs."""
    median, low, high = statistics.median(values), min(values), max(values)
    return Figure(name, unit, rounded(median), rounded(low), rounded(high), len(values), better, None, note)


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def rates(works: Sequence[Work], rounds: int) -> list[Figure]:
    """Amounts a second, all works taken in turns so that a busy machine touches each alike; one round warms up."""
    for work in works:
        work.run()
    seconds: dict[str, list[tuple[float, float]]] = {work.name: [] for work in works}
    for _ in range(rounds):
        for work in works:
            seconds[work.name].append(timed(work.run))
    return [_rate(work, seconds[work.name]) for work in works]


def _rate(work: Work, seconds: Sequence[tuple[float, float]]) -> Figure:
    found = figure(work.name, f"{work.unit}/s", [work.amount / wall for wall, _ in seconds], note=work.note)
    cpu = statistics.median(work.amount / max(cpu, 1e-9) for _, cpu in seconds)
    return Figure(**{**asdict(found), "cpu": rounded(cpu)})


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ran to its end: wall seconds, peak memory in MB (None where the system does not tell)."""

    seconds: float
    memory: float | None


def program(command: Sequence[str | Path]) -> Ended:
    """Runs a program, its output thrown away; peak memory is the greatest of it and its children, not their sum.

    Raises RuntimeError with what it said where it fails: a failure is no measurement.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=said)
        memory = None
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            memory = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        else:
            child.wait()
        seconds = time.perf_counter() - started
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{child.args}: {said.read().decode(errors='replace')[-2000:]}")
    return Ended(seconds, memory)


def machine() -> dict[str, Any]:
    """What this was measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": rounded(os.getloadavg()[0]) if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _memory() -> int | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def line(found: Figure) -> str:
    """A figure on one line."""
    cpu = f", CPU {found.cpu:g}" if found.cpu is not None else ""
    runs = f"{found.low:g} to {found.high:g}, {found.runs} runs{cpu}" if found.runs > 1 else "one run"
    note = f"  {found.note}" if found.note else ""
    return f"{found.name:<34} {found.value:>10g} {found.unit:<14} ({runs}){note}"


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Two results side by side, one line a figure; a change within both spreads is said to be noise."""
    before = {found["name"]: Figure(**found) for found in old["figures"]}
    lines = []
    for after in (Figure(**found) for found in new["figures"]):
        first = before.pop(after.name, None)
        lines.append(_changed(first, after) if first else f"{line(after)}  new")
    return [*lines, *(f"{line(gone)}  gone" for gone in before.values())]


def _changed(first: Figure, after: Figure) -> str:
    ratio = after.value / first.value if first.value else float("nan")
    overlap = after.low <= first.high and first.low <= after.high
    better = (ratio > 1) == (after.better == "more")
    verdict = "within the spread" if overlap else "better" if better else "worse"
    return f"{after.name:<34} {first.value:>10g} → {after.value:>10g} {after.unit:<14} ×{ratio:.2f}  {verdict}"
