"""The review queue: papers that wait for a decision, versions of one work together, in a chosen order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.reviewing.blind import is_hidden
from wamkg.reviewing.versions import version_groups
from wamkg.store.counted import uncounted
from wamkg.store.queue import refused, waiting
from wamkg.store.reads_taxa import own_counts
from wamkg.store.tables import Paper, Suggestion, Taxon, Taxonomy
from wamkg.store.taxon_reads import lies_in
from wamkg.store.taxonomies import list_taxa


@dataclass(frozen=True)
class Waiting:
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
class Sight:
    """Data that orders use besides the paper: number of papers per leaf, and rejected taxa."""

    support: Mapping[str, int]
    refused: set[tuple[int, str]]

    def was_refused(self, item: Waiting) -> bool:
        """Whether a person rejected the most probable leaf."""
        return (item.suggestion.paper_id, item.best) in self.refused


AGAINST = "against"
Key = Callable[[Waiting, Sight], float]
"""Sort key; smallest first."""


def _newest(item: Waiting, _: Sight) -> float:
    day: date | None = item.paper.date
    return -float(day.toordinal()) if day else 0.0


def _against(item: Waiting, sight: Sight) -> float:
    """Rejected taxa that the model suggests again, most confident first; then the rest, most confident first."""
    return -item.confidence - sight.was_refused(item)


def _thin(item: Waiting, sight: Sight) -> float:
    """Papers at the most probable leaf; among equally sparse leaves, the most probable first."""
    sure = item.suggestion.ranked[0]["probability"] if item.suggestion.ranked else 0.0
    return sight.support.get(item.best, 0) + 1.0 - float(sure)


ORDERS: dict[str, Key] = {
    "certain": lambda item, _: -item.confidence,
    "uncertain": lambda item, _: item.confidence,
    AGAINST: _against,
    "novel": lambda item, _: item.nearest,
    "cited": lambda item, _: -float(item.paper.citation_count or 0),
    "thin": _thin,
    "newest": _newest,
}
"""Most or least confident at the top level; model against person; least similar to any classified paper; most cited;
most probable leaf with the fewest papers; newest.
"""


def check_order(order: str) -> None:
    """Raise InvalidInputError for an unknown order."""
    if order not in ORDERS:
        raise InvalidInputError(f"unknown order {order!r}: use {', '.join(ORDERS)}")


def review_queue(session: Session, taxonomy: Taxonomy, order: str) -> list[tuple[list[float | str], Waiting]]:
    """The whole queue, one item per work, with the sort keys; `order` is one of `ORDERS`.

    Rejected taxa that are suggested again come last, or first with the order `against`.
    """
    check_order(order)
    rows = waiting(session, taxonomy)
    items = {
        suggestion.paper_id: Waiting(suggestion, paper, is_hidden(paper.slug, taxonomy.slug))
        for suggestion, paper in rows
    }
    sight = Sight(leaf_support(session, taxonomy), refused(session, taxonomy))
    leads: list[tuple[list[float | str], Waiting]] = []
    for members in {group[0]: group for group in version_groups(session, rows).values()}.values():
        lead, *others = sorted((items[n] for n in members), key=_fitness)
        shown = Waiting(lead.suggestion, lead.paper, lead.hidden, tuple(other.paper for other in others))
        behind = float(order != AGAINST and sight.was_refused(shown))
        leads.append(([behind, ORDERS[order](shown, sight), lead.paper.slug], shown))
    return leads


def _fitness(item: Waiting) -> tuple[bool, int]:
    """Of several versions, one with an abstract comes first, then the one stored first."""
    return item.suggestion.text_source != "abstract", item.suggestion.paper_id


def leaf_support(session: Session, taxonomy: Taxonomy) -> dict[str, int]:
    """Number of papers at or below each taxon, by path."""
    assert taxonomy.id is not None
    taxa: list[Taxon] = list_taxa(session, taxonomy)
    own = own_counts(session, taxonomy.id, uncounted(session, taxonomy.id))
    return {taxon.path: sum(own.get(t.id or 0, 0) for t in taxa if lies_in(t.path, taxon.path)) for taxon in taxa}
