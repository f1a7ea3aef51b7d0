"""`duplicates` and `merge`: papers that are the same work."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, err, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption, PaperArgument, WhyOption
from wamkg.errors import UnlikePapersError
from wamkg.reviewing.paper_merge import Merge, MergedPapers, Prefer
from wamkg.services import duplicates as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.views.duplicates import candidate_list, judgement_list, work_list

CONFIRMED = "merge"
"""What a person types to merge papers that look like two different ones."""
duplicates = typer.Typer(help="List, judge and merge papers that may be the same work.", invoke_without_command=True)


@duplicates.callback()
def candidates(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of pairs.")] = 50,
    json: JsonOption = False,
) -> None:
    """List pairs of papers that may be the same work and have not been judged, most similar first."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        page = candidate_list(session, limit)
    if json:
        print_json(page.items)
        return
    rows = [[f"{c.score:.2f}", c.left.id, c.right.id, c.left.title, c.right.title] for c in page.items]
    print_table("", ["alike", "one", "other", "title of one", "title of the other"], rows)
    out.print(f"{page.total} pairs; judge them with `wamkg duplicates judge ONE OTHER same|different|unsure`")


@duplicates.command("judge")
def judge(
    one: PaperArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other paper.")],
    verdict: Annotated[str, typer.Argument(metavar="same|different|unsure", help="Are they the same work?")],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Judge whether two papers are the same work. Neither paper is changed."""
    with open_store() as store:
        judged = service.judge_pair(store, Writer(by), (one, other), verdict, note)
    if json:
        print_json(judged)
        return
    out.print(f"{judged.left} and {judged.right}: {judged.before or 'not judged'} -> {judged.verdict}")
    if len(judged.work) > 1:
        out.print(f"one work: {', '.join(judged.work)}")
    if judged.batch is None:
        out.print("already judged so; nothing was written")
    else:
        print_undo(judged.batch)


@duplicates.command("merge")
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The paper that remains.")],
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="The paper whose ids, values and assignments move to KEEP.")
    ],
    prefer: Annotated[
        Prefer | None, typer.Option("--prefer", help="Whose assignment to keep if both have one in a taxonomy.")
    ] = None,
    although_dois_differ: Annotated[
        bool,
        typer.Option("--although-dois-differ", help="Merge the papers although their DOIs belong to two publications."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Merge papers that look like two different ones.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    why: WhyOption = "",
    revision: Annotated[
        int | None, typer.Option("--revision", help="Revision of KEEP that you saw; fails if it has changed since.")
    ] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Merge two papers into one. Undoing the batch restores both."""
    wanted = Merge(
        keep=keep,
        other=other,
        prefer=prefer,
        why=why,
        although_dois_differ=although_dois_differ,
        although_unlike=yes,
        revision=revision,
    )
    with open_store() as store:
        made = _merge(store, Writer(by), wanted, dry_run)
    if json:
        print_json(made)
    else:
        _print_merge(made)


def _merge(store: Store, writer: Writer, wanted: Merge, dry_run: bool) -> MergedPapers:
    """Merge; on a terminal, ask the person to confirm a merge of unlike papers.

    Raises UnlikePapersError without a terminal or a confirmation, and the errors of `services.duplicates.merge`.
    """
    try:
        return service.merge(store, get_settings(), writer, wanted, dry_run=dry_run)
    except UnlikePapersError as error:
        if not sys.stdin.isatty():
            raise UnlikePapersError(f"{error}; nothing was written; if they are one, merge them with --yes") from None
        err.print(str(error))
        if typer.prompt(f"Type {CONFIRMED} to make them one paper", err=True).strip().lower() != CONFIRMED:
            raise UnlikePapersError("not confirmed; nothing was written") from None
    return service.merge(store, get_settings(), writer, replace(wanted, although_unlike=True), dry_run=dry_run)


def _print_merge(made: MergedPapers) -> None:
    if made.unlike:
        out.print(f"these look like two different papers: {'; '.join(made.unlike)}")
        if made.dry_run:
            out.print("if they are one, merge them with --yes")
    out.print(f"{made.other} {'would be' if made.dry_run else 'is'} merged into {made.keep}")
    for name, value in made.shown.items():
        out.print(f"  {name}: {', '.join(value) if isinstance(value, list) else value}")
    out.print("moved: " + (", ".join(f"{number} {name}" for name, number in made.moved.items()) or "nothing"))
    doubles = {name: number for name, number in made.doubles.items() if name != "paper"}
    if doubles:
        out.print("dropped as duplicates: " + ", ".join(f"{number} {name}" for name, number in doubles.items()))
    for note in made.notes:
        out.print(note)
    if made.batch is None:
        out.print("nothing was written")
    else:
        print_undo(made.batch)


@duplicates.command("judgements")
def judgements(json: JsonOption = False) -> None:
    """List judgements, newest first."""
    with open_store() as store, store.reading() as session:
        found = judgement_list(session)
    if json:
        print_json(found)
    else:
        rows = [[j.verdict, j.left.id, j.right.id, j.by, f"{j.at:%Y-%m-%d}", j.note, j.batch] for j in found]
        print_table("", ["judged", "one", "other", "by", "on", "why", "batch"], rows)


@duplicates.command("groups")
def groups(json: JsonOption = False) -> None:
    """List works with several papers in the store."""
    with open_store() as store, store.reading() as session:
        found = work_list(session)
    if json:
        print_json(found)
    else:
        for group in found:
            out.print("; ".join(f"{record.id} ({record.title})" for record in group))
