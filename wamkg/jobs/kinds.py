"""The kinds of jobs and their runners, named by strings, so that a package is loaded only when its job runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.json_types import JSON
from wamkg.near_matches import unknown
from wamkg.settings import Settings
from wamkg.store.session import Store

Runner = Callable[[Store, Settings, str, Mapping[str, JSON]], None]
"""Function that runs a job, from its store, settings, id and parameters. It updates the job's row itself."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job. `run` and `check` are written `module:function`; `check` rejects wrong parameters."""

    run: str
    check: str | None = None


KINDS = {
    "enrich": JobKind("wamkg.enriching.engine:run_job", "wamkg.enriching.plan:order_from"),
    "embed": JobKind("wamkg.services.suggestions:run_embed_job", "wamkg.jobs.stages:check_embed"),
    "suggest": JobKind("wamkg.services.suggestions:run_suggest_job", "wamkg.jobs.stages:check_suggest"),
    "discover": JobKind("wamkg.services.discovery:run_discover_job", "wamkg.services.discovery:discover_options"),
    "watch": JobKind("wamkg.services.watching:run_watch_job", "wamkg.jobs.stages:check_watch"),
    "weekly": JobKind("wamkg.services.weekly:run_weekly_job", "wamkg.jobs.stages:check_weekly"),
    "refit": JobKind("wamkg.services.suggestions:run_refit_job", "wamkg.jobs.refit:check_refit"),
}


def check_job(kind: str, params: Mapping[str, JSON]) -> None:
    """Raise InvalidInputError for an unknown kind of job, or for parameters that it does not accept."""
    if kind not in KINDS:
        raise InvalidInputError(unknown("job kind", kind, sorted(KINDS)))
    if (check := KINDS[kind].check) is not None:
        _load(check)(params)


def runner_of(kind: str) -> Runner:
    """The runner of a kind of job."""
    check_job(kind, {})
    runner: Runner = _load(KINDS[kind].run)
    return runner


def _load(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)
