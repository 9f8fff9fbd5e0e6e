"""Cuts a decision into its parts: letterhead, title, bases, articles, closings, attachments, a web page's chatter.

The order of the parts is the form's (NĐ 30/2020/NĐ-CP); any of them may be missing, and then its paragraphs are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from parsers import closing, grammar, letterhead, markers
from parsers.committees import compiled
from parsers.flow import Para, is_caps, is_rule, is_title_word, openers, unspaced
from parsers.grid import Grid
from parsers.view import View

_ARTICLE = regex.compile(r"điều\s+(?:\d+[a-zđ]?\s*(?:[.:]|$)|\d+[a-zđ]?\s|[ivx]+\s*[.:])")
_AUTHORITY = r"(?:(?&chair)\s+)?(?&body)(?:\s*(?&town)|$)"
_OF_AUTHORITY = r"của\s+(?=(?:(?&chair)\s+)?(?&body)(?!\p{L}))"  # QUYẾT ĐỊNH CỦA …
_TITLE_OF_AUTHORITY = r"(?:quyết định|kế hoạch)\s+" + _OF_AUTHORITY
_TITLE_AUTHORITY = (
    r"(?<!của|do|với|và|giữa|tại|,|thuộc|cấp)\s+(?P<authority>(?:(?&chair)\s+)?(?&full_body)"
    r"(?:\s*(?&town)(?:\s+\p{L}[\p{L}\s-]{2,30})?)?)$"
)
_JOINED_TITLE = regex.compile(r"(?:quyết định|kế hoạch)(?=\s+\p{L})")
_OPERATIVE = regex.compile(r"quyết\s*định\s*[:.]?$|quyết\s*nghị\s*[:.]?$")
_PLAN_NUMBER = regex.compile(r"\d\s*/\s*kh\s*-")
_OPERATIVE_END = regex.compile(r"(?<=[\d\p{Ll}][.,;]?)\s+(?P<word>QUYẾT\s+ĐỊNH\s*:)$")
_APPENDIX = regex.compile(
    r"(?P<word>phụ\s+lục)\s*(?:(?:số|kèm\s+theo)\s*)?(?P<label>[ivxl]+(?![\p{L}])|\d+[a-zđ]?(?![\p{L}\d])|[a-hđ](?![\p{L}]))?"
    r"\s*[.:\-–]?\s*(?P<rest>.*)$"
)
_FILED = regex.compile(r"[-–]\s*lưu\s*:")  # an entry of Nơi nhận that a page break parted from the rest
_REPRISE = regex.compile(r"(?:quyết định|kế hoạch)\s+(?:số\s+)?\d+[\w/.\-]*\s.*(?:năm|ngày)\s")

_LETTERHEAD = r"(?:(?&chair)\s+)?(?:(?&body)|ủy\s+ban$)|(?&heads)"


def _is_head(para: Para) -> bool:
    """Whether a paragraph is part of a decision's head and not of a page that shows it."""
    heads = is_caps(para.text) or is_rule(para.text) or para.grid is not None
    heads = heads or (compiled(_LETTERHEAD).match(para.folded) and len(para.text) < 80)
    return heads or letterhead.is_part(para) or is_basis(para) or is_article(para)


@dataclass(slots=True)
class AttachmentPart:
    """A document that follows the decision: kind word, label, title, caption, its paragraphs and tables in order."""

    kind: str
    kind_view: View | None
    label: View | None = None
    title: list[View] = field(default_factory=list)
    captions: list[View] = field(default_factory=list)
    signs: list[View] = field(default_factory=list)  # the colon after a label
    items: list[Para] = field(default_factory=list)
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Parts:
    """The parts of a decision, each a list of paragraphs in document order."""

    chatter: list[Para] = field(default_factory=list)
    head: list[Para] = field(default_factory=list)
    repeated: list[Para] = field(default_factory=list)
    title_word: View | None = None
    title: list[View] = field(default_factory=list)
    title_captions: list[View] = field(default_factory=list)
    authority: View | None = None
    bases: list[Para] = field(default_factory=list)
    operative: Para | None = None
    articles: list[Para] = field(default_factory=list)
    attachments: list[AttachmentPart] = field(default_factory=list)
    signatures: list[closing.Signature] = field(default_factory=list)
    recipients: list[closing.Recipients] = field(default_factory=list)
    is_plan: bool = False  # a plan issued under its own number (N/KH-UBND)


@lru_cache(maxsize=1)
def kinds() -> dict[str, str]:
    """Folded kind words without blanks to their names (`kếhoạch` -> `Kế hoạch`)."""
    table = grammar.toml("layout")["attachment_kinds"]
    return {unspaced(w): name for name, words in table.items() for w in words}


@lru_cache(maxsize=1)
def _portal() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    table = grammar.toml("layout")["portal"]
    before = "|".join(regex.escape(w) for w in (*table["before"], *table["notices"]))
    after = "|".join(regex.escape(w) for w in table["after"])
    return regex.compile(rf"(?:{before})\s*(?::|\.\.\.|…|$)"), regex.compile(rf"\W*(?:{after})")


@lru_cache(maxsize=1)
def _captions() -> regex.Pattern[str]:
    words = grammar.toml("layout")["openers"]["caption"]
    return regex.compile(r"[*_ ]*(?:" + "|".join(regex.escape(w) for w in words) + ")")


def is_caption(para: Para) -> bool:
    """Whether a paragraph opens the "(Ban hành kèm theo …)" under a title."""
    return bool(_captions().match(para.folded))


def is_basis(para: Para) -> bool:
    """Whether a paragraph opens with Căn cứ, Xét đề nghị, Theo đề nghị …"""
    return bool(openers()[1].match(para.folded)) and not is_caps(para.text)


def is_article(para: Para) -> bool:
    """Whether a paragraph opens an Điều."""
    return bool(_ARTICLE.match(para.folded)) and para.text[0] in "Đ"


def cut(paras: Sequence[Para]) -> Parts:
    """The parts of a decision given as paragraphs (data tables stand among them)."""
    return _Cutting(list(paras)).parts


class _Cutting:
    def __init__(self, paras: list[Para]) -> None:
        self.parts = Parts()
        first, last = self._page(paras)
        self.parts.chatter = paras[:first] + paras[last:]
        self.signed = -1  # where the text goes on after the first signature with a name
        self.paras = self._without_closings(paras[first:last])
        self._cut()

    # What a portal's page adds

    def _page(self, paras: list[Para]) -> tuple[int, int]:
        """The range of paragraphs that are the decision's."""
        before, after = _portal()
        last = len(paras)
        body = next((n for n, p in enumerate(paras) if is_article(p) or closing.signature_starts(p)), None)
        if body is not None:
            for n in range(body + 1, len(paras)):
                if paras[n].grid is None and after.match(paras[n].folded) and not markers.read(paras[n].text):
                    last = n
                    break
            while last < len(paras) and last > body + 1 and _REPRISE.match(paras[last - 1].folded):
                last -= 1
        limit = min(40, last)
        fields = [n for n in range(limit) if before.match(paras[n].folded)]
        first = fields[-1] if len(fields) > 1 else 0
        for n in range(first, limit):
            if n > first and self._opens_letterhead(paras[n]):
                return n, last
            if len(fields) < 2 and _is_head(paras[n]):
                break
        return 0, last

    @staticmethod
    def _opens_letterhead(para: Para) -> bool:
        text = para.folded
        if not compiled(_LETTERHEAD).match(text):
            return is_title_word(para.text) or bool(compiled(_TITLE_OF_AUTHORITY).match(text) and is_caps(para.text))
        return is_caps(para.text) or letterhead.issuer_in(para.view) is not None

    # Closings

    def _without_closings(self, paras: list[Para]) -> list[Para]:
        """Takes the Nơi nhận and signature blocks out of the flow."""
        kept: list[Para] = []
        n = 0
        body = False
        carried: View | None = None
        while n < len(paras):
            para = paras[n]
            body = body or self._past_title(kept)
            if para.grid is not None:
                kept.append(para)
                n += 1
            elif block := closing.read_recipients(paras, n):
                self.parts.recipients.append(block)
                n, carried = block.last, block.carried
            elif self.parts.recipients and _FILED.match(para.folded) and len(para.text) < 120:
                closing.add_entries(self.parts.recipients[-1], para.view)
                n += 1
            elif body and (signature := closing.read_signature(paras, n, carried)):
                self.parts.signatures.append(signature)
                self.signed = len(kept) if self.signed < 0 and signature.name else self.signed
                n, carried = signature.last, None
            else:
                kept.append(para)
                n += 1
        return kept

    @staticmethod
    def _past_title(kept: list[Para]) -> bool:
        """A signature stands after an article, a section or at least a page of text, never in the letterhead."""
        return len(kept) > 12 or any(is_article(p) or markers.read(p.text) for p in kept[-1:])

    # The decision itself

    def _cut(self) -> None:
        title = self._title_index()
        n = self._head_and_title(title)
        if self.parts.is_plan:
            self._plan(n)
            return
        n = self._bases(n)
        n = self._articles(n)
        self._attachments(n)

    def _title_index(self) -> int | None:
        """The paragraph that is the title word; of several before the bases the last."""
        found = None
        for n, para in enumerate(self.paras[:80]):
            if para.grid is None and (is_basis(para) or is_article(para)):
                break
            word = unspaced(para.folded)
            operative = found is not None and para.text.rstrip().endswith(":")
            if para.grid is None and is_title_word(para.text) and word in ("quyếtđịnh", "kếhoạch") and not operative:
                if word == "kếhoạch" and found is not None:
                    break
                found = n
        return found

    def _head_and_title(self, title: int | None) -> int:
        """Letterhead and title; gives where the bases start."""
        if title is None:
            title = self._joined_title()
            if title is None:
                return self._untitled()
        else:
            self.parts.title_word = self.paras[title].view
        self.parts.is_plan = unspaced(self.paras[title].folded).startswith("kếhoạch")
        self._head(self.paras[:title])
        n = self._of_authority(title)
        while n < len(self.paras) and not self._ends_title(n):
            self._part_bases(n)
            para = self.paras[n]
            if is_caption(para):
                self.parts.title_captions.append(para.view)
            elif not is_rule(para.text):
                self.parts.title.append(para.view)
            else:
                self.parts.head.append(para)
            n += 1
        self._authority_in_title()
        return n

    def _part_bases(self, n: int) -> None:
        """A title in small letters that wrapped lines join with the bases under it is cut where Căn cứ opens a line."""
        rows = self.paras[n].rows
        opens = tuple(grammar.toml("layout")["openers"]["under_title"])
        first = next((k for k in range(1, len(rows)) if rows[k].text.startswith(opens)), None)
        if first is None:
            return
        self.paras[n : n + 1] = [
            Para(View.concat([row.view for row in part]), part) for part in (rows[:first], rows[first:])
        ]
        self.signed += self.signed > n

    def _of_authority(self, title: int) -> int:
        """`QUYẾT ĐỊNH⏎CỦA ỦY BAN NHÂN DÂN …⏎Về việc …`: whose decision it is belongs to the title word."""
        word, views = self.parts.title_word, self.parts.title
        following = None if views else self.paras[title + 1].view if title + 1 < len(self.paras) else None
        of = views[0] if views else following
        if word is None or of is None or not is_caps(of.text) or not compiled(_OF_AUTHORITY).match(of.folded):
            return title + 1
        self.parts.title_word = View.concat([word, of])
        self.parts.title = views[1:]
        return title + (1 if views else 2)

    def _authority_in_title(self) -> None:
        """A title and the authority line that stand in one paragraph are cut apart."""
        if not self.parts.title or self.parts.authority is not None:
            return
        last = self.parts.title[-1]
        m = compiled(_TITLE_AUTHORITY).search(last.folded)
        if m and is_caps(last.text) and m.start() > 0:
            self.parts.title[-1] = last.cut(0, m.start())
            self.parts.authority = last.cut(m.start("authority"))

    def _joined_title(self) -> int | None:
        """A title whose word and subject stand in one paragraph (`QUYẾT ĐỊNH Về việc …`)."""
        for n, para in enumerate(self.paras[:40]):
            if para.grid is not None or is_basis(para) or is_article(para):
                return None
            m = _JOINED_TITLE.match(para.folded)
            if m and is_caps(para.text[: m.end()]) and ":" not in para.text[: m.end() + 2]:
                self.parts.title_word = para.view.cut(0, m.end())
                self.parts.title.append(para.view.cut(m.end()))
                return n
        return None

    def _untitled(self) -> int:
        """No title word: capitals under the letterhead are the title, up to the authority or the first Căn cứ."""
        n = next((k for k, p in enumerate(self.paras) if p.grid is None and (is_basis(p) or is_article(p))), None)
        stop = min(40, len(self.paras)) if n is None else n
        after = max((k + 1 for k, p in enumerate(self.paras[:stop]) if letterhead.is_part(p)), default=0)
        self.parts.is_plan = any(letterhead.is_part(p) and _PLAN_NUMBER.search(p.folded) for p in self.paras[:after])
        end = after
        while end < stop and self._is_capitals(self.paras[end]):
            end += 1
        lines = [k for k in range(after, end) if self._is_authority_line(self.paras[k])]
        if lines:
            self.parts.authority = self.paras[lines[-1]].view
            end = lines[-1] + 1
        elif end != n:
            self._head(self.paras[: after if n is None else n])
            return after if n is None else n
        between = self.paras[after : lines[-1] if lines else end]
        self._head(self.paras[:after] + [p for p in between if is_rule(p.text)])
        self.parts.title = [p.view for p in between if not is_rule(p.text)]
        self._authority_in_title()
        return end

    @staticmethod
    def _is_capitals(para: Para) -> bool:
        return para.grid is None and (is_caps(para.text) or is_rule(para.text)) and not _OPERATIVE.match(para.folded)

    def _head(self, paras: list[Para]) -> None:
        """The letterhead; a title printed twice leaves its first copy in `repeated`."""
        twice = next((n for n, p in enumerate(paras) if is_title_word(p.text)), None)
        self.parts.head = paras[:twice]
        self.parts.repeated = paras[twice:] if twice is not None else []

    def _ends_title(self, n: int) -> bool:
        para = self.paras[n]
        if para.grid is not None or is_basis(para) or is_article(para) or _OPERATIVE.match(para.folded):
            return True
        if self._is_authority(n):
            return True
        mark = markers.read(para.text)
        if mark is not None and mark.kind not in ("dash", "letter"):
            return True
        return len(self.parts.title) >= 12 or (bool(self.parts.title) and self._is_body(para))

    def _is_body(self, para: Para) -> bool:
        """Running text under a title: not in capitals, a sentence long, where the title is in capitals."""
        return is_caps(self.parts.title[0].text) and not is_caps(para.text) and not para.bold and len(para.text) > 60

    def _is_authority(self, n: int) -> bool:
        folded = self.paras[n].folded
        return bool(compiled(_AUTHORITY).match(folded)) and is_caps(self.paras[n].text) and bool(self.parts.title)

    def _bases(self, n: int) -> int:
        """Authority line, bases, operative word; gives where the articles start."""
        while n < len(self.paras):
            para = self.paras[n]
            if para.grid is not None or is_article(para):
                break
            if _OPERATIVE.match(para.folded) and is_caps(para.text):
                self.parts.operative = para
                n += 1
                break
            if self.parts.authority is None and not self.parts.bases and self._is_authority_line(para):
                self.parts.authority = para.view
            elif is_rule(para.text):
                self.parts.head.append(para)
            elif is_caps(para.text) and self.parts.title and not self.parts.bases:
                self.parts.title.append(para.view)
            elif cut := _operative_inside(para):
                self.parts.bases.append(cut[0])
                self.parts.operative = cut[1]
                n += 1
                break
            else:
                self.parts.bases.append(para)
            n += 1
        return n

    @staticmethod
    def _is_authority_line(para: Para) -> bool:
        return is_caps(para.text) and bool(compiled(_AUTHORITY).match(para.folded)) and len(para.text) < 150

    def _articles(self, n: int) -> int:
        """The decision's own Điều; gives where the attachments start."""
        while n < len(self.paras):
            if self.paras[n].grid is None and (self._attachment_at(n, opened=False) or self._numbered_part(n)):
                break
            self.parts.articles += [self.paras[n]] if self.paras[n].grid is None else _as_text(self.paras[n])
            n += 1
        return n

    def _numbered_part(self, n: int) -> bool:
        """`Phần I.` on its own over the title of an attachment."""
        mark = markers.read(self.paras[n].text)
        alone = mark is not None and mark.kind in ("part", "chapter") and not self.paras[n].text[mark.length :].strip()
        return alone and n + 1 < len(self.paras) and self._attachment_at(n + 1, opened=False) is not None

    def _plan(self, n: int) -> None:
        """A plan under its own number: bases, then its body as the first attachment."""
        body = AttachmentPart("Kế hoạch", None)
        paras = self.paras[n:]
        k = 0
        while k < len(paras) and paras[k].grid is None and (is_basis(paras[k]) or self._is_authority_line(paras[k])):
            if not is_basis(paras[k]) and self.parts.authority is None:
                self.parts.authority = paras[k].view
            elif paras[k].folded.startswith("căn cứ"):
                self.parts.bases.append(paras[k])
            else:
                break
            k += 1
        self.parts.attachments.append(body)
        at = n + k
        while at < len(self.paras) and not self._attachment_at(at, opened=True):
            body.items.append(self.paras[at])
            at += 1
        self._attachments(at)

    # Attachments

    def _attachments(self, n: int) -> None:
        while n < len(self.paras):
            opened = bool(self.parts.attachments)
            if not opened and self._numbered_part(n):
                found = self._attachment_at(n + 1, opened=False)
                if found is not None:
                    found[0].label = self.paras[n].view
            else:
                found = self._attachment_at(n, opened=opened)
            if found is not None:
                part, n = found
                self.parts.attachments.append(part)
            else:
                self.parts.attachments[-1].items.append(self.paras[n])
                n += 1

    def _caption_near(self, n: int) -> bool:
        near = self.paras[n + 1 : n + 6]
        return any(p.grid is None and is_caption(p) for p in near) or _inline_caption(self.paras[n].folded) is not None

    def _attachment_at(self, n: int, opened: bool) -> tuple[AttachmentPart, int] | None:
        """The head of an attachment at paragraph n and the index after it, None where none starts."""
        para = self.paras[n]
        if para.grid is not None or not para.text:
            return None
        if part := self._appendix(para, n):
            return self._titled(part, n + 1)
        if not is_caps(para.text.split("(")[0]) or is_article(para):
            return None
        name = kinds().get(unspaced(para.folded))
        if name and (not opened or self._caption_near(n)):
            return self._titled(AttachmentPart(name, para.view), n + 1)
        if (self._caption_near(n) or (n == self.signed and not is_rule(para.text))) and markers.read(para.text) is None:
            part = self._unworded(para)
            return self._titled(part, n + 1)
        return None

    def _unworded(self, para: Para) -> AttachmentPart:
        """A title in capitals with a caption under it; its first words may be the kind (`KẾ HOẠCH TRIỂN KHAI …`)."""
        folded = para.folded
        for words, name in sorted(kinds().items(), key=lambda kv: -len(kv[0])):
            m = regex.match(r"\s*".join(regex.escape(c) for c in words) + r"(?!\p{L})", folded)
            if m:
                part = AttachmentPart(name, para.view.cut(0, m.end()))
                self._add_title(part, para.view.cut(m.end()))
                return part
        part = AttachmentPart("Phụ lục", None)
        self._add_title(part, para.view)
        return part

    def _appendix(self, para: Para, n: int) -> AttachmentPart | None:
        m = _APPENDIX.match(para.folded)
        if m is None:
            return None
        word = para.text[m.start("word") : m.end("word")]
        rest = para.text[m.start("rest") :]
        if rest and not (is_caps(rest.split("(")[0]) and len(rest) > 7) and not rest.startswith("("):
            return None
        if not is_caps(word) and not (para.bold or self._caption_near(n) or self._caps_follow(n)):
            return None
        part = AttachmentPart("Phụ lục", para.view.cut(m.start("word"), m.end("word")))
        head = m.end("word")
        if m["label"]:
            part.label = para.view.cut(m.start("label"), m.end("label"))
            head = m.end("label")
        if sign := para.view.cut(head, m.start("rest")):
            part.signs.append(sign)
        if rest:
            self._add_title(part, para.view.cut(m.start("rest")))
        return part

    def _caps_follow(self, n: int) -> bool:
        after = self.paras[n + 1 : n + 2]
        return bool(after) and after[0].grid is None and is_caps(after[0].text)

    @staticmethod
    def _add_title(part: AttachmentPart, view: View) -> None:
        """Adds title words; a caption on the same line is cut off."""
        at = _inline_caption(view.folded)
        if at is not None:
            if view.cut(0, at):
                part.title.append(view.cut(0, at))
            part.captions.append(view.cut(at))
        elif view:
            part.title.append(view)

    def _titled(self, part: AttachmentPart, n: int) -> tuple[AttachmentPart, int]:
        """Collects title and caption after the kind word."""
        while n < len(self.paras):
            para = self.paras[n]
            if para.grid is not None or is_rule(para.text):
                break
            if is_caption(para):
                n = self._caption(part, n)
                continue
            if not self._is_title(part, n):
                break
            self._add_title(part, para.view)
            n += 1
        return part, n

    def _caption(self, part: AttachmentPart, n: int) -> int:
        """Takes a caption, to its closing bracket where that stands in one of the next two paragraphs."""
        for k in range(n, min(n + 3, len(self.paras))):
            if self.paras[k].grid is None and self.paras[k].text.rstrip(" *./").endswith(")"):
                part.captions += [p.view for p in self.paras[n : k + 1]]
                return k + 1
        part.captions.append(self.paras[n].view)
        return n + 1

    def _is_title(self, part: AttachmentPart, n: int) -> bool:
        para = self.paras[n]
        mark = markers.read(para.text)
        if is_title_word(para.text) and part.kind == "Phụ lục" and not part.title and not part.captions:
            return True
        if is_basis(para) or is_title_word(para.text) or _APPENDIX.match(para.folded):
            return False
        if mark is not None and mark.kind not in ("dash",):
            return False
        if is_caps(para.text.split("(")[0]):
            return not part.captions or not part.title
        if part.captions:
            return False
        soon = any(p.grid is None and is_caption(p) for p in self.paras[n + 1 : n + 4])
        return (soon or _inline_caption(para.folded) is not None or para.bold) and len(para.text) < 600


def _operative_inside(para: Para) -> tuple[Para, Para] | None:
    """A last basis with `QUYẾT ĐỊNH:` after it in one paragraph, as the two that they are."""
    m = _OPERATIVE_END.search(para.text)
    if m is None or not is_basis(para):
        return None
    return Para(para.view.cut(0, m.start()), para.rows), Para(para.view.cut(m.start("word")), para.rows[-1:])


def _inline_caption(folded: str) -> int | None:
    """Where a "(Ban hành kèm theo …" stands inside a line, None where it does not."""
    if "(" not in folded:
        return None
    m = _captions().search(folded)
    return m.end() - len(m[0].lstrip("*_ ")) if m else None


def _as_text(para: Para) -> list[Para]:
    """A table inside an Điều as paragraphs, a row each: the contract gives the decision's own Điều no tables."""
    grid = grid_of(para)
    assert grid is not None
    views = [View.concat([c.view for c in row if not c.follows]) for row in grid.rows]
    return [Para(v, para.rows) for v in views if v]


def grid_of(para: Para) -> Grid | None:
    """The data table that stands in place of a paragraph."""
    return para.grid if isinstance(para.grid, Grid) else None
