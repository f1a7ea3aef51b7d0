"""Tasks: what is still to fetch for each paper, who is working on it, and how it ended.

A task is taken under a lease. Its response and its end are written in one transaction, so a killed process repeats at
most one request.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, literal, or_, select, update
from sqlmodel import Session, col

from wamkg.store.base import Condition, Row, chunks, table_of
from wamkg.store.jobs import is_worker_dead
from wamkg.store.tables import Claim, Paper, Task
from wamkg.store.types import utc_now
from wamkg.vocabulary import Standing, TaskKind, TaskStatus

ENDED = (TaskStatus.DONE, TaskStatus.PARTIAL, TaskStatus.UNAVAILABLE)
OPEN = (TaskStatus.TODO, TaskStatus.RUNNING)
_work, _paper, _fact = table_of(Task), table_of(Paper), table_of(Claim)


@dataclass(frozen=True)
class LeasedTask:
    """A task when it was leased."""

    id: int
    paper_id: int
    kind: TaskKind
    next_offset: int
    expected: int | None
    unreadable: int | None
    started_at: datetime | None
    error: str | None
    """What the last fetch could not get."""


@dataclass(frozen=True)
class TaskScope:
    """The tasks of a run: kinds, and papers up to a number (None: all)."""

    kinds: tuple[TaskKind, ...]
    last_paper: int | None = None

    def where(self) -> ColumnElement[bool]:
        """The scope as a condition on `task`."""
        condition = _work.c.kind.in_(self.kinds)
        return condition if self.last_paper is None else and_(condition, _work.c.paper_id <= self.last_paper)


def lacks_abstract() -> ColumnElement[bool]:
    """Papers without an abstract that arXiv may have."""
    return and_(_paper.c.abstract.is_(None), _paper.c.arxiv.is_not(None))


def lacks_s2() -> ColumnElement[bool]:
    """Papers for which Semantic Scholar has not returned a record."""
    return _paper.c.s2.is_(None)


def add_missing(session: Session, kinds: Iterable[TaskKind], where: ColumnElement[bool] | None = None) -> int:
    """Create missing tasks for papers of the library; returns their number.

    `where` is a further condition on the papers.
    """
    added = 0
    for kind in kinds:
        has = exists().where(_work.c.paper_id == _paper.c.id, _work.c.kind == kind)
        rows = (
            select(_paper.c.id, literal(str(kind)), literal(str(TaskStatus.TODO)), literal(0), literal(0))
            .where(_paper.c.standing != Standing.CITED, ~has, *(() if where is None else (where,)))
            .order_by(_paper.c.id)
        )
        columns = ["paper_id", "kind", "status", "next_offset", "attempts"]
        added += session.connection().execute(insert(_work).from_select(columns, rows)).rowcount
    return added


def reset_tasks(session: Session, *conditions: Condition) -> int:
    """Reset the tasks that meet the conditions, to be fetched from the beginning; returns their number."""
    return session.connection().execute(update(_work).where(*conditions).values(**initial_values())).rowcount


def reset_tasks_since(session: Session, moment: datetime) -> int:
    """Reset every task whose fetch began or ended after a moment; returns their number.

    Needed after an undo of fetched data: a list marked as read would not be read again.
    """
    since = or_(_work.c.fetched_at >= moment, _work.c.started_at >= moment)
    values = initial_values() | {"error": None, "expected": None, "found": None, "fetched_at": None}
    return session.connection().execute(update(_work).where(since).values(**values)).rowcount


def forget_papers(session: Session, papers: Iterable[int]) -> None:
    """Reset all tasks of these papers, because their ids changed."""
    values = initial_values() | {"error": None, "expected": None, "found": None, "fetched_at": None}
    for part in chunks(papers):
        session.connection().execute(update(_work).where(_work.c.paper_id.in_(part)).values(**values))


def retry_failed_tasks(session: Session, kinds: Sequence[TaskKind]) -> int:
    """Retry the failed tasks from the point where they failed; returns their number."""
    values = {"status": TaskStatus.TODO, "attempts": 0, "not_before": None}
    mine = and_(_work.c.kind.in_(kinds), _work.c.status == TaskStatus.FAILED)
    return session.connection().execute(update(_work).where(mine).values(**values)).rowcount


def initial_values() -> Row:
    """Values of a task that is to be fetched from the beginning."""
    return {
        "status": TaskStatus.TODO,
        "next_offset": 0,
        "attempts": 0,
        "not_before": None,
        "leased_by": None,
        "lease_until": None,
        "unreadable": None,
        "started_at": None,
    }


def finished_before(kind: TaskKind, moment: datetime) -> ColumnElement[bool]:
    """Tasks of a kind that ended, successfully or not, before a moment."""
    return and_(_work.c.kind == kind, _work.c.status.in_(ENDED), _work.c.fetched_at < moment)


def got_new_identifier() -> ColumnElement[bool]:
    """Unavailable tasks of papers that have received an id since."""
    given = exists().where(
        _fact.c.subject_id == _work.c.paper_id,
        _fact.c.field.in_(("arxiv", "doi", "s2")),
        _fact.c.retrieved_at > _work.c.fetched_at,
    )
    return and_(_work.c.kind == TaskKind.METADATA, _work.c.status == TaskStatus.UNAVAILABLE, given)


def papers_with(condition: Condition) -> Select[int]:
    """Numbers of the papers that have such a task."""
    return select(_work.c.paper_id).where(condition)


def last_paper_of(session: Session, scope: TaskScope, limit: int) -> int | None:
    """Number of the `limit`-th paper with an open task; None if there are fewer."""
    papers = select(_work.c.paper_id).where(scope.where(), _work.c.status.in_(OPEN)).distinct()
    statement = papers.order_by(_work.c.paper_id).offset(limit - 1).limit(1)
    return session.connection().execute(statement).scalar()


def lease_tasks(
    session: Session, scope: TaskScope, kind: TaskKind, limit: int, owner: str, lease: timedelta
) -> list[LeasedTask]:
    """Lease up to `limit` free tasks of a kind, lowest paper numbers first.

    A list or an abstract waits for its paper's metadata. A task whose lease has expired is free.
    """
    now = utc_now()
    free = or_(
        and_(_work.c.status == TaskStatus.TODO, or_(_work.c.not_before.is_(None), _work.c.not_before <= now)),
        and_(_work.c.status == TaskStatus.RUNNING, _work.c.lease_until < now),
    )
    conditions = [scope.where(), _work.c.kind == kind, free]
    if kind is not TaskKind.METADATA and TaskKind.METADATA in scope.kinds:
        meta = _work.alias()
        unsettled = exists().where(
            meta.c.paper_id == _work.c.paper_id, meta.c.kind == TaskKind.METADATA, meta.c.status.in_(OPEN)
        )
        conditions.append(~unsettled)
    names = ("id", "paper_id", "kind", "next_offset", "expected", "unreadable", "started_at", "error")
    columns = [_work.c[name] for name in names]
    wanted = select(*columns).where(*conditions).order_by(_work.c.paper_id).limit(limit)
    rows = session.connection().execute(wanted.with_for_update(skip_locked=True, of=_work)).all()
    units = [LeasedTask(row[0], row[1], TaskKind(row[2]), *row[3:]) for row in rows]
    values = {"status": TaskStatus.RUNNING, "leased_by": owner, "lease_until": now + lease}
    for part in chunks([unit.id for unit in units]):
        statement = update(_work).where(_work.c.id.in_(part))
        session.connection().execute(statement.values(attempts=_work.c.attempts + 1, **values))
    return units


def tasks_still_leased(session: Session, units: Sequence[LeasedTask], owner: str) -> set[int]:
    """The tasks that the owner still has; locks them until the transaction ends."""
    held: set[int] = set()
    for part in chunks([unit.id for unit in units]):
        mine = select(_work.c.id).where(
            _work.c.id.in_(part), _work.c.leased_by == owner, _work.c.status == TaskStatus.RUNNING
        )
        held.update(session.connection().execute(mine.with_for_update()).scalars())
    return held


def renew_leases(session: Session, owner: str, lease: timedelta) -> None:
    """Extend the owner's leases."""
    mine = and_(_work.c.leased_by == owner, _work.c.status == TaskStatus.RUNNING)
    session.connection().execute(update(_work).where(mine).values(lease_until=utc_now() + lease))


def release_leases(session: Session, owner: str) -> int:
    """Release all leases of the owner; the progress of the tasks is kept."""
    mine = and_(_work.c.leased_by == owner, _work.c.status == TaskStatus.RUNNING)
    values = {"status": TaskStatus.TODO, "leased_by": None, "lease_until": None}
    return session.connection().execute(update(_work).where(mine).values(**values)).rowcount


def release_dead_leases(session: Session, kinds: Sequence[TaskKind]) -> int:
    """Release the tasks of processes of this machine that have ended, before their leases expire."""
    running = and_(_work.c.kind.in_(kinds), _work.c.status == TaskStatus.RUNNING)
    owners = session.connection().execute(select(_work.c.leased_by).where(running).distinct()).scalars().all()
    return sum(release_leases(session, owner) for owner in owners if owner and is_worker_dead(owner))


def save(session: Session, unit_ids: Iterable[int], **values: object) -> None:
    """Write the state of tasks."""
    for part in chunks(unit_ids):
        session.connection().execute(update(_work).where(_work.c.id.in_(part)).values(**values))


def end(
    session: Session, unit_ids: Iterable[int], status: TaskStatus, error: str | None = None, **values: object
) -> None:
    """End tasks. `error` says why something could not be fetched; None means complete."""
    fetched = {} if status is TaskStatus.FAILED else {"fetched_at": utc_now()}
    ended: Row = {"leased_by": None, "lease_until": None, "not_before": None}
    save(session, unit_ids, status=status, error=error, **{**ended, **fetched, **values})


def units_of(session: Session, papers: Iterable[int], kinds: Sequence[TaskKind]) -> list[Task]:
    """The tasks of these papers and kinds."""
    found: list[Task] = []
    for part in chunks(papers):
        found += session.scalars(select(Task).where(col(Task.paper_id).in_(part), col(Task.kind).in_(kinds))).all()
    return found


def open_counts(session: Session, scope: TaskScope) -> dict[str, int]:
    """Number of open tasks by status."""
    rows = select(_work.c.status, func.count()).where(scope.where(), _work.c.status.in_(OPEN)).group_by(_work.c.status)
    return {row[0]: row[1] for row in session.connection().execute(rows)}


def open_items(session: Session, scope: TaskScope) -> list[tuple[str, int, int]]:
    """For each kind with open tasks: the kind, the number of tasks, and the number of list items they still have."""
    left = func.coalesce(_work.c.expected - _work.c.next_offset, 0)
    rows = select(_work.c.kind, func.count(), func.sum(left)).where(scope.where(), _work.c.status.in_(OPEN))
    return [(k, n, int(s or 0)) for k, n, s in session.connection().execute(rows.group_by(_work.c.kind))]
