"""Targets: the figures a plan sets itself (metric, comparator, value, unit, by when).

`find` reads running sentences: `Phấn đấu đến năm 2020, 100% xã …; trên 50% sở, ngành …` is two targets, by the end of
2020. Figures joined in a sentence share its date and its predicate; a sentence without a date takes that of the
sentence before, then `inherit` (of the paragraph or heading above), then the end of the plan's period, and says so.
Scores, weights, bands, standards' numbers, time limits, shares of money in regulations and what is told of the past
are no targets. The words are grammar (targets.toml); dates are read by parsers.deadlines.

Conventions: a `range` has its lower figure as value; a `change` is negative where something shall fall; a rank of 10
or better is `<= 10` with unit `hạng`. Source: domain notes §6.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from parsers import deadline_words, deadlines
from parsers.folding import fold
from parsers.model import Target
from parsers.phrases import CAPITALS
from parsers.target_words import NEAR, ComparatorRow, compared, expressions

Span = tuple[int, int]
Years = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Found:
    """A target in a text, `[start, end)` in code points (also `target.span`).

    `value`: where its figure and unit stand; `subject`: the pieces of what is measured (`target.subject` is these
    joined by a space); `date`: where its own or its sentence's date stands, None where it is inherited; `rule`: the
    grammar row that read the comparator.
    """

    start: int
    end: int
    target: Target
    value: Span | None
    subject: tuple[Span, ...]
    date: Span | None
    rule: str


@dataclass(frozen=True, slots=True)
class _Date:
    start: int
    end: int
    by: str


@dataclass(slots=True)
class _Figure:
    """A figure in a sentence, while it is read."""

    row: ComparatorRow
    begin: int  # of the words that lead to it: comparator, verb, openers
    start: int
    unit_end: int
    end: int  # with trở lên
    value: float
    unit: str
    kind: str  # of the unit: share, count, guarded; or rank
    unit_at: int
    inside: Span | None = None  # a measure inside the comparator: nâng … lên
    linked: bool = False  # a verb joins it to the clause before
    opened: bool = False  # a new clause opens just before it
    left: Span | None = None  # the clause before
    right: Span | None = None  # what the figure counts
    subject: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    folded: str
    start: int
    end: int
    goal: bool
    years: Years
    above: str | None

    def words(self, span: Span) -> str:
        return " ".join(self.text[span[0] : span[1]].split())


def find(
    text: str, years: Years = None, inherit: str | None = None, goal: bool = False, *, folded: str | None = None
) -> list[Found]:
    """The targets of running sentences, in order.

    `years`: first and last year of the plan; `inherit`: ISO date of the paragraph or heading above; `goal`: the text
    stands under goals (Mục tiêu), so that a sentence need not say so itself; `folded`: `fold(text)` where the caller
    has it.

    >>> [(t.target.comparator, t.target.value, t.target.by) for t in find("Đến năm 2020, trên 90% xã có mạng.")]
    [('>', 90.0, '2020-12-31')]
    """
    folded = fold(text) if folded is None else folded
    ranked = expressions().rank_words.search(folded) is not None
    if not ranked and not _DIGIT.search(folded):
        return []
    found: list[Found] = []
    above = inherit
    for start, end in _sentences(text):
        sentence = _Sentence(text, folded, start, end, goal, years, above)
        figures = _figures(sentence) if _DIGIT.search(folded, start, end) else []
        qualitative = _groups(sentence) if ranked and not figures else []
        dates = list(_dates(sentence)) if figures or qualitative or _opens(sentence) else []
        for i, figure in enumerate(figures):
            later = figures[i + 1].begin if i + 1 < len(figures) else end
            found.append(_found(sentence, figure, later, _date_of(sentence, figures, i, dates)))
        found += [_grouped(sentence, span, name, dates) for span, name in qualitative]
        above = _handed_on(sentence, dates, bool(figures)) or above
    return found


_DIGIT = re.compile(r"\d")
_HEADED = re.compile(
    r"(?:(?:đến|tới|vào)\s+(?:hết\s+|cuối\s+)?năm|giai đoạn\s+20\d\d\s*(?:-|đến)(?:\s+năm)?|^\W*(?:trong )?năm)"
    r"\s*(20\d\d)(?!\d)"
)


def headed(heading: str) -> str | None:
    """The date that a folded heading sets for the targets under it, None where it sets none.

    >>> headed("mục tiêu đến năm 2030"), headed("giai đoạn 2026 - 2028"), headed("mục tiêu cụ thể")
    ('2030-12-31', '2028-12-31', None)
    """
    found = _HEADED.search(heading)
    return f"{found[1]}-12-31" if found else None


_BREAK = re.compile(rf"[.!?](?=\s+[{CAPITALS}\d(])|\n\s*(?:\n|(?=[-+•*]))|\||(?<=:)\s*\n")


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for match in _BREAK.finditer(text):
        if text[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


# --- dates ----------------------------------------------------------------------------------------------------------

_YEAR = regex.compile(r"(?<!\p{L})năm\s+(?P<y>20\d\d)(?![\d/])")
_HEADING = 60  # code points; a shorter sentence with a date is a heading for what follows


def _opens(sentence: _Sentence) -> bool:
    """Whether a sentence is a heading or opens a list."""
    return sentence.end - sentence.start < _HEADING or sentence.folded[sentence.start : sentence.end].rstrip().endswith(
        ":"
    )


def _dates(sentence: _Sentence) -> Iterator[_Date]:
    """The dates by which a sentence sets something."""
    past = sentence.start
    for at in deadline_words.starts(sentence.folded, sentence.start, sentence.end):
        if at < past:
            continue
        read = deadlines.read_at(sentence.text, sentence.folded, at, sentence.years)
        if read and read[1].deadline.end and read[0] <= sentence.end:
            past = read[0]
            if not _is_other(sentence, at, past, read[1].rule):
                yield _Date(at, past, read[1].deadline.end)


def _is_other(sentence: _Sentence, start: int, end: int, rule: str) -> bool:
    """Whether a date is what something is compared with, or stands in a title, or is told of the past."""
    e = expressions()
    if e.words["other_date"].fullmatch(sentence.folded, sentence.start, start):
        return not (_opens(sentence) and e.words["vision"].fullmatch(sentence.folded, sentence.start, start))
    if _opens(sentence) or e.goals["firm"].search(sentence.folded, sentence.start, start):
        return False
    context = deadline_words.verdict(sentence.folded, rule.partition("+")[0], sentence.start, start, end)
    return context is not None and context.verdict == "reject"


def _date_of(sentence: _Sentence, figures: list[_Figure], at: int, dates: list[_Date]) -> _Date | None:
    """The date in or just behind a figure's clause, else before it, else that of a figure it is listed with."""
    figure = figures[at]
    ahead = [d for d in dates if d.end <= figure.start]
    own = _own_date(sentence, figure, dates)
    if own or ahead:
        return own or ahead[-1]
    for later in figures[at + 1 : at + 1 + _MOST_LISTED]:
        if ";" in sentence.folded[figure.end : later.start]:
            break
        if own := _own_date(sentence, later, dates):
            return own
    return _bare_year(sentence, sentence.start, figure.start, nearest=True)


_MOST_LISTED = 50  # figures of one list; a sentence made of nothing else would take the square of its length
_BESIDE = 12  # code points between what is measured and the date behind it


def _own_date(sentence: _Sentence, figure: _Figure, dates: list[_Date]) -> _Date | None:
    end = figure.right[1] if figure.right else figure.end
    near = (d for d in dates if figure.end <= d.start <= end + _BESIDE)
    own = next((d for d in near if ";" not in sentence.folded[figure.end : d.start]), None)
    return own or _bare_year(sentence, figure.end, end)


def _bare_year(sentence: _Sentence, start: int, end: int, nearest: bool = False) -> _Date | None:
    """A year without `đến`, `vào` (nhiệm vụ năm 2023), the first or the last one: only inside the plan's period."""
    other = expressions().words["other_date"]
    found: _Date | None = None
    for match in _YEAR.finditer(sentence.folded, start, end) if sentence.years else ():
        inside = sentence.years is not None and sentence.years[0] <= int(match["y"]) <= sentence.years[1]
        if inside and not other.fullmatch(sentence.folded, sentence.start, match.start()):
            found = _Date(match.start(), match.end(), f"{match['y']}-12-31")
            if not nearest:
                break
    return found


def _by(sentence: _Sentence, date: _Date | None) -> tuple[str | None, bool]:
    """By when, and whether that is inherited."""
    if date:
        return date.by, False
    by = sentence.above or (f"{sentence.years[1]}-12-31" if sentence.years else None)
    return by, by is not None


def _handed_on(sentence: _Sentence, dates: list[_Date], has_targets: bool) -> str | None:
    """The date that holds for the sentences behind: of one with targets, of one that opens a list, of a heading."""
    return dates[0].by if dates and (has_targets or _opens(sentence)) else None


# --- figures --------------------------------------------------------------------------------------------------------


def number(figures: str) -> float:
    """A figure as printed: comma for decimals, dots for thousands (1.200), a dot before one or two digits (99.5)."""
    if "," in figures:
        return float(figures.replace(".", "").replace(",", "."))
    _, dot, tail = figures.rpartition(".")
    return float(figures.replace(".", "")) if dot and len(tail) == 3 else float(figures)


def _figures(sentence: _Sentence) -> list[_Figure]:
    """The figures of a sentence that are targets, with what they measure."""
    by_start = {figure.start: figure for figure in (*_values(sentence), *_ranks(sentence))}  # a rank wins: top 15 tỉnh
    candidates = [by_start[start] for start in sorted(by_start)]
    if not candidates:
        return []
    _look_around(sentence, candidates)
    kept: list[_Figure] = []
    for figure in candidates:
        if _is_target(sentence, figure, kept):
            kept.append(figure)
    _look_around(sentence, kept)  # figures that are none stand inside what others measure
    for i, figure in enumerate(kept):
        figure.subject = _subject(sentence, figure)
        _share_predicate(sentence, kept[: i + 1])
    return kept


def _look_around(sentence: _Sentence, figures: list[_Figure]) -> None:
    for i, figure in enumerate(figures):
        _look_back(sentence, figure, figures[i - 1].end if i else sentence.start)
    for i, figure in enumerate(figures):
        _look_ahead(sentence, figure, _first_word(figures[i + 1]) if i + 1 < len(figures) else sentence.end)


def _first_word(figure: _Figure) -> int:
    return figure.left[0] if figure.linked and figure.left else figure.begin


_UPWARDS = regex.compile(r"(?:\s+trở\s+(?:lên|xuống))?")


def _figure(
    sentence: _Sentence, start: int, end: int, rank: bool, ranged: bool = False
) -> tuple[ComparatorRow, int, Span | None] | None:
    """The comparator of a figure at `[start, end)`, where it begins, and a measure inside it."""
    near = max(sentence.start, start - NEAR)
    found = compared(sentence.folded[near:start], sentence.folded[end : end + 20], ranged, rank)
    if found is None:
        return None
    row, match = found
    inside = match.span("measure") if "measure" in match.re.groupindex else (-1, -1)
    measure = _trim(sentence, near + inside[0], near + inside[1]) if inside[0] >= 0 else None
    return row, near + match.start(), measure


def _values(sentence: _Sentence) -> Iterator[_Figure]:
    e = expressions()
    for match in e.value.finditer(sentence.folded, sentence.start, sentence.end):
        found = _figure(sentence, match.start(), match.end(), rank=False, ranged=match["hi"] is not None)
        if found:
            row, begin, inside = found
            unit = "".join(match["unit"].split()) if "/" in match["unit"] else " ".join(match["unit"].split())
            yield _Figure(
                row=row,
                begin=begin,
                start=match.start(),
                unit_end=match.end(),
                end=_UPWARDS.match(sentence.folded, match.end()).end(),
                value=row.sign * number(match["lo"]),
                unit=unit,
                kind=e.kinds.get(unit.partition("/")[0], "share"),
                unit_at=match.start("unit"),
                inside=inside,
            )


def _ranks(sentence: _Sentence) -> Iterator[_Figure]:
    if not expressions().rank_words.search(sentence.folded, sentence.start, sentence.end):
        return
    for match in expressions().rank.finditer(sentence.folded, sentence.start, sentence.end):
        found = _figure(sentence, match.start(), match.end(), rank=True)
        if found:
            row, begin, _ = found
            end = _UPWARDS.match(sentence.folded, match.end()).end()
            at = match.end()
            yield _Figure(row, begin, match.start(), at, end, number(match["lo"]), "hạng", "rank", at)


# --- what stands around a figure ------------------------------------------------------------------------------------

_STOP = regex.compile(r";|:(?=\s)|\(\d+\)|(?:^|\n)\s*(?:[-+•*]|\p{L}\)|\d+(?:\.\d+)*\.|\d+\))\s")
_EDGE = regex.compile(r"(?:[\s,;:.\-–*)]|(?:và|với|thì)(?!\p{L}))+", regex.IGNORECASE)
_TAIL = regex.compile(r"(?r)(?:[\s,;:.\-–*(]|(?<!\p{L})và)+", regex.IGNORECASE)


def _trim(sentence: _Sentence, start: int, end: int) -> Span | None:
    """A span without white space, punctuation and `và` at its ends; None where nothing is left."""
    head = _EDGE.match(sentence.text, start, end)
    start = head.end() if head else start
    tail = _TAIL.match(sentence.text, start, end)
    end = tail.start() if tail else end
    return (start, end) if end > start else None


def _look_back(sentence: _Sentence, figure: _Figure, start: int) -> None:
    """The clause before a figure and its comparator, without openers and dates."""
    e = expressions()
    for match in _STOP.finditer(sentence.folded, start, figure.begin):
        start = match.end()
    for match in e.words["measure"].finditer(sentence.folded, start, figure.begin):
        if sentence.folded[start : match.start()].rstrip().endswith((",", " và")):
            start = match.start()
    run = e.run.match(sentence.folded, start, figure.start)
    plain = figure.row.comparator != "change" and figure.kind != "rank" and figure.inside is None
    figure.linked = figure.kind == "rank" or (plain and run["link"] is not None)
    figure.begin = max(start, min(figure.begin, run.start()))
    figure.opened = run["opener"] is not None
    for match in e.opening.finditer(sentence.folded, start, figure.begin):
        if not _names_year(sentence, start, match.start()):
            start = match.end()
    figure.left = _measure(sentence, _trim(sentence, start, figure.begin))


def _names_year(sentence: _Sentence, start: int, year: int) -> bool:
    """Whether a year belongs to what is measured: `Chỉ số cải cách hành chính năm 2024 của tỉnh`."""
    head = _EDGE.match(sentence.text, start, year)
    measured = expressions().words["measure"].match(sentence.folded, head.end() if head else start)
    return measured is not None and sentence.folded.startswith("năm", year)


def _measure(sentence: _Sentence, left: Span | None) -> Span | None:
    """Without the verb that raises it: `nâng tỷ lệ …`."""
    verb = expressions().words["raising"].match(sentence.folded, *left) if left else None
    measure = _trim(sentence, verb.end(), left[1]) if verb and left else None
    return measure if measure and expressions().words["measure"].match(sentence.folded, *measure) else left


def _look_ahead(sentence: _Sentence, figure: _Figure, later: int) -> None:
    """What a figure counts: up to where the clause is cut, or to the words of the next figure."""
    e = expressions()
    cut = e.words["cut"].search(sentence.folded, figure.end, max(later, figure.end))
    right = _trim(sentence, figure.end, cut.start() if cut else max(later, figure.end))
    listed = (
        figure.kind == "count" and sentence.folded[figure.end] == "," if right else False
    )  # 50 doanh nghiệp, hợp tác xã
    none = right and not listed and _not_counted(sentence.folded, figure.end, right[1])
    figure.right = None if figure.kind == "rank" or none else right


def _not_counted(folded: str, start: int, end: int) -> bool:
    """Whether the words behind a figure cannot be what it counts."""
    space = _SPACE.match(folded, start, end)
    return bool(expressions().words["no_subject"].match(folded, space.end() if space else start, end))


_LISTED = regex.compile(r"(?:[;,\s]|và(?!\p{L}))*")
_SPACE = regex.compile(r"\s*")


# --- which figures are targets --------------------------------------------------------------------------------------


def _is_target(sentence: _Sentence, figure: _Figure, kept: list[_Figure]) -> bool:
    e = expressions()
    behind = (figure.right[1] if figure.right else figure.end) + 20
    firm = bool(
        sentence.goal
        or e.goals["firm"].search(sentence.folded, sentence.start, figure.start)
        or e.goals["firm"].search(sentence.folded, figure.end, min(behind, sentence.end))
    )
    wanted = _is_wanted(sentence, figure, kept, firm)
    return wanted and not (_is_none(sentence, figure, firm) or (not firm and _is_past(sentence)))


def _is_wanted(sentence: _Sentence, figure: _Figure, kept: list[_Figure], firm: bool) -> bool:
    """Whether a sentence sets a figure as something to be reached."""
    if figure.kind == "share":
        return firm or figure.value == 100 or _states(sentence, figure) or bool(kept)
    if figure.kind in ("guarded", "rank"):
        return firm and (figure.row.comparator != "=" or figure.linked)
    if figure.row.comparator == "=":
        measured = figure.linked and _states(sentence, figure)
        return measured or _goes_on(sentence, figure, kept) or (firm and _done(sentence, figure))
    return firm or bool(expressions().goals["doing"].search(sentence.folded, sentence.start, figure.start))


_REACH = 400  # how far back a sentence is looked at for what makes a figure none, in code points


def _is_none(sentence: _Sentence, figure: _Figure, firm: bool) -> bool:
    start = max(sentence.start, figure.start - _REACH)
    return any(
        after.match(sentence.folded, figure.unit_end) and before.fullmatch(sentence.folded, start, figure.start)
        for row, before, after in expressions().none
        if not (row.unless_goal and firm)
    )


def _is_past(sentence: _Sentence) -> bool:
    named = [int(m["y"]) for m in _YEAR.finditer(sentence.folded, sentence.start, sentence.end)]
    return bool(sentence.years and named and max(named) < sentence.years[0])


def _states(sentence: _Sentence, figure: _Figure) -> bool:
    """A percentage that opens its clause, or that a measure is said to reach."""
    if figure.left is None:
        return figure.right is not None and figure.kind == "share"
    measured = expressions().words["measure"].match(sentence.folded, figure.left[0])
    return bool(measured) and (figure.linked or figure.row.comparator != "=")


def _done(sentence: _Sentence, figure: _Figure) -> bool:
    """Whether a verb of doing stands just before a count: `đào tạo 3.000 lượt người`."""
    verbs = expressions().goals["doing"].finditer(sentence.folded, max(sentence.start, figure.start - 40), figure.start)
    last = max((verb.end() for verb in verbs), default=0)
    return figure.start - last < 12


_COMMA = regex.compile(r"(?:,|\bvà)\s*$")


def _goes_on(sentence: _Sentence, figure: _Figure, kept: list[_Figure]) -> bool:
    """Whether a count goes on with a list, whose comparator it takes: `ít nhất 100 doanh nghiệp …, 50 doanh nghiệp`."""
    last = kept[-1] if kept else None
    if last is None or last.kind != "count" or not _COMMA.search(sentence.folded[last.end : figure.start]):
        return False
    figure.row = last.row
    return True


# --- what is measured -----------------------------------------------------------------------------------------------


def _subject(sentence: _Sentence, figure: _Figure) -> list[Span]:
    """The pieces of what is measured: before the figure where a verb joins them, else behind it, else both."""
    counted = (figure.unit_at, figure.unit_end) if figure.kind in ("count", "guarded") else None
    left, right = figure.left, figure.right
    if figure.inside:
        return [figure.inside]
    measured = bool(left and expressions().words["measure"].match(sentence.folded, *left))
    if left and figure.linked and (measured or not (figure.opened and right)):
        return [left]
    if right and counted:
        return [(counted[0], right[1])]
    if left and right and _preposition(sentence, left):
        return [left, right]
    if right:
        return [right]
    return [left] if left and (measured or not counted) else [piece for piece in (left, counted) if piece]


def _preposition(sentence: _Sentence, left: Span) -> bool:
    words = sentence.folded[left[0] : left[1]].split()
    return bool(words) and bool(expressions().words["preposition"].fullmatch(words[-1]))


def _share_predicate(sentence: _Sentence, figures: list[_Figure]) -> None:
    """Gives the last figure's predicate to those before it that have none: `100% huyện; 50% sở dùng phần mềm`."""
    predicate, last = expressions().words["predicate"], figures[-1]
    if len(last.subject) != 1 or last.subject[0][0] < last.start:
        return
    end = last.subject[0][1]
    verb = predicate.search(sentence.folded, last.subject[0][0] + 1, end)
    for figure, after in zip(reversed(figures[:-1]), reversed(figures), strict=False):
        if not figure.subject or not _LISTED.fullmatch(sentence.folded, figure.subject[0][1], after.begin):
            return
        alone = len(figure.subject) == 1 and figure.subject[0][0] >= figure.start
        if not (verb and alone) or predicate.search(sentence.folded, *figure.subject[0]):
            return
        figure.subject.append((verb.start(), end))


# --- putting together -----------------------------------------------------------------------------------------------


def _found(sentence: _Sentence, figure: _Figure, later: int, date: _Date | None) -> Found:
    base = expressions().words["baseline"].search(sentence.folded, figure.end, max(figure.end, later))
    spots = [(figure.start, figure.end), *figure.subject[:1], *([base.span()] if base else [])]
    if figure.kind in ("share", "rank"):
        spots += [s for s in figure.subject[1:] if s[0] <= figure.end + 3]
    whole = min(s[0] for s in spots), max(s[1] for s in spots)
    whole = _comparator_start(sentence, figure, whole[0]), whole[1]
    by, inherited = _by(sentence, date)
    target = Target(
        text=sentence.words(whole),
        subject=" ".join(sentence.words(s) for s in figure.subject) or None,
        comparator=figure.row.comparator,
        value=figure.value,
        unit=figure.unit,
        by=by,
        inherited=inherited,
        indicator=indicator(sentence.folded[whole[0] : whole[1]]),
        baseline=sentence.words(base.span("base")) if base else None,
        span=whole,
    )
    where = (date.start, date.end) if date else None
    return Found(*whole, target, (figure.start, figure.unit_end), tuple(figure.subject), where, figure.row.id)


def _comparator_start(sentence: _Sentence, figure: _Figure, start: int) -> int:
    """Where the words of a target begin: at its comparator, openers and dates left out."""
    if start < figure.start:
        return start
    for match in expressions().opening.finditer(sentence.folded, figure.begin, figure.start):
        figure.begin = match.end()
    begin = _trim(sentence, figure.begin, figure.end)
    return min(start, begin[0]) if begin else start


def indicator(folded: str) -> str | None:
    """The index by which provinces are ranked that folded words name (`PAR INDEX`, `SIPAS` …), None without one.

    >>> indicator("chỉ số par index của tỉnh")
    'PAR INDEX'
    """
    return next((name for name, words in expressions().indicators if words.search(folded)), None)


def _groups(sentence: _Sentence) -> list[tuple[Span, str]]:
    """Ranks without a figure: an index that shall be in a group (`nằm trong nhóm khá`)."""
    e = expressions()
    if not e.rank_words.search(sentence.folded, sentence.start, sentence.end):
        return []
    for name, words in e.indicators:
        index = words.search(sentence.folded, sentence.start, sentence.end)
        group = e.words["group"].search(sentence.folded, index.end(), sentence.end) if index else None
        if index and group and (sentence.goal or e.goals["firm"].search(sentence.folded, sentence.start, sentence.end)):
            span = _trim(sentence, index.start(), sentence.end)
            return [(span, name)] if span else []
    return []


def _grouped(sentence: _Sentence, span: Span, name: str, dates: list[_Date]) -> Found:
    date = dates[0] if dates else None
    by, inherited = _by(sentence, date)
    said = sentence.words(span)
    target = Target(text=said, subject=said, by=by, inherited=inherited, indicator=name, span=span)
    return Found(*span, target, None, (span,), (date.start, date.end) if date else None, "group")
