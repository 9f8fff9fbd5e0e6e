"""What all tests share: where the real decisions are, and that a build server skips nothing."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = "VANBAN_REQUIRE_ALL"
NO_CORPUS = "no real decisions (the corpus): set VANBAN_CORPUS to the folder that holds seeds/ and more/"


def corpus_folder() -> Path | None:
    """The folder of the real decisions, by VANBAN_CORPUS or beside the project; None where there is none."""
    folder = Path(os.environ.get("VANBAN_CORPUS") or ROOT.parent / "shared" / "corpus")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the real decisions; the test is skipped where it is absent."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip(NO_CORPUS)
    return folder


def _refuse_skip(report: Any) -> None:
    """With VANBAN_REQUIRE_ALL what was skipped has failed, unless it is the real decisions that are absent."""
    if not os.environ.get(REQUIRE_ALL) or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if corpus_folder() is None and "corpus" in reason.lower():
        return
    report.outcome = "failed"
    report.longrepr = f"{REQUIRE_ALL} is set and this was skipped: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Single tests."""
    outcome = yield
    _refuse_skip(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    """Whole modules (`pytest.importorskip` at the top)."""
    outcome = yield
    _refuse_skip(outcome.get_result())
