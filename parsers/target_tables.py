"""Targets of a table: a row for each indicator, with its unit, its figure by year, and the body that answers for it.

The column of the indicator is the first one that names targets (Chỉ tiêu, Mục tiêu); figures stand in the columns
that name a year or a plan (`Mục tiêu năm 2030`, `2026`, `Kế hoạch`); those that tell what was reached (`Kết quả năm
2025`, `Hiện trạng`) give the baseline. A row whose indicator holds its figure itself is read as a sentence. Scores
and weights are none. Source: contract (Task tables; a table of Chỉ tiêu gives targets with their owner).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from parsers import deadlines, markers, tables, targets
from parsers.cell_words import comparator, says
from parsers.folding import fold
from parsers.grid import Grid, GridCell
from parsers.model import Target
from parsers.target_words import Comparator
from parsers.view import View

Years = tuple[int, int] | None

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_FIGURE = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+[.,]\d{1,2}(?!\d)|\d+"
_CELL = re.compile(
    rf"[\s(]*(?P<words>[^\d]{{0,40}}?)\s*(?P<lo>{_FIGURE})(?:\s*%?\s*(?:-|đến)\s*(?P<hi>{_FIGURE}))?"
    r"\s*(?P<unit>%|[^\W\d_]+(?: [^\W\d_]+){0,2})?(?P<rest>.*)$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class TableTarget:
    """A target of a table with the views it was read from and the groups above its row."""

    target: Target
    subject: View
    value: View
    date: View | None  # the header that names its year, or the cell that gives its date
    lead: View | None
    groups: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table holds what: `values` are the columns of figures with the header that names their year, if any."""

    name: int
    unit: int | None
    lead: int | None
    deadline: int | None
    reached: int | None
    values: tuple[tuple[int, View], ...]


@dataclass(frozen=True, slots=True)
class _Figure:
    comparator: Comparator
    value: float
    unit: str | None


def read(grid: Grid, years: Years = None) -> Iterator[TableTarget]:
    """The targets of a target table, row by row; `years`: first and last year of its plan.

    Rows without a figure give none; a row of words alone is a group.
    """
    body = grid.rows[grid.header :]
    heads = [grid.rows[r] for r in range(grid.header)]
    if body and _is_year_row(body[0]):
        heads, body = [*heads, body[0]], body[1:]
    columns = _columns(grid, heads)
    groups: list[tuple[int, str]] = []
    for row in body:
        words = [c for c in row if c.view and not c.follows]
        if columns is None or not words:
            continue
        found = list(_row(row, columns, years, tuple(title for _, title in groups)))
        if found:
            yield from found
        elif len(words) <= 2:
            _group(groups, words)


def _is_year_row(row: Sequence[GridCell]) -> bool:
    own = [c.text for c in row if c.text and not c.follows]
    return len(own) >= 2 and all(_YEAR.search(t) and len(t) < 20 for t in own)


def _columns(grid: Grid, heads: Sequence[Sequence[GridCell]]) -> _Columns | None:
    fields = tables.fields_of(grid)
    names = [_heading(heads, c) for c in range(grid.width)]
    name = next((c for c, f in enumerate(fields) if f == "target" and not _YEAR.search(names[c])), None)
    if name is None:
        return None
    values: list[tuple[int, View]] = []
    reached = None
    for c, words in enumerate(names):
        if c == name or fields[c] in ("no", "unit", "lead", "support", "note", "deadline") or says("scored", words):
            continue
        if says("reached", words):
            reached = c if reached is None else reached
        elif _YEAR.search(words) or says("planned", words):
            values.append((c, _year_cell(heads, c)))
    lead = _first(fields, "lead")
    owner = next((c for c, words in enumerate(names) if says("owner", words)), None)
    return _Columns(
        name=name,
        unit=_first(fields, "unit"),
        lead=owner if lead is None else lead,
        deadline=_first(fields, "deadline"),
        reached=reached,
        values=tuple(values),
    )


def _first(fields: Sequence[str | None], name: str) -> int | None:
    return fields.index(name) if name in fields else None


def _heading(heads: Sequence[Sequence[GridCell]], column: int) -> str:
    """The folded words over a column."""
    parts = [head[column].text for head in heads if column < len(head) and head[column].text]
    return " ".join(dict.fromkeys(fold(p) for p in parts)).strip(" .:*")


def _year_cell(heads: Sequence[Sequence[GridCell]], column: int) -> View:
    """The lowest header cell of a column that names a year, else its lowest."""
    cells = [head[column].view for head in heads if column < len(head) and head[column].view]
    dated = [v for v in cells if _YEAR.search(v.text)]
    return (dated or cells)[-1]


def _group(groups: list[tuple[int, str]], words: Sequence[GridCell]) -> None:
    """A row of words alone: a group, with its label where it has one."""
    label, title = (words[0].text, words[-1].text) if len(words) == 2 else (None, words[0].text)
    mark = markers.read(f"{label.rstrip('.)')}. X" if label else title)
    rank = mark.rank if mark else markers.RANK["paragraph"]
    while groups and groups[-1][0] >= rank:
        groups.pop()
    groups.append((rank, f"{label.rstrip('.)')}. {title}" if label else title))


def _row(row: Sequence[GridCell], columns: _Columns, years: Years, groups: tuple[str, ...]) -> Iterator[TableTarget]:
    subject = _cell(row, columns.name)
    if subject is None:
        return
    lead = _cell(row, columns.lead)
    base = _cell(row, columns.reached)
    unit = _cell(row, columns.unit)
    for column, header in columns.values:
        value = _cell(row, column)
        figure = _figure(value, unit.text if unit else None) if value else None
        if value and figure:
            by, inherited, date = _when(row, columns, header, years)
            target = _target(subject, value, figure, base)
            yield TableTarget(replace(target, by=by, inherited=inherited), subject, value, date, lead, groups, "table")
    if not columns.values:
        yield from _sentences(row, columns, subject, lead, years, groups)


def _cell(row: Sequence[GridCell], column: int | None) -> View | None:
    """The words of a cell, those of a merged one in each place it covers; None where it is empty."""
    if column is None or column >= len(row) or row[column].left:
        return None
    return row[column].view or None


def _sentences(
    row: Sequence[GridCell], columns: _Columns, subject: View, lead: View | None, years: Years, groups: tuple[str, ...]
) -> Iterator[TableTarget]:
    """Targets that the words of the indicator hold themselves: `Trên 90% hồ sơ …`."""
    for found in targets.find(subject.text, years, goal=True, folded=subject.folded):
        if found.value is None:
            continue
        by, inherited, date = _when(row, columns, None, years)
        own = found.date is not None
        target = replace(found.target, span=subject.span(found.start, found.end))
        if not own:
            target = replace(target, by=by, inherited=inherited)
        date = subject.cut(*found.date) if found.date else date
        yield TableTarget(target, subject, subject.cut(*found.value), date, lead, groups, f"table.{found.rule}")


def _when(
    row: Sequence[GridCell], columns: _Columns, header: View | None, years: Years
) -> tuple[str | None, bool, View | None]:
    """By when: by the year of the column, by the row's own deadline, else by the end of the plan (inherited)."""
    named = _YEAR.findall(header.text) if header else []
    if named:
        return f"{named[-1]}-12-31", False, header
    cell = _cell(row, columns.deadline)
    reading = deadlines.parse(cell.text, years) if cell else None
    if reading and reading.deadline.end:
        return reading.deadline.end, False, cell
    return (f"{years[1]}-12-31", True, None) if years else (None, False, None)


def _target(subject: View, value: View, figure: _Figure, base: View | None) -> Target:
    spans = (subject.span(), value.span())
    return Target(
        text=f"{subject.text} {value.text}",
        subject=subject.text,
        comparator=figure.comparator,
        value=figure.value,
        unit=figure.unit,
        indicator=targets.indicator(subject.folded),
        baseline=base.text if base else None,
        span=(min(a for a, _ in spans), max(b for _, b in spans)),
    )


def _figure(cell: View, unit: str | None) -> _Figure | None:
    """The figure of a cell (`≥ 90`, `Trên 80%`, `Trong nhóm 15`, `99,5`); None for words and for what is told in full.

    >>> _figure(View("Trong nhóm 15", [0], [0]), "Hạng")
    _Figure(comparator='<=', value=15.0, unit='hạng')
    """
    m = _CELL.match(fold(cell.text))
    if m is None or len(m["rest"]) > 40 or _YEAR.fullmatch(m["lo"]):
        return None
    ranked = says("rank", m["words"]) or bool(unit and says("rank_unit", fold(unit).strip()))
    compared = _comparator(m, ranked)
    if compared is None:
        return None
    own = m["unit"] if m["unit"] and not m["unit"].startswith(("trở", "so")) else None
    number = targets.number(m["lo"]) * (-1 if "giảm" in m["words"] else 1)
    return _Figure(compared, number, "hạng" if ranked else _unit(unit) or own)


def _unit(unit: str | None) -> str | None:
    words = unit.strip(" .()") if unit else ""
    return words[:1].lower() + words[1:] if words else None


def _comparator(m: re.Match[str], ranked: bool) -> Comparator | None:
    """What the words before and behind a figure say; None where they say something else."""
    if ranked:
        return "<="
    behind = f"{m['unit'] or ''}{m['rest']}"
    if says("upwards", behind):
        return ">="
    if says("downwards", behind):
        return "<="
    if m["hi"]:
        return "range"
    return comparator(m["words"])
