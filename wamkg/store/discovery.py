"""What the routes of discovery need from the store, and what they leave in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from wamkg.identifiers import title_key
from wamkg.json_types import JsonObject
from wamkg.store.base import Condition, RowValues, chunks, get_by_prefix, insert_rows, is_live, rows_as, select_columns
from wamkg.store.citations import citation_pairs, live_citation_pairs
from wamkg.store.duplicates import load_work_groups
from wamkg.store.tables import Assignment, Batch, Discovery, Paper, RouteReading
from wamkg.store.taxonomies import get_taxonomy
from wamkg.store.types import utc_now
from wamkg.vocabulary import AssignmentStatus, DiscoveryOutcome, Standing

_OUTSIDE_SURVEY = (Standing.CITED, Standing.CANDIDATE)


class LinkedCandidate(NamedTuple):
    """A cited or candidate paper with the works of the survey that cite it, or that it cites, and their number."""

    id: int
    title: str
    abstract: str | None
    arxiv: str | None
    doi: str | None
    s2: str | None
    slug: str
    works: int
    by: tuple[int, ...]


class ScopeExamples(NamedTuple):
    """Semantic Scholar ids of placed papers and of papers out of scope, newest first."""

    placed: list[str]
    outside: list[str]


@dataclass(frozen=True)
class Rejected:
    """A rejected paper: its title and abstract as stored."""

    title_key: str
    abstract: str


def cursor_of(session: Session, route: str) -> JsonObject:
    """Where the next reading of a route begins; empty if it was never read."""
    found = _newest(session, route)
    return dict(found.cursor) if found is not None else {}


def _newest(session: Session, route: str) -> RouteReading | None:
    statement = select(RouteReading).where(RouteReading.route == route).order_by(col(RouteReading.id).desc())
    return session.exec(statement).first()


class RouteReadings(NamedTuple):
    """A route of discovery: how often it was read, when first and last, and how many records it showed."""

    route: str
    times: int
    first: datetime
    last: datetime
    records: int


def readings_of_routes(session: Session) -> list[RouteReadings]:
    """Every route that was read, by name."""
    counted = select_columns(
        RouteReading.route,
        func.count(),
        func.min(RouteReading.read_at),
        func.max(RouteReading.read_at),
        func.sum(RouteReading.scanned),
    )
    return rows_as(session, counted.group_by(RouteReading.route).order_by(RouteReading.route), RouteReadings._make)


def move_cursor(session: Session, route: str, cursor: JsonObject, scanned: int) -> bool:
    """Move a route on after a reading that found nothing new; returns False if it was never read."""
    newest = _newest(session, route)
    if newest is None:
        return False
    newest.cursor, newest.read_at, newest.scanned = cursor, utc_now(), newest.scanned + scanned
    session.add(newest)
    return True


def add_reading(session: Session, batch: Batch, route: str, cursor: JsonObject, scanned: int) -> None:
    """Record a reading in the batch of its finds."""
    assert batch.id is not None
    session.add(RouteReading(route=route, cursor=cursor, scanned=scanned, batch_id=batch.id))


def found_before(session: Session, route: str, keys: Iterable[str]) -> dict[str, set[str]]:
    """Text hashes of what a route found before, by key."""
    found: dict[str, set[str]] = defaultdict(set)
    for part in chunks(set(keys)):
        columns = select(Discovery.key, Discovery.text_hash).where(Discovery.route == route)
        for key, text in session.exec(columns.where(col(Discovery.key).in_(part))):
            found[key].add(text)
    return found


def add_discoveries(session: Session, rows: Sequence[RowValues]) -> None:
    """Store finds."""
    insert_rows(session, Discovery, rows)


def standings(session: Session) -> dict[int, str]:
    """Standing of every paper."""
    return dict(session.exec(select_columns(Paper.id, Paper.standing)).all())


def _live_in(session: Session, taxonomy: str) -> list[Condition]:
    """Conditions for live assignments in a taxonomy; in any if none is named."""
    named = [col(Assignment.taxonomy_id) == get_taxonomy(session, taxonomy).id] if taxonomy else []
    return [is_live(Assignment), *named]


def rejected_papers(session: Session, taxonomy: str, papers: Iterable[int]) -> dict[int, Rejected]:
    """Those papers that are excluded, or out of scope of a taxonomy, or of any if none is named."""
    outside = select(Assignment.paper_id).where(
        *_live_in(session, taxonomy), Assignment.status == AssignmentStatus.OUTSIDE
    )
    columns = select_columns(Paper.id, Paper.title_key, Paper.abstract)
    rejected = columns.where((col(Paper.standing) == Standing.EXCLUDED) | col(Paper.id).in_(outside))
    return {
        number: Rejected(key, title_key(text or ""))
        for part in chunks(papers)
        for number, key, text in session.exec(rejected.where(col(Paper.id).in_(part)))
    }


def linked_to_survey(
    session: Session,
    direction: Literal["citing", "cited"],
    least: int,
    standings: Sequence[Standing] = _OUTSIDE_SURVEY,
) -> list[LinkedCandidate]:
    """Papers with these standings that cite, or are cited by, at least `least` included works; most linked first."""
    columns = select_columns(Paper.id, Paper.title, Paper.abstract, Paper.arxiv, Paper.doi, Paper.s2, Paper.slug)
    works = work_of_papers(included_works(session))
    linked: dict[int, set[int]] = defaultdict(set)
    for citing, cited in live_citation_pairs(session):
        outsider, paper = (citing, cited) if direction == "citing" else (cited, citing)
        if paper in works:
            linked[outsider].add(works[paper])
    enough = {number: tuple(sorted(found)) for number, found in linked.items() if len(found) >= least}
    rows = [
        LinkedCandidate._make([*row, len(enough[row[0]]), enough[row[0]]])
        for part in chunks(enough)
        for row in session.exec(columns.where(col(Paper.id).in_(part), col(Paper.standing).in_(standings)))
    ]
    return sorted(rows, key=lambda paper: (-paper.works, paper.id))


def scope_examples(session: Session, taxonomy: str, before: date | None = None) -> ScopeExamples:
    """Papers of a taxonomy, or of any, with a Semantic Scholar id: placed ones, and those out of scope. With
    `before` only papers of earlier days.
    """
    wanted = (
        select_columns(Paper.s2, Assignment.status)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .where(*_live_in(session, taxonomy), col(Paper.s2).is_not(None))
        .order_by(col(Paper.date).desc().nulls_last(), col(Paper.id))
    )
    if before is not None:
        wanted = wanted.where(col(Paper.date) < before)
    found: dict[str, list[str]] = {AssignmentStatus.PLACED: [], AssignmentStatus.OUTSIDE: []}
    for s2, status in session.exec(wanted):
        if status in found and s2 not in found[status]:
            found[status].append(s2)
    return ScopeExamples(found[AssignmentStatus.PLACED], found[AssignmentStatus.OUTSIDE])


def set_aside(session: Session) -> list[Discovery]:
    """All finds that are set aside, oldest first; locked until the transaction ends."""
    held = select(Discovery).where(Discovery.outcome == DiscoveryOutcome.SET_ASIDE).order_by(col(Discovery.id))
    return list(session.exec(held.with_for_update()))


def find_discovery(session: Session, uid: str) -> Discovery:
    """The find whose id is or begins with `uid`, locked until the transaction ends.

    Raises NotFoundError if there is none, or more than one.
    """
    return get_by_prefix(session, Discovery, uid, "wamkg discover --set-aside", hold=True)


def queued_since(session: Session, since: datetime) -> int:
    """How many papers have entered the queue from that moment on."""
    entered = func.coalesce(col(Discovery.queued_at), col(Discovery.found_at)) >= since
    counted = select(func.count(func.distinct(Discovery.key)))
    return session.exec(counted.where(entered, Discovery.outcome == DiscoveryOutcome.CANDIDATE)).one()


def outcomes_of(session: Session, batch: str) -> dict[str, int]:
    """The finds of a reading's batch by their outcome now."""
    counted = select_columns(Discovery.outcome, func.count()).join(Batch, col(Batch.id) == col(Discovery.batch_id))
    return dict(session.exec(counted.where(Batch.uid == batch).group_by(col(Discovery.outcome))).all())


class DiscoveryRow(NamedTuple):
    """A find as lists show it; `paper` is the slug of its paper."""

    uid: str
    route: str
    key: str
    outcome: str
    reason: str
    score: float
    title: str
    paper: str | None
    found_at: datetime
    standing: str | None
    scope: float | None
    scope_reasons: list[str]


def list_discoveries(
    session: Session, outcomes: Sequence[str] = (), routes: Sequence[str] = (), limit: int = 100
) -> list[DiscoveryRow]:
    """Finds, newest first; those of one reading by P(in scope), then by score."""
    columns = select_columns(
        Discovery.uid, Discovery.route, Discovery.key, Discovery.outcome, Discovery.reason, Discovery.score,
        Discovery.title, Paper.slug, Discovery.found_at, Paper.standing, Discovery.scope, Discovery.scope_reasons,
    ).select_from(Discovery).join(Paper, col(Paper.id) == col(Discovery.paper_id), isouter=True)  # fmt: skip
    if outcomes:
        columns = columns.where(col(Discovery.outcome).in_(outcomes))
    if routes:
        columns = columns.where(col(Discovery.route).in_(routes))
    likeliest = col(Discovery.scope).desc().nulls_last()
    order = (col(Discovery.batch_id).desc(), likeliest, col(Discovery.score).desc(), col(Discovery.id))
    return rows_as(session, columns.order_by(*order).limit(limit), DiscoveryRow._make)


class IncludedWork(NamedTuple):
    """A work of the survey: number and slug of its first paper, all its papers, and its earliest date."""

    id: int
    slug: str
    papers: tuple[int, ...]
    date: date | None


def included_works(session: Session) -> dict[int, IncludedWork]:
    """Works with an included paper, by the number of their first one."""
    members = load_work_groups(session).members
    rows = session.exec(
        select_columns(Paper.id, Paper.slug, Paper.date).where(Paper.standing == Standing.INCLUDED)
    ).all()
    groups: dict[int, list[tuple[int, str, date | None]]] = defaultdict(list)
    for number, slug, day in sorted(rows, key=lambda row: row[0]):
        groups[min(members(number))].append((number, slug, day))
    return {
        papers[0][0]: IncludedWork(
            papers[0][0],
            papers[0][1],
            tuple(number for number, _, _ in papers),
            min((day for _, _, day in papers if day is not None), default=None),
        )
        for papers in groups.values()
    }


def work_of_papers(works: Mapping[int, IncludedWork]) -> dict[int, int]:
    """The work of each included paper."""
    return {paper: work.id for work in works.values() for paper in work.papers}


def links_of_works(
    session: Session, direction: Literal["citing", "cited"], works: Mapping[int, IncludedWork]
) -> dict[int, set[int]]:
    """For each work the other works that it cites (`citing`), or that cite it (`cited`)."""
    work_of = work_of_papers(works)
    found: dict[int, set[int]] = defaultdict(set)
    for citing, cited in citation_pairs(session, work_of):
        own, other = (citing, cited) if direction == "citing" else (cited, citing)
        if work_of[own] != work_of[other]:
            found[work_of[own]].add(work_of[other])
    return found
