"""Importing: twice is once, in any order, whatever happens on the way, and every file is accounted for."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from corpus import importing, reading, samples
from corpus.importing import Options
from corpus.workers import Limits
from parsers.model import Unparsed, to_json
from schema import database, upkeep
from schema import tables as t
from schema.load import load
from schema.save import decision_id
from tests.inventing import contract_files, invent, invented, rows

pytest_plugins = ["tests.databases"]

ROOT = Path(__file__).resolve().parent.parent
TROUBLED = Options(limits=Limits(jobs=2, seconds=2.0, memory=2**30, reader="tests.inventing:troubled"))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    return made


def outcomes(engine, summary) -> dict[str, tuple[str, str | None]]:
    query = select(t.import_files).where(t.import_files.c.import_id == summary.import_id)
    with engine.connect() as connection:
        return {Path(row.path).name: (row.outcome, row.code) for row in connection.execute(query)}


def stored(engine, decision):
    with engine.connect() as connection:
        return load(connection, decision_id(decision.document.key, decision.document.date))


def findings(engine, decision) -> dict[str, str]:
    key = decision_id(decision.document.key, decision.document.date)
    query = select(t.findings).where(t.findings.c.decision_id == key, t.findings.c.origin == "collection")
    with engine.connect() as connection:
        return {row.code: row.message for row in connection.execute(query)}


# --- safe to repeat ------------------------------------------------------------------------------------------------


def test_what_is_imported_is_stored_and_twice_is_once(engine, folder):
    decisions = list(invented(8))
    contract_files(folder, decisions)
    first = importing.run(engine, [folder])
    assert first.new == 8 and first.failures == 0
    assert all(stored(engine, decision) == decision for decision in decisions)
    before = rows(engine)
    again = importing.run(engine, [folder])
    assert again.counts == {"skipped": 8}
    forced = importing.run(engine, [folder], Options(force=True))
    assert forced.same == 8
    assert rows(engine) == before


@pytest.mark.parametrize("order", range(3))
def test_any_order_gives_the_same_rows(engine, folder, tmp_path, order):
    """Files that share decisions, keys and bytes, imported one by one, against all at once."""
    files = contract_files(folder, variants())
    (folder / "twin.json").write_bytes(files[0].read_bytes())
    (folder / "none.json").write_text("{}")
    whole = database.open(tmp_path / "whole.db")
    importing.run(whole, [folder])
    for file in random.Random(order).sample(sorted(folder.iterdir()), len(files) + 2):
        importing.run(engine, [file])
    assert differing(engine, whole) == {}


def differing(one, other):
    """The tables in which two databases differ, with the rows that only one of them has."""
    ours, theirs = rows(one), rows(other)
    return {
        name: (
            [row for row in ours[name] if row not in theirs[name]],
            [row for row in theirs[name] if row not in ours[name]],
        )
        for name in ours
        if ours[name] != theirs[name]
    }


def variants():
    """One decision from four sources that differ, another day under the same key, and two others."""
    base = invent(1)
    for ocr, unparsed, sha in ((True, 0, "a"), (False, 9, "c"), (False, 0, "d"), (False, 0, "b")):
        source = msgspec.structs.replace(base.source, ocr=ocr, sha256=sha * 64, name=f"{sha}.txt")
        left = (Unparsed(span=(0, unparsed)),) if unparsed else ()
        header = msgspec.structs.replace(base.document, title=f"Title in {sha}")
        yield msgspec.structs.replace(base, source=source, unparsed=left, document=header)
    header = msgspec.structs.replace(base.document, date="2031-01-01")
    yield msgspec.structs.replace(base, document=header)
    yield from invented(2, first=5)


def test_the_source_is_chosen_by_a_fixed_order_and_said_so(engine, folder):
    contract_files(folder, variants())
    importing.run(engine, [folder])
    base = invent(1)
    assert stored(engine, base).source.name == "b.txt"
    found = findings(engine, base)
    assert "Đọc từ b.txt (mã băm nhỏ hơn); cũng có trong a.txt, c.txt, d.txt" in found["several-sources"]
    assert '"Title in b" trong b.txt' in found["sources-differ"]
    assert "2031-01-01" in found["key-shared"]


def test_the_next_source_takes_over(engine, folder):
    files = contract_files(folder, variants())
    importing.run(engine, [folder])
    files[3].write_bytes(to_json(invent(77)))
    summary = importing.run(engine, [folder])
    assert (summary.new, summary.counts["skipped"]) == (1, len(files) - 1)
    assert stored(engine, invent(1)).source.name == "d.txt"
    assert stored(engine, invent(77)) == invent(77)


def test_new_content_at_a_path_replaces_what_it_gave(engine, folder):
    file = contract_files(folder, [invent(1)])[0]
    importing.run(engine, [folder])
    file.write_bytes(to_json(invent(2)))
    importing.run(engine, [folder])
    assert stored(engine, invent(1)) is None
    assert stored(engine, invent(2)) == invent(2)
    with engine.connect() as connection:
        cited = set(connection.execute(select(t.regulations.c.key).where(~t.regulations.c.registered)).scalars())
        used = set(connection.execute(select(t.citations.c.key)).scalars()) - {None}
    assert cited <= used


def test_a_changed_decision_says_what_changed(engine, folder):
    first = invent(3)
    file = contract_files(folder, [first])[0]
    importing.run(engine, [folder])
    header = msgspec.structs.replace(first.document, title="Another title")
    file.write_bytes(to_json(msgspec.structs.replace(first, document=header)))
    summary = importing.run(engine, [folder])
    assert summary.changed == 1
    query = select(t.import_files.c.changes).where(t.import_files.c.import_id == summary.import_id)
    with engine.connect() as connection:
        assert connection.execute(query).scalar_one() == {"document.title": [first.document.title, "Another title"]}


def test_the_same_bytes_elsewhere_are_not_read_again(engine, folder):
    file = contract_files(folder, [invent(1)])[0]
    importing.run(engine, [folder])
    (folder / "copy.json").write_bytes(file.read_bytes())
    nobody_reads = Options(limits=Limits(reader="tests.inventing:nothing_of_this_name"))
    summary = importing.run(engine, [folder / "copy.json"], nobody_reads)
    assert summary.counts == {"duplicate": 1}


def test_older_rules_are_read_again(engine, folder, monkeypatch):
    contract_files(folder, invented(3))
    importing.run(engine, [folder])
    for module in (reading, importing):
        monkeypatch.setattr(module, "version", lambda: "000000000000")
    (folder / "new.json").write_bytes(to_json(invent(9)))
    assert importing.run(engine, [folder], Options(outdated=True)).counts["skipped"] == 1
    assert importing.run(engine, [], Options(outdated=True)).counts.get("skipped") is None


def whole_way(engine, files) -> None:
    """From the files through the database and back: equal to what reading alone gives, and nothing broken."""
    summary = importing.run(engine, files, Options(limits=Limits(jobs=2)))
    assert summary.counts.get("failed") is None
    for file in files:
        decision = reading.read_file(file).decision()
        assert stored(engine, decision) == decision
    assert [fault for _, fault in upkeep.check(engine) if fault] == []


def test_the_samples_come_back_as_they_were_read(engine):
    whole_way(engine, samples.paths())


def test_real_decisions_come_back_as_they_were_read(engine, corpus):
    whole_way(engine, sorted((corpus / "seeds").iterdir()))


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_every_trouble_is_recorded_and_the_rest_goes_on(engine, folder, tmp_path):
    contract_files(folder, invented(6))
    for name in ("hang.json", "die.json", "leave.json", "fault.json", "hog.json", "bad.json"):
        (folder / name).write_text(f'{{"{name}": 0}}')
    options = msgspec.structs.replace(TROUBLED, quarantine=str(tmp_path / "aside"))
    summary = importing.run(engine, [folder, folder / "missing.txt"], options)
    found = outcomes(engine, summary)
    assert {name: code for name, (outcome, code) in found.items() if outcome == "failed"} == {
        "hang.json": "too-slow",
        "die.json": "died",
        "leave.json": "died",
        "fault.json": "fault",
        "hog.json": "too-large",
        "bad.json": "unsupported",
        "missing.txt": "unreadable",
    }
    assert summary.new == 6
    assert len(list((tmp_path / "aside").iterdir())) == 6
    again = importing.run(engine, [folder], options)
    assert again.counts == {"skipped": 12}
    retried = importing.run(engine, [], Options(retry_failed=True))
    assert set(outcomes(engine, retried)) == {*found} - {f"{n:04d}.json" for n in range(6)}


def test_a_scan_has_its_own_time(engine, folder):
    (folder / "scan.json").write_bytes(to_json(invent(1)))
    assert importing.run(engine, [folder], TROUBLED).new == 1


def test_nothing_is_left_running_or_lying_about(engine, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (folder / "hang.json").write_text("{}")
    before = set(tmp_path.iterdir())
    importing.run(engine, [folder], TROUBLED)
    assert multiprocessing.active_children() == []
    assert {path.name for path in set(tmp_path.iterdir()) - before if path.is_dir()} == set()


def test_a_decision_that_contradicts_itself_is_refused(engine, folder):
    broken = msgspec.structs.replace(invent(1), citations=())
    contract_files(folder, [broken, invent(2)])
    summary = importing.run(engine, [folder])
    assert outcomes(engine, summary)["0000.json"] == ("failed", "invalid")
    assert summary.new == 1


def test_what_is_no_decision_is_not_stored(engine, folder):
    from parsers.model import Warning

    warning = Warning(code="not-a-decision", message="This is a menu.")
    contract_files(folder, [msgspec.structs.replace(invent(1), warnings=(warning,))])
    summary = importing.run(engine, [folder])
    assert summary.counts == {"no decision": 1}
    assert rows(engine)["decisions"] == []


def test_json_lines_and_archives_are_taken_apart(engine, folder):
    import zipfile

    (folder / "many.jsonl").write_bytes(b"\n".join(map(to_json, invented(3))))
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        archive.writestr("a/../x.json", to_json(invent(10)))
        archive.writestr("x.json", to_json(invent(11)))
    (folder / "broken.zip").write_bytes(b"PK nothing")
    summary = importing.run(engine, [folder])
    assert (summary.new, summary.counts["failed"]) == (5, 1)
    assert importing.run(engine, [folder]).counts == {"skipped": 6}


def test_what_an_import_writes_itself_is_passed_over(folder):
    (folder / "a.json").write_bytes(to_json(invent(1)))
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    engine = database.open(str(folder / "vanban.db"), create=True)
    options = Options(quarantine=str(folder / "apart"))
    first = importing.run(engine, [folder], options)
    assert (sum(first.counts.values()), first.counts["failed"]) == (2, 1)
    assert len(list((folder / "apart").iterdir())) == 1
    assert importing.run(engine, [folder], options).counts == {"skipped": 2}
    assert importing.run(engine, [folder / "vanban.db"]).counts == {"failed": 1}, "but not where it is named"
    engine.dispose()


def test_names_do_nothing(engine, folder):
    nasty = "x'; drop table decisions; -- \x1b[31m\u202e.json"
    (folder / nasty).write_bytes(to_json(invent(1)))
    importing.run(engine, [folder])
    assert any(nasty in row[1] for row in rows(engine)["sources"])


# --- stopping ------------------------------------------------------------------------------------------------------

RUN = """
import sys
from corpus import importing
from corpus.workers import Limits
from schema import database
if __name__ == "__main__":
    limits = Limits(jobs=2, reader="tests.inventing:slow")
    say = lambda step: print(step.done, flush=True)
    done = importing.run(database.open(sys.argv[1]), sys.argv[2:], importing.Options(limits=limits), progress=say)
    print("interrupted" if done.interrupted else "whole", flush=True)
"""


def start(tmp_path, address, folder):
    script = tmp_path / "run.py"
    script.write_text(RUN)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, script, address, folder], env=environment, stdout=subprocess.PIPE)


def wait_for(process, files) -> None:
    """Until the process has said that it is done with so many files."""
    for line in process.stdout:
        if line.strip() == str(files).encode():
            return


def test_killed_at_any_instant_it_goes_on_where_it_was(ready, folder, tmp_path):
    contract_files(folder, invented(60))
    whole = database.open(tmp_path / "whole.db")
    importing.run(whole, [folder])
    chance = random.Random(20)
    for _ in range(4):
        process = start(tmp_path, ready, folder)
        wait_for(process, chance.randint(5, 20))
        time.sleep(chance.uniform(0.0, 0.1))
        process.kill()
        process.wait()
    engine = database.open(ready)
    assert importing.run(engine, [folder]).interrupted is False
    assert differing(engine, whole) == {}


def test_ctrl_c_ends_after_the_files_in_hand(ready, folder, tmp_path):
    contract_files(folder, invented(200))
    process = start(tmp_path, ready, folder)
    wait_for(process, 10)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert said.split()[-1] == b"interrupted"
    engine = database.open(ready)
    with engine.connect() as connection:
        status, counts = connection.execute(select(t.imports.c.status, t.imports.c.counts)).one()
    assert status == "stopped" and 10 <= sum(counts.values()) < 200
    assert len(rows(engine)["sources"]) == sum(counts.values())


def test_two_imports_at_once(ready, folder, tmp_path):
    contract_files(folder, [*invented(40), *variants()])
    whole = database.open(tmp_path / "whole.db")
    importing.run(whole, [folder])
    both = [start(tmp_path, ready, folder) for _ in range(2)]
    assert [(process.communicate(timeout=120), process.returncode)[1] for process in both] == [0, 0]
    assert differing(database.open(ready), whole) == {}


def test_a_worker_that_cannot_start_is_said_at_once(engine, folder):
    from corpus.workers import WorkerError

    contract_files(folder, invented(1))
    with pytest.raises(WorkerError):
        importing.run(engine, [folder], Options(limits=Limits(reader="no.such.module:read")))


def test_progress_counts_every_file(engine, folder):
    contract_files(folder, invented(5))
    seen = []
    importing.run(engine, [folder], progress=seen.append)
    assert [step.done for step in seen] == [1, 2, 3, 4, 5]
    assert {step.total for step in seen} == {5} and seen[-1].left == 0
