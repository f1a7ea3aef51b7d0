"""Is this record a paper the store has? Ids first, then the title under stated conditions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wamkg.identifiers import author_key, normalise, title_key
from wamkg.matching.record import Record
from wamkg.store.lookup import SCHEMES, ExternalId, KnownPaper

SHORT_TITLE_WORDS = 4
"""Titles with fewer words are too common to match by: a person decides."""
MAX_YEARS_APART = 2
"""A preprint and its publication lie at most this far apart."""


@dataclass(frozen=True)
class Match:
    """The answer: a stored paper, none, or a question for a person."""

    paper: int | None
    how: str
    question: str | None = None


def ids_of(record: Record) -> list[ExternalId]:
    """The record's outside ids."""
    return [ExternalId(scheme, value) for scheme in SCHEMES if (value := getattr(record, scheme))]


def year_of(record: Record) -> int | None:
    """Year of the record: stated, or of its earliest date."""
    return record.year or min((d.first.year for d in record.dates.values()), default=None)


def urls_of(record: Record) -> frozenset[str]:
    """The record's web addresses."""
    return frozenset(filter(None, (record.url, *record.links.values())))


def is_short(title: str) -> bool:
    """Whether a title is too short to match by alone; a shared address makes up for it."""
    return len(normalise(title).split()) < SHORT_TITLE_WORDS


def match(
    record: Record,
    by_id: Mapping[ExternalId, int],
    by_title: Mapping[str, Iterable[KnownPaper]],
    members: Callable[[int], set[int]] = lambda paper: {paper},
) -> Match:
    """Find the stored paper that the record is; `members` gives all records of the work that a paper is.

    Ids decide; two ids that lead to two papers are a question, unless those are one work. Without a known id the
    normalised title decides where `_may_be_one` holds; a title of fewer than four words is a question unless an
    address is shared too.
    """
    hits = {i: by_id[i] for i in ids_of(record) if i in by_id}
    if not set(hits.values()) <= members(next(iter(hits.values()), 0)):
        named = ", ".join(f"{i.scheme}:{i.value}" for i in hits)
        return Match(None, "ids", f"{named} lead to different papers")
    if hits:
        return Match(next(iter(hits.values())), next(iter(hits)).scheme)
    key = title_key(record.title)
    namesakes = [k for k in by_title.get(key, ()) if key and _may_be_one(record, k)]
    if not namesakes:
        return Match(None, "new")
    if len(namesakes) > 1:
        return Match(None, "title", f"{len(namesakes)} stored papers have this title")
    if is_short(record.title) and not namesakes[0].urls & urls_of(record):
        return Match(None, "title", f"the title is too short to tell whether it is stored paper {namesakes[0].title!r}")
    return Match(namesakes[0].id, "title")


def without_ids_of_others(record: Record, paper: int, by_id: Mapping[ExternalId, int]) -> Record:
    """The record without ids that another record of the same work has, which keeps them."""
    others: dict[str, Any] = {i.scheme: None for i in ids_of(record) if by_id.get(i, paper) != paper}
    return replace(record, **others) if others else record


def _may_be_one(record: Record, known: KnownPaper) -> bool:
    if record.arxiv and known.arxiv and record.arxiv != known.arxiv:
        return False
    mine = author_key(record.authors[0]) if record.authors else None
    if mine and known.first_author_key:
        return mine == known.first_author_key
    year = year_of(record)
    return year is None or known.year is None or abs(year - known.year) <= MAX_YEARS_APART
