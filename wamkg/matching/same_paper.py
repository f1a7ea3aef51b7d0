"""Which stored paper does a record describe? Ids first, then the title under stated conditions."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wamkg.identifiers import is_publisher_doi, normalise, title_key
from wamkg.matching.generic_titles import is_generic
from wamkg.matching.people import same_person
from wamkg.matching.record import Record
from wamkg.matching.venues import may_be_one_venue
from wamkg.names import PersonName, parse_name
from wamkg.store.papers import SCHEMES, ExternalIdentifier, KnownPaper

SHORT_TITLE_WORDS = 4
"""Titles with fewer words are too common to match by title alone: a person decides."""
MAX_YEARS_APART = 2
"""Maximum number of years between a preprint and its publication."""


@dataclass(frozen=True)
class Match:
    """The result: a stored paper, none, or a question for a person; `note` has further information for people.

    `asked` is the paper that the question is about.
    """

    paper: int | None
    how: str
    question: str | None = None
    note: str | None = None
    asked: int | None = None


@dataclass
class Known:
    """Stored papers that records may describe, by id and by title.

    `members` returns all records of a paper's work. `papers` are those that the ids name. `met` are the papers of
    earlier records of the same file; `is_own` says whether the same source gave a paper its title.
    """

    by_id: Mapping[ExternalIdentifier, int]
    by_title: Mapping[str, Iterable[KnownPaper]]
    members: Callable[[int], set[int]] = lambda paper: {paper}
    papers: Mapping[int, KnownPaper] = field(default_factory=dict)
    met: Container[int] = ()
    is_own: Callable[[int], bool] = lambda _paper: False

    def without(self, papers: frozenset[int]) -> "Known":
        """The same without papers whose title a record has, but which a person ruled out for it."""
        by_title = {key: [k for k in same if k.id not in papers] for key, same in self.by_title.items()}
        return replace(self, by_title=by_title)


def ids_of(record: Record) -> list[ExternalIdentifier]:
    """The record's external ids."""
    return [ExternalIdentifier(scheme, value) for scheme in SCHEMES if (value := getattr(record, scheme))]


def year_of(record: Record) -> int | None:
    """Year of the record: stated, or that of its earliest date."""
    return record.year or min((d.first.year for d in record.dates.values()), default=None)


def urls_of(record: Record) -> frozenset[str]:
    """The record's URLs."""
    return frozenset(filter(None, (record.url, *record.links.values())))


def first_author_of(record: Record) -> PersonName | None:
    """The first author's name, in parts if the source gives them."""
    if not record.authors:
        return None
    return record.names[0] if len(record.names) == len(record.authors) else parse_name(record.authors[0])


def as_known(record: Record, number: int = 0) -> KnownPaper:
    """A record in the form in which matching sees a stored paper."""
    return KnownPaper(
        id=number,
        title=record.title,
        title_key=title_key(record.title),
        first_author=first_author_of(record),
        arxiv=record.arxiv,
        doi=record.doi,
        s2=record.s2,
        year=year_of(record),
        venue=record.venue,
        volume=record.volume,
        pages=record.pages,
        urls=urls_of(record),
    )


def joined(known: KnownPaper | None, given: KnownPaper) -> KnownPaper:
    """A stored paper combined with another record: a publication's values replace a preprint's."""
    if known is None:
        return given
    published = given if known.is_preprint and not given.is_preprint else known
    return replace(
        published,
        id=known.id,
        title=known.title,
        title_key=known.title_key,
        first_author=known.first_author or given.first_author,
        arxiv=known.arxiv or given.arxiv,
        doi=published.doi or known.doi or given.doi,
        year=published.year or known.year or given.year,
        urls=known.urls | given.urls,
    )


def is_short(title: str) -> bool:
    """Whether a title is too short to match by alone. A shared URL makes up for it."""
    return len(normalise(title).split()) < SHORT_TITLE_WORDS


def identifies(title: str) -> bool:
    """Whether a title is long and special enough to be that of one paper."""
    return not (is_short(title) or is_generic(title))


def have_two_dois(one: KnownPaper, other: KnownPaper) -> bool:
    """Whether two papers have different DOIs of publishers, or of one preprint server; then they are two papers."""
    if not (one.doi and other.doi) or one.doi == other.doi:
        return False
    publishers = is_publisher_doi(one.doi), is_publisher_doi(other.doi)
    return all(publishers) or (not any(publishers) and one.doi.split("/")[0] == other.doi.split("/")[0])


def match(record: Record, known: Known) -> Match:
    """Find the stored paper that a record describes.

    Ids decide. Two ids of two papers are a question, unless those are one work. A paper with another publisher's DOI
    never matches, whatever else is equal. Without a known id the title decides if `may_be_one` holds; a title of fewer
    than four words is a question unless the first author or a URL is shared too.
    """
    mine = as_known(record)
    found = {i: known.by_id[i] for i in ids_of(record) if i in known.by_id}
    hits = {i: number for i, number in found.items() if not _has_another_doi(mine, known.papers.get(number))}
    if hits:
        return _by_ids(mine, hits, known)
    if found:
        given = next(iter(found))
        owner = known.papers[found[given]]
        note = (
            f"{given.scheme}:{given.value} is stored of {owner.title!r} with the DOI {owner.doi}; this is another paper"
        )
        return Match(None, "new", note=f"{note} and is stored without that id")
    return _by_title(mine, known)


def _has_another_doi(mine: KnownPaper, other: KnownPaper | None) -> bool:
    return other is not None and have_two_dois(mine, other)


def _by_ids(mine: KnownPaper, hits: Mapping[ExternalIdentifier, int], known: Known) -> Match:
    numbers = list(dict.fromkeys(hits.values()))
    if not {*numbers} <= known.members(numbers[0]):
        led = (f"{i.scheme}:{i.value} leads to {known.papers[n].title!r}" for i, n in hits.items())
        return Match(None, "ids", ", ".join(led), asked=_titled_first(mine, numbers, known))
    number = _titled_first(mine, numbers, known)
    return Match(number, next(i.scheme for i, n in hits.items() if n == number))


def _titled_first(mine: KnownPaper, numbers: list[int], known: Known) -> int:
    """Of papers that ids name, the one with the record's title, else the first."""
    titled = {paper.id for paper in known.by_title.get(mine.title_key, ())}
    return next((n for n in numbers if n in titled), numbers[0])


def _by_title(mine: KnownPaper, known: Known) -> Match:
    same = list(known.by_title.get(mine.title_key, ())) if mine.title_key else []
    if is_generic(mine.title):
        return _generic(mine, same, known)
    namesakes = [other for other in same if may_be_one(mine, other, in_one_file=other.id in known.met)]
    if not namesakes:
        return Match(None, "new")
    best = _closest(mine, namesakes, known)
    if best is None:
        question = f"{len(namesakes)} stored papers have this title"
        return Match(None, "title", question, asked=namesakes[0].id)
    if _is_too_short(mine, best) and not (known.is_own(best.id) and best.id not in known.met):
        question = f"the title is too short to tell whether it is stored paper {best.title!r}"
        return Match(None, "title", question, asked=best.id)
    return Match(best.id, "title")


def _is_too_short(mine: KnownPaper, other: KnownPaper) -> bool:
    return is_short(mine.title) and not (other.urls & mine.urls or _first_authors_agree(mine, other))


def is_one_by_title(mine: KnownPaper, other: KnownPaper) -> bool:
    """Whether a record with the title of a paper, and no id of it, can be taken for it without asking a person."""
    return not is_generic(mine.title) and may_be_one(mine, other) and not _is_too_short(mine, other)


def _generic(mine: KnownPaper, same: list[KnownPaper], known: Known) -> Match:
    """A preface matches a stored one only if all known fields agree, and only once per file.

    Besides the year, something must tell it from others: venue, author, URL, or a title of several words, as that of
    proceedings.
    """
    for other in same:
        told = mine.year and (mine.venue or mine.first_author or mine.urls or not is_short(mine.title))
        if other.id not in known.met and _are_alike(mine, other) and (told or known.is_own(other.id)):
            return Match(other.id, "title")
    return Match(None, "new")


def _are_alike(one: KnownPaper, other: KnownPaper) -> bool:
    values = ((p.year, _folded(p.venue), _folded(p.volume), _folded(p.pages), p.doi, p.arxiv) for p in (one, other))
    if next(values) != next(values) or have_two_dois(one, other):
        return False
    authors = (one.first_author, other.first_author)
    if not all(authors):
        return not any(authors) and (not (one.urls and other.urls) or bool(one.urls & other.urls))
    return _first_authors_agree(one, other)


def may_be_one(one: KnownPaper, other: KnownPaper, *, in_one_file: bool = False) -> bool:
    """Whether no known field of two papers with the same title shows that they are two.

    Two publications that differ in venue, volume, first page or year are two. Sources print the year of the conference
    or of the volume, so the years may differ by one, but not `in_one_file`. An unpublished paper may be the preprint of
    another.
    """
    if have_two_dois(one, other) or _differ(one.arxiv, other.arxiv):
        return False
    if one.first_author and other.first_author and same_person(one.first_author, other.first_author) is False:
        return False
    if years_apart(one, other) > MAX_YEARS_APART:
        return False
    if one.is_preprint or other.is_preprint or one.arxiv or other.arxiv:
        return True
    return not _are_two_publications(one, other) and years_apart(one, other) <= (0 if in_one_file else 1)


def years_apart(one: KnownPaper, other: KnownPaper) -> int:
    """Difference of the years of two papers; 0 if one is unknown."""
    return abs(one.year - other.year) if one.year and other.year else 0


def _are_two_publications(one: KnownPaper, other: KnownPaper) -> bool:
    if one.venue and other.venue and not may_be_one_venue(one.venue, other.venue):
        return True
    volumes, pages = (_folded(one.volume), _folded(other.volume)), (_first_page(one), _first_page(other))
    return any(_differ(*values) for values in (volumes, pages))


def _differ(one: object, other: object) -> bool:
    return bool(one and other and one != other)


def _folded(text: str | None) -> str:
    return normalise(text or "")


def _first_page(paper: KnownPaper) -> str | None:
    """The first page of a paper. "1-8" is a length, not a position."""
    first = normalise(paper.pages or "").removeprefix("pp ").split(" ")[0]
    return first if first and first != "1" else None


def _first_authors_agree(one: KnownPaper, other: KnownPaper) -> bool:
    authors = one.first_author, other.first_author
    return authors[0] is not None and authors[1] is not None and same_person(authors[0], authors[1]) is True


def _closest(mine: KnownPaper, namesakes: list[KnownPaper], known: Known) -> KnownPaper | None:
    """The stored paper that agrees with a record in more fields than every other; None if there are several."""

    def closeness(other: KnownPaper) -> tuple[bool, ...]:
        venues = (_folded(mine.venue), _folded(other.venue))
        return (
            bool(mine.urls & other.urls), bool(mine.doi and mine.doi == other.doi), venues[0] == venues[1],
            mine.year == other.year, _first_authors_agree(mine, other), known.is_own(other.id),
        )  # fmt: skip

    best = sorted(namesakes, key=closeness, reverse=True)
    if len(best) == 1 or closeness(best[0]) > closeness(best[1]) or {*_numbers(best)} <= known.members(best[0].id):
        return best[0]
    return None


def _numbers(papers: Iterable[KnownPaper]) -> Iterable[int]:
    return (paper.id for paper in papers)


def without_ids_of_others(record: Record, paper: int, by_id: Mapping[ExternalIdentifier, int]) -> Record:
    """The record without ids that another paper has. The other paper keeps them."""
    others: dict[str, Any] = {i.scheme: None for i in ids_of(record) if by_id.get(i, paper) != paper}
    return replace(record, **others) if others else record
