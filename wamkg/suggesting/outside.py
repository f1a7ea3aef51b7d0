"""Whether a paper is outside the taxonomy, judged by its title against titles known to be inside and outside."""

from collections.abc import Sequence

import numpy as np

from wamkg.suggesting.classifiers import Logistic
from wamkg.suggesting.examples import PaperDocument, TrainingSet, name_pattern
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, TextView
from wamkg.suggesting.taxon_tree import Floats, Ints

FEWEST = 5
"""Minimum number of negatives to train on; with fewer, the probability of "outside" is unknown."""
_VIEW = TextView("char_wb", (3, 5))


class OutsideModel:
    """Logistic regression on the characters of titles, with equal weight for both sides.

    Only titles are used, because negatives come without abstracts: a longer text would reveal the insiders. Own method
    names are removed. Insiders, hard negatives and easy negatives each have a third of the weight.
    """

    def __init__(self, training: TrainingSet, candidates: Sequence[PaperDocument]) -> None:
        inside = [e.document for e in training.examples]
        outside = [n.document for n in training.negatives]
        self._hard = np.array([n.hard for n in training.negatives], dtype=bool)
        self._inside = len(inside)
        self._outside = len(outside)
        self._corpus = DocumentFeatures([title_only(d) for d in [*inside, *outside, *candidates]])

    @property
    def usable(self) -> bool:
        """Whether there are enough negatives to train on."""
        return self._outside >= FEWEST and self._inside > 0

    def probabilities(self) -> Floats | None:
        """Return P(outside) of every candidate, or None without enough negatives."""
        if not self.usable:
            return None
        known = self._inside + self._outside
        training = np.arange(known, dtype=np.intp)
        return self._predict(training, np.arange(known, len(self._corpus.documents), dtype=np.intp))

    def held_out(self) -> Floats | None:
        """Return P(outside) of every inside paper and then every negative, each from a model fitted without it."""
        if not self.usable:
            return None
        known = np.arange(self._inside + self._outside, dtype=np.intp)
        return np.array([self._predict(np.delete(known, i), known[i : i + 1])[0] for i in known])

    def _predict(self, rows: Ints, at: Ints) -> Floats:
        space = FeatureSpace(self._corpus, _VIEW, rows)
        labels = (rows >= self._inside).astype(np.intp)
        model = Logistic(balanced=False, ratios=True).fit(space.matrix(rows), labels, self._weights(rows))
        return model.predict(space.matrix(at))[:, 1]

    def _weights(self, rows: Ints) -> Floats:
        group = np.where(rows < self._inside, 0, 1)
        outside = rows >= self._inside
        group[outside] += self._hard[rows[outside] - self._inside]
        sizes = np.bincount(group, minlength=3)
        share = np.where(sizes > 0, len(rows) / np.maximum(sizes, 1), 0.0)
        halved = np.array([0.5, *([0.25, 0.25] if (sizes[1:] > 0).all() else [0.5, 0.5])])
        weights: Floats = (share * halved)[group]
        return weights


def title_only(document: PaperDocument) -> PaperDocument:
    """Return a document with the title only, without the paper's own method names."""
    title = document.title
    for name in document.names:
        title = name_pattern(name).sub(" ", title)
    return PaperDocument(document.id, title.strip(" :"), "", "title")
