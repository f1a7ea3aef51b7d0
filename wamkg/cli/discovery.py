"""`discover`: look for new papers by every route of the survey."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, open_store, out, print_json, print_table
from wamkg.cli.progress import progress
from wamkg.discovering.citing import LEAST
from wamkg.discovering.runner import DiscoverOptions, RouteReport
from wamkg.parameters import parse_moment
from wamkg.services import discovery as service
from wamkg.settings import get_settings
from wamkg.views.discovery import DiscoveryItem, discovery_list
from wamkg.vocabulary import DiscoveryOutcome

SHOWN = 20
"""Finds that are printed after a reading; `--list` prints more."""


def discover(
    routes: Annotated[list[str] | None, typer.Argument(metavar="[ROUTE]...", help="Only these routes.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Read arXiv queries from this day on, not from where they stopped.")
    ] = None,
    least: Annotated[
        int, typer.Option("--least", min=1, help="Works of the survey that a find cites, or is cited by, at least.")
    ] = LEAST,
    replay: Annotated[
        str | None,
        typer.Option("--replay", metavar="FROM", help="Store nothing; measure what each route finds of the library."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Read nothing; list what was found.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of finds listed.")] = SHOWN,
    json: JsonOption = False,
) -> int:
    """Look for new papers: arXiv queries, citations, recommendations, rival lists. Run it again to continue."""
    begin = parse_moment(replay, "replay") or parse_moment(since, "since")
    options = DiscoverOptions(tuple(routes or ()), begin, least)
    if replay:
        return _replay(options, json)
    with open_store() as store:
        reports = []
        if not list_:
            with progress("discover", json) as show:
                reports = service.discover(store, get_settings(), options, show)
        with store.reading() as session:
            found = discovery_list(session, routes=options.routes, limit=limit)
    if json:
        print_json({"routes": [asdict(report) for report in reports], "found": found})
    else:
        _print_routes(reports)
        _print_finds(found)
    return EXIT_PARTIAL if any(report.troubles for report in reports) else 0


def _replay(options: DiscoverOptions, json: bool) -> int:
    with open_store() as store, progress("replay", json) as show:
        found = service.replay_routes(store, get_settings(), options, show)
    if json:
        print_json([asdict(each) for each in found])
    else:
        rows = [
            [r.route, r.works, r.found, f"{r.share:.0%}", r.delay_days, r.delays_known] for r in found if not r.error
        ]
        print_table("", ["route", "works", "found", "share", "median delay (days)", "delays known"], rows)
        for each in found:
            if each.error:
                err.print(f"{each.route}: {each.error}")
    return EXIT_PARTIAL if any(each.error for each in found) else 0


def _print_routes(reports: Sequence[RouteReport]) -> None:
    if not reports:
        return
    columns = list(DiscoveryOutcome)
    rows = [[r.route, r.scanned, *(r.outcomes.get(name, 0) for name in columns)] for r in reports if not r.error]
    print_table("", ["route", "scanned", *columns], rows)
    for report in reports:
        for problem in report.troubles:
            err.print(f"{report.route}: {problem}")


def _print_finds(found: Sequence[DiscoveryItem]) -> None:
    if not found:
        out.print("nothing new")
        return
    rows = [[f"{i.found_at:%F}", i.outcome, i.paper or i.key, i.title[:80], i.reason] for i in found]
    print_table("", ["found", "outcome", "paper", "title", "why"], rows)
