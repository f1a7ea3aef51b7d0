"""The measurement: its shape, its honesty, and a check on the survey's own papers."""

import numpy as np
import pytest

from tests.helpers.suggesting_corpus import survey_training_set, training_set
from wamkg.errors import InvalidInputError
from wamkg.suggesting import metrics
from wamkg.suggesting.evaluation import evaluate
from wamkg.suggesting.examples import Example, PaperDocument, TrainingSet
from wamkg.suggesting.options import EvaluateOptions
from wamkg.suggesting.registry import DEFAULT, FitCache, Model, model_named
from wamkg.suggesting.taxon_tree import Tree

FIELDS = {
    "accuracy_top", "log_loss_top", "macro_f1_top", "accuracy_leaf", "top3_leaf", "hierarchical_f1",
    "ece", "coverage_at_95", "interval", "p_vs_baseline",
}  # fmt: skip


@pytest.fixture(scope="module")
def report() -> dict:
    return evaluate(training_set(each=4), EvaluateOptions(("majority",)))


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
    shuffled = evaluate(training_set(each=4), EvaluateOptions(shuffle=1))
    assert shuffled["shuffled"] and shuffled["models"]["tfidf-lr"]["accuracy_top"] < 0.8


def test_too_few_papers_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least 4"):
        evaluate(training_set(each=0), EvaluateOptions())


def test_the_protocol_in_time_examines_only_months_with_enough_before_them() -> None:
    report = evaluate(training_set(each=6), EvaluateOptions(protocol="time-forward"))
    assert report["protocol"] == "time-forward" and 0 < report["n"] < 30


def test_negatives_are_reported_apart() -> None:
    outside = evaluate(training_set(each=2), EvaluateOptions())["outside"]
    assert outside["n"] == {"inside": 10, "hard": 6, "easy": 6}
    assert outside["hard_recognised"] > 0.8 and outside["inside_kept"] > 0.8
    assert evaluate(training_set(each=2, negatives=False), EvaluateOptions())["outside"] is None


def test_on_the_surveys_own_papers_the_default_is_far_ahead_of_chance() -> None:
    """A check of sanity on one split, not the measurement: that takes a minute and is in docs/suggesting.md."""
    training = survey_training_set()
    bench = FitCache(training)
    assert len(bench.nodes) == 64
    raw = bench.out_of_fold(model_named(DEFAULT), np.arange(64, dtype=np.intp))
    right = metrics.top_right(bench.tree, bench.tree.joint(raw), bench.nodes)
    assert right.mean() >= 0.8


@pytest.mark.parametrize("name", ["tfidf-lr", "characters-lr", "stems-nb", "words-nb"])
def test_an_evaluation_predicts_what_a_fit_predicts(name: str) -> None:
    """It fits by products of texts; a suggestion fits a weight for each term."""
    training = survey_training_set()
    bench, every = FitCache(training), np.arange(64, dtype=np.intp)
    for member in model_named(name).members:
        for held in (every[::9], every[20:], every[:1]):
            rows = np.setdiff1d(every, held)
            by_terms = bench.fit(member, rows).conditional(held)
            assert np.allclose(bench.predict(Model("one", (member,)), rows, held), by_terms, atol=1e-7)


def test_a_quick_evaluation_leaves_out_each_paper_once() -> None:
    told: list[tuple[int, int]] = []
    report = evaluate(
        training_set(each=4), EvaluateOptions(protocol="nested-folds"), progress=lambda *n: told.append(n)
    )
    assert report["n"] == 20 and told == [(n, 10) for n in range(1, 11)]
    assert report["models"]["tfidf-lr"]["accuracy_top"] > 0.9


@pytest.mark.parametrize("body", ["", "...", "dough", "焼き 煙"])
def test_the_smallest_sets_and_texts_without_words_are_measured(body: str) -> None:
    documents = [PaperDocument(str(n), "" if n else "loaf", body) for n in range(4)]
    tree = Tree.of(["baking/bread", "grilling"])
    taxa = ["baking/bread", "grilling", "baking", "grilling"]
    training = TrainingSet(tree, tuple(Example(d, taxon) for d, taxon in zip(documents, taxa, strict=True)))
    for protocol in ("nested-loo", "nested-folds"):
        assert evaluate(training, EvaluateOptions(("words-nb", "characters-lr"), protocol=protocol))["n"] == 4
