"""A decision into the database: what it says as rows, where it came from as a source.

The caller owns the transaction: one a decision (`schema.database.writing`). Everything here is a function of what is
stored and what is handed in, so the order of imports, repeats and kills leave no trace:

- ids come from the decision's key and date and from the file's path (`decision_id`, `source_id`);
- of several files that give one decision, the rows show the one that comes first by `Rank`; the others keep their
  reading packed beside their source, and take over when the first goes or changes;
- the same path with new content replaces what the path gave before.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date as day
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError

from parsers.model import Decision, to_json
from schema import tables as t
from schema.load import load, unpack
from schema.rows import Row, agencies, decision_row, json_text, parts, regulations

Status = Literal["read", "partly read", "no decision", "failed"]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What was imported: its path (unique in the database), the SHA-256 and size of its bytes, and who read it."""

    path: str
    sha256: str
    bytes: int
    reader: str
    grammar: str


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a reading.

    `new`: a decision not seen before; `changed`: its rows were written anew (`changes`: field -> [before, after]);
    `same`: nothing to do; `duplicate`: another source of this decision comes first, this one is kept beside it.
    """

    decision_id: int
    outcome: Literal["new", "changed", "same", "duplicate"]
    changes: dict[str, list[Any]] = {}


class Rank(NamedTuple):
    """Which source of a decision comes first: the smallest. Depends on nothing but the sources themselves."""

    draft: bool  # a signed copy before a draft
    ocr: bool  # digital before OCR
    unplaced: int  # the fewer characters not placed
    sha256: str
    exported: bool  # the file itself before contract JSON made from it
    path: str


#: Bits of an id under its day, and the day of what has none: 17 bits of days since the first one.
HASH_BITS, NO_DAY = 46, (1 << 17) - 1
FIRST_DAY = day(1900, 1, 1)


def stable_number(*names: str) -> int:
    """63 bits of a digest: a database id that depends on the names alone."""
    digest = hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def decision_id(key: str, date: str | None) -> int:
    """The id of the decision with this key and date (ISO 8601 or None).

    The upper bits count days, so that decisions in the order of their ids are in the order of their dates (those
    without one last): what is asked for in that order is read from an index, and no further than it is shown.

    >>> december, january = decision_id("vn/son-la/ubnd/qd/2015/3241", "2015-12-22"), decision_id("b", "2016-01-04")
    >>> december < january < decision_id("vn/cao-bang/ubnd/qd/2016/1", None)
    True
    """
    days = min(max((day.fromisoformat(date) - FIRST_DAY).days, 0), NO_DAY - 1) if date else NO_DAY
    return days << HASH_BITS | stable_number("decision", key, date or "") & ((1 << HASH_BITS) - 1)


def source_id(path: str) -> int:
    """The id of the source at this path."""
    return stable_number("source", path)


def is_draft(decision: Decision) -> bool:
    """Not (yet) signed: no number, no date, or nobody's name under it."""
    h = decision.document
    return h.number is None or h.date is None or not h.signers


def unplaced(decision: Decision) -> int:
    """How many characters, white space aside, are in `unparsed`."""
    return sum(len("".join(decision.text[slice(*part.span)].split())) for part in decision.unparsed)


# --- statements made once, for they run for every decision ----------------------------------------------------------

_DECISION = select(t.decisions.c.id).where(t.decisions.c.id == bindparam("id"))
_SAME_KEY = select(t.decisions.c.id, t.decisions.c.date).where(t.decisions.c.key == bindparam("key"))
_SOURCE = (
    select(t.sources, t.decisions.c.key.label("decision_key"))
    .outerjoin(t.decisions)
    .where(t.sources.c.id == bindparam("id"))
)
_OTHERS = select(t.sources).where(
    t.sources.c.decision_id == bindparam("decision"), t.sources.c.id != bindparam("place")
)
_DELETE_SOURCE = delete(t.sources).where(t.sources.c.id == bindparam("place"))
_INSERT_SOURCE = insert(t.sources)
_DELETE_COLLECTION = delete(t.findings).where(
    t.findings.c.decision_id == bindparam("id"), t.findings.c.origin == "collection"
)
_ERASE = [delete(part).where(part.c.decision_id == bindparam("id")) for part in reversed(t.PARTS)]
_ERASE += [delete(t.decisions).where(t.decisions.c.id == bindparam("id"))]

# --- public verbs --------------------------------------------------------------------------------------------------


def save(connection: Connection, decision: Decision, file: File, status: Status = "read") -> Saved:
    """Stores a decision read from a file, in the caller's transaction; what the same path gave before goes."""
    key = decision_id(decision.document.key, decision.document.date)
    before = _begin(connection, file.path, decision.document.key)
    row = _source_row(decision, file, status, key)
    if before is not None and (before.decision_id, before.digest) == (key, row["digest"]):
        _write_source(connection, {**row, "active": before.active, "contract": before.contract})
        return Saved(decision_id=key, outcome="same")
    if before is not None and before.decision_id != key:
        _withdraw(connection, before)
    known = connection.execute(_DECISION, {"id": key}).first()
    shown = load(connection, key) if known else None
    first = _place(connection, decision, row, shown)
    compare_sources(connection, decision.document.key)
    if shown is None:
        return Saved(decision_id=key, outcome="new")
    if not first:
        return Saved(decision_id=key, outcome="duplicate")
    return Saved(decision_id=key, outcome="changed", changes=differences(shown, decision))


def record(connection: Connection, file: File, status: Status, code: str, cause: str, advice: str = "") -> None:
    """Stores that a file gave no decision, and why; what the same path gave before goes."""
    before = _begin(connection, file.path, None)
    if before is not None:
        _withdraw(connection, before)
    row: dict[str, Any] = dict.fromkeys(c.name for c in t.sources.c)
    known = {"path": file.path, "file_sha256": file.sha256, "file_bytes": file.bytes}
    why = {"status": status, "code": code, "cause": cause, "advice": advice}
    versions = {"reader": file.reader, "grammar": file.grammar}
    _write_source(connection, {**row, **known, **why, **versions, "id": source_id(file.path), "active": False})


def forget(connection: Connection, path: str) -> bool:
    """Takes out a path and what it gave; another source of the same decision takes over. False where it is unknown."""
    before = _begin(connection, path, None)
    if before is None:
        return False
    _withdraw(connection, before)
    return True


def tidy(connection: Connection) -> None:
    """Takes out shared rows that nothing points at any more, and names those that no register names.

    A pure function of what is stored; once at the end of an import.
    """
    wait_for_writers(connection)
    mentions = [t.decision_agencies.c.agency_key, t.task_agencies.c.agency_key, t.target_agencies.c.agency_key]
    _sweep(connection, t.regulations, [t.citations.c.key])
    _sweep(connection, t.provinces, [t.decisions.c.province_key])
    _sweep(connection, t.agencies, mentions)
    cited = {name: t.citations.c[name] for name in ("number", "date", "name", "issuer")}
    _name(connection, t.regulations, t.citations.c.key, cited)
    named = {name: t.decision_agencies.c[name] for name in ("name", "kind")}
    _name(connection, t.agencies, t.decision_agencies.c.agency_key, named)
    printed = {"name": t.decisions.c.province_name, "code": t.decisions.c.province_code}
    _name(connection, t.provinces, t.decisions.c.province_key, printed)


def differences(before: Decision, after: Decision) -> dict[str, list[Any]]:
    """What changed, in short: header fields with both values, parts with both counts (`tasks`: [52, 58])."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    header = old["document"].keys()
    changes = {f"document.{k}": [old["document"][k], new["document"][k]] for k in header}
    changes |= {k: [len(old[k]), len(new[k])] for k in old if isinstance(old[k], list)}
    changes["text"] = [len(before.text), len(after.text)]
    changes["source"] = [old["source"]["name"], new["source"]["name"]]
    return {field: pair for field, pair in changes.items() if pair[0] != pair[1]}


# --- locks ---------------------------------------------------------------------------------------------------------


def _wait(connection: Connection, function: str, number: int) -> None:
    connection.execute(text(f"select {function}(:number)"), {"number": number})


def wait_for_writers(connection: Connection) -> None:
    """The shared rows (provinces, agencies, regulations) are ours from here to the end of the transaction."""
    if connection.dialect.name == "postgresql":
        _wait(connection, "pg_advisory_xact_lock", stable_number("lock", "shared rows"))


def _begin(connection: Connection, path: str, key: str | None) -> Any:
    """The source stored for this path, or None; from here on the path and the decisions concerned are ours.

    A writing transaction of SQLite has the whole database to itself; PostgreSQL needs locks: the path, then the keys
    in order (so that no two wait for each other), then a share of the shared rows.
    """
    place = {"id": source_id(path)}
    if connection.dialect.name != "postgresql":
        return connection.execute(_SOURCE, place).first()
    _wait(connection, "pg_advisory_xact_lock", place["id"])
    before = connection.execute(_SOURCE, place).first()
    keys = {k for k in (key, before.decision_key if before else None) if k}
    for number in sorted(stable_number("lock", k) for k in keys):
        _wait(connection, "pg_advisory_xact_lock", number)
    _wait(connection, "pg_advisory_xact_lock_shared", stable_number("lock", "shared rows"))
    return connection.execute(_SOURCE, place).first()


# --- sources -------------------------------------------------------------------------------------------------------


def _source_row(decision: Decision, file: File, status: Status, key: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(c.name for c in t.sources.c)
    known = {"path": file.path, "file_sha256": file.sha256, "file_bytes": file.bytes}
    versions = {"reader": file.reader, "grammar": file.grammar, "status": status}
    judged = {"draft": is_draft(decision), "unplaced": unplaced(decision), "digest": digest(decision)}
    source = msgspec.structs.asdict(decision.source)
    return {**row, **source, **known, **versions, **judged, "id": source_id(file.path), "decision_id": key}


def digest(decision: Decision) -> str:
    """32 hex digits that are equal for equal decisions."""
    return hashlib.blake2b(to_json(decision), digest_size=16).hexdigest()


def pack(decision: Decision) -> bytes:
    """A decision for a source's `contract` column; `schema.load.unpack` reads it."""
    return zlib.compress(to_json(decision), 1)


def _rank(row: RowMapping | dict[str, Any]) -> Rank:
    exported = row["file_sha256"] != row["sha256"]
    return Rank(bool(row["draft"]), bool(row["ocr"]), row["unplaced"], row["sha256"], exported, row["path"])


def _write_source(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(_DELETE_SOURCE, {"place": row["id"]})
    connection.execute(_INSERT_SOURCE, {c.name: row[c.name] for c in t.sources.c})


def _others(connection: Connection, key: int, place: int) -> list[RowMapping]:
    """The sources of a decision but one, the first in rank first."""
    return sorted(connection.execute(_OTHERS, {"decision": key, "place": place}).mappings(), key=_rank)


def _place(connection: Connection, decision: Decision, row: dict[str, Any], shown: Decision | None) -> bool:
    """Stores a reading as the decision's rows (True) or packed beside its source; `shown` is what the rows hold now."""
    others = _others(connection, row["decision_id"], row["id"])
    first = not others or _rank(row) < _rank(others[0])
    if first:
        for other in others:
            if other["active"] and shown is not None:
                _write_source(connection, {**other, "active": False, "contract": pack(shown)})
        _rewrite(connection, decision, row["decision_id"], known=shown is not None)
    elif not others[0]["active"]:
        _promote(connection, others[0])
    _write_source(connection, {**row, "active": first, "contract": None if first else pack(decision)})
    return first


def _promote(connection: Connection, source: RowMapping) -> None:
    """The rows of a decision from the packed reading of this source."""
    _rewrite(connection, unpack(source["contract"]), source["decision_id"], known=True)
    _write_source(connection, {**source, "active": True, "contract": None})


def _withdraw(connection: Connection, source: Any) -> None:
    """Takes out a source; its decision goes with it, or shows the next source."""
    connection.execute(delete(t.sources).where(t.sources.c.id == source.id))
    if source.decision_id is None:
        return
    others = _others(connection, source.decision_id, source.id)
    if not others:
        _erase(connection, source.decision_id)
    elif source.active:
        _promote(connection, others[0])
    compare_sources(connection, source.decision_key)


# --- findings that show only beside the neighbours -----------------------------------------------------------------

#: What two readings of one decision may contradict each other in.
COMPARED = ("number", "type", "title", "issuer", "authority", "proposer", "effective_date", "signers")


def compare_sources(connection: Connection, key: str) -> None:
    """Writes the findings `key-shared`, `several-sources` and `sources-differ` of all decisions with this key."""
    dates: dict[int, str | None] = {row.id: row.date for row in connection.execute(_SAME_KEY, {"key": key})}
    for number in dates:
        found = [*_key_shared(key, dates, number), *_several_sources(connection, number)]
        connection.execute(_DELETE_COLLECTION, {"id": number})
        write(connection, t.findings, [(number, "collection", n, *f, None, None) for n, f in enumerate(found)])


def _key_shared(key: str, dates: Mapping[int, str | None], number: int) -> Iterator[tuple[str, str]]:
    others = sorted(date or "không rõ" for other, date in dates.items() if other != number)
    if others:
        yield "key-shared", f"{key} cũng là khóa của văn bản ngày {', '.join(others)}; cả hai được giữ."


def _several_sources(connection: Connection, number: int) -> Iterator[tuple[str, str]]:
    sources = _others(connection, number, -1)
    if len({s["sha256"] for s in sources}) < 2:
        return
    first, *rest = sources
    why = _reason(_rank(first), next(_rank(s) for s in rest if s["sha256"] != first["sha256"]))
    names = ", ".join(sorted({s["name"] for s in rest}))
    yield "several-sources", f"Đọc từ {first['name']} ({why}); cũng có trong {names}."
    shown = load(connection, number)
    for other in {s["sha256"]: s for s in rest if s["contract"]}.values():
        if shown is not None:
            yield from _conflicts(shown, first["name"], unpack(other["contract"]), other["name"])


def _reason(first: Rank, second: Rank) -> str:
    reasons = (
        "bản đã ký, không phải dự thảo",
        "bản điện tử, không phải bản quét",
        "ít chữ chưa xếp được hơn",
        "mã băm nhỏ hơn",
    )
    return next((why for why, a, b in zip(reasons, first, second, strict=False) if a != b), "đường dẫn đứng trước")


def _conflicts(shown: Decision, name: str, other: Decision, other_name: str) -> Iterator[tuple[str, str]]:
    ours, theirs = msgspec.to_builtins(shown.document), msgspec.to_builtins(other.document)
    for field in COMPARED:
        if ours[field] != theirs[field]:
            a, b = (json_text(value[field]) for value in (ours, theirs))
            yield "sources-differ", f"{field}: {a} trong {name}, {b} trong {other_name}."


# --- rows ----------------------------------------------------------------------------------------------------------


def _rewrite(connection: Connection, decision: Decision, key: int, *, known: bool) -> None:
    if known:
        _erase(connection, key)
    h = decision.document
    _ensure(connection, t.provinces, {h.province.key} if h.province else set())
    _ensure(connection, t.agencies, agencies(decision))
    _ensure(connection, t.regulations, regulations(decision))
    write(connection, t.decisions, [decision_row(decision, key)])
    for table, rows in parts(decision, key):
        write(connection, table, rows)


def _erase(connection: Connection, key: int) -> None:
    """All rows of a decision. The parts go one table after the other: cheaper than the cascade, which searches."""
    for statement in _ERASE:
        connection.execute(statement, {"id": key})


@lru_cache(maxsize=64)
def _statement(table: Table, dialect: str) -> str:
    names = ", ".join(f'"{c.name}"' for c in table.c)
    if dialect == "postgresql":
        return f'copy "{table.name}" ({names}) from stdin'
    return f'insert into "{table.name}" ({names}) values ({", ".join("?" for _ in table.c)})'


def write(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts tuples in the order of the table's columns by the driver's own quickest way: COPY, or executemany."""
    if not rows:
        return
    statement = _statement(table, connection.dialect.name)
    driver: Any = connection.connection.driver_connection
    base: Any = connection.dialect.loaded_dbapi
    try:
        if connection.dialect.name == "postgresql":
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            driver.executemany(statement, rows).close()
    except base.Error as error:  # as SQLAlchemy would give it
        raise DBAPIError.instance(statement, None, error, base.Error, dialect=connection.dialect) from error


KEY_PARTS = ("place", "organ", "type", "year", "serial")


def key_parts(key: str) -> dict[str, Any]:
    """`vn/[place/]organ/type/year/serial` taken apart; nothing for a key of another shape.

    >>> key_parts("vn/son-la/hdnd/nq/2021/5")["place"]
    'son-la'
    """
    words = key.split("/")
    if len(words) < 5 or not words[-2].isdecimal():
        return {}
    place = "/".join(words[1:-4]) or None
    return dict(zip(KEY_PARTS, (place, words[-4], words[-3], int(words[-2]), words[-1]), strict=True))


def _ensure(connection: Connection, table: Table, keys: Iterable[str]) -> None:
    """Rows for these keys where there are none; in order, so that two writers never wait for each other."""
    names: tuple[str, ...] = ("key", "registered")
    rows: list[Row] = [(key, False) for key in sorted(keys)]
    if table is t.regulations:
        names += KEY_PARTS
        rows = [(*row, *(key_parts(row[0]).get(name) for name in KEY_PARTS)) for row in rows]
    if rows:
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        marks = ", ".join(mark for _ in names)
        insertion = f"insert into {table.name} ({', '.join(names)}) values ({marks}) on conflict do nothing"
        connection.exec_driver_sql(insertion, rows)


def upserting(connection: Connection, table: Table) -> Any:
    """An INSERT of this database that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql_insert(table) if connection.dialect.name == "postgresql" else sqlite_insert(table)


def _sweep(connection: Connection, table: Table, mentions: Sequence[ColumnElement[Any]]) -> None:
    used = or_(*(exists().where(column == table.c.key) for column in mentions))
    connection.execute(delete(table).where(table.c.registered.is_(False), ~used))


def _name(
    connection: Connection, table: Table, key: ColumnElement[Any], values: Mapping[str, ColumnElement[Any]]
) -> None:
    """Fills columns of unregistered rows with the smallest value that any mention gives."""
    chosen = {
        name: select(func.min(column)).where(key == table.c.key).scalar_subquery() for name, column in values.items()
    }
    connection.execute(update(table).where(table.c.registered.is_(False)).values(chosen))
