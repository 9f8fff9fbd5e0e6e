"""Files whose place or name is odd: each is told of, none is waited for, none stops the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from traceback import walk_stack

import msgspec
import pytest

import ingest
from corpus import finding, reading
from corpus.writing import Folder
from ingest.errors import IngestError
from tests.hostile import decision

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
DEEP = '{"tasks": ' + "[" * 100_000


def told(path: Path) -> list[tuple[str, str, str | None]]:
    found = map(reading.read, finding.find([path]))
    return [(one.name, one.status, one.code) for one in found]


@posix
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.zip", "a.pdf"])
def test_a_pipe_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    assert told(tmp_path) == told(tmp_path / name) == [(name, "failed", "unsupported")]
    assert finding.count([tmp_path]) == 1
    with pytest.raises(IngestError, match="a pipe or a device"):
        ingest.read(tmp_path / name)


def test_a_folder_named_as_a_file_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").mkdir()
    (tmp_path / "a.pdf" / "b.txt").write_bytes(decision())
    assert told(tmp_path) == [("b.txt", "read", None)]
    with pytest.raises(IngestError, match="cannot be opened"):
        ingest.read(tmp_path / "a.pdf")


@posix
def test_links_that_lead_to_themselves_or_nowhere_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to("a.txt")
    (tmp_path / "b.txt").symlink_to("none.txt")
    (tmp_path / "c.txt").write_bytes(decision())
    wanted = [("a.txt", "failed", "unreadable"), ("b.txt", "failed", "unreadable"), ("c.txt", "read", None)]
    assert told(tmp_path) == wanted


def test_folders_inside_each_other_have_no_limit_of_depth(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(60):
        deep = deep / "a"
        deep.mkdir()
        (deep / "b.txt").touch()
    frames = sum(1 for _ in walk_stack(sys._getframe()))
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(frames + 50)
    try:
        assert finding.count([tmp_path]) == len(list(finding.find([tmp_path]))) == 60
    finally:
        sys.setrecursionlimit(before)


def test_a_folder_that_cannot_be_opened_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b.txt").write_bytes(decision())
    scandir = os.scandir

    def refused(path: str) -> object:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = list(map(reading.read, finding.find([tmp_path])))
    assert [(one.name, one.code) for one in found] == [("a", "unreadable"), ("b.txt", None)]
    assert found[0].cause == "The folder cannot be opened: Permission denied."


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names that are UTF-8 only")
def test_a_name_that_is_no_utf_8_can_be_written_anywhere_and_found_again(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xffo.txt")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(decision())
    (what,) = finding.find([tmp_path])
    found = reading.read(what)
    assert (found.status, found.name) == ("read", r"b\udcffo.txt")
    assert json.loads(found.contract or b"")["source"]["name"] == r"b\udcffo.txt"
    assert msgspec.json.encode(found)
    assert reading.on_disk(found.path) == str(tmp_path.resolve() / "in" / name)
    assert Folder(tmp_path / "out", [tmp_path / "in"]).write(found.path, b"{}").name == "b_udcffo.txt.json"


def test_a_name_that_only_looks_so_stays(tmp_path: Path) -> None:
    looks = tmp_path / "udcff" if os.name == "nt" else tmp_path / r"a\udcff"
    looks.touch()
    assert reading.on_disk(looks.as_posix()) == looks.as_posix()


@pytest.mark.parametrize("content", [DEEP, r'{"text": "\ud800"}', "[]", "\ufeff{}", "", "\0"])
def test_odd_json_is_told_of(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    assert told(tmp_path) == [("a.json", "failed", "unsupported")]


def test_a_line_without_end_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINE", 100)
    (tmp_path / "a.jsonl").write_text("{}\n" + "x" * 200 + "\n{}\n")
    found = list(map(reading.read, finding.find([tmp_path])))
    assert [(one.path.rpartition("#")[2], one.code) for one in found] == [("1", "unsupported"), ("2", "too-large")]
    assert found[1].cause == reading._ENDLESS[1]


def test_what_is_written_down_of_a_file_is_of_the_bytes_that_were_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(decision())
    what = msgspec.structs.replace(reading.item(tmp_path / "a.txt"), sha256="0" * 64, size=1)
    found, changed = reading.read(what), decision(body="I. MỤC TIÊU\nKhác.")
    assert (found.sha256, found.bytes) != (what.sha256, what.size)
    (tmp_path / "a.txt").write_bytes(changed)
    assert reading.read(what).bytes == len(changed)


@posix
def test_paths_come_from_standard_input(tmp_path: Path) -> None:
    for name in ("a b.txt", "c.txt"):
        (tmp_path / name).write_bytes(decision(number=f"{len(name)}/QĐ-UBND"))
    command = [sys.executable, "-m", "cli", "import", "-", "--jobs", "1", "--db", str(tmp_path / "x.db")]

    def run(given: bytes) -> tuple[int, str]:
        done = subprocess.run(command, input=given, capture_output=True, cwd=Path(__file__).parent.parent, check=False)
        return done.returncode, done.stderr.decode()

    listed = b"\n".join(os.fsencode(tmp_path / name) for name in ("a b.txt", "none.txt", "c.txt"))
    status, said = run(listed + b"\r\n")
    assert status == 1
    assert "2  read" in said
    assert "none.txt: The file cannot be opened: No such file" in said
    assert run(os.fsencode(tmp_path / "a b.txt") + b"\0" + os.fsencode(tmp_path / "c.txt") + b"\0")[0] == 0
    assert run(b"\n") == (2, "Error: Standard input names no file.\n")
