"""Akoma Ntoso 3.0 (OASIS LegalDocML), one file a decision: the international form for texts of law.

Identity follows the naming convention: `vn/son-la/ubnd/qd/2015/3241` is the work
`/akn/vn-son-la/act/qd/ubnd/2015/3241`, and a citation of it in another decision points there. A decision with articles
is an `act`; a plan under its own number, which has none, is a `doc`. Attachments are documents inside it, with their
outline and tables; what is cited stands as `ref` in the words and as `activeRef` in the metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import Connection

from corpus.exports import Written, labels
from corpus.exports.labels import as_date, xml_words
from corpus.exports.tabular import FileNames, batches, keys
from parsers.folding import slug
from parsers.model import Article, Attachment, Citation, Decision, Section, Table
from schema.load import load_many

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
SOURCE = "#vanban"
LANGUAGE = "vie"
#: What stands for a day that the document leaves open: the schema insists on one.
UNKNOWN = date(9999, 1, 1)
#: Elements for marks of the outline; other items are `hcontainer` with their mark as name.
ELEMENTS = {
    "part": "part",
    "chapter": "chapter",
    "division": "section",
    "subdivision": "subsection",
    "article": "article",
}
_SHORT = {"part": "part", "chapter": "chp", "section": "sec", "subsection": "subsec", "article": "art"}


def uri(key: str) -> str:
    """The address of the work with this key; of a key that two share (`~` and the date) with the date, not the year.

    >>> uri("vn/son-la/ubnd/qd/2015/3241"), uri("vn/cp/nq/2011/30c")
    ('/akn/vn-son-la/act/qd/ubnd/2015/3241', '/akn/vn/act/nq/cp/2011/30c')
    """
    plain, _, day = key.partition("~")
    country, *place = plain.split("/")
    if len(place) < 4:
        return f"/akn/{country}/act/{'/'.join(place)}"
    *place, organ, kind, year, serial = place
    return f"/akn/{'-'.join([country, *place])}/act/{kind}/{organ}/{day or year}/{serial}"


def write(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """One `.xml` a decision, named by its key."""
    count, names = 0, FileNames(".xml")
    for batch in batches(ids):
        shown = keys(connection, batch)
        for place, decision in zip((i for i in batch if i in shown), load_many(connection, batch), strict=True):
            (out / names.name(shown[place])).write_bytes(to_bytes(decision, shown[place]))
            count += 1
    return Written(count, count)


def to_bytes(decision: Decision, key: str | None = None) -> bytes:
    """The XML of a decision, UTF-8; `key` where another decision shares its own."""
    tree = etree.ElementTree(_Paper(decision, key or decision.document.key).root())
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=False))


def element(name: str, /, *children: Any, **attributes: str | None) -> Any:
    """An element of Akoma Ntoso; children are elements and words, None is left out."""
    made = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for attribute, value in attributes.items():
        if value is not None:
            made.set(attribute.rstrip("_"), xml_words(value))
    for child in children:
        if isinstance(child, str):
            _say(made, child)
        elif child is not None:
            made.append(child)
    return made


def _say(owner: Any, words: str) -> None:
    last = owner[-1] if len(owner) else None
    if last is None:
        owner.text = (owner.text or "") + xml_words(words)
    else:
        last.tail = (last.tail or "") + xml_words(words)


class _Ids:
    """eIds, no two alike: the mark of the element, its label, the ids above it."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, above: str, name: str, label: str) -> str:
        said = slug(label) if label else ""
        own = f"{name}_{said}" if said else name
        start = f"{above}__{own}" if above else own
        found, count = start, 1
        while found in self._taken:
            count += 1
            found = f"{start}-{count}"
        self._taken.add(found)
        return found


class _Paper:
    """One decision on its way to XML."""

    def __init__(self, decision: Decision, key: str) -> None:
        self.decision, self.head, self.work = decision, decision.document, uri(key)
        self.day = as_date(self.head.date)
        self.ids = _Ids()

    def root(self) -> Any:
        """The whole document."""
        name = slug(self.head.type.name) or "decision"
        if self.decision.articles:
            body = element(
                "body", *(self._article(article) for article in self.decision.articles), eId=self._id("body")
            )
            parts = [self._preface(), self._preamble(), body, self._conclusions(), self._attachments()]
            return element("akomaNtoso", element("act", self._meta(self.work), *parts, name=name))
        body = element("mainBody", element("p", self.head.title or ""), eId=self._id("body"))
        parts = [self._preface(), self._preamble(), body, self._conclusions(), self._attachments()]
        return element("akomaNtoso", element("doc", self._meta(self.work), *parts, name=name))

    def _id(self, name: str, label: str = "", above: str = "") -> str:
        return self.ids.new(above, name, label)

    # --- metadata ---------------------------------------------------------------------------------------------------

    def _meta(self, work: str, part: str = "main") -> Any:
        identity = element("identification", *self._frbr(work, part), source=SOURCE)
        return element("meta", identity, self._references() if part == "main" else None)

    def _frbr(self, work: str, part: str) -> Iterator[Any]:
        day = (self.day or UNKNOWN).isoformat()
        known = "promulgation" if self.day else "unknown"
        text = f"{work}/{LANGUAGE}@{day if self.day else ''}"
        author = f"#{slug(self.head.issuer or '') or 'issuer'}"
        number = element("FRBRnumber", value=self.head.number) if self.head.number else None
        country = element("FRBRcountry", value="vn")
        yield self._level("FRBRWork", work, part, day, known, author, country, number)
        language = element("FRBRlanguage", language=LANGUAGE)
        yield self._level("FRBRExpression", text, part, day, known, author, language)
        today = date.today().isoformat()
        yield self._level("FRBRManifestation", f"{text}.xml", part, today, "markup", SOURCE)

    @staticmethod
    def _level(name: str, address: str, part: str, day: str, known: str, author: str, *more: Any) -> Any:
        this = address.removesuffix(".xml") + f"/!{part}" + (".xml" if address.endswith(".xml") else "")
        dated = element("FRBRdate", date=day, name=known)
        parts = element("FRBRthis", value=this), element("FRBRuri", value=address), dated
        return element(name, *parts, element("FRBRauthor", href=author), *more)

    def _references(self) -> Any:
        cited = dict.fromkeys(c.key for c in self.decision.citations if c.key and c.relation != "self")
        shown = {c.key: c.number or c.name or c.text for c in reversed(self.decision.citations) if c.key}
        rows = [element("activeRef", eId=self._id("ref"), href=uri(key), showAs=shown[key]) for key in cited]
        issuer = self.head.issuer or "?"
        body = element(
            "TLCOrganization",
            eId=slug(issuer) or "issuer",
            href=f"/akn/ontology/organization/vn/{slug(issuer) or 'issuer'}",
            showAs=issuer,
        )
        program = element("TLCOrganization", eId="vanban", href="/akn/ontology/organization/vn/vanban", showAs="vanban")
        return element("references", *rows, body, program, source=SOURCE)

    # --- before and after the articles -------------------------------------------------------------------------------

    def _preface(self) -> Any:
        head = self.head
        day = as_date(head.date)
        dated = element("docDate", labels.day(head.date), date=day.isoformat()) if day and head.date else None
        lines = [
            element("docAuthority", head.issuer) if head.issuer else None,
            element("docNumber", head.number) if head.number else None,
            dated,
            element("docType", head.type.name),
            element("docTitle", head.display_title or head.title or "") if head.title else None,
        ]
        return element("preface", *(element("p", line) for line in lines if line is not None), eId=self._id("preface"))

    def _preamble(self) -> Any:
        rows = []
        for basis in self.decision.bases:
            words = element("p", *self._linked(basis.text, basis.citations))
            rows.append(element("citation", words, eId=self._id("cit")))
        if not rows:
            return None
        formula = element("formula", element("p", "QUYẾT ĐỊNH:"), name="enacting") if self.decision.articles else None
        bases = element("citations", *rows, eId=self._id("cits"))
        return element("preamble", bases, formula, eId=self._id("preamble"))

    def _conclusions(self) -> Any:
        lines = []
        for signer in self.head.signers:
            above = "; ".join(filter(None, (signer.capacity, signer.position)))
            lines.append(element("p", element("signature", f"{above}: {signer.name}" if above else signer.name)))
        lines += [element("p", words, class_="recipient") for words in self.head.recipients]
        return element("conclusions", *lines, eId=self._id("conclusions")) if lines else None

    # --- text with references ----------------------------------------------------------------------------------------

    def _linked(self, words: str, cited: Sequence[int]) -> Iterator[Any]:
        """The words, with those of the citations that stand in them as `ref`."""
        done = 0
        for citation in (self.decision.citations[n] for n in cited if n < len(self.decision.citations)):
            start = words.find(citation.text, done) if citation.key and citation.text else -1
            if start >= 0:
                yield words[done:start]
                yield self._ref(citation)
                done = start + len(citation.text)
        yield words[done:]

    @staticmethod
    def _ref(citation: Citation) -> Any:
        return element("ref", citation.text, href=uri(citation.key or ""))

    # --- articles, outline, tables -----------------------------------------------------------------------------------

    def _article(self, article: Article) -> Any:
        here = self._id("art", article.label)
        num = element("num", f"Điều {article.label}.")
        return element("article", num, *self._inside(article, here), eId=here)

    def _inside(self, item: Article | Section, here: str) -> Iterator[Any]:
        if item.heading:
            yield element("heading", item.heading)
        words = element("p", *self._linked(item.text or "", item.citations))
        if item.children:
            if item.text:
                yield element("intro", words, eId=self._id("intro", above=here))
            yield from (self._section(child, here) for child in item.children)
        else:
            yield element("content", words, eId=self._id("content", above=here))

    def _section(self, item: Section, above: str) -> Any:
        label = item.label or ""
        name = ELEMENTS.get(item.mark, "hcontainer")
        here = self._id(_SHORT.get(name, "hcontainer"), label.rpartition(" ")[2], above)
        num = element("num", label) if label else None
        return element(name, num, *self._inside(item, here), eId=here, name=item.mark if name == "hcontainer" else None)

    def _table(self, table: Table, above: str) -> Any:
        rows = [element("tr", *(element("th", element("p", cell)) for cell in table.columns))] if table.columns else []
        rows += [element("tr", *(element("td", element("p", cell)) for cell in cells)) for cells in table.rows if cells]
        if not rows:
            return None
        return element("table", *rows, eId=self._id("table", above=above))

    def _attachments(self) -> Any:
        parts = [self._attachment(n, part) for n, part in enumerate(self.decision.attachments, start=1)]
        return element("attachments", *parts) if parts else None

    def _attachment(self, n: int, part: Attachment) -> Any:
        here = self._id("att", str(n))
        titled = [element("p", element("docType", f"{part.kind} {part.label or ''}".strip()))]
        if part.title:
            titled.append(element("p", element("docTitle", part.title)))
        inner = [element("p", part.preamble)] if part.preamble else []
        items: list[tuple[int, Any]] = [(item.span[0], self._section(item, here)) for item in part.sections]
        items += [(table.span[0], self._table(table, here)) for table in part.tables]
        inner += [made for _, made in sorted(items, key=lambda pair: pair[0]) if made is not None]
        body = element("mainBody", *(inner or [element("p")]), eId=self._id("body", above=here))
        preface = element("preface", *titled, eId=self._id("preface", above=here))
        doc = element("doc", self._meta(self.work, f"att_{n}"), preface, body, name=slug(part.kind) or "attachment")
        return element("attachment", doc, eId=here)
