"""`If-Match`: write only on what the client has seen."""

from typing import Annotated, Any

from fastapi import Header

from wamkg.reviewing.decide import what_happened
from wamkg.store.lookup import find_paper
from wamkg.store.session import Store
from wamkg.views.paper import paper_detail
from wamkg_api.answers import etag_of, json_body
from wamkg_api.errors import StaleError

SHOWN_WRITES = 3
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        # Not in OpenAPI: a value that fits is known only to who has read the thing.
        include_in_schema=False,
    ),
]


def seen_version(if_match: str | None, current: Any, what_happened: str) -> int | None:
    """The version to write on, where the header names what is there now; None where nothing is asked.

    `current` is what a read of the thing answers, with its `version`.

    Raises StaleError, saying what happened meanwhile.
    """
    if not if_match or if_match.strip() == "*":
        return None
    version: int = current.version
    named = {part.strip().removeprefix("W/").strip('"') for part in if_match.split(",")}
    tag = etag_of(json_body(current))
    if named & {str(version), tag, f"{tag}-gz"}:
        return version
    raise StaleError(f"it is now at version {version}, which is not what you saw; meanwhile: {what_happened}")


def paper_version(store: Store, paper: str, given: int | None, if_match: str | None) -> int | None:
    """The version of a paper to write on: the one given, else that of `If-Match`, as `seen_version`.

    The write that follows refuses a version that is not the present one, so it is safe to look before.

    Raises StaleError, saying what was written meanwhile, and NotFoundError.
    """
    if not if_match:
        return given
    with store.reading() as session:
        happened = "; ".join(what_happened(session, find_paper(session, paper), SHOWN_WRITES))
        seen = seen_version(if_match, paper_detail(session, paper), happened)
    return seen if given is None else given
