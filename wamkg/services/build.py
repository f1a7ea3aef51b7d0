"""All stages in one run."""

from wamkg.errors import DependencyMissingError, InvalidInputError
from wamkg.figures.query import AUTO, FigureQuery, FigureRequest
from wamkg.importing.seed_loader import has_own_survey
from wamkg.json_types import UncheckedObject
from wamkg.progress import Progress
from wamkg.services.figures import draw_figure
from wamkg.services.imports import seed
from wamkg.services.suggestions import embed, suggest
from wamkg.services.taxonomies import main_taxonomy
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.coverage import overview


def counts(store: Store) -> dict[str, int]:
    """Number of papers by standing, and number of assigned papers per taxonomy."""
    with store.reading() as session:
        found = overview(session)
    placed = {f"placed in {slug}": states.get("placed", 0) for slug, states in found.decisions.items()}
    return {name: number for name, number in (found.papers | placed).items() if number}


def seed_if_packaged(store: Store) -> dict[str, int | str]:
    """Seed the store, unless it has a survey of its own."""
    with store.reading() as session:
        own = has_own_survey(session)
    if own:
        return {"skipped": "the store has a survey of its own; `wamkg seed` adds the packaged one all the same"}
    return dict(seed(store))


def build(store: Store, settings: Settings, progress: Progress | None = None) -> dict[str, UncheckedObject]:
    """Seed, embed if possible, suggest, and draw. Every stage is idempotent."""
    report: dict[str, UncheckedObject] = {"seed": seed_if_packaged(store), "papers": counts(store)}
    try:
        report["embed"] = embed(store, settings, None, progress)
    except DependencyMissingError as error:
        report["embed"] = {"skipped": str(error)}
    suggested = suggest(store, settings, main_taxonomy(store), progress)
    report["suggest"] = {"suggested": suggested.suggested, "abstained": suggested.abstained}
    files = [settings.out / f"roadmap.{kind}" for kind in ("svg", "pdf", "png")]
    try:
        drawn = draw_figure(store, FigureRequest("roadmap", FigureQuery(representatives=AUTO)), files)
        report["figure"] = {"roadmap": f"{drawn.rows} methods", "files": ", ".join(map(str, drawn.files))}
    except InvalidInputError as error:  # nothing to draw yet
        report["figure"] = {"skipped": str(error)}
    return report
