"""Resolved values of a paper, from all claims of its sources."""

from collections.abc import Iterable, Mapping

from wamkg.matching.people import only_initials, spells_out
from wamkg.matching.published import PUBLISHED_FIELDS, publication_source, published_values
from wamkg.matching.resolve import pick_claim, plausible_years, rank, resolve_date, resolve_standing, shown_year
from wamkg.names import PersonName, name_from_dict, parse_name
from wamkg.store.claims import PaperClaims, Shown, SourceClaim

RESOLVED_FIELDS = (
    "title",
    "abstract",
    "summary",
    "arxiv",
    "s2",
    "openalex",
    "url",
    "note",
    "key",
    "citation_count",
    "exclusion_reason",
)
Words = Mapping[str, Mapping[str, SourceClaim]]
"""Claims by field and source."""


def resolved_values(state: PaperClaims) -> Shown:
    """Columns of `paper` for a state, and its `venue`, `authors` and their `names`.

    Among sources of equal rank, title and authors come from the record whose venue is shown.
    """
    values: Shown = {}
    published = {name: state.said.get(name, {}) for name in PUBLISHED_FIELDS}
    published["year"] = plausible_years(published["year"])
    source = publication_source(published)
    for name in RESOLVED_FIELDS:
        word = pick_claim(state.said.get(name, {}).values(), source if name == "title" else None)
        values[name] = word.value if word else None
    values |= _authors(state.said, source)
    values |= published_values(published)
    values["standing"] = resolve_standing(state.said.get("standing", {}).values())
    dated = resolve_date(state.dates)
    values["year"], values["year_derived"] = shown_year(values["year"], dated, published["year"].values())
    values["date"] = dated.day if dated else None
    values["date_precision"] = dated.precision if dated else None
    values["date_source"] = dated.source if dated else None
    return values


def _authors(said: Words, source: str | None) -> Shown:
    """The resolved author list, the structure of its names, and whether it is incomplete.

    Among sources of equal rank a list that is cut ("and others") comes after a complete one, and one with initials
    after one with the same people's names in full. A person's list is shown as it is.
    """
    cut = {source for source, word in said.get("authors_cut", {}).items() if word.value}
    given = [word for word in said.get("authors", {}).values() if word.value is not None]
    word = min(given, key=lambda w: (rank(w.source), w.source in cut, w.source != source, w.first), default=None)
    if word is None:
        return {"authors": None, "names": [], "authors_cut": False}
    if rank(word.source) > 0:
        equal = [w for w in given if rank(w.source) == rank(word.source) and w.source not in cut]
        word = _in_full(word, sorted(equal, key=lambda w: w.first), said)
    return {"authors": word.value, "names": _names(word, said), "authors_cut": word.source in cut}


def _in_full(word: SourceClaim, others: Iterable[SourceClaim], said: Words) -> SourceClaim:
    """The first of the other claims that has the same people's names in full, if this one has initials; else this."""
    short = _names(word, said)
    if not any(map(only_initials, short)):
        return word
    return next((other for other in others if spells_out(_names(other, said), short)), word)


def _names(authors: SourceClaim, said: Words) -> list[PersonName]:
    """Parts of the names from the list's own source, else from another source with the same printed name, else
    parsed.
    """
    stated = [word for word in said.get("names", {}).values() if word.value is not None]
    stated.sort(key=lambda word: (word.source != authors.source, rank(word.source), word.first))
    lists = [[name_from_dict(parts) for parts in word.value] for word in stated]
    known: dict[str, PersonName] = {}
    for name in (name for names in lists for name in names):
        known.setdefault(name.display, name)
    own = lists[0] if stated and stated[0].source == authors.source else []
    by_place = own if len(own) == len(authors.value) else [None] * len(authors.value)
    return [
        name if name is not None and name.display == printed else known.get(printed) or parse_name(printed)
        for printed, name in zip(authors.value, by_place, strict=True)
    ]
