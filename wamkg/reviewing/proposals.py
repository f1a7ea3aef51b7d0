"""Proposals of people and programs: check and store them, accept or decline them. None moves a paper by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.identifiers import new_uid
from wamkg.importing.applier import Applier
from wamkg.importing.ids import identified
from wamkg.importing.import_report import ImportReport, LineReport, Outcome
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.matching.known import known_for
from wamkg.matching.record import Record, UnreadableLine
from wamkg.matching.same_paper import ids_of, match
from wamkg.reviewing.decisions import check_evidence
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.queue import decide_with_versions
from wamkg.reviewing.verdicts import Decision, Verdict, check_kind
from wamkg.store.base import Row, refuse_stale
from wamkg.store.batches import close_batch, drop_batch, find_batch, open_batch, update_row
from wamkg.store.claims import load_claims
from wamkg.store.decisions import live_of, lock_paper
from wamkg.store.papers import find_paper, locate_papers
from wamkg.store.proposals import find_proposal, is_placed_there, same_proposal
from wamkg.store.rounds import blind_papers
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Batch, Paper, Proposal, Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.taxonomy_edits import lock_taxonomy
from wamkg.store.types import reject_nul
from wamkg.vocabulary import MAIN_TAXONOMY, PERSON, AssignmentStatus, BatchKind, OutsideKind, ProposalStatus, Standing

RECORD_SOURCE = "list:proposals"
"""Source of the claims of papers that a proposal brings in."""
ABSTRACT = "abstract"


@dataclass(frozen=True, kw_only=True)
class ProposalDraft:
    """A class that somebody proposes for a paper.

    `paper` is an id of the paper, `record` describes a paper that the library may lack; one of them is given. `taxon`
    is a path; `outside` says instead why the paper is out of scope. `model` is set for a program, which must quote the
    abstract.
    """

    by: str
    paper: str | None = None
    record: Record | None = None
    taxonomy: str = MAIN_TAXONOMY
    taxon: str | None = None
    outside: str | None = None
    quote: str | None = None
    model: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip():
            raise InvalidInputError("a proposal needs the name of who proposes it")
        if not (self.paper or self.record):
            raise InvalidInputError("no paper: write the id of a paper, or its record")
        if bool(self.taxon) == bool(self.outside):
            raise InvalidInputError("name a taxon, or the kind of outside; one of the two")
        if self.model and not self.quote:
            raise InvalidInputError("a program must quote the abstract: no quote")
        reject_nul(self.by, self.taxon, self.outside, self.quote, self.model, self.source)


@dataclass(frozen=True)
class NumberedDraft:
    """A draft and the line of the file that has it."""

    line: int
    draft: ProposalDraft


class ProposalOutcome(StrEnum):
    """What became of a line: `new`, `sent before`, or `placed already` where it proposes."""

    NEW = "new"
    SAME = "sent before"
    PLACED = "placed already"


@dataclass(frozen=True)
class TakenProposal:
    """A line that was taken: its outcome, its proposal (None if the paper is placed there already) and its paper.

    `is_candidate`: the paper was not in the library and waits there now.
    """

    line: int
    outcome: str
    proposal: str | None
    paper: str
    is_candidate: bool = False


@dataclass
class ProposalReport:
    """What became of the lines of one source; `refused` are those that were not taken, `doubts` have a quote that could
    not be checked.
    """

    source: str
    batch: str | None = None
    proposed: list[TakenProposal] = field(default_factory=list)
    refused: list[UnreadableLine] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def is_partial(self) -> bool:
        """Whether a line was refused or is doubtful."""
        return bool(self.refused or self.doubts)


@dataclass(frozen=True)
class ProposalAnswered:
    """A proposal after an answer; `decision` is the id of the decision that placed the paper, if there was one."""

    proposal: str
    batch: str
    paper: str
    taxonomy: str
    status: str
    decision: str | None
    revision: int


def add_proposals(
    session: Session, actor: Actor, source: str, lines: Sequence[NumberedDraft | UnreadableLine]
) -> ProposalReport:
    """Store proposals as one batch. A line that is wrong is refused and listed; the others are taken.

    A paper that the library lacks becomes a candidate, unless its record looks like another paper.
    """
    one_writer(session)
    report = ProposalReport(source, refused=[line for line in lines if isinstance(line, UnreadableLine)])
    batch = open_batch(session, BatchKind.PROPOSE, source, actor)
    adder = _Adder(session, batch, report, [line for line in lines if isinstance(line, NumberedDraft)])
    adder.add()
    report.refused.sort(key=lambda line: line.line)
    report.proposed.sort(key=lambda line: line.line)
    new = sum(line.outcome == ProposalOutcome.NEW for line in report.proposed)
    if new or adder.has_imported:
        close_batch(session, batch, {"proposals": new, "refused": len(report.refused)})
        report.batch = batch.uid
    else:
        drop_batch(session, batch)
    return report


@dataclass(frozen=True)
class _Checked:
    """A line whose class exists, with its paper; the record is set if the library lacks the paper."""

    line: int
    draft: ProposalDraft
    taxonomy: Taxonomy
    taxon: Taxon | None
    paper: Paper | None
    record: Record | None


class _Adder:
    """Adds the proposals of one batch; what is known of all their papers is read once."""

    def __init__(self, session: Session, batch: Batch, report: ProposalReport, lines: Sequence[NumberedDraft]) -> None:
        self.session, self.batch, self.report, self.lines = session, batch, report, lines
        self.answers = IdentityAnswers(session)
        records = (one.draft.record or identified(one.draft.paper or "", one.line) for one in lines)
        self.known = known_for(session, [record for record in records if record is not None])
        self.has_imported = False

    def add(self) -> None:
        """Check every line, bring in the papers that are missing, and store the proposals."""
        checked = []
        for numbered in self.lines:
            try:
                checked.append(self._check(numbered))
            except (InvalidInputError, NotFoundError) as error:
                self._refuse(numbered.line, numbered.draft, str(error))
        brought = self._bring_in([one for one in checked if one.record is not None])
        for one in checked:
            paper = one.paper if one.record is None else brought.get(one.line)
            if paper is not None:
                self._store(one, paper)

    def _refuse(self, line: int, draft: ProposalDraft, reason: str) -> None:
        named = draft.paper or (draft.record.title if draft.record else "")
        self.report.refused.append(UnreadableLine(line, reason, named))

    def _check(self, numbered: NumberedDraft) -> _Checked:
        draft = numbered.draft
        taxonomy = get_taxonomy(self.session, draft.taxonomy)
        taxon = find_taxon(self.session, taxonomy, draft.taxon) if draft.taxon else None
        check_kind(self.session, draft.outside)
        paper, record = self._paper_of(numbered)
        checked = self._is_quoted(draft, paper, record)
        if draft.model and not checked:
            named = paper.slug if paper is not None else "this paper"
            raise InvalidInputError(
                f"the abstract of {named} is not stored, so the quote cannot be checked; run `wamkg enrich` and send "
                "the line again, or send the record with its abstract"
            )
        return _Checked(numbered.line, draft, taxonomy, taxon, paper, record)

    @staticmethod
    def _is_quoted(draft: ProposalDraft, paper: Paper | None, record: Record | None) -> bool | None:
        text = paper or record
        assert text is not None
        return check_evidence(text, draft.quote, ABSTRACT)[1]

    def _paper_of(self, numbered: NumberedDraft) -> tuple[Paper | None, Record | None]:
        """The paper of the library; else the record to bring in."""
        draft = numbered.draft
        number = locate_papers(self.session, [draft.paper]).get(draft.paper) if draft.paper else None
        record = draft.record
        if number is None and record is None:
            record = identified(draft.paper or "", numbered.line)
            if record is None:
                find_paper(self.session, draft.paper or "")  # raises, and names what is near
        if number is None and record is not None:
            record = replace(
                record, line=numbered.line, placements=[], standing=None, introduces=[], tags=[], note=None, key=None
            )
            number = self._stored(record)
        paper = self.session.get_one(Paper, number) if number is not None else None
        if paper is None or paper.standing != Standing.CITED:
            return paper, record if paper is None else None
        return None, record or self._record_of_cited(paper, numbered.line)

    @staticmethod
    def _record_of_cited(paper: Paper, line: int) -> Record:
        return Record(line, paper.title, arxiv=paper.arxiv, doi=paper.doi, s2=paper.s2)

    def _stored(self, record: Record) -> int | None:
        """The stored paper that a record describes; None if there is none or a person must decide."""
        settled = self.answers.settle(record)
        if settled.paper is not None:
            return settled.paper
        found = match(settled.record, self.known.without(settled.ruled_out))
        if found.paper is None or found.question:
            return None
        state = load_claims(self.session, [found.paper], holding=False)[found.paper]
        is_other = bool(record.title and ids_of(record) and state.said.get("title")) and (
            self.answers.check(state, record).identity is Identity.DIFFERENT
        )
        return None if is_other else found.paper

    def _bring_in(self, wanted: Sequence[_Checked]) -> dict[int, Paper]:
        """Import the records of papers that the library lacks, as candidates; returns the paper of each line."""
        if not wanted:
            return {}
        report = ImportReport(self.report.source, "", dry_run=False)
        applier = Applier(self.session, self.batch, RECORD_SOURCE, report, keep_classes=False)
        applier.apply([one.record for one in wanted if one.record is not None])
        self.has_imported = report.wrote
        first = {line: number for number, line in applier.met.items()}
        lines = {line.line: line for line in report.lines}
        found = {}
        for one in wanted:
            done = lines[one.line]
            number = first.get(done.repeat_of_line if done.repeat_of_line is not None else one.line)
            if done.outcome is Outcome.UNREADABLE or done.is_question or number is None:
                self._refuse(one.line, one.draft, _reason(done))
            else:
                found[one.line] = self.session.get_one(Paper, number)
        return found

    def _store(self, one: _Checked, paper: Paper) -> None:
        draft, wanted = one.draft, _new_row(self.batch, one, paper)
        wanted.quote_checked = self._is_quoted(draft, paper, None)
        same = same_proposal(self.session, wanted)
        is_placed = same is None and is_placed_there(self.session, wanted)
        outcome = ProposalOutcome.PLACED if is_placed else ProposalOutcome.SAME if same else ProposalOutcome.NEW
        if outcome == ProposalOutcome.NEW:
            self.session.add(wanted)
            self.session.flush()
            if draft.quote and not wanted.quote_checked:
                self.report.doubts.append(
                    f"line {one.line}: no abstract of {paper.slug} is stored, so its quote could not be checked"
                )
        uid = same.uid if same else None if is_placed else wanted.uid
        self.report.proposed.append(TakenProposal(one.line, outcome, uid, paper.slug, one.record is not None))


def _reason(done: LineReport) -> str:
    return done.reason or next(iter(done.conflicts), "a person must say which paper this is: see `wamkg questions`")


def _new_row(batch: Batch, one: _Checked, paper: Paper) -> Proposal:
    assert paper.id is not None and one.taxonomy.id is not None and batch.id is not None
    draft = one.draft
    return Proposal(
        uid=new_uid(),
        paper_id=paper.id,
        taxonomy_id=one.taxonomy.id,
        proposed_taxon_id=one.taxon.id if one.taxon else None,
        proposed_status=AssignmentStatus.PLACED if one.taxon else AssignmentStatus.OUTSIDE,
        kind=draft.outside,
        quote=draft.quote,
        proposed_by=draft.by,
        model=draft.model,
        source=draft.source or batch.source,
        batch_id=batch.id,
    )


def is_hidden(paper: str, taxonomy: str, *, is_assigned: bool, is_blind: bool) -> bool:
    """Whether a proposal for a paper (by slug) must not be shown: its suggestion is hidden, or people vote blindly."""
    return is_blind or (not is_assigned and is_held_out(paper, taxonomy))


def accept_proposal(session: Session, actor: Actor, uid: str, revision: int | None = None) -> ProposalAnswered:
    """Decide as a proposal says. Both are one batch, so one undo reverts both.

    Raises NotFoundError, ConflictError for a proposal that is closed, newer than `revision` or hidden, and the errors
    of `decide_with_versions`.
    """
    seen = find_proposal(session, uid)
    # In the order in which decisions lock.
    taxonomy = lock_taxonomy(session, seen.taxonomy_id, editing=False)
    paper = lock_paper(session, seen.paper_id)
    proposal = _open_one(session, uid, revision)
    is_assigned = bool(live_of(session, seen.paper_id, seen.taxonomy_id))
    is_blind = (seen.taxonomy_id, seen.paper_id) in blind_papers(session, [seen.taxonomy_id])
    if is_hidden(paper.slug, taxonomy.slug, is_assigned=is_assigned, is_blind=is_blind):
        raise ConflictError(
            f"what is proposed for {paper.slug} is hidden until someone decides on it; `wamkg review` shows the paper, "
            "and a decision answers the proposal"
        )
    made = decide_with_versions(session, actor, _decision_of(session, proposal, paper, taxonomy))
    values = {"status": ProposalStatus.ACCEPTED, "decision": made.decision}
    return _update(session, find_batch(session, made.batch), proposal, values)


def close_proposal(
    session: Session, actor: Actor, uid: str, status: ProposalStatus, reason: str = "", revision: int | None = None
) -> ProposalAnswered:
    """Decline or withdraw a proposal; the paper stays where it is.

    Raises NotFoundError, InvalidInputError for a program and for a decline without a reason, ConflictError for a
    proposal that is closed or newer than `revision`.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people answer proposals")
    reject_nul(reason)
    if status == ProposalStatus.DECLINED and not reason.strip():
        raise InvalidInputError("say why it is declined; the proposer reads the reason")
    one_writer(session)
    proposal = _open_one(session, uid, revision)
    batch = open_batch(session, BatchKind.EDIT, f"proposal {proposal.uid}", actor)
    answered = _update(session, batch, proposal, {"status": status, "answer": reason or None})
    close_batch(session, batch, {"proposal": proposal.uid, "status": status})
    return answered


def _open_one(session: Session, uid: str, revision: int | None) -> Proposal:
    proposal = find_proposal(session, uid, hold=True)
    if proposal.status != ProposalStatus.OPEN:
        raise ConflictError(f"proposal {proposal.uid} is {proposal.status} already; undo that batch to answer again")
    refuse_stale("the proposal", proposal.revision, revision)
    return proposal


def _decision_of(session: Session, proposal: Proposal, paper: Paper, taxonomy: Taxonomy) -> Decision:
    """The decision that a proposal asks for; a taxon that was merged is the one it was merged into."""
    taxon = session.get_one(Taxon, proposal.proposed_taxon_id) if proposal.proposed_taxon_id is not None else None
    who = f"{proposal.proposed_by} ({proposal.model})" if proposal.model else proposal.proposed_by
    return Decision(
        paper=paper.slug,
        taxonomy=taxonomy.slug,
        verdict=Verdict.ACCEPT if taxon is not None else Verdict.OUTSIDE,
        taxon=taxon.path if taxon is not None else None,
        kind=None if taxon is not None else proposal.kind or OutsideKind.OTHER,
        evidence=proposal.quote,
        evidence_location=ABSTRACT if proposal.quote else None,
        note=f"proposed by {who}, {proposal.source}",
    )


def _update(session: Session, batch: Batch, proposal: Proposal, values: Row) -> ProposalAnswered:
    values = values | {"status": str(values["status"])}
    update_row(session, batch, proposal, values, values.get("answer") or "")
    paper = session.get_one(Paper, proposal.paper_id)
    taxonomy = session.get_one(Taxonomy, proposal.taxonomy_id)
    return ProposalAnswered(
        proposal.uid, batch.uid, paper.slug, taxonomy.slug, proposal.status, proposal.decision, proposal.revision
    )
