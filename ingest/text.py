"""Characters: decoding bytes, and the only place where characters change.

`clean` makes what different programs write for the same letter the same: NFC, look-alike letters, dashes that are
hyphens, spaces; it drops invisible characters. It never touches words. Runs once, before a text becomes canonical.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

import regex

from ingest.errors import IngestError

MOST_CHARACTERS = 16_000_000  # 5,000 pages of dense print
MOST_LINES = 500_000  # 5,000 pages of 100 lines
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Đ has two doubles (Icelandic eth, African d) that no normal form maps; fonts and converters write them.
_LOOKS: dict[int, str | None] = {
    0x00D0: "Đ",
    0x0189: "Đ",
    0x00F0: "đ",
    # What printing to PDF makes of the late Vietnamese letters of some fonts (cǜng, Vǜng Tàu, Nam KǶ Khởi Nghĩa).
    0x01DB: "Ũ",
    0x01DC: "ũ",
    0x01F6: "ỳ",
    0x2010: "-",
    0x2011: "-",
    0x0002: "-",  # pdfium writes U+0002 (older: U+FFFE) for a hyphen at a line end
    0xFFFE: "-",
    0x00A0: " ",
    0x2007: " ",
    0x202F: " ",
    0x3000: " ",
    0x2028: "\n",
    0x2029: "\n",
    0x000B: "\n",
    0x0085: "\n",
    0x0000: "\ufffd",
    0x00AD: None,
    0x200B: None,
    0x200C: None,
    0x200D: None,
    0x2060: None,
    0xFEFF: None,
    0x200E: None,
    0x200F: None,
}
# Anything but ASCII, the letters of Vietnamese and common signs, which nothing below changes: most texts have none, and
# a plain class of the standard library says so in a tenth of the time of `_SUSPECT`.
_UNUSUAL = re.compile("[^\t\n -~À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ–—‘’“”•…]")
_SUSPECT = regex.compile(
    r"[\x00\x02\x0B\x85\xA0\xAD\xD0\xF0\u0189\u01DB\u01DC\u01F6\u2007\u200B-\u200F\u2010\u2011\u2028\u2029\u202F\u2060\u3000\uFEFF\uFFFE"
    r"\p{M}\p{Cyrillic}\p{Greek}\p{Cs}\r]"
)
# More marks on a letter than any writing has; putting them in order would take the square of their number. What parts
# them is UAX 15's (section 13, Stream-Safe Text).
_MANY_MARKS = regex.compile(r"\p{M}{30}(?=\p{M})")
_PARTED = "\\g<0>\u034f"
# A tone mark typed before the vowel's own mark (e + acute + circumflex): NFC composes only the other order.
_MARKS_SWAPPED = regex.compile("([\u0300\u0301\u0303\u0309\u0323]+)([\u0302\u0306\u031b])")
_FOREIGN = dict(zip("АВЕКМНОРСТХУаеорсхуіАΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXYaeopcxyiABEZHIKMNOPTYXo", strict=True))
_IN_LATIN = regex.compile(r"(?<=\p{Latin})[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}](?=\p{Latin})")
_SURROGATE = regex.compile(r"\p{Cs}")
_VIETNAMESE = regex.compile(r"[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_CONTROL = regex.compile(r"[\x00-\x08\x0E-\x1F\x7F]")


def bounded(text: str) -> str:
    """The text itself. Raises IngestError `too-large` where it is longer than any decision."""
    advice = "Split it: one decision a file."
    if len(text) > MOST_CHARACTERS:
        raise IngestError("too-large", f"The text has more than {MOST_CHARACTERS:,} characters.", advice)
    if text.count("\n") >= MOST_LINES:
        raise IngestError("too-large", f"The text has more than {MOST_LINES:,} lines.", advice)
    return text


def clean(text: str) -> str:
    """The text as it becomes canonical: NFC, look-alikes mended, invisible characters dropped, LF line ends.

    >>> clean("QUYẾT ÐỊNH số 18\u2011NQ/TW")
    'QUYẾT ĐỊNH số 18-NQ/TW'
    """
    if not _UNUSUAL.search(text):
        return text
    if _SUSPECT.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LOOKS)
        text = _SURROGATE.sub("\ufffd", text)
        text = _IN_LATIN.sub(lambda m: _FOREIGN.get(m[0], m[0]), text)
        text = _MARKS_SWAPPED.sub(r"\2\1", _MANY_MARKS.sub(_PARTED, text))
    return unicodedata.normalize("NFC", text)


def composed(text: str) -> str:
    """NFC, in a time that grows with the text's length only."""
    return unicodedata.normalize("NFC", _MANY_MARKS.sub(_PARTED, text))


def _looks_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    half = len(sample) // 2
    if half >= 8 and max(zeros) > 0.3 * half and min(zeros) < 0.05 * half:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return None


def _vietnamese(text: str) -> int:
    return len(_VIETNAMESE.findall(text)) - 3 * len(_CONTROL.findall(text)) - 3 * text.count("\ufffd")


def _one_byte(data: bytes) -> str:
    """Windows-1258, TCVN3 or VNI, whichever gives more Vietnamese letters; Latin-1 if none does."""
    import viparse

    latin = data.decode("cp1252", errors="replace")
    readings = [latin, composed(data.decode("cp1258", errors="replace"))]
    if named := viparse.detect_text_encoding(latin):
        readings.append(viparse.fix(latin, encoding=named))
    return max(readings, key=_vietnamese)


def decode(data: bytes) -> str:
    """The text of a file's bytes: UTF-8/16/32 with or without BOM, else Windows-1258, TCVN3 or VNI.

    Raises IngestError `empty` when there is nothing in it and `unsupported` when it is no text.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise IngestError("empty", "The file is empty.", "Check that it was downloaded whole.")
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, errors="replace")
    if name := _looks_utf16(data) or "":
        return data.decode(name, errors="replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _with_surrogates(data) or _mended_utf8(data) or _one_byte(data)
    if len(_CONTROL.findall(text[:20000])) > 0.02 * len(text[:20000]) + 2:
        raise IngestError("unsupported", "The file is no text.", "Give the original PDF, Word or HTML file.")
    return text


def _with_surrogates(data: bytes) -> str | None:
    """UTF-8 in which a program wrote each half of a UTF-16 pair for itself (CESU-8), else None.

    A half without the other becomes U+FFFD.
    """
    try:
        text = data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")


def _mended_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken bytes (a file cut in the middle of a letter), else None."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return text if broken <= 3 + len(text) // 500 and _VIETNAMESE.search(text) else None
