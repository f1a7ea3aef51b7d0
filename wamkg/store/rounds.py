"""Reads of rounds of blind review: reviewers, papers, votes, and which votes are visible."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from wamkg.near_matches import did_you_mean
from wamkg.store.base import get_one_where, is_live, select_columns
from wamkg.store.tables import Actor, Adjudication, Change, Entity, ReviewRound, RoundPaper, RoundReviewer, Vote

VOTED, ADJUDICATED = "vote:", "adjudication:"
"""Prefixes of fields of `change` that record that somebody voted or adjudicated, but not the label; the round
follows.
"""
CLOSED = "closed"


def find_round(session: Session, name: str, *, writing: bool = False) -> ReviewRound:
    """The round with that name; `writing` locks it, so that votes of one round run one after the other.

    Raises NotFoundError.
    """

    def missing() -> str:
        names = session.exec(select(ReviewRound.name))
        return f"no round is called {name!r}{did_you_mean(name, names) or '; `wamkg round` lists all'}"

    return get_one_where(session, ReviewRound, col(ReviewRound.name) == name, missing, hold=writing)


def list_rounds(session: Session, taxonomy: int | None = None) -> list[ReviewRound]:
    """All rounds, or those of one taxonomy, oldest first."""
    statement = select(ReviewRound).order_by(col(ReviewRound.id))
    if taxonomy is not None:
        statement = statement.where(ReviewRound.taxonomy_id == taxonomy)
    return list(session.exec(statement))


def reviewers_of(session: Session, number: int) -> dict[int, str]:
    """Numbers and names of a round's reviewers, in the order given."""
    statement = (
        select_columns(Actor.id, Actor.name)
        .join(RoundReviewer, col(RoundReviewer.actor_id) == col(Actor.id))
        .where(RoundReviewer.round_id == number)
        .order_by(col(RoundReviewer.id))
    )
    return dict(tuple(row) for row in session.exec(statement))


def papers_of_round(session: Session, number: int) -> list[int]:
    """Numbers of a round's papers, in queue order."""
    queued = select(RoundPaper.paper_id).where(RoundPaper.round_id == number)
    return list(session.exec(queued.order_by(col(RoundPaper.position))))


def live_votes(session: Session, number: int) -> list[Vote]:
    """The live votes of a round, oldest first."""
    live = select(Vote).where(Vote.round_id == number, is_live(Vote))
    return list(session.exec(live.order_by(col(Vote.id))))


def live_adjudications(session: Session, number: int) -> dict[int, Adjudication]:
    """The adjudications of a round, by paper."""
    live = select(Adjudication).where(Adjudication.round_id == number, is_live(Adjudication))
    return {row.paper_id: row for row in session.exec(live)}


def unblinded_papers(session: Session, found: ReviewRound) -> set[int]:
    """Papers of a round whose votes are visible: all have voted, it was adjudicated, or the round was closed.

    This is read from the audit trail, so undo does not hide votes again: nobody votes on a paper after seeing its
    votes.
    """
    assert found.id is not None
    papers = set(papers_of_round(session, found.id))
    closed = select(Change.id).where(Change.subject_uid == found.uid, Change.field == "review_round.status")
    if found.status == CLOSED or session.exec(closed).first() is not None:
        return papers
    reviewers = set(reviewers_of(session, found.id))
    voters = _actors_by_paper(session, f"{VOTED}{found.uid}")
    decided = set(_actors_by_paper(session, f"{ADJUDICATED}{found.uid}"))
    return papers & (decided | {paper for paper, actors in voters.items() if actors >= reviewers})


def blind_papers(session: Session, taxonomies: Iterable[int]) -> set[tuple[int, int]]:
    """Taxonomy and paper of everything that people still vote on without seeing each other's votes."""
    return {
        (taxonomy, paper)
        for taxonomy in set(taxonomies)
        for found in list_rounds(session, taxonomy)
        if found.status != CLOSED and found.id is not None
        for paper in set(papers_of_round(session, found.id)) - unblinded_papers(session, found)
    }


def _actors_by_paper(session: Session, field: str) -> dict[int, set[int]]:
    statement = (
        select_columns(Entity.id, Change.actor_id)
        .join(Change, col(Change.subject_uid) == col(Entity.uid))
        .where(Change.field == field)
    )
    found: dict[int, set[int]] = {}
    for paper, actor in session.exec(statement):
        found.setdefault(paper, set()).add(actor)
    return found
