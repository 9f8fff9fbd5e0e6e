"""The questions to a database, in one place. Every function takes a connection or a session, which the caller owns,
returns frozen results and prints nothing; what a person typed wrongly raises `Misunderstood` or `UnknownProvince`.

>>> sorted(name for name in __all__ if name.islower())[:4]
['acts', 'agencies', 'calendar', 'check']
"""

from __future__ import annotations

from corpus.agenda import Occasion, calendar
from corpus.aims import Aim, targets
from corpus.asking import Misunderstood, Reader, Window, window
from corpus.bodies import Body, Unknown, agencies, unknown
from corpus.cards import Act, Card, Ranked, acts, links, most_cited, regulation
from corpus.citing import Cited, Meant, Mention, cites, meaning
from corpus.compare import Comparison, compare
from corpus.doubts import Doubtful, check, codes
from corpus.duties import Asked, Count, Duty, counts, tasks
from corpus.listing import Listed, UnknownProvince, find, listing
from corpus.searching import Hit, search

__all__ = [
    "Act",
    "Aim",
    "Asked",
    "Body",
    "Card",
    "Cited",
    "Comparison",
    "Count",
    "Doubtful",
    "Duty",
    "Hit",
    "Listed",
    "Meant",
    "Mention",
    "Misunderstood",
    "Occasion",
    "Ranked",
    "Reader",
    "Unknown",
    "UnknownProvince",
    "Window",
    "acts",
    "agencies",
    "calendar",
    "check",
    "cites",
    "codes",
    "compare",
    "counts",
    "find",
    "links",
    "listing",
    "meaning",
    "most_cited",
    "regulation",
    "search",
    "targets",
    "tasks",
    "unknown",
    "window",
]
