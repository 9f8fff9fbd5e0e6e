"""Databases to export from: invented decisions with a hostile one among them, the samples, and nothing at all."""

from __future__ import annotations

import msgspec
import pytest

from corpus import importing, samples
from corpus.exports import export
from parsers.model import Decision, Task
from schema import database
from schema.save import File, save
from tests.inventing import invent, invented

#: Words that a spreadsheet, a page or a reader of XML would stumble over.
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "a\x0bb\x01c",
    "$x_{1}$ \\frac",
    "\U0001f600 Ω",
    "x\ny; z, \\n",
    "-1+1",
)
#: How many decisions `filled` holds.
COUNT = 10


def hostile(seed: int = 99) -> Decision:
    """A decision that holds them as title, tasks, agencies' names and recipients."""
    made = invent(seed)
    head = msgspec.structs.replace(made.document, title=HOSTILE[0], display_title=HOSTILE[1], recipients=HOSTILE)
    tasks = tuple(
        Task(key=f"k#{n}", origin="table", text=words, area="direction", output=words, span=(0, 5))
        for n, words in enumerate(HOSTILE)
    )
    text = "\n".join(HOSTILE) + made.text
    return msgspec.structs.replace(made, document=head, tasks=tasks, text=text)


def doubled(decision: Decision) -> Decision:
    """The same key with another date: another decision."""
    return msgspec.structs.replace(decision, document=msgspec.structs.replace(decision.document, date="2011-01-01"))


def store(engine, decisions) -> None:
    with database.writing(engine) as connection:
        for n, decision in enumerate(decisions):
            save(connection, decision, File(path=f"{n}.txt", sha256=f"{n:064x}", bytes=1, reader="r", grammar="g"))


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Eight invented decisions, one whose key another has, and a hostile one."""
    engine = database.open(tmp_path_factory.mktemp("filled") / "f.db")
    found = list(invented(8))
    store(engine, [*found, doubled(found[1]), hostile()])
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def nothing(tmp_path_factory):
    """A database without decisions."""
    engine = database.open(tmp_path_factory.mktemp("nothing") / "e.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sampled(tmp_path_factory):
    """The sample decisions."""
    engine = database.open(tmp_path_factory.mktemp("sampled") / "s.db")
    importing.run(engine, samples.paths())
    yield engine
    engine.dispose()


def exported(engine, form, out, **options):
    """Writes a format into the folder and gives it back."""
    with engine.connect() as connection:
        export(connection, form, out, **options)
    return out
