"""Data that could not be fetched, and why: incomplete tasks, and values that a source withholds or garbles."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, not_, or_, select
from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.base import table_of
from wamkg.store.tables import Claim, Paper, Task
from wamkg.vocabulary import Standing, TaskKind, TaskStatus

_work, _paper, _fact = table_of(Task), table_of(Paper), table_of(Claim)
_SHORT = (TaskStatus.FAILED, TaskStatus.UNAVAILABLE, TaskStatus.PARTIAL)


@dataclass(frozen=True)
class FetchGap(WithFormerNames):
    """Something that could not be fetched, and why; `what` is a kind of task or a field."""

    paper: str
    title: str
    what: str
    status: str
    reason: str
    found: int | None = None
    expected: int | None = None
    state: Former[str] = former("status")


def list_fetch_gaps(session: Session, kinds: Sequence[TaskKind]) -> list[FetchGap]:
    """Everything that could not be fetched for the papers of the library, by paper."""
    names = ("kind", "status", "error", "found", "expected")
    units = (
        select(_paper.c.slug, _paper.c.title, *(_work.c[name] for name in names))
        .join(_paper, _paper.c.id == _work.c.paper_id)
        .where(_work.c.status.in_(_SHORT), _work.c.kind.in_(kinds))
        .order_by(_work.c.paper_id, _work.c.id)
    )
    rows = session.connection().execute(units)
    found = [FetchGap(r[0], r[1], r[2], r[3], r[4] or "", r[5], r[6]) for r in rows]
    return found + _values(session) if TaskKind.METADATA in kinds else found


def _values(session: Session) -> list[FetchGap]:
    """Values that are withheld or unreadable. A value that the source does not have is not included."""
    newest = select(func.max(_fact.c.id)).group_by(_fact.c.subject_id, _fact.c.field, _fact.c.source)
    kept_back = or_(_fact.c.reason.startswith("unreadable"), _fact.c.reason.startswith("elided"))
    had = and_(_fact.c.field == "abstract", _paper.c.abstract.is_not(None))
    values = (
        select(_paper.c.slug, _paper.c.title, _fact.c.field, _fact.c.reason)
        .join(_paper, _paper.c.id == _fact.c.subject_id)
        .where(kept_back, _paper.c.standing != Standing.CITED, not_(had), _fact.c.id.in_(newest))
        .order_by(_fact.c.subject_id, _fact.c.id)
    )
    rows = session.connection().execute(values)
    return [FetchGap(r[0], r[1], r[2], str(TaskStatus.UNAVAILABLE), r[3]) for r in rows]
