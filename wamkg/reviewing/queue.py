"""The review queue: one item per work, in a chosen order; a decision applies to all its pending versions."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

import orjson
from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.matching.same_paper import identifies
from wamkg.near_matches import unknown
from wamkg.reviewing.decisions import DecisionResult, decide
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.store.duplicates import Pair, load_work_groups, sorted_pair, uncounted_papers
from wamkg.store.papers import find_paper, numbers_by_slug
from wamkg.store.suggestions import (
    FirstLeaf,
    PendingPaper,
    first_leaves,
    pending_namesakes,
    pending_papers,
    pending_reasons,
    rejected_pairs,
)
from wamkg.store.tables import Actor, Taxon, Taxonomy
from wamkg.store.taxonomies import assignment_counts, direct_counts, get_taxonomy, list_taxa
from wamkg.store.taxonomy_edits import is_same_or_descendant

VERSION, NEIGHBOUR = "version", "neighbour"
"""Kinds of the reasons that name a paper with nearly the same text, and a similar classified paper."""


def version_groups(
    session: Session, taxonomy: Taxonomy, pending: Collection[PendingPaper] | None = None
) -> list[list[int]]:
    """Works of several papers, by number; some of them may have been decided. `pending` are all papers that wait, if
    they are known.

    A group consists of a preprint and its published record, pending papers with the same title (four words or more) and
    first author or with nearly the same text (a `version` reason), and papers judged the same work; never two that were
    judged different.
    """
    works = load_work_groups(session)
    works.join({*_alike(session, taxonomy, pending), *_namesakes(pending or pending_namesakes(session, taxonomy))})
    return works.groups()


def _alike(session: Session, taxonomy: Taxonomy, waiting: Iterable[PendingPaper] | None) -> list[Pair]:
    named = [
        (number, reason["paper"])
        for number, reasons in pending_reasons(session, taxonomy, VERSION)
        for reason in reasons
    ]
    numbers = numbers_by_slug(session, (slug for _, slug in named))
    pending = {paper.number for paper in waiting or pending_papers(session, taxonomy, numbers.values())}
    return [sorted_pair(number, numbers[slug]) for number, slug in named if numbers.get(slug) in pending]


def _namesakes(papers: Iterable[PendingPaper]) -> list[Pair]:
    first: dict[tuple[str, str | None], PendingPaper] = {}
    pairs = []
    for paper in papers:
        other = first.setdefault((paper.title_key, paper.first_author_key), paper)
        if other is not paper and identifies(paper.title):
            pairs.append(sorted_pair(other.number, paper.number))
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
    number, taxonomy = find_paper(session, decision.paper).id, get_taxonomy(session, decision.taxonomy)
    group = next((group for group in version_groups(session, taxonomy) if number in group), [])
    others = pending_papers(session, taxonomy, [other for other in group if other != number])
    return [other.slug for other in sorted(others)]


class PendingWork(NamedTuple):
    """A paper that waits for a decision, with the other versions of its work that wait too."""

    paper: PendingPaper
    hidden: bool
    versions: tuple[PendingPaper, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the most probable top-level taxon."""
        top: dict[str, float] = orjson.loads(self.paper.top)
        return max(top.values(), default=0.0)


@dataclass
class QueueContext:
    """Data that orders use besides the paper; each is read when an order first asks for it."""

    session: Session
    taxonomy: Taxonomy
    numbers: Sequence[int]

    @cached_property
    def support(self) -> Mapping[str, int]:
        """Number of papers at or below each taxon, by path."""
        return taxon_support(self.session, self.taxonomy)

    @cached_property
    def best(self) -> Mapping[int, FirstLeaf]:
        """The most probable leaf of each paper."""
        return first_leaves(self.session, self.taxonomy, self.numbers)

    @cached_property
    def nearest(self) -> Mapping[int, float]:
        """Similarity (0 to 1) of the most similar classified paper, by paper."""
        reasons = pending_reasons(self.session, self.taxonomy, NEIGHBOUR)
        return {number: max(float(one["similarity"]) for one in near) for number, near in reasons}

    @cached_property
    def refused(self) -> set[int]:
        """The papers whose most probable leaf a person rejected."""
        pairs = rejected_pairs(self.session, self.taxonomy)
        queued = {number for number, _ in pairs} & set(self.numbers)
        best = first_leaves(self.session, self.taxonomy, queued)
        return {number for number, path in pairs if number in best and best[number].taxon == path}


REJECTED_FIRST = "rejected"
FORMER_ORDERS = {"against": REJECTED_FIRST, "thin": "sparse"}
"""Former names of orders, accepted for one more release."""
Key = Callable[[PendingWork, QueueContext], float]
"""Sort key; smallest first."""


def _newest(item: PendingWork, _: QueueContext) -> float:
    day = item.paper.date
    return -float(day.toordinal()) if day else 0.0


def _rejected(item: PendingWork, context: QueueContext) -> float:
    """Rejected taxa that the model suggests again, most confident first; then the rest, most confident first."""
    return -item.confidence - (item.paper.number in context.refused)


def _sparse(item: PendingWork, context: QueueContext) -> float:
    """Papers at the most probable leaf; among equally sparse leaves, the most probable first."""
    best = context.best.get(item.paper.number)
    return context.support.get(best.taxon, 0) + 1.0 - best.probability if best else 1.0


ORDERS: dict[str, Key] = {
    "certain": lambda item, _: -item.confidence,
    "uncertain": lambda item, _: item.confidence,
    REJECTED_FIRST: _rejected,
    "novel": lambda item, context: context.nearest.get(item.paper.number, 0.0),
    "cited": lambda item, _: -float(item.paper.citation_count or 0),
    "sparse": _sparse,
    "newest": _newest,
}
"""Most or least confident at the top level; model against person; least similar to any classified paper; most cited;
most probable leaf with the fewest papers; newest.
"""
OPEN_ORDERS = frozenset({"cited", "newest"})
"""Orders that do not depend on the suggestion, so that they reveal nothing of a hidden one."""


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

    Rejected taxa that are suggested again come last, or first with the order `rejected`. A hidden suggestion does not
    show by its rank: its key is one that the paper's slug picks among those of the visible suggestions.
    """
    order = order_named(order)
    pending = {paper.number: paper for paper in pending_papers(session, taxonomy)}
    context = QueueContext(session, taxonomy, list(pending))
    groups = version_groups(session, taxonomy, pending.values())
    works = [_work(members, taxonomy) for members in _works_of(pending, groups)]
    keys = {
        work.paper.number: (float(order != REJECTED_FIRST and work.paper.number in context.refused),
                            ORDERS[order](work, context))
        for work in works
        if order in OPEN_ORDERS or not work.hidden
    }  # fmt: skip
    known = sorted(keys.values())
    hidden = (work.paper for work in works if work.paper.number not in keys)
    keys |= {paper.number: _neutral_key(paper.slug, known) for paper in list(hidden)}
    return [((*keys[work.paper.number], work.paper.slug), work) for work in works]


def _works_of(pending: Mapping[int, PendingPaper], groups: Sequence[Sequence[int]]) -> Iterator[list[PendingPaper]]:
    """The pending papers of each work; most works have one."""
    several = [[pending[number] for number in group if number in pending] for group in groups]
    grouped = {paper.number for members in several for paper in members}
    yield from (members for members in several if members)
    yield from ([paper] for number, paper in pending.items() if number not in grouped)


def _work(members: Sequence[PendingPaper], taxonomy: Taxonomy) -> PendingWork:
    lead, *others = sorted(members, key=_prefer_with_abstract) if len(members) > 1 else members
    return PendingWork(lead, is_held_out(lead.slug, taxonomy.slug), tuple(others))


def _neutral_key(slug: str, known: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A sort key between two of the known ones, picked by the slug alone."""
    if len(known) < 2:
        return known[0] if known else (0.0, 0.0)
    at = crc32(slug.encode()) % (len(known) - 1)
    (behind, left), (_, right) = known[at], known[at + 1]
    return behind, (left + right) / 2


def _prefer_with_abstract(paper: PendingPaper) -> tuple[bool, int]:
    """Of several versions, one with an abstract comes first, then the one stored first."""
    return paper.text_source != "abstract", paper.number


def taxon_support(session: Session, taxonomy: Taxonomy) -> dict[str, int]:
    """Number of papers at or below each taxon, by path."""
    assert taxonomy.id is not None
    taxa: list[Taxon] = list_taxa(session, taxonomy)
    counts = assignment_counts(session, taxonomy.id, uncounted_papers(session, taxonomy.id))
    own = direct_counts(counts)
    return {
        taxon.path: sum(own.get(t.id or 0, 0) for t in taxa if is_same_or_descendant(t.path, taxon.path))
        for taxon in taxa
    }
