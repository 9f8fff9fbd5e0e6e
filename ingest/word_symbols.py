"""Signs that Word writes in picture fonts: their letters are places in a font, not characters.

Only signs that decisions use are mapped (comparisons in targets, ticks and boxes in tables, bullets); any other sign of
a picture font is left out, as it would read as a letter it is not. Source: the fonts' own charts (Symbol: Adobe's
Symbol encoding; Wingdings: Unicode's own mapping, L2/12-368).
"""

from __future__ import annotations

_SYMBOL = {
    0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB4: "×", 0xB0: "°", 0xB7: "•", 0xB9: "≠", 0xAE: "→", 0xA5: "∞", 0xB8: "÷",
    0x2D: "−", 0xDE: "⇒", 0xE5: "∑", 0xBB: "≈", 0x44: "Δ", 0x61: "α", 0x62: "β",
}  # fmt: skip
_WINGDINGS = {
    0xA7: "▪", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xFB: "✗", 0xD8: "➢", 0xE0: "→",
    0xE8: "→", 0x76: "❖", 0x6C: "●", 0x6E: "■", 0x9F: "•", 0x2A: "✉", 0x28: "☎",
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def is_symbol_font(font: str | None) -> bool:
    """Whether letters in this font are signs."""
    return (font or "").lower() in _FONTS


def symbol(font: str | None, code: str | None) -> str:
    """The character for a `w:sym`: `font` as named, `code` in hexadecimal; '' where it is no known sign.

    >>> symbol("Symbol", "F0B3"), symbol("Times New Roman", "00BD"), symbol("Webdings", "F061")
    ('≥', '½', '')
    """
    try:
        number = int(code or "", 16)
    except ValueError:
        return ""
    name = (font or "").lower()
    if name in _FONTS:
        return _FONTS[name].get(number & 0xFF, "")
    return chr(number) if 0x20 <= number < 0xD800 else ""


def in_symbol_font(text: str, font: str | None) -> str:
    """Ordinary text set in a picture font: its private characters and those above ASCII become signs, others stay.

    >>> in_symbol_font("\\uf0b3 80%", "Symbol"), in_symbol_font("\xb3", "Symbol")
    ('≥ 80%', '≥')
    """
    table = _FONTS.get((font or "").lower(), {})

    def sign(letter: str) -> str:
        if "\uf000" <= letter <= "\uf0ff":
            return table.get(ord(letter) & 0xFF, "")
        return table.get(ord(letter), letter) if "\xa1" <= letter <= "\xff" else letter

    return "".join(map(sign, text))
