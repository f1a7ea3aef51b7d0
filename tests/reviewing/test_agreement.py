"""Cohen's kappa and Krippendorff's alpha, against worked examples in print and against a kept library."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from wamkg.errors import NotFoundError
from wamkg.reviewing.agreement import MISSING, alphas, interval, kappas, measure_agreement, observed, samples_of
from wamkg.reviewing.agreement_report import Agreement

# K. Krippendorff, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania, 2011: sections A, B and C.
BINARY = ("0100000010", "1110010000"), 0.095
NOMINAL = ("aabbdcccedda", "babbbccceddd"), 0.692
WITH_GAPS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743
# J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20 (1960): the
# example of two clinicians and three diagnoses, here as 200 patients.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.492


def coded(rows: tuple[str, ...]) -> np.ndarray:
    """Reviewers' words, a character each and a dot for none, as a table of numbers."""
    classes = sorted(set("".join(rows)) - {"."})
    return np.array([[MISSING if c == "." else classes.index(c) for c in row] for row in rows]).T


def once(values: np.ndarray) -> np.ndarray:
    """Every paper once."""
    return np.ones((1, len(values)))


@pytest.mark.parametrize(("rows", "printed"), [BINARY, NOMINAL, WITH_GAPS])
def test_alpha_as_krippendorff_works_it_out(rows: tuple[str, ...], printed: float) -> None:
    values = coded(rows)
    assert round(float(alphas(values, once(values))[0]), 3) == printed


def test_kappa_as_cohen_works_it_out() -> None:
    table, printed = COHEN
    pairs = [(a, b) for a, row in enumerate(table) for b, number in enumerate(row) for _ in range(number)]
    values = np.array(pairs)
    assert round(float(kappas(values, once(values))[0]), 3) == printed
    assert observed(values) == pytest.approx(0.70)


WORDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


@given(WORDS)
@settings(max_examples=150, deadline=None)
def test_kappa_is_the_one_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    values = np.array(pairs)
    assume(len(set(values.ravel().tolist())) > 1)
    assert float(kappas(values, once(values))[0]) == pytest.approx(cohen_kappa_score(*values.T), abs=1e-12)


GAPPY = st.lists(st.tuples(*[st.integers(-1, 2)] * 3), min_size=2, max_size=30)


@given(GAPPY)
@settings(max_examples=150, deadline=None)
def test_alpha_is_what_its_definition_says_pair_by_pair(rows: list[tuple[int, int, int]]) -> None:
    """Observed over expected disagreement, counted over pairs of words as the definition has it."""
    values = np.array(rows)
    units = [[w for w in row if w != MISSING] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    words = [word for unit in units for word in unit]
    assume(len(set(words)) > 1)
    within = sum(
        sum(a != b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j) / (len(unit) - 1)
        for unit in units
    ) / len(words)
    across = sum(a != b for i, a in enumerate(words) for j, b in enumerate(words) if i != j)
    expected = across / (len(words) * (len(words) - 1))
    assert float(alphas(values, once(values))[0]) == pytest.approx(1 - within / expected, abs=1e-9)


def test_one_class_only_is_not_defined_and_said_so() -> None:
    values = np.zeros((5, 2), dtype=np.int64)
    assert np.isnan(kappas(values, once(values))).all()
    assert np.isnan(alphas(values, once(values))).all()
    assert interval(kappas(values, samples_of(5, 20, 0)), 0.95) is None


def test_a_bootstrap_sample_is_worth_its_papers() -> None:
    """A weighted estimate is the estimate over the papers written out that often."""
    values = coded(WITH_GAPS[0])
    for weights in samples_of(len(values), 20, 3):
        written_out = np.repeat(values, weights.astype(int), axis=0)
        for measure in (kappas, alphas):
            weighted, plain = measure(values, weights[None])[0], measure(written_out, once(written_out))[0]
            assert weighted == pytest.approx(plain, nan_ok=True)


def agreement(**words: list[str | None]) -> Agreement:
    """Agreement of reviewers who class papers one after another; `-` is unsure, None nothing said."""
    papers = max(map(len, words.values()))
    ratings = {
        paper: {
            who: None if said[paper] == "-" else tuple(str(said[paper]).split("/"))
            for who, said in words.items()
            if said[paper] is not None
        }
        for paper in range(papers)
    }
    return measure_agreement(ratings, ("wam", "test"), list(words))


def test_levels_and_taxa_are_measured_apart() -> None:
    found = agreement(
        ana=["joint/diffusion/a", "joint/diffusion/b", "joint", "cascaded/implicit", "(outside)", "-"],
        bo=["joint/diffusion/b", "joint/diffusion/a", "joint", "cascaded/explicit", "(outside)", "joint"],
    )
    assert (found.papers, found.labels, found.unsure, found.missing) == (6, 11, 1, 0)
    assert [(level.depth, level.measure.observed) for level in found.levels] == [(1, 1.0), (2, 0.8), (3, 0.4)]
    assert found.overall == found.levels[-1].measure
    taxa = {taxon.taxon: taxon for taxon in found.taxa}
    assert (taxa["joint"].positives, taxa["joint"].measure.kappa) == (7, 1.0)
    assert taxa["joint/diffusion/a"].measure.kappa < 0
    assert "(outside)" not in taxa


def test_three_reviewers_with_gaps() -> None:
    found = agreement(ana=["a", "b", "a", None, "b"], bo=["a", "b", None, "a", "b"], cho=["a", "a", "a", "a", None])
    assert (found.papers, found.missing) == (5, 3)
    assert [(p.a, p.b, p.papers) for p in found.pairs] == [("ana", "bo", 3), ("ana", "cho", 3), ("bo", "cho", 3)]
    kappas_of_pairs = [pair.kappa for pair in found.pairs if pair.kappa is not None]
    assert found.overall.kappa == pytest.approx(sum(kappas_of_pairs) / len(kappas_of_pairs), abs=1e-4)
    assert found.overall.alpha_interval is not None
    low, high = found.overall.alpha_interval
    assert low <= (found.overall.alpha or 0) <= high


def test_nobody_to_agree_with() -> None:
    assert agreement(ana=["a"], bo=[None]).overall.papers == 0
    with pytest.raises(NotFoundError, match="two people"):
        agreement(ana=["a", "b"])
