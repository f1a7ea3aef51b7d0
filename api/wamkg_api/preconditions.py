"""`If-Match`: write only if the item has not changed since the client read it."""

from typing import Annotated, Protocol

from fastapi import Header

from wamkg.reviewing.decisions import describe_changes
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.views.paper_details import paper_detail
from wamkg_api.cached_response import etag_of, json_body
from wamkg_api.errors import PreconditionFailedError

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


class Revised(Protocol):
    """The response body of an item with a revision."""

    @property
    def revision(self) -> int:
        """Its revision."""
        ...


def required_revision(if_match: str | None, current: Revised, what_happened: str) -> int | None:
    """The revision to write on, if `If-Match` names the current one; None without the header.

    `current` is the response body of a read of the item, with its `revision`.

    Raises PreconditionFailedError, which says what has changed since.
    """
    if not if_match or if_match.strip() == "*":
        return None
    revision = current.revision
    named = {part.strip().removeprefix("W/").strip('"') for part in if_match.split(",")}
    tag = etag_of(json_body(current))
    if named & {str(revision), tag, f"{tag}-gz"}:
        return revision
    raise PreconditionFailedError(
        f"it has changed since you read it and is now at revision {revision}; meanwhile: {what_happened}"
    )


def paper_revision(store: Store, paper: str, given: int | None, if_match: str | None) -> int | None:
    """The revision of a paper to write on: the given one, else that of `If-Match`. See `required_revision`.

    The write itself checks the revision again, so a write in between is detected.

    Raises PreconditionFailedError, which says what has changed since, and NotFoundError.
    """
    if not if_match:
        return given
    with store.reading() as session:
        happened = "; ".join(describe_changes(session, find_paper(session, paper), SHOWN_WRITES))
        seen = required_revision(if_match, paper_detail(session, paper), happened)
    return seen if given is None else given
