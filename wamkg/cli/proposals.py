"""`proposals`: list, add, accept, decline and withdraw classes that people and programs propose."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import orjson
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
)
from wamkg.cli.decisions import ByOption
from wamkg.reviewing.proposals import ProposalAnswered, ProposalReport, TakenProposal
from wamkg.services import proposals as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.views.proposals import ProposalItem, ProposalQuery, proposal_list
from wamkg.vocabulary import ProposalStatus

IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of proposals, or their beginnings.")]
proposals = typer.Typer(
    help="List, add, accept and decline classes that people and programs propose.", invoke_without_command=True
)


@proposals.callback()
def list_(
    context: typer.Context,
    status: Annotated[ProposalStatus | None, typer.Option("--status", help="Only those with this status.")] = None,
    paper: Annotated[str | None, typer.Option("--paper", help="Only those for this paper.")] = None,
    taxonomy: Annotated[str | None, typer.Option("--taxonomy", help="Only those in this taxonomy.")] = None,
    who: Annotated[str | None, typer.Option("--proposed-by", help="Only those of this proposer.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number listed.")] = 100,
    format: Annotated[
        Literal["table", "jsonl", "ids"], typer.Option("--format", help="What to print; ids are one to a line.")
    ] = "table",
    json: JsonOption = False,
) -> None:
    """List proposals, newest first."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        found = proposal_list(session, ProposalQuery(status, paper, taxonomy, who), limit)
    if json:
        print_json(found.items)
    elif format == "table":
        _print_items(found.items)
    else:
        for item in found.items:
            typer.echo(item.uid if format == "ids" else orjson.dumps(item).decode())
    if len(found.items) < found.total:
        err.print(f"{len(found.items)} of {found.total} are listed; --limit lists more")


def _print_items(items: Sequence[ProposalItem]) -> None:
    columns = ["proposal", "status", "paper", "taxonomy", "class", "by", "quote", "on"]
    rows = [
        [p.uid, p.status, p.paper, p.taxonomy, _class_of(p), _who(p), (p.quote or "")[:60], f"{p.at:%Y-%m-%d}"]
        for p in items
    ]
    print_table("", columns, rows)


def _class_of(item: ProposalItem) -> str:
    return "hidden until someone decides" if item.hidden else item.taxon or f"outside: {item.outside}"


def _who(item: ProposalItem) -> str:
    return f"{item.by} ({item.model})" if item.model else item.by


@proposals.command("add")
def add(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE.jsonl|URL|-", help="JSON Lines, one proposal each; - is a pipe.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", metavar="FILE.md|-", help="Text of one issue form instead.")
    ] = None,
    link: Annotated[str, typer.Option("--link", help="Address of the issue (with --form).")] = "",
    by: Annotated[str, typer.Option("--by", help="Who proposes what names nobody.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    json: JsonOption = False,
) -> int:
    """Add proposals from a file. They wait for a curator; no paper moves."""
    if (file is None) == (form is None):
        raise typer.BadParameter("give a file of JSON Lines, or --form and the text of a form", param_hint="FILE")
    if link and form is None:
        raise typer.BadParameter("an address goes with --form; in JSON Lines it is the key `link`", param_hint="--link")
    writer = Writer(by or "cli")
    with open_store() as store:
        if form is not None:
            report = service.propose_form(store, writer, form, by, link, dry_run=dry_run)
        else:
            report = service.propose_lines(store, writer, file or "", by, dry_run=dry_run)
    return print_proposals(report, json)


def print_proposals(report: ProposalReport, json: bool) -> int:
    """Print what became of proposals; returns the exit status."""
    if json:
        print_json(report)
    else:
        print_table("", ["line", "what", "paper", "proposal"], [_line(one) for one in report.proposed])
        for refused in report.refused:
            err.print(f"line {refused.line} refused: {refused.reason}")
        for doubt in report.doubts:
            err.print(doubt)
        out.print(f"{len(report.proposed)} taken, {len(report.refused)} refused")
        if report.batch:
            print_undo(report.batch)
    if report.refused and not report.proposed:
        return 1
    return EXIT_PARTIAL if report.is_partial else 0


def _line(one: TakenProposal) -> list[object]:
    what = f"{one.outcome}, a new candidate" if one.is_candidate else one.outcome
    return [one.line, what, one.paper, one.proposal or ""]


@proposals.command("accept")
def accept(ids: IdsArgument, by: ByOption = "cli", json: JsonOption = False) -> None:
    """Accept proposals: decide on each paper as proposed. Each is one batch, which can be undone."""
    with open_store() as store:
        _print_answers((service.accept_proposal(store, get_settings(), Writer(by), uid) for uid in ids), json)


@proposals.command("decline")
def decline(
    ids: IdsArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; the proposer reads it.")],
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Decline proposals with a reason."""
    _close(ids, ProposalStatus.DECLINED, reason, by, json)


@proposals.command("withdraw")
def withdraw(
    ids: IdsArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Withdraw proposals for their proposer, who may send them again."""
    _close(ids, ProposalStatus.WITHDRAWN, reason, by, json)


def _close(ids: Sequence[str], status: ProposalStatus, reason: str, by: str, json: bool) -> None:
    with open_store() as store:
        _print_answers((service.close_proposal(store, Writer(by), uid, status, reason) for uid in ids), json)


def _print_answers(done: Iterable[ProposalAnswered], json: bool) -> None:
    """Answer one after the other and print each, so that those before an error are known."""
    if json:
        print_json(list(done))
        return
    for answered in done:
        out.print(f"{answered.status}: {answered.paper} in {answered.taxonomy}")
        print_undo(answered.batch)
