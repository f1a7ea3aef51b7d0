"""What every route that writes shares: a router that asks first, the store, and who writes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security

from wamkg.store.batches import get_actor
from wamkg.store.reading import ReadingSession
from wamkg.store.session import Store
from wamkg.store.tables import Actor
from wamkg.vocabulary import Role
from wamkg_api.access import Caller, bearer, guarded
from wamkg_api.errors import problems

REFUSALS = (401, 403, 404, 409, 413, 422, 429)


def writing_router(role: Role = Role.CURATOR, *more: int) -> APIRouter:
    """A router whose routes only those may use whom `role` lets in; `more` are further statuses of problems."""
    return APIRouter(
        tags=["writing"],
        route_class=guarded(role),
        dependencies=[Security(bearer)],
        responses=problems(*REFUSALS, *more),
    )


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(_store)]


def actor_of(session: ReadingSession, caller: Caller) -> Actor:
    """The row of who writes."""
    return get_actor(session, caller.holder.name, caller.holder.kind)
