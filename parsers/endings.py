"""What the end of a line says: whether its sentence is complete, whether its last word wants another after it.

The words stand in `grammar/layout.toml`, `[line_ends]`, with examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from parsers import grammar


def closed(text: str, signs: str) -> bool:
    """Whether the last sign of `signs` in a text stands after its last letter or figure.

    >>> closed("trước ngày 31/12.”", ".;"), closed("Điều 1. Phê duyệt", ".;")
    (True, False)
    """
    for sign in reversed(text):
        if sign in signs:
            return True
        if sign.isalnum() or sign == "_":
            return False
    return False


@dataclass(frozen=True, slots=True)
class Endings:
    """Words at the end of a folded line, whole words only; none of `but`, which end alike and say something else."""

    words: tuple[str, ...]
    but: tuple[str, ...] = ()

    def __call__(self, folded: str) -> bool:
        if not folded.endswith(self.words) or (self.but and folded.endswith(self.but)):
            return False
        lengths = {len(word) for word in self.words if folded.endswith(word)}
        return any(n == len(folded) or not (folded[-n - 1].isalnum() or folded[-n - 1] == "_") for n in lengths)


@lru_cache(maxsize=4)
def endings(name: str) -> Endings:
    """The words of `[line_ends.<name>]`: `hanging`, `cut`, `number`, `lead_in`.

    >>> endings("hanging")("giám đốc sở"), endings("hanging")("công sở")
    (True, True)
    """
    table = grammar.toml("layout")["line_ends"][name]
    return Endings(tuple(table["words"]), tuple(table.get("but", ())))
