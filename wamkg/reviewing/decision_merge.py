"""Imports decisions made in another copy of the store: in any order, repeatable, and without loss."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlmodel import Session

from wamkg.errors import ConflictError, NotFoundError
from wamkg.history.undo import undo_batch
from wamkg.identifiers import title_key
from wamkg.importing.lines import numbered_lines
from wamkg.json_types import UncheckedObject
from wamkg.matching.quotes import CHECKABLE_LOCATIONS, is_quoted, texts_of
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.decision_file import DecisionFileLine, is_known, read_line, write_objection, write_outcome
from wamkg.reviewing.decisions import mark_included
from wamkg.reviewing.disagreements import open_disagreements, resolve_disagreements
from wamkg.reviewing.verdicts import STATES, UNANSWERED, Verdict
from wamkg.store.assignments import rechain_assignments
from wamkg.store.batches import close_batch, drop_batch, find_row, get_actor, open_batch, uid_of_row
from wamkg.store.claims import bump_revisions, load_claims, write_papers
from wamkg.store.decisions import (
    DecisionRow,
    decided_taxonomy,
    decision_rows,
    effective_decisions,
    record_decision,
    unsuperseded_decisions,
)
from wamkg.store.papers import SCHEMES, ExternalIdentifier, papers_by_ids, papers_by_titles, remaining_uid
from wamkg.store.proposals import answer_open_proposals
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Assignment, Batch, Paper, Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.types import utc_now
from wamkg.vocabulary import PERSON, REJECTED, BatchKind


@dataclass
class MergeReport:
    """Number of lines that were new, known, undone or unreadable, and the new disagreements.

    `taxonomies` are those in which a decision was added or undone.
    """

    new: int = 0
    known: int = 0
    taken_back: int = 0
    objections: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    taxonomies: list[str] = field(default_factory=list)


def import_decisions(session: Session, path: Path, actor: Actor) -> MergeReport:
    """Import every decision of a file, each as a batch, under its original author and id.

    The newest unsuperseded decision applies; one that differs from it opens an objection. `actor` is the person who
    imports the file. The result does not depend on the order of lines.
    """
    one_writer(session)
    merge = _Merge(session, MergeReport(), path.name)
    with path.open("rb") as stream:
        lines = [pair for number, raw in numbered_lines(stream) if (pair := merge.read(number, raw))]
    merge.withdrawn = {line.undoes for _, line in lines if line.undoes}
    merge.known = {row.uid: row for row in decision_rows(session)}
    for number, line in sorted(lines, key=lambda pair: pair[1].order):
        if line.undoes:
            merge.take_back(number, line)
        elif line.objection or line.objects:
            merge.take_in_objection(number, line, actor)
        else:
            merge.take_in(number, line)
    merge.settle()
    return merge.report


@dataclass
class _Merge:
    session: Session
    report: MergeReport
    source: str
    withdrawn: set[str] = field(default_factory=set)
    known: dict[str, DecisionRow] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    learnt_in: set[str] = field(default_factory=set)
    touched: dict[tuple[int, int], tuple[Paper, Taxonomy, list[Batch]]] = field(default_factory=dict)

    def read(self, number: int, raw: bytes | None) -> tuple[int, DecisionFileLine] | None:
        if raw is not None and raw.isspace():
            return None
        try:
            if raw is None:
                raise ValueError("the line is too long for a decision")
            return number, read_line(raw)
        except (ValueError, TypeError) as error:
            self.report.unreadable.append((number, str(error)))
            return None

    def take_in(self, number: int, line: DecisionFileLine) -> None:
        if line.id in self.known or line.id in self.met:
            self.report.known += 1
            return
        try:
            paper, taxonomy, taxa = self._find(line)
        except NotFoundError as error:
            self.report.unreadable.append((number, str(error)))
            return
        self.met.add(line.id)
        self.report.new += 1
        self._write(line, paper, taxonomy, taxa)

    def _find(self, line: DecisionFileLine) -> tuple[Paper, Taxonomy, list[Taxon]]:
        assert line.paper is not None and line.decision is not None
        taxonomy = get_taxonomy(self.session, line.taxonomy)
        taxa = [self._taxon(taxonomy, given) for given in line.decision["taxa"]]
        return self._paper(line.paper), taxonomy, taxa

    def _taxon(self, taxonomy: Taxonomy, given: dict[str, str]) -> Taxon:
        taxon: Taxon | None = find_row(self.session, Taxon, given.get("uid"))
        if taxon is not None and taxon.taxonomy_id == taxonomy.id and taxon.ended_at is None:
            return taxon
        return find_taxon(self.session, taxonomy, taxon.path if taxon is not None else given["path"])

    def _paper(self, ids: dict[str, str]) -> Paper:
        paper: Paper | None = find_row(self.session, Paper, remaining_uid(self.session, ids.get("uid") or ""))
        if paper is not None:
            return paper
        given = [ExternalIdentifier(scheme, ids[scheme]) for scheme in SCHEMES if ids.get(scheme)]
        numbers = set(papers_by_ids(self.session, given).values())
        if not numbers and ids.get("title"):
            key = title_key(ids["title"])
            numbers = {known.id for known in papers_by_titles(self.session, [key]).get(key, [])}
        if len(numbers) != 1:
            named = ids.get("title") or ids.get("slug") or "?"
            raise NotFoundError(
                f"{len(numbers) or 'no'} papers of this store match {named!r}; "
                "import the paper, or merge the duplicates, first"
            )
        return self.session.get_one(Paper, numbers.pop())

    def _write(self, line: DecisionFileLine, paper: Paper, taxonomy: Taxonomy, taxa: list[Taxon]) -> None:
        session, decision = self.session, line.decision or {}
        actor = get_actor(session, line.by, PERSON)
        batch = open_batch(session, BatchKind.DECISION, f"{taxonomy.slug} from {self.source}", actor)
        values: UncheckedObject = {"uid": line.id, "at": line.at, "why": line.note, "after": decision}
        record_decision(
            session, batch, uid_of_row(session, paper), taxonomy.slug,
            values | {"before": {"places": [], "replaces": list(line.replaces)}},
        )  # fmt: skip
        close_batch(session, batch, {"verdict": decision["verdict"], "paper": paper.slug})
        if line.id in self.withdrawn:
            batch.undone_at = utc_now()
            session.add(batch)
            session.flush()
            return
        assert paper.id is not None and batch.id is not None and actor.id is not None and taxonomy.id is not None
        state = load_claims(session, [paper.id])[paper.id]
        if decision["verdict"] == Verdict.ACCEPT:
            mark_included(state)
        write_papers(session, batch.id, actor.id, [state], [resolved_values(state)])
        for row in _rows(line, paper, taxonomy, taxa):
            # Ended until the places of the paper are settled: two live primary assignments cannot be written.
            session.add(
                Assignment(
                    **row, batch_id=batch.id, actor_id=actor.id, ended_at=batch.started_at, ended_batch_id=batch.id
                )
            )
        session.flush()
        self.touched.setdefault((paper.id, taxonomy.id), (paper, taxonomy, []))[2].append(batch)

    def take_back(self, number: int, line: DecisionFileLine) -> None:
        row = self.known.get(line.undoes or "")
        if row is None and line.undoes not in self.met:
            self.report.unreadable.append((number, f"it takes back {line.undoes}, which neither file nor store has"))
        if row is None or row.batch.undone_at is not None:
            return
        try:
            undo_batch(self.session, row.batch, get_actor(self.session, line.by, PERSON), "taken back")
            self.report.taken_back += 1
            self.learnt_in.add(decided_taxonomy(row.batch))
        except ConflictError as error:
            self.report.kept.append(str(error))

    def take_in_objection(self, number: int, line: DecisionFileLine, actor: Actor) -> None:
        """Create an objection that is not known here, or update its status to the one it has elsewhere."""
        try:
            known = line.objection is not None and is_known(self.session, line.id)
            found = None if known or line.paper is None else self._find_objection(line)
        except NotFoundError as error:
            self.report.unreadable.append((number, str(error)))
            return
        batch = open_batch(self.session, BatchKind.EDIT, f"objection from {self.source}", actor)
        if found is not None:
            write_objection(self.session, batch, line, *found)
        if found is None and (known or not write_outcome(self.session, batch, line)):
            self.report.known += 1
            drop_batch(self.session, batch)
            return
        self.report.new += 1
        close_batch(self.session, batch, {"objection": line.objects or line.id})

    def _find_objection(
        self, line: DecisionFileLine
    ) -> tuple[tuple[Paper, Taxonomy], tuple[Taxon | None, Taxon | None]]:
        assert line.paper is not None and line.objection is not None
        taxonomy = get_taxonomy(self.session, line.taxonomy)
        current, claimed = (
            self._taxon(taxonomy, given) if (given := line.objection.get(name)) else None
            for name in ("current", "claimed")
        )
        return (self._paper(line.paper), taxonomy), (current, claimed)

    def settle(self) -> None:
        """Apply the last decision of each paper, and open an objection for each that disagrees with it."""
        for (number, tree), (paper, taxonomy, came) in self.touched.items():
            rows = effective_decisions(self.session, uid_of_row(self.session, paper), taxonomy.slug)
            open_ones = unsuperseded_decisions(rows)
            chain = [row for row in rows if row not in open_ones] + open_ones
            if chain:
                rechain_assignments(self.session, paper, taxonomy, [row.batch for row in chain])
            self.report.objections += open_disagreements(self.session, came, paper, taxonomy)
            resolve_disagreements(self.session, came, paper, taxonomy)
            if chain and chain[-1].verdict not in UNANSWERED:
                answer_open_proposals(self.session, came[-1], number, tree, chain[-1].uid)
            self.learnt_in.add(taxonomy.slug)
        bump_revisions(self.session, [paper for paper, _ in self.touched])
        self.report.taxonomies = sorted(self.learnt_in)


def _rows(line: DecisionFileLine, paper: Paper, taxonomy: Taxonomy, taxa: list[Taxon]) -> list[UncheckedObject]:
    decision = line.decision or {}
    verdict = Verdict(decision["verdict"])
    checked = decision["checked"]
    if checked and decision["place"] in CHECKABLE_LOCATIONS:
        checked = is_quoted(texts_of(paper), decision["evidence"], decision["place"])
    return [
        {
            "uid": str(uuid5(NAMESPACE_URL, f"{line.id} {i}")),
            "paper_id": paper.id,
            "taxonomy_id": taxonomy.id,
            "taxon_id": taxon.id if taxon is not None else None,
            "status": STATES.get(verdict, REJECTED),
            "primary": i == 0 and verdict is not Verdict.REJECT,
            "kind": decision["kind"],
            "reason": line.note if verdict not in (Verdict.ACCEPT, Verdict.REJECT) else None,
            "note": line.note or None,
            "evidence": decision["evidence"] if i == 0 else None,
            "evidence_location": decision["place"] if i == 0 else None,
            "evidence_checked": checked if i == 0 else None,
            "source": PERSON,
            "at": line.at,
        }
        for i, taxon in enumerate(taxa or [None])
    ]
