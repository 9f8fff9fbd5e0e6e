"""More hostile files: what is odd rather than wicked, and bounds gone round by another way."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator

from tests.generator_forms import pdf_file
from tests.hostile import (
    BLANKS,
    FONT,
    ODT,
    RELS,
    TO_MAIN,
    TYPES,
    Hostile,
    W,
    canary,
    decision,
    image,
    packed,
    page,
    para,
    pdf,
    png,
    raw_zip,
    stream,
    word,
    zipped,
)

LINES = b"0 0 m 1 1 l S\n"
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
RC4_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
DRAW = "q 500 0 0 700 50 50 cm /X Do Q"


def case(
    name: str, filename: str, tries: str, make: Callable[[], bytes], expect: str = "bounded", seconds: float = 20
) -> Hostile:
    return Hostile(name, filename, make, tries, expect, seconds)


def odd_text_cases() -> Iterator[Hostile]:
    yield case(
        "utf-16-no-mark", "a.txt", "UTF-16 that does not say so", lambda: decision().decode().encode("utf-16-le")
    )
    yield case("cesu-8", "b.txt", "UTF-16 pairs written as UTF-8", lambda: decision(body="a\ud83d\ude00b\n" * 1000))
    yield case(
        "marks-of-1258", "c.txt", "150,000 marks on one letter, in Windows-1258", lambda: b"a" + b"\xcc\xf2" * 75_000
    )
    yield case("marks-alone", "d.txt", "lines of combining marks alone", lambda: decision(body="\u0301\u0302\n" * 9999))
    yield case("form-feeds", "e.txt", "a million pages of nothing", lambda: decision(body="\f" * 10**6))
    yield case("wide-grid", "f.md", "a markdown table of 300 by 300 cells", lambda: decision(body=pipes(300)))
    yield case(
        "only-blanks", "g.txt", "blanks of every kind and no more", lambda: "\u3000\u00a0\t\u200b\n".encode() * 9999
    )


def odd_html_cases() -> Iterator[Hostile]:
    yield case("html-zeros", "a.html", "U+0000 between tags", lambda: page("<p>\0x</p>" * 999))
    yield case(
        "html-codec",
        "b.html",
        "a charset that is no charset",
        lambda: page("").replace(b"charset=utf-8", b"charset=zlib") + b"\xff",
    )
    yield case("html-utf-32", "c.html", "UTF-32", lambda: page("").decode().encode("utf-32"))
    yield case("html-lists", "d.html", "a list that starts at 10^18, in Roman numerals", lambda: page(LISTED))
    yield case(
        "html-rowspans",
        "e.html",
        "50,000 cells that reach to the end",
        lambda: page(f"<table>{REACHES * 50_000}"),
        seconds=60,
    )
    yield case("mht-junk", "f.mht", "a page packed as no base64", lambda: MHT.encode() + b"\xff\0=" * 99_999)


LISTED = "<ol type=I start=999999999999999999><li>x<li value=-5>y</ol>"
REACHES = "<tr><td rowspan=0>x"
MHT = (
    'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
    "Content-Type: text/html; charset=nothing\nContent-Transfer-Encoding: base64\n\n"
)


def pipes(count: int) -> str:
    row = "|x" * count + "|\n"
    return row + "|-" * count + "|\n" + row * count


def odd_package_cases() -> Iterator[Hostile]:
    body = para("QUYẾT ĐỊNH")
    nowhere = f'<Relationship Id="h" Type="{W}/header" Target="none.xml"/>'
    numbered = f'<w:numPr><w:ilvl w:val="{10**30}"/><w:numId w:val="x"/></w:numPr><w:outlineLvl w:val="-9"/>'
    yield case("docx-dangling", "a.docx", "a relation to a part that is not there", lambda: word(body, nowhere))
    yield case(
        "docx-odd-numbers",
        "b.docx",
        "list numbers that are no numbers",
        lambda: word(para("x", f"<w:pPr>{numbered}</w:pPr>")),
    )
    yield case("docx-utf-16", "c.docx", "a main part in UTF-16", utf_16_word)
    yield case("docx-target", "d.docx", "a main part that lies on the network", network_word)
    yield case(
        "docx-folder", "e.docx", "a main part that is a folder", lambda: word("", more={"word/document.xml/": ""})
    )
    yield case(
        "odt-kind-bomb",
        "f.odt",
        "600 MB in the part that names the kind",
        lambda: zipped({"mimetype": BLANKS * 600}),
        "error:too-large",
    )
    yield case("odt-manifest-bomb", "g.odt", "300 MB in the list of parts", manifest_bomb, "error:too-large")
    yield case("zip-bad-name", "h.zip", "a name that says it is UTF-8 and is not", bad_name)
    yield case("zip-far", "i.zip", "a member that lies behind the end", lambda: raw_zip([("a.txt", b"x", 1, 0)])[30:])
    yield case(
        "zip-huge",
        "j.zip",
        "a member of 4 GB, it says",
        lambda: raw_zip([("a.txt", b"x", (1 << 32) - 2, 0)]),
        "error:too-large",
    )


def utf_16_word() -> bytes:
    body = f'<w:document xmlns:w="{W}"><w:body>{para("QUYẾT ĐỊNH")}</w:body></w:document>'
    return word("", more={"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?>{body}'.encode("utf-16")})


def network_word() -> bytes:
    far = TO_MAIN.replace('Target="word/document.xml"', f'Target="{canary()}" TargetMode="External"')
    return zipped({"[Content_Types].xml": TYPES, "_rels/.rels": RELS.format(far), "word/document.xml": "<a/>"})


def manifest_bomb() -> bytes:
    return zipped({"mimetype": ODT, "content.xml": "<a/>", "META-INF/manifest.xml": BLANKS * 300})


def bad_name() -> bytes:
    data = bytearray(zipped({"ab.txt": decision()}).replace(b"ab.txt", b"\xff\xfe.txt"))
    for mark, offset in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        data[data.index(mark) + offset] |= 8
    return bytes(data)


def odd_pdf_cases() -> Iterator[Hostile]:
    yield case("pdf-many-forms", "a.pdf", "a drawing of 1 MB drawn 10,000 times", many_forms, "error:too-large")
    yield case("pdf-form-tree", "b.pdf", "drawings that draw ten others each, ten deep", form_tree, "error:too-large")
    yield case("pdf-one-stream", "c.pdf", "a page made of the same 1 MB 1,000 times", one_stream, "error:too-large")
    yield case("pdf-bomb-in-ascii", "d.pdf", "a page description of 200 MB, as text", ascii_bomb, "error:too-large")
    yield case(
        "pdf-bomb-damaged", "e.pdf", "drawings without end before damaged bytes", damaged_loop, "error:too-large"
    )
    yield case("pdf-many-fills", "f.pdf", "a picture painted over 300,000 times", many_fills, seconds=60)
    yield case("pdf-no-password", "g.pdf", "a password of no letters", no_password, "decision")
    yield case("pdf-turned", "h.pdf", "pages turned, also by no quarter", lambda: turned("90", "-270", "45", "9e9"))
    yield case(
        "pdf-kids", "i.pdf", "kids that are no pages", lambda: pdf().replace(b"[3 0 R]", b"[3 0 R 5 0 R 9 0 R 7 (x)]")
    )
    yield case("pdf-junk-before", "j.pdf", "1,000 bytes before the head", lambda: b"\0" * 1000 + pdf())


def many_forms() -> bytes:
    return pdf("/X Do " * 10_000, "0 0 595 842", "", stream(packed(LINES * 75_000), f"{FORM} /Filter /FlateDecode"))


def form_tree() -> bytes:
    levels = [
        stream("/X Do " * 10, f"{FORM} /Resources << /XObject << /X {number + 1} 0 R >> >>") for number in range(6, 16)
    ]
    return pdf("/X Do", "0 0 595 842", "", *levels, stream(LINES, FORM))


def one_stream() -> bytes:
    data = pdf("X").replace(b"/Contents 4 0 R", b"/Contents [" + b"4 0 R " * 1000 + b"]")
    return data.replace(stream("X").encode(), stream(packed(LINES * 75_000), "/Filter /FlateDecode").encode("latin-1"))


def ascii_bomb() -> bytes:
    text = base64.a85encode(packed(LINES * (15 << 20))) + b"~>"
    return pdf("X").replace(stream("X").encode(), stream(text, "/Filter [/ASCII85Decode /FlateDecode]").encode())


def damaged_loop() -> bytes:
    packer = zlib.compressobj()
    loop = packer.compress(b"/X Do /X Do ") + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 99
    resources = "/Resources << /XObject << /X 6 0 R >> >>"
    return pdf("/X Do", "0 0 595 842", "", stream(loop, f"{FORM} {resources} /Filter /FlateDecode"))


def many_fills() -> bytes:
    return pdf(f"{DRAW} " + "0 0 595 842 re f " * 300_000, "0 0 595 842", "", image(9, 9, packed(bytes(81))))


def turned(*angles: str) -> bytes:
    kids = " ".join(f"{n} 0 R" for n in range(3, 3 + len(angles)))
    last = 3 + len(angles)
    pages = [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {angle} /Contents {last} 0 R "
        f"/Resources << /Font << /F {last + 1} 0 R >> >> >>"
        for angle in angles
    ]
    tree = f"<< /Type /Pages /Count {len(angles)} /Kids [{kids}] >>"
    words = stream("BT /F 12 Tf 0 1 -1 0 300 300 Tm (QUYET DINH) Tj ET")
    return pdf_file(["<< /Type /Catalog /Pages 2 0 R >>", tree, *pages, words, FONT])


def rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def no_password() -> bytes:
    """Locked against changes only: whoever opens it needs no password (standard handler, revision 2, 40 bits)."""
    owner = rc4(hashlib.md5(RC4_PADDING, usedforsecurity=False).digest()[:5], RC4_PADDING)
    start = RC4_PADDING + owner + struct.pack("<i", -4) + b"a"
    key = hashlib.md5(start, usedforsecurity=False).digest()[:5]
    each = hashlib.md5(key + struct.pack("<I", 4)[:3] + b"\0\0", usedforsecurity=False).digest()[:10]
    words = b"BT /F 12 Tf 50 700 Td (QUYET DINH) Tj ET"
    locks = f"/Filter /Standard /V 1 /R 2 /P -4 /O <{owner.hex()}> /U <{rc4(key, RC4_PADDING).hex()}>"
    data = pdf("X" * len(words), "0 0 595 842", "", "null", f"<< {locks} >>")
    return data.replace(b"X" * len(words), rc4(each, words)).replace(b"/Root", b"/ID [(a)(a)] /Encrypt 7 0 R /Root")


def odd_other_cases() -> Iterator[Hostile]:
    cut = b"{\\rtf1\\ansi{\\fonttbl{\\f0 Times;}}\\f0 QUY\\u7870?T \\u272?\\u7882?NH\\par \\u78"
    for name, filename, tries, make in (
        ("rtf-cut", "a.rtf", "text cut in a letter", lambda: cut),
        ("rtf-bin", "b.rtf", "bytes that never come", lambda: b"{\\rtf1 x\\bin999999999 y}"),
        ("doc-circle", "c.doc", "an allocation table that runs in a circle", circle),
        ("png-words", "d.png", "300 MB of words in a picture", png_words),
        ("jpeg-huge", "e.jpg", "a picture of 65,500 by 65,500, it says", lambda: JPEG),
    ):
        yield Hostile(name, filename, make, tries, "bounded", 150, 1500, office=name.startswith(("rtf", "doc")))


JPEG = bytes.fromhex("FFD8FFE000104A46494600010100000100010000FFC0000B08FFDCFFDC01011100FFDA0008010100003F00")


def circle() -> bytes:
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<HHHHH", head, 24, 62, 3, 0xFFFE, 9, 6)
    struct.pack_into("<7I", head, 44, 1, 1, 0, 4096, 1, 1, 0xFFFFFFFE)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    names = "".join(f"{name}\0".ljust(32, "\0") for name in ("Root Entry", "WordDocument")).encode("utf-16-le")
    entries = b"".join(names[n * 64 : n * 64 + 64] + bytes(64) for n in range(2))
    return bytes(head) + struct.pack("<128I", *[1] * 128) + entries.ljust(512, b"\0")


def png_words() -> bytes:
    words = b"k\0\0" + packed(bytes(300 << 20))
    chunk = struct.pack(">I", len(words)) + b"zTXt" + words + struct.pack(">I", zlib.crc32(b"zTXt" + words))
    whole = png(99, 99, packed(bytes(9999)))
    return whole[:33] + chunk + whole[33:]


def odd_cases() -> Iterator[Hostile]:
    for kind in (odd_text_cases, odd_html_cases, odd_package_cases, odd_pdf_cases, odd_other_cases):
        yield from kind()
