"""The measurement: its shape, its honesty, and a check on the survey's own papers."""

import numpy as np
import pytest

from tests.helpers.suggesting_corpus import survey_training_set, training_set
from wamkg.errors import InvalidInputError
from wamkg.suggesting import metrics
from wamkg.suggesting.evaluation import evaluate
from wamkg.suggesting.registry import DEFAULT, FitCache, model_named

FIELDS = {
    "accuracy_top", "log_loss_top", "macro_f1_top", "accuracy_leaf", "top3_leaf", "hierarchical_f1",
    "ece", "coverage_at_95", "interval", "p_vs_baseline",
}  # fmt: skip


@pytest.fixture(scope="module")
def report() -> dict:
    return evaluate(training_set(each=4), ["majority"])


def test_the_report_has_the_promised_shape(report: dict) -> None:
    assert report["protocol"] == "nested-loo" and report["n"] == 20
    assert set(report["models"]) == {"tfidf-lr", "majority", "nested-choice"}
    assert all(set(m) >= FIELDS for m in report["models"].values())


def test_the_baseline_beats_the_majority_on_clear_texts(report: dict) -> None:
    baseline, majority = report["models"]["tfidf-lr"], report["models"]["majority"]
    assert baseline["accuracy_top"] > 0.9 > majority["accuracy_top"]
    low, high = baseline["interval"]
    assert low <= baseline["accuracy_top"] <= high
    assert majority["p_vs_baseline"] < 0.05 and baseline["p_vs_baseline"] == 1.0


def test_with_shuffled_labels_it_falls_towards_chance() -> None:
    shuffled = evaluate(training_set(each=4), [], shuffle_seed=1)
    assert shuffled["shuffled"] and shuffled["models"]["tfidf-lr"]["accuracy_top"] < 0.8


def test_too_few_papers_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least 4"):
        evaluate(training_set(each=0), [])


def test_the_protocol_in_time_examines_only_months_with_enough_before_them() -> None:
    report = evaluate(training_set(each=6), [], protocol="time-forward")
    assert report["protocol"] == "time-forward" and 0 < report["n"] < 30


def test_negatives_are_reported_apart() -> None:
    outside = evaluate(training_set(each=2), [])["outside"]
    assert outside["n"] == {"inside": 10, "hard": 6, "easy": 6}
    assert outside["hard_recognised"] > 0.8 and outside["inside_kept"] > 0.8
    assert evaluate(training_set(each=2, negatives=False), [])["outside"] is None


def test_on_the_surveys_own_papers_the_default_is_far_ahead_of_chance() -> None:
    """A check of sanity on one split, not the measurement: that takes a minute and is in docs/suggesting.md."""
    training = survey_training_set()
    bench = FitCache(training)
    assert len(bench.nodes) == 64
    raw = bench.out_of_fold(model_named(DEFAULT), np.arange(64, dtype=np.intp))
    right = metrics.top_right(bench.tree, bench.tree.joint(raw), bench.nodes)
    assert right.mean() >= 0.8
