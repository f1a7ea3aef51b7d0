"""Embedding, suggestions and their evaluation."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wamkg.errors import DependencyMissingError
from wamkg.jobs.refit import RefitSteps, run_refits
from wamkg.jobs.stages import run_as_job
from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.progress import Progress
from wamkg.reviewing.holdout import AutomationBias, automation_bias
from wamkg.services.taxonomies import main_taxonomy
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.suggesting.options import EvaluateOptions
from wamkg.views.paging import Page
from wamkg.views.papers import PagedFilter
from wamkg.views.suggestions import QueueItem, queue_page

if TYPE_CHECKING:
    from wamkg.embedding.encoders import Encoder
    from wamkg.suggesting.runner import SuggestReport

QUIET = 3.0
"""Seconds without a decision before a refit also computes the reasons."""


def open_encoder(settings: Settings, device: str | None = None) -> "Encoder":
    """The encoder that the settings name.

    Raises DependencyMissingError without the `embed` extra; `hashing` does not need it.
    """
    from wamkg.embedding.encoders import HASHING, PACKAGED_MODEL, HashingEncoder, SentenceTransformerEncoder  # numpy

    if settings.embedding_model == HASHING:
        return HashingEncoder()
    model = PACKAGED_MODEL if settings.embedding_model == "packaged" else settings.embedding_model
    return SentenceTransformerEncoder(model, device or settings.device)


def embed(store: Store, settings: Settings, device: str | None, progress: Progress | None = None) -> UncheckedObject:
    """Encode the papers' texts."""
    from wamkg.suggesting.runner import embed_papers  # scikit-learn takes a second to load

    return embed_papers(store, open_encoder(settings, device), progress)


def suggest(store: Store, settings: Settings, taxonomy: str, progress: Progress | None = None) -> "SuggestReport":
    """Suggest a taxon for each paper without an assignment. The encoder is loaded only for a model that needs it."""
    from wamkg.suggesting.runner import Rules, needs_encoder, suggest_places

    encoder = open_encoder(settings) if needs_encoder(settings.suggester) else None
    return suggest_places(store, taxonomy, Rules(model=settings.suggester), encoder, progress)


def audit_labels(store: Store, settings: Settings, taxonomy: str) -> list[UncheckedObject]:
    """Classified papers whose label at least one signal disputes."""
    from wamkg.suggesting.label_audit import audit_labels
    from wamkg.suggesting.runner import needs_encoder

    encoder = open_encoder(settings) if needs_encoder(settings.suggester) else None
    return audit_labels(store, taxonomy, settings.suggester, encoder)


def evaluate(
    store: Store, settings: Settings, taxonomy: str, options: EvaluateOptions, progress: Progress | None = None
) -> UncheckedObject:
    """Measure the suggestion models. Without the `embed` extra, models that need an encoder are left out."""
    from wamkg.suggesting.runner import compared_models, evaluate_models, needs_encoder

    encoder = None
    wanted = options.models or tuple(compared_models(has_vectors=True))
    if any(needs_encoder(name) for name in wanted):
        try:
            encoder = open_encoder(settings)
        except DependencyMissingError:
            if options.models:
                raise
            wanted = tuple(compared_models(has_vectors=False))
    return evaluate_models(store, taxonomy, replace(options, models=wanted), encoder, progress)


def review_queue(store: Store, taxonomy: str, order: str, limit: int) -> Page[QueueItem]:
    """The first papers of the review queue."""
    with store.reading() as session:
        return queue_page(session, taxonomy, PagedFilter(limit=limit), order)


def bias(store: Store, taxonomy: str) -> AutomationBias:
    """How often people agree with visible and with hidden suggestions."""
    with store.reading() as session:
        return automation_bias(session, taxonomy)


def run_refit_job(store: Store, settings: Settings, uid: str, params: UncheckedMapping) -> None:
    """Run a queued job of kind `refit`; its parameter is `taxonomy`."""
    from wamkg.suggesting.refit import QueueRefitter  # scikit-learn takes a second to load

    queue = QueueRefitter(store, str(params.get("taxonomy") or main_taxonomy(store)))
    full = partial(_suggest_counts, store, settings, params)
    run_refits(store, uid, RefitSteps(full, queue.run, quiet=min(QUIET, settings.refit_wait), wait=settings.refit_wait))


def run_embed_job(store: Store, settings: Settings, uid: str, params: UncheckedMapping) -> None:
    """Run a queued job of kind `embed`; its parameter is `device`."""
    run_as_job(store, uid, lambda progress: embed(store, settings, params.get("device"), progress))


def run_suggest_job(store: Store, settings: Settings, uid: str, params: UncheckedMapping) -> None:
    """Run a queued job of kind `suggest`; its parameter is `taxonomy`."""
    run_as_job(store, uid, lambda _progress: _suggest_counts(store, settings, params))


def _suggest_counts(store: Store, settings: Settings, params: UncheckedMapping) -> UncheckedObject:
    report = suggest(store, settings, str(params.get("taxonomy") or main_taxonomy(store)))
    return {"suggested": report.suggested, "abstained": report.abstained, "changed": report.changed}
