"""Papers in lists, with the keys of the project's JSON Lines format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import PartialDate, Precision
from wamkg.store.lookup import method_names_of
from wamkg.store.reads_details import authors_of, paper_rows, places_of, weblinks_of
from wamkg.vocabulary import AssignmentState


@dataclass(frozen=True, slots=True)
class StateGiven:
    """An assignment without a taxon: `undecided`, `outside` or `not-applicable`."""

    state: str
    kind: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """A paper in a list. None means unknown; `date` has the known precision (`2024`, `2024-05`, `2024-05-12`).

    `id` is accepted by the API: `arxiv:...` if there is an arXiv id, else the slug; `uid` never changes. `date_source`
    `id:arxiv` means that the date was derived from the arXiv id; `year_derived` that no source states the year of this
    record, so it is the year of `date`. `taxa` has the primary assignment in each taxonomy, `also` secondary ones,
    `states` assignments without a taxon. `key` is the citation key, `type` the BibTeX entry type; `authors_cut` means
    that the author list is incomplete ("and others").
    """

    id: str
    uid: str
    slug: str
    title: str
    authors: list[str]
    authors_cut: bool
    key: str | None
    type: str | None
    arxiv: str | None
    doi: str | None
    s2: str | None
    date: str | None
    date_source: str | None
    year: int | None
    year_derived: bool
    venue: str | None
    volume: str | None
    number: str | None
    pages: str | None
    publisher: str | None
    url: str | None
    links: dict[str, str]
    method: str | None
    standing: str
    taxa: dict[str, str]
    also: dict[str, list[str]]
    states: dict[str, StateGiven]
    citations: int | None
    note: str | None
    version: int

    @property
    def stated_year(self) -> int | None:
        """The year that a source states together with the shown venue. A derived year is never shown with a venue."""
        return None if self.year_derived else self.year


TEXTS = ("abstract", "summary")
FIELDS = (*(f.name for f in fields(PaperItem)), *TEXTS)


@dataclass
class _Placed:
    taxa: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, StateGiven] = field(default_factory=dict)


def paper_items(session: Session, numbers: Sequence[int]) -> list[PaperItem]:
    """The papers with these numbers, in this order."""
    return [item for item, _ in _items(session, numbers, texts=False)]


def sparse_items(session: Session, numbers: Sequence[int], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The papers with these numbers, with the named fields only; `abstract` and `summary` are allowed here.

    Raises InvalidInputError for an unknown field.
    """
    unknown = [name for name in wanted if name not in FIELDS]
    if unknown:
        raise InvalidInputError(f"no field {unknown[0]!r}; there are: {', '.join(FIELDS)}")
    texts = any(name in TEXTS for name in wanted)
    return [
        {name: getattr(row if name in TEXTS else item, name) for name in wanted}
        for item, row in _items(session, numbers, texts=texts)
    ]


def _items(session: Session, numbers: Sequence[int], *, texts: bool) -> Iterable[tuple[PaperItem, Any]]:
    found = paper_rows(session, numbers, texts=texts)
    authors = authors_of(session, numbers)
    links = weblinks_of(session, numbers)
    methods = method_names_of(session, numbers)
    placed = _placements(session, numbers)
    for number in numbers:
        if number in found:
            row = found[number]
            places = placed.get(number, _Placed())
            yield (
                _item(row, authors.get(number, []), links.get(number, []), methods.get(number), places),
                row,
            )


def _placements(session: Session, numbers: Sequence[int]) -> dict[int, _Placed]:
    found: dict[int, _Placed] = {}
    for number, group in places_of(session, numbers).items():
        placed = found[number] = _Placed()
        for a in group:
            if a.state != AssignmentState.PLACED:
                placed.states[a.taxonomy] = StateGiven(a.state, a.kind, a.reason)
            elif a.primary:
                placed.taxa[a.taxonomy] = a.taxon
            else:
                placed.also.setdefault(a.taxonomy, []).append(a.taxon)
    return found


def _item(row: Any, authors: list[str], links: list[Any], method: str | None, placed: _Placed) -> PaperItem:
    return PaperItem(
        id=public_id(row.arxiv, row.slug),
        uid=row.uid,
        slug=row.slug,
        title=row.title,
        authors=authors,
        authors_cut=row.authors_cut,
        key=row.key,
        type=row.entry_type,
        arxiv=row.arxiv,
        doi=row.doi,
        s2=row.s2,
        date=shown_day(row.date, row.date_precision),
        date_source=row.date_source,
        year=row.year,
        year_derived=row.year_derived,
        venue=row.venue,
        volume=row.volume,
        number=row.number,
        pages=row.pages,
        publisher=row.publisher,
        url=row.url,
        links={link.kind: link.url for link in reversed(links)},
        method=method,
        standing=row.standing,
        taxa=placed.taxa,
        also=placed.also,
        states=placed.states,
        citations=row.citation_count,
        note=row.note,
        version=row.version,
    )


def public_id(arxiv: str | None, slug: str) -> str:
    """The id of a paper that lists show and every route accepts."""
    return f"arxiv:{arxiv}" if arxiv else slug


def shown_day(day: date | None, precision: str | None) -> str | None:
    """A date in its known precision."""
    return str(PartialDate(day, Precision(precision or Precision.DAY))) if day else None
