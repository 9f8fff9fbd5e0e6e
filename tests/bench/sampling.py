"""Where the time goes: which stage is at work, looked up a thousand times a second of CPU time."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType

INTERVAL = 0.001
ORDER = "parsers.decision"  # calls the stages; time in its own lines is a stage of its own
AT_ALL = hasattr(signal, "setitimer")


def stage_of(modules: list[str]) -> str:
    """The stage that a stack of modules (innermost first) is in.

    Readers: the module at work (cleaning is called by all of them). Parsers: the one that `parsers.decision` called.
    """
    if ORDER in modules:
        called = [name for name in modules[: modules.index(ORDER)] if name.startswith("parsers.")]
        return called[-1] if called else ORDER
    return next((name for name in modules if name.startswith(("ingest.", "parsers."))), "everything else")


def sample(work: Callable[[], object]) -> Counter[str]:
    """How often each stage was at work while `work` ran; empty where the system has no such timer (Windows)."""
    seen: Counter[str] = Counter()
    if not AT_ALL:
        work()
        return seen

    def look(_signal: int, frame: FrameType | None) -> None:
        modules = []
        while frame is not None:
            modules.append(frame.f_globals.get("__name__", ""))
            frame = frame.f_back
        seen[stage_of(modules)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return seen
