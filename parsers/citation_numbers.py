"""Numbers and symbols of documents: `30c/NQ-CP`, `77/2015/QH13`, `18-NQ/TW`, `2231/SNV-CCHC&PC`.

Shapes (NĐ 30/2020/NĐ-CP, Phụ lục VI; HD 36-HD/VPTW; the Law on promulgation of legal normative documents):

    state     serial "/" [year "/"] TYPE "-" ISSUER ["-" UNIT]    30c/NQ-CP  09/2015/QĐ-TTg  4255/QĐ-BNN-KHCN
    assembly  serial "/" year "/" ("QH" | "UBTVQH") term          77/2015/QH13  02/2020/UBTVQH14
    party     serial "-" TYPE "/" BODY                            18-NQ/TW  03-NQ/TU
    dispatch  serial "/" ISSUER "-" UNIT                          2231/SNV-CCHC&PC
    plain     serial "/" ISSUER                                   118/TTg  74/CP  (before 1997)
    dashed    serial "-" ISSUER                                   69-CP
    old       serial "-" ISSUER "/" UNIT                          89-TC/TCT

What slips in printing is mended where only one reading is left: spaces, `QD` for `QĐ`, `30C`, `TTG`, a lost hyphen
(`NĐCP`), `17/NQ-TW` for `17-NQ/TW`, `OH15` for `QH15`. A lost digit (`QH1`) is kept as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from parsers import grammar
from parsers.folding import fold

Form = Literal["state", "assembly", "party", "dispatch", "plain", "old", "dashed"]

#: Capital letters of Vietnamese, for character classes (the range À-Ỹ holds small letters too).
UPPER = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"

_PART = r"[A-ZĐÐƉ](?:[A-Za-zĐđÐ0-9&]|\.(?=[A-ZĐ]))*(?!\w)"
_DASH = r"[-–−‐]"
# Two spaced dashes are running text (`… QĐ-UBND - Sở …`) unless a body follows that only ends a symbol.
_JOIN = (
    rf"(?:(?:{_DASH}|/)\s?|\s(?:{_DASH}|/)(?=\S)|\s{_DASH}\s(?=(?:CP|TTg|TTG|UBND|HĐND|TW|TU|B[A-ZĐ&]{{2,8}})(?!\w)))"
)
SHAPE = (
    r"(?P<serial>\d{1,6}(?:\.\d{1,2})?[a-zA-ZđĐ]?)\s?"
    rf"(?P<mark>/|{_DASH})\s?(?:(?P<year>(?:1[89]|2\d)\d\d)\s?(?:/|{_DASH})\s?)?"
    rf"(?P<symbol>{_PART}(?:{_JOIN}{_PART}){{0,4}})"
)
_SHAPE = re.compile(SHAPE)
# A number is looked for around its stroke: what may follow the stroke, and what may stand before it.
_AFTER = re.compile(rf"\s?(?:(?:1[89]|2\d)\d\d\s?(?:/|{_DASH})\s?)?[A-ZĐÐƉ]")
_BEFORE = re.compile(
    rf"(?:(?<![\w/.])|(?<=[Ss]ố))\d{{1,6}}(?:\.\d{{1,2}})?[a-zA-ZđĐ]?\s?(?:{_DASH}\s?[A-ZĐ][A-Za-zĐđ]{{0,6}}\s?)?$"
)
# The numbers of decrees and decisions before 1997 without a stroke; looked for where a year of that time is near.
_DASHED = re.compile(rf"(?<![\w/.\-–])(?P<serial>\d{{1,4}}[a-z]?)\s?{_DASH}\s?(?P<body>CP|TTg|HĐBT|CT)(?![\w/\-–])")
_REACH = 20  # characters before the stroke: 6 digits, a dash, letters
_SPLIT = re.compile(rf"\s?({_DASH}|/)\s?")
_ASSEMBLY = re.compile(r"(?P<body>[QO0]H|UBTV[QO0]H)(?P<term>\d{1,2})$")
_DOTTED = re.compile(r"([A-ZĐ][A-Za-zĐđ]*)\.([A-ZĐ].*)")


class TypeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `grammar/document_types.csv`.

    `symbols` are further spellings inside numbers, `classes` the issuers that may use the type (empty: all), `kind`
    says how the type is numbered: state, party, joint, law (no letters), dispatch, generic, name-only (no number).
    """

    code: str
    name: str
    aliases: str = ""
    symbols: str = ""
    slug: str
    kind: str
    classes: str = ""
    examples: str = ""
    not_: str = msgspec.field(default="", name="not")
    source: str


class IssuerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `grammar/issuers.csv`: the symbol, its other symbols, the body's name and how texts call it."""

    symbol: str
    aliases: str = ""
    name: str
    names: str = ""
    scope: str
    class_: str = msgspec.field(name="class")
    valid_from: str | None = None
    valid_to: str | None = None
    successors: str = ""
    examples: str = ""
    not_: str = msgspec.field(default="", name="not")
    source: str


@dataclass(frozen=True, slots=True)
class Number:
    """A document number taken apart. `type` is the code of its letters (None: it has none), `letters` as spelled."""

    serial: str
    year: int | None
    letters: str | None
    type: str | None
    issuer: str
    units: tuple[str, ...]
    form: Form


class FoundNumber(NamedTuple):
    """A number in a text: `[start, end)`, what it says, and whether its shape alone shows that it is one."""

    start: int
    end: int
    number: Number
    sure: bool


class _Spellings(NamedTuple):
    types: dict[str, tuple[str, str]]  # letters in capitals -> (spelling, code)
    issuers: dict[str, str]  # symbol in capitals -> spelling
    rows: dict[str, IssuerRow]  # spelling -> row


def _without_d(letters: str) -> str:
    return letters.replace("Đ", "D")


def _tolerant(exact: dict[str, str]) -> dict[str, str]:
    loose = {_without_d(letters): spelling for letters, spelling in reversed(list(exact.items()))}
    return {**loose, **exact}


@lru_cache(maxsize=1)
def type_rows() -> tuple[TypeRow, ...]:
    """The document types, in the order of the table."""
    return tuple(grammar.rows("document_types", TypeRow))


@lru_cache(maxsize=1)
def issuer_rows() -> tuple[IssuerRow, ...]:
    """The issuers, in the order of the table."""
    return tuple(grammar.rows("issuers", IssuerRow))


@lru_cache(maxsize=1)
def _spellings() -> _Spellings:
    numbered = [r for r in type_rows() if r.kind in ("state", "party", "joint", "dispatch")]
    codes = {s: r.code for r in numbered for s in (r.code, *grammar.several(r.symbols))}
    letters = _tolerant({s.upper(): s for s in codes})
    rows = {s: r for r in reversed(issuer_rows()) for s in (r.symbol, *grammar.several(r.aliases))}
    return _Spellings(
        types={upper: (spelling, codes[spelling]) for upper, spelling in letters.items()},
        issuers=_tolerant({s.upper(): s for s in rows}),
        rows=rows,
    )


def type_row(code: str | None) -> TypeRow | None:
    """The row of a type code (`QĐ`), or None."""
    return _types_by_code().get(code) if code else None


@lru_cache(maxsize=1)
def _types_by_code() -> dict[str, TypeRow]:
    return {row.code: row for row in type_rows()}


@lru_cache(maxsize=4096)
def issuer_row(symbol: str) -> IssuerRow | None:
    """The row of an issuer's symbol in a number, or None: `QH13` is QH's.

    >>> issuer_row("UBTVQH14").name
    'Ủy ban Thường vụ Quốc hội'
    """
    term = _ASSEMBLY.match(symbol)
    return _spellings().rows.get(term["body"] if term else symbol)


def _body(part: str) -> str:
    """An issuer's symbol in its usual spelling; one that is not known stays as printed."""
    part = part.replace("Ð", "Đ").replace("Ɖ", "Đ")
    known = _spellings().issuers.get(part.upper())
    if known:
        return known
    term = _ASSEMBLY.match(part.upper())
    if not term:
        return part
    return f"{term['body'].replace('O', 'Q').replace('0H', 'QH')}{term['term']}"


def _type(part: str) -> tuple[str, str] | None:
    return _spellings().types.get(part.upper().replace("Ð", "Đ"))


def _unglued(part: str) -> list[str]:
    """`NĐCP` as NĐ, CP; `QĐ.UB` as QĐ, UB; else the part alone."""
    dotted = _DOTTED.fullmatch(part)
    if dotted and _type(dotted[1]):
        return [dotted[1], dotted[2]]
    upper = part.upper()
    spellings = _spellings()
    if upper in spellings.issuers or upper in spellings.types:
        return [part]
    for cut in range(len(part) - 2, 1, -1):
        if upper[:cut] in spellings.types and upper[cut:] in spellings.issuers:
            return [part[:cut], part[cut:]]
    return [part]


def _is_party(body: str) -> bool:
    row = _spellings().rows.get(body)
    return row is not None and row.class_ == "party"


def _typed(serial: str, mark: str, year: int | None, parts: list[str], marks: list[str]) -> Number | None:
    """A number with type letters: state or party form."""
    known = _type(parts[0])
    if known is None or len(parts) < 2:
        return None
    letters, code = known
    bodies = [_body(p) for p in parts[1:]]
    dashed = mark != "/"
    if year is None and (_is_party(bodies[0]) or (dashed and marks[0] == "/")):
        return Number(serial, None, letters, code, bodies[0], tuple(bodies[1:]), "party")
    return Number(serial, year, letters, code, bodies[0], tuple(bodies[1:]), "state")


def _civil(body: str) -> bool:
    row = _spellings().rows.get(body)
    return row is not None and row.class_ != "party"


def _untyped(serial: str, mark: str, year: int | None, parts: list[str]) -> Number:
    body, units = _body(parts[0]), tuple(_body(p) for p in parts[1:])
    if not units:
        form: Form = "assembly" if year and _ASSEMBLY.match(body) else "plain" if mark == "/" else "dashed"
    else:
        form = "dispatch" if mark == "/" else "old"
    return Number(serial, year, None, None, body, units, form)


@lru_cache(maxsize=16384)
def _read(printed: str) -> Number:
    """A text of the whole shape taken apart."""
    m = _SHAPE.fullmatch(printed)
    assert m is not None, printed
    mark = "/" if m["mark"] == "/" else "-"
    pieces = _SPLIT.split(m["symbol"])
    parts, marks = pieces[::2], pieces[1::2]
    first = _unglued(parts[0])
    if len(first) == 2:
        parts, marks = [*first, *parts[1:]], ["-", *marks]
    year = int(m["year"]) if m["year"] else None
    serial = m["serial"].lower()
    return _typed(serial, mark, year, parts, marks) or _untyped(serial, mark, year, parts)


def _is_sure(number: Number) -> bool:
    if number.form == "assembly":
        return True
    if number.type is None:
        return False
    return number.form != "party" or number.letters is not None


def _start(text: str, stroke: int, floor: int) -> int | None:
    """Where the number around a stroke begins, or None where there is none."""
    if not _AFTER.match(text, stroke + 1):
        return None
    low = max(floor, stroke - _REACH)
    m = _BEFORE.search(text[max(0, low - 1) : stroke])
    return max(0, low - 1) + m.start() if m and max(0, low - 1) + m.start() >= low else None


def iterate(text: str, start: int = 0, end: int | None = None) -> Iterator[FoundNumber]:
    """The numbers of a stretch of text, in order; see `find_numbers`."""
    end = len(text) if end is None else end
    stroke = text.find("/", start, end)
    while stroke >= 0:
        begin = _start(text, stroke, start)
        m = _SHAPE.match(text, begin, end) if begin is not None else None
        if m:
            number = _read(m[0])
            yield FoundNumber(m.start(), m.end(), number, _is_sure(number))
            start = m.end()
        stroke = text.find("/", max(start, stroke + 1), end)


def dashed(text: str) -> list[FoundNumber]:
    """The numbers of a text that have no stroke (`69-CP`), which need a type word before them.

    >>> [format_number(f.number) for f in dashed("Nghị định số 69-CP ngày 24-9-1992, theo 63/2010/NĐ-CP")]
    ['69-CP']
    """
    if "19" not in text or not any(end in text for end in ("-CP", "-TTg", "-HĐBT", "-CT")):
        return []
    return [
        FoundNumber(m.start(), m.end(), Number(m["serial"], None, None, None, m["body"], (), "dashed"), False)
        for m in _DASHED.finditer(text)
    ]


def find_numbers(text: str) -> list[FoundNumber]:
    """The document numbers of a text, in order. Those that are not `sure` need a type word before them.

    >>> [(f.start, f.end, format_number(f.number)) for f in find_numbers("số 30C/NQ- CP và số 118/TTg, 70/100 điểm")]
    [(3, 13, '30c/NQ-CP'), (20, 27, '118/TTg')]
    """
    found = list(iterate(text)) if "/" in text else []
    without = dashed(text)
    return sorted([*found, *without], key=lambda f: f.start) if without else found


def retyped(number: Number, code: str | None) -> Number:
    """The number as the word before it reads it: `89-TC/TCT` after "Thông tư" has no type letters.

    Letters that are both a type and an issuer (TC, CT, TTr) follow the word; others keep their type.
    """
    if code is None or number.type in (None, code) or not number.letters:
        return number
    if number.letters not in _spellings().rows or number.form not in ("party", "state"):
        return number
    if number.form == "state" and _civil(number.issuer):
        return number
    form: Form = "old" if number.form == "party" else "dispatch"
    return replace(
        number, letters=None, type=None, issuer=_body(number.letters), units=(number.issuer, *number.units), form=form
    )


def settled(number: Number) -> Number:
    """The number in the form its body uses: `30c-NQ/CP` is a slip for `30c/NQ-CP` (but `23-L/CTN` was usual)."""
    if number.form == "party" and number.letters != "L" and _civil(number.issuer):
        return replace(number, form="state")
    return number


_SO = re.compile(r"^\s*số\s*:?\s*", re.IGNORECASE)
_WORDS = re.compile(r"^[^\d]*?(?=\d)")


def parse_number(text: str) -> Number | None:
    """A text that is one number, with or without `số` before it, else None.

    >>> parse_number("Số: 3241/QĐ- UBND")
    Number(serial='3241', year=None, letters='QĐ', type='QĐ', issuer='UBND', units=(), form='state')
    >>> parse_number("9001:2008") is None
    True
    """
    bare = _SO.sub("", text, count=1).strip(" .;,")
    return settled(_read(bare)) if _SHAPE.fullmatch(bare) else None


@lru_cache(maxsize=16384)
def format_number(number: Number) -> str:
    """The usual spelling of a number.

    >>> format_number(parse_number("17/NQ-TW"))
    '17-NQ/TW'
    """
    tail = "".join(f"-{unit}" for unit in number.units)
    year = f"/{number.year}" if number.year else ""
    if number.form == "state":
        return f"{number.serial}{year}/{number.letters}-{number.issuer}{tail}"
    if number.form == "party":
        return f"{number.serial}-{number.letters}/{number.issuer}{tail}"
    if number.form == "dashed":
        return f"{number.serial}-{number.issuer}"
    if number.form == "old":
        return f"{number.serial}{year}-{number.issuer}/{'-'.join(number.units)}"
    return f"{number.serial}{year}/{number.issuer}{tail}"


@lru_cache(maxsize=1024)
def normalise_number(text: str) -> str:
    """A printed number in its usual spelling; one of no known shape only loses its spaces.

    >>> normalise_number("02200/QD - UBND"), normalise_number("17/NQ-TW"), normalise_number("09/2015/QĐ-TTG")
    ('02200/QĐ-UBND', '17-NQ/TW', '09/2015/QĐ-TTg')
    """
    number = parse_number(text)
    return format_number(number) if number else "".join(text.split())


def forgive(text: str) -> Number | None:
    """What a person typed as a number: any case, `số` and type words before it, no diacritics, spaces.

    >>> [format_number(forgive(t)) for t in ("30C/nq-cp", "30c-NQ/CP", "nghi quyet so 30c / nq - cp", "18/nq-tw")]
    ['30c/NQ-CP', '30c/NQ-CP', '30c/NQ-CP', '18-NQ/TW']
    """
    bare = _WORDS.sub("", text.strip(), count=1)
    upper = re.sub(r"\s*([/-])\s*", r"\1", fold(bare).upper()).strip(" .;,")
    return settled(_read(upper)) if _SHAPE.fullmatch(upper) else None


def same_serial(a: str, b: str) -> bool:
    """Whether two serials are one: leading zeros are presentation, a letter's case too.

    >>> same_serial("06", "6"), same_serial("30c", "30C"), same_serial("66.2", "66")
    (True, True, False)
    """
    return a.lstrip("0").lower() == b.lstrip("0").lower()
