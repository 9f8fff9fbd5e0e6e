"""A person's eye on doubtful values: out as a table to fill in, back as corrections that no import overwrites.

A correction is anchored at the decision, the field (a JSON pointer) and the words it corrects. It is kept beside the
decision, never written into it, and holds as long as these words are there; one whose words are gone is reported.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import msgspec
from sqlalchemy import Connection, insert, select

from corpus.explaining import Explained, explain
from corpus.exports import decision_ids
from corpus.reports import defused
from parsers.model import Decision
from schema import tables as t
from schema.load import load_many
from schema.save import decision_id, stable_number

#: Header fields that nearly every decision has: doubtful where they are missing.
EXPECTED = ("number", "date", "province", "issuer", "title", "signers")
#: The words that stand for a text without any, when a table is read back.
NOTHING = "-"


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A doubtful value, one row of the table; `correct_value` and `note` are for the person."""

    decision_key: str
    decision_date: str | None
    number: str | None
    source: str
    why: str
    message: str
    path: str
    value: str
    words: str
    line: int | None
    correct_value: str = ""
    note: str = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What a person put right. `new` is None where the person says that there is no value.

    `state`: holds (its words stand at `path`), moved (they stand in the same field of another item, `path` says where
    now), orphaned (they are gone), replaced (a later correction of the same place), waiting (the decision is not here).
    """

    decision_key: str
    decision_date: str | None
    path: str
    words: str
    old: str | None
    new: str | None
    who: str
    at: str
    note: str | None
    state: Literal["holds", "moved", "orphaned", "replaced", "waiting"]


class Unreadable(ValueError):
    """A table that is no review table; says which row and why."""


# --- out -----------------------------------------------------------------------------------------------------------


def doubts(connection: Connection, ids: Iterable[int] | None = None) -> Iterator[Doubt]:
    """The doubtful values of these decisions (of all where None): findings, what is missing, what was not resolved.

    What a person has put right already is left out.
    """
    for decision in load_many(connection, decision_ids(connection) if ids is None else ids):
        settled = {correction.path for correction in corrections(connection, decision) if _in_force(correction)}
        yield from (doubt for doubt in _doubts(decision) if doubt.path not in settled)


def export(connection: Connection, out: Path, ids: Iterable[int] | None = None) -> int:
    """Writes the doubtful values to a .csv or .xlsx file with an empty column for the right ones; how many.

    Raises ValueError for another suffix, ModuleNotFoundError where .xlsx needs the extra `xlsx`.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise ValueError(f"A review is written as .csv or .xlsx, not as {out.suffix or out.name!r}.")
    return writer(out, doubts(connection, ids))


def _doubts(decision: Decision) -> Iterator[Doubt]:
    rows = explain(decision)
    for warning in decision.warnings:
        yield _doubt(decision, warning.code, warning.message, _at(rows, warning.span))
    for field in EXPECTED:
        if not getattr(decision.document, field):
            yield _doubt(decision, "missing", f"No {field} was found.", None, path=f"/document/{field}")
    by_path = {row.path: row for row in reversed(rows)}
    for n, citation in enumerate(decision.citations):
        if citation.key is None:
            message = "Which regulation this is could not be settled."
            yield _doubt(decision, "unresolved", message, by_path.get(f"/citations/{n}"), path=f"/citations/{n}")


def _at(rows: list[Explained], span: tuple[int, int] | None) -> Explained | None:
    """The smallest value that covers a stretch of the text, else the largest inside it."""
    if span is None:
        return None
    covering = [row for row in rows if row.start <= span[0] and span[1] <= row.end and not _is_warning(row)]
    if covering:
        return min(covering, key=lambda row: row.end - row.start)
    inside = [row for row in rows if span[0] <= row.start and row.end <= span[1] and not _is_warning(row)]
    return max(inside, key=lambda row: row.end - row.start, default=None)


def _is_warning(row: Explained) -> bool:
    return row.path.startswith("/warnings/")


def _doubt(decision: Decision, why: str, message: str, row: Explained | None, path: str = "") -> Doubt:
    h = decision.document
    return Doubt(
        decision_key=h.key,
        decision_date=h.date,
        number=h.number,
        source=decision.source.name,
        why=why,
        message=message,
        path=row.path if row else path,
        value=_words(row.value) if row else "",
        words=row.words if row else "",
        line=row.line if row else None,
    )


def _words(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value).decode()


def _cells(doubt: Doubt) -> list[Any]:
    return [defused(cell) if isinstance(cell, str) else cell for cell in msgspec.structs.astuple(doubt)]


def _write_csv(out: Path, rows: Iterator[Doubt]) -> int:
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as stream:  # the mark lets spreadsheets see the letters
        writer = csv.writer(stream)
        writer.writerow(Doubt.__struct_fields__)
        for doubt in rows:
            writer.writerow(_cells(doubt))
            count += 1
    return count


def _write_xlsx(out: Path, rows: Iterator[Doubt]) -> int:
    import xlsxwriter

    count = 0
    with xlsxwriter.Workbook(str(out), {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Review")
        heading, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(Doubt.__struct_fields__) - 1, 24, wrap)
        sheet.write_row(0, 0, Doubt.__struct_fields__, heading)
        for count, doubt in enumerate(rows, start=1):
            for column, cell in enumerate(msgspec.structs.astuple(doubt)):
                sheet.write(count, column, cell) if not isinstance(cell, str) else sheet.write_string(
                    count, column, cell
                )
    return count


_WRITERS: dict[str, Callable[[Path, Iterator[Doubt]], int]] = {".csv": _write_csv, ".xlsx": _write_xlsx}


# --- back ----------------------------------------------------------------------------------------------------------


def read_back(connection: Connection, file: Path, who: str) -> int:
    """Stores the filled-in rows of a review table as corrections by this person; how many are new.

    In the caller's transaction. A cell that says `-` means that there is no value. Rows without a correct value say
    nothing. Raises `Unreadable`.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stored = 0
    for number, row in _filled(file):
        if not row["path"] or not row["decision_key"]:
            raise Unreadable(f"Row {number} of {file.name} does not say which field of which decision it corrects.")
        stored += _store(connection, _record(row, who, now))
    return stored


def _record(row: Mapping[str, str], who: str, now: str) -> dict[str, Any]:
    new = row["correct_value"]
    place = {name: row[name] for name in ("decision_key", "path", "words")}
    values = {"old": row["value"], "new": None if new == NOTHING else new, "who": who, "note": row["note"] or None}
    return {**place, **values, "decision_date": row["decision_date"] or None, "at": now}


def _store(connection: Connection, record: dict[str, Any]) -> bool:
    """Adds a correction; False where the one that holds at this place says the same."""
    c = t.corrections.c
    place = [c[name] == record[name] for name in ("decision_key", "path", "words")]
    same_date = (
        c.decision_date.is_(None) if record["decision_date"] is None else c.decision_date == record["decision_date"]
    )
    latest = connection.execute(select(t.corrections).where(*place, same_date).order_by(c.at.desc(), c.id)).first()
    if latest is not None and latest.new == record["new"]:
        return False
    number = stable_number("correction", *(str(record[name]) for name in sorted(record)))
    connection.execute(insert(t.corrections), {**record, "id": number})
    return True


def _filled(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with a correct value, each with its number in the table."""
    for number, row in enumerate(_table(file), start=2):
        missing = set(Doubt.__struct_fields__) - row.keys()
        if missing:
            raise Unreadable(f"{file.name} has no column {', '.join(sorted(missing))}.")
        if row["correct_value"].strip():
            yield number, {name: _fused(value.strip()) for name, value in row.items()}


def _fused(cell: str) -> str:
    """A cell as it was before it was defused."""
    return cell[1:] if cell.startswith("'") and defused(cell[1:]) == cell else cell


def _table(file: Path) -> Iterator[dict[str, str]]:
    if file.suffix.lower() == ".xlsx":
        yield from _read_xlsx(file)
        return
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {name: value or "" for name, value in row.items() if isinstance(name, str)}
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file.name} is not UTF-8: save it as CSV UTF-8.") from error


def _read_xlsx(file: Path) -> Iterator[dict[str, str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise Unreadable(f"{file.name} is no Excel workbook.") from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    headings = [str(cell or "") for cell in next(rows, ())]
    for row in rows:
        yield {name: "" if cell is None else str(cell) for name, cell in zip(headings, row, strict=False)}


# --- what holds ----------------------------------------------------------------------------------------------------


def corrections(connection: Connection, decision: Decision) -> list[Correction]:
    """The corrections of a decision, the latest of each place first, each with its state."""
    c, h = t.corrections.c, decision.document
    dated = c.decision_date.is_(None) if h.date is None else c.decision_date == h.date
    rows = connection.execute(
        select(t.corrections).where(c.decision_key == h.key, dated).order_by(c.at.desc(), c.id)
    ).all()
    if not rows:
        return []
    places = [(row.path, row.words) for row in explain(decision)]
    seen: set[tuple[str, str]] = set()
    found = []
    for row in rows:
        state, path = ("replaced", row.path) if (row.path, row.words) in seen else _state(row.path, row.words, places)
        seen.add((row.path, row.words))
        found.append(_correction(row, state, path))
    return found


def orphans(connection: Connection) -> list[Correction]:
    """The corrections whose words are gone, or whose decision is not in the database."""
    c = t.corrections.c
    owners = connection.execute(select(c.decision_key, c.decision_date).distinct().order_by(c.decision_key)).all()
    here = {decision_id(key, date): (key, date) for key, date in owners}
    found, lost = [], dict(here)
    for decision in load_many(connection, here):
        lost.pop(decision_id(decision.document.key, decision.document.date))
        found += [x for x in corrections(connection, decision) if x.state == "orphaned"]
    for key, date in lost.values():
        dated = c.decision_date.is_(None) if date is None else c.decision_date == date
        rows = connection.execute(select(t.corrections).where(c.decision_key == key, dated).order_by(c.at))
        found += [_correction(row, "waiting", row.path) for row in rows]
    return found


def _in_force(correction: Correction) -> bool:
    return correction.state in ("holds", "moved")


def _correction(row: Any, state: Any, path: str) -> Correction:
    kept = {name: getattr(row, name) for name in Correction.__struct_fields__ if name not in ("state", "path")}
    return Correction(**kept, path=path, state=state)


def _state(path: str, words: str, places: list[tuple[str, str]]) -> tuple[str, str]:
    """Whether these words stand at this path, or in the same field of exactly one other item."""
    if not words:  # a missing value: still missing, or found since
        return ("orphaned", path) if any(p == path or p.startswith(f"{path}/") for p, _ in places) else ("holds", path)
    if (path, words) in places:
        return "holds", path
    field = _field(path)
    elsewhere = sorted({p for p, w in places if w == words and _field(p) == field})
    return ("moved", elsewhere[0]) if len(elsewhere) == 1 else ("orphaned", path)


def _field(path: str) -> str:
    """A JSON pointer without the numbers of items.

    >>> _field("/tasks/12/lead/text")
    '/tasks/*/lead/text'
    """
    return re.sub(r"/\d+(?=/|$)", "/*", path)
