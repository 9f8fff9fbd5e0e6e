"""Where the JSON of a decision is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.writing import Folder, safe_name


@pytest.mark.parametrize(
    ("path", "roots", "expected"),
    [
        ("in/a.txt", ["in/a.txt"], "a.txt.json"),
        ("in/sub/a.txt", ["in"], "sub/a.txt.json"),
        ("in/sub/a.txt", ["in/sub"], "a.txt.json"),
        ("in/x.zip!/deep/a.pdf", ["in"], "x.zip/deep/a.pdf.json"),
        ("in/x.zip!/deep/y.zip!/a.pdf", ["in/x.zip"], "x.zip/deep/y.zip/a.pdf.json"),
        ("in/all.jsonl#3", ["in/all.jsonl"], "all.jsonl#3.json"),
        ("in/x.zip!/../../../a.pdf", ["in"], "x.zip/__/__/__/a.pdf.json"),
        ("in/x.zip!/C:\\evil.txt", ["in"], "x.zip/C__evil.txt.json"),
    ],
)
def test_folders_are_kept_and_nothing_leads_out(tmp_path: Path, path: str, roots: list[str], expected: str) -> None:
    out = tmp_path / "out"
    file = Folder(out, [tmp_path / root for root in roots]).write((tmp_path / path).as_posix(), b"{}")
    assert file.relative_to(out).as_posix() == expected
    assert file.read_bytes() == b"{}\n"
    assert file.resolve().is_relative_to(out)


def test_one_name_twice_is_two_files(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out", [tmp_path / "a", tmp_path / "b"])
    files = [folder.write((tmp_path / name / "x.txt").as_posix(), name.encode()) for name in ("a", "b")]
    assert [file.name for file in files] == ["x.txt.json", "x.txt-2.json"]
    assert [file.read_bytes() for file in files] == [b"a\n", b"b\n"]


def test_long_names_are_cut_between_letters() -> None:
    name = safe_name("ế" * 300)
    assert len(name.encode()) <= 200
    assert set(name) == {"ế"}
