"""Find papers by what identifies them, and count them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple, Protocol

from sqlalchemy import exists, func
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import arxiv_id, doi, is_preprint_venue, is_publisher_doi, key_fold, name_key, s2_id
from wamkg.names import PersonName, parse_name
from wamkg.near_matches import did_you_mean
from wamkg.store.base import Column, Condition, Selected, by_number, chunks, is_live, rows, rows_for, select_columns
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
    s2: str | None = None
    standing: str = ""
    year: int | None = None
    venue: str | None = None
    volume: str | None = None
    pages: str | None = None
    urls: frozenset[str] = frozenset()

    @property
    def is_preprint(self) -> bool:
        """Whether this is a preprint without a known publication."""
        return not is_publisher_doi(self.doi) and (not self.venue or is_preprint_venue(self.venue))

    @property
    def order(self) -> tuple[bool, bool, bool, int]:
        """Sort key of the records of one work. The first represents the work wherever it is shown, counted or
        exported: a paper of the library, a publication before a preprint, one with a publisher's DOI, the one stored
        first.
        """
        return self.standing == Standing.CITED, self.is_preprint, not is_publisher_doi(self.doi), self.id


NAME_PARTS = ("family", "given", "particle", "suffix", "literal")
"""Columns of `authorship` with the parts of a name, in the order of PersonName."""


def _known_papers(session: Session, condition: Condition) -> list[KnownPaper]:
    """Papers under a condition, in the form that matching needs, by number; without their URLs."""
    names = ("id", "title", "title_key", "arxiv", "doi", "s2", "standing", "year", "volume", "pages")
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


def numbers_by_slug(session: Session, slugs: Iterable[str]) -> dict[str, int]:
    """Number of each paper with one of these slugs."""
    found: dict[str, int] = {}
    for part in chunks(set(slugs)):
        found.update(session.exec(select_columns(Paper.slug, Paper.id).where(col(Paper.slug).in_(part))).all())
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


@cache
def _method_names() -> Selected:
    statement = select_columns(Link.source_id, Method.name).join(Method, col(Method.id) == col(Link.target_id))
    return by_number(statement.where(Link.relation == Relation.PROPOSES), col(Link.source_id))


def method_names_of(session: Session, papers: Iterable[int]) -> dict[int, str]:
    """Name of the method that each paper proposes."""
    return {row[0]: row[1] for row in rows_for(session, papers, _method_names())}


def find_paper(session: Session, text: str) -> Paper:
    """The paper with this id as a user writes it; see `locate_papers`.

    Raises NotFoundError.
    """
    number = locate_papers(session, [text]).get(text)
    if number is None:
        hint = _similar_papers(session, text) or "; write arxiv:ID, doi:ID, s2:ID, key:KEY or a slug"
        raise NotFoundError(f"no paper has the id {text[:200]!r}{hint}")
    return session.get_one(Paper, number)


def get_papers(session: Session, numbers: Iterable[int]) -> dict[int, Paper]:
    """The papers with these numbers."""
    found: dict[int, Paper] = {}
    for part in chunks(set(numbers)):
        found |= {paper.id: paper for paper in session.exec(select(Paper).where(col(Paper.id).in_(part))) if paper.id}
    return found


def locate_papers(session: Session, texts: Iterable[str]) -> dict[str, int]:
    """Numbers of the papers with these ids as users write them; unknown ids are missing.

    An id is `arxiv:...`, `doi:...`, `s2:...` or the same without a prefix, a slug, a permanent id, a current or former
    citation key, or the name of a method that only one paper proposes. The first of these that fits counts.
    """
    found: dict[str, int] = {}
    left = list(dict.fromkeys(texts))
    for look_up in (_by_external_ids, _by_slugs, _by_keys, _merged, _by_uids, _by_methods):
        left = [text for text in left if text not in found]
        if left:
            found |= look_up(session, left)
    return found


def _by_external_ids(session: Session, texts: Sequence[str]) -> dict[str, int]:
    ids = {text: external_ids(text) for text in texts}
    numbers = papers_by_ids(session, {id_ for readings in ids.values() for id_ in readings})
    found = {text: next((numbers[i] for i in readings if i in numbers), None) for text, readings in ids.items()}
    return {text: number for text, number in found.items() if number is not None}


def external_ids(text: str) -> list[ExternalIdentifier]:
    """The external ids that a text may be."""
    scheme, _, rest = text.partition(":")
    read = {name: reader(rest if scheme.lower() == name else text) for name, reader in ID_READERS.items()}
    return [ExternalIdentifier(name, value) for name, value in read.items() if value]


ID_READERS: Mapping[str, Callable[[str], str | None]] = {"arxiv": arxiv_id, "doi": doi, "s2": s2_id}
"""Scheme -> reader of an id as users write it."""


def _by_slugs(session: Session, texts: Sequence[str]) -> dict[str, int]:
    return _pairs(session, select_columns(Paper.slug, Paper.id), col(Paper.slug), texts)


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


def _merged(session: Session, texts: Sequence[str]) -> dict[str, int]:
    """The papers into which the papers with these slugs were merged."""
    former = select_columns(FormerId.value, FormerId.paper_id).where(FormerId.scheme == SLUG)
    return _pairs(session, former, col(FormerId.value), texts)


def _by_uids(session: Session, texts: Sequence[str]) -> dict[str, int]:
    """The papers with these permanent ids, or into which those were merged."""
    former = select_columns(FormerId.value, FormerId.paper_id).where(FormerId.scheme == UID)
    now = select_columns(Entity.uid, Paper.id).join(Paper, col(Paper.id) == col(Entity.id))
    return _pairs(session, former, col(FormerId.value), texts) | _pairs(session, now, col(Entity.uid), texts)


def _pairs(session: Session, statement: Selected, column: Column, texts: Sequence[str]) -> dict[str, int]:
    """The (text, number) rows of a query for the given texts."""
    found: dict[str, int] = {}
    for part in chunks(texts):
        found |= dict(tuple(row) for row in rows(session, statement.where(column.in_(part))))
    return found


def same_paper_uids(session: Session, uids: Iterable[str]) -> dict[str, str]:
    """The permanent ids of these papers, and those of the papers merged into them, each with that of its paper."""
    found: dict[str, str] = {}
    for part in chunks(uids):
        merged = select_columns(FormerId.value, Entity.uid).join(Entity, col(Entity.id) == col(FormerId.paper_id))
        into = merged.where(col(FormerId.scheme) == UID, col(Entity.uid).in_(part))
        found |= {uid: uid for uid in part} | dict(tuple(row) for row in rows(session, into))
    return found


def remaining_uid(session: Session, uid: str) -> str:
    """The permanent id of the paper into which this one was merged; the id itself if it was not merged."""
    into = select(col(Entity.uid)).join(FormerId, col(FormerId.paper_id) == col(Entity.id))
    found = session.connection().execute(into.where(col(FormerId.scheme) == UID, col(FormerId.value) == uid)).scalar()
    return str(found or uid)


def _by_keys(session: Session, texts: Sequence[str]) -> dict[str, int]:
    """The papers that have these citation keys, else those that had them. Case matters only if several match."""
    keys = {text: text.removeprefix(f"{KEY}:") or text for text in texts}
    exact = papers_by_ids(session, {ExternalIdentifier(KEY, key) for key in keys.values()})
    folded = owners_of_keys(session, keys.values())
    found = {t: exact.get(ExternalIdentifier(KEY, key)) or folded.get(key_fold(key)) for t, key in keys.items()}
    return {text: number for text, number in found.items() if number}


def _by_methods(session: Session, texts: Sequence[str]) -> dict[str, int]:
    """The papers that propose the methods with these names, if only one paper does."""
    keys = {text: name_key(text) for text in texts}
    proposing = select_columns(Method.key, Link.source_id).join(Link, col(Link.target_id) == col(Method.id))
    proposing = proposing.where(Link.relation == Relation.PROPOSES)
    papers: dict[str, list[int]] = {}
    for part in chunks(set(keys.values())):
        for key, number in rows(session, proposing.where(col(Method.key).in_(part))):
            papers.setdefault(key, []).append(number)
    return {text: papers[key][0] for text, key in keys.items() if len(papers.get(key, ())) == 1}


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
