"""`discover`: look for new papers by every route of the survey."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption
from wamkg.cli.progress import progress
from wamkg.discovering.citing import LEAST
from wamkg.discovering.runner import DiscoverOptions, RouteReport
from wamkg.parameters import parse_moment
from wamkg.services import discovery as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.views.discovery import DiscoveryItem, discovery_list
from wamkg.vocabulary import NEW_FINDS, DiscoveryOutcome

if TYPE_CHECKING:
    from wamkg.screening.finds import ScopeReport

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
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Read nothing; list what is probably out of scope, and why.")
    ] = False,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="ID", help="Add this find to the queue though it was set aside; repeatable."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of finds listed.")] = SHOWN,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> int:
    """Look for new papers: arXiv queries, citations, recommendations, rival lists. Run it again to continue."""
    begin = parse_moment(replay, "replay") or parse_moment(since, "since")
    options = DiscoverOptions(tuple(routes or ()), begin, least)
    if replay:
        return _replay(options, json)
    with open_store() as store:
        if add:
            return _add(store, by, add, json)
        done = service.Discovered([])
        if not (list_ or set_aside):
            with progress("discover", json) as show:
                done = service.discover(store, get_settings(), options, show)
        with store.reading() as session:
            outcomes = (DiscoveryOutcome.SET_ASIDE,) if set_aside else NEW_FINDS
            found = discovery_list(session, outcomes, options.routes, limit)
    if json:
        print_json({**asdict(done), "found": found})
    else:
        _print_routes(done.routes)
        _print_finds(found)
        if done.scope is not None:
            _print_scope(done.scope)
    return EXIT_PARTIAL if any(report.troubles for report in done.routes) else 0


def _add(store: Store, by: str, uids: Sequence[str], json: bool) -> int:
    done = [service.add_find(store, Writer(by), uid) for uid in uids]
    if json:
        print_json(done)
        return 0
    for each in done:
        out.print(f"{each.find}: {each.outcome}")
        print_undo(each.batch)
    return 0


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
    rows = [
        [_place(i), i.outcome, _chance(i.scope), i.title[:80], "; ".join([i.reason, *i.scope_reasons])] for i in found
    ]
    print_table("", ["find", "outcome", "in scope", "title", "why"], rows)


def _place(item: DiscoveryItem) -> str:
    """The paper of a find, else its key; the id that `--add` takes for one that was set aside."""
    return item.uid if item.outcome == DiscoveryOutcome.SET_ASIDE else item.paper or item.key


def _chance(scope: float | None) -> str:
    return "" if scope is None else f"{scope:.0%}"


def _print_scope(scope: "ScopeReport") -> None:
    out.print(f"{scope.queued} of {scope.judged} finds entered the queue; {scope.basis}")
    if scope.set_aside:
        out.print(f"{scope.set_aside} are set aside: `wamkg discover --set-aside` lists them, `--add ID` adds one")
