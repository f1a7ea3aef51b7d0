"""Is it alive, is it ready, how is it doing."""

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
    """The process answers."""

    status: str
    version: str


@router.get("/healthz", response_model=Health)
def get_health(request: Request) -> Response:
    """The process is alive; says nothing of the store."""
    return answer(Health("ok", request.app.version))


@router.get("/readyz", response_model=Health, responses=problems(503))
def get_readiness(request: Request) -> Response:
    """The store can be read and has its tables."""
    if current_revision(request.app.state.store) is None:
        raise StoreError("the store has no tables yet; run `wamkg migrate`")
    return answer(Health("ready", request.app.version))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)
