"""The command line: options in, one call into a room, words on a screen.

Data goes to standard output, talk to standard error. Exit status: 0 done; 1 done, but some files failed (each named,
with why); 2 wrong usage, or a database, folder or registry that cannot be used. Rooms are imported inside the commands
that use them, so that `vanban --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from corpus.aims import Aim
    from corpus.cards import Card
    from corpus.citing import Mention
    from corpus.compare import Aligned, Comparison, Shares
    from corpus.doubts import Doubtful
    from corpus.duties import Count, Duty
    from corpus.importing import Progress, Summary
    from corpus.listing import Listed
    from corpus.reading import Item, Reading
    from corpus.reports import FileReport, Run
    from corpus.review import Correction
    from corpus.searching import Kind
    from parsers.model import Decision, Task

F = TypeVar("F", bound=Callable[..., Any])

CONTEXT = 12  # words shown before and after a citation
PIPE_WIDTH = 120  # columns, where no terminal says how wide it is
LONG_COLUMN = 30  # letters: a column of a table with more may be wrapped


# --- words on a screen ----------------------------------------------------------------------------------------------


def _shown(letter: str) -> str:
    if letter.isprintable():
        return letter
    if letter.isspace():
        return " "
    return f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{ord(letter):04x}"


def plain(value: object) -> str:
    r"""A value as words for a screen: None is empty; control characters and direction marks stand as their codes.

    >>> plain("a\x1b[31mb\nc")
    'a\\x1b[31mb c'
    """
    return "" if value is None else "".join(map(_shown, str(value)))


def _console(stream: IO[str]) -> Console:
    """A rich console that takes words as they are: no markup, no emoji codes, colour on a terminal only."""
    from rich.console import Console

    width = None if stream.isatty() else int(os.environ.get("COLUMNS") or PIPE_WIDTH)
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def say(words: str) -> None:
    """Talk: one line on standard error."""
    click.echo(plain(words), err=True)


def give_json(value: object) -> None:
    """Data: one JSON value on standard output."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def as_data(row: object) -> dict[str, Any]:
    """A room's result as names and values."""
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(row)
    return found


def _fixed_widths(cells: Sequence[Sequence[str]], width: int) -> list[int | None]:
    """For each column what its longest cell needs, the shortest first, as long as a third is left.

    A column of long words is left to be wrapped.
    """
    longest = [max(map(len, column)) for column in zip(*cells, strict=True)]
    left = 0.7 * width - 3 * len(longest)
    kept: list[int | None] = [None] * len(longest)
    for length, n in sorted((length, n) for n, length in enumerate(longest)):
        left -= length
        if left >= 0 and length <= LONG_COLUMN:
            kept[n] = length
    return kept


def give_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Data: a table on standard output; numbers to the right, long words wrapped, nothing cut off."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    filled = [tuple(row) for row in rows]
    cells = [list(headings), *([plain(value) for value in row] for row in filled)]
    screen = _console(sys.stdout)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for n, width in enumerate(_fixed_widths(cells, screen.width)):
        number = bool(filled) and all(isinstance(row[n], int | float | None) for row in filled)
        table.add_column(headings[n], justify="right" if number else "left", overflow="fold", width=width)
    for row in cells[1:]:
        table.add_row(*row)
    if title:
        screen.print()
        screen.print(plain(title), style="bold")
    screen.print(table)


def give_fields(title: str, fields: Iterable[tuple[str, object]]) -> None:
    """Data: names and values under a title; what has no value is left out."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields:
        if value not in (None, "", (), []):
            table.add_row(name, plain(value))
    screen = _console(sys.stdout)
    screen.print(plain(title), style="bold")
    screen.print(table)


def short(value: object, letters: int = 200) -> str:
    """A value's words, the middle left out where there are more letters than that."""
    words = plain(value)
    return words if len(words) <= letters else f"{words[: letters - 40]} … {words[-37:]}"


def day(date: str | None) -> str:
    """An ISO date as people here write it.

    >>> day("2015-12-22"), day(None)
    ('22/12/2015', '')
    """
    return "/".join(reversed(date.split("-"))) if date else ""


@contextmanager
def bar(total: int | None, what: str) -> Iterator[Callable[[str], None]]:
    """A progress bar with counts on a terminal, nothing in a pipe; call what it gives once a step, with a remark."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = _console(sys.stderr)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(
        *columns, TextColumn("{task.fields[remark]}"), console=screen, transient=True, disable=not screen.is_terminal
    ) as progress:
        task = progress.add_task(what, total=total, remark="")
        yield lambda remark: progress.update(task, advance=1, remark=short(remark, 60))


def give_rows(rows: Sequence[object], columns: Mapping[str, str], as_json: bool, title: str = "") -> None:
    """A listing: with `as_json` one array of the whole rows, else a table of the fields named in `columns`."""
    if as_json:
        give_json(rows)
    else:
        give_table(title, list(columns.values()), ([as_data(row)[field] for field in columns] for row in rows))


# --- options that several commands share ----------------------------------------------------------------------------


def _use_registry(_: click.Context, __: click.Parameter, folder: str | None) -> None:
    if folder is None:
        return
    os.environ["VANBAN_REGISTRY"] = folder  # before any grammar is loaded, and for worker processes too
    from parsers import agency_register, regulations

    agency_register.rows()  # a row that does not fit stops us here, once, and not in every file
    regulations.rows()


def registry_option(command: F) -> F:
    """`--registry`: a person's own rows."""
    return click.option(
        "--registry",
        envvar="VANBAN_REGISTRY",
        type=click.Path(exists=True, file_okay=False),
        callback=_use_registry,
        expose_value=False,
        is_eager=True,
        help="Folder with your own regulations.csv and agencies.csv; they win over ours (or VANBAN_REGISTRY).",
    )(command)


def _check_report(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    if name is not None:  # before a night's work, not after it
        from corpus.reports import WRITERS

        if Path(name).suffix.lower() not in WRITERS:
            raise click.BadParameter(f"{name} does not end in {', '.join(WRITERS)}.")
        if not Path(name).absolute().parent.is_dir():
            raise click.BadParameter(f"There is no folder {Path(name).absolute().parent}.")
    return name


def report_option(command: F) -> F:
    """`--report`: an import file by file."""
    return click.option(
        "--report",
        type=click.Path(dir_okay=False),
        callback=_check_report,
        help="Write what became of each file (.json, .csv, .html).",
    )(command)


def db_option(command: F) -> F:
    """`--db`: which database."""
    return click.option(
        "--db",
        envvar="VANBAN_DB",
        default="vanban.db",
        show_default=True,
        help="Database: a file name or a SQLAlchemy URL (or VANBAN_DB).",
    )(command)


def json_option(command: F) -> F:
    """`--json`: a listing as data."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON array, one object a row.")(command)


# --- the rooms' troubles ---------------------------------------------------------------------------------------------


class Trouble(click.ClickException):
    """Something that a person can mend; exit status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """One line on standard error."""
        say(f"Error: {self.message}")


class Commands(click.Group):
    """The commands; a room's own errors end them with one plain sentence instead of a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if is_plain(error):
                raise Trouble(str(error)) from error
            raise


def is_plain(error: Exception) -> bool:
    """True for errors whose words are meant for the person: a room's own, and files that cannot be opened."""
    known = (
        ("schema.database", "DatabaseError"),
        ("parsers.grammar", "GrammarError"),
        ("corpus.listing", "UnknownProvince"),
        ("corpus.workers", "WorkerError"),
        ("corpus.review", "Unreadable"),
        ("corpus.asking", "Misunderstood"),
    )
    loaded = (getattr(sys.modules[module], name) for module, name in known if module in sys.modules)
    return isinstance(error, (*loaded, OSError)) and not isinstance(error, BrokenPipeError)


@contextmanager
def database(db: str, create: bool = False) -> Iterator[Any]:
    """The engine of the database of `--db`, which must be there unless it may be made."""
    from schema.database import open as open_database

    engine = open_database(db, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def reading_from(db: str) -> Iterator[Any]:
    """A connection to the database of `--db`, which must be there."""
    with database(db) as engine, engine.connect() as connection:
        yield connection


def one_decision(connection: Any, words: str) -> Listed:
    """The decision that a number or key means; where it means none or several, says so and ends with status 1."""
    from corpus.listing import find

    found = find(connection, words)
    if len(found) == 1:
        return found[0]
    if found:
        say(f"{words} is {len(found)} decisions; name one by its key:")
        for listed in found:
            say(f"  {listed.key}  {day(listed.date)}  {listed.province or ''}  {listed.title or ''}")
    else:
        say(f"No decision here has the number or key {words}.")
    raise click.exceptions.Exit(1)


def say_failed(what: str, found: Reading | FileReport) -> None:
    """Names a file that gave no decision, or only a part of one, and why."""
    say(f"{what}: {found.path}: {found.cause or ''} {found.advice or ''}".rstrip())


# --- the commands ---------------------------------------------------------------------------------------------------


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vanban")
def main() -> None:
    """Vietnamese administrative decisions, as data in which every value can be shown on the page."""


PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True)


def items_at(paths: Sequence[str]) -> Iterator[Item]:
    """What to read at these paths; `-` is standard input."""
    from corpus.finding import find
    from corpus.reading import Item

    for path in paths:
        if path == "-":
            yield Item(path="-", name="stdin", data=sys.stdin.buffer.read())
        elif Path(path).exists():
            yield from find([path])
        else:
            raise Trouble(f"There is no file or folder {path}.")


@main.command()
@PATHS
@click.option("--out", type=click.Path(file_okay=False), help="Folder for one JSON file a decision, subfolders kept.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Worker processes.")
@registry_option
def parse(paths: tuple[str, ...], out: str | None, jobs: int) -> None:
    """Read files or folders to JSON, without a database.

    Without --out: JSON Lines on standard output.
    """
    from corpus.finding import count
    from corpus.workers import Limits, read_all
    from corpus.writing import Folder

    folder = Folder(Path(out), [Path(path) for path in paths if Path(path).is_dir()]) if out else None
    failures = 0
    with bar(count(path for path in paths if path != "-"), "Reading") as step:
        for item, reading in read_all(items_at(paths), Limits(jobs=jobs)):
            if reading.contract is not None and folder:
                folder.write(reading.path, reading.contract)
            elif reading.contract is not None:
                click.echo(reading.contract)
            if reading.status in ("failed", "no decision"):
                failures += 1
                say_failed(reading.status, reading)
            step(item.name)
    raise click.exceptions.Exit(1 if failures else 0)


@main.command()
@click.argument("file")
@click.option("--field", default="", metavar="POINTER", help="Only what is under this JSON pointer, like /document.")
@click.option("--db", envvar="VANBAN_DB", help="Show also what people corrected, as this database has it.")
@json_option
@registry_option
def explain(file: str, field: str, db: str | None, as_json: bool) -> None:
    """Show every value of one file: the words it came from, where they stand, the rule that read them."""
    from corpus.explaining import explain as explained
    from corpus.reading import read
    from corpus.review import corrections

    reading = read(next(items_at([file])))
    decision = reading.decision()
    if decision is None:
        say_failed(reading.status, reading)
        raise click.exceptions.Exit(1)
    if as_json:
        give_json(explained(decision, field.rstrip("/")))
        return
    give_explained(decision, field.rstrip("/"), decision.source.name)
    if db:
        with reading_from(db) as connection:
            give_corrections(corrections(connection, decision))
    say(f"{reading.unplaced} letters could not be placed")


def give_explained(decision: Decision, under: str, title: str) -> None:
    """Values of a decision beside their words (left out where they are the value), place and rule."""
    from corpus.explaining import explain as explained

    headings = ["Field", "Value", "Words", "Line", "Span", "Rule"]
    rows = (
        (
            row.path,
            short(row.value),
            "" if " ".join(row.words.split()) == row.value else short(row.words),
            row.line,
            f"{row.start}-{row.end}",
            row.rule,
        )
        for row in explained(decision, under)
    )
    give_table(title, headings, rows)


@main.command()
def schema() -> None:
    """Print the JSON Schema of a decision."""
    from parsers.model import json_schema

    give_json(json_schema())


OUTCOMES = {
    "read": "read",
    "partly read": "partly read",
    "duplicate": "another copy of a decision",
    "skipped": "known already",
    "no decision": "no decision",
    "failed": "failed",
}


@contextmanager
def import_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar for an import: files done and left, rate, failures, time to go; nothing in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    screen = _console(sys.stderr)
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn()
    with Bar(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bars:
        task = bars.add_task("", total=None, said="")

        def show(now: Progress) -> None:
            failures = now.counts.get("failed", 0) + now.counts.get("no decision", 0)
            said = f"{now.rate:.1f} files/s, {failures} failed"
            bars.update(task, completed=now.done, total=now.total, said=said)

        yield show


@main.command("import")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; by default one a core.")
@click.option("--force", is_flag=True, help="Read everything again, known or not.")
@click.option("--retry-failed", is_flag=True, help="Read again what failed; without PATH: all that failed before.")
@click.option("--outdated", is_flag=True, help="Only what older rules read; without PATH: all of it.")
@report_option
@click.option("--quarantine", type=click.Path(file_okay=False), help="Copy files that failed into this folder.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="For one file; reading pictures has its own.",
)
@click.option(
    "--memory-limit",
    type=click.IntRange(min=256),
    default=4096,
    show_default=True,
    metavar="MB",
    help="For one worker process.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Have the workers of this scheduler read (tcp://host:8786).")
@db_option
@registry_option
def import_(
    paths: tuple[str, ...],
    jobs: int | None,
    force: bool,
    retry_failed: bool,
    outdated: bool,
    report: str | None,
    quarantine: str | None,
    time_limit: float,
    memory_limit: int,
    scheduler: str | None,
    db: str,
) -> None:
    """Import files, folders, zip archives or contract JSON into the database.

    Safe to repeat and to stop at any time: what is known is not read again. With - for PATH the paths come from
    standard input, one a line (or parted by U+0000, as find -print0 gives them).
    """
    from corpus.importing import Options, run
    from corpus.reports import write
    from corpus.workers import Limits

    if not paths and not (retry_failed or outdated):
        raise click.UsageError("Say which files or folders to import.")
    if jobs and scheduler:
        raise click.UsageError("With --scheduler its workers say how many processes they have: vanban worker --jobs.")
    given = existing([path for path in paths if path != "-"]) + (listed() if "-" in paths else [])
    limits = Limits(jobs=jobs or os.cpu_count() or 1, seconds=time_limit, memory=memory_limit * 2**20)
    options = Options(
        limits=limits,
        force=force,
        retry_failed=retry_failed,
        outdated=outdated,
        quarantine=quarantine,
        scheduler=scheduler,
    )
    with database(db, create=True) as engine:
        with import_bar() as show:
            summary = run(engine, given, options, progress=show)
        say_failures(engine, summary)
        if report:
            write(engine, summary.import_id, Path(report))
    say_summary(summary)


def say_failures(engine: Any, summary: Summary) -> None:
    """Names each file that gave nothing, or only a part, and why; and corrections that lost their words."""
    from corpus.reports import files
    from corpus.review import orphans

    with engine.connect() as connection:
        for found in files(connection, summary.import_id):
            if found.outcome in ("failed", "no decision", "partly read"):
                say_failed(found.outcome, found)
        say_orphans(orphans(connection))


def say_summary(summary: Summary) -> None:
    """What an import did; ends with status 1 where files failed and 130 where it was stopped."""
    for outcome, words in OUTCOMES.items():
        if summary.counts.get(outcome):
            say(f"{summary.counts[outcome]:>8,}  {words}")
    say(
        f"{summary.new:,} new decisions, {summary.changed:,} changed, {summary.same:,} as before; "
        f"{summary.seconds:.1f} s"
    )
    if summary.interrupted:
        say("Stopped after the files in hand. Run the same command again to go on.")
    raise click.exceptions.Exit(130 if summary.interrupted else 1 if summary.failures else 0)


@main.command()
@click.argument("scheduler", metavar="ADDRESS")
@click.option("--jobs", type=click.IntRange(min=1), help="Reading processes; by default one a core.")
@registry_option
def worker(scheduler: str, jobs: int | None) -> None:
    """Read for imports that other machines lead with --scheduler ADDRESS, until stopped (Ctrl-C)."""
    from corpus.cluster import label, serve

    processes = jobs or os.cpu_count() or 1
    say(f"{processes} reading processes for {scheduler}, version {label()}")
    serve(scheduler, processes)


def existing(paths: Sequence[str]) -> list[str]:
    """The paths, all of which are there."""
    for path in paths:
        if not Path(path).exists():
            raise Trouble(f"There is no file or folder {path}.")
    return list(paths)


def listed() -> list[str]:
    """The paths that standard input names; one that is not there is a file that failed, for the others go on."""
    data = sys.stdin.buffer.read()
    lines = data.split(b"\0") if b"\0" in data else data.replace(b"\r\n", b"\n").split(b"\n")
    paths = [os.fsdecode(line) for line in lines if line]
    if not paths:
        raise Trouble("Standard input names no file.")
    return paths


LISTED = {
    "number": "Number",
    "day": "Date",
    "province": "Province",
    "title": "Title",
    "tasks": "Tasks",
    "citations": "Cites",
    "findings": "Findings",
}


@main.command("list")
@click.option("--province", metavar="NAME", help="Only of this province (son la, TP.HCM …).")
@click.option("--year", type=int, help="Only of this year.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_option
@registry_option
def list_(province: str | None, year: int | None, limit: int | None, db: str, as_json: bool) -> None:
    """List the decisions in the database."""
    from corpus.listing import listing

    with reading_from(db) as connection:
        found = listing(connection, province=province, year=year, limit=limit)
    if as_json:
        give_json(found)
        return
    give_rows([{**as_data(row), "day": day(row.date)} for row in found], LISTED, False)
    say(f"{len(found)} decisions")


@main.command()
@click.argument("decision", metavar="NUMBER|KEY")
@db_option
@click.option("--json", "as_json", is_flag=True, help="The whole decision as contract JSON.")
@click.option("--html", "as_html", is_flag=True, help="A page: the text with what it names marked.")
@registry_option
def show(decision: str, db: str, as_json: bool, as_html: bool) -> None:
    """Show one decision by its number or key."""
    from corpus.listing import read
    from corpus.review import corrections
    from parsers.model import to_json

    with reading_from(db) as connection:
        listed = one_decision(connection, decision)
        found = read(connection, listed)
        corrected = corrections(connection, found)
    if as_json:
        click.echo(to_json(found))
    elif as_html:
        from corpus.nlp import html

        click.echo(html(found))
    else:
        give_decision(found, listed)
        give_corrections(corrected)


def give_decision(decision: Decision, listed: Listed, most: int | None = None) -> None:
    """One decision on the screen: letterhead, what it rests on, its plan, who does what by when, what is doubtful.

    `most`: at most so many tasks.
    """
    head = decision.document
    signers = "; ".join(f"{s.name} ({', '.join(filter(None, (s.capacity, s.position)))})" for s in head.signers)
    give_fields(
        f"{head.type.name} {head.number or '(no number)'}",
        [
            ("title", head.display_title or head.title),
            ("date", day(head.date)),
            ("issuer", head.issuer),
            ("province", head.province and head.province.name),
            ("signed", signers),
            ("in force from", day(head.effective_date)),
            ("to", "; ".join(head.recipients)),
            ("key", listed.key),
            ("file", listed.source),
        ],
    )
    give_table("Rests on", ["Kind", "Words"], ((basis.kind, short(basis.text)) for basis in decision.bases))
    give_table("Attached", ["Item", "Heading"], outline_rows(decision))
    if decision.tasks:
        give_table("Tasks", ["No.", "Task", "Lead", "Support", "Deadline", "Until"], task_rows(decision.tasks[:most]))
    if decision.warnings:
        give_table("Findings", ["Code", "What"], ((w.code, w.message) for w in decision.warnings))


def give_corrections(found: Sequence[Correction]) -> None:
    """What people put right in a decision."""
    rows = ((c.path, short(c.old), short(c.new), c.who, c.at[:10], c.state) for c in found if c.state != "replaced")
    if found:
        give_table("Corrected", ["Field", "Read", "Right", "Who", "When", "State"], rows)


def outline_rows(decision: Decision) -> Iterator[tuple[object, ...]]:
    """The attachments, each with the first level of its outline."""
    for part in decision.attachments:
        yield f"{part.kind} {part.label or ''}", part.title
        for section in part.sections:
            yield section.label, section.heading or short(section.text, 100)


def task_rows(tasks: Iterable[Task]) -> Iterator[tuple[object, ...]]:
    """Tasks for a table, a row with its name before each group: number, words, who leads, who supports, by when."""
    group = None
    for task in tasks:
        if task.group and task.group != group:
            group = task.group
            yield None, group, None, None, None, None
        who = [short(party.text) if party else None for party in (task.lead, task.support)]
        due = task.deadline
        until = (day(due.end) or due.recurrence) if due else None
        yield task.number or task.section, short(task.text), *who, due and due.text, until


@main.command()
@click.argument("run", type=int, required=False)
@report_option
@db_option
@json_option
def imports(run: int | None, report: str | None, db: str, as_json: bool) -> None:
    """List past imports, or what became of each file in one of them (RUN: 1 is the latest)."""
    from corpus.reports import files, runs, write

    with database(db, create=False) as engine, engine.connect() as connection:
        found = runs(connection)
        if run is None:
            give_runs(found, as_json)
            return
        if not 1 <= run <= len(found):
            raise Trouble(f"There are {len(found)} imports here.")
        chosen = found[run - 1]
        if report:
            write(engine, chosen.id, Path(report))
        else:
            rows = list(files(connection, chosen.id))
            columns = {"outcome": "Outcome", "path": "File", "cause": "Why", "seconds": "Seconds", "tasks": "Tasks"}
            give_rows(rows, columns, as_json)


def give_runs(found: Sequence[Run], as_json: bool) -> None:
    """Past imports, the latest first."""
    if as_json:
        give_json(found)
        return
    rows = (
        (n, run.started[:19].replace("T", " "), run.status, ", ".join(f"{c:,} {o}" for o, c in run.counts.items()))
        for n, run in enumerate(found, start=1)
    )
    give_table("", ["Run", "Started (UTC)", "Status", "Files"], rows)


class Format(click.ParamType):  # type: ignore[type-arg]  # not generic in every version
    """A format of `corpus.exports`, which is asked only when it is needed."""

    name = "format"

    def _names(self) -> list[str]:
        from corpus.exports import EXPORTS

        return list(EXPORTS)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """The names, for help and messages."""
        return f"[{'|'.join(self._names())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, where it is one."""
        if value not in self._names():
            self.fail(f"{value!r} is none of {', '.join(self._names())}.", param, ctx)
        return str(value)


def chosen(connection: Any, province: str | None, year: int | None) -> Iterator[int] | None:
    """The ids of the decisions of a province or year; None for all."""
    from corpus.listing import listing

    if province is None and year is None:
        return None
    return (row.id for row in listing(connection, province=province, year=year))


@main.command()
@click.option("--format", "form", type=Format(), required=True, help="What to write.")
@click.option("--out", required=True, metavar="DIR", help="Folder to write into; - is standard output (json, jsonl).")
@click.option("--province", metavar="NAME", help="Only of this province.")
@click.option("--year", type=int, help="Only of this year.")
@click.option(
    "--agency", metavar="NAME", help="Only tasks that it leads or supports (docx, ics, sheet Theo dõi of xlsx)."
)
@click.option("--no-bom", is_flag=True, help="csv: without the mark by which Excel tells the letters.")
@db_option
@registry_option
def export(
    form: str, out: str, province: str | None, year: int | None, agency: str | None, no_bom: bool, db: str
) -> None:
    """Write the decisions of the database in another program's format."""
    from corpus.exports import EXPORTS, decision_ids
    from corpus.exports import export as write
    from corpus.exports.to_json import lines

    given = {"agency": agency, "bom": False if no_bom else None}
    options = {name: value for name, value in given.items() if value is not None}
    if not set(options) <= set(EXPORTS[form].options):
        raise click.UsageError(f"{form} takes no --{'agency' if agency else 'no-bom'}.")
    with reading_from(db) as connection:
        found = chosen(connection, province, year)
        if out != "-":
            try:
                written = write(connection, form, Path(out), found, **options)
            except ModuleNotFoundError as error:
                raise Trouble(f"{form} needs {error.name}: pip install 'vanban[{EXPORTS[form].extra}]'") from error
            say(f"{written.decisions:,} decisions in {written.files:,} files: {EXPORTS[form].writes}")
        elif form in ("json", "jsonl"):
            for line in lines(connection, decision_ids(connection) if found is None else found):
                click.echo(line)
        else:
            raise click.UsageError("Only json and jsonl are written to standard output.")


@main.command()
@click.argument("plans", metavar="[PLAN]...", nargs=-1)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False), metavar="FILE", help="The .html (or .docx) file."
)
@click.option("--province", metavar="NAME", help="Only of this province.")
@click.option("--year", type=int, help="Only decisions of this year.")
@db_option
@registry_option
def report(plans: tuple[str, ...], out: str, province: str | None, year: int | None, db: str) -> None:
    """Write what is in the database as one page with charts, to hand over or print (in Vietnamese).

    With PLAN PLAN, named as for compare: these plans side by side, as a page or a Word document.
    """
    if plans and (province is not None or year is not None):
        raise click.UsageError("A comparison is of the plans that are named: no --province, no --year.")
    if plans and Path(out).suffix.lower() not in (".html", ".docx"):
        raise click.UsageError("A comparison is written as .html or .docx.")
    try:
        from corpus import comparison_papers, reports_html

        with reading_from(db) as connection:
            if plans:
                comparison_papers.write(connection, Path(out), plans)
            else:
                reports_html.write(connection, Path(out), province=province, year=year)
    except ModuleNotFoundError as error:
        raise Trouble(f"A report needs {error.name}: pip install 'vanban[report]'") from error
    say(f"{out} is written")


SAMPLE_PLANS = ("Sơn La:2024", "Sơn La:2025")


@main.command()
@click.option("--db", help="Keep the database under this name; without it, it is thrown away.")
def demo(db: str | None) -> None:
    """Import the sample decisions into a scratch database, show what came out, and compare two of the plans."""
    from tempfile import TemporaryDirectory

    from corpus import samples
    from corpus.compare import compare as compare_plans
    from corpus.importing import run
    from corpus.listing import listing, read

    paths = samples.paths()
    say(f"Reading {len(paths)} sample decisions (invented, in the real form) …")
    with TemporaryDirectory(prefix="vanban-demo-", ignore_cleanup_errors=True) as scratch:
        with database(db or str(Path(scratch) / "demo.db"), create=True) as engine:
            with import_bar() as show:
                run(engine, paths, progress=show)
            with engine.connect() as connection:
                found = listing(connection)
                plan = max(found, key=lambda row: row.tasks)
                decision = read(connection, plan)
                plans = compare_plans(connection, *SAMPLE_PLANS)
        give_rows([{**as_data(row), "day": day(row.date)} for row in found], LISTED, False, "In the database")
        click.echo()
        give_decision(decision, plan, most=6)
    give_explained(decision, "/document", "Every value can be shown on the page")
    say(f"{' and '.join(SAMPLE_PLANS)}, side by side:")
    give_comparison(plans)
    say("Your turn:  vanban import FOLDER   then   vanban list, vanban show NUMBER   (vanban --help)")


# --- questions ------------------------------------------------------------------------------------------------------


def task_filters(command: F) -> F:
    """The options that say which tasks; `asked` makes of them what the rooms take."""
    options = (
        click.option("--province", metavar="NAME", help="Of this province (son la, TP.HCM …)."),
        click.option("--merged", is_flag=True, help="With the provinces that it was formed from."),
        click.option("--agency", metavar="NAME", help="Of this agency (Sở Nội vụ, so noi vu, so-noi-vu)."),
        click.option(
            "--role",
            type=click.Choice(["lead", "support", "any"]),
            default="lead",
            show_default=True,
            help="What --agency does in it.",
        ),
        click.option("--heirs", is_flag=True, help="With the agencies whose duties --agency has today."),
        click.option("--area", metavar="AREA", help="In this area of reform (procedures, Cải cách thể chế …)."),
        click.option("--topic", metavar="TOPIC", help="In plans about this (par, digital, chuyển đổi số …)."),
        click.option("--year", type=int, help="In plans that cover this year."),
        click.option("--decision", metavar="KEY", help="In this decision."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.option("--due", metavar="FROM..TO", help="Due in this time (2023-01-01..2023-03-31, quý I/2023, 31/03/2023).")
@task_filters
@click.option(
    "--by",
    multiple=True,
    metavar="GROUP",
    help="Count by province, agency, area, topic, month, year, plan; may be given again.",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_option
@registry_option
def tasks(by: tuple[str, ...], limit: int | None, db: str, as_json: bool, **asked: Any) -> None:
    """List or count tasks across plans: who must do what by when."""
    from corpus.duties import Asked, counts
    from corpus.duties import tasks as find

    with reading_from(db) as connection:
        if by:
            give_counts(counts(connection, by, Asked(**asked)), by, as_json)
            return
        found = find(connection, Asked(**asked), limit=limit)
    if as_json:
        give_json(found)
        return
    headings = ["Province", "Decision", "Task", "Lead", "Deadline", "Until"]
    give_table("", headings, (duty_row(duty) for duty in found))
    say(f"{len(found):,} tasks")


def duty_row(duty: Duty) -> tuple[object, ...]:
    """A task of some plan for a table."""
    until = day(duty.due_to) or duty.recurrence
    return duty.province, duty.number, short(duty.text), short(duty.lead), short(duty.deadline, 80), until


def give_counts(found: Sequence[Count], by: Sequence[str], as_json: bool) -> None:
    """Tasks by group, with how many name a lead, a date, an output."""
    if as_json:
        give_json(found)
        return
    headings = [*(name.capitalize() for name in by), "Tasks", "With lead", "With date", "With output"]
    give_table("", headings, ((*c.group.values(), c.tasks, c.led, c.dated, c.with_output) for c in found))


@main.command()
@click.argument("when")
@task_filters
@click.option("--ongoing", is_flag=True, help="Also what goes on all the time.")
@db_option
@json_option
@registry_option
def calendar(when: str, ongoing: bool, db: str, as_json: bool, **asked: Any) -> None:
    """List what is due in a time (quý I/2027, 2027-01), each turn of what comes back included."""
    from corpus.agenda import calendar as find
    from corpus.duties import Asked

    with reading_from(db) as connection:
        found = find(connection, when, Asked(**asked), ongoing=ongoing)
    if as_json:
        give_json(found)
        return
    rows = ((day(o.day), o.recurrence, *duty_row(o.task)[:4]) for o in found)
    give_table("", ["Day", "Comes back", "Province", "Decision", "Task", "Lead"], rows)
    say(f"{len(found):,} days")


@main.command()
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@click.option("--year", type=int, help="Of the regulation, where its number alone is several.")
@click.option("--all", "every", is_flag=True, help="Only decisions that cite all of them.")
@click.option("--relation", metavar="RELATION", help="Only so used: basis, implements, amends …")
@click.option("--pinpoint", metavar="PLACE", help="Only this place in it: Điều 3, khoản 2 Điều 3, 3.")
@click.option("--province", metavar="NAME", help="Only in decisions of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_option
@registry_option
def cites(numbers: tuple[str, ...], every: bool, db: str, as_json: bool, **options: Any) -> None:
    """Show who cites a regulation, where and how, with the words; one row a mention."""
    from corpus.citing import cites as find

    with reading_from(db) as connection:
        found = find(connection, *numbers, mode="and" if every else "or", **options)
    if as_json:
        give_json(found.mentions)
        return
    give_table("", ["Decision", "Where", "Words"], map(mention_row, found.mentions))
    for meant in found.meant:
        title = " ".join(filter(None, (meant.number, meant.name, day(meant.date), meant.key)))
        say(f"{title}: {meant.mentions:,} mentions in {meant.decisions:,} decisions")


def mention_row(mention: Mention) -> tuple[object, ...]:
    """A citation for a table, its words between marks in the middle of theirs."""
    decision = ", ".join(filter(None, (mention.number, mention.province, (mention.date or "")[:4])))
    where = "; ".join((mention.where, mention.relation, *mention.pinpoint))
    before, after = mention.before.split(), mention.after.split()
    words = " ".join([*before[-CONTEXT:], f"«{mention.words}»", *after[:CONTEXT]])
    return decision, where, words


@main.command()
@click.option("--province", metavar="NAME", help="In decisions of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--unknown", is_flag=True, help="Instead: words for somebody that no row of the register reads.")
@db_option
@json_option
@registry_option
def agencies(province: str | None, merged: bool, unknown: bool, db: str, as_json: bool) -> None:
    """List the agencies that decisions name, with how many tasks they lead and support."""
    from corpus import bodies

    with reading_from(db) as connection:
        if unknown:
            columns = {"words": "Words", "text": "In", "role": "As", "count": "Times", "decision": "For example"}
            give_rows(bodies.unknown(connection), columns, as_json)
            return
        found = bodies.agencies(connection, province=province, merged=merged)
    columns = {
        "key": "Key",
        "name": "Name",
        "kind": "Kind",
        "leads": "Leads",
        "supports": "Supports",
        "decisions": "Decisions",
    }
    give_rows(found, columns, as_json)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--province", metavar="NAME", help="Of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--area", metavar="AREA", help="In this area of reform.")
@click.option("--topic", metavar="TOPIC", help="In plans about this.")
@click.option("--indicator", metavar="NAME", help="Of this index: PAR INDEX, SIPAS, PAPI, PCI, DTI …")
@click.option("--year", type=int, help="In plans that cover this year.")
@click.option("--decision", metavar="KEY", help="In this decision.")
@db_option
@json_option
@registry_option
def targets(words: tuple[str, ...], db: str, as_json: bool, **asked: Any) -> None:
    """List targets across plans: which value each set, for what, by when. WORDS all stand in the target."""
    from corpus.aims import targets as find

    with reading_from(db) as connection:
        found = find(connection, words=" ".join(words) or None, **asked)
    if as_json:
        give_json(found)
        return
    give_table("", ["Province", "Decision", "Target", "Value", "By"], map(aim_row, found))
    say(f"{len(found):,} targets")


def aim_row(aim: Aim) -> tuple[object, ...]:
    """A target for a table; a day that is not its own stands in brackets."""
    number = None if aim.value is None else f"{aim.value:g}"
    value = " ".join(filter(None, (aim.comparator, number, aim.unit)))
    by = f"({day(aim.by)})" if aim.by and aim.inherited else day(aim.by)
    return aim.province, aim.number, short(aim.text), value, by


@main.command()
@click.option("--province", metavar="NAME", help="Cited in decisions of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--year", type=int, help="Cited in decisions of this year.")
@click.option("--area", metavar="AREA", help="Cited in a task or section of this area of reform.")
@click.option("--topic", metavar="TOPIC", help="Cited in plans about this.")
@click.option("--relation", metavar="RELATION", help="Only so used: basis, implements, amends …")
@click.option("--absent", is_flag=True, help="Only what is not in the database itself.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@db_option
@json_option
@registry_option
def cited(db: str, as_json: bool, **options: Any) -> None:
    """List the regulations that most decisions cite."""
    from corpus.cards import most_cited

    with reading_from(db) as connection:
        found = most_cited(connection, **options)
    columns = {"number": "Number", "day": "Date", "name": "Name", "decisions": "Decisions", "mentions": "Mentions"}
    rows = found if as_json else [{**as_data(row), "day": day(row.date)} for row in found]
    give_rows(rows, columns, as_json)


@main.command()
@click.argument("number")
@click.option("--year", type=int, help="Where its number alone is several.")
@db_option
@json_option
@registry_option
def regulation(number: str, year: int | None, db: str, as_json: bool) -> None:
    """Show the card of a regulation: what it is, whether it holds, who cites which part of it and how."""
    from corpus.cards import regulation as find

    with reading_from(db) as connection:
        found = find(connection, number, year)
    if as_json:
        give_json(found)
        return
    for card in found:
        give_card(card)
    if not found:
        say(f"No decision here cites {number}, and no register knows it.")
        raise click.exceptions.Exit(1)


def give_card(card: Card) -> None:
    """One regulation on the screen."""

    def listed(counts: Mapping[str, int]) -> str:
        return "; ".join(f"{name} ({count:,})" for name, count in counts.items())

    fields = [
        ("name", card.name),
        ("issuer", card.issuer),
        ("date", day(card.date)),
        ("dates printed", listed({day(date): count for date, count in card.dates.items()})),
        ("in force from", day(card.in_force)),
        ("replaced by", " → ".join(card.chain) or card.replaced_by),
        ("replaced on", day(card.replaced_on)),
        ("amended by", "; ".join(card.amended_by)),
        ("cited", f"{card.mentions:,} times in {card.decisions:,} decisions, {day(card.first)} to {day(card.last)}"),
        ("how", listed(card.relations)),
        ("by", listed(card.provinces)),
        ("places in it", listed(card.pinpoints)),
        ("key", card.key),
        ("its text", "is in the database" if card.here else "is not in the database"),
    ]
    give_fields(card.number or card.key, fields)
    if card.acts:
        rows = ((a.subject, a.verb, a.object, "does so itself" if a.decision else a.decisions) for a in card.acts)
        give_table("Acts", ["Who", "Does", "To", "Said by"], rows)
    click.echo()


@main.command()
@click.option("--code", metavar="CODE", help="Only findings of this code.")
@click.option("--codes", is_flag=True, help="Count the findings by code.")
@click.option("--province", metavar="NAME", help="Only in decisions of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--year", type=int, help="Only in decisions of this year.")
@click.option("--decision", metavar="KEY", help="Only in this decision.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_option
@registry_option
def check(codes: bool, db: str, as_json: bool, **options: Any) -> None:
    """List what is doubtful: contradictions, citations that nothing settles, doubtful values."""
    from corpus.doubts import check as find
    from corpus.doubts import codes as count

    with reading_from(db) as connection:
        if codes:
            counted = [{"code": code, "findings": findings} for code, findings in count(connection).items()]
            give_rows(counted, {"code": "Code", "findings": "Findings"}, as_json)
            return
        found = find(connection, **options)
    if as_json:
        give_json(found)
        return
    rows = ((f.province, f.number, f.code, f.message, doubtful_words(f)) for f in found)
    give_table("", ["Province", "Decision", "Code", "What", "Words"], rows)
    say(f"{len(found):,} findings")


def doubtful_words(finding: Doubtful) -> str:
    """The words of a finding between marks in the middle of theirs, and what they may mean."""
    words = f"{finding.before[-40:]} «{short(finding.words, 100)}» {finding.after[:40]}" if finding.words else ""
    return " ".join((words.strip(), *(f"{key}?" for key in finding.guesses))).strip()


@main.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["decision", "section", "task"]),
    help="Only places of this kind; may be given again.",
)
@click.option("--province", metavar="NAME", help="Only in decisions of this province.")
@click.option("--merged", is_flag=True, help="With the provinces that it was formed from.")
@click.option("--year", type=int, help="Only in decisions of this year.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@db_option
@json_option
@registry_option
def search(words: tuple[str, ...], kinds: tuple[Kind, ...], db: str, as_json: bool, **options: Any) -> None:
    """Search decisions, sections and tasks, with or without diacritics; a phrase in quotes, a number as a whole."""
    from corpus.searching import KINDS
    from corpus.searching import search as find

    with reading_from(db) as connection:
        found = find(connection, " ".join(words), kinds=kinds or KINDS, **options)
    if as_json:
        give_json(found)
        return
    rows = ((h.province, h.number, h.kind, h.where, marked(h.excerpt, h.marks)) for h in found)
    give_table("", ["Province", "Decision", "Kind", "Where", "Words"], rows)
    say(f"{len(found):,} places")


def marked(words: str, marks: Iterable[tuple[int, int]]) -> str:
    """Words with some of them between marks.

    >>> marked("cơ chế một cửa", [(7, 14)])
    'cơ chế «một cửa»'
    """
    shown, at = "", 0
    for start, end in marks:
        if start >= at:
            shown, at = f"{shown}{words[at:start]}«{words[start:end]}»", end
    return (shown + words[at:]).replace("» «", " ")


@main.command()
@click.argument("plans", metavar="PLAN PLAN...", nargs=-1, required=True)
@click.option("--topic", metavar="TOPIC", help="Where a province has several plans for the same years.")
@db_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@registry_option
def compare(plans: tuple[str, ...], topic: str | None, db: str, as_json: bool) -> None:
    """Show plans side by side: "Sơn La:2016-2020", a number or a key; the others are held against the first."""
    from corpus.compare import compare as find

    with reading_from(db) as connection:
        found = find(connection, *plans, topic=topic)
    if as_json:
        give_json(found)
        return
    rows = ((p.label, p.number, day(p.date), p.title, p.tasks, p.others or None) for p in found.plans)
    give_table("", ["Plan", "Decision", "Date", "Title", "Tasks", "Besides, in its text"], rows)
    give_comparison(found)
    for aligned in found.aligned:
        give_aligned(found, aligned)


def give_comparison(found: Comparison) -> None:
    """What all plans have beside each other: areas, targets, regulations."""
    labels = [plan.label for plan in found.plans]
    give_table("Tasks by area", ["Area", *labels], ((a.name, *map(shares_words, a.plans)) for a in found.areas))
    say("Of the tasks of each area: l name a body that leads, d have a day, o have an output; – is not said.")
    if found.targets:
        rows = ((target.indicator, *map(target_words, target.aims)) for target in found.targets)
        give_table("Targets", ["Indicator", *labels], rows)
    cited = ((r.number or r.key, short(r.name, 80), *(n or None for n in r.mentions)) for r in found.regulations)
    give_table("Regulations cited", ["Number", "Name", *labels], cited)


def shares_words(shares: Shares) -> str:
    """One plan's tasks in an area: how many, and how many of them have what."""
    if shares.tasks is None:
        return "–"
    parts = (("l", shares.led), ("d", shares.dated), ("o", shares.with_output))
    said = ", ".join(f"{name} {'–' if count is None else count}" for name, count in parts)
    return f"{shares.tasks} ({said})"


def target_words(aim: Aim | None) -> str:
    """One plan's target."""
    if aim is None:
        return ""
    value = "" if aim.value is None else f"{aim.comparator or ''} {aim.value:g} {aim.unit or ''}".strip()
    return f"{short(aim.subject or aim.text, 120)}: {value}" + (f" ({day(aim.by)})" if aim.by else "")


def give_aligned(found: Comparison, aligned: Aligned) -> None:
    """The duties that two plans share, and those that only one has."""
    left, right = (found.plans[n].label for n in (aligned.left, aligned.right))
    rows = (
        (f"{p.score:.2f}", ", ".join(p.changes) + (" (by law)" if p.by_law else ""), side(p.left), side(p.right))
        for p in aligned.pairs
    )
    give_table(f"The same duty: {len(aligned.pairs)} of {left} and {right}", ["Score", "Change", left, right], rows)
    for label, duties in ((left, aligned.dropped), (right, aligned.new)):
        only = ((duty.group or duty.section, short(duty.text), short(duty.lead, 60), duty.deadline) for duty in duties)
        give_table(f"Only in {label}: {len(duties)}", ["Where", "Task", "Lead", "Deadline"], only)


def side(duty: Duty) -> str:
    """A task in one cell: its words, who leads, by when."""
    return " — ".join(filter(None, (short(duty.text, 160), short(duty.lead, 60), duty.deadline)))


# --- a person's eye -------------------------------------------------------------------------------------------------


@main.group()
def review() -> None:
    """Put doubtful values right: out as a table, back as corrections that no import overwrites."""


@review.command("export")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--province", metavar="NAME", help="Only of this province.")
@click.option("--year", type=int, help="Only of this year.")
@db_option
@registry_option
def review_export(file: str, province: str | None, year: int | None, db: str) -> None:
    """Write the doubtful values to FILE (.csv, .xlsx), with an empty column for the right ones."""
    from corpus.review import export

    with reading_from(db) as connection:
        try:
            count = export(connection, Path(file), chosen(connection, province, year))
        except ModuleNotFoundError as error:
            raise Trouble(f"A workbook needs {error.name}: pip install 'vanban[xlsx]', or write .csv.") from error
        except ValueError as error:  # a suffix that is none of its formats
            raise Trouble(str(error)) from error
    say(f"{count:,} doubtful values in {file}")


@review.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--who", help="Who says so; by default the name you are logged in with.")
@db_option
def review_import(file: str, who: str | None, db: str) -> None:
    """Store what was filled in: in the column correct_value a value, or - where there is none."""
    from getpass import getuser

    from corpus.review import orphans, read_back
    from schema.database import writing

    with database(db) as engine:
        with writing(engine) as connection:
            count = read_back(connection, Path(file), who or getuser())
        with engine.connect() as connection:
            say_orphans(orphans(connection))
    say(f"{count:,} new corrections")


def say_orphans(found: Iterable[Correction]) -> None:
    """Names corrections that correct nothing any more."""
    for lost in found:
        why = "its decision is not in the database" if lost.state == "waiting" else "its words are gone"
        say(f"correction without effect, {why}: {lost.decision_key} {lost.path}: {short(lost.words, 60)}")


# --- looking after a database ---------------------------------------------------------------------------------------


@main.group()
def db() -> None:
    """Look after a database."""


@db.command("info")
@db_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def db_info(db: str, as_json: bool) -> None:
    """Show what a database is and holds."""
    from schema.upkeep import info

    with database(db) as engine:
        found = info(engine)
    if as_json:
        give_json(found)
        return
    facts = [
        ("program", found.program),
        ("size", f"{found.bytes / 1e6:,.1f} MB"),
        ("tables", f"revision {found.revision}, newest {found.newest}"),
        ("registers", found.reference),
        ("read by", ", ".join(f"{version} ({count:,} files)" for version, count in found.readers.items())),
        ("grammar", ", ".join(f"{version} ({count:,} files)" for version, count in found.grammars.items())),
    ]
    give_fields(db, facts)
    give_table("Rows", ["Table", "Rows"], ((name, count) for name, count in found.rows.items() if count))


@db.command("upgrade")
@db_option
def db_upgrade(db: str) -> None:
    """Bring the tables of a database up to date (any other command does so too)."""
    with database(db):
        say("The tables are up to date.")


@db.command("check")
@db_option
@json_option
def db_check(db: str, as_json: bool) -> None:
    """Check that all of a database fits together: words at their places, nothing orphaned, nothing twice.

    Reads all of it; status 1 where something does not hold.
    """
    from schema.upkeep import check

    with database(db) as engine:
        results = list(check(engine))
    faults = [fault for _, fault in results if fault]
    give_rows(faults, {"check": "Check", "count": "Rows", "examples": "Some of them"}, as_json)
    say(f"{len(results)} checks, {len(faults)} not kept")
    raise click.exceptions.Exit(1 if faults else 0)


@db.command("vacuum")
@db_option
def db_vacuum(db: str) -> None:
    """Give unused room back to the disk and renew what the query planner knows."""
    from schema.upkeep import vacuum

    with database(db) as engine:
        say(f"{vacuum(engine) / 1e6:,.1f} MB given back")


if __name__ == "__main__":
    main(prog_name="vanban")
