"""`embed`, `suggest`, `evaluate`, `label-audit`: suggested taxa, and how good the suggestions are."""

import sys
import time
from typing import Annotated

import typer

from wamkg.cli.common import (
    JsonOption,
    TaxonomyOption,
    err,
    open_store,
    out,
    print_json,
    print_json_lines,
    print_table,
)
from wamkg.cli.progress import clock, progress
from wamkg.jobs.dispatch import submit
from wamkg.json_types import UncheckedObject
from wamkg.progress import Progress
from wamkg.readable import pluralize
from wamkg.reviewing.holdout import is_held_out
from wamkg.services import suggestions
from wamkg.services.taxonomies import main_taxonomy
from wamkg.settings import get_settings
from wamkg.suggesting.options import EvaluateOptions
from wamkg.views.suggestions import unsaid

QUICK = "nested-folds"
SLOW = 60.0
"""Seconds of CPU time from which an evaluation says how long it will take."""
DeviceOption = Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps or auto; default: the setting.")]


def embed(
    device: DeviceOption = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Number of processes that share the texts.")] = 1,
    json: JsonOption = False,
) -> None:
    """Encode the papers' texts. Skips texts that are already encoded or that another worker is encoding."""
    with open_store() as store, progress("embed", json) as show:
        if workers > 1:
            submit(store, get_settings(), "embed", {"device": device} if device else {}, shares=workers - 1)
        report = suggestions.embed(store, get_settings(), device, show)
    if json:
        print_json(report)
    else:
        out.print(", ".join(f"{name} {value}" for name, value in report.items()))


def suggest(
    taxonomy: TaxonomyOption = "",
    blind: Annotated[
        bool | None,
        typer.Option(
            "--hide-holdout/--show-holdout",
            help="Hide one suggestion in ten, or none; default: hide from people only.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Suggest a taxon for each paper without one. One suggestion in ten is hidden from people until they decide."""
    with open_store() as store, progress("suggest", json) as show:
        taxonomy = main_taxonomy(store, taxonomy)
        report = suggestions.suggest(store, get_settings(), taxonomy, show)
    # A program at the other end of a pipe decides nothing, so what it reads sways nobody.
    for_people = not json or sys.stdout.isatty()
    lines = [_shown(line, for_people if blind is None else blind) for line in report.lines]
    if json:
        print_json_lines([line | {"ranked": _likeliest_first(line["ranked"])} for line in lines])
        return
    columns = ["paper", "sure of", "outside", "best leaf", "p", "text"]
    print_table("", columns, [_suggestion_row(line) for line in lines])
    out.print(f"{report.suggested} suggested, {report.abstained} abstained, {report.changed} changed")
    if report.is_guess:
        out.print(_how_little(taxonomy, report.labels))


def _how_little(taxonomy: str, labels: int) -> str:
    """What a run with few labels or none can know."""
    placed = f"only {pluralize(labels)} placed" if labels else "no paper placed"
    return (
        f"{placed} in {taxonomy} so far: this is a guess from the names, definitions, criteria and exemplars of its "
        "classes, and none of it is sure. Place about 5 papers a class (`wamkg review --ask`), then `wamkg evaluate` "
        "measures it"
    )


def _likeliest_first(ranked: list[UncheckedObject]) -> list[UncheckedObject]:
    """JSON output is ordered by probability alone; people see the leaves of the confident taxon first."""
    return sorted(ranked, key=lambda leaf: leaf["probability"], reverse=True)


def _shown(line: UncheckedObject, blind: bool) -> UncheckedObject:
    """The line to print, marked if its suggestion is held out; without the suggestion if `blind`."""
    hidden = is_held_out(line["paper"], line["taxonomy"])
    return line | {"hidden": hidden} | (unsaid() if hidden and blind else {})


def _suggestion_row(line: UncheckedObject) -> list[str]:
    if not line["ranked"]:
        return [line["title"][:70], "hidden", "", "", "", line["text"]["source"]]
    best = line["ranked"][0]
    outside = "" if line["outside"] is None else f"{line['outside']:.2f}"
    sure = line["decided_level"] or "abstains"
    return [line["title"][:70], sure, outside, best["taxon"], f"{best['probability']:.2f}", line["text"]["source"]]


def label_audit(
    taxonomy: TaxonomyOption = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of papers.")] = 20,
    json: JsonOption = False,
) -> None:
    """List papers whose label is disputed by the model, similar papers, other taxonomies or citations."""
    with open_store() as store:
        taxonomy = main_taxonomy(store, taxonomy)
        found = suggestions.audit_labels(store, get_settings(), taxonomy)
    if json:
        print_json_lines(found[:limit])
        return
    for conflict in found[:limit]:
        out.print(f"{conflict['score']:.2f} {conflict['title']}\n     assigned to {conflict['label']}")
        for vote in conflict["votes"]:
            chances = f"{vote['probability']:.2f} against {vote['label_probability']:.2f} for {vote['against']}"
            out.print(f"     {vote['by']}: {vote['taxon']}, {chances} ({vote['explanation']})")
        if conflict["supporting_signals"]:
            out.print(f"     support the label: {', '.join(conflict['supporting_signals'])}")
    out.print(f"{min(limit, len(found))} of {len(found)} disputed")


def evaluate(
    taxonomy: TaxonomyOption = "",
    model: Annotated[list[str] | None, typer.Option("--model", help="Model to measure; repeatable.")] = None,
    shuffle: Annotated[int | None, typer.Option("--shuffle", help="Shuffle the labels with this seed first.")] = None,
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            help="nested-loo: each paper left out in turn; nested-folds: a tenth at a time; "
            "time-forward: month by month.",
        ),
    ] = "nested-loo",
    quick: Annotated[bool, typer.Option("--quick", help="Leave out a tenth of the papers at a time.")] = False,
    json: JsonOption = False,
) -> None:
    """Measure the suggestion models on the classified papers."""
    options = EvaluateOptions(tuple(model or ()), shuffle, QUICK if quick else protocol)
    with open_store() as store, progress("evaluate", json) as show:
        taxonomy = main_taxonomy(store, taxonomy)
        watched = show if json or quick else _warning_if_slow(show)
        report = suggestions.evaluate(store, get_settings(), taxonomy, options, watched)
    if json:
        print_json(report)
        return
    measures = ["accuracy_top", "log_loss_top", "macro_f1_top", "ece", "coverage_at_95", "accuracy_leaf", "top3_leaf"]
    measures += ["hierarchical_f1", "p_vs_baseline"]
    rows = [[name, *(_number(values.get(m)) for m in measures)] for name, values in report["models"].items()]
    print_table(f"{taxonomy}, n = {report['n']}, {report['protocol']}", ["model", *measures], rows)
    out.print(f"default: {report['default']}")


def _warning_if_slow(show: Progress) -> Progress:
    """Take progress as `show` does; say at the start if the rest will take long."""
    times: list[float] = []

    def watch(done: int, total: int | None = None, more: str = "") -> None:
        show(done, total)
        times.append(time.process_time())
        if len(times) == 2 and total and (seconds := (times[1] - times[0]) * total) > SLOW:
            err.print(
                f"this takes about {clock(seconds)} of CPU time; `wamkg evaluate --quick` leaves out a tenth of the "
                "papers at a time and takes a fraction of that"
            )

    return watch


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
