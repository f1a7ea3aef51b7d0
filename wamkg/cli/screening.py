"""`simulate`: how soon screening would have found what there was to find."""

from typing import Annotated, Any

import typer

from wamkg import pipeline
from wamkg.cli.common import JsonOption, TaxonomyOption, err, open_store, out, print_json, print_table

_MEASURES = {"loss": "loss", "wss_95": "WSS@95", "recall_10": "recall@10%", "atd": "ATD", "ndcg": "NDCG"}


def simulate(
    file: Annotated[
        str | None,
        typer.Argument(help="CSV or JSON Lines with title, abstract, included (1 or 0); without it, the library."),
    ] = None,
    taxonomy: TaxonomyOption = "wam",
    against: Annotated[
        str, typer.Option("--against", help="Of the library, what the classified papers are told from: data, outside.")
    ] = "data",
    model: Annotated[list[str] | None, typer.Option("--model", help="Model to replay; repeat for several.")] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="How many starts, seeds 0 and up.")] = 10,
    target: Annotated[float, typer.Option("--target", help="Recall that the stop rule wants.")] = 0.95,
    confidence: Annotated[float, typer.Option("--confidence", help="How sure the stop rule wants to be.")] = 0.95,
    json: JsonOption = False,
) -> None:
    """Replay finished labels: recall against effort, work saved, and when the stop rule would have stopped."""
    replayed = pipeline.Replayed(file, taxonomy, against, model or [], seeds, target, confidence)
    if file is None:
        with open_store() as store:
            found = pipeline.simulate(replayed, store)
    else:
        found = pipeline.simulate(replayed)
    if json:
        print_json(found.report)
        return
    _print(found.report)
    for name, seconds in found.seconds_per_decision.items():
        err.print(f"{name}: {1000 * seconds:.1f} ms a decision")


def _print(report: dict[str, Any]) -> None:
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


def _stop(found: dict[str, Any]) -> list[str]:
    return [f"{found['stop']['effort']:.1%}", f"{found['stop']['recall']:.3f}"]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
