"""How a decision uses what it cites, and what one cited regulation does to another.

Cue phrases (`grammar/relations.toml`) before a mention decide, the nearest first, within its clause; without one the
place decides (a basis, the title, a caption). `A sửa đổi, bổ sung B` is A acting on B: B is only mentioned, and the
pair is a relation of its own. What the decision itself does (its title, `Bãi bỏ …` opening an article) wins over all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from parsers import grammar
from parsers.citation_mentions import Mention
from parsers.citation_numbers import UPPER
from parsers.folding import fold
from parsers.model import Relation
from parsers.names import canonical, one_of

Verb = Literal["amends", "replaces", "repeals", "guides", "details", "issued-with"]

_BREAK = re.compile(rf";|\.(?= [{UPPER}0-9])|(?<=\w)\)\.")
_AND = re.compile(r"(?:,|(?<!\w)(?:và|hoặc|cùng|cùng với|cũng như))(?: các)?\s*$")
_LABEL = re.compile(
    r"\s*(?:[-+•*]\s*)?"
    r"(?:(?:điều|khoản|mục) \d+[a-zđ]?[.:]?\s*|\d+(?:\.\d+)*[.)]\s*|[a-zđ]\)\s*|\(\d+\)\s*|[ivx]+\.\s*)*"
)
_SELF_SUBJECT = re.compile(
    r"(?<!theo )(?<!tại )(?<!của )(?<!trong )(?<!ngày )(?<!với )(?<!thi hành )(?<!khi )"
    r"(?:quyết định|quy định|quy chế|kế hoạch|đề án|nghị quyết) này(?!\w)"
)
_TITLE_OPENING = re.compile(r"\s*(?:v/v|về việc|về|quyết định|kế hoạch|đề án|ban hành)?\s*(?:về việc|về)?\s*")
_ENACTS = re.compile(
    r"(?:ủy ban nhân dân|ubnd|chủ tịch|hội đồng nhân dân)[^;]{0,80}? ban hành quyết định(?: về việc)? ?"
)
_REACH = 260
_HEADING = 160
_ARTICLE = re.compile(r"\s*điều \d+[a-z]?\b")
# A heading over a list of legal bases: `I. CĂN CỨ PHÁP LÝ`, `11. Căn cứ pháp lý của thủ tục hành chính:`.
_BASES = re.compile(
    r"(?:các |những )?(?:căn cứ|cơ sở) pháp (?:lý|luật)(?!\w)[^.;]{0,60}$"
    r"|(?:các |những )?căn cứ(?: ban hành| xây dựng)?:?$"
)


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `grammar/relations.toml`."""

    id: str
    relation: Relation
    otherwise: Relation | None = None
    placed: Relation | None = None
    verb: Verb | None = None
    passive: bool = False
    own: bool = False
    words: tuple[str, ...]
    examples: tuple[str, ...]
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")
    source: str


class Act(NamedTuple):
    """A cited regulation acting on another."""

    subject: Mention
    verb: Verb
    object: Mention


class _Hit(NamedTuple):
    cue: Cue
    start: int
    end: int


def _entries(table: str) -> tuple[Cue, ...]:
    content: dict[str, list[Any]] = grammar.toml("relations")
    try:
        return tuple(msgspec.convert(entry, Cue) for entry in content[table])
    except msgspec.ValidationError as error:
        raise grammar.GrammarError(f"relations.toml, [[{table}]]: {error}") from error


@lru_cache(maxsize=1)
def cues() -> tuple[Cue, ...]:
    """The cue phrases before a regulation."""
    return _entries("cue")


@lru_cache(maxsize=1)
def after_cues() -> tuple[Cue, ...]:
    """The cue phrases after a regulation."""
    return _entries("after")


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], dict[str, Cue]]:
    words = {spelling: cue for cue in cues() for word in cue.words for spelling in (canonical(word), fold(word))}
    return re.compile(rf"(?<!\w){one_of(words)}(?!\w)"), words


@lru_cache(maxsize=1)
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(w for cue in after_cues() for w in cue.words)}(?!\w)")


@lru_cache(maxsize=2048)
def _hits(segment: str) -> tuple[_Hit, ...]:
    pattern, words = _table()
    return tuple(_Hit(words.get(m[0]) or words[canonical(m[0])], m.start(), m.end()) for m in pattern.finditer(segment))


def nearest(words: str) -> Cue | None:
    """The cue that the words before a regulation end in, or None.

    >>> nearest("theo quy định tại").relation, nearest("hướng dẫn thi hành một số điều của").verb
    ('per', 'guides')
    """
    hits = _hits(fold(words))
    return hits[-1].cue if hits else None


@dataclass(slots=True)
class Reader:
    """Reads passages in order; a list's opening (`Bãi bỏ các quyết định sau:`) carries over to its items."""

    carried: Relation | None = None
    acts: list[Act] = field(default_factory=list)

    def concerns(self, zone: str, text: str) -> bool:
        """Whether a passage without mentions changes what follows: a new article, a list's opening."""
        if self.carried:
            return True
        if zone == "article":
            return "ãi bỏ" in text or "hay thế" in text or "ủy bỏ" in text or "ửa đổi" in text or "p dụng" in text
        return len(text) < _HEADING and ("ăn cứ" in text or "ĂN CỨ" in text or "ơ sở pháp" in text)

    def read(self, zone: str, text: str, folded: str, mentions: list[Mention]) -> list[Relation]:
        """The relation of each mention of a passage; what they do to each other is added to `acts`."""
        if zone == "article" and _ARTICLE.match(folded):
            self.carried = None
        if not mentions:
            self._carry(zone, folded)
            return []
        return _Clause(self, zone, text, folded, mentions).read()

    def _carry(self, zone: str, folded: str) -> None:
        if zone in ("attachment", "attachment-title", "cell"):
            label = _LABEL.match(folded)
            self.carried = "basis" if label and _BASES.match(folded, label.end()) else None
        if zone != "article":
            return
        own = _own(zone, folded)
        if own and ("các " in folded or folded.rstrip().endswith(":")):
            self.carried = own


def _own(zone: str, segment: str) -> Relation | None:
    """What the decision itself does, by the words from the clause's start to the mention."""
    enacts = _ENACTS.match(segment)
    if enacts or zone == "title":
        opening = segment[enacts.end() :] if enacts else segment
        hits = [h for h in _hits(opening) if h.cue.id != "issued-with"]
        first = hits[0].cue if hits and _TITLE_OPENING.fullmatch(opening, 0, hits[0].start) else None
        return first.relation if first and first.own else None
    if zone not in ("article", "attachment"):
        return None
    for subject in _SELF_SUBJECT.finditer(segment):
        done = (h.cue for h in _hits(segment[subject.end() :]))
        return next((cue.relation for cue in done if cue.own and cue.id != "applies"), None)
    if zone != "article":
        return None
    label = _LABEL.match(segment)
    start = label.end() if label else 0
    starts = (start, start + len("quyết định ") if segment.startswith("quyết định ", start) else start)
    hits = [h for h in _hits(segment) if h.start in starts]
    return hits[0].cue.relation if hits and hits[0].cue.own else None


# What only proposes or reports: `Tờ trình số … về việc bãi bỏ Quyết định số …` repeals nothing.
_LETTERS = ("TTr", "BC", "CV", "TB", "BB")
_WEAK = ("at", "stated-at")  # cues that only say where
_RANKS = ("HP", "Luật", "PL", "NĐ", "TT")
_OWN_ACTS = ("amends", "replaces", "repeals")
_DEFAULTS: dict[str, Relation] = {
    "basis": "basis",
    "proposal": "proposal",
    "title": "title",
    "attachment-title": "title",
    "caption": "issued-with",
}


@dataclass(slots=True)
class _Level:
    """What hangs on a mention: the objects of one cue, joined by commas and `và`."""

    objects: list[Mention]
    relation: Relation
    verb: Verb | None
    passive: bool
    other: Mention  # who acts on the objects, or is acted on by them

    def fits(self, mention: Mention) -> bool:
        """Whether a mention can be one more object: of the objects' kind, and older than what acts on it."""
        last = self.objects[-1]
        alike = (mention.type, _organ(mention)) == (last.type, _organ(last))
        if not (alike or (self.verb in ("details", "guides") and _above(mention, self.other))):
            return False
        actor, acted = (mention, self.other) if self.passive else (self.other, mention)
        return self.verb is None or _can_act(_day(actor), _day(acted))


class _Clause:
    """One passage while its relations are read: the head of the clause and, level by level, what hangs on it."""

    def __init__(self, reader: Reader, zone: str, text: str, folded: str, mentions: list[Mention]) -> None:
        self.reader = reader
        self.zone = zone
        self.text = text
        self.folded = folded
        self.mentions = mentions
        self.heads: list[Mention] = []
        self.head_relation: Relation | None = None
        self.levels: list[_Level] = []

    def read(self) -> list[Relation]:
        relations: list[Relation] = []
        end, previous = 0, None
        for mention in self.mentions:
            if mention.parent:
                relations.append("mentions")
                self.reader.acts.append(Act(mention.parent, "amends", mention))
                continue
            relations.append(self._one(mention, previous, end))
            previous, end = mention, mention.end
        return self._afterwards(relations)

    def _one(self, mention: Mention, previous: Mention | None, end: int) -> Relation:
        low = max(end, mention.begin - _REACH)
        breaks = [m.end() for m in _BREAK.finditer(self.text, low, mention.begin)]
        start = breaks[-1] if breaks else low
        segment = self.folded[start : mention.begin]
        if previous is None or (breaks and not self._goes_on(mention, segment)):
            return self._opens(mention, segment, first=previous is None)
        if _AND.search(segment) or breaks:
            return self._bridged(mention, self._joins(mention))
        hits = _hits(segment)
        if hits:
            return self._bridged(mention, self._hangs(mention, previous, segment, hits))
        self.levels = []
        return "proposal" if self._also_proposes(mention, segment) else "mentions"

    def _also_proposes(self, mention: Mention, segment: str) -> bool:
        """`tại Tờ trình số …, Báo cáo giải trình ý kiến thẩm định số …`: a letter beside the one that proposes."""
        beside = segment.lstrip().startswith((",", "và ")) and " về " not in segment
        return beside and self.head_relation == "proposal" and mention.type in _LETTERS

    def _goes_on(self, mention: Mention, segment: str) -> bool:
        """`được sửa đổi bởi Luật số …; Luật số …`: a law without a name goes on with what was said of the others."""
        unnamed = not segment.strip() and mention.type == "Luật" and mention.law is None
        return unnamed and bool(self.levels) and self.levels[-1].passive and self.levels[-1].fits(mention)

    def _opens(self, mention: Mention, segment: str, *, first: bool) -> Relation:
        """The first mention of a clause."""
        own = _own(self.zone, segment)
        relation = own or self._stance(mention, segment, first=first)
        self.heads, self.levels = [mention], []
        self.head_relation = self._below(segment) if relation == "issued-with" else relation
        return relation if own else self._bridged(mention, relation)

    def _below(self, segment: str) -> Relation:
        """What holds for a clause whose first regulation is named as `Quy chế ban hành kèm theo …`."""
        stances = [h.cue for h in _hits(segment) if h.cue.id != "issued-with"]
        return (stances[-1].otherwise or stances[-1].relation) if stances else "mentions"

    def _bridged(self, mention: Mention, relation: Relation) -> Relation:
        """`điểm 6 Phụ lục III ban hành kèm theo Quyết định …`: the cue stands after the place."""
        if mention.bridge >= mention.start or relation in _OWN_ACTS:
            return relation
        hits = _hits(self.folded[mention.bridge : mention.start])
        return "issued-with" if hits and hits[-1].cue.id == "issued-with" else relation

    def _stance(self, mention: Mention, segment: str, *, first: bool) -> Relation:
        hits = _hits(segment)
        seen = {h.cue.id for h in hits}
        if self.zone in ("title", "attachment-title", "caption", "number"):
            return _DEFAULTS.get(self.zone, "mentions")
        if self.zone == "proposal" or (self.zone == "basis" and "proposal" in seen):
            return "proposal"
        if self.zone == "basis":
            if not hits and not first and self.head_relation == "implements":
                return "implements"  # `Thực hiện Nghị quyết số …; Chỉ thị số …`
            return "implements" if hits and hits[-1].cue.id == "implements" and "basis" not in seen else "basis"
        if not hits:
            return self._without_cue(segment, first=first)
        return _said(hits[-1].cue, mention)

    def _without_cue(self, segment: str, *, first: bool) -> Relation:
        bare = _LABEL.fullmatch(segment) is not None
        if first and bare and self.reader.carried:
            return self.reader.carried
        if not first and bare and self.head_relation:
            return self.head_relation
        return "mentions"

    def _joins(self, mention: Mention) -> Relation:
        """A mention joined by a comma or `và`: to the innermost objects it can belong to, else to the head."""
        while self.levels:
            level = self.levels[-1]
            if level.fits(mention):
                level.objects.append(mention)
                self._act(level, mention)
                return level.relation
            self.levels.pop()
        self.heads.append(mention)
        return self.head_relation or "mentions"

    def _hangs(self, mention: Mention, previous: Mention, segment: str, hits: tuple[_Hit, ...]) -> Relation:
        """A mention linked to the one before it by a cue."""
        cue = hits[-1].cue
        chain = _verbs(hits)
        verb = _verb(cue, chain, segment)
        acted, listed = verb is not None and verb != "issued-with", " và " in segment
        relation = self._object_relation(mention, cue, hits, acted=acted, listed=listed)
        joined = bool(chain and _AND.search(segment[: chain[0].start]))
        other = self._other(mention, previous, verb, passive=cue.passive, joined=joined)
        self._unwind(other)
        level = _Level([mention], relation, verb, cue.passive, other)
        self.levels.append(level)
        self._act(level, mention)
        return relation

    def _other(self, mention: Mention, previous: Mention, verb: Verb | None, *, passive: bool, joined: bool) -> Mention:
        """Which of the mentions before acts on this one or is acted on by it: the nearest that can.

        `A sửa đổi B và bãi bỏ C`: A repeals C. A document acts on older ones, and amends those of its own kind.
        """
        nearest = [previous, *(level.other for level in reversed(self.levels)), *reversed(self.heads)]
        if verb is None:
            return previous
        if joined and not passive and self.levels:
            nearest = nearest[1:]
        able = [m for m in nearest if _can_act(*((_day(mention), _day(m)) if passive else (_day(m), _day(mention))))]
        alike = [m for m in able if m.type == mention.type] if verb in ("amends", "replaces", "repeals") else []
        return (alike or able or [previous])[0]

    def _unwind(self, other: Mention) -> None:
        """Drops the levels that a new object of `other` closes."""
        while self.levels and not any(m is other for m in self.levels[-1].objects):
            self.levels.pop()

    def _object_relation(
        self, mention: Mention, cue: Cue, hits: tuple[_Hit, ...], *, acted: bool, listed: bool
    ) -> Relation:
        if self.zone == "proposal" and cue.id in _WEAK:
            return "proposal"
        if any(h.cue.id == "proposal" for h in hits):
            return "proposal"
        if self.head_relation in _OWN_ACTS and not acted and cue.id in ("issued-with", *_WEAK) and listed:
            return self.head_relation
        if acted or self.zone in ("basis", "title", "attachment-title"):
            return "mentions"
        return _said(cue, mention)

    def _act(self, level: _Level, mention: Mention) -> None:
        if level.verb is None:
            return
        subject, object_ = (mention, level.other) if level.passive else (level.other, mention)
        if subject.type in _LETTERS or object_.target is subject:
            return
        self.reader.acts.append(Act(subject, level.verb, object_))

    def _afterwards(self, relations: list[Relation]) -> list[Relation]:
        """`Quyết định số … hết hiệu lực kể từ ngày …`: what is said after the last mention holds for the heads."""
        if self.zone != "article":
            return relations
        last = max(m.end for m in self.mentions)
        if not _after().search(self.folded, last):
            return relations
        heads = [m for m, r in zip(self.mentions, relations, strict=True) if m.parent is None]
        first = heads[0]
        return [
            "repeals"
            if r in ("mentions", "issued-with") and (m is first or (m.type == first.type and not self._acted_on(m)))
            else r
            for m, r in zip(self.mentions, relations, strict=True)
        ]

    def _acted_on(self, mention: Mention) -> bool:
        return any(act.object is mention for act in self.reader.acts)


def _verbs(hits: tuple[_Hit, ...]) -> list[_Hit]:
    """The verbs that the words before a mention end in: `quy định chi tiết … và hướng dẫn thi hành`."""
    chain: list[_Hit] = []
    for hit in reversed(hits):
        if hit.cue.id in _WEAK:
            continue
        if hit.cue.verb is None:
            break
        chain.insert(0, hit)
    return chain


def _verb(cue: Cue, chain: list[_Hit], segment: str) -> Verb | None:
    """What is done to a mention; `ban hành kèm theo` yields to the verb before it."""
    if cue.id == "guides" and any(h.cue.id == "details" for h in chain):
        return "details"
    if cue.id != "issued-with":
        return cue.verb
    done = [h.cue.verb for h in chain if h.cue.id != "issued-with" and not h.cue.passive]
    if done:
        return done[-1]
    alone = len(chain) == 1 and segment.strip(" (,") == segment[chain[0].start : chain[0].end]
    return cue.verb if alone else None


def _said(cue: Cue, mention: Mention) -> Relation:
    """What a cue says of a mention whose subject is not the decision: `tại khoản 2 Điều 3 …` is `per`."""
    if cue.placed and mention.pinpoints:
        return cue.placed
    return cue.otherwise or cue.relation


def _above(mention: Mention, other: Mention) -> bool:
    """Whether a document is of a kind that another may detail: a circular a law and a decree, a decree a law."""
    if mention.type not in _RANKS or other.type not in _RANKS:
        return False
    return _RANKS.index(mention.type) < _RANKS.index(other.type)


def _can_act(actor: str | None, acted: str | None) -> bool:
    """Whether a document of one day can act on one of another; days of one year where only the year is known can."""
    if actor is None or acted is None or (actor[:4] == acted[:4] and 4 in (len(actor), len(acted))):
        return True
    return actor > acted


def _organ(mention: Mention) -> str:
    return mention.number.issuer.rstrip("0123456789") if mention.number else ""


def _day(mention: Mention) -> str | None:
    """A day to compare by: the date, else the number's year."""
    if mention.date and mention.date.iso:
        return mention.date.iso
    return f"{mention.number.year}" if mention.number and mention.number.year else None
