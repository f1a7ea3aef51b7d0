"""Refit the default model on new labels and rerank a whole queue in a fraction of a second."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.errors import InvalidInputError
from wamkg.suggesting.calibration import Calibration, temper
from wamkg.suggesting.classifiers import Logistic, among_classes, log_ratios, rescaled
from wamkg.suggesting.examples import PaperDocument, TrainingSet
from wamkg.suggesting.features import Rows, TextView, kept_terms, unit_rows, vectorizer_of
from wamkg.suggesting.hierarchy import smooth_unseen_children
from wamkg.suggesting.newton import fit_rows
from wamkg.suggesting.registry import EnsembleMember, Model
from wamkg.suggesting.taxon_tree import Floats, Ints, Singles, Tree
from wamkg.suggesting.term_counts import (
    CountBlock,
    TermCounts,
    WeightTable,
    count,
    frequencies,
    learnable_terms,
)

TOLERANCE = 1e-3
"""Tolerance of each fit, see `newton.fit_rows`; probabilities differ from a full run by less than 0.002 (tested)."""


class Sides(NamedTuple):
    """Fitted classifiers of one parent, one column per side.

    They multiply term frequencies, not features, so no cached data of the queue depends on labels.
    """

    weights: tuple[Singles, ...]
    squares: tuple[Singles, ...]
    intercepts: tuple[float, ...]
    support: int
    classes: Ints

    def over(self, kept: Ints, terms: int) -> "Sides":
        """Return the same with a row for every term of the queue; dropped terms have weight zero."""
        if len(kept) == terms:
            return self
        return self._replace(weights=_spread(self.weights, kept, terms), squares=_spread(self.squares, kept, terms))

    @property
    def table(self) -> WeightTable:
        """Return the weight table of this parent alone."""
        return WeightTable.of(self.weights, self.squares, self.intercepts)


def _spread(columns: tuple[Singles, ...], kept: Ints, terms: int) -> tuple[Singles, ...]:
    out = np.zeros((len(columns), terms), dtype=np.float32)
    for row, column in zip(out, columns, strict=True):
        row[kept] = column
    return tuple(out)


@dataclass(frozen=True)
class FittedMember:
    """One member of the model, fitted at every inner node with more than one class."""

    counted: TermCounts
    sides: dict[int, Sides]

    @cached_property
    def table(self) -> WeightTable:
        """Return the sides of all parents next to each other, in the order of `sides`."""
        every = list(self.sides.values())
        weights, squares = [w for s in every for w in s.weights], [q for s in every for q in s.squares]
        return WeightTable.of(weights, squares, [i for s in every for i in s.intercepts])

    def odds(self, part: CountBlock) -> dict[int, Floats]:
        """Return log-odds (rows, sides) of each parent's sides."""
        if not any(sides.weights for sides in self.sides.values()):
            return {parent: _none(part) for parent in self.sides}
        ends = np.cumsum([len(sides.weights) for sides in self.sides.values()])
        return dict(zip(self.sides, np.split(part.log_odds(self.table), ends[:-1], axis=1), strict=True))


class Ranker:
    """A queue whose words are counted once, with a `refit` as often as people decide.

    Only a model whose members are logistic and read words can be refitted like this; the default model can. Otherwise
    InvalidInputError is raised. The terms are those that the documents in `learnable` let a model weight, by default
    the examples given here. With the whole queue as `learnable` no term is ever missing, at the cost of more columns.
    With the default, terms that only later examples share are ignored until the next `Ranker`.
    """

    def __init__(
        self,
        training: TrainingSet,
        candidates: Iterable[PaperDocument],
        model: Model,
        learnable: Sequence[PaperDocument] | None = None,
        threads: int = 2,
    ) -> None:
        if not all(isinstance(m.view, TextView) and isinstance(m.classifier, Logistic) for m in model.members):
            raise InvalidInputError(f"model {model.name!r} cannot be refitted at once; run `wamkg suggest`")
        known = [e.document for e in training.examples] if learnable is None else list(learnable)
        views = dict.fromkeys(cast("TextView", member.view) for member in model.members)
        # Cached: for tens of thousands of terms, building one takes longer than counting a text.
        vectorizers = {v: vectorizer_of(v, learnable_terms(v, known, training.taxon_documents)) for v in views}
        self.model = model
        self._counted = count(vectorizers, candidates)
        self._pool = ThreadPoolExecutor(threads)
        self._labelled = {view: _Labelled(view, vectorizer) for view, vectorizer in vectorizers.items()}
        self._last: dict[tuple[tuple[str, ...], EnsembleMember, int], _Coefficients] = {}

    def refit(self, training: TrainingSet, calibration: Calibration | None = None) -> "Ranking":
        """Fit the whole tree on a training set; `calibration` comes from the last full run."""
        members = list(self._pool.map(lambda member: self._fit(member, training), self.model.members))
        return Ranking(training.tree, members, calibration or Calibration(), self._pool)

    def _fit(self, member: EnsembleMember, training: TrainingSet) -> FittedMember:
        view = cast("TextView", member.view)
        tree, examples = training.tree, training.examples
        texts = training.taxon_documents if member.definitions > 0 else ()
        rows, ids = self._labelled[view].rows([*(e.document for e in examples), *texts])
        nodes = np.array([tree.index[e.taxon] for e in examples] + list(range(len(texts))), dtype=np.intp)
        weights = np.concatenate([np.ones(len(examples)), np.full(len(texts), member.definitions)])
        kept, idf = kept_terms(rows, rows[len(examples) :], view.min_df)
        features = unit_rows((rows if len(kept) == rows.shape[1] else rows[:, kept]).multiply(idf).tocsr())
        sides = {}
        for parent in tree.children:
            labels = tree.child_on_path(nodes, parent)
            members = np.flatnonzero(labels >= 0)
            last = self._last.setdefault((tree.paths, member, parent), {})
            at = _AtNode(features[members], labels[members], weights[members], idf, ids[members], last)
            sides[parent] = _fit_node(cast("Logistic", member.classifier), at).over(kept, rows.shape[1])
        return FittedMember(self._counted[view], sides)


_Coefficients = dict[int, Floats]
"""For each child of a node, the coefficients of its last fit over all labeled texts so far."""


class _AtNode(NamedTuple):
    """Training data of a node's classifiers.

    The training rows below it and the children they belong to; the texts' numbers; and the last fit, used as the start
    of the next one, which replaces it.
    """

    features: Rows
    labels: Ints
    weights: Floats
    idf: Floats
    ids: Ints
    last: _Coefficients

    def start(self, child: int) -> Floats | None:
        """Return the end of the last fit; zero for texts that are new or changed sides, with the same total.

        The total determines the intercept, so the coefficient of a removed text is distributed over the others.
        """
        if child not in self.last:
            return None
        known = self.last[child]
        before = np.where(self.ids < len(known), known[np.minimum(self.ids, len(known) - 1)], 0.0)
        out: Floats = np.where((before > 0) == (self.labels == child), before, 0.0)
        out += (known.sum() - out.sum()) / len(out)
        return out

    def keep(self, child: int, dual: Floats) -> None:
        """Remember the result of a fit."""
        known = np.zeros(int(self.ids.max()) + 1)
        known[self.ids] = dual
        self.last[child] = known


def _fit_node(classifier: Logistic, at: _AtNode) -> Sides:
    classes = np.unique(at.labels)
    chosen = classes[1:] if len(classes) == 2 else classes if len(classes) > 2 else classes[:0]
    fitted = [_fit_side(classifier, at, int(child)) for child in chosen]
    weights, squares, intercepts = zip(*fitted, strict=True) if fitted else ((), (), ())
    return Sides(weights, squares, intercepts, len(at.labels), classes)


def _fit_side(classifier: Logistic, at: _AtNode, child: int) -> tuple[Singles, Singles, float]:
    """Return weights of term frequencies, squared scales of term frequencies (their lengths), and the intercept."""
    positive = at.labels == child
    scale = log_ratios(at.features, positive, at.weights) if classifier.ratios else np.ones(len(at.idf))
    rows = rescaled(at.features, scale)
    fit = fit_rows(rows, positive, classifier.costs(positive, at.weights), TOLERANCE, at.start(child))
    at.keep(child, fit.dual)
    total = at.idf * scale
    weights = total * (rows.T @ fit.dual)
    return weights.astype(np.float32), (total * total).astype(np.float32), fit.intercept


class _Labelled:
    """Term frequencies of the texts that people have labeled, each counted when first seen."""

    def __init__(self, view: TextView, vectorizer: CountVectorizer) -> None:
        self._view, self._vectorizer = view, vectorizer
        self._place: dict[str, int] = {}
        self._rows: Rows = sp.csr_matrix((0, len(vectorizer.vocabulary)), dtype=np.float64)

    def rows(self, documents: Sequence[PaperDocument]) -> tuple[Rows, Ints]:
        """Return CSR float64 (len(documents), terms), and a permanent number for each text."""
        new = {d.hash: d for d in documents if d.hash not in self._place}
        if new:
            fresh = frequencies(self._view, list(new.values()), self._vectorizer).astype(np.float64)
            self._place |= {key: self._rows.shape[0] + i for i, key in enumerate(new)}
            self._rows = sp.vstack([self._rows, fresh], format="csr")
        ids = np.array([self._place[d.hash] for d in documents], dtype=np.intp)
        return self._rows[ids], ids


@dataclass(frozen=True)
class Ranking:
    """Probabilities for every candidate, in the order the `Ranker` got them."""

    tree: Tree
    members: list[FittedMember]
    calibration: Calibration
    pool: ThreadPoolExecutor

    @cached_property
    def top(self) -> Floats:
        """Return calibrated P of each top-level taxon, (candidates, tops)."""
        sides = [member.sides[-1] for member in self.members]
        tables = [s.table if s.weights else None for s in sides]

        def seen(parts: Sequence[CountBlock]) -> Floats:
            odds = [_none(part) if t is None else part.log_odds(t) for t, part in zip(tables, parts, strict=True)]
            return self._among(-1, odds)

        return temper(np.vstack(list(self.pool.map(seen, self._blocks))), self.calibration.top)

    def joint(self, at: Ints) -> Floats:
        """Return calibrated P of every node for some candidates, (len(at), nodes), as for a page of the queue."""
        return self._joint([member.counted.part(at) for member in self.members])

    def all_joint(self) -> Floats:
        """Return calibrated P of every node for every candidate, (candidates, nodes)."""
        return np.vstack(list(self.pool.map(self._joint, self._blocks)))

    @property
    def _blocks(self) -> list[tuple[CountBlock, ...]]:
        return list(zip(*(member.counted.blocks for member in self.members), strict=True))

    def _joint(self, parts: Sequence[CountBlock]) -> Floats:
        odds = [member.odds(part) for member, part in zip(self.members, parts, strict=True)]
        conditional = np.zeros((parts[0].held.shape[0], len(self.tree.paths)))
        for parent, children in self.tree.children.items():
            conditional[:, children] = self._among(parent, [member[parent] for member in odds])
        return self.tree.joint(self.calibration.apply(self.tree, conditional))

    def _among(self, parent: int, odds: Sequence[Floats]) -> Floats:
        """Return raw P among the children of a node: the geometric mean over members, as in `FitCache.predict`."""
        size = len(self.tree.children[parent])
        logs = []
        for member, own in zip(self.members, odds, strict=True):
            sides = member.sides[parent]
            seen = among_classes(own) if sides.weights else np.ones((len(own), len(sides.classes)))
            logs.append(np.log(np.clip(smooth_unseen_children(seen, sides.classes, size, sides.support), 1e-12, 1.0)))
        mean = np.exp(np.mean(logs, axis=0))
        out: Floats = mean / mean.sum(axis=1, keepdims=True)
        return out


def _none(part: CountBlock) -> Floats:
    """Return the log-odds of zero sides."""
    return np.zeros((part.held.shape[0], 0))
