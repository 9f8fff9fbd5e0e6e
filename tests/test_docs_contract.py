"""docs/contract.md and the types say the same fields."""

from __future__ import annotations

import re
from pathlib import Path

from parsers.model import json_schema

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "contract.md").read_text(encoding="utf-8")


def fields() -> set[str]:
    return {field for part in json_schema()["$defs"].values() for field in part.get("properties", {})}


def values() -> set[str]:
    """The words that fields with fixed values may hold."""
    found: set[str] = set()

    def visit(node: object) -> None:
        if isinstance(node, dict):
            found.update(value for value in node.get("enum", ()) if isinstance(value, str))
            for inner in node.values():
                visit(inner)
        elif isinstance(node, list):
            for inner in node:
                visit(inner)

    visit(json_schema())
    return found


def test_every_field_is_on_the_page() -> None:
    assert sorted(fields() - set(re.findall(r"[a-z0-9_]+", PAGE))) == []


def test_every_fixed_value_is_on_the_page() -> None:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    assert sorted(values() - set(re.findall(r"`([^`]+)`", prose))) == []
