"""CSV, Parquet and SQLite files read back by programs that are not ours: nothing lost, nothing run."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from contextlib import closing
from urllib.parse import urlencode

import pytest

from corpus.exports import EXPORTS, export, to_sqlite
from corpus.exports.labels import as_date
from corpus.exports.tabular import FileNames, columns, names, pages
from corpus.exports.to_csv import armed, defused
from schema import tables as t
from schema.rows import json_text
from tests.exported import COUNT, HOSTILE, exported

pytest_plugins = ["tests.exported"]


def stored(engine) -> dict[str, list[tuple]]:
    """What an export must hold, as our own queries give it."""
    found: dict[str, list[tuple]] = {name: [] for name in names()}
    with engine.connect() as connection:
        from corpus.exports import decision_ids

        for page in pages(connection, decision_ids(connection)):
            found[page.table] += [tuple(row) for row in page.rows]
    return found


# --- what is exported ----------------------------------------------------------------------------------------------


def test_every_table_and_column_of_decisions_is_exported() -> None:
    left_out = {"imports", "import_files", "settings", "cited"}  # counts follow from the citations
    assert set(names()) == {table.name for table in t.metadata.sorted_tables} - left_out | {"texts"}
    for table in t.metadata.sorted_tables:
        if table.name not in left_out:
            missing = {column.name for column in table.c} - set(columns(table.name))
            assert missing <= {"contract", "text"} and ("text" not in missing or table is t.decisions)


def test_all_rows_are_there(filled) -> None:
    from sqlalchemy import func, select

    found = stored(filled)
    with filled.connect() as connection:
        for name, rows in found.items():
            table = t.decisions if name == "texts" else t.metadata.tables[name]
            assert len(rows) == connection.execute(select(func.count()).select_from(table)).scalar(), name


def test_a_shared_key_is_told_apart(filled) -> None:
    shown = [row[0] for row in stored(filled)["decisions"]]
    assert len(set(shown)) == COUNT
    assert sum("~" in key for key in shown) == 2


def test_file_names_are_never_alike() -> None:
    files = FileNames(".xml")
    made = [files.name(key) for key in ("vn/a-b/c", "vn/a/b-c", "vn/A/B/C", "vn/../..", "vn/con", "vn/" + "x" * 300)]
    assert len({name.casefold() for name in made}) == len(made)
    assert not any("/" in name for name in made)


@pytest.mark.parametrize("form", EXPORTS)
def test_an_empty_database_is_exported(nothing, tmp_path, form) -> None:
    with nothing.connect() as connection:
        assert export(connection, form, tmp_path).decisions == 0


@pytest.mark.parametrize("form", EXPORTS)
def test_only_what_is_asked_for(filled, tmp_path, form) -> None:
    ids = [row[1] for row in stored(filled)["decisions"]][:2]
    with filled.connect() as connection:
        assert export(connection, form, tmp_path, iter(ids)).decisions == 2


def test_an_unknown_option_is_refused(filled, tmp_path) -> None:
    with filled.connect() as connection, pytest.raises(TypeError):
        export(connection, "json", tmp_path, bom=True)


# --- CSV -----------------------------------------------------------------------------------------------------------


def read_csv(file, encoding="utf-8-sig"):
    with file.open(encoding=encoding, newline="") as stream:
        head, *rows = list(csv.reader(stream))
    return head, rows


def as_cell(value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def test_csv_holds_everything(filled, tmp_path) -> None:
    exported(filled, "csv", tmp_path)
    for name, rows in stored(filled).items():
        head, found = read_csv(tmp_path / f"{name}.csv")
        assert head == list(columns(name))
        assert [[armed(cell) for cell in row] for row in found] == [
            [json_text(v) if isinstance(v, list) else as_cell(v) for v in row] for row in rows
        ]


@pytest.mark.parametrize(
    "words", [*HOSTILE, "=1+1", "+84 24", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1", "''", "", "Sở"]
)
def test_formulas_are_defused_and_come_back(words) -> None:
    assert not defused(words).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert armed(defused(words)) == words


def test_no_cell_of_a_csv_file_is_a_formula(filled, tmp_path) -> None:
    exported(filled, "csv", tmp_path)
    cells = [cell for name in names() for row in read_csv(tmp_path / f"{name}.csv")[1] for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(("bom", "first"), [(True, b"\xef\xbb\xbf"), (False, b"dec")])
def test_the_mark_is_an_option(filled, tmp_path, bom, first) -> None:
    exported(filled, "csv", tmp_path, bom=bom)
    assert (tmp_path / "tasks.csv").read_bytes()[:3] == first


# --- Parquet -------------------------------------------------------------------------------------------------------


def test_parquet_holds_everything_typed(filled, tmp_path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    from corpus.exports.to_parquet import DATES, schema

    exported(filled, "parquet", tmp_path)
    for name, rows in stored(filled).items():
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.schema.equals(schema(name))
        expected = [
            [as_date(v) if column in DATES else v for column, v in zip(columns(name), row, strict=True)] for row in rows
        ]
        assert [list(row.values()) for row in table.to_pylist()] == expected


def test_parquet_types() -> None:
    pytest.importorskip("pyarrow")
    from corpus.exports.to_parquet import schema

    types = {name: str(schema("tasks").field(name).type) for name in ("decision_id", "due_to", "group_path", "text")}
    assert types == {
        "decision_id": "int64",
        "due_to": "date32[day]",
        "group_path": "list<element: string>",
        "text": "string",
    } or (types["group_path"].startswith("list<"))
    assert str(schema("targets").field("value").type) == "double"
    assert str(schema("decisions").field("normative").type) == "bool"


def test_every_column_that_holds_dates_is_known_to_parquet() -> None:
    pytest.importorskip("pyarrow")
    from corpus.exports.to_parquet import DATES

    here = {column for name in names() for column in columns(name)}
    assert here >= DATES
    dated = {column for column in here if column.endswith(("date", "_from", "_to", "_on"))}
    assert dated - DATES == set()


# --- SQLite for Datasette ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(sampled, tmp_path_factory):
    return exported(sampled, "sqlite", tmp_path_factory.mktemp("sqlite")) / to_sqlite.NAME


def test_sqlite_holds_everything(filled, tmp_path) -> None:
    exported(filled, "sqlite", tmp_path)
    with closing(sqlite3.connect(tmp_path / to_sqlite.NAME)) as db:
        for name, rows in stored(filled).items():
            skipped = 0 if name in ("provinces", "agencies", "regulations", "corrections") else 1
            expected = [tuple(json_text(v) if isinstance(v, list) else v for v in row[skipped:]) for row in rows]
            assert sorted(db.execute(f'select * from "{name}"'), key=repr) == sorted(expected, key=repr), name


def test_sqlite_is_sound(file) -> None:
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute("pragma foreign_key_check").fetchall() == []
        assert db.execute("pragma foreign_key_list(tasks)").fetchall()


def test_writing_again_replaces_the_file(sampled, file) -> None:
    before = file.stat().st_size
    exported(sampled, "sqlite", file.parent)
    assert file.stat().st_size == before


def test_every_table_and_column_is_described() -> None:
    described = to_sqlite.metadata()["databases"]["vanban"]["tables"]
    assert set(described) == set(names())
    for name, table in described.items():
        assert table["title"] and table["description"]
        kept = set(columns(name)) - (
            {"decision_key"} if "decision_id" in columns(name) or name == "decisions" else set()
        )
        assert set(table["columns"]) == kept
        assert table.get("label_column", "text") in {*kept, "text"}


def test_no_description_is_left_over() -> None:
    used = {column for name in names() for column in columns(name)}
    about = to_sqlite.about()
    assert set(about["columns"]) <= used
    for name, table in about["tables"].items():
        assert set(table.get("columns", {})) <= set(columns(name)), name


QUERIES = to_sqlite.about()["queries"]


@pytest.mark.parametrize("name", QUERIES)
def test_questions_have_answers(file, name) -> None:
    with closing(sqlite3.connect(file)) as db:
        assert db.execute(QUERIES[name]["sql"], QUERIES[name].get("values", {})).fetchall()


@pytest.mark.parametrize("words", ["đăng ký", "dang ky", "ĐĂNG KÝ", "Đang Ky"])
def test_words_are_found_with_and_without_marks(file, words) -> None:
    query = "select count(*) from decisions_fts where decisions_fts match ?"
    with closing(sqlite3.connect(file)) as db:
        expected = db.execute(
            "select count(*) from texts where text like '%đăng ký%' or text like '%Đăng ký%'"
        ).fetchone()
        assert db.execute(query, [f'"{words}"']).fetchone() == expected != (0,)


def test_datasette_serves_it(file) -> None:
    app = pytest.importorskip("datasette.app")

    async def asked() -> dict[str, tuple[int, str]]:
        metadata = json.loads((file.parent / to_sqlite.METADATA).read_text(encoding="utf-8"))
        served = app.Datasette([str(file)], metadata=metadata)
        await served.invoke_startup()
        paths = ["/vanban", "/vanban/tasks?_search=kiểm+tra", "/vanban/decisions.json?_search=dang+ky&_shape=array"]
        paths += [f"/vanban/{name}.json?_shape=array&{urlencode(q.get('values', {}))}" for name, q in QUERIES.items()]
        return {path: (found.status_code, found.text) for path in paths if (found := await served.client.get(path))}

    found = asyncio.run(asked())
    assert {status for status, _ in found.values()} == {200}
    assert all(json.loads(text) for path, (_, text) in found.items() if ".json" in path)
    assert "Who cites a regulation" in found["/vanban"][1]
