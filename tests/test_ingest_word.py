"""Word files: what stands on the page comes out, whatever Word's XML makes of it; hostile files end in clear errors."""

from __future__ import annotations

import io
import time
import zipfile
from collections import Counter
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE

from ingest import read, read_bytes
from ingest.document import Document, Join
from ingest.errors import IngestError
from ingest.legacy import Run, encoding, to_unicode, unify

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def package(body: str, parts: dict[str, str] | None = None, document: str | None = None) -> bytes:
    """A .docx of a body's XML; `parts` maps a kind (styles, numbering, footnotes, header …) to its inner XML."""
    parts = parts or {}
    roots = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "header": "hdr", "footer": "ftr"}
    types = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{CONTENT}.{kind}+xml"/>' for kind in parts if kind in roots
    )
    rels = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>' for kind in parts if kind in roots
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{CONTENT}.document.main+xml"/>{types}</Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{rels}</Relationships>',
        "word/document.xml": document or f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
        **{f"word/{kind}.xml": f"<w:{roots[kind]} {NAMES}>{xml}</w:{roots[kind]}>" for kind, xml in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}</w:p>"


def cell(inner: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def lines(document: Document) -> list[str]:
    return [document.text[slice(*line.span)] for line in document.lines]


def of(body: str, parts: dict[str, str] | None = None) -> Document:
    return read_bytes(package(body, parts), "a.docx")


# --------------------------------------------------------------------------------------------------------- letters


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (run("62/2020/NĐ") + "<w:r><w:noBreakHyphen/></w:r>" + run("CP"), ["62/2020/NĐ-CP"]),
        (run("Điều 1.") + "<w:r><w:tab/></w:r>" + run("Ban hành"), ["Điều 1. Ban hành"]),
        (run("dòng một") + "<w:r><w:br/></w:r>" + run("dòng hai"), ["dòng một", "dòng hai"]),
        (f"<w:ins>{run('thêm')}</w:ins><w:del><w:r><w:delText>bớt</w:delText></w:r></w:del>", ["thêm"]),
        (f"<w:moveTo>{run('đến')}</w:moveTo><w:moveFrom>{run('đi')}</w:moveFrom>", ["đến"]),
        (f"<w:sdt><w:sdtContent>{run('12')}</w:sdtContent></w:sdt>{run('/QĐ')}", ["12/QĐ"]),
        (f"<w:hyperlink>{run('liên kết')}</w:hyperlink>", ["liên kết"]),
        (f"<w:smartTag>{run('tỉnh')}</w:smartTag>{run(' ẩn', '<w:vanish/>')}", ["tỉnh"]),
        (run("kế hoạch", "<w:caps/>") + run(" năm", '<w:caps w:val="0"/>'), ["KẾ HOẠCH năm"]),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + run(" 80%"), ["≥ 80%"]),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run(" có"), ["☑ có"]),
        ("<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>", ["x+1"]),
        ("<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText></w:r>" + run("7"), ["7"]),
        (run("hoa\u0300 bi\u0300nh"), ["hoà bình"]),
    ],
)
def test_letters_of_a_paragraph(inner: str, expected: list[str]) -> None:
    assert lines(of(f"<w:p>{inner}</w:p>")) == expected


def test_soft_breaks_are_open_and_paragraphs_new() -> None:
    document = of(f"<w:p>{run('một')}<w:r><w:br/></w:r>{run('hai')}</w:p>{paragraph('ba')}")
    assert [line.join for line in document.lines] == [Join.NEW, Join.OPEN, Join.NEW]


def test_a_paragraph_whose_end_was_deleted_goes_on() -> None:
    body = paragraph("Căn cứ ", "<w:rPr><w:del/></w:rPr>") + paragraph("Luật Ngân sách") + paragraph("hết")
    assert lines(of(body)) == ["Căn cứ Luật Ngân sách", "hết"]


def test_a_text_box_comes_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('trong khung')}</w:txbxContent>"
    drawing = (
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    assert lines(of(f"<w:p>{run('ngoài')}<w:r>{drawing}</w:r></w:p>")) == ["ngoài", "trong khung"]
    assert lines(of(f"<w:p><w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r></w:p>")) == ["trong khung"]


def test_footnotes_keep_their_mark_and_stand_at_the_end() -> None:
    notes = (
        '<w:footnote w:id="-1"><w:p/></w:footnote><w:footnote w:id="2">' + paragraph(" Theo mẫu 1") + "</w:footnote>"
    )
    body = f'<w:p>{run("Cơ quan chủ trì")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>{paragraph("Sau")}'
    assert lines(of(body, {"footnotes": notes})) == ["Cơ quan chủ trì[1]", "Sau", "[1] Theo mẫu 1"]


def test_headers_and_footers_are_form_once() -> None:
    section = '<w:sectPr><w:headerReference r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'
    body = f"<w:p><w:pPr>{section}</w:pPr>{run('một')}</w:p>{paragraph('hai')}{section}"
    document = of(body, {"header": paragraph("2"), "footer": paragraph("chân trang")})
    assert lines(document) == ["một", "hai"]
    assert [(mark.kind, document.text[slice(*mark.span)]) for mark in document.marks] == [
        ("page", "2"),
        ("page", "chân trang"),
    ]


# ------------------------------------------------------------------------------------------------------- numbering


def level(n: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(text: str, n: int = 0, num: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{n}"/><w:numId w:val="{num}"/></w:numPr>')


def numbering(levels: str, nums: str = "") -> dict[str, str]:
    first = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return {"numbering": f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{first}{nums}'}


OUTLINE = level(0, "upperRoman", "%1.") + level(1, "decimal", "%2.") + level(2, "lowerLetter", "%3)")


def test_numbers_count_and_start_anew_under_each_parent() -> None:
    body = "".join(
        numbered(text, n) for text, n in [("A", 0), ("B", 1), ("C", 2), ("D", 2), ("E", 1), ("F", 0), ("G", 1)]
    )
    assert lines(of(body, numbering(OUTLINE))) == ["I. A", "1. B", "a) C", "b) D", "2. E", "II. F", "1. G"]


@pytest.mark.parametrize(
    ("levels", "texts", "expected"),
    [
        (level(0, "decimal", "Điều %1."), ["x", "y"], ["Điều 1. x", "Điều 2. y"]),
        (level(0, "decimalZero", "%1"), ["x"], ["01 x"]),
        (level(0, "lowerRoman", "(%1)"), ["x", "y"], ["(i) x", "(ii) y"]),
        (level(0, "bullet", "\uf0b7"), ["x"], ["- x"]),
        (level(0, "bullet", "+"), ["x"], ["+ x"]),
        (level(0, "bullet", "-"), ["", "x"], ["- x"]),
        (level(0, "decimal", "%1"), ["", ""], ["1", "2"]),
        (level(0, "none", ""), ["x"], ["x"]),
        (level(0, "decimal", "%1.", '<w:suff w:val="nothing"/>'), ["x"], ["1.x"]),
    ],
)
def test_forms_of_numbers(levels: str, texts: list[str], expected: list[str]) -> None:
    assert lines(of("".join(map(numbered, texts)) + paragraph("."), numbering(levels)))[:-1] == expected


def test_letters_are_words_own_without_d_with_stroke() -> None:
    body = "".join(numbered("x") for _ in range(5))
    assert lines(of(body, numbering(level(0, "lowerLetter", "%1)"))))[-2:] == ["d) x", "e) x"]


def test_lists_of_one_family_count_on_unless_they_start_over() -> None:
    nums = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num>"
    )
    body = numbered("a") + numbered("b", num=2) + numbered("c", num=3) + numbered("d", num=3)
    assert lines(of(body, numbering(level(0, "decimal", "%1."), nums))) == ["1. a", "2. b", "5. c", "6. d"]


def test_legal_numbers_show_roman_parents_as_digits() -> None:
    levels = level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2.", "<w:isLgl/>")
    assert lines(of(numbered("A") + numbered("B", 1), numbering(levels))) == ["I. A", "1.1. B"]


def test_numbers_of_a_paragraphs_style_and_of_what_it_is_based_on() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Muc"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="MucCon"><w:basedOn w:val="Muc"/></w:style>'
    )
    parts = {"styles": styles, **numbering(level(0, "decimal", "%1."))}
    body = paragraph("a", '<w:pStyle w:val="Muc"/>') + paragraph("b", '<w:pStyle w:val="MucCon"/>')
    body += paragraph("c", '<w:pStyle w:val="Muc"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    assert lines(of(body, parts)) == ["1. a", "2. b", "c"]


# ---------------------------------------------------------------------------------------------------------- tables


def test_merged_cells_stand_once_with_their_spans() -> None:
    rows = (
        row(cell(paragraph("TT")), cell(paragraph("Nhiệm vụ")), cell(paragraph("Chủ trì")))
        + row(cell(paragraph("I. CHUNG"), '<w:gridSpan w:val="3"/>'))
        + row(cell(paragraph("1"), '<w:vMerge w:val="restart"/>'), cell(paragraph("a")), cell(paragraph("S")))
        + row(cell(paragraph(""), "<w:vMerge/>"), cell(paragraph("b")), cell(paragraph("T")))
    )
    document = of(f"{paragraph('x')}<w:tbl>{rows}</w:tbl>{paragraph('y')}")
    (table,) = document.tables
    grid = {(c.row, c.column): (c.rowspan, c.colspan, [lines(document)[n] for n in c.lines]) for c in table.cells}
    assert (table.rows, table.columns) == (4, 3)
    assert grid[1, 0] == (1, 3, ["I. CHUNG"])
    assert grid[2, 0] == (2, 1, ["1"])
    assert (3, 0) not in grid
    assert lines(document) == ["x", "TT", "Nhiệm vụ", "Chủ trì", "I. CHUNG", "1", "a", "S", "b", "T", "y"]
    assert [line.table for line in document.lines] == [None] + [0] * 9 + [None]
    place = document.lines[8].place
    assert place is not None
    assert (place.table, place.row, place.cell) == (0, 3, 1)


def test_rows_and_cells_in_content_controls_and_tracked_changes() -> None:
    rows = (
        f"<w:sdt><w:sdtContent><w:tr>{cell(paragraph('a'))}<w:sdt><w:sdtContent>{cell(paragraph('b'))}</w:sdtContent>"
        f"</w:sdt></w:tr></w:sdtContent></w:sdt><w:tr><w:trPr><w:del/></w:trPr>{cell(paragraph('c'))}{cell('<w:p/>')}</w:tr>"
        f"<w:tr><w:trPr><w:ins/></w:trPr>{cell(paragraph('d'))}{cell(paragraph('e'))}</w:tr>"
    )
    document = of(f"<w:tbl>{rows}</w:tbl><w:p/>")
    assert lines(document) == ["a", "b", "d", "e"]
    assert document.tables[0].rows == 2


EDGES = "<w:tblBorders><w:top w:val='{0}'/><w:insideV w:val='{0}'/></w:tblBorders>"
OWN_EDGES = "<w:tcBorders><w:top w:val='single'/></w:tcBorders>"


@pytest.mark.parametrize(
    ("properties", "of_cells", "ruled"),
    [
        ("", "", False),
        (EDGES.format("single"), "", True),
        (EDGES.format("none"), "", False),
        ("<w:tblStyle w:val='Luoi'/>", "", True),
        ("<w:tblStyle w:val='Luoi'/>" + EDGES.format("nil"), "", False),
        ("", OWN_EDGES, True),
    ],
)
def test_borders_tell_ruled_tables(properties: str, of_cells: str, ruled: bool) -> None:
    styles = f"<w:style w:type='table' w:styleId='Luoi'><w:tblPr>{EDGES.format('single')}</w:tblPr></w:style>"
    table = f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tr>{cell(paragraph('a'), of_cells) * 2}</w:tr></w:tbl><w:p/>"
    assert of(table, {"styles": styles}).tables[0].ruled is ruled


def test_a_table_in_a_cell_is_lines_of_that_cell() -> None:
    inner = f"<w:tbl><w:tr>{cell(paragraph('b'))}</w:tr></w:tbl>"
    table = f"<w:tbl><w:tr>{cell(paragraph('a') + inner + paragraph('c'))}{cell(paragraph('d'))}</w:tr></w:tbl>"
    document = of(table + "<w:p/>")
    assert [[lines(document)[n] for n in c.lines] for c in document.tables[0].cells] == [["a", "b", "c"], ["d"]]
    assert len(document.tables) == 1


def test_a_table_that_frames_a_larger_one_is_no_table() -> None:
    inner = f"<w:tbl>{row(*[cell(paragraph('a'))] * 3) * 3}</w:tbl>"
    outer = f"<w:tbl><w:tr>{cell(paragraph('trước') + inner)}{cell(paragraph('bên'))}</w:tr></w:tbl><w:p/>"
    document = of(outer)
    assert [(table.rows, table.columns) for table in document.tables] == [(3, 3)]
    assert lines(document) == ["trước", *["a"] * 9, "bên"]


def test_two_columns_typed_with_tabs() -> None:
    typed = docx.Document()
    for text in (
        "UBND TỈNH X\t\t\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "SỞ NỘI VỤ\t\t\tĐộc lập - Tự do - Hạnh phúc",
        "\tCăn cứ Luật Ngân sách",
        "Điều 1.\tBan hành",
        "Điều 2.\tGiao Sở Nội vụ",
        "I. MỤC TIÊU CHUNG CỦA KẾ HOẠCH\t5",
        "II. GIẢI PHÁP CHUNG CỦA KẾ HOẠCH\t12",
    ):
        typed.add_paragraph(text)
    out = io.BytesIO()
    typed.save(out)
    document = read_bytes(out.getvalue(), "a.docx")
    assert lines(document)[:4] == [
        "UBND TỈNH X",
        "SỞ NỘI VỤ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]
    assert [(table.rows, table.columns, table.ruled) for table in document.tables] == [(1, 2, False)]
    assert [line.table for line in document.lines[4:]] == [None] * 5


# ----------------------------------------------------------------------------------------------------------- fonts

TCVN3 = "<w:rFonts w:ascii='.VnTime' w:hAnsi='.VnTime'/>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (run("Uû ban nh©n d©n tØnh", TCVN3), "Uỷ ban nhân dân tỉnh"),
        (run("kÕ ho¹ch", TCVN3.replace("Time", "TimeH")), "KẾ HOẠCH"),
        (run("ÑAÊK LAÊK, soá", "<w:rFonts w:hAnsi='VNI-Times'/>"), "ĐĂK LĂK, số"),
        (run("o", "<w:rFonts w:hAnsi='VNI-Times'/>") + run("ä", "<w:rFonts w:hAnsi='VNI-Times'/><w:b/>"), "ộ"),
        (run("Uỷ ban nhân dân", TCVN3), "Uỷ ban nhân dân"),
        (run("Uû ", TCVN3) + run("tỉnh Sơn La"), "Uỷ tỉnh Sơn La"),
        ("<w:r><w:rPr>" + TCVN3 + "</w:rPr><w:t>nh</w:t><w:softHyphen/><w:t>ng</w:t></w:r>", "nhưng"),
        (run("n\u0309", TCVN3), "nề"),  # the byte D2, which Windows-1258 reads as a combining hook
    ],
)
def test_old_fonts_become_unicode(inner: str, expected: str) -> None:
    assert lines(of(f"<w:p>{inner}</w:p>")) == [expected]


def test_a_font_may_come_from_the_style_or_the_defaults() -> None:
    defaults = f"<w:docDefaults><w:rPrDefault><w:rPr>{TCVN3}</w:rPr></w:rPrDefault></w:docDefaults>"
    arial = "<w:style w:type='paragraph' w:styleId='A'><w:rPr><w:rFonts w:hAnsi='Arial'/></w:rPr></w:style>"
    body = paragraph("tØnh") + paragraph("Øre", "<w:pStyle w:val='A'/>")
    assert lines(of(body, {"styles": defaults + arial})) == ["tỉnh", "Øre"]


@pytest.mark.parametrize(
    ("font", "expected"),
    [(".VnTime", "tcvn3"), ("ABCDEF+.VnArialH", "tcvn3"), ("VNI-Helve", "vni"), ("VPS Times", "vps"), ("Vnu", None)],
)
def test_fonts_name_encodings(font: str, expected: str | None) -> None:
    assert encoding(font) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("thaúng", "thẳng"), ("lî", "lỵ"), ("Myõ Tho", "Mỹ Tho"), ("Uûy", "Ủy")]
)
def test_vni_letters(text: str, expected: str) -> None:
    assert to_unicode(text, "vni") == expected


def test_runs_without_old_fonts_stay_as_they_are() -> None:
    assert unify([Run("Señor "), Run("façade", "Arial")]) == "Señor façade"


# -------------------------------------------------------------------------------------------------- whole documents


def letters(text: str) -> Counter[str]:
    return Counter(letter for letter in text if letter.isalnum())


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_the_seeds_lose_no_letter(seed: str, corpus: Path) -> None:
    document = read(corpus / "rendered" / f"{seed}.docx")
    (text,) = (corpus / "seeds").glob(f"{seed}*")
    assert letters(document.text) == letters(text.read_text(encoding="utf-8"))


def test_the_task_table_of_a_seed_is_whole(corpus: Path) -> None:
    document = read(corpus / "rendered" / "002.docx")
    table = document.tables[-1]
    assert (table.rows, table.columns, table.ruled) == (68, 6, True)
    leads = {c.row for c in table.cells if c.column == 2 and c.colspan == 1 and c.lines and c.row}
    assert len(leads) == 58


def test_spans_and_lines_fit_the_text(corpus: Path) -> None:
    document = read(corpus / "rendered" / "002.docx")
    assert all(line == line.strip() and line and "\n" not in line for line in lines(document))
    assert "\n".join(lines(document)) == document.text


def test_reading_is_no_slower_than_python_docx(corpus: Path) -> None:
    data = (corpus / "rendered" / "002.docx").read_bytes()

    def theirs() -> None:
        for table in docx.Document(io.BytesIO(data)).tables:
            for row in table.rows:
                [one.text for one in row.cells]

    def seconds(task: object) -> float:
        start = time.process_time()
        task()  # type: ignore[operator]
        return time.process_time() - start

    pairs = [(seconds(lambda: read_bytes(data, "a.docx")), seconds(theirs)) for _ in range(9)]
    assert min(ours for ours, _ in pairs) <= 1.3 * min(them for _, them in pairs)


# ---------------------------------------------------------------------------------------------------------- hostile


def code_of(data: bytes) -> str:
    with pytest.raises(IngestError) as caught:
        read_bytes(data, "a.docx")
    assert caught.value.advice
    return caught.value.code


GOOD = package(paragraph("một") + paragraph("hai"))


def rebuilt(data: bytes, change: dict[str, bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
DOCUMENT = f"<w:document {NAMES}><w:body><w:p><w:r><w:t>&{{}};</w:t></w:r></w:p></w:body></w:document>"
NESTED = 5000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (GOOD[: len(GOOD) // 2], "damaged"),
        (rebuilt(GOOD, {"word/document.xml": None}), "damaged"),
        (rebuilt(GOOD, {"word/document.xml": b"<w:document"}), "damaged"),
        (rebuilt(GOOD, {"_rels/.rels": None}), "damaged"),
        (rebuilt(GOOD, {"[Content_Types].xml": None}), "damaged"),
        (package("", document=f"<w:document {NAMES}/>"), "damaged"),
        (package("<w:p/>"), "empty"),
        (package("", document=f"<!DOCTYPE a [{ENTITIES}]>" + DOCUMENT.format("e11")), "damaged"),
        (
            package("", document='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + DOCUMENT.format("x")),
            "damaged",
        ),
        (package("<w:tbl><w:tr><w:tc>" * NESTED + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * NESTED), "damaged"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_bad_files_end_in_errors_with_advice(data: bytes, code: str) -> None:
    start = time.process_time()
    assert code_of(data) == code
    assert time.process_time() - start < 10


@pytest.mark.parametrize("limit", ["MOST_XML", "MOST_UNPACKED", "MOST_TAGS", "MOST_PARTS"])
def test_what_unpacks_to_too_much_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"ingest.word_package.{limit}", 3)
    assert code_of(GOOD) == "too-large"


def test_missing_pictures_do_not_matter() -> None:
    rel = f'<Relationship Id="z" Type="{OFFICE}/image" Target="../NULL"/></Relationships>'
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + rel.encode()
    assert lines(read_bytes(rebuilt(GOOD, {"word/_rels/document.xml.rels": rels}), "a.docx")) == ["một", "hai"]


def test_strict_names_are_read() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        document = archive.read("word/document.xml").replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        )
    assert lines(read_bytes(rebuilt(GOOD, {"word/document.xml": document}), "a.docx")) == ["một", "hai"]


def test_absurd_spans_are_bounded() -> None:
    wide = cell(paragraph("a"), '<w:gridSpan w:val="999999999"/><w:vMerge w:val="restart"/>')
    document = of(f"<w:tbl>{row(wide, cell(paragraph('b'))) * 300}</w:tbl><w:p/>")
    assert (document.tables[0].rows, document.tables[0].columns) == (300, 2)


def test_deep_nesting_within_the_parsers_bound_loses_nothing() -> None:
    body = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("đáy") + "</w:tc></w:tr></w:tbl>" * 60
    assert lines(of(body + paragraph("sau"))) == ["đáy", "sau"]


def test_a_style_with_a_numbered_style_made_by_python_docx() -> None:
    made = docx.Document()
    style = made.styles.add_style("Mục", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["List Number"]
    made.add_paragraph("một", style="Mục")
    made.add_paragraph("hai", style="List Number")
    made.add_paragraph("gạch", style="List Bullet")
    out = io.BytesIO()
    made.save(out)
    assert lines(read_bytes(out.getvalue(), "a.docx")) == ["1. một", "2. hai", "- gạch"]
