"""The review queue for pages and programs, without held-out suggestions."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.reviewing.queue import Waiting, review_queue
from wamkg.store.reads_papers import paper_numbers
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.library import LibraryQuery, paper_filter
from wamkg.views.paging import Order, Page, page_of
from wamkg.views.papers import public_id
from wamkg.views.suggestions import SuggestionItem, suggestion_item


@dataclass(frozen=True, slots=True)
class VersionItem:
    """Another version of the same work, decided together with it."""

    paper: str
    title: str


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A work that waits for a decision. `suggestion` is None while `hidden`; it is shown after the decision.

    `version` is the paper's revision; send it back with the decision. `nearest` is the similarity (0 to 1) of the most
    similar classified paper; None while hidden. `stale`: the paper's text has changed since the suggestion was
    computed.
    """

    paper: str
    title: str
    date: str | None
    citations: int | None
    version: int
    hidden: bool
    stale: bool
    nearest: float | None
    versions: list[VersionItem]
    suggestion: SuggestionItem | None


def queue_page(
    session: Session, taxonomy: str = "wam", query: LibraryQuery | None = None, order: str = "uncertain"
) -> Page[QueueItem]:
    """One page of the review queue of a taxonomy, for the papers that match the query.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown order or filter.
    """
    query = query or LibraryQuery()
    found = get_taxonomy(session, taxonomy)
    queue = review_queue(session, found, order)
    if query != LibraryQuery(limit=query.limit, after=query.after):
        kept = paper_numbers(session, paper_filter(session, query))
        queue = [pair for pair in queue if pair[1].paper.id in kept]
    page = page_of(queue, Order(f"queue {taxonomy} {order}", (float, float, str)), query.limit, query.after)
    paths = {t.id: t.path for t in list_taxa(session, found)}
    return Page([_item(waiting, found.slug, paths) for waiting in page.items], page.total, page.next)


def _item(waiting: Waiting, taxonomy: str, paths: dict[int | None, str]) -> QueueItem:
    paper = waiting.paper
    shown = suggestion_item(waiting.suggestion, paper, taxonomy, paths)
    return QueueItem(
        paper=shown.paper,
        title=paper.title,
        date=shown.date,
        citations=paper.citation_count,
        version=paper.version,
        hidden=waiting.hidden,
        stale=shown.stale,
        nearest=None if waiting.hidden else round(waiting.nearest, 4),
        versions=[VersionItem(public_id(p.arxiv, p.slug), p.title) for p in waiting.versions],
        suggestion=None if waiting.hidden else shown,
    )
