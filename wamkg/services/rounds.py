"""Rounds of blind review, and how far reviewers agree."""

from typing import TYPE_CHECKING

from wamkg.jobs.refit import schedule_refit
from wamkg.reviewing import rounds
from wamkg.reviewing.rounds import AdjudicationResult, NewRound, RoundResult, VoteResult
from wamkg.reviewing.verdicts import Decision
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store

if TYPE_CHECKING:
    from wamkg.reviewing.agreement_report import Agreement


def open_round(store: Store, writer: Writer, new: NewRound) -> RoundResult:
    """Open a round of blind review.

    Raises the errors of `rounds.open_round`.
    """
    with store.writing() as session:
        return rounds.open_round(session, writer.actor(session), new)


def cast_vote(store: Store, writer: Writer, name: str, decision: Decision) -> VoteResult:
    """Cast a vote, or replace it while the others' votes are hidden.

    Raises the errors of `rounds.cast_vote`.
    """
    with store.writing() as session:
        return rounds.cast_vote(session, writer.actor(session), name, decision)


def adjudicate(
    store: Store, settings: Settings, writer: Writer, name: str, decision: Decision, *, agreed: bool
) -> AdjudicationResult:  # fmt: skip
    """Make the final decision on a paper of a round, then refit the suggestions.

    Raises the errors of `rounds.adjudicate`.
    """
    with store.writing() as session:
        made = rounds.adjudicate(session, writer.actor(session), name, decision, agreed=agreed)
    schedule_refit(store, settings, made.decided.taxonomy)
    return made


def close_round(store: Store, writer: Writer, name: str, why: str = "", revision: int | None = None) -> RoundResult:
    """Close a round: voting ends and all votes become visible.

    Raises the errors of `rounds.close_round`.
    """
    with store.writing() as session:
        return rounds.close_round(session, writer.actor(session), name, why, revision)


def agreement(store: Store, taxonomy: str, name: str | None = None, *, of_decisions: bool = False) -> "Agreement":
    """Agreement of the votes of one round or of all rounds, or of decisions made without knowledge of each other.

    Raises the errors of `agreement_of_rounds` and `agreement_of_decisions`.
    """
    from wamkg.reviewing.agreement import agreement_of_decisions, agreement_of_rounds  # numpy takes a moment to load

    with store.reading() as session:
        if of_decisions:
            return agreement_of_decisions(session, taxonomy)
        return agreement_of_rounds(session, taxonomy, name)
