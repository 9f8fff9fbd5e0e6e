"""Citations: every regulation a decision names, complete, resolved, related.

Takes passages (paragraphs, already clean) and the decision that cites; gives mentions in text order, what the text
says between two of them, and what is doubtful. The grammar is data: `document_types.csv`, `issuers.csv`,
`regulations.csv`, `relations.toml`, `citations.toml`. Small verbs for one number stand in `parsers.citation_numbers`,
keys in `parsers.keys`. Shapes like these are read (our own sentences):

    Căn cứ các Nghị quyết của Chính phủ: số 5/NQ-CP ngày 01/02/2013; số 7a/NQ-CP ngày 3/4/2014;
    theo khoản 1, khoản 2 Điều 3 Nghị định số 9/2016/NĐ-CP
    Luật sửa đổi, bổ sung một số điều của Luật Viên chức năm 2019
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers import citation_findings, citation_laws, citation_mentions
from parsers.citation_mentions import Mention
from parsers.citation_model import Cited, Context, Finding, Part, Passage, Result
from parsers.citation_numbers import find_numbers, forgive, format_number, normalise_number, parse_number
from parsers.citation_references import References
from parsers.citation_relations import Reader
from parsers.citation_resolution import Resolver, Settled, printed_date
from parsers.folding import fold
from parsers.keys import decision_key, key_of
from parsers.model import Citation, Relation, Relationship

__all__ = [
    "Cited",
    "Context",
    "Finding",
    "Part",
    "Passage",
    "Result",
    "decision_key",
    "find_numbers",
    "forgive",
    "format_number",
    "key_of",
    "normalise_number",
    "parse_number",
    "read",
]

_SILENT = ("recipients",)  # zones whose numbers are file marks, not citations


def read(passages: Sequence[Passage], context: Context) -> Result:
    """The citations of a decision, in order, with relations and findings.

    >>> here = Context("12/QĐ-UBND", "2015-12-22", "QĐ", "son-la")
    >>> result = read([Passage("Căn cứ Nghị quyết số 30C/NQ-CP ngày 08/11/2011 của Chính phủ;", "basis")], here)
    >>> [(c.citation.number, c.citation.date, c.citation.key, c.citation.relation) for c in result.citations]
    [('30c/NQ-CP', '2011-11-08', 'vn/cp/nq/2011/30c', 'basis')]
    """
    reader = Reader()
    found = list(_mentions(passages, reader))
    resolver = Resolver([m for _, m, _ in found], context)
    settled = resolver.settle_all([m for _, m, _ in found])
    cited = tuple(
        _cited(i, passages[i], m, _or_self(m, r, passages[i].zone, context), s, context)
        for (i, m, r), s in zip(found, settled, strict=True)
    )
    index = {id(m): n for n, (_, m, _) in enumerate(found)}
    acts = dict.fromkeys((index[id(a.subject)], a.verb, index[id(a.object)]) for a in reader.acts)
    warnings = citation_findings.find([(i, m) for i, m, _ in found], settled, cited, context)
    return Result(cited, tuple(Relationship(subject=s, verb=v, object=o) for s, v, o in acts if s != o), warnings)


def _mentions(passages: Sequence[Passage], reader: Reader) -> Iterator[tuple[int, Mention, Relation]]:
    """Every mention with its passage and its relation; what they do to each other is left with the reader."""
    references = References()
    for i, passage in enumerate(passages):
        text, zone = passage.text, passage.zone
        if zone in _SILENT:
            continue
        numbers = find_numbers(text) if "/" in text or ("-" in text and "19" in text) else []
        holds, refers = bool(numbers) or citation_laws.holds(text), references.concerns(text)
        if not (holds or refers or reader.concerns(zone, text)):
            continue
        folded = fold(text)
        mentions = citation_mentions.find(text, folded, numbers) if holds else []
        if refers or mentions:
            mentions = references.read(text, folded, mentions)
        for mention, relation in zip(mentions, reader.read(zone, text, folded, mentions), strict=True):
            yield i, mention, relation


def _or_self(mention: Mention, relation: Relation, zone: str, context: Context) -> Relation:
    """`self` for the decision's own number: in its letterhead and captions, or with its own date."""
    if mention.number is None or context.number is None:
        return relation
    ours = normalise_number(context.number)
    if zone not in ("number", "caption") and mention.printed != ours:
        return relation
    same = (mention.printed or "").lower() == ours.lower()
    date = printed_date(mention)
    if zone == "number" and same:
        return "self"
    if zone == "caption":
        dated = date is not None and date == context.date and mention.type == context.type
        return "self" if same or dated else relation
    if not same:
        return relation
    dated = date == context.date if date else mention.number.year is not None
    return "self" if dated else relation


def _cited(i: int, passage: Passage, mention: Mention, relation: Relation, settled: Settled, context: Context) -> Cited:
    if relation == "self":
        settled = _ourselves(settled, context)
    citation = Citation(
        text=passage.text[mention.start : mention.end],
        type=mention.type,
        number=mention.printed,
        name=mention.law.name if mention.law else None,
        year=settled.year,
        date=printed_date(mention),
        issuer=mention.issuer.words if mention.issuer else None,
        key=settled.key,
        resolved=settled.resolved,
        relation=relation,
        pinpoint=tuple(p.pinpoint for p in mention.pinpoints),
        span=(mention.start, mention.end),
    )
    return Cited(i, mention.start, mention.end, citation, tuple(_parts(mention)))


def _ourselves(settled: Settled, context: Context) -> Settled:
    """The decision itself: its year and key are those of its own date."""
    year = int(context.date[:4]) if context.date else settled.year
    ours = decision_key(context.number, context.type, context.date, context.province, district=context.district)
    return Settled(year=settled.year or year, key=context.key or ours or settled.key)


def _parts(mention: Mention) -> list[Part]:
    """Where each value stands."""
    parts = [Part("number", *mention.number_at)] if mention.number_at else []
    if mention.law:
        parts.append(Part("name", mention.law.start, mention.law.end))
    elif mention.type_at:
        parts.append(Part("type", *mention.type_at))
    if mention.date:
        parts.append(Part("date" if mention.date.whole else "year", mention.date.start, mention.date.end))
    if mention.issuer:
        parts.append(Part("issuer", mention.issuer.start, mention.issuer.end))
    for n, place in enumerate(mention.pinpoints):
        parts += [Part(f"pinpoint/{n}/{field}", start, end) for field, start, end in place.parts]
    return parts
