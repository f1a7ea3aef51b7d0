"""What the pages and their forms share: the answer with a page, who sent a form, and a form that is refused."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.errors import ConflictError, InvalidInputError, NotFoundError, WamkgError
from wamkg.pages.viewer import Viewer
from wamkg.store.session import Session
from wamkg.vocabulary import Role
from wamkg_api.access import CSRF_FIELD, Caller, authorize
from wamkg_api.errors import PAGE_SECURITY
from wamkg_api.form_parser import parse_form
from wamkg_api.state import store_of

Text = Annotated[str | None, Query(max_length=1000)]
Slug = Annotated[str, Query(max_length=100)]
Form = dict[str, str]
REFUSED = (ConflictError, InvalidInputError, NotFoundError)
"""Errors after which the page of a form says what is wrong."""


def page(html: str, policy: str = PAGE_SECURITY, who: Viewer | None = None) -> HTMLResponse:
    """An HTML response with the pages' content security policy. Pages for a signed-in person are not cached."""
    kept = {"Cache-Control": "private, no-store"} if who else {}
    return HTMLResponse(html, headers={"Content-Security-Policy": policy} | kept)


async def caller_of_form(request: Request, form: Form, role: Role = Role.CURATOR) -> Caller:
    """The signed-in person of at least this role who sent a form.

    Raises UnauthorizedError without a session, and ForbiddenError for a lower role or a forged form.
    """
    return await run_in_threadpool(authorize, request, role, form.get(CSRF_FIELD, ""))


def status_of(error: WamkgError) -> int:
    """The status of a form that is refused."""
    return 409 if isinstance(error, ConflictError) else 422


def refused_page(
    request: Request, viewer: Viewer | None, error: WamkgError, shown: Callable[[Session], str]
) -> HTMLResponse:
    """The page of a form that was refused, which `shown` makes, with the status that says why."""
    with store_of(request).reading() as session:
        answer = page(shown(session), who=viewer)
    answer.status_code = status_of(error)
    return answer


async def handle_form(
    request: Request,
    viewer: Viewer | None,
    write: Callable[[Caller, Form], Response],
    shown: Callable[..., str],
    role: Role = Role.CURATOR,
) -> Response:
    """Do what a form of people of a role asks for; if it is refused, its page says why.

    `shown` makes that page from a session, the viewer and `problem`. Raises the errors of `caller_of_form`.
    """
    form = await parse_form(request)
    caller = await caller_of_form(request, form, role)
    try:
        return await run_in_threadpool(write, caller, form)
    except REFUSED as error:
        said = str(error)
        return await run_in_threadpool(
            refused_page, request, viewer, error, lambda session: shown(session, viewer, problem=said)
        )
