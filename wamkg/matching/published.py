"""Venue, year, DOI, volume, pages and similar fields: always from one record, never a preprint's year with a
journal's DOI.
"""

import re
from collections.abc import Mapping

from wamkg.identifiers import is_preprint_venue, normalise
from wamkg.matching.resolve import FURTHER, rank
from wamkg.matching.title_braces import DETAIL as BRACES
from wamkg.store.claims import PaperClaims, Shown, SourceClaim

PUBLISHED_FIELDS = ("venue", "year", "doi", "entry_type", "volume", "number", "pages", "publisher", "details")
_WHOLE = frozenset({"book", "phdthesis", "mastersthesis", "thesis", "proceedings"})
"""Publication types that need no venue."""
_TELLING = ("venue", "year", "doi", "volume", "number", "pages", "publisher")
"""Fields that distinguish one publication from another."""
_PERSON = 0
_PUBLICATION = 0
"""Kind of a record that names the place of publication."""


def published_values(words: Mapping[str, Mapping[str, SourceClaim]]) -> Shown:
    """The resolved values of PUBLISHED_FIELDS, from each source's claims.

    A record with a venue comes before one with only a DOI, and that before a preprint's; among equals the stronger
    source, then the earliest claim. Missing values are taken from records of the same publication only. A person's
    values are always shown.
    """
    records = _records(words)
    people = [source for source in records if rank(source) == _PERSON]
    others = [source for source in records if rank(source) != _PERSON]
    said = [{name: word.value for name, word in records[source].items()} for source in others]
    shown = dict(said[0]) if said else {}
    details = dict(shown.get("details") or {})
    for record in said[1:]:
        if is_one_publication(shown, record):
            details = (record.get("details") or {}) | details
            shown = record | shown
        elif braces := (record.get("details") or {}).get(BRACES):
            details.setdefault(BRACES, braces)  # the title is one, wherever it appeared
    for source in people:
        mine = {name: word.value for name, word in records[source].items()}
        details |= mine.pop("details", {})
        shown |= mine
    shown["details"] = details or None
    return {name: shown.get(name) for name in PUBLISHED_FIELDS}


def publication_source(words: Mapping[str, Mapping[str, SourceClaim]]) -> str | None:
    """The source whose venue `published_values` shows, if it is that of a publication."""
    records = _records(words)
    source = next((source for source in records if rank(source) != _PERSON), None)
    return source if source is not None and _order(source, records[source])[0] == _PUBLICATION else None


def _records(words: Mapping[str, Mapping[str, SourceClaim]]) -> dict[str, dict[str, SourceClaim]]:
    """The claims of each source by field, the record to show first."""
    records: dict[str, dict[str, SourceClaim]] = {}
    for name in PUBLISHED_FIELDS:
        for source, word in words.get(name, {}).items():
            if word.value is not None:
                records.setdefault(source, {})[name] = word
    return dict(sorted(records.items(), key=lambda item: _order(*item)))


def is_one_publication(one: Shown, other: Shown) -> bool:
    """Whether two records describe one publication: same DOI, or same venue and year, and no contradiction."""
    if one.get("doi") and other.get("doi"):
        return bool(one["doi"] == other["doi"])
    against = ("year", "volume", "pages", "number")
    if any(one.get(n) and other.get(n) and normalise(str(one[n])) != normalise(str(other[n])) for n in against):
        return False
    if not (one.get("venue") and other.get("venue") and one.get("year") and other.get("year")):
        return False
    return same_venue(one["venue"], other["venue"])


def same_venue(one: str, other: str) -> bool:
    """Whether two printed names mean one venue: "NeurIPS" and "Advances in Neural Information Processing Systems"."""
    return normalise(one) == normalise(other) or bool(_core(one) and _core(one) == _core(other))


_SHORT = {
    "neurips": "neural information processing systems", "nips": "neural information processing systems",
    "icml": "machine learning", "iclr": "learning representations", "corl": "robot learning",
    "cvpr": "computer vision pattern recognition", "iccv": "computer vision", "eccv": "european computer vision",
    "wacv": "winter applications computer vision", "icra": "robotics automation",
    "iros": "intelligent robots systems", "rss": "robotics science systems", "ra l": "robotics automation letters",
    "ral": "robotics automation letters", "t ro": "transactions robotics", "tro": "transactions robotics",
    "ijrr": "journal robotics research", "tmlr": "transactions machine learning research",
    "jmlr": "journal machine learning research", "tpami": "transactions pattern analysis machine intelligence",
    "ijcv": "journal computer vision", "aaai": "artificial intelligence", "ijcai": "joint artificial intelligence",
    "l4dc": "learning dynamics control", "humanoids": "humanoid robots", "kdd": "knowledge discovery data mining",
    "emnlp": "empirical methods natural language", "acl": "association computational linguistics",
    "aistats": "artificial intelligence statistics",
}  # fmt: skip
"""Full names of venues by acronym, without common words."""
_COMMON = frozenset((
    "the", "of", "on", "in", "and", "for", "a", "an", "at", "to", "proc", "proceedings", "conference", "conf",
    "international", "intl", "int", "annual", "advances", "ieee", "acm", "rsj", "cvf", "pmlr", "st", "nd", "rd",
    "th", "aaai",
))  # fmt: skip


def _core(venue: str) -> frozenset[str]:
    """The words that identify a venue; "letters", "transactions", "journal" and "workshop" are kept."""
    words = normalise(re.sub(r"\([^)]*\)", " ", venue))
    words = _SHORT.get(words, words)
    kept = [w for w in words.split() if w not in _COMMON and not w[0].isdigit()]
    return frozenset(word for kept_word in kept for word in _SHORT.get(kept_word, kept_word).split())


def _order(source: str, record: Mapping[str, SourceClaim]) -> tuple[int, int, int]:
    venue = record["venue"].value if "venue" in record else None
    whole = "entry_type" in record and record["entry_type"].value in _WHOLE
    if whole or (venue and not is_preprint_venue(venue)):
        kind = _PUBLICATION
    elif "doi" in record:
        kind = 1
    else:
        kind = 2 if venue or "year" in record else 3
    return kind, rank(source), min(word.first for word in record.values())


def record_source(state: PaperClaims, source: str, given: Shown, *, repeat: bool) -> str:
    """The source name under which a record's publication values are stored: the source, or one of its further records.

    A file may contain a preprint and its publication. Each is a record of its own ("list:a.bib (record 2)"), so that
    the year of one is never shown with the venue of the other. `repeat`: an earlier record of the file describes the
    same paper.
    """
    kept = {name: words for name in _TELLING if (words := state.said.get(name))}
    records = {s for words in kept.values() for s in words if s == source or FURTHER.sub("", s) == source}
    telling = {name: given[name] for name in _TELLING if name in given}
    for one in sorted(records, key=lambda name: (len(name), name)):
        values = {name: words[one].value for name, words in kept.items() if one in words}
        if telling.items() <= values.items():
            return one
    return f"{source} (record {len(records) + 1})" if repeat and telling and source in records else source
