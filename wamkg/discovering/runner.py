"""Reads the routes of the survey one after the other; one may fail alone, is listed, and is read next time."""

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from wamkg.discovering.apply import apply_reading
from wamkg.discovering.arxiv_queries import ArxivQuery
from wamkg.discovering.citing import LEAST, Linked
from wamkg.discovering.openreview import OpenReviewExport
from wamkg.discovering.recommended import Recommended
from wamkg.discovering.rival_lists import RivalList
from wamkg.discovering.route import Route
from wamkg.enriching.arxiv import ArxivClient
from wamkg.enriching.requesters import Wait, arxiv_requester, s2_requester
from wamkg.errors import InvalidInputError, JobCancelledError, WamkgError
from wamkg.json_types import JsonObject
from wamkg.near_matches import unknown
from wamkg.progress import Progress
from wamkg.settings import Settings
from wamkg.store.discovery import cursor_of
from wamkg.store.session import Store
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.vocabulary import CITED, CITING, RECOMMENDED, RouteKind

Makers = dict[str, Callable[[], Route]]
"""For each route its name and a function that makes it, which fails if it is not configured."""
_READ_FROM_SOURCE: Mapping[RouteKind, Callable[[str, str], Route]] = {
    RouteKind.LIST: RivalList,
    RouteKind.OPENREVIEW: OpenReviewExport,
}
"""Routes that are made of their name and source."""


@dataclass(frozen=True)
class DiscoverOptions:
    """Which routes to read (none: all), from when (None: where each stopped), and how many citations make a find."""

    routes: tuple[str, ...] = ()
    since: datetime | None = None
    least: int = LEAST


@dataclass
class RouteReport:
    """One route: records scanned, finds by outcome, and why it could not be read, or not in full."""

    route: str
    scanned: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    batch: str | None = None
    error: str | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def troubles(self) -> list[str]:
        """Why it could not be read, or not in full."""
        return [*([self.error] if self.error else []), *self.problems]


def discover(
    store: Store,
    settings: Settings,
    options: DiscoverOptions,
    progress: Progress | None = None,
    wait: Wait = time.sleep,
    *,
    set_aside: bool = False,
) -> list[RouteReport]:
    """Read the routes and store what is new; each route is one transaction. With `set_aside`, new papers stay out of
    the library.

    Raises InvalidInputError for an unknown route, JobCancelledError if `progress` asks to stop.
    """
    with closing(each_route(store, settings, options, progress, wait)) as routes:
        return [_read(store, name, make, set_aside=set_aside) for name, make in routes]


def each_route(
    store: Store, settings: Settings, options: DiscoverOptions, progress: Progress | None, wait: Wait
) -> Generator[tuple[str, Callable[[], Route]], None, None]:
    """The routes to read, one after another, each made when it is called; closing it closes their connections.

    Raises InvalidInputError for an unknown route.
    """
    with ExitStack() as stack:
        makers = route_makers(store, settings, options, stack, wait)
        for done, name in enumerate(chosen_routes(makers, options.routes)):
            if progress is not None:
                progress(done, len(makers))
            yield name, makers[name]


def chosen_routes(known: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """The names to read, in the order of the survey.

    Raises InvalidInputError for an unknown one.
    """
    names = list(known)
    if strange := next((name for name in wanted if name not in names), None):
        raise InvalidInputError(unknown("route", strange, names))
    return [name for name in names if not wanted or name in wanted]


def _read(store: Store, name: str, make: Callable[[], Route], *, set_aside: bool) -> RouteReport:
    try:
        route = make()
        with store.reading() as session:
            cursor, taxonomy = cursor_of(session, name), find_default_taxonomy(session)
        reading = route.read(cursor)
        with store.writing() as session:
            applied = apply_reading(session, route, reading, taxonomy, set_aside=set_aside)
    except JobCancelledError:
        raise
    except WamkgError as error:
        return RouteReport(name, error=str(error))
    return RouteReport(name, applied.scanned, dict(applied.outcomes), applied.batch, None, list(reading.problems))


def route_makers(
    store: Store, settings: Settings, options: DiscoverOptions, stack: ExitStack, wait: Wait = time.sleep
) -> Makers:
    """The routes of the survey; connections that they open are closed with the stack."""
    with store.reading() as session:
        survey = find_survey(session)
        taxonomy = find_default_taxonomy(session)

    def arxiv() -> ArxivClient:
        if not settings.arxiv_api_url:
            raise InvalidInputError("set WAMKG_ARXIV_API_URL to read arXiv (https://export.arxiv.org)")
        requester = arxiv_requester(store, settings, wait)
        stack.callback(requester.close)
        return ArxivClient(requester)

    def recommended() -> Route:
        requester = s2_requester(store, settings, wait)
        stack.callback(requester.close)
        return Recommended(store, requester, taxonomy)

    def own(item: JsonObject) -> Route:
        name, kind, source = str(item["name"]), item["kind"], str(item.get("source") or "")
        if kind == RouteKind.ARXIV:
            return ArxivQuery(name, str(item["query"]), arxiv(), options.since)
        return _READ_FROM_SOURCE[RouteKind(str(kind))](name, source)

    makers: Makers = {str(item["name"]): partial(own, item) for item in (survey.routes if survey else ())}
    makers[CITING] = lambda: Linked("citing", store, options.least)
    makers[CITED] = lambda: Linked("cited", store, options.least)
    return makers | {RECOMMENDED: recommended}
