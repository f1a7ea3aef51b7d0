"""Notices with what depends on the text that changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.json_types import JsonObject
from wamkg.matching.quotes import is_quoted
from wamkg.store.notices import list_notices, places_of, reported_results
from wamkg.store.papers import find_paper
from wamkg.vocabulary import NoticeKind, NoticeStatus


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """A change of a library paper at a source: what was, what is, and what a person should look at again.

    Accepting sets `fields` of the paper. `depends`: classes, quotes and scores that rest on the paper's text.
    """

    uid: str
    kind: str
    status: str
    paper: str
    title: str
    source: str
    before: str
    after: str
    fields: JsonObject
    depends: list[str]
    at: datetime
    revision: int


def notice_list(
    session: Session, status: NoticeStatus | None = None, paper: str | None = None, limit: int = 100
) -> list[NoticeItem]:
    """Notices, newest first.

    Raises NotFoundError for an unknown paper.
    """
    number = find_paper(session, paper).id if paper else None
    rows = list_notices(session, status, number, limit)
    places, results = places_of(session, [r.number for r in rows]), reported_results(session, [r.number for r in rows])
    return [
        NoticeItem(
            *row[:9],
            depends=_depends(row.kind, row.after, places.get(row.number, []), results.get(row.number, 0)),
            at=row.at,
            revision=row.revision,
        )
        for row in rows
    ]


_ABOUT_TEXT = (NoticeKind.VERSION, NoticeKind.ABSTRACT, NoticeKind.WITHDRAWN, NoticeKind.RETRACTED)


def _depends(kind: str, after: str, places: list[tuple[str, str | None]], results: int) -> list[str]:
    if kind not in _ABOUT_TEXT:
        return []
    found = []
    for place, quote in places:
        lost = (
            bool(quote) and kind == NoticeKind.ABSTRACT and not is_quoted({"abstract": after}, quote or "", "abstract")
        )
        found.append(f"class {place}{f', whose quote is gone: {quote!r}' if lost else ''}")
    return found + ([f"{results} reported scores"] if results else [])
