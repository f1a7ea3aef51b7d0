"""Builds the application: every router, middleware and error handler is registered here and nowhere else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

import wamkg
from wamkg.garbage import rare_garbage_collection
from wamkg.json_types import UncheckedObject
from wamkg.settings import Settings, get_settings
from wamkg.store.session import ChangeTracker, Store
from wamkg_api.access import may_read
from wamkg_api.cache_middleware import CacheMiddleware
from wamkg_api.context import Measures, RequestContext
from wamkg_api.deps import reject_unknown_parameters
from wamkg_api.drawing import FigureQueue
from wamkg_api.errors import Problem, add_handlers, problems
from wamkg_api.field_descriptions import describe_fields
from wamkg_api.limits import RateLimitMiddleware
from wamkg_api.list_forms import ListForms, describe_forms
from wamkg_api.routers import (
    about_pages,
    batches,
    citations,
    decisions,
    digests,
    discovery,
    documentation,
    duplicates,
    entities,
    entity_pages,
    exports,
    graph,
    identity_pages,
    import_pages,
    imports,
    jobs,
    missing,
    notices,
    objections,
    operations,
    pages,
    paper_pages,
    papers,
    proposals,
    questions,
    releases,
    review_pages,
    rounds,
    running_pages,
    sessions,
    suggestions,
    survey,
    survey_pages,
    taxonomies,
    taxonomy_pages,
    timelines,
    weekly_pages,
)

PREFIX = "/api/v1"
# `papers/{id}` takes any path, so routes below it come first: decisions before papers.
WRITES = (
    decisions.writes, papers.writes, entities.writes, survey.writes, taxonomies.writes, batches.writes, releases.writes,
    objections.writes, rounds.writes, duplicates.writes, decisions.imports, operations.writes, imports.writes,
    jobs.writes, questions.writes, notices.writes, discovery.writes, digests.writes,
    proposals.offers, proposals.writes,
)  # fmt: skip
READS = (
    taxonomies.crosswalks, releases.router, papers.router, entities.router, taxonomies.router, timelines.router,
    citations.router, survey.router, graph.router, papers.searches, suggestions.router, decisions.router,
    objections.router, rounds.router, duplicates.router, questions.router, discovery.router, missing.router,
    notices.router, digests.router, proposals.router, batches.router, jobs.router, exports.router,
)  # fmt: skip
UNTRACED = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False)
"""Tracing is off: `/metrics` and the log replace it, and the checks for tracers cost a sixth of a cached response's
time.
"""
FORMS = (
    pages.forms,
    identity_pages.forms,
    import_pages.forms,
    survey_pages.forms,
    taxonomy_pages.forms,
    running_pages.forms,
    weekly_pages.forms,
    paper_pages.forms,
    review_pages.forms,
)
PAGES = (
    about_pages.router,
    entity_pages.router,
    pages.router,
    identity_pages.router,
    import_pages.router,
    survey_pages.router,
    taxonomy_pages.router,
    running_pages.router,
    weekly_pages.router,
    review_pages.router,
    paper_pages.router,
)
CORS_HEADERS = ("Authorization", "Content-Type", "If-Match", "If-None-Match", "X-Request-ID")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the API and the pages for the store in `settings` (default: the environment's settings)."""
    settings = settings or get_settings()
    logging.getLogger("wamkg_api").setLevel(settings.log_level)
    app = FastAPI(
        title="wamkg",
        version=wamkg.__version__,
        summary="A living survey: papers, taxonomy, timelines, graph.",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=UNTRACED,
        generate_unique_id_function=lambda route: route.name,
    )
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.state.settings = settings
    app.state.measures = Measures()
    _include_routers(app)
    add_handlers(app)
    _add_middleware(app, settings)
    return app


def _include_routers(app: FastAPI) -> None:
    """Include each router in the application itself: what is nested twice is built at once, not when it is first
    asked.
    """
    known = Depends(reject_unknown_parameters)
    for writes in WRITES:
        app.include_router(writes, prefix=PREFIX, dependencies=[known])
    for reads in READS:
        app.include_router(
            reads,
            prefix=PREFIX,
            dependencies=[known, Depends(may_read)],
            responses=problems(401, 404, 409, 422, 429),
        )
    app.include_router(operations.router, dependencies=[known])
    for router in (documentation.router, sessions.router, *FORMS, pages.static):
        app.include_router(router)
    for page in PAGES:
        app.include_router(page, dependencies=[Depends(may_read)])


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    app.add_middleware(ListForms, schema=app.openapi, prefix=PREFIX)
    app.add_middleware(RateLimitMiddleware, settings=settings)
    app.add_middleware(
        CacheMiddleware, freshness=lambda: app.state.freshness, most_bytes=settings.response_cache_mb * 1_000_000
    )
    if settings.allowed_hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=_listed(settings.allowed_hosts), www_redirect=False)
    if settings.cors_origins:
        _allow_other_sites(app, settings.cors_origins)
    app.add_middleware(RequestContext, measures=app.state.measures)


def _listed(text: str) -> list[str]:
    """The parts of a setting that lists several."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _allow_other_sites(app: FastAPI, origins: str) -> None:
    # Without credentials: a page elsewhere may send a token that it was given, never the cookie of a session.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.rstrip("/") for origin in _listed(origins)],
        allow_methods=["GET", "HEAD", "POST", "PATCH"],
        allow_headers=CORS_HEADERS,
        expose_headers=["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
        max_age=3600,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store when the app starts and close it when the app stops."""
    app.state.store = Store(app.state.settings.url)
    app.state.freshness = ChangeTracker(app.state.store)
    app.state.figures = FigureQueue()
    with rare_garbage_collection():
        yield
    app.state.freshness.close()
    app.state.store.close()


def _openapi(app: FastAPI) -> UncheckedObject:
    """The OpenAPI document with error responses and security schemes, built once."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            servers=[{"url": "/", "description": "This server"}],
        )
        parts = schema.setdefault("components", {})
        shapes = parts.setdefault("schemas", {})
        shapes["Problem"] = Problem.model_json_schema()
        # A generator of clients names its classes by title, and every page of a list is called Page.
        for name, shape in shapes.items():
            shape["title"] = name.strip("_")
        describe_forms(schema)
        describe_fields(shapes)
        app.openapi_schema = schema
    return app.openapi_schema
