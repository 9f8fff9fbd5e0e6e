"""What is doubtful about citations: contradicting, impossible and outdated references, each with a plain sentence."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.citation_mentions import Mention
from parsers.citation_model import Cited, Context, Finding
from parsers.citation_resolution import Settled


def find(
    mentions: Sequence[tuple[int, Mention]], settled: Sequence[Settled], cited: Sequence[Cited], context: Context
) -> tuple[Finding, ...]:
    """The findings of one decision, in text order."""
    return ()
