"""What goes into the database comes out equal, whatever the decision holds."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text

from parsers import model
from parsers.model import Decision, to_json
from schema import database, tables
from schema.load import load, load_many
from schema.save import File, decision_id, save
from tests.inventing import invent

pytest_plugins = ["tests.databases"]


def a_file(path: str = "a.txt", sha256: str = "0" * 64) -> File:
    return File(path=path, sha256=sha256, bytes=10, reader="r1", grammar="g1")


def round_trip(engine, decision: Decision) -> Decision | None:
    with database.writing(engine) as connection:
        saved = save(connection, decision, a_file())
    with engine.connect() as connection:
        return load(connection, saved.decision_id)


@pytest.mark.parametrize("seed", range(25))
def test_a_decision_comes_back_equal(engine, seed):
    decision = invent(seed)
    assert to_json(round_trip(engine, decision)) == to_json(decision)


def bare() -> Decision:
    header = model.Header(key="vn/unidentified/0123456789ab", type=model.DocumentType(code="QĐ", name="Quyết định"))
    source = model.Source(name="a", sha256="1" * 64, media_type="text/plain", bytes=0, extractor="text")
    return Decision(source=source, text="", document=header)


def attached(**fields) -> Decision:
    return msgspec.structs.replace(bare(), attachments=(model.Attachment(kind="Kế hoạch", span=(0, 0), **fields),))


def tabled(*rows) -> Decision:
    return attached(tables=(model.Table(kind="other", columns=(), rows=rows, span=(0, 0)),))


def tasked(**fields) -> Decision:
    task = model.Task(key="k#1", origin="table", text="", span=(0, 0), **fields)
    return msgspec.structs.replace(bare(), tasks=(task,))


EDGES = {
    "nothing but a key": bare(),
    "a period without years": attached(period=model.Period()),
    "no period": attached(period=None),
    "rows of no, empty and uneven cells": tabled((), ("",), ("a", "", "b")),
    "empty strings are not missing": tasked(lead=model.Party(text=""), deadline=model.Deadline(text=""), output=""),
    "the same agency twice": tasked(support=model.Party(text="x", agencies=("so-noi-vu", "so-noi-vu"))),
    "a parent without a number": tasked(parent=model.Parent(number=None, text="", span=(0, 0))),
    "two roles of one kind": tasked(roles=(model.Role(role="monitor", text="a"), model.Role(role="monitor", text="b"))),
    "quotes and escapes": tasked(note="'; drop table tasks; -- \" \\N \\. \t\x1b[31m 😀"),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_come_back_equal(engine, name):
    assert round_trip(engine, EDGES[name]) == EDGES[name]


def test_many_come_back_in_the_order_asked_for(engine):
    decisions = [invent(seed) for seed in range(7)]
    with database.writing(engine) as connection:
        for n, decision in enumerate(decisions):
            save(connection, decision, a_file(f"{n}.txt", f"{n}" * 64))
    ids = [decision_id(d.document.key, d.document.date) for d in reversed(decisions)]
    with engine.connect() as connection:
        assert list(load_many(connection, [*ids, 12345])) == decisions[::-1]


def test_every_field_of_the_model_is_exercised():
    """A field added to the contract shows up here: the round trip above then covers it."""
    seen: set[tuple[type, str]] = set()

    def look(value):
        if isinstance(value, msgspec.Struct):
            for field in value.__struct_fields__:
                inner = getattr(value, field)
                if inner is not None and inner != ():
                    seen.add((type(value), field))
                look(inner)
        elif isinstance(value, tuple):
            for item in value:
                look(item)

    for seed in range(25):
        look(invent(seed))
    kinds = {k for k in vars(model).values() if isinstance(k, type) and issubclass(k, model.Record)} - {model.Record}
    every = {(kind, field) for kind in kinds for field in kind.__struct_fields__}
    assert every - seen - {(model.Task, "attachment"), (model.Source, "pages"), (model.Source, "ocr")} == set()


def test_evidence_words_are_the_text_at_their_span(engine):
    for seed in range(5):
        round_trip(engine, invent(seed))
    query = """select count(*), sum(case when substr(d.text, e.start + 1, e.length) = e.words then 1 else 0 end)
               from evidence e join decisions d on d.id = e.decision_id"""
    with engine.connect() as connection:
        rows, right = connection.execute(text(query)).one()
    assert rows == right > 0


def test_every_part_has_a_maker():
    from schema.rows import MAKERS

    assert {t.name for t in tables.PARTS} - {t.name for t in MAKERS} == {"resolutions"}
