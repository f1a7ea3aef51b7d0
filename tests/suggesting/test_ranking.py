"""The quick refit says what the full run says."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.suggesting_corpus import WORDS, recipe, survey_training_set, training_set
from wamkg.errors import InvalidInputError
from wamkg.suggesting.examples import Example, PaperDocument, TrainingSet
from wamkg.suggesting.ranking import Ranker
from wamkg.suggesting.registry import DEFAULT, FitCache, model_named
from wamkg.suggesting.suggest import SuggestOptions, suggest

MODEL = model_named(DEFAULT)
NEW = [recipe(leaf, 100 + n) for leaf in WORDS for n in range(4)]


def survey_split() -> tuple[TrainingSet, list[PaperDocument]]:
    """The survey's papers, every third one taken for a candidate."""
    full = survey_training_set()
    kept = tuple(e for i, e in enumerate(full.examples) if i % 3)
    return replace(full, examples=kept), [e.document for i, e in enumerate(full.examples) if i % 3 == 0]


@pytest.mark.parametrize("name", ["words-nb", "tfidf-lr", "characters-lr", "stems-lr"])
def test_probabilities_are_those_of_the_full_run(name: str) -> None:
    training, candidates = survey_split()
    model = model_named(name)
    bench = FitCache(training, candidates)
    everything = np.arange(len(training.examples))
    calibration = bench.calibration(model, everything, 0.95)
    raw = bench.predict(model, everything, bench.candidate_rows)
    expected = bench.tree.joint(calibration.apply(bench.tree, raw))
    ranking = Ranker(training, candidates, model).refit(training, calibration)
    assert ranking.all_joint() == pytest.approx(expected, abs=0.002)
    assert ranking.top == pytest.approx(expected[:, bench.tree.tops], abs=0.002)


def test_a_page_shows_the_same_as_the_whole_queue() -> None:
    ranking = Ranker(training_set(), NEW, MODEL).refit(training_set())
    assert ranking.joint(np.array([7, 0, 19])) == pytest.approx(ranking.all_joint()[[7, 0, 19]])


def test_after_decisions_the_refit_equals_a_new_full_run() -> None:
    training, candidates = survey_split()
    ranker = Ranker(training, candidates, MODEL, learnable=[*(e.document for e in training.examples), *candidates])
    before = ranker.refit(training).all_joint()
    decided = [Example(d, "joint/diffusion/unified-stream/explicit") for d in candidates[:5]]
    more = replace(training, examples=(*training.examples, *decided))
    bench = FitCache(more, candidates)
    everything = np.arange(len(more.examples))
    expected = bench.tree.joint(bench.predict(MODEL, everything, bench.candidate_rows))
    assert ranker.refit(more).all_joint() == pytest.approx(expected, abs=0.002)
    assert ranker.refit(training).all_joint() == pytest.approx(before, abs=0.002)


def test_a_leaf_without_examples_and_a_tree_without_any_are_ranked_by_definitions() -> None:
    full = training_set(negatives=False)
    for kept in (tuple(e for e in full.examples if e.taxon != "baking/cake"), ()):
        training = TrainingSet(full.tree, kept)
        ranking = Ranker(training, NEW, MODEL).refit(training)
        assert ranking.all_joint()[:, full.tree.leaves].sum(axis=1) == pytest.approx(1.0)


def test_many_examples_are_fitted_as_few_are() -> None:
    many = training_set(each=60, negatives=False)
    suggested = suggest(many, NEW, settings=SuggestOptions(reasons=False))
    ranking = Ranker(many, NEW, MODEL).refit(many)
    assert [s.ranked[0][0] for s in suggested] == [many.tree.paths[n] for n in best(ranking.all_joint(), many)]


def best(joint: np.ndarray, training: TrainingSet) -> list[int]:
    """The likeliest leaf of each row."""
    return [int(n) for n in training.tree.leaves[joint[:, training.tree.leaves].argmax(axis=1)]]


def test_a_model_that_reads_vectors_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="minilm-lr"):
        Ranker(training_set(), NEW, model_named("minilm-lr"))
