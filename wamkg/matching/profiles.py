"""Data for the identity check, of a stored paper and of a record."""

from collections.abc import Iterable
from typing import Any

from wamkg.matching.identity import PaperProfile
from wamkg.matching.record import Record
from wamkg.matching.resolve import pick_claim
from wamkg.store.claims import PaperClaims, SourceClaim


def profile_of_record(record: Record) -> PaperProfile:
    """A record for the identity check. A date derived from its id is left out, since it says nothing about the id."""
    stated = (when.first.year for kind, when in record.dates.items() if kind not in record.derived_dates)
    return PaperProfile(
        titles=(record.title,) if record.title else (),
        authors=tuple(record.authors),
        cut=record.authors_cut,
        year=record.year or min(stated, default=None),
        names=(record.method, *record.aliases) if record.method else (),
        abstracts=(record.abstract,) if record.abstract else (),
    )


def profile_of_state(state: PaperClaims) -> PaperProfile:
    """A stored paper for the identity check: all titles and abstracts that its sources give."""
    return _profile(state, lambda source: True)


def profile_of_source(state: PaperClaims, source: str) -> PaperProfile:
    """A stored paper according to one source."""
    return _profile(state, source.__eq__)


def _profile(state: PaperClaims, wanted: Any) -> PaperProfile:
    def said(name: str) -> list[SourceClaim]:
        return [word for source, word in state.said.get(name, {}).items() if wanted(source) and word.value is not None]

    authors, year = pick_claim(said("authors")), pick_claim(said("year"))
    stated = (d.day.year for d in state.dates if not d.derived and wanted(d.source))
    names = (state.method, state.new_method)
    return PaperProfile(
        titles=_once(word.value for word in said("title")),
        authors=tuple(authors.value) if authors else (),
        cut=bool(state.paper and state.paper.authors_cut),
        year=year.value if year else min(stated, default=None),
        names=tuple(name for name in names if name),
        abstracts=_once(word.value for word in said("abstract")),
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
