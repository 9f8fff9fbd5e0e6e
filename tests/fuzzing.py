# ruff: noqa: E501 (pieces stand in tables)
"""Coverage-guided fuzzing of the readers and of the parser: whatever comes in, a Decision or an IngestError comes out.

    python tests/fuzzing.py words --seconds 60      one target, for so long
    python tests/fuzzing.py all --seconds 600       all, one after the other
    python tests/fuzzing.py words --keep            puts what reached new code into tests/fuzz/ (few, small)

Needs atheris (Linux). An input that breaks a target is written to the folder of temporary files and named; put it into
`tests/fuzz/<target>/` with the cure, where `test_fuzzing.py` runs it for ever. `words`, `html` and `word` take each byte
as a piece of a document (`_PIECES`), so that mutations make documents rather than noise.
"""

from __future__ import annotations

import argparse
import io
import os
import pkgutil
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUTS = Path(__file__).resolve().parent / "fuzz"
MOST_KEPT, SMALL = 12, 600  # inputs of a target, bytes of one
START = 600  # bytes of the inputs that a run starts with
LARGEST = {"old-word": 32768}  # bytes of an input; else 4096

#: Pieces of decisions: what opens parts, marks, cells, names, numbers, times, and plain words.
_PIECES = (
    "\n", "\n\n", " ", "|\n", "| ", " |\n", "|---|---|\n", "**", "*", "# ", "\f", "\t", "-", "–", "/", ":", ";", ".", ",",
    "(", ")", "“", "”", "…", "./.", "\u00ad", "\u0300", "ỦY BAN NHÂN DÂN\n", "TỈNH SƠN LA\n", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA\n",
    "Số: 12/QĐ-UBND", "Sơn La, ngày 08 tháng 01 năm 2024\n", "QUYẾT ĐỊNH\n", "QUYẾT ĐỊNH:\n", "KẾ HOẠCH\n", "PHỤ LỤC\n",
    "Về việc ban hành Kế hoạch cải cách hành chính năm 2024\n", "Căn cứ Luật Tổ chức chính quyền địa phương", " ngày 19/6/2015;\n",
    "Xét đề nghị của Giám đốc Sở Nội vụ", " tại Tờ trình số 5/TTr-SNV", "Điều 1.", "Điều 2.", "Điều 99a. ", "Chương II", "Mục 1",
    "Phần I", "I. ", "II. ", "1. ", "2. ", "1.1. ", "a) ", "đ) ", "- ", "+ ", "Nơi nhận:\n", "- Như Điều 3;\n", "- Lưu: VT.\n",
    "TM. ỦY BAN NHÂN DÂN\n", "KT. CHỦ TỊCH\n", "PHÓ CHỦ TỊCH\n", "(Đã ký)\n", "Nguyễn Văn A\n", "STT | ", "Nhiệm vụ | ",
    "Cơ quan chủ trì | ", "Cơ quan phối hợp | ", "Thời gian hoàn thành | ", "Sản phẩm |\n", "Mục tiêu", "Chỉ tiêu", "Đơn vị tính",
    "Tổ chức thực hiện", "Giao ", "Sở Nội vụ", " chủ trì, phối hợp với ", "các sở, ban, ngành", "UBND các huyện, thành phố",
    " xây dựng kế hoạch", " trước ngày 31/3/2024", "quý I", "Hằng năm", "thường xuyên", "trong tháng 02", "6 tháng đầu năm",
    "30 ngày làm việc kể từ ngày", "đến năm 2030", "đạt tối thiểu 85,5%", "≥ 90", "từ 10 - 15%", "Nghị quyết số 76/NQ-CP",
    "Nghị định 61/2018/NĐ-CP", " ngày 15 tháng 7 năm 2021", " của Chính phủ", "khoản 2 Điều 3", "sau đây gọi tắt là", "sửa đổi, bổ sung",
    "bãi bỏ", "thay thế", "có hiệu lực kể từ ngày ký", "(Kèm theo Quyết định số 12/QĐ-UBND)\n", "12", "2024", "I", "x", "Ô", "₫",
)  # fmt: skip
_TAGS = (
    "w:p", "w:r", "w:t", "w:tbl", "w:tr", "w:tc", "w:pPr", "w:rPr", "w:tcPr", "w:trPr", "w:sdt", "w:sdtContent", "w:ins",
    "w:del", "w:delText", "w:hyperlink", "w:tab", "w:br", "w:noBreakHyphen", "w:pict", "w:txbxContent", "w:sectPr", "w:b",
    'w:gridSpan w:val="2"', 'w:gridSpan w:val="9999"', 'w:vMerge w:val="restart"', "w:vMerge", "w:numPr",
    'w:numId w:val="1"', 'w:ilvl w:val="8"', 'w:gridBefore w:val="3"', 'w:rFonts w:ascii=".VnTime"', "mc:AlternateContent",
    "mc:Choice", "mc:Fallback", 'w:footnoteReference w:id="1"', 'w:sym w:font="Symbol" w:char="F0B7"', "w:smartTag", "w:fldSimple",
)  # fmt: skip
_MARKUP = (
    "<p>", "</p>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td rowspan=3>", "<td colspan=2>", "<th>", "<div>",
    "</div>", "<br>", "<b>", "</b>", "<span style='display:none'>", "</span>", "<pre>", "</pre>", "<ol>", "<li>", "</ol>", "<!--",
    "-->", "<script>", "</script>", "<style>", "</style>", "&nbsp;", "&#0;", "&#x110;", "&amp;", "<td rowspan=0>", "<td colspan=99999>",
    "<p align=center>", "<font>", "<sup>", "</sup>", "<o:p>", "<![if !vml]>", "<textarea>", "<template>", "<svg>", "<math>",
)  # fmt: skip
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_PACKAGE = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}" Target="word/document.xml"/></Relationships>',
}


def words(data: bytes) -> str:
    """The bytes as pieces of a decision."""
    return "".join(_PIECES[byte % len(_PIECES)] for byte in data)


def page(data: bytes) -> bytes:
    """The bytes as pieces of a web page, tags and words."""
    pieces = (*_MARKUP, *_PIECES)
    return "".join(pieces[byte % len(pieces)] for byte in data).encode()


def package(data: bytes) -> bytes:
    """The bytes as a Word file: well-formed XML whose elements stand where they like."""
    written, opened = [], []
    for byte in data:
        if byte < 60 and opened:
            written.append(f"</{opened.pop()}>")
        elif byte < 150:
            tag = _TAGS[byte % len(_TAGS)]
            written.append(f"<{tag}>")
            opened.append(tag.split(" ")[0])
        else:
            written.append(_PIECES[byte % len(_PIECES)].replace("\f", " "))
    body = "".join(written) + "".join(f"</{tag}>" for tag in reversed(opened))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in _PACKAGE.items():
            made.writestr(name, text)
        made.writestr("word/document.xml", f"<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def _read(data: bytes, name: str) -> None:
    """Reads a file and parses it. Raises AssertionError where the contract's rules are broken, and any other fault."""
    from ingest import IngestError, read_bytes

    try:
        document = read_bytes(data, name)
    except IngestError:
        return
    _parse(document)


def _old_word(data: bytes) -> None:
    from ingest import IngestError, old_word
    from ingest.document import Source

    try:
        document = old_word.document(data, Source("x.doc", "0" * 64, "application/msword", len(data), "doc"))
    except IngestError:
        return
    _parse(document)


def _parse(document: object) -> None:
    from invariants import problems

    from parsers.decision import parse

    found = list(problems(parse(document)))  # type: ignore[arg-type]
    assert not found, found[0]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "words": lambda data: _read(words(data).encode(), "x.txt"),
    "text": lambda data: _read(data, "x.txt"),
    "html": lambda data: _read(page(data), "x.html"),
    "word": lambda data: _read(package(data), "x.docx"),
    "old-word": _old_word,
    "pdf": lambda data: _read(data, "x.pdf"),
}


def inputs(target: str) -> Iterator[Path]:
    """The kept inputs of a target, by name."""
    yield from sorted(path for path in (INPUTS / target).glob("*") if path.is_file())


def _instrument() -> None:
    """Imports the two rooms so that atheris sees which of their lines an input reaches."""
    import atheris

    with atheris.instrument_imports(include=["ingest", "parsers"], enable_loader_override=False):
        import ingest
        import parsers

        for room in (ingest, parsers):
            for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
                if not module.name.startswith("ingest.ocr"):
                    __import__(module.name)


def _fuzz(target: str, seconds: int, runs: int, found: Path) -> None:
    """Runs one target in this process until the time or the runs are over, or an input breaks it (exit status 77)."""
    import atheris

    _instrument()
    for n in range(4):  # inputs grow no longer than the longest one there is
        (found / f"start-{n}").write_bytes(random.Random(n).randbytes(START))
    arguments = [sys.argv[0], str(found), *(str(INPUTS / target) for _ in [0] if (INPUTS / target).is_dir())]
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST.get(target, 4096)}",
        "-timeout=30",
        "-rss_limit_mb=4096",
        "-len_control=0",
        *([f"-runs={runs}", "-seed=1"] if runs else []),
    ]
    atheris.Setup([*arguments, *options, f"-artifact_prefix={tempfile.gettempdir()}/fuzz-{target}-"], TARGETS[target])
    atheris.Fuzz()


def _keep(target: str, found: Path) -> None:
    """Keeps a few small inputs that reached new code."""
    folder = INPUTS / target
    folder.mkdir(parents=True, exist_ok=True)
    room = max(0, MOST_KEPT - len(list(inputs(target))))
    new = sorted((path.stat().st_size, path.name, path) for path in found.iterdir() if path.stat().st_size <= SMALL)
    for _, _, path in new[-room:] if room else []:
        (folder / path.name[:12]).write_bytes(path.read_bytes())


def main() -> int:
    """Fuzzes as asked; 1 where something broke."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("target", choices=(*TARGETS, "all"))
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--runs", type=int, default=0, help="so many inputs, the same each time")
    asked.add_argument("--keep", action="store_true", help="keep inputs that reached new code")
    asked.add_argument("--found", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.found:
        _fuzz(options.target, options.seconds, options.runs, Path(options.found))
        return 0
    broken = 0
    for target in TARGETS if options.target == "all" else (options.target,):
        with tempfile.TemporaryDirectory() as name:
            command = [sys.executable, __file__, target, "--seconds", str(options.seconds), "--found", name]
            command += ["--runs", str(options.runs)]
            environment = {**os.environ, "PYTHONHASHSEED": "0"}
            ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", env=environment)
            lines = [line for line in ended.stderr.splitlines() if line.startswith(("#", "Done", " ==", "==", "Base"))]
            print(target, "broke" if ended.returncode else "held", "|", lines[-1] if lines else ended.stderr[-2000:])
            if ended.returncode:
                print(ended.stderr[-3000:])
                broken = 1
            if options.keep:
                _keep(target, Path(name))
    return broken


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    sys.exit(main())
