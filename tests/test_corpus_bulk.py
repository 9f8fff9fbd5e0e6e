"""The story of `tests/bench/bulk.py` in small: with the plug pulled or not, the same rows; it notices other ones."""

from __future__ import annotations

import pytest

from schema import database
from schema import tables as t
from tests.bench import bulk

pytest_plugins = ["tests.databases"]


@pytest.mark.slow
def test_killed_and_resumed_it_ends_with_the_same_rows(ready, tmp_path):
    bulk.write_files(tmp_path / "in", 40, seed=3)
    one = str(tmp_path / "one.db")
    story = bulk.tell(tmp_path / "in", one, ready, jobs=2, kills=3, seed=3)
    assert story.differences == []
    assert story.kills >= 1 and not story.broken[-1].killed
    names = {found.name: found.value for found in bulk.figures(story, 40, 2)}
    assert names["  tables that differ"] == 0 and names["  rows"] > 10


def test_rows_that_differ_are_told(tmp_path):
    names = [str(tmp_path / name) for name in ("one.db", "two.db")]
    engines = [database.open(name) for name in names]
    rows = [{"id": n, "started": "2026-01-01", "status": "done", "reader": "", "grammar": ""} for n in (1, 2)]
    for engine, row, serials in zip(engines, rows, ((1, 2, 3), (1, 3, 4)), strict=True):
        with database.writing(engine) as connection:
            connection.execute(t.imports.insert(), [{**row, "options": {}, "counts": {}}])
            regulations = [{"key": f"vn/cp/nq/2011/{n}", "registered": False} for n in serials]
            connection.execute(t.regulations.insert(), regulations)
    found = list(bulk.differences(*names))
    assert len(found) == 1 and found[0].startswith("regulations: 2 rows differ")
    assert list(bulk.differences(names[0], names[0])) == []
