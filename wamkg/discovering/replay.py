"""Replay: what share of the library would each route have found since a day, and how long after the paper appeared?"""

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from statistics import median

from sqlmodel import Session

from wamkg.discovering.citing import Linked
from wamkg.discovering.recommended import Recommended
from wamkg.discovering.route import Find, Route
from wamkg.discovering.runner import DiscoverOptions, each_route
from wamkg.enriching.requesters import Wait
from wamkg.errors import WamkgError
from wamkg.identifiers import title_key
from wamkg.matching.same_paper import ids_of
from wamkg.progress import Progress
from wamkg.settings import Settings
from wamkg.store.discovery import IncludedWork, included_works, links_of_works, work_of_papers
from wamkg.store.papers import papers_by_ids, papers_by_titles
from wamkg.store.session import Store
from wamkg.vocabulary import EventKind

Delays = dict[int, int | None]
"""For each work that is found: days after it appeared, None if that is not known."""


@dataclass(frozen=True)
class RouteReplay:
    """What one route would have found: works that appeared since, those found, and the median delay in days."""

    route: str
    works: int
    found: int = 0
    share: float = 0.0
    delay_days: float | None = None
    delays_known: int = 0
    missed: list[str] = field(default_factory=list)
    error: str | None = None


def replay(
    store: Store,
    settings: Settings,
    options: DiscoverOptions,
    progress: Progress | None = None,
    wait: Wait = time.sleep,
) -> list[RouteReplay]:
    """Replay routes from `options.since` on; nothing is written. A route that fails is reported.

    Citations count from the day on which both works had appeared, as if they were known at once. Lists and
    recommendations are read as they are now; the examples are the papers placed before that day.
    """
    assert options.since is not None
    with store.reading() as session:
        every = included_works(session)
    recent = {w.id: w for w in every.values() if w.date is not None and w.date >= options.since.date()}
    reports = []
    with closing(each_route(store, settings, options, progress, wait)) as routes:
        for name, make in routes:
            try:
                reports.append(_report(name, recent, _delays(store, make(), every, options.since)))
            except WamkgError as error:
                reports.append(RouteReplay(name, len(recent), error=str(error)))
    return reports


def _report(name: str, recent: dict[int, IncludedWork], delays: Delays) -> RouteReplay:
    found = {work: delays[work] for work in recent if work in delays}
    known = [days for days in found.values() if days is not None]
    missed = [work.slug for number, work in recent.items() if number not in found]
    share = len(found) / len(recent) if recent else 0.0
    delay = median(known) if known else None
    return RouteReplay(name, len(recent), len(found), round(share, 4), delay, len(known), missed)


def _delays(store: Store, route: Route, every: dict[int, IncludedWork], since: datetime) -> Delays:
    if isinstance(route, Linked):
        with store.reading() as session:
            return _by_citations(session, route, every)
    if isinstance(route, Recommended):
        route = replace(route, before=since.date())
    finds = route.read({}).finds
    with store.reading() as session:
        return _by_finds(session, finds, every)


def _by_citations(session: Session, route: Linked, every: dict[int, IncludedWork]) -> Delays:
    """Works with enough links; the delay runs until the last of the least number of linked works had appeared."""
    delays: Delays = {}
    for work, others in links_of_works(session, route.name, every).items():
        days = sorted(day for other in others if (day := every[other].date) is not None)
        if len(others) >= route.least:
            own = every[work].date
            is_known = own is not None and len(days) >= route.least
            delays[work] = max(0, (days[route.least - 1] - own).days) if is_known and own is not None else None
    return delays


def _by_finds(session: Session, finds: Iterable[Find], every: dict[int, IncludedWork]) -> Delays:
    """Works that the finds name by id or title; the delay runs until the day on which arXiv had it."""
    found = list(finds)
    work_of = work_of_papers(every)
    by_id = papers_by_ids(session, {i for find in found for i in ids_of(find.record)})
    by_title = papers_by_titles(session, {title_key(find.record.title) for find in found})
    delays: Delays = {}
    for find in found:
        named = [by_id[i] for i in ids_of(find.record) if i in by_id]
        titled = [known.id for known in by_title.get(title_key(find.record.title), ())]
        work = next((work_of[paper] for paper in (*named, *titled) if paper in work_of), None)
        if work is not None and delays.get(work) is None:
            delays[work] = _days_after(find, every[work].date)
    return delays


def _days_after(find: Find, appeared: date | None) -> int | None:
    submitted = find.record.dates.get(EventKind.ARXIV_V1.value)
    return max(0, (submitted.first - appeared).days) if submitted and appeared else None
