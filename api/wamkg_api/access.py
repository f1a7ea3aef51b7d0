"""Authentication and authorization: bearer tokens for programs, sessions with a cookie for the pages."""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.pages.viewer import Viewer
from wamkg.store.tokens import Holder, holder_of
from wamkg.vocabulary import PERSON, Role, TokenKind
from wamkg_api.cache_scope import CacheScope, narrow_scope
from wamkg_api.errors import ForbiddenError, MalformedRequestError, UnauthorizedError
from wamkg_api.state import settings_of, store_of

COOKIE = "wamkg_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
_FOUND = "found_caller"
_PAST = {"release", "as_of"}
"""Query parameters of a page that shows a snapshot, where nothing can be written."""
SAFE = ("GET", "HEAD", "OPTIONS")
_ASK = "send Authorization: Bearer, with a token from `wamkg token create`"
bearer = HTTPBearer(auto_error=False, description="A token from `wamkg token create`.", scheme_name="bearer")


@dataclass(frozen=True)
class Caller:
    """The authenticated caller. `secret` is the session's secret; it is empty for a token."""

    holder: Holder
    secret: str = ""

    @property
    def csrf(self) -> str:
        """Value that the forms of this session carry, to prove that a request comes from one of our pages."""
        return hmac.digest(self.secret.encode(), b"csrf", "sha256").hex() if self.secret else ""


def credentials_of(scope: Scope) -> bytes:
    """The credentials in a request; empty if there are none."""
    given = [value for name, value in scope["headers"] if name == b"authorization" or _holds_session(name, value)]
    return b"\0".join(given)


def _holds_session(name: bytes, value: bytes) -> bool:
    return name == b"cookie" and COOKIE.encode() in value


def has_token(scope: Scope) -> bool:
    """Whether a request carries a bearer token, of whatever worth."""
    return any(name == b"authorization" and value[:6].lower() == b"bearer" for name, value in scope["headers"])


def remember(scope: Scope, caller: Caller | None) -> None:
    """Store the caller of a request, so that it need not be looked up again."""
    if caller is not None:
        scope.setdefault("state", {})[_FOUND] = caller


def remembered(scope: Scope) -> Caller | None:
    """The caller of this request, if it has been looked up already."""
    found: Caller | None = scope.get("state", {}).get(_FOUND)
    return found


def authenticate(request: Request, audience: CacheScope = CacheScope.PERSON) -> Caller | None:
    """Authenticate the caller by token or session; None without credentials. `audience` receives the scope of the
    response.

    Raises UnauthorizedError for a token that is unknown or revoked.
    """
    narrow_scope(request.scope, audience)
    caller = remembered(request.scope) or _look_up(request)
    remember(request.scope, caller)
    return caller


def _look_up(request: Request) -> Caller | None:
    store = store_of(request)
    given = request.headers.get("authorization")
    if given is not None:
        scheme, _, secret = given.partition(" ")
        with store.reading() as session:
            holder = holder_of(session, secret.strip(), TokenKind.TOKEN) if scheme.lower() == "bearer" else None
        if holder is None:
            raise UnauthorizedError(f"this token is unknown or revoked: {_ASK}")
        return Caller(holder)
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    with store.reading() as session:
        holder = holder_of(session, secret, TokenKind.SESSION)
    return Caller(holder, secret) if holder is not None else None


def authorize(request: Request, role: Role, form_csrf: str | None = None) -> Caller:
    """Return the caller if their role includes `role`. `form_csrf` is the value that a page's form carried.

    Raises UnauthorizedError without valid credentials, ForbiddenError if the role is too low or the request does not
    come from one of our pages.
    """
    caller = authenticate(request)
    if caller is None:
        raise UnauthorizedError(f"this needs a token: {_ASK}")
    if caller.secret and request.method not in SAFE:
        _check_csrf(request, caller, form_csrf)
    if not caller.holder.role.allows(role):
        raise ForbiddenError(f"this needs a {role} token; yours is a {caller.holder.role}'s")
    return caller


def refuse_other_sites(request: Request) -> None:
    """Check that a form was sent from a page of this server, as far as the browser says.

    Raises ForbiddenError.
    """
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("this request comes from another site; use the pages of this server")


def _check_csrf(request: Request, caller: Caller, form_csrf: str | None) -> None:
    refuse_other_sites(request)
    given = form_csrf if form_csrf is not None else request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), caller.csrf.encode()):
        raise ForbiddenError("the page is out of date or not from this server; load it again")


def protected_route(role: Role) -> type[APIRoute]:
    """A route class that checks the caller before it reads the request body."""

    class Guarded(APIRoute):
        """Admits callers whose role includes `role`."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """The route's handler, wrapped in the check."""
            handle = super().get_route_handler()

            async def check_first(request: Request) -> Response:
                request.state.caller = await run_in_threadpool(authorize, request, role)
                try:
                    return await handle(request)
                except MalformedRequestError:
                    raise
                except InvalidInputError as error:
                    # Its form is right: what OpenAPI allows is refused by the rules and by what the library holds.
                    raise ConflictError(str(error)) from error

            return check_first

    return Guarded


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CallerDep = Annotated[Caller, Depends(_caller)]


async def may_read(request: Request) -> None:
    """Require a token for reading if the settings say so. A token that is sent must be valid in any case.

    Raises UnauthorizedError.
    """
    if settings_of(request).read_access == "token":
        await run_in_threadpool(authorize_reader, request)
    elif has_token(request.scope):
        await run_in_threadpool(authenticate, request, CacheScope.EVERYBODY)


class ReadProtectedRoute(APIRoute):
    """A route that reads a request body but writes nothing. It checks the caller first if reading needs a token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, wrapped in the check."""
        handle = super().get_route_handler()

        async def check_first(request: Request) -> Response:
            await may_read(request)
            return await handle(request)

        return check_first


def authorize_reader(request: Request) -> None:
    """Check that the caller may read. A POST that only reads needs no CSRF value.

    Raises UnauthorizedError.
    """
    if authenticate(request, CacheScope.ROLE) is None:
        raise UnauthorizedError(f"reading needs a token here: sign in, or {_ASK}")


async def is_program(request: Request) -> bool:
    """Whether the token belongs to a program. Programs make no decisions. False for an unknown token."""
    narrow_scope(request.scope, CacheScope.PERSON)
    try:
        caller = await _identified(request)
    except UnauthorizedError:
        return False
    return caller is not None and caller.holder.kind != PERSON


async def _identified(request: Request) -> Caller | None:
    return await run_in_threadpool(authenticate, request) if credentials_of(request.scope) else None


ProgramDep = Annotated[bool, Depends(is_program)]


async def viewer(request: Request) -> Viewer | None:
    """The signed-in person who looks at a page; None if the session has ended."""
    narrow_scope(request.scope, CacheScope.PERSON)
    caller = await _identified(request) if COOKIE in request.cookies else None
    if caller is None or not caller.secret:
        return None
    role = caller.holder.role
    return Viewer(
        caller.holder.name, role, caller.csrf, role.allows(Role.CURATOR) and not _PAST & set(request.query_params)
    )


ViewerDep = Annotated[Viewer | None, Depends(viewer)]
