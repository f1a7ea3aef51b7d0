"""The stages in order: what a command or a job runs; no logic of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wamkg.embedding.encoders import HASHING, PACKAGED_MODEL, Encoder, HashingEncoder, SentenceTransformerEncoder
from wamkg.errors import DependencyMissingError
from wamkg.exporting.formats import export_named, sections_of
from wamkg.exporting.into import with_part
from wamkg.figures.query import Drawn, FigureQuery, FigureRequest
from wamkg.figures.style import FigureOptions
from wamkg.files import read_utf8, write_whole
from wamkg.history.undo import undo_batch
from wamkg.importing.report import ImportReport
from wamkg.importing.run import ImportOptions
from wamkg.importing.run import import_source as run_import
from wamkg.importing.seed_store import load_seeds
from wamkg.jobs.refit import Refit, learn, learn_undone, run_refits
from wamkg.jobs.stages import run_as_job
from wamkg.matching.show import shown_values
from wamkg.reviewing.bias import Bias, automation_bias
from wamkg.reviewing.decide import Decided
from wamkg.reviewing.decision import Decision, Verdict
from wamkg.reviewing.edit import set_values
from wamkg.reviewing.merge_decisions import MergeReport
from wamkg.reviewing.merge_decisions import import_decisions as merge_decisions
from wamkg.reviewing.objections import Closing, ObjectionWritten
from wamkg.reviewing.objections import close_objection as end_objection
from wamkg.reviewing.rounds import Adjudicated
from wamkg.reviewing.rounds import adjudicate as settle_votes
from wamkg.reviewing.versions import decide_with_versions
from wamkg.settings import Settings, get_settings
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.migrate import current_revision, migrate
from wamkg.store.session import Store, store_file
from wamkg.views.citations import CitationTimeline, citation_timeline
from wamkg.views.coverage import overview
from wamkg.views.history import BatchItem, batch_list
from wamkg.views.library import LibraryQuery
from wamkg.views.paging import Page
from wamkg.views.past import open_past
from wamkg.views.queue import QueueItem, queue_page
from wamkg.views.roadmap import placed_ids
from wamkg.views.timeline import PaperTimeline, papers_timeline
from wamkg.vocabulary import PERSON

if TYPE_CHECKING:
    from wamkg.suggesting.replay import Simulation
    from wamkg.suggesting.run import SuggestReport
    from wamkg.suggesting.screen import Screening

Progress = Callable[[int, int], None]
QUIET = 3.0
"""Seconds without a decision before a refit makes the reasons anew as well."""


def seed(store: Store) -> dict[str, int]:
    """Load the packaged seeds."""
    with store.writing() as session:
        return load_seeds(session)


@contextmanager
def store_for_dry_run() -> Iterator[Store]:
    """The store of the settings; where there is none yet, nothing is made and an empty stand-in is used."""
    url = get_settings().url
    file = store_file(url)
    if file is None or file.exists():
        store = Store(url)
        try:
            if current_revision(store) is not None:
                yield store
                return
        finally:
            store.close()
    with TemporaryDirectory() as folder:
        stand_in = Store(f"sqlite:///{Path(folder) / 'empty.db'}")
        migrate(stand_in)
        yield stand_in
        stand_in.close()


def import_source(store: Store, name: str, options: ImportOptions) -> ImportReport:
    """Import a file, an address or standard input."""
    return run_import(store, name, options)


def undo(store: Store, uid: str, why: str) -> dict[str, int]:
    """Take a batch back whole."""
    with store.writing() as session:
        batch = find_batch(session, uid)
        removed = undo_batch(session, batch, get_actor(session, "cli", PERSON), shown_values, why)
    learn_undone(store, get_settings(), batch)
    return removed


def decide(store: Store, settings: Settings, decision: Decision, by: str) -> Decided:
    """Make a person's decision, on the paper and the other versions of its work, and learn from it."""
    with store.writing() as session:
        made = decide_with_versions(session, get_actor(session, by, PERSON), decision)
    learn(store, settings, decision.taxonomy)
    return made


def adjudicate(store: Store, settings: Settings, name: str, decision: Decision, by: str, agreed: bool) -> Adjudicated:
    """Decide on a paper of a round, and learn from it."""
    with store.writing() as session:
        made = settle_votes(session, get_actor(session, by, PERSON), name, decision, agreed=agreed)
    learn(store, settings, made.decided.taxonomy)
    return made


def close_objection(store: Store, settings: Settings, uid: str, closing: Closing, by: str) -> ObjectionWritten:
    """Close an objection, and learn from it where the paper moved."""
    with store.writing() as session:
        written = end_objection(session, get_actor(session, by, PERSON), uid, closing)
    if written.decision:
        learn(store, settings, written.taxonomy)
    return written


def import_decisions(store: Store, settings: Settings, file: Path, by: str) -> MergeReport:
    """Take in the decisions of a file, and learn from them."""
    with store.writing() as session:
        report = merge_decisions(session, file, get_actor(session, by, PERSON))
    for taxonomy in report.taxonomies:
        learn(store, settings, taxonomy)
    return report


def run_refit_job(store: Store, settings: Settings, uid: str, params: Mapping[str, Any]) -> None:
    """Run a queued job of kind `refit`; its parameter is `taxonomy`."""
    from wamkg.suggesting.refit import QueueRefit  # scikit-learn takes a second to load

    queue = QueueRefit(store, params.get("taxonomy", "wam"))
    full = partial(_suggest_counts, store, settings, params)
    run_refits(store, uid, Refit(full, queue.run, quiet=min(QUIET, settings.refit_wait), wait=settings.refit_wait))


def review_queue(store: Store, taxonomy: str, order: str, limit: int) -> Page[QueueItem]:
    """The beginning of the review queue."""
    with store.reading() as session:
        return queue_page(session, taxonomy, LibraryQuery(limit=limit), order)


def bias(store: Store, taxonomy: str) -> Bias:
    """Agreement with shown and with hidden suggestions."""
    with store.reading() as session:
        return automation_bias(session, taxonomy)


def batches(store: Store) -> list[BatchItem]:
    """The newest batches."""
    with store.reading() as session:
        return batch_list(session)


def timeline_papers(store: Store, by: str, taxonomy: str, depth: int) -> PaperTimeline:
    """Papers over time, split by taxon."""
    with store.reading() as session:
        return papers_timeline(session, by, taxonomy, depth)


def timeline_citations(store: Store, by: str, **subject: str | None) -> CitationTimeline:
    """Citing papers over time, of a `paper`, a `method` or a `taxon`."""
    with store.reading() as session:
        return citation_timeline(session, by, **subject)


def export(store: Store, format: str, write: Callable[[str], object], taxonomies: Sequence[str] = ()) -> None:
    """Hand the store's papers, or those of some taxonomies, in an exchange format to `write`, piece by piece.

    Raises InvalidInputError for a format there is none of, or one that always holds everything.
    """
    form = export_named(format)
    with store.reading() as session:
        for piece in sections_of(format)(session, taxonomies) if taxonomies else form.write(session):
            write(piece)


def export_into(store: Store, format: str, file: Path, taxonomies: Sequence[str], *, check: bool) -> bool:
    """Fill a file's marked part with what the store says; returns whether it said so already.

    With `check` nothing is written. Raises InvalidInputError for a format that fills in no file, and for a file that
    cannot be read or has not the two marks.
    """
    sections = sections_of(format)
    text = read_utf8(file)
    with store.reading() as session:
        wanted = with_part(text, "".join(sections(session, taxonomies)), str(file))
    if wanted != text and not check:
        write_whole(file, wanted.encode())
    return wanted == text


def open_encoder(settings: Settings, device: str | None = None) -> Encoder:
    """The encoder that the settings name.

    Raises DependencyMissingError without the `embed` extra, which `hashing` does not need.
    """
    if settings.embedding_model == HASHING:
        return HashingEncoder()
    model = PACKAGED_MODEL if settings.embedding_model == "packaged" else settings.embedding_model
    return SentenceTransformerEncoder(model, device or settings.device)


def embed(store: Store, settings: Settings, device: str | None, progress: Progress | None = None) -> dict[str, Any]:
    """Encode the papers' texts."""
    from wamkg.suggesting.run import embed_papers  # scikit-learn takes a second to load

    return embed_papers(store, open_encoder(settings, device), progress)


def suggest(store: Store, settings: Settings, taxonomy: str) -> "SuggestReport":
    """Suggest a place for every paper without one; the encoder is loaded only for a model that needs it."""
    from wamkg.suggesting.run import Rules, needs_encoder, suggest_places

    model = _suggester(settings)
    encoder = open_encoder(settings) if needs_encoder(model) else None
    return suggest_places(store, taxonomy, Rules(model=model), encoder)


def _suggester(settings: Settings) -> str:
    return "auto" if settings.suggester == "default" else settings.suggester


def run_embed_job(store: Store, settings: Settings, uid: str, params: Mapping[str, Any]) -> None:
    """Run a queued job of kind `embed`; its parameter is `device`."""
    run_as_job(store, uid, lambda progress: embed(store, settings, params.get("device"), progress))


def run_suggest_job(store: Store, settings: Settings, uid: str, params: Mapping[str, Any]) -> None:
    """Run a queued job of kind `suggest`; its parameter is `taxonomy`."""
    run_as_job(store, uid, lambda _progress: _suggest_counts(store, settings, params))


def _suggest_counts(store: Store, settings: Settings, params: Mapping[str, Any]) -> dict[str, Any]:
    report = suggest(store, settings, params.get("taxonomy", "wam"))
    return {"suggested": report.suggested, "abstained": report.abstained, "changed": report.changed}


def radar(store: Store, settings: Settings, taxonomy: str) -> list[dict[str, Any]]:
    """Classified papers whose place something disputes."""
    from wamkg.suggesting.radar_run import find_conflicts
    from wamkg.suggesting.run import needs_encoder

    model = _suggester(settings)
    return find_conflicts(store, taxonomy, model, open_encoder(settings) if needs_encoder(model) else None)


def evaluate(
    store: Store,
    settings: Settings,
    taxonomy: str,
    models: Sequence[str] | None,
    shuffle: int | None = None,
    protocol: str = "nested-loo",
) -> dict[str, Any]:
    """Measure suggestion models; without the `embed` extra those that need an encoder are left out."""
    from wamkg.suggesting.run import compared_models, evaluate_models, needs_encoder

    encoder = None
    wanted = list(models or compared_models(has_vectors=True))
    if any(needs_encoder(name) for name in wanted):
        try:
            encoder = open_encoder(settings)
        except DependencyMissingError:
            if models:
                raise
            wanted = compared_models(has_vectors=False)
    return evaluate_models(store, taxonomy, wanted, encoder, shuffle, protocol)


@dataclass(frozen=True)
class Replayed:
    """What to replay: a file of labelled records, or of the library a taxonomy's papers against some others."""

    file: str | None = None
    taxonomy: str = "wam"
    against: str = "data"
    models: Sequence[str] = ()
    seeds: int = 10
    target: float = 0.95
    confidence: float = 0.95


def screening(store: Store, taxonomy: str, text: str) -> "Screening":
    """What is known of whether papers belong to the survey, and what waits for an answer."""
    from wamkg.suggesting.screen import Screening  # scikit-learn takes a second to load

    with store.reading() as session:
        return Screening(session, taxonomy, text)


def screen(store: Store, settings: Settings, paper: str, belongs: bool, taxonomy: str, by: str) -> str | None:
    """A person's word: in, by the paper's standing, or out, by a decision; returns the batch, None if it was said."""
    if not belongs:
        return decide(store, settings, Decision(paper=paper, verdict=Verdict.OUTSIDE, taxonomy=taxonomy), by).batch
    with store.writing() as session:
        return set_values(session, get_actor(session, by, PERSON), paper, {"standing": "included"}, "screening").batch


def simulate(wanted: Replayed, store: Store | None = None) -> "Simulation":
    """Replay finished labels, of a file or of the store."""
    from wamkg.suggesting.labelled import from_file, from_library
    from wamkg.suggesting.replay import simulate as run_simulate
    from wamkg.suggesting.stopping import StopRule

    rule = StopRule(wanted.target, wanted.confidence)
    if wanted.file is not None:
        records = from_file(wanted.file)
    else:
        assert store is not None
        with store.reading() as session:
            records = from_library(session, wanted.taxonomy, wanted.against)
    return run_simulate(records, wanted.models, range(wanted.seeds), rule)


def known_since(store: Store, home: Path, query: FigureQuery) -> frozenset[str]:
    """Element ids of what the release named by the query's `since` shows in its taxonomy; none where it names none.

    Raises as `open_past`.
    """
    if query.since_release is None:
        return frozenset()
    with open_past(store, home, release=query.since_release) as past, past.reading() as session:
        return placed_ids(session, query.taxonomy or "wam")


def draw_figure(
    store: Store,
    request: FigureRequest,
    paths: Sequence[Path],
    look: FigureOptions | None = None,
    data: bool = True,
) -> Drawn:
    """Draw a figure into files of the formats their names say, with its data and manifest beside them."""
    # matplotlib takes a second to load
    from wamkg.figures.catalog import make_figure
    from wamkg.figures.files import Request, write_figure

    look = look or FigureOptions()
    with store.reading() as session:
        drawing = make_figure(session, request.name, request.query, look)
    asked = request.query.given() | {"width": look.width, "theme": look.theme}
    written = write_figure(drawing, paths, Request(request.name, asked, request.release, request.as_of), data)
    return Drawn(written, max(len(drawing.rows) - 1, 0), drawing.notes)


def counts(store: Store) -> dict[str, int]:
    """Papers by standing, and how many are placed in each taxonomy."""
    with store.reading() as session:
        found = overview(session)
    placed = {f"placed in {slug}": states.get("placed", 0) for slug, states in found.decisions.items()}
    return {name: number for name, number in (found.papers | placed).items() if number}


def build(store: Store, settings: Settings, progress: Progress | None = None) -> dict[str, dict[str, Any]]:
    """The whole job: seed, embed where that can be done, suggest, draw; each stage can be run twice."""
    report: dict[str, dict[str, Any]] = {"seed": seed(store), "papers": counts(store)}
    try:
        report["embed"] = embed(store, settings, None, progress)
    except DependencyMissingError as error:
        report["embed"] = {"skipped": str(error)}
    suggested = suggest(store, settings, "wam")
    report["suggest"] = {"suggested": suggested.suggested, "abstained": suggested.abstained}
    files = [settings.out / f"roadmap.{kind}" for kind in ("svg", "pdf", "png")]
    drawn = draw_figure(store, FigureRequest("roadmap"), files)
    report["figure"] = {"roadmap": f"{drawn.rows} methods", "files": ", ".join(map(str, drawn.files))}
    return report
