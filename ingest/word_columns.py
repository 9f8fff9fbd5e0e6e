"""Two columns made with tabs: letterheads and signature blocks typed without a table.

    ỦY BAN NHÂN DÂN TỈNH      →   CỘNG HÒA XÃ HỘI …          (one paragraph, a tab in the middle)
    Số: 12/QĐ-UBND            →   …, ngày 05 tháng 3 năm 2020

Read line by line the two columns would run into each other. Where at least two paragraphs near each other have a gap
of tabs that leads far into the line, they become a borderless table of one row and two cells, read column by column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from ingest.blocks import Block, Grid, GridCell, Paragraph

FAR = 2900  # twips from the left edge where a second column may begin: a quarter of A4's width
DEFAULT_STOP = 720
_WHITE = regex.compile(r"[^\S\n]+")
_BLANKS = " " * 5  # as many are typed for a gap
_TAIL = regex.compile(r"\d+|[IVXLC]+|[\W_]*")  # what stands after the dots of a table of contents or a form
_NARROW, _WIDE, _BLANK = 125, 175, 65  # twips a letter, a capital, a blank takes at 13-14 points
_LONGEST_LINE = 80  # letters of a line that may stand in a column beside nothing
_MOST_BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Tabbed(Paragraph):
    """A paragraph with tabs left in its text, and the tab stops it states (twips, ascending)."""

    stops: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sides:
    """What stands left and right of a paragraph's gap."""

    left: str
    right: str


def without_tabs(blocks: Sequence[Block]) -> list[Block]:
    """Blocks in which two-column passages are tables and every other tab is a blank."""
    if len(blocks) < 2:
        return [_plain(block) for block in blocks]
    out: list[Block] = []
    n = 0
    while n < len(blocks):
        end = _passage(blocks, n)
        if end > n:
            out.append(_grid(blocks[n:end]))
            n = end
        else:
            out.append(_plain(blocks[n]))
            n += 1
    return out


def _plain(block: Block) -> Block:
    return Paragraph(block.text.replace("\t", " ")) if isinstance(block, Tabbed) else block


def _passage(blocks: Sequence[Block], start: int) -> int:
    """The index past a two-column passage that starts at `start`, which it must do with both sides; else `start`."""
    end, both, between = start, 0, 0
    for n in range(start, len(blocks)):
        sides = _sides(blocks[n])
        if sides and sides.right:
            if n == start and not sides.left:
                break
            both += bool(sides.left)
            end, between = n + 1, 0
            continue
        between += sides is None
        if n == start or between > _MOST_BETWEEN or not _may_stand_between(blocks[n]):
            break
    return end if both >= 2 else start


def _may_stand_between(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(block.text) <= _LONGEST_LINE


def _sides(block: Block) -> _Sides | None:
    """The sides of a paragraph with one far gap; both empty for an empty one; None where it has no such gap."""
    if not isinstance(block, Paragraph):
        return None
    text = block.text
    if not text.strip():
        return _Sides("", "")
    if "\t" not in text and _BLANKS not in text:
        return None
    gaps = [gap for gap in _WHITE.finditer(text) if gap.end() < len(text) and ("\t" in gap[0] or _BLANKS in gap[0])]
    if len(gaps) != 1 or "\n" in text:
        return None
    left, gap, right = text[: gaps[0].start()].strip(), gaps[0][0], text[gaps[0].end() :].strip()
    stops = block.stops if isinstance(block, Tabbed) else ()
    if _TAIL.fullmatch(right) or _reach(left, gap, stops) < FAR or (not left and gap.count("\t") < 2 and not stops):
        return None
    return _Sides(left, right)


def _reach(left: str, gap: str, stops: Sequence[int]) -> int:
    """About where the text after a gap begins, in twips."""
    at = sum(_WIDE if letter.isupper() else _NARROW for letter in left)
    for sign in gap:
        if sign == "\t":
            at = next((stop for stop in stops if stop > at), (at // DEFAULT_STOP + 1) * DEFAULT_STOP)
        else:
            at += _BLANK
    return at


def _grid(blocks: Sequence[Block]) -> Grid:
    left, right = GridCell(0, 0), GridCell(0, 1)
    for block in blocks:
        sides = _sides(block)
        if sides is None and isinstance(block, Paragraph):
            left.blocks.append(_plain(block))
        elif sides is not None:
            left.blocks += [Paragraph(sides.left)] if sides.left else []
            right.blocks += [Paragraph(sides.right)] if sides.right else []
    return Grid([left, right], 1, ruled=False)
