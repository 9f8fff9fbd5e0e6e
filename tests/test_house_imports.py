"""The house: which room may import what, and the few rules that keep the code readable.

The tables below say the same as ARCHITECTURE.md; the tests hold the code against them by its syntax tree, so that
nothing has to be imported to be judged.
"""

from __future__ import annotations

import ast
import fnmatch
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("ingest", "parsers", "schema", "corpus")
LONGEST = 50  # lines of a function

# What a room may import of the other rooms: a module's name stands for itself and what is inside it.
MAY_IMPORT_OURS: dict[str, tuple[str, ...]] = {
    "ingest": ("ingest",),
    "parsers": ("parsers", "ingest.document"),
    "schema": ("schema", "parsers.model"),
    "corpus": ("corpus", "schema", "parsers"),
    "cli": ("ingest", "parsers", "schema", "corpus"),
}

# And of other people's libraries. The standard library is open to all but for NOT_EVEN_STANDARD.
MAY_IMPORT_THEIRS: dict[str, tuple[str, ...]] = {
    "ingest": (
        "lxml",
        "docx",
        "pdfplumber",
        "pdfminer",
        "pypdfium2",
        "viparse",
        "tesserocr",
        "PIL",
        "numpy",
        "regex",
        "rapidfuzz",
    ),
    "parsers": ("regex", "msgspec", "rapidfuzz", "underthesea"),
    "schema": ("sqlalchemy", "alembic", "psycopg", "msgspec"),
    "corpus": (
        "sqlalchemy",
        "msgspec",
        "regex",
        "rapidfuzz",
        "spacy",
        "docx",
        "xlsxwriter",
        "openpyxl",
        "pyarrow",
        "lxml",
        "matplotlib",
        "distributed",
    ),
    "cli": ("click", "rich", "msgspec"),
}

# Libraries with one door: the modules that may import them.
DOORS: dict[str, tuple[str, ...]] = {
    "underthesea": ("parsers.words",),
    "spacy": ("corpus.nlp", "corpus.exports.to_docbin"),
    "pyarrow": ("corpus.exports.to_parquet",),
    "xlsxwriter": ("corpus.exports.to_xlsx", "corpus.review"),
    "matplotlib": ("corpus.charts",),
    "distributed": ("corpus.cluster",),
    "tesserocr": ("ingest.ocr_engine",),
    "viparse": ("ingest.text", "ingest.legacy"),
    "click": ("cli",),
    "rich": ("cli",),
}

# Our own modules with one door for the other rooms, and what that door may import beyond its room's list.
OUR_DOORS: dict[str, tuple[str, ...]] = {"parsers.decision": ("corpus.reading",)}
MAY_IMPORT_TOO: dict[str, tuple[str, ...]] = {"corpus.reading": ("ingest",)}

NOT_EVEN_STANDARD: dict[str, tuple[str, ...]] = {
    "ingest": ("sqlite3",),
    "parsers": ("sqlite3", "subprocess", "socket", "urllib", "http"),
    "schema": ("subprocess", "socket", "urllib", "http"),
}


def in_module(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def product_files() -> list[Path]:
    inside = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    return sorted([*inside, ROOT / "cli.py"])


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports(file: Path) -> Iterator[tuple[str, int, int]]:
    """Each import as (dotted name, line, level); `from a import b` gives `a.b`, so that modules and names are one."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            yield from ((base + alias.name, node.lineno, node.level) for alias in node.names)


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions of a module and methods of its public classes whose name has no underscore in front."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)


def is_value(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A property, or a method that is one expression: its name says what it is."""
    method = bool(function.args.args) and function.args.args[0].arg == "self"
    return method and (bool(function.decorator_list) or len(function.body) == 1)


FILES = product_files()
OURS_TO_WORD = [file for file in FILES if file.parent.name != "versions"]  # migrations have the form Alembic gives them


def none(found: list[str]) -> None:
    """Fails with every place that breaks the rule, each on its own line."""
    assert not found, "\n" + "\n".join(found)


def at(file: Path, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
    return f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"


def check_door(module: str, name: str, doors: dict[str, tuple[str, ...]]) -> str:
    """Why `module` may not go past the door that guards `name`, or ''."""
    for guarded, allowed in doors.items():
        if in_module(name, guarded) and module not in allowed and module.split(".")[0] != guarded.split(".")[0]:
            return f"only {', '.join(allowed)} may import {guarded}"
    return ""


def check_import(module: str, name: str) -> str:
    """Why `module` may not import `name`, or ''."""
    room, top = module.split(".")[0], name.split(".")[0]
    if top == "cli":
        return "nobody imports cli"
    if top in ROOMS:
        allowed = (*MAY_IMPORT_OURS[room], *MAY_IMPORT_TOO.get(module, ()))
        fits = any(in_module(name, one) for one in allowed)
        return check_door(module, name, OUR_DOORS) if fits else f"{room} may not import {name}"
    if top in sys.stdlib_module_names:
        return f"{room} has no use for {top}" if top in NOT_EVEN_STANDARD.get(room, ()) else ""
    return check_door(module, name, DOORS) if top in MAY_IMPORT_THEIRS[room] else f"{room} may not import {top}"


def test_imports_keep_to_the_rooms() -> None:
    found = ((file, check_import(module_name(file), name), line) for file in FILES for name, line, _ in imports(file))
    none([f"{file.relative_to(ROOT)}:{line}: {why}" for file, why, line in found if why])


@pytest.mark.parametrize(
    ("module", "name", "allowed"),
    [
        ("ingest.word", "docx.Document", True),
        ("ingest.word", "parsers.model.Decision", False),
        ("ingest.plain", "sqlalchemy.select", False),
        ("parsers.tasks", "ingest.document.Document", True),
        ("parsers.tasks", "ingest.plain.read", False),
        ("parsers.tasks", "underthesea.word_tokenize", False),
        ("parsers.words", "underthesea.word_tokenize", True),
        ("parsers.tasks", "sqlalchemy.select", False),
        ("schema.save", "parsers.model.Decision", True),
        ("schema.save", "parsers.grammar.rows", False),
        ("corpus.queries", "ingest.document.Document", False),
        ("corpus.queries", "parsers.decision.parse", False),
        ("corpus.queries", "parsers.agencies.find", True),
        ("corpus.reading", "parsers.decision.parse", True),
        ("corpus.reading", "ingest.read", True),
        ("corpus.queries", "click.echo", False),
        ("corpus.nlp", "spacy.Language", True),
        ("corpus.queries", "spacy.Language", False),
        ("corpus.queries", "cli.main", False),
        ("cli", "click.command", True),
        ("cli", "sqlalchemy.select", False),
        ("schema.save", "urllib.request", False),
    ],
)
def test_the_tables_judge_as_meant(module: str, name: str, allowed: bool) -> None:
    assert (check_import(module, name) == "") is allowed


def test_imports_are_absolute() -> None:
    none([f"{file.name}:{line}" for file in FILES for _, line, level in imports(file) if level])


def test_no_module_is_named_after_a_library_it_imports() -> None:
    def named(file: Path) -> str:
        return file.parent.name if file.stem == "__init__" else file.stem

    libraries = {file: {name.split(".")[0] for name, _, _ in imports(file)} - set(ROOMS) for file in FILES}
    none([str(file) for file in FILES if named(file) in libraries[file]])


def test_functions_are_short() -> None:
    found = [
        (at(file, node), (node.end_lineno or 0) - node.lineno + 1) for file in OURS_TO_WORD for node in functions(file)
    ]
    none([f"{place}: {lines} lines" for place, lines in found if lines > LONGEST])


def test_what_is_public_says_what_it_does() -> None:
    files = [file for file in OURS_TO_WORD if tree(file).body]
    public = ((file, function) for file in files for function in public_functions(tree(file).body))
    silent = [at(file, f) for file, f in public if not is_value(f) and not ast.get_docstring(f)]
    none([str(file) for file in files if not ast.get_docstring(tree(file))])
    none(silent)


def test_rooms_print_nothing() -> None:
    calls = ((file, node) for file in FILES for node in ast.walk(tree(file)) if isinstance(node, ast.Call))
    found = [at(file, call) for file, call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    none(found)


def test_no_exception_is_swallowed() -> None:
    handlers = ((file, node) for file in FILES for node in ast.walk(tree(file)) if isinstance(node, ast.ExceptHandler))
    silent = [at(f, h) for f, h in handlers if h.type is None or all(isinstance(s, ast.Pass) for s in h.body)]
    none(silent)


def test_tests_are_no_package() -> None:
    assert [str(file) for file in (ROOT / "tests").rglob("__init__.py")] == []


def test_packages_are_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    there = {module_name(file) for room in ROOMS for file in (ROOT / room).rglob("__init__.py")}
    assert sorted(listed) == sorted(there)


def test_package_data_is_packed() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    data: dict[str, list[str]] = setup["package-data"]
    lost = []
    for file in (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.is_file()):
        if file.suffix in (".py", ".pyc"):
            continue
        relative = file.relative_to(ROOT)
        owners = [package for package in data if relative.is_relative_to(Path(*package.split(".")))]
        inside = [relative.relative_to(Path(*package.split("."))).as_posix() for package in owners]
        patterns = [(path, p) for package, path in zip(owners, inside, strict=True) for p in data[package]]
        if not any(fnmatch.fnmatch(path, p.replace("**/", "")) for path, p in patterns):
            lost.append(relative.as_posix())
    assert lost == []


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(run.stderr.split()) - sys.stdlib_module_names
    assert "cli" in loaded
    heavy = {"rich", "regex", *DOORS, *(name for names in MAY_IMPORT_THEIRS.values() for name in names)} - {"click"}
    assert loaded & heavy == set()
    assert loaded & {"ingest", "parsers", "schema", "corpus"} == set()
