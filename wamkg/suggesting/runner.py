"""The suggest and evaluate jobs: read a corpus, run the model, store the results."""

from collections.abc import Sequence
from dataclasses import dataclass

from wamkg.embedding.cache import embed_texts
from wamkg.embedding.encode import embed, embed_shared, load_vectors
from wamkg.embedding.encoders import Encoder
from wamkg.identifiers import text_hash
from wamkg.json_types import UncheckedObject
from wamkg.progress import Progress
from wamkg.store.batches import close_batch, drop_batch, get_actor, latest_write, open_batch
from wamkg.store.paper_texts import paper_texts
from wamkg.store.session import Store
from wamkg.store.suggestions import save_suggestions
from wamkg.suggesting.corpus import TaxonomyCorpus, document_of, for_beginners, load_corpus
from wamkg.suggesting.evaluation import evaluate
from wamkg.suggesting.examples import required_texts
from wamkg.suggesting.features import VectorsByHash
from wamkg.suggesting.options import EvaluateOptions
from wamkg.suggesting.registry import DEFAULT, MIN_TO_CALIBRATE, compared_models, model_named
from wamkg.suggesting.suggest import SuggestionResult, suggest
from wamkg.suggesting.suggest import SuggestOptions as Rules
from wamkg.vocabulary import BatchKind

ATTEMPTS = 3
"""Number of runs on a store that others keep writing to; the last result is stored as it is."""


def needs_encoder(model: str) -> bool:
    """Whether a model (`auto`: the default one) reads the sentence encoder's vectors.

    Raises InvalidInputError for an unknown model name.
    """
    return model_named(DEFAULT if model == "auto" else model).needs_vectors


__all__ = [
    "Rules",
    "SuggestReport",
    "compared_models",
    "embed_papers",
    "evaluate_models",
    "needs_encoder",
    "suggest_places",
]


@dataclass(frozen=True)
class SuggestReport:
    """The result of a suggest run, with every suggestion in the form of `suggest --json`.

    `labels` is the number of placed papers that it learned from.
    """

    taxonomy: str
    suggested: int
    abstained: int
    changed: int
    lines: list[UncheckedObject]
    labels: int

    @property
    def is_guess(self) -> bool:
        """Whether there were too few labels for anything to be sure."""
        return self.labels < MIN_TO_CALIBRATE


def embed_papers(store: Store, encoder: Encoder, progress: Progress | None = None) -> UncheckedObject:
    """Encode the text of every new or changed paper of the survey, in parallel with other workers."""
    with store.reading() as session:
        texts = {paper.id: document_of(paper).text for paper in paper_texts(session)}
    return embed_shared(store, encoder, texts, progress).as_dict()


def vectors_for(store: Store, corpus: TaxonomyCorpus, encoder: Encoder) -> VectorsByHash:
    """Return vectors of everything a run reads; missing ones are encoded now."""
    texts = required_texts(corpus.training, corpus.candidates)
    by_paper = {paper.id: document_of(paper).text for paper in corpus.papers.values()}
    by_taxon = {
        corpus.taxa[d.id]: d.text for d in corpus.training.taxon_documents if d.id in corpus.taxa and d.text in texts
    }
    embed(store, encoder, by_paper | by_taxon)

    kept = load_vectors(store, encoder, {text_hash(text) for text in texts})
    return embed_texts(encoder, texts, kept)


def suggest_places(
    store: Store, slug: str, rules: Rules, encoder: Encoder | None, progress: Progress | None = None
) -> SuggestReport:
    """Suggest a taxon for every candidate of a taxonomy and store the suggestions."""
    named = (encoder.name, encoder.version) if encoder else None
    for attempt in range(ATTEMPTS):
        with store.reading() as session:
            before, corpus = latest_write(session), for_beginners(session, load_corpus(session, slug))
        vectors = vectors_for(store, corpus, encoder) if encoder else None
        found = suggest(corpus.training, corpus.candidates, vectors, rules, named, progress)
        changed = _keep(store, corpus, found, None if attempt == ATTEMPTS - 1 else before)
        if changed is not None:
            break
    lines = [_line(corpus, slug, suggestion) for suggestion in found]
    abstained = sum(suggestion.abstained for suggestion in found)
    return SuggestReport(slug, len(found), abstained, changed or 0, lines, len(corpus.training.examples))


def _keep(store: Store, corpus: TaxonomyCorpus, found: Sequence[SuggestionResult], before: int | None) -> int | None:
    """Store the results; None, without storing, if something was written after the batch `before`."""
    with store.writing() as session:
        if before is not None and latest_write(session) != before:
            return None
        batch = open_batch(session, BatchKind.SUGGEST, corpus.taxonomy.slug, get_actor(session, "suggester"))
        assert batch.id is not None
        rows = [_row(corpus, suggestion) for suggestion in found]
        changed = save_suggestions(session, corpus.taxonomy, batch.id, rows, [int(d.id) for d in corpus.candidates])
        if changed:
            close_batch(session, batch, {"suggested": len(found), "changed": changed})
        else:
            drop_batch(session, batch)
    return changed


def _row(corpus: TaxonomyCorpus, suggestion: SuggestionResult) -> UncheckedObject:
    level = suggestion.decided_level
    return {
        "paper_id": int(suggestion.id),
        "ranked": suggestion.leaves,
        "top": suggestion.top,
        "outside": suggestion.outside,
        "confident_taxon_id": corpus.taxa[level] if level else None,
        "abstained": suggestion.abstained,
        "reasons": [_with_title(corpus, reason) for reason in suggestion.reasons],
        "model": suggestion.model,
        "text_source": suggestion.text_source,
        "text_hash": suggestion.text_hash,
        "training_size": suggestion.model["training_size"],
        "training_hash": corpus.training_hash,
    }


def _with_title(corpus: TaxonomyCorpus, reason: UncheckedObject) -> UncheckedObject:
    """Name a neighbor by its slug: a number means nothing to a reader or in another copy of the store."""
    if "paper" not in reason:
        return reason
    return reason | {"paper": corpus.papers[str(reason["paper"])].slug}


def _line(corpus: TaxonomyCorpus, slug: str, suggestion: SuggestionResult) -> UncheckedObject:
    paper = corpus.papers[suggestion.id]
    values = suggestion.as_dict()
    named = {"paper": paper.slug, "arxiv": paper.arxiv, "title": paper.title, "taxonomy": slug}
    reasons = [_with_title(corpus, reason) for reason in values.pop("reasons")]
    rest = ("top", "outside", "ranked", "decided_level", "abstained")
    read = {"source": values["text_source"], "hash": values["text_hash"]}
    return named | {k: values[k] for k in rest} | {"reasons": reasons, "model": values["model"], "text": read}


def evaluate_models(
    store: Store,
    slug: str,
    options: EvaluateOptions,
    encoder: Encoder | None,
    progress: Progress | None = None,
) -> UncheckedObject:
    """Evaluate models on the taxonomy's own examples, see `evaluation.evaluate`."""
    with store.reading() as session:
        corpus = load_corpus(session, slug)
    vectors = vectors_for(store, corpus, encoder) if encoder else None
    return {"taxonomy": slug} | evaluate(corpus.training, options, vectors, progress)
