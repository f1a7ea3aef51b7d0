"""Reasons for a suggestion: similar papers, words, sentences, and the runner-up taxa."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from wamkg.json_types import JsonObject
from wamkg.store.paper_texts import sentences
from wamkg.suggesting.classifiers import FittedLogistic
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import FeatureSpace, Rows, TextView, VectorView, dense
from wamkg.suggesting.hierarchy import FittedHierarchy
from wamkg.suggesting.registry import PLAIN_WORDS, FitCache, Model
from wamkg.suggesting.taxon_tree import Floats, Ints

Reason = JsonObject
Variant = tuple[int, str, PaperDocument]
WORDS_SHOWN = 6
SENTENCES_SHOWN = 2
CLOSE = 0.5
"""A leaf is close if it has at least this share of the first leaf's probability."""
MAX_CLOSE = 3


def without_each_sentence(candidates: Sequence[PaperDocument]) -> list[Variant]:
    """Return for each sentence of each body: (candidate's index, the sentence, the document without it)."""
    variants = []
    for i, document in enumerate(candidates):
        parts = sentences(document.body)
        for j, sentence in enumerate(parts if len(parts) > 1 else []):
            body = " ".join(parts[:j] + parts[j + 1 :])
            variants.append((i, sentence, replace(document, body=body)))
    return variants


class Explainer:
    """Gives reasons for candidates whose corpus also contains the variants without each sentence.

    Words and sentences come from the model's members that read words; a model without any has none.
    """

    def __init__(self, bench: FitCache, model: Model, variants: Sequence[Variant], neighbours: int) -> None:
        self._bench = bench
        self._neighbours = neighbours
        self._rows = bench.candidate_rows[: len(bench.candidate_rows) - len(variants)]
        everything = np.arange(len(bench.nodes), dtype=np.intp)
        readers = [m for m in model.members if isinstance(m.view, TextView)]
        self._readers = [bench.fit(member, everything) for member in readers]
        self._similar = _similarities(bench, model, everything, self._rows)
        self._effects, self._terms = _word_effects(self._readers, self._rows)
        self._sentences = self._sentence_effects(variants)

    def explain(self, i: int, joint: Floats, first: int) -> tuple[Reason, ...]:
        """Return reasons for candidate i, given its P(node) and the leaf shown first: strongest kinds first."""
        tree = self._bench.tree
        top = int(joint[tree.tops].argmax())
        name = tree.paths[tree.tops[top]]
        return (*self._near(i), *self._spoken(i, top, name), *self._said(i, top, name), *self._close(joint, first))

    def _near(self, i: int) -> list[Reason]:
        order = np.argsort(-self._similar[i], kind="stable")[: self._neighbours]
        examples = self._bench.training.examples
        return [
            {"kind": "neighbour", "paper": examples[j].document.id, "title": examples[j].document.title,
             "taxon": examples[j].taxon, "similarity": round(float(self._similar[i, j]), 4)}
            for j in order
        ]  # fmt: skip

    def _spoken(self, i: int, top: int, towards: str) -> list[Reason]:
        if top not in self._effects:
            return []
        row, terms = self._effects[top][i], self._terms
        order = [j for j in np.argsort(-row.data, kind="stable")[:WORDS_SHOWN] if row.data[j] > 0]
        return [
            {
                "kind": "word",
                "term": terms[row.indices[j]],
                "towards": towards,
                "effect": round(float(row.data[j]), 4),
            }
            for j in order
        ]

    def _said(self, i: int, top: int, towards: str) -> list[Reason]:
        effects = [(effect[top], text) for text, effect in self._sentences.get(i, [])]
        strongest = sorted(effects, key=lambda pair: -abs(pair[0]))[:SENTENCES_SHOWN]
        return [
            {"kind": "sentence", "text": text, "towards": towards, "effect": round(float(effect), 4)}
            for effect, text in strongest
        ]

    def _close(self, joint: Floats, first: int) -> list[Reason]:
        leaves = self._bench.tree.leaves
        order = leaves[np.argsort(-joint[leaves], kind="stable")]
        near = [n for n in order if n != first and joint[n] >= CLOSE * joint[first]][:MAX_CLOSE]
        return [
            {"kind": "close", "taxon": self._bench.tree.paths[n], "probability": round(float(joint[n]), 4)}
            for n in near
        ]

    def _sentence_effects(self, variants: Sequence[Variant]) -> dict[int, list[tuple[str, Floats]]]:
        """Return how much a sentence changes each top-level taxon's log-odds (positive: it supports the taxon)."""
        if not self._readers or not variants:
            return {}
        whole = self._log_odds(self._rows)
        cut = self._log_odds(self._bench.candidate_rows[len(self._rows) :])
        effects: dict[int, list[tuple[str, Floats]]] = {}
        for (i, sentence, _), without in zip(variants, cut, strict=True):
            effects.setdefault(i, []).append((sentence, whole[i] - without))
        return effects

    def _log_odds(self, rows: Ints) -> Floats:
        tops = self._bench.tree.tops
        tables = [np.clip(reader.conditional(rows)[:, tops], 1e-9, 1 - 1e-9) for reader in self._readers]
        out: Floats = np.mean([np.log(t / (1 - t)) for t in tables], axis=0)
        return out


def _similarities(bench: FitCache, model: Model, everything: Ints, rows: Ints) -> Floats:
    """Return cosines of each candidate with each example: by the encoder if the model uses it, else by words."""
    if len(everything) == 0:
        return np.zeros((len(rows), 0))
    space = FeatureSpace(bench.corpus, VectorView() if model.needs_vectors else PLAIN_WORDS, everything)
    return dense(space.matrix(rows) @ space.matrix(everything).T)


def _word_effects(readers: Sequence[FittedHierarchy], rows: Ints) -> tuple[dict[int, Rows], list[str]]:
    """Return the effect of each term on each top-level taxon's log-odds, (rows, terms), from one member.

    A member that reads whole words is preferred to one that reads stems; stop words do not count.
    """
    usable = [r for r in readers if _view(r).analyzer == "word" and isinstance(r.nodes[-1][1], FittedLogistic)]
    for reader in sorted(usable, key=lambda r: _view(r).stemmed):
        _, fitted, classes = reader.nodes[-1]
        features, terms = reader.space.matrix(rows), reader.space.terms
        telling = sp.diags([0.0 if set(term.split()) <= ENGLISH_STOP_WORDS else 1.0 for term in terms])
        effects = {int(top): cast("FittedLogistic", fitted).effects(features, i) for i, top in enumerate(classes)}
        return {top: (effect @ telling).tocsr() for top, effect in effects.items()}, terms
    return {}, []


def _view(reader: FittedHierarchy) -> TextView:
    return cast("TextView", reader.space.view)
