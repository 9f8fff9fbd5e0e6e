"""The words of duties in prose: grammar rows (duties.toml), compiled on first use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from parsers import grammar
from parsers.phrases import CAPITALS

TABLE = "duties"
ZONES = ("aims", "implementing", "funding", "measures")
#: Roles by their row; what a row `decides` reads is an `approve`, too.
ROLES = ("report-to", "appraise", "approve", "decides", "perform", "monitor")
#: The sign that closes a document (./.), and what a scanner makes of one written by hand (/ U, ll).
END_MARK = re.compile(r"(?:\.\s*/\s*\.?|/\s*\.)\s*$|(?<=[.\s])/\s*$|(?<=\.)\s*(?:ll|/?\s*U)\s*$")


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands right before a body or right behind it; `both`: one is not enough; `last`: how `before` may end."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    both: bool = False
    last: frozenset[str] = frozenset()

    def fits(self, ahead: str, last: str, folded: str, end: int) -> bool:
        """Whether it stands around a body that ends at `end`; `ahead`: the words before the body, `last` of them."""
        before = last in self.last and self.before is not None and self.before.search(ahead) is not None
        if before != self.both:  # settled: one that is enough, or one of two that is missing
            return before
        return self.after is not None and self.after.match(folded, end) is not None


@dataclass(frozen=True, slots=True)
class Words:
    """The table, compiled: `one` are the rows with a single pattern, by id."""

    one: dict[str, re.Pattern[str]]
    zones: dict[str, re.Pattern[str]]
    roles: dict[str, Cue]
    support: Cue
    inner: Cue
    not_inner: re.Pattern[str]
    sentence: re.Pattern[str]  # of the words as printed: where a sentence ends and the next begins


@lru_cache(maxsize=1)
def words() -> Words:
    """The compiled rows; raises GrammarError naming the row that does not compile."""
    table = grammar.toml(TABLE)
    lists = {name: _either(table[name]) for name in ("breaks", "verbs", "duty", "strong", "documents", "members")}
    single = {k: v for k, v in table.items() if isinstance(v, dict) and "pattern" in v}
    inner = table["inner"]
    return Words(
        one={k: compiled(v["pattern"], lists, k) for k, v in single.items()}
        | {
            "verb": compiled(r"\W*(?:{verbs})(?!\w)", lists, "verbs"),
            "labelled_verb": compiled(r"\W*[^.;:\d]{3,90}:\s*(?:{strong})(?!\w)", lists, "strong"),
            "takes_lead": compiled(inner["after"], lists, "inner"),
        },
        zones={z: compiled(table["zones"][z]["pattern"], lists, f"zones.{z}") for z in ZONES},
        roles={r: _cue(table["roles"][r], lists, f"roles.{r}") for r in ROLES},
        support=_cue(table["support"], lists, "support"),
        inner=_cue(inner, lists, "inner"),
        not_inner=compiled(inner["not_before"], lists, "inner"),
        sentence=_sentence(table["abbreviations"]),
    )


def _sentence(abbreviations: list[str]) -> re.Pattern[str]:
    no_end = "".join(rf"(?<!\b{re.escape(short)})" for short in abbreviations)
    return re.compile(rf"[.;](?:{no_end}\s+(?=[{CAPITALS}])|(?<=;)\s+(?=giao [{CAPITALS}]))")


def _either(several: list[str]) -> str:
    return "|".join(sorted(several, key=len, reverse=True))


def _cue(row: dict[str, Any], lists: dict[str, str], owner: str) -> Cue:
    before, after = (compiled(row[k], lists, owner) if k in row else None for k in ("before", "after"))
    return Cue(before, after, bool(row.get("both")), frozenset(row["last"]))


def compiled(pattern: str, lists: dict[str, str], owner: str) -> re.Pattern[str]:
    """A row's pattern, `{name}` standing for a list; raises GrammarError naming the row."""
    for name, words_of in lists.items():
        pattern = pattern.replace("{" + name + "}", f"(?:{words_of})")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise grammar.GrammarError(f"{TABLE}.toml, {owner}: {error}") from error


def zone_of(heading: str) -> str | None:
    """What a folded heading announces: `aims`, `implementing`, `funding`, `measures`, or None.

    >>> zone_of("tổ chức thực hiện"), zone_of("kinh phí thực hiện"), zone_of("cải cách thể chế")
    ('implementing', 'funding', None)
    """
    return next((zone for zone, pattern in words().zones.items() if pattern.search(heading)), None)
