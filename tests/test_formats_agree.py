"""The same decision says the same, whatever file it was read from (parsers.canonical)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real import CORPUS, needs_corpus

import ingest
from ingest import office
from parsers.canonical import canonical
from parsers.decision import parse

RENDERED = CORPUS / "rendered"
WORD = sorted(RENDERED.glob("*.docx")) if RENDERED.is_dir() else []


def said(path: Path) -> dict[str, Any]:
    """The canonical view of a file."""
    return canonical(parse(ingest.read(path)))


def differences(a: Any, b: Any, path: str = "") -> Iterator[str]:
    """Where two views differ, in words."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            yield from differences(a.get(key), b.get(key), f"{path}/{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for n, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from differences(x, y, f"{path}/{n}")
    elif a != b:
        yield f"{path}: {str(a)[:80]!r} / {str(b)[:80]!r}"


@needs_corpus
@pytest.mark.parametrize("suffix", ["html", "pdf"])
@pytest.mark.parametrize("word", WORD, ids=lambda p: p.stem)
def test_web_page_and_pdf_say_what_the_word_file_says(word: Path, suffix: str) -> None:
    other = word.with_suffix(f".{suffix}")
    if not other.exists():  # the corpus holds no such rendering
        assert suffix == "html"
        return
    assert list(differences(said(word), said(other))) == []


@needs_corpus
@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["odt", "rtf", "doc"])
def test_old_office_formats_say_what_the_word_files_say(tmp_path: Path, suffix: str) -> None:
    program = office.soffice()
    if program is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")
    command = [str(program), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", suffix, "--outdir", str(tmp_path), *map(str, WORD)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = {w.stem: list(differences(said(w), said(tmp_path / f"{w.stem}.{suffix}"))) for w in WORD}
    assert found == {w.stem: [] for w in WORD}


def test_the_view_leaves_out_only_what_belongs_to_the_file() -> None:
    from corpus import samples

    view = canonical(parse(ingest.read(next(iter(samples.paths())))))
    assert {"document", "bases", "articles", "attachments", "tasks", "citations"} <= set(view)
    assert not {"source", "text", "evidence", "layout", "unparsed"} & set(view)
