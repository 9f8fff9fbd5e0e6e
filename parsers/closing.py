"""What closes a decision: Nơi nhận and the signature (NĐ 30/2020/NĐ-CP, domain notes §1.3).

A signature is a stack of capital lines (TM. / KT. / TL. / TUQ. / Q., then the signer's own position) and a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import regex

from ingest.document import Join
from parsers import grammar
from parsers.committees import compiled
from parsers.flow import Para, Row, is_caps, is_title_word
from parsers.view import View

_BODY_LINE = r"(?&body)(?:\s+\p{L}[\p{L}\s.\-–]*)?"
_SYLLABLE = r"\p{Lu}(?:['’]\p{Lu})?[\p{Ll}\p{M}]*"  # Tráng, Y, H'Yim
_MORE_NAME = regex.compile(rf"{_SYLLABLE}(?:\s{_SYLLABLE})?")
_ONE_LINE = regex.compile(
    rf"^(?P<caps>[^\p{{Ll}}]{{5,}}?)\s+(?P<name>{_SYLLABLE}\p{{Ll}}(?:\p{{Ll}}*)(?:\s+{_SYLLABLE}){{1,5}})$"
)
# A dash inside an entry (Trung tâm Tin học - Công báo) opens none: before one stands a stop, or Lưu follows it.
_ENTRY = regex.compile(r"(?:^|(?<=[;.,:])\s*)[-–+•*]\s*(?=[\p{L}\d(“\"])|(?<=\s)[-–]\s*(?=Lưu|Như )")
_RECIPIENTS = regex.compile(r"\W*nơi\s+nhận\s*[:.;]?")
_TRAIL = regex.compile(r"[\s;.,/]+$")


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of a signature's lines, over the words of `grammar/signatures.toml`."""

    prefix: regex.Pattern[str]  # TM., KT. … anywhere in the capitals
    start: regex.Pattern[str]  # a line that opens a block with one
    head: regex.Pattern[str]  # a position, in capitals
    alone: regex.Pattern[str]  # a line that is a position and nothing else
    name: regex.Pattern[str]  # a line that is a name, with its degrees
    signed: regex.Pattern[str]  # "(Đã ký)", folded


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    """The patterns, compiled once."""
    table = grammar.toml("signatures")

    def any_(*path: str) -> str:
        name, field_name = path if len(path) == 2 else (*path, "words")
        return "|".join(regex.escape(w) for w in sorted(table[name][field_name], key=len, reverse=True))

    prefixes, positions = any_("prefixes"), any_("positions").upper()
    head = rf"(?<!\p{{L}})(?:QUYỀN\s+|Q\.\s*)?(?:PHÓ\s+)?(?:{positions})(?!\p{{L}})"
    end = rf"(?<!\p{{L}})(?:{prefixes})\.?$"
    signed = any_("signed")
    return Patterns(
        prefix=regex.compile(rf"(?<!\p{{L}})(?:(?:{prefixes})(?:\s*[./:]\s*|\s+)|Q\s*\.\s*)(?=\p{{Lu}})|{end}"),
        start=regex.compile(
            rf"^(?:{prefixes})(?:\s*[./:]|\s+(?={any_('prefixes', 'before')}))"
            rf"|^Q\s*\.\s*(?={any_('prefixes', 'acting')})|^{end}"
        ),
        head=regex.compile(head),
        alone=regex.compile(rf"^(?:{head})(?:\s+THƯỜNG TRỰC)?$"),
        name=regex.compile(rf"^(?:(?:{any_('degrees')})\s*\.\s*)*(?P<name>{_SYLLABLE}(?:\s+{_SYLLABLE}){{1,9}})$"),
        signed=regex.compile(
            rf"[(\[]\s*(?:{signed})(?!\p{{L}})[^)\]]*[)\]]?$|(?:{signed})\s*(?:[.:,;][^)\]]*)?[)\]]?$"
        ),
    )


@dataclass(slots=True)
class Signature:
    """A signature block: authority lines, the signer's position and name (None where missing), its whole span."""

    capacity: list[View] = field(default_factory=list)
    position: View | None = None
    name: View | None = None
    again: list[View] = field(default_factory=list)  # the name printed a second time
    signed: list[View] = field(default_factory=list)  # "(Đã ký)"
    first: int = 0  # index of the first and past the last paragraph
    last: int = 0


@dataclass(slots=True)
class Recipients:
    """A Nơi nhận block: its label, the entries, the signs between them."""

    label: View
    entries: list[View]
    signs: list[View]
    first: int
    last: int
    open: bool = False  # the last entry has no stop: a line without a dash goes on with it
    carried: View | None = None  # the head of the signature, on the line of "Nơi nhận:" where a page break cut both


def signature_starts(para: Para) -> bool:
    """Whether a paragraph is the head of a signature block."""
    first = para.rows[0].text if para.rows else para.text
    if patterns().start.match(first):
        return is_caps(first) or _ONE_LINE.match(para.text) is not None
    return bool(patterns().alone.match(" ".join(first.split())))


def read_signature(paras: Sequence[Para], n: int, carried: View | None = None) -> Signature | None:
    """The signature block that starts at paragraph n, None where none does.

    `carried` is its first line where that stands apart, on the page before.
    """
    position = _signed_position(paras, n)
    if position is None and _signed_name(paras, n):
        return Signature(name=paras[n].view, signed=[paras[n + 1].view], first=n, last=n + 2)
    if position is None and not signature_starts(paras[n]) and not (carried and is_caps(paras[n].rows[0].text)):
        return None
    found = Signature(first=n, last=n)
    caps: list[View] = [carried] if carried else []
    if position is not None:
        found.capacity = [p.view for p in paras[n:position]]
        found.position, found.last = paras[position].view, position + 1
    for k in range(found.last, min(n + 9, len(paras))):
        para = paras[k]
        if k > n and (para.bars or _changes_cell(paras[k - 1], para)):
            break
        if not all(_take(row, found, caps) for row in para.rows):
            break
        found.last = k + 1
    if found.last == n:
        return None
    if caps:
        _split(caps, found)
    return found if found.name or found.position or found.capacity else None


def _signed_position(paras: Sequence[Para], n: int) -> int | None:
    """Where a position in small letters stands (`Phó Chủ tịch`) with "(Đã ký)" right under it; None for none.

    So databases of law print it, the lines of the authority (`TM. Ủy ban nhân dân`) over it.
    """
    at = n
    while at < min(n + 3, len(paras)) and len(paras[at].text) < 80 and _of_authority(paras[at]):
        at += 1
    if at + 1 >= len(paras) or is_caps(paras[at].text) or not patterns().signed.match(paras[at + 1].folded):
        return None
    return at if patterns().alone.match(" ".join(paras[at].text.upper().split())) else None


def _signed_name(paras: Sequence[Para], n: int) -> bool:
    """A name with "(Đã ký)" under it and no position over it, as archives of old decisions print them."""
    if n + 1 >= len(paras) or is_caps(paras[n].text) or not patterns().signed.match(paras[n + 1].folded):
        return False
    m = patterns().name.match(paras[n].text)
    return m is not None and len(m["name"].split()) > 1 and patterns().head.search(paras[n].text.upper()) is None


def _of_authority(para: Para) -> bool:
    return bool(compiled(_BODY_LINE).fullmatch(para.folded) or patterns().start.match(para.text.upper()))


def _changes_cell(before: Para, para: Para) -> bool:
    a, b = before.rows[-1].line, para.rows[0].line
    if a.table != b.table:
        return True
    return a.table is not None and (a.place, b.place) != (None, None) and _cell(a) != _cell(b)


def _cell(line: object) -> tuple[object, object]:
    place = getattr(line, "place", None)
    return (getattr(place, "row", None), getattr(place, "cell", None))


def _take(row: Row, found: Signature, caps: list[View]) -> bool:
    """Takes one line into the block; False where it is no part of it."""
    text = row.text
    if is_title_word(text):
        return False
    if patterns().signed.match(row.view.folded):
        found.signed.append(row.view)
        return True
    if found.name is not None:
        if text == found.name.text:
            found.again.append(row.view)
            return True
        if row.line.join is not Join.NEW and _goes_on(found.name.text, text):
            found.name = View.concat([found.name, row.view])
            return True
        return False
    m = patterns().name.match(text)
    if m and not is_caps(text):
        _named(found, row.view.cut(m.start("name"), m.end("name")))
        return True
    m = _ONE_LINE.match(text)
    if m and (patterns().start.match(text) or patterns().head.search(m["caps"])):
        caps.append(row.view.cut(0, m.end("caps")))
        _named(found, row.view.cut(m.start("name"), m.end("name")))
        return True
    if is_caps(text) and len(text) < 120:
        if caps and _position_known(caps) and _capital_name(text):
            found.name = row.view
            return True
        caps.append(row.view)
        return True
    return False


def _named(found: Signature, view: View) -> None:
    """Takes the name; one printed twice on a line is taken once."""
    words = view.text.split()
    half = len(words) // 2
    if half >= 2 and words[:half] == words[half:]:
        size = len(" ".join(words[:half]))
        found.again.append(view.cut(size))
        view = view.cut(0, size)
    found.name = view


def _goes_on(name: str, text: str) -> bool:
    """A name broken over two lines (Lê Hải⏎Hòa)."""
    more = _MORE_NAME.fullmatch(text)
    return more is not None and not is_caps(text) and len(name.split()) <= 3


def _capital_name(text: str) -> bool:
    """A name printed in capitals under the position."""
    words = text.split()
    plain = not patterns().head.search(text) and not patterns().prefix.search(text) and "THƯỜNG TRỰC" not in text
    return plain and 2 <= len(words) <= 5 and all(w.isalpha() for w in words)


def _position_known(caps: list[View]) -> bool:
    return bool(patterns().head.search(caps[-1].text)) and not patterns().start.match(caps[-1].text)


def _split(caps: list[View], found: Signature) -> None:
    """Authority lines and position out of the capital lines: the last head (PHÓ CHỦ TỊCH …) opens the position."""
    whole = View.concat(caps)
    cuts = [m.start() for m in patterns().prefix.finditer(whole.text)]
    edges = sorted({0, *cuts, len(whole.text)})
    for a, b in pairwise(edges):
        piece = whole.cut(a, b)
        prefix = patterns().prefix.match(piece.text)
        heads = [m.start() for m in patterns().head.finditer(piece.text)]
        if prefix is None or piece.text.startswith("Q"):
            at = 0 if prefix or (heads and heads[0] == 0) else (heads[-1] if heads else None)
        else:
            own = [h for h in heads if h >= prefix.end()]
            representing = piece.text.startswith(("TM", "T/M"))
            at = own[-1] if own and (representing or len(own) > 1) else None
        if piece.cut(0, at):
            found.capacity.append(piece.cut(0, at))
        if at is not None:
            found.position = piece.cut(at)


def recipients_start(para: Para) -> bool:
    """Whether a paragraph opens the Nơi nhận block."""
    return para.folded.lstrip("* ").startswith("nơi nhận") and len(para.rows[0].text) < 2000


def read_recipients(paras: Sequence[Para], n: int) -> Recipients | None:
    """The Nơi nhận block that starts at paragraph n, None where none does."""
    if not recipients_start(paras[n]):
        return None
    first = paras[n].view
    m = _RECIPIENTS.match(first.folded)
    if m is None:
        return None
    block = Recipients(first.cut(0, m.end()), [], [], n, n + 1)
    rest = first.cut(m.end())
    if rest and is_caps(rest.text) and patterns().start.match(rest.text):
        block.carried = rest
    elif rest:
        _entries(rest, block)
    for k in range(n + 1, len(paras)):
        para = paras[k]
        apart = para.bars or _changes_cell(paras[k - 1], para)
        if (apart and not (block.carried and k == n + 1)) or signature_starts(para) or is_title_word(para.text):
            break
        dashed = _ENTRY.match(para.text)
        complete = bool(block.entries) and paras[k - 1].text.rstrip().endswith((".", "./."))
        if not dashed and (complete or len(para.text) > 160 or is_caps(para.text)):
            break
        _entries(para.view, block)
        block.last = k + 1
    return block


def add_entries(block: Recipients, view: View) -> None:
    """Adds the entries of a further paragraph to a Nơi nhận block."""
    _entries(view, block)


def _entries(view: View, block: Recipients) -> None:
    """Cuts a paragraph of Nơi nhận into its entries; a line without a dash goes on with the one before."""
    starts = list(_ENTRY.finditer(view.text))
    if not starts and block.open and block.entries:
        view = View.concat([block.entries.pop(), view])
    if not starts:
        _entry(view, block)
        return
    if view.cut(0, starts[0].start()):
        _entry(view.cut(0, starts[0].start()), block)
    for n, m in enumerate(starts):
        stop = starts[n + 1].start() if n + 1 < len(starts) else len(view.text)
        block.signs.append(view.cut(m.start(), m.end()))
        _entry(view.cut(m.end(), stop), block)


def _entry(view: View, block: Recipients) -> None:
    end = _TRAIL.search(view.text)
    block.open = end is None
    stop = end.start() if end else len(view.text)
    if view.cut(stop):
        block.signs.append(view.cut(stop))
    if view.cut(0, stop):
        block.entries.append(view.cut(0, stop))
