"""Find an entity other than a paper by what a person writes: `method:SLUG`, `result:UID`, `taxon:TAXONOMY:PATH`."""

from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.near_matches import unknown
from wamkg.store.batches import find_row
from wamkg.store.entities import ENTITY_MODELS, get_entity
from wamkg.store.tables import Result
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.vocabulary import EntityKind

EDITED_KINDS = (*ENTITY_MODELS, "result", "taxon")
"""Kinds that `KIND:NAME` may name; a paper is named by its id alone."""


def get_entity_by_ref(session: Session, kind: str, name: str) -> Any:
    """The row named `KIND:NAME`.

    Raises NotFoundError, and InvalidInputError for a kind that cannot be edited by hand; both name near matches.
    """
    if kind == "result":
        found = find_row(session, Result, name)
        if found is None:
            raise NotFoundError(f"no result has the id {name!r}")
        return found
    if kind == "taxon":
        slug, _, path = name.partition(":")
        return find_taxon(session, get_taxonomy(session, slug), path)
    if kind not in ENTITY_MODELS:
        raise InvalidInputError(f"{unknown('kind', kind, EDITED_KINDS)}; or write the id of a paper")
    return get_entity(session, EntityKind(kind), name)
