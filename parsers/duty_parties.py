"""Who a sentence assigns work to: the bodies it opens with, those that help, and the other roles it names.

Rows and their sources: duties.toml. All readings work on a passage whose agencies are already found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from parsers import areas
from parsers.agencies import Found
from parsers.agency_register import GROUP, kind_of
from parsers.duty_words import ROLES, words
from parsers.naming import Passage
from parsers.view import View

RoleName = Literal["perform", "monitor", "appraise", "approve", "report-to"]

_TIDY = " -–+•:;,."


class Named(NamedTuple):
    """Bodies as printed and their keys; () for bodies the register does not know."""

    view: View
    keys: tuple[str, ...]


class Body(NamedTuple):
    """The bodies a heading or lead-in names and those that help; `bare`: it says no more; `leads`: they are to lead."""

    named: Named
    support: Named | None = None
    bare: bool = True
    leads: bool = False


def run(passage: Passage, first: int) -> int:
    """The index of the last of the agencies that follow each other as one list."""
    found, last = passage.found, first
    link = words().one["between"]
    while last + 1 < len(found) and link.match(passage.folded[found[last].end : found[last + 1].start]):
        last += 1
    return last


def _named(passage: Passage, first: int, last: int, end: int | None = None) -> Named:
    found = passage.found
    tail = words().one["others"].match(passage.folded, found[last].end)
    stop = end or _closed(passage.folded, found[first].start, tail.end() if tail else found[last].end)
    keys = dict.fromkeys(f.key for n, f in enumerate(found[first : last + 1], first) if not _inside(passage, n))
    if tail and not end and "related-agencies" not in keys and tail[0].strip().startswith((",", "và")):
        keys["related-agencies"] = None
    return Named(passage.view.cut(found[first].start, stop), tuple(keys))


def _closed(folded: str, start: int, end: int) -> int:
    """The end of bodies, with the bracket that closes one they open (`Văn phòng (Trung tâm Công báo tỉnh)`)."""
    if folded.count("(", start, end) <= folded.count(")", start, end):
        return end
    close = folded.find(")", end, end + _CLOSE * 3)
    return close + 1 if close >= 0 and "(" not in folded[end:close] else end


def _inside(passage: Passage, n: int) -> bool:
    """Whether a group is part of what touches it: `Các cơ quan Công an tỉnh`, `các đơn vị: Văn phòng, Sở Nội vụ`."""
    found, text = passage.found, passage.view.text
    if kind_of(found[n].key) != GROUP:
        return False
    if n + 1 < len(found) and found[n].key in _ANYONE and text[found[n].end : found[n + 1].start].strip() == ":":
        return True
    ahead = n > 0 and text[found[n - 1].end : found[n].start] == " "
    behind = n + 1 < len(found) and text[found[n].end : found[n + 1].start] == " "
    return ahead or (behind and kind_of(found[n + 1].key) != GROUP)


def lead(passage: Passage, start: int = 0, end: int | None = None) -> Named | None:
    """The bodies the sentence `[start, end)` opens with and assigns work to, None where it opens otherwise."""
    stop = len(passage.folded) if end is None else end
    at = next((n for n, f in enumerate(passage.found) if f.start >= start), len(passage.found))
    while at < len(passage.found) and passage.found[at].end <= stop:
        opens = _opens(passage, start, passage.found[at])
        if opens is None:
            break
        last = run(passage, at)
        if opens and (found := _assigned(passage, at, last, stop)):
            return found
        at = last + 1
    return _unknown(passage, start, stop)


def _assigned(passage: Passage, first: int, last: int, stop: int) -> Named | None:
    """The bodies of a list that the words behind it assign work to."""
    one, folded, end = words().one, passage.folded, passage.found[last].end
    if one["assigns"].match(folded, end, stop) or _capital(passage, end):
        return _named(passage, first, last)
    rest = one["rest"].match(folded, end, stop)
    if rest:
        return _named(passage, first, last, rest.end())
    start = passage.found[first].start
    given = one["given"].search(folded, max(0, start - _CLOSE), start)
    return _named(passage, first, last) if given else None


def _opens(passage: Passage, start: int, hit: Found) -> bool | None:
    """Whether a sentence opens with a body; None where no other body of it can open it either."""
    folded = passage.folded
    if not folded[start : hit.start].strip(_SIGNS):
        return True
    one = words().one
    if one["opening_word"].match(folded, start):
        return one["opening"].fullmatch(folded, start, hit.start) is not None and _stands_out(passage, hit)
    before = folded[start : hit.start]
    lost = len(before) < _CLOSE * 6 and words().one["takes_lead"].match(folded, hit.end) and areas.area_of(before)
    return True if lost else None


_SIGNS = " \"'“(+•*-–"


def _stands_out(passage: Passage, hit: Found) -> bool:
    """Whether a body behind opening words begins a list of its own (`của ngành, địa phương, …` does not)."""
    return passage.view.text[hit.start].isupper() or passage.folded.startswith(("các ", "mỗi ", "từng "), hit.start)


def _capital(passage: Passage, end: int) -> bool:
    """Whether a new line was lost behind the bodies: `Sở Tài chính Hàng năm …`."""
    tail = passage.view.text[end : end + 2]
    return tail[:1] == " " and tail[1:].isupper() and words().one["verb"].match(passage.folded, end) is not None


def told_body(passage: Passage) -> Named | None:
    """The bodies the register does not know that words under Tổ chức thực hiện open with (`Các cơ sở đào tạo …`)."""
    return _unknown(passage, 0, len(passage.folded), "unknown_told")


def _unknown(passage: Passage, start: int, stop: int, row: str = "unknown") -> Named | None:
    m = words().one[row].match(passage.folded, start, stop)
    if m is None:
        return None
    inside = (f.key for f in passage.found if f.start >= m.start(1) and f.end <= m.end(1))
    return Named(passage.view.cut(*m.span(1)), tuple(inside))


def inner_lead(passage: Passage) -> Named | None:
    """The bodies inside a measure that are given it (`…, giao Sở Nội vụ …`) or lead it (`Sở Nội vụ chủ trì`)."""
    w = words()
    for first, last, ahead, word in lists(passage):
        if w.inner.fits(ahead, word, passage.folded, passage.found[last].end) and not w.not_inner.search(ahead):
            return _named(passage, first, last)
    return None


def lists(passage: Passage) -> Iterator[tuple[int, int, str, str]]:
    """The lists of agencies in a passage: first and last index, the words before, and the last of these."""
    at, folded = 0, passage.folded
    while at < len(passage.found):
        last = run(passage, at)
        start = passage.found[at].start
        ahead = folded[max(0, start - _NEAR) : start]
        bare = ahead.rstrip()
        yield at, last, ahead, bare[-1:] if bare.endswith((";", "(", ",")) else bare[bare.rfind(" ") + 1 :].lstrip("(")
        at = last + 1


_ANYONE = ("all-agencies", "all-departments")  # before a colon these name the list that follows
_NEAR = 230  # how far before a body the words stand that give it a role


def body(title: Passage, implementing: bool) -> Body | None:
    """The bodies a heading names (`5. Sở Tài chính`, `Trách nhiệm của Sở Nội vụ`, `Sở A chủ trì, phối hợp với B …`)."""
    folded = title.folded
    start = words().one["heading_of"].match(folded)
    begin = start.end() if start else 0
    if title.found and (given := words().one["given"].search(folded[: title.found[0].start])):
        begin = given.end() if folded[: given.start()].strip(_TIDY) == "" else begin
    if not title.found or title.found[0].start != begin:
        return _unknown_body(title, begin) if implementing else None
    last = run(title, 0)
    named = _named(title, 0, last)
    end = title.found[last].end
    rest = folded[begin + len(named.view.text) :].strip(_TIDY)
    if not rest:
        return Body(named)
    if implementing and len(folded) < _LONGEST and words().one["relative"].match(rest):
        return Body(Named(title.view.cut(begin, len(folded.rstrip(_TIDY))), named.keys))
    if words().one["assigns"].match(folded, end):
        helped = support(title.cut(end))
        bare = words().one["bare"].fullmatch(_without(folded[end:], helped)) is not None
        return Body(named, helped, bare, "chủ trì" in folded[end : end + _CLOSE])
    if words().one["bare"].fullmatch(folded, end):
        return Body(named)
    return _unknown_body(title, begin) if implementing else None


_LONGEST = 200  # code points of a heading that names bodies with more said of them
_CLOSE = 25  # code points behind a body in which it is said to lead


def _without(said: str, helped: Named | None) -> str:
    """What a heading says behind its bodies, without those that help."""
    return said.replace(helped.view.folded, "").replace("phối hợp với", "") if helped else said


def _unknown_body(title: Passage, begin: int) -> Body | None:
    """A heading that names a body the register does not know: its words, no key."""
    end = len(title.folded.rstrip(_TIDY))
    if not words().one["unknown_heading"].fullmatch(title.folded, begin, end):
        return None
    return Body(Named(title.view.cut(begin, end), tuple(dict.fromkeys(f.key for f in title.found))))


def support(passage: Passage) -> Named | None:
    """The bodies that help, all of them, each list once."""
    cue = words().support
    shown: list[View] = []
    keys: dict[str, None] = {}
    for first, last, ahead, word in lists(passage):
        if cue.fits(ahead, word, passage.folded, passage.found[last].end):
            named = _named(passage, first, last)
            if not keys.keys() >= set(named.keys):
                shown.append(named.view)
                keys.update(dict.fromkeys(named.keys))
    return Named(View.concat(shown), tuple(keys)) if shown else None


def roles(passage: Passage, taken: tuple[View | None, ...]) -> Iterator[tuple[RoleName, Named]]:
    """The other bodies of a duty and what they do; `taken` are the words of its lead and support."""
    busy = [piece for v in taken if v for piece in v.stretches()]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    sent = 0  # where the last body that is sent something ends
    for first, last, ahead, word in lists(passage):
        place = passage.view.span(passage.found[first].start, passage.found[last].end)
        passed_on = sent and words().one["passed_on"].fullmatch(passage.folded, sent, passage.found[first].start)
        if passed_on or any(a < place[1] and place[0] < b for a, b in busy):
            continue
        for name in _roles_at(ahead, word, passage.folded, passage.found[last]):
            named = _named(passage, first, last)
            sent = passage.found[last].end if name == "report-to" else sent
            if (name, named.keys) not in seen:
                seen.add((name, named.keys))
                yield name, named


_NAMES: dict[str, RoleName] = {
    "report-to": "report-to",
    "appraise": "appraise",
    "approve": "approve",
    "decides": "approve",
    "perform": "perform",
    "monitor": "monitor",
}


def _roles_at(ahead: str, word: str, folded: str, hit: Found) -> Iterator[RoleName]:
    """What a body does: one thing, and to follow what it is sent besides."""
    for row in ROLES:
        if words().roles[row].fits(ahead, word, folded, hit.end):
            yield _NAMES[row]
            if row != "report-to":
                return
