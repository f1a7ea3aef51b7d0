"""Discovery: look for new papers by every route of the survey."""

from collections.abc import Mapping
from dataclasses import asdict

from wamkg.discovering.replay import RouteReplay, replay
from wamkg.discovering.runner import DiscoverOptions, RouteReport
from wamkg.discovering.runner import discover as read_routes
from wamkg.errors import InvalidInputError
from wamkg.jobs.stages import Progress, refuse_unknown, run_as_job
from wamkg.json_types import JSON, JsonObject
from wamkg.settings import Settings
from wamkg.store.session import Store


def discover(
    store: Store, settings: Settings, options: DiscoverOptions, progress: Progress | None = None
) -> list[RouteReport]:
    """Read the routes and store what is new. A route that fails is reported and read again next time.

    Raises the errors of `discovering.runner.discover`.
    """
    return read_routes(store, settings, options, progress)


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


def discover_counts(reports: list[RouteReport]) -> JsonObject:
    """The reports as counts of a job, with the routes that failed."""
    failed: list[JSON] = [f"{report.route}: {report.error}" for report in reports if report.error]
    return {"routes": [asdict(report) for report in reports], "failed": failed}
