"""`objections`: list, raise, answer and close objections; print the agenda."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, TaxonomyOption, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption, PaperArgument
from wamkg.exporting.objection_texts import agenda_text, reply_text
from wamkg.reviewing.objections import CLOSED_AS, ObjectionDraft, ObjectionOutcome, ObjectionResult
from wamkg.services import objections as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.views.objections import agenda, objection_detail, objection_list
from wamkg.views.rounds import differing_votes
from wamkg.vocabulary import ObjectionStatus, ObjectorRole

MOST = 10_000
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the objection, or its beginning.")]
RevisionOption = Annotated[
    int | None,
    typer.Option("--revision", help="Revision of the objection that you saw; fails if it has changed."),
]
objections = typer.Typer(help="List, raise, answer and close objections to assignments.", invoke_without_command=True)


@objections.callback()
def list_(
    context: typer.Context,
    for_meeting: Annotated[
        bool, typer.Option("--agenda", help="Print the agenda of open objections, in Markdown.")
    ] = False,
    status: Annotated[ObjectionStatus | None, typer.Option("--status", help="Only those with this status.")] = None,
    json: JsonOption = False,
) -> None:
    """List objections, newest first; or print the agenda."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        objections = agenda(session) if for_meeting else []
        differing = differing_votes(session) if for_meeting else []
        found = [] if for_meeting else objection_list(session, status, MOST, None).items
    if json:
        print_json({"objections": objections, "votes": differing} if for_meeting else found)
    elif for_meeting:
        typer.echo(agenda_text(objections, differing), nl=False)
    else:
        columns = ["objection", "status", "paper", "taxonomy", "from", "to", "raised by", "as", "on"]
        rows: list[list[object]] = [
            [
                o.uid,
                o.status,
                o.paper,
                o.taxonomy,
                o.disputed,
                o.proposed,
                o.raised_by,
                o.raised_role,
                f"{o.at:%Y-%m-%d}",
            ]
            for o in found
        ]
        print_table("", columns, rows)


@objections.command("raise")
def raise_(
    paper: PaperArgument,
    proposed: Annotated[
        str, typer.Argument(metavar="TAXON|outside|undecided|not-applicable", help="Correct taxon or status.")
    ],
    taxonomy: TaxonomyOption = "",
    who: Annotated[str, typer.Option("--raised-by", help="Who objects; default: the person who writes.")] = "",
    as_: Annotated[
        str, typer.Option("--role", help="Role of the objector: co-author, paper-author or reader.")
    ] = ObjectorRole.CO_AUTHOR,
    source_url: Annotated[str | None, typer.Option("--source-url", help="URL of the statement.")] = None,
    quote: Annotated[str | None, typer.Option("--quote", help="Quote of the statement.")] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Raise an objection to a paper's assignment."""
    draft = ObjectionDraft(
        paper=paper,
        proposed=proposed,
        taxonomy=taxonomy,
        raised_by=who or by,
        raised_role=as_,
        source_url=source_url,
        quote=quote,
    )
    with open_store() as store:
        written = service.raise_objection(store, Writer(by), draft)
    _print(written, json)


@objections.command("answer")
def answer(
    uid: IdArgument,
    text: Annotated[str, typer.Argument(help="Text of the answer.")],
    revision: RevisionOption = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Answer an objection and leave it open."""
    with open_store() as store:
        written = service.answer_objection(store, Writer(by), uid, text, revision)
    _print(written, json)


@objections.command("close")
def close(
    uid: IdArgument,
    outcome: Annotated[
        str, typer.Argument(metavar="|".join(CLOSED_AS), help="accepted moves the paper to the proposed taxon.")
    ],
    text: Annotated[str | None, typer.Option("--answer", help="Reason; required for a rejection.")] = None,
    revision: RevisionOption = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Close an objection. Closing and moving the paper are one batch, so one undo reverts both."""
    closing = ObjectionOutcome(outcome=outcome, answer=text, revision=revision)
    with open_store() as store:
        written = service.close_objection(store, get_settings(), Writer(by), uid, closing)
    _print(written, json)


@objections.command("reply")
def reply(uid: IdArgument, json: JsonOption = False) -> None:
    """Print a reply to paste: criterion, quote, exemplars and decision."""
    with open_store() as store, store.reading() as session:
        detail = objection_detail(session, uid)
    if json:
        print_json(detail)
    else:
        typer.echo(reply_text(detail), nl=False)


def _print(written: ObjectionResult, json: bool) -> None:
    if json:
        print_json(written)
        return
    out.print(f"objection {written.objection} to {written.paper} in {written.taxonomy}: {written.status}")
    if written.decision:
        out.print(f"the paper was moved by decision {written.decision}")
    print_undo(written.batch)
