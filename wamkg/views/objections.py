"""Disputed placements."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.store.reads_taxa import list_objections
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.paging import Order, Page, page_of
from wamkg.views.papers import public_id


@dataclass(frozen=True, slots=True)
class ObjectionItem:
    """Somebody disputes where a paper stands: from `current` to `claimed`, both paths of the taxonomy."""

    uid: str
    paper: str
    taxonomy: str
    current: str | None
    claimed: str | None
    raised_by: str
    said_at: str | None
    quote: str | None
    status: str
    answer: str | None
    at: datetime
    version: int


def objection_list(session: Session, status: str | None, limit: int, after: str | None) -> Page[ObjectionItem]:
    """One page of the objections, newest first; `status` narrows to open or decided ones.

    Raises NotFoundError for a cursor of another list.
    """
    paths: dict[str, dict[int | None, str]] = {}
    keyed = []
    for o, slug, arxiv, taxonomy in list_objections(session):
        if status and o.status != status:
            continue
        if taxonomy not in paths:
            paths[taxonomy] = {t.id: t.path for t in list_taxa(session, get_taxonomy(session, taxonomy))}
        known = paths[taxonomy]
        item = ObjectionItem(
            uid=o.uid,
            paper=public_id(arxiv, slug),
            taxonomy=taxonomy,
            current=known.get(o.current_taxon_id),
            claimed=known.get(o.claimed_taxon_id),
            raised_by=o.raised_by,
            said_at=o.said_at,
            quote=o.quote,
            status=o.status,
            answer=o.answer,
            at=o.at,
            version=o.version,
        )
        keyed.append(([-o.at.timestamp(), o.uid], item))
    return page_of(keyed, Order("objections", (float, str)), limit, after)
