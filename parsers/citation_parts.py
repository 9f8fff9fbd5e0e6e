"""What stands around a number or a law's name: type word before it, date and issuer after it (or before it).

    [TYPE] ["số"] NUMBER ["ngày" DATE] ["của" ISSUER]        the usual order
    "Ngày" DATE "," ISSUER "ban hành" TYPE "số" NUMBER       date first
    "đề nghị của" ISSUER "tại" TYPE "số" NUMBER              issuer first

All functions take a passage's text and its folded copy (`parsers.folding.fold`, same offsets) and give offsets in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from parsers import dates, grammar, provinces
from parsers.citation_numbers import UPPER, Number, issuer_row, issuer_rows, type_rows
from parsers.folding import fold
from parsers.names import canonical, one_of

_SO = re.compile(r"(?<!\w)số ?:? ?$")
_ABOUT = re.compile(
    r",? ?\(?(?:(?:ký|ban hành|ra) )?(?:ngày ?){0,2}"
    r"(?:(?P<d>\d{1,2}) ?(?P<s>[/.\-]) ?(?P<m>\d{1,2}) ?(?P=s) ?(?P<y>(?:1[89]|2\d)\d\d)(?![\d/])"
    r"|(?P<d2>\d{1,2}) ?tháng ?(?P<m2>\d{1,2}) ?(?:n\w{0,2}m|,)? ?(?P<y2>(?:1[89]|2\d)\d\d)(?!\d))"
)
_YEAR = re.compile(r",? ?\(?năm ((?:1[89]|2\d)\d\d)(?![\d/]|\s?[-–] ?\d)\)?")
_BLANK_DAY = re.compile(r",? ?ngày[ .…]*tháng[ .…]*năm ?((?:19|20)\d\d)(?!\d)")
_BEFORE_REACH = 130
_AFTER_REACH = 170
_DATE_FIRST = re.compile(r",? (?:[^;.:\d]{3,70} )?(?:đã )?(?:ký )?(?:ban hành|có|ra)")
_FIRST_WORD = re.compile(r",? ?(\w+)")
_ISSUED = (" ban hành", " tại", " có", " ra", " trình", " ban hành các", " tại các")


class Head(NamedTuple):
    """The type word before a number: code (None for none), `[start, end)` of the word, start of the whole mention."""

    code: str | None
    start: int
    end: int
    begin: int
    counted: bool  # "số" stands between word and number


class Dated(NamedTuple):
    """A date or a bare year after something: `[start, end)`, ISO value (None: no such day, or a year), the year."""

    start: int
    end: int
    iso: str | None
    year: int
    whole: bool  # a whole date, not a bare year


class Issuer(NamedTuple):
    """An issuer named in words: `[start, end)` without `của`, the symbols it may have in numbers, its class."""

    start: int
    end: int
    symbols: tuple[str, ...]
    class_: str
    words: str


@lru_cache(maxsize=1)
def type_words() -> dict[str, str]:
    """Type words, folded, and their codes."""
    return {fold(word): row.code for row in type_rows() for word in (row.name, *grammar.several(row.aliases))}


@lru_cache(maxsize=1)
def _head() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<!\w)(?P<word>{one_of(type_words())})[ (]*)?(?P<so>(?<!\w)số ?:? ?)?$")


def head_before(folded: str, at: int, floor: int) -> Head:
    """The type word that ends right before `at` (a number's start), not reaching before `floor`.

    >>> head_before("theo nghị quyết số 30c/nq-cp", 19, 0)
    Head(code='NQ', start=5, end=15, begin=5, counted=True)
    """
    m = _head().search(folded, max(floor, at - 45), at)
    if m is None or m["word"] is None:
        begin = m.start() if m else at
        return Head(None, begin, begin, begin, m is not None and m["so"] is not None)
    start, end = m.span("word")
    return Head(_code(m["word"]), start, end, start, m["so"] is not None)


def _code(word: str) -> str | None:
    return type_words().get(word) or type_words().get(" ".join(word.split()))


def far_head(text: str, folded: str, at: int, floor: int) -> Head | None:
    """A type word with its issuer between it and the number: `Nghị quyết của Quốc hội số 55/2010/QH12`."""
    low = max(floor, at - 90)
    of = folded.rfind(" của ", low, at)
    so = _SO.search(folded, of, at) if of >= 0 else None
    if so is None or any(c in folded[of : so.start()] for c in ";:."):
        return None
    named = issuer_at(text, folded, of, None)
    head = head_before(folded, of, low)
    if head.code is None or named is None or named.end < so.start() - 1:
        return None
    return Head(head.code, head.start, head.end, head.start, True)


def date_after(folded: str, at: int) -> Dated | None:
    """The date or bare year that follows at `at`.

    >>> date_after("của chính phủ ngày 01 tháng 7 năm 2025 về", 13)
    Dated(start=14, end=38, iso='2025-07-01', year=2025, whole=True)
    """
    m = _ABOUT.match(folded, at)
    if m:
        day, month, year = m.group("d", "m", "y") if m["d"] else m.group("d2", "m2", "y2")
        lead = len(m[0]) - len(m[0].lstrip(" ,("))
        return Dated(m.start() + lead, m.end(), dates.iso(int(year), int(month), int(day)), int(year), True)
    if folded.find("năm", at, at + 30) < 0:
        return None
    m = _YEAR.match(folded, at) or _BLANK_DAY.match(folded, at)
    return Dated(m.start(1), m.end(), None, int(m[1]), False) if m else None


def _place_names() -> list[str]:
    return [name for row in provinces.rows() for name in (row.name, *grammar.several(row.variants))]


_GRAMMAR = grammar.toml("citations")
_ROLE_OPENINGS = frozenset(role.split()[0] for role in _GRAMMAR["roles"]["words"])
_ROLES = rf"(?:(?:{one_of(_GRAMMAR['roles']['words'])})(?: và|,)? )*"
_BELOW = frozenset(_GRAMMAR["kinds"]["below"])
_KINDS = one_of([*_GRAMMAR["kinds"]["words"], *_BELOW])
_OPENERS = frozenset(_GRAMMAR["subject"]["words"])


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for row in issuer_rows():
        for name in (row.name, *grammar.several(row.names)):
            for spelling in {canonical(name), fold(name)}:
                table.setdefault(spelling, []).append(row.symbol)
    return {name: tuple(symbols) for name, symbols in table.items()}


def _symbols(body: str) -> tuple[str, ...]:
    """The symbols of a body as the pattern found it."""
    return _by_name().get(body) or _by_name()[canonical(body)]


@lru_cache(maxsize=1)
def _openings() -> frozenset[str]:
    """The first words of issuers, to see quickly where none can stand."""
    return (
        frozenset(name.split()[0] for name in _by_name()) | _ROLE_OPENINGS | {"của", "cua", "do", "bởi", "hội", "tại"}
    )


@lru_cache(maxsize=1)
def _issuer() -> re.Pattern[str]:
    return re.compile(
        r"(?P<lead>,? ?(?:(?:của|cua|do|bởi) (?:liên )?)?)"
        r"(?P<meeting>(?:tại )?hội nghị (?:lần thứ )?[\w ]{1,24}?,? (?:của )?)?"
        rf"(?P<whole>{_ROLES}(?P<body>{one_of(_by_name())})(?!\w)"
        r"(?P<party>(?: đảng(?: cộng sản việt nam)?)?(?:,? \(?khóa [ivxl]+\)?)?)"
        rf"(?P<local> (?:(?P<kind>{_KINDS}) ?(?P<place>{one_of(_place_names())})?|{one_of(_place_names())})(?!\w))?"
        r"(?: \(?(?:cũ|mới)\)?(?!\w))?)"
    )


_PROPER = re.compile(rf"(?: [{UPPER}][^\W\d_]*(?!\w)){{1,3}}")


def _town(text: str, end: int) -> int:
    """Where the name of a district or commune ends: capitalised words up to the subject's opening word."""
    m = _PROPER.match(text, end)
    if m is None:
        return end
    for word in re.finditer(r" (\S+)", m[0]):
        if word[1].lower() in _OPENERS and not word[1].isupper():
            return end + word.start()
    return m.end()


def issuer_at(text: str, folded: str, at: int, number: Number | None) -> Issuer | None:
    """The issuer named at `at`: after `của`, or without it where the number's symbol says the same.

    >>> t = "Quyết định số 6/QĐ-UBND ngày 01/02/2015 của UBND tỉnh Sơn La về"
    >>> t[slice(*issuer_at(t, fold(t), 39, None)[:2])]
    'UBND tỉnh Sơn La'
    """
    first = _FIRST_WORD.match(folded, at)
    if first is None or first[1] not in _openings():
        return None
    m = _issuer().match(folded, at, at + _AFTER_REACH)
    if m is None:
        return None
    symbols = _symbols(m["body"])
    said = any(word in m["lead"] for word in ("của", "cua", "do", "bởi"))
    if not said and (m["lead"].strip() or number is None or _row_of(number) not in symbols) and not m["meeting"]:
        return None
    end = m.end("whole")
    if m["kind"] in _BELOW and not m["place"]:
        end = _town(text, end)
    row = issuer_row(symbols[0])
    return Issuer(m.start("whole"), end, symbols, row.class_ if row else "", text[m.start("whole") : end])


def _row_of(number: Number) -> str:
    row = issuer_row(number.issuer)
    return row.symbol if row else number.issuer


def more_issuers(text: str, folded: str, first: Issuer) -> Issuer:
    """A joint document's issuers: `Bộ Tài chính, Bộ Nội vụ và Bộ Y tế`."""
    end, symbols = first.end, first.symbols
    while True:
        link = re.compile(r"(?:,| và| -) ?").match(folded, end)
        m = _issuer().match(folded, link.end()) if link else None
        if m is None or m["lead"] or m["meeting"]:
            return Issuer(first.start, end, symbols, first.class_, text[first.start : end])
        end, symbols = m.end("whole"), (*symbols, *_symbols(m["body"]))


def issuer_before(text: str, folded: str, begin: int, floor: int) -> Issuer | None:
    """The issuer before a mention that begins at `begin`: `theo đề nghị của Giám đốc Sở Nội vụ tại …`."""
    if not folded[max(floor, begin - 16) : begin].rstrip().endswith(_ISSUED):
        return None
    low = max(floor, begin - _BEFORE_REACH)
    before = folded[low:begin].rstrip()
    for m in reversed(list(re.finditer(r"(?:(?:của|do|và|,|:) |^|(?<=[.;] )|(?<=\d, ))", before))):
        named = _issuer().match(folded, low + m.end(), low + len(before))
        if named is None or named["lead"]:
            continue
        rest = folded[named.end() : low + len(before)]
        if re.fullmatch(r"(?: tỉnh| thành phố)?(?: đã)?(?: ký)? (?:ban hành|tại|có|ra|trình)(?: các)?", rest):
            symbols = _symbols(named["body"])
            row = issuer_row(symbols[0])
            start, end = named.span("whole")
            return Issuer(start, end, symbols, row.class_ if row else "", text[start:end])
    return None


def date_before(folded: str, begin: int, floor: int) -> Dated | None:
    """The date before a mention: `Ngày 18 tháng 11 năm 2020, Bộ Nội vụ ban hành …`."""
    if not folded[max(floor, begin - 12) : begin].rstrip().endswith(("ban hành", " có", " ra")):
        return None
    low = max(floor, begin - _BEFORE_REACH)
    before = folded[low:begin].rstrip()
    day = before.rfind("ngày ")
    found = date_after(folded, low + day) if day >= 0 else None
    if found is None or not found.whole or not _opens_sentence(before[:day]):
        return None
    return found if _DATE_FIRST.fullmatch(folded, found.end, low + len(before)) else None


def _opens_sentence(before: str) -> bool:
    stem = before.rstrip(" (-–")
    return not stem or stem[-1] in ".;:,"
