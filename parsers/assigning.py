"""Who must do what: the tasks and targets of a decision, put together from its tables, outlines and Điều.

What the words mean is read by `tasks` and `duties`, `targets` and `target_tables`; here each becomes a row of the
contract, with its key, its place, its area, its parties and the evidence of every value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from parsers import agencies, areas, deadlines, duties, grammar, outline, periods, target_tables, targets, tasks
from parsers.body import AreaOf, CitedIn
from parsers.duty_parties import Named
from parsers.flow import Para
from parsers.folding import slug
from parsers.grid import Grid
from parsers.model import Deadline, Parent, Party, Period, Role, TableKind, Target, Task
from parsers.naming import Naming
from parsers.parts import AttachmentPart
from parsers.trace import Trace
from parsers.view import EMPTY, View


@dataclass(frozen=True, slots=True)
class Gridded:
    """A data table: what it is (`tables.kind_of`), and its rows where it assigns tasks."""

    grid: Grid
    kind: TableKind
    rows: list[tasks.TableTask]


@dataclass(slots=True)
class Read:
    """An attachment while it is read."""

    part: AttachmentPart
    title: View
    preamble: list[Para]
    nodes: list[outline.Node]
    tables: list[Gridded]
    topic: str | None = None
    period: Period | None = None
    years: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Assigning:
    """Builds the tasks and targets of one decision.

    `key`, `date`: the decision's; `title`: its own; `cited`: the citations inside a span.
    """

    key: str
    date: str | None
    title: View
    trace: Trace
    naming: Naming
    cited: CitedIn

    def tasks_of(self, reads: Sequence[Read], articles: Sequence[outline.Node]) -> Iterator[Task]:
        """The dated duties of the Điều, then each attachment's duties in prose and its tables' rows."""
        keys: dict[str, int] = {}
        count = 0
        topic, years = self._plan_of(reads)
        for duty in duties.of_articles(articles, years, self.naming):
            yield self._duty(count, None, duty, lambda _: None, keys)
            count += 1
        for index, read in enumerate(reads):
            own = _years(read.period) or years
            area_of = area_of_topic(read.topic or topic)
            if read.topic != "procedures" and read.part.kind in _plans():
                default = "measures" if read.part.kind in _work_plans() else None
                for duty in duties.of_sections(read.nodes, own, self.naming, default):
                    yield self._duty(count, index, duty, area_of, keys)
                    count += 1
            for row in (row for table in read.tables for row in table.rows):
                yield self._task(count, index, row, own, area_of, keys)
                count += 1

    def _plan_of(self, reads: Sequence[Read]) -> tuple[str | None, tuple[int, int] | None]:
        """The topic and years of the plan: its first attachment's, else the decision's own title's."""
        topic = next((r.topic for r in reads if r.topic), None)
        years = next((y for r in reads if (y := _years(r.period))), None)
        if self.title and (topic is None or years is None):
            found = areas.topic_of(self.title.text)
            period = periods.read(self.title)
            topic = topic or (found[0] if found else None)
            years = years or (_years(period[0]) if period else None)
        return topic, years

    def _task(
        self,
        count: int,
        index: int,
        row: tasks.TableTask,
        years: tuple[int, int] | None,
        area_of: AreaOf,
        keys: dict[str, int],
    ) -> Task:
        base = f"/tasks/{count}"
        cells = row.cells
        words = {f: self.trace.value(f"{base}/{_PATHS.get(f, f)}", v, f"task.{f}") for f, v in cells.items()}
        for views in row.group_views:
            for view in views:
                self.trace.spot(f"{base}/group", view.span(), "task.group")
        area = next((a for g in row.groups if (a := area_of(g))), None)
        return Task(
            key=_task_key(self.key, index, row, keys),
            origin="table",
            attachment=index,
            group=row.groups[-1] if row.groups else None,
            group_path=row.groups,
            number=row.number,
            parent=self._parent(row),
            text=words["task"],
            area=area,
            lead=self._party(cells.get("lead"), self.date),
            support=self._party(cells.get("support"), self.date),
            output=words.get("output"),
            budget=words.get("budget"),
            note=words.get("note"),
            deadline=self._deadline(cells.get("deadline"), years),
            citations=self.cited(row.span),
            span=row.span,
        )

    def _duty(
        self,
        count: int,
        index: int | None,
        duty: duties.Duty,
        area_of: AreaOf,
        keys: dict[str, int],
    ) -> Task:
        base = f"/tasks/{count}"
        path = duty.path or "-"
        text = self.trace.value(f"{base}/text", duty.text, "duty.text")
        lead, support = self._named(f"{base}/lead", duty.lead), self._named(f"{base}/support", duty.support)
        roles = tuple(
            Role(
                role=role,
                text=self.trace.value(f"{base}/roles/{n}/text", named.view, f"duty.{role}"),
                agencies=named.keys,
            )
            for n, (role, named) in enumerate(duty.roles)
        )
        output, budget, note = (
            self.trace.value(f"{base}/{name}", view, f"duty.{name}") if view else None
            for name, view in (("output", duty.output), ("budget", duty.budget), ("note", duty.note))
        )
        deadline = None
        if duty.deadline is not None:
            words, reading = duty.deadline
            self.trace.value(f"{base}/deadline/text", words, f"deadline.{reading.rule}")
            self._doubts(words, reading)
            deadline = replace(reading.deadline, text=words.text)
        span = duty.text.span()
        return Task(
            key=_numbered(f"{self.key}#{'-' if index is None else index}/{path}", keys),
            origin="article" if index is None else "section",
            attachment=index,
            section=duty.path or None,
            text=text,
            area=next((a for h in duty.headings if (a := area_of(h))), None),
            lead=lead,
            support=support,
            roles=roles,
            output=output,
            budget=budget,
            note=note,
            deadline=deadline,
            citations=self.cited(span),
            span=span,
        )

    def _named(self, path: str, named: Named | None) -> Party | None:
        if named is None:
            return None
        words = self.trace.value(f"{path}/text", named.view, f"duty.{path.rpartition('/')[2]}")
        return Party(text=words, agencies=named.keys)

    def targets_of(self, reads: Sequence[Read]) -> Iterator[Target]:
        """The targets of the outlines, then those of target tables, a row each, and inside the rows of task tables."""
        topic, years = self._plan_of(reads)
        count = 0
        for read in reads:
            if read.part.kind not in _plans() or read.topic == "procedures":
                continue
            own = _years(read.period) or years
            area_of = area_of_topic(read.topic or topic)
            end = read.period.end if read.period and own is None else None
            for aim in targets_in(read.nodes, f"{end}-12-31" if end else None):
                for found in targets.find(aim.text.text, own, aim.by, aim.goal, folded=aim.text.folded):
                    area = next((a for h in aim.headings if (a := area_of(h))), None)
                    yield self._target(count, aim.text, found, area)
                    count += 1
        for read in reads:
            own, area_of = _years(read.period) or years, area_of_topic(read.topic or topic)
            for table in read.tables:
                for row in target_tables.read(table.grid, own) if table.kind == "target" else ():
                    yield self._row_target(count, row, area_of)
                    count += 1
                for task in table.rows:
                    for found in targets.find(task.cells["task"].text, own, folded=task.cells["task"].folded):
                        area = next((a for g in task.groups if (a := area_of(g))), None)
                        yield self._target(count, task.cells["task"], found, area)
                        count += 1

    def _target(self, count: int, text: View, found: targets.Found, area: str | None) -> Target:
        base = f"/targets/{count}"
        if found.value:
            self.trace.spot(f"{base}/value", text.span(*found.value), f"target.{found.rule}")
        if found.date:
            self.trace.spot(f"{base}/by", text.span(*found.date), "target.date")
        for piece in found.subject:
            self.trace.spot(f"{base}/subject", text.span(*piece), "target.subject")
        return replace(found.target, area=area, span=text.span(found.start, found.end))

    def _row_target(self, count: int, row: target_tables.TableTarget, area_of: AreaOf) -> Target:
        base = f"/targets/{count}"
        self.trace.value(f"{base}/value", row.value, f"target.{row.rule}")
        self.trace.value(f"{base}/subject", row.subject, "target.subject")
        if row.date:
            self.trace.spot(f"{base}/by", row.date.span(), "target.date")
        if row.lead:
            self.trace.value(f"{base}/lead/text", row.lead, "target.lead")
        area = next((a for g in row.groups if (a := area_of(g))), None)
        return replace(row.target, area=area, lead=self._party(row.lead, self.date))

    @staticmethod
    def _parent(row: tasks.TableTask) -> Parent | None:
        if row.parent is None:
            return None
        return Parent(number=row.parent[0], text=row.parent[1].text, span=row.parent[1].span())

    def _party(self, view: View | None, date: str | None) -> Party | None:
        if view is None:
            return None
        parsed = _parties(view.text, date)
        for finding in parsed.findings:
            span = view.span(*finding.span) if finding.span else view.span()
            self.trace.warn(finding.code, finding.message, span)
        return Party(text=view.text, agencies=tuple(dict.fromkeys(i.key for i in parsed.items if i.key)))

    def _deadline(self, view: View | None, years: tuple[int, int] | None) -> Deadline | None:
        if view is None:
            return None
        reading = deadlines.parse(view.text, years)
        if reading is None:
            return None
        self._doubts(view, reading)
        return replace(reading.deadline, text=view.text)

    def _doubts(self, view: View, reading: deadlines.Reading) -> None:
        for code in reading.warnings:
            self.trace.warn(code, f"{deadlines.MESSAGES[code]}: “{view.text}”.", view.span())


def area_of_topic(topic: str | None) -> AreaOf:
    """What gives a heading's area of reform in a plan of that topic: none in a plan that is not about reform."""
    if topic != "par":
        return lambda _: None

    def area(heading: str) -> str | None:
        found = areas.area_of(heading)
        return found[0] if found else None

    return area


_PATHS = {"task": "text", "lead": "lead/text", "support": "support/text", "deadline": "deadline/text"}


@lru_cache(maxsize=1)
def _plans() -> frozenset[str]:
    """Kinds of attachment that plan work; a Quy chế or a Danh mục assigns none."""
    table = grammar.toml("layout")["plans"]
    return frozenset((*table["work"], *table["explaining"]))


@lru_cache(maxsize=1)
def _work_plans() -> frozenset[str]:
    """Of these, those that are work from end to end; the others also explain."""
    return frozenset(grammar.toml("layout")["plans"]["work"])


@lru_cache(maxsize=1)
def _aim_words() -> tuple[str, ...]:
    return tuple(grammar.toml("layout")["plans"]["aims"])


@dataclass(frozen=True, slots=True)
class _Aim:
    """A running text that may set targets: whether a heading announces aims, the date a heading sets, the headings."""

    text: View
    goal: bool
    by: str | None
    headings: tuple[str, ...]


def targets_in(nodes: Sequence[outline.Node], by: str | None) -> Iterator[_Aim]:
    """The running texts of an outline that may set targets; `by` is the date that holds where no heading sets one."""
    for node in nodes:
        yield from _aims(node, _Aim(EMPTY, False, by, ()))


def _aims(node: outline.Node, above: _Aim) -> Iterator[_Aim]:
    heading = node.heading() or (node.body() if node.children else None)
    text = View.concat(node.text_views())
    if heading:
        goal = above.goal or any(word in heading.folded for word in _aim_words())
        headings = (*above.headings, heading.text)
        above = _Aim(EMPTY, goal, targets.headed(heading.folded) or above.by, headings)
    if text:
        yield _Aim(text, above.goal, above.by, above.headings)
    for child in node.children:
        yield from _aims(child, above)


@lru_cache(maxsize=1024)
def _parties(text: str, date: str | None) -> agencies.Parsed:
    """The agencies of a cell; a table says the same few things many times."""
    return agencies.parse_list(text, date)


def _numbered(key: str, keys: dict[str, int]) -> str:
    keys[key] = keys.get(key, 0) + 1
    return key if keys[key] == 1 else f"{key}-{keys[key]}"


def _years(period: Period | None) -> tuple[int, int] | None:
    if period is None or period.start is None or period.end is None:
        return None
    return (period.start, period.end)


def _task_key(decision: str, index: int, row: tasks.TableTask, keys: dict[str, int]) -> str:
    path = [label or slug(title)[:40] for label, title in zip(row.group_labels, row.groups, strict=True)]
    return _numbered(f"{decision}#{index}/{'/'.join([*path, row.number or '-'])}", keys)
