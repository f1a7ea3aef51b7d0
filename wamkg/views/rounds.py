"""Rounds of blind review as shown: progress is public, votes are hidden until voting has ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import RESOLUTIONS, Former, WithFormerNames, former
from wamkg.store.paper_details import paper_rows
from wamkg.store.rounds import (
    find_round,
    list_rounds,
    live_adjudications,
    live_votes,
    papers_of_round,
    reviewers_of,
    unblinded_papers,
)
from wamkg.store.tables import ReviewRound, Taxon, Taxonomy, Vote
from wamkg.views.papers import public_id


@dataclass(frozen=True, slots=True)
class RoundItem(WithFormerNames):
    """A round: number of papers, of votes per reviewer, of papers with visible votes, with different votes, and
    adjudicated.
    """

    name: str
    taxonomy: str
    status: str
    reviewers: list[str]
    papers: int
    voted: dict[str, int]
    opened: int
    differing: int
    adjudicated: int
    note: str
    at: datetime
    revision: int
    version: Former[int] = former("revision")


@dataclass(frozen=True, slots=True)
class VoteItem(WithFormerNames):
    """A reviewer's label for one paper: a taxon's path, or a verdict without one."""

    uid: str
    by: str
    verdict: str
    taxon: str | None
    kind: str | None
    evidence: str | None
    evidence_location: str | None
    note: str | None
    at: datetime
    evidence_place: Former[str | None] = former("evidence_location")


@dataclass(frozen=True, slots=True)
class QueuedPaper(WithFormerNames):
    """A paper of a round as one person may see it.

    `votes` has their own vote; the others' too once `opened`. `waiting` is the number of reviewers who have not voted,
    `alike` whether the votes are unanimous, None before they are visible. `how` and `decision` describe the
    adjudication.
    """

    round: str
    paper: str
    title: str
    votes: list[VoteItem]
    waiting: int
    opened: bool
    alike: bool | None
    resolution: str | None
    decision: str | None
    how: Former[str | None] = former("resolution", RESOLUTIONS)


def round_list(session: Session) -> list[RoundItem]:
    """All rounds, oldest first."""
    return [_item(session, found) for found in list_rounds(session)]


def round_detail(session: Session, name: str) -> RoundItem:
    """One round.

    Raises NotFoundError.
    """
    return _item(session, find_round(session, name))


def _item(session: Session, found: ReviewRound) -> RoundItem:
    assert found.id is not None
    names = reviewers_of(session, found.id)
    queue = round_queue(session, found.name)
    votes = live_votes(session, found.id)
    return RoundItem(
        name=found.name,
        taxonomy=session.get_one(Taxonomy, found.taxonomy_id).slug,
        status=found.status,
        reviewers=list(names.values()),
        papers=len(queue),
        voted={name: sum(vote.actor_id == number for vote in votes) for number, name in names.items()},
        opened=sum(paper.opened for paper in queue),
        differing=sum(paper.alike is False and paper.decision is None for paper in queue),
        adjudicated=sum(paper.decision is not None for paper in queue),
        note=found.note,
        at=found.at,
        revision=found.revision,
    )


def round_queue(session: Session, name: str, viewer: str | None = None) -> list[QueuedPaper]:
    """The papers of a round in order, with the votes that `viewer` may see; without a viewer, only visible votes.

    Raises NotFoundError.
    """
    found = find_round(session, name)
    assert found.id is not None
    names, opened = reviewers_of(session, found.id), unblinded_papers(session, found)
    papers = papers_of_round(session, found.id)
    votes: dict[int, list[Vote]] = {}
    for vote in live_votes(session, found.id):
        votes.setdefault(vote.paper_id, []).append(vote)
    rows, decided = paper_rows(session, papers, texts=False), live_adjudications(session, found.id)
    queue = []
    for paper in papers:
        cast, seen = votes.get(paper, []), paper in opened
        shown = [vote for vote in cast if seen or names[vote.actor_id] == viewer]
        made = decided.get(paper)
        queue.append(
            QueuedPaper(
                round=found.name,
                paper=public_id(rows[paper].arxiv, rows[paper].slug),
                title=rows[paper].title,
                votes=[_vote(session, vote, names[vote.actor_id]) for vote in shown],
                waiting=len(names) - len(cast),
                opened=seen,
                alike=len({(vote.verdict, vote.taxon_id) for vote in cast}) <= 1 if seen and len(cast) > 1 else None,
                resolution=made.resolution if made else None,
                decision=made.decision if made else None,
            )
        )
    return queue


def differing_votes(session: Session) -> list[QueuedPaper]:
    """Papers with visible votes that differ and without an adjudication, round by round."""
    queues = (round_queue(session, found.name) for found in list_rounds(session))
    return [paper for queue in queues for paper in queue if paper.alike is False and paper.decision is None]


def _vote(session: Session, vote: Vote, by: str) -> VoteItem:
    taxon = session.get_one(Taxon, vote.taxon_id).path if vote.taxon_id is not None else None
    return VoteItem(
        vote.uid, by, vote.verdict, taxon, vote.kind, vote.evidence, vote.evidence_location, vote.note, vote.at
    )
