"""The registry of named models, and predictions from them with every fit remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.suggesting.calibration import Calibration, fit_calibration
from wamkg.suggesting.classifiers import Logistic, Majority, Neighbours, NodeClassifier
from wamkg.suggesting.examples import Document, TrainingSet
from wamkg.suggesting.features import Corpus, TextView, VectorsByHash, VectorView, View
from wamkg.suggesting.hierarchy import FittedHierarchy, Rows, fit_hierarchy
from wamkg.suggesting.tree import Floats, Ints

BASELINE = "tfidf-lr"
FOLDS = 8


@dataclass(frozen=True)
class Member:
    """One hierarchical classifier: what it reads, how it decides, how much a taxon's definition counts."""

    views: tuple[View, ...]
    classifier: NodeClassifier
    definitions: float = 0.0


@dataclass(frozen=True)
class Model:
    """A named model: the geometric mean of its members, tempered if `calibrated`."""

    name: str
    members: tuple[Member, ...]
    calibrated: bool = True
    version: str = "1"

    @property
    def needs_vectors(self) -> bool:
        """Whether any member reads the sentence encoder's vectors."""
        return any(isinstance(view, VectorView) for member in self.members for view in member.views)


PLAIN_WORDS = TextView("word", (1, 2), stop_words="english")
LONG_WORDS = TextView("word", (1, 3), min_df=2)
CHARACTERS = TextView("char_wb", (3, 5))

_PLAIN_LR = Member((PLAIN_WORDS,), Logistic())
_LONG_LR = Member((LONG_WORDS,), Logistic(), definitions=0.5)
_CHARACTERS_LR = Member((CHARACTERS,), Logistic(), definitions=0.5)
_VECTOR_LR = Member((VectorView(),), Logistic(), definitions=0.5)
_VECTOR_KNN = Member((VectorView(centre=True),), Neighbours())

MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("majority", (Member((PLAIN_WORDS,), Majority()),), calibrated=False),
        Model(BASELINE, (_PLAIN_LR,), calibrated=False),
        Model("minilm-lr", (_VECTOR_LR,)),
        Model("minilm-knn", (_VECTOR_KNN,)),
        Model("text-lr", (_LONG_LR, _CHARACTERS_LR)),
        Model("text-minilm-lr", (_LONG_LR, _CHARACTERS_LR, _VECTOR_LR)),
    )
}
DEFAULT = "text-lr"
DEFAULT_WITHOUT_VECTORS = "text-lr"


def model_named(name: str) -> Model:
    """Look a model up; raises InvalidInputError that lists the known ones."""
    try:
        return MODELS[name]
    except KeyError:
        raise InvalidInputError(f"unknown model {name!r}: choose one of {', '.join(sorted(MODELS))}") from None


class Workbench:
    """A training set with its corpus; fits members on any subset of examples and remembers the results.

    Example i is corpus row i; the taxa's definitions follow, then the candidates.
    """

    def __init__(
        self, training: TrainingSet, candidates: Sequence[Document] = (), vectors: VectorsByHash | None = None
    ) -> None:
        self.training = training
        self.tree = training.tree
        examples = [example.document for example in training.examples]
        self.corpus = Corpus([*examples, *training.taxon_documents, *candidates], vectors)
        self.nodes: Ints = np.array([self.tree.index[e.taxon] for e in training.examples], dtype=np.intp)
        first = len(examples) + len(training.taxon_documents)
        self.candidate_rows: Ints = np.arange(first, first + len(candidates), dtype=np.intp)
        self._held_out: dict[tuple[Member, bytes, bytes], Floats] = {}

    def fit(self, member: Member, rows: Ints) -> FittedHierarchy:
        """Fit one member on the examples `rows` and, where it wants them, the definitions."""
        weights = np.ones(len(rows))
        nodes = self.nodes[rows]
        if member.definitions > 0:
            taxa = np.arange(len(self.tree.paths), dtype=np.intp)
            rows = np.concatenate([rows, taxa + len(self.nodes)])
            nodes = np.concatenate([nodes, taxa])
            weights = np.concatenate([weights, np.full(len(taxa), member.definitions)])
        return fit_hierarchy(self.tree, self.corpus, Rows(rows, nodes, weights), member.views, member.classifier)

    def predict(self, model: Model, rows: Ints, at: Ints) -> Floats:
        """Raw P(child | parent), (len(at), nodes), of a model fitted on the examples `rows`."""
        logs = [np.log(np.clip(self._member(member, rows, at), 1e-12, 1.0)) for member in model.members]
        mean: Floats = np.exp(np.mean(logs, axis=0))
        for children in self.tree.children.values():
            mean[:, children] /= mean[:, children].sum(axis=1, keepdims=True)
        return mean

    def _member(self, member: Member, rows: Ints, at: Ints) -> Floats:
        key = (member, rows.tobytes(), at.tobytes())
        if key not in self._held_out:
            self._held_out[key] = self.fit(member, rows).conditional(at)
        return self._held_out[key]

    def out_of_fold(self, model: Model, rows: Ints) -> Floats:
        """Raw P(child | parent) of each example in `rows`, by a model fitted without its fold."""
        out = np.zeros((len(rows), len(self.tree.paths)))
        folds = stratified_folds(self.nodes[rows], FOLDS)
        for fold in range(int(folds.max(initial=-1)) + 1):
            inside = folds == fold
            out[inside] = self.predict(model, rows[~inside], rows[inside])
        return out

    def calibration(self, model: Model, rows: Ints, precision: float) -> Calibration:
        """Temperatures and thresholds from cross-validation within the examples `rows`."""
        return fit_calibration(
            self.tree, self.out_of_fold(model, rows), self.nodes[rows], precision, scale=model.calibrated
        )


def stratified_folds(nodes: Ints, folds: int) -> Ints:
    """Deal rows to folds, class after class, so that each fold has its share; deterministic."""
    out = np.empty(len(nodes), dtype=np.intp)
    out[np.argsort(nodes, kind="stable")] = np.arange(len(nodes)) % max(1, min(folds, len(nodes)))
    return out
