"""The parts of the suggester: its solver, its calibration, its tree and its splits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from tests.helpers.suggesting_corpus import survey_training_set, training_set
from wamkg.errors import InvalidInputError
from wamkg.store.paper_texts import sentences
from wamkg.suggesting import metrics
from wamkg.suggesting.calibration import NEVER, temper, threshold_for
from wamkg.suggesting.classifiers import Logistic, dual_logistic
from wamkg.suggesting.examples import PaperDocument, TrainingSet, masked
from wamkg.suggesting.registry import FitCache, Model, model_named
from wamkg.suggesting.splits import nested_loo, splits_of, stratified_folds, time_forward
from wamkg.suggesting.taxon_tree import Tree

TREE = Tree.of(["a/x/1", "a/x/2", "a/y", "b"])


def test_the_logistic_solver_finds_what_scikit_learn_finds() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(40, 200)) / 10
    labels = (features[:, 0] + rng.normal(size=40) / 10 > 0).astype(np.intp)
    ours = Logistic(c=10.0).fit(features, labels, np.ones(40)).predict(features)
    theirs = LogisticRegression(C=10.0, class_weight="balanced", tol=1e-10, max_iter=10_000)
    assert ours == pytest.approx(theirs.fit(features, labels).predict_proba(features), abs=1e-4)


def test_a_start_at_nearly_the_same_rows_changes_steps_and_not_the_result() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(40, 60)) / 8
    grams, sides = (features @ features.T)[None], np.array([features[:, i] > 0.05 for i in range(4)])
    costs = Logistic(c=10.0).costs(sides, np.ones(40))
    plain, intercepts = dual_logistic(grams, sides, costs)
    fewer, fewer_intercepts = dual_logistic(grams[:, 2:, 2:], sides[:, 2:], costs[:, 2:])
    near = np.hstack([np.zeros((4, 2)), fewer]), fewer_intercepts
    useless = rng.normal(size=(4, 40)) * 1e4, np.full(4, 1e4)
    for start in (near, useless, (plain, intercepts)):
        found, moved = dual_logistic(grams, sides, costs, start)
        assert found == pytest.approx(plain, abs=1e-4) and moved == pytest.approx(intercepts, abs=1e-4)


def test_fits_that_start_from_earlier_ones_predict_what_fits_from_zero_predict() -> None:
    bench = FitCache(survey_training_set())
    everything = np.arange(len(bench.nodes))
    for member in model_named("words-nb").members + model_named("tfidf-lr").members:
        for left_out in range(0, 12, 3):
            known, away = np.delete(everything, left_out), everything[left_out : left_out + 1]
            ours = bench.predict(Model("one", (member,)), known, away)
            assert ours == pytest.approx(bench.fit(member, known).conditional(away), abs=2e-6)


def test_the_solver_stays_finite_on_separable_and_on_equal_texts() -> None:
    same = np.ones((6, 3)) / np.sqrt(3)
    for features in (same, np.eye(6)):
        table = Logistic(c=1e4).fit(features, np.array([0, 0, 0, 1, 1, 1]), np.ones(6)).predict(features)
        assert np.isfinite(table).all() and table.sum(axis=1) == pytest.approx(np.ones(6))


def test_the_tree_adds_ancestors_and_keeps_parents_first() -> None:
    assert TREE.paths == ("a", "a/x", "a/x/1", "a/x/2", "a/y", "b")
    assert [TREE.paths[i] for i in TREE.leaves] == ["a/x/1", "a/x/2", "a/y", "b"]
    assert [TREE.paths[i] for i in TREE.line(3)] == ["a", "a/x", "a/x/2"]
    for bad in ("", "/a", "a/"):
        with pytest.raises(InvalidInputError, match="not a taxon path"):
            Tree.of([bad])


@given(st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6))
def test_joint_probabilities_sum_along_the_tree(raw: list[float]) -> None:
    conditional = np.array([raw])
    for children in TREE.children.values():
        conditional[:, children] /= conditional[:, children].sum()
    joint = TREE.joint(conditional)[0]
    assert joint[TREE.leaves].sum() == pytest.approx(1.0)
    assert joint[TREE.index["a/x"]] == pytest.approx(joint[TREE.index["a/x/1"]] + joint[TREE.index["a/x/2"]])


@given(
    st.lists(st.tuples(st.floats(0.5, 1.0), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([0.5, 0.9, 0.95, 1.0]),
)
def test_a_threshold_keeps_its_promise_on_the_texts_it_was_set_on(
    seen: list[tuple[float, bool]], precision: float
) -> None:
    confidence, right = np.array([c for c, _ in seen]), np.array([r for _, r in seen], dtype=bool)
    threshold = threshold_for(confidence, right, precision)
    sure = confidence >= threshold
    assert (
        right[sure].mean() >= precision
        if sure.any()
        else threshold in (NEVER, precision) or threshold > confidence.max()
    )


def test_a_temperature_above_one_makes_less_sure_and_keeps_the_order() -> None:
    before = np.array([[0.7, 0.2, 0.1]])
    after = temper(before, 2.0)
    assert after.sum() == pytest.approx(1.0) and after[0, 0] < 0.7
    assert (np.argsort(after) == np.argsort(before)).all()


def test_calibration_error_is_zero_when_stated_and_seen_agree() -> None:
    confidence, right = np.repeat([0.5, 1.0], [10, 10]), np.array([True, False] * 5 + [True] * 10)
    assert metrics.expected_calibration_error(confidence, right, bins=2) == pytest.approx(0.0)
    assert metrics.expected_calibration_error(confidence, ~right, bins=2) == pytest.approx(0.5)


def test_mcnemar_counts_only_the_papers_on_which_two_models_differ() -> None:
    ours, theirs = np.array([True] * 6 + [False]), np.array([False] * 6 + [False])
    assert metrics.mcnemar(ours, theirs) == pytest.approx(2 * 0.5**6)
    assert metrics.mcnemar(ours, ours) == 1.0


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_folds_share_every_class_out_evenly(labels: list[int]) -> None:
    nodes = np.array(labels, dtype=np.intp)
    folds = stratified_folds(nodes, 8)
    for label in set(labels):
        sizes = np.bincount(folds[nodes == label], minlength=int(folds.max()) + 1)
        assert sizes.max() - sizes.min() <= 1


def test_no_protocol_trains_on_what_it_examines() -> None:
    training = training_set(each=5)
    for split in [*nested_loo(training), *time_forward(training)]:
        assert not set(split.fit) & set(split.predict)
    dates = [e.document.date for e in training.examples]
    for split in time_forward(training):
        assert max(dates[i] for i in split.fit) < min(dates[i] for i in split.predict)


def test_a_protocol_without_dates_or_with_a_wrong_name_is_refused() -> None:
    training = training_set()
    undated = tuple(replace(e, document=replace(e.document, date="")) for e in training.examples)
    with pytest.raises(InvalidInputError, match="time-forward"):
        splits_of(TrainingSet(training.tree, undated), "time-forward")
    with pytest.raises(InvalidInputError, match="unknown protocol 'guess'"):
        splits_of(training, "guess")


def test_own_names_are_masked_as_whole_words_only() -> None:
    document = PaperDocument("p", "F1: a model", "F1 beats F12 and the F1-like ones.", names=("F1",))
    assert masked(document).split() == [":", "a", "model", "beats", "F12", "and", "the", "F1-like", "ones."]


def test_sentences_are_not_cut_at_decimal_points() -> None:
    assert sentences("It reaches 4.64 on CALVIN. The rest, e.g. this, holds! Is it so?") == [
        "It reaches 4.64 on CALVIN.",
        "The rest, e.g. this, holds!",
        "Is it so?",
    ]


def test_thresholds_keep_the_precision_forward_in_time_too() -> None:
    """The survey's later papers are harder than cross-validation says; without dates nobody can know."""
    full = survey_training_set()
    undated = replace(full, examples=tuple(replace(e, document=replace(e.document, date="")) for e in full.examples))
    rows, model = np.arange(len(full.examples)), model_named("stems-nb")
    ahead, alone = (FitCache(training).calibration(model, rows, 0.95) for training in (full, undated))
    assert (ahead.top, ahead.below, ahead.loss) == (alone.top, alone.below, alone.loss)
    assert all(a >= b for a, b in zip(ahead.thresholds, alone.thresholds, strict=True))
    assert ahead.thresholds[0] > alone.thresholds[0]
