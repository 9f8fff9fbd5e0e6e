"""Cleaning looks closer only at texts that have an unusual character; none that matters may be taken for usual."""

from __future__ import annotations

import sys
import unicodedata

from ingest import text


def test_no_character_that_is_looked_at_is_usual():
    usual = [chr(code) for code in range(sys.maxunicode + 1) if not text._UNUSUAL.match(chr(code))]
    assert 200 < len(usual) < 300
    assert [letter for letter in usual if text._SUSPECT.match(letter)] == []
    assert [letter for letter in usual if unicodedata.normalize("NFC", letter) != letter] == []


def test_one_unusual_character_is_enough():
    assert text.clean("QUYẾT ĐỊNH") == "QUYẾT ĐỊNH"
    assert text.clean(unicodedata.normalize("NFD", "QUYẾT ĐỊNH")) == "QUYẾT ĐỊNH"
    assert text.clean("Căn\u00a0cứ\r\nLuật") == "Căn cứ\nLuật"
