"""Methods, datasets, benchmarks and the other named entities, results and leaderboards."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from wamkg.parameters import Text
from wamkg.reviewing.entity_edits import SHOWN_EDITS, describe_entity_changes
from wamkg.services import entities
from wamkg.store.entity_refs import get_entity_by_ref
from wamkg.store.session import Session, Store
from wamkg.views.entities import EntityItem, entity_page, get_entity_item
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.results import Leaderboard, ResultItem, leaderboard, result_item, result_page
from wamkg.views.taxonomies import taxon_node
from wamkg.vocabulary import EntityKind, Role
from wamkg_api.access import Caller, CallerDep
from wamkg_api.deps import After, Limit, SessionDep, TaxonomyPath, TaxonPath, ThingSlug, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, Revised, required_revision
from wamkg_api.schemas.entities import FORMS, NewResult, ResultEdit, TaxonLabel
from wamkg_api.schemas.queries import LeaderboardQuery, ResultListQuery
from wamkg_api.writing import EditResponse, StoreDep, changed, person_of, writing_router

router = APIRouter(tags=["things"])
LISTED = {
    "methods": EntityKind.METHOD,
    "datasets": EntityKind.DATASET,
    "benchmarks": EntityKind.BENCHMARK,
    "metrics": EntityKind.METRIC,
    "institutions": EntityKind.INSTITUTION,
    "challenges": EntityKind.CHALLENGE,
    "concepts": EntityKind.CONCEPT,
}


def _add_list(name: str, kind: EntityKind) -> None:
    def list_entities(
        session: SessionDep,
        q: Annotated[Text | None, Query(description="Part of a name or spelling.")] = None,
        limit: Limit = DEFAULT_LIMIT,
        after: After = None,
    ) -> Response:
        return json_response(entity_page(session, kind, q, limit, after))

    def get_entity(session: SessionDep, slug: ThingSlug) -> Response:
        return json_response(get_entity_item(session, kind, slug))

    router.add_api_route(
        f"/{name}",
        list_entities,
        response_model=Page[EntityItem],
        responses=problems(404, 422),
        name=f"list_{name}",
        summary=f"{name.capitalize()} by name.",
    )
    router.add_api_route(
        f"/{name}/{{slug}}",
        get_entity,
        response_model=EntityItem,
        responses=problems(404, 422),
        name=f"get_{kind}",
        summary=f"One of the {name}, by slug, name or former name.",
    )


for _name, _kind in LISTED.items():
    _add_list(_name, _kind)


@router.get("/results", response_model=Page[ResultItem], responses=problems(404, 422))
def list_results(
    session: SessionDep,
    query: Annotated[ResultListQuery, Query()],
) -> Response:
    """Reported results with who reported them. The other filters apply to the paper that introduced the method."""
    return json_response(result_page(session, query.query(), query.limit, query.after))


@router.get("/results/{uid}", response_model=ResultItem, responses=problems(404, 422))
def get_result(session: SessionDep, uid: Uid) -> Response:
    """One reported result."""
    return json_response(result_item(session, uid))


@router.get("/leaderboard", response_model=Page[Leaderboard], responses=problems(404, 422))
def list_leaderboards(
    session: SessionDep,
    query: Annotated[LeaderboardQuery, Query()],
) -> Response:
    """Results as leaderboards. One leaderboard has one benchmark, suite, split and metric; nothing else is compared."""
    boards = leaderboard(session, query.query())
    boards = [b for b in boards if query.rank == "all" or b.higher_is_better is not None]
    return json_response(Page(boards, len(boards), None))


writes = writing_router(Role.CURATOR, 412)


def _added(store: Store, caller: Caller, kind: str, made: Any) -> Response:
    return json_response(changed(entities.add(store, person_of(caller), kind, made.values(), made.why)), 201)


def _edited(store: Store, caller: Caller, subject: str, edit: Any, if_match: str | None) -> Response:
    with store.reading() as session:
        seen = _seen(session, subject, if_match)
    revision = seen if edit.revision is None else edit.revision
    return json_response(
        changed(entities.set_values(store, person_of(caller), subject, edit.values(), edit.why, revision))
    )


def _seen(session: Session, subject: str, if_match: str | None) -> int | None:
    if not if_match:
        return None
    kind, _, name = subject.partition(":")
    happened = "; ".join(describe_entity_changes(session, get_entity_by_ref(session, kind, name), SHOWN_EDITS))
    return required_revision(if_match, _shown(session, kind, name), happened or "nothing that was recorded")


def _shown(session: Session, kind: str, name: str) -> Revised:
    """The response body of a read of the entity."""
    if kind == "result":
        return result_item(session, name)
    if kind == EntityKind.TAXON:
        slug, _, path = name.partition(":")
        return taxon_node(session, slug, path)
    return get_entity_item(session, EntityKind(kind), name)


def _add_routes(kind: EntityKind) -> None:
    new, change = FORMS[kind]

    def add_entity(store: StoreDep, caller: CallerDep, made: new) -> Response:  # type: ignore[valid-type]
        return _added(store, caller, kind, made)

    def edit_entity(
        store: StoreDep,
        caller: CallerDep,
        slug: ThingSlug,
        edit: change,  # type: ignore[valid-type]
        if_match: IfMatch = None,
    ) -> Response:
        return _edited(store, caller, f"{kind}:{slug}", edit, if_match)

    article = "an" if kind.value[0] in "aeiou" else "a"
    writes.add_api_route(
        f"/{kind}s", add_entity, methods=["POST"], name=f"add_{kind}", summary=f"Add {article} {kind} by hand.",
        status_code=201, response_model=EditResponse,
    )  # fmt: skip
    writes.add_api_route(
        f"/{kind}s/{{slug}}", edit_entity, methods=["PATCH"], name=f"edit_{kind}", response_model=EditResponse,
        summary=f"Set values of {article} {kind} by hand; a former name still finds it.",
    )  # fmt: skip


for _kind in FORMS:
    _add_routes(_kind)


@writes.post("/results", status_code=201, response_model=EditResponse)
def add_result(store: StoreDep, caller: CallerDep, result: NewResult) -> Response:
    """Add a reported score by hand."""
    return _added(store, caller, "result", result)


@writes.patch("/results/{uid}", response_model=EditResponse)
def edit_result(
    store: StoreDep,
    caller: CallerDep,
    uid: Uid,
    edit: ResultEdit,
    if_match: IfMatch = None,
) -> Response:
    """Edit a reported score by hand."""
    return _edited(store, caller, f"result:{uid}", edit, if_match)


@writes.patch("/taxonomies/{slug}/taxa/{path:path}", response_model=EditResponse)
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
