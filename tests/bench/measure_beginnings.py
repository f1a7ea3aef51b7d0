"""How many labels buy what? `python -m tests.bench.measure_beginnings HOME...`, each home made by `wamkg init --from`.

The classes are the list's own headings with at least 12 papers, the ten largest; the texts are what the list gives,
mostly titles. Every other paper is placed after some labels a class (0: names and definitions of the classes alone).
Then the papers of the largest class are screened against all others, as `wamkg simulate` does.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from wamkg.embedding.cache import embed_texts
from wamkg.embedding.encoders import SentenceTransformerEncoder
from wamkg.screening.labeled import LabeledRecords
from wamkg.screening.simulation import simulate
from wamkg.screening.stopping import StoppingRule
from wamkg.services.taxonomies import main_taxonomy
from wamkg.store.session import Store
from wamkg.suggesting.corpus import load_corpus
from wamkg.suggesting.examples import Example, TrainingSet, required_texts
from wamkg.suggesting.registry import FitCache, model_named
from wamkg.suggesting.taxon_tree import Tree

LABELS = (0, 1, 2, 5, 10)
DRAWS = 5
LEAST, MOST = 12, 10
"""Papers that a class needs, and number of classes."""
TESTED, SCREENED = 150, 500
MODELS = ("words-nb", "minilm-lr", "words-nb-minilm")


def field(home: str) -> TrainingSet:
    """Return a list's papers under its largest headings, as one flat level."""
    store = Store(f"sqlite:///{Path(home) / 'wamkg.db'}")
    with store.reading() as session:
        training = load_corpus(session, main_taxonomy(store)).training
    store.close()
    counts = Counter(example.taxon for example in training.examples).most_common(MOST)
    names = {taxon: taxon.replace("/", " ") for taxon, count in counts if count >= LEAST}
    flat = {taxon: taxon.replace("/", "-") for taxon in names}
    tree = Tree.of(flat.values(), {flat[taxon]: training.tree.texts[taxon] for taxon in names})
    return TrainingSet(tree, tuple(Example(e.document, flat[e.taxon]) for e in training.examples if e.taxon in flat))


def placed_right(training: TrainingSet, bench: FitCache) -> Iterator[str]:
    """Yield a line for each number of labels: mean share (and spread) of other papers whose class comes first."""
    taxa = np.array([example.taxon for example in training.examples])
    models = [model_named(name) for name in MODELS]
    for each in LABELS:
        shares: dict[str, list[float]] = {name: [] for name in MODELS}
        for seed in range(DRAWS if each else 1):
            order = np.random.default_rng(seed).permutation(len(taxa))
            chosen = [row for taxon in training.tree.paths for row in order[taxa[order] == taxon][:each]]
            rows = np.array(sorted(chosen), dtype=np.intp)
            rest = np.setdiff1d(order, rows)
            others = np.sort(np.random.default_rng(seed).permutation(rest)[:TESTED])
            for model in models:
                if each or any(member.definitions for member in model.members):
                    joint = bench.tree.joint(bench.predict(model, rows, others))
                    shares[model.name].append(float((joint.argmax(axis=1) == bench.nodes[others]).mean()))
        yield " | ".join([str(each), *(_mean(found) for found in shares.values())])


def _mean(found: Sequence[float]) -> str:
    return f"{np.mean(found):.2f} ({np.std(found):.2f})" if found else ""


def screened(training: TrainingSet, source: str) -> str:
    """Return how soon screening finds the papers of the largest class among others."""
    taxon = Counter(example.taxon for example in training.examples).most_common(1)[0][0]
    order = np.random.default_rng(0).permutation(len(training.examples))[:SCREENED]
    examples = [training.examples[i] for i in sorted(order)]
    relevant = tuple(example.taxon == taxon for example in examples)
    records = LabeledRecords(source, "titles", tuple(example.document for example in examples), relevant)
    report = simulate(records, (), range(3), StoppingRule(0.95, 0.95)).report
    (found,) = report["models"].values()
    recall = {point["effort"]: point["recall"] for point in found["curve"]}
    read = ", ".join(f"{recall[effort]:.2f} after {effort:.0%}" for effort in (0.1, 0.25, 0.5))
    return f"{sum(relevant)} of {len(relevant)} are {taxon}; recall {read}; WSS@95 {found['mean']['wss_95']:.2f}"


def main() -> None:
    """Print the tables of every list."""
    encoder = SentenceTransformerEncoder()
    for home in sys.argv[1:]:
        training = field(home)
        vectors = embed_texts(encoder, required_texts(training))
        bench = FitCache(training, vectors=vectors)
        classes = Counter(example.taxon for example in training.examples)
        print(f"{home}: {len(bench.nodes)} papers in {len(classes)} classes, chance {1 / len(classes):.2f}", flush=True)
        for line in placed_right(training, bench):
            print(line, flush=True)
        print(screened(training, home), flush=True)


if __name__ == "__main__":
    main()
