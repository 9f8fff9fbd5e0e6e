"""Many names as one pattern: finds any of thousands of names in folded text, longest first, in one pass.

The names are folded (`parsers.folding.fold`) and share their beginnings (a trie), so that the time to scan a text
hardly depends on how many names there are. A space in a name stands for one to three spaces of the text (a wrap, an
indent), a hyphen, an ampersand or a comma for the same mark with or without spaces around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from parsers.folding import fold

_SPACES = " {1,3}"
_JOINTS = {mark: f" {{0,2}}{mark} {{0,2}}" for mark in "-&,"}
_JOINT = re.compile(r" ?([-&,]) ?")
_END = ""

Trie: TypeAlias = dict[str, "Trie"]


def canonical(name: str) -> str:
    """The form under which a name is looked up: folded, single spaces, none around hyphens, ampersands and commas.

    >>> canonical("Bà Rịa  –\\nVũng Tàu")
    'bà rịa-vũng tàu'
    """
    return looked_up(fold(name))


def looked_up(folded: str) -> str:
    """`canonical` of words that are folded already.

    >>> looked_up("lao động - thương binh")
    'lao động-thương binh'
    """
    return _JOINT.sub(r"\1", " ".join(folded.split()))


def squeeze(name: str) -> str:
    """Letters and digits alone, folded: the form in which `TP. HCM` equals `TP.HCM`.

    >>> squeeze("TP. HCM")
    'tphcm'
    """
    return "".join(c for c in fold(name) if c.isalnum())


def _grow(names: Iterable[str]) -> Trie:
    root: Trie = {}
    for name in names:
        node = root
        for letter in name:
            node = node.setdefault(letter, {})
        node[_END] = {}
    return root


def _letter(letter: str) -> str:
    if letter == " ":
        return _SPACES
    return _JOINTS.get(letter) or re.escape(letter)


def _source(node: Trie) -> str:
    branches = [_letter(letter) + _source(below) for letter, below in sorted(node.items()) if letter != _END]
    if not branches:
        return ""
    if _END in node:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def one_of(names: Iterable[str]) -> str:
    """The source of a pattern for any of `names` (in any spelling `canonical` makes one), longest first.

    The pattern has no groups and no borders of its own.

    >>> one_of(["Sở Y tế", "Sở Y"])
    'sở {1,3}y(?: {1,3}tế)?'
    """
    return _source(_grow(sorted({canonical(name) for name in names})))
