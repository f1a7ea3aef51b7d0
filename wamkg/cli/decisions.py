"""`decide`, `decisions`: record, export and import decisions of people."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from wamkg.cli.common import (
    EXIT_PARTIAL,
    JsonOption,
    TaxonomyOption,
    err,
    open_store,
    out,
    piped_ids,
    print_json,
    print_undo,
)
from wamkg.errors import InvalidInputError, WamkgError
from wamkg.reviewing.decisions import DecisionResult
from wamkg.reviewing.holdout import describe_held_out
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.services import decisions as service
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store

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
    paper: Annotated[
        str, typer.Argument(metavar="PAPER|-", help="arxiv:ID, doi:ID, s2:ID or a slug; `-` reads ids from a pipe.")
    ],
    verdict: Annotated[
        str,
        typer.Argument(
            metavar="TAXON|accept|reject|unsure|outside|not-applicable",
            help="A taxon's path assigns the paper; accept and reject answer the suggestion.",
        ),
    ],
    taxonomy: TaxonomyOption = "",
    kind: KindOption = None,
    also: Annotated[list[str] | None, typer.Option("--also", help="A secondary taxon; repeatable.")] = None,
    evidence: EvidenceOption = None,
    place: PlaceOption = None,
    note: NoteOption = None,
    revision: Annotated[
        int | None,
        typer.Option("--revision", help="Revision of the paper that you saw; fails if it has changed."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write for all papers of a pipe without asking.")] = False,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> int:
    """Decide where a paper belongs in a taxonomy; or many, with ids from a pipe."""
    decision = decision_of(
        paper,
        verdict,
        taxonomy=taxonomy,
        also=tuple(also or ()),
        kind=kind,
        evidence=evidence,
        evidence_location=place,
        note=note,
        revision=revision,
    )
    with open_store() as store:
        if paper == "-":
            return _decide_all(store, Writer(by), decision, dry_run=dry_run, yes=yes, json=json)
        made = service.decide(store, get_settings(), Writer(by), decision, dry_run=dry_run)
    if json:
        print_json(made)
    else:
        _print_decision(made, decision, dry_run=dry_run)
    return 0


def _decide_all(store: Store, writer: Writer, decision: Decision, *, dry_run: bool, yes: bool, json: bool) -> int:
    """Decide on each paper of standard input: first without writing, then, if the person agrees, for good."""
    papers = piped_ids()
    say = (err if json else out).print  # with --json, standard output has the results only
    tried, failed = _decide_each(store, writer, decision, papers, dry_run=True)
    for made in tried:
        say(f"{made.paper}: {_moved(made)}")
    for message in failed:
        err.print(message)
    if dry_run or not tried:
        if json:
            print_json(tried)
        say(f"{len(tried)} of {len(papers)} papers would be decided; nothing was written")
        return EXIT_PARTIAL if failed else 0
    if not yes and not _agrees(f"Decide on {len(tried)} papers?"):
        say("nothing was written")
        return 1
    written, later = _decide_each(store, writer, decision, [made.paper for made in tried], dry_run=False)
    if json:
        print_json(written)
    for message in later:
        err.print(message)
    say(f"{len(written)} of {len(papers)} papers decided, each in a batch of its own; `wamkg batches` lists them")
    return EXIT_PARTIAL if failed or later else 0


def _decide_each(
    store: Store, writer: Writer, decision: Decision, papers: list[str], *, dry_run: bool
) -> tuple[list[DecisionResult], list[str]]:
    """Results for the papers that can be decided, and a message for each of the others."""
    made, failed = [], []
    for paper in papers:
        try:
            one = replace(decision, paper=paper)
            made.append(service.decide(store, get_settings(), writer, one, dry_run=dry_run))
        except WamkgError as error:
            failed.append(f"{paper}: {error}")
    return made, failed


def _agrees(question: str) -> bool:
    """Whether the person at the terminal says yes; standard input is the pipe, so the terminal itself is asked."""
    try:
        with Path("/dev/tty").open("r+", encoding="utf-8") as terminal:
            terminal.write(f"{question} [y/N] ")
            terminal.flush()
            return terminal.readline().strip().lower() in ("y", "yes")
    except OSError:
        err.print("no terminal can be asked; add --yes to write, or --dry-run to look")
        return False


def _moved(made: DecisionResult) -> str:
    return f"{', '.join(made.before) or 'no place'} -> {', '.join(made.after)}" if made.after else made.verdict


def _print_decision(made: DecisionResult, decision: Decision, *, dry_run: bool) -> None:
    out.print(f"{made.paper} in {made.taxonomy}: {_moved(made)}")
    if decision.evidence:
        out.print("evidence checked" if made.evidence_checked else "evidence unchecked: its text is not stored")
    if dry_run:
        out.print("nothing was written")
        return
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
        said = [("new", report.new), ("known", report.known), ("taken back", report.taken_back)]
        said += [("objections", len(report.objections)), ("unreadable", len(report.unreadable))]
        out.print(", ".join(f"{number} {name}" for name, number in said))
        for number, reason in report.unreadable:
            out.print(f"line {number}: {reason}")
        for reason in report.kept:
            out.print(f"not undone: {reason}")
    return EXIT_PARTIAL if report.unreadable or report.kept else 0
