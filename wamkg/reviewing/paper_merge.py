"""Merges two papers: everything of the other moves to the remaining one. Undo restores both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import ConflictError, InvalidInputError, UnlikePapersError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import name_key
from wamkg.json_types import JsonObject
from wamkg.matching.claims import assert_value
from wamkg.matching.published import PUBLISHED_FIELDS, publication_source
from wamkg.matching.quotes import record_missing_quotes
from wamkg.matching.resolve import rank
from wamkg.matching.resolved_values import resolved_values
from wamkg.matching.same_paper import have_two_dois
from wamkg.reviewing.decisions import check_revision
from wamkg.reviewing.duplicates import refuse_contradiction
from wamkg.reviewing.identity_questions import settle_as_one
from wamkg.reviewing.unlike_papers import unlike_reasons
from wamkg.store.assignments import new_violations, rule_violations
from wamkg.store.base import is_live, table_of
from wamkg.store.batches import close_batch, end_rows, open_batch, record_change, uid_of_row, update_row
from wamkg.store.citation_keys import KEY
from wamkg.store.claims import (
    PaperClaims,
    Shown,
    bump_revisions,
    delete_unused_authors_and_venues,
    load_claims,
    write_papers,
)
from wamkg.store.decisions import live_of, lock_papers
from wamkg.store.duplicates import Pair, batch_of_pair, live_judgement, lock_judgements, slug_of, sorted_pair
from wamkg.store.merges import Mover, name_formerly
from wamkg.store.paper_details import authors_of
from wamkg.store.papers import SCHEMES, SLUG, UID, find_paper, known_papers, methods_of
from wamkg.store.session import one_writer
from wamkg.store.tables import (
    Actor,
    Adjudication,
    Alias,
    Assignment,
    Batch,
    Claim,
    Event,
    Judgement,
    Link,
    Method,
    Paper,
    Result,
    Suggestion,
    Taxon,
    Taxonomy,
    Vote,
)
from wamkg.store.taxonomies import FORMER_NAME, list_taxonomies
from wamkg.store.taxonomy_edits import lock_taxonomy
from wamkg.store.types import reject_nul
from wamkg.vocabulary import PERSON, BatchKind, DuplicateVerdict, Relation

SHOWN = ("title", "authors", "venue", "year", "doi", "arxiv", "volume", "pages", "standing", "key")
"""Values of the remaining paper that a report shows."""
_Live = list[tuple[Assignment, Taxon | None]]
"""Live assignments of one paper in one taxonomy."""


class Prefer(StrEnum):
    """Which assignment stays if both papers have one in a taxonomy."""

    KEEP = "keep"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What to merge: `other` into `keep`; `prefer` decides between two assignments in one taxonomy.

    `although_dois_differ` allows papers with DOIs of two publications, `although_unlike` papers that look like two
    different ones; `revision` is the revision of `keep` that the person saw.
    """

    keep: str
    other: str
    prefer: str | None = None
    why: str = ""
    although_dois_differ: bool = False
    although_unlike: bool = False
    revision: int | None = None

    def __post_init__(self) -> None:
        if self.prefer is not None and self.prefer not in set(Prefer):
            raise InvalidInputError(f"{self.prefer!r} is not a side; write --prefer keep or --prefer other")
        reject_nul(self.keep, self.other, self.why)


@dataclass(frozen=True)
class MergedPapers(WithFormerNames):
    """A merge: number of rows moved, by table, and what was dropped, ended or needs a look.

    `shown` has the values of the remaining paper. `unlike` says why the two look like two different papers; it is empty
    if they do not. `batch` is None for a dry run.
    """

    batch: str | None
    keep: str
    other: str
    moved: dict[str, int]
    doubles: dict[str, int]
    notes: list[str]
    shown: Shown
    taxonomies: list[str]
    revision: int
    unlike: list[str] = field(default_factory=list)
    dry_run: bool = False
    version: Former[int] = former("revision")


def merge_papers(session: Session, actor: Actor, merge: Merge) -> MergedPapers:
    """Merge two papers as one batch.

    Raises NotFoundError for an unknown paper; InvalidInputError if both are the same paper, for DOIs of two
    publications, and if rules of a taxonomy forbid the combined assignments; UnlikePapersError for papers that look
    like two different ones, unless the merge allows it; ConflictError for an old revision, for a pair judged different,
    and for two assignments in one taxonomy without a preference.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people merge papers")
    keep, other = _locked_papers(session, merge)
    check_revision(session, keep, merge.revision)
    _refuse_two_publications(session, keep, other, merge)
    _refuse_judged_different(session, sorted_pair(_number(keep), _number(other)))
    refuse_contradiction(session, sorted_pair(_number(keep), _number(other)), DuplicateVerdict.SAME)
    unlike = unlike_reasons(session, _number(keep), _number(other))
    if unlike and not merge.although_unlike:
        raise UnlikePapersError(f"{keep.slug} and {other.slug} look like two different papers: {'; '.join(unlike)}")
    return replace(_Merging(session, actor, keep, other, merge).run(), unlike=unlike)


def dry_run(session: Session, actor: Actor, merge: Merge) -> MergedPapers:
    """The effect of a merge, of unlike papers too; the caller rolls the transaction back."""
    return replace(merge_papers(session, actor, replace(merge, although_unlike=True)), batch=None, dry_run=True)


def _locked_papers(session: Session, merge: Merge) -> tuple[Paper, Paper]:
    """The two papers, locked together with the judgements and the taxonomies."""
    one_writer(session)
    lock_judgements(session)
    for taxonomy in list_taxonomies(session):
        lock_taxonomy(session, _number(taxonomy), editing=False)
    keep, other = (find_paper(session, text) for text in (merge.keep, merge.other))
    if keep.id == other.id:
        raise InvalidInputError(f"{merge.keep} and {merge.other} are the same paper, {keep.slug}")
    lock_papers(session, [_number(keep), _number(other)])
    session.refresh(keep)
    session.refresh(other)
    return keep, other


def _number(row: Paper | Taxonomy | Method | Batch | Actor) -> int:
    assert row.id is not None
    return row.id


def _refuse_two_publications(session: Session, keep: Paper, other: Paper, merge: Merge) -> None:
    known = known_papers(session, [_number(keep), _number(other)])
    if have_two_dois(known[_number(keep)], known[_number(other)]) and not merge.although_dois_differ:
        raise InvalidInputError(
            f"{keep.slug} and {other.slug} have the DOIs {keep.doi} and {other.doi}, which belong to two publications; "
            "merge them with --although-dois-differ, or judge them `same` to count them as one work"
        )


def _refuse_judged_different(session: Session, pair: Pair) -> None:
    judged = live_judgement(session, pair)
    if judged is not None and judged.verdict == DuplicateVerdict.DIFFERENT:
        named = " and ".join(slug_of(session, number) for number in pair)
        raise ConflictError(f"{named} are judged different (batch {batch_of_pair(session, pair)}); undo that first")


@dataclass(frozen=True)
class _PaperBefore:
    """A paper before the merge; `cut` says whether its author list is incomplete."""

    slug: str
    title: str
    uid: str
    revision: int
    authors: list[str]
    cut: bool


@dataclass
class _Merging:
    session: Session
    actor: Actor
    keep: Paper
    other: Paper
    merge: Merge
    notes: list[str] = field(default_factory=list)
    taxonomies: list[str] = field(default_factory=list)
    sources_of_keep: set[str] = field(default_factory=set)

    def run(self) -> MergedPapers:
        """Merge in order: end what both have, move the rest, compute the values shown, check the rules."""
        broken, former = rule_violations(self.session), self._former_ids()
        self.before = tuple(self._describe(paper) for paper in (self.keep, self.other))
        slugs = f"{self.before[1].slug} into {self.before[0].slug}"
        self.batch = open_batch(self.session, BatchKind.MERGE, slugs, self.actor)
        self.mover = Mover(self.session, self.batch)
        for end in (self._end_places, self._end_judgements, self._end_votes, self._end_dates):
            end()
        self._move_rows()
        shown = self._show(_number(self.keep))
        self._keep_former_ids(former, shown)
        self._refuse_against_rules(broken)
        self._record()
        return self._report(shown)

    def _describe(self, paper: Paper) -> _PaperBefore:
        authors = authors_of(self.session, [_number(paper)]).get(_number(paper), [])
        uid = uid_of_row(self.session, paper)
        return _PaperBefore(paper.slug, paper.title, uid, paper.revision, authors, paper.authors_cut)

    def _move_rows(self) -> None:
        keep, other = _number(self.keep), _number(self.other)
        settle_as_one(self.session, self.batch, self.keep, self.other)
        self._name_records()
        self._merge_methods()
        self._move_results()
        self.mover.remove_where(table_of(Suggestion), table_of(Suggestion).c.paper_id == other)
        self.mover.move_all("paper", other, keep)
        self.mover.remove_paper(other)

    def _former_ids(self) -> list[tuple[str, str]]:
        ids = [(s, str(v)) for p in (self.keep, self.other) for s in (*SCHEMES, KEY) if (v := getattr(p, s))]
        return [*ids, (SLUG, self.other.slug), (UID, uid_of_row(self.session, self.other))]

    def _keep_former_ids(self, former: list[tuple[str, str]], shown: Shown) -> None:
        """Let each id that is no longer shown lead to the remaining paper."""
        hidden = [(scheme, value) for scheme, value in former if value and shown.get(scheme) != value]
        name_formerly(self.session, self.batch, _number(self.keep), hidden)

    def _record(self) -> None:
        """Write the merge to the histories of both papers, and close the batch."""
        keep, other = self.before
        for paper in (keep, other):
            record_change(
                self.session, self.batch, "merge", subject_uid=paper.uid, why=self.merge.why,
                before={"slug": other.slug, "title": other.title, "uid": other.uid},
                after={"slug": keep.slug, "uid": keep.uid},
            )  # fmt: skip
        bump_revisions(self.session, [_number(self.keep)])
        counts: JsonObject = {"keep": keep.slug, "other": other.slug, "taxonomies": self.taxonomies, **self.mover.moved}
        close_batch(self.session, self.batch, counts)

    def _report(self, shown: Shown) -> MergedPapers:
        keep, other = self.before
        return MergedPapers(
            batch=self.batch.uid,
            keep=keep.slug,
            other=other.slug,
            moved=_counted(self.mover.moved),
            doubles=_counted(self.mover.removed),
            notes=self.notes,
            shown={name: shown[name] for name in SHOWN if shown.get(name) not in (None, [], "")},
            taxonomies=self.taxonomies,
            revision=keep.revision + 1,
        )

    def _end_places(self) -> None:
        """Keep one paper's assignments in each taxonomy in which both have some."""
        disputed: list[str] = []
        for taxonomy in list_taxonomies(self.session):
            mine, theirs = (live_of(self.session, _number(p), _number(taxonomy)) for p in (self.keep, self.other))
            if theirs:
                self.taxonomies.append(taxonomy.slug)
            if mine and theirs:
                losing = self._losing_places(taxonomy.slug, mine, theirs, disputed)
                end_rows(self.session, self.batch, Assignment, [a.id for a, _ in losing if a.id is not None])
        if disputed:
            raise ConflictError(
                f"{self.keep.slug} and {self.other.slug} have different assignments ({'; '.join(disputed)}); "
                "choose with --prefer keep or --prefer other"
            )
        self.session.flush()

    def _losing_places(self, taxonomy: str, mine: _Live, theirs: _Live, disputed: list[str]) -> _Live:
        """Of the assignments of both papers in one taxonomy, those to end; a dispute is added to the list."""
        places = [[(a.primary, taxon.path if taxon else a.status) for a, taxon in live] for live in (mine, theirs)]
        if sorted(places[0]) == sorted(places[1]):
            return _weaker(mine, theirs)
        if self.merge.prefer is None:
            disputed.append(f"{taxonomy}: {_shown(places[0])} or {_shown(places[1])}")
            return []
        keeps = self.merge.prefer == Prefer.KEEP
        self.notes.append(f"no longer placed in {taxonomy} at {_shown(places[1] if keeps else places[0])}")
        return theirs if keeps else mine

    def _end_judgements(self) -> None:
        """Of two judgements on the same third paper, keep the more specific one."""
        live = select(Judgement).where(is_live(Judgement))
        by_third: dict[int, dict[int, Judgement]] = {}
        sides = {_number(self.keep), _number(self.other)}
        for row in self.session.exec(live):
            pair = {row.left_id, row.right_id}
            if len(pair & sides) == 1:
                by_third.setdefault(next(iter(pair - sides)), {})[next(iter(pair & sides))] = row
        for rows in by_third.values():
            if len(rows) == 2:
                mine, theirs = rows[_number(self.keep)], rows[_number(self.other)]
                weaker = mine if mine.verdict == DuplicateVerdict.UNSURE != theirs.verdict else theirs
                end_rows(self.session, self.batch, Judgement, [weaker.id] if weaker.id is not None else [])
        self.session.expire_all()

    def _end_votes(self) -> None:
        """Of two votes of one person in one round, and of two adjudications, keep those of the preferred paper."""
        loser = self.keep if self.merge.prefer == Prefer.OTHER else self.other
        for model, names in ((Vote, ("round_id", "actor_id")), (Adjudication, ("round_id",))):
            by_key: dict[tuple[int, ...], list[Any]] = {}
            sides = [_number(self.keep), _number(self.other)]
            live = select(model).where(col(model.paper_id).in_(sides), is_live(model))
            for row in self.session.execute(live).scalars():
                by_key.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
            doubled = [row.id for rows in by_key.values() if len(rows) > 1 for row in rows if row.paper_id == loser.id]
            if end_rows(self.session, self.batch, model, doubled):
                self.notes.append(f"{len(doubled)} {model.__name__.lower()}s of {loser.slug} ended")
        self.session.expire_all()

    def _end_dates(self) -> None:
        """A person's date of an event must be unique: end the other paper's."""
        live = select(Event).where(Event.source == PERSON, is_live(Event))
        mine = {e.kind for e in self.session.exec(live.where(Event.paper_id == self.keep.id))}
        theirs = [e for e in self.session.exec(live.where(Event.paper_id == self.other.id)) if e.kind in mine]
        self.notes += [f"the date {event.kind} {event.day} that a person gave ended" for event in theirs]
        end_rows(self.session, self.batch, Event, [event.id for event in theirs if event.id is not None])

    def _name_records(self) -> None:
        """Store one source's claims about both papers as two records, so that their values are not mixed."""
        table, keep, other = table_of(Claim), _number(self.keep), _number(self.other)
        mine, theirs = (self._facts(number) for number in (keep, other))
        known = self.sources_of_keep = {source for _, source, _ in mine}
        said = {(source, name) for _, source, name in mine}
        taken, names = known | {source for _, source, _ in theirs}, dict[str, str]()
        values: dict[int, dict[str, Any]] = {}
        for number, source, name in theirs:
            if (source, name) in said if rank(source) == 0 else source in known:
                if source not in names:
                    names[source] = _free(source, taken)
                    taken.add(names[source])
                values[number] = {"source": names[source]}
        batches = dict(
            self.session.execute(select(Claim.id, Claim.batch_id).where(col(Claim.subject_id) == other)).all()
        )
        renamed = [{"id": n, "source": source, "batch_id": batches[n]} for n, source, _ in theirs if n in values]
        self.mover.change(table, renamed, values)
        if PERSON in names:
            fields = sorted({name for n, source, name in theirs if n in values and source == PERSON})
            self.notes.append(f"set by hand on both; the values of {self.keep.slug} are shown: {', '.join(fields)}")

    def _facts(self, number: int) -> list[tuple[int, str, str]]:
        found = select(Claim.id, Claim.source, Claim.field).where(Claim.subject_id == number).order_by(col(Claim.id))
        return [(row[0], row[1], row[2]) for row in self.session.execute(found)]

    def _merge_methods(self) -> None:
        """If each paper has a method, merge them into one method with two names."""
        methods = methods_of(self.session, [_number(self.keep), _number(self.other)])
        mine, theirs = methods.get(_number(self.keep)), methods.get(_number(self.other))
        if mine is None or theirs is None or mine.id == theirs.id:
            return
        links, number = table_of(Link), _number(theirs)
        proposed = select(Link.source_id).where(Link.relation == Relation.PROPOSES, Link.target_id == number)
        if len(self.session.exec(proposed).all()) > 1:
            self.notes.append(f"the method {theirs.name} stays with its other papers")
            own = (links.c.source_id == self.other.id, links.c.relation == Relation.PROPOSES)
            self.mover.remove_where(links, own[0] & own[1])
            return
        self._rename_method(mine, theirs)
        for result in self.session.exec(select(Result).where(Result.method_id == number)).all():
            update_row(self.session, self.batch, result, {"method_id": mine.id})
        self.mover.move_all("method", number, _number(mine))
        self.mover.remove_where(table_of(Method), table_of(Method).c.id == number)
        self.session.expire_all()

    def _rename_method(self, mine: Method, theirs: Method) -> None:
        known = {mine.key, *self.session.exec(select(Alias.key).where(Alias.entity_id == mine.id))}
        for name in (theirs.name, theirs.slug):
            if name_key(name) not in known:
                known.add(name_key(name))
                row = Alias(
                    entity_id=_number(mine),
                    kind=FORMER_NAME,
                    name=name,
                    key=name_key(name),
                    batch_id=_number(self.batch),
                )
                self.session.add(row)
        self.session.flush()
        if theirs.key != mine.key:
            self.notes.append(f"the method {theirs.name} is now another name of {mine.name}")

    def _move_results(self) -> None:
        mine = select(Result).where(Result.reported_by_id == self.other.id)
        rows = self.session.exec(mine).all()
        for result in rows:
            update_row(self.session, self.batch, result, {"reported_by_id": self.keep.id})
        self.mover.moved["result"] += len(rows)

    def _show(self, keep: int) -> Shown:
        self.session.expire_all()
        state = load_claims(self.session, [keep])[keep]
        self._complete_publication(state)
        shown = resolved_values(state)
        self.notes += record_missing_quotes(self.session, self.batch, [state], [shown])
        write_papers(self.session, _number(self.batch), _number(self.actor), [state], [shown])
        delete_unused_authors_and_venues(self.session)
        self.session.expire_all()
        return shown

    def _complete_publication(self, state: PaperClaims) -> None:
        """Let the record whose venue is shown state its title and authors too, where another source did so first.

        Otherwise the title of one paper would be shown with the venue of the other.
        """
        source = publication_source({name: state.said.get(name, {}) for name in PUBLISHED_FIELDS})
        if source is None:
            return
        paper = self.before[source not in self.sources_of_keep]
        values = {"title": paper.title, "authors": paper.authors, "authors_cut": paper.cut}
        for name in ("title", "authors", "authors_cut"):
            if values[name] and source not in state.said.get(name, {}):
                assert_value(state, name, values[name], source)
        if resolved_values(state)["title"] != paper.title:
            self.notes.append(f"the venue is that of {paper.slug}, whose title {paper.title!r} is not shown")

    def _refuse_against_rules(self, before: dict[str, str]) -> None:
        for paper, problem in new_violations(self.session, before).items():
            raise InvalidInputError(f"the merged paper would violate a rule: {paper}: {problem}")


def _free(source: str, taken: set[str]) -> str:
    number = 2
    while f"{source} (record {number})" in taken:
        number += 1
    return f"{source} (record {number})"


def _weaker(mine: _Live, theirs: _Live) -> _Live:
    """Of two equal sets of assignments, the one from the weaker source."""
    strength = [min(rank(a.source) for a, _ in live) for live in (mine, theirs)]
    return mine if strength[1] < strength[0] else theirs


def _shown(places: Iterable[tuple[bool, str]]) -> str:
    return ", ".join(path for _, path in places)


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in sorted(counts.items()) if number}
