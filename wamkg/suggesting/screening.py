"""Is this paper about the subject at all? Ranking a pool of texts by what people have decided so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.suggesting.examples import Document
from wamkg.suggesting.features import Corpus, Space, TextView
from wamkg.suggesting.newton import fit_products
from wamkg.suggesting.tree import Floats

_TOLERANCE = 1e-2
"""Of each fit, see `newton.fit_products`; the order of the unread settles long before."""
_GROWTH = 2


@dataclass(frozen=True)
class ScreeningModel:
    """Logistic regression on TF-IDF of the whole pool, the mean of its views' log-odds.

    `cost` is that of a decision on average; relevant decisions carry `relevant_share` of all cost. The pool's mean
    text counts as `presumed` irrelevant decisions: few records are relevant, so the unread are on the whole not, and
    two decisions alone say little about which words matter (presumed negatives: Cormack and Grossman, 2015,
    arXiv:1504.06868, who draw them at random).
    """

    views: tuple[TextView, ...]
    cost: float = 0.1
    relevant_share: float = 10 / 11
    presumed: float = 3.0


_WORDS = TextView("word", (1, 2), min_df=2)
_STEMS = TextView("word", (1, 2), min_df=2, stemmed=True)
SCREENERS: Mapping[str, ScreeningModel] = {
    "stems": ScreeningModel((_STEMS,)),
    "stems-words": ScreeningModel((_STEMS, _WORDS)),
    "words": ScreeningModel((_WORDS,), presumed=0.0),
}
DEFAULT_SCREENER = "stems"


def screener_named(name: str) -> ScreeningModel:
    """Look a screening model up; raises InvalidInputError that lists the known ones."""
    if name not in SCREENERS:
        raise InvalidInputError(f"there is no screening model {name!r}; use one of {', '.join(SCREENERS)}")
    return SCREENERS[name]


class Pool:
    """The texts of a review; their features know no label, so every run over them shares one pool."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.size = len(documents)
        self._corpus = Corpus(documents)
        self._features: dict[TextView, Features] = {}

    def features(self, view: TextView) -> "Features":
        """Unit-length TF-IDF rows of the whole pool."""
        if view not in self._features:
            everything = np.arange(self.size, dtype=np.intp)
            rows = Space(self._corpus, view, everything).matrix(everything)
            self._features[view] = Features(rows.astype(np.float32))
        return self._features[view]


@dataclass(frozen=True)
class Features:
    """CSR float32 rows of unit length, and what follows from them."""

    rows: Any

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


class Screener:
    """Learns from one decision after another and ranks the whole pool; starts from nothing each time it is made."""

    def __init__(self, pool: Pool, model: ScreeningModel) -> None:
        self.model = model
        self._sides = [_Side(pool.features(view), model) for view in model.views]
        self._rows: list[int] = []
        self._relevant: list[bool] = []

    def decide(self, row: int, relevant: bool) -> None:
        """Take a person's decision on one record of the pool."""
        self._rows.append(row)
        self._relevant.append(relevant)

    @property
    def ready(self) -> bool:
        """Whether there is something to learn from: a decision of either kind, or a yes and the presumed noes."""
        return any(self._relevant) and (self.model.presumed > 0 or not all(self._relevant))

    def scores(self) -> Floats:
        """A score for every record of the pool, higher for likelier relevant ones; log-odds up to calibration.

        Raises InvalidInputError while nothing can be learnt.
        """
        if not self.ready:
            raise InvalidInputError("screening learns from at least one relevant and one irrelevant record")
        positive = np.array([False, *self._relevant])
        total: Floats = np.mean([side.scores(self._rows, positive) for side in self._sides], axis=0)
        return total


class _Side:
    """One view's regression: row 0 of its products is the pool's mean text, the others are decisions in order."""

    def __init__(self, features: Features, model: ScreeningModel) -> None:
        self._features, self._model = features, model
        self._products = np.zeros((64, 64))
        self._products[0, 0] = features.mean @ features.mean
        self._known = 1
        self._dual = np.zeros(1)

    def scores(self, rows: list[int], positive: Any) -> Floats:
        for number in range(self._known, len(rows) + 1):
            self._add(rows[: number - 1], rows[number - 1], number)
        products = self._products[: self._known, : self._known]
        start = np.concatenate([self._dual, np.zeros(self._known - len(self._dual))])
        fit = fit_products(lambda dual: products @ dual, positive, self._costs(positive), _TOLERANCE, start)
        self._dual = fit.dual
        weights = self._features.combined(rows, fit.dual[1:]) + fit.dual[0] * self._features.mean
        out: Floats = self._features.rows @ weights.astype(np.float32) + fit.intercept
        return out

    def _add(self, before: list[int], row: int, number: int) -> None:
        if number == len(self._products):
            wider = np.zeros((_GROWTH * number, _GROWTH * number))
            wider[:number, :number] = self._products
            self._products = wider
        text = np.zeros(self._features.rows.shape[1])
        new = self._features.rows[row]
        text[new.indices] = new.data
        line = np.concatenate([[self._features.mean @ text], self._features.rows[before] @ text, [new.data @ new.data]])
        self._products[number, : number + 1] = self._products[: number + 1, number] = line
        self._known = number + 1

    def _costs(self, positive: Any) -> Floats:
        """Each decision's cost: both kinds carry their share, the presumed noes as so many irrelevant decisions."""
        weights = np.where(positive, 0.0, 1.0)
        weights[0] = self._model.presumed
        share = self._model.relevant_share
        no = (1 - share) * weights / weights.sum() if weights.any() else weights
        costs: Floats = self._model.cost * len(positive) * np.where(positive, share / positive.sum(), no)
        return costs
