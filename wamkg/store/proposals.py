"""Proposals: classes that people and programs propose for papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from wamkg.store.base import Condition, Selected, SortKey, get_by_prefix, is_live, paged, select_columns
from wamkg.store.batches import update_row
from wamkg.store.tables import Assignment, Batch, Paper, Proposal, Taxon, Taxonomy
from wamkg.vocabulary import AssignmentStatus, ProposalStatus


class ProposalRow(NamedTuple):
    """A proposal with its paper's slug, arXiv id and title, its taxonomy's slug, the path of its taxon, and whether the
    paper has an assignment in the taxonomy.
    """

    proposal: Proposal
    slug: str
    arxiv: str | None
    title: str
    taxonomy: str
    taxon: str | None
    is_assigned: bool


@dataclass(frozen=True)
class ProposalFilter:
    """Which proposals: by status, paper, taxonomy and proposer."""

    status: ProposalStatus | None = None
    paper: int | None = None
    taxonomy: str | None = None
    by: str | None = None

    def conditions(self) -> list[Condition]:
        """The filter as SQL conditions."""
        wanted = (
            (self.status, col(Proposal.status)), (self.paper, col(Proposal.paper_id)),
            (self.taxonomy, col(Taxonomy.slug)), (self.by, col(Proposal.proposed_by)),
        )  # fmt: skip
        return [column == value for value, column in wanted if value is not None]


def find_proposal(session: Session, uid: str, *, hold: bool = False) -> Proposal:
    """The proposal with that id, or a unique beginning of it; `hold` locks it until the transaction ends.

    Raises NotFoundError if no proposal or several match.
    """
    return get_by_prefix(session, Proposal, uid, "wamkg proposals", hold=hold)


def same_proposal(session: Session, wanted: Proposal) -> Proposal | None:
    """The newest proposal of the same class for the same paper by the same proposer that is not withdrawn."""
    columns = ("paper_id", "taxonomy_id", "proposed_taxon_id", "proposed_status", "kind", "proposed_by")
    same = [getattr(Proposal, name) == getattr(wanted, name) for name in columns]
    found = select(Proposal).where(*same, Proposal.status != ProposalStatus.WITHDRAWN)
    return session.exec(found.order_by(col(Proposal.id).desc())).first()


def open_proposals(session: Session, paper: int, taxonomy: int) -> list[Proposal]:
    """Open proposals for a paper in a taxonomy, oldest first, locked until the transaction ends."""
    mine = select(Proposal).where(
        Proposal.paper_id == paper, Proposal.taxonomy_id == taxonomy, Proposal.status == ProposalStatus.OPEN
    )
    held = mine.order_by(col(Proposal.id)).with_for_update().execution_options(populate_existing=True)
    return list(session.exec(held))


def answer_open_proposals(session: Session, batch: Batch, paper: int, taxonomy: int, decision: str) -> None:
    """Close the open proposals for a paper on which a decision was made."""
    for proposal in open_proposals(session, paper, taxonomy):
        update_row(session, batch, proposal, {"status": ProposalStatus.ANSWERED.value, "decision": decision})


def count_proposals(session: Session, wanted: ProposalFilter) -> int:
    """Number of proposals that match."""
    statement = (
        select_columns(func.count())
        .select_from(Proposal)
        .join(Taxonomy, col(Taxonomy.id) == col(Proposal.taxonomy_id))
        .where(*wanted.conditions())
    )
    return int(session.connection().execute(statement).scalar_one())


_NEWEST = (SortKey(col(Proposal.at), descending=True), SortKey(col(Proposal.uid)))


def page_of_proposals(
    session: Session, wanted: ProposalFilter, after: tuple[datetime, str] | None, limit: int
) -> list[ProposalRow]:
    """Up to `limit` proposals that match, newest first, after the one with that time and id."""
    return [ProposalRow._make(row) for row in session.execute(paged(_rows(wanted), _NEWEST, after, limit))]


def open_proposals_for(session: Session, papers: Iterable[int], taxonomy: int) -> list[ProposalRow]:
    """The open proposals for some papers in a taxonomy, oldest first."""
    ours = (col(Proposal.paper_id).in_(list(papers)), col(Proposal.taxonomy_id) == taxonomy)
    found = _rows(ProposalFilter(ProposalStatus.OPEN)).where(*ours).order_by(col(Proposal.id))
    return [ProposalRow._make(row) for row in session.execute(found)]


def _rows(wanted: ProposalFilter) -> Selected:
    live = exists().where(
        col(Assignment.paper_id) == col(Proposal.paper_id),
        col(Assignment.taxonomy_id) == col(Proposal.taxonomy_id),
        is_live(Assignment),
    )
    found: Selected = (
        select_columns(Proposal, Paper.slug, Paper.arxiv, Paper.title, Taxonomy.slug, Taxon.path, live)
        .join(Paper, col(Paper.id) == col(Proposal.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Proposal.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Proposal.proposed_taxon_id), isouter=True)
        .where(*wanted.conditions())
    )
    return found


def is_placed_there(session: Session, wanted: Proposal) -> bool:
    """Whether the paper already has the assignment that a proposal asks for."""
    live = select(Assignment.id).where(
        Assignment.paper_id == wanted.paper_id, Assignment.taxonomy_id == wanted.taxonomy_id, is_live(Assignment),
        Assignment.status == wanted.proposed_status,
    )  # fmt: skip
    if wanted.proposed_status == AssignmentStatus.PLACED:
        live = live.where(Assignment.taxon_id == wanted.proposed_taxon_id)
    return session.exec(live).first() is not None
