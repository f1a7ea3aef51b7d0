"""Quotes that decisions rest on, and whether the texts they were taken from still hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from wamkg.identifiers import normalise
from wamkg.store.batches import record_change
from wamkg.store.edits import uid_of_row
from wamkg.store.paper_state import PaperState
from wamkg.store.reads_quotes import EVIDENCE_LOST, quotes
from wamkg.store.tables import Batch

HELD = ("abstract", "summary")
"""Places whose text the store holds."""
Texts = Mapping[str, str | None]
"""Text of each of these places, None where it is not held."""
SHOWN = 80
"""Characters of a quote that a sentence repeats."""


@dataclass(frozen=True)
class LostQuote:
    """A quote that a change of a text has left without ground, and the decision that rests on it."""

    paper: str
    taxonomy: str
    stands: str
    by: str
    evidence: str
    place: str

    @property
    def shown(self) -> str:
        """The quote, or the beginning of a long one."""
        return self.evidence if len(self.evidence) <= SHOWN else f"{self.evidence[:SHOWN]}..."

    def __str__(self) -> str:
        return (
            f'{self.paper} stands in {self.taxonomy} at {self.stands} by {self.by} for "{self.shown}", '
            f"which is not in its {self.place} any more; look at it again"
        )


def texts_of(paper: Any) -> Texts:
    """The held texts of a row of `paper`, or of what a row has."""
    return {place: getattr(paper, place) for place in HELD}


def is_quoted(texts: Texts, quote: str, place: str) -> bool:
    """Whether the held text has the quote, at the bounds of words; letter case, marks and spacing do not count."""
    text = texts[place]
    return text is not None and f" {normalise(quote)} " in f" {normalise(text)} "


def missing_from(texts: Texts, quote: str, place: str | None, checked: bool | None) -> str | None:
    """The held place that should hold a quote and does not; None where it is there or cannot be looked for."""
    places = [place] if place in HELD else HELD if place is None and checked else ()
    held = [name for name in places if name is not None and texts[name] is not None]
    return held[0] if held and not any(is_quoted(texts, quote, name) for name in held) else None


def tell_lost_quotes(
    session: Session, batch: Batch, states: Sequence[PaperState], shown: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Alarms of quotes that lose their ground when papers come to show these values, recorded in the batch.

    Call it before the values are written; the states hold those of before.
    """
    changed = {
        state.id: (texts_of(state.paper), {place: values[place] for place in HELD}, state.paper)
        for state, values in zip(states, shown, strict=True)
        if state.paper is not None and any(getattr(state.paper, place) != values[place] for place in HELD)
    }
    alarms = []
    for quoted in quotes(session, changed) if changed else ():
        before, after, paper = changed[quoted.number]
        lost = lost_quote(quoted, after)
        if lost is not None and lost_quote(quoted, before) is None:
            told = {"alarm": str(lost), "taxonomy": lost.taxonomy, "evidence": lost.evidence, "place": lost.place}
            record_change(session, batch, EVIDENCE_LOST, subject_uid=uid_of_row(session, paper), after=told)
            alarms.append(str(lost))
    return alarms


def lost_quote(quoted: Any, texts: Texts) -> LostQuote | None:
    """The alarm of a live place whose quote is not in the text it was taken from; None where all is well.

    `quoted` has what a row of `store.reads_quotes` has.
    """
    place = missing_from(texts, quoted.evidence, quoted.place, quoted.checked)
    if place is None:
        return None
    stands = quoted.taxon or quoted.state
    return LostQuote(quoted.slug, quoted.taxonomy, stands, quoted.by, quoted.evidence, place)
