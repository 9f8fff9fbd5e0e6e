"""Laws, codes, ordinances and the constitution cited by name (NĐ 30/2020: without number or issuer).

    Luật Đất đai năm 2024                      name, year
    Luật Đất đai số 31/2024/QH15               name, number
    các Luật: Đất đai, Nhà ở                   a list with a shared head
    Luật sửa đổi, bổ sung một số điều của Luật A và Luật B năm 2019
                                               an amending law: A and B are laws of their own, the year is its own

Names of the register are read whatever their capitals and commas; others up to their date, number or the clause's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers import grammar, regulations
from parsers.names import one_of

_WORDS = {"luật": "Luật", "bộ luật": "Bộ luật", "pháp lệnh": "PL", "hiến pháp": "HP"}
_ANCHOR = re.compile(r"(?:bộ )?luật(?!\w)|pháp lệnh(?!\w)|hiến pháp(?!\w)")
_NOT_BEFORE = re.compile(r"(?:pháp|kỷ|quy|trật|phạm|hình|dân|thiết quân|dự thảo|dự án) $")
_GRAMMAR = grammar.toml("citations")["laws"]
_NOT_AFTER = re.compile(rf" (?:{one_of(_GRAMMAR['not_after'])})(?!\w)")
_AMENDS = re.compile(r" (?:sửa đổi(?:,? (?:và )?bổ sung)?|bổ sung)(?!\w)")
_TO_LAW = re.compile(r"[^;.:()]{0,60}?(?= ?(?:bộ luật|luật|pháp lệnh|hiến pháp)(?!\w))")
_NEXT_LAW = re.compile(r",? (?:và |hoặc )?(?:các )?(?=(?:bộ )?luật(?!\w)|pháp lệnh(?!\w))|, ?(?=(?:bộ )?luật(?!\w))")
_LIST = re.compile(r" ?: ?")
_LIST_LINK = re.compile(r"(?:,|;| và| và luật) ?(?:và )?(?:luật )?")
_STATED = re.compile(
    r" ?\(?(?:luật )?số ?:? ?\d|,? ?\(?(?:ngày|được quốc hội) |,? \(?năm (?:19|20)\d\d(?!\d)| (?:19|20)\d\d(?![\d/\-])"
)
_STOP = re.compile(
    r"[;:.()\"“”|\]/]|,? và các "
    rf"|(?:,| và|,? hoặc) (?:các )?(?:{one_of(_GRAMMAR['other'])})(?!\w)"
    rf"|,? (?:{one_of(_GRAMMAR['ends'])})(?!\w)"
)
_INNER = re.compile(
    r" [^;.:()]{3,110}?(?=,? (?:và )?(?:các )?(?:bộ luật|luật|pháp lệnh)(?!\w)| (?:số|ngày|năm) ?:? ?\d"
    r"|,? (?:được|có hiệu lực)|[;.:()]|$)"
)
_LONGER = re.compile(r"(?: [^\W\d_]+){1,6}(?= (?:số ?:? ?\d|ngày \d|năm (?:19|20)\d\d))")
_NO_NAME = re.compile(rf" (?:{one_of(_GRAMMAR['no_name'])})(?!\w)")
_NUMBER = re.compile(r" số ?:? ?(\d{1,4}/\d{4}/qh\d{1,2})(?!\w)")
_SOFT = re.compile(r"(?:,| về| theo| và)(?!\w)")
_PLAIN_WORDS = 2  # a known name all in small letters is read where it is longer than `luật đất đai`
_LONGEST = 16  # words of an unknown name


@dataclass(slots=True)
class Law:
    """A law named in a text: `[start, end)` of the mention without its date, its name, `parent` of a nested one."""

    start: int
    end: int
    type: str
    name: str
    rows: tuple[regulations.Regulation, ...] = ()
    nested: list[Law] = field(default_factory=list)
    listed: bool = False  # an item of a list: the type word stands at the list's head
    own: tuple[int, int] | None = None  # of a nested one: its number, inside the amending law's title

    @property
    def tail(self) -> int:
        """The end with the number that belongs to it."""
        return self.own[1] if self.own else self.end


def holds(text: str) -> bool:
    """Whether a text can hold a law's name; cheap, asked of every passage."""
    if "Luật" in text or "LUẬT" in text or "háp lệnh" in text or "iến pháp" in text or " LỆNH" in text:
        return True
    small = text.count("luật")  # pháp luật, kỷ luật are not laws
    return (small > 0 and small > text.count("háp luật") + text.count("ỷ luật")) or "IẾN PHÁP" in text


def find(text: str, folded: str) -> list[Law]:
    """The laws named in a text, in order; those inside an amending law's title stand in its `nested`.

    >>> from parsers.folding import fold
    >>> t = "Luật Đất đai và Luật sửa đổi, bổ sung một số điều của Luật Cán bộ, công chức và Luật Viên chức năm 2019"
    >>> [(t[x.start:x.end][:17], [n.name for n in x.nested]) for x in find(t, fold(t))]
    [('Luật Đất đai', []), ('Luật sửa đổi, bổ ', ['Luật Cán bộ, công chức', 'Luật Viên chức'])]
    """
    return list(_iterate(text, folded))


def _iterate(text: str, folded: str) -> Iterator[Law]:
    at = 0
    while m := _ANCHOR.search(folded, at):
        at = m.end()
        if not _stands(text, folded, m):
            continue
        for law in _read(text, folded, m.start(), m.end()):
            at = max(at, law.end)
            yield law


def _stands(text: str, folded: str, m: re.Match[str]) -> bool:
    """Whether the word is the type word of a law: `pháp luật`, `Luật sư`, `luật này` are not."""
    start = m.start()
    if (start and folded[start - 1].isalnum()) or _NOT_BEFORE.search(folded, max(0, start - 12), start):
        return False
    known = regulations.named_at(folded, start)
    return known is not None or (text[start].isupper() and not _NOT_AFTER.match(folded, m.end()))


def _read(text: str, folded: str, start: int, word_end: int) -> list[Law]:
    kind = _WORDS[folded[start:word_end]]
    colon = _LIST.match(folded, word_end)
    if colon:
        return _listed(text, folded, start, word_end, colon.end(), kind)
    law = _one(text, folded, start, word_end, kind)
    return [law] if law else []


def _one(text: str, folded: str, start: int, word_end: int, kind: str) -> Law | None:
    amends = _AMENDS.match(folded, word_end)
    if amends:
        return _amending(text, folded, start, amends.end(), kind)
    known = regulations.named_at(folded, start)
    if known and _goes_on(folded, known.end):
        known = None
    if known and (_has_capital(text, start, word_end) or folded.count(" ", start, known.end) > _PLAIN_WORDS):
        return Law(start, known.end, kind, _name(text, start, known.end), known.laws)
    return _unknown(text, folded, start, word_end, kind)


def _goes_on(folded: str, end: int) -> bool:
    """Whether a known name is only the beginning of one the register does not have: `Luật Giáo dục mầm non năm …`."""
    m = _LONGER.match(folded, end)
    return m is not None and not _NO_NAME.search(m[0])


def _has_capital(text: str, start: int, word_end: int) -> bool:
    return text[start].isupper() or text[word_end + 1 : word_end + 2].isupper()


def _name(text: str, start: int, end: int) -> str:
    return " ".join(text[start:end].split())


def _amending(text: str, folded: str, start: int, at: int, kind: str) -> Law | None:
    """An amending law: its name runs to the end of the last law it names."""
    nested: list[Law] = []
    link = _TO_LAW.match(folded, at)
    while link:
        begin = link.end() + (folded[link.end() : link.end() + 1] == " ")
        m = _ANCHOR.match(folded, begin)
        if m is None or (nested and _AMENDS.match(folded, m.end())):
            break
        law = _inner(text, folded, begin, m.end(), _WORDS[m[0]])
        if law is None:
            break
        law.own = _own_number(folded, law, any(other.own for other in nested))
        nested.append(law)
        link = _NEXT_LAW.match(folded, law.tail)
    if nested:
        end = nested[-1].tail
        return Law(start, end, kind, _name(text, start, end), _known(folded, start, end), nested)
    return _unknown(text, folded, start, at, kind, amending=True)


def _own_number(folded: str, law: Law, others: bool) -> tuple[int, int] | None:
    """A number after a law that an amending law's title names, where it is that law's and not the amending one's.

    `của Luật A số 31/2024/QH15, Luật B số 27/2023/QH15`: another law follows, or others have theirs, or the register
    knows it; `của Luật A số 56/2014/QH13 ngày …` is the amending law's.
    """
    m = _NUMBER.match(folded, law.end)
    if m and (others or _NEXT_LAW.match(folded, m.end()) or any((r.number or "").lower() == m[1] for r in law.rows)):
        return m.span(1)
    return None


def _inner(text: str, folded: str, start: int, word_end: int, kind: str) -> Law | None:
    """A law named inside an amending law's title, in any capitals: to the next law, the date, the number."""
    known = regulations.named_at(folded, start)
    if known:
        return Law(start, known.end, kind, _name(text, start, known.end), known.laws)
    m = _INNER.match(folded, word_end)
    if m is None or m[0].count(" ") > _LONGEST:
        return None
    return Law(start, m.end(), kind, _name(text, start, m.end()))


def _known(folded: str, start: int, end: int) -> tuple[regulations.Regulation, ...]:
    title = _NUMBER.sub("", folded[start:end])
    known = regulations.named_at(title, 0)
    return known.laws if known and known.end == len(title) else ()


def _unknown(text: str, folded: str, start: int, word_end: int, kind: str, *, amending: bool = False) -> Law | None:
    """A name the register does not have: to its date or number where one follows, else to the clause's first stop."""
    first = text[word_end + 1 : word_end + 2]
    if not amending and not (first.isupper() or (kind == "HP" and _STATED.match(folded, word_end))):
        return None
    window = folded[word_end : word_end + 160]
    hard = _STOP.search(window)
    limit = hard.start() if hard else len(window)
    stated = _STATED.search(window, 0, limit + 12)
    if stated and stated.start() <= limit:
        limit = stated.start()
    else:
        soft = _SOFT.search(window, 0, limit)
        limit = soft.start() if soft else limit
    end = word_end + len(window[:limit].rstrip(" ,"))
    if end <= word_end and kind != "HP":
        return None
    if folded[start:end].count(" ") > _LONGEST:
        return None
    return Law(start, end, kind, _name(text, start, end))


def _listed(text: str, folded: str, start: int, word_end: int, at: int, kind: str) -> list[Law]:
    """The items of `các Luật: Đất đai, Xây dựng`; each must be of the register."""
    head = folded[start:word_end]
    found: list[Law] = []
    while True:
        known = regulations.named_at(f"{head} {folded[at : at + 120]}", 0)
        if known is None or known.end <= len(head):
            return found
        end = at + known.end - len(head) - 1
        name = f"{text[start:word_end].capitalize()} {_name(text, at, end)}"
        found.append(Law(at, end, kind, name, known.laws, listed=True))
        link = _LIST_LINK.match(folded, end)
        if link is None:
            return found
        at = link.end()
