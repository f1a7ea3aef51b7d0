"""The kinds of jobs and what runs each: named by strings, so that no room is loaded before its job is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.settings import Settings
from wamkg.store.session import Store

Runner = Callable[[Store, Settings, str, Mapping[str, Any]], None]
"""Runs a job: its store, its settings, its id and its parameters; it keeps the job's row up to date itself."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: `run` and `check` are written `module:function`; `check` refuses wrong parameters."""

    run: str
    check: str | None = None


KINDS = {
    "enrich": Kind("wamkg.enriching.run:run_job", "wamkg.enriching.plan:order_from"),
    "embed": Kind("wamkg.services.suggestions:run_embed_job", "wamkg.jobs.stages:check_embed"),
    "suggest": Kind("wamkg.services.suggestions:run_suggest_job", "wamkg.jobs.stages:check_suggest"),
    "refit": Kind("wamkg.services.suggestions:run_refit_job", "wamkg.jobs.refit:check_refit"),
}


def check_job(kind: str, params: Mapping[str, Any]) -> None:
    """Raise InvalidInputError on a kind there is none of, or on parameters it does not take."""
    if kind not in KINDS:
        raise InvalidInputError(f"there is no job {kind!r}; there are: {', '.join(sorted(KINDS))}")
    if (check := KINDS[kind].check) is not None:
        _load(check)(params)


def runner_of(kind: str) -> Runner:
    """What runs a job of that kind."""
    check_job(kind, {})
    runner: Runner = _load(KINDS[kind].run)
    return runner


def _load(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)
