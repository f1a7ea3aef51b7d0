"""Is a quote really there? Checked where the text is held, marked unchecked where it is not."""

from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise
from wamkg.matching.quotes import HELD, is_quoted, texts_of
from wamkg.store.tables import Paper


def check_evidence(paper: Paper, quote: str | None, place: str | None) -> tuple[str | None, bool | None]:
    """Place of a quote and whether it was found there; None: the text is not held, so it could not be checked.

    Letter case, marks, punctuation and spacing do not count. A quote without a place is looked for in what is held.

    Raises InvalidInputError where the text of the named place is held and lacks the quote.
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
