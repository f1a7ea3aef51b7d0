"""`decide`, `decisions`: what people say of where papers belong."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, open_store, out, print_json
from wamkg.errors import InvalidInputError
from wamkg.reviewing.decide import decide as make_decision
from wamkg.reviewing.decision import Decision, Verdict
from wamkg.reviewing.decision_lines import append_decisions, export_decisions
from wamkg.reviewing.merge_decisions import import_decisions
from wamkg.store.batches import get_actor
from wamkg.vocabulary import PERSON

ByOption = Annotated[str, typer.Option("--by", help="Name of the person who writes.")]
WhyOption = Annotated[str, typer.Option("--why", help="Reason, kept in the audit trail.")]
PaperArgument = Annotated[str, typer.Argument(metavar="PAPER", help="arxiv:ID, doi:ID, s2:ID or the paper's slug.")]
_WITHOUT_TAXON = {verdict.value for verdict in Verdict} - {Verdict.ACCEPT}


def decide(
    paper: PaperArgument,
    verdict: Annotated[
        str,
        typer.Argument(
            metavar="TAXON|accept|reject|unsure|outside|not-applicable",
            help="A taxon's path places the paper; accept and reject answer the suggestion.",
        ),
    ],
    taxonomy: TaxonomyOption = "wam",
    kind: Annotated[str | None, typer.Option("--kind", help="Why it lies outside.")] = None,
    also: Annotated[list[str] | None, typer.Option("--also", help="A further taxon; repeat for several.")] = None,
    evidence: Annotated[str | None, typer.Option("--evidence", help="Words quoted from the paper.")] = None,
    place: Annotated[
        str | None, typer.Option("--place", help="Where: abstract, a section or page of arXiv vN, an address.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Reason, in your own words.")] = None,
    version: Annotated[int | None, typer.Option("--version", help="Version of the paper that you saw.")] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Say where a paper belongs in a taxonomy."""
    named = verdict not in _WITHOUT_TAXON and verdict != Verdict.ACCEPT
    decision = Decision(
        paper=paper,
        verdict=Verdict.ACCEPT if named else verdict,
        taxonomy=taxonomy,
        taxon=verdict if named else None,
        also=tuple(also or ()),
        kind=kind,
        evidence=evidence,
        evidence_place=place,
        note=note,
        version=version,
    )
    with open_store() as store, store.writing() as session:
        made = make_decision(session, get_actor(session, by, PERSON), decision)
    if json:
        print_json(made)
        return
    moved = f"{', '.join(made.before) or 'no place'} -> {', '.join(made.after)}" if made.after else made.verdict
    out.print(f"{made.paper} in {made.taxonomy}: {moved}", markup=False)
    if evidence:
        out.print("evidence checked" if made.evidence_checked else "evidence unchecked: its text is not held")
    out.print(f"batch {made.batch}; `wamkg undo {made.batch}` takes it back")


decisions = typer.Typer(help="Bring decisions to and from a file that git can merge.", no_args_is_help=True)


@decisions.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="File to append to; empty: all, to standard output.")] = None,
) -> None:
    """Append to FILE the decisions it lacks; what it has stays as it is."""
    with open_store() as store, store.reading() as session:
        if file is None:
            for line in export_decisions(session):
                typer.echo(line)
            return
        added = append_decisions(session, file)
    out.print(f"{added} decisions appended to {file}", markup=False)


@decisions.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="File to read.")], by: ByOption = "cli", json: JsonOption = False
) -> int:
    """Take in the decisions of FILE; those known are left alone, those that disagree become objections."""
    if not file.is_file():
        raise InvalidInputError(f"{file} is not a file")
    with open_store() as store, store.writing() as session:
        report = import_decisions(session, file, get_actor(session, by, PERSON))
    if json:
        print_json(report)
    else:
        said: list[tuple[str, Any]] = [("new", report.new), ("known", report.known), ("taken back", report.taken_back)]
        said += [("objections", len(report.objections)), ("unreadable", len(report.unreadable))]
        out.print(", ".join(f"{number} {name}" for name, number in said))
        for number, reason in report.unreadable:
            out.print(f"line {number}: {reason}", markup=False)
        for reason in report.kept:
            out.print(f"not taken back: {reason}", markup=False)
    return EXIT_PARTIAL if report.unreadable or report.kept else 0
