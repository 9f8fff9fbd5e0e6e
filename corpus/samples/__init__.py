"""Sample decisions that come with the package: invented texts in the real form, one a physical shape (see README).

They are what `vanban demo` imports and what the tests compare with their golden truth.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

SUFFIXES = (".txt", ".md")


def paths() -> list[Path]:
    """The sample files in the order of their names.

    >>> [p.name for p in paths()][0]
    'can-tho-2024-0075-ke-hoach-cchc.md'
    """
    folder = Path(str(resources.files(__name__)))
    return sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES)


def read(name: str) -> bytes:
    """The bytes of one sample; raises FileNotFoundError where no sample has that name."""
    return resources.files(__name__).joinpath(name).read_bytes()
