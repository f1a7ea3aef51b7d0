"""Health, readiness, metrics and the doctor."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from wamkg.errors import StoreError
from wamkg.reviewing.doctor import CheckReport
from wamkg.services.doctor import run_checks
from wamkg.store.migrate import current_revision, head_revision
from wamkg.vocabulary import Role
from wamkg_api.access import may_read
from wamkg_api.deps import json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.operations import DoctorRequest
from wamkg_api.writing import StoreDep, writing_router

router = APIRouter(tags=["operations"])


@dataclass(frozen=True)
class Health:
    """The process is running."""

    status: str
    version: str


@router.get("/healthz", response_model=Health)
def get_health(request: Request) -> Response:
    """Liveness check. It does not open the database."""
    return json_response(Health("ok", request.app.version))


@router.get("/readyz", response_model=Health, responses=problems(503))
def get_readiness(request: Request) -> Response:
    """Readiness check: the store can be read and its schema is current."""
    found, needed = current_revision(request.app.state.store), head_revision()
    if found != needed:
        raise StoreError(f"the store's schema is {found or 'empty'}, this program needs {needed}; run `wamkg migrate`")
    return json_response(Health("ready", request.app.version))


_NOT_FOR_ALL = [Depends(may_read)]
"""Closed where reading is: they tell what is in the store and what is asked of it."""


@router.get("/openapi.json", include_in_schema=False, dependencies=_NOT_FOR_ALL)
def get_openapi(request: Request) -> Response:
    """The description of the API."""
    return json_response(request.app.openapi())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **problems(401)},
    dependencies=_NOT_FOR_ALL,
)
def get_metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)


# It reads every paper of the store, so nobody may have it done who may not write.
writes = writing_router(Role.CURATOR)


@writes.post("/doctor", response_model=list[CheckReport])
def examine_store(store: StoreDep, wanted: Annotated[DoctorRequest, Body(default_factory=DoctorRequest)]) -> Response:
    """Check the store for problems and say how to fix each one. `fix` fixes those that can be fixed without losing
    data.
    """
    return json_response(run_checks(store, wanted.checks, fix=wanted.fix))
