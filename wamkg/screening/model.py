"""Is this paper about the subject at all? Ranking a pool of texts by what people have decided so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, TextView
from wamkg.suggesting.newton import Product, fit_margins
from wamkg.suggesting.taxon_tree import Floats

_TOLERANCE = 1e-2
"""Of each fit, see `newton.fit_margins`; the order of the unread settles long before."""
_KEPT = 512
"""Up to so many decisions, products between all of them are kept; from there on words are fewer than products."""


@dataclass(frozen=True)
class ScreeningModel:
    """A linear support vector machine with squared hinge loss on TF-IDF of the whole pool, its views side by side.

    `cost` is that of a decision on average, up to `counted` decisions; more than those share the same cost in all, so
    that a model of thousands is as regular as one of hundreds. Relevant decisions carry `relevant_share` of it. The
    pool's mean text counts as an irrelevant decision, one for every `1 / presumed` decisions: few records are relevant,
    so the unread are on the whole not (presumed negatives: Cormack and Grossman, 2015, arXiv:1504.06868, who draw them
    at random).
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
    """Look a screening model up; raises InvalidInputError that lists the known ones."""
    if name not in SCREENERS:
        raise InvalidInputError(unknown("screening model", name, SCREENERS))
    return SCREENERS[name]


class Pool:
    """The texts of a review; their features know no label, so every run over them shares one pool."""

    def __init__(self, documents: Sequence[PaperDocument]) -> None:
        self.size = len(documents)
        self._corpus = DocumentFeatures(documents)
        self._features: dict[tuple[TextView, ...], Features] = {}

    def features(self, views: tuple[TextView, ...]) -> "Features":
        """Unit-length TF-IDF rows of the whole pool, all views alike in them."""
        if views not in self._features:
            everything = np.arange(self.size, dtype=np.intp)
            parts = [FeatureSpace(self._corpus, view, everything).matrix(everything) for view in views]
            self._features[views] = shared_terms(sp.hstack(parts, format="csr") / np.sqrt(len(views)))
        return self._features[views]


@dataclass(frozen=True)
class Features:
    """CSR float32 rows without the terms of one text only, which no other text can tell anything about.

    `own` is what those terms add to each row's squared length, 1 in all.
    """

    rows: Any
    own: Floats

    @cached_property
    def mean(self) -> Floats:
        """The mean row."""
        return np.asarray(self.rows.mean(axis=0), dtype=np.float64).ravel()

    def combined(self, which: Sequence[int], weights: Floats) -> Floats:
        """The sum of some rows, each times its weight, as a dense vector."""
        chosen = self.rows[which]
        spread = np.repeat(weights, np.diff(chosen.indptr))
        sums = np.bincount(chosen.indices, weights=chosen.data * spread, minlength=self.rows.shape[1])
        return sums.astype(np.float64, copy=False)


def shared_terms(rows: Any) -> Features:
    """The features of CSR rows of unit length; dropping terms after the lengths are taken leaves every product of two
    different rows as it was, with a fraction of the columns."""
    shared = np.bincount(rows.indices, minlength=rows.shape[1]) > 1
    kept = rows[:, shared]
    return Features(kept.astype(np.float32), 1.0 - np.asarray(kept.multiply(kept).sum(axis=1)).ravel())


class Screener:
    """Learns from one decision after another and ranks the whole pool; starts from nothing each time it is made."""

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
        """Take a person's decision on one record of the pool."""
        self._rows.append(row)
        self._relevant.append(relevant)

    @property
    def ready(self) -> bool:
        """Whether there is something to learn from: a decision of either kind, or a yes and the presumed noes."""
        return any(self._relevant) and (self.model.presumed > 0 or not all(self._relevant))

    def scores(self) -> Floats:
        """A score for every record of the pool, higher for likelier relevant ones: about 1 and above where the model
        is sure of a yes, -1 and below where of a no.

        Raises InvalidInputError while nothing can be learnt.
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
        """Multiplies by the products of all decided rows, each worked out once."""
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
        """The same for many decisions, by way of the words."""
        decided, own = self._features.rows[self._rows].astype(np.float64), self._features.own[self._rows]
        columns, mean = decided.T, self._features.mean

        def product(dual: Floats) -> Floats:
            words = columns @ dual[1:] + dual[0] * mean
            return np.concatenate([[mean @ words], decided @ words + own * dual[1:]])

        return product

    def _costs(self, positive: Any) -> Floats:
        """Each decision's cost: both kinds carry their share, the presumed noes as so many irrelevant decisions."""
        weights = np.where(positive, 0.0, 1.0)
        weights[0] = self.model.presumed * len(self._rows)
        share = self.model.relevant_share
        no = (1 - share) * weights / weights.sum() if weights.any() else weights
        total = self.model.cost * min(len(positive), self.model.counted)
        costs: Floats = total * np.where(positive, share / positive.sum(), no)
        return costs
