"""Document -> Decision: the one place that calls the parsers in order.

Never refuses: whatever text comes in, a Decision comes out, with findings for what is doubtful and `unparsed` for
what was not placed.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex
from msgspec.structs import replace

from ingest.document import Document
from parsers import (
    agencies,
    agency_register,
    areas,
    bases,
    citations,
    deadlines,
    duties,
    outline,
    parts,
    periods,
    tables,
    target_tables,
    targets,
    task_findings,
    tasks,
)
from parsers.body import AreaOf, Body, own_span
from parsers.citation_model import Context, Passage, Result
from parsers.duty_parties import Named
from parsers.duty_words import END_MARK
from parsers.flow import Flow, Para
from parsers.folding import slug
from parsers.grid import Grid
from parsers.header import HeaderReader, display_title
from parsers.items import items
from parsers.model import (
    Agency,
    Article,
    Attachment,
    Basis,
    Citation,
    Deadline,
    Decision,
    Header,
    Parent,
    Party,
    Period,
    Role,
    Source,
    Target,
    Task,
    Warning,
)
from parsers.naming import Naming
from parsers.parts import AttachmentPart, Parts
from parsers.trace import Trace, unplaced
from parsers.view import EMPTY, View

Range = tuple[int, int]


def parse(document: Document) -> Decision:
    """The decision that a document holds (contract: vanban/decision@1). Raises nothing for any text."""
    return _Parsing(document).decision()


@dataclass(slots=True)
class _Place:
    """Where a passage comes from: its view, to map offsets to the text."""

    view: View
    zone: str


@dataclass(slots=True)
class _Read:
    """An attachment while it is read."""

    part: AttachmentPart
    title: View
    preamble: list[Para]
    nodes: list[outline.Node]
    grids: list[tuple[Grid, str]]
    topic: str | None = None
    period: Period | None = None
    years: tuple[int, int] | None = None


@dataclass(slots=True)
class _Parsing:
    document: Document
    flow: Flow = field(init=False)
    trace: Trace = field(init=False)
    parts: Parts = field(init=False)
    header: Header = field(init=False)
    places: list[_Place] = field(default_factory=list)
    citations: tuple[Citation, ...] = ()
    starts: list[int] = field(default_factory=list)
    roots: list[outline.Node] = field(default_factory=list)
    naming: Naming = field(init=False)

    def decision(self) -> Decision:
        document = self.document
        self.flow = Flow(document)
        self.trace = Trace(self.flow.words)
        self.parts = parts.cut(items(self.flow))
        digest = hashlib.sha256(document.text.encode()).hexdigest()
        reader = HeaderReader(self.parts, self.trace, digest)
        header = self.header = reader.read()
        self.naming = Naming(header.date)
        views = bases.cut(self.parts.bases)
        before, articles = outline.build(self.parts.articles, top="article")
        reads = [self._attachment_read(a) for a in self.parts.attachments]
        self.roots = [*articles, *(n for r in reads for n in r.nodes)]
        self._places(views, reads)
        self.naming.read([place.view for place in self.places])
        cited = self._cite(header, reader)
        body = Body(self.trace, self._cited_in)
        found_bases = tuple(self._basis(n, v) for n, v in enumerate(views))
        found_articles = body.articles(articles)
        header = self._completed(header, found_bases, articles)
        attachments = tuple(self._attachment(n, r) for n, r in enumerate(reads))
        found_tasks = tuple(self._tasks(header, reads, articles))
        found_targets = tuple(self._targets(header, reads))
        self._forms(before)
        self._findings(header, found_tasks, bool(articles or self.parts.is_plan))
        self._not_a_decision(header, found_articles)
        for note in document.notes:
            self.trace.warn(note.code, note.message, note.span)
        return self._finished(header, found_bases, found_articles, attachments, found_tasks, found_targets, cited)

    # Reading the parts

    def _attachment_read(self, part: AttachmentPart) -> _Read:
        is_body = part.kind_view is None and self.parts.is_plan and part is self.parts.attachments[0]
        title = View.concat(self.parts.title if is_body else part.title)
        paras = [p for p in part.items if p.grid is None]
        preamble, nodes = outline.build(paras)
        grids = [(g, title.folded) for p in part.items if (g := parts.grid_of(p))]
        read = _Read(part, title, preamble, nodes, grids)
        found = areas.topic_of(title.text) if title else None
        read.topic = found[0] if found else None
        period = periods.read(title) if title else None
        read.period = period[0] if period else None
        return read

    def _places(self, basis_views: Sequence[View], reads: Sequence[_Read]) -> None:
        """All passages of the decision in text order, each with the zone it stands in."""
        add = self._place
        add([p.view for p in self.parts.head], "number")
        add([View.concat(self.parts.title)], "title")
        add(self.parts.title_captions, "caption")
        for view in basis_views:
            add([view], "proposal" if bases.kind_of(view) == "proposal" else "basis")
        add([p.view for p in self.parts.articles], "article")
        for block in self.parts.recipients:
            add(block.entries, "recipients")
        for read in reads:
            add([View.concat(read.part.title)], "attachment-title")
            add([View.concat(read.part.captions)], "caption")
            for para in read.part.items:
                grid = parts.grid_of(para)
                if grid is None:
                    add([para.view], "attachment")
                else:
                    add([c.view for row in grid.rows for c in row if not c.follows], "cell")
        self.places.sort(key=lambda p: p.view.span())

    def _place(self, views: Sequence[View], zone: str) -> None:
        self.places += [_Place(v, zone) for v in views if v]

    def _cite(self, header: Header, reader: HeaderReader) -> Result:
        """Reads the citations of all passages and puts their places into the text."""
        context = Context(
            number=header.number,
            date=header.date,
            type=header.type.code,
            province=header.province.key if header.province else None,
            issuer=header.issuer,
            level=header.level,
            key=header.key,
            district=reader.district,
        )
        result = citations.read([Passage(p.view.text, p.zone) for p in self.places], context)
        found: list[Citation] = []
        for n, cited in enumerate(result.citations):
            view = self.places[cited.passage].view
            found.append(replace(cited.citation, span=view.span(cited.start, cited.end)))
            for part in cited.parts:
                span = view.span(part.start, part.end)
                self.trace.spot(f"/citations/{n}/{part.name}", span, f"citation.{part.name.split('/')[0]}")
        self.citations = tuple(found)
        self.starts = [c.span[0] for c in found]
        for finding in result.warnings:
            view = self.places[finding.passage].view
            self.trace.warn(finding.code, finding.message, view.span(finding.start, finding.end))
        return result

    def _cited_in(self, span: Range) -> tuple[int, ...]:
        """The indices of the citations inside a span."""
        first = bisect_left(self.starts, span[0])
        last = bisect_left(self.starts, span[1])
        return tuple(n for n in range(first, last) if self.citations[n].span[1] <= span[1])

    # Building what the contract names

    def _basis(self, index: int, view: View) -> Basis:
        span = view.span()
        kind = bases.kind_of(view)
        return Basis(kind=kind, text=view.text, citations=self._cited_in(span), span=span)

    def _completed(self, header: Header, found: Sequence[Basis], articles: Sequence[outline.Node]) -> Header:
        """The header with what needs the rest of the decision: its title's usual case, its proposer."""
        bodies = [p.view for p in self.parts.articles[:6]] + [p.view for p in self.parts.bases]
        bodies += [v for a in self.parts.attachments for v in (a.title + [p.view for p in a.items[:3] if p.text])]
        return replace(header, display_title=display_title(header.title, bodies), proposer=self._proposer(header.date))

    def _proposer(self, date: str | None) -> str | None:
        for view in bases.cut(self.parts.bases):
            if bases.kind_of(view) != "proposal":
                continue
            named = agencies.find(view.text, date)
            if named:
                self.trace.spot("/document/proposer", view.span(named[0].start, named[0].end), "basis.proposer")
                return named[0].key
        return None

    def _attachment(self, index: int, read: _Read) -> Attachment:
        part, base = read.part, f"/attachments/{index}"
        body = Body(self.trace, self._cited_in, self._area_of(read.topic))
        if part.kind_view:
            self.trace.value(f"{base}/kind", part.kind_view, "attachment.kind")
        elif self.parts.title_word:
            self.trace.spot(f"{base}/kind", self.parts.title_word.span(), "title-word")
        label = self.trace.value(f"{base}/label", part.label, "attachment.label") if part.label else None
        title = self.trace.value(f"{base}/title", read.title, "attachment.title") if read.title else None
        if read.period and (found := periods.read(read.title)):
            self.trace.spot(f"{base}/period", read.title.span(*found[1]), "attachment.period")
        for para in read.preamble:
            self.trace.spot(f"{base}/preamble", para.span(), "attachment.preamble")
        return Attachment(
            kind=part.kind,
            label=label,
            title=title,
            topic=read.topic,
            period=read.period,
            preamble=" ".join(p.text for p in read.preamble) or None,
            sections=body.sections(read.nodes),
            tables=tuple(tables.table(g, tables.kind_of(g, t)) for g, t in read.grids),
            span=self._attachment_span(read),
        )

    @staticmethod
    def _area_of(topic: str | None) -> AreaOf:
        if topic != "par":
            return lambda _: None

        def area(heading: str) -> str | None:
            found = areas.area_of(heading)
            return found[0] if found else None

        return area

    def _attachment_span(self, read: _Read) -> Range:
        part = read.part
        views = [v for v in (part.kind_view, part.label, *part.title, *part.captions) if v]
        spans = [v.span() for v in views] + [g.span() for g, _ in read.grids]
        spans += [p.span() for p in part.items if p.text]
        if not spans:
            spans = [self.parts.title_word.span()] if self.parts.title_word else [(0, 0)]
        return min(a for a, _ in spans), max(b for _, b in spans)

    # Tasks of tables, duties in prose, targets

    def _tasks(self, header: Header, reads: Sequence[_Read], articles: Sequence[outline.Node]) -> Iterator[Task]:
        keys: dict[str, int] = {}
        count = 0
        topic, years = self._plan_of(header, reads)
        for duty in duties.of_articles(articles, years, self.naming):
            yield self._duty(count, header, None, duty, lambda _: None, keys)
            count += 1
        for index, read in enumerate(reads):
            own = _years(read.period) or years
            area_of = self._area_of(read.topic or topic)
            if read.topic != "procedures" and read.part.kind in _PLANS:
                default = "measures" if read.part.kind in _WORK_PLANS else None
                for duty in duties.of_sections(read.nodes, own, self.naming, default):
                    yield self._duty(count, header, index, duty, area_of, keys)
                    count += 1
            for grid, title in read.grids:
                if tables.kind_of(grid, title) != "task":
                    continue
                for row in tasks.read(grid):
                    yield self._task(count, header, index, row, own, area_of, keys)
                    count += 1

    def _plan_of(self, header: Header, reads: Sequence[_Read]) -> tuple[str | None, tuple[int, int] | None]:
        """The topic and years of the plan: its first attachment's, else the decision's own title's."""
        topic = next((r.topic for r in reads if r.topic), None)
        years = next((y for r in reads if (y := _years(r.period))), None)
        if header.title and (topic is None or years is None):
            found = areas.topic_of(header.title)
            period = periods.read(View.concat(self.parts.title))
            topic = topic or (found[0] if found else None)
            years = years or (_years(period[0]) if period else None)
        return topic, years

    def _task(
        self,
        count: int,
        header: Header,
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
            key=_task_key(header.key, index, row, keys),
            origin="table",
            attachment=index,
            group=row.groups[-1] if row.groups else None,
            group_path=row.groups,
            number=row.number,
            parent=self._parent(row),
            text=words["task"],
            area=area,
            lead=self._party(cells.get("lead"), header.date),
            support=self._party(cells.get("support"), header.date),
            output=words.get("output"),
            budget=words.get("budget"),
            note=words.get("note"),
            deadline=self._deadline(cells.get("deadline"), years),
            citations=self._cited_in(row.span),
            span=row.span,
        )

    def _duty(
        self,
        count: int,
        header: Header,
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
            key=_numbered(f"{header.key}#{'-' if index is None else index}/{path}", keys),
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
            citations=self._cited_in(span),
            span=span,
        )

    def _named(self, path: str, named: Named | None) -> Party | None:
        if named is None:
            return None
        words = self.trace.value(f"{path}/text", named.view, f"duty.{path.rpartition('/')[2]}")
        return Party(text=words, agencies=named.keys)

    def _targets(self, header: Header, reads: Sequence[_Read]) -> Iterator[Target]:
        """The targets of the outlines, then those of target tables, a row each, and inside the rows of task tables."""
        topic, years = self._plan_of(header, reads)
        count = 0
        for read in reads:
            if read.part.kind not in _PLANS or read.topic == "procedures":
                continue
            own = _years(read.period) or years
            area_of = self._area_of(read.topic or topic)
            end = read.period.end if read.period and own is None else None
            for aim in targets_in(read.nodes, f"{end}-12-31" if end else None):
                for found in targets.find(aim.text.text, own, aim.by, aim.goal, folded=aim.text.folded):
                    area = next((a for h in aim.headings if (a := area_of(h))), None)
                    yield self._target(count, aim.text, found, area)
                    count += 1
        for read in reads:
            for grid, title in read.grids:
                kind, own = tables.kind_of(grid, title), _years(read.period) or years
                area_of = self._area_of(read.topic or topic)
                for row in target_tables.read(grid, own) if kind == "target" else ():
                    yield self._row_target(count, header, row, area_of)
                    count += 1
                for task in tasks.read(grid) if kind == "task" else ():
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

    def _row_target(self, count: int, header: Header, row: target_tables.TableTarget, area_of: AreaOf) -> Target:
        base = f"/targets/{count}"
        self.trace.value(f"{base}/value", row.value, f"target.{row.rule}")
        self.trace.value(f"{base}/subject", row.subject, "target.subject")
        if row.date:
            self.trace.spot(f"{base}/by", row.date.span(), "target.date")
        if row.lead:
            self.trace.value(f"{base}/lead/text", row.lead, "target.lead")
        area = next((a for g in row.groups if (a := area_of(g))), None)
        return replace(row.target, area=area, lead=self._party(row.lead, header.date))

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

    # What is left

    def _forms(self, before: Sequence[Para]) -> None:
        trace, cut = self.trace, self.parts
        for mark in self.document.marks:
            trace.form(mark.kind, mark.span)
        for para in cut.chatter:
            trace.form("chatter", para.span() if para.text else _rows_span(para))
        for para in cut.repeated:
            trace.form("duplicate", para.span())
        if cut.operative:
            trace.form("operative", cut.operative.span())
        for para in before:
            trace.spot("/articles/0/text", para.span(), "article.before")
        if cut.articles:
            self._end_mark(cut.articles[-1])
        for part in cut.attachments:
            for sign in part.signs:
                trace.form("separator", sign.span())
            if part.items and part.items[-1].text:
                self._end_mark(part.items[-1])

    def _end_mark(self, para: Para) -> None:
        m = END_MARK.search(para.text)
        if m:
            self.trace.form("end-mark", para.view.span(m.start(), m.end()))

    def _findings(self, header: Header, found: Sequence[Task], is_whole: bool) -> None:
        warnings = self.trace.warnings
        warnings += task_findings.of_tasks(found, self.trace.evidence, header.date)
        entries = [e for block in self.parts.recipients for e in block.entries]
        warnings += task_findings.of_recipients(entries, self.naming)
        warnings += task_findings.of_form(header, is_whole)

    def _not_a_decision(self, header: Header, articles: Sequence[Article]) -> None:
        if header.number or self.parts.title_word or (articles and self.parts.bases):
            return
        if articles and header.issuer:
            return
        self.trace.warn("not-a-decision", "Không nhận ra đây là quyết định hay kế hoạch của Ủy ban nhân dân.")

    def _agencies(self, date: str | None) -> tuple[Agency, ...]:
        counts: dict[str, int] = {}
        for place in self.places:
            for found in self.naming.of(place.view):
                counts[found.key] = counts.get(found.key, 0) + 1
        named = [(agency_register.by_key(k), n) for k, n in counts.items()]
        return tuple(
            Agency(key=a.key, name=agency_register.name_at(a.key, date) or a.name, kind=a.kind, mentions=n)
            for a, n in sorted(((a, n) for a, n in named if a), key=lambda t: (-t[1], t[0].key))
        )

    def _finished(
        self,
        header: Header,
        found_bases: tuple[Basis, ...],
        articles: tuple[Article, ...],
        attachments: tuple[Attachment, ...],
        found_tasks: tuple[Task, ...],
        found_targets: tuple[Target, ...],
        cited: Result,
    ) -> Decision:
        source, trace = self.document.source, self.trace
        return Decision(
            source=Source(
                name=source.name,
                sha256=source.sha256,
                media_type=source.media_type,
                bytes=source.bytes,
                pages=source.pages,
                extractor=source.extractor,
                ocr=source.ocr,
            ),
            text=self.document.text,
            document=header,
            bases=found_bases,
            articles=articles,
            attachments=attachments,
            tasks=found_tasks,
            targets=found_targets,
            citations=self.citations,
            relations=cited.relations,
            agencies=self._agencies(header.date),
            warnings=tuple(_unique(trace.warnings)),
            evidence=tuple(trace.evidence),
            layout=tuple(sorted(trace.layout, key=lambda x: x.span)),
            unparsed=unplaced(self.document.text, self._covered(found_bases, articles, found_tasks)),
        )

    def _covered(self, found: Sequence[Basis], articles: Sequence[Article], rows: Sequence[Task]) -> Iterator[Range]:
        """Every span that places words: evidence, layout, and the objects' own spans."""
        yield from (e.span for e in self.trace.evidence)
        yield from (x.span for x in self.trace.layout)
        yield from (b.span for b in found)
        yield from (c.span for c in self.citations)
        yield from (t.span for t in rows)
        for part in self.parts.attachments:
            yield from (g.span() for p in part.items if (g := parts.grid_of(p)))
        for root in self.roots:
            yield from (own_span(n) for n in root.walk())


_PATHS = {"task": "text", "lead": "lead/text", "support": "support/text", "deadline": "deadline/text"}


#: Kinds of attachment that plan work; a Quy chế or a Danh mục assigns none.
_PLANS = frozenset(
    ("Kế hoạch", "Kế hoạch hành động", "Đề án", "Chương trình", "Chương trình hành động", "Phương án", "Chiến lược")
)


#: Of these, those that are work from end to end; the others also explain.
_WORK_PLANS = _PLANS - {"Đề án", "Chiến lược", "Phương án"}


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
        goal = above.goal or _GOALS.search(heading.folded) is not None
        headings = (*above.headings, heading.text)
        above = _Aim(EMPTY, goal, targets.headed(heading.folded) or above.by, headings)
    if text:
        yield _Aim(text, above.goal, above.by, above.headings)
    for child in node.children:
        yield from _aims(child, above)


_GOALS = regex.compile(r"mục tiêu|chỉ tiêu|mục đích")


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


def _rows_span(para: Para) -> Range:
    spans = [r.view.span() for r in para.rows]
    return min(a for a, _ in spans), max(b for _, b in spans)


def _unique(warnings: Sequence[Warning]) -> Iterator[Warning]:
    seen: set[tuple[str, str, Range | None]] = set()
    for w in warnings:
        identity = (w.code, w.message, w.span)
        if identity not in seen:
            seen.add(identity)
            yield w
