"""Files that mean harm, built in code: what each tries, and how it must end.

`make()` gives the bytes; nothing hostile is stored. `expect` says the end: `error:<code>` (an IngestError with this
code, `|` between several), `finding` (a decision comes out and says what is wrong with it) or `bounded` (a decision or
an IngestError, within the limits of time and memory). What must never happen, whatever is expected: another exception,
a process started, a connection opened, a file written outside the system's folder for temporary files.
"""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.generator_forms import pdf_file

CANARY = "VANBAN_CANARY"  # host:port of a listener that must hear nothing; set by who runs the cases


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile file. `seconds` and `megabytes` bound its reading; `office` needs LibreOffice."""

    name: str
    filename: str
    make: Callable[[], bytes]
    tries: str
    expect: str
    seconds: float = 20.0
    megabytes: int = 1200
    office: bool = False


def canary() -> str:
    return f"http://{os.environ.get(CANARY, '127.0.0.1:9')}/canary"


# -------------------------------------------------------------------------------------------------------------- text

HEAD = """ỦY BAN NHÂN DÂN
TỈNH SƠN LA
-------
|
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
|
Số: {number}
|
Sơn La, {dated}
|
QUYẾT ĐỊNH
Về việc ban hành Kế hoạch cải cách hành chính năm 2024
ỦY BAN NHÂN DÂN TỈNH SƠN LA
Căn cứ Nghị quyết số 76/NQ-CP ngày 15 tháng 7 năm 2021 của Chính phủ;
{bases}
QUYẾT ĐỊNH:
Điều 1. Ban hành kèm theo Quyết định này Kế hoạch cải cách hành chính năm 2024.
Điều 2. Quyết định này có hiệu lực {effect}.
{articles}
Nơi nhận:
- Như Điều 2;
- Lưu: VT (văn bản mẫu, không có giá trị pháp lý).
|
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Lò Văn Mẫu
|
KẾ HOẠCH
Cải cách hành chính năm 2024
(Kèm theo Quyết định số 101/QĐ-UBND ngày 17 tháng 01 năm 2024 của Ủy ban nhân dân tỉnh Sơn La)
{body}
"""
PARTS = {
    "number": "101/QĐ-UBND",
    "dated": "ngày 17 tháng 01 năm 2024",
    "bases": "",
    "effect": "kể từ ngày ký",
    "articles": "",
    "body": "I. MỤC TIÊU\nThực hiện đầy đủ.",
}
TABLE = "STT\n|\nNhiệm vụ\n|\nCơ quan chủ trì\n|\nThời gian hoàn thành\n|\n"


def decision(**parts: str) -> bytes:
    """A decision in which one part is the bait."""
    return HEAD.format(**{**PARTS, **parts}).encode("utf-8", "surrogatepass")


def rows(count: int, task: str = "Việc", due: str = "Quý I năm 2024") -> str:
    return TABLE + "".join(f"{n}\n|\n{task}\n|\nSở Nội vụ\n|\n{due}\n|\n" for n in range(1, count + 1))


def text_cases() -> Iterator[Hostile]:
    def case(name: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", **limits: float) -> Hostile:
        return Hostile(name, f"{name}.txt", make, tries, expect, **limits)  # type: ignore[arg-type]

    yield case("empty", "nothing to read", bytes, "error:empty")
    yield case("only-zeros", "a megabyte of U+0000", lambda: bytes(1 << 20))
    yield case("only-mark", "a byte order mark alone", lambda: b"\xef\xbb\xbf")
    yield case("noise", "random bytes named as text", lambda: random.Random(1).randbytes(1 << 20))
    yield case("half-utf-16", "UTF-16 cut in a character", lambda: decision().decode().encode("utf-16")[:-1])
    yield case("lone-surrogates", "surrogates without their half", lambda: decision(body="a\ud800b\udfff" * 1000))
    yield case("zeros-inside", "U+0000 between the letters", lambda: decision(body="I. M\0ỤC\0 TIÊU\n" * 1000))
    yield case("line-200-mb", "one line of 200 MB", lambda: b"Can cu " * 30_000_000, "error:too-large")
    yield case("a-million-marks", "10^6 lines of a cell mark", lambda: decision(body="|\n" * 10**6), "error:too-large")
    yield case("a-million-rows", "a table of 10^6 lines", lambda: decision(body=rows(125_000)), "error:too-large")
    yield case("a-million-lines", "10^6 short lines", lambda: decision(body="a\n" * 10**6), "error:too-large")
    yield case("deep-numbers", "1.1.1.1… 2,000 levels deep", lambda: decision(body=deep(2000)))
    yield case(
        "many-items", "100,000 items", lambda: decision(body="".join(f"{n}. Việc\n" for n in range(10**5))), seconds=60
    )
    yield case("many-articles", "50,000 articles", lambda: decision(articles=numbered("Điều", 50_000)), seconds=60)
    yield case(
        "many-recipients",
        "100,000 recipients",
        lambda: decision(articles="Nơi nhận:\n" + "- Sở;\n" * 10**5),
        seconds=60,
    )
    yield case(
        "many-captions", "100,000 attachments", lambda: decision(body="PHỤ LỤC\nDanh mục\n" * 50_000), seconds=60
    )
    yield case(
        "many-signatures",
        "50,000 signatures",
        lambda: decision(body="KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n" * 50_000),
        seconds=60,
    )
    yield case("one-cell", "a cell of 500 kB", lambda: decision(body=rows(1, "Rà soát " * 60_000)))
    yield case("marks-inside-marks", "emphasis marks without end", lambda: decision(body="**" * 300_000 + "#" * 10**5))
    yield case("open-brackets", "brackets that never close", lambda: decision(body="(" * 200_000))
    yield case(
        "open-quotes", "quotes that never close", lambda: decision(articles="“Điều 5a. Sửa đổi\n" * 20_000), seconds=60
    )
    yield case(
        "wide-pipes", "a markdown row of 100,000 cells", lambda: decision(body="| a " * 10**5 + "|\n" + "|---" * 10**5)
    )
    yield case("combining-marks", "150,000 marks on one letter", lambda: decision(body="a" + "\u0301\u0323" * 75_000))
    yield case("turned-text", "right-to-left overrides", lambda: decision(body="\u202eHNÌB AÒH HNỈT\u202c " * 1000))
    yield case("odd-breaks", "line breaks of every kind", lambda: decision(body="a\r\v\f\x1c\x85\u2028\u2029" * 10_000))
    yield case("growing-letters", "letters longer in lower case", lambda: decision(body="İĐİỀU İ 1 " * 20_000))
    yield case(
        "other-digits", "digits of other scripts", lambda: decision(number="١٢٣/QĐ-UBND", body="²³¹ ०१२ ⅷ. Ⅳ\n" * 999)
    )
    yield case(
        "huge-number",
        "a number of 20,000 digits",
        lambda: decision(number="9" * 20_000 + "/QĐ-UBND", body="9" * 20_000 + "%"),
    )
    yield case(
        "huge-label",
        "an item numbered with 10,000 digits",
        lambda: decision(body="1" * 10_000 + ". Việc\n" + "M" * 9999 + ". X"),
    )
    yield case(
        "huge-delay", "in force in 10^15 days", lambda: decision(effect="sau 999999999999999 ngày kể từ ngày ký")
    )
    yield case(
        "huge-years",
        "a period of years that do not exist",
        lambda: decision(body="giai đoạn 0000 - 9999, năm 99999\n" * 999),
    )
    yield case(
        "no-such-day", "days the calendar does not have", lambda: decision(dated="ngày 31 tháng 02 năm 2024"), "finding"
    )
    yield case(
        "escapes", "terminal escapes in the words", lambda: decision(body="I. \x1b[2J\x1b]52;c;eA==\x07MỤC TIÊU\n" * 99)
    )
    yield case(
        "formulas", "spreadsheet formulas in cells", lambda: decision(body=rows(9, "=cmd|' /C calc'!A0", "+1+1"))
    )
    yield case("sql", "SQL in every field", lambda: decision(number="1'); DROP TABLE decisions;--/QĐ-UBND", body=SQL))
    yield case(
        "script-in-text",
        "a script element in plain text",
        lambda: decision(body=f"<script src={canary()}></script>\n" * 99),
    )
    yield case(
        "no-decision", "a text that is no decision", lambda: "Kính gửi quý khách hàng.\n".encode() * 99, "finding"
    )


SQL = "I. '; DELETE FROM decisions; --\n1. Robert'); DROP TABLE tasks;-- \" OR 1=1\n"


def deep(levels: int) -> str:
    return "".join(".".join("1" * min(n, 60)) + ". Việc\n" for n in range(1, levels))


def numbered(word: str, count: int) -> str:
    return "\n".join(f"{word} {n}. Giao Sở Nội vụ." for n in range(3, count))


# Baits for patterns: long runs that almost match what the grammar looks for.
BAITS: dict[str, tuple[str, str]] = {
    "dates-begun": ("dates that never end", "ngày 08 tháng 11 năm " * 20_000),
    "dates-slashed": ("slashes and days without a year", "1/1/1/1/" * 50_000),
    "day-run": ("300,000 digits", "1" * 300_000),
    "numbers-begun": ("document numbers that never end", "12/2024/QĐ-" * 30_000),
    "number-letters": ("a number with 200,000 letters", "số 12/" + "QĐ-UBND" * 30_000),
    "number-spaces": ("spaces inside a number", "số" + " " * 200_000 + "12 / QĐ - UBND"),
    "bare-slashes": ("300,000 slashes", "/" * 300_000),
    "bare-hyphens": ("hyphens and slashes in turn", "-/" * 150_000),
    "type-words": ("names of document types in a row", "Quyết định Nghị quyết Nghị định số " * 10_000),
    "laws-begun": ("laws that never end", "Luật sửa đổi, bổ sung một số điều của " * 10_000),
    "pinpoints": ("pinpoints without a document", "điểm a khoản 2 Điều 3 " * 15_000),
    "agencies": ("a list of agencies without end", "Sở Nội vụ, Sở Tài chính và " * 12_000),
    "agency-groups": ("group expressions without end", "các sở, ban, ngành, UBND các huyện, thị xã, " * 8_000),
    "agency-begun": ("a department without its name", "Sở " * 100_000),
    "leads": ("assignments inside assignments", "giao Sở Nội vụ chủ trì, phối hợp với " * 8_000),
    "grounds": ("bases without a document", "Căn cứ " * 50_000),
    "targets": ("percentages in a row", "ít nhất 80% đến 90% trở lên " * 12_000),
    "aliases": ("aliases that define aliases", "(sau đây gọi tắt là " * 15_000),
    "spaced-capitals": ("letter-spaced capitals", "Q U Y Ế T  Đ Ị N H " * 15_000),
    "capitals": ("300,000 capitals", "Ủ" * 300_000),
    "names": ("words that could be persons", "Nguyễn Văn " * 30_000),
    "romans": ("Roman numerals", "MDCLXVI " * 40_000),
    "dots": ("dotted lines", "." * 300_000),
    "spaces": ("300,000 blanks in a line", "a" + " " * 300_000 + "b"),
    "tabs": ("300,000 tabs", "a" + "\t" * 300_000 + "b"),
    "rules": ("a ruling line of 300,000 dashes", "-" * 300_000),
}
DUE_BAITS: dict[str, tuple[str, str]] = {
    "quarters": ("quarters without a year", "Quý I, II, III, IV, " * 5_000),
    "months": ("months without end", "từ tháng 3 đến " * 8_000),
    "before": ("before before before", "trước ngày " * 10_000),
    "recurrences": ("recurrences in a row", "hằng quý, 6 tháng, hằng năm, " * 4_000),
    "delays": ("delays that count from delays", "sau 05 ngày làm việc kể từ ngày " * 4_000),
}


def bait_cases() -> Iterator[Hostile]:
    for name, (tries, bait) in BAITS.items():
        make = lambda bait=bait: decision(body=f"I. MỤC TIÊU\n{bait}\n", bases=f"Căn cứ {bait[:60_000]};")  # noqa: E731
        yield Hostile(f"bait-{name}", f"bait-{name}.txt", make, f"backtracking: {tries}", "bounded")
    for name, (tries, bait) in DUE_BAITS.items():
        make = lambda bait=bait: decision(body=rows(1, due=bait))  # noqa: E731
        yield Hostile(
            f"bait-due-{name}", f"bait-due-{name}.txt", make, f"backtracking in a deadline: {tries}", "bounded"
        )


def name_cases() -> Iterator[Hostile]:
    names = {
        "name-escapes": ("a\x1b]0;owned\x07\x1b[31m.txt", "terminal escapes in the file's name"),
        "name-newline": ("a\n\rFAILED everything.txt", "a line break in the file's name"),
        "name-sql": ("x'; DROP TABLE sources; --.txt", "SQL in the file's name"),
        "name-formula": ('=HYPERLINK("http://example.invalid").txt', "a formula as the file's name"),
        "name-path": ("../../../../tmp/owned.txt", "a file's name that leads elsewhere"),
        "name-zero": ("a\0b.txt", "U+0000 in the file's name"),
        "name-turned": ("a\u202etxt.exe", "a file's name that reads backwards"),
        "name-surrogate": ("a\udcff.txt", "a file's name that is not UTF-8"),
        "name-long": ("n" * 20_000 + ".txt", "a file's name of 20,000 letters"),
        "name-device": ("CON.txt", "a file's name that is a device on Windows"),
    }
    for name, (filename, tries) in names.items():
        yield Hostile(name, filename, decision, tries, "bounded")


# -------------------------------------------------------------------------------------------------------------- HTML


def page(body: str, head: str = "") -> bytes:
    text = decision().decode().replace("\n", "</p>\n<p>")
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body><p>{text}</p>{body}</body></html>".encode()
    )


def html_cases() -> Iterator[Hostile]:
    def case(name: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", **limits: float) -> Hostile:
        return Hostile(name, f"{name}.html", make, tries, expect, **limits)  # type: ignore[arg-type]

    yield case("html-scripts", "scripts, handlers, frames", lambda: page(SCRIPTS.format(url=canary())))
    yield case("html-links", "style sheets, images, imports", lambda: page("", LINKS.format(url=canary())))
    yield case(
        "html-refresh",
        "a page that sends elsewhere",
        lambda: page("", f'<meta http-equiv=refresh content="0;url={canary()}">'),
    )
    yield case(
        "html-nested-tables",
        "10,000 tables inside each other",
        lambda: page("<table><tr><td>" * 10_000 + "x"),
        seconds=30,
    )
    yield case("html-deep", "100,000 nested elements", lambda: page("<div>" * 10**5 + "x"), seconds=30)
    yield case("html-unclosed", "300,000 elements that never close", lambda: page("<b><p>x" * 150_000), seconds=30)
    yield case("html-huge-span", "a cell over 10^9 columns and rows", lambda: page(SPAN.format(n=10**9)))
    yield case(
        "html-many-spans", "1,000 cells over 1,000 rows and columns", lambda: page("<table>" + SPANS * 1000), seconds=30
    )
    yield case(
        "html-many-rows",
        "a table of 100,000 rows",
        lambda: page("<table>" + "<tr><td>1<td>x" * 10**5),
        seconds=60,
        megabytes=3000,
    )
    yield case("html-laughs", "entities that multiply", lambda: LAUGHS.format(root="html", use="&i;").encode())
    yield case("html-external", "an entity from a file and from the network", lambda: external("html", "&a;&b;"))
    yield case(
        "html-utf-7", "a charset that hides a script", lambda: b"<meta charset=utf-7>+ADw-script+AD4-" + page("")
    )
    yield case(
        "html-lying-charset",
        "a charset that is not there",
        lambda: page("").replace(b"charset=utf-8", b"charset=x-none"),
    )
    yield case("html-attribute", "an attribute of 20 MB", lambda: page(f'<p title="{"a" * 20_000_000}">x</p>'))
    yield case("html-comment", "a comment that never ends", lambda: page("<!--" + "-" * 10**6))
    yield case(
        "html-data",
        "an image of 20 MB in the page",
        lambda: page(f'<img src="data:image/png;base64,{"A" * 20_000_000}">'),
    )
    yield case(
        "html-references", "characters that do not exist", lambda: page("&#x110000;&#xD800;&#0;&#99999999999;" * 1000)
    )
    yield Hostile("mht-nested", "a.mht", lambda: mime(300), "parts inside parts, 300 deep", "bounded")
    yield Hostile("mht-parts", "b.mht", lambda: flat_mime(20_000), "20,000 parts", "bounded", seconds=30)


SCRIPTS = """<script>fetch("{url}")</script><img src=x onerror="fetch('{url}')"><iframe src="{url}"></iframe>
<object data="{url}"></object><embed src="{url}"><a href="javascript:alert(1)">x</a><form action="{url}"></form>"""
LINKS = """<link rel=stylesheet href="{url}"><link rel=import href="{url}"><base href="{url}">
<style>@import url({url}); p {{ background: url({url}) }}</style>"""
SPAN = "<table><tr><td colspan={n} rowspan={n}>a<td>b<tr><td>c</table>"
SPANS = "<tr><td rowspan=1000 colspan=1000>x"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "lol lol lol lol lol lol lol lol lol lol ">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><{root}>{use}</{root}>"
)


def external(root: str, use: str) -> bytes:
    entities = (
        f'<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "{canary()}"><!ENTITY % c SYSTEM "{canary()}"> %c;'
    )
    return f'<?xml version="1.0"?><!DOCTYPE {root} [{entities}]><{root}>{use}</{root}>'.encode()


def mime(depth: int) -> bytes:
    opened = "".join(f'Content-Type: multipart/related; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"MIME-Version: 1.0\n{opened}Content-Type: text/html\n\n<p>x</p>\n".encode()


def flat_mime(parts: int) -> bytes:
    part = "--b\nContent-Type: text/html\n\n<p>x</p>\n"
    return f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n{part * parts}--b--\n'.encode()


# -------------------------------------------------------------------------------------------------------------- Word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
<Override PartName="/word/numbering.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>"""
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
TO_MAIN = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
TO_PARTS = (
    f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="n" Type="{OFFICE}/numbering" Target="numbering.xml"/>'
)


BLANKS = b" " * (1 << 20)


def zipped(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def word(body: str, rels: str = "", more: dict[str, bytes | str] | None = None) -> bytes:
    """A Word file with this body; `more` are parts beside the main one, or in its place."""
    opening = f'<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:r="{OFFICE}">'
    main = f"{opening}<w:body>{body}</w:body></w:document>"
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS.format(TO_MAIN),
        "word/document.xml": main,
    }
    if rels:
        files["word/_rels/document.xml.rels"] = RELS.format(rels)
    return zipped(files | (more or {}))


def para(text: str, properties: str = "") -> str:
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def table(cell: str, properties: str = "") -> str:
    return f"<w:tbl><w:tr><w:tc>{properties}{cell}</w:tc></w:tr></w:tbl>"


def nested(depth: int) -> str:
    return "<w:tbl><w:tr><w:tc>" * depth + para("x") + "</w:tc></w:tr></w:tbl>" * depth


def loops() -> bytes:
    """Styles based on each other, list definitions that point at each other."""
    styles = f'<w:styles xmlns:w="{W}">' + "".join(
        f'<w:style w:type="paragraph" w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in ("ab", "ba", "cc")
    )
    abstract = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="a"/><w:lvl w:ilvl="0"><w:start w:val="999999999"/>'
    )
    numbering = f'<w:numbering xmlns:w="{W}">{abstract}<w:numFmt w:val="lowerRoman"/><w:lvlText w:val="{"%1" * 999}"/>'
    numbering += '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    listed = '<w:pPr><w:pStyle w:val="a"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    parts: dict[str, bytes | str] = {"word/styles.xml": styles + "</w:styles>", "word/numbering.xml": numbering}
    return word(para("x", listed) * 50, TO_PARTS, parts)


def word_cases() -> Iterator[Hostile]:
    def case(name: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", **limits: float) -> Hostile:
        return Hostile(name, f"{name}.docx", make, tries, expect, **limits)  # type: ignore[arg-type]

    outside = "".join(
        f'<Relationship Id="x{n}" Type="{OFFICE}/{kind}" Target="{{url}}" TargetMode="External"/>'
        for n, kind in enumerate(("image", "attachedTemplate", "oleObject", "hyperlink", "subDocument"))
    )
    body = para("QUYẾT ĐỊNH")
    field = "DDEAUTO c:\\\\windows\\\\cmd.exe &quot;/k calc&quot;"
    dde = f'<w:p><w:fldSimple w:instr="{field}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
    yield case(
        "docx-bomb", "300 MB of blanks in one part", lambda: word(body, more={"word/document.xml": BLANKS * 300})
    )
    yield case(
        "docx-bomb-picture",
        "300 MB in a picture nobody reads",
        lambda: word(body, more={"word/media/a.png": bytes(300 << 20)}),
    )
    yield case(
        "docx-many-parts",
        "50,000 parts",
        lambda: word(body, more={f"word/p{n}.xml": "<a/>" for n in range(50_000)}),
        seconds=40,
    )
    yield case(
        "docx-laughs",
        "entities that multiply",
        lambda: word(body, more={"word/document.xml": LAUGHS.format(root="a", use="&i;")}),
    )
    yield case(
        "docx-laughs-types",
        "the same in the list of types",
        lambda: word(body, more={"[Content_Types].xml": LAUGHS.format(root="Types", use="&i;")}),
    )
    yield case(
        "docx-external-entity",
        "an entity from a file and from the network",
        lambda: word(body, more={"word/document.xml": external("a", "&a;")}),
    )
    yield case(
        "docx-outside", "pictures, templates, objects elsewhere", lambda: word(body, outside.format(url=canary()))
    )
    yield case(
        "docx-up",
        "a part outside the package",
        lambda: word(body, TO_PARTS.replace("styles.xml", "../../../etc/passwd")),
    )
    yield case(
        "docx-chunk",
        "a page embedded in the document",
        lambda: word(body + '<w:altChunk r:id="c"/>', CHUNK, {"word/c.html": page(SCRIPTS.format(url=canary()))}),
    )
    yield case(
        "docx-chunk-itself",
        "a document that embeds itself",
        lambda: word('<w:altChunk r:id="c"/>', CHUNK.replace("c.html", "document.xml")),
    )
    yield case("docx-dde", "a field that starts a program", lambda: word(dde))
    yield case("docx-nested-tables", "2,000 tables inside each other", lambda: word(nested(2000)), seconds=30)
    yield case("docx-nested-100000", "100,000 tables inside each other", lambda: word(nested(100_000)), seconds=30)
    yield case(
        "docx-deep",
        "a million nested elements",
        lambda: word("<w:sdt><w:sdtContent>" * 500_000),
        "error:damaged|too-large",
    )
    yield case(
        "docx-many-paragraphs", "300,000 paragraphs", lambda: word(para("Việc") * 300_000), seconds=90, megabytes=3000
    )
    yield case(
        "docx-huge-span",
        "a cell over 10^9 columns",
        lambda: word(table(para("x"), '<w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>')),
    )
    yield case(
        "docx-odd-span",
        "spans that are no numbers",
        lambda: word(table(para("x"), '<w:tcPr><w:gridSpan w:val="-3"/><w:vMerge/></w:tcPr>')),
    )
    yield case("docx-loops", "styles and lists that point at each other", loops)
    yield case(
        "docx-no-main",
        "no main part",
        lambda: zipped({"[Content_Types].xml": TYPES, "word/x.xml": "<a/>"}),
        "error:damaged",
    )
    yield case(
        "docx-no-body",
        "a main part that is no document",
        lambda: word("", more={"word/document.xml": "<a/>"}),
        "error:damaged",
    )
    yield case("docx-cut", "a file cut in half", lambda: word(para("x") * 9999)[:900], "error:damaged")
    yield case(
        "docx-wrong-sums",
        "checksums that do not fit",
        lambda: word(para("QUYẾT ĐỊNH") * 99).replace(b"\x08\x00", b"\x08\x01"),
    )
    yield case("docx-twice", "the same part twice", twice)
    yield case(
        "docx-loop-main",
        "a package that is its own main part",
        lambda: word(body, more={"_rels/.rels": RELS.format(TO_MAIN.replace("word/document.xml", "_rels/.rels"))}),
    )


CHUNK = f'<Relationship Id="c" Type="{OFFICE}/aFChunk" Target="c.html"/>'


def twice() -> bytes:
    target = io.BytesIO(word(para("QUYẾT ĐỊNH")))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("word/document.xml ", "<a/>")
        archive.writestr("WORD/DOCUMENT.XML", external("a", "&a;"))
    return target.getvalue()


# ---------------------------------------------------------------------------------------------------------- archives


def zip_cases() -> Iterator[Hostile]:
    def case(name: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", **limits: float) -> Hostile:
        return Hostile(name, f"{name}.zip", make, tries, expect, **limits)  # type: ignore[arg-type]

    yield case("zip-bomb", "600 MB of zeros in 600 kB", lambda: many_bombs(1, 600 << 20), seconds=40)
    yield case("zip-bombs", "eight files of 200 MB", lambda: many_bombs(8, 200 << 20), seconds=60, megabytes=1500)
    yield case("zip-nested", "archives in archives, 20 deep", lambda: nest(20))
    yield case("zip-tree", "ten archives in each of ten, five deep", lambda: tree(5), seconds=60)
    yield case("zip-paths", "names that lead elsewhere", lambda: zipped(dict.fromkeys(PATHS, decision())))
    yield case(
        "zip-one-path", "its one file is named ../../x", lambda: zipped({"../../../../tmp/owned.txt": decision()})
    )
    yield case("zip-link", "a link instead of a file", linked)
    yield case("zip-many", "60,000 empty files", lambda: zipped({f"{n}.txt": b"" for n in range(60_000)}), seconds=40)
    yield case("zip-overlap", "many names for the same bytes", lambda: overlapping(500, 1 << 20), seconds=60)
    yield case("zip-lies", "more bytes than it declares", lying)
    yield case("zip-password", "a file with a password", locked)
    yield case(
        "zip-names",
        "control characters in names",
        lambda: zipped({"a\x1b[31m\n.txt": decision(), "b\u202e.txt": decision()}),
    )
    yield case("zip-empty", "an archive of nothing", lambda: zipped({}), "error:empty|unsupported|damaged")
    yield case("zip-cut", "an archive cut in half", lambda: zipped({"a.txt": decision() * 99})[:-40], "error:damaged")
    yield case(
        "zip-method",
        "a way of packing nobody knows",
        lambda: zipped({"a.txt": decision()}).replace(b"\x08\0", b"\x63\0"),
    )


PATHS = (
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\x.txt",
    "\\\\server\\x.txt",
    "a/../../b.txt",
    "..",
    "~/x.txt",
    "a:b.txt",
)


def many_bombs(count: int, size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    check = 0
    for _ in range(size >> 20):
        check = zlib.crc32(bytes(1 << 20), check)
    return raw_zip([(f"{n}.txt", packed, size, check) for n in range(count)])


def raw_zip(members: list[tuple[str, bytes, int, int]], shared: bool = False) -> bytes:
    """An archive written by hand; with `shared` every name points at the first one's bytes."""
    out, central = bytearray(), bytearray()
    for number, (name, packed, size, check) in enumerate(members):
        place = 0 if shared else len(out)
        fixed = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, check, len(packed), size)
        if number == 0 or not shared:
            out += b"PK\3\4" + fixed + struct.pack("<HH", len(name), 0) + name.encode() + packed
        central += b"PK\1\2\x14\0" + fixed + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, place) + name.encode()
    count = len(members)
    return bytes(out + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(out), 0))


def overlapping(count: int, size: int) -> bytes:
    packed = zlib.compress(bytes(size), 9)[2:-4]
    return raw_zip([("a.txt", packed, size, zlib.crc32(bytes(size)))] * count, shared=True)


def lying() -> bytes:
    packed = zlib.compress(bytes(64 << 20), 9)[2:-4]
    return raw_zip([("a.txt", packed, 100, zlib.crc32(bytes(100)))])


def nest(depth: int) -> bytes:
    data = decision()
    for level in range(depth):
        data = zipped({f"{level}.zip" if level else "a.txt": data})
    return data


def tree(depth: int) -> bytes:
    data = decision() * 20
    for level in range(depth):
        data = zipped({f"{level}-{n}.{'zip' if level else 'txt'}": data for n in range(10)}, zipfile.ZIP_DEFLATED)
    return data


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return target.getvalue()


def locked() -> bytes:
    data = bytearray(zipped({"a.txt": decision()}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


# --------------------------------------------------------------------------------------------------------------- PDF

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(data: bytes | str, extra: str = "") -> str:
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    return f"<< /Length {len(text)} {extra} >>\nstream\n{text}\nendstream"


def pdf(
    content: str = "BT /F 12 Tf 50 700 Td (Quyet dinh) Tj ET", box: str = "0 0 595 842", extra: str = "", *more: str
) -> bytes:
    """A PDF of one page; `more` are objects from number 6 on, `extra` goes into the page."""
    return pdf_file(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> "
            f"/XObject << /X 6 0 R >> >> {extra} >>",
            stream(content),
            FONT,
            *(more or ("null",)),
        ]
    )


def packed(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def image(width: int, height: int, data: bytes, filters: str = "/FlateDecode") -> str:
    kind = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8"
    return stream(data, f"{kind} /Filter [{filters}]")


def pages(count: int) -> bytes:
    kids = " ".join("3 0 R" for _ in range(count))
    return pdf_file(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Count {count} /Kids [{kids}] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        ]
    )


def pdf_cases() -> Iterator[Hostile]:
    def case(name: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", **limits: float) -> Hostile:
        return Hostile(name, f"{name}.pdf", make, tries, expect, **limits)  # type: ignore[arg-type]

    draw = "q 500 0 0 700 50 50 cm /X Do Q"
    form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 6 0 R >> >>"
    script = f"/OpenAction << /S /JavaScript /JS (app.launchURL('{canary()}')) >>"
    actions = f"{script} /AA << /O << /S /Launch /F (calc.exe) >> >>"
    yield case("pdf-nothing", "a header and no more", lambda: b"%PDF-1.7\n", "error:damaged")
    yield case("pdf-cut", "a file cut in half", lambda: pdf("BT /F 9 Tf (x) Tj ET " * 999)[:4000])
    yield case("pdf-no-pages", "a document of 0 pages", lambda: pages(0), "error:damaged|empty")
    yield case("pdf-page-loop", "pages that contain themselves", page_loop)
    yield case("pdf-many-pages", "200,000 pages", lambda: pages(200_000), "error:too-large", seconds=40)
    yield case("pdf-million-objects", "10^6 objects", lambda: pdf("", "0 0 9 9", "", *["null"] * 10**6), seconds=60)
    yield case(
        "pdf-xref-loop",
        "a cross-reference table that points at itself",
        lambda: pdf().replace(b"/Root", b"/Prev 9 /Root"),
    )
    yield case(
        "pdf-huge-image",
        "a picture of 60,000 by 60,000",
        lambda: pdf(draw, "0 0 595 842", "", image(60_000, 60_000, packed(bytes(1 << 20)))),
        seconds=60,
    )
    yield case(
        "pdf-many-images",
        "one picture drawn 100,000 times",
        lambda: pdf(f"{draw} " * 10**5, "0 0 595 842", "", image(100, 100, packed(bytes(10_000)))),
        "error:too-slow|needs-ocr",
    )
    yield case(
        "pdf-bomb",
        "a stream that unpacks to 300 MB, packed twice",
        lambda: pdf(draw, "0 0 595 842", "", image(9, 9, packed(bytes(300 << 20), 2), "/FlateDecode /FlateDecode")),
        seconds=60,
    )
    yield case("pdf-content-bomb", "a page description of 200 MB", lambda: content_bomb(200 << 20), "error:too-large")
    yield case(
        "pdf-form-loop",
        "a drawing that draws itself",
        lambda: pdf("/X Do", "0 0 595 842", "", stream("/X Do /X Do", form)),
        "error:too-large",
    )
    yield case("pdf-nested-state", "a million saved states", lambda: pdf("q " * 10**6), seconds=40)
    yield case(
        "pdf-many-letters",
        "500,000 letters on a page",
        lambda: pdf("BT /F 1 Tf " + "1 0 Td (a) Tj " * 500_000 + "ET"),
        seconds=60,
        megabytes=2500,
    )
    yield case(
        "pdf-many-rules",
        "200,000 ruling lines",
        lambda: pdf("".join(f"{n % 595} 0 m {n % 595} 842 l S\n" for n in range(200_000))),
        seconds=60,
    )
    yield case("pdf-fine-grid", "a table of 300 by 300 cells", lambda: pdf(fine_grid(300)), seconds=60)
    yield case("pdf-huge-page", "a page of 10^9 points", lambda: pdf(box="0 0 1000000000 1000000000"))
    yield case("pdf-odd-page", "a page of no size", lambda: pdf(box="0 0 0 0"))
    yield case(
        "pdf-odd-numbers",
        "coordinates that are no numbers",
        lambda: pdf("BT /F 1e99 Tf 1e99 -1e99 Td (x) Tj ET 1e308 1e308 m nan inf l S"),
    )
    yield case(
        "pdf-script",
        "a script and a program on opening",
        lambda: pdf().replace(b"/Type /Catalog", f"/Type /Catalog {actions}".encode()),
    )
    yield case(
        "pdf-links",
        "links and forms that send",
        lambda: pdf(
            extra=f"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI ({canary()}) >> >>]"
        ),
    )
    yield case(
        "pdf-deep",
        "100,000 nested dictionaries",
        lambda: pdf("", "0 0 9 9", "", "<< /A " * 10**5 + ">> " * 10**5),
        seconds=40,
    )
    yield case("pdf-password", "a password nobody has", encrypted, "error:encrypted|damaged")
    yield case(
        "pdf-wrong-map",
        "a font whose map never ends",
        lambda: pdf(extra="/X 6 0 R").replace(b"/Helvetica", b"/Helvetica /ToUnicode 4 0 R"),
    )
    yield case("pdf-inside-text", "a PDF's mark in a text", lambda: b"%PDF- " + decision())


def page_loop() -> bytes:
    return pdf_file(
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>"]
    )


def content_bomb(size: int) -> bytes:
    data = packed(b"0 0 m 1 1 l S\n" * (size // 14))
    return pdf("X").replace(stream("X").encode(), stream(data, "/Filter /FlateDecode").encode("latin-1"))


def fine_grid(count: int) -> str:
    steps = [20 + n * 500 / count for n in range(count + 1)]
    return "".join(f"{s:.2f} 20 m {s:.2f} 520 l S 20 {s:.2f} m 520 {s:.2f} l S\n" for s in steps)


def encrypted() -> bytes:
    keys = "/Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (" + "o" * 32 + ") /U (" + "u" * 32 + ")"
    return pdf("BT ET", "0 0 9 9", "", "null", f"<< {keys} >>").replace(b"/Root", b"/ID [(a)(a)] /Encrypt 7 0 R /Root")


# ------------------------------------------------------------------------------------------- pictures, old documents


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture_cases() -> Iterator[Hostile]:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 256, 4, 1, 9) + struct.pack("<I", 8)
    yield Hostile(
        "png-bomb",
        "a.png",
        lambda: png(50_000, 50_000, packed(bytes(50 << 20))),
        "a picture of 50,000 by 50,000",
        "bounded",
        60,
        1500,
    )
    yield Hostile(
        "png-cut", "a.png", lambda: png(99, 99, packed(bytes(9999)))[:60], "a picture cut in half", "bounded", 60
    )
    yield Hostile("png-nothing", "a.png", lambda: png(0, 0, b""), "a picture of no size", "bounded", 60)
    yield Hostile("jpeg-head", "a.jpg", lambda: b"\xff\xd8\xff\xe0" + bytes(20), "the head of a picture", "bounded", 60)
    yield Hostile("tiff-loop", "a.tif", lambda: tiff, "pages that follow themselves", "bounded", 60)


def office_cases() -> Iterator[Hostile]:
    def case(name: str, filename: str, tries: str, make: Callable[[], bytes], expect: str = "bounded") -> Hostile:
        return Hostile(name, filename, make, tries, expect, 150, 1500, office=True)

    odt_laughs: dict[str, bytes | str] = {"mimetype": ODT, "content.xml": LAUGHS.format(root="a", use="&i;")}
    linked_text = (
        '{\\rtf1 {\\field{\\*\\fldinst INCLUDETEXT "/etc/passwd"}{\\fldrslt x}}{\\field{\\*\\fldinst INCLUDEPICTURE '
    )
    yield case(
        "rtf-deep", "a.rtf", "100,000 nested groups", lambda: b"{\\rtf1 " + b"{" * 10**5 + b"x" + b"}" * 10**5 + b"}"
    )
    yield case(
        "rtf-links", "b.rtf", "text and pictures from elsewhere", lambda: f'{linked_text}"{canary()}"}}}}}}'.encode()
    )
    yield case("odt-bomb", "a.odt", "300 MB of blanks", lambda: zipped({"mimetype": ODT, "content.xml": BLANKS * 300}))
    yield case("odt-laughs", "b.odt", "entities that multiply", lambda: zipped(odt_laughs))
    yield case(
        "doc-cut",
        "a.doc",
        "the head of an old document",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "error:damaged|unsupported",
    )


ODT = "application/vnd.oasis.opendocument.text"


def cases() -> list[Hostile]:
    """All hostile files, by kind."""
    from tests.hostile_odd import odd_cases

    kinds = (
        text_cases,
        bait_cases,
        name_cases,
        html_cases,
        word_cases,
        zip_cases,
        pdf_cases,
        picture_cases,
        office_cases,
        odd_cases,
    )
    return [case for kind in kinds for case in kind()]
