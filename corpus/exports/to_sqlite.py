"""A SQLite file for Datasette, with its `metadata.json`: `datasette vanban.sqlite --metadata metadata.json`.

Our tables, with foreign keys that Datasette draws as links; full-text search over decisions and tasks, with or without
diacritics (each text is indexed twice, the second time with d for đ, which SQLite does not fold); and the questions of
`datasette.toml`.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Float, Integer

from corpus.exports import Written
from corpus.exports.tabular import SHARED, TEXTS, columns, names, pages
from schema import tables as t
from schema.rows import json_text

#: The files that `write` writes; Datasette calls the database by the first part of its name.
NAME, METADATA = "vanban.sqlite", "metadata.json"
_SHARED = {table.name for table in SHARED}


def _search(table: str, texts: dict[str, str], rows: str) -> tuple[str, str]:
    """The statements that make the full-text index of a table: texts by name, each as it is and with d for đ."""
    plain = {f"{name}_plain": f"replace(replace({words}, 'đ', 'd'), 'Đ', 'D')" for name, words in texts.items()}
    named, values = ", ".join([*texts, *plain]), ", ".join([*texts.values(), *plain.values()])
    tokens = 'tokenize="unicode61 remove_diacritics 2"'
    return (
        f"create virtual table {table} using fts5({named}, content='', {tokens})",
        f"insert into {table}(rowid, {named}) select {values} {rows}".replace("select ", "select m.rowid, ", 1),
    )


SEARCH = (
    *_search(
        "decisions_fts",
        {"title": "coalesce(m.display_title, m.title, '')", "text": "x.text"},
        "from decisions m join texts x on x.decision_id = m.id",
    ),
    *_search(
        "tasks_fts",
        {
            "text": "coalesce(m.parent_text || ' ', '') || m.text",
            "who": "coalesce(m.lead, '') || '; ' || coalesce(m.support, '')",
            "output": "coalesce(m.output, '')",
        },
        "from tasks m",
    ),
)


@cache
def about() -> dict[str, Any]:
    """`datasette.toml`."""
    return tomllib.loads(Path(__file__).with_name("datasette.toml").read_text(encoding="utf-8"))


def write(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """Writes `vanban.sqlite`, in the place of one that is there, and `metadata.json`."""
    (out / NAME).unlink(missing_ok=True)
    count = 0
    with closing(sqlite3.connect(out / NAME, isolation_level=None)) as file:
        file.execute("pragma journal_mode = off")  # a file that is half written is thrown away
        file.execute("pragma synchronous = off")
        for name in names():
            file.execute(_create(name))
        file.execute("begin")
        for page in pages(connection, ids):
            count += _insert(file, page.table, page.rows)
        for statement in (*_indexes(), *SEARCH):
            file.execute(statement)
        file.execute("commit")
        file.execute("analyze")
    (out / METADATA).write_text(json.dumps(metadata(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Written(count, 2)


def _kept(name: str) -> dict[str, Any]:
    """The columns of a table of the file: it points at its decision and need not repeat its key."""
    kept = columns(name)
    if name not in _SHARED:
        del kept["decision_key"]
    return kept


def _create(name: str) -> str:
    lines = [f'"{column}" {_type(kind)}' for column, kind in _kept(name).items()]
    if name == TEXTS:
        lines += ["primary key (decision_id)", "foreign key (decision_id) references decisions (id)"]
    else:
        lines += list(_constraints(name))
    return f'create table "{name}" ({", ".join(lines)})'


def _type(kind: Any) -> str:
    if isinstance(kind, Integer | Boolean):  # BigInteger and its variants are integers too
        return "integer"
    return "real" if isinstance(kind, Float) else "text"


def _constraints(name: str) -> Iterator[str]:
    table = t.metadata.tables[name]
    yield f"primary key ({', '.join(_quoted(table.primary_key.columns))})"
    for key in table.foreign_key_constraints:
        target = ", ".join(_quoted(element.column for element in key.elements))
        yield f'foreign key ({", ".join(_quoted(key.columns))}) references "{key.referred_table.name}" ({target})'


def _quoted(found: Iterable[Any]) -> list[str]:
    return [f'"{column.name}"' for column in found]


def _insert(file: sqlite3.Connection, name: str, rows: Iterable[Sequence[Any]]) -> int:
    kinds = list(_kept(name).values())
    skipped = 0 if name in _SHARED else 1
    lists = [place for place, kind in enumerate(kinds) if isinstance(kind, JSON)]
    marks = ", ".join("?" * len(kinds))
    before = file.total_changes
    file.executemany(f'insert into "{name}" values ({marks})', (_values(row[skipped:], lists) for row in rows))
    return file.total_changes - before if name == "decisions" else 0


def _values(row: Sequence[Any], lists: Sequence[int]) -> Sequence[Any]:
    """The values of a row; those at the places `lists` as JSON."""
    if not lists:
        return row
    made = list(row)
    for place in lists:
        if made[place] is not None:
            made[place] = json_text(made[place])
    return made


def _indexes() -> Iterator[str]:
    for name in names():
        for index in sorted(t.metadata.tables[name].indexes, key=str) if name != TEXTS else ():
            yield f'create index "{index.name}" on "{name}" ({", ".join(_quoted(index.columns))})'


# --- what Datasette shows ------------------------------------------------------------------------------------------


def metadata() -> dict[str, Any]:
    """The content of `metadata.json`."""
    described = about()
    tables = {name: _described(name, table) for name, table in described["tables"].items()}
    tables["decisions"] |= {"fts_table": "decisions_fts", "fts_pk": "id", "sort_desc": "date"}
    tables["tasks"] |= {"fts_table": "tasks_fts", "fts_pk": "rowid"}
    queries = {name: _query(query) for name, query in described["queries"].items()}
    database = {"tables": tables, "queries": queries}
    stem = Path(NAME).stem
    return {"title": described["title"], "description": described["description"], "databases": {stem: database}}


def _described(name: str, table: dict[str, Any]) -> dict[str, Any]:
    own = {**about()["columns"], **table.get("columns", {})}
    meant = {column: own[column] for column in _kept(name)}
    shown = {"title": table["title"], "description": table["description"], "columns": meant}
    return shown | ({"label_column": table["label"]} if "label" in table else {})


def _query(query: dict[str, Any]) -> dict[str, Any]:
    return {"title": query["title"], "description": query["description"], "sql": query["sql"].strip()}
