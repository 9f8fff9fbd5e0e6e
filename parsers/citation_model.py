"""What the citation reader takes and gives: passages and their context in, citations with their places out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from parsers.model import Citation, Relationship

#: Where a passage stands in a decision.
ZONES = (
    "number",  # the letterhead's own number line
    "title",
    "basis",
    "proposal",
    "article",
    "attachment-title",
    "caption",  # (Ban hành kèm theo …)
    "attachment",  # running text
    "cell",
    "recipients",
    "other",
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of the decision, already clean: no markup, wraps as single blanks, a wrap after a hyphen joined."""

    text: str
    zone: str


@dataclass(frozen=True, slots=True)
class Context:
    """The decision that cites. `province` is the key as of its date (`dong-thap-2025`), `district` a slug."""

    number: str | None
    date: str | None
    type: str
    province: str | None
    issuer: str | None = None
    level: str | None = None
    key: str | None = None
    district: str | None = None


class Part(NamedTuple):
    """What a stretch `[start, end)` of a passage gave: `number`, `date`, `issuer`, `type`, `pinpoint/0/article` …"""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cited:
    """One mention: its passage and `[start, end)` there, the citation (its span is of the passage), its evidence."""

    passage: int
    start: int
    end: int
    citation: Citation
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt: where (`[start, end)` of a passage), its code, a sentence for people."""

    passage: int
    start: int
    end: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """All mentions in order, what they do to each other, and what is doubtful."""

    citations: tuple[Cited, ...]
    relations: tuple[Relationship, ...]
    warnings: tuple[Finding, ...]
