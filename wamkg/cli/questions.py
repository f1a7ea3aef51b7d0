"""`questions`: records that look like another paper than the one their id names, and people's answers."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table, print_undo, print_warnings
from wamkg.cli.decisions import ByOption
from wamkg.reviewing.identity_questions import ANSWERS, IdentityAnswer
from wamkg.services.questions import answer_question
from wamkg.services.writers import Writer
from wamkg.store.questions import led_by
from wamkg.views.questions import QuestionItem, question_item, question_list
from wamkg.vocabulary import QuestionStatus

MOST = 10_000
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the question, or its beginning.")]
questions = typer.Typer(
    help="List and answer questions: does a record describe the paper that its id names?", invoke_without_command=True
)


@questions.callback()
def list_(
    context: typer.Context,
    status: Annotated[QuestionStatus | None, typer.Option("--status", help="Only those with this status.")] = None,
    paper: Annotated[str | None, typer.Option("--paper", help="Only those on this paper.")] = None,
    json: JsonOption = False,
) -> None:
    """List records that were not applied because they look like another paper than the one their id names."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        found = question_list(session, status, MOST, None, paper=paper).items
    if json:
        print_json(found)
        return
    rows = [[q.uid, q.status, q.paper, q.title, q.source, q.record_title, f"{q.at:%Y-%m-%d}"] for q in found]
    print_table("", ["question", "status", "paper", "title", "source", "title of the record", "on"], rows)
    if any(q.status == QuestionStatus.OPEN for q in found):
        out.print(
            f"`wamkg questions show ID` shows both sides; `wamkg questions answer ID {'|'.join(ANSWERS)}` answers"
        )


@questions.command("show")
def show(uid: IdArgument, json: JsonOption = False) -> None:
    """Show the paper and the record side by side."""
    with open_store() as store, store.reading() as session:
        found = question_item(session, uid)
    if json:
        print_json(found)
    else:
        _print_sides(found)


def _print_sides(q: QuestionItem) -> None:
    rows: list[list[object]] = [
        ["title", q.title, q.record_title],
        ["authors", ", ".join(q.authors), ", ".join(q.record_authors)],
        ["year", q.year, q.record_year],
        ["found by", q.paper, led_by(q.ids)],
    ]
    print_table("", ["", "the paper", f"the record of {q.source}"], rows)
    answered = f", answered by {q.answered_by} on {q.answered_at:%Y-%m-%d}: {q.note}" if q.answered_at else ""
    out.print(f"question {q.uid}: {q.status}{answered}".rstrip(" :"))
    if q.status == QuestionStatus.OPEN:
        for answer, meaning in MEANINGS.items():
            out.print(f"  wamkg questions answer {q.uid} {answer}: {meaning}")


MEANINGS = {
    QuestionStatus.WRONG_ID: "the id is not this paper's; it leaves the paper for good",
    QuestionStatus.RENAMED: "it is this paper under another title; the record is applied",
    QuestionStatus.WRONG_RECORD: "the id is this paper's; the record is never taken for it",
}


@questions.command("answer")
def answer(
    uid: IdArgument,
    said: Annotated[
        str, typer.Argument(metavar="|".join(ANSWERS), help="The answer; `wamkg questions show ID` explains each.")
    ],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    revision: Annotated[
        int | None,
        typer.Option("--revision", help="Revision of the question that you saw; fails if it has changed since."),
    ] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Answer a question. The answer and everything that follows from it is one batch, so one undo reverts it."""
    given = IdentityAnswer(answer=said, note=note, revision=revision)
    with open_store() as store:
        answered = answer_question(store, Writer(by), uid, given)
    if json:
        print_json(answered)
        return
    out.print(f"question {answered.question} on {answered.paper}: {answered.status}")
    for line in answered.told:
        out.print(line)
    print_warnings(answered.alarms)
    print_undo(answered.batch)
