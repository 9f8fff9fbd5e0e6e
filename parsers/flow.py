"""From lines to paragraphs: which lines of a document belong together.

Dumps wrap lines anywhere (`Giám đốc Sở⏎Nội vụ`, `tháng 6⏎năm 2013`), others keep one paragraph a line; Word, HTML
and PDF say where a paragraph ends. A line goes on with the one before unless it opens something (a mark, a fixed
opener, a title word) or what stands before is closed (domain notes §1.4, §8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

import regex

from ingest.document import Document, Join, Line
from parsers import agencies, grammar, markers
from parsers.endings import closed, endings
from parsers.folding import fold
from parsers.view import View, Words

_RULE = regex.compile(r"^[\s\-–—_=*.…]*[-–—_=]{3,}[\s\-–—_=*.…]*$")
_RULE_SIGNS = " -–—_=*.…"
_APPENDIX = regex.compile(r"phụ lục(?:\s+(?:số\s+)?(?:[ivxl]+|\d+[a-z]?|[a-h]))?\s*[.:]?")
_SPACING = regex.compile(r"[\s.:*]+")
_UNIT_WORD = regex.compile(r"(?:Điều|ĐIỀU|Chương|CHƯƠNG|Phần|PHẦN)")
_LETTER = regex.compile(r"\p{L}")


@lru_cache(maxsize=1)
def openers() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """Words that open a paragraph whatever stands before, and those that open a basis (matched on folded text)."""
    words = grammar.toml("layout")["openers"]
    strong = "|".join(regex.escape(w) for w in (*words["other"], *words["caption"]))
    basis = "|".join(regex.escape(w) for w in words["basis"])
    return regex.compile(rf"(?:{strong})"), regex.compile(rf"(?:[-–+]\s*)?(?:{basis})(?!\p{{L}})")


@lru_cache(maxsize=1)
def title_words() -> frozenset[str]:
    """Folded words that are a title when they stand alone on a line (QUYẾT ĐỊNH, KẾ HOẠCH, QUY CHẾ …)."""
    table = grammar.toml("layout")
    kinds = (w for words in table["attachment_kinds"].values() for w in words)
    return frozenset((*table["title_words"]["decision"], *table["title_words"]["plan"], *kinds))


def unspaced(folded: str) -> str:
    """Folded text without blanks, colons and stops: how letter-spaced capitals (Q U Y Ế T) are recognised."""
    bare: str = _SPACING.sub("", folded)
    return bare


@lru_cache(maxsize=1)
def _title_words_unspaced() -> frozenset[str]:
    return frozenset(unspaced(w) for w in title_words())


def is_caps(text: str) -> bool:
    """Whether a text has letters and none of them is small."""
    return text.isupper()


def is_rule(text: str) -> bool:
    """Whether a line is only a drawn rule (-----)."""
    return text[:1] in _RULE_SIGNS and bool(_RULE.match(text))


def is_title_word(text: str) -> bool:
    """Whether a line is a kind of document and nothing else, in capitals (`KẾ HOẠCH`, `Q U Y Ế T  Đ Ị N H`)."""
    return len(text) < 60 and is_caps(text) and unspaced(fold(text)) in _title_words_unspaced()


def _is_closed(text: str) -> bool:
    return closed(text, ".;:!?…/")


@lru_cache(maxsize=4096)
def _names_bodies(text: str) -> bool:
    """Whether words name agencies and nothing else (`Sở Y tế, Sở Giáo dục và Đào tạo`)."""
    parsed = agencies.parse_list(text)
    return bool(parsed.items) and all(item.key for item in parsed.items)


@dataclass(slots=True)
class Row:
    """A line of the document with what paragraph building needs to know of it."""

    line: Line
    view: View
    bars: int = 0  # `|` lines between it and the line before
    gaps: tuple[bool, ...] = ()  # between two of those: True for an empty cell, False for a row border
    bold: bool = False  # markup opens it and closes it
    opens_bold: bool = False  # markup opens it
    stays_bold: bool = False  # markup opened in it or before is still open at its end
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.view.text


@dataclass(slots=True)
class Para:
    """A paragraph: its view and the views of its lines."""

    view: View
    rows: list[Row]
    bars: int = 0
    grid: object | None = None  # the data table that stands here instead of words

    @property
    def text(self) -> str:
        return self.view.text

    @property
    def folded(self) -> str:
        return self.view.folded

    @property
    def bold(self) -> bool:
        """Whether the whole paragraph stands in bold marks."""
        return self.rows[0].bold if self.rows else False

    def span(self) -> tuple[int, int]:
        return self.view.span()


@dataclass(slots=True)
class Flow:
    """A document prepared for parsing: its rows, the marks to leave out, whether its lines are wrapped."""

    document: Document
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        self.words = Words(self.document.text, (m.span for m in self.document.marks))

    def ends_with_bar(self, row: Row) -> bool:
        """Whether a `|` line stands after the last row."""
        after = row.line.span.end
        return any(m.kind == "cell-mark" and m.span.start >= after for m in self.document.marks)

    def rows(self) -> list[Row]:
        """Every line that shows words, in order."""
        text = self.document.text
        bars = [m.span.start for m in self.document.marks if m.kind == "cell-mark" and _alone(text, m.span)]
        rows: list[Row] = []
        at = 0
        stays, marked = False, "**" in text
        for line in self.document.lines:
            view = self.words.view(line.span.start, line.span.end)
            first = at
            while at < len(bars) and bars[at] < line.span.start:
                at += 1
            if not view:
                at = first
                continue
            gaps = _gaps(text, bars[first:at]) if at - first > 1 else ()
            row = Row(line, view, at - first, gaps)
            if marked:
                stays = self._bold(row, stays and at == first and line.join is not Join.NEW)
            rows.append(row)
        return rows

    def _bold(self, row: Row, open_before: bool) -> bool:
        """Sets what a row's marks say of bold; says whether bold stays open at its end."""
        text, line, (start, end) = self.document.text, row.line.span, row.view.span()
        row.opens_bold = "**" in text[line.start : start]
        row.bold = row.opens_bold and "**" in text[end : line.end]
        row.stays_bold = open_before ^ (text.count("**", line.start, line.end) % 2 == 1)
        return row.stays_bold


def _gaps(text: str, bars: Sequence[int]) -> tuple[bool, ...]:
    """For each pair of neighbouring cell marks: whether markup stands between them (`** **`: an empty cell)."""
    return tuple(bool(text[a + 1 : b].strip()) for a, b in pairwise(bars))


def _alone(text: str, span: tuple[int, int]) -> bool:
    """Whether a cell mark stands alone on its line (and not inside a markdown row)."""
    start = text.rfind("\n", 0, span[0]) + 1
    stop = text.find("\n", span[1])
    return not text[start : span[0]].strip() and not text[span[1] : None if stop < 0 else stop].strip()


def is_wrapped(rows: Sequence[Row]) -> bool:
    """Whether a dump wraps its lines: many bare line breaks stand before a small letter."""
    opens = [r for r in rows if r.line.join is Join.OPEN]
    small = sum(1 for r in opens if r.text[0].islower())
    return small >= 3 and small > 0.08 * len(opens)


class Paragraphs:
    """Builds paragraphs from rows."""

    def __init__(self, flow: Flow, rows: Sequence[Row]) -> None:
        self.flow = flow
        self.rows = rows
        self.wrapped = is_wrapped(rows)

    @cached_property
    def width(self) -> int:
        """The column at which this dump wraps: nine lines in ten are no longer."""
        lengths = sorted(len(r.text) for r in self.rows)
        return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0

    def build(self, rows: Iterable[Row]) -> list[Para]:
        """The paragraphs of consecutive rows."""
        paras: list[Para] = []
        group: list[Row] = []
        for row in rows:
            if group and not self.goes_on(group, row):
                paras.append(self.para(group))
                group = []
            group.append(row)
        if group:
            paras.append(self.para(group))
        return paras

    def para(self, rows: list[Row]) -> Para:
        """The paragraph that these rows make."""
        if len(rows) == 1:
            return Para(rows[0].view, rows, rows[0].bars)
        return Para(View.concat([r.view for r in rows]), rows, rows[0].bars)

    def goes_on(self, group: list[Row], row: Row) -> bool:
        """Whether a row continues the paragraph that `group` is so far."""
        last = group[-1]
        if row.bars or row.line.table != last.line.table or is_rule(row.text) or is_rule(last.text):
            return False
        if row.line.join is Join.WRAP:
            return True
        if row.line.join is Join.NEW:
            return self._cut_by_page(group, row)
        if not self.wrapped:
            return self._title_goes_on(last, row)
        return not self._opens(group, row) and not self._closed(group, row)

    def _cut_by_page(self, group: list[Row], row: Row) -> bool:
        """A blank line inside a sentence: the page ended there, not the paragraph."""
        last = group[-1]
        cell = last.line.place is not None and last.line.place.cell is not None
        if cell or last.bold or len(last.text) <= 40 or is_caps(last.text) or _is_closed(last.text):
            return False
        if markers.read(row.text) is not None or is_title_word(row.text):
            return False
        return row.text[0].islower() or endings("number")(last.view.folded) or endings("cut")(last.view.folded)

    @staticmethod
    def _title_goes_on(last: Row, row: Row) -> bool:
        """In an unwrapped text only a marked line that was broken inside its marks goes on (`**Về việc …⏎…**`)."""
        if is_title_word(last.text) or is_title_word(row.text):
            return False
        return row.text[0].islower() and not _is_closed(last.text) and markers.read(row.text) is None

    def _opens(self, group: list[Row], row: Row) -> bool:
        """Whether a row opens a paragraph by what it begins with."""
        last, folded = group[-1], row.view.folded
        if is_title_word(last.text):
            return True
        if is_title_word(row.text):  # II. NỘI DUNG⏎KẾ HOẠCH is one heading
            return not (is_caps(last.text) and markers.read(group[0].text))
        strong, basis = openers()
        if strong.match(folded) or self._authority(last, row) or self._appendix(row):
            return True
        closed = _is_closed(last.text) or last.text.endswith(",")
        if row.opens_bold and _is_closed(last.text) and not last.opens_bold:
            return True
        if _UNIT_WORD.fullmatch(row.text) and (_is_closed(last.text) or row.opens_bold):
            return True
        if row.text[0].isupper() and not is_caps(row.text) and basis.match(folded) and (closed or is_caps(last.text)):
            return True
        mark = markers.read(row.text)
        return mark is not None and self._plausible(group, row, mark)

    @staticmethod
    def _appendix(row: Row) -> bool:
        """The head of an appendix (PHỤ LỤC II), not a mention of one at a line's start."""
        m = _APPENDIX.match(row.view.folded) if row.text[0] in "Pp" else None
        return m is not None and (is_caps(row.text) or m.end() == len(row.text))

    @staticmethod
    def _authority(last: Row, row: Row) -> bool:
        """The line that names the authority (ỦY BAN NHÂN DÂN TỈNH …), unless the title's `CỦA` leads to it."""
        if not row.view.folded.startswith(("ủy ban nhân dân", "chủ tịch ủy ban")):
            return False
        goes_on = endings("hanging")(last.view.folded) or last.text.endswith(",")
        return is_caps(row.text) and (row.opens_bold or not goes_on)

    def _plausible(self, group: list[Row], row: Row, mark: markers.Mark) -> bool:
        """A line that only looks like a label (a wrapped date, a dash inside a name) is none."""
        last = group[-1]
        if endings("number")(last.view.folded) and mark.kind in ("number", "decimal", "roman", "letter"):
            return False
        closed = _is_closed(last.text) or last.bold or is_rule(last.text)
        rest = row.text[mark.length :].lstrip(' "“(')
        if closed or not rest:
            return True
        if mark.kind in ("part", "chapter", "division", "article"):
            return True
        if not rest[:1].isupper():
            return False
        opened = markers.read(group[0].text)
        place = markers.int_of(mark.label, mark.kind) if mark.label else None
        before = markers.int_of(opened.label, opened.kind) if opened and opened.label else None
        follows = opened is not None and opened.kind == mark.kind and before is not None and place == before + 1
        labelled = opened is not None and len(group) <= 2
        return place == 1 or follows or labelled or is_caps(last.text) or mark.kind in ("roman", "upper", "decimal")

    def _closed(self, group: list[Row], row: Row) -> bool:
        """Whether the paragraph so far is complete, so that a plain line begins another."""
        last = group[-1]
        if row.text[0].islower() or row.text[0] in ",;:)%…":
            return False
        if is_caps(last.text) and is_caps(row.text):
            return False
        if last.bold and group[0].bold and not row.bold:
            return True
        if endings("hanging")(last.view.folded) or (last.stays_bold and group[0].opens_bold):
            return False
        if _is_closed(last.text):
            fits = len(last.text) + 1 + len(row.text.split(" ", 1)[0]) <= self.width - 2
            return fits or last.text[-1] in ":;" or last.text.endswith("./.")
        if not _LETTER.search(row.text):
            return False
        if is_caps(last.text) != is_caps(row.text) and is_caps("".join(r.text for r in group)):
            return len(last.text) > 3
        return self._is_heading(group, row)

    def _is_heading(self, group: list[Row], row: Row) -> bool:
        """`1. Mục đích` and then a sentence: a labelled short line that nothing leaves hanging."""
        mark = markers.read(group[0].text)
        if mark is None or mark.kind in ("dash", "plus", "letter") or len(group) > 3:
            return False
        last = group[-1]
        if last.text[-1] in ",(":
            return False
        if len(group) > 1:  # lines after the first wrap at the text's width: a short one ends its paragraph
            return len(last.text) + 1 + len(row.text.split(" ", 1)[0]) < self.width - 10
        words = last.text[mark.length :].split()
        return 2 <= len(words) <= 4 or (len(words) <= 25 and _names_bodies(" ".join(words)))
