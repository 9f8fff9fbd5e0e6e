"""spaCy's own format: the decisions as documents with spans, to train on (`spacy train --paths.train OUT`).

What stands in them is what our rules read: a model trained on it learns the rules, mistakes included.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import spacy
from sqlalchemy import Connection

from corpus.exports import Written
from corpus.exports.tabular import batches
from corpus.nlp import document, packed
from schema.load import load_many

#: Decisions of one file: a DocBin is written from memory.
SHARD = 200


def write(connection: Connection, out: Path, ids: Iterable[int]) -> Written:
    """`decisions-00001.spacy` and so on, `SHARD` decisions in each; none where there are no decisions."""
    count, files = 0, 0
    for batch in batches(ids, SHARD):
        nlp = spacy.blank("xx")  # it remembers every word that it has seen
        documents = packed(document(decision, nlp) for decision in load_many(connection, batch))
        files += 1
        (out / f"decisions-{files:05d}.spacy").write_bytes(documents.to_bytes())
        count += len(documents)
    return Written(count, files)
