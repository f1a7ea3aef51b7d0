"""What a reviewer reads of each paper in the queue: its facts, its abstract, and the criteria of the likeliest taxa."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.papers import find_paper
from wamkg.views.papers import sparse_items
from wamkg.views.suggestions import QueueItem
from wamkg.views.taxonomies import TaxonNode, taxonomy_tree, walk

FIELDS = (
    "authors",
    "authors_cut",
    "venue",
    "date",
    "year",
    "method",
    "links",
    "url",
    "abstract",
    "summary",
    "citations",
)
CRITERIA = 2
"""Number of suggested taxa whose criteria are shown."""


@dataclass(frozen=True)
class TextPart:
    """A stretch of the abstract; `towards` names the taxon that a sentence speaks for, None for the others."""

    text: str
    towards: str | None


@dataclass(frozen=True)
class QueueCard:
    """The facts of a paper in the queue; `source` says which text is shown (`abstract`, `summary`), None if none is."""

    authors: list[str]
    authors_cut: bool
    venue: str | None
    method: str | None
    links: dict[str, str]
    citations: int | None
    source: str | None
    parts: list[TextPart]
    criteria: list[TaxonNode]


def queue_cards(session: Session, taxonomy: str, items: Sequence[QueueItem]) -> dict[str, QueueCard]:
    """The cards of queue items, by the id of the paper."""
    numbers = [number for item in items if (number := find_paper(session, item.paper).id) is not None]
    facts = sparse_items(session, numbers, FIELDS)
    nodes = {node.path: node for node in walk(taxonomy_tree(session, taxonomy).taxa)} if items else {}
    return {item.paper: _card(item, values, nodes) for item, values in zip(items, facts, strict=True)}


def _card(item: QueueItem, values: Mapping[str, object], nodes: Mapping[str, TaxonNode]) -> QueueCard:
    source = next((name for name in ("abstract", "summary") if values[name]), None)
    links = {"paper": str(values["url"])} if values["url"] else {}
    ranked = item.suggestion.ranked if item.suggestion else []
    return QueueCard(
        authors=list(values["authors"]) if isinstance(values["authors"], list) else [],
        authors_cut=bool(values["authors_cut"]),
        venue=str(values["venue"]) if values["venue"] else None,
        method=str(values["method"]) if values["method"] else None,
        links=links | (dict(values["links"]) if isinstance(values["links"], dict) else {}),
        citations=values["citations"] if isinstance(values["citations"], int) else None,
        source=source,
        parts=_parts(str(values[source]), item) if source else [],
        criteria=[nodes[one.taxon] for one in ranked[:CRITERIA] if one.taxon in nodes],
    )


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
