"""Quotes that support decisions, and whether the stored texts still contain them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.identifiers import normalise
from wamkg.matching.record import Record
from wamkg.store.batches import record_change, uid_of_row
from wamkg.store.claims import PaperClaims, Shown
from wamkg.store.decisions import EVIDENCE_LOST, QuotedAssignment, quoted_assignments
from wamkg.store.tables import Batch, Paper

CHECKABLE_LOCATIONS = ("abstract", "summary")
"""Locations whose text the store has."""
Texts = Mapping[str, str | None]
"""Text of each location; None if it is not stored."""
SHOWN = 80
"""Number of characters of a quote that a message repeats."""


@dataclass(frozen=True)
class MissingQuote:
    """A quote that is no longer found after a change of the text, and its decision."""

    paper: str
    taxonomy: str
    stands: str
    by: str
    evidence: str
    place: str

    @property
    def shown(self) -> str:
        """The quote, shortened if it is long."""
        return self.evidence if len(self.evidence) <= SHOWN else f"{self.evidence[:SHOWN]}..."

    def __str__(self) -> str:
        return (
            f"{self.paper} is assigned to {self.taxonomy}:{self.stands} by {self.by}; "
            f'its quote "{self.shown}" is no longer in its {self.place}; decide again'
        )


def texts_of(paper: Paper | QuotedAssignment | Record) -> Texts:
    """The texts of a row of `paper`, or of an object with the same fields."""
    return {place: getattr(paper, place) for place in CHECKABLE_LOCATIONS}


def is_quoted(texts: Texts, quote: str, place: str) -> bool:
    """Whether the text contains the quote, at word boundaries. Case, diacritics and spacing are ignored."""
    text = texts[place]
    return text is not None and f" {normalise(quote)} " in f" {normalise(text)} "


def missing_from(texts: Texts, quote: str, place: str | None, checked: bool | None) -> str | None:
    """The stored text that should contain a quote but does not; None if it does or cannot be checked."""
    places = [place] if place in CHECKABLE_LOCATIONS else CHECKABLE_LOCATIONS if place is None and checked else ()
    held = [name for name in places if name is not None and texts[name] is not None]
    return held[0] if held and not any(is_quoted(texts, quote, name) for name in held) else None


def record_missing_quotes(
    session: Session, batch: Batch, states: Sequence[PaperClaims], shown: Sequence[Shown]
) -> list[str]:
    """Record warnings in the batch for quotes that are no longer found when papers get these values.

    Call it before the values are written; the states must have the old values.
    """
    changed = {
        state.id: (texts_of(state.paper), {place: values[place] for place in CHECKABLE_LOCATIONS}, state.paper)
        for state, values in zip(states, shown, strict=True)
        if state.paper is not None
        and any(getattr(state.paper, place) != values[place] for place in CHECKABLE_LOCATIONS)
    }
    alarms = []
    for quoted in quoted_assignments(session, changed) if changed else ():
        before, after, paper = changed[quoted.number]
        lost = find_missing_quote(quoted, after)
        if lost is not None and find_missing_quote(quoted, before) is None:
            told = {"alarm": str(lost), "taxonomy": lost.taxonomy, "evidence": lost.evidence, "place": lost.place}
            record_change(session, batch, EVIDENCE_LOST, subject_uid=uid_of_row(session, paper), after=told)
            alarms.append(str(lost))
    return alarms


def find_missing_quote(quoted: QuotedAssignment, texts: Texts) -> MissingQuote | None:
    """The warning for a live assignment whose quote is not in its text; None if there is no problem.

    `quoted` has the fields of `store.decisions.QuotedAssignment`.
    """
    place = missing_from(texts, quoted.evidence, quoted.place, quoted.checked)
    if place is None:
        return None
    stands = quoted.taxon or quoted.status
    return MissingQuote(quoted.slug, quoted.taxonomy, stands, quoted.by, quoted.evidence, place)
