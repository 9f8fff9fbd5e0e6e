"""Finds the mentions of one passage: numbers with what stands around them, laws by name, lists with a shared head."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers import citation_laws, citation_numbers, citation_parts, citation_pinpoints
from parsers.citation_laws import Law
from parsers.citation_numbers import FoundNumber, Number
from parsers.citation_parts import Dated, Head, Issuer
from parsers.citation_pinpoints import FoundPinpoint
from parsers.folding import fold

_FORMS = re.compile(r"(?:mẫu|biểu|biểu mẫu|phiếu|mã số|ký hiệu|mẫu đơn|phụ lục|tài khoản|hồ sơ) ?(?:số)? ?:? ?$")
_LINK = re.compile(r" ?(?:,|;|và|hoặc|cùng|,? và|; và|-|\+|:)? ?(?:các )?(?:số ?:? ?)?")
_LAW_NUMBER = re.compile(r",? ?\(?(?:bộ luật |luật )?số ?:? ?")
_BARE_YEAR = re.compile(r" ((?:19|20)\d\d)(?![\d/\-–])")
_PASSED = re.compile(r",? (?:đã )?được quốc hội [^,;.]{0,60}?thông qua ")
_SERIES = re.compile(r"(?:\d{1,5}[a-zđ]?(?:/(?:19|20)\d\d)?,? ?(?:và |hoặc )?(?:số )?)+$")
_SERIAL = re.compile(r"\d{1,5}[a-zđ]?")


@dataclass(slots=True)
class Mention:
    """One mention of a regulation in a passage, as read; resolution and relations are filled in later."""

    start: int  # of the citation's words
    end: int
    begin: int  # with the places named before it
    bridge: int  # the end of those places: what follows links them to the citation (`ban hành kèm theo`)
    type: str | None
    number: Number | None = None
    number_at: tuple[int, int] | None = None
    type_at: tuple[int, int] | None = None
    word: str | None = None  # the code of the type word itself, which may contradict the number
    law: Law | None = None
    date: Dated | None = None
    issuer: Issuer | None = None
    pinpoints: list[FoundPinpoint] = field(default_factory=list)
    parent: Mention | None = None
    headed: bool = True  # has a type word of its own
    printed: str | None = None  # the number in its usual spelling
    target: Mention | None = None  # the mention that this one only refers to (`Nghị quyết nêu trên`, an alias)
    by: str | None = None  # how it refers


class _Passage:
    """A passage while it is read."""

    def __init__(self, text: str, folded: str) -> None:
        self.text = text
        self.folded = folded
        self.mentions: list[Mention] = []
        self.floor = 0  # the end of what has been read: a nested law ends before the law whose title names it

    def add(self, mention: Mention) -> None:
        self.mentions.append(mention)
        self.floor = max(self.floor, mention.end)


def find(text: str, folded: str | None = None, numbers: list[FoundNumber] | None = None) -> list[Mention]:
    """The mentions of a passage, in the order of the text; nested laws follow the law whose title names them.

    >>> found = find("các Nghị quyết: số 55/2010/QH12; số 28/2016/QH14")
    >>> [(m.type, citation_numbers.format_number(m.number)) for m in found]
    [('NQ', '55/2010/QH12'), ('NQ', '28/2016/QH14')]
    """
    lawful = citation_laws.holds(text)
    numbers = citation_numbers.find_numbers(text) if numbers is None else numbers
    if not numbers and not lawful:
        return []
    passage = _Passage(text, fold(text) if folded is None else folded)
    laws = citation_laws.find(text, passage.folded) if lawful else []
    used = 0
    for law in laws:
        while used < len(numbers) and numbers[used].start < law.start:
            _add_number(passage, numbers[used])
            used += 1
        if law.start >= passage.floor:
            used = _add_law(passage, law, numbers, used)
    for number in numbers[used:]:
        _add_number(passage, number)
    _share(passage)
    return passage.mentions


def _add_law(passage: _Passage, law: Law, numbers: list[FoundNumber], used: int) -> int:
    text, folded = passage.text, passage.folded
    end, number, used = _law_number(folded, law, numbers, used)
    mention = Mention(
        law.start, end, law.start, law.start, law.type, law=law, type_at=(law.start, law.start), word=law.type
    )
    mention.headed = not law.listed
    if number:
        _take_number(mention, number)
    passed = _PASSED.match(folded, mention.end)
    if passed and citation_parts.date_after(folded, passed.end()):
        mention.end = passed.end()
    _read_tail(mention, text, folded)
    year = _BARE_YEAR.match(folded, mention.end) if mention.date is None and not number else None
    if year:
        mention.date = Dated(year.start(1), year.end(1), None, int(year[1]), False)
        mention.end = year.end()
    _read_pinpoints(passage, mention)
    passage.add(mention)
    for inner in law.nested:
        nested = Mention(
            inner.start, inner.tail, inner.start, inner.start, inner.type, law=inner, word=inner.type, parent=mention
        )
        if inner.own:
            _take_number(nested, next(n for n in numbers if n.start == inner.own[0]))
        passage.add(nested)
    return used


def _take_number(mention: Mention, found: FoundNumber) -> None:
    mention.number, mention.number_at = found.number, (found.start, found.end)
    mention.printed = citation_numbers.format_number(found.number)


def _law_number(folded: str, law: Law, numbers: list[FoundNumber], used: int) -> tuple[int, FoundNumber | None, int]:
    """The number that stands right after a law's name, and how many numbers are used up by then."""
    while used < len(numbers) and numbers[used].start < law.end:
        used += 1
    link = _LAW_NUMBER.match(folded, law.end)
    if link and used < len(numbers) and numbers[used].start == link.end():
        found = numbers[used]
        closed = found.end + (folded[found.end : found.end + 1] == ")" and "(" in link[0])
        return closed, found, used + 1
    return law.end, None, used


def _add_number(passage: _Passage, found: FoundNumber) -> None:
    floor = passage.floor
    if found.start < floor:
        return
    text, folded = passage.text, passage.folded
    head = citation_parts.head_before(folded, found.start, floor)
    if head.code is None:
        head = citation_parts.far_head(text, folded, found.start, floor) or head
    if head.code is None and _FORMS.search(folded, max(floor, head.begin - 16), found.start):
        return
    listed = _list_head(passage, head, floor) if head.code is None else None
    code = head.code or (listed[0] if listed else None) or _inherited(passage, head)
    if code is None and not found.sure:
        return
    mention = _numbered(found, head, code)
    if head.code and head.end < found.start and head.begin < head.end and listed is None:
        mention.type_at = (head.start, head.end)
    _read_tail(mention, text, folded)
    _read_before(passage, mention, floor)
    if listed:
        mention.type_at = (listed[1], listed[2])
        mention.issuer = mention.issuer or listed[3]
    _read_series(passage, mention, head, floor)
    _read_pinpoints(passage, mention)
    passage.add(mention)


def _numbered(found: FoundNumber, head: Head, code: str | None) -> Mention:
    word = None if code == "VB" else code
    number = citation_numbers.settled(citation_numbers.retyped(found.number, word))
    kind = number.type or word
    if kind is None and code == "VB":
        kind = "CV" if number.form in ("dispatch", "plain") else None
    mention = Mention(
        head.begin, found.end, head.begin, head.begin, kind, number=number, number_at=(found.start, found.end)
    )
    mention.printed = citation_numbers.format_number(number)
    mention.word, mention.headed = (word if head.code else None), head.code is not None
    return mention


def _read_tail(mention: Mention, text: str, folded: str) -> None:
    """Date and issuer after the mention, in either order; its end moves past them."""
    date = citation_parts.date_after(folded, mention.end)
    if date:
        mention.date, mention.end = date, _twice(folded, date)
    issuer = citation_parts.issuer_at(text, folded, mention.end, mention.number)
    if issuer and mention.type in ("TTLT", "NQLT", "QCPH"):
        issuer = citation_parts.more_issuers(text, folded, issuer)
    if issuer:
        mention.issuer, mention.end = issuer, issuer.end
    if issuer and (date is None or not date.whole):
        date = citation_parts.date_after(folded, mention.end)
        if date and (date.whole or mention.date is None):
            mention.date, mention.end = date, date.end


def _twice(folded: str, date: Dated) -> int:
    """The end of a date, past a second printing of it."""
    if not folded.startswith(" ngày ", date.end):
        return date.end
    again = citation_parts.date_after(folded, date.end)
    return again.end if again and again.whole and again.iso == date.iso else date.end


def _read_before(passage: _Passage, mention: Mention, floor: int) -> None:
    """Issuer and date that stand before the mention."""
    if mention.issuer is None:
        mention.issuer = citation_parts.issuer_before(passage.text, passage.folded, mention.start, floor)
    if mention.date is None:
        mention.date = citation_parts.date_before(passage.folded, mention.start, floor)


def _read_pinpoints(passage: _Passage, mention: Mention) -> None:
    places = citation_pinpoints.before(passage.text, passage.folded, mention.start, passage.floor)
    mention.pinpoints, mention.begin, mention.bridge = places.found, places.start, places.end


def _list_head(passage: _Passage, head: Head, floor: int) -> tuple[str, int, int, Issuer | None] | None:
    """The head that a list's items share: `các Nghị quyết của Chính phủ: số …; số …`."""
    folded = passage.folded
    at = folded.rfind("các ", 0, head.begin)
    while at >= 0:
        start = at + 4
        for n in (4, 3, 2, 1):
            words = folded[start : start + 40].split(" ")[:n]
            phrase = " ".join(words).rstrip(":,;")
            code = citation_parts.type_words().get(phrase)
            if code and _leads_to(passage, start + len(phrase), head):
                end = start + len(phrase)
                return code, start, end, citation_parts.issuer_at(passage.text, folded, end, None)
        at = folded.rfind("các ", 0, at)
    return None


def _leads_to(passage: _Passage, end: int, head: Head) -> bool:
    """Whether a list's head at `end` reaches the item: a colon or the item itself follows, no full stop between."""
    between = passage.folded[end : head.begin]
    first = passage.mentions and any(m.begin >= end for m in passage.mentions)
    if re.search(r"\. (?=[A-ZĐ])", passage.text[end : head.begin]):
        return False
    return bool(first or ":" in between[:120] or not between.strip())


def _inherited(passage: _Passage, head: Head) -> str | None:
    """The type of the mention before, where only a comma or `và` (and `số`) stand between."""
    if not passage.mentions:
        return None
    last = passage.mentions[-1]
    if last.parent or not _LINK.fullmatch(passage.folded, last.end, head.begin):
        return None
    return last.word or last.type


def _read_series(passage: _Passage, mention: Mention, head: Head, floor: int) -> None:
    """Bare serials before the number that share its symbol: `Quyết định số 12, 13/2015/QĐ-UBND`."""
    if head.code is not None or mention.number is None or mention.number_at is None:
        return
    low = max(floor, mention.number_at[0] - 40)
    m = _SERIES.search(passage.folded, low, mention.number_at[0])
    if m is None or ("," not in m[0] and "và" not in m[0]):
        return
    first = citation_parts.head_before(passage.folded, m.start(), floor)
    if first.code is None or not first.counted:
        return
    for serial in _SERIAL.finditer(passage.folded, m.start(), m.end()):
        _add_bare(passage, mention, first, serial)
    mention.headed = False


def _add_bare(passage: _Passage, mention: Mention, head: Head, serial: re.Match[str]) -> None:
    assert mention.number is not None
    number = citation_numbers.Number(
        serial[0], mention.number.year, mention.number.letters, mention.number.type, mention.number.issuer,
        mention.number.units, mention.number.form,
    )  # fmt: skip
    first = not passage.mentions or passage.mentions[-1].start < head.start
    start = head.start if first else serial.start()
    bare = Mention(start, serial.end(), start, start, number.type or head.code, number=number, number_at=serial.span())
    bare.printed = citation_numbers.format_number(number)
    bare.type_at, bare.word, bare.headed = (head.start, head.end), head.code, first
    bare.issuer, bare.date = mention.issuer, None
    passage.add(bare)


def _share(passage: _Passage) -> None:
    """A date at the end of a list is shared by the items before it.

    Where each item has a type word of its own, only by one whose number bears the date's year (113/2018/NĐ-CP và Nghị
    định số 143/2020/NĐ-CP ngày 10/12/2020: not shared), and not over a semicolon.
    """
    for i in range(len(passage.mentions) - 2, -1, -1):
        item, after = passage.mentions[i], passage.mentions[i + 1]
        if after.parent or item.date or item.number is None or after.number is None or item.type != after.type:
            continue
        same_year = after.date is not None and item.number.year == after.date.year
        if after.headed and (not same_year or ";" in passage.folded[item.end : after.start]):
            continue
        if not _LINK.fullmatch(passage.folded, item.end, after.start) or after.date is None or not after.date.whole:
            continue
        if item.number.year in (None, after.date.year):
            item.date = after.date
        item.issuer = item.issuer or after.issuer
