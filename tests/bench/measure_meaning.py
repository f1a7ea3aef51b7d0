"""Do embeddings help beyond suggestions? `python -m tests.bench.measure_meaning HOME...`, with WAMKG_SHARED.

Words (TF-IDF, as the neighbors of a suggestion), the packaged encoder, and the mean of both cosines are compared on:
search (a title must find its own abstract), versions (every second sentence of an abstract must find the other ones),
neighbors (papers of one class; each home is a list, made by `wamkg init --from`), and scope (the 72 labeled abstracts).
"""

import sys
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from tests.bench.measure_abstracts import abstracts, labels
from tests.bench.measure_beginnings import field
from tests.helpers.suggesting_corpus import survey_training_set
from wamkg.embedding.cache import embed_texts
from wamkg.embedding.encoders import SentenceTransformerEncoder
from wamkg.store.paper_texts import sentences
from wamkg.suggesting.classifiers import Logistic
from wamkg.suggesting.examples import PaperDocument, TrainingSet
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, VectorView, dense
from wamkg.suggesting.registry import PLAIN_WORDS
from wamkg.suggesting.taxon_tree import Bools, Floats

NEAR = 5
MOST = 400
"""Papers of a list whose neighbors are looked up."""
ENCODER = SentenceTransformerEncoder()


def cosines(documents: Sequence[PaperDocument]) -> dict[str, Floats]:
    """Return the cosines of all pairs of texts by each way."""
    every = np.arange(len(documents), dtype=np.intp)
    corpus = DocumentFeatures(documents, embed_texts(ENCODER, [d.text for d in documents]))
    found = {}
    for name, view in (("words", PLAIN_WORDS), ("embeddings", VectorView())):
        rows = FeatureSpace(corpus, view, every).matrix(every)
        found[name] = dense(rows @ rows.T)
    return found | {"both": (found["words"] + found["embeddings"]) / 2}


def retrieved(queries: Sequence[str], texts: Sequence[str]) -> Mapping[str, tuple[float, float, float]]:
    """Return, by each way, how often a query finds its own text first, among ten, and the mean of 1 / rank."""
    n = len(queries)
    every = cosines([PaperDocument(str(i), "", text) for i, text in enumerate([*queries, *texts])])
    found = {}
    for name, cosine in every.items():
        table = cosine[:n, n:]
        rank = (table > np.diag(table)[:, None]).sum(axis=1) + 1
        found[name] = (float((rank == 1).mean()), float((rank <= 10).mean()), float((1 / rank).mean()))
    return found


def apart(queries: Sequence[str], texts: Sequence[str]) -> dict[str, float]:
    """Return, by each way, the share of true pairs that are more similar than any wrong pair."""
    n = len(queries)
    every = cosines([PaperDocument(str(i), "", text) for i, text in enumerate([*queries, *texts])])
    tables = {name: cosine[:n, n:] for name, cosine in every.items()}
    return {name: float((np.diag(t) > (t - 2 * np.eye(n)).max()).mean()) for name, t in tables.items()}


def near_alike(training: TrainingSet) -> dict[str, float]:
    """Return, by each way, the mean share of the five nearest papers that have the paper's own class."""
    examples = [training.examples[i] for i in np.random.default_rng(0).permutation(len(training.examples))[:MOST]]
    taxa = np.array([example.taxon for example in examples])
    found = {}
    for name, cosine in cosines([example.document for example in examples]).items():
        near = np.argsort(-(cosine - 3 * np.eye(len(taxa))), axis=1, kind="stable")[:, :NEAR]
        found[name] = float((taxa[near] == taxa[:, None]).mean())
    return found


def scope(documents: Sequence[PaperDocument], inside: Bools) -> dict[str, float]:
    """Return, by each way, the area under the curve of P(in scope), each paper predicted without itself."""
    every = np.arange(len(documents), dtype=np.intp)
    corpus = DocumentFeatures(documents, embed_texts(ENCODER, [d.text for d in documents]))
    odds: dict[str, list[float]] = {"words": [], "embeddings": []}
    for i in every:
        rows = np.delete(every, i)
        for name, view in (("words", PLAIN_WORDS), ("embeddings", VectorView())):
            space = FeatureSpace(corpus, view, rows)
            fit = Logistic().fit(space.matrix(rows), inside[rows].astype(np.intp), np.ones(len(rows)))
            p = float(fit.predict(space.matrix(every[i : i + 1]))[0, 1])
            odds[name].append(float(np.log(p / (1 - p))))
    both = [sum(pair) for pair in zip(*odds.values(), strict=True)]
    return {name: float(roc_auc_score(inside, values)) for name, values in (*odds.items(), ("both", both))}


def main() -> None:
    """Print one line for each measurement."""
    real = list(abstracts().values())
    print("search", retrieved([d.title for d in real], [d.body for d in real]), flush=True)
    halves = [(" ".join(parts[::2]), " ".join(parts[1::2])) for d in real if len(parts := sentences(d.body)) > 3]
    first, second = ([pair[side] for pair in halves] for side in (0, 1))
    print("versions", retrieved(first, second), "apart", apart(first, second), flush=True)
    read = labels()
    documents = [abstracts()[label.arxiv] for label in read]
    inside = np.array([label.settled != "outside" for label in read])
    print("scope", scope(documents, inside), flush=True)
    print("scope by titles", scope([PaperDocument(d.id, d.title) for d in documents], inside), flush=True)
    for name, training in (("survey", survey_training_set()), *((home, field(home)) for home in sys.argv[1:])):
        print("neighbors", name, near_alike(training), flush=True)


if __name__ == "__main__":
    main()
