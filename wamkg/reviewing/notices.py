"""Accept or dismiss a notice: one batch, with the values that accepting sets."""

from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.reviewing.paper_edits import ValueChange, edit_paper
from wamkg.store.base import refuse_stale
from wamkg.store.batches import close_batch, open_batch, update_row
from wamkg.store.notices import find_notice
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Paper
from wamkg.vocabulary import PERSON, BatchKind, NoticeStatus


@dataclass(frozen=True)
class NoticeAnswered:
    """The answer to a notice: its batch, its paper, and the values of the paper that changed (before, after)."""

    batch: str
    notice: str
    status: str
    paper: str
    changes: dict[str, ValueChange] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)


def answer_notice(
    session: Session, actor: Actor, uid: str, status: NoticeStatus, revision: int | None = None
) -> NoticeAnswered:
    """Accept or dismiss a notice.

    Raises NotFoundError, InvalidInputError if a program answers, ConflictError if it is answered already or newer than
    `revision`, and the errors of `edit_paper`.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only a person answers notices")
    one_writer(session)
    notice = find_notice(session, uid)
    if notice.status != NoticeStatus.OPEN:
        raise ConflictError(f"notice {notice.uid} is {notice.status} already; undo its batch to answer again")
    refuse_stale("the notice", notice.revision, revision)
    paper = session.get_one(Paper, notice.paper_id)
    batch = open_batch(session, BatchKind.EDIT, paper.slug, actor)
    values = notice.fields if status == NoticeStatus.ACCEPTED else {}
    changes, alarms = edit_paper(session, batch, paper, values, f"{notice.kind}: {notice.source} says so")
    update_row(session, batch, notice, {"status": status.value})
    close_batch(session, batch, {"notice": notice.uid, "fields": sorted(changes)})
    return NoticeAnswered(batch.uid, notice.uid, notice.status, paper.slug, changes, alarms)
