"""`round` and `agreement`: blind review by several people, and their agreement."""

from typing import Annotated

import typer

from wamkg.cli.common import (
    JsonOption,
    TaxonomyOption,
    open_store,
    out,
    print_json,
    print_table,
    print_undo,
)
from wamkg.cli.decisions import (
    ByOption,
    EvidenceOption,
    KindOption,
    NoteOption,
    PaperArgument,
    PlaceOption,
    WhyOption,
    decision_of,
)
from wamkg.reviewing.agreement_report import Agreement, Measure
from wamkg.reviewing.rounds import NewRound
from wamkg.reviewing.verdicts import Verdict
from wamkg.services import rounds
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.views.rounds import round_list, round_queue

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the round.")]
VerdictArgument = Annotated[str, typer.Argument(metavar="TAXON|unsure|outside|not-applicable", help="Your label.")]
round_ = typer.Typer(help="Blind review by several people.", invoke_without_command=True)


@round_.callback()
def list_(context: typer.Context, json: JsonOption = False) -> None:
    """List the rounds of blind review."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store, store.reading() as session:
        found = round_list(session)
    if json:
        print_json(found)
        return
    columns = ["round", "taxonomy", "status", "papers", "voted", "open", "differ", "decided"]
    rows: list[list[object]] = [
        [r.name, r.taxonomy, r.status, r.papers, _counts(r.voted), r.opened, r.differing, r.adjudicated] for r in found
    ]
    print_table("", columns, rows)


def _counts(voted: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in voted.items())


@round_.command("open")
def open_(
    name: NameArgument,
    reviewer: Annotated[list[str], typer.Option("--reviewer", help="Name of a reviewer; repeat for each.")],
    taxonomy: TaxonomyOption = "",
    paper: Annotated[
        list[str] | None,
        typer.Option("--paper", help="A paper to review; repeatable. Default: all papers without an assignment."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What it is for.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Open a round: several people vote on the same papers without seeing each other's votes."""
    new = NewRound(name=name, reviewers=tuple(reviewer), taxonomy=taxonomy, papers=tuple(paper or ()), note=note)
    with open_store() as store:
        made = rounds.open_round(store, Writer(by), new)
    if json:
        print_json(made)
    else:
        out.print(f"round {made.round}: {made.papers} papers for {', '.join(made.reviewers)}; batch {made.batch}")


@round_.command("show")
def show(name: NameArgument, by: ByOption = "cli", json: JsonOption = False) -> None:
    """Show the papers of a round with the votes that you may see."""
    with open_store() as store, store.reading() as session:
        queue = round_queue(session, name, by)
    if json:
        print_json(queue)
        return
    rows = []
    for paper in queue:
        votes = "; ".join(f"{vote.by}: {vote.taxon or vote.verdict}" for vote in paper.votes)
        state = paper.resolution or ("open" if paper.opened else f"{paper.waiting} to vote")
        rows.append([paper.paper, state, votes, paper.title])
    print_table("", ["paper", "state", "votes you may see", "title"], rows)


@round_.command("vote")
def vote(
    name: NameArgument,
    paper: PaperArgument,
    verdict: VerdictArgument,
    kind: KindOption = None,
    evidence: EvidenceOption = None,
    place: PlaceOption = None,
    note: NoteOption = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Cast your vote, or replace it while the others' votes are hidden."""
    decision = decision_of(paper, verdict, kind=kind, evidence=evidence, evidence_location=place, note=note)
    with open_store() as store:
        cast = rounds.cast_vote(store, Writer(by), name, decision)
    if json:
        print_json(cast)
        return
    out.print(f"vote of {by} on {cast.paper}" + ("; all have voted, the votes are now visible" if cast.opened else ""))
    if cast.batch is not None:
        print_undo(cast.batch)


@round_.command("adjudicate")
def decide(
    name: NameArgument,
    paper: PaperArgument,
    verdict: Annotated[
        str, typer.Argument(metavar="accept|TAXON|unsure|outside|not-applicable", help="accept adopts unanimous votes.")
    ] = Verdict.ACCEPT,
    agreed: Annotated[
        bool, typer.Option("--agreed", help="Record a consensus that the reviewers reached after seeing the votes.")
    ] = False,
    kind: KindOption = None,
    evidence: EvidenceOption = None,
    place: PlaceOption = None,
    note: NoteOption = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Make the final decision on a paper of a round."""
    decision = decision_of(paper, verdict, kind=kind, evidence=evidence, evidence_location=place, note=note)
    with open_store() as store:
        made = rounds.adjudicate(store, get_settings(), Writer(by), name, decision, agreed=agreed)
    if json:
        print_json(made)
    else:
        done = made.decided
        out.print(f"{done.paper} in {done.taxonomy}: {', '.join(done.after)} ({made.resolution}); batch {done.batch}")


@round_.command("close")
def close(name: NameArgument, why: WhyOption = "", by: ByOption = "cli", json: JsonOption = False) -> None:
    """Close a round: voting ends and all votes become visible."""
    with open_store() as store:
        closed = rounds.close_round(store, Writer(by), name, why)
    if json:
        print_json(closed)
    else:
        out.print(f"round {closed.round} is closed; batch {closed.batch}")


def agreement(
    taxonomy: TaxonomyOption = "",
    name: Annotated[str | None, typer.Option("--round", help="Only the votes of this round.")] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Compare independent decisions instead of votes.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Measure agreement between reviewers: Cohen's kappa and Krippendorff's alpha, overall, by level and by taxon."""
    if decisions and name:
        raise typer.BadParameter("write --round or --decisions", param_hint="--decisions")
    with open_store() as store:
        found = rounds.agreement(store, taxonomy, name, of_decisions=decisions)
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: Agreement) -> None:
    out.print(
        f"{found.taxonomy}, {found.source}: {found.papers} papers, {len(found.reviewers)} reviewers "
        f"({', '.join(found.reviewers)}), {found.labels} labels, {found.missing} missing, {found.unsure} unsure"
    )
    rows = [_row("all steps", found.overall)]
    rows += [_row(f"first {level.depth}", level.measure) for level in found.levels]
    rows += [_row(taxon.taxon, taxon.measure, taxon.positives) for taxon in found.taxa]
    columns = ["question", "positives", "papers", "observed", "kappa", "95 %", "alpha", "95 %"]
    print_table("", columns, rows)
    if len(found.pairs) > 1:
        pairs = [[p.a, p.b, p.papers, _number(p.observed), _number(p.kappa)] for p in found.pairs]
        print_table("", ["one", "other", "papers", "observed", "kappa"], pairs)


def _row(question: str, m: Measure, named: int | None = None) -> list[object]:
    return [
        question, named, m.papers, _number(m.observed), _number(m.kappa), _interval(m.kappa_interval),
        _number(m.alpha), _interval(m.alpha_interval),
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _interval(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"
