"""`watch`: have papers of the library changed at their sources?"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from wamkg.cli.common import (
    EXIT_PARTIAL,
    JsonOption,
    err,
    open_store,
    out,
    print_json,
    print_table,
    print_undo,
    print_warnings,
)
from wamkg.cli.decisions import ByOption
from wamkg.cli.progress import progress
from wamkg.errors import InvalidInputError
from wamkg.services import watching as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.views.notices import NoticeItem, notice_list
from wamkg.vocabulary import NoticeStatus


def watch(
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="ID", help="Accept this notice: set the new values.")
    ] = None,
    dismiss: Annotated[
        list[str] | None, typer.Option("--dismiss", metavar="ID", help="Dismiss this notice: nothing is to be done.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Ask nobody; list what is open.")] = False,
    paper: Annotated[str | None, typer.Option("--paper", help="List only notices on this paper.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of notices listed.")] = 100,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> int:
    """Look for changes of library papers: versions, withdrawals, titles, venues, code; then accept or dismiss them."""
    with open_store() as store:
        if accept or dismiss:
            _answer(store, by, accept or [], dismiss or [], json)
            return 0
        problems: list[str] = []
        counts: dict[str, object] = {}
        if not (list_ or paper):
            with progress("watch", json) as show:
                report = service.watch(store, get_settings(), show)
            problems, counts = report.problems, asdict(report)
        with store.reading() as session:
            found = notice_list(session, NoticeStatus.OPEN, paper, limit)
    if json:
        print_json({"report": counts, "open": found})
    else:
        _print_notices(found)
        for problem in problems:
            err.print(problem)
    return EXIT_PARTIAL if problems else 0


def _answer(store: Store, by: str, accept: Sequence[str], dismiss: Sequence[str], json: bool) -> None:
    if both := set(accept) & set(dismiss):
        raise InvalidInputError(f"notice {min(both)} is both accepted and dismissed; choose one")
    answers = [(uid, NoticeStatus.ACCEPTED) for uid in accept] + [(uid, NoticeStatus.DISMISSED) for uid in dismiss]
    done = [service.answer_notice(store, Writer(by), uid, status) for uid, status in answers]
    if json:
        print_json(done)
        return
    for each in done:
        changed = ", ".join(f"{name}: {after}" for name, (_, after) in each.changes.items())
        out.print(f"{each.status}: {each.paper}{f'; {changed}' if changed else ''}")
        print_warnings(each.alarms)
        print_undo(each.batch)


def _print_notices(found: Sequence[NoticeItem]) -> None:
    if not found:
        out.print("nothing to look at")
        return
    rows = [[n.uid, n.kind, n.paper, n.before[:60], n.after[:60], "; ".join(n.depends)] for n in found]
    print_table("", ["notice", "what", "paper", "before", "now", "look again at"], rows)
    out.print("`wamkg watch --accept ID` sets the new values; `wamkg watch --dismiss ID` leaves the paper as it is")
