"""Plans side by side on paper: the comparison of `corpus.compare` as a page with charts or as a Word document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection

from corpus.aims import Aim
from corpus.compare import Aligned, AreaRow, Comparison, Pair, Shares, compare
from corpus.duties import Duty
from corpus.exports import labels
from corpus.plans import Plan
from corpus.reports_html import Part, page

#: What became of a duty, in the words of an office.
CHANGES = {
    "kept": "giữ nguyên",
    "reworded": "sửa câu chữ",
    "new-lead": "đổi cơ quan chủ trì",
    "new-deadline": "đổi thời hạn",
    "new-output": "đổi sản phẩm",
}
COMPARATORS = {">=": "≥", "<=": "≤", "~": "khoảng", "range": "", "change": "thay đổi"}
NARROW = ("Chỉ số", "Thay đổi", "Số, ký hiệu", "Thời gian hoàn thành")
SUFFIXES = (".html", ".docx")
TITLE = "So sánh kế hoạch"
#: The row of `corpus.compare` that counts the whole plan.
WHOLE = "all"


def write(connection: Connection, out: Path, plans: Sequence[str], *, topic: str | None = None) -> None:
    """Writes the comparison of these plans (named as `corpus.plans.choose` takes them) to a .html or .docx file.

    Raises ValueError for another suffix, `Misunderstood` and `UnknownProvince` as `compare` does, OSError where the
    file cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise ValueError(f"A comparison is written as {' or '.join(SUFFIXES)}, not as {out.suffix or out.name!r}.")
    found = compare(connection, *plans, topic=topic)
    chapters = parts(found, charted=out.suffix.lower() == ".html")
    about = "; ".join(f"{_name(plan)} ({plan.tasks} nhiệm vụ)" for plan in found.plans)
    if out.suffix.lower() == ".html":
        with out.open("w", encoding="utf-8") as stream:
            stream.writelines(page(TITLE, chapters, [], about))
        return
    _write_docx(out, chapters, about)


def _write_docx(out: Path, chapters: Sequence[Part], about: str) -> None:
    from corpus.exports.to_docx import Grid, line
    from corpus.exports.to_docx import page as empty

    paper = empty()
    line(paper, "PHỤ LỤC", bold=True)
    line(paper, TITLE.upper(), bold=True)
    line(paper, f"({about})", italic=True, after=12)
    for number, part in enumerate(chapters, start=1):
        line(paper, f"{number}. {part.title}", bold=True, after=6)
        widths = {heading: 1 if heading in NARROW else 3 for heading in part.headings}
        grid = Grid(paper, widths)
        for row in part.rows:
            grid.row(["" if cell is None else cell for cell in row])
        line(paper, "" if part.rows else "(không có)", italic=True)
    paper.save(str(out))


def _name(plan: Plan) -> str:
    return f"{plan.province or plan.label} {plan.number or ''} {labels.day(plan.date)}".strip()


def parts(found: Comparison, charted: bool = True) -> list[Part]:
    """The chapters of a comparison; `charted`: with a chart where there is something to draw."""
    names = _names(found.plans)
    made = [_areas(found, names, charted), _targets(found, names), *_duties(found, names)]
    return [*made, _regulations(found, names)]


def _names(plans: Sequence[Plan]) -> list[str]:
    """What the plans are called in headings: place and years; no two alike."""
    found: list[str] = []
    for plan in plans:
        years = "-".join(str(year) for year in dict.fromkeys(plan.period or ()) if year)
        name = " ".join(filter(None, (plan.province or plan.label, years)))
        found.append(name if name not in found else f"{name} ({plan.number or len(found) + 1})")
    return found


def _areas(found: Comparison, names: Sequence[str], charted: bool) -> Part:
    rows = [(_area(row), *(words for plan in row.plans for words in _shares(plan))) for row in found.areas]
    headings = [heading for name in names for heading in (f"{name}: nhiệm vụ", f"{name}: có thời hạn")]
    drawn = [row for row in found.areas if row.area != WHOLE]
    chart = None
    if charted and drawn:
        from corpus import charts

        values = [[plan.tasks or 0 for plan in row.plans] for row in drawn]
        chart = charts.heat([_area(row) for row in drawn], names, values, "areas")
    words = "Số nhiệm vụ của mỗi kế hoạch theo lĩnh vực, và trong đó bao nhiêu nhiệm vụ có ngày hoàn thành."
    return Part("Nhiệm vụ theo lĩnh vực", words, chart, ["Lĩnh vực", *headings], rows)


def _area(row: AreaRow) -> str:
    return "Cả kế hoạch" if row.area == WHOLE else labels.areas().get(row.area, row.name)


def _shares(shares: Shares) -> tuple[int | str, int | str]:
    return tuple("–" if value is None else value for value in (shares.tasks, shares.dated))  # type: ignore[return-value]


def _targets(found: Comparison, names: Sequence[str]) -> Part:
    rows = [(row.indicator, *map(_aim, row.aims)) for row in found.targets]
    words = "Chỉ tiêu mà các kế hoạch cùng đặt ra, hoặc chỉ một kế hoạch có."
    return Part("Chỉ tiêu", words, None, ["Chỉ số", *names], rows)


def _aim(aim: Aim | None) -> str:
    if aim is None:
        return ""
    value = "" if aim.value is None else f"{_sign(aim)} {f'{aim.value:g}'.replace('.', ',')} {aim.unit or ''}"
    by = f" ({labels.day(aim.by)})" if aim.by else ""
    return f"{aim.subject or aim.text}: {' '.join(value.split())}{by}"


def _sign(aim: Aim) -> str:
    return COMPARATORS.get(aim.comparator or "", aim.comparator or "")


def _duties(found: Comparison, names: Sequence[str]) -> Iterator[Part]:
    for aligned in found.aligned:
        left, right = names[aligned.left], names[aligned.right]
        yield _pairs(aligned, left, right)
        headings = ["Nhiệm vụ", "Cơ quan chủ trì", "Thời gian hoàn thành"]
        for name, duties in ((left, aligned.dropped), (right, aligned.new)):
            rows = [(duty.text, duty.lead, duty.deadline) for duty in duties]
            yield Part(f"Chỉ có ở {name}", "Nhiệm vụ không có trong kế hoạch kia.", None, headings, rows)


def _pairs(aligned: Aligned, left: str, right: str) -> Part:
    rows = [(_duty(pair.left), _duty(pair.right), _changes(pair)) for pair in aligned.pairs]
    words = "Cùng một nhiệm vụ trong hai kế hoạch, và những gì đã thay đổi."
    return Part(f"Nhiệm vụ chung: {left} và {right}", words, None, [left, right, "Thay đổi"], rows)


def _duty(duty: Duty) -> str:
    return " — ".join(filter(None, (duty.text, duty.lead, duty.deadline)))


def _changes(pair: Pair) -> str:
    said = ", ".join(CHANGES[change] for change in pair.changes)
    return f"{said} (theo quy định mới)" if pair.by_law else said


def _regulations(found: Comparison, names: Sequence[str]) -> Part:
    rows = [(row.number or row.key, row.name, *row.mentions) for row in found.regulations]
    words = "Văn bản được viện dẫn và số lần viện dẫn trong mỗi quyết định."
    return Part("Văn bản được viện dẫn", words, None, ["Số, ký hiệu", "Tên gọi", *names], rows)
