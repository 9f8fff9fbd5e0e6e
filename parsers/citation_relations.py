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
_SELF_SUBJECT = re.compile(r"(?:quyết định|quy định|quy chế|kế hoạch|đề án|nghị quyết) này(?!\w)")
_TITLE_OPENING = re.compile(r"\s*(?:v/v|về việc|về|quyết định|kế hoạch|đề án|ban hành)?\s*(?:về việc|về)?\s*")
_ENACTS = re.compile(
    r"(?:ủy ban nhân dân|ubnd|chủ tịch|hội đồng nhân dân)[^;]{0,80}? ban hành quyết định(?: về việc)? ?"
)
_REACH = 260
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
    words = {canonical(word): cue for cue in cues() for word in cue.words}
    return re.compile(rf"(?<!\w){one_of(words)}(?!\w)"), words


@lru_cache(maxsize=1)
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(w for cue in after_cues() for w in cue.words)}(?!\w)")


@lru_cache(maxsize=2048)
def _hits(segment: str) -> tuple[_Hit, ...]:
    pattern, words = _table()
    return tuple(_Hit(words[canonical(m[0])], m.start(), m.end()) for m in pattern.finditer(segment))


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
    subject = _SELF_SUBJECT.search(segment)
    if subject:
        return next((h.cue.relation for h in _hits(segment[subject.end() :]) if h.cue.own), None)
    if zone != "article":
        return None
    label = _LABEL.match(segment)
    start = label.end() if label else 0
    hits = [h for h in _hits(segment) if h.start == start]
    return hits[0].cue.relation if hits and hits[0].cue.own else None


_DEFAULTS: dict[str, Relation] = {
    "basis": "basis",
    "proposal": "proposal",
    "title": "title",
    "attachment-title": "title",
    "caption": "issued-with",
}


class _Clause:
    """One passage while its relations are read: the head of the clause and what hangs on it."""

    def __init__(self, reader: Reader, zone: str, text: str, folded: str, mentions: list[Mention]) -> None:
        self.reader = reader
        self.zone = zone
        self.text = text
        self.folded = folded
        self.mentions = mentions
        self.head_relation: Relation | None = None
        self.objects: list[Mention] = []
        self.object_relation: Relation = "mentions"
        self.verb: tuple[Verb, bool, Mention] | None = None  # what is done, passively, by or to whom

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
        if previous is None or breaks:
            return self._opens(mention, segment, first=previous is None)
        if _AND.search(segment):
            return self._bridged(mention, self._joins(mention))
        hits = _hits(segment)
        if hits:
            return self._bridged(mention, self._hangs(mention, previous, hits[-1].cue))
        return self._unlinked(mention)

    def _opens(self, mention: Mention, segment: str, *, first: bool) -> Relation:
        """The first mention of a clause."""
        own = _own(self.zone, segment)
        relation = own or self._stance(segment, first=first)
        self.objects, self.verb = [], None
        self.head_relation = self._below(segment) if relation == "issued-with" else relation
        return relation if own else self._bridged(mention, relation)

    def _below(self, segment: str) -> Relation:
        """What holds for a clause whose first regulation is named as `Quy chế ban hành kèm theo …`."""
        stances = [h.cue for h in _hits(segment) if h.cue.id != "issued-with"]
        return (stances[-1].otherwise or stances[-1].relation) if stances else "mentions"

    def _bridged(self, mention: Mention, relation: Relation) -> Relation:
        """`điểm 6 Phụ lục III ban hành kèm theo Quyết định …`: the cue stands after the place."""
        if mention.bridge >= mention.start or relation in ("amends", "replaces", "repeals"):
            return relation
        hits = _hits(self.folded[mention.bridge : mention.start])
        return "issued-with" if hits and hits[-1].cue.id == "issued-with" else relation

    def _stance(self, segment: str, *, first: bool) -> Relation:
        hits = _hits(segment)
        seen = {h.cue.id for h in hits}
        if self.zone in ("title", "attachment-title", "caption", "number"):
            return _DEFAULTS.get(self.zone, "mentions")
        if self.zone == "proposal" or (self.zone == "basis" and "proposal" in seen):
            return "proposal"
        if "basis" in seen:
            return "basis"
        if self.zone == "basis":
            return "implements" if hits and hits[-1].cue.id == "implements" else "basis"
        if not hits:
            return self._without_cue(segment, first=first)
        cue = hits[-1].cue
        return cue.otherwise or cue.relation

    def _without_cue(self, segment: str, *, first: bool) -> Relation:
        bare = _LABEL.fullmatch(segment) is not None
        if first and bare and self.reader.carried:
            return self.reader.carried
        if not first and bare and self.head_relation:
            return self.head_relation
        return "mentions"

    def _joins(self, mention: Mention) -> Relation:
        """A mention joined by a comma or `và`: to the object before it, where it can be one, else to the head."""
        if self.objects and self._fits(mention):
            self.objects.append(mention)
            self._act(mention)
            return self.object_relation
        self.objects, self.verb = [], None
        return self.head_relation or "mentions"

    def _fits(self, mention: Mention) -> bool:
        """Whether a mention can be one more object: of the objects' kind, and older than what acts on it."""
        last = self.objects[-1]
        if (mention.type, _organ(mention)) != (last.type, _organ(last)):
            return False
        if self.verb is None:
            return True
        _, passive, other = self.verb
        actor, acted = (mention, other) if passive else (other, mention)
        return _can_act(_day(actor), _day(acted))

    def _hangs(self, mention: Mention, previous: Mention, cue: Cue) -> Relation:
        """A mention linked to the one before it by a cue."""
        self.objects = [mention]
        self.verb = (cue.verb, cue.passive, previous) if cue.verb else None
        self.object_relation = self._object_relation(cue)
        self._act(mention)
        return self.object_relation

    def _object_relation(self, cue: Cue) -> Relation:
        if cue.verb and cue.id != "issued-with":
            return "mentions"
        if self.zone in ("basis", "title", "attachment-title"):
            return "mentions"
        return cue.otherwise or cue.relation

    def _act(self, mention: Mention) -> None:
        if self.verb is None:
            return
        verb, passive, other = self.verb
        self.reader.acts.append(Act(mention, verb, other) if passive else Act(other, verb, mention))

    def _unlinked(self, mention: Mention) -> Relation:
        self.objects, self.verb = [], None
        return "mentions"

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
            "repeals" if r == "mentions" and (m is first or (m.type == first.type and not self._acted_on(m))) else r
            for m, r in zip(self.mentions, relations, strict=True)
        ]

    def _acted_on(self, mention: Mention) -> bool:
        return any(act.object is mention for act in self.reader.acts)


def _can_act(actor: str | None, acted: str | None) -> bool:
    """Whether a document of one day can act on one of another; days of one year where only the year is known can."""
    if actor is None or acted is None or (actor[:4] == acted[:4] and len(actor) != len(acted)):
        return True
    return actor > acted


def _organ(mention: Mention) -> str:
    return mention.number.issuer if mention.number else ""


def _day(mention: Mention) -> str | None:
    """A day to compare by: the date, else the number's year."""
    if mention.date and mention.date.iso:
        return mention.date.iso
    return f"{mention.number.year}" if mention.number and mention.number.year else None
