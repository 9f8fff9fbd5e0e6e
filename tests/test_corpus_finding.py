"""Finding files: every one once, by name, with its place free of links; what programs leave behind passed over."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from corpus import finding
from corpus.finding import Found


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    for name in ("b.txt", "a/2.TXT", "a/1.docx", "c/d/e.pdf", ".hidden", "~$b.txt", "a/.git/x.txt"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(name)
    return made


def paths(items, base: Path) -> list[str]:
    return [item.path.removeprefix(f"{base.resolve().as_posix()}/") for item in items]


def test_a_folder_gives_its_files_by_name_depth_first(folder):
    found = list(finding.find([folder]))
    assert paths(found, folder) == ["a/1.docx", "a/2.TXT", "b.txt", "c/d/e.pdf"]
    assert [item.name for item in found] == ["1.docx", "2.TXT", "b.txt", "e.pdf"]
    assert all(Path(item.file).read_text() in item.path for item in found)
    assert finding.count([folder]) == 4


def test_a_relative_path_gives_the_same_items(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert list(finding.find(["in"])) == list(finding.find([folder]))
    assert list(finding.find(["in/b.txt"])) == list(finding.find([folder / "b.txt"]))


def test_a_path_that_is_not_there_is_an_item_all_the_same(folder):
    assert paths(finding.find([folder / "none.txt"]), folder) == ["none.txt"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right that most Windows users have not")
def test_links_to_files_stand_for_the_file_and_links_to_folders_are_not_followed(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "real.txt").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "elsewhere" / "real.txt")
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    (folder / "broken.txt").symlink_to(tmp_path / "nothing")
    found = list(finding.find([folder]))
    assert [item.path for item in found if item.name == "real.txt"] == [
        (tmp_path.resolve() / "elsewhere" / "real.txt").as_posix()
    ]
    assert (folder.resolve() / "broken.txt").as_posix() in [item.path for item in found]
    assert len(found) == finding.count([folder]) == 6
    through = tmp_path / "way"
    through.symlink_to(folder)
    assert list(finding.find([through])) == found


def test_archives_and_json_lines_are_counted_and_opened(folder):
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        archive.writestr("x.txt", "x")
        archive.writestr("y/z.txt", "z")
    (folder / "many.jsonl").write_text('{"a": 1}\n\n{"b": 2}\n')
    (folder / "torn.zip").write_bytes(b"PK")
    found = paths(finding.find([folder]), folder)
    assert found[3:] == [
        "c/d/e.pdf",
        "many.jsonl#1",
        "many.jsonl#3",
        "many.zip!/x.txt",
        "many.zip!/y/z.txt",
        "torn.zip",
    ]
    assert finding.count([folder]) == len(found)


@pytest.mark.parametrize(
    ("path", "suffix"),
    [("/a/b.ZIP", ".zip"), ("/a.zip/b", ""), ("/a/.zip", ""), ("/a/b", ""), ("/a/b.tar.jsonl", ".jsonl")],
)
def test_the_ending_is_that_of_the_name(path, suffix):
    assert Found(path, path).suffix == suffix
