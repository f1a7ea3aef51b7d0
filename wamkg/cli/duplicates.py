"""`duplicates`: which records are one work."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table, print_undo, writing_as
from wamkg.cli.curating import ByOption, PaperArgument
from wamkg.reviewing.judge import judge as judge_pair
from wamkg.views.works import candidate_list, judgement_list, work_list

duplicates = typer.Typer(help="Which records are one work.", invoke_without_command=True)


@duplicates.callback()
def candidates(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Pairs to list.")] = 50,
    json: JsonOption = False,
) -> None:
    """List pairs of papers that may be one work and that nobody has judged, most alike first."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        page = candidate_list(session, limit)
    if json:
        print_json(page.items)
        return
    rows = [[f"{c.score:.2f}", c.left.id, c.right.id, c.left.title, c.right.title] for c in page.items]
    print_table("", ["alike", "one", "other", "title of one", "title of the other"], rows)
    out.print(f"{page.total} pairs; `wamkg duplicates judge ONE OTHER same|different|unsure` says what they are")


@duplicates.command("judge")
def judge(
    one: PaperArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other paper.")],
    verdict: Annotated[str, typer.Argument(metavar="same|different|unsure", help="Are they one work?")],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Say whether two records are one work; both stay as they are."""
    with writing_as(by) as (session, actor):
        judged = judge_pair(session, actor, (one, other), verdict, note)
    if json:
        print_json(judged)
        return
    out.print(f"{judged.left} and {judged.right}: {judged.before or 'not judged'} -> {judged.verdict}")
    if len(judged.work) > 1:
        out.print(f"one work: {', '.join(judged.work)}")
    if judged.batch is None:
        out.print("this was judged so already; nothing was written")
    else:
        print_undo(judged.batch)


@duplicates.command("judged")
def judged(json: JsonOption = False) -> None:
    """List what has been judged, newest first."""
    with open_store() as store, store.reading() as session:
        found = judgement_list(session)
    if json:
        print_json(found)
    else:
        rows = [[j.verdict, j.left.id, j.right.id, j.by, f"{j.at:%Y-%m-%d}", j.note, j.batch] for j in found]
        print_table("", ["judged", "one", "other", "by", "on", "why", "batch"], rows)


@duplicates.command("works")
def works(json: JsonOption = False) -> None:
    """List works of which the store holds several records."""
    with open_store() as store, store.reading() as session:
        found = work_list(session)
    if json:
        print_json(found)
    else:
        for group in found:
            out.print("; ".join(f"{record.id} ({record.title})" for record in group))
