"""Adds and edits named entities and results, and the printed names of taxa."""

from typing import Any

from fastapi import Response

from wamkg.reviewing.edit_things import SHOWN_EDITS, find_thing_named, what_happened_to
from wamkg.services import entities
from wamkg.store.reading import ReadingSession
from wamkg.store.session import Store
from wamkg.views.leaderboard import result_item
from wamkg.views.things import thing_item
from wamkg.views.tree import taxon_node
from wamkg.vocabulary import EntityKind, Role
from wamkg_api.access import Caller, CallerDep
from wamkg_api.bodies_things import FORMS, NewResult, ResultEdit, TaxonLabel
from wamkg_api.deps import TaxonomyPath, TaxonPath, ThingSlug, Uid, answer
from wamkg_api.preconditions import IfMatch, seen_version
from wamkg_api.writing import Change, StoreDep, changed, person_of, writing_router

router = writing_router(Role.CURATOR, 412)


def _added(store: Store, caller: Caller, kind: str, made: Any) -> Response:
    return answer(changed(entities.add(store, person_of(caller), kind, made.values(), made.why)), 201)


def _edited(store: Store, caller: Caller, subject: str, edit: Any, if_match: str | None) -> Response:
    with store.reading() as session:
        seen = _seen(session, subject, if_match)
    version = seen if edit.version is None else edit.version
    return answer(changed(entities.set_values(store, person_of(caller), subject, edit.values(), edit.why, version)))


def _seen(session: ReadingSession, subject: str, if_match: str | None) -> int | None:
    if not if_match:
        return None
    kind, _, name = subject.partition(":")
    happened = "; ".join(what_happened_to(session, find_thing_named(session, kind, name), SHOWN_EDITS))
    return seen_version(if_match, _shown(session, kind, name), happened or "nothing that was recorded")


def _shown(session: ReadingSession, kind: str, name: str) -> Any:
    """The response body of a read of the entity."""
    if kind == "result":
        return result_item(session, name)
    if kind == EntityKind.TAXON:
        slug, _, path = name.partition(":")
        return taxon_node(session, slug, path)
    return thing_item(session, EntityKind(kind), name)


def _add_routes(kind: EntityKind) -> None:
    new, change = FORMS[kind]

    def add_thing(store: StoreDep, caller: CallerDep, made: new) -> Response:  # type: ignore[valid-type]
        return _added(store, caller, kind, made)

    def edit_thing(
        store: StoreDep,
        caller: CallerDep,
        slug: ThingSlug,
        edit: change,  # type: ignore[valid-type]
        if_match: IfMatch = None,
    ) -> Response:
        return _edited(store, caller, f"{kind}:{slug}", edit, if_match)

    article = "an" if kind.value[0] in "aeiou" else "a"
    router.add_api_route(
        f"/{kind}s", add_thing, methods=["POST"], name=f"add_{kind}", summary=f"Add {article} {kind} by hand.",
        status_code=201, response_model=Change,
    )  # fmt: skip
    router.add_api_route(
        f"/{kind}s/{{slug}}", edit_thing, methods=["PATCH"], name=f"edit_{kind}", response_model=Change,
        summary=f"Set values of {article} {kind} by hand; a former name goes on being found.",
    )  # fmt: skip


for _kind in FORMS:
    _add_routes(_kind)


@router.post("/results", status_code=201, response_model=Change)
def add_result(store: StoreDep, caller: CallerDep, result: NewResult) -> Response:
    """Add a reported score by hand."""
    return _added(store, caller, "result", result)


@router.patch("/results/{uid}", response_model=Change)
def edit_result(
    store: StoreDep,
    caller: CallerDep,
    uid: Uid,
    edit: ResultEdit,
    if_match: IfMatch = None,
) -> Response:
    """Edit a reported score by hand."""
    return _edited(store, caller, f"result:{uid}", edit, if_match)


@router.patch("/taxonomies/{slug}/taxa/{path:path}", response_model=Change)
def edit_taxon(
    store: StoreDep,
    caller: CallerDep,
    slug: TaxonomyPath,
    path: TaxonPath,
    edit: TaxonLabel,
    if_match: IfMatch = None,
) -> Response:
    """Set the printed name, definition and criteria of a taxon. Its path does not change."""
    return _edited(store, caller, f"taxon:{slug}:{path}", edit, if_match)
