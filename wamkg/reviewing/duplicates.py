"""Judgements on pairs of papers: same work, different or unsure. Neither paper is changed."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import new_uid
from wamkg.near_matches import unknown
from wamkg.store.batches import close_batch, end_rows, open_batch, record_change, uid_of_row
from wamkg.store.duplicates import (
    Pair,
    batch_of_pair,
    live_judgement,
    load_work_groups,
    lock_judgements,
    slug_of,
    sorted_pair,
)
from wamkg.store.papers import find_paper
from wamkg.store.tables import Actor, Batch, Judgement, Paper
from wamkg.store.types import reject_nul
from wamkg.vocabulary import PERSON, BatchKind, DuplicateVerdict


@dataclass(frozen=True)
class JudgementResult:
    """A judgement; `batch` is None if it existed already. `work` has the slugs of all records."""

    batch: str | None
    left: str
    right: str
    verdict: str
    before: str | None
    work: list[str]


def record_judgement(
    session: Session, actor: Actor, pair: tuple[str, str], verdict: str, note: str = ""
) -> JudgementResult:
    """Judge whether two papers are the same work; an earlier judgement on the pair is ended.

    `same` is transitive: a work is all papers joined by chains of it. `different` separates two works. Neither is
    accepted if it contradicts other judgements.

    Raises NotFoundError, InvalidInputError for a paper paired with itself or an unknown verdict, and ConflictError,
    which names the judgements and their batches, for a contradiction.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people judge duplicates")
    if verdict not in set(DuplicateVerdict):
        raise InvalidInputError(unknown("judgement", verdict, DuplicateVerdict))
    reject_nul(note)
    lock_judgements(session)
    one, other = (find_paper(session, text) for text in pair)
    assert one.id is not None and other.id is not None
    if one.id == other.id:
        raise InvalidInputError(f"{pair[0]} and {pair[1]} are the same record, {one.slug}")
    numbers = sorted_pair(one.id, other.id)
    refuse_contradiction(session, numbers, verdict)
    before = live_judgement(session, numbers)
    said = before.verdict if before else None
    batch = None
    if before is None or (before.verdict, before.note) != (verdict, note):
        batch = _write(session, actor, numbers, before, verdict, note)
    work = sorted(slug_of(session, paper) for paper in load_work_groups(session).members(numbers[0]))
    left, right = (slug_of(session, number) for number in numbers)
    return JudgementResult(batch.uid if batch else None, left, right, verdict, said, work)


def refuse_contradiction(session: Session, pair: Pair, verdict: str) -> None:
    """Reject a verdict that contradicts other judgements.

    Raises ConflictError, which names the judgements and their batches.
    """
    works = load_work_groups(session, leaving_out=pair)
    named = " and ".join(slug_of(session, paper) for paper in pair)
    if verdict == DuplicateVerdict.DIFFERENT and (chain := works.chain(pair)):
        raise ConflictError(
            f"{named} are one work according to other judgements: {_said(session, chain, 'same')}; undo one first"
        )
    if verdict == DuplicateVerdict.SAME and (clashes := works.clashes(pair)):
        told = _said(session, clashes, "different")
        raise ConflictError(f"{named} cannot be one work according to other judgements: {told}; undo that first")


def _said(session: Session, pairs: list[Pair], verdict: str) -> str:
    told = (
        f"{slug_of(session, a)} and {slug_of(session, b)} are {verdict} (batch {batch_of_pair(session, (a, b))})"
        for a, b in pairs
    )
    return "; ".join(told)


def _write(session: Session, actor: Actor, pair: Pair, before: Judgement | None, verdict: str, note: str) -> Batch:
    papers = [session.get_one(Paper, number) for number in pair]
    batch = open_batch(session, BatchKind.EDIT, "duplicates: " + ", ".join(p.slug for p in papers), actor)
    assert batch.id is not None and actor.id is not None
    end_rows(session, batch, Judgement, [before.id] if before and before.id is not None else [])
    session.flush()
    judgement = Judgement(
        uid=new_uid(), left_id=pair[0], right_id=pair[1], verdict=verdict, note=note, actor_id=actor.id,
        batch_id=batch.id,
    )  # fmt: skip
    session.add(judgement)
    for paper, other in (papers, papers[::-1]):
        record_change(
            session, batch, "same work", subject_uid=uid_of_row(session, paper),
            before={"as": uid_of_row(session, other), "verdict": before.verdict} if before else None,
            after={"as": uid_of_row(session, other), "verdict": verdict}, why=note,
        )  # fmt: skip
    close_batch(session, batch, {"verdict": verdict, "papers": [paper.slug for paper in papers]})
    return batch
