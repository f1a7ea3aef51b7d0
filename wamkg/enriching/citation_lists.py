"""Citations and references: one page of a list, its papers, its citations and the progress, written in one
transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.enriching.cited_papers import ListedPapers
from wamkg.enriching.claims import SOURCE
from wamkg.enriching.client import LIST_END, ListPage, other_end
from wamkg.enriching.metadata import incomplete
from wamkg.enriching.s2_records import S2Link, read_link
from wamkg.enriching.write import number_of
from wamkg.store.citations import CitationListFetch, ListedCitation, count_list_items, write_edges
from wamkg.store.tables import Batch
from wamkg.store.tasks import LeasedTask, end, save
from wamkg.store.types import utc_now
from wamkg.vocabulary import TaskStatus


@dataclass(frozen=True)
class PageResult:
    """The result of a page; `unit` is the task to continue its list, None at the end."""

    unit: LeasedTask | None
    new_citations: int = 0
    new_papers: int = 0


def write_page(session: Session, batch: Callable[[], Batch], unit: LeasedTask, page: ListPage) -> PageResult:
    """Write a page of a list and the progress of the list."""
    if page.items is None:
        counted = "" if unit.expected is None else f" ({unit.expected:,} counted)"
        end(session, [unit.id], TaskStatus.UNAVAILABLE, f"{page.notice}{counted}", found=None)
        return PageResult(None)
    started = unit.started_at or utc_now()
    links = [read_link(item, other_end(unit.kind, item)) for item in page.items]
    readable = [link for link in links if link is not None]
    unreadable = (unit.unreadable or 0) + len(links) - len(readable)
    fetch = CitationListFetch(unit.paper_id, unit.kind, SOURCE, started)
    new_citations, new_papers = _write_links(session, batch, fetch, readable)
    if page.next is not None and page.next < LIST_END:
        values = {"next_offset": page.next, "started_at": started, "unreadable": unreadable or None}
        save(session, [unit.id], **values)
        following = _following(unit, page.next, started, unreadable)
    else:
        _end_list(session, unit, fetch, capped=page.next is not None, unreadable=unreadable)
        following = None
    return PageResult(following, new_citations, new_papers)


def _following(unit: LeasedTask, offset: int, started: datetime, unreadable: int) -> LeasedTask:
    return LeasedTask(unit.id, unit.paper_id, unit.kind, offset, unit.expected, unreadable, started, unit.error)


def _write_links(
    session: Session, batch: Callable[[], Batch], fetch: CitationListFetch, links: list[S2Link]
) -> tuple[int, int]:
    others = ListedPapers(session, batch, fetch)
    numbers = others.numbers([link.paper for link in links])
    edges = [
        ListedCitation(number, link.contexts, link.intents, link.influential)
        for number, link in zip(numbers, links, strict=True)
    ]
    return write_edges(session, lambda: number_of(batch()), fetch, edges), others.made


def _end_list(session: Session, unit: LeasedTask, fetch: CitationListFetch, *, capped: bool, unreadable: int) -> None:
    found = count_list_items(session, fetch)
    reasons = []
    if capped:
        of = "" if unit.expected is None else f" of {unit.expected:,}"
        reasons.append(f"capped: Semantic Scholar serves the first {LIST_END:,}{of}")
    elif unit.expected is not None and found < unit.expected:
        reasons.append(incomplete(found, unit.expected))
    if unreadable:
        reasons.append(f"{unreadable:,} without a readable id or title")
    status = TaskStatus.PARTIAL if reasons else TaskStatus.DONE
    values = {"found": found, "started_at": fetch.started, "unreadable": unreadable or None, "next_offset": 0}
    end(session, [unit.id], status, "; ".join(reasons) or None, **values)
