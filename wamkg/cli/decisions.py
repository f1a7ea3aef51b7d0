"""`decide`, `decisions`, `set`, `add`: decisions and edits by people."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wamkg.cli.common import (
    EXIT_PARTIAL,
    JsonOption,
    TaxonomyOption,
    open_store,
    out,
    print_json,
    print_undo,
)
from wamkg.errors import InvalidInputError
from wamkg.reviewing.holdout import describe_held_out
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.services import decisions as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings

ByOption = Annotated[str, typer.Option("--by", help="Name of the person who writes.")]
WhyOption = Annotated[str, typer.Option("--why", help="Reason; stored in the audit trail.")]
KindOption = Annotated[str | None, typer.Option("--kind", help="Why the paper is out of scope (with outside).")]
EvidenceOption = Annotated[str | None, typer.Option("--evidence", help="Quote from the paper.")]
PlaceOption = Annotated[
    str | None,
    typer.Option("--location", help="Location of the quote: abstract, a section or page of arXiv vN, or a URL."),
]
NoteOption = Annotated[str | None, typer.Option("--note", help="Reason, in your own words.")]
PaperArgument = Annotated[str, typer.Argument(metavar="PAPER", help="arxiv:ID, doi:ID, s2:ID or the paper's slug.")]


def decision_of(paper: str, verdict: str, **more: Any) -> Decision:
    """The decision that a person typed: a verdict, or the path of a taxon to assign the paper to."""
    placing = verdict not in set(Verdict)
    taxon = verdict if placing else None
    return Decision(paper=paper, verdict=Verdict.ACCEPT if placing else verdict, taxon=taxon, **more)


def decide(
    paper: PaperArgument,
    verdict: Annotated[
        str,
        typer.Argument(
            metavar="TAXON|accept|reject|unsure|outside|not-applicable",
            help="A taxon's path assigns the paper; accept and reject answer the suggestion.",
        ),
    ],
    taxonomy: TaxonomyOption = "wam",
    kind: KindOption = None,
    also: Annotated[list[str] | None, typer.Option("--also", help="A secondary taxon; repeatable.")] = None,
    evidence: EvidenceOption = None,
    place: PlaceOption = None,
    note: NoteOption = None,
    version: Annotated[
        int | None,
        typer.Option("--revision", help="Revision of the paper that you saw; fails if it has changed."),
    ] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Decide where a paper belongs in a taxonomy."""
    decision = decision_of(
        paper,
        verdict,
        taxonomy=taxonomy,
        also=tuple(also or ()),
        kind=kind,
        evidence=evidence,
        evidence_place=place,
        note=note,
        version=version,
    )
    with open_store() as store:
        made = service.decide(store, get_settings(), Writer(by), decision)
    if json:
        print_json(made)
        return
    moved = f"{', '.join(made.before) or 'no place'} -> {', '.join(made.after)}" if made.after else made.verdict
    out.print(f"{made.paper} in {made.taxonomy}: {moved}")
    if evidence:
        out.print("evidence checked" if made.evidence_checked else "evidence unchecked: its text is not stored")
    if told := describe_held_out(made.suggested):
        out.print(told)
    print_undo(made.batch)
    for one in made.versions:
        out.print(f"also decided: {one.paper}, another version of the work; batch {one.batch}")
        if told := describe_held_out(one.suggested):
            out.print(f"  {told}")


decisions = typer.Typer(help="Export decisions to a file that git can merge, and import them.", no_args_is_help=True)


@decisions.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="File to append to; default: print all decisions.")] = None,
) -> None:
    """Append missing decisions to FILE. Existing lines are not changed."""
    with open_store() as store:
        if file is None:
            for line in service.export_decisions(store):
                typer.echo(line)
            return
        added = service.append_decisions(store, file)
    out.print(f"{added} decisions appended to {file}")


@decisions.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="File to read.")], by: ByOption = "cli", json: JsonOption = False
) -> int:
    """Import decisions from FILE. Known ones are skipped; conflicting ones open an objection."""
    if not file.is_file():
        raise InvalidInputError(f"there is no file {file}")
    with open_store() as store:
        report = service.import_decisions(store, get_settings(), Writer(by), file)
    if json:
        print_json(report)
    else:
        said: list[tuple[str, Any]] = [("new", report.new), ("known", report.known), ("taken back", report.taken_back)]
        said += [("objections", len(report.objections)), ("unreadable", len(report.unreadable))]
        out.print(", ".join(f"{number} {name}" for name, number in said))
        for number, reason in report.unreadable:
            out.print(f"line {number}: {reason}")
        for reason in report.kept:
            out.print(f"not undone: {reason}")
    return EXIT_PARTIAL if report.unreadable or report.kept else 0
