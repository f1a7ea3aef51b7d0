"""The review queue: one item per work, in a chosen order; a decision applies to all its pending versions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.matching.same_paper import identifies
from wamkg.near_matches import unknown
from wamkg.reviewing.decisions import DecisionResult, decide
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.store.duplicates import Pair, load_work_groups, sorted_pair, uncounted_papers
from wamkg.store.papers import find_paper
from wamkg.store.suggestions import pending_suggestions, rejected_pairs
from wamkg.store.tables import Actor, Paper, Suggestion, Taxon, Taxonomy
from wamkg.store.taxonomies import direct_counts, get_taxonomy, list_taxa
from wamkg.store.taxonomy_edits import is_same_or_descendant

VERSION = "version"
"""Kind of the reason that names a paper with nearly the same text."""


def version_groups(session: Session, rows: Sequence[tuple[Suggestion, Paper]]) -> dict[int, list[int]]:
    """Papers of a queue, by number, with all pending members of their group, including themselves.

    A group consists of a preprint and its published record, papers with the same title (four words or more) and first
    author, papers with nearly the same text (a `version` reason), and papers judged the same work; never two that were
    judged different.
    """
    works = load_work_groups(session)
    numbers = {paper.slug: paper.id for _, paper in rows if paper.id is not None}
    works.join({*_alike(rows, numbers), *_namesakes(paper for _, paper in rows)})
    queued = set(numbers.values())
    return {number: sorted(works.members(number) & queued) for number in numbers.values()}


def _alike(rows: Sequence[tuple[Suggestion, Paper]], numbers: Mapping[str, int]) -> list[Pair]:
    return [
        sorted_pair(suggestion.paper_id, numbers[reason["paper"]])
        for suggestion, _ in rows
        for reason in suggestion.reasons
        if reason["kind"] == VERSION and reason["paper"] in numbers
    ]


def _namesakes(papers: Iterable[Paper]) -> list[Pair]:
    first: dict[tuple[str, str | None], int] = {}
    pairs = []
    for paper in papers:
        if paper.id is not None and identifies(paper.title):
            pairs.append(sorted_pair(first.setdefault((paper.title_key, paper.first_author_key), paper.id), paper.id))
    return pairs


def decide_with_versions(session: Session, actor: Actor, decision: Decision) -> DecisionResult:
    """Decide on a paper and, with the same verdict, on the other pending versions of its work.

    Each paper has its own decision and batch. The others name the first in their note and have no quote, because it was
    verified in the first one's text. Raises the errors of `decide`.
    """
    others = _other_versions(session, decision)
    made = decide(session, actor, decision)
    taxon = made.after[0] if decision.verdict == Verdict.ACCEPT else decision.taxon
    note = f"as its version {made.paper}" + (f": {decision.note}" if decision.note else "")
    alike = replace(
        decision,
        taxon=taxon,
        note=note,
        evidence=None,
        evidence_location=None,
        revision=None,
        assignment=None,
        suggestion=None,
    )
    return replace(made, versions=[decide(session, actor, replace(alike, paper=slug)) for slug in others])


def _other_versions(session: Session, decision: Decision) -> list[str]:
    paper = find_paper(session, decision.paper)
    rows = pending_suggestions(session, get_taxonomy(session, decision.taxonomy))
    slugs = {other.id: other.slug for _, other in rows}
    members = version_groups(session, rows).get(paper.id or 0, [])
    return [slugs[number] for number in members if number != paper.id]


@dataclass(frozen=True)
class PendingWork:
    """A paper that waits for a decision, with the other versions of its work that wait too."""

    suggestion: Suggestion
    paper: Paper
    hidden: bool
    versions: tuple[Paper, ...] = ()

    @property
    def best(self) -> str:
        """The most probable leaf."""
        return str(self.suggestion.ranked[0]["taxon"]) if self.suggestion.ranked else ""

    @property
    def confidence(self) -> float:
        """Probability of the most probable top-level taxon."""
        return float(max(self.suggestion.top.values(), default=0.0))

    @property
    def nearest(self) -> float:
        """Similarity (0 to 1) of the most similar classified paper."""
        near = [r["similarity"] for r in self.suggestion.reasons if r["kind"] == "neighbour"]
        return float(max(near, default=0.0))


@dataclass(frozen=True)
class QueueContext:
    """Data that orders use besides the paper: number of papers per leaf, and rejected taxa."""

    support: Mapping[str, int]
    refused: set[tuple[int, str]]

    def was_refused(self, item: PendingWork) -> bool:
        """Whether a person rejected the most probable leaf."""
        return (item.suggestion.paper_id, item.best) in self.refused


REJECTED_FIRST = "rejected"
FORMER_ORDERS = {"against": REJECTED_FIRST, "thin": "sparse"}
"""Former names of orders, accepted for one more release."""
Key = Callable[[PendingWork, QueueContext], float]
"""Sort key; smallest first."""


def _newest(item: PendingWork, _: QueueContext) -> float:
    day: date | None = item.paper.date
    return -float(day.toordinal()) if day else 0.0


def _rejected(item: PendingWork, sight: QueueContext) -> float:
    """Rejected taxa that the model suggests again, most confident first; then the rest, most confident first."""
    return -item.confidence - sight.was_refused(item)


def _sparse(item: PendingWork, sight: QueueContext) -> float:
    """Papers at the most probable leaf; among equally sparse leaves, the most probable first."""
    sure = item.suggestion.ranked[0]["probability"] if item.suggestion.ranked else 0.0
    return sight.support.get(item.best, 0) + 1.0 - float(sure)


ORDERS: dict[str, Key] = {
    "certain": lambda item, _: -item.confidence,
    "uncertain": lambda item, _: item.confidence,
    REJECTED_FIRST: _rejected,
    "novel": lambda item, _: item.nearest,
    "cited": lambda item, _: -float(item.paper.citation_count or 0),
    "sparse": _sparse,
    "newest": _newest,
}
"""Most or least confident at the top level; model against person; least similar to any classified paper; most cited;
most probable leaf with the fewest papers; newest.
"""


def order_named(order: str) -> str:
    """The order of that name or former name.

    Raises InvalidInputError.
    """
    found = FORMER_ORDERS.get(order, order)
    if found not in ORDERS:
        raise InvalidInputError(unknown("order", order, ORDERS))
    return found


def review_queue(
    session: Session, taxonomy: Taxonomy, order: str
) -> list[tuple[tuple[float, float, str], PendingWork]]:
    """The whole queue, one item per work, with the sort keys; `order` is one of `ORDERS`.

    Rejected taxa that are suggested again come last, or first with the order `rejected`.
    """
    order = order_named(order)
    rows = pending_suggestions(session, taxonomy)
    items = {
        suggestion.paper_id: PendingWork(suggestion, paper, is_held_out(paper.slug, taxonomy.slug))
        for suggestion, paper in rows
    }
    sight = QueueContext(taxon_support(session, taxonomy), rejected_pairs(session, taxonomy))
    leads: list[tuple[tuple[float, float, str], PendingWork]] = []
    for members in {group[0]: group for group in version_groups(session, rows).values()}.values():
        lead, *others = sorted((items[n] for n in members), key=_prefer_with_abstract)
        shown = PendingWork(lead.suggestion, lead.paper, lead.hidden, tuple(other.paper for other in others))
        behind = float(order != REJECTED_FIRST and sight.was_refused(shown))
        leads.append(((behind, ORDERS[order](shown, sight), lead.paper.slug), shown))
    return leads


def _prefer_with_abstract(item: PendingWork) -> tuple[bool, int]:
    """Of several versions, one with an abstract comes first, then the one stored first."""
    return item.suggestion.text_source != "abstract", item.suggestion.paper_id


def taxon_support(session: Session, taxonomy: Taxonomy) -> dict[str, int]:
    """Number of papers at or below each taxon, by path."""
    assert taxonomy.id is not None
    taxa: list[Taxon] = list_taxa(session, taxonomy)
    own = direct_counts(session, taxonomy.id, uncounted_papers(session, taxonomy.id))
    return {
        taxon.path: sum(own.get(t.id or 0, 0) for t in taxa if is_same_or_descendant(t.path, taxon.path))
        for taxon in taxa
    }
