"""What figures must be told to be drawn from the seeds; all others draw without a word."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson

from wamkg.figures.query import FIGURES, FigureQuery
from wamkg.screening.metrics import measures
from wamkg.suggesting.metrics import expected_calibration_error, reliability

QUERIES = {"crosswalk-table": FigureQuery(taxonomy="evaluation", compare_with="training-data")}


def query_for(name: str, folder: Path) -> FigureQuery:
    """The query of a figure; one that reads a file finds it in the folder."""
    query = QUERIES.get(name, FigureQuery())
    if "source" not in FIGURES[name].takes:
        return query
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "measured.json"
    path.write_bytes(orjson.dumps(simulation() if name == "learning-curve" else evaluation()))
    return replace(query, source=path)


def simulation(models: int = 2) -> dict[str, object]:
    """A made-up replay measured as `wamkg simulate --json` measures it: three starts a model, 10 of 98 relevant."""
    rng, replayed = np.random.default_rng(7), {}
    for number in range(models):
        starts = [sorted(1 + rng.choice(40 + 10 * number, 10, replace=False)) for _ in range(3)]
        lines = [{"found_at": [int(n) for n in found], "total": 98} for found in starts]
        every = [measures(found, 98) for found in starts]
        replayed[f"model-{number}"] = {
            "seeds": lines,
            "mean": {measure: float(np.mean([values[measure] for values in every])) for measure in every[0]},
        }
    return {"source": "made", "n": 100, "relevant": 11, "default": "model-1", "models": replayed}


def evaluation(models: int = 3) -> dict[str, object]:
    """Made-up predictions measured as `wamkg evaluate --json` measures them."""
    rng, measured = np.random.default_rng(7), {}
    for number in range(models):
        sure = rng.uniform(0.5, 1.0, 64)
        right = rng.uniform(size=64) < sure
        measured[f"model-{number}"] = {
            "accuracy_top": float(right.mean()),
            "ece": expected_calibration_error(sure, right),
            "reliability": reliability(sure, right),
        }
    return {"taxonomy": "wam", "n": 64, "protocol": "nested-loo", "default": "model-1", "models": measured}
