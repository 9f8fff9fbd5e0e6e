"""The finders as a spaCy component, and decisions as spaCy documents: to look at, and to train on.

    import spacy, corpus.nlp          # the second is not needed where vanban is installed: spaCy finds it by itself
    nlp = spacy.blank("xx")           # any pipeline will do; spaCy's own "vi" needs pyvi
    nlp.add_pipe("vanban", config={"date": "2022-12-13"})
    nlp(text).spans["citations"]      # also "agencies", "deadlines"

Every span has a label (`CITATION`, `AGENCY`, `DEADLINE`) and, as `kb_id_`, what it stands for: the key of a regulation
or agency, the dates of a deadline as `start/end`, its recurrence, or nothing. The text may be in any Unicode form and
hard-wrapped: what is found is mapped back to the places in the text as it was given. Spans end at borders of tokens,
so a tokenizer that keeps a word and its comma together makes them a little longer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from html import escape
from typing import NamedTuple

import regex
import spacy
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from parsers import agencies, citations, deadlines
from parsers.model import Deadline, Decision

#: The groups of spans, and the label of each.
LABELS = {"citations": "CITATION", "agencies": "AGENCY", "deadlines": "DEADLINE"}
#: What the labels are called on a page, and their colours.
SHOWN = {"CITATION": "VIỆN DẪN", "AGENCY": "CƠ QUAN", "DEADLINE": "THỜI HẠN"}
COLOURS = {"VIỆN DẪN": "#cfe2ff", "CƠ QUAN": "#d6f0d6", "THỜI HẠN": "#ffe5b4"}

_LETTER = regex.compile(r"\X", regex.DOTALL)
# A paragraph ends at an empty line, and where a line that ends a sentence or an item does; other breaks are wraps.
_END = regex.compile(r"(?:(?<=[.;:/])[^\S\n]*\n|\n[^\S\n]*\n)\s*")


class Found(NamedTuple):
    """A stretch `[start, end)` of a text, the group it belongs to and what it stands for."""

    group: str
    start: int
    end: int
    meaning: str


class _Composed(NamedTuple):
    """A text in NFC; its letter i was made from `[starts[i], ends[i])` of the text as given."""

    text: str
    starts: list[int]
    ends: list[int]


def _composed(text: str) -> _Composed:
    if unicodedata.is_normalized("NFC", text):
        places = list(range(len(text) + 1))
        return _Composed(text, places, places[1:])
    made, starts, ends = [], [], []
    for cluster in _LETTER.finditer(text):
        letters = unicodedata.normalize("NFC", cluster[0])
        made.append(letters)
        starts += [cluster.start()] * len(letters)
        ends += [cluster.end()] * len(letters)
    return _Composed("".join(made), starts, ends)


def find(
    text: str, date: str | None = None, province: str | None = None, groups: Collection[str] = tuple(LABELS)
) -> list[Found]:
    """What the finders of these groups see in a text, in order; places are those of the text as given.

    `date` (ISO 8601) and `province` (a key) are those of the decision that the text belongs to: they settle which
    regulation or agency is meant where the words alone do not.

    >>> [found[:3] for found in find("Giao Sở Nội vụ báo cáo trước ngày 05/6/2024.")]
    [('agencies', 5, 14), ('deadlines', 23, 43)]
    """
    whole = _composed(text)
    found = []
    for start, end in _paragraphs(whole.text):
        words = regex.sub(r"\s", " ", whole.text[start:end])
        for group, first, last, meaning in _in_paragraph(words, date, province, groups):
            place = whole.starts[start + first], whole.ends[start + last - 1]
            found.append(Found(group, *place, meaning))
    return sorted(found, key=lambda one: (one.start, one.end))


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _in_paragraph(words: str, date: str | None, province: str | None, groups: Collection[str]) -> Iterator[Found]:
    if "citations" in groups:
        context = citations.Context(number=None, date=date, type="", province=province)
        for cited in citations.read([citations.Passage(words, "attachment")], context).citations:
            yield Found("citations", cited.start, cited.end, cited.citation.key or "")
    if "agencies" in groups:
        for agency in agencies.find(words, date):
            yield Found("agencies", agency.start, agency.end, agency.key)
    if "deadlines" in groups:
        for due in deadlines.find(words):
            yield Found("deadlines", due.start, due.end, _meaning(due.reading.deadline))


def _meaning(due: Deadline) -> str:
    dates = f"{due.start or ''}/{due.end or ''}" if due.start or due.end else ""
    return dates or due.recurrence or ""


class Component:
    """The pipeline component: fills `doc.spans` with `citations`, `agencies` and `deadlines`."""

    def __init__(self, date: str | None = None, province: str | None = None) -> None:
        self.date, self.province = date, province

    def __call__(self, doc: Doc) -> Doc:
        """The same document with its spans."""
        return _filled(doc, find(doc.text, self.date, self.province))


@Language.factory("vanban", default_config={"date": None, "province": None})
def create(nlp: Language, name: str, date: str | None, province: str | None) -> Component:
    """Makes the component for a pipeline (spaCy calls this)."""
    return Component(date, province)


def _filled(doc: Doc, found: list[Found]) -> Doc:
    spans: dict[str, dict[tuple[int, int], Span]] = {group: {} for group in LABELS}
    for one in found:
        span = doc.char_span(one.start, one.end, label=LABELS[one.group], kb_id=one.meaning, alignment_mode="expand")
        if span is not None:
            spans[one.group].setdefault((span.start, span.end), span)
    for group, members in spans.items():
        doc.spans[group] = list(members.values())
    return doc


# --- decisions -----------------------------------------------------------------------------------------------------


def marks(decision: Decision) -> list[Found]:
    """What a decision names: its citations and the deadlines of its tasks as they were read, its agencies."""
    head = decision.document
    province = head.province.key if head.province else None
    found = find(decision.text, head.date, province, ("agencies", "deadlines"))
    found += [Found("citations", *cited.span, cited.key or "") for cited in decision.citations]
    found += _deadlines(decision)
    kept: dict[tuple[str, int, int], Found] = {}
    for one in found:
        if one.end > one.start:
            kept[one.group, one.start, one.end] = one
    return sorted(kept.values(), key=lambda one: (one.start, one.end))


def _deadlines(decision: Decision) -> Iterator[Found]:
    for row in decision.evidence:
        path = row.path.split("/")
        if path[1:2] == ["tasks"] and path[3:5] == ["deadline", "text"]:
            due = decision.tasks[int(path[2])].deadline
            yield Found("deadlines", *row.span, _meaning(due) if due else "")


def document(decision: Decision, nlp: Language | None = None) -> Doc:
    """A decision as a spaCy document with its spans; `user_data` has its key, number and date.

    `nlp` cuts the tokens; by default a blank pipeline for any language.
    """
    blank = nlp or spacy.blank("xx")
    doc = _filled(blank.make_doc(decision.text), marks(decision))
    head = decision.document
    doc.user_data |= {"key": head.key, "number": head.number, "date": head.date}
    return doc


def packed(documents: Iterable[Doc]) -> DocBin:
    """Documents, one after the other, as `spacy train` reads them from a `.spacy` file."""
    return DocBin(store_user_data=True, docs=documents)


def html(decision: Decision) -> str:
    """A page that shows a decision's text with what it names marked; it loads and runs nothing.

    Of two marks that overlap the longer is drawn.
    """
    head = decision.document
    title = f"{head.type.name} {head.number or ''}".strip()
    shown = {"text": decision.text, "title": escape(title), "ents": list(_apart(decision)), "settings": {"lang": "vi"}}
    page = displacy.render(shown, style="ent", manual=True, page=True, jupyter=False, options={"colors": COLOURS})
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    legend = "".join(f'<mark style="background: {colour}">{name}</mark> ' for name, colour in COLOURS.items())
    about = f"<title>{escape(title)}</title>\n<style>@page {{ margin: 2cm }} mark {{ padding: 0 .3em }}</style>"
    page = page.replace("<title>displaCy</title>", f'<meta charset="utf-8">\n{policy}\n{about}', 1)
    return str(page).replace("<figure", f'<p style="font-family: sans-serif">{legend}</p>\n<figure', 1)


def _apart(decision: Decision) -> Iterator[dict[str, object]]:
    chosen: list[Found] = []
    for one in sorted(marks(decision), key=lambda mark: mark.start - mark.end):
        if all(one.end <= other.start or other.end <= one.start for other in chosen):
            chosen.append(one)
    for one in sorted(chosen, key=lambda mark: mark.start):
        yield {"start": one.start, "end": one.end, "label": SHOWN[LABELS[one.group]]}
