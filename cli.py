"""The command line: options in, one call into a room, words on a screen.

Data goes to standard output, talk to standard error. Exit status: 0 done; 1 done, but some files failed (each named,
with why); 2 wrong usage, or a database, folder or registry that cannot be used. Rooms are imported inside the commands
that use them, so that `vanban --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])

PIPE_WIDTH = 120  # columns, where no terminal says how wide it is


# --- words on a screen ----------------------------------------------------------------------------------------------


def _shown(letter: str) -> str:
    if letter.isprintable():
        return letter
    if letter.isspace():
        return " "
    return f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{ord(letter):04x}"


def plain(value: object) -> str:
    r"""A value as words for a screen: None is empty; control characters and direction marks stand as their codes.

    >>> plain("a\x1b[31mb\nc")
    'a\\x1b[31mb c'
    """
    return "" if value is None else "".join(map(_shown, str(value)))


def _console(stream: IO[str]) -> Console:
    """A rich console that takes words as they are: no markup, no emoji codes, colour on a terminal only."""
    from rich.console import Console

    width = None if stream.isatty() else int(os.environ.get("COLUMNS") or PIPE_WIDTH)
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def say(words: str) -> None:
    """Talk: one line on standard error."""
    click.echo(plain(words), err=True)


def give_json(value: object) -> None:
    """Data: one JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def give_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Data: a table on standard output; numbers to the right, long words wrapped, nothing cut off."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    filled = [tuple(row) for row in rows]
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for n, heading in enumerate(headings):
        number = bool(filled) and all(isinstance(row[n], int | float | None) for row in filled)
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in filled:
        table.add_row(*map(plain, row))
    _console(sys.stdout).print(table)


def give_rows(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], as_json: bool, title: str = "") -> None:
    """A listing: with `as_json` one array of the whole rows, else a table of the fields named in `columns`."""
    if as_json:
        give_json([dict(row) for row in rows])
    else:
        give_table(title, list(columns.values()), ([row[field] for field in columns] for row in rows))


# --- options that several commands share ----------------------------------------------------------------------------


def _use_registry(_: click.Context, __: click.Parameter, folder: str | None) -> None:
    if folder is not None:  # before any grammar is loaded, and for worker processes too
        os.environ["VANBAN_REGISTRY"] = folder


def registry_option(command: F) -> F:
    """`--registry`: a person's own rows."""
    return click.option(
        "--registry",
        type=click.Path(exists=True, file_okay=False),
        callback=_use_registry,
        expose_value=False,
        is_eager=True,
        help="Folder with your own regulations.csv and agencies.csv; they win over ours (or VANBAN_REGISTRY).",
    )(command)


def db_option(command: F) -> F:
    """`--db`: which database."""
    return click.option(
        "--db",
        envvar="VANBAN_DB",
        default="vanban.db",
        show_default=True,
        help="Database: a file name or a SQLAlchemy URL (or VANBAN_DB).",
    )(command)


def json_option(command: F) -> F:
    """`--json`: a listing as data."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON array, one object a row.")(command)


# --- the commands ---------------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vanban")
def main() -> None:
    """Vietnamese administrative decisions, as data in which every value can be shown on the page."""


@main.command()
def schema() -> None:
    """Print the JSON Schema of a decision."""
    from parsers.model import json_schema

    give_json(json_schema())


if __name__ == "__main__":
    main()
