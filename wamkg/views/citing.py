"""Who cites a paper, since when this is known, and the citation contexts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from wamkg.store.lookup import find_paper
from wamkg.store.reads_citing import citing_rows, count_citing
from wamkg.views.paging import Page, decode_cursor, encode_cursor
from wamkg.views.papers import public_id, shown_day


@dataclass(frozen=True, slots=True)
class CitingItem:
    """One citing paper according to one source; `first_seen` is when this store first found it."""

    paper: str
    title: str
    date: str | None
    year: int | None
    year_derived: bool
    standing: str
    source: str
    contexts: list[Any]
    intents: list[Any]
    influential: bool | None
    first_seen: datetime


def citing_list(
    session: Session, paper: str, since: datetime | None, limit: int, after: str | None
) -> Page[CitingItem]:
    """One page of the papers that cite a paper, most recently discovered first.

    Raises NotFoundError for an unknown id or a cursor of another list.
    """
    number = find_paper(session, paper).id
    assert number is not None
    last = decode_cursor(after, "citing", (int,))[0] if after else None
    found = citing_rows(session, number, since, last, limit + 1)
    shown = found[:limit]
    items = [
        CitingItem(
            paper=public_id(row.arxiv, row.slug),
            title=row.title,
            date=shown_day(row.date, row.date_precision),
            year=row.year,
            year_derived=row.year_derived,
            standing=row.standing,
            source=row.source,
            contexts=row.contexts,
            intents=row.intents,
            influential=row.influential,
            first_seen=row.first_seen,
        )
        for row in shown
    ]
    following = encode_cursor("citing", [shown[-1].id]) if len(found) > limit else None
    return Page(items, count_citing(session, number, since), following)
