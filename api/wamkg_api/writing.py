"""What routes that write share: a router that asks first, the store, who writes, and taking back."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Security

from wamkg.history.undo import undo_batch
from wamkg.jobs.refit import learn_undone
from wamkg.matching.show import shown_values
from wamkg.reviewing.edit import Edited
from wamkg.settings import Settings
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.reading import ReadingSession
from wamkg.store.session import Store
from wamkg.store.tables import Actor, Batch
from wamkg.vocabulary import PERSON, BatchKind, Role
from wamkg_api.access import Caller, bearer, guarded
from wamkg_api.errors import ForbiddenError, problems
from wamkg_api.state import store_of

BY_HAND = (BatchKind.DECISION, BatchKind.EDIT, BatchKind.TAXONOMY)
FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
}
"""A request body that is a file."""
REFUSALS = (401, 403, 404, 409, 413, 422, 429)


def writing_router(role: Role = Role.CURATOR, *more: int) -> APIRouter:
    """A router whose routes only those may use whom `role` lets in; `more` are further statuses of problems."""
    return APIRouter(
        tags=["writing"],
        route_class=guarded(role),
        dependencies=[Security(bearer)],
        responses=problems(*REFUSALS, *more),
    )


StoreDep = Annotated[Store, Depends(store_of)]


@dataclass(frozen=True)
class Undone:
    """A batch that was taken back, and rows removed by table."""

    batch: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Change:
    """What an edit changed; `batch` takes it back, and is null where nothing was to change.

    `alarms` tell of decisions whose quote the edit has left without ground.
    """

    batch: str | None
    subject: str
    changes: dict[str, list[Any]]
    version: int
    alarms: list[str]


def changed(edited: Edited) -> Change:
    """An edit as an answer."""
    changes = {name: list(pair) for name, pair in edited.changes.items()}
    return Change(edited.batch, edited.subject, changes, edited.version, edited.alarms)


def take_back(store: Store, settings: Settings, caller: Caller, uid: str, why: str = "") -> Undone:
    """Take a batch back whole, and learn from it where it was a decision.

    Raises ForbiddenError for what a program or somebody else imported, unless an admin asks, else as `undo_batch`.
    """
    with store.writing() as session:
        batch = find_batch(session, uid)
        _refuse_others(batch, caller)
        undone = Undone(batch.uid, undo_batch(session, batch, actor_of(session, caller), shown_values, why))
    learn_undone(store, settings, batch)
    return undone


def _refuse_others(batch: Batch, caller: Caller) -> None:
    own = batch.actor_id == caller.holder.actor_id
    if not (own or batch.kind in BY_HAND or caller.holder.role.allows(Role.ADMIN)):
        raise ForbiddenError(f"this needs an admin token: batch {batch.uid} ({batch.kind}) is not yours")


def person_of(session: ReadingSession, caller: Caller) -> Actor:
    """The row of the person who writes.

    Raises ForbiddenError for a program: only people decide and edit by hand.
    """
    if caller.holder.kind != PERSON:
        raise ForbiddenError(f"{caller.holder.name} is a program; this is for a person to say")
    return actor_of(session, caller)


def actor_of(session: ReadingSession, caller: Caller) -> Actor:
    """The row of who writes."""
    return get_actor(session, caller.holder.name, caller.holder.kind)
