"""Document -> Decision: the one place that calls the parsers in order.

Never refuses: whatever text comes in, a Decision comes out, with findings for what is doubtful and `unparsed` for
what was not placed.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ingest.document import Document
from parsers import (
    agency_register,
    areas,
    bases,
    citations,
    outline,
    parts,
    periods,
    tables,
    task_findings,
    tasks,
)
from parsers.assigning import Assigning, Gridded, Read, area_of_topic
from parsers.body import Body, own_span
from parsers.citation_model import Context, Passage, Result
from parsers.duty_words import END_MARK
from parsers.flow import Flow, Para
from parsers.grid import Grid
from parsers.header import HeaderReader, display_title
from parsers.items import items
from parsers.model import (
    Agency,
    Article,
    Attachment,
    Basis,
    Citation,
    Decision,
    Header,
    Source,
    Target,
    Task,
    Warning,
)
from parsers.naming import Naming
from parsers.parts import AttachmentPart, Parts
from parsers.trace import Trace, unplaced
from parsers.view import View

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
        _, articles = outline.build(self.parts.articles, top="article")
        reads = [self._attachment_read(a) for a in self.parts.attachments]
        self.roots = [*articles, *(n for r in reads for n in r.nodes)]
        self._places(views, reads)
        self.naming.read([place.view for place in self.places])
        cited = self._cite(header, reader)
        body = Body(self.trace, self._cited_in)
        found_bases = tuple(self._basis(n, v) for n, v in enumerate(views))
        found_articles = body.articles(articles)
        header = self._completed(header, views)
        attachments = tuple(self._attachment(n, r) for n, r in enumerate(reads))
        title = View.concat(self.parts.title)
        assigning = Assigning(header.key, header.date, title, self.trace, self.naming, self._cited_in)
        found_tasks = tuple(assigning.tasks_of(reads, articles))
        found_targets = tuple(assigning.targets_of(reads))
        self._forms()
        self._findings(header, found_tasks, bool(articles or self.parts.is_plan))
        self._not_a_decision(header, found_articles)
        for note in document.notes:
            self.trace.warn(note.code, note.message, note.span)
        return self._finished(header, found_bases, found_articles, attachments, found_tasks, found_targets, cited)

    # Reading the parts

    def _attachment_read(self, part: AttachmentPart) -> Read:
        is_body = part.kind_view is None and self.parts.is_plan and part is self.parts.attachments[0]
        title = View.concat(self.parts.title if is_body else part.title)
        paras = [p for p in part.items if p.grid is None]
        preamble, nodes = outline.build(paras)
        grids = [_gridded(g, title.folded) for p in part.items if (g := parts.grid_of(p))]
        read = Read(part, title, preamble, nodes, grids)
        found = areas.topic_of(title.text) if title else None
        read.topic = found[0] if found else None
        period = periods.read(title) if title else None
        read.period = period[0] if period else None
        return read

    def _places(self, basis_views: Sequence[View], reads: Sequence[Read]) -> None:
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

    def _completed(self, header: Header, basis_views: Sequence[View]) -> Header:
        """The header with what needs the rest of the decision: its title's usual case, its proposer."""
        bodies = [p.view for p in self.parts.articles[:6]] + [p.view for p in self.parts.bases]
        bodies += [v for a in self.parts.attachments for v in (a.title + [p.view for p in a.items[:3] if p.text])]
        return replace(header, display_title=display_title(header.title, bodies), proposer=self._proposer(basis_views))

    def _proposer(self, basis_views: Sequence[View]) -> str | None:
        for view in basis_views:
            named = self.naming.of(view) if bases.kind_of(view) == "proposal" else ()
            if named:
                self.trace.spot("/document/proposer", view.span(named[0].start, named[0].end), "basis.proposer")
                return named[0].key
        return None

    def _attachment(self, index: int, read: Read) -> Attachment:
        part, base = read.part, f"/attachments/{index}"
        body = Body(self.trace, self._cited_in, area_of_topic(read.topic))
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
            tables=tuple(tables.table(t.grid, t.kind) for t in read.tables),
            span=self._attachment_span(read),
        )

    def _attachment_span(self, read: Read) -> Range:
        part = read.part
        views = [v for v in (part.kind_view, part.label, *part.title, *part.captions) if v]
        spans = [v.span() for v in views] + [t.grid.span() for t in read.tables]
        spans += [p.span() for p in part.items if p.text]
        if not spans:
            spans = [self.parts.title_word.span()] if self.parts.title_word else [(0, 0)]
        return min(a for a, _ in spans), max(b for _, b in spans)

    # What is left

    def _forms(self) -> None:
        trace, cut = self.trace, self.parts
        for mark in self.document.marks:
            trace.form(mark.kind, mark.span)
        for para in cut.chatter:
            trace.form("chatter", para.span() if para.text else _rows_span(para))
        for para in cut.repeated:
            trace.form("duplicate", para.span())
        if cut.operative:
            trace.form("operative", cut.operative.span())
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


def _gridded(grid: Grid, title: str) -> Gridded:
    kind = tables.kind_of(grid, title)
    return Gridded(grid, kind, list(tasks.read(grid)) if kind == "task" else [])


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
