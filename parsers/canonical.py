"""The canonical view of a decision: what it says, whatever file it was read from.

Two files of one decision (Word, PDF, a web page) have equal canonical views; a test holds this. Left out is what
belongs to the file: the source, the top-level text, all spans, evidence, layout, unparsed, pages, findings about the
file itself, and the key of a decision that has no number or date (it is made from the text).
"""

from __future__ import annotations

from typing import Any

import msgspec
import regex

from parsers.model import Decision

#: Findings about the file, not about the decision (docs/findings.md, "About the file").
FILE_FINDINGS = frozenset(
    (
        "page-not-read",
        "ocr-doubtful",
        "table-receipt",
        "table-row-doubtful",
        "table-lost",
        "numbers-missing",
        "without-libreoffice",
        "embedded-file",
    )
)
_LEFT_OUT = frozenset(("source", "span", "evidence", "layout", "unparsed", "page"))
_SPACES = regex.compile(r"\s*([-–/])\s*")


def canonical(decision: Decision) -> dict[str, Any]:
    """The view as plain data: what two files of one decision agree in."""
    tree: dict[str, Any] = msgspec.to_builtins(decision)
    tree.pop("text")
    tree["warnings"] = sorted({(w["code"], w["message"]) for w in tree["warnings"] if w["code"] not in FILE_FINDINGS})
    if decision.document.key.startswith("vn/unidentified/"):
        tree["document"].pop("key")
        for task in tree["tasks"]:
            task.pop("key")
    view: dict[str, Any] = _without_places(tree)
    return view


def _without_places(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_places(v) for k, v in node.items() if k not in _LEFT_OUT}
    if isinstance(node, (list, tuple)):
        return [_without_places(v) for v in node]
    return _SPACES.sub(r"\1", " ".join(node.split())) if isinstance(node, str) else node
