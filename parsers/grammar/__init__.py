"""Grammar as data: loads and checks the tables of this folder, once.

A table is `<name>.csv` (or `.toml`). Every row is checked against a msgspec type when it is loaded; a row that does
not fit stops the program with the file and the line (`GrammarError`). Cells that hold several values separate them
by ` ¦ `; an example with a value is written `words => value`.

A person's own rows (`regulations.csv`, `agencies.csv` in the folder named by the environment variable
`VANBAN_REGISTRY`) come first and win over ours; their digest is part of `version()`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tomllib
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

REGISTRY_VARIABLE = "VANBAN_REGISTRY"
REGISTRY_TABLES = ("regulations", "agencies")
SEPARATOR = "¦"

T = TypeVar("T")


class GrammarError(ValueError):
    """A grammar row that does not fit its type; names the file and the line."""


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that may hold several.

    >>> several("SNV ¦ Sở NV")
    ('SNV', 'Sở NV')
    """
    return tuple(part.strip() for part in cell.split(SEPARATOR) if part.strip())


def examples(cell: str) -> tuple[tuple[str, str], ...]:
    """The examples of a cell as (words, value); the value is empty where none is given."""
    pairs = (part.partition("=>") for part in several(cell))
    return tuple((words.strip(), value.strip()) for words, _, value in pairs)


def _own_text(name: str) -> str:
    return (resources.files(__name__) / name).read_text(encoding="utf-8")


def registry_folder() -> Path | None:
    """The folder of a person's own rows, or None."""
    named = os.environ.get(REGISTRY_VARIABLE)
    return Path(named) if named else None


def _registry_text(table: str) -> str | None:
    folder = registry_folder()
    file = folder / f"{table}.csv" if folder else None
    return file.read_text(encoding="utf-8-sig") if file and file.is_file() else None


def _convert(text: str, row_type: type[T], file: str) -> list[T]:
    rows: list[T] = []
    for n, raw in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        filled = {k: v for k, v in raw.items() if k is not None and v not in ("", None)}
        try:
            rows.append(msgspec.convert(filled, row_type, strict=False))
        except msgspec.ValidationError as error:
            raise GrammarError(f"{file}, line {n}: {error}") from error
    return rows


def rows(table: str, row_type: type[T]) -> list[T]:
    """The rows of `<table>.csv` as `row_type` (a msgspec Struct with string columns); a person's own rows first."""
    own = _convert(_own_text(f"{table}.csv"), row_type, f"{table}.csv")
    extra = _registry_text(table) if table in REGISTRY_TABLES else None
    if extra is None:
        return own
    return _convert(extra, row_type, str((registry_folder() or Path()) / f"{table}.csv")) + own


@cache
def toml(name: str) -> dict[str, Any]:
    """The content of `<name>.toml`."""
    try:
        return tomllib.loads(_own_text(f"{name}.toml"))
    except tomllib.TOMLDecodeError as error:
        raise GrammarError(f"{name}.toml: {error}") from error


@lru_cache(maxsize=1)
def version() -> str:
    """A digest of all grammar in force, a person's own rows included: 12 hex digits."""
    digest = hashlib.sha256()
    for entry in sorted(resources.files(__name__).iterdir(), key=lambda e: e.name):
        if entry.name.endswith((".csv", ".toml")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    for table in REGISTRY_TABLES:
        digest.update((_registry_text(table) or "").encode())
    return digest.hexdigest()[:12]
