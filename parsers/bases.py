"""The bases of a decision: Căn cứ, Xét / Theo đề nghị, thẩm định, the enacting words of 2025 (contract: bases)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import regex

from parsers import grammar
from parsers.committees import compiled
from parsers.endings import closed
from parsers.flow import Para, openers
from parsers.view import View

Kind = Literal["legal", "proposal", "appraisal", "enacting", "other"]

# Several bases run together in one paragraph: each opens with a capital opener.
_INNER = regex.compile(r"(?<=[;.,:\p{Ll}\d)”])\s+(?=(?:Căn cứ|Xét đề nghị|Xét Tờ trình|Theo đề nghị)\s)")
_PROPOSAL = regex.compile(
    r"(?:xét|theo)\s+(?:đề nghị|tờ trình|văn bản|công văn|ý kiến)|xét\s|trên cơ sở (?:đề nghị|tờ trình)"
)
_APPRAISAL = regex.compile(
    r"(?:theo\s+|căn cứ\s+|xét\s+|sau khi xem xét\s+)?"
    r"(?:ý kiến thẩm định|báo cáo thẩm định|kết quả thẩm định|báo cáo\s+số\s+\S+\s+.*thẩm định)"
)
_APPRAISED = regex.compile(r"(?:báo cáo|ý kiến) thẩm định")
_ENACTING = r"(?:(?&chair)\s+)?(?&body)\s.*?ban hành\s"


def kind_of(view: View) -> Kind:
    """What a basis is, by its opening words."""
    words = view.folded.lstrip("-–+ ")
    if _APPRAISAL.match(words):
        return "appraisal"
    if _PROPOSAL.match(words):
        return "proposal"
    if words.startswith("căn cứ"):
        return "legal"
    return "enacting" if compiled(_ENACTING).match(words) else "other"


def cut(paras: Sequence[Para]) -> list[View]:
    """One view a basis: paragraphs that run several together are cut, those that only go on are joined."""
    found: list[list[View]] = []
    for para in paras:
        goes_on = found and found[-1][-1].meets(para.view) and not _joins_in(found[-1][-1], para)
        if goes_on and not _opens(para):
            found[-1].append(para.view)
            continue
        edges = [0, *(m.end() for m in _INNER.finditer(para.text)), len(para.text)]
        found += [[para.view.cut(a, b)] for a, b in pairwise(edges)]
    return [View.concat(views) for views in found]


@lru_cache(maxsize=1)
def _further() -> regex.Pattern[str]:
    words = grammar.toml("layout")["openers"]["further_basis"]["words"]
    return regex.compile(r"(?:[-–+]\s*)?(?:" + "|".join(regex.escape(w) for w in words) + r")(?!\p{L})")


def _joins_in(before: View, para: Para) -> bool:
    """Whether a paragraph is a basis that opens with other words, after one that is complete."""
    opens = _further().match(para.folded)
    return opens is not None and para.text.lstrip("-–+ ")[:1].isupper() and closed(before.text, ";.,")


def _opens(para: Para) -> bool:
    return (
        bool(openers()[1].match(para.folded))
        or bool(compiled(_ENACTING).match(para.folded))
        or bool(_APPRAISED.match(para.folded))
    )
