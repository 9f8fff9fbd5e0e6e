"""Imported once by the server that forks a process for each hostile file: grammar loaded, patterns compiled."""

from __future__ import annotations

import ingest
from parsers import decision
from tests.hostile import decision as plain
from tests.hostile import page

for data, name in ((plain(), "a.txt"), (page(""), "a.html")):
    decision.parse(ingest.read_bytes(data, name))
