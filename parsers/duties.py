"""Duties in prose: who must do what by when, in the items of an outline and in the decision's own Điều.

Under Tổ chức thực hiện the heading names the body and its items are the duties; under Nhiệm vụ the items are measures;
a sentence may name its own lead (`Giao Sở X chủ trì, phối hợp với Y …`), and each sentence with a lead of its own is a
duty of its own. Statements of aim give none; under Kinh phí only what a body is told to do is one. A lead-in
(`Sở X chủ trì khảo sát:`) gives its bodies to the items below, and is one duty with those that are no work by
themselves. In an Điều only dated duties count (contract: Task tables, last rule). Grammar: duties.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from parsers import areas
from parsers.agency_register import GROUP, kind_of
from parsers.duty_details import Dated, Labelled, Years, budget, dated, deadline, labelled, output
from parsers.duty_parties import Body, Named, RoleName, body, inner_lead, lead, roles, run, support, told_body
from parsers.duty_words import END_MARK, words, zone_of
from parsers.naming import Naming, Passage, joined, moved
from parsers.outline import Node
from parsers.view import View

_WORK_ZONES = ("implementing", "measures", "funding")
_LABEL_END = 70  # code points; a label is shorter
_SHORTEST = 15  # code points of a duty
_TITLE = 250  # code points; a longer text is no heading


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: its words, its parties and details with the views they were read from, and its place."""

    path: str
    text: View
    lead: Named | None
    support: Named | None
    roles: tuple[tuple[RoleName, Named], ...]
    deadline: Dated | None
    output: View | None
    budget: View | None
    note: View | None
    headings: tuple[str, ...]  # the headings above it, outermost first


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above an item: labels, zone, the bodies a heading or lead-in names, headings for the area."""

    labels: tuple[str, ...] = ()
    zone: str | None = None
    body: Body | None = None
    headings: tuple[str, ...] = ()
    details: tuple[tuple[str, View], ...] = ()  # said once for all that stands below


@dataclass(slots=True)
class _Group:
    """Sentences of one lead while they are gathered: their places in the item."""

    lead: Named | None
    sentences: list[tuple[int, int]]
    details: dict[str, View] = field(default_factory=dict)


def of_sections(nodes: Sequence[Node], years: Years, naming: Naming, default: str | None = None) -> Iterator[Duty]:
    """The duties of an attachment's outline, in order.

    `years`: the plan's period; `naming`: finds the agencies; `default`: the zone of what stands under no heading that
    tells (`measures` in a plan of work, None in a proposal that explains).
    """
    walk = _Walk(years, naming, default)
    for node in nodes:
        yield from walk.node(node, _Above())


def of_articles(nodes: Sequence[Node], years: Years, naming: Naming) -> Iterator[Duty]:
    """The dated duties of the decision's own Điều."""
    walk = _Walk(years, naming, "implementing")
    for node in nodes:
        for duty in walk.node(node, _Above(zone="implementing")):
            if duty.lead is not None and duty.deadline is not None and _is_dated(duty.deadline, duty.text):
                yield duty


def _is_dated(found: Dated, text: View) -> bool:
    """Whether a deadline has a date or a term that runs from the decision (not a step of a procedure)."""
    d = found[1].deadline
    terms = [p.offset.after for p in d.parts if p.offset]
    runs = any(words().one["own_event"].search(event) if event else "quyết định này" in text.folded for event in terms)
    return bool(d.start or d.end or runs or any(p.due for p in d.parts))


@dataclass(frozen=True, slots=True)
class _Walk:
    years: Years
    naming: Naming
    default: str | None
    owns: dict[int, Passage] = field(default_factory=dict)  # own words by the node's identity
    behind: dict[int, list[View]] = field(default_factory=dict)  # times said in lines behind a node, by its identity

    def node(self, node: Node, above: _Above) -> Iterator[Duty]:
        """The duties of a node and of all below it."""
        title, own = self._title(node), self._own(node)
        inside = self._inside(node, above, title)
        self._note_terms(node)
        if terms := self.behind.get(id(node)):
            inside = replace(inside, details=(*inside.details, *(("deadline", v) for v in terms)))
        if inside.zone not in _WORK_ZONES:
            yield from self._below(node.children, inside)
            return
        details, children = self._labelled_children(node)
        if title is not None and own and words().one["term_end"].search(title.folded):
            yield from self._duties(title, inside, {**details, "deadline": own.view})
            return
        told, lead_in = self._lead_in(node, title, own)
        if lead_in is not None:
            named = body(lead_in, True) or _opening_body(lead_in)
            inside = replace(inside, body=named or inside.body)
            if _has_content(lead_in, named):
                nouns = [c for c in children if self._is_noun(c)]
                children = [c for c in children if c not in nouns]
                if nouns or not node.children:
                    told = joined([p for p in (told, lead_in, *(self._whole(c) for c in nouns)) if p])
        told, details, inside = _for_all_below(told, details, inside, children)
        if told is None and details and title is not None:
            told = title
        if told:
            yield from self._duties(told, inside, details)
        yield from self._below(children, inside)

    def _note_terms(self, node: Node) -> None:
        """Times that stand on lines of their own among the items of an Điều: of the item before, at the end of all."""
        for line in (p.view for p in node.tail if len(p.text) < _TITLE and words().one["term"].match(p.view.folded)):
            before = [c for c in node.children if c.paras[0].view.span() < line.span()]
            owner = before[-1] if before and len(before) < len(node.children) else node
            self.behind.setdefault(id(owner), []).append(line)

    def _below(self, children: Sequence[Node], inside: _Above) -> Iterator[Duty]:
        for child in children:
            yield from self.node(child, inside)

    # What an item is made of

    def _passage(self, node: Node, view: View, index: int) -> Passage:
        """A piece of a node's paragraph with the agencies found in the whole paragraph."""
        whole = node.paras[index].view
        found = self.naming.of(whole)
        start = len(whole.text) - len(node.body().text) if index == 0 else 0
        if start == 0 and len(view.text) == len(whole.text):
            return Passage(view, found)
        return Passage(view, moved(found, -start, start, start + len(view.text)))

    def _title(self, node: Node) -> Passage | None:
        heading = node.heading()
        if heading is not None:
            return self._passage(node, heading, 0 if node.body() else 1)
        own = node.body()
        return self._passage(node, own, 0) if node.children and own and len(own.text) < _TITLE else None

    def _own(self, node: Node) -> Passage:
        """The node's own running text, without the sign that closes a document."""
        known = self.owns.get(id(node))
        if known is not None:
            return known
        views = node.text_views()
        first = len(node.paras) - len(views)
        own = joined([self._passage(node, v, first + n) for n, v in enumerate(views)]) if views else _NOTHING
        if own.view.text.endswith(_ENDS) and (end := END_MARK.search(own.view.text)):
            own = own.cut(0, end.start() + (own.view.text[end.start()] == "."))
        self.owns[id(node)] = own
        return own

    def _inside(self, node: Node, above: _Above, title: Passage | None) -> _Above:
        labels = (*above.labels, node.label) if node.label else above.labels
        if title is None:
            return replace(above, labels=labels, zone=above.zone or self.default)
        zone = self._zone(node, above, title)
        named = body(title, zone == "implementing") if zone in _WORK_ZONES and node.heading() is not None else None
        headings = (*above.headings, title.view.text)
        over = named or (above.body if zone in _WORK_ZONES else None)
        return replace(above, labels=labels, zone=zone, body=over, headings=headings)

    def _zone(self, node: Node, above: _Above, title: Passage) -> str | None:
        found = zone_of(title.folded) if node.heading() is not None or len(title.folded) < 80 else None
        if above.zone == "implementing" and found == "measures":
            return above.zone
        if above.zone == "aims" and found == "measures" and not words().one["work_heading"].match(title.folded):
            return above.zone
        if found in (None, "aims") and above.zone != "aims" and areas.area_of(title.view.text):
            return above.zone or "measures"
        return found or above.zone or (self.default if node.children or node.text_views() else None)

    def _labelled_children(self, node: Node) -> tuple[dict[str, View], list[Node]]:
        """Details that stand as items of their own (`- Cơ quan chủ trì: …`), and the other children."""
        details: dict[str, View] = {}
        rest: list[Node] = []
        for child in node.children:
            own = self._own(child)
            if child.children:
                own = self._whole(child) if own.view.text.endswith(":") and self._is_noun(child) else _NOTHING
            found = labelled(own.view) if own else None
            if found and found.field not in details:
                details[found.field] = found.view
            else:
                rest.append(child)
        return details, rest

    def _lead_in(self, node: Node, title: Passage | None, own: Passage) -> tuple[Passage | None, Passage | None]:
        """What a node says itself, and the words at its end that lead in what stands below."""
        if own and node.children:
            start = _sentences(own)[-1][0]
            last = own.cut(start)
            if last.view.text.endswith(":") or _only_bodies(last):
                return (own.cut(0, start) or None), last
        if node.heading() is None or title is None:
            return (own or None), None
        colon = node.body().text.rstrip().endswith(":")
        if own and colon and not words().one["verb"].match(own.folded) and lead(own) is None:
            return joined([title, own]), None
        if own or (not colon and (node.children or title.view.text.isupper())):
            return (own or None), None
        return None, title

    def _is_noun(self, node: Node) -> bool:
        """Whether an item names a thing rather than work."""
        own = self._own(node)
        if node.heading() is not None or not own or _is_told(own.folded) or lead(own) is not None:
            return False
        return all(self._is_noun(c) for c in node.children)

    def _whole(self, node: Node) -> Passage:
        """The words of an item and of all below it."""
        return joined([self._own(node), *(self._whole(c) for c in node.children)])

    # Duties of an item

    def _duties(self, told: Passage, above: _Above, details: dict[str, View]) -> Iterator[Duty]:
        groups = _groups(told, above.body)
        if groups and groups[0].lead is None and above.body is None and above.zone == "implementing":
            groups[0].lead = told_body(told)
        if groups and details:
            groups[-1].details.update(details)
        if groups and (title := _lost_title(told, groups[0].lead)):
            above = replace(above, headings=(*above.headings, title))
        for group in groups:
            group.details = {**dict(above.details), **group.details}
        for group in groups:
            text = _kept(told, group)
            if text is not None and _is_work(text, group, above):
                yield self._duty(text, group, above)

    def _duty(self, text: Passage, group: _Group, above: _Above) -> Duty:
        named = self._party(group.details.get("lead")) or group.lead
        helped = self._party(group.details.get("support")) or support(text)
        over = above.body
        if named is None and over is not None and over.named.view.text not in text.view.text:
            named, helped = _under(over, helped, text)
        elif named is None and over is not None:
            named = over.named
        if named is None and (over is None or helped is not over.named):
            named = inner_lead(text)
        when = dated(group.details["deadline"], self.years) if "deadline" in group.details else None
        return Duty(
            path="/".join(above.labels),
            text=text.view,
            lead=named,
            support=helped,
            roles=tuple(roles(text, (named and named.view, helped and helped.view))),
            deadline=when or deadline(text.view, self.years),
            output=group.details.get("output") or output(text.view),
            budget=group.details.get("budget") or budget(text.view),
            note=group.details.get("note"),
            headings=above.headings,
        )

    def _party(self, view: View | None) -> Named | None:
        if view is None:
            return None
        return Named(view, tuple(dict.fromkeys(f.key for f in self.naming.of(view))))


def _lost_title(told: Passage, named: Named | None) -> str | None:
    """The heading of an area before the bodies of an item, where the line break between them is lost."""
    title = told.view.text.partition(named.view.text)[0] if named else ""
    return title if _SHORTEST <= len(title) < _LABEL_END and areas.area_of(title) else None


_ENDS = ("/", "/.", "ll", "U")
_NOTHING = Passage(View("", [0], [0]), ())


def _for_all_below(
    told: Passage | None, details: dict[str, View], inside: _Above, children: Sequence[Node]
) -> tuple[Passage | None, dict[str, View], _Above]:
    """Details that an item says for those below it: under labels of their own, or as `Thời hạn: …` alone."""
    if told is not None and children and len(told.folded) < _TITLE and words().one["term"].match(told.folded):
        details, told = {**details, "deadline": told.view}, None
    if told is not None or not children or not details:
        return told, details, inside
    return None, {}, replace(inside, details=(*inside.details, *details.items()))


def _under(over: Body, helped: Named | None, text: Passage) -> tuple[Named | None, Named | None]:
    """Lead and support of a duty whose heading names the body.

    `Phối hợp với Sở X …` under another body: that body helps; with `các cơ quan liên quan` it leads all the same.
    """
    if not words().one["joint"].match(text.folded) or "chủ trì" in text.folded:
        return over.named, helped or over.support
    if helped is not None and (over.leads or all(kind_of(k) == GROUP for k in helped.keys)):
        return over.named, helped
    if helped is None and words().one["partners"].match(text.folded):
        return over.named, None
    return None, over.named


def _opening_body(lead_in: Passage) -> Body | None:
    """The bodies that a lead-in assigns work to."""
    named = lead(lead_in)
    if named is None:
        return None
    end = lead_in.view.text.index(named.view.text) + len(named.view.text)
    bare = words().one["bare"].fullmatch(lead_in.folded, end) is not None
    return Body(named, support(lead_in.cut(end)), bare, "chủ trì" in lead_in.folded)


def _has_content(lead_in: Passage, named: Body | None) -> bool:
    """Whether a lead-in says what is to be done, not only who does it or that a list follows."""
    if (named is not None and named.bare) or words().one["list_follows"].search(lead_in.folded):
        return False
    return named is not None or _is_told(lead_in.folded)


def _sentences(told: Passage) -> list[tuple[int, int]]:
    """The sentences of a text; a list of bodies cut at its semicolons is put together with what they must do."""
    text = told.view.text
    edges = [m.end() for m in words().sentence.finditer(text)]
    found: list[tuple[int, int]] = []
    start = 0
    for end in (*edges, len(text)):
        if end < len(text) and text[end - 2 : end] == "; " and _leads_on(told.cut(start, end)):
            continue
        if end > start:
            found.append((start, end))
        start = end
    return found


def _leads_on(piece: Passage) -> bool:
    """Whether a piece that ends in a semicolon holds only bodies, or only on what ground they act."""
    ends = piece.view.text.rstrip().endswith(";")
    return ends and (words().one["opening"].fullmatch(piece.folded) is not None or _only_bodies(piece))


def _only_bodies(piece: Passage) -> bool:
    """Whether words name bodies and say nothing of what they must do (`Giao Sở A; UBND các xã;`)."""
    if not piece.found or not words().one["opening"].fullmatch(piece.folded[: piece.found[0].start]):
        return False
    return re.sub(r"\([^()]*\)", "", piece.folded[piece.found[run(piece, 0)].end :]).strip(" ;:,") == ""


def _groups(told: Passage, over: Body | None) -> list[_Group]:
    """The sentences of an item, a new group wherever one opens with a lead of its own.

    `các cơ quan, đơn vị` under a heading that names bodies are those bodies.
    """
    groups: list[_Group] = []
    for start, end in _sentences(told):
        detail = _detail(told, start, end) if groups else None
        if detail:
            groups[-1].details.setdefault(detail.field, detail.view)
            continue
        named = lead(told, start, end)
        if named is not None and over is not None and _means_body(named, told.folded, start):
            named = None
        if named is not None or not groups:
            groups.append(_Group(named, [(start, end)]))
        else:
            groups[-1].sentences.append((start, end))
    return groups


def _detail(told: Passage, start: int, end: int) -> Labelled | None:
    """The detail that a sentence under a label gives."""
    return labelled(told.view.cut(start, end)) if ":" in told.view.text[start : start + _LABEL_END] else None


def _means_body(named: Named, folded: str, start: int) -> bool:
    """Whether bodies named only as `các cơ quan, đơn vị` are those that the heading names."""
    return set(named.keys) <= _ANYONE and bool(named.keys) and words().one["giving"].match(folded, start) is None


_ANYONE = {"all-agencies", "localities", "related-agencies"}


def _kept(told: Passage, group: _Group) -> Passage | None:
    """The words of a group without what closes the plan, and without statements of aim at its edges."""
    one, folded = words().one, told.folded
    kept = [s for s in group.sentences if not one["skip"].match(folded, s[0]) and not _leads_in_table(folded, s)]
    if group.lead is None:
        while kept and (one["aims"].match(folded, kept[0][0]) or _states(folded, *kept[0])):
            kept.pop(0)
    while len(kept) > 1 and one["aims"].match(folded, kept[-1][0]):
        kept.pop()
    pieces: list[tuple[int, int]] = []
    for start, end in kept:
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return joined([told.cut(*piece) for piece in pieces]) if pieces else None


def _states(folded: str, start: int, end: int) -> bool:
    """Whether a sentence only says what something is."""
    return folded.find(" là ", start, end) >= 0 and words().one["statement"].match(folded, start, end) is not None


def _leads_in_table(folded: str, sentence: tuple[int, int]) -> bool:
    """Whether a sentence only leads in a table, whose rows are the tasks."""
    ends = folded.endswith((":", ": "), *sentence)
    return ends and words().one["table_follows"].search(folded, *sentence) is not None


def _is_work(text: Passage, group: _Group, above: _Above) -> bool:
    """Whether words assign work: by their own lead, by the body above, or as a measure."""
    if len(text.view.text) < _SHORTEST or labelled(text.view) is not None:
        return False
    if group.lead is not None or "lead" in group.details:
        return True
    if above.zone == "funding":
        return False
    if above.body is not None:
        return True
    return _is_told(text.folded)


def _is_told(folded: str) -> bool:
    """Whether words begin with what is to be done, perhaps behind a label."""
    one = words().one
    return (one["verb"].match(folded) or one["labelled_verb"].match(folded)) is not None


__all__ = ["Duty", "of_articles", "of_sections", "zone_of"]
