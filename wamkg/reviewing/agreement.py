"""Compute Cohen's kappa and Krippendorff's alpha with bootstrap intervals."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.reviewing.agreement_report import Agreement, LevelAgreement, Measure, PairAgreement, TaxonAgreement
from wamkg.reviewing.verdicts import STATES, Verdict
from wamkg.store.decisions import DecisionRow, decision_rows
from wamkg.store.rounds import find_round, list_rounds, live_votes, papers_of_round, reviewers_of, unblinded_papers
from wamkg.store.tables import ReviewRound, Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.vocabulary import MAIN_TAXONOMY, AssignmentStatus

Values = NDArray[np.int64]
Weights = NDArray[np.float64]
MISSING = -1


def kappas(values: Values, weights: Weights) -> Weights:
    """Cohen's kappa of two reviewers (Cohen 1960) in each sample, over papers that both labeled; for more reviewers,
    the mean over their pairs (Light 1971). NaN if it is undefined: no such paper, or only one label.
    """
    pairs = [_kappa(values[:, [a, b]], weights) for a, b in combinations(range(values.shape[1]), 2)]
    defined = [pair for pair in pairs if not np.isnan(pair).all()]
    if not defined:
        return np.full(len(weights), np.nan)
    return np.asarray(np.mean(defined, axis=0))


def _kappa(pair: Values, weights: Weights) -> Weights:
    both = (pair != MISSING).all(axis=1)
    first, second = (_one_hot(np.where(both, column, MISSING), _classes(pair)) for column in pair.T)
    number = weights @ both
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = weights @ (both & (pair[:, 0] == pair[:, 1])) / number
        expected = ((weights @ first) * (weights @ second)).sum(axis=1) / number**2
        return _where_varied(1 - expected, (observed - expected) / (1 - expected))


def alphas(values: Values, weights: Weights) -> Weights:
    """Krippendorff's alpha for nominal data (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", C) in
    each sample. Papers with fewer than two labels are ignored. NaN if all labels are equal.
    """
    counts = sum(_one_hot(column, _classes(values)) for column in values.T)
    counts = np.where(counts.sum(axis=1, keepdims=True) >= 2, counts, 0.0)
    words = counts.sum(axis=1)
    differing = (words**2 - (counts**2).sum(axis=1)) / np.maximum(words - 1, 1)
    total, by_class = weights @ words, weights @ counts
    possible = total**2 - (by_class**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _where_varied(possible, 1 - (total - 1) * (weights @ differing) / possible)


def _classes(values: Values) -> int:
    return int(values.max(initial=0)) + 1


def _one_hot(column: Values, classes: int) -> Any:
    return (column[:, None] == np.arange(classes)).astype(float)


def _where_varied(room: Weights, found: Weights) -> Weights:
    """The values; NaN where disagreement was impossible."""
    return np.where(np.isclose(room, 0) | np.isnan(room), np.nan, found)


def observed(values: Values) -> float | None:
    """Share of pairs of equal labels on one paper; None if no paper has two labels."""
    same = pairs = 0
    for a, b in combinations(values.T, 2):
        both = (a != MISSING) & (b != MISSING)
        pairs += int(both.sum())
        same += int((both & (a == b)).sum())
    return same / pairs if pairs else None


def samples_of(papers: int, samples: int, seed: int) -> Weights:
    """Bootstrap samples: as many papers as there are, drawn with replacement."""
    drawn = np.random.default_rng(seed).multinomial(papers, [1 / papers] * papers, size=samples)
    return drawn.astype(float)


def interval(estimates: Weights, level: float) -> tuple[float, float] | None:
    """Percentile interval of bootstrap estimates, ignoring undefined ones; None if all are undefined."""
    defined = estimates[~np.isnan(estimates)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return round(float(low), 4), round(float(high), 4)


SAMPLES, SEED, LEVEL = 2000, 0, 0.95
Word = tuple[str, ...]
"""A reviewer's label for a paper: the steps of a taxon's path, or a status in brackets."""
Ratings = Mapping[Any, Mapping[str, Word | None]]
"""Paper -> reviewer -> label; None if they were unsure."""


def agreement_of_rounds(session: Session, taxonomy: str = MAIN_TAXONOMY, name: str | None = None) -> Agreement:
    """Agreement of the votes of one round, or of every round of a taxonomy, on papers with visible votes.

    Raises NotFoundError for an unknown round or taxonomy, and if there is no round.
    """
    if name is not None:
        rounds = [find_round(session, name)]
        found = session.get_one(Taxonomy, rounds[0].taxonomy_id)
    else:
        found = get_taxonomy(session, taxonomy)
        rounds = list_rounds(session, found.id)
    if not rounds:
        raise NotFoundError(f"no round in {found.slug} yet; `wamkg round open`, or `wamkg agreement --decisions`")
    ratings: dict[object, dict[str, Word | None]] = {}
    for one in rounds:
        ratings |= _ratings_of(session, found, one)
    people = dict.fromkeys(p for one in rounds for p in reviewers_of(session, one.id or 0).values())
    return measure_agreement(ratings, (found.slug, f"round {name}" if name else "rounds"), list(people))


def _ratings_of(session: Session, taxonomy: Taxonomy, one: ReviewRound) -> dict[object, dict[str, Word | None]]:
    assert one.id is not None
    names = reviewers_of(session, one.id)
    shown = unblinded_papers(session, one)
    ratings: dict[object, dict[str, Word | None]] = {
        (one.id, paper): {} for paper in papers_of_round(session, one.id) if paper in shown
    }
    for vote in live_votes(session, one.id):
        if vote.paper_id in shown:
            taxon = session.get_one(Taxon, vote.taxon_id) if vote.taxon_id is not None else None
            ratings[one.id, vote.paper_id][names[vote.actor_id]] = _word(session, taxonomy, vote.verdict, taxon)
    return ratings


def _word(session: Session, taxonomy: Taxonomy, verdict: str, taxon: Taxon | None) -> Word | None:
    if taxon is None:
        state = STATES[Verdict(verdict)]
        return None if state == AssignmentStatus.UNDECIDED else (f"({state})",)
    if taxon.ended_at is not None:
        taxon = find_taxon(session, taxonomy, taxon.path)
    return tuple(taxon.path.split("/"))


def agreement_of_decisions(session: Session, taxonomy: str = MAIN_TAXONOMY) -> Agreement:
    """Agreement of decisions whose authors had not seen each other's, as in two copies of the store.

    For each person and paper, the last decision that no other person had seen counts.

    Raises NotFoundError.
    """
    found = get_taxonomy(session, taxonomy)
    by_paper: dict[str, list[DecisionRow]] = {}
    for row in decision_rows(session, taxonomy=found.slug):
        if row.batch.undone_at is None and row.verdict != Verdict.REJECT:
            by_paper.setdefault(row.change.subject_uid or "", []).append(row)
    ratings = {paper: _independent(session, found, rows) for paper, rows in by_paper.items()}
    people = sorted({person for words in ratings.values() for person in words})
    return measure_agreement(ratings, (found.slug, "decisions"), people)


def _independent(session: Session, taxonomy: Taxonomy, rows: list[DecisionRow]) -> dict[str, Word | None]:
    known: dict[str, set[str]] = {}
    words: dict[str, Word | None] = {}
    for row in rows:
        known[row.uid] = {row.by}.union(*(known.get(uid, set()) for uid in row.replaces))
        if known[row.uid] == {row.by}:
            words[row.by] = _decided(session, taxonomy, row)
    return words


def _decided(session: Session, taxonomy: Taxonomy, row: DecisionRow) -> Word | None:
    taxa = row.record.get("taxa") or []
    if not taxa:
        return _word(session, taxonomy, row.verdict, None)
    try:
        return _word(session, taxonomy, row.verdict, find_taxon(session, taxonomy, taxa[0]["path"]))
    except NotFoundError:
        return tuple(taxa[0]["path"].split("/"))


def measure_agreement(ratings: Ratings, what: tuple[str, str], reviewers: list[str]) -> Agreement:
    """Compute the measures; `what` names the taxonomy and the origin of the ratings.

    Raises NotFoundError for fewer than two reviewers.
    """
    if len(reviewers) < 2:
        raise NotFoundError("agreement needs two people who labeled the same paper; there are none yet")
    table = [[words.get(person) for person in reviewers] for words in ratings.values()]
    said = [word for row in table for word in row if word is not None]
    unsure = sum(word is None for words in ratings.values() for word in words.values())
    rated = [row for row in table if sum(word is not None for word in row) >= 2]
    weights = samples_of(len(rated), SAMPLES, SEED) if rated else np.zeros((0, 0))
    deepest = max((len(word) for word in said), default=0)
    taxa = sorted({word[:depth] for word in said for depth in range(1, len(word) + 1) if not word[0].startswith("(")})
    overall = _coded(rated)
    return Agreement(
        taxonomy=what[0],
        source=what[1],
        reviewers=reviewers,
        papers=len(table),
        labels=len(said),
        missing=len(table) * len(reviewers) - len(said) - unsure,
        unsure=unsure,
        overall=_measure(overall, weights),
        levels=[LevelAgreement(d, _measure(_coded(rated, d), weights)) for d in range(1, deepest + 1)],
        taxa=[_taxon(taxon, rated, said, weights) for taxon in taxa],
        pairs=[_pair(overall, reviewers, a, b) for a, b in combinations(range(len(reviewers)), 2)],
        samples=SAMPLES,
        seed=SEED,
        level=LEVEL,
    )


def _coded(rows: Iterable[Iterable[Word | None]], depth: int | None = None) -> Values:
    codes: dict[Word, int] = {}
    return np.array(
        [[MISSING if w is None else codes.setdefault(w[:depth], len(codes)) for w in row] for row in rows],
        dtype=np.int64,
    )


def _taxon(taxon: Word, rated: list[list[Word | None]], said: list[Word], weights: Weights) -> TaxonAgreement:
    depth = len(taxon)
    within = [[MISSING if w is None else int(w[:depth] == taxon) for w in row] for row in rated]
    named = sum(word[:depth] == taxon for word in said)
    return TaxonAgreement("/".join(taxon), named, _measure(np.array(within, dtype=np.int64), weights))


def _measure(values: Values, weights: Weights) -> Measure:
    if not len(values):
        return Measure(0, None, None, None, None, None)
    once = np.ones((1, len(values)))
    # One paper drawn again and again says nothing of how far another sample would differ.
    varied = len(values) > 1
    return Measure(
        len(values),
        _rounded(observed(values)),
        _rounded(float(kappas(values, once)[0])),
        interval(kappas(values, weights), LEVEL) if varied else None,
        _rounded(float(alphas(values, once)[0])),
        interval(alphas(values, weights), LEVEL) if varied else None,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 4)


def _pair(values: Values, reviewers: list[str], a: int, b: int) -> PairAgreement:
    if not len(values):
        return PairAgreement(reviewers[a], reviewers[b], 0, None, None)
    two = values[:, [a, b]]
    both = int((two != MISSING).all(axis=1).sum())
    kappa = float(kappas(two, np.ones((1, len(two))))[0])
    return PairAgreement(reviewers[a], reviewers[b], both, _rounded(observed(two)), _rounded(kappa))
