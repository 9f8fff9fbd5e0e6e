"""Any number of decisions whose content is known: seeded, quick, in all physical forms, with faults planted.

`generate(n, seed)` gives `Generated(name, data, truth)`; the truth has the field names of `golden/samples`, so
`tests.scoring.differences` compares a reading with it. Decision `i` of a seed is the same whatever `n` is. What is
written (numbers, names of persons, duties, figures) is invented; regulations of the State and agencies are real.

Two annual plans of one province share most of their duties: some are reworded, some change lead or date, some are
dropped, some are new. `truth["table_tasks"][k]["duty"]` says which duty of the catalogue a row is, so that the pairs
which a comparison should find are known too.
"""

from __future__ import annotations

import tomllib
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import regex

from tests.generator_forms import (
    BINARY_FORMS,
    ENCODINGS,
    SUFFIX,
    TEXT_FORMS,
    Closing,
    Letterhead,
    Page,
    Para,
    Table,
)

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TWO_TIERS = date(2025, 7, 1)  # districts ended, provinces were merged
NEW_DEPARTMENTS = date(2025, 3, 1)  # Sở Thông tin và Truyền thông went into Sở Khoa học và Công nghệ
YEARS = range(2012, 2026)
FAULTS = ("no-letterhead", "no-closing", "draft", "ocr", "date-conflict", "future-date", "duplicate", "not-a-decision")
KINDS = ("table",) * 5 + ("prose",) * 3 + ("own-number", "rules", "procedures")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
LETTERS = "abcdđeghiklm"
ACTIONS = [d[0][0].lower() + d[0][1:] for a in WORDS["areas"] for d in a["duties"] if "{" not in d[0]]
YEAR = regex.compile(r"/((?:19|20)\d\d)/")
CHAPTERS = ("QUY ĐỊNH CHUNG", "NỘI DUNG PHỐI HỢP", "TRÁCH NHIỆM", "ĐIỀU KHOẢN THI HÀNH")


class Generated(NamedTuple):
    """A file: its name, its bytes, and what is in it (`{"decision": False}` where it is none)."""

    name: str
    data: bytes
    truth: dict[str, Any]


@dataclass(slots=True)
class Case:
    """A decision as it is being written: the page grows together with its truth."""

    rng: Random
    province: str
    kind: str  # tỉnh or thành phố
    slug: str
    day: date
    serial: int
    year: int  # the plan's
    truth: dict[str, Any]
    page: Page = field(default_factory=Page)
    conflict: bool = False  # a date-conflict is still to be planted

    def say(self, text: str, kind: str = "plain") -> None:
        self.page.blocks.append(Para(text, kind))

    def section(self, path: str, mark: str, text: str) -> None:
        """A numbered item: printed as mark and text, known by its path and its opening words."""
        self.truth["sections"].append({"path": path, "starts": text[:40]})
        self.say(f"{mark} {text}", "item")

    def cite(self, regulation: Sequence[str], full: bool = True) -> str:
        """The words of a citation, noted in the truth; `full` with its date, issuer and subject."""
        words, number, iso, issuer, subject = regulation
        printed = iso
        if self.conflict and full and any(c["number"] == number and c["date"] for c in self.truth["citations"]):
            printed, self.conflict = (date.fromisoformat(iso) + timedelta(days=2)).isoformat(), False
        inside = YEAR.search(number)
        year = printed[:4] if full else inside[1] if inside else ""
        self.truth["citations"].append({"number": number, "year": year, "date": printed if full else ""})
        name = f"{words} số {number}"
        return f"{name} ngày {slashed(printed)} {issuer} {subject}" if full else name

    @property
    def local(self) -> str:
        """The places below the province, as of the decision's date."""
        return "xã, phường" if self.day >= TWO_TIERS else "huyện, thành phố"


def slug(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c)).replace(" ", "-")


def slashed(iso: str) -> str:
    """dd/mm/yyyy as NĐ 30/2020 pads it: days below 10, months 1 and 2."""
    year, month, day = iso.split("-")
    return f"{day}/{month if month in ('01', '02') else int(month)}/{year}"


def written(day: date) -> str:
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


# ------------------------------------------------------------------------------------------------------- the content


def generate(
    n: int, seed: int = 0, formats: Sequence[str] = ("txt",), faults: float = 0.15, start: int = 0
) -> Iterator[Generated]:
    """Decisions `start` to `start + n` of a seed.

    `formats`: `txt` (all text forms) or names of `TEXT_FORMS` and `BINARY_FORMS`, drawn from in turn at random;
    `faults`: the share of files with one planted (`truth["faults"]` names it).
    """
    forms = [form for name in formats for form in (TEXT_FORMS if name == "txt" else (name,))]
    for index in range(start, start + n):
        rng = Random(seed * 1_000_003 + index)
        fault = rng.choice(FAULTS) if rng.random() < faults else None
        yield _file(index, seed, rng.choice(forms), fault, rng)


def _file(index: int, seed: int, form: str, fault: str | None, rng: Random) -> Generated:
    if fault == "not-a-decision":
        page, truth = _letter(rng), {"decision": False, "faults": [fault]}
    else:
        twin = fault == "duplicate" and index > 0
        case = compose(index - twin, seed, fault)
        page, truth = case.page, case.truth
    name = f"{index:06d}-{truth.get('slug', 'cong-van')}.{SUFFIX[form]}"
    truth["file"] = name
    truth["form"] = form
    if form in BINARY_FORMS:
        return Generated(name, BINARY_FORMS[form](page), truth)
    encoding = rng.choices(list(ENCODINGS), (92, 2, 2, 2, 2))[0]
    truth["encoding"] = encoding
    return Generated(name, ENCODINGS[encoding](TEXT_FORMS[form](page) + "\n"), truth)


def compose(index: int, seed: int, fault: str | None = None) -> Case:
    """The page and the truth of one decision, with one fault planted."""
    case = _case(index, seed)
    case.conflict = fault == "date-conflict"
    case.truth["faults"] = [fault] if fault else []
    kind = case.rng.choice(KINDS)
    case.truth["kind"] = kind
    {"table": _plan, "prose": _plan, "own-number": _own, "rules": _rules, "procedures": _procedures}[kind](case)
    if fault in PLANTED:
        PLANTED[fault](case)
    return case


def _case(index: int, seed: int) -> Case:
    """Who and when; the numbers are such that no two decisions of a seed have the same key."""
    rng = Random(seed * 7_368_787 + index)
    provinces = WORDS["provinces"]
    name, kind, change = provinces[index % len(provinces)]
    turn = index // len(provinces)
    issued, round_ = YEARS[turn % len(YEARS)], turn // len(YEARS)
    late = change == "same" or issued < 2025 or (change == "merged" and rng.random() < 0.5)
    day = date(issued, 1, 3) + timedelta(days=rng.randrange(355 if late else 170))
    if issued == 2025 and change == "merged" and late:
        day = max(day, TWO_TIERS + timedelta(days=rng.randrange(180)))
    place = slug(name) + ("-2025" if change == "merged" and day >= TWO_TIERS else "")
    serial = 20 + round_ * 7 + rng.randrange(7)
    truth: dict[str, Any] = {"sections": [], "table_tasks": [], "citations": [], "attachments": [], "duties": []}
    truth |= {"slug": f"{place}-{issued}-{serial:04d}", "province": name, "province_key": place, "level": "province"}
    return Case(rng, name, kind, place, day, serial, issued + (day.month > 6), truth)


def _header(case: Case, number: str, title: str, chair: bool, articles: list[int], attached: bool = True) -> None:
    """The letterhead, and what the truth knows from it and from the signature that `_close` writes."""
    rng, deputy = case.rng, case.rng.random() < 0.5
    signer = f"{rng.choice(WORDS['family'])} {rng.choice(WORDS['middle'])} {rng.choice(WORDS['given'])}"
    place = f"{case.kind.upper()} {case.province.upper()}"
    left = ("ỦY BAN NHÂN DÂN", place, "-------")
    case.page.blocks.append(Letterhead(left, f"Số: {number}", f"{case.province}, {written(case.day)}"))
    lines = ([] if chair else ["TM. ỦY BAN NHÂN DÂN"]) + (["KT. CHỦ TỊCH"] if deputy else [])
    organ = "ctubnd" if "CTUBND" in number else "ubnd"
    type_ = "kh" if "/KH-" in number else "qd"
    case.truth |= {
        "number": number,
        "date": case.day.isoformat(),
        "place": case.province,
        "key": f"vn/{case.slug}/{organ}/{type_}/{case.day.year}/{case.serial}",
        "authority": "chair" if chair else "committee",
        "normative": f"/{case.day.year}/" in number,
        "title": title,
        "signer": signer,
        "position": "Phó Chủ tịch" if deputy else "Chủ tịch",
        "capacity_text": "; ".join(lines) or None,
        "capacity": lines[0].split(".")[0] if lines else None,
        "articles": articles,
        "effective": case.day.isoformat() if articles else None,
    }


def _close(case: Case) -> None:
    count = case.rng.randrange(3, 7)
    recipients = [f"{r};" for r in WORDS["recipients"][:count]] + ["Lưu: VT (văn bản mẫu, không có giá trị pháp lý)."]
    lines = (case.truth["capacity_text"] or "").split("; ") if case.truth["capacity_text"] else []
    signature = [*lines, case.truth["position"].upper(), case.truth["signer"]]
    case.truth["recipients"] = len(recipients)
    case.page.blocks.append(Closing(recipients, signature))


def _regulations(case: Case) -> list[list[str]]:
    """Regulations older than the decision."""
    return _older(case.day.isoformat())


@cache
def _older(day: str) -> list[list[str]]:
    return [r for r in WORDS["regulations"] if r[2] < day]


def _bases(case: Case) -> None:
    """The law, two or three regulations, and the proposal of Sở Nội vụ."""
    laws = ("ngày 26 tháng 11 năm 2003", "Luật Tổ chức Hội đồng nhân dân và Ủy ban nhân dân")
    if case.day >= date(2016, 1, 1):
        laws = ("ngày 19 tháng 6 năm 2015", "Luật Tổ chức chính quyền địa phương")
    if case.day >= TWO_TIERS:
        laws = ("ngày 16 tháng 6 năm 2025", "Luật Tổ chức chính quyền địa phương")
    case.say(f"Căn cứ {laws[1]} {laws[0]};")
    chosen = case.rng.sample(_regulations(case), min(len(_regulations(case)), case.rng.randrange(2, 4)))
    for regulation in chosen:
        case.say(f"Căn cứ {case.cite(regulation)};")
    asked = (case.day - timedelta(days=case.rng.randrange(3, 12))).isoformat()
    letter = ["Tờ trình", f"{case.rng.randrange(5, 4000)}/TTr-SNV", asked, "", ""]
    case.say(f"Theo đề nghị của Giám đốc Sở Nội vụ tại {case.cite(letter).strip()}.")
    case.truth["bases"] = ["legal"] * (1 + len(chosen)) + ["proposal"]
    case.truth["proposer"] = "so-noi-vu"


def _decide(case: Case, title: str, subject: str, chair: bool, effect: str = "kể từ ngày ký") -> None:
    """From the title to the signature of a decision that issues an attachment."""
    case.say("QUYẾT ĐỊNH", "title")
    case.say(title, "title")
    name = f"{case.kind.upper()} {case.province.upper()}"
    case.say(f"CHỦ TỊCH ỦY BAN NHÂN DÂN {name}" if chair else f"ỦY BAN NHÂN DÂN {name}", "title")
    _bases(case)
    case.say("QUYẾT ĐỊNH:", "title")
    case.say(f"Điều 1. Ban hành kèm theo Quyết định này {subject}.")
    case.say(f"Điều 2. Quyết định này có hiệu lực thi hành {effect}.")
    case.say(
        f"Điều 3. Chánh Văn phòng Ủy ban nhân dân {case.kind}; Thủ trưởng các sở, ban, ngành; Chủ tịch Ủy ban nhân dân "
        f"các {case.local} chịu trách nhiệm thi hành Quyết định này./."
    )
    _close(case)


def _caption(case: Case, with_: str = "Quyết định") -> str:
    name = f"{case.kind} {case.province}"
    return f"(Ban hành kèm theo {with_} số {case.truth['number']} {written(case.day)} của Ủy ban nhân dân {name})"


def _attach(case: Case, kind: str, title: str, **known: Any) -> None:
    case.truth["attachments"].append({"kind": kind, "title": title, "start": None, "end": None, **known})
    case.say(kind.upper(), "title")
    case.say(title, "title")
    case.say(_caption(case))


# ------------------------------------------------------------------------------------------------------- five kinds


def _plan(case: Case) -> None:
    """An annual reform plan; its duties in a table of an appendix, or in prose."""
    year, place = case.year, f"{case.kind} {case.province}"
    title = f"cải cách hành chính {place} năm {year}"
    _header(case, f"{case.serial}/QĐ-UBND", f"Về việc ban hành Kế hoạch {title}", case.rng.random() < 0.4, [1, 2, 3])
    _decide(case, case.truth["title"], f"Kế hoạch {title}", case.truth["authority"] == "chair")
    _attach(case, "Kế hoạch", title[0].upper() + title[1:], start=year, end=year)
    _aims(case)
    if case.truth["kind"] == "prose":
        _prose(case)
    else:
        case.section("II", "II.", "NHIỆM VỤ")
        case.section("II/1", "1.", "Nhiệm vụ, cơ quan chủ trì và thời hạn nêu tại Phụ lục kèm theo Kế hoạch này.")
    _organise(case)
    if case.truth["kind"] == "table":
        _attach(case, "Phụ lục", f"Nhiệm vụ cải cách hành chính năm {year}", start=year, end=year)
        _task_table(case)


def _aims(case: Case) -> None:
    rng = case.rng
    case.section("I", "I.", "MỤC TIÊU")
    case.section("I/1", "1.", f"Tối thiểu {rng.randrange(80, 100)}% hồ sơ được giải quyết đúng hạn.")
    case.section("I/2", "2.", f"Mức độ hài lòng của người dân, tổ chức đạt từ {rng.randrange(80, 96)}% trở lên.")


def _organise(case: Case) -> None:
    case.section("III", "III.", "TỔ CHỨC THỰC HIỆN")
    case.section("III/1", "1.", "Sở Nội vụ đôn đốc, tổng hợp kết quả thực hiện, báo cáo định kỳ theo quy định.")
    case.section("III/2", "2.", "Sở Tài chính tham mưu bố trí kinh phí thực hiện trong dự toán hằng năm.")


Due = tuple[str, str | None, str | None, str | None]


@dataclass(slots=True)
class Duty:
    """A duty of one year's plan; `name` is its place in the catalogue, the same in every year."""

    name: str
    text: str
    lead: str
    support: str
    output: str
    due: Due


def _duties(case: Case) -> Iterator[tuple[str, list[Duty]]]:
    """The duties by area. The province's catalogue is fixed; the year drops, rewords and moves some."""
    rng = case.rng
    for area, (heading, chosen) in enumerate(_catalogue(case.province)):
        yield heading, [_duty(case, rng, area, *d) for d in chosen if rng.random() < 0.9]


@cache
def _catalogue(province: str) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """What one province has in its plans every year: for each area the duties and their places in the list."""
    rng = Random(province)
    return [(a["heading"], [d for d in enumerate(a["duties"]) if rng.random() < 0.8]) for a in WORDS["areas"]]


def _duty(case: Case, yearly: Random, area: int, place: int, words: list[str]) -> Duty:
    text, lead, support, output = words
    if "{" in text or "{" in output:
        number = yearly.randrange(10, 31)
        # the citation is noted where the text is printed
        filled = {"year": case.year, "count": number, "percent": number * 3, "regulation": "{regulation}"}
        text, output = text.format(**filled), output.format(**filled)
    if yearly.random() < 0.12:
        text = f"Tiếp tục {text[0].lower()}{text[1:]}"
    if yearly.random() < 0.08:
        lead, support = support, lead
    return Duty(f"{area}.{place}", text, lead, support, output, yearly.choice(_dues(case.year)))


def _agency(case: Case, short: str) -> tuple[str, str]:
    """The words for an agency at the decision's date and place, and its key."""
    if short == "stttt" and case.day >= NEW_DEPARTMENTS:
        short = "skhcn"
    words, key = WORDS["agencies"][short]
    return words.replace("tỉnh", case.kind), key


@cache
def _dues(year: int) -> list[Due]:
    """Deadlines of a plan's year as printed, with first day, last day and recurrence; each form equally often."""
    quarters = [
        (ROMAN[q], f"{year}-{3 * q + 1:02d}-01", f"{year}-{3 * q + 3:02d}-{(31, 30, 30, 31)[q]}") for q in range(4)
    ]
    months = [(m, f"{year}-{m:02d}", monthrange(year, m)[1]) for m in range(1, 13)]
    whole = (f"{year}-01-01", f"{year}-12-31")
    forms: list[list[Due]] = [
        [(f"Quý {q} năm {year}", first, last, None) for q, first, last in quarters],
        [(f"Quý {q}/{year}", first, last, None) for q, first, last in quarters],
        [(f"Tháng {m:02d}/{year}", f"{iso}-01", f"{iso}-{days}", None) for m, iso, days in months],
        [(f"Trước ngày 15/{m}/{year}", None, f"{iso}-14", None) for m, iso, _ in months],
        [(f"Đến ngày 30/11/{year}", None, f"{year}-11-30", None)],
        [(f"Năm {year}", *whole, None)],
        [("Thường xuyên", None, None, "continuous")],
        [(f"Thường xuyên trong năm {year}", *whole, "continuous")],
        [("Hằng quý", None, None, "quarterly")],
        [("Sau khi có hướng dẫn của Bộ Nội vụ", None, None, None)],
    ]
    return [due for form in forms for due in form * (12 // len(form))]


def _with_citation(case: Case, text: str) -> str:
    if "{regulation}" not in text:
        return text
    known = [r for r in _regulations(case) if r[0] == "Nghị định"]
    return text.replace("{regulation}", case.cite(case.rng.choice(known), full=False))


def _task_table(case: Case) -> None:
    header = ("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời gian hoàn thành")
    rows: list[tuple[str | None, ...]] = []
    for area, (heading, duties) in enumerate(_duties(case)):
        if not duties:
            continue
        group = (f"{ROMAN[area]}.", heading.upper())
        rows.append((" ".join(group),) if case.rng.random() < 0.5 else (ROMAN[area], group[1]))
        number = 0
        for duty in duties:
            goes_on = number > 0 and case.rng.random() < 0.06  # a second row under the same number
            number += not goes_on
            cells = _task_row(case, " ".join(group), number, duty)
            rows.append((None, *cells[1:]) if goes_on else cells)
    case.truth["attachments"][-1]["tables"] = ["task"]
    case.page.blocks.append(Table(header, rows))


def _task_row(case: Case, group: str, number: int, duty: Duty) -> tuple[str, ...]:
    text = _with_citation(case, duty.text)
    lead, support = _agency(case, duty.lead), _agency(case, duty.support)
    words, start, end, recurrence = duty.due
    case.truth["table_tasks"].append(
        {
            "duty": duty.name,
            "group": group,
            "number": str(number),
            "text": text,
            "lead": lead[0],
            "lead_key": lead[1],
            "support": support[0],
            "output": duty.output,
            "deadline": words,
            "when": {"start": start, "end": end, "recurrence": recurrence},
        }
    )
    return (str(number), text, lead[0], support[0], duty.output, words)


def _prose(case: Case) -> None:
    case.section("II", "II.", "NHIỆM VỤ")
    for area, (heading, duties) in enumerate(_duties(case), 1):
        case.section(f"II/{area}", f"{area}.", heading)
        for letter, duty in zip(LETTERS, duties, strict=False):
            lead, support = _agency(case, duty.lead), _agency(case, duty.support)
            text = _with_citation(case, duty.text)
            words = f"{lead[0]} chủ trì, phối hợp với {support[0]} {text[0].lower()}{text[1:]}"
            words = f"{words}; thời gian thực hiện: {duty.due[0]}."
            case.section(f"II/{area}/{letter}", f"{letter})", words)
            _, start, end, recurrence = duty.due
            known = {"duty": duty.name, "start": start, "end": end, "recurrence": recurrence}
            case.truth["duties"].append({"path": f"II/{area}/{letter}", "lead": lead[1], **known})


def _own(case: Case) -> None:
    """A plan under its own number, with its task table in an appendix."""
    start, year = case.year, case.year + 4
    place = f"{case.kind} {case.province}"
    title = f"Chuyển đổi số trong cơ quan nhà nước {place} giai đoạn {start} - {year}"
    _header(case, f"{case.serial}/KH-UBND", title, False, [])
    case.say("KẾ HOẠCH", "title")
    case.say(title, "title")
    regulations = case.rng.sample(_regulations(case), 2)
    for regulation in regulations:
        case.say(f"Căn cứ {case.cite(regulation)};")
    case.truth["bases"] = ["legal"] * len(regulations)
    case.truth["attachments"].append({"kind": "Kế hoạch", "title": title, "start": start, "end": year})
    case.say(f"Ủy ban nhân dân {case.kind} ban hành Kế hoạch với các nội dung sau:")
    _aims(case)
    case.section("II", "II.", "NHIỆM VỤ")
    case.section("II/1", "1.", "Nhiệm vụ cụ thể nêu tại Phụ lục.")
    _organise(case)
    _close(case)
    title = f"Nhiệm vụ chuyển đổi số giai đoạn {start} - {year}"
    case.truth["attachments"].append({"kind": "Phụ lục", "title": title, "start": start, "end": year})
    case.say("PHỤ LỤC", "title")
    case.say(title, "title")
    case.say(_caption(case, "Kế hoạch").replace("Ban hành kèm", "Kèm"))
    _task_table(case)


def _rules(case: Case) -> None:
    """A normative decision with an attached Quy chế in Chương, Điều, khoản, điểm."""
    title = f"phối hợp giải quyết thủ tục hành chính trên địa bàn {case.kind} {case.province}"
    number = f"{case.serial:02d}/{case.day.year}/QĐ-UBND"
    _header(case, number, f"Ban hành Quy chế {title}", False, [1, 2, 3])
    effective = case.day + timedelta(days=10)
    _decide(case, case.truth["title"], f"Quy chế {title}", False, f"kể từ {written(effective)}")
    case.truth["effective"] = effective.isoformat()
    _attach(case, "Quy chế", title[0].upper() + title[1:])
    article = 0
    for chapter in range(case.rng.randrange(2, 5)):
        label = f"Chương {ROMAN[chapter]}"
        case.section(label, label, CHAPTERS[chapter])
        for _ in range(case.rng.randrange(1, 4)):
            article += 1
            path = f"{label}/Điều {article}"
            case.section(path, f"Điều {article}.", f"Nội dung thứ {article} của Quy chế")
            for clause in range(1, case.rng.randrange(2, 5)):
                _clause(case, f"{path}/{clause}", clause)


def _clause(case: Case, path: str, number: int) -> None:
    case.section(path, f"{number}.", f"Cơ quan đầu mối {case.rng.choice(ACTIONS)}:")
    for letter in LETTERS[: case.rng.randrange(0, 4)]:
        case.section(f"{path}/{letter}", f"{letter})", f"{case.rng.choice(ACTIONS).capitalize()};")


def _procedures(case: Case) -> None:
    """A list of administrative procedures and a workflow: tables that are no duties."""
    title = f"Công bố danh mục thủ tục hành chính thuộc thẩm quyền giải quyết của Sở Nội vụ {case.kind} {case.province}"
    _header(case, f"{case.serial}/QĐ-UBND", title, True, [1, 2, 3])
    _decide(case, title, "Danh mục thủ tục hành chính", True)
    _attach(case, "Phụ lục", "Danh mục thủ tục hành chính và quy trình nội bộ", tables=["procedures", "workflow"])
    rng = case.rng
    rows: list[tuple[str | None, ...]] = [
        (
            str(n),
            f"Thủ tục mẫu số {n}",
            f"{rng.randrange(3, 31):02d} ngày làm việc",
            "Không",
            "Trung tâm Phục vụ hành chính công",
        )
        for n in range(1, rng.randrange(3, 9))
    ]
    header = ("STT", "Tên thủ tục hành chính", "Thời hạn giải quyết", "Phí, lệ phí", "Địa điểm thực hiện")
    case.page.blocks.append(Table(header, rows))
    case.section("1", "1.", "Quy trình nội bộ")
    steps: list[tuple[str | None, ...]] = [
        (f"B{n}", f"Công việc của bước {n}", "Công chức Bộ phận Một cửa", "Phiếu chuyển", f"{n}/2 ngày")
        for n in range(1, 6)
    ]
    header = ("TT", "Trình tự thực hiện", "Trách nhiệm thực hiện", "Sản phẩm", "Thời gian thực hiện")
    case.page.blocks.append(Table(header, steps))


def _letter(rng: Random) -> Page:
    """A text that is neither decision nor plan."""
    words = ["Kính gửi quý khách hàng", "thông báo lịch bảo trì", "hệ thống sẽ tạm ngừng", "xin cảm ơn", "trân trọng"]
    return Page([Para(", ".join(rng.choices(words, k=12)) + ".") for _ in range(8)])


# ----------------------------------------------------------------------------------------------------------- faults


def _no_letterhead(case: Case) -> None:
    """Number and date then stand in the caption of the attachment alone."""
    if case.truth["kind"] == "own-number":
        case.truth["faults"] = []
        return
    case.page.blocks = [b for b in case.page.blocks if not isinstance(b, Letterhead)]
    case.truth["place"] = None


def _no_closing(case: Case) -> None:
    case.page.blocks = [b for b in case.page.blocks if not isinstance(b, Closing)]
    case.truth |= {"signer": None, "position": None, "capacity": None, "capacity_text": None, "recipients": 0}
    if case.truth["kind"] in ("own-number",):
        case.truth.pop("authority")  # nothing on the page says it then


def _draft(case: Case) -> None:
    """Number, day and signer are blank, in the letterhead and in the captions."""
    number, day = case.truth["number"], written(case.day)
    blank = (number.replace(number.split("/")[0], "      ", 1), f"ngày      tháng      năm {case.day.year}")
    for block in case.page.blocks:
        if isinstance(block, Letterhead):
            block.number, block.dated = f"Số: {blank[0]}", f"{case.province}, {blank[1]}"
        elif isinstance(block, Para) and number in block.text:
            block.text = block.text.replace(number, blank[0]).replace(day, blank[1])
        elif isinstance(block, Closing):
            block.signature.pop()
    case.truth |= {"number": None, "date": None, "signer": None, "position": None, "capacity": None}
    case.truth |= {"capacity_text": None, "key_prefix": "vn/unidentified/"}
    case.truth.pop("key")
    case.truth.pop("province_key")  # in 2025 it hangs on the day which province a name means
    if case.truth["kind"] != "rules":
        case.truth["effective"] = None
    case.truth.pop("normative")  # a blank number of a year says it, one without does not


def _ocr(case: Case) -> None:
    """End marks as scans give them, a signature printed twice, letters lost far from what the truth knows."""
    for block in case.page.blocks:
        if isinstance(block, Para) and block.text.endswith("./."):
            block.text = block.text[:-3] + ". *ll*"
        elif isinstance(block, Closing):
            block.recipients[-1] = "Lưu: VT, CVNC^{NH} (văn bản mẫu, không có giá trị pháp lý)."
            block.signature.append(block.signature[-1])
        elif isinstance(block, Para) and block.kind == "item" and len(block.text) > 60:
            block.text = block.text[:50] + block.text[50:].replace("ế", "ê").replace("ợ", "ơ")


def _future_date(case: Case) -> None:
    """The plan cites what did not yet exist when it was signed."""
    later = case.day + timedelta(days=40)
    number = f"{case.serial + 900}/KH-UBND"
    for place, block in enumerate(case.page.blocks):
        if isinstance(block, Para) and block.text.startswith("Căn cứ Luật"):
            regulation = [
                "Kế hoạch",
                number,
                later.isoformat(),
                f"của Ủy ban nhân dân {case.kind}",
                "về cải cách hành chính",
            ]
            case.page.blocks.insert(place + 1, Para(f"Căn cứ {case.cite(regulation)};"))
            case.truth["bases"].insert(1, "legal")
            return
    case.truth["faults"] = []


PLANTED = {
    "no-letterhead": _no_letterhead,
    "no-closing": _no_closing,
    "draft": _draft,
    "ocr": _ocr,
    "future-date": _future_date,
}
