"""Documentation and commands held against each other: what one has the other names; what is shown is what happens."""

from __future__ import annotations

import importlib.util
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

import cli

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "commands.md"


def load_console() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_console", ROOT / "tests" / "docs_console.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_console"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


console = load_console()


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk(inner, f"{path} {name}")
    else:
        yield path, command


THERE = dict(walk(cli.main, "vanban"))


def options(command: click.Command) -> set[str]:
    return {
        name for part in command.params if isinstance(part, click.Option) for name in (*part.opts, *part.secondary_opts)
    }


def sections() -> dict[str, str]:
    """docs/commands.md: the text under each heading that names a command."""
    parts = re.split(r"^#{2,3} `(vanban [^`]+)`$", COMMANDS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_a_section_and_the_other_way_round() -> None:
    assert sorted(sections()) == sorted(THERE)


@pytest.mark.parametrize("name", sorted(THERE))
def test_every_option_is_documented_and_the_other_way_round(name: str) -> None:
    documented = set(re.findall(r"^\| `(-[^` ]+)", sections()[name], flags=re.MULTILINE))
    assert documented == {option for option in options(THERE[name]) if option.startswith("--")}


@pytest.mark.parametrize("name", sorted(THERE))
def test_every_command_and_option_explains_itself(name: str) -> None:
    assert THERE[name].help
    assert [part.name for part in THERE[name].params if isinstance(part, click.Option) and not part.help] == []


def mentions() -> list[tuple[str, str]]:
    """Each `vanban …` command line that stands in a page, with the page's name."""
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
    line = re.compile(r"(?:`|^\$ |^    )(vanban [a-z][^`\n]*)", re.MULTILINE)
    return [(page.name, found) for page in pages for found in line.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "words"), mentions())
def test_command_lines_in_pages_exist(page: str, words: str) -> None:
    words = words.split(" | ")[0]
    name = next((name for name in sorted(THERE, key=len, reverse=True) if f"{words} ".startswith(f"{name} ")), None)
    groups = {path.rsplit(" ", 1)[0] for path in THERE} - {"vanban"}
    if name is None:
        assert any(words.startswith(group) for group in groups), f"{page}: no such command: {words}"
        return
    used = {option.split("=")[0] for option in re.findall(r"(?<=\s)--[a-z-]+", words)}
    assert used <= options(THERE[name]) | {"--help"}, f"{page}: {words}"


@pytest.mark.slow
@pytest.mark.parametrize("page", console.pages(), ids=lambda page: page.name)
def test_pages_show_what_commands_print(page: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a short path: a long one is wrapped where pages show it
        _, wrong = console.replay(page, Path(folder))
    assert not wrong, "run `python tests/docs_console.py --write` and read the change:\n" + "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        (("a",), ("a",), True),
        (("a",), ("b",), False),
        (("a", "…"), ("a", "b", "c"), True),
        (("took … s",), ("took 1.2 s",), True),
        (("took … s",), ("took 1.2 min",), False),
        (("a",), ("a", "b"), False),
        ((), ("a",), False),
    ],
)
def test_the_pages_are_compared_as_meant(shown: tuple[str, ...], printed: tuple[str, ...], expected: bool) -> None:
    assert console.matches(shown, printed) is expected
