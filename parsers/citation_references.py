"""Regulations named without number: `Nghị quyết nêu trên`, `Luật này`, and short names that the text defines.

`Luật này` after a law is that law; `Quyết định này`, `Kế hoạch này` are the decision and what is attached, no citation.
An alias is a name in `(sau đây gọi tắt là Nghị định 155)`; it stands for the regulation named before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers import citation_pinpoints, grammar
from parsers.citation_mentions import Mention
from parsers.citation_parts import type_words
from parsers.folding import fold
from parsers.names import one_of

RELATIVE = "relative reference"
ALIAS = "alias"

_BACK = grammar.toml("citations")["back"]
_POINTS = re.compile(
    rf"(?<!\w)(?:(?P<type>{one_of(_BACK['this'])}) này"
    rf"|(?P<back>{one_of(_BACK['this'] + _BACK['others'])}) (?:đã )?(?:{one_of(_BACK['words'])}))(?!\w)"
)
_DEFINES = re.compile(
    r"\(?(?:sau đây |dưới đây |sau đây được )?(?:gọi|viết) (?:chung |tắt )?là:? ?"
    r"[\"']?(?P<name>[^()\"';.]{4,60}?)[\"']?(?=[);.]|$)"
)
_REACH = 400  # characters between a regulation and the alias that stands for it


@dataclass(slots=True)
class References:
    """What earlier passages named, by type, and the aliases they defined."""

    latest: dict[str, Mention] = field(default_factory=dict)
    aliases: dict[str, Mention] = field(default_factory=dict)

    def concerns(self, text: str) -> bool:
        """Whether a passage can refer back or define an alias; cheap, asked of every passage."""
        return " này" in text or "nêu trên" in text or "nói trên" in text or _defines(text) or bool(self.aliases)

    def read(self, text: str, folded: str, mentions: list[Mention]) -> list[Mention]:
        """The passage's mentions with those that refer back, in order."""
        found = self._pointing(text, folded, mentions) if " này" in folded or " trên" in folded else []
        if self.aliases:
            found += self._named(text, folded, mentions)
        if mentions and _defines(folded):
            self._define(folded, mentions)
        for mention in mentions:
            if mention.type and mention.parent is None:
                self.latest[mention.type] = mention
        return sorted([*mentions, *found], key=lambda m: (m.start, -m.end)) if found else mentions

    def _pointing(self, text: str, folded: str, mentions: list[Mention]) -> list[Mention]:
        found = []
        for m in _POINTS.finditer(folded):
            code = type_words()[m["type"] or m["back"]]
            before = [x for x in mentions if x.type == code and x.end <= m.start() and x.parent is None]
            target = before[-1] if before else self.latest.get(code)
            if target and not _covered(m.start(), m.end(), mentions):
                found.append(_referring(text, folded, m.span(), code, target, RELATIVE, mentions))
        return found

    def _named(self, text: str, folded: str, mentions: list[Mention]) -> list[Mention]:
        found = []
        for name, target in self.aliases.items():
            for m in re.finditer(rf"(?<!\w){re.escape(name)}(?![\w/])", folded):
                if not _covered(m.start(), m.end(), mentions):
                    found.append(_referring(text, folded, m.span(), target.type, target, ALIAS, mentions))
        return found

    def _define(self, folded: str, mentions: list[Mention]) -> None:
        for m in _DEFINES.finditer(folded):
            before = [x for x in mentions if x.end <= m.start() and x.parent is None]
            if before and m.start() - before[-1].end <= _REACH and _is_short_name(m["name"], before[-1]):
                self.aliases[fold(m["name"].strip())] = before[-1]


def _defines(text: str) -> bool:
    return "gọi" in text or "viết tắt" in text


def _is_short_name(name: str, target: Mention) -> bool:
    """A type word and something after it that is not a number read anyway: `Nghị định 155`, `Chương trình tổng thể`."""
    words = name.strip().split()
    heads = {" ".join(words[:n]) for n in range(1, min(5, len(words)))}
    codes = {type_words().get(head) for head in heads} - {None}
    return bool(codes) and "/" not in name and (target.type in codes or "VB" in codes)


def _covered(start: int, end: int, mentions: list[Mention]) -> bool:
    return any(m.start < end and start < m.end for m in mentions)


def _referring(
    text: str, folded: str, span: tuple[int, int], code: str | None, target: Mention, how: str, mentions: list[Mention]
) -> Mention:
    start, end = span
    floor = max((m.end for m in mentions if m.end <= start), default=0)
    places = citation_pinpoints.before(text, folded, start, floor)
    return Mention(start, end, places.start, places.end, code, word=code, pinpoints=places.found, target=target, by=how)
