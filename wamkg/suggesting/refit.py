"""The refit after a decision: update a queue held in memory in a fraction of a second.

The model is fitted again on all decisions, and every waiting paper gets new probabilities. Reasons and the probability
of "outside" stay those of the last full run. The next full run starts when nobody decides for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject
from wamkg.store.batches import close_batch, get_actor, kinds_since, latest_write, open_batch
from wamkg.store.session import Session, Store
from wamkg.store.suggestions import model_in_use, revise_suggestions, suggestion_summaries
from wamkg.store.taxonomies import get_taxonomy
from wamkg.suggesting.calibration import Calibration
from wamkg.suggesting.corpus import PaperLibrary, TaxonomyCorpus, load_corpus, load_library
from wamkg.suggesting.ranking import Ranker, Ranking
from wamkg.suggesting.registry import model_named
from wamkg.suggesting.suggest import SuggestOptions, confident_level, leaf_order, leaves_of, support_counts
from wamkg.suggesting.taxon_tree import Floats, Ints
from wamkg.vocabulary import BatchKind

SMALL_QUEUE = 2_000
"""Up to this many waiting papers, all are rewritten; above, only the least confident ones and those that changed."""
PAGE = 1_000
MIN_CHANGE = 0.02
ATTEMPTS = 3
_TEXTS_STAY = {BatchKind.DECISION, BatchKind.SUGGEST, BatchKind.EMBED, BatchKind.EXPORT}
"""Kinds of batches that change no text; after any other kind, the queue is read again."""


@dataclass
class ModelCache:
    """What is reused between refits: counted texts, and the confidence last shown for each paper."""

    library: PaperLibrary
    ranker: Ranker
    ids: list[str]
    rows: dict[str, int]
    since: int
    shown: Floats = field(default_factory=lambda: np.zeros(0))


class QueueRefitter:
    """A taxonomy's queue, held in memory while people decide one paper after another."""

    def __init__(self, store: Store, slug: str, rules: SuggestOptions | None = None) -> None:
        self.store = store
        self.slug = slug
        self.rules = rules or SuggestOptions()
        self._held: ModelCache | None = None

    def run(self) -> dict[str, int] | None:
        """Refit and update the suggestions; return how many, or None if a full run is needed.

        A full run is needed if there are no suggestions yet, or if their model cannot be refitted quickly.
        """
        for _ in range(ATTEMPTS):
            with self.store.reading() as session:
                newest = latest_write(session)
                known = model_in_use(session, get_taxonomy(session, self.slug))
                if known is None:
                    return None
                held = self._still(session, newest)
                library = held.library if held else load_library(session, get_taxonomy(session, self.slug))
                corpus = load_corpus(session, self.slug, library)
                held = held or self._hold(library, corpus, newest, str(known["name"]))
                if held is None:
                    return None
            revised = self._revise(held, corpus, known, newest)
            if revised is not None:
                return {"revised": revised}
        return None

    def _still(self, session: Session, newest: int) -> ModelCache | None:
        """Return the queue in memory; None if there is none, or if more than decisions was written since."""
        held = self._held
        if held is None or not kinds_since(session, held.since) <= _TEXTS_STAY:
            return None
        held.since = newest
        return held

    def _hold(self, library: PaperLibrary, corpus: TaxonomyCorpus, newest: int, model: str) -> ModelCache | None:
        """Count the queue and cache it; None if the model cannot be refitted quickly."""
        every = list(library.documents.values()) if len(library.documents) <= SMALL_QUEUE else None
        try:
            ranker = Ranker(corpus.training, corpus.candidates, model_named(model), every)
        except InvalidInputError:
            return None
        ids = [d.id for d in corpus.candidates]
        self._held = ModelCache(library, ranker, ids, {name: row for row, name in enumerate(ids)}, newest)
        return self._held

    def _revise(self, held: ModelCache, corpus: TaxonomyCorpus, known: UncheckedObject, newest: int) -> int | None:
        """Rank and write the changes; None, without writing, if someone else wrote in the meantime."""
        terms = _Terms.of(corpus, known, self.rules)
        ranking = held.ranker.refit(corpus.training, terms.calibration)
        at = np.array([held.rows[d.id] for d in corpus.candidates if d.id in held.rows], dtype=np.intp)
        chosen, top = _rows_to_update(ranking, at, held.shown)
        papers = [int(held.ids[row]) for row in chosen]
        joint: Sequence[Floats] = list(ranking.joint(chosen)) if len(chosen) else []
        with self.store.writing() as session:
            if latest_write(session) != newest:
                return None
            before = suggestion_summaries(session, corpus.taxonomy, papers)
            values = {
                paper: terms.values(row, before[paper].outside)
                for paper, row in zip(papers, joint, strict=True)
                if paper in before
            }
            batch = open_batch(session, BatchKind.SUGGEST, self.slug, get_actor(session, "suggester"))
            assert batch.id is not None
            revise_suggestions(session, corpus.taxonomy, batch.id, values)
            close_batch(session, batch, {"revised": len(values)})
        held.shown = top
        return len(values)


@dataclass(frozen=True)
class _Terms:
    """What all suggestions of one refit share."""

    corpus: TaxonomyCorpus
    rules: SuggestOptions
    calibration: Calibration
    support: Floats
    shared: UncheckedObject

    @classmethod
    def of(cls, corpus: TaxonomyCorpus, known: UncheckedObject, rules: SuggestOptions) -> "_Terms":
        top, below = known["temperature"]
        tree, size = corpus.training.tree, len(corpus.training.examples)
        nodes = np.array([tree.index[e.taxon] for e in corpus.training.examples], dtype=np.intp)
        shared = {
            "model": known | {"training_size": size},
            "training_size": size,
            "training_hash": corpus.training_hash,
        }
        return cls(
            corpus, rules, Calibration(top, below, tuple(known["thresholds"])), support_counts(tree, nodes), shared
        )

    def values(self, joint: Floats, outside: float | None) -> UncheckedObject:
        """Return the columns of a suggestion that a refit changes."""
        tree = self.corpus.training.tree
        level = confident_level(tree, joint, self.calibration, self.support, self.rules.min_support)
        if outside is not None and outside >= self.rules.outside_from:
            level = None
        ranked = [(tree.paths[n], float(joint[n])) for n in leaf_order(tree, joint, level)]
        return self.shared | {
            "ranked": leaves_of(ranked, level),
            "top": {tree.paths[n]: float(joint[n]) for n in tree.tops},
            "confident_taxon_id": self.corpus.taxa[level] if level else None,
            "abstained": level is None,
        }


def _rows_to_update(ranking: Ranking, at: Ints, shown: Floats) -> tuple[Ints, Floats]:
    """Return the rows of the queue to rewrite, and what each row of it shows now."""
    top = ranking.top.max(axis=1)
    if len(at) <= SMALL_QUEUE:
        return at, top
    moved = at[np.abs(top[at] - shown[at]) > MIN_CHANGE] if len(shown) else at[:0]
    chosen = np.union1d(at[np.argsort(top[at], kind="stable")[:PAGE]], moved)
    kept = shown.copy() if len(shown) else top.copy()
    kept[chosen] = top[chosen]
    return chosen, kept
