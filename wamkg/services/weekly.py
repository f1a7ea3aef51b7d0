"""The weekly round of a survey: find new papers, read about them, suggest, watch, and tell people, in one run."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from time import monotonic

from wamkg.discovering.runner import DiscoverOptions
from wamkg.errors import DependencyMissingError, JobCancelledError, WamkgError
from wamkg.jobs.stages import run_as_job
from wamkg.json_types import JSON, JsonObject
from wamkg.progress import Progress
from wamkg.services.digests import make_digest
from wamkg.services.discovery import discover
from wamkg.services.suggestions import embed, suggest
from wamkg.services.taxonomies import main_taxonomy
from wamkg.services.watching import watch
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import PROGRAM

Stage = Callable[[Store, Settings], tuple[str, list[str]]]
"""Runs a stage; returns what it did in words, and what it could not do."""
ACTOR = Writer("weekly", PROGRAM)


@dataclass(frozen=True)
class StageReport:
    """One stage and its seconds: `done`, `partial` (`problems` lists what is missing), `skipped` or `failed`."""

    stage: str
    status: str
    summary: str
    problems: list[str]
    seconds: float


def _discover(store: Store, settings: Settings) -> tuple[str, list[str]]:
    reports = discover(store, settings, DiscoverOptions()).routes
    found = Counter[str]()
    for report in reports:
        found.update(report.outcomes)
    problems = [f"{r.route}: {problem}" for r in reports for problem in r.troubles]
    return _shown(found), problems


def _enrich(store: Store, settings: Settings) -> tuple[str, list[str]]:
    from wamkg.enriching.engine import enrich  # loads an HTTP client, which other commands need not

    report = enrich(store, settings)
    return _shown(report.counts), [f"{line.what} of {line.paper}: {line.reason}" for line in report.lines]


def _embed(store: Store, settings: Settings) -> tuple[str, list[str]]:
    return _shown({name: n for name, n in embed(store, settings, None).items() if isinstance(n, int)}), []


def _suggest(store: Store, settings: Settings) -> tuple[str, list[str]]:
    report = suggest(store, settings, main_taxonomy(store))
    return f"{report.suggested} suggested, {report.abstained} abstained", []


def _watch(store: Store, settings: Settings) -> tuple[str, list[str]]:
    report = watch(store, settings)
    return f"{report.papers} papers compared; {_shown(report.notices)}", report.problems


def _digest(store: Store, settings: Settings) -> tuple[str, list[str]]:
    made = make_digest(store, ACTOR)
    return f"{len(made.entries)} entries", []


STAGES: dict[str, Stage] = {
    "discover": _discover,
    "enrich": _enrich,
    "embed": _embed,
    "suggest": _suggest,
    "watch": _watch,
    "digest": _digest,
}
"""The stages in their order. Each continues where it stopped, so the next round does what this one could not."""


def _shown(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing new"


def weekly(store: Store, settings: Settings, progress: Progress | None = None) -> list[StageReport]:
    """Run every stage; one that fails is listed and does not stop the others.

    Raises JobCancelledError if `progress` asks to stop.
    """
    return list(_reports(store, settings, progress))


def _reports(store: Store, settings: Settings, progress: Progress | None) -> Iterator[StageReport]:
    for done, (name, stage) in enumerate(STAGES.items()):
        if progress is not None:
            progress(done, len(STAGES))
        begun = monotonic()
        summary, problems = "", list[str]()
        try:
            summary, problems = stage(store, settings)
            status = "partial" if problems else "done"
        except JobCancelledError:
            raise
        except DependencyMissingError as error:
            status, problems = "skipped", [str(error)]
        except WamkgError as error:
            status, problems = "failed", [str(error)]
        yield StageReport(name, status, summary, problems, round(monotonic() - begun, 1))


def run_weekly_job(store: Store, settings: Settings, uid: str, params: Mapping[str, JSON]) -> None:
    """Run a queued job of kind `weekly`."""

    def stage(progress: Progress) -> JsonObject:
        reports = weekly(store, settings, progress)
        failed: list[JSON] = [f"{r.stage}: {problem}" for r in reports for problem in r.problems]
        return {"stages": [asdict(report) for report in reports], "failed": failed}

    run_as_job(store, uid, stage)
