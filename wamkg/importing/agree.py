"""Compare two values of a field: do they agree, and is one a worse rendering of the other?"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any
from unicodedata import normalize

from wamkg.identifiers import normalise, title_key
from wamkg.importing.references.dates import month_number
from wamkg.matching.entry_types import default_type
from wamkg.matching.people import same_person
from wamkg.matching.published import same_venue
from wamkg.names import parse_name

_TAG = re.compile(r"</?(?:[a-z]\w*:)?[a-z]\w*(?:\s[^<>]*)?/?>", re.I)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?\s?|[^A-Za-z\s])")
_MARKUP = re.compile(rf"{_TAG.pattern}|&(?:\w+|#\w+);|\\[A-Za-z]|\\['`\"^~=.]|[{{}}]", re.I)
_SIGNS = str.maketrans({
    **dict.fromkeys("‘’‚‛ʼ´`", "'"), **dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-"), "\u00a0": " ",
    "\u200b": None, "\ufeff": None,
})  # fmt: skip
_INITIAL = re.compile(r"\w\.?(?:[\s-]*\w\.)*")
_PEOPLE = frozenset({"editor", "editora", "translator", "bookauthor"})
_SHORTER = 0.8
"""A text counts as a shortened copy if it starts the same and has at most this share of the length."""


def plain(text: str) -> str:
    """Return the text without tags, entities, LaTeX commands and braces, with plain quotes and dashes."""
    bare = _COMMAND.sub("", _TAG.sub("", unescape(unescape(text))).replace("\\&", "&"))
    bare = re.sub(r"[{}$\x00-\x1f\x7f]", "", bare.translate(_SIGNS)).replace("''", '"').replace("--", "-")
    return re.sub(r"\barxiv\b", "arXiv", normalize("NFC", " ".join(bare.split())), flags=re.I)


def same_printing(mine: object, shown: object) -> bool:
    """Whether two texts differ at most in markup, entities, quotes, dashes, spaces, or the case of "arXiv"."""
    return bool(mine == shown) or plain(str(mine)) == plain(str(shown))


def same_detail(name: str, mine: str, shown: str) -> bool:
    """Whether two values of a detail field are equal; lists of people are compared name by name, months by number."""
    if name == "month" and (number := month_number(mine)):
        return number == month_number(shown)
    if name in _PEOPLE:
        one, other = (re.split(r"\s+and\s+(?![^{]*\})", text) for text in (mine, shown))
        return [parse_name(plain(name)).display for name in one] == [parse_name(plain(name)).display for name in other]
    return same_printing(mine, shown)


def same_text(mine: object, shown: object) -> bool:
    """Whether two texts have the same words; case, accents, punctuation and spaces do not count."""
    one, other = plain(str(mine)), plain(str(shown))
    return one == other or (bool(title_key(one)) and title_key(one) == title_key(other))


def same_words(mine: object, shown: object) -> bool:
    """Like `same_text`, but separate words are not joined: "3-4" is not "34"."""
    one, other = plain(str(mine)), plain(str(shown))
    return one == other or normalise(one) == normalise(other)


def same_authors(mine: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether two lists may name the same people in the same order; an initial matches a name that starts with it."""
    return len(mine) == len(shown) and all(_one_person(a, b) for a, b in zip(mine, shown, strict=True))


def _one_person(one: str, other: str) -> bool:
    return one == other or same_person(parse_name(one), parse_name(other)) is not False


FIELDS: dict[str, Callable[[Any, Any], bool] | None] = {
    "title": same_text,
    "authors": same_authors,
    "abstract": same_text,
    "summary": None,
    "venue": same_venue,
    "year": same_words,
    "url": None,
    "note": None,
    "arxiv": same_text,
    "doi": lambda mine, shown: mine == shown,
    "entry_type": None,
    "volume": same_words,
    "number": same_words,
    "pages": same_words,
    "publisher": same_text,
    "details": None,
    "s2": same_text,
    "openalex": same_text,
}
"""Fields stored as claims, with the function that compares two values. None: values may differ without a conflict."""


def is_said_already(name: str, value: Any, shown: Mapping[str, Any]) -> bool:
    """Whether a value adds nothing to the value already shown."""
    now = shown[name]
    if name == "entry_type":
        return bool(value == (now or default_type(shown["venue"])))
    if now is None or (name == "year" and shown["year_derived"]):
        return False
    if name == "details":
        return all(field in now and same_detail(field, text, now[field]) for field, text in value.items())
    if name in ("year", "authors", "doi", "arxiv", "s2", "openalex", "standing"):
        return bool(value == now)
    same_name = name == "venue" and _without_year(value) == _without_year(now)
    return same_printing(value, now) or same_name


def _without_year(venue: str) -> str:
    """A venue's folded name without a year at its end: formats that have a year of their own take it off."""
    return re.sub(r"\s(?:19|20)\d\d$", "", normalise(venue))


def how_worse(name: str, new: Any, old: Any) -> str | None:
    """Say briefly why a value is worse than the one the same source gave before; None if it is not worse."""
    if name == "authors":
        return _worse_authors(new, old)
    if name not in ("title", "abstract", "summary", "venue", "publisher", "note") or not isinstance(old, str):
        return None
    mine, before = plain(new), plain(old)
    if same_text(new, old):
        if _MARKUP.search(new) and not _MARKUP.search(old):
            return "it has markup"
        return "it is all in capitals" if mine.isupper() and not before.isupper() and " " in mine else None
    if "\ufffd" in new and "\ufffd" not in old:
        return "it has characters that were read wrongly"
    cut = normalise(mine.rstrip(" .…"))
    begins = bool(cut) and normalise(before).startswith(cut)
    return "it is cut short" if begins and (mine.endswith(("…", "...")) or len(mine) < _SHORTER * len(before)) else None


def _worse_authors(new: Sequence[str], old: Sequence[str]) -> str | None:
    if len(new) < len(old) and _are_among(new, old):
        return f"{len(new)} of {len(old)} authors"
    pairs = [(parse_name(a), parse_name(b)) for a, b in zip(new, old, strict=False)]
    shortened = sum(
        bool(_INITIAL.fullmatch(a.given)) and not _INITIAL.fullmatch(b.given) and same_person(a, b) is True
        for a, b in pairs
        if a.given and b.given
    )
    return "initials instead of names" if shortened else None


def _are_among(few: Sequence[str], many: Sequence[str]) -> bool:
    return all(any(_one_person(name, other) for other in many) for name in few)
