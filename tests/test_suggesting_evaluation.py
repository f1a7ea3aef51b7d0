"""The measurement: its shape, its honesty, and a check on the survey's own papers."""

import pytest

from tests.suggesting_corpus import training_set
from wamkg.errors import InvalidInputError
from wamkg.suggesting.evaluation import evaluate

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
