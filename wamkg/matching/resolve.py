"""Which value wins: the one shown is picked by precedence among everything the sources say."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from wamkg.identifiers import Precision, is_plausible_year
from wamkg.store.paper_state import Dated, Said
from wamkg.vocabulary import PERSON, SOURCE_PRECEDENCE, EventKind, Standing

_RANK = {name: rank for rank, names in enumerate(SOURCE_PRECEDENCE) for name in names}
FURTHER = re.compile(r" \(record \d+\)$")
"""What follows the name of a source in the name of a further record of it."""
_STANDING_STRENGTH = (Standing.INCLUDED, Standing.EXCLUDED, Standing.CANDIDATE, Standing.CITED)
_EVENT_ORDER = (
    (EventKind.ARXIV_V1, False),
    (EventKind.RELEASED, False),
    (EventKind.ARXIV_V1, True),
    (EventKind.VENUE, False),
)
"""Which date places a paper: (kind of event, derived rather than stated), best first."""
_PRECISION_ORDER = (Precision.DAY, Precision.MONTH, Precision.YEAR)


def rank(source: str) -> int:
    """Strength of a source, 0 is strongest; what a person said of a paper that was merged comes last."""
    kind, further = FURTHER.subn("", source.partition(":")[0])
    return len(SOURCE_PRECEDENCE) if further and kind == PERSON else _RANK[kind]


def winner(words: Iterable[Said]) -> Said | None:
    """The word that is shown: the strongest source's, among equals the one that spoke first, further records last."""
    given = [w for w in words if w.value is not None]
    return min(given, key=lambda w: (rank(w.source), bool(FURTHER.search(w.source)), w.first), default=None)


def shown_standing(words: Iterable[Said]) -> str:
    """Standing of a paper: a person's word, else the strongest that any source gives."""
    given = list(words)
    people = [w for w in given if rank(w.source) == 0]
    if people:
        return str(people[-1].value)
    values = {w.value for w in given}
    return next((s for s in _STANDING_STRENGTH if s in values), Standing.CANDIDATE)


def shown_date(dates: Iterable[Dated]) -> Dated | None:
    """The date a paper is placed at, by `_EVENT_ORDER`, a person's first, then precision, then strength of the source.

    A person who gives a month knows that it is no day; a list's day of the same event must not show instead. A date
    of a year that no paper can be of (9999) is a claim like any other, and never the one shown.
    """

    def order(dated: Dated) -> tuple[int, bool, int, int, date]:
        kind = _EVENT_ORDER.index((EventKind(dated.kind), dated.derived))
        strength = rank(dated.source)
        return kind, strength > 0, _PRECISION_ORDER.index(Precision(dated.precision)), strength, dated.day

    usable = (d for d in dates if (d.kind, d.derived) in _EVENT_ORDER and is_plausible_year(d.day.year))
    return min(usable, key=order, default=None)


def plausible_years(words: Mapping[str, Said]) -> dict[str, Said]:
    """What the sources say of the year, without the years that no paper can be of."""
    return {source: word for source, word in words.items() if word.value is None or is_plausible_year(word.value)}


def shown_year(stated: int | None, dated: Dated | None, words: Iterable[Said]) -> tuple[int | None, bool]:
    """The year of a paper, and whether it is derived.

    `stated` is the year of the record whose venue is shown. Without one it is the year of the date shown, and without
    a date that of another record: known, but never beside this venue.
    """
    if stated is not None:
        return stated, False
    other = winner(words)
    year = dated.day.year if dated else other.value if other else None
    return year, year is not None
