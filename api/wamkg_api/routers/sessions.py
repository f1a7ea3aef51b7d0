"""Sign-in to the pages with a link or a token, and sign-out."""

import re
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from wamkg.pages.render import render
from wamkg.services.tokens import revoke, sign_in
from wamkg.store.tokens import SESSION_LASTS
from wamkg.views.survey import site_name
from wamkg.vocabulary import Role
from wamkg_api.access import COOKIE, CSRF_FIELD, authorize, refuse_other_sites
from wamkg_api.errors import PAGE_SECURITY
from wamkg_api.form_parser import parse_form
from wamkg_api.state import store_of

router = APIRouter(include_in_schema=False)
NO_STORE = {"Cache-Control": "no-store", "Content-Security-Policy": PAGE_SECURITY}


@router.get("/sign-in")
def show_sign_in(request: Request, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Ask for a token, or for a click where a link brought its key: whoever previews a link must not use it up."""
    return _form(request, page_of(request, request.headers.get("referer", "")), key=key)


@router.post("/sign-in")
async def post_sign_in(request: Request) -> Response:
    """Sign in with the key of a link, or with a token typed by a person."""
    refuse_other_sites(request)
    form = await parse_form(request)
    to = page_of(request, form.get("to", ""))
    return await run_in_threadpool(_start_session, request, form.get("key", "").strip(), to)


def page_of(request: Request, address: str) -> str:
    """The path and query of an address of this server, to return to after signing in; `/` for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    elsewhere = parts.netloc not in ("", request.headers.get("host")) or parts.path.startswith("/sign-")
    if elsewhere or not re.fullmatch(r"/(?![/\\])[!-~]*", parts.path):
        return "/"
    return urlunsplit(("", "", parts.path, parts.query, ""))


def _form(request: Request, to: str, *, refused: bool = False, key: str = "") -> Response:
    with store_of(request).reading() as session:
        site = site_name(session)
    html = render("sign_in.html", site=site, here="/sign-in", refused=refused, key=key, to=to)
    return HTMLResponse(html, 401 if refused else 200, NO_STORE)


def _start_session(request: Request, secret: str, to: str) -> Response:
    made = sign_in(store_of(request), secret)
    if made is None:
        return _form(request, to, refused=True)
    answer = RedirectResponse(to, 303, NO_STORE)
    answer.set_cookie(
        COOKIE, made.secret, max_age=int(SESSION_LASTS.total_seconds()), path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.post("/sign-out")
async def post_sign_out(request: Request) -> Response:
    """End the session in the store and in the browser."""
    form = await parse_form(request)
    await run_in_threadpool(_end_session, request, form.get(CSRF_FIELD, ""))
    answer = RedirectResponse("/", 303, NO_STORE)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _end_session(request: Request, csrf: str) -> None:
    caller = authorize(request, Role.READER, csrf)
    revoke(store_of(request), caller.holder.token)
