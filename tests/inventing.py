"""Decisions made up for tests: any number, each a pure function of its seed, every field of the contract in use."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import select

from parsers import model
from parsers.model import Decision, to_json
from schema.tables import metadata

WORDS = (
    "xây dựng",
    "kế hoạch",
    "rà soát",
    "thủ tục",
    "Sở Nội vụ",
    "tỉnh",
    "báo cáo",
    "quý IV",
    "đăng ký",
    "ưu đãi",
    "1",
)
AGENCIES = ("so-noi-vu", "so-tai-chinh", "van-phong-ubnd", "all-agencies")
REGULATIONS = ("vn/cp/nq/2011/30c", "vn/cp/nq/2013/76", "vn/qh/luat/2015/77", "vn/son-la/hdnd/nq/2021/5")
PROVINCES = (("son-la", "14", "Sơn La"), ("hung-yen", "33", "Hưng Yên"), ("vinh-long", "86", "Vĩnh Long"))


class Maker:
    """Fills the contract's types with made-up values that fit together."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.text = "\n".join(self.words(6) for _ in range(60))
        self.citations = 3
        self.depth = 0

    def words(self, most: int = 8) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, most)))

    def day(self) -> str:
        return (date(2012, 1, 1) + timedelta(days=self.random.randrange(5000))).isoformat()

    def span(self) -> tuple[int, int]:
        a, b = sorted(self.random.sample(range(len(self.text)), 2))
        return a, b

    def value(self, kind: Any, name: str, owner: type) -> Any:
        special = self.special(name, owner)
        if special is not None:
            return special()
        origin, options = get_origin(kind), get_args(kind)
        if origin is Literal:
            return self.random.choice(options)
        if type(None) in options:
            inner = Union[tuple(o for o in options if o is not type(None))]  # noqa: UP007
            return None if self.random.random() < 0.3 else self.value(inner, name, owner)
        if origin is tuple and options[-1] is Ellipsis:
            return tuple(self.value(options[0], name, owner) for _ in range(self.random.randrange(4)))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.build(kind)
        plain = {str: self.words, int: lambda: self.random.randrange(100), bool: lambda: self.random.random() < 0.5}
        return plain[kind]() if kind in plain else round(self.random.uniform(0, 100), 3)

    def special(self, name: str, owner: type) -> Any:
        if name == "span":
            return self.span if owner is not model.Warning or self.random.random() < 0.7 else lambda: None
        if name == "citations" and owner is not Decision:
            return lambda: tuple(self.random.choices(range(self.citations), k=self.random.randrange(3)))
        if name == "agencies" and owner in (model.Party, model.Role):
            return lambda: tuple(self.random.sample(AGENCIES, self.random.randrange(3)))
        if name in ("subject", "object") and owner is model.Relationship:
            return lambda: self.random.randrange(self.citations)
        if name == "children":
            return self.children
        named = {
            (model.Agency, "key"): lambda: self.random.choice(AGENCIES),
            (model.Citation, "key"): lambda: self.random.choice((*REGULATIONS, None)),
            (model.Task, "attachment"): lambda: None,
        }
        return named.get((owner, name))

    def children(self) -> tuple[model.Section, ...]:
        if self.depth > 2:
            return ()
        self.depth += 1
        found = tuple(self.build(model.Section) for _ in range(self.random.randrange(3)))
        self.depth -= 1
        return found

    def build(self, kind: type) -> Any:
        hints = get_type_hints(kind)
        return kind(**{name: self.value(hints[name], name, kind) for name in kind.__struct_fields__})

    def header(self) -> model.Header:
        key, code, name = self.random.choice(PROVINCES)
        when, serial = self.day(), self.random.randrange(1, 4000)
        made = self.build(model.Header)
        return msgspec.structs.replace(
            made,
            key=f"vn/{key}/ubnd/qd/{when[:4]}/{serial}",
            number=f"{serial}/QĐ-UBND",
            date=when,
            province=model.Province(key=key, code=code, name=name),
            signers=(model.Signer(name="Nguyễn Văn Mẫu", position="Chủ tịch", capacity="TM. ỦY BAN NHÂN DÂN"),),
        )

    def decision(self) -> Decision:
        made = self.build(Decision)
        citations = tuple(self.build(model.Citation) for _ in range(self.citations))
        return msgspec.structs.replace(
            made, schema=model.SCHEMA, text=self.text, document=self.header(), citations=citations, source=self.source()
        )

    def source(self) -> model.Source:
        digest = f"{self.random.getrandbits(256):064x}"
        name = f"quyet-dinh-{self.random.randrange(10**6)}.txt"
        return model.Source(name=name, sha256=digest, media_type="text/plain", bytes=len(self.text), extractor="text")


def invent(seed: int) -> Decision:
    """The made-up decision of this number."""
    return Maker(seed).decision()


def invented(count: int, first: int = 0) -> Iterator[Decision]:
    """Made-up decisions, all different."""
    return (invent(seed) for seed in range(first, first + count))


def contract_files(folder: Any, decisions: Any) -> list[Any]:
    """Writes each decision as contract JSON into the folder; the files, in order."""
    files = []
    for n, decision in enumerate(decisions):
        files.append(folder / f"{n:04d}.json")
        files[-1].write_bytes(to_json(decision))
    return files


def troubled(what: Any) -> Any:
    """A reader that does what the file's name says: hang, scan, die, leave, fault, hog; else it reads."""
    from corpus.reading import read

    if what.name.startswith("hang"):
        time.sleep(1000)
    if what.name.startswith("scan"):
        exec("time.sleep(3)", {"__name__": "ingest.ocr", "time": time})
    if what.name.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if what.name.startswith("leave"):
        os._exit(3)
    if what.name.startswith("fault"):
        raise ZeroDivisionError("a fault")
    if what.name.startswith("hog"):
        bytearray(8 * 2**30)
    return read(what)


def slow(what: Any) -> Any:
    """A reader for `corpus.workers` that takes its time."""
    from corpus.reading import read

    time.sleep(0.02)
    return read(what)


def elsewhere(what: Any) -> Any:
    """A reader on a machine that has not the disk the files are on."""
    from corpus.reading import failed, read

    return read(what) if what.data is not None else failed(what, "unreadable", "The file cannot be opened.")


def other_disk(what: Any) -> Any:
    """A reader on a machine that has another file at each path."""
    from corpus.reading import read

    return read(what if what.data is not None else msgspec.structs.replace(what, data=to_json(invent(999))))


def rows(engine: Any, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database but the record of runs and who read it, in a fixed order, by table."""
    left_out = {"imports", "import_files", "settings", *but}
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(_told(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in left_out
        }


def _told(table: Any) -> Any:
    return select(*(column for column in table.c if column.name not in ("reader", "grammar")))
