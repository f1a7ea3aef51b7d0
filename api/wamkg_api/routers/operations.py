"""Liveness, readiness and metrics."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from wamkg.errors import StoreError
from wamkg.store.migrate import current_revision
from wamkg_api.deps import answer
from wamkg_api.errors import problems

router = APIRouter(tags=["operations"])


@dataclass(frozen=True)
class Health:
    """The process is running."""

    status: str
    version: str


@router.get("/healthz", response_model=Health)
def get_health(request: Request) -> Response:
    """Liveness check. It does not open the database."""
    return answer(Health("ok", request.app.version))


@router.get("/readyz", response_model=Health, responses=problems(503))
def get_readiness(request: Request) -> Response:
    """Readiness check: the store can be read and its schema is current."""
    if current_revision(request.app.state.store) is None:
        raise StoreError("the store has no tables yet; run `wamkg migrate`")
    return answer(Health("ready", request.app.version))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)
