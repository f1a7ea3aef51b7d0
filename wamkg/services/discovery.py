"""Discovery: look for new papers by every route of the survey."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from wamkg.discovering.apply import ACTOR as NAME
from wamkg.discovering.apply import FindAdded
from wamkg.discovering.apply import add_find as add_one
from wamkg.discovering.replay import RouteReplay, replay
from wamkg.discovering.runner import DiscoverOptions, RouteReport
from wamkg.discovering.runner import discover as read_routes
from wamkg.errors import InvalidInputError
from wamkg.jobs.stages import refuse_unknown, run_as_job
from wamkg.json_types import JSON, JsonObject
from wamkg.progress import Progress
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.discovery import outcomes_of
from wamkg.store.session import Store
from wamkg.vocabulary import PROGRAM

if TYPE_CHECKING:
    from wamkg.screening.finds import ScopeReport

ACTOR = Writer(NAME, PROGRAM)


@dataclass(frozen=True)
class Discovered:
    """What each route found, and what of it entered the queue; `scope` is None if everything enters."""

    routes: list[RouteReport]
    scope: "ScopeReport | None" = None


def discover(
    store: Store, settings: Settings, options: DiscoverOptions, progress: Progress | None = None
) -> Discovered:
    """Read the routes, store what is new, and add what is likely in scope to the queue. A route that fails is reported
    and read again next time.

    Raises the errors of `discovering.runner.discover`.
    """
    if settings.discover_recall == 1 and not settings.discover_most:
        return Discovered(read_routes(store, settings, options, progress))
    from wamkg.screening.finds import queue_finds  # scikit-learn takes a second to load

    reports = read_routes(store, settings, options, progress, set_aside=True)
    with store.writing() as session:
        report = queue_finds(session, ACTOR.actor(session), settings.discover_recall, settings.discover_most)
        for route in reports:
            if route.batch is not None:
                route.outcomes = outcomes_of(session, route.batch)
    return Discovered(reports, report)


def add_find(store: Store, writer: Writer, uid: str) -> FindAdded:
    """Add a find that was set aside to the queue, as one batch that can be undone.

    Raises the errors of `discovering.apply.add_find`.
    """
    with store.writing() as session:
        return add_one(session, writer.actor(session), uid)


def replay_routes(
    store: Store, settings: Settings, options: DiscoverOptions, progress: Progress | None = None
) -> list[RouteReplay]:
    """What each route would have found of the library since a day. Nothing is written.

    Raises the errors of `discovering.replay.replay`.
    """
    return replay(store, settings, options, progress)


def discover_options(params: Mapping[str, JSON]) -> DiscoverOptions:
    """The options of a job of kind `discover`.

    Raises InvalidInputError for wrong parameters.
    """
    refuse_unknown("discover", params, ("routes", "least"))
    routes, least = params.get("routes") or [], params.get("least") or DiscoverOptions().least
    if not isinstance(routes, list) or not isinstance(least, int):
        raise InvalidInputError("discover takes a list of routes, and least as a whole number")
    return DiscoverOptions(tuple(map(str, routes)), least=least)


def run_discover_job(store: Store, settings: Settings, uid: str, params: Mapping[str, JSON]) -> None:
    """Run a queued job of kind `discover`; its parameters are `routes` and `least`."""
    options = discover_options(params)
    run_as_job(store, uid, lambda progress: discover_counts(discover(store, settings, options, progress)))


def discover_counts(found: Discovered) -> JsonObject:
    """The reports as counts of a job, with the routes that failed or were read in part."""
    failed: list[JSON] = [f"{report.route}: {trouble}" for report in found.routes for trouble in report.troubles]
    return {**asdict(found), "failed": failed}
