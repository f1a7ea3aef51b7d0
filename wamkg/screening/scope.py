"""Is a paper that was just found in scope? Judged by its title and abstract against papers that people decided."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from wamkg.suggesting.classifiers import FittedLogistic, Logistic, Side
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, Rows, TextView, dense
from wamkg.suggesting.outside import FEWEST, title_only
from wamkg.suggesting.splits import stratified_folds
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints

_VIEWS = (TextView("word", (1, 2), stemmed=True), TextView("word", (1, 2)))
_TITLES, _ABSTRACTS, _ODDS = Logistic(c=1.0, ratios=True), Logistic(c=10.0, ratios=True), Logistic(balanced=False)
_TITLE, _NAMES, _NEAR = 0.5, 0.25, 5.0
"""Weights of the title's log-odds, of the logarithm of how often the field is named, and of the nearest papers, beside
the log-odds of title and abstract. Chosen on 174 abstracts, see docs/discovery.md.
"""
_FOLDS, _NEAREST, _WORDS_SHOWN = 5, 3, 3


@dataclass(frozen=True)
class ScopeLabels:
    """What is known of the scope: papers inside and outside, and the names of the field."""

    inside: tuple[PaperDocument, ...]
    outside: tuple[PaperDocument, ...]
    names: tuple[str, ...] = ()

    @property
    def documents(self) -> list[PaperDocument]:
        """The papers inside, then those outside."""
        return [*self.inside, *self.outside]


@dataclass(frozen=True)
class ScopeVerdict:
    """Whether a paper is likely enough in scope, P(in scope) from 0 to 1 (None: too little is known), and why.

    `score` puts papers in order. It is a log-odds that is not calibrated.
    """

    likely: bool
    score: float
    probability: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ScopeJudgement:
    """The verdicts in the order of the papers, and in one line what they rest on."""

    verdicts: tuple[ScopeVerdict, ...]
    basis: str


@dataclass(frozen=True)
class _Scale:
    """How scores become verdicts: the least score of a likely paper, and scores of labeled papers, each held out."""

    threshold: float | None
    scores: Floats
    inside: Bools

    @cached_property
    def _odds(self) -> FittedLogistic:
        return _ODDS.fit(self.scores[:, None], self.inside.astype(np.intp), np.ones(len(self.scores)))

    def verdict(self, score: float, reasons: Sequence[str]) -> ScopeVerdict:
        """Return the verdict for a score; P(in scope) is by logistic regression on held-out scores (Platt, 1999)."""
        if self.threshold is None:
            return ScopeVerdict(True, score, None, tuple(reasons))
        probability = float(self._odds.predict(np.array([[score]]))[0, 1])
        return ScopeVerdict(score >= self.threshold, score, probability, tuple(reasons))


def judge_scope(labels: ScopeLabels, papers: Sequence[PaperDocument], recall: float) -> ScopeJudgement:
    """Judge papers so that a share `recall` of those in scope is likely; the same input gives the same verdicts.

    The limit is the conformal quantile of held-out papers inside (Vovk et al., 2005), so the recall holds on average
    for papers like them. With too few of them every paper is likely.
    """
    return _Judge(labels, papers).judge(recall)


class _Judge:
    """Scores by title, and by abstract if enough labeled papers have one."""

    def __init__(self, labels: ScopeLabels, papers: Sequence[PaperDocument]) -> None:
        self.papers, known = papers, labels.documents
        inside = np.arange(len(known)) < len(labels.inside)
        self.names = [_name_counts(labels.names, document) for document in papers]
        named = _NAMES * np.log1p([sum(_name_counts(labels.names, d).values()) for d in [*known, *papers]])
        titles = _Texts([title_only(document) for document in [*known, *papers]], inside, _TITLES)
        base = named + _TITLE * titles.scores(near=0.0)
        self.titles = _Scores(titles, base[: len(known)], base[len(known) :])
        self.abstracts = _abstract_scores(known, papers, inside, base)

    def judge(self, recall: float) -> ScopeJudgement:
        titles = _scale(self.titles, recall)
        whole = _scale(self.abstracts, recall) if self.abstracts is not None else None
        verdicts = [
            self._verdict(i, whole, titles) if paper.body else self._verdict(i, None, titles)
            for i, paper in enumerate(self.papers)
        ]
        return ScopeJudgement(tuple(verdicts), self._basis(whole, titles))

    def _verdict(self, i: int, whole: _Scale | None, titles: _Scale) -> ScopeVerdict:
        """By title and abstract if their limit is known, else by the title and the names of the field."""
        if self.abstracts is not None and whole is not None and whole.threshold is not None:
            reasons = [self._named(i), *self.abstracts.texts.reasons(i)]
            return whole.verdict(float(self.abstracts.judged[i]), reasons)
        by_title = "judged by title" if self.papers[i].body else "judged by title; no abstract is known"
        return titles.verdict(float(self.titles.judged[i]), [self._named(i), by_title])

    def _named(self, i: int) -> str:
        named = [f"{name} ({count})" if count > 1 else name for name, count in self.names[i].items()]
        return f"names the field: {', '.join(named)}" if named else "does not name the field"

    def _basis(self, whole: _Scale | None, titles: _Scale) -> str:
        if whole is not None and whole.threshold is not None:
            return f"judged by {_counts(whole.inside, 'abstracts')}"
        if titles.threshold is not None:
            return f"judged by {_counts(titles.inside, 'titles')}; too few of them have an abstract to learn from"
        return (
            f"only {_counts(titles.inside, 'papers')} are decided, too few to leave anything out: everything found"
            " enters the queue"
        )


class _Texts:
    """Labeled papers, then papers to judge, as words; the vocabulary is that of the labeled ones."""

    def __init__(self, documents: Sequence[PaperDocument], inside: Bools, model: Logistic) -> None:
        self.inside, self.model = inside, model
        self.documents = documents
        self.rows = np.arange(len(inside), dtype=np.intp)
        self.judged = np.arange(len(inside), len(documents), dtype=np.intp)
        self._corpus = DocumentFeatures(documents, learnable=max(len(inside), 1))

    def scores(self, near: float) -> Floats:
        """Return the log-odds of every document, plus `near` times how much nearer it is to papers inside; labeled
        documents are held out, a fifth at a time.
        """
        out = np.zeros(len(self.documents))
        if not _both(self.inside):
            return out
        out[self.judged] = self._scores(self.rows, self.judged, near)
        folds = stratified_folds(self.inside.astype(np.intp), _FOLDS)
        for fold in range(int(folds.max()) + 1):
            fit, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            if _both(self.inside[fit]):
                out[held] = self._scores(fit, held, near)
        return out

    def _scores(self, fit: Ints, at: Ints, near: float) -> Floats:
        fitted = self._fitted(fit, at)
        odds = fitted.side.log_odds(fitted.judged)
        if near:
            similar, inside = fitted.similar, self.inside[fit]
            odds = odds + near * (_nearest(similar[:, inside]) - _nearest(similar[:, ~inside]))
        return odds

    def _fitted(self, fit: Ints, at: Ints) -> "_Fitted":
        spaces = [FeatureSpace(self._corpus, view, fit) for view in _VIEWS]
        features, judged = (
            sp.hstack([space.matrix(rows) for space in spaces], format="csr") / np.sqrt(len(spaces))
            for rows in (fit, at)
        )
        side = self.model.fit(features, self.inside[fit].astype(np.intp), np.ones(len(fit))).sides[0]
        return _Fitted(side, judged, dense(judged @ features.T), spaces[-1].terms)

    @cached_property
    def _whole(self) -> "_Fitted":
        return self._fitted(self.rows, self.judged)

    def reasons(self, i: int) -> list[str]:
        """Return the nearest labeled paper and the words that count most, for the paper to judge with that number."""
        similar, terms = self._whole.similar[i], self._whole.terms
        first = int(similar.argmax())
        place = "in scope" if self.inside[first] else "out of scope"
        effects = dense(self._whole.side.effects(self._whole.judged[i]))[0][-len(terms) :]
        return [
            f"nearest is {self.documents[first].title!r} ({similar[first]:.2f}), {place}",
            *_spoken("words for it", effects, terms),
            *_spoken("words against it", -effects, terms),
        ]


@dataclass(frozen=True)
class _Scores:
    """Scores of labeled papers, each from a model fitted without it, and of the papers to judge."""

    texts: _Texts
    labeled: Floats
    judged: Floats


def _abstract_scores(
    known: list[PaperDocument], papers: Sequence[PaperDocument], inside: Bools, base: Floats
) -> _Scores | None:
    """Return the scores by abstract, added to those in `base`; None if too few papers in or out of scope have one."""
    chosen = np.flatnonzero(np.array([document.source == "abstract" for document in known], dtype=bool))
    if min(inside[chosen].sum(), (~inside[chosen]).sum()) < FEWEST:
        return None
    texts = _Texts([*(known[i] for i in chosen), *papers], inside[chosen], _ABSTRACTS)
    whole = texts.scores(near=_NEAR)
    return _Scores(texts, base[chosen] + whole[: len(chosen)], base[len(known) :] + whole[len(chosen) :])


@dataclass(frozen=True)
class _Fitted:
    """A fitted model; features of the documents to judge and their similarity to those it was fitted on; the terms of
    the last columns.
    """

    side: Side
    judged: Rows
    similar: Floats
    terms: list[str]


def _spoken(what: str, effects: Floats, terms: Sequence[str]) -> list[str]:
    order = [j for j in np.argsort(-effects, kind="stable") if effects[j] > 0]
    words = [terms[j] for j in order if not set(terms[j].split()) & ENGLISH_STOP_WORDS][:_WORDS_SHOWN]
    return [f"{what}: {', '.join(words)}"] if words else []


def _scale(scores: _Scores, recall: float) -> _Scale:
    """Return the scale whose threshold keeps a share `recall` of papers inside; none with too few of either kind."""
    labeled, inside = scores.labeled, scores.texts.inside
    rank = int(np.floor((inside.sum() + 1) * (1 - recall) + 1e-9))
    enough = rank >= 1 and (~inside).sum() >= FEWEST
    return _Scale(float(np.sort(labeled[inside])[rank - 1]) if enough else None, labeled, inside)


def _both(inside: Bools) -> bool:
    return bool(inside.any() and not inside.all())


def _nearest(similar: Floats) -> Floats:
    """Return the mean similarity to the nearest few papers of each row."""
    out: Floats = np.sort(similar, axis=1)[:, -_NEAREST:].mean(axis=1)
    return out


def _counts(inside: Bools, what: str) -> str:
    return f"{int(inside.sum())} {what} in scope and {int((~inside).sum())} out of scope"


def _name_counts(names: Sequence[str], document: PaperDocument) -> Counter[str]:
    """Count each name of the field in a text, longest names first; a part that one has taken does not count again."""
    text, found = document.text, Counter[str]()
    for name in sorted(names, key=lambda name: (-len(name), name)):
        text, count = _named(name).subn(" ", text)
        if count:
            found[name] = count
    return found


def _named(name: str) -> re.Pattern[str]:
    """Match a name with spaces or hyphens between its words, also in the plural or as "modeling"; only acronyms need
    their capitals.
    """
    words = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", name))
    return re.compile(rf"(?<!\w){words}(?:s|l?ing)?(?!\w)", 0 if name.isupper() else re.IGNORECASE)
