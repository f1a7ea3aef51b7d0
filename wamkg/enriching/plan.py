"""What a run has to fetch: missing data, failed tasks, and data that is old enough."""

import json
from collections.abc import Mapping
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import and_, or_
from sqlmodel import Session

from wamkg.enriching.metadata import LISTS
from wamkg.enriching.progress import EnrichOptions
from wamkg.errors import InvalidInputError
from wamkg.json_types import JSON
from wamkg.settings import Settings
from wamkg.store.base import table_of
from wamkg.store.tables import Task
from wamkg.store.tasks import (
    TaskScope,
    add_missing,
    finished_before,
    got_new_identifier,
    lacks_s2,
    last_paper_of,
    papers_with,
    reset_tasks,
    retry_failed_tasks,
)
from wamkg.store.types import utc_now
from wamkg.vocabulary import TaskKind, TaskStatus

ONLY = {
    None: (TaskKind.METADATA, *LISTS),
    "metadata": (TaskKind.METADATA,),
    "citations": LISTS,
}
"""Kinds of tasks for each value of `--only`; citations include both directions."""
_work = table_of(Task)


def plan(session: Session, settings: Settings, order: EnrichOptions) -> TaskScope:
    """Create the tasks that are due and return the scope of the run.

    If metadata is fetched too, a list is not read again because of its age alone: the paper's metadata is, and the list
    only if its count has changed. With `retry_failed` only failed tasks are retried.
    """
    kinds = check_order(order)
    # A list that is asked for by an id nobody has looked behind may be another paper's: metadata comes first.
    needed = kinds if TaskKind.METADATA in kinds else (TaskKind.METADATA, *kinds)
    retry_failed_tasks(session, (*needed, TaskKind.ABSTRACT))
    if not order.retry_failed:
        add_missing(session, kinds)
        add_missing(session, [TaskKind.METADATA], lacks_s2())
        _open_stale(session, settings, kinds)
    scope = TaskScope((*kinds, TaskKind.ABSTRACT) if TaskKind.METADATA in kinds and settings.arxiv_api_url else needed)
    return TaskScope(scope.kinds, last_paper_of(session, scope, order.limit)) if order.limit else scope


def order_from(params: Mapping[str, JSON]) -> EnrichOptions:
    """Options from a job's parameters.

    Raises InvalidInputError for an unknown parameter or an invalid value.
    """
    try:
        order = TypeAdapter(EnrichOptions).validate_json(json.dumps(dict(params)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InvalidInputError(f"enrich: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error
    check_order(order)
    return order


def check_order(order: EnrichOptions) -> tuple[TaskKind, ...]:
    """The kinds of tasks that the options select.

    Raises InvalidInputError for an unknown `only` or a limit below 1.
    """
    if order.only not in ONLY:
        raise InvalidInputError(f"--only {order.only}: write citations or metadata")
    if order.limit is not None and order.limit < 1:
        raise InvalidInputError(f"--limit {order.limit}: write a number of papers, 1 or more")
    return ONLY[order.only]


def _open_stale(session: Session, settings: Settings, kinds: tuple[TaskKind, ...]) -> None:
    now = utc_now()
    days = {
        TaskKind.METADATA: settings.enrich_metadata_days,
        TaskKind.CITATIONS: settings.enrich_citations_days,
        TaskKind.REFERENCES: settings.enrich_references_days,
    }
    stale = {kind: finished_before(kind, now - timedelta(days=days[kind])) for kind in kinds}
    unavailable = and_(_work.c.kind == TaskKind.METADATA, _work.c.status == TaskStatus.UNAVAILABLE)
    wait = _work.c.fetched_at >= now - timedelta(days=settings.enrich_unavailable_days)
    if TaskKind.METADATA not in kinds:
        reset_tasks(session, or_(*stale.values()))
        return
    reset_tasks(session, stale[TaskKind.METADATA], ~and_(unavailable, wait))
    reset_tasks(session, got_new_identifier())
    old_lists = [stale[kind] for kind in kinds if kind in LISTS]
    if old_lists:
        ended = and_(_work.c.kind == TaskKind.METADATA, _work.c.status == TaskStatus.DONE)
        reset_tasks(session, ended, _work.c.paper_id.in_(papers_with(or_(*old_lists))))
