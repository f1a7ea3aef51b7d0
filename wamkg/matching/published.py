"""Venue, year, DOI, volume, pages and the like: always those of one record, never a preprint's year beside a journal's
DOI."""

from collections.abc import Mapping
from typing import Any

from wamkg.identifiers import normalise
from wamkg.matching.resolve import rank
from wamkg.store.paper_state import Said

PUBLISHED_FIELDS = ("venue", "year", "doi", "entry_type", "volume", "number", "pages", "publisher", "details")
PREPRINT_VENUES = frozenset({"arxiv", "arxiv org", "arxiv preprint", "arxiv cornell university", "corr", "preprint"})
"""Names, folded, under which sources list a preprint as if it had appeared somewhere."""
_WHOLE = frozenset({"book", "phdthesis", "mastersthesis", "thesis", "proceedings"})
"""Types of publications that need no venue: they are one."""
_PERSON = 0


def is_preprint_venue(venue: str | None) -> bool:
    """Whether the name of a venue is that of a preprint server."""
    return venue is not None and normalise(venue) in PREPRINT_VENUES


def published_values(words: Mapping[str, Mapping[str, Said]]) -> dict[str, Any]:
    """The values of PUBLISHED_FIELDS as they are to be shown, from what each source says of each.

    A record that names a venue comes before one with only a DOI, that before a preprint's; among equals the
    stronger source, then the one that spoke first. What a person set is shown whatever the record says.
    """
    records: dict[str, dict[str, Said]] = {}
    for name in PUBLISHED_FIELDS:
        for source, word in words[name].items():
            if word.value is not None:
                records.setdefault(source, {})[name] = word
    people = [source for source in records if rank(source) == _PERSON]
    others = [source for source in records if rank(source) != _PERSON]
    chosen = min(others, key=lambda source: _order(source, records[source]), default=None)
    shown = {name: word.value for name, word in records.get(chosen or "", {}).items()}
    details = dict(shown.get("details") or {})
    for source in people:
        mine = {name: word.value for name, word in records[source].items()}
        details |= mine.pop("details", {})
        shown |= mine
    shown["details"] = details or None
    return {name: shown.get(name) for name in PUBLISHED_FIELDS}


def _order(source: str, record: Mapping[str, Said]) -> tuple[int, int, int]:
    venue = record["venue"].value if "venue" in record else None
    whole = "entry_type" in record and record["entry_type"].value in _WHOLE
    if whole or (venue and not is_preprint_venue(venue)):
        kind = 0
    elif "doi" in record:
        kind = 1
    else:
        kind = 2 if venue or "year" in record else 3
    return kind, rank(source), min(word.first for word in record.values())
