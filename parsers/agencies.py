"""Who: agencies named in a text, in a table cell or in a list of addressees.

Shapes: a body (`Sở Nội vụ`, `VP.UBND tỉnh`, `Báo Sơn La`, `Ngân hàng Nhà nước khu vực XII`), the person who stands for
it (`Giám đốc Sở Nội vụ`), several under one head (`Các sở: Nội vụ, Tài chính`), a group (`Các sở, ban, ngành; UBND
các huyện, thị xã, thành phố`), a leader with helpers (`Sở Nội vụ chủ trì, phối hợp với Sở Tài chính`). Groups are kept
apart from named bodies. What the register does not know stays as written, without a key. Rows and their sources:
`parsers.agency_register`.

>>> [(i.name, i.key) for i in parse_list("Văn phòng UBND tỉnh; Sở Nội vụ").items]
[('Văn phòng UBND tỉnh', 'van-phong-ubnd-tinh'), ('Sở Nội vụ', 'so-noi-vu')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from parsers import model, provinces
from parsers.agency_register import (
    END,
    START,
    Agency,
    Candidate,
    by_key,
    exists,
    group_key,
    holder,
    kind_of,
    name_at,
    register,
    search,
    successors,
    words,
)
from parsers.folding import fold
from parsers.names import canonical, looked_up, one_of

__all__ = [
    "Agency",
    "Found",
    "Item",
    "Parsed",
    "by_key",
    "exists",
    "find",
    "find_each",
    "holder",
    "kind_of",
    "name_at",
    "parse_list",
    "search",
    "successors",
]

Duty = Literal["lead", "support", "perform", "monitor", "appraise", "approve"]


class Found(NamedTuple):
    """An agency named in a text: `[start, end)` with the role before it and the place after it."""

    start: int
    end: int
    key: str
    role: str | None = None


class Item(NamedTuple):
    """One entry of a list: `key` and `kind` are None for a body that the register does not know.

    `name` is what is printed, white space folded, without the role; `within` is the known body that an unknown unit
    belongs to (`Phòng A, Công an tỉnh`); `duty` is what the cell says the body does, None where it says nothing.
    """

    start: int
    end: int
    key: str | None
    role: str | None
    name: str
    kind: str | None
    duty: Duty | None = None
    within: str | None = None


class Parsed(NamedTuple):
    """A list of agencies: its items in order, and what is doubtful about it (spans count from the text's start)."""

    items: tuple[Item, ...]
    findings: tuple[model.Warning, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys named, in order, each once."""
        return tuple(dict.fromkeys(i.key for i in self.items if i.key))


class _Hit(NamedTuple):
    start: int  # of the body, without its role
    end: int
    key: str
    leader: int  # where the body stands whose role this one shares; its own start, if it stands alone
    role: str | None = None


# --- places after a name ---------------------------------------------------------------------------------------------

_UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠ-Ỹ"
_PROPER = re.compile(rf"(?: {{1,3}}|\n)(?=[{_UPPER}\d])\w+(?: {{1,3}}(?=[{_UPPER}])\w+){{0,3}}")


class _Places(NamedTuple):
    province: re.Pattern[str]
    district: re.Pattern[str]
    commune: re.Pattern[str]


def _word(level: str) -> str:
    return "|".join(re.escape(w) for w in sorted(words()["places"][level], key=len, reverse=True))


@lru_cache(maxsize=1)
def _places() -> _Places:
    name = one_of(provinces.spellings())
    region = r"khu vực(?: {1,3}(?:[ivxl]+|\d+)(?!\w))?"
    word = rf"(?P<word>{_word('province')})(?!\w| {{1,3}}(?:ủy|đoàn)(?!\w))"  # not "Văn phòng Tỉnh ủy"
    return _Places(
        re.compile(
            rf" {{1,3}}(?:(?:của {{1,3}})?{word}(?: {{0,3}}(?P<name>{name})(?!\w))?"
            rf"|(?P<bare>{name})(?!\w)|{region}(?!\w))"
        ),
        *(re.compile(rf" {{1,3}}(?P<word>{_word(level)})(?!\w)") for level in ("district", "commune")),
    )


def _is_city(word: str) -> bool:
    return not word.endswith("tỉnh")


def _is_central(folded: str, end: int) -> bool:
    """Whether the `thành phố …` after a body is a city of the rank of a province."""
    m = _places().province.match(folded, end)
    return m is not None and m["name"] is not None and provinces.kind_of(m["name"]) == provinces.CITY


def _province_end(text: str, folded: str, end: int) -> int | None:
    """Where the province named after a body ends: `tỉnh`, `tỉnh Sơn La`, `Sơn La`, `khu vực IV`; None without one."""
    m = _places().province.match(folded, end)
    if m is None:
        return None
    if m["bare"]:
        return m.end() if text[m.start("bare")].isupper() else None
    if m["word"] and m["name"]:
        town = _is_city(m["word"]) and provinces.kind_of(m["name"]) != provinces.CITY
        if town:  # thành phố Sơn La is a town of its province
            return None
        return m.end() if text[m.start("name")].isupper() else m.end("word")
    return m.end()


def _local_end(text: str, folded: str, end: int, places: re.Pattern[str]) -> int | None:
    """Where the district or commune named after a body ends: `huyện`, `huyện Mộc Châu`, `phường Tô Hiệu`."""
    m = places.match(folded, end)
    if m is None:
        return None
    if text[m.start("word") : m.end()].isupper():
        return m.end()
    proper = _PROPER.match(text, m.end())
    if m["word"] in ("thành phố", "tp", "tp.") and (proper is None or _is_central(folded, end)):
        return None
    return proper.end() if proper else m.end()


def _place_end(tail: str, text: str, folded: str, end: int) -> int | None:
    if tail == "province":
        return _province_end(text, folded, end)
    if tail == "none" or tail == "name":
        proper = None if tail == "none" else _PROPER.match(text, end)
        return proper.end() if proper else None
    return _local_end(text, folded, end, getattr(_places(), tail))


# --- hits ------------------------------------------------------------------------------------------------------------


# Before a short form: part of a longer word, of a document's number or of a unit's path.
_INSIDE = re.compile(r"[\w/.&-]")


class _Reading(NamedTuple):
    """What a name means where it stands: how far its place reaches, its key, the level of that place if any."""

    end: int
    alive: bool
    key: str
    tail: str | None


def _best(found: tuple[Candidate, ...], text: str, folded: str, end: int, date: str | None) -> _Reading | None:
    """Of what a name may mean, the one whose place reaches furthest; then the one of that day; then the first row."""
    readings: list[_Reading] = []
    for row, placed in found:
        place = _place_end(row.tail, text, folded, end)
        if place or not placed:
            alive = date is None or exists(row.key, date) is not False
            readings.append(_Reading(place or end, alive, row.key, row.tail if place else None))
    return max(readings, key=lambda r: (r.end, r.alive), default=None)


_JOINT = re.compile(r" {0,3}(?:,(?: {1,3}và)?|/|-|&| và) {0,3}")
_Waiting: TypeAlias = list[tuple[int, int, tuple[Candidate, ...]]]


def _sharing(waiting: _Waiting, tail: str | None) -> Iterator[_Hit]:
    """Names that share the place of the one after them: `HĐND, UBND tỉnh`."""
    for start, end, found in waiting:
        key = next((row.key for row, _ in found if row.tail == tail), None)
        if key:
            yield _Hit(start, end, key, start)


def _named(text: str, folded: str, date: str | None, any_case: bool) -> Iterator[_Hit]:
    names = register().names
    waiting: _Waiting = []
    for m in register().named.finditer(folded):
        start, end = m.span()
        if not any_case and text[start:end].islower():
            continue
        if waiting and not _JOINT.fullmatch(folded, waiting[-1][1], start):
            waiting.clear()
        found = names[looked_up(m[0])]
        best = _best(found, text, folded, end, date)
        if best is None:
            waiting.append((start, end, found))
            continue
        yield from _sharing(waiting, best.tail)
        waiting.clear()
        yield _Hit(start, best.end, best.key, start)


def _group(text: str, folded: str, start: int, end: int) -> _Hit | None:
    key = group_key(folded[start:end])
    if key is None:
        return None
    if folded.endswith(("tỉnh", "thành phố", "tp"), start, end):
        end = _province_end(text, folded, end) or end
    return _Hit(start, end, key, start)


def _grouped(text: str, folded: str, named: list[_Hit]) -> Iterator[_Hit]:
    """Group expressions; one that runs into the first word of a name (`các sở, Ban Dân tộc`) ends before the name."""
    at = 0
    for m in register().group.finditer(folded):
        start, end = m.span()
        while at < len(named) and named[at].start <= start:
            at += 1
        cut = named[at].start if at < len(named) and named[at].start < end < named[at].end else None
        shorter = register().group.match(folded, start, cut) if cut else m
        hit = _group(text, folded, start, shorter.end()) if shorter else None
        if hit:
            yield hit


def _symbols(text: str, folded: str) -> Iterator[_Hit]:
    for m in register().symbol.finditer(text):
        if not _INSIDE.match(text[max(0, m.start() - 1) : m.start()]):
            end = _province_end(text, folded, m.end()) or m.end()
            yield _Hit(m.start(), end, register().symbols[m[0]], m.start())


def _holders(text: str, folded: str, named: list[_Hit]) -> Iterator[_Hit]:
    """Roles that name their body alone (`Chánh Văn phòng`), where no name is written out after them."""
    for m in register().holding.finditer(folded):
        start, end = m.start(), _province_end(text, folded, m.end()) or m.end()
        written_out = any(start < h.start < end < h.end for h in named)
        if not written_out and not _INSIDE.match(folded[max(0, start - 1) : start]):
            yield _Hit(start, end, register().holders[looked_up(m[0])], start, "")


def _apart(hits: Iterable[_Hit]) -> list[_Hit]:
    """The hits that do not overlap, in text order; of two that do, the longer one."""
    kept: list[_Hit] = []
    for hit in sorted(hits):
        if not kept or kept[-1].end <= hit.start:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


# --- several under one head ------------------------------------------------------------------------------------------


class _Heads(NamedTuple):
    opening: re.Pattern[str]  # what stands before a colon: "các sở", "Các Sở, ngành"
    short: dict[str, re.Pattern[str]]  # head -> a joint, if any, and a short name
    of_key: dict[str, str]  # key -> head


_COLON = re.compile(r":\s{0,3}(?:- {0,3})?")


@lru_cache(maxsize=1)
def _heads() -> _Heads:
    shorts = register().shorts
    joint = r" {0,3}[,;] {0,3}(?:và {1,3}|- {0,3})?| {1,3}và {1,3}| {1,3}- {0,3}"
    head = "|".join(sorted(shorts, key=len, reverse=True))
    ngành = r"(?:, {0,3}(?:ban, {0,3})?ngành)?"
    return _Heads(
        opening=re.compile(rf"{START}(?:các {{1,3}})?(?P<head>{head}){ngành} {{0,3}}\Z"),
        short={h: re.compile(f"(?P<joint>{joint})?(?P<short>{one_of(table)}){END}") for h, table in shorts.items()},
        of_key={key: h for h, table in shorts.items() for key in table.values()},
    )


def _run(text: str, folded: str, head: str, position: int, leader: int, opened: bool) -> Iterator[_Hit]:
    """The short names that follow: `, Tài chính, Tư pháp` after a body, `Nội vụ; Tài chính` after an opening."""
    pattern, table = _heads().short[head], register().shorts[head]
    first = opened
    while m := pattern.match(folded, position):
        joint = m["joint"]
        if first != (joint is None) or not text[m.start("short")].isupper() or (not opened and ";" in (joint or "")):
            return
        yield _Hit(m.start("short"), m.end(), table[looked_up(m["short"])], leader)
        position, first = m.end(), False


def _after_openings(text: str, folded: str) -> list[tuple[int, list[_Hit]]]:
    """For every `Các sở: …` the place where its first name begins, and the names."""
    runs = []
    for colon in _COLON.finditer(folded):
        floor = max(0, colon.start() - 30)
        m = _heads().opening.search(folded[floor : colon.start()])
        hits = list(_run(text, folded, m["head"], colon.end(), floor + m.start(), True)) if m else []
        if hits:
            runs.append((colon.end(), hits))
    return runs


def _hits(text: str, folded: str, date: str | None, any_case: bool) -> list[_Hit]:
    named = list(_named(text, folded, date, any_case))
    alone = [*named, *_grouped(text, folded, named), *_symbols(text, folded), *_holders(text, folded, named)]
    openings = _after_openings(text, folded)
    heads = [(hits[0].leader, end) for end, hits in openings]
    if heads:
        alone = [h for h in alone if not any(start < h.end and h.start < end for start, end in heads)]
    kept, of_key = _apart(alone), _heads().of_key
    runs = [hit for h in kept if h.key in of_key for hit in _run(text, folded, of_key[h.key], h.end, h.start, False)]
    opened = [hit for _, hits in openings for hit in hits]
    return _apart([*kept, *opened, *runs]) if opened or runs else kept


# --- roles -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _role() -> re.Pattern[str]:
    role = one_of(words()["roles"]["words"])
    several = rf"{role}(?:(?: {{0,2}},| {{1,3}}và)(?: {{1,3}}các)? {{1,3}}{role})*"
    return re.compile(rf"(?<!\w)(?P<role>{several})[ .]{{1,3}}(?:(?:các|của) {{1,3}})?\Z")


@lru_cache(maxsize=1)
def _role_ends() -> frozenset[str]:
    """The last words of all that may stand before a body: a glance at them spares the pattern."""
    return frozenset(fold(role).split()[-1] for role in (*words()["roles"]["words"], "các", "của"))


def _with_role(hit: _Hit, text: str, folded: str, floor: int) -> Found:
    if hit.role is not None:  # the role names the body alone: Chánh Văn phòng
        return Found(hit.start, hit.end, hit.key, _words(text[hit.start : hit.end]))
    before = folded[max(0, floor, hit.leader - 40) : hit.leader]
    last = before.rstrip(" .").split()[-1:]
    m = _role().search(before) if last and last[0] in _role_ends() else None
    if m is None:
        return Found(hit.start, hit.end, hit.key)
    role_start = hit.leader - len(m[0])
    role = _words(text[role_start : role_start + len(m["role"])])
    return Found(role_start if hit.leader == hit.start else hit.start, hit.end, hit.key, role)


def _words(text: str) -> str:
    return " ".join(text.split())


def _found(text: str, folded: str, date: str | None, any_case: bool) -> list[Found]:
    found: list[Found] = []
    for hit in _hits(text, folded, date, any_case):
        before = next((f.end for f in reversed(found) if f.end <= hit.leader), 0)
        found.append(_with_role(hit, text, folded, before))
    return found


def find(text: str, date: str | None = None, *, folded: str | None = None) -> list[Found]:
    """The agencies named in running text, in order, the longest reading of each place.

    Named bodies must carry a capital letter; a group keeps its commas; a role before a body belongs to it (`Giám đốc
    Sở Nội vụ`). `date` (ISO 8601) decides between bodies of one name. `folded` is `fold(text)` where the caller has it.

    >>> for found in find("Giao Giám đốc Sở Nội vụ, các sở, ban, ngành thực hiện"):
    ...     print(*found)
    5 23 so-noi-vu Giám đốc
    25 43 all-departments None
    """
    return _found(text, fold(text) if folded is None else folded, date, False)


_BORDER = "\x01"  # no name, place or role reaches over it


def find_each(passages: Sequence[tuple[str, str]], date: str | None = None) -> list[tuple[Found, ...]]:
    """`find` for several passages in one search: (words, folded words) of each; offsets count from its own start.

    >>> find_each([("Sở Nội vụ", "sở nội vụ"), ("Giao Sở Y tế", "giao sở y tế")])[1][0]
    Found(start=5, end=12, key='so-y-te', role=None)
    """
    text, folded = (_BORDER.join(words) for words in zip(*passages, strict=True)) if passages else ("", "")
    found: list[list[Found]] = [[] for _ in passages]
    n = start = 0
    for f in _found(text, folded, date, False):
        while f.start > start + len(passages[n][0]):
            start += len(passages[n][0]) + 1
            n += 1
        found[n].append(Found(f.start - start, f.end - start, f.key, f.role))
    return [tuple(each) for each in found]


# --- lists -----------------------------------------------------------------------------------------------------------


class _Mark(NamedTuple):
    """A word that says what bodies do (`chủ trì`), with what stands around it."""

    start: int
    end: int
    duty: Duty
    before: bool  # it stands before those it speaks of: "Chủ trì: …", "phối hợp với …"


class _Piece(NamedTuple):
    """Words of a list that are no known body: `[start, end)`; whether a known body follows with nothing between."""

    start: int
    end: int
    touches: bool


@lru_cache(maxsize=1)
def _break() -> re.Pattern[str]:
    """What parts two entries: punctuation, a bullet, a comma before a word that a body's name begins with.

    Entries that are no body at all (`Như Điều 3`, `Lưu: VT`) part the others too.
    """
    head = one_of(words()["heads"]["words"])
    reference = "|".join(words()["references"]["patterns"])
    marks = r"[;|:()\[\]•*]|\.{2,}|\.(?= |\Z)|(?:(?<= )|\A)[-+](?= )"
    return re.compile(rf"(?<!\w)(?:{reference})[^;]*|{marks}|, {{0,3}}(?={head}(?!\w))")


@lru_cache(maxsize=1)
def _heading() -> re.Pattern[str]:
    return re.compile(rf"{one_of(words()['heads']['words'])}(?!\w)")


@lru_cache(maxsize=1)
def _duties() -> tuple[re.Pattern[str], dict[str, Duty]]:
    table: dict[str, Duty] = {canonical(w): duty for duty, ws in words()["duties"].items() for w in ws}
    return re.compile(rf"(?<!\w){one_of(table)}(?!\w)"), table


@lru_cache(maxsize=1)
def _filler() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words that are no part of a name, at the beginning and at the end of an entry."""
    run = rf"(?:[\s\d.,:;/+&…-]|(?<!\w){one_of(words()['filler']['words'])}(?!\w))*"
    return re.compile(run), re.compile(rf"{run}\Z")


def _marks(text: str, folded: str, start: int, end: int) -> Iterator[_Mark]:
    pattern, table = _duties()
    for m in pattern.finditer(folded, start, end):
        duty = table[looked_up(m[0])]
        if duty not in ("lead", "support") and not text[m.start() : m.end()].islower():
            continue  # part of a name: Ủy ban Kiểm tra
        after = folded[m.end() : end]
        before = after.startswith(":") or m[0].endswith(("với", "cùng")) or (end < len(folded) and not after.strip())
        yield _Mark(m.start(), m.end(), duty, before)


def _trimmed(folded: str, start: int, end: int) -> tuple[int, int]:
    leading, trailing = _filler()
    opened = leading.match(folded, start, end)
    closed = trailing.search(folded[start:end])
    return (opened.end() if opened else start), (start + closed.start() if closed else end)


def _pieces(folded: str, start: int, end: int, marks: list[_Mark]) -> Iterator[_Piece]:
    """The words between two known bodies (or the ends of the text), parted, without filler."""
    cuts = sorted([*(m.span() for m in _break().finditer(folded, start, end)), *((m.start, m.end) for m in marks)])
    edges = [(start, start), *cuts, (end, end)]
    for (_, a), (b, _) in pairwise(edges):
        first, last = _trimmed(folded, a, b)
        if first < last and not folded[last:end].lstrip().startswith(":"):  # what a colon follows is a label
            touches = b == end < len(folded) and folded[last:b].isspace()
            yield _Piece(first, last, touches)


def _resolve(name: str, date: str | None, defined: Mapping[str, str]) -> str | None:
    """The key of a name that stands alone in a list: an abbreviation of the document, `Nội vụ`, `Công an`."""
    if name in defined and defined[name] != name:
        keys = parse_list(defined[name], date).keys
        return keys[0] if len(keys) == 1 else None
    spelt = canonical(name)
    short = register().shorts.get("sở", {}).get(spelt)
    placed = [c.row for c in register().names.get(spelt, ()) if c.row.tail == "province"]
    alone = [row.key for row in placed if row.kind not in ("executive", "council")]
    many = group_key(f"các {fold(name)}") if " " in name else None
    return short or (alone[0] if alone else None) or register().symbols.get(name) or many


def _is_entry(text: str, folded: str, piece: _Piece, only: bool) -> bool:
    """Whether words of a list are an entry: a name has capitals; `sở` before `Sở Y tế` is a slip of the pen."""
    if piece.touches and canonical(text[piece.start : piece.end]) in register().shorts:
        return False
    named = not text[piece.start : piece.end].islower() and bool(_heading().match(folded, piece.start))
    return only or named or text[piece.start].isupper()


def _shorts_alone(text: str, folded: str, piece: _Piece) -> list[_Hit]:
    """`Nội vụ, Tài chính`: departments without their head, where all of the words are such names."""
    hits = list(_run(text, folded, "sở", piece.start, piece.start - 1, opened=True))
    return hits if hits and hits[-1].end == piece.end else []


def _unknown(text: str, folded: str, piece: _Piece, date: str | None, defined: Mapping[str, str]) -> Iterator[Item]:
    shorts = _shorts_alone(text, folded, piece)
    if shorts:
        yield from (_known(text, Found(hit.start, hit.end, hit.key)) for hit in shorts)
        return
    name = _words(text[piece.start : piece.end])
    key = _resolve(name, date, defined)
    yield Item(piece.start, piece.end, key, None, name, _kind(key))


def _kind(key: str | None) -> str | None:
    agency = by_key(key) if key else None
    return agency.kind if agency else None


def _known(text: str, found: Found) -> Item:
    printed = _words(text[found.start : found.end])
    whole = found.role == printed  # Chánh Văn phòng: the role is all there is
    name = printed if whole or not found.role else printed.removeprefix(found.role).strip()
    return Item(found.start, found.end, found.key, found.role, name, _kind(found.key))


def _unit(text: str, piece: _Piece, found: Found) -> Item:
    """An unknown unit of a known body: its own name and that body's, without a key."""
    name = _words(text[piece.start : found.end])
    return Item(piece.start, found.end, None, None, name, None, None, found.key)


def _entries(
    text: str, folded: str, found: list[Found], marks: list[_Mark], date: str | None, defined: Mapping[str, str]
) -> Iterator[Item]:
    edges = [(0, 0), *((f.start, f.end) for f in found), (len(text), len(text))]
    for n, ((_, start), (end, _)) in enumerate(pairwise(edges)):
        inside = [m for m in marks if start <= m.start and m.end <= end]
        pieces = list(_pieces(folded, start, end, inside))
        pieces = [p for p in pieces if _is_entry(text, folded, p, not found and len(pieces) == 1)]
        unit = pieces.pop() if pieces and pieces[-1].touches and n < len(found) and not found[n].role else None
        for piece in pieces:
            yield from _unknown(text, folded, piece, date, defined)
        if n < len(found):
            yield _unit(text, unit, found[n]) if unit else _known(text, found[n])


def _assigned(items: list[Item], marks: list[_Mark]) -> Iterator[Item]:
    """The items with their duties: `A chủ trì, phối hợp với B` and `Chủ trì: A; phối hợp: B` and `A (phối hợp)`."""
    waiting: list[Item] = []
    mode: Duty | None = None
    tokens: list[Item | _Mark] = [*items, *marks]
    for token in sorted(tokens, key=lambda t: t.start):
        if isinstance(token, Item):
            waiting.append(token)
            if mode:
                yield waiting.pop()._replace(duty=mode)
            continue
        follows = not token.before or (token.duty == "lead" and bool(waiting))
        leading: Duty | None = "lead" if token.duty == "support" else None
        yield from (item._replace(duty=token.duty if follows else leading) for item in waiting)
        waiting, mode = [], (None if follows else token.duty)
    yield from waiting


@lru_cache(maxsize=1)
def _typos() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["words"]), row["meant"]) for row in words()["typos"]]


def _slips(text: str, folded: str) -> Iterator[model.Warning]:
    for pattern, meant in _typos():
        for m in pattern.finditer(folded.rstrip()):
            message = f"“{_words(text[m.start() : m.end()])}” được đọc là “{meant}”."
            yield model.Warning(code="agency-slip", message=message, span=m.span())


def parse_list(text: str, date: str | None = None, defined: Mapping[str, str] | None = None) -> Parsed:
    """The agencies of a cell or a list, in order: known bodies, groups, and unknown ones as written.

    Entries part at `;`, at line marks, and at a comma before a word that a body's name begins with; a comma inside a
    name or a group parts nothing. `date` (ISO 8601) decides between bodies of one name; `defined` holds abbreviations
    that the document itself defines (as printed -> in full). Never raises.

    >>> [(i.name, i.key, i.duty) for i in parse_list("Sở Nội vụ chủ trì, phối hợp với Sở Tài chính").items]
    [('Sở Nội vụ', 'so-noi-vu', 'lead'), ('Sở Tài chính', 'so-tai-chinh', 'support')]
    >>> [(i.name, i.key) for i in parse_list("Các sở: Nội vụ, Y tế; Vườn quốc gia").items]
    [('Nội vụ', 'so-noi-vu'), ('Y tế', 'so-y-te'), ('Vườn quốc gia', None)]
    """
    folded = fold(text)
    found = _found(text, folded, date, True)
    edges = [0, *(edge for f in found for edge in (f.start, f.end)), len(text)]
    marks = [m for a, b in zip(edges[::2], edges[1::2], strict=True) for m in _marks(text, folded, a, b)]
    items = list(_entries(text, folded, found, marks, date, defined or {}))
    ordered = sorted(_assigned(items, marks), key=lambda item: item.start)
    return Parsed(tuple(ordered), tuple(_slips(text, folded)))
