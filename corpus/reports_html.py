"""What is in the database as a report to hand over: one HTML file in Vietnamese that loads nothing and runs nothing.

Every chart stands over the table it was drawn from. All texts of documents are escaped; the page forbids scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, true

from corpus import charts
from corpus.exports import labels
from corpus.listing import province_keys
from schema import tables as t

#: How many agencies, regulations and findings' examples are shown.
AGENCIES, GROUPS, REGULATIONS, EXAMPLES = 20, 8, 15, 3

TITLE = "Báo cáo về các quyết định, kế hoạch cải cách hành chính"

Row = Sequence[Any]


class Part(NamedTuple):
    """A chapter: what it says, its chart (None where there is nothing to draw) and the table behind it."""

    title: str
    words: str
    chart: str | None
    headings: Sequence[str]
    rows: Sequence[Row]


class Report:
    """What the chapters ask: a connection, and which decisions count (a condition on `decisions`)."""

    def __init__(self, connection: Connection, scope: ColumnElement[bool]) -> None:
        self.connection, self.scope = connection, scope

    def rows(self, query: Any) -> list[Any]:
        """The rows of a query over `decisions` (joined by it), of the decisions that count."""
        return list(self.connection.execute(query.where(self.scope)))


def write(connection: Connection, out: Path, *, province: str | None = None, year: int | None = None) -> None:
    """Writes the report to the file `out`.

    `province` (as a person types it) and `year` (of the decisions' dates) choose what counts. Raises `UnknownProvince`,
    OSError where the file cannot be written, ModuleNotFoundError where the extra `report` is not installed.
    """
    scope: ColumnElement[bool] = true()
    if province is not None:
        scope = scope & t.decisions.c.province_key.in_(province_keys(province))
    if year is not None:
        scope = scope & (t.decisions.c.year == year)
    report = Report(connection, scope)
    chosen = ", ".join(filter(None, (province, f"năm {year}" if year else None)))
    with out.open("w", encoding="utf-8") as stream:
        stream.writelines(page(TITLE, [make(report) for make in CHAPTERS], _overview(report), chosen))


# --- chapters ------------------------------------------------------------------------------------------------------


def _overview(report: Report) -> list[tuple[str, int]]:
    d = t.decisions.c
    counts = [("văn bản", func.count()), ("tỉnh, thành phố", func.count(d.province_key.distinct()))]
    found = report.rows(select(*(count for _, count in counts)).select_from(t.decisions))[0]
    facts = [(name, value) for (name, _), value in zip(counts, found, strict=True)]
    for name, table in (("nhiệm vụ", t.tasks), ("chỉ tiêu", t.targets), ("viện dẫn", t.citations)):
        joined = t.decisions.join(table, table.c.decision_id == d.id)
        facts.append((name, report.rows(select(func.count()).select_from(joined))[0][0]))
    return facts


def _place(key: str | None, name: str | None) -> str:
    """A province's name; one of the same name was another before the mergers of 1 July 2025."""
    if key is None:
        return "(không rõ)"
    return f"{name or key} (từ 7/2025)" if key.endswith("-2025") else name or key


def _provinces(report: Report) -> dict[str | None, str]:
    """The provinces that have decisions, in the usual order."""
    d, p = t.decisions.c, t.provinces.c
    query = select(d.province_key, func.max(d.province_name), func.max(p.rank).label("rank"))
    joined = t.decisions.outerjoin(t.provinces, p.key == d.province_key)
    rows = report.rows(query.select_from(joined).group_by(d.province_key))
    rows.sort(key=lambda row: (row[0] is None, row[2] is None, row[2], row[0]))
    return {key: _place(key, name) for key, name, _ in rows}


def _grid(found: Sequence[Any], across: Sequence[Any], down: Sequence[Any]) -> list[list[int]]:
    counts = {(row[0], row[1]): row[2] for row in found}
    return [[counts.get((one, other), 0) for other in across] for one in down]


def _coverage(report: Report) -> Part:
    d = t.decisions.c
    found = report.rows(select(d.province_key, d.year, func.count()).group_by(d.province_key, d.year))
    provinces = _provinces(report)
    years = sorted({row[1] for row in found}, key=lambda year: (year is None, year))
    values = _grid(found, years, list(provinces))
    named = ["không ngày" if year is None else str(year) for year in years]
    rows = [(name, *line, sum(line)) for name, line in zip(provinces.values(), values, strict=True)]
    chart = charts.heat(list(provinces.values()), named, values, "coverage") if rows else None
    words = "Số văn bản trong cơ sở dữ liệu theo nơi ban hành và năm ban hành."
    return Part("Phạm vi dữ liệu", words, chart, ["Tỉnh, thành phố", *named, "Cộng"], rows)


def _areas(report: Report) -> Part:
    d, k = t.decisions.c, t.tasks.c
    joined = t.decisions.join(t.tasks, k.decision_id == d.id)
    query = select(d.province_key, k.area, func.count()).select_from(joined).where(k.area.is_not(None))
    found = report.rows(query.group_by(d.province_key, k.area))
    here = {row[0] for row in found}
    provinces = {key: name for key, name in _provinces(report).items() if key in here}
    areas = {code: name for code, name in labels.areas().items() if code is not None}
    values = _grid(found, list(areas), list(provinces))
    numbers = [f"({n})" for n in range(1, len(areas) + 1)]
    legend = "; ".join(f"({n}) {name}" for n, name in enumerate(areas.values(), start=1))
    rows = [(name, *line, sum(line)) for name, line in zip(provinces.values(), values, strict=True)]
    chart = charts.heat(list(provinces.values()), numbers, values, "areas") if rows else None
    words = f"Số nhiệm vụ theo lĩnh vực cải cách hành chính: {legend}."
    return Part("Lĩnh vực và địa phương", words, chart, ["Tỉnh, thành phố", *numbers, "Cộng"], rows)


def _leads(report: Report) -> Part:
    d, a, g = t.decisions.c, t.task_agencies.c, t.agencies.c
    joined = t.decisions.join(t.task_agencies, a.decision_id == d.id).join(t.agencies, g.key == a.agency_key)
    count, plans = func.count(), func.count(d.id.distinct())
    query = select(g.key, g.name, g.kind, count, plans).select_from(joined).where(a.role == "lead")
    found = report.rows(query.group_by(g.key, g.name, g.kind).order_by(count.desc(), g.key))
    groups = [row for row in found if row.kind == "group"]
    single = [row for row in found if row.kind != "group"]
    parts = (("Cơ quan", single[:AGENCIES]), ("Nhóm cơ quan (mọi cơ quan trong nhóm cùng chủ trì)", groups[:GROUPS]))
    drawn = [(title, [(row[1] or row[0], row[3]) for row in kept]) for title, kept in parts]
    chart = charts.bars(drawn, "leads") if found else None
    rows = [
        (row[1] or row[0], labels.AGENCY_KINDS.get(row[2] or "", row[2]), row[3], row[4]) for row in (*single, *groups)
    ]
    words = "Số nhiệm vụ được giao chủ trì; nhóm cơ quan tính riêng, không cộng vào từng cơ quan."
    headings = ["Cơ quan", "Loại", "Nhiệm vụ chủ trì", "Số văn bản"]
    return Part("Khối lượng chủ trì", words, chart, headings, rows)


def _deadlines(report: Report) -> Part:
    d, k = t.decisions.c, t.tasks.c
    joined = t.decisions.join(t.tasks, k.decision_id == d.id)
    month = func.substr(k.due_to, 1, 7)
    query = select(month, func.count()).select_from(joined).where(k.due_to.is_not(None))
    by_quarter: dict[str, int] = {}
    for name, count in report.rows(query.group_by(month).order_by(month)):
        quarter = _quarter(name)
        by_quarter[quarter] = by_quarter.get(quarter, 0) + count
    open_ = select(k.recurrence, func.count()).select_from(joined).where(k.due_to.is_(None), k.due_text.is_not(None))
    cycles = report.rows(open_.group_by(k.recurrence).order_by(func.count().desc()))
    rows: list[Row] = list(by_quarter.items())
    rows += [(f"không có ngày: {labels.RECURRENCES.get(name or '', 'khác')}", count) for name, count in cycles]
    chart = charts.columns(list(by_quarter.items()), "deadlines") if by_quarter else None
    words = "Số nhiệm vụ đến hạn theo quý (ngày cuối của thời hạn); nhiệm vụ không có ngày cụ thể ở cuối bảng."
    return Part("Thời hạn", words, chart, ["Quý", "Nhiệm vụ"], rows)


def _quarter(month: str) -> str:
    """The quarter of a month.

    >>> _quarter("2023-11")
    'IV/2023'
    """
    year, _, number = month.partition("-")
    known = number.isdecimal() and 1 <= int(number) <= 12
    return f"{('I', 'II', 'III', 'IV')[(int(number) - 1) // 3]}/{year}" if known else month


def _citations(report: Report) -> Part:
    d, c, r = t.decisions.c, t.citations.c, t.regulations.c
    joined = t.decisions.join(t.citations, c.decision_id == d.id).join(t.regulations, r.key == c.key)
    plans = func.count(d.id.distinct())
    query = select(r.key, r.number, r.name, plans, func.count()).select_from(joined).where(c.relation != "self")
    ranked = query.group_by(r.key, r.number, r.name).order_by(plans.desc(), func.count().desc(), r.key)
    top = report.rows(ranked.limit(REGULATIONS))
    shown = {row[0]: " ".join(filter(None, (row[1], row[2]))) or row[0] for row in top}
    between = select(d.province_key, r.key, plans).select_from(joined).where(c.relation != "self", r.key.in_(shown))
    links = report.rows(between.group_by(d.province_key, r.key))
    rows = [(shown[row[0]], row[3], row[4]) for row in top]
    words = "Các văn bản được viện dẫn nhiều nhất và nơi viện dẫn; nét càng đậm, số văn bản viện dẫn càng nhiều."
    headings = ["Văn bản được viện dẫn", "Số văn bản viện dẫn", "Số lần"]
    return Part("Mạng lưới viện dẫn", words, _network(report, shown, links), headings, rows)


def _network(report: Report, shown: dict[str, str], links: Sequence[Any]) -> str | None:
    if not links:
        return None
    citing = {row[0] for row in links}
    provinces = {key: name for key, name in _provinces(report).items() if key in citing}
    left, right = list(provinces), list(shown)
    drawn = [(left.index(province), right.index(key), count) for province, key, count in links]
    return charts.network(list(provinces.values()), list(shown.values()), drawn, "citations")


def _findings(report: Report) -> Part:
    d, f = t.decisions.c, t.findings.c
    joined = t.decisions.join(t.findings, f.decision_id == d.id)
    query = select(f.code, func.count(), func.count(d.id.distinct())).select_from(joined)
    found = report.rows(query.group_by(f.code).order_by(func.count().desc(), f.code))
    rows = []
    for code, count, plans in found:
        some = select(d.number, f.message).select_from(joined).where(f.code == code).order_by(d.key, f.n)
        examples = "; ".join(f"{row[0] or '?'}: {row[1]}" for row in report.rows(some.limit(EXAMPLES)))
        rows.append((code, count, plans, examples))
    chart = charts.bars([("Cảnh báo", [(row[0], row[1]) for row in rows])], "findings") if rows else None
    words = "Chỗ đáng ngờ trong văn bản hoặc trong cách đọc, cần người xem lại."
    return Part("Cảnh báo", words, chart, ["Mã", "Số lượng", "Số văn bản", "Ví dụ"], rows)


CHAPTERS: tuple[Callable[[Report], Part], ...] = (_coverage, _areas, _leads, _deadlines, _citations, _findings)


# --- the page ------------------------------------------------------------------------------------------------------

_STYLE = """
body { font: 15px/1.5 "Times New Roman", "DejaVu Serif", serif; margin: 2em auto; max-width: 60em; color: #1c1c1c;
  padding: 0 1em }
h1 { font-size: 1.6em; text-align: center } h2 { font-size: 1.25em; border-bottom: 2px solid #2f6db3 }
p.about { text-align: center; color: #555 }
ul.facts { display: flex; flex-wrap: wrap; gap: 1em; list-style: none; padding: 0; justify-content: center }
ul.facts li { border: 1px solid #cfd8e3; padding: .4em 1.2em; text-align: center } ul.facts b { display: block;
  font-size: 1.5em }
svg { width: 100%; height: auto }
table { border-collapse: collapse; font-size: .85em; width: 100%; margin: 1em 0 }
th, td { border: 1px solid #cfd8e3; padding: .25em .5em; vertical-align: top; overflow-wrap: anywhere }
th { background: #eef3f9 } td.n { text-align: right; white-space: nowrap }
thead { display: table-header-group } tr { break-inside: avoid } figure { margin: 1em 0; break-inside: avoid }
@page { size: A4; margin: 2cm 1.5cm 2cm 2.5cm }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11pt } h2 { break-after: avoid } }
"""


def page(title: str, parts: Sequence[Part], facts: Sequence[tuple[str, int]], about: str) -> Iterator[str]:
    """The pieces of a page: its chapters, under a title, what it is about and a few figures."""
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">{policy}<title>{escape(title)}</title>'
    yield f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n"
    about = f"{escape(about)}. " if about else ""
    yield f'<p class="about">{about}Lập ngày {labels.day(date.today().isoformat())}.</p>\n<ul class="facts">'
    yield "".join(f"<li><b>{labels.number(value)}</b>{name}</li>" for name, value in facts) + "</ul>\n"
    for number, part in enumerate(parts, start=1):
        yield f"<section><h2>{number}. {escape(part.title)}</h2>\n<p>{escape(part.words)}</p>\n"
        yield from _chapter(part)
        yield "</section>\n"
    yield "</body></html>\n"


def _chapter(part: Part) -> Iterator[str]:
    if not part.rows:
        yield "<p><em>Chưa có dữ liệu.</em></p>"
        return
    if part.chart is not None:
        yield f'<figure role="img" aria-label="{escape(part.title)}">{part.chart}</figure>\n'
    yield "<table><thead><tr>" + "".join(f"<th>{escape(heading)}</th>" for heading in part.headings)
    yield "</tr></thead><tbody>\n"
    for row in part.rows:
        yield "<tr>" + "".join(map(_cell, row)) + "</tr>\n"
    yield "</tbody></table>\n"


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f'<td class="n">{labels.number(value)}</td>'
    return f"<td>{escape(labels.xml_words(str(value or '')))}</td>"
