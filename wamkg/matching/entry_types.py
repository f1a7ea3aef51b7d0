"""BibTeX entry types: the default for a paper, and the field for the venue in each type."""

import re

from wamkg.identifiers import is_venue, normalise

_JOURNALS = frozenset((
    "nature", "science", "science robotics", "ra l", "ral", "t ro", "tro", "ijrr", "tpami", "pami", "tmlr", "jmlr",
    "ijcv", "pnas", "cell", "patterns", "acm computing surveys",
))  # fmt: skip
_JOURNAL = re.compile(
    r"\b(?:journals?|j|transactions|trans|letters|lett|magazine|reviews?|rev|annals|ann|bulletin|bull|frontiers|nature|acta|"
    r"archives?|arch|quarterly|zeitschrift|revue|revista|rivista|tidsskrift)\b"
)
_MEETING = re.compile(r"\b(?:proceedings|proc|conference|conf|workshops?|symposium|symp|meeting)\b")
_ARTICLES = frozenset({"article", "periodical", "suppperiodical", "review"})
_IN_BOOKS = frozenset(
    {
        "inproceedings", "conference", "incollection", "inbook", "inreference", "suppbook", "suppcollection",
        "bookinbook", "proceedings", "mvproceedings", "book", "mvbook", "collection", "mvcollection", "reference",
        "mvreference",
    }
)  # fmt: skip
"""Parts of books, and books themselves, which are in `booktitle` if they are one of several."""
VENUE_FIELD = "venuefield"
"""The detail that says in which field an entry of another kind had its venue."""


def default_type(venue: str | None) -> str:
    """`misc` for a preprint, `article` for a venue that looks like a journal, else `inproceedings`."""
    if not is_venue(venue):
        return "misc"
    name = normalise(venue or "")
    is_journal = name in _JOURNALS or (_JOURNAL.search(name) and not _MEETING.search(name))
    return "article" if is_journal else "inproceedings"


def has_venue_field(entry_type: str) -> bool:
    """Whether BibTeX has a field for the venue of this kind; a thesis, a report or `misc` may have it anywhere."""
    return entry_type in _ARTICLES or entry_type in _IN_BOOKS


def venue_field(entry_type: str, came_in: str | None = None) -> str:
    """The field in which an entry of this kind has its venue; `came_in` where the kind has no such field."""
    if has_venue_field(entry_type):
        return "journal" if entry_type in _ARTICLES else "booktitle"
    return came_in or "howpublished"
