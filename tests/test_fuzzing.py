"""Inputs that fuzzing found to reach new code, and a short run of it (long runs by hand: `fuzzing.py`)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import fuzzing
import pytest
from real import REQUIRED

SECONDS = 10
KEPT = [(target, path) for target in fuzzing.TARGETS for path in fuzzing.inputs(target)]


@pytest.mark.parametrize(("target", "path"), KEPT, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_kept_input_holds(target: str, path: Path) -> None:
    fuzzing.TARGETS[target](path.read_bytes())


def test_every_target_has_inputs_and_they_are_small() -> None:
    assert {target for target, _ in KEPT} == set(fuzzing.TARGETS)
    assert sum(path.stat().st_size for _, path in KEPT) < 64_000


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None and not REQUIRED,
    reason="atheris is not installed (pip install atheris, Linux): no coverage-guided fuzzing",
)
@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_a_short_run_breaks_nothing(target: str) -> None:
    command = [sys.executable, fuzzing.__file__, target, "--seconds", str(SECONDS)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    assert ended.returncode == 0, ended.stdout
