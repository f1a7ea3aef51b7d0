"""`screen`: is a paper in scope? `simulate`: how fast would screening have found the relevant papers?"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from wamkg.cli.common import JsonOption, TaxonomyOption, err, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption
from wamkg.cli.progress import progress
from wamkg.json_types import UncheckedObject
from wamkg.services import decisions
from wamkg.services import screening as service
from wamkg.services.taxonomies import main_taxonomy
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store

if TYPE_CHECKING:
    from wamkg.screening.session import ScreeningSession

_MEASURES = {"loss": "loss", "wss_95": "WSS@95", "recall_10": "recall@10%", "atd": "ATD", "ndcg": "NDCG"}


ANSWERS = {"i": True, "o": False}
ASKED = "i(n), o(ut), s(kip) or q(uit)"
TargetOption = Annotated[float, typer.Option("--target", help="Target recall of the stopping rule.")]
ConfidenceOption = Annotated[float, typer.Option("--confidence", help="Confidence level of the stopping rule.")]


def screen(
    taxonomy: TaxonomyOption = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Maximum number of papers.")] = 20,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for each paper whether it is in scope, most probable first.")
    ] = False,
    text: Annotated[str, typer.Option("--text", help="Text to use: titles, or full (with abstracts).")] = "titles",
    target: TargetOption = 0.95,
    confidence: ConfidenceOption = 0.95,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Show the candidates that are most likely in scope, and whether it is safe to stop screening."""
    from wamkg.screening.stopping import StoppingRule  # numpy takes a moment to load

    rule = StoppingRule(target, confidence)
    with open_store() as store:
        taxonomy = main_taxonomy(store, taxonomy)
        found = service.screening(store, taxonomy, text)
        if ask:
            _ask(store, found, limit, by)
        elif json:
            likely = [asdict(one) for one in found.likeliest(limit)]
            print_json({"taxonomy": taxonomy, "text": text, "stop_rule": found.stop(rule), "likeliest": likely})
            return
        else:
            rows = [[one.paper, one.title[:90], f"{one.score:.2f}"] for one in found.likeliest(limit)]
            print_table("", ["paper", "title", "score"], rows)
        _print_stop(found.stop(rule))


def _ask(store: Store, found: "ScreeningSession", limit: int, by: str) -> None:
    skipped: set[str] = set()
    for _ in range(limit):
        waiting = [one for one in found.likeliest(len(skipped) + 1) if one.paper not in skipped]
        if not waiting:
            return
        out.print(f"\n{waiting[0].title}\n{waiting[0].paper}")
        while (answer := typer.prompt(ASKED).strip()) not in (*ANSWERS, "s", "q"):
            pass
        if answer == "q":
            return
        if answer == "s":
            skipped.add(waiting[0].paper)
            continue
        batch = decisions.screen(
            store, get_settings(), Writer(by), waiting[0].paper, belongs=ANSWERS[answer], taxonomy=found.taxonomy
        )
        found.answer(waiting[0].paper, ANSWERS[answer])
        if batch is not None:
            print_undo(batch)


def _print_stop(stop: UncheckedObject) -> None:
    out.print(f"{stop['read']} answered, {stop['found']} of them in, {stop['waiting']} wait")
    word = "it is safe to stop" if stop["stop"] else "read on"
    out.print(f"{word}: p = {stop['p']:.3f} that less than {stop['target']:.0%} of what belongs has been found")


def simulate(
    file: Annotated[
        str | None,
        typer.Argument(help="CSV or JSON Lines with title, abstract, included (1 or 0); without it, the library."),
    ] = None,
    taxonomy: TaxonomyOption = "",
    against: Annotated[
        str,
        typer.Option(
            "--negatives", help="Negative examples from the library: data (data set and benchmark papers) or outside."
        ),
    ] = "data",
    model: Annotated[list[str] | None, typer.Option("--model", help="Model to replay; repeatable.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Number of runs, with seeds from 0.")] = 10,
    target: TargetOption = 0.95,
    confidence: ConfidenceOption = 0.95,
    json: JsonOption = False,
) -> None:
    """Replay finished labels: recall against effort, work saved, and when the stopping rule would have stopped."""
    replayed = service.Replayed(file, taxonomy, against, model or [], seeds, target, confidence)
    with progress("simulate", json) as show:
        if file is None:
            with open_store() as store:
                found = service.simulate(replayed, store, show)
        else:
            found = service.simulate(replayed, progress=show)
    if json:
        print_json(found.report)
        return
    _print(found.report)
    for name, seconds in found.seconds_per_decision.items():
        err.print(f"{name}: {1000 * seconds:.1f} ms a decision")


def _print(report: UncheckedObject) -> None:
    title = f"{report['source']}: {report['relevant']} of {report['n']} relevant, read by {report['text']}"
    rows = []
    for name, found in report["models"].items():
        rows += [[name, line["seed"], *(f"{line[m]:.3f}" for m in _MEASURES), *_stop(line)] for line in found["seeds"]]
        rows.append([name, "mean", *(f"{found['mean'][m]:.3f}" for m in _MEASURES), *_stop(found)])
        rows.append([name, "spread", *(_number(found["spread"][m]) for m in _MEASURES)])
    print_table(title, ["model", "seed", *_MEASURES.values(), "stop at", "recall then"], rows)
    names = list(report["models"])
    curves = zip(*(report["models"][name]["curve"] for name in names), strict=True)
    points = [[f"{at[0]['effort']:.0%}", *(f"{point['recall']:.3f}" for point in at)] for at in curves]
    print_table("mean recall by effort", ["read", *names], points)
    rule = report["stop_rule"]
    for name in names:
        kept = report["models"][name]["stop"]["reached_target"]
        out.print(f"{name}: stopping at {rule['confidence']:.0%} confidence had a recall of {rule['target']:.0%}"
                  f" or more in {kept:.0%} of the runs")  # fmt: skip


def _stop(found: UncheckedObject) -> list[str]:
    return [f"{found['stop']['effort']:.1%}", f"{found['stop']['recall']:.3f}"]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
