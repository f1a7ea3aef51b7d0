"""Proposals as shown: what is proposed stays hidden where suggestions are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.reviewing.proposals import is_hidden
from wamkg.store.papers import find_paper
from wamkg.store.proposals import (
    ProposalFilter,
    ProposalRow,
    count_proposals,
    open_proposals_for,
    page_of_proposals,
)
from wamkg.store.rounds import blind_papers
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.paging import Page, decode_time, encode_time
from wamkg.views.papers import public_id
from wamkg.vocabulary import ProposalStatus

ORDER = "proposals"


@dataclass(frozen=True, slots=True)
class ProposalItem:
    """A class that somebody proposes for a paper: `taxon` is a path, `outside` says why the paper is out of scope.

    With `hidden`, both and the quote are empty until someone decides on the paper.
    """

    uid: str
    status: str
    paper: str
    title: str
    taxonomy: str
    taxon: str | None
    outside: str | None
    quote: str | None
    quote_checked: bool | None
    by: str
    model: str | None
    source: str
    hidden: bool
    answer: str | None
    decision: str | None
    at: datetime
    revision: int


@dataclass(frozen=True)
class ProposalQuery:
    """Which proposals a list shows."""

    status: ProposalStatus | None = None
    paper: str | None = None
    taxonomy: str | None = None
    by: str | None = None


def proposal_list(session: Session, query: ProposalQuery, limit: int, after: str | None = None) -> Page[ProposalItem]:
    """One page of the proposals, newest first.

    Raises NotFoundError for an unknown paper or taxonomy, or a cursor of another list.
    """
    paper = find_paper(session, query.paper).id if query.paper else None
    taxonomy = get_taxonomy(session, query.taxonomy).slug if query.taxonomy else None
    wanted = ProposalFilter(query.status, paper, taxonomy, query.by)
    rows = page_of_proposals(session, wanted, decode_time(after, ORDER) if after else None, limit + 1)
    following = encode_time(ORDER, rows[limit - 1].proposal) if len(rows) > limit else None
    return Page(_items(session, rows[:limit]), count_proposals(session, wanted), following)


def proposals_on(session: Session, papers: Sequence[int], taxonomy: int) -> dict[int, list[ProposalItem]]:
    """The open proposals for some papers in a taxonomy that may be shown, by the number of the paper."""
    rows = open_proposals_for(session, papers, taxonomy)
    found: dict[int, list[ProposalItem]] = {}
    for row, item in zip(rows, _items(session, rows), strict=True):
        if not item.hidden:
            found.setdefault(row.proposal.paper_id, []).append(item)
    return found


def _items(session: Session, rows: Sequence[ProposalRow]) -> list[ProposalItem]:
    blind = blind_papers(session, {row.proposal.taxonomy_id for row in rows})
    return [_item(row, (row.proposal.taxonomy_id, row.proposal.paper_id) in blind) for row in rows]


def _item(row: ProposalRow, is_blind: bool) -> ProposalItem:
    proposal = row.proposal
    hidden = is_hidden(row.slug, row.taxonomy, is_assigned=row.is_assigned, is_blind=is_blind)
    return ProposalItem(
        uid=proposal.uid,
        status=proposal.status,
        paper=public_id(row.arxiv, row.slug),
        title=row.title,
        taxonomy=row.taxonomy,
        taxon=None if hidden else row.taxon,
        outside=None if hidden else proposal.kind,
        quote=None if hidden else proposal.quote,
        quote_checked=None if hidden else proposal.quote_checked,
        by=proposal.proposed_by,
        model=proposal.model,
        source=proposal.source,
        hidden=hidden,
        answer=proposal.answer,
        decision=proposal.decision,
        at=proposal.at,
        revision=proposal.revision,
    )
