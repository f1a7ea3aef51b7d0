"""Texts to encode, as tasks: several workers share them, each text is encoded once, and none is lost.

A task is a paper whose text has no vector of an encoder yet. The vector and the end of the task are written in one
transaction. If a worker is killed, only the texts it had taken are encoded again.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import and_, or_, select, update
from sqlmodel import Session

from wamkg.store.base import chunks, insert_or_ignore, table_of
from wamkg.store.jobs import is_worker_dead
from wamkg.store.tables import Task
from wamkg.store.types import utc_now
from wamkg.vocabulary import TaskStatus

_work = table_of(Task)
_NOBODY = {"leased_by": None, "lease_until": None}


def kind_of(version: str) -> str:
    """The kind of task for a version of an encoder."""
    return f"embed:{version[:16]}"


def offer_texts(session: Session, kind: str, papers: Iterable[int]) -> None:
    """Make tasks for these papers available, unless a worker has them."""
    for part in chunks(papers):
        rows = [{"paper_id": n, "kind": kind, "status": TaskStatus.TODO, "next_offset": 0, "attempts": 0} for n in part]
        insert_or_ignore(session, Task, rows)
        ended = and_(_work.c.kind == kind, _work.c.paper_id.in_(part), _work.c.status != TaskStatus.RUNNING)
        session.connection().execute(update(_work).where(ended).values(status=TaskStatus.TODO, **_NOBODY))


def lease_texts(session: Session, kind: str, papers: Iterable[int], owner: str, lease: timedelta) -> set[int]:
    """Lease those of these papers that no other worker has. Papers of a dead or silent worker are free."""
    now, taken = utc_now(), set[int]()
    for part in chunks(papers):
        _free_dead(session, kind, part)
        free = or_(
            _work.c.status == TaskStatus.TODO, and_(_work.c.status == TaskStatus.RUNNING, _work.c.lease_until < now)
        )
        wanted = select(_work.c.paper_id).where(_work.c.kind == kind, _work.c.paper_id.in_(part), free)
        found = session.connection().execute(wanted.order_by(_work.c.id).with_for_update(skip_locked=True)).scalars()
        taken |= (mine := set(found))
        values = {"status": TaskStatus.RUNNING, "leased_by": owner, "lease_until": now + lease}
        held = and_(_work.c.kind == kind, _work.c.paper_id.in_(mine))
        session.connection().execute(update(_work).where(held).values(**values))
    return taken


def finish_texts(session: Session, kind: str, papers: Iterable[int]) -> None:
    """Finish the tasks of these papers."""
    for part in chunks(papers):
        ended = and_(_work.c.kind == kind, _work.c.paper_id.in_(part))
        values = {"status": TaskStatus.DONE, "fetched_at": utc_now()}
        session.connection().execute(update(_work).where(ended).values(**values, **_NOBODY))


def pending_texts(session: Session, kind: str, papers: Iterable[int]) -> set[int]:
    """Those of these papers whose text is not encoded yet, whoever is working on it."""
    left: set[int] = set()
    for part in chunks(papers):
        open_ = select(_work.c.paper_id).where(
            _work.c.kind == kind, _work.c.paper_id.in_(part), _work.c.status != TaskStatus.DONE
        )
        left.update(session.connection().execute(open_).scalars())
    return left


def _free_dead(session: Session, kind: str, papers: list[int]) -> None:
    running = and_(_work.c.kind == kind, _work.c.paper_id.in_(papers), _work.c.status == TaskStatus.RUNNING)
    owners = session.connection().execute(select(_work.c.leased_by).where(running).distinct()).scalars().all()
    for owner in owners:
        if owner and is_worker_dead(owner):
            mine = and_(running, _work.c.leased_by == owner)
            session.connection().execute(update(_work).where(mine).values(status=TaskStatus.TODO, **_NOBODY))
