"""The registry of named models, and predictions from them with all fits cached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.suggesting.calibration import Calibration, HeldOutProbabilities, fit_calibration
from wamkg.suggesting.classifiers import MANY_ROWS, Logistic, Majority, Neighbours, NodeClassifier
from wamkg.suggesting.examples import PaperDocument, TrainingSet
from wamkg.suggesting.features import BlankView, DocumentFeatures, TextView, VectorsByHash, VectorView, View
from wamkg.suggesting.hierarchy import FittedHierarchy, Rows, fit_hierarchy
from wamkg.suggesting.products import ProductModel
from wamkg.suggesting.splits import stratified_folds
from wamkg.suggesting.taxon_tree import Floats, Ints

BASELINE = "tfidf-lr"
FOLDS = 8
MIN_TO_CALIBRATE = 10
"""Minimum number of examples for calibration; with fewer, no level is confident."""
TIME_BLOCKS, MIN_TO_LOOK_AHEAD = 6, 20
"""Dated examples are split into this many blocks, in order; each but the first is predicted from earlier blocks."""


@dataclass(frozen=True)
class EnsembleMember:
    """One hierarchical classifier: its features, its node classifier, and the weight of a taxon's definition."""

    view: View
    classifier: NodeClassifier
    definitions: float = 0.0


@dataclass(frozen=True)
class Model:
    """A named model: the geometric mean of its members, calibrated if `calibrated`."""

    name: str
    members: tuple[EnsembleMember, ...]
    calibrated: bool = True
    version: str = "1"

    @property
    def reads_marks(self) -> bool:
        """Whether any member reads context outside the text: other taxonomies or citations."""
        return any(isinstance(member.view, TextView) and member.view.marks for member in self.members)

    @property
    def needs_vectors(self) -> bool:
        """Whether any member reads the sentence encoder's vectors."""
        return any(isinstance(member.view, VectorView) for member in self.members)


PLAIN_WORDS = TextView("word", (1, 2), stop_words="english")
PHRASES = TextView("word", (1, 3), min_df=2)
STEMS = TextView("word", (1, 3), min_df=2, stemmed=True)
CHARACTERS = TextView("char_wb", (3, 5))
RIVALS = TextView(marks="rival:", ngrams=(1, 1))
LINKS = TextView(marks="link:", ngrams=(1, 1))
RATIOS = Logistic(ratios=True)

_STEMS_NB = EnsembleMember(STEMS, RATIOS, definitions=1.0)
_PHRASES_NB = EnsembleMember(PHRASES, RATIOS, definitions=1.0)
_RIVALS, _LINKS = EnsembleMember(RIVALS, Logistic(c=1.0)), EnsembleMember(LINKS, Neighbours())

MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("majority", (EnsembleMember(BlankView(), Majority()),), calibrated=False),
        Model(BASELINE, (EnsembleMember(PLAIN_WORDS, Logistic()),), calibrated=False),
        Model("minilm-lr", (EnsembleMember(VectorView(), Logistic()),)),
        Model("minilm-knn", (EnsembleMember(VectorView(centre=True), Neighbours()),)),
        Model("characters-lr", (EnsembleMember(CHARACTERS, Logistic()),)),
        Model("stems-lr", (EnsembleMember(STEMS, Logistic()),)),
        Model("stems-nb", (_STEMS_NB,)),
        Model("phrases-nb", (_PHRASES_NB,)),
        Model("words-nb", (_STEMS_NB, _PHRASES_NB)),
        Model("words-nb-minilm", (_STEMS_NB, _PHRASES_NB, EnsembleMember(VectorView(), Logistic(), definitions=1.0))),
        Model("rivals-lr", (_RIVALS,)),
        Model("words-nb-rivals", (_STEMS_NB, _PHRASES_NB, _RIVALS)),
        Model("citations-knn", (_LINKS,)),
        Model("words-nb-citations", (_STEMS_NB, _PHRASES_NB, _LINKS)),
    )
}
DEFAULT = "words-nb"
DEFAULT_WITHOUT_VECTORS = "words-nb"


def compared_models(has_vectors: bool) -> list[str]:
    """Return the models that an evaluation compares by default: those that read text, which every store has."""
    return [n for n, model in MODELS.items() if not model.reads_marks and (has_vectors or not model.needs_vectors)]


def model_named(name: str) -> Model:
    """Return the model with this name; raises InvalidInputError that lists the known ones."""
    try:
        return MODELS[name]
    except KeyError:
        raise InvalidInputError(unknown("model", name, sorted(MODELS))) from None


class FitCache:
    """A training set with its corpus; fits members on any subset of examples and caches the results.

    Example i is corpus row i; the taxa's definitions follow, then the candidates.
    """

    def __init__(
        self, training: TrainingSet, candidates: Sequence[PaperDocument] = (), vectors: VectorsByHash | None = None
    ) -> None:
        self.training = training
        self.tree = training.tree
        examples = [example.document for example in training.examples]
        self.nodes: Ints = np.array([self.tree.index[e.taxon] for e in training.examples], dtype=np.intp)
        known = [*examples, *training.taxon_documents]
        self.corpus = DocumentFeatures([*known, *candidates], vectors, learnable=len(known))
        self.candidate_rows: Ints = len(known) + np.arange(len(candidates), dtype=np.intp)
        self._predicted: dict[tuple[EnsembleMember, bytes, bytes], Floats] = {}
        self._products: dict[EnsembleMember, ProductModel] = {}
        self._calibrated: dict[tuple[str, bytes, float], Calibration] = {}

    def fit(self, member: EnsembleMember, rows: Ints) -> FittedHierarchy:
        """Fit one member on the examples `rows` and, if it uses them, the definitions."""
        return fit_hierarchy(self.tree, self.corpus, self._training_rows(member, rows), member.view, member.classifier)

    def _training_rows(self, member: EnsembleMember, rows: Ints) -> Rows:
        taxa = np.arange(len(self.tree.paths) if member.definitions > 0 else 0, dtype=np.intp)
        texts = taxa + len(self.nodes)
        return Rows(
            rows=np.concatenate([rows, texts]),
            nodes=np.concatenate([self.nodes[rows], taxa]),
            weights=np.concatenate([np.ones(len(rows)), np.full(len(taxa), member.definitions)]),
            definitions=texts,
        )

    def predict(self, model: Model, rows: Ints, at: Ints) -> Floats:
        """Return raw P(child | parent), (len(at), nodes), of a model fitted on the examples `rows`."""
        logs = [np.log(np.clip(self._member(member, rows, at), 1e-12, 1.0)) for member in model.members]
        mean: Floats = np.exp(np.mean(logs, axis=0))
        for children in self.tree.children.values():
            mean[:, children] /= mean[:, children].sum(axis=1, keepdims=True)
        return mean

    def _member(self, member: EnsembleMember, rows: Ints, at: Ints) -> Floats:
        key = (member, rows.tobytes(), at.tobytes())
        if key not in self._predicted:
            self._predicted[key] = self._conditional(member, rows, at)
        return self._predicted[key]

    def _conditional(self, member: EnsembleMember, rows: Ints, at: Ints) -> Floats:
        if len(rows) == 0 and member.definitions == 0:
            return self._uniform(len(at))
        classifier, size = member.classifier, len(self.nodes)
        if not isinstance(classifier, Logistic) or at.max(initial=0) >= size or size + len(self.tree.paths) > MANY_ROWS:
            return self.fit(member, rows).conditional(at)
        if member not in self._products:
            every = self._training_rows(member, np.arange(size, dtype=np.intp))
            self._products[member] = ProductModel(self.tree, self.corpus, every, member.view, classifier)
        return self._products[member].conditional(self._training_rows(member, rows), at)

    def _uniform(self, size: int) -> Floats:
        out = np.zeros((size, len(self.tree.paths)))
        for children in self.tree.children.values():
            out[:, children] = 1.0 / len(children)
        return out

    def out_of_fold(self, model: Model, rows: Ints) -> Floats:
        """Return raw P(child | parent) of each example in `rows`, by a model fitted without its fold."""
        out = np.zeros((len(rows), len(self.tree.paths)))
        folds = stratified_folds(self.nodes[rows], FOLDS)
        for fold in range(int(folds.max(initial=-1)) + 1):
            inside = folds == fold
            out[inside] = self.predict(model, rows[~inside], rows[inside])
        return out

    def ahead(self, model: Model, rows: Ints) -> tuple[Ints, Floats] | None:
        """Predict dated examples from earlier ones, as for new papers.

        Returns, of the dated examples in `rows`, all but the earliest, and raw P(child | parent) by a model fitted on
        earlier ones only; None for too few.
        """
        dates = np.array([self.training.examples[row].document.date for row in rows])
        dated = rows[dates != ""][np.argsort(dates[dates != ""], kind="stable")]
        if len(dated) < MIN_TO_LOOK_AHEAD:
            return None
        blocks = np.array_split(dated, TIME_BLOCKS)
        known = [np.sort(np.concatenate(blocks[:i])) for i in range(1, TIME_BLOCKS)]
        seen = [self.predict(model, before, block) for before, block in zip(known, blocks[1:], strict=True)]
        return np.concatenate(blocks[1:]), np.concatenate(seen)

    def calibration(self, model: Model, rows: Ints, precision: float) -> Calibration:
        """Return temperatures from cross-validation within the examples `rows`, and thresholds.

        The thresholds reach the precision there and, if dates are known, also in time-forward validation.
        """
        key = (model.name, rows.tobytes(), precision)
        if key not in self._calibrated:
            self._calibrated[key] = self._calibrate(model, rows, precision)
        return self._calibrated[key]

    def _calibrate(self, model: Model, rows: Ints, precision: float) -> Calibration:
        if len(rows) < MIN_TO_CALIBRATE:
            return Calibration()
        seen = [HeldOutProbabilities(self.out_of_fold(model, rows), self.nodes[rows])]
        if (ahead := self.ahead(model, rows)) is not None:
            seen.append(HeldOutProbabilities(ahead[1], self.nodes[ahead[0]]))
        return fit_calibration(self.tree, seen, precision, scale=model.calibrated)
