"""Near matches for error messages: the names that a user may have meant."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

MAX_MATCHES = 3
MIN_SIMILARITY = 0.7
"""Share of common characters (0 to 1) from which a name counts as a near match."""
_MAX_LENGTH, _MIN_START, _MIN_PART = 100, 2, 4


def did_you_mean(wanted: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """End of an error message that suggests names similar to `wanted`, else names that it begins or is part of:
    `; did you mean A or B?`, or an empty text.

    `known` has the valid names, or a mapping from every accepted spelling to the name to suggest.
    """
    names = known if isinstance(known, Mapping) else {name: name for name in known}
    folded: dict[str, str] = {}
    for spelling, name in names.items():
        folded.setdefault(spelling.casefold(), name)
    text = wanted[:_MAX_LENGTH].casefold()
    close = get_close_matches(text, folded, MAX_MATCHES, MIN_SIMILARITY)
    if not close:
        close = [spelling for spelling in folded if _is_part(text, spelling)][:MAX_MATCHES]
    meant = dict.fromkeys(folded[spelling] for spelling in close)
    return f"; did you mean {' or '.join(meant)}?" if meant else ""


def _is_part(text: str, name: str) -> bool:
    """Whether a text begins a name ("bib" for "bibtex"), or, if it is longer, occurs in it."""
    return (len(text) >= _MIN_START and name.startswith(text)) or (len(text) >= _MIN_PART and text in name)


def unknown(what: str, wanted: str, known: Iterable[str]) -> str:
    """Error message for a value that is not in a list: near matches, then the whole list."""
    names = [str(name) for name in known]
    begin = f"unknown {what} {wanted[:_MAX_LENGTH]!r}"
    listed = ", ".join(names) or "none yet"
    near = did_you_mean(wanted, names)
    return f"{begin}{near} Known: {listed}" if near else f"{begin}: use {listed}"
