"""What a decision says of itself: number, date, place, province, issuer, title, effect (contract: document)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import regex

from parsers import citations, committees, dates, effect, grammar, letterhead, provinces
from parsers.citation_numbers import parse_number, type_row
from parsers.committees import Level
from parsers.flow import is_caps
from parsers.folding import fold, slug
from parsers.keys import some_day
from parsers.model import DocumentType, Header, Province, Signer
from parsers.parts import Parts
from parsers.trace import Trace
from parsers.view import View

_CAPTION = regex.compile(
    r"(?:quyết định|kế hoạch)\s*(?:số\s*[:.]?\s*)?"
    r"(?P<number>\d[\d.]*[a-zđ]?\s*(?:/\s*(?:19|20)\d\d\s*)?/\s*[a-zđ]+\s*[-–]\s*[a-zđ]+)"
    r"(?:\s*,?\s*(?P<date>ngày\s+[^)]*?(?:19|20)\d\d))?(?:\s*của\s+(?P<issuer>[^)]+))?"
)
_BODY = r"(?:(?P<chair>(?&chair))\s+)?(?&body)\s*(?P<rest>[^()]*)"
_TOWN = r"\s*(?P<kind>(?&town))(?:\s+|(?<=\.))(?P<name>\p{L}[\p{L}\s\-–']*|\d{1,2}(?!\d))"
Authority = Literal["committee", "chair"]
DECISION, PLAN = "QĐ", "KH"  # codes of grammar/document_types.csv
_AS_ARTICLE = regex.compile(r"như\s+(?:tại\s+)?điều\s+(?P<label>\d+)")
_ARTICLE = regex.compile(r"điều\s+(?P<label>\d+)")
_NORMATIVE = regex.compile(r"\d+[a-zđ]?/(?:19|20)\d\d/QĐ-(?:UBND|CTUBND|UB)")


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuing body read from words: its level, place words, province as of the date, whether the chair's.

    `kind` is the place's (huyện), `town` where the words name it with its kind.
    """

    level: Level | None
    name: str | None
    province: provinces.Province | None
    chair: bool
    kind: str = ""
    town: tuple[int, int] | None = None


def issuer_of(words: str, when: str | None) -> Issuer | None:
    """The body that words such as `CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH SƠN LA` name."""
    m = committees.compiled(_BODY).search(fold(words))
    if m is None:
        return None
    town = committees.compiled(_TOWN).match(m["rest"])
    if town is None:
        return Issuer(None, None, None, bool(m["chair"]))
    kind, name = " ".join(town["kind"].split()), town["name"].strip(" -–")
    level = committees.level_of(kind)
    province = provinces.by_name(name, when) if level == "province" else None
    if committees.is_city(kind) and province is None and provinces.kind_of(name) != provinces.CITY:
        level = "district"
    start = m.start("rest") + town.start("name")
    end = start + len(name)
    at = (m.start("rest") + town.start("kind"), end)
    return Issuer(level, words[start:end], province, bool(m["chair"]), kind, at)


class HeaderReader:
    """Reads the header out of a decision's parts; `number`, `date`, `place` … are there once `read` has run."""

    def __init__(self, parts: Parts, trace: Trace, text_hash: str) -> None:
        self.parts = parts
        self.trace = trace
        self.text_hash = text_hash
        self.head = letterhead.read(parts.head)
        self.number: str | None = None
        self.date: str | None = None
        self.number_view: View | None = None
        self.issuer: Issuer | None = None
        self.issuer_view: View | None = None  # the words it was read from, and the rule that read them
        self.issuer_rule = ""
        self.level_open = True  # no words have said the level yet
        self.signed: list[View] = []  # the capacity, else the position, of the first signer
        self.province: provinces.Province | None = None
        self.district: str | None = None

    @property
    def day(self) -> str | None:
        """The day to ask the provinces about: a draft's number or date may say the year alone."""
        number = parse_number(self.number) if self.number else None
        return some_day(self.date, self.head.year or (number.year if number else None))

    def read(self) -> Header:
        """The header; everything in it has evidence."""
        self._number_and_date()
        self._captions()
        self._issuers()
        place = self._place()
        title = self._title()
        signers = self._signers()
        kind = self._type()
        level = self.issuer.level if self.issuer else None
        level = level or ("province" if self.province else None)
        authority = self._authority(signers)
        effective, expires = self._effect()
        district = self.district = self._district(level)
        key = citations.decision_key(
            number=self.number,
            type=kind.code,
            date=self.date,
            province=self.province.key if self.province else None,
            district=district,
        )
        return Header(
            key=key or f"vn/unidentified/{self.text_hash[:12]}",
            type=kind,
            number=self.number,
            date=self.date,
            place=place,
            province=_province(self.province, self.date),
            issuer=self._issuer_name(authority, level, district),
            authority=authority,
            level=level,
            title=title,
            normative=bool(self.number and _NORMATIVE.fullmatch(self.number)),
            effective_date=effective,
            expires=expires,
            signers=signers,
            recipients=self._recipients(),
        )

    # Number, date, place

    def _number_and_date(self) -> None:
        head, trace = self.head, self.trace
        for kind, span in head.forms or ():
            trace.form(kind, span)
        if head.number:
            self.number = citations.normalise_number(head.number.text)
            self.number_view = head.number
            trace.value("/document/number", head.number, "letterhead.number")
        elif head.number_blank:
            trace.value("/document/type/code", head.number_blank, "letterhead.symbol")
            trace.warn("number-blank", "Số của văn bản còn để trống (dự thảo).", head.number_blank.span())
        if head.date_view:
            self.date = head.date
            trace.value("/document/date", head.date_view, "letterhead.date")
            if head.date_impossible:
                trace.warn("date-impossible", "Ngày của văn bản không có trong lịch.", head.date_view.span())
            if head.date_blank:
                trace.warn("date-blank", "Ngày của văn bản còn để trống hoặc không đọc được.", head.date_view.span())

    def _captions(self) -> None:
        """The captions repeat number and date; where the letterhead is lost they are the only source of them."""
        captions = [v for a in self.parts.attachments for v in a.captions] + self.parts.title_captions
        for view in captions:
            self.trace.form("caption", view.span())
            m = _CAPTION.search(view.folded)
            if m is None:
                continue
            number = citations.normalise_number(view.text[m.start("number") : m.end("number")])
            day = dates.parse(view.text[m.start("date") : m.end("date")]) if m["date"] else None
            if self.number is None and self.head.number_blank is None:
                self.number, self.number_view = number, view.cut(m.start("number"), m.end("number"))
                self.trace.value("/document/number", self.number_view, "caption.number")
            elif self.number and number != self.number:
                self.trace.warn(
                    "caption-number-conflict",
                    f"Phần kèm theo ghi số {number}, văn bản mang số {self.number}.",
                    view.span(m.start("number"), m.end("number")),
                )
            self._caption_date(view, m, day)
            if m["issuer"] and self.issuer is None:
                self._issuer_in(view.cut(m.start("issuer"), m.end("issuer")), "caption.issuer")

    def _caption_date(self, view: View, m: regex.Match[str], day: str | None) -> None:
        if day is None:
            return
        span = view.span(m.start("date"), m.end("date"))
        if self.date is None and self.head.date_view is None:
            self.date = day
            self.trace.spot("/document/date", span, "caption.date")
        elif self.date and day != self.date:
            self.trace.warn(
                "caption-date-conflict", f"Phần kèm theo ghi ngày {day}, văn bản ghi ngày {self.date}.", span
            )

    def _place(self) -> str | None:
        if self.head.place is None:
            return None
        if self.province is None and (found := provinces.by_name(self.head.place.text, self.day)):
            self.province = found
            self._place_words(self.head.place, "letterhead.place")
        return self.trace.value("/document/place", self.head.place, "letterhead.place")

    # Issuer, authority, province

    def _issuers(self) -> None:
        """The issuing body: letterhead first, then the authority line, the caption, the title's own words."""
        caption = (self.issuer, self.issuer_view)
        self.issuer = None
        for view, rule in ((self.head.issuer, "letterhead.issuer"), (self.parts.authority, "authority-line")):
            if view is not None:
                self.trace.value(f"/document/{'issuer' if view is self.head.issuer else 'authority'}", view, rule)
                self._issuer_in(view, rule)
        if caption[0] and (self.issuer is None or self.issuer.name is None):
            (self.issuer, self.issuer_view), self.issuer_rule = caption, "caption.issuer"
        if self.issuer and self.issuer_view:
            if self.issuer_view is not self.head.issuer:
                self.trace.value("/document/issuer", self.issuer_view, self.issuer_rule)
            self.province = self.issuer.province
            if self.issuer.town:
                self._place_words(self.issuer_view.cut(*self.issuer.town), self.issuer_rule)
        if self.province is None:
            self._province_from_words()

    def _issuer_in(self, view: View, rule: str) -> None:
        """Takes the body that words name, where none with a place was read before."""
        found = issuer_of(view.text, self.day)
        if found and (self.issuer is None or (self.issuer.name is None and found.name)):
            self.issuer, self.issuer_view, self.issuer_rule = found, view, rule

    def _place_words(self, view: View, rule: str) -> None:
        """Records the words that name the place, of which province and level come."""
        if self.province:
            self.trace.value("/document/province", view, rule)
        if self.level_open:
            self.trace.value("/document/level", view, rule)
            self.level_open = False

    def _province_from_words(self) -> None:
        """A district's province, or that of a decision without a letterhead: from the title and the enacting words."""
        places = [self.head.place] if self.head.place else []
        views = [
            *places,
            *self.parts.title,
            *(p.view for p in self.parts.bases),
            *(p.view for p in self.parts.articles),
        ]
        for view in views:
            for m in committees.compiled(_BODY).finditer(view.folded):
                found = issuer_of(view.text[m.start() : m.end()], self.day)
                if found and found.province:
                    self.province = found.province
                    self._place_words(view.cut(m.start(), m.end()), "province.words")
                    return
        for view in views[:12]:
            named = provinces.find(view.text, self.day)
            if named:
                self.province = named[0].province
                self._place_words(view.cut(named[0].start, named[0].end), "province.words")
                return

    def _district(self, level: Level | None) -> str | None:
        return slug(self.issuer.name) if self.issuer and self.issuer.name and level in ("district", "commune") else None

    def _type(self) -> DocumentType:
        """The kind of document: the title word's plan, else what the number says, else a decision."""
        number = parse_number(self.number) if self.number else None
        row = type_row(PLAN) if self.parts.is_plan else type_row(number.type if number else None)
        row = row or type_row(DECISION)
        assert row is not None
        return DocumentType(code=row.code, name=row.name)

    def _authority(self, signers: tuple[Signer, ...]) -> Authority | None:
        """Whose decision it is: the line above the bases says it, else its number, its signature, its letterhead."""
        line, path = self.parts.authority, "/document/authority"
        if line is not None and committees.compiled(_BODY).search(line.folded):
            return "chair" if line.folded.startswith("chủ tịch") else "committee"
        if self.number and self.number_view and "CTUBND" in self.number:
            self.trace.value(path, self.number_view, "number.symbol")
            return "chair"
        if signers:
            for view in self.signed:
                self.trace.value(path, view, "signature.capacity")
            capacity = signers[0].capacity or ""
            return "committee" if regex.match(r"T[./]?M|ủy ban nhân|ubnd", capacity, regex.IGNORECASE) else "chair"
        if self.issuer and self.issuer_view:
            self.trace.value(path, self.issuer_view, self.issuer_rule)
        return "committee" if self.issuer else None

    def _issuer_name(self, authority: str | None, level: str | None, district: str | None) -> str | None:
        if self.issuer is None:
            return None
        body = "Chủ tịch Ủy ban nhân dân" if authority == "chair" else "Ủy ban nhân dân"
        if level == "province" and self.province:
            return f"{body} {self.province.kind} {self.province.name}"
        name = self.issuer.name
        if name is None:
            return None
        return f"{body} {self.issuer.kind} {name.title() if is_caps(name) else name}"

    # Title, signers, recipients, effect

    def _title(self) -> str | None:
        if self.parts.title_word:
            self.trace.form("title-word", self.parts.title_word.span())
        if not self.parts.title:
            return None
        view = View.concat(self.parts.title)
        for piece in self.parts.title:
            self.trace.spot("/document/title", piece.span(), "title")
        return view.text.strip("* ")

    def _signers(self) -> tuple[Signer, ...]:
        signers: list[Signer] = []
        seen: set[tuple[str | None, str | None]] = set()
        for signature in self.parts.signatures:
            identity = (
                signature.name.text if signature.name else None,
                signature.position.text if signature.position else None,
            )
            views = [*signature.capacity, signature.position, signature.name, *signature.again]
            for mark in signature.signed:
                self.trace.form("label-word", mark.span())
            if identity in seen or (signers and signature.name is None):
                for part in views:
                    if part is not None:
                        self.trace.form("duplicate", part.span())
                continue
            seen.add(identity)
            for view in signature.again:
                self.trace.form("duplicate", view.span())
            base = f"/document/signers/{len(signers)}"
            for view in signature.capacity:
                self.trace.spot(f"{base}/capacity", view.span(), "signature.capacity")
            position = None
            if signature.position:
                position = position_name(self.trace.value(f"{base}/position", signature.position, "signature.position"))
            if signature.name is None:
                continue
            name = self.trace.value(f"{base}/name", signature.name, "signature.name")
            self.signed = self.signed or signature.capacity or [v for v in (signature.position,) if v]
            capacity = "; ".join(v.text for v in signature.capacity) or None
            signers.append(Signer(name=name, position=position, capacity=capacity))
        return tuple(signers)

    def _recipients(self) -> tuple[str, ...]:
        entries: list[str] = []
        for n, block in enumerate(self.parts.recipients):
            self.trace.form("label-word", block.label.span())
            for view in block.signs:
                self.trace.form("separator", view.span())
            for view in block.entries:
                if n:
                    self.trace.form("duplicate", view.span())
                else:
                    self.trace.spot(f"/document/recipients/{len(entries)}", view.span(), "recipients")
                    entries.append(view.text)
                    self._named_article(view)
        return tuple(entries)

    def _named_article(self, view: View) -> None:
        """`Như Điều 4` where the decision has no Điều 4."""
        m = _AS_ARTICLE.match(view.folded)
        if m is None or self.parts.is_plan:
            return
        labels = {a["label"] for p in self.parts.articles if (a := _ARTICLE.match(p.folded))}
        if labels and m["label"] not in labels:
            self.trace.warn(
                "recipients-article-missing",
                f"Nơi nhận ghi “{view.text}” nhưng văn bản không có Điều {m['label']}.",
                view.span(),
            )

    def _effect(self) -> tuple[str | None, str | None]:
        """When the decision takes effect and ends: the first Điều that says a day."""
        for para in self.parts.articles:
            found = effect.find(para.folded, self.date)
            if found is None or found.start.iso is None:
                continue
            self.trace.spot("/document/effective_date", para.view.span(*found.start[:2]), "effect")
            if found.end:
                self.trace.spot("/document/expires", para.view.span(*found.end[:2]), "effect.expires")
            return found.start.iso, found.end.iso if found.end else None
        return None, None


def _province(found: provinces.Province | None, when: str | None) -> Province | None:
    if found is None:
        return None
    return Province(key=found.key, code=found.code if when else None, name=found.name)


@lru_cache(maxsize=1)
def _position_words() -> tuple[regex.Pattern[str], dict[str, str]]:
    """The words of positions that are cased in running text, longest first: their pattern, folded to cased."""
    table = grammar.toml("signatures")
    cased = {fold(word): word for name in ("position_words", "positions") for word in table[name]["words"]}
    found = "|".join(regex.escape(word) for word in sorted(cased, key=len, reverse=True))
    return regex.compile(rf"(?<!\p{{L}})(?:{found})(?!\p{{L}})"), cased


def position_name(printed: str) -> str:
    """A position as it is written in running text: `PHÓ CHỦ TỊCH THƯỜNG TRỰC` is `Phó Chủ tịch Thường trực`.

    >>> position_name("PHÓ CHÁNH VĂN PHÒNG")
    'Phó Chánh Văn phòng'
    """
    if not is_caps(printed):
        return printed
    pattern, cased = _position_words()
    small: str = pattern.sub(lambda m: cased[m[0]], fold(printed))
    return small[:1].upper() + small[1:]


def display_title(title: str | None, bodies: Sequence[View]) -> str | None:
    """The title cased after the text's own wording, None where the text does not repeat it.

    The verbs before the title's object (ban hành, về việc …) are fixed phrases; the object is looked up in the
    decision's own paragraphs.
    """
    if title is None or not is_caps(title):
        return title
    words = title.split()
    for k in range(min(9, len(words))):
        lead = fold(" ".join(words[:k]))
        if k and not _is_lead(lead):
            continue
        tail = _loose(fold(" ".join(words[k:])).strip(" ."))
        for view in bodies:
            m = tail.search(view.folded)
            if m and not is_caps(view.text[m.start() : m.end()]):
                found = f"{' '.join(words[:k]).lower()} {view.text[m.start() : m.end()]}".strip()
                return found[:1].upper() + found[1:]
    return None


def _loose(words: str) -> regex.Pattern[str]:
    """A pattern for the same words with or without blanks around their dashes (2021 - 2025, 2021-2025)."""
    pieces = (regex.escape(p) for p in regex.split(r"\s*-\s*", words))
    return regex.compile(r"\s*-\s*".join(pieces))


def _is_lead(words: str) -> bool:
    return committees.compiled(r"(?:(?&title_leads)(?:\s+|$))*").fullmatch(words) is not None
