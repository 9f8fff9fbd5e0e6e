"""Tasks of a task table: groups, numbers, parents, and the cells of each row (contract: Task tables)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import regex

from parsers import markers, tables
from parsers.cell_words import says
from parsers.columns import field_of
from parsers.flow import is_caps
from parsers.folding import fold
from parsers.grid import Grid, GridCell, named
from parsers.view import View

_DETAILS = ("lead", "support", "output", "deadline")
_FIELDS = ("task", *_DETAILS, "budget", "note")
_LETTER = regex.compile(r"^(?P<letter>[a-zđ])\s*[).]")
_ROMAN = regex.compile(r"(?:[IVXL]+|[A-HĐ])(?=[.)/\s]|$)")
_LONGEST_NUMBER = 12  # characters; more words in the number column are a group's title
_DASHES = regex.compile(r"^[\s\-–—…._/]*$")


@dataclass(frozen=True, slots=True)
class TableTask:
    """A row that is a task: its own views by field, its number, the groups above it, its parent row."""

    number: str | None
    groups: tuple[str, ...]
    group_labels: tuple[str, ...]
    group_views: tuple[tuple[View, ...], ...]
    parent: tuple[str | None, View] | None
    cells: dict[str, View]
    span: tuple[int, int]


@dataclass(slots=True)
class _Reading:
    fields: list[str | None]
    groups: list[tuple[int, str, str, tuple[View, ...]]] = field(default_factory=list)  # rank, label, title, words
    number: str | None = None
    parent: tuple[str | None, View] | None = None


def read(grid: Grid) -> Iterator[TableTask]:
    """The tasks of a task table, row by row."""
    state = _Reading(tables.fields_of(grid))
    body = grid.rows[grid.header :]
    for n, row in enumerate(body):
        texts = [c.text for c in row if c.text and not c.follows]
        if not texts:
            continue
        if named(texts) >= min(3, len(texts)) and len(texts) > 1:
            state.fields = _refield(row, state.fields)
            continue
        cells = _cells(row, state.fields)
        if any(f in cells for f in _DETAILS) and not _lone(row, cells, state.fields):
            if task := _task(row, cells, state):
                yield task
        elif not says("total", fold(texts[-1])):
            _heading(row, cells, state, body[n + 1] if n + 1 < len(body) else None)


def _lone(row: Sequence[GridCell], cells: dict[str, View], fields: Sequence[str | None]) -> bool:
    """A row of one word group outside the task column (`5.1 | | Thương mại | |`): a title, not a lead."""
    number = _number_cell(row, fields)
    own = [c for c in row if c.view and not c.follows and (number is None or c.view.span() != number.span())]
    return "task" not in cells and len(own) == 1


def _refield(row: Sequence[GridCell], fields: list[str | None]) -> list[str | None]:
    """A header row repeated inside the table may stand in another order."""
    own = [field_of(c.text) for c in row]
    if "no" not in own and fields[:1] == ["no"] and own[0] is not None:
        own = ["no", *own[:-1]]
    return own if "task" in own and sum(f is not None for f in own) >= 3 else fields


def _cells(row: Sequence[GridCell], fields: Sequence[str | None]) -> dict[str, View]:
    """The words of a row by field; of two columns of one field the first that holds words."""
    found: dict[str, View] = {}
    for cell, name in zip(row, fields, strict=False):
        if name in _FIELDS and cell.view and not cell.left and name not in found and not _DASHES.match(cell.text):
            found[name] = cell.view
    return found


def _number_cell(row: Sequence[GridCell], fields: Sequence[str | None]) -> View | None:
    if "no" in fields:
        column = fields.index("no")
        cell = row[column] if column < len(row) else None
        return cell.view if cell is not None and cell.view and len(cell.text) <= _LONGEST_NUMBER else None
    first = row[0]
    unnamed = fields[0] is None and not first.left and len(first.text) <= 8
    return first.view if unnamed and first.view and markers.read(first.text + ".") else None


def _task(row: Sequence[GridCell], cells: dict[str, View], state: _Reading) -> TableTask | None:
    task = cells.get("task")
    printed = _number_cell(row, state.fields)
    _renumber(printed, task, state)
    if task is None:
        return None
    spans = [c.view.span() for c in row if c.view and not c.follows]
    return TableTask(
        number=state.number,
        groups=tuple(title for _, _, title, _ in state.groups),
        group_labels=tuple(label for _, label, _, _ in state.groups),
        group_views=tuple(views for _, _, _, views in state.groups),
        parent=state.parent,
        cells=cells,
        span=(min(a for a, _ in spans), max(b for _, b in spans)),
    )


def _renumber(printed: View | None, task: View | None, state: _Reading) -> None:
    """The number a row carries: its own, `2.a` for a lettered row, else that of the row above (a merged cell)."""
    words = printed.text if printed else ""
    letter = _LETTER.match(words) or (_LETTER.match(task.text) if task and not words and state.parent else None)
    if letter and state.parent:
        state.number = f"{state.parent[0]}.{letter['letter']}" if state.parent[0] else letter["letter"]
    elif words and not letter:
        state.number = words.rstrip(".) ").lstrip("( ")
        state.parent = None
    elif not words and task is not None and printed is None:
        mark = markers.read(task.text)
        if "no" not in state.fields:
            state.number = mark.label if mark and mark.kind in ("number", "decimal", "letter") else None


def _heading(
    row: Sequence[GridCell], cells: dict[str, View], state: _Reading, after: Sequence[GridCell] | None
) -> None:
    """A row without lead, support, output and deadline: a group, or the parent of the lettered rows under it."""
    views = [c.view for c in row if c.view and not c.follows]
    number = _number_cell(row, state.fields)
    words = [v for v in views if number is None or v.span() != number.span()]
    if not words:
        return
    title = View.concat(words)
    label = number.text.rstrip(".) ") if number and number.text != title.text else None
    if _is_parent(label, after, state):
        state.parent = (label, title)
        state.number = label
        return
    mark = markers.read(title.text) if label is None else None
    if (
        label is None
        and mark is not None
        and mark.label
        and mark.kind in ("roman", "upper", "part", "number", "decimal")
    ):
        _group(state, mark.rank, mark.label, title.text, (title,))
        return
    kind = markers.read(f"{label}. X") if label else None
    if label and kind is None:
        kind = markers.read(f"{label}) X")
    plain_number = (
        kind is not None and kind.kind == "number" and not is_caps(title.text) and not _under(label, after, state)
    )
    if plain_number:
        state.number, state.parent = label, None
        return
    rank = kind.rank if kind else markers.RANK["paragraph"]
    if label is None and is_caps(title.text):
        rank = markers.RANK["upper"]
    text = f"{label}. {title.text}" if label else title.text
    _group(state, rank, label or "", text, tuple(v for v in (number if label else None, *words) if v))


def _under(label: str | None, after: Sequence[GridCell] | None, state: _Reading) -> bool:
    """Whether the next row's number is below this one (1 -> 1.1)."""
    number = _number_cell(after, state.fields) if after else None
    return bool(number and label and number.text.startswith(f"{label}."))


def _is_parent(label: str | None, after: Sequence[GridCell] | None, state: _Reading) -> bool:
    if after is None or label is None:
        return False
    number = _number_cell(after, state.fields)
    if number is not None:
        return bool(_LETTER.match(number.text)) and not _ROMAN.match(number.text)
    task = _cells(after, state.fields).get("task")
    return bool(task and _LETTER.match(task.text))


def _group(state: _Reading, rank: int, label: str, title: str, views: tuple[View, ...]) -> None:
    while state.groups and state.groups[-1][0] >= rank:
        state.groups.pop()
    state.groups.append((rank, label, title, views))
    state.number, state.parent = None, None
