"""Maps exceptions to HTTP status codes, in one table. Every error is sent as problem+json with one clear sentence."""

import logging
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from wamkg.errors import (
    ConflictError,
    DependencyMissingError,
    DiskFullError,
    InvalidInputError,
    NotFoundError,
    StoreError,
    WamkgError,
)
from wamkg.json_types import UncheckedObject
from wamkg.pages.render import render
from wamkg.parameters import describe_error
from wamkg.views.survey import NO_NAME, site_name
from wamkg_api.state import store_of

PAGE_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; object-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
log = logging.getLogger(__name__)


class UnauthorizedError(WamkgError):
    """The request needs a valid token or session and has none."""


class ForbiddenError(WamkgError):
    """The caller's role is too low, or the request does not come from one of our pages."""


class MalformedRequestError(InvalidInputError):
    """The request is malformed, whatever the store contains."""


class BusyError(WamkgError):
    """Too much of this kind is being done already; the client may try again."""


class ClientLeftError(WamkgError):
    """The client closed the connection before its answer was ready; nobody reads this."""


class PreconditionFailedError(WamkgError):
    """The item has changed since the revision named in `If-Match`."""


STATUS: dict[type[Exception], HTTPStatus] = {
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    PreconditionFailedError: HTTPStatus.PRECONDITION_FAILED,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DependencyMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    ClientLeftError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    WamkgError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
RETRY_AFTER = 5
"""Seconds after which a request that found the service unavailable may be sent again."""
_FURTHER_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_AFTER)}}
_PRIVATE: dict[type[WamkgError], str] = {
    DiskFullError: "the server's disk is full; nothing was written, try again when its operator has made room",
    StoreError: "the store cannot be read just now; the server's log says why",
    WamkgError: "the server could not answer; its log says why",
}
"""Status codes for which the error's own message is not sent, because it may name files of the server."""


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no paper has the id 'arxiv:9999.99999'"])
    request_id: str | None = None


Responses = dict[int | str, UncheckedObject]
"""Responses of a route besides its result, as FastAPI documents them: by status."""


def problems(*statuses: int) -> Responses:
    """OpenAPI description of the error responses of a route."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {"application/problem+json": _described(status)}}
        for status in statuses
    }


_DETAILS = {
    401: "this token is unknown or revoked: send Authorization: Bearer, with a token from `wamkg token create`",
    403: "this needs a curator token; yours is a reader's",
    404: "no paper has the id 'arxiv:9999.99999'",
    409: "release and as_of cannot be combined; use one of them",
    412: "it has changed since you read it and is now at revision 7; meanwhile: ada set title",
    413: "a request here holds at most 1000000 bytes; send it in parts",
    422: "since: 'May' is not of the form asked for; write 2026-01-31, 2026-01 or 2026",
    429: "more than 30000 reads a minute; wait a little",
    503: "another past day is being built; try again in a few seconds",
}
"""An example of the sentence in a problem, by status."""


def _described(status: int) -> UncheckedObject:
    phrase = HTTPStatus(status).phrase
    example = Problem(title=phrase, status=status, detail=_DETAILS.get(status, phrase), request_id="0190a0c2")
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example.model_dump()}


def problem(request: Request, status: int, detail: str) -> Response:
    """Build an error response: problem+json for programs, a page for browsers."""
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        headers = {"Content-Security-Policy": PAGE_SECURITY, "Cache-Control": "no-store"}
        html = render("error.html", site=_site(request), here="", title=HTTPStatus(status).phrase, detail=detail)
        return Response(html, status, headers, "text/html; charset=utf-8")
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request.scope.get("state", {}).get("request_id"),
    )
    headers = {"Cache-Control": "no-store"} | _FURTHER_HEADERS.get(status, {})
    return Response(orjson.dumps(body.model_dump()), status, headers, "application/problem+json")


def _site(request: Request) -> str:
    """The survey's name; that of a store without one if the store cannot be read just now."""
    try:
        with store_of(request).reading() as session:
            return site_name(session)
    except StoreError:
        return NO_NAME


def status_of(error: Exception) -> HTTPStatus:
    """The HTTP status of an error, from its nearest class in the table."""
    found = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    return found or HTTPStatus.INTERNAL_SERVER_ERROR


def client_message(error: Exception) -> str:
    """The message for the client: the error's own text, unless it may name internals of the server."""
    for kind, words in _PRIVATE.items():
        if type(error) is kind:
            return words
    return str(error)


def _own(request: Request, error: Exception) -> Response:
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, BusyError | ClientLeftError):
        log.error("%s: %s", type(error).__name__, error)
    return problem(request, status, client_message(error))


def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    details = {
        404: f"nothing is at {request.url.path[:200]}; /openapi.json lists what there is",
        405: f"{request.method} is not for {request.url.path}",
    }
    answer = problem(request, error.status_code, details.get(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(allowed_methods(request))
    return answer


def allowed_methods(request: Request) -> list[str]:
    """The methods of all routes at an address; each route names only its own."""
    found: set[str] = set()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found.add(method)
    return sorted(found | ({"HEAD"} if "GET" in found and request.url.path != "/sign-in" else set()))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or first["loc"][0]
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {describe_error(first)}")


def unhandled_error(request: Request, error: Exception) -> Response:
    """Response to an error outside all routes, such as a database that is gone before one is found.

    The details of an unexpected one go to the log only.
    """
    if isinstance(error, WamkgError):
        return _own(request, error)
    log.exception("unforeseen error at %s", request.url.path, exc_info=error)
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _PRIVATE[WamkgError])


def add_handlers(app: FastAPI) -> None:
    """Register the handlers that turn every error into a problem response."""
    app.add_exception_handler(WamkgError, _own)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _invalid)
