"""What must hold for every decision, whatever was read: the contract's rules, checked on a Decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from parsers.model import Decision

FORM = ("page", "cell-mark", "markup")
# Values that are made from their words (a date, a key, a casing) rather than taken word for word.
MADE = re.compile(
    r"/document/(?:number|date|province|issuer|authority|level|type/code|proposer|effective_date|expires|signers/\d+/position)$"
    r"|/document/signers/\d+/capacity$|/attachments/\d+/(?:kind|period)$|/citations/\d+/|/targets/\d+/|/articles/\d+/text$"
    r"|/tasks/\d+/(?:group|lead/agencies|support/agencies|area|deadline/(?!text)|number)"
)


def problems(decision: Decision) -> Iterator[str]:
    """Every breach of the contract's rules, in words; none for a decision that keeps them."""
    yield from _spans(decision)
    yield from _placed(decision)
    yield from _verbatim(decision)


def _tree(decision: Decision) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(decision)
    return tree


def _walk(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from _walk(value, f"{path}/{key}")
    elif isinstance(node, (list, tuple)):
        for n, value in enumerate(node):
            yield from _walk(value, f"{path}/{n}")


def _spans(decision: Decision) -> Iterator[str]:
    size = len(decision.text)
    for path, node in _walk(_tree(decision)):
        span = node.get("span")
        if span is not None and not (0 <= span[0] <= span[1] <= size):
            yield f"{path}: span {span} outside the text"


def _placed(decision: Decision) -> Iterator[str]:
    covered = bytearray(len(decision.text))
    for path, node in _walk(_tree(decision)):
        span = node.get("span")
        if span and not re.match(r"/(?:attachments/\d+$|warnings)", path):
            covered[span[0] : span[1]] = b"\1" * (span[1] - span[0])
    lost = [i for i, c in enumerate(decision.text) if not c.isspace() and not covered[i]]
    if lost:
        yield f"{len(lost)} characters nowhere, first at {lost[0]}: {decision.text[lost[0] : lost[0] + 40]!r}"


def shown(decision: Decision, spans: list[tuple[int, int]]) -> str:
    """The words at some spans as a value shows them: white space folded, form left out, hyphen wraps joined."""
    form = bytearray(len(decision.text))
    for mark in decision.layout:
        if mark.kind in FORM:
            form[mark.span[0] : mark.span[1]] = b"\1" * (mark.span[1] - mark.span[0])
    pieces = ("".join(c for i, c in enumerate(decision.text[a:b], a) if not form[i]) for a, b in spans)
    return squeeze(" ".join(pieces))


def squeeze(words: str) -> str:
    """White space folded, none around hyphens and slashes (a wrap after a hyphen is joined)."""
    return re.sub(r"\s*([-–/])\s*", r"\1", " ".join(words.split()))


def _verbatim(decision: Decision) -> Iterator[str]:
    tree = _tree(decision)
    found: dict[str, list[tuple[int, int]]] = {}
    for row in decision.evidence:
        found.setdefault(row.path, []).append(row.span)
    for path, spans in found.items():
        if MADE.search(path):
            continue
        value = _at(tree, path)
        if not isinstance(value, str):
            yield f"{path}: evidence for {value!r}"
        elif squeeze(value).strip(" .;,*") != shown(decision, spans).strip(" .;,*"):
            yield f"{path}: {value!r} is not {shown(decision, spans)!r}"
    for n, citation in enumerate(decision.citations):
        if squeeze(citation.text) != shown(decision, [citation.span]):
            yield f"/citations/{n}: {citation.text!r} is not {shown(decision, [citation.span])!r}"


def _at(tree: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        try:
            tree = tree[int(part)] if isinstance(tree, (list, tuple)) else tree[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return tree
