"""Keys of decisions and regulations: `vn/[place/]organ/type/year/serial` (docs: contract, Keys).

Lower-case ASCII, words joined by hyphens; the serial without leading zeros, a letter suffix kept; a unit after the
issuer is left out, `&` is dropped. Null where place, type or year is open, never a guess.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parsers import provinces
from parsers.citation_model import Context
from parsers.citation_numbers import UPPER, IssuerRow, Number, issuer_row, parse_number, settled, type_row
from parsers.committees import compiled, is_city
from parsers.folding import fold, slug

_TERM = re.compile(r"(?<=QH)\d+$")
_ORGAN = r"(?:(?&body)|hđnd|nhân dân|đảng bộ|hội đồng|ủy ban)"
_LEVELS = _ORGAN + r" (?P<kind>(?&below)|(?&city))(?!\w)"
_TOWN = _ORGAN + r" (?:(?&below)|(?&city)) +(\S.*)$"
_FORMER = re.compile(r"\s*\(?(?:cũ|mới)\)?\s*$")
_JOINT = ("TTLT", "NQLT", "QCPH")
_TO_COMMITTEE = ("TTr", "BC", "CV", "TB")


@lru_cache(maxsize=4096)
def organ(number: Number) -> str:
    """The issuer's part of a key: `bnn` of 4255/QĐ-BNN-KHCN, `bnv-btc` of a joint circular, `qh` of QH13.

    >>> organ(parse_number("02/2014/TTLT-BNV-BTC")), organ(parse_number("12/QĐ-BVHTT&DL"))
    ('bnv-btc', 'bvhttdl')
    """
    bodies = (number.issuer, *number.units) if number.type in _JOINT else (number.issuer,)
    return "-".join(slug(_TERM.sub("", body).split(".")[0].replace("&", "")).replace("-", "") for body in bodies)


def is_central(number: Number, issuer: str | None, row: IssuerRow | None) -> bool | None:
    """Whether a central body issued it; None where neither the symbol nor the issuer's words say."""
    if row and row.scope in ("central", "party-central"):
        return True
    if row and row.scope != "either":
        return False
    words = fold(issuer or "")
    if re.search(r"(?<!\w)(?:bộ|chính phủ|thủ tướng|quốc hội|tổng cục|trung ương)(?!\w)", words):
        return True
    if compiled(r"(?<!\w)(?:sở|hđnd|(?&body)|(?&town))(?!\w)").search(words):
        return False
    if re.match(r"S[A-ZĐ]", number.issuer) or number.type in _TO_COMMITTEE or number.form == "dispatch":
        return False
    return None


def some_day(date: str | None, year: int | None) -> str | None:
    """A day to ask the provinces about: the date, else the year's end where no body changed within the year.

    >>> some_day(None, 2020), some_day(None, 2025)
    ('2020-12-31', None)
    """
    if date or year is None:
        return date
    return None if year in (2025, 2008, 2004, 1997) else f"{year}-12-31"


def own_place(province: str | None, date: str | None, year: int | None) -> str | None:
    """The place that `UBND tỉnh` means in a decision of `province`, for a document of that date.

    None where several former provinces are open.

    >>> own_place("hue", "2020-05-01", 2020), own_place("quang-tri-2025", "2016-05-01", 2016)
    ('thua-thien-hue', None)
    """
    body = provinces.by_key(province) if province else None
    if body is None or body.valid_from is None:
        return province
    day = some_day(date, year)
    if day is None:
        return None
    if day >= body.valid_from:
        return province
    former = provinces.predecessors(body.key)
    return former[0].key if len(former) == 1 else None


@lru_cache(maxsize=2048)
def _named_province(issuer: str, day: str | None) -> str | None:
    found = provinces.find(issuer, day)
    return found[-1].province.key if found else None


def _town(issuer: str) -> str | None:
    """The slug of a district or commune named after its kind: `UBND huyện Mộc Châu`."""
    folded = fold(issuer)
    m = compiled(_TOWN).search(folded)
    return slug(_FORMER.sub("", m[1])) if m else None


def place(number: Number, issuer: str | None, context: Context, date: str | None, year: int | None) -> str | None:
    """`son-la` or `son-la/moc-chau` for a local body's document; None where the place is open."""
    row = issuer_row(number.issuer)
    words = issuer or ""
    named = _named_province(words, some_day(date, year)) if words else None
    here = named or own_place(context.province, date, year)
    if here is None or (words and named is None and _names_unknown_province(words)):
        return None
    district = _district(words, row, named, context)
    if district == "":
        return None
    return f"{here}/{district}" if district else here


def _names_unknown_province(words: str) -> bool:
    """`UBND tỉnh X` where X is no province of that day (or two): the place is open."""
    return bool(re.search(rf"(?:tỉnh|Tỉnh|TỈNH)\s+[{UPPER}]\w+", words)) and not words.isupper()


def _district(words: str, row: IssuerRow | None, named: str | None, context: Context) -> str | None:
    """The district's slug, None for a province's body, "" where a district is meant and which is open."""
    folded = fold(words)
    level = compiled(_LEVELS).search(folded)
    if named and (level is None or is_city(level["kind"])):
        return None
    if level:
        town = _town(words)
        if town:
            return town
        body = provinces.by_key(context.province or "")
        if is_city(level["kind"]) and (body is None or body.kind == provinces.CITY):
            return None
        return context.district or ""
    if not words and context.district and (context.level in ("district", "commune")):
        return context.district
    return "" if row and row.scope == "district" and not context.district else None


def make(type: str | None, number: Number, year: int | None, *, where: str | None, central: bool) -> str | None:
    """The key from its parts; `where` is the place of a local body."""
    row = type_row(type)
    if row is None or year is None or (where is None and not central):
        return None
    if number.form == "assembly" and not _TERM.search(number.issuer):
        return None
    serial = number.serial.lstrip("0") or "0"
    middle = organ(number) if central else f"{where}/{organ(number)}"
    return f"vn/{middle}/{row.slug}/{year}/{serial}"


def key_of(
    type: str | None,
    number: str | Number,
    year: int | None,
    context: Context,
    issuer: str | None = None,
    date: str | None = None,
) -> str | None:
    """The key of a cited document, or None where something it needs is open.

    `type` is the code (`QĐ`, `Luật`), `issuer` the words of the text, `date` ISO 8601 where known; the citing
    decision's place stands in where the words name none.

    >>> here = Context("3241/QĐ-UBND", "2015-12-22", "QĐ", "son-la")
    >>> key_of("NQ", "30c/NQ-CP", 2011, here), key_of("TTr", "625/TTr-SNV", 2015, here)
    ('vn/cp/nq/2011/30c', 'vn/son-la/snv/ttr/2015/625')
    """
    parsed = parse_number(number) if isinstance(number, str) else settled(number)
    if parsed is None:
        return None
    central = is_central(parsed, issuer, issuer_row(parsed.issuer))
    if central is None:
        return None
    year = parsed.year or year
    where = None if central else place(parsed, issuer, context, date, year)
    return make(type, parsed, year, where=where, central=central)


def decision_key(
    number: str | None, type: str, date: str | None, province: str | None, *, district: str | None = None
) -> str | None:
    """The key of a decision itself; None for a draft (no number or no date) and where the province is unknown.

    >>> decision_key("02200/QĐ-UBND", "QĐ", "2025-12-03", "dak-lak-2025")
    'vn/dak-lak-2025/ubnd/qd/2025/2200'
    >>> decision_key("12/QĐ-UBND", "QĐ", "2020-05-04", "son-la", district="moc-chau")
    'vn/son-la/moc-chau/ubnd/qd/2020/12'
    """
    parsed = parse_number(number) if number else None
    if parsed is None or date is None:
        return None
    row = issuer_row(parsed.issuer)
    central = bool(row and row.scope in ("central", "party-central"))
    where = f"{province}/{district}" if province and district else province
    return make(parsed.type or type, parsed, parsed.year or int(date[:4]), where=where, central=central)
