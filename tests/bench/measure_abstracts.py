"""How good are suggestions on real abstracts? `python -m tests.bench.measure_abstracts`, with WAMKG_SHARED.

`abstract_labels.csv` holds the labels of 72 abstracts of `candidates.jsonl`: a first and a second reading, and the
settled one. It holds no text. Two questions are measured: what the 64 summaries of the seeds teach about abstracts (as
in use today), and what they teach together with the other abstracts (each abstract left out in turn).
"""

import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

from tests.helpers.suggesting_corpus import survey_training_set
from wamkg.embedding.cache import embed_texts
from wamkg.embedding.encoders import SentenceTransformerEncoder
from wamkg.suggesting import metrics
from wamkg.suggesting.calibration import depth_confidence
from wamkg.suggesting.evaluation import HeldOutPredictions, hold_out, joined
from wamkg.suggesting.examples import Example, PaperDocument, TrainingSet, required_texts
from wamkg.suggesting.registry import FitCache, model_named
from wamkg.suggesting.splits import Split
from wamkg.suggesting.taxon_tree import Bools, Tree

MODELS = ("majority", "tfidf-lr", "words-nb", "minilm-lr", "words-nb-minilm")
NOT_PLACED = ("outside", "undecided")
PRECISION = 0.95


@dataclass(frozen=True)
class Label:
    """The readings of one abstract: a path, `outside` or `undecided`."""

    arxiv: str
    first: str
    second: str
    settled: str


def labels() -> list[Label]:
    """Return the labels of all abstracts."""
    with (Path(__file__).parent / "abstract_labels.csv").open(encoding="utf-8") as file:
        return [Label(**row) for row in csv.DictReader(file)]


def abstracts() -> dict[str, PaperDocument]:
    """Return the real abstracts by arXiv id."""
    lines = (Path(os.environ["WAMKG_SHARED"]) / "candidates.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        row["arxiv"]: PaperDocument(row["arxiv"], row["title"], row["abstract"], date=row["date"] or "")
        for row in rows
        if row["arxiv"] and row["abstract"]
    }


def agreement(found: Sequence[Label]) -> str:
    """Return how often both readings agree, with Cohen's kappa: at the top level, and on the whole path."""
    readings = [[(label.first, label.second) for label in found]]
    readings.insert(0, [(first.split("/")[0], second.split("/")[0]) for first, second in readings[0]])
    said = []
    for pairs in readings:
        first, second = zip(*pairs, strict=True)
        same = np.mean([a == b for a, b in pairs])
        said.append(f"{same:.3f} (kappa {cohen_kappa_score(first, second):.3f})")
    return f"both readings of {len(found)} abstracts agree: top level {said[0]}, path {said[1]}"


def measure(tree: Tree, held: HeldOutPredictions, paths: Sequence[str]) -> str:
    """Return one line of the table."""
    nodes = np.array([tree.index[path] for path in paths], dtype=np.intp)
    right = metrics.top_right(tree, held.joint, nodes)
    cascaded = np.array([path.startswith("cascaded") for path in paths])
    at_leaf = np.isin(nodes, tree.leaves)
    best = tree.leaves[held.joint[:, tree.leaves].argmax(axis=1)]
    top3 = metrics.leaf_top_k(tree, held.joint, nodes, 3)
    confidence, _, _ = depth_confidence(tree, held.joint, nodes, 1)
    sure = confidence >= held.thresholds
    precise = f"{right[sure].sum()} of {sure.sum()}" if sure.any() else "none"
    return (
        f"{_share(right)} | {right[cascaded].sum()} of {cascaded.sum()} | "
        f"{metrics.top_log_loss(tree, held.joint, nodes):.3f} | {_share((best == nodes)[at_leaf])} | {top3:.3f} | "
        f"{sure.mean():.2f} ({precise})"
    )


def _share(right: Bools) -> str:
    low, high = metrics.bootstrap_interval(right)
    return f"{right.mean():.3f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    """Print the agreement and both tables."""
    found = labels()
    print(agreement(found))
    placed = [label for label in found if label.settled not in NOT_PLACED]
    texts, summaries = abstracts(), survey_training_set()
    known = tuple(Example(texts[label.arxiv], label.settled) for label in placed)
    training = TrainingSet(summaries.tree, (*summaries.examples, *known))
    vectors = embed_texts(SentenceTransformerEncoder(), required_texts(training))
    bench, n = FitCache(training, vectors=vectors), len(summaries.examples)
    new = n + np.arange(len(known), dtype=np.intp)
    every = np.arange(len(training.examples), dtype=np.intp)
    protocols = {
        "summaries": [Split(every[:n], new)],
        "both": [Split(np.delete(every, row), new[i : i + 1]) for i, row in enumerate(new)],
    }
    for protocol, splits in protocols.items():
        for name in sys.argv[1:] or MODELS:
            held = joined([hold_out(bench, [model_named(name)], split, PRECISION) for split in splits])
            print(
                f"| {protocol} | {name} | {measure(bench.tree, held, [label.settled for label in placed])} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
