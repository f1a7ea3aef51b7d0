"""What the model suggests for papers without an assignment, and the review queue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import text_hash
from wamkg.json_types import JsonObject
from wamkg.near_matches import unknown
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.queue import NEIGHBOUR, PendingWork, review_queue
from wamkg.store.paper_filter import paper_numbers
from wamkg.store.paper_texts import body_of, whole_text
from wamkg.store.suggestions import pending_suggestions
from wamkg.store.tables import Paper, Suggestion, Taxonomy
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.history import object_in_order
from wamkg.views.paging import ListOrder, Page, page_of
from wamkg.views.papers import PagedFilter, public_id, shown_day
from wamkg.vocabulary import MAIN_TAXONOMY

ORDERS = ("certain", "uncertain", "newest")


@dataclass(frozen=True, slots=True)
class RankedTaxon:
    """A leaf and P(the paper belongs there); `elsewhere`: it is not below the confident level."""

    taxon: str
    probability: float
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class SuggestionItem:
    """One suggestion, with the keys of `suggest --json`. A suggestion is never a decision.

    `ranked` lists leaves, best first, those below the confident level before others; `decided_level` is the deepest
    confident taxon, or None; `stale`: the paper's text has changed since. While `hidden`, until someone has decided,
    its content is left out: `top`, `ranked` and `reasons` are empty, `abstained` is None.
    """

    uid: str
    paper: str
    arxiv: str | None
    title: str
    date: str | None
    standing: str
    taxonomy: str
    hidden: bool
    top: dict[str, float]
    outside: float | None
    ranked: list[RankedTaxon]
    decided_level: str | None
    abstained: bool | None
    reasons: list[JsonObject]
    model: JsonObject
    text_source: str
    text_hash: str
    stale: bool
    training_size: int
    at: datetime


def suggestion_list(
    session: Session,
    taxonomy: str = MAIN_TAXONOMY,
    query: PagedFilter | None = None,
    order: str = "certain",
    *,
    reveal: bool = False,
) -> Page[SuggestionItem]:
    """One page of the suggestions of a taxonomy, for the papers that match the query.

    `reveal` includes held-out suggestions; it is for programs, which make no decisions.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown order or filter.
    """
    if order not in ORDERS:
        raise InvalidInputError(unknown("order", order, ORDERS))
    query = query or PagedFilter()
    found = get_taxonomy(session, taxonomy)
    paths = {t.id: t.path for t in list_taxa(session, found)}
    pairs = pending_suggestions(session, found)
    if query.given:
        kept = paper_numbers(session, query)
        pairs = [pair for pair in pairs if pair[1].id in kept]
    keyed = [(_key(s, p, order), (s, p)) for s, p in pairs]
    page = page_of(keyed, ListOrder(f"{found.slug} {order}", (float, str)), query.limit, query.after)
    shown = [(suggestion_item(s, p, found.slug, paths), is_held_out(p.slug, found.slug)) for s, p in page.items]
    return Page([hide(item) if hidden and not reveal else item for item, hidden in shown], page.total, page.next)


def suggestion_item(s: Suggestion, paper: Paper, taxonomy: str, paths: dict[int | None, str]) -> SuggestionItem:
    """A stored suggestion with its paper's names."""
    return SuggestionItem(
        uid=s.uid,
        paper=public_id(paper.arxiv, paper.slug),
        arxiv=paper.arxiv,
        title=paper.title,
        date=shown_day(paper.date, paper.date_precision),
        standing=paper.standing,
        taxonomy=taxonomy,
        hidden=False,
        top=dict(sorted(s.top.items())),
        outside=s.outside,
        ranked=[RankedTaxon(r["taxon"], r["probability"], r.get("elsewhere", False)) for r in s.ranked],
        decided_level=paths.get(s.confident_taxon_id),
        abstained=s.abstained,
        reasons=[object_in_order(reason) for reason in s.reasons],
        model=object_in_order(s.model),
        text_source=s.text_source,
        text_hash=s.text_hash,
        stale=is_stale(s, paper),
        training_size=s.training_size,
        at=s.at,
    )


def hide(item: SuggestionItem) -> SuggestionItem:
    """The suggestion without its content."""
    return replace(item, hidden=True, top={}, outside=None, ranked=[], decided_level=None, abstained=None, reasons=[])


def unsaid() -> JsonObject:
    """Values that replace the content of a hidden suggestion, by field."""
    return {"top": {}, "outside": None, "ranked": [], "decided_level": None, "abstained": None, "reasons": []}


def is_stale(s: Suggestion, paper: Paper) -> bool:
    """Whether the paper's text has changed since the suggestion was computed."""
    _, body = body_of(paper.abstract, paper.summary)
    return text_hash(whole_text(paper.title, body)) != s.text_hash


def _key(s: Suggestion, paper: Paper, order: str) -> tuple[float, str]:
    best = float(max(s.top.values(), default=0.0))
    newest = -float(paper.date.toordinal()) if paper.date else 0.0
    return {"certain": -best, "uncertain": best, "newest": newest}[order], paper.slug


@dataclass(frozen=True, slots=True)
class VersionItem:
    """Another version of the same work, decided together with it."""

    paper: str
    title: str


@dataclass(frozen=True, slots=True)
class QueueItem(WithFormerNames):
    """A work that waits for a decision. `suggestion` is None while `hidden`; it is shown after the decision.

    `revision` is the paper's revision; send it back with the decision. `nearest` is the similarity (0 to 1) of the most
    similar classified paper; None while hidden. `stale`: the paper's text has changed since the suggestion was
    computed.
    """

    paper: str
    title: str
    date: str | None
    citations: int | None
    revision: int
    hidden: bool
    stale: bool
    nearest: float | None
    versions: list[VersionItem]
    suggestion: SuggestionItem | None
    version: Former[int] = former("revision")


def queue_page(
    session: Session, taxonomy: str = MAIN_TAXONOMY, query: PagedFilter | None = None, order: str = "uncertain"
) -> Page[QueueItem]:
    """One page of the review queue of a taxonomy, for the papers that match the query.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown order or filter.
    """
    query = query or PagedFilter()
    found = get_taxonomy(session, taxonomy)
    queue = review_queue(session, found, order)
    if query.given:
        kept = paper_numbers(session, query)
        queue = [pair for pair in queue if pair[1].paper.number in kept]
    page = page_of(queue, ListOrder(f"queue {found.slug} {order}", (float, float, str)), query.limit, query.after)
    return Page(queue_items(session, found, page.items), page.total, page.next)


def queue_items(session: Session, taxonomy: Taxonomy, works: Sequence[PendingWork]) -> list[QueueItem]:
    """Works of the review queue with their suggestions."""
    paths = {t.id: t.path for t in list_taxa(session, taxonomy)}
    pairs = pending_suggestions(session, taxonomy, [work.paper.number for work in works])
    found = {paper.id: (suggestion, paper) for suggestion, paper in pairs}
    return [_item(work, *found[work.paper.number], taxonomy.slug, paths) for work in works]


def _item(
    work: PendingWork, suggestion: Suggestion, paper: Paper, taxonomy: str, paths: dict[int | None, str]
) -> QueueItem:
    shown = suggestion_item(suggestion, paper, taxonomy, paths)
    near = [float(r["similarity"]) for r in suggestion.reasons if r["kind"] == NEIGHBOUR]
    return QueueItem(
        paper=shown.paper,
        title=paper.title,
        date=shown.date,
        citations=paper.citation_count,
        revision=paper.revision,
        hidden=work.hidden,
        stale=shown.stale,
        nearest=None if work.hidden else round(max(near, default=0.0), 4),
        versions=[VersionItem(public_id(p.arxiv, p.slug), p.title) for p in work.versions],
        suggestion=None if work.hidden else shown,
    )
