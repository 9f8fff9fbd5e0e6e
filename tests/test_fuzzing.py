"""Inputs that fuzzing found to reach new code, and a short run of it (long runs by hand: `fuzzing.py`)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import fuzzing
import pytest
from real import REQUIRED

RUNS = 200
KEPT = [(target, path) for target in fuzzing.TARGETS for path in fuzzing.inputs(target)]


@pytest.mark.parametrize(("target", "path"), KEPT, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_kept_input_holds(target: str, path: Path) -> None:
    fuzzing.TARGETS[target](path.read_bytes())


@pytest.mark.xfail(strict=True, reason="a title or preamble that goes on behind other words has them in its span")
@pytest.mark.parametrize(("target", "name"), [("words", "cc97a22c096d"), ("html", "9224549c7572")])
def test_a_known_breach(target: str, name: str) -> None:
    fuzzing.TARGETS[target]((Path(__file__).parent / "fuzz_known" / target / name).read_bytes())


def test_every_target_has_inputs_and_they_are_small() -> None:
    assert {target for target, _ in KEPT} == set(fuzzing.TARGETS)
    assert sum(path.stat().st_size for _, path in KEPT) < 64_000


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None and not REQUIRED,
    reason="atheris is not installed (pip install atheris, Linux): no coverage-guided fuzzing",
)
@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_a_short_run_that_is_always_the_same_breaks_nothing(target: str) -> None:
    command = [sys.executable, fuzzing.__file__, target, "--seconds", "120", "--runs", str(RUNS)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    assert ended.returncode == 0, ended.stdout
