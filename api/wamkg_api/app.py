"""The app as a function: every router, middleware and handler is wired here and nowhere else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi

import wamkg
from wamkg.settings import Settings, get_settings
from wamkg.store.freshness import Freshness
from wamkg.store.session import Store
from wamkg_api.cache import ReadCache
from wamkg_api.context import Measures, RequestContext
from wamkg_api.deps import described_parameters, refuse_unknown
from wamkg_api.errors import Problem, add_handlers
from wamkg_api.routers import (
    files,
    graph,
    operations,
    pages,
    papers,
    queue,
    record,
    search,
    taxonomies,
    things,
    timeline,
    writes,
)

PREFIX = "/api/v1"
# Writes come first: `papers/{id}` takes any path, and a write below it must not be read as an id.
ROUTERS = (writes, papers, things, taxonomies, timeline, graph, search, queue, record, files)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API and the pages over the store that the settings name; without settings, those of the environment."""
    settings = settings or get_settings()
    logging.getLogger("wamkg_api").setLevel(settings.log_level)
    app = FastAPI(
        title="wamkg",
        version=wamkg.__version__,
        summary="A living survey of World Action Models: papers, taxonomy, timelines, graph.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.measures = Measures()
    api = APIRouter(prefix=PREFIX, dependencies=[Depends(refuse_unknown)])
    for module in ROUTERS:
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(operations.router, dependencies=[Depends(refuse_unknown)])
    app.include_router(pages.router)
    add_handlers(app)
    app.add_middleware(ReadCache, freshness=lambda: app.state.freshness)
    app.add_middleware(RequestContext, measures=app.state.measures)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.state.parameters = described_parameters(app.openapi())
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store when the app starts, close it when it stops."""
    app.state.store = Store(app.state.settings.url)
    app.state.freshness = Freshness(app.state.store)
    yield
    app.state.freshness.close()
    app.state.store.close()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI with the problem answers and how to sign in, made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        parts = schema.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = schema
    return app.openapi_schema
