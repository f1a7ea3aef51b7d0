"""Papers that changed since a moment, for programs that keep a copy: also those that were merged, deleted or left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.store.base import chunks
from wamkg.store.paper_changes import Trail, changed_numbers, library_members, uids_of_papers
from wamkg.store.papers import locate_papers
from wamkg.store.types import utc_now
from wamkg.views.paging import decode_cursor, encode_cursor
from wamkg.views.papers import PaperItem, paper_items

ORDER = "changed papers"
OVERLAP = timedelta(minutes=5)
"""How far the last cursor goes back: what is being written now may be dated before what was read already."""


@dataclass(frozen=True, slots=True)
class ChangedPaper:
    """A paper that changed. `state` is `present`; `left`, if it is only cited now; `merged` into `into`; or `deleted`.

    `paper` is the paper as it is now, null if it is merged or deleted; `title` is then its last one.
    """

    changed_at: datetime
    uid: str
    state: str
    title: str | None
    into: str | None
    paper: PaperItem | None


@dataclass(frozen=True)
class ChangedPapers:
    """A page of changed papers, the oldest change first. `next` always continues, also after a pause of months; while
    `more` is true, there is a next page now. A paper may be repeated, but is never skipped.
    """

    items: list[ChangedPaper]
    total: int
    next: str
    more: bool


def changed_papers(session: Session, since: datetime | None, limit: int, after: str | None = None) -> ChangedPapers:
    """Papers of the library that changed since a moment, or since the page with the cursor `after`.

    Papers that were never more than cited are left out.

    Raises NotFoundError for a cursor of another list.
    """
    now = utc_now()
    moment, last = _start(since, after)
    numbers, trail = changed_numbers(session, moment)
    uids = uids_of_papers(session, numbers)
    keyed = {uids[number]: (at, number) for number, at in numbers.items() if number in uids}
    keyed |= {uid: (at, number) for uid, (number, at) in trail.removed.items() if uid not in keyed}
    ordered = sorted((at, uid, number) for uid, (at, number) in keyed.items() if (at, uid) > (moment, last))
    members, known = library_members(session, [number for _, _, number in ordered]), set(uids.values())
    listed = [(at, uid, number) for at, uid, number in ordered if number in members or uid not in known]
    shown, more = listed[:limit], len(listed) > limit
    reached = (shown[-1][0], shown[-1][1]) if shown else (moment, last)
    if not more and reached[0] > now - OVERLAP:
        reached = (max(moment, now - OVERLAP), "")
    following = encode_cursor(ORDER, [reached[0].timestamp(), reached[1]])
    return ChangedPapers(_items(session, shown, uids, trail), len(listed), following, more)


def _start(since: datetime | None, after: str | None) -> tuple[datetime, str]:
    """Where a page begins: after this time and id."""
    if after is None:
        return since or datetime(1970, 1, 1, tzinfo=UTC), ""
    seconds, uid = decode_cursor(after, ORDER, (float, str))
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC), str(uid)
    except (ValueError, OverflowError, OSError) as error:
        raise NotFoundError("the cursor is not one that this list gave; start again without it") from error


def _items(
    session: Session, shown: list[tuple[datetime, str, int]], uids: Mapping[int, str], trail: Trail
) -> list[ChangedPaper]:
    items = {item.uid: item for part in chunks(n for _, _, n in shown) for item in paper_items(session, part)}
    gone = [number for _, uid, number in shown if uid not in items and number in trail.slugs]
    heirs = locate_papers(session, [trail.slugs[number] for number in gone])
    found = list(dict.fromkeys(heirs.values()))
    heir_items = dict(zip(found, paper_items(session, found), strict=True))
    into = {number: heir_items[heirs[trail.slugs[number]]].id for number in gone if trail.slugs[number] in heirs}
    known = set(uids.values())
    return [_item(at, uid, number, items.get(uid), into if uid in known else {}, trail)
            for at, uid, number in shown]  # fmt: skip


def _item(
    at: datetime, uid: str, number: int, item: PaperItem | None, into: Mapping[int, str], trail: Trail
) -> ChangedPaper:
    if item is not None:
        state = "left" if item.standing == "cited" else "present"
        return ChangedPaper(at, uid, state, item.title, None, item)
    state = "merged" if number in into else "deleted"
    return ChangedPaper(at, uid, state, trail.titles.get(number), into.get(number), None)
