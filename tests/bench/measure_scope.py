"""How well does the scope model judge real abstracts? `python -m tests.bench.measure_scope`, with WAMKG_SHARED.

The labels are our own: 72 of `abstract_labels.csv` (two readings) and 102 of `scope_labels.csv` (one reading). Neither
file holds text. A paper is in scope if it proposes a method of the field; tutorials, benchmarks, tools, and policies or
world models alone are not. Each start draws some of the abstracts as decisions and judges the others. The packaged
survey is known from the beginning: 64 papers with summaries, 161 titles out of scope. The store is HOME/wamkg.db.
"""

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from wamkg.screening.metrics import work_saved
from wamkg.screening.scope import ScopeJudgement, ScopeLabels, judge_scope
from wamkg.screening.scope_labels import scope_labels
from wamkg.services.opening import open_current_store
from wamkg.settings import get_settings
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.outside import title_only
from wamkg.suggesting.taxon_tree import Bools, Floats

STARTS = 10


def labeled_abstracts() -> tuple[list[PaperDocument], Bools]:
    """The real abstracts that have a label, and which are in scope."""
    here = Path(__file__).parent
    labels: dict[str, bool] = {}
    for name, column, outside in (("abstract_labels", "settled", "outside"), ("scope_labels", "in_scope", "0")):
        with (here / f"{name}.csv").open(encoding="utf-8") as file:
            labels |= {row["arxiv"]: row[column] != outside for row in csv.DictReader(file)}
    lines = (Path(os.environ["WAMKG_SHARED"]) / "candidates.jsonl").read_text(encoding="utf-8").splitlines()
    found = [item for item in map(json.loads, lines) if item["arxiv"] in labels]
    documents = [PaperDocument(item["arxiv"], item["title"], item["abstract"]) for item in found]
    return documents, np.array([labels[item["arxiv"]] for item in found])


def measured(scores: Sequence[float], inside: Bools) -> tuple[float, float]:
    """Area under the curve, and work saved over sampling at a recall of 95 %."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    found = [int(place) + 1 for place in np.flatnonzero(inside[order])]
    return float(roc_auc_score(inside, scores)), work_saved(found, len(inside))


def one_start(
    known: ScopeLabels, documents: list[PaperDocument], inside: Bools, decided: int, seed: int
) -> Mapping[str, Sequence[float]]:
    """Measures of each way of judging, with so many decisions drawn at random."""
    order = np.random.default_rng(seed).permutation(len(documents))
    taken, left = order[:decided], order[decided:]
    labels = ScopeLabels(
        (*known.inside, *(documents[i] for i in taken if inside[i])),
        (*known.outside, *(documents[i] for i in taken if not inside[i])),
        known.names,
    )
    papers, truth = [documents[i] for i in left], inside[left]
    whole = judge_scope(labels, papers, 0.95)
    by_title = judge_scope(
        replace(labels, inside=_titles(labels.inside), outside=_titles(labels.outside), names=()), _titles(papers), 0.95
    )
    counting = judge_scope(ScopeLabels((), (), known.names), papers, 0.95)
    return {
        "scope model": [*measured(_scores(whole), truth), *_kept(whole, truth)],
        "titles only": measured(_scores(by_title), truth),
        "counting the field's names": measured(_scores(counting), truth),
    }


def _titles(documents: Sequence[PaperDocument]) -> tuple[PaperDocument, ...]:
    return tuple(title_only(document) for document in documents)


def _scores(judgement: ScopeJudgement) -> list[float]:
    return [verdict.score for verdict in judgement.verdicts]


def _kept(judgement: ScopeJudgement, truth: Bools) -> list[float]:
    """Recall and share queued at the model's own limit, and the Brier score of its probabilities."""
    likely = np.array([verdict.likely for verdict in judgement.verdicts])
    chances = np.array([1.0 if v.probability is None else v.probability for v in judgement.verdicts])
    brier: Floats = (chances - truth) ** 2
    return [float(likely[truth].mean()), float(likely.mean()), float(brier.mean())]


def main() -> None:
    """Print the measures: mean and standard deviation over the starts."""
    documents, inside = labeled_abstracts()
    with open_current_store(get_settings().url).reading() as session:
        known = scope_labels(session, "wam")
    print(f"{len(documents)} abstracts, {int(inside.sum())} in scope; names: {', '.join(known.names)}")
    print("decisions, way, AUC, WSS@95, recall at the limit, share queued, Brier score")
    for decided in (0, 20, 50, 100):
        runs = [one_start(known, documents, inside, decided, seed) for seed in range(STARTS if decided else 1)]
        for way in runs[0]:
            table = np.array([run[way] for run in runs])
            cells = [f"{m:.3f} ({s:.3f})" for m, s in zip(table.mean(axis=0), table.std(axis=0), strict=True)]
            print(f"{decided:3d} {way:28s}", *cells)


if __name__ == "__main__":
    main()
