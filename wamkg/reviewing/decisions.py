"""Record a person's decision: check the revision, the rules and the quote, end the live assignment and write the new
one as one batch.
"""

from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import new_uid, normalise
from wamkg.json_types import JsonObject
from wamkg.matching.claims import assert_value
from wamkg.matching.quotes import CHECKABLE_LOCATIONS, is_quoted, texts_of
from wamkg.matching.record import Record
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.disagreements import resolve_disagreements
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.verdicts import STATES, UNANSWERED, Decision, Verdict, check_kind
from wamkg.store.assignments import load_rules, redundant_taxa
from wamkg.store.base import Row
from wamkg.store.batches import close_batch, open_batch, uid_of_row
from wamkg.store.claims import PaperClaims, load_claims, write_papers
from wamkg.store.decisions import (
    batches_of_paper,
    changes_in_batch,
    effective_decisions,
    live_of,
    live_taxa_of,
    lock_paper,
    record_decision,
    suggestion_named,
    suggestion_of,
)
from wamkg.store.papers import find_paper
from wamkg.store.proposals import answer_open_proposals
from wamkg.store.tables import Actor, Assignment, Paper, Suggestion, Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.taxonomy_edits import lock_taxonomy
from wamkg.store.types import utc_now
from wamkg.vocabulary import PERSON, REJECTED, BatchKind, OutsideKind, Standing


def check_evidence(paper: Paper | Record, quote: str | None, place: str | None) -> tuple[str | None, bool | None]:
    """The location of a quote and whether it was found there; None if the text is not stored, so it could not be
    checked.

    Case, diacritics, punctuation and spacing are ignored. A quote without a location is searched in all stored texts.

    Raises InvalidInputError if the text of the named location is stored and does not contain the quote.
    """
    if not quote:
        return None, None
    if not normalise(quote):
        raise InvalidInputError("the quote has no words")
    if place is None:
        found = next((name for name in CHECKABLE_LOCATIONS if is_quoted(texts_of(paper), quote, name)), None)
        return found, True if found else None
    if place not in CHECKABLE_LOCATIONS:
        return place, None
    if getattr(paper, place) is None:
        return place, None
    if not is_quoted(texts_of(paper), quote, place):
        raise InvalidInputError(
            f"the quote is not in the stored {place}; copy it word for word, or "
            "name its location, for example 'arXiv v2, section 3'"
        )
    return place, True


@dataclass(frozen=True)
class DecisionResult(WithFormerNames):
    """A recorded decision: its id, its batch, and the paper's assignments before and after.

    `versions` are the other versions of the work with the same decision, each in its own batch. `suggested` is the
    suggestion: `taxon`, `probability`, `sure` (the confident level) and whether it was `hidden`.
    """

    decision: str
    batch: str
    paper: str
    taxonomy: str
    verdict: str
    before: list[str]
    after: list[str]
    evidence_checked: bool | None
    revision: int
    suggested: JsonObject | None = None
    versions: list["DecisionResult"] = field(default_factory=list)
    version: Former[int] = former("revision")


@dataclass
class DecisionContext:
    """The rows that a decision depends on, read in the same transaction."""

    session: Session
    paper: Paper
    taxonomy: Taxonomy
    live: list[tuple[Assignment, Taxon | None]]
    suggestion: Suggestion | None
    taxa: list[Taxon]


def decide(session: Session, actor: Actor, decision: Decision) -> DecisionResult:
    """Record one person's decision. The session must be a writing one; its end commits.

    Raises NotFoundError for an unknown paper, taxonomy or taxon, InvalidInputError for a decision that the rules do not
    allow, and ConflictError, which says what changed, if the paper has changed since the person saw it.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people make decisions")
    check_kind(session, decision.kind)
    ground = _ground(session, decision)
    check_revision(session, ground.paper, decision.revision)
    _refuse_another_place(ground, decision.assignment)
    if decision.verdict == Verdict.ACCEPT:
        _refuse_against_rules(ground)
    place, checked = check_evidence(ground.paper, decision.evidence, decision.evidence_location)
    return _write(ground, actor, decision, (place, checked))


def _refuse_against_rules(ground: DecisionContext) -> None:
    slug = ground.taxonomy.slug
    elsewhere = [place for place in live_taxa_of(ground.session, _number(ground.paper)) if place[0] != slug]
    wanted = [*elsewhere, *((slug, taxon.path) for taxon in ground.taxa)]
    problem = redundant_taxa(taxon.path for taxon in ground.taxa) or load_rules(ground.session).against(
        elsewhere, wanted
    )
    if problem:
        raise InvalidInputError(problem)


def _number(row: Paper | Taxonomy) -> int:
    assert row.id is not None
    return row.id


def _ground(session: Session, decision: Decision) -> DecisionContext:
    taxonomy = lock_taxonomy(session, _number(get_taxonomy(session, decision.taxonomy)), editing=False)
    paper = lock_paper(session, _number(find_paper(session, decision.paper)))
    live = live_of(session, _number(paper), _number(taxonomy))
    if decision.suggestion is None:
        suggestion = suggestion_of(session, _number(paper), _number(taxonomy))
    else:
        suggestion = suggestion_named(session, decision.suggestion)
        if suggestion is None or suggestion.paper_id != paper.id or suggestion.taxonomy_id != taxonomy.id:
            raise ConflictError(
                f"suggestion {decision.suggestion} for {paper.slug} is out of "
                "date; run `wamkg review` again, or name a taxon"
            )
    paths = _paths(decision, suggestion)
    return DecisionContext(
        session, paper, taxonomy, live, suggestion, [find_taxon(session, taxonomy, path) for path in paths]
    )


def _paths(decision: Decision, suggestion: Suggestion | None) -> list[str]:
    if decision.verdict not in (Verdict.ACCEPT, Verdict.REJECT):
        return []
    if decision.taxon:
        return [decision.taxon, *decision.also]
    if suggestion is None or not suggestion.ranked:
        raise InvalidInputError(f"{decision.paper} has no suggestion to {decision.verdict}; name a taxon")
    return [suggestion.ranked[0]["taxon"], *decision.also]


def check_revision(session: Session, paper: Paper, revision: int | None) -> None:
    """Reject a write based on an old revision of a paper.

    Raises ConflictError, which says what was written since.
    """
    behind = 0 if revision is None else paper.revision - revision
    if behind < 0:
        raise ConflictError(
            f"{paper.slug} is at revision {paper.revision}, so revision {revision} cannot exist yet; read it again"
        )
    if behind:
        happened = "; ".join(describe_changes(session, paper, behind))
        raise ConflictError(
            f"stale: {paper.slug} is now at revision {paper.revision}, you saw {revision}; meanwhile: {happened}"
        )


def _refuse_another_place(ground: DecisionContext, seen: str | None) -> None:
    primary = next((a.uid for a, _ in ground.live if a.primary), "")
    if seen in (None, primary):
        return
    stands = ", ".join(_places(ground.live)) or "no taxon"
    happened = "; ".join(describe_changes(ground.session, ground.paper, 1))
    raise ConflictError(f"stale: {ground.paper.slug} is now assigned to {stands}; meanwhile: {happened}")


def describe_changes(session: Session, paper: Paper, newest: int) -> list[str]:
    """Descriptions of the newest writes about a paper, newest first: when, who, what, in which batch."""
    lines = []
    for batch, who in batches_of_paper(session, _number(paper), newest):
        what = ", ".join(changes_in_batch(session, batch, _number(paper))) or batch.kind
        lines.append(f"{batch.started_at:%Y-%m-%d %H:%M} {who}: {what} (batch {batch.uid})")
    return lines


def _places(live: list[tuple[Assignment, Taxon | None]]) -> list[str]:
    return [taxon.path if taxon is not None else assignment.status for assignment, taxon in live]


def _write(
    ground: DecisionContext, actor: Actor, decision: Decision, evidence: tuple[str | None, bool | None]
) -> DecisionResult:
    session, paper, taxonomy = ground.session, ground.paper, ground.taxonomy
    rejecting = decision.verdict == Verdict.REJECT
    ended = [] if rejecting else ground.live
    known = effective_decisions(session, uid_of_row(session, paper), taxonomy.slug)
    replaces = [] if rejecting else [row.uid for row in known]
    batch = open_batch(session, BatchKind.DECISION, taxonomy.slug, actor)
    assert batch.id is not None and actor.id is not None
    state = load_claims(session, [_number(paper)])[_number(paper)]
    state.ended = [a.id for a, _ in ended if a.id is not None]
    for row in _rows(ground, decision, evidence):
        state.add(
            Assignment, **row, **({"ended_at": batch.started_at, "ended_batch_id": batch.id} if rejecting else {})
        )
    if decision.verdict == Verdict.ACCEPT:
        mark_included(state)
    write_papers(session, batch.id, actor.id, [state], [resolved_values(state)])
    before, after = _places(ended), [] if rejecting else _decided(ground, decision)
    suggested = _suggestion_snapshot(ground, decision)
    record = _record(ground, decision, evidence) | {"suggested": suggested}
    values = {
        "before": {"places": before, "replaces": replaces},
        "after": record,
        "why": decision.note or "",
    }
    uid = record_decision(session, batch, uid_of_row(session, paper), taxonomy.slug, values)
    resolve_disagreements(session, [batch], paper, taxonomy)
    if decision.verdict not in UNANSWERED:
        answer_open_proposals(session, batch, _number(paper), _number(taxonomy), uid)
    close_batch(session, batch, {"verdict": decision.verdict, "paper": paper.slug, "places": after})
    session.refresh(paper)
    return DecisionResult(
        decision=uid,
        batch=batch.uid,
        paper=paper.slug,
        taxonomy=taxonomy.slug,
        verdict=decision.verdict,
        before=before,
        after=after,
        evidence_checked=evidence[1],
        revision=paper.revision,
        suggested=suggested,
    )


def mark_included(state: PaperClaims) -> None:
    """Set the standing of a paper that a person assigns to `included`."""
    if state.paper is not None and state.paper.standing != Standing.INCLUDED:
        assert_value(state, "standing", Standing.INCLUDED, PERSON)


def _decided(ground: DecisionContext, decision: Decision) -> list[str]:
    return [taxon.path for taxon in ground.taxa] or [STATES[Verdict(decision.verdict)]]


def _rows(ground: DecisionContext, decision: Decision, evidence: tuple[str | None, bool | None]) -> list[Row]:
    """Rows of `assignment`, the primary one first."""
    verdict = Verdict(decision.verdict)
    outside = verdict is Verdict.OUTSIDE
    shared = {
        "paper_id": ground.paper.id,
        "taxonomy_id": ground.taxonomy.id,
        "status": STATES.get(verdict, REJECTED),
        "kind": (decision.kind or OutsideKind.OTHER) if outside else None,
        "reason": None if verdict in (Verdict.ACCEPT, Verdict.REJECT) else decision.note,
        "note": decision.note,
        "source": PERSON,
        "suggestion_id": ground.suggestion.id if ground.suggestion else None,
        "at": utc_now(),
    }
    quote = {"evidence": decision.evidence, "evidence_location": evidence[0], "evidence_checked": evidence[1]}
    nothing = dict.fromkeys(quote)
    taxa = [taxon.id for taxon in ground.taxa] or [None]
    return [
        shared
        | (quote if i == 0 else nothing)
        | {"uid": new_uid(), "taxon_id": taxon, "primary": i == 0 and verdict is not Verdict.REJECT}
        for i, taxon in enumerate(taxa)
    ]


def _record(ground: DecisionContext, decision: Decision, evidence: tuple[str | None, bool | None]) -> JsonObject:
    """The decision as it is stored and exported: taxa by path and by permanent id, so that either finds them."""
    taxa = [{"path": taxon.path, "uid": uid_of_row(ground.session, taxon)} for taxon in ground.taxa]
    return {
        "verdict": decision.verdict,
        "taxa": taxa,
        "kind": decision.kind or (OutsideKind.OTHER if decision.verdict == Verdict.OUTSIDE else None),
        "evidence": decision.evidence,
        "place": evidence[0],
        "checked": evidence[1],
    }


def _suggestion_snapshot(ground: DecisionContext, decision: Decision) -> JsonObject | None:
    """A copy of the suggestion, because the next refit deletes it."""
    seen = ground.suggestion
    if seen is None:
        return None
    best = seen.ranked[0] if seen.ranked else None
    sure = ground.session.get(Taxon, seen.confident_taxon_id) if seen.confident_taxon_id is not None else None
    return {
        "uid": seen.uid,
        "taxon": best["taxon"] if best else None,
        "probability": best["probability"] if best else None,
        "sure": sure.path if sure is not None else None,
        "hidden": _was_held_out(ground, decision),
    }


def _was_held_out(ground: DecisionContext, decision: Decision) -> bool:
    """Whether the suggestion was held out. A person who accepts it without naming a taxon has seen it elsewhere."""
    answers_it = decision.verdict in (Verdict.ACCEPT, Verdict.REJECT) and decision.taxon is None
    return not answers_it and is_held_out(ground.paper.slug, ground.taxonomy.slug)
