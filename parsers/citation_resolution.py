"""Settles what a mention does not print: year, date, number of a law, by the document itself or by the register.

Nothing is guessed: a mention is settled where exactly one document fits. What was settled stands in `resolved`, with
how; `number` and `date` of the citation stay what is printed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from parsers import keys, regulations
from parsers.citation_mentions import Mention
from parsers.citation_model import Context
from parsers.citation_numbers import Number, format_number, issuer_row, parse_number, type_row
from parsers.folding import fold
from parsers.model import Resolved
from parsers.names import looked_up
from parsers.regulations import Regulation

OTHER_MENTION = "another mention"
REGISTER = "register"


@dataclass(slots=True)
class Settled:
    """What is known of a mention in the end."""

    year: int | None = None
    resolved: Resolved | None = None
    key: str | None = None
    row: Regulation | None = None  # of the register
    doubt: str | None = None  # the register knows another date of this name: that row's date


@dataclass(slots=True)
class _Printed:
    """What the document prints of one number: its years, dates and fuller forms."""

    years: set[int] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    full: dict[str, Number] = field(default_factory=dict)


def printed_year(mention: Mention) -> int | None:
    """The year a mention prints: its number's, else its date's."""
    if mention.number and mention.number.year:
        return mention.number.year
    return mention.date.year if mention.date else None


def printed_date(mention: Mention) -> str | None:
    """The whole date a mention prints, None where it is impossible or only a year."""
    return mention.date.iso if mention.date else None


def _stem(number: Number) -> tuple[str, str | None, str]:
    """What two spellings of one number share: serial, type letters, issuer."""
    return number.serial.lstrip("0"), number.letters, number.issuer


class Resolver:
    """Settles the mentions of one decision."""

    def __init__(self, mentions: list[Mention], context: Context) -> None:
        self.context = context
        self.keys: dict[tuple[object, ...], str | None] = {}
        self.by_number: dict[tuple[str, str | None, str], _Printed] = defaultdict(_Printed)
        for mention in mentions:
            if mention.number:
                self._note(mention.number, mention)

    def _note(self, number: Number, mention: Mention) -> None:
        seen = self.by_number[_stem(number)]
        year, date = printed_year(mention), printed_date(mention)
        if year:
            seen.years.add(year)
        if date and (number.year is None or date.startswith(str(number.year))):
            seen.dates.add(date)
        if number.year:
            seen.full[mention.printed or ""] = number

    def settle_all(self, mentions: list[Mention]) -> list[Settled]:
        """Year, key and what was resolved of every mention; one whose place is open takes it from another mention."""
        settled = [self.settle(mention) for mention in mentions]
        by_mention = {id(mention): found for mention, found in zip(mentions, settled, strict=True)}
        for mention, found in zip(mentions, settled, strict=True):
            if mention.target is not None:
                _refer(found, mention, by_mention[id(mention.target)])
        placed: dict[tuple[str | None, int | None], dict[str, str | None]] = defaultdict(dict)
        for mention, found in zip(mentions, settled, strict=True):
            if mention.number and found.key:
                placed[(mention.printed, found.year)].setdefault(found.key, _issuer_words(mention))
        for mention, found in zip(mentions, settled, strict=True):
            keys_seen = placed.get((mention.printed, found.year)) if found.key is None and mention.number else None
            if keys_seen and len(keys_seen) == 1:
                found.key, words = next(iter(keys_seen.items()))
                known = found.resolved or Resolved(by=OTHER_MENTION)
                found.resolved = Resolved(date=known.date, year=known.year, name=known.name, issuer=words, by=known.by)
        _name_elsewhere(mentions, settled)
        return settled

    def settle(self, mention: Mention) -> Settled:
        """Year, key and what was resolved of a mention."""
        if mention.number is None:
            return self._law(mention) if mention.law else Settled()
        if mention.law:
            return self._numbered_law(mention, mention.number)
        return self._number(mention, mention.number)

    def _number(self, mention: Mention, number: Number) -> Settled:
        year, date = printed_year(mention), printed_date(mention)
        seen = self.by_number[_stem(number)]
        if year is None and number.year is None and len(seen.full) == 1:
            return self._short(mention, next(iter(seen.full.values())), seen)
        if year is None and len(seen.years) == 1:
            year = next(iter(seen.years))
        if number.form == "assembly" and keys.organ(number) == "qh" and len(number.issuer) < 4:
            return self._lost_digit(mention, number, year)
        found = Settled(year=year)
        found.resolved = self._date(mention, year, date, seen)
        known = found.resolved.date if found.resolved and found.resolved.by == OTHER_MENTION else date
        found.key = self._key(mention, number, year, known)
        if year is not None or len(seen.years) < 2:
            found.row = self._row(mention, number, year, found.key, date)
        if found.row and found.resolved is None and date is None:
            found.resolved = self._from_register(found.row, printed=year)
            found.key = found.key or found.row.key
        return found

    def _key(self, mention: Mention, number: Number, year: int | None, date: str | None) -> str | None:
        asked = (mention.printed, number.year, mention.type, year, date, _issuer_words(mention))
        if asked not in self.keys:
            self.keys[asked] = self._make_key(mention, number, year, date)
        return self.keys[asked]

    def _make_key(self, mention: Mention, number: Number, year: int | None, date: str | None) -> str | None:
        kind = mention.type
        if kind is None and number.form == "assembly":
            rows = regulations.by_number(number)
            kind = rows[0].type if len(rows) == 1 else None
        if issuer_row(number.issuer) is None and type_row(number.issuer) is not None:
            return None  # `135/2003/QĐ`: the number says no issuer
        return keys.key_of(kind, number, year, self.context, _issuer_words(mention), date)

    def _date(self, mention: Mention, year: int | None, date: str | None, seen: _Printed) -> Resolved | None:
        """The date printed at another mention of the number in this document."""
        if date is not None or (mention.date and mention.date.whole):
            return None
        fitting = {d for d in seen.dates if year is None or d.startswith(str(year))}
        if len(fitting) != 1:
            return None
        return Resolved(date=next(iter(fitting)), by=OTHER_MENTION)

    def _short(self, mention: Mention, full: Number, seen: _Printed) -> Settled:
        """`33/NQ-HĐND` for `33/2012/NQ-HĐND` of the same document."""
        dates = {d for d in seen.dates if d.startswith(str(full.year))}
        date = next(iter(dates)) if len(dates) == 1 else None
        resolved = Resolved(number=format_number(full), year=full.year, date=date, by=OTHER_MENTION)
        return Settled(resolved=resolved, key=self._key(mention, full, full.year, date))

    def _row(
        self, mention: Mention, number: Number, year: int | None, key: str | None, date: str | None
    ) -> Regulation | None:
        """The register's row of a numbered mention: of its key, else the only one of its number that fits."""
        if key:
            rows = [r for r in regulations.by_number(number) if r.key == key]
            exact = [r for r in rows if r.date == date]
            return exact[0] if exact else (rows[0] if len(rows) == 1 else None)
        if year is not None:
            return None
        before = self.context.date or "9999"
        rows = [r for r in regulations.by_number(number) if (r.date or "") <= before and r.type == mention.type]
        central = [r for r in rows if r.key and r.key.split("/")[1] in ("cp", "ttg", "tw", "qh", "ubtvqh")]
        return rows[0] if len(rows) == 1 and central else None

    @staticmethod
    def _from_register(row: Regulation, *, printed: int | None) -> Resolved:
        year = int(row.date[:4]) if row.date and printed is None else None
        return Resolved(date=row.date, year=year, name=row.name, by=REGISTER)

    def _lost_digit(self, mention: Mention, number: Number, year: int | None) -> Settled:
        """`43/2024/QH1`: the term by the year, where the register or the name agrees."""
        fitting = [
            row
            for row in regulations.rows()
            if row.number and row.number.startswith(f"{number.serial}/{number.year}/{number.issuer}")
        ]
        if len(fitting) != 1:
            return Settled(year=year)
        row = fitting[0]
        resolved = Resolved(number=row.number, date=_unless(row.date, mention), name=row.name, by=REGISTER)
        return Settled(year=year, resolved=resolved, key=row.key, row=row)

    def _numbered_law(self, mention: Mention, number: Number) -> Settled:
        found = self._number(mention, number)
        if found.resolved and found.resolved.name:
            found.resolved = Resolved(
                number=found.resolved.number, date=found.resolved.date, year=found.resolved.year, by=found.resolved.by
            )
        return found

    def _law(self, mention: Mention) -> Settled:
        """A law by its name: of its date, of its year, or the one in force."""
        assert mention.law is not None
        laws, year, date = mention.law.rows, printed_year(mention), printed_date(mention)
        if not laws:
            return Settled(year=year)
        row, how = self._choose(laws, date, year)
        if row is None:
            return Settled(year=year, doubt=_near(laws, mention))
        resolved = Resolved(number=row.number, date=_unless(row.date, mention), by=how)
        known_year = year or (int(row.date[:4]) if row.date else None)
        found = Settled(year=year, resolved=resolved, row=row, key=self._law_key(row, known_year))
        if date and row.date != date:
            found.doubt = row.date
        return found

    def _law_key(self, row: Regulation, year: int | None) -> str | None:
        number = parse_number(row.number) if row.number else None
        if number is None:
            return None
        return row.key or keys.key_of(row.type, number, year, self.context)

    def _choose(
        self, laws: tuple[Regulation, ...], date: str | None, year: int | None
    ) -> tuple[Regulation | None, str]:
        if date:
            same = [law for law in laws if law.date == date]
            if len(same) == 1:
                return same[0], "name and date"
        if year:
            of_year = [law for law in laws if (law.date or "").startswith(str(year))]
            if len(of_year) == 1:
                return of_year[0], "name and year"
            if len(of_year) > 1 and date is None:
                return regulations.standing(of_year, self.context.date), "name, year and the decision's date"
            slips = [law for law in laws if date and law.date and law.date[5:] == date[5:] and law.verified]
            if len(slips) == 1 and not of_year:
                return slips[0], "name, day and month"
            return None, ""
        return regulations.standing(laws, self.context.date), "name, in force at the decision's date"


def _name_elsewhere(mentions: list[Mention], settled: list[Settled]) -> None:
    """A law by its bare name that the register leaves open is the one that another mention names with its number."""
    numbered: dict[str, dict[str, tuple[Mention, Settled]]] = defaultdict(dict)
    for mention, found in zip(mentions, settled, strict=True):
        if mention.law and mention.number and found.key:
            numbered[looked_up(fold(mention.law.name))].setdefault(found.key, (mention, found))
    for mention, found in zip(mentions, settled, strict=True):
        bare = mention.law is not None and mention.number is None and mention.date is None and found.key is None
        meant = numbered.get(looked_up(fold(mention.law.name)), {}) if bare and mention.law else {}
        if len(meant) == 1:
            other, known = next(iter(meant.values()))
            date = printed_date(other) or (known.resolved.date if known.resolved else None)
            found.key, found.row = known.key, known.row
            found.resolved = Resolved(number=other.printed, date=date, by=OTHER_MENTION)


def _refer(found: Settled, mention: Mention, meant: Settled) -> None:
    """A mention that only refers back is what it refers to."""
    target = mention.target
    assert target is not None and mention.by is not None
    printed = target.printed
    known = meant.resolved
    found.key, found.row = meant.key, meant.row
    found.resolved = Resolved(
        number=(known.number if known else None) or printed,
        date=printed_date(target) or (known.date if known else None),
        year=meant.year or (known.year if known else None),
        name=(target.law.name if target.law else None) or (known.name if known else None),
        by=mention.by,
    )


def _issuer_words(mention: Mention) -> str | None:
    return mention.issuer.words if mention.issuer else None


def _unless(date: str | None, mention: Mention) -> str | None:
    """The register's date where the mention prints none."""
    return None if printed_date(mention) else date


def _near(laws: tuple[Regulation, ...], mention: Mention) -> str | None:
    """The date of a law of that name adopted in the printed year on another day."""
    date = printed_date(mention)
    same_year = [law.date for law in laws if date and law.date and law.date[:4] == date[:4] and law.verified]
    return same_year[0] if len(same_year) == 1 else None
