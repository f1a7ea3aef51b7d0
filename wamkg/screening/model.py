"""Rank papers by how likely they are in scope, from people's decisions so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, Rows, TextView
from wamkg.suggesting.newton import Product, fit_margins
from wamkg.suggesting.taxon_tree import Bools, Floats

_TOLERANCE = 1e-2
"""Tolerance of each fit, see `newton.fit_margins`; the order of unread papers is stable long before."""
_KEPT = 512
"""Up to this many decisions, products between all of them are cached; above, computing from words is faster."""


@dataclass(frozen=True)
class ScreeningModel:
    """A linear support vector machine with squared hinge loss on TF-IDF of the whole pool, with its views combined.

    `cost` is the average cost of a decision, up to `counted` decisions. More decisions share the same total cost, so
    that thousands are regularized like hundreds. Relevant decisions carry `relevant_share` of it. The pool's mean text
    counts as an irrelevant decision, once per `1 / presumed` decisions: few records are relevant, so unread ones are
    mostly irrelevant (presumed negatives: Cormack and Grossman, 2015, arXiv:1504.06868, who draw them at random).
    """

    views: tuple[TextView, ...]
    cost: float = 0.4
    relevant_share: float = 0.7
    presumed: float = 0.03
    counted: int = 500


_WORDS = TextView("word", (1, 2))
_STEMS = TextView("word", (1, 2), stemmed=True)
SCREENERS: Mapping[str, ScreeningModel] = {
    "stems-words": ScreeningModel((_STEMS, _WORDS)),
    "stems": ScreeningModel((_STEMS,)),
    "words": ScreeningModel((_WORDS,), presumed=0.0),
}
DEFAULT_SCREENER = "stems-words"


def screener_named(name: str) -> ScreeningModel:
    """Return the screening model with this name; raises InvalidInputError that lists the known ones."""
    if name not in SCREENERS:
        raise InvalidInputError(unknown("screening model", name, SCREENERS))
    return SCREENERS[name]


class Pool:
    """The texts of a review; their features do not depend on labels, so all runs share one pool."""

    def __init__(self, documents: Sequence[PaperDocument]) -> None:
        self.size = len(documents)
        self._corpus = DocumentFeatures(documents)
        self._features: dict[tuple[TextView, ...], Features] = {}

    def features(self, views: tuple[TextView, ...]) -> "Features":
        """Return unit-length TF-IDF rows of the whole pool, with equal weight for all views."""
        if views not in self._features:
            everything = np.arange(self.size, dtype=np.intp)
            parts = [FeatureSpace(self._corpus, view, everything).matrix(everything) for view in views]
            self._features[views] = shared_terms(sp.hstack(parts, format="csr") / np.sqrt(len(views)))
        return self._features[views]


@dataclass(frozen=True)
class Features:
    """CSR float32 rows without terms of a single text, which carry no information about other texts.

    `own` is what those terms add to each row's squared length, 1 in total.
    """

    rows: Rows
    own: Floats

    @cached_property
    def mean(self) -> Floats:
        """Return the mean row."""
        return np.asarray(self.rows.mean(axis=0), dtype=np.float64).ravel()

    def combined(self, which: Sequence[int], weights: Floats) -> Floats:
        """Return the weighted sum of some rows as a dense vector."""
        chosen = self.rows[which]
        spread = np.repeat(weights, np.diff(chosen.indptr))
        sums = np.bincount(chosen.indices, weights=chosen.data * spread, minlength=self.rows.shape[1])
        return sums.astype(np.float64, copy=False)


def shared_terms(rows: Rows) -> Features:
    """Return the features of unit-length CSR rows without unshared terms.

    Dropping terms after normalization preserves all products of different rows, with a fraction of the columns.
    """
    shared = np.bincount(rows.indices, minlength=rows.shape[1]) > 1
    kept = rows[:, shared]
    return Features(kept.astype(np.float32), 1.0 - np.asarray(kept.multiply(kept).sum(axis=1)).ravel())


class Screener:
    """Learns from one decision after another and ranks the whole pool; a new instance has no decisions."""

    def __init__(self, pool: Pool, model: ScreeningModel) -> None:
        self.model = model
        self._features = pool.features(model.views)
        self._rows: list[int] = []
        self._relevant: list[bool] = []
        # Row 0 of the products is the pool's mean text, the others are decisions in order.
        self._products = np.zeros((_KEPT, _KEPT))
        self._products[0, 0] = self._features.mean @ self._features.mean
        self._known = 1
        self._dual = np.zeros(1)

    def decide(self, row: int, relevant: bool) -> None:
        """Add a person's decision on one record of the pool."""
        self._rows.append(row)
        self._relevant.append(relevant)

    @property
    def ready(self) -> bool:
        """Whether there is enough to learn from: a decision of each kind, or one "yes" and the presumed negatives."""
        return any(self._relevant) and (self.model.presumed > 0 or not all(self._relevant))

    def scores(self) -> Floats:
        """Return a score for every record of the pool, higher for more likely relevant ones.

        A score of about 1 and above is a confident "yes", -1 and below a confident "no". Raises InvalidInputError while
        there is too little to learn from.
        """
        if not self.ready:
            raise InvalidInputError("screening learns from at least one relevant and one irrelevant record")
        positive = np.array([False, *self._relevant])
        product = self._kept() if len(self._rows) < _KEPT else self._computed()
        start = np.concatenate([self._dual, np.zeros(len(positive) - len(self._dual))])
        fit = fit_margins(product, positive, self._costs(positive), _TOLERANCE, start)
        self._dual = fit.dual
        weights = self._features.combined(self._rows, fit.dual[1:]) + fit.dual[0] * self._features.mean
        out: Floats = self._features.rows @ weights.astype(np.float32) + fit.intercept
        return out

    def _kept(self) -> Product:
        """Multiply by the products of all decided rows, each computed once."""
        for number in range(self._known, len(self._rows) + 1):
            text = np.zeros(self._features.rows.shape[1], dtype=np.float32)
            new = self._features.rows[self._rows[number - 1]]
            text[new.indices] = new.data
            others = self._features.rows[self._rows[:number]] @ text
            self._products[number, : number + 1] = [self._features.mean @ text, *others]
            self._products[:number, number] = self._products[number, :number]
            self._products[number, number] = 1.0
        self._known = len(self._rows) + 1
        products = self._products[: self._known, : self._known]
        return lambda dual: products @ dual

    def _computed(self) -> Product:
        """Do the same for many decisions, through the words."""
        decided, own = self._features.rows[self._rows].astype(np.float64), self._features.own[self._rows]
        columns, mean = decided.T, self._features.mean

        def product(dual: Floats) -> Floats:
            words = columns @ dual[1:] + dual[0] * mean
            return np.concatenate([[mean @ words], decided @ words + own * dual[1:]])

        return product

    def _costs(self, positive: Bools) -> Floats:
        """Return each decision's cost: each kind has its share; presumed negatives count as irrelevant decisions."""
        weights = np.where(positive, 0.0, 1.0)
        weights[0] = self.model.presumed * len(self._rows)
        share = self.model.relevant_share
        no = (1 - share) * weights / weights.sum() if weights.any() else weights
        total = self.model.cost * min(len(positive), self.model.counted)
        costs: Floats = total * np.where(positive, share / positive.sum(), no)
        return costs
