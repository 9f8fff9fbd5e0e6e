"""docs/findings.md and the code have the same findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from parsers.canonical import FILE_FINDINGS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "findings.md"
ROOMS = ("ingest", "parsers", "corpus")
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
#: The calls that make a finding, with its code as a word of the call.
MAKERS = frozenset(("warn", "finding", "Finding", "Warning", "Note"))


def documented() -> list[str]:
    return re.findall(r'^\| <a id="([a-z-]+)"></a>`\1` \|', PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def about_files() -> set[str]:
    chapter = PAGE.read_text(encoding="utf-8").split("## About the file", 1)[1]
    return set(re.findall(r'^\| <a id="([a-z-]+)">', chapter, re.MULTILINE))


def trees() -> Iterator[ast.Module]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def words(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.value


def made(tree: ast.Module) -> Iterator[str]:
    """The codes in calls that make findings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MAKERS:
                for argument in (*node.args, *(k.value for k in node.keywords)):
                    if isinstance(argument, ast.Constant):
                        yield from words(argument)


def test_every_finding_that_the_code_makes_has_its_row() -> None:
    codes = {code for tree in trees() for code in made(tree)}
    assert len(codes) > 20
    assert sorted(codes - set(documented())) == []


def test_every_row_is_a_finding_of_the_code() -> None:
    literals = {word for tree in trees() for word in words(tree)}
    assert sorted(set(documented()) - literals) == []


def test_what_is_about_the_file_is_no_part_of_the_canonical_view() -> None:
    assert about_files() == FILE_FINDINGS


def test_each_has_one_row() -> None:
    codes = documented()
    assert len(codes) == len(set(codes)) > 30
