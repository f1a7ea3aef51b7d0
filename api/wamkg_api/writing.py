"""Helpers for routes that write: a router that checks the role first, the store, the writer, and undo."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Security

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.json_types import JSON
from wamkg.reviewing.paper_edits import EditResult
from wamkg.services.batches import Undone, undo
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.tables import Batch
from wamkg.vocabulary import PERSON, BatchKind, Role
from wamkg_api.access import Caller, bearer, protected_route
from wamkg_api.errors import ForbiddenError, problems
from wamkg_api.state import store_of

BY_HAND = (BatchKind.DECISION, BatchKind.EDIT, BatchKind.TAXONOMY)
FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
}
"""OpenAPI description of a request body that is a file."""
REFUSALS = (401, 403, 404, 409, 413, 422, 429)


def writing_router(role: Role = Role.CURATOR, *more: int) -> APIRouter:
    """A router whose routes require `role`; `more` lists further error statuses."""
    return APIRouter(
        tags=["writing"],
        route_class=protected_route(role),
        dependencies=[Security(bearer)],
        responses=problems(*REFUSALS, *more),
    )


StoreDep = Annotated[Store, Depends(store_of)]


@dataclass(frozen=True)
class EditResponse(WithFormerNames):
    """What an edit changed. `batch` can be undone; it is null if nothing changed.

    `alarms` lists decisions whose quote is no longer found in the edited text.
    """

    batch: str | None
    subject: str
    changes: dict[str, list[JSON]]
    revision: int
    alarms: list[str]
    version: Former[int] = former("revision")


def changed(edited: EditResult) -> EditResponse:
    """The response to an edit."""
    changes = {name: list(pair) for name, pair in edited.changes.items()}
    return EditResponse(edited.batch, edited.subject, changes, edited.revision, edited.alarms)


def undo_batch(store: Store, settings: Settings, caller: Caller, uid: str, why: str = "") -> Undone:
    """Undo a batch as a whole.

    Raises ForbiddenError for a batch of a program or another person's import unless the caller is an admin; also raises
    the errors of `batches.undo`.
    """
    return undo(store, settings, writer_of(caller), uid, why, partial(_refuse_others, caller))


def _refuse_others(caller: Caller, batch: Batch) -> None:
    own = batch.actor_id == caller.holder.actor_id
    if not (own or batch.kind in BY_HAND or caller.holder.role.allows(Role.ADMIN)):
        raise ForbiddenError(f"this needs an admin token: batch {batch.uid} ({batch.kind}) is not yours")


def person_of(caller: Caller) -> Writer:
    """The person who writes.

    Raises ForbiddenError for a program: only people decide and edit by hand.
    """
    if caller.holder.kind != PERSON:
        raise ForbiddenError(f"{caller.holder.name} is a program; only people may do this")
    return writer_of(caller)


def writer_of(caller: Caller) -> Writer:
    """The person or program that writes."""
    return Writer(caller.holder.name, caller.holder.kind)
