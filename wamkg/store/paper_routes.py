"""By which routes each paper came into the store, and what became of it: for flow counts and capture-recapture."""

from collections import defaultdict
from typing import NamedTuple

from sqlmodel import Session, col, select

from wamkg.store.base import is_live, select_columns
from wamkg.store.tables import Assignment, Batch, Claim, Discovery, Paper, Taxonomy
from wamkg.vocabulary import AssignmentStatus, BatchKind, DiscoveryOutcome, Standing

BY_HAND = "by hand"
"""The route of a paper that a person added."""
OTHER = "other means"
"""The route of a paper that no import, no find and no person brought."""


class ScreenedPaper(NamedTuple):
    """A paper outside or inside the library: its standing, and why it was excluded."""

    id: int
    standing: str
    exclusion_reason: str | None


def routes_of_papers(session: Session) -> dict[int, set[str]]:
    """For each paper the sources of imports that named it, the routes of discovery that found it, and `by hand`."""
    found: dict[int, set[str]] = defaultdict(set)
    stated = (
        select_columns(Claim.subject_id, Claim.source, Batch.kind)
        .join(Batch, col(Batch.id) == col(Claim.batch_id))
        .where(Claim.field == "title", col(Batch.kind).in_([BatchKind.SEED, BatchKind.IMPORT, BatchKind.EDIT]))
    )
    for paper, source, kind in session.exec(stated.distinct()):
        found[paper].add(BY_HAND if kind == BatchKind.EDIT else source)
    finds = select_columns(Discovery.paper_id, Discovery.route).where(
        col(Discovery.paper_id).is_not(None), Discovery.outcome != DiscoveryOutcome.SET_ASIDE
    )
    for paper, route in session.exec(finds.distinct()):
        found[paper].add(route)
    return found


def screened_papers(session: Session) -> list[ScreenedPaper]:
    """Every paper but those that are only cited, with its standing."""
    columns = select_columns(Paper.id, Paper.standing, Paper.exclusion_reason)
    rows = session.exec(columns.where(Paper.standing != Standing.CITED).order_by(col(Paper.id)))
    return [ScreenedPaper._make(row) for row in rows]


def kinds_of_outside(session: Session, taxonomy: str) -> dict[int, str]:
    """Papers out of scope of a taxonomy that no other taxonomy places, with the kind of outside; empty: none given."""
    placed = select(Assignment.paper_id).where(is_live(Assignment), Assignment.status == AssignmentStatus.PLACED)
    columns = (
        select_columns(Assignment.paper_id, Assignment.kind)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .where(is_live(Assignment), Assignment.status == AssignmentStatus.OUTSIDE, Taxonomy.slug == taxonomy)
    )
    return {paper: kind or "" for paper, kind in session.exec(columns.where(col(Assignment.paper_id).not_in(placed)))}


def set_aside_routes(session: Session) -> dict[str, set[str]]:
    """The records that are set aside, by their keys, with the routes that found them."""
    found: dict[str, set[str]] = defaultdict(set)
    columns = select_columns(Discovery.key, Discovery.route)
    for key, route in session.exec(columns.where(Discovery.outcome == DiscoveryOutcome.SET_ASIDE)):
        found[key].add(route)
    return found
