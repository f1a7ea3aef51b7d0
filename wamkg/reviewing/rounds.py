"""Rounds of blind review: several people vote without seeing each other's votes, then someone adjudicates."""

from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import RESOLUTIONS, Former, WithFormerNames, former
from wamkg.identifiers import new_uid
from wamkg.parameters import NO_ASSIGNMENT
from wamkg.reviewing.decisions import DecisionResult, check_evidence, decide
from wamkg.reviewing.verdicts import Decision, Verdict, check_kind
from wamkg.store.base import insert_rows, refuse_stale
from wamkg.store.batches import (
    close_batch,
    end_rows,
    find_batch,
    get_actor,
    open_batch,
    record_change,
    uid_of_row,
    update_row,
)
from wamkg.store.paper_filter import PaperFilter, paper_numbers
from wamkg.store.papers import find_paper
from wamkg.store.rounds import (
    ADJUDICATED,
    CLOSED,
    VOTED,
    find_round,
    list_rounds,
    live_adjudications,
    live_votes,
    papers_of_round,
    reviewers_of,
    unblinded_papers,
)
from wamkg.store.tables import (
    Actor,
    Adjudication,
    Batch,
    Paper,
    ReviewRound,
    RoundPaper,
    RoundReviewer,
    Taxon,
    Taxonomy,
    Vote,
)
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.vocabulary import MAIN_TAXONOMY, PERSON, BatchKind

UNANIMOUS, CONSENSUS, THIRD_PERSON = "unanimous", "consensus", "third_person"
"""How a decision followed from votes: they were unanimous; the reviewers agreed after seeing them; a third person
decided.
"""


@dataclass(frozen=True, kw_only=True)
class NewRound:
    """A round to open; without `papers`, all papers without an assignment in the taxonomy are reviewed."""

    name: str
    reviewers: tuple[str, ...]
    taxonomy: str = MAIN_TAXONOMY
    papers: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or any(c in self.name for c in "\x00\n/"):
            raise InvalidInputError("a round needs a name of one line without a slash")
        if len(set(self.reviewers)) != len(self.reviewers) or len(self.reviewers) < 2:
            raise InvalidInputError("a round needs two reviewers or more, each named once")


@dataclass(frozen=True)
class RoundResult:
    """A round after a write."""

    round: str
    batch: str
    taxonomy: str
    status: str
    reviewers: list[str]
    papers: int


@dataclass(frozen=True)
class VoteResult:
    """A vote; `batch` is None if it existed already. `opened`: all have voted now."""

    vote: str
    batch: str | None
    round: str
    paper: str
    opened: bool


@dataclass(frozen=True)
class AdjudicationResult(WithFormerNames):
    """The decision after a paper's votes, and how it was reached: `alike`, `agreed` or `third`."""

    resolution: str
    decided: DecisionResult
    how: Former[str] = former("resolution", RESOLUTIONS)


def open_round(session: Session, actor: Actor, new: NewRound) -> RoundResult:
    """Open a round.

    Raises NotFoundError for an unknown paper or taxonomy, InvalidInputError for a round without papers, ConflictError
    if a round has that name.
    """
    taxonomy = get_taxonomy(session, new.taxonomy)
    if any(found.name == new.name for found in list_rounds(session)):
        raise ConflictError(f"a round {new.name!r} exists already; choose another name")
    queue = dict.fromkeys(find_paper(session, paper).id for paper in new.papers) or _unplaced(session, taxonomy)
    if not queue:
        raise InvalidInputError(f"every paper has an assignment in {taxonomy.slug}; name the papers of the round")
    batch = open_batch(session, BatchKind.EDIT, f"round {new.name}", actor)
    assert batch.id is not None and actor.id is not None and taxonomy.id is not None
    opened = ReviewRound(
        uid=new_uid(), name=new.name, taxonomy_id=taxonomy.id, note=new.note, actor_id=actor.id, batch_id=batch.id
    )
    session.add(opened)
    session.flush()
    shared = {"round_id": opened.id, "batch_id": batch.id}
    people = [get_actor(session, name, PERSON).id for name in new.reviewers]
    insert_rows(session, RoundReviewer, [shared | {"actor_id": person} for person in people])
    insert_rows(session, RoundPaper, [shared | {"paper_id": n, "position": i} for i, n in enumerate(queue)])
    after = {"name": new.name, "reviewers": list(new.reviewers), "papers": len(queue)}
    record_change(session, batch, "round opened", subject_uid=opened.uid, after=after, why=new.note)
    close_batch(session, batch, {"round": new.name, "papers": len(queue)})
    return _written(session, opened, batch)


def _unplaced(session: Session, taxonomy: Taxonomy) -> dict[int | None, None]:
    assert taxonomy.id is not None
    return dict.fromkeys(sorted(paper_numbers(session, PaperFilter(state=(f"{taxonomy.slug}:{NO_ASSIGNMENT}",)))))


def _written(session: Session, found: ReviewRound, batch: Batch) -> RoundResult:
    assert found.id is not None
    slug = session.get_one(Taxonomy, found.taxonomy_id).slug
    reviewers = list(reviewers_of(session, found.id).values())
    return RoundResult(found.name, batch.uid, slug, found.status, reviewers, len(papers_of_round(session, found.id)))


def cast_vote(session: Session, actor: Actor, name: str, decision: Decision) -> VoteResult:
    """Cast one reviewer's vote, or replace it while the others' are hidden; `decision.taxonomy` is ignored.

    The audit trail records that somebody voted, but not the label.

    Raises NotFoundError, InvalidInputError for a person who is not a reviewer, a paper that is not in the round or an
    invalid vote, and ConflictError if the votes are visible.
    """
    check_kind(session, decision.kind)
    found = find_round(session, name, writing=True)
    paper = _queued(session, found, decision.paper)
    _refuse_voter(session, found, actor, paper)
    if (
        decision.verdict == Verdict.REJECT
        or decision.also
        or (decision.verdict == Verdict.ACCEPT and not decision.taxon)
    ):
        raise InvalidInputError("a vote is one taxon, unsure, outside or not-applicable")
    taxonomy = session.get_one(Taxonomy, found.taxonomy_id)
    taxon = find_taxon(session, taxonomy, decision.taxon) if decision.taxon else None
    place, checked = check_evidence(paper, decision.evidence, decision.evidence_location)
    assert found.id is not None and paper.id is not None and actor.id is not None
    mine = [v for v in live_votes(session, found.id) if (v.paper_id, v.actor_id) == (paper.id, actor.id)]
    vote = Vote(
        uid=new_uid(), round_id=found.id, paper_id=paper.id, actor_id=actor.id, verdict=decision.verdict,
        taxon_id=taxon.id if taxon else None, kind=decision.kind, evidence=decision.evidence, evidence_location=place,
        evidence_checked=checked, note=decision.note, batch_id=0,
    )  # fmt: skip
    if mine and _vote_label(mine[0]) == _vote_label(vote):
        return VoteResult(mine[0].uid, None, found.name, paper.slug, False)
    batch = open_batch(session, BatchKind.EDIT, f"vote in round {found.name}", actor)
    assert batch.id is not None
    end_rows(session, batch, Vote, [v.id for v in mine if v.id is not None])
    vote.batch_id = batch.id
    session.add(vote)
    told = {"round": found.name, "vote": vote.uid}
    record_change(session, batch, f"{VOTED}{found.uid}", subject_uid=uid_of_row(session, paper), after=told)
    close_batch(session, batch, {"round": found.name, "paper": paper.slug})
    return VoteResult(vote.uid, batch.uid, found.name, paper.slug, paper.id in unblinded_papers(session, found))


def _vote_label(vote: Vote) -> tuple[str | int | None, ...]:
    return vote.verdict, vote.taxon_id, vote.kind, vote.evidence, vote.evidence_location, vote.note


def _queued(session: Session, found: ReviewRound, text: str) -> Paper:
    paper = find_paper(session, text)
    assert found.id is not None
    if paper.id not in papers_of_round(session, found.id):
        raise InvalidInputError(
            f"{paper.slug} is not in round {found.name}; `wamkg round show {found.name}` lists its papers"
        )
    return paper


def _refuse_voter(session: Session, found: ReviewRound, actor: Actor, paper: Paper) -> None:
    assert found.id is not None
    if actor.id not in reviewers_of(session, found.id):
        raise InvalidInputError(f"{actor.name} is not a reviewer of round {found.name}")
    if found.status == CLOSED:
        raise ConflictError(f"round {found.name} is closed; open another")
    if paper.id in unblinded_papers(session, found):
        raise ConflictError(
            f"voting on {paper.slug} in round {found.name} has ended: the votes are visible; "
            f"decide with `wamkg round adjudicate {found.name} {paper.slug}`"
        )


def adjudicate(
    session: Session, actor: Actor, name: str, decision: Decision, *, agreed: bool = False
) -> AdjudicationResult:
    """Make the final decision on a paper of a round; its votes become visible.

    `accept` without a taxon adopts unanimous votes. A reviewer may adjudicate only after all have voted; if votes
    differ, only with `agreed`, which records a consensus. Anyone else may adjudicate at any time.

    Raises ConflictError if votes differ or are missing, InvalidInputError for a paper that is not in the round, and the
    errors of `decide`.
    """
    found = find_round(session, name, writing=True)
    paper = _queued(session, found, decision.paper)
    assert found.id is not None
    reviewers = reviewers_of(session, found.id)
    votes = [vote for vote in live_votes(session, found.id) if vote.paper_id == paper.id]
    everybody = {vote.actor_id for vote in votes} >= set(reviewers)
    alike = everybody and len({(vote.verdict, vote.taxon_id) for vote in votes}) == 1
    if actor.id in reviewers and not everybody:
        raise ConflictError(
            f"not every reviewer has voted on {paper.slug} yet; until then only a third person may decide"
        )
    if actor.id in reviewers and not (alike or agreed):
        raise ConflictError(
            f"the votes on {paper.slug} differ; a third person decides, or record your consensus with --agreed"
        )
    taxonomy = session.get_one(Taxonomy, found.taxonomy_id)
    taken = decision.verdict == Verdict.ACCEPT and not decision.taxon
    if taken and not alike:
        raise ConflictError(f"the votes on {paper.slug} are not unanimous; name a taxon or a verdict")
    given = replace(decision, taxonomy=taxonomy.slug)
    made = decide(session, actor, _unanimous_decision(session, taxonomy, given, votes, reviewers) if taken else given)
    resolution = UNANIMOUS
    if not taken and actor.id not in reviewers:
        resolution = THIRD_PERSON
    elif not taken and agreed:
        resolution = CONSENSUS
    _record(session, found, paper, made, resolution)
    return AdjudicationResult(resolution, made)


def _unanimous_decision(
    session: Session, taxonomy: Taxonomy, decision: Decision, votes: list[Vote], reviewers: dict[int, str]
) -> Decision:
    """The decision that unanimous votes name, with the first quote among them."""
    quoted = next((vote for vote in votes if vote.evidence), votes[0])
    taxon = session.get_one(Taxon, votes[0].taxon_id) if votes[0].taxon_id is not None else None
    if taxon is not None and taxon.ended_at is not None:
        taxon = find_taxon(session, taxonomy, taxon.path)
    return replace(
        decision,
        verdict=votes[0].verdict,
        taxon=taxon.path if taxon else None,
        kind=votes[0].kind,
        evidence=decision.evidence or quoted.evidence,
        evidence_location=decision.evidence_location or quoted.evidence_location,
        note=decision.note or f"votes alike: {', '.join(reviewers[vote.actor_id] for vote in votes)}",
    )


def _record(session: Session, found: ReviewRound, paper: Paper, made: DecisionResult, resolution: str) -> None:
    """Record the adjudication in the decision's own batch, so that one undo reverts both."""
    batch = find_batch(session, made.batch)
    assert found.id is not None and paper.id is not None and batch.id is not None
    before = live_adjudications(session, found.id).get(paper.id)
    end_rows(session, batch, Adjudication, [before.id] if before and before.id is not None else [])
    session.add(
        Adjudication(
            uid=new_uid(),
            round_id=found.id,
            paper_id=paper.id,
            decision=made.decision,
            resolution=resolution,
            actor_id=batch.actor_id,
            batch_id=batch.id,
        )
    )
    told = {"round": found.name, "decision": made.decision, "resolution": resolution}
    record_change(session, batch, f"{ADJUDICATED}{found.uid}", subject_uid=uid_of_row(session, paper), after=told)
    session.flush()


def close_round(session: Session, actor: Actor, name: str, why: str = "", revision: int | None = None) -> RoundResult:
    """Close a round: voting ends and all votes become visible.

    Raises NotFoundError, and ConflictError if it is closed already or its revision is not `revision`.
    """
    found = find_round(session, name, writing=True)
    refuse_stale(f"round {name}", found.revision, revision)
    if found.status == CLOSED:
        raise ConflictError(f"round {name} is closed already")
    batch = open_batch(session, BatchKind.EDIT, f"round {name}", actor)
    update_row(session, batch, found, {"status": CLOSED}, why)
    close_batch(session, batch, {"round": name, "status": CLOSED})
    return _written(session, found, batch)
