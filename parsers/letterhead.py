"""The letterhead: quốc hiệu, issuing body, number, place and date (NĐ 30/2020/NĐ-CP, domain notes §1.2).

The cells of a letterhead come in any order, so each component is read by its pattern, not by its position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from parsers import dates, grammar
from parsers.committees import compiled
from parsers.flow import Para, is_caps
from parsers.view import View

_MOTTO = regex.compile(
    r"c\s*ộ\s*n\s*g\s+h\s*ò\s*a\s+x\s*[ãà]\s+h\s*ộ\s*i\s+ch\s*ủ\s+ngh\s*ĩ\s*a\s+vi\s*ệ\s*t\s+n\s*a\s*m"
    r"|độc\s+lập\s*[-.]?\s*tự\s+do\s*[-.]?\s*hạnh\s+phúc"
)
_DASHES = regex.compile(r"[-–—_=]{3,}|\*{2,}")
_NUMBER = regex.compile(
    r"(?P<word>s\s*ố)\s*(?P<colon>[:.;]?)\s*(?P<number>"
    r"(?P<serial>\d[\d.]*\s*[a-zđ]?)?\s*(?P<dots>[.…_ ]*)\s*(?P<year>[-/]\s*(?:19|20)\d\d)?\s*[-/–]\s*"
    r"(?P<symbol>[a-zđ]{1,12}(?:\s*[-–/&]\s*[a-zđ&]{1,14}){0,3}))(?![a-zđ])"
)
_NUMBER_WORD = regex.compile(r"s\s*ố\s*[:.]?")
_BARE_NUMBER = regex.compile(
    r"^(?P<number>(?P<serial>\d[\d.]*[a-zđ]?)\s*(?P<year>/\s*(?:19|20)\d\d)?\s*/\s*"
    r"(?P<symbol>(?:qđ|qd|kh|ctr|đa)\s*[-–]\s*[a-zđ]{1,12}))$"
)
_DATE = regex.compile(
    r"ngày\s*(?P<d>\d{1,2}|[.…_ ]*)\s*tháng\s*(?P<m>\d{1,2}|[.…_ ]*)\s*năm\s*(?P<y>(?:19|20)\d\d|\d{0,2}[.…_ ]*)"
    r"|ngày\s*(?P<sd>\d{1,2})\s*[/-]\s*(?P<sm>\d{1,2})\s*[/-]\s*(?P<sy>(?:19|20)\d\d)"
)
_PLACE = (
    r"(?P<place>(?:(?i:(?&town))\.?\s*)?"
    r"\p{Lu}[\p{L}.]*(?:\s*[-–]?\s*(?:\p{Lu}[\p{L}.]*|\d+))*)\s*(?P<comma>,?)\s*$"
)
_ISSUER = r"(?:(?P<chair>(?&chair))\s+)?(?P<body>(?&body))(?:\s+(?P<place>.+))?$"
_BARE_BODY = r"(?:(?&chair)\s+)?(?&body)"
_BROKEN_BODY = regex.compile(r"[ủu]y(?:\s+ban(?:\s+nhân)?)?$")


@lru_cache(maxsize=1)
def stamps() -> frozenset[str]:
    """Folded words stamped on the head of a paper (DỰ THẢO, HỎA TỐC)."""
    return frozenset(w.strip("() ") for w in grammar.toml("layout")["stamps"]["head"])


@dataclass(slots=True)
class Letterhead:
    """What was found; a view is None where the component is missing or blank."""

    number: View | None = None
    number_blank: View | None = None  # `Số:     /QĐ-UBND`: the symbol without a serial
    date: str | None = None
    date_view: View | None = None
    date_blank: bool = False
    date_impossible: bool = False  # printed in full, and not in the calendar
    year: int | None = None  # of the date, also where its day is blank
    place: View | None = None
    issuer: View | None = None
    forms: list[tuple[str, tuple[int, int]]] | None = None


def read(paras: Sequence[Para]) -> Letterhead:
    """The components among the paragraphs before the title."""
    head = Letterhead(forms=[])
    whole = View.concat([p.view for p in paras])
    assert head.forms is not None
    head.forms += [
        ("motto", piece) for m in _MOTTO.finditer(whole.folded) for piece in whole.cut(*m.span()).stretches()
    ]
    pending: Para | None = None
    for n, para in enumerate(paras):
        _forms(para, head)
        if head.number is None and head.number_blank is None:
            _number(para, head, pending)
        _date(para, head)
        if head.issuer is None:
            head.issuer = _issuer(paras, n)
        pending = para
    return head


_PLACED = regex.compile(r"(?:[\p{L}.–-]+[ ,.]*){1,8}$")


def is_part(para: Para) -> bool:
    """Whether a paragraph is a letterhead's number, motto or place and date (and no title that cites one).

    The issuing body is none: the line above the bases names it again.
    """
    if len(para.text) > 200:
        return False
    number = _NUMBER.search(para.folded)
    if number and number.start() <= 3 and number["colon"]:
        return True
    if _MOTTO.search(para.folded):
        return True
    day = _DATE.search(para.folded)
    if day is None or is_caps(para.text) or para.text[day.end() :].strip(" .|"):
        return False
    return bool(_PLACED.match(para.text[: day.start()]))


def _issuer(paras: Sequence[Para], n: int) -> View | None:
    """The issuing body at paragraph n; its place may stand on the next line (ỦY BAN NHÂN DÂN / TỈNH X)."""
    head = paras[n].view
    if _BROKEN_BODY.search(head.folded) and is_caps(head.text) and n + 1 < len(paras):
        head, n = View.concat([head, paras[n + 1].view]), n + 1
    found = issuer_in(head)
    if found is None or n + 1 >= len(paras) or not compiled(_BARE_BODY).fullmatch(found.folded):
        return found
    after = paras[n + 1]
    return (
        View.concat([found, after.view])
        if is_caps(after.text) and compiled(r"(?&town)\s").match(after.folded)
        else found
    )


def _forms(para: Para, head: Letterhead) -> None:
    assert head.forms is not None
    if para.folded.strip("() ") in stamps():
        head.forms.append(("label-word", para.span()))
    head.forms += [("rule", para.view.span(m.start(), m.end())) for m in _DASHES.finditer(para.folded)]


def _number(para: Para, head: Letterhead, before: Para | None) -> None:
    m = _NUMBER.search(para.folded)
    label_end = 0
    if m is None:
        alone = before is not None and _NUMBER_WORD.fullmatch(before.folded) is not None
        m = _BARE_NUMBER.match(para.folded) if alone else None
        if m is None or before is None:
            return
        assert head.forms is not None
        head.forms.append(("label-word", before.span()))
    else:
        label_end = m.end("colon")
        assert head.forms is not None
        head.forms.append(("label-word", para.view.span(m.start("word"), label_end)))
    found = para.view.cut(m.start("number"), m.end("number"))
    if m["serial"] and m["serial"].strip():
        head.number = found
    else:
        head.number_blank = found


def _date(para: Para, head: Letterhead) -> None:
    if head.date_view is not None:
        return
    number = _NUMBER.search(para.folded)
    start = number.end() if number else 0
    m = _DATE.search(para.folded, start)
    if m is None or len(para.text) > 200:
        return
    parts = [m[a] or m[b] or "" for a, b in (("d", "sd"), ("m", "sm"), ("y", "sy"))]
    if not m["sd"] and not m["d"] and not m["m"] and not m["y"]:
        return
    head.date_view = para.view.cut(m.start(), m.end())
    day, month, year = (int(p) if p.isdigit() else 0 for p in parts)
    head.date = dates.iso(year, month, day) if year > 1900 else None
    head.date_impossible = head.date is None and day > 0 and month > 0 and year > 1900
    head.date_blank = head.date is None and not head.date_impossible
    head.year = year if year > 1900 else None
    start = max([start, *(f.end() for p in (_MOTTO, _DASHES) for f in p.finditer(para.folded, start, m.start()))])
    place = compiled(_PLACE).search(para.text[start : m.start()])
    if place:
        first, last = start + place.start("place"), start + place.end("place")
        head.place = para.view.cut(first, last)
        if para.view.text[last : m.start()].strip() and head.forms is not None:
            head.forms.append(("separator", para.view.span(last, m.start())))


def issuer_in(view: View) -> View | None:
    """The issuing body in a capital line (ỦY BAN NHÂN DÂN TỈNH X), None where the line names none.

    A rule or the motto on the same line is left out.
    """
    head = view.text
    stop = min(
        (m.start() for p in (_DASHES, _MOTTO, _NUMBER) for m in p.finditer(view.folded)),
        default=len(head),
    )
    part = view.cut(0, stop)
    m = compiled(_ISSUER).search(part.folded)
    if (
        m is None
        or m.start() > 40
        or not is_caps(part.text[m.start() :])
        or compiled("(?&higher)").search(part.folded[: m.start()])
    ):
        return None
    return part.cut(m.start())
