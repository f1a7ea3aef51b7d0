"""Label audit: papers whose class the model, the neighbors, another taxonomy or the citations contradict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlmodel import Session

from wamkg.embedding.encoders import Encoder
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.json_types import UncheckedObject
from wamkg.store.citations import citation_pairs
from wamkg.store.session import Store
from wamkg.store.taxonomies import list_taxonomies
from wamkg.suggesting.corpus import TaxonomyCorpus, load_corpus, places_in
from wamkg.suggesting.examples import TrainingSet
from wamkg.suggesting.features import FeatureSpace, VectorsByHash, VectorView, dense
from wamkg.suggesting.registry import PLAIN_WORDS, FitCache, Model
from wamkg.suggesting.runner import vectors_for
from wamkg.suggesting.splits import nested_loo
from wamkg.suggesting.suggest import chosen_model
from wamkg.suggesting.taxon_tree import Floats, Ints, Tree

LEAVE_ONE_OUT = 200
"""Up to this many papers, the model is fitted without each paper in turn; above, without each of eight folds."""
NEIGHBOURS = 9
FEWEST = 3
"""Minimum number of papers in the same taxon of another taxonomy, or linked by citations, for a signal."""
TOP_WEIGHT, BELOW_WEIGHT = 1.0, 0.5
"""Weights of a disagreement at the top level and at lower levels."""


@dataclass(frozen=True)
class Disagreement(WithFormerNames):
    """One signal that disagrees with the label: the first taxon on its path that differs, with both probabilities."""

    by: str
    taxon: str
    against: str
    probability: float
    label_probability: float
    depth: int
    explanation: str
    said: Former[str] = former("explanation")

    @property
    def strength(self) -> float:
        """Return how much the signal prefers its taxon, weighted by the depth of the disagreement."""
        gap = self.probability - self.label_probability
        return gap * (TOP_WEIGHT if self.depth == 1 else BELOW_WEIGHT)


@dataclass(frozen=True)
class LabelIssue:
    """A disputed label. `score` sums the strengths of the disagreeing signals; `agree` names signals that support the
    label.
    """

    id: str
    title: str
    label: str
    score: float
    votes: tuple[Disagreement, ...]
    agree: tuple[str, ...]


@dataclass(frozen=True)
class Signal:
    """One signal's opinion of every classified paper: P(node), (n, nodes); a zero row means no opinion."""

    by: str
    joint: Floats
    said: tuple[str, ...]


def label_audit(training: TrainingSet, voices: Sequence[Signal]) -> list[LabelIssue]:
    """Return every classified paper whose label some signal contradicts, most disputed first."""
    tree = training.tree
    found = []
    for i, example in enumerate(training.examples):
        line = tree.line(tree.index[example.taxon])
        heard = [(voice, _dispute(tree, voice, i, line)) for voice in voices if voice.joint[i].any()]
        votes = tuple(sorted((vote for _, vote in heard if vote), key=lambda vote: -vote.strength))
        if votes:
            agree = tuple(voice.by for voice, vote in heard if vote is None)
            score = round(sum(vote.strength for vote in votes), 4)
            found.append(LabelIssue(example.document.id, example.document.title, example.taxon, score, votes, agree))
    return sorted(found, key=lambda conflict: (-conflict.score, conflict.id))


def _dispute(tree: Tree, voice: Signal, i: int, line: Sequence[int]) -> Disagreement | None:
    here, p = -1, voice.joint[i]
    for depth, node in enumerate(line, 1):
        siblings = tree.children[here]
        best = int(siblings[p[siblings].argmax()])
        if p[best] > p[node]:
            chances = round(float(p[best]), 4), round(float(p[node]), 4)
            return Disagreement(voice.by, tree.paths[best], tree.paths[node], *chances, depth, voice.said[i])
        here = node
    return None


def model_voice(training: TrainingSet, model: Model, vectors: VectorsByHash | None = None) -> Signal:
    """Signal of the model fitted without the paper, calibrated by its cross-validation."""
    bench = FitCache(training, vectors=vectors)
    everything = np.arange(len(bench.nodes), dtype=np.intp)
    if len(everything) <= LEAVE_ONE_OUT:
        rows = [bench.predict(model, split.fit, split.predict) for split in nested_loo(training)]
        raw = np.concatenate(rows) if rows else np.zeros((0, len(bench.tree.paths)))
    else:
        raw = bench.out_of_fold(model, everything)
    calibration = bench.calibration(model, everything, 0.95)
    joint = bench.tree.joint(calibration.apply(bench.tree, raw))
    return Signal("model", joint, (f"{model.name} fitted without this paper",) * len(everything))


def neighbour_voice(training: TrainingSet, vectors: VectorsByHash | None = None) -> Signal:
    """Signal of the nearest other papers' labels, weighted by similarity (of vectors if available, else of words)."""
    bench = FitCache(training, vectors=vectors)
    everything = np.arange(len(bench.nodes), dtype=np.intp)
    features = FeatureSpace(bench.corpus, PLAIN_WORDS if vectors is None else VectorView(), everything).matrix(
        everything
    )
    similar = np.maximum(dense(features @ features.T), 0.0)
    np.fill_diagonal(similar, 0.0)
    near = np.argsort(-similar, axis=1, kind="stable")[:, :NEIGHBOURS]
    weights = np.zeros_like(similar)
    np.put_along_axis(weights, near, np.take_along_axis(similar, near, axis=1), axis=1)
    examples = training.examples
    said = tuple(f"{len(row)} nearest, first {examples[row[0]].document.title!r}" if len(row) else "" for row in near)
    return Signal("neighbours", shares(training, weights), said)


def rival_voice(training: TrainingSet, name: str, places: Mapping[str, str]) -> Signal:
    """Signal of the other papers in the same taxon of another taxonomy; `places` maps document id to path there."""
    classes = np.array([places.get(e.document.id, "") for e in training.examples])
    same = (classes[:, None] == classes[None, :]) & (classes != "")[:, None]
    return _counted(training, name, same, [f"{name} files it under {c}" for c in classes])


def citation_voice(training: TrainingSet, pairs: Sequence[tuple[str, str]]) -> Signal:
    """Signal of the classified papers that a paper cites or that cite it; `pairs` are ids (citing, cited)."""
    place = {e.document.id: i for i, e in enumerate(training.examples)}
    linked = np.zeros((len(place), len(place)), dtype=bool)
    for citing, cited in pairs:
        if citing in place and cited in place:
            linked[place[citing], place[cited]] = linked[place[cited], place[citing]] = True
    return _counted(training, "citations", linked, [f"{n} classified papers linked" for n in linked.sum(axis=1)])


def _counted(training: TrainingSet, by: str, beside: Ints, said: Sequence[str]) -> Signal:
    """Signal from counts, excluding the paper itself; fewer than the minimum number of papers give no opinion."""
    others = np.asarray(beside, dtype=np.float64)
    np.fill_diagonal(others, 0.0)
    others[others.sum(axis=1) < FEWEST] = 0.0
    return Signal(by, shares(training, others), tuple(said))


def shares(training: TrainingSet, weights: Floats) -> Floats:
    """Return the share of weight (n, n) at or below each node, (n, nodes); rows without weight stay zero."""
    tree = training.tree
    below = np.zeros((len(training.examples), len(tree.paths)))
    for i, example in enumerate(training.examples):
        below[i, tree.line(tree.index[example.taxon])] = 1.0
    out: Floats = weights @ below / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    return out


def audit_labels(store: Store, slug: str, model: str, encoder: Encoder | None) -> list[UncheckedObject]:
    """Return a taxonomy's disputed labels in the form of `label-audit --json`, most disputed first.

    Raises NotFoundError for an unknown taxonomy and InvalidInputError for an unknown model.
    """
    with store.reading() as session:
        corpus = load_corpus(session, slug)
        others = _other_voices(session, corpus)
    vectors = vectors_for(store, corpus, encoder) if encoder else None
    training = corpus.training
    if not training.examples:
        return []
    voices = [
        model_voice(training, chosen_model(model, vectors is not None), vectors),
        neighbour_voice(training, vectors),
    ]
    return [
        {"paper": corpus.papers[c.id].slug, "arxiv": corpus.papers[c.id].arxiv, "title": c.title, "taxonomy": slug}
        | {"label": c.label, "score": c.score}
        | {
            "votes": [asdict(vote) | {"strength": round(vote.strength, 4)} for vote in c.votes],
            "supporting_signals": list(c.agree),
        }
        | {"agree": list(c.agree)}  # the former key
        for c in label_audit(training, [*voices, *others])
    ]


def _other_voices(session: Session, corpus: TaxonomyCorpus) -> list[Signal]:
    """Return other taxonomies that contain classified papers, and the citations between these papers, if any."""
    training = corpus.training
    voices = []
    for taxonomy in list_taxonomies(session):
        if taxonomy.id == corpus.taxonomy.id:
            continue
        places = {str(paper): path for paper, path in places_in(session, taxonomy).items()}
        voices.append(rival_voice(training, taxonomy.slug, places))
    numbers = [int(example.document.id) for example in training.examples]
    pairs = [(str(citing), str(cited)) for citing, cited in citation_pairs(session, numbers)]
    return [*voices, citation_voice(training, pairs)]
