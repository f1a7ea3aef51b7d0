"""What a reviewer reads of each paper in the queue: its facts, its abstract, and the criteria of the likeliest taxa."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.papers import find_paper
from wamkg.views.papers import PaperItem, items_with_text
from wamkg.views.suggestions import QueueItem
from wamkg.views.taxonomies import TaxonNode, taxonomy_tree, walk

CRITERIA = 2
"""Number of suggested taxa whose criteria are shown."""


@dataclass(frozen=True)
class TextPart:
    """A stretch of the abstract; `towards` names the taxon that a sentence speaks for, None for the others."""

    text: str
    towards: str | None


@dataclass(frozen=True)
class QueueCard:
    """A paper in the queue with the text shown of it; `source` is `abstract` or `summary` if there is a text."""

    paper: PaperItem
    source: str
    parts: list[TextPart]
    criteria: list[TaxonNode]

    @property
    def links(self) -> dict[str, str]:
        """The paper's links by kind, its own address first."""
        return ({"paper": self.paper.url} if self.paper.url else {}) | self.paper.links


def queue_cards(session: Session, taxonomy: str, items: Sequence[QueueItem]) -> dict[str, QueueCard]:
    """The cards of queue items, by the id of the paper."""
    numbers = [number for item in items if (number := find_paper(session, item.paper).id) is not None]
    nodes = {node.path: node for node in walk(taxonomy_tree(session, taxonomy).taxa)} if items else {}
    cards = {}
    for item, (paper, source, text) in zip(items, items_with_text(session, numbers), strict=True):
        ranked = item.suggestion.ranked if item.suggestion else []
        criteria = [nodes[one.taxon] for one in ranked[:CRITERIA] if one.taxon in nodes]
        cards[item.paper] = QueueCard(paper, source, _parts(text, item), criteria)
    return cards


def _parts(text: str, item: QueueItem) -> list[TextPart]:
    """The text cut at the sentences that the suggestion rests on; a hidden suggestion marks none."""
    reasons = item.suggestion.reasons if item.suggestion else []
    marked = {str(r["text"]): str(r["towards"]) for r in reasons if r.get("kind") == "sentence"}
    places = sorted((text.find(sentence), sentence) for sentence in marked if sentence in text)
    parts, at = [], 0
    for start, sentence in places:
        if start >= at:
            parts += [TextPart(text[at:start], None), TextPart(sentence, marked[sentence])]
            at = start + len(sentence)
    return [part for part in (*parts, TextPart(text[at:], None)) if part.text]
