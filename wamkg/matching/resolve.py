"""Resolves values: which of the sources' claims is shown, by precedence."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from wamkg.identifiers import Precision, is_plausible_year
from wamkg.store.claims import ClaimedDate, SourceClaim
from wamkg.vocabulary import PERSON, SOURCE_PRECEDENCE, EventKind, Standing

_RANK = {name: rank for rank, names in enumerate(SOURCE_PRECEDENCE) for name in names}
FURTHER = re.compile(r" \(record \d+\)$")
"""Text between the name of a source and the number of a further record."""
_STANDING_STRENGTH = (Standing.INCLUDED, Standing.EXCLUDED, Standing.CANDIDATE, Standing.CITED)
_EVENT_ORDER = (
    (EventKind.ARXIV_V1, False),
    (EventKind.RELEASED, False),
    (EventKind.ARXIV_V1, True),
    (EventKind.VENUE, False),
)
"""Which date of a paper is used: (kind of event, derived), best first."""
_PRECISION_ORDER = (Precision.DAY, Precision.MONTH, Precision.YEAR)


def rank(source: str) -> int:
    """Rank of a source; 0 is strongest. A person's claim about a paper that was merged into this one comes last."""
    kind, further = FURTHER.subn("", source.partition(":")[0])
    return len(SOURCE_PRECEDENCE) if further and kind == PERSON else _RANK[kind]


def pick_claim(words: Iterable[SourceClaim], preferred: str | None = None) -> SourceClaim | None:
    """The resolved claim: the strongest source's; among equals that of the preferred source, else the earliest,
    further records last.
    """
    given = [w for w in words if w.value is not None]

    def order(word: SourceClaim) -> tuple[int, bool, bool, int]:
        return rank(word.source), word.source != preferred, bool(FURTHER.search(word.source)), word.first

    return min(given, key=order, default=None)


def resolve_standing(words: Iterable[SourceClaim]) -> str:
    """Standing of a paper: a person's value, else the strongest that any source gives."""
    given = list(words)
    people = [w for w in given if rank(w.source) == 0]
    if people:
        return str(people[-1].value)
    values = {w.value for w in given}
    return next((s for s in _STANDING_STRENGTH if s in values), Standing.CANDIDATE)


def resolve_date(dates: Iterable[ClaimedDate]) -> ClaimedDate | None:
    """The resolved date of a paper, by `_EVENT_ORDER`: a person's first, then precision, then rank of the source.

    A person who gives a month knows no day, so a list's day of the same event must not replace it. A date with an
    implausible year (9999) is stored as a claim but never shown.
    """

    def order(dated: ClaimedDate) -> tuple[int, bool, int, int, date]:
        kind = _EVENT_ORDER.index((EventKind(dated.kind), dated.derived))
        strength = rank(dated.source)
        return kind, strength > 0, _PRECISION_ORDER.index(Precision(dated.precision)), strength, dated.day

    usable = (d for d in dates if (d.kind, d.derived) in _EVENT_ORDER and is_plausible_year(d.day.year))
    return min(usable, key=order, default=None)


def plausible_years(words: Mapping[str, SourceClaim]) -> dict[str, SourceClaim]:
    """The sources' years, without implausible ones."""
    return {source: word for source, word in words.items() if word.value is None or is_plausible_year(word.value)}


def shown_year(stated: int | None, dated: ClaimedDate | None, words: Iterable[SourceClaim]) -> tuple[int | None, bool]:
    """The year of a paper, and whether it is derived.

    `stated` is the year of the record whose venue is shown. Without one it is the year of the resolved date, and
    without a date that of another record, which is never shown with this venue.
    """
    if stated is not None:
        return stated, False
    other = pick_claim(words)
    year = dated.day.year if dated else other.value if other else None
    return year, year is not None
