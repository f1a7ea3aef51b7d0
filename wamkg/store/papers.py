"""Find papers by what identifies them, and count them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from sqlalchemy import exists, func
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import arxiv_id, doi, key_fold, name_key, s2_id
from wamkg.names import PersonName, parse_name
from wamkg.near_matches import did_you_mean
from wamkg.store.base import Condition, Selected, chunks, is_live, rows, select_columns
from wamkg.store.citation_keys import KEY, owners_of_keys
from wamkg.store.tables import (
    Assignment,
    Author,
    Authorship,
    Benchmark,
    Citation,
    Claim,
    Concept,
    Dataset,
    Embedding,
    Entity,
    Event,
    FormerId,
    Institution,
    Link,
    Method,
    Metric,
    NamedEntity,
    Paper,
    PaperUrl,
    Result,
    Suggestion,
    Taxon,
    Taxonomy,
    Venue,
)
from wamkg.vocabulary import Relation, Standing

SCHEMES = ("arxiv", "doi", "s2", "openalex")


class ExternalIdentifier(NamedTuple):
    """An external id (arXiv, DOI, ...) in normal form."""

    scheme: str
    value: str


@dataclass(frozen=True)
class KnownPaper:
    """The data of a stored paper that matching needs."""

    id: int
    title: str
    title_key: str
    first_author: PersonName | None = None
    arxiv: str | None = None
    doi: str | None = None
    year: int | None = None
    venue: str | None = None
    volume: str | None = None
    pages: str | None = None
    urls: frozenset[str] = frozenset()


NAME_PARTS = ("family", "given", "particle", "suffix", "literal")
"""Columns of `authorship` with the parts of a name, in the order of PersonName."""


def _known_papers(session: Session, condition: Condition) -> list[KnownPaper]:
    """Papers under a condition, in the form that matching needs, by number; without their URLs."""
    names = ("id", "title", "title_key", "arxiv", "doi", "year", "volume", "pages")
    statement = (
        select_columns(*(getattr(Paper, name) for name in names), col(Venue.name).label("venue"), Authorship)
        .select_from(Paper)
        .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
        .join(Authorship, (col(Authorship.paper_id) == col(Paper.id)) & (col(Authorship.position) == 0), isouter=True)
        .where(condition)
        .order_by(col(Paper.id))
    )
    return [
        KnownPaper(
            **dict(zip((*names, "venue"), values, strict=True)), first_author=printed_name(author) if author else None
        )
        for *values, author in session.exec(statement)
    ]


class NamedAuthor(Protocol):
    """A row with a printed name; its parts are attributes too (NAME_PARTS)."""

    @property
    def name(self) -> str:
        """The name as printed."""
        ...


def printed_name(row: NamedAuthor) -> PersonName:
    """The structured name of a row of `authorship`. It is parsed from the printed name if the row has no structure."""
    name = PersonName(*(getattr(row, part) or "" for part in NAME_PARTS))
    return name if any(getattr(name, part) for part in NAME_PARTS) else parse_name(row.name)


def papers_by_ids(session: Session, ids: Iterable[ExternalIdentifier]) -> dict[ExternalIdentifier, int]:
    """Numbers of the papers that have or had these ids."""
    wanted: dict[str, list[str]] = {}
    for scheme, value in ids:
        wanted.setdefault(scheme, []).append(value)
    found: dict[ExternalIdentifier, int] = {}
    for scheme, values in wanted.items():
        column = col(getattr(Paper, scheme))
        for part in chunks(values):
            former = select(FormerId.value, FormerId.paper_id).where(
                FormerId.scheme == scheme, col(FormerId.value).in_(part), is_live(FormerId)
            )
            found.update({ExternalIdentifier(scheme, value): number for value, number in session.exec(former)})
            now = select(column, col(Paper.id)).where(column.in_(part))
            found.update({ExternalIdentifier(scheme, value): number for value, number in session.exec(now) if number})
    return found


def papers_by_titles(session: Session, keys: Iterable[str]) -> dict[str, list[KnownPaper]]:
    """Papers by normalized title."""
    found: dict[str, list[KnownPaper]] = {}
    for part in chunks(set(keys)):
        for paper in _known_papers(session, col(Paper.title_key).in_(part)):
            found.setdefault(paper.title_key, []).append(paper)
    return found


def slugs_of(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """Slugs of papers by their numbers."""
    found: dict[int, str] = {}
    for part in chunks(set(numbers)):
        rows = session.connection().execute(select(col(Paper.id), col(Paper.slug)).where(col(Paper.id).in_(part)))
        found |= {number: slug for number, slug in rows if number is not None}
    return found


def titled_by(session: Session, papers: Iterable[int], source: str) -> set[int]:
    """Those of the papers for which a source gave a title."""
    found: set[int] = set()
    for part in chunks(set(papers)):
        given = select(Claim.subject_id).where(
            Claim.field == "title", Claim.source == source, col(Claim.subject_id).in_(part)
        )
        found.update(session.exec(given))
    return found


def addresses_of(session: Session, papers: Iterable[int]) -> dict[int, frozenset[str]]:
    """All URLs of each paper."""
    found: dict[int, set[str]] = {}
    for part in chunks(set(papers)):
        own = select(col(Paper.id), col(Paper.url)).where(col(Paper.id).in_(part), col(Paper.url).is_not(None))
        links = select(col(PaperUrl.paper_id), col(PaperUrl.url)).where(col(PaperUrl.paper_id).in_(part))
        for number, url in (*session.exec(own), *session.exec(links)):
            if number and url:
                found.setdefault(number, set()).add(url)
    return {number: frozenset(urls) for number, urls in found.items()}


def taken_slugs(session: Session, model: type[Paper] | type[NamedEntity], slugs: Iterable[str]) -> set[str]:
    """Those of the slugs that are used already."""
    taken: set[str] = set()
    for part in chunks(set(slugs)):
        taken.update(session.exec(select(model.slug).where(col(model.slug).in_(part))))
        if model is Paper:
            former = select(FormerId.value).where(FormerId.scheme == SLUG, col(FormerId.value).in_(part))
            taken.update(session.exec(former))
    return taken


def numbered_slugs(session: Session, model: type[Paper] | type[NamedEntity], slug: str) -> set[str]:
    """The slugs in use that consist of the given one and a number."""
    numbered = select(model.slug).where(col(model.slug).startswith(f"{slug}-", autoescape=True))
    found = set(session.exec(numbered))
    if model is Paper:
        former = select(FormerId.value).where(FormerId.scheme == SLUG)
        found |= set(session.exec(former.where(col(FormerId.value).startswith(f"{slug}-", autoescape=True))))
    return {name for name in found if name.removeprefix(f"{slug}-").isdigit()}


def numbers_by_key(
    session: Session, model: type[Author] | type[Venue] | type[NamedEntity], keys: Iterable[str]
) -> dict[str, int]:
    """Numbers of authors, venues or named entities by their keys."""
    found: dict[str, int] = {}
    for part in chunks(set(keys)):
        statement = select_columns(model.key, model.id).where(col(model.key).in_(part))
        found |= dict(tuple(row) for row in rows(session, statement))
    return found


def methods_of(session: Session, papers: Iterable[int]) -> dict[int, Method]:
    """The method that each paper proposes."""
    found: dict[int, Method] = {}
    for part in chunks(set(papers)):
        statement = (
            select(Link.source_id, Method)
            .join(Method, col(Method.id) == col(Link.target_id))
            .where(Link.relation == Relation.PROPOSES, col(Link.source_id).in_(part))
        )
        found.update(session.exec(statement).all())
    return found


def method_names_of(session: Session, papers: Iterable[int]) -> dict[int, str]:
    """Name of the method that each paper proposes."""
    found: dict[int, str] = {}
    for part in chunks(set(papers)):
        statement = (
            select(Link.source_id, Method.name)
            .join(Method, col(Method.id) == col(Link.target_id))
            .where(Link.relation == Relation.PROPOSES, col(Link.source_id).in_(part))
        )
        found |= {row[0]: row[1] for row in session.connection().execute(statement)}
    return found


def find_paper(session: Session, text: str) -> Paper:
    """The paper with this id as a user writes it: `arxiv:...`, `doi:...`, `s2:...`, an id without a prefix, our slug,
    a current or former citation key, or the name of a method that only one paper proposes.

    Raises NotFoundError.
    """
    scheme, _, rest = text.partition(":")
    readers = {"arxiv": arxiv_id, "doi": doi, "s2": s2_id}
    wanted = {name: read(rest if scheme.lower() == name else text) for name, read in readers.items()}
    for name, value in wanted.items():
        if value and (
            number := papers_by_ids(session, [ExternalIdentifier(name, value)]).get(ExternalIdentifier(name, value))
        ):
            return session.get_one(Paper, number)
    paper = session.exec(select(Paper).where(Paper.slug == text)).first() if scheme != KEY or not rest else None
    number = None if paper else _by_key(session, rest if scheme == KEY and rest else text) or _merged(session, text)
    number = number if paper or number else _by_method(session, text)
    if paper is None and number is None:
        hint = _similar_papers(session, text) or "; write arxiv:ID, doi:ID, s2:ID, key:KEY or a slug"
        raise NotFoundError(f"no paper has the id {text[:200]!r}{hint}")
    return paper or session.get_one(Paper, number)


def _similar_papers(session: Session, text: str) -> str:
    """Slugs and citation keys similar to a text that is not an id, as the end of an error message."""
    scheme, _, rest = text.partition(":")
    wanted = rest if scheme == KEY else text
    if scheme.lower() in ("arxiv", "doi", "s2") or len(wanted) < 2:
        return ""
    found: dict[str, str] = {}
    for column in (col(Paper.slug), col(Paper.key)):
        begins = column.istartswith(wanted[:2], autoescape=True)
        statement = select(column).where(begins, col(Paper.standing) != Standing.CITED).limit(_MAX_SIMILAR)
        found |= {name: name for name in session.exec(statement) if name}
    return did_you_mean(wanted, found)


_MAX_SIMILAR = 2000
"""Papers whose slugs and keys are compared with an unknown one."""
SLUG, UID = "slug", "uid"
"""Schemes of former ids for the slug and the permanent id of a merged paper; they lead to the remaining paper."""


def _merged(session: Session, text: str) -> int | None:
    """The paper into which the paper with that slug was merged."""
    former = select(FormerId.paper_id).where(FormerId.scheme == SLUG, FormerId.value == text)
    return session.exec(former).first()


def same_paper_uids(session: Session, uid: str) -> list[str]:
    """The permanent id of a paper and those of the papers merged into it."""
    own = select(col(Entity.id)).where(col(Entity.uid) == uid).scalar_subquery()
    merged = select(col(FormerId.value)).where(col(FormerId.scheme) == UID, col(FormerId.paper_id) == own)
    return [uid, *session.connection().execute(merged).scalars()]


def remaining_uid(session: Session, uid: str) -> str:
    """The permanent id of the paper into which this one was merged; the id itself if it was not merged."""
    into = select(col(Entity.uid)).join(FormerId, col(FormerId.paper_id) == col(Entity.id))
    found = session.connection().execute(into.where(col(FormerId.scheme) == UID, col(FormerId.value) == uid)).scalar()
    return str(found or uid)


def _by_key(session: Session, key: str) -> int | None:
    """The paper that has the citation key, else the one that had it. Case matters only if several match."""
    exact = papers_by_ids(session, [ExternalIdentifier(KEY, key)])
    return next(iter(exact.values()), None) or owners_of_keys(session, [key]).get(key_fold(key))


def _by_method(session: Session, name: str) -> int | None:
    """The paper that proposes the method with that name, if only one does."""
    proposing = select(Link.source_id).join(Method, col(Method.id) == col(Link.target_id))
    proposing = proposing.where(Link.relation == Relation.PROPOSES, col(Method.key) == name_key(name)).limit(2)
    papers = session.exec(proposing).all()
    return papers[0] if len(papers) == 1 else None


def library_papers(session: Session) -> list[KnownPaper]:
    """All papers of the library, in the form that matching needs, with their URLs."""
    papers = _known_papers(session, col(Paper.standing) != Standing.CITED)
    return with_addresses(session, papers)


def with_addresses(session: Session, papers: Sequence[KnownPaper]) -> list[KnownPaper]:
    """The papers with their URLs."""
    urls = addresses_of(session, [paper.id for paper in papers])
    return [replace(paper, urls=urls.get(paper.id, frozenset())) for paper in papers]


def known_papers(session: Session, numbers: Iterable[int]) -> dict[int, KnownPaper]:
    """Papers by their numbers, in the form that matching needs, without their URLs."""
    found: dict[int, KnownPaper] = {}
    for part in chunks(set(numbers)):
        found |= {paper.id: paper for paper in _known_papers(session, col(Paper.id).in_(part))}
    return found


_COUNTED: dict[str, type[SQLModel]] = {
    "methods": Method,
    "datasets": Dataset,
    "benchmarks": Benchmark,
    "metrics": Metric,
    "institutions": Institution,
    "concepts": Concept,
    "results": Result,
    "taxonomies": Taxonomy,
    "taxa": Taxon,
    "citations": Citation,
    "suggestions": Suggestion,
}


def table_counts(session: Session) -> dict[str, int]:
    """Number of entities of each kind."""
    counted = {name: select_columns(func.count()).select_from(model) for name, model in _COUNTED.items()}
    counted["taxa"] = counted["taxa"].where(is_live(Taxon))
    counted["citations"] = counted["citations"].where(is_live(Citation))
    return {name: _count(session, statement) for name, statement in counted.items()}


def standing_counts(session: Session) -> dict[str, int]:
    """Number of papers with each standing."""
    statement = select_columns(Paper.standing, func.count()).group_by(col(Paper.standing)).order_by(Paper.standing)
    return dict(tuple(row) for row in rows(session, statement))


def _count(session: Session, statement: Selected) -> int:
    return int(session.connection().execute(statement).scalar_one())


def coverage_counts(session: Session) -> dict[str, int]:
    """For each field, the number of papers of the library that have a value."""
    number = col(Paper.id)
    stated = exists().where(col(Event.paper_id) == number, col(Event.derived).is_(False), is_live(Event))
    code = exists().where(col(PaperUrl.paper_id) == number, col(PaperUrl.kind) == "code", is_live(PaperUrl))
    method = exists().where(col(Link.source_id) == number, col(Link.relation) == Relation.PROPOSES)
    conditions: dict[str, Condition] = {
        "abstract": col(Paper.abstract).is_not(None),
        "summary": col(Paper.summary).is_not(None),
        "authors": exists().where(col(Authorship.paper_id) == number),
        "arxiv id": col(Paper.arxiv).is_not(None),
        "semantic scholar id": col(Paper.s2).is_not(None),
        "date": col(Paper.date).is_not(None),
        "stated date": stated,
        "date to the day": col(Paper.date_precision) == "day",
        "venue": col(Paper.venue_id).is_not(None),
        "code": code,
        "method name": method,
        "institution": exists().where(col(Link.source_id) == number, col(Link.relation) == Relation.AFFILIATED),
        "citation count": col(Paper.citation_count).is_not(None),
        "a decision in some taxonomy": exists().where(col(Assignment.paper_id) == number, is_live(Assignment)),
        "embedding": exists().where(col(Embedding.entity_id) == number),
    }
    listed = select_columns(func.count()).select_from(Paper).where(col(Paper.standing) != Standing.CITED)
    return {"": _count(session, listed)} | {n: _count(session, listed.where(c)) for n, c in conditions.items()}
