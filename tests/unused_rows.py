"""The rows of the grammar that no document uses: `python3 dev.py unused-rows`.

Reads every text of the real decisions' folder (`VANBAN_CORPUS`), or the files and folders named; `--table NAME` shows
only that file of `parsers/grammar`. A row that names something (a regulation, agency, province …) is used where it
stands in what was read; a deadline's or a comparator's where it is the rule of a value; any other word or pattern where
it stands in a text, whatever was made of it. An unused row is no fault: most read what other provinces write.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import ingest  # noqa: E402
from parsers import citation_numbers, deadlines, decision, grammar, phrases, provinces  # noqa: E402
from parsers.folding import fold  # noqa: E402
from parsers.model import Decision  # noqa: E402

CORPUS = Path(os.environ.get("VANBAN_CORPUS") or ROOT.parent / "shared" / "corpus")
TEXTS = (".txt", ".md")
# What a row of a table of names is called in what was read, and the columns that tell a person which row it is.
NAMED = {
    "agencies": ("key", "name"),
    "agency_groups": ("key", "name"),
    "document_types": ("code", "name"),
    "issuers": ("symbol", "name"),
    "provinces": ("key", "name"),
    "regulations": ("key", "name"),
}
# Tables whose rows are patterns, and the column of the pattern.
PATTERNS = {"areas": ("pattern", "id"), "topics": ("pattern", "code"), "agency_functions": ("name", "function")}
# Entries of .toml files that are the rule of a value (the part of the rule's name before the row's), but for kinds of
# rows that only stand between the others.
RULES = {("deadlines", "row"): "deadline", ("targets", "comparator"): "target"}
BETWEEN = ("link", "filler", "unread", "nothing", "open", "vague")
# What an entry holds besides words and patterns: its meaning, its examples, its source.
SILENT = {
    *("id", "kind", "source", "define", "fragments", "examples", "not", "accept", "reject", "case", "verdict", "leads"),
    *(
        "full",
        "meant",
        "relation",
        "otherwise",
        "placed",
        "verb",
        "only",
        "where",
        "unit",
        "comparator",
        "keywords",
        "link",
    ),
}


_SENTENCE = re.compile(r"(?<=[;:|]) |(?<=\w\w\.) ")


@dataclass(slots=True)
class Seen:
    """What was read from all documents: the names of rows by table, the rules, and the folded sentences."""

    names: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in NAMED})
    rules: set[str] = field(default_factory=set)
    sentences: dict[str, None] = field(default_factory=dict)
    documents: int = 0

    def add(self, read: Decision) -> None:
        """One document."""
        cited = [c for c in read.citations if c.relation != "self"]
        self.names["regulations"] |= {c.key for c in cited if c.key} | {fold(c.name or "") for c in cited}
        self.names["agencies"] |= {agency.key for agency in read.agencies}
        self.names["agency_groups"] |= {agency.key for agency in read.agencies}
        self.names["document_types"] |= {read.document.type.code, *(c.type for c in read.citations if c.type)}
        self.names["issuers"] |= {symbol for c in read.citations for symbol in _symbols(c.number, c.issuer)}
        self.names["provinces"] |= {f.province.key for f in provinces.find(read.text, read.document.date)}
        self.rules |= {part for row in read.evidence for part in _rule_parts(row.rule)}
        cells = (deadlines.parse(task.deadline.text) for task in read.tasks if task.deadline)
        self.rules |= {part for cell in cells if cell for part in _rule_parts(f"deadline.{cell.rule}")}
        self.sentences |= dict.fromkeys(_SENTENCE.split(" ".join(fold(read.text).split())))
        self.documents += 1

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern stands in any sentence."""
        return any(pattern.search(sentence) for sentence in self.sentences)


def _symbols(number: str | None, issuer: str | None) -> Iterator[str]:
    parsed = citation_numbers.parse_number(number) if number else None
    for symbol in (parsed.issuer, *parsed.units) if parsed else ():
        row = citation_numbers.issuer_row(symbol)
        if row:
            yield row.symbol
    named = fold(issuer or "")
    for row in citation_numbers.issuer_rows() if named else ():
        if any(fold(name) in named for name in (row.name, *grammar.several(row.names))):
            yield row.symbol


def _rule_parts(rule: str) -> Iterator[str]:
    """`deadline.before+date` is two rows, `deadline.before` and `deadline.date`."""
    table, _, rows = rule.partition(".")
    yield from (f"{table}.{row.split('.')[-1]}" for row in rows.split("+"))


# --- the rows -------------------------------------------------------------------------------------------------------


def unused(seen: Seen, table: str) -> tuple[int, list[str]]:
    """How many rows a file of the grammar has, and those that nothing used."""
    rows = list(_csv_rows(seen, table) if (table in NAMED or table in PATTERNS) else _toml_rows(seen, table))
    return len(rows), [label for label, used in rows if not used]


def _csv_rows(seen: Seen, table: str) -> Iterator[tuple[str, bool]]:
    text = (ROOT / "parsers" / "grammar" / f"{table}.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if table in NAMED:
            name, words = (row[column] for column in NAMED[table])
            used = (name or fold(words)) in seen.names[table]
            yield " ".join(part for part in (name, row.get("number"), words) if part), used
        else:
            pattern, name = (row[column] for column in PATTERNS[table])
            yield name, _stands(seen, pattern, partial(_filled, {}), "")


def _toml_rows(seen: Seen, table: str) -> Iterator[tuple[str, bool]]:
    content = grammar.toml(table)
    filled = partial(_filled, {**content, **content.get("fragments", {})})
    for path, value, entry in _leaves(content, (table,), {}):
        rule = RULES.get((table, path[1])) if entry.get("kind") not in BETWEEN else None
        if rule is None:
            yield f"{'.'.join(path[1:])}: {value}", _stands(seen, value, filled, content.get("define", ""))
        elif path[-1] == "pattern" or "pattern" not in entry:
            yield f"{path[1]}.{entry['id']}", f"{rule}.{entry['id']}" in seen.rules


def _leaves(
    value: Any, path: tuple[str, ...], entry: dict[str, Any]
) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    """The words and patterns of a file, with where they stand and the entry they belong to."""
    if isinstance(value, str):
        yield path, value, entry
    elif isinstance(value, list):
        for item in value:
            named = (*path, item["id"]) if isinstance(item, dict) and "id" in item else path
            yield from _leaves(item, named, entry)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in SILENT:
                yield from _leaves(inner, (*path, key), value)


def _filled(lists: dict[str, Any], pattern: str) -> str:
    """A pattern with `{verbs}` written out."""

    def one(m: re.Match[str]) -> str:
        found = lists.get(m[1], m[0])
        return f"(?:{'|'.join(found)})" if isinstance(found, list) else str(found)

    before = ""
    while before != pattern:
        before, pattern = pattern, re.sub(r"\{(\w*[a-zA-Z]\w*)\}", one, pattern)
    return pattern


def _stands(seen: Seen, words: str, filled: partial[str], define: str) -> bool:
    """Whether words, or what a pattern means, stand in a text; anchors of a cell or a sentence are left out."""
    folded = fold(words)
    if seen.holds(re.compile(rf"(?<!\w){re.escape(' '.join(folded.split()))}(?!\w)")):
        return True
    loose = re.sub(r"(?<![\\\[])[$^]", "", filled(words))
    try:
        return seen.holds(phrases.compiled(define, loose, words))
    except grammar.GrammarError:
        return False  # words with a bracket, no pattern


# --- the command ----------------------------------------------------------------------------------------------------


def files(paths: Iterable[Path]) -> list[Path]:
    """The texts of files and folders."""
    inside = (file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path]))
    return [file for file in inside if file.suffix in TEXTS and file.name != "README.md"]


def tables() -> list[str]:
    """The files of the grammar by name."""
    folder = ROOT / "parsers" / "grammar"
    return sorted(file.stem for file in folder.iterdir() if file.suffix in (".csv", ".toml"))


def report(paths: Iterable[Path], wanted: Iterable[str]) -> Iterator[str]:
    """The report, line by line: each file with its count, and under it the rows that nothing used."""
    seen = Seen()
    for path in paths:
        seen.add(decision.parse(ingest.read(path)))
    yield f"{seen.documents} documents"
    for table in wanted:
        count, rows = unused(seen, table)
        yield f"\n{table}: {len(rows)} of {count} unused"
        yield from (f"  {row}" for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """Reads the options and prints the report; 2 where there is nothing to read."""
    parser = argparse.ArgumentParser(prog="dev.py unused-rows", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[CORPUS])
    parser.add_argument("--table", action="append", choices=tables(), help="only this file of parsers/grammar")
    options = parser.parse_args(arguments)
    found = files(options.paths)
    if not found:
        parser.error("no text to read: name files or folders, or set VANBAN_CORPUS")
    for line in report(found, options.table or tables()):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
