"""A person's corrections: out to a table, back, and kept whatever is imported after."""

from __future__ import annotations

import csv

import msgspec
import pytest

from corpus import review
from parsers import model
from parsers.model import Citation, Decision, Evidence, Header, Signer, Warning
from schema import database
from schema.save import File, forget, save

pytest_plugins = ["tests.databases"]

TEXT = "Số: 12/QĐ-UBND\nSơn La, ngày 05 tháng 01 năm 2024\nCăn cứ Quyết định số 9/QĐ-TTg;\nNguyễn Văn Mẫu"


def span(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


def decision(**header) -> Decision:
    named = Header(
        key="vn/son-la/ubnd/qd/2024/12",
        type=model.DocumentType(code="QĐ", name="Quyết định"),
        number="12/QĐ-UBND",
        date="2024-01-05",
        issuer="Ủy ban nhân dân tỉnh Sơn La",
        title="=SUM(A1)",
        province=model.Province(key="son-la", name="Sơn La"),
        signers=(Signer(name="Nguyễn Văn Mẫu"),),
    )
    return Decision(
        source=model.Source(name="a.txt", sha256="1" * 64, media_type="text/plain", bytes=9, extractor="text"),
        text=TEXT,
        document=msgspec.structs.replace(named, **header),
        citations=(Citation(text="Quyết định số 9/QĐ-TTg", number="9/QĐ-TTg", span=span("Quyết định số 9/QĐ-TTg")),),
        warnings=(Warning(code="doubtful-name", message="Is this a name?", span=span("Nguyễn Văn Mẫu")),),
        evidence=(
            Evidence(path="/document/number", span=span("12/QĐ-UBND"), rule="r"),
            Evidence(path="/document/signers/0/name", span=span("Nguyễn Văn Mẫu"), rule="r"),
        ),
    )


def put(engine, one: Decision) -> None:
    with database.writing(engine) as connection:
        save(connection, one, File(path="a.txt", sha256="1", bytes=1, reader="r", grammar="g"))


def answer(path, **answers) -> None:
    """Fills in the correct value of the doubts with these codes."""
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        book = load_workbook(path)
        sheet = book.active
        headings = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            code = row[headings.index("why")].value
            row[headings.index("correct_value")].value = answers.get(code.replace("-", "_"), "")
        book.save(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["correct_value"] = answers.get(row["why"].replace("-", "_"), "")
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def reviewed(engine, file, **answers) -> int:
    with engine.connect() as connection:
        review.export(connection, file)
    answer(file, **answers)
    with database.writing(engine) as connection:
        return review.read_back(connection, file, "Lan")


def states(engine, one: Decision) -> list[tuple[str, str | None, str]]:
    with engine.connect() as connection:
        return [(c.path, c.new, c.state) for c in review.corrections(connection, one)]


def test_doubts_have_their_words_and_place(engine):
    put(engine, decision(title=None))
    with engine.connect() as connection:
        found = {doubt.why: doubt for doubt in review.doubts(connection)}
    assert set(found) == {"doubtful-name", "missing", "unresolved"}
    assert (found["doubtful-name"].path, found["doubtful-name"].line) == ("/document/signers/0/name", 4)
    assert found["missing"].path == "/document/title" and found["missing"].words == ""
    assert found["unresolved"].words == "Quyết định số 9/QĐ-TTg"


@pytest.mark.parametrize("name", ["review.csv", "review.xlsx"])
def test_what_a_person_says_is_kept(engine, tmp_path, name):
    put(engine, decision())
    assert reviewed(engine, tmp_path / name, doubtful_name="Nguyễn Văn Mẫu Em") == 1
    assert states(engine, decision()) == [("/document/signers/0/name", "Nguyễn Văn Mẫu Em", "holds")]
    with engine.connect() as connection:
        assert "doubtful-name" not in {doubt.why for doubt in review.doubts(connection)}


def test_the_same_table_twice_is_once(engine, tmp_path):
    put(engine, decision())
    file = tmp_path / "review.csv"
    reviewed(engine, file, doubtful_name="X")
    with database.writing(engine) as connection:
        assert review.read_back(connection, file, "Lan") == 0


def test_a_later_word_replaces_an_earlier_one(engine, tmp_path, monkeypatch):
    put(engine, decision())
    file = tmp_path / "review.csv"
    reviewed(engine, file, doubtful_name="X")
    with database.writing(engine) as connection:
        from sqlalchemy import text

        connection.execute(text("update corrections set at = '2020-01-01T00:00:00+00:00'"))
    answer(file, doubtful_name="-")
    with database.writing(engine) as connection:
        review.read_back(connection, file, "Minh")
    assert states(engine, decision()) == [
        ("/document/signers/0/name", None, "holds"),
        ("/document/signers/0/name", "X", "replaced"),
    ]


def test_a_new_import_leaves_it_and_one_that_moved_is_found(engine, tmp_path):
    put(engine, decision())
    reviewed(engine, tmp_path / "review.csv", doubtful_name="X", unresolved="9/2020/QĐ-TTg")
    again = decision(signers=(Signer(name="Một"), Signer(name="Nguyễn Văn Mẫu")), proposer="so-noi-vu")
    moved = Evidence(path="/document/signers/1/name", span=span("Nguyễn Văn Mẫu"), rule="r")
    put(engine, msgspec.structs.replace(again, evidence=(moved,), citations=()))
    with engine.connect() as connection:
        from corpus.exports import decision_ids
        from schema.load import load_many

        stored = next(load_many(connection, decision_ids(connection)))
        assert [c.path for c in review.orphans(connection)] == ["/citations/0"]
    assert ("/document/signers/1/name", "X", "moved") in states(engine, stored)


def test_corrections_outlive_their_decision(engine, tmp_path):
    put(engine, decision())
    reviewed(engine, tmp_path / "review.csv", doubtful_name="X")
    with database.writing(engine) as connection:
        forget(connection, "a.txt")
    with engine.connect() as connection:
        assert [c.state for c in review.orphans(connection)] == ["waiting"]
    put(engine, decision())
    with engine.connect() as connection:
        assert review.orphans(connection) == []


def test_formulas_are_defused_on_the_way_out_and_whole_on_the_way_back(engine, tmp_path):
    bad = decision(number=None)
    put(engine, msgspec.structs.replace(bad, warnings=(Warning(code="x", message="=1+1", span=None),)))
    with engine.connect() as connection:
        review.export(connection, tmp_path / "r.csv")
    assert ",'=1+1," in (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert review._fused("'=1+1") == "=1+1" and review._fused("'tis") == "'tis"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", b"x,y\n1,2\n"), ("b.csv", "Số".encode("utf-16")), ("c.xlsx", b"no workbook")],
)
def test_tables_that_are_none_are_refused(tmp_path, name, data):
    engine = database.open(tmp_path / "x.db")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(review.Unreadable), database.writing(engine) as connection:
        review.read_back(connection, tmp_path / name, "Lan")
