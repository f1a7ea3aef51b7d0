"""Verifies quotes against stored texts; a quote from a text that is not stored is marked as unchecked."""

from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise
from wamkg.matching.quotes import HELD, is_quoted, texts_of
from wamkg.store.tables import Paper


def check_evidence(paper: Paper, quote: str | None, place: str | None) -> tuple[str | None, bool | None]:
    """The location of a quote and whether it was found there; None if the text is not stored, so it could not be
    checked.

    Case, diacritics, punctuation and spacing are ignored. A quote without a location is searched in all stored texts.

    Raises InvalidInputError if the text of the named location is stored and does not contain the quote.
    """
    if not quote:
        return None, None
    if not normalise(quote):
        raise InvalidInputError("the quote holds no words")
    if place is None:
        found = next((name for name in HELD if is_quoted(texts_of(paper), quote, name)), None)
        return found, True if found else None
    if place not in HELD:
        return place, None
    if getattr(paper, place) is None:
        return place, None
    if not is_quoted(texts_of(paper), quote, place):
        raise InvalidInputError(f"the quote is not in the {place} that is held; copy it from there, or name its place")
    return place, True
