"""Parses the forms of the pages."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse

from wamkg.former_names import FORMER_NAMES

MAX_FIELDS = 50


async def parse_form(request: Request) -> dict[str, str]:
    """The fields of a submitted form. The last value of a repeated field counts; empty fields are left out."""
    found = {name: values[-1] for name, values in (await _fields(request)).items()}
    # A page that was open before an upgrade sends former names.
    return {FORMER_NAMES.get(name, name): value for name, value in found.items()}


def revision_of(form: Mapping[str, str]) -> int | None:
    """The revision that a form was made from, if it says one."""
    return int(form["revision"]) if form.get("revision", "").isdecimal() else None


async def form_list(request: Request, name: str) -> tuple[str, ...]:
    """All values of a form field that allows several."""
    return tuple((await _fields(request)).get(name, ()))


async def _fields(request: Request) -> dict[str, list[str]]:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}


def redirect_after_post(path: str, **query: str) -> RedirectResponse:
    """Redirect the browser to one of our own pages after a form was accepted."""
    given = {name: value for name, value in query.items() if value}
    return RedirectResponse(f"{path}?{urlencode(given)}" if given else path, 303, {"Cache-Control": "no-store"})
