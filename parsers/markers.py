"""Marks of numbered items: `Phần I`, `Chương II`, `Mục 1`, `Điều 4.`, `A.`, `I.`, `1.`, `1.1.`, `a)`, `-`, `+`.

Source: NĐ 30/2020/NĐ-CP (bố cục) and the plan style Phần > I. > 1. > 1.1. > a) > - > + of the provinces' plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

#: Kinds in their usual nesting order; a decimal's depth is its number of figures.
RANK = {
    "part": 0,
    "chapter": 1,
    "division": 2,
    "subdivision": 3,
    "article": 4,
    "upper": 5,
    "roman": 6,
    "number": 7,
    "decimal": 8,
    "letter": 12,
    "dash": 13,
    "plus": 14,
    "paragraph": 15,
}
#: The letters of điểm in order (đ after d; no f, j, w, z).
LETTERS = "abcdđeghiklmnopqrstuvxy"

_HEADS = "PCMTĐIVXl"  # of Phần, Chương, Mục, Tiểu mục, Điều, and of I misread (Il, ll)
_ROMAN = r"(?:[IVX]+|(?:[IVX]+l|ll)[IVXl]*)(?!\p{L})"  # l for I: a scanner's slip (ll., VIIl)
_MARK = regex.compile(
    rf"""
    (?P<part>(?:Phần|PHẦN)\s+(?:(?:thứ|THỨ)\s+\p{{L}}+|{_ROMAN}|\d+|[A-Z])(?![\p{{L}}\d]))\s*[.:)\-–]?
  | (?P<chapter>(?:Chương|CHƯƠNG)\s+(?:{_ROMAN}|\d+)(?![\p{{L}}\d]))\s*[.:]?
  | (?P<division>(?:Mục|MỤC)\s+(?:{_ROMAN}|\d+)(?![\p{{L}}\d/]))\s*[.:]?
  | (?P<subdivision>(?:Tiểu\s+mục|TIỂU\s+MỤC)\s+\d+(?![\p{{L}}\d]))\s*[.:]?
  | (?P<article>(?:Điều|ĐIỀU)\s+(?:\d+[a-zđ]?|[IVX]+(?=\s*[.:]))(?![\p{{L}}\d]))
    \s*(?:[.:](?:\s*[-–](?=\s*\p{{L}}))?|(?=\s*$))
  | (?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}})\s*[.):]?(?=\s+\S|$)(?!\s*\d)(?!\s*%)
  | (?P<number>\d{{1,3}}[a-zđ]?)\s*(?:\.(?![\d.])|\)|/(?=\s))(?!\s*%)
  | (?P<roman>{_ROMAN})\s*(?:[.)]|[-–/:](?=\s*\p{{Lu}}))(?!\p{{L}}\.)
  | (?P<upper>[A-ZĐ])\s*(?:\.(?=\s*\p{{Lu}}{{2}})|\)(?=\s))
  | (?P<letter>[a-zđ]\d?)\s*(?:[)]|\.(?=\s+\p{{Lu}})|/(?=\s))
  | (?P<dash>[-–−•●▪◦*·])(?=\s*\S)(?!-)
  | (?P<plus>\+)(?=\s*\S)
    """,
    regex.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at the head of a paragraph: its kind, its label (no closing sign; None for bullets), its length."""

    kind: str
    label: str | None
    length: int

    @property
    def rank(self) -> int:
        """Depth in the usual nesting; smaller is nearer the root."""
        if self.kind == "decimal" and self.label:
            return RANK["number"] + self.label.count(".")
        return RANK[self.kind]


def read(text: str) -> Mark | None:
    """The mark a paragraph begins with, or None.

    >>> read("Điều 4. Trách nhiệm")
    Mark(kind='article', label='Điều 4', length=7)
    >>> read("1.2. Sở Nội vụ").label
    '1.2'
    >>> read("11 năm 2019;") is None
    True
    """
    if text[1:2].islower() and text[0] not in _HEADS:  # two letters of a word: the case of most lines
        return None
    m = _MARK.match(text)
    if m is None:
        return None
    kind = m.lastgroup or ""
    if kind in ("dash", "plus"):
        return Mark(kind, None, m.end())
    label = " ".join(m[kind].split())
    if kind == "roman":
        label = label.replace("l", "I")
        if int_of(label, kind) is None:
            return None
    return Mark(kind, label, m.end())


_DIGITS = regex.compile(r"\d+")
_ROMAN_NUMERAL = regex.compile(r"(?:X[CL]|L?X{0,3})(?:IX|IV|V?I{0,3})")
_FIGURES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ORDINALS = ("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười")


def int_of(label: str, kind: str) -> int | None:
    """The place of a label among its siblings (`III` is 3, `1.4` is 4, `đ` is 5), None where it has none."""
    last = label.split()[-1].split(".")[-1]
    digits = _DIGITS.match(last)
    if digits:
        return int(digits[0])
    if kind == "letter":
        return LETTERS.index(last[0]) + 1 if last[0] in LETTERS else None
    if last.lower() in _ORDINALS:
        return _ORDINALS.index(last.lower()) + 1
    if _ROMAN_NUMERAL.fullmatch(last):
        values = [_FIGURES[c] for c in last]
        pairs = zip(values, [*values[1:], 0], strict=True)
        return sum(-v if v < after else v for v, after in pairs) or None
    return ord(last) - 64 if kind in ("upper", "part") and len(last) == 1 and last.isascii() else None
