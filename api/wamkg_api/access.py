"""Who is asking, and may they: bearer tokens for programs, sessions with a cookie for the pages."""

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
from wamkg_api.audience import Audience, narrow
from wamkg_api.errors import ForbiddenError, MalformedError, UnauthorizedError
from wamkg_api.state import settings_of, store_of

COOKIE = "wamkg_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
_FOUND = "found_caller"
_PAST = {"release", "as_of"}
"""Parameters of a page that shows what was; there is nothing to write on it."""
SAFE = ("GET", "HEAD", "OPTIONS")
_ASK = "send Authorization: Bearer, with a token from `wamkg token create`"
bearer = HTTPBearer(auto_error=False, description="A token from `wamkg token create`.", scheme_name="bearer")


@dataclass(frozen=True)
class Caller:
    """Who asks; `secret` is that of a session of the pages, empty for a token."""

    holder: Holder
    secret: str = ""

    @property
    def csrf(self) -> str:
        """What a form of this session carries to show that it came from a page of ours."""
        return hmac.digest(self.secret.encode(), b"csrf", "sha256").hex() if self.secret else ""


def credentials_of(scope: Scope) -> bytes:
    """Everything in a request that may say who asks; empty if nothing does."""
    given = [value for name, value in scope["headers"] if name == b"authorization" or _holds_session(name, value)]
    return b"\0".join(given)


def _holds_session(name: bytes, value: bytes) -> bool:
    return name == b"cookie" and COOKIE.encode() in value


def remember(scope: Scope, caller: Caller | None) -> None:
    """Spare a request the look-up of who asks, where that is known."""
    if caller is not None:
        scope.setdefault("state", {})[_FOUND] = caller


def remembered(scope: Scope) -> Caller | None:
    """Who asked, if anything looked it up."""
    found: Caller | None = scope.get("state", {}).get(_FOUND)
    return found


def identify(request: Request, audience: Audience = Audience.PERSON) -> Caller | None:
    """Who asks, by token or by session; None if nobody says so. `audience` is for whom what comes of it holds.

    Raises UnauthorizedError for a token that is unknown or revoked.
    """
    narrow(request.scope, audience)
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


def admit(request: Request, role: Role, form_csrf: str | None = None) -> Caller:
    """Who asks, if they may do what `role` is needed for; `form_csrf` is what a page's form carried.

    Raises UnauthorizedError if nobody says who they are, ForbiddenError if they may not or if the request does not
    come from a page of ours.
    """
    caller = identify(request)
    if caller is None:
        raise UnauthorizedError(f"this needs a token: {_ASK}")
    if caller.secret and request.method not in SAFE:
        _refuse_other_sites(request, caller, form_csrf)
    if not caller.holder.role.allows(role):
        raise ForbiddenError(f"this needs a {role} token; yours is a {caller.holder.role}'s")
    return caller


def _refuse_other_sites(request: Request, caller: Caller, form_csrf: str | None) -> None:
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("this request comes from another site")
    given = form_csrf if form_csrf is not None else request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), caller.csrf.encode()):
        raise ForbiddenError("the page is too old or not ours; load it again")


def guarded(role: Role) -> type[APIRoute]:
    """A kind of route that asks who is there before it reads the request's body."""

    class Guarded(APIRoute):
        """Lets in whom `role` admits."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """The route's handler behind the check."""
            handle = super().get_route_handler()

            async def check_first(request: Request) -> Response:
                request.state.caller = await run_in_threadpool(admit, request, role)
                try:
                    return await handle(request)
                except MalformedError:
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
    """Ask readers for a token where the settings close reading.

    Raises UnauthorizedError.
    """
    if settings_of(request).reading == "closed":
        await run_in_threadpool(admit_reader, request)


class Closable(APIRoute):
    """A route that reads a body to answer, and asks who is there first where reading is closed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler behind the check."""
        handle = super().get_route_handler()

        async def check_first(request: Request) -> Response:
            await may_read(request)
            return await handle(request)

        return check_first


def admit_reader(request: Request) -> None:
    """Let in whoever may read; a POST that only reads needs no proof of coming from a page.

    Raises UnauthorizedError.
    """
    if identify(request, Audience.ROLE) is None:
        raise UnauthorizedError(f"reading is not open here: sign in, or {_ASK}")


async def is_program(request: Request) -> bool:
    """Whether a token says that a program asks, which decides nothing; an unknown one says nothing."""
    narrow(request.scope, Audience.PERSON)
    try:
        caller = await _identified(request)
    except UnauthorizedError:
        return False
    return caller is not None and caller.holder.kind != PERSON


async def _identified(request: Request) -> Caller | None:
    return await run_in_threadpool(identify, request) if credentials_of(request.scope) else None


ProgramDep = Annotated[bool, Depends(is_program)]


async def viewer(request: Request) -> Viewer | None:
    """Who looks at a page; a session that has ended is nobody."""
    narrow(request.scope, Audience.PERSON)
    caller = await _identified(request) if COOKIE in request.cookies else None
    if caller is None or not caller.secret:
        return None
    role = caller.holder.role
    return Viewer(
        caller.holder.name, role, caller.csrf, role.allows(Role.CURATOR) and not _PAST & set(request.query_params)
    )


ViewerDep = Annotated[Viewer | None, Depends(viewer)]
