"""A survey with routes, a library that a person decided on, and a server that holds arXiv."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.helpers.enriching_checks import QUICK
from tests.s2_server.arxiv_shelf import ArxivShelf, Preprint
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World
from wamkg.discovering.runner import DiscoverOptions, RouteReport, discover
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.views.discovery import DiscoveryItem, discovery_list
from wamkg.vocabulary import DiscoveryOutcome

KITES: list[Any] = [{"name": "kites", "kind": "arxiv", "query": 'abs:"kite"'}]


def kite(number: int, days_ago: float, **values: Any) -> Preprint:
    """A preprint that the query `kites` finds."""
    given: dict[str, Any] = {
        "arxiv": f"2610.{number:05d}",
        "title": f"A Kite That Learns Trick Number {number} from Wind",
        "abstract": f"We teach a kite trick {number} in the wind of harbour {number}.",
        "submitted": utc_now() - timedelta(days=days_ago),
    }
    return Preprint(**given | values)


def server_of(shelf: ArxivShelf, **values: Any) -> S2Server:
    """A server that holds arXiv and, unless a world is given, nothing else."""
    given: dict[str, Any] = {"world": World(), "faults": FaultPlan(), "key": None, "shelf": shelf}
    return S2Server(**given | values)


def settings_of(server: S2Server, **values: Any) -> Settings:
    """Settings that lead to the server, for both services."""
    urls = {"s2_api_url": server.url, "arxiv_api_url": server.url, "arxiv_seconds_per_request": 0.001}
    given: dict[str, Any] = QUICK | urls | values
    return Settings(**given)


def set_routes(store: Store, routes: Sequence[Any]) -> None:
    """Give the survey these routes, and a title if it has none."""
    set_survey(store, Writer("ana"), {"title": "How Kites Fly", "routes": list(routes)})


def run_routes(store: Store, settings: Settings, *routes: str, **options: Any) -> dict[str, RouteReport]:
    """Read routes; gives back the report of each."""
    reports = discover(store, settings, DiscoverOptions(routes, **options), wait=lambda _: None)
    return {report.route: report for report in reports}


def finds(store: Store, *routes: str) -> list[DiscoveryItem]:
    """Everything that was found, oldest first."""
    with store.reading() as session:
        return sorted(discovery_list(session, list(DiscoveryOutcome), routes, 10_000), key=lambda item: item.uid)


def import_text(store: Store, folder: Path, name: str, text: str) -> None:
    """Import a file with this text."""
    (folder / name).write_text(text)
    import_source(store, str(folder / name), ImportOptions())
