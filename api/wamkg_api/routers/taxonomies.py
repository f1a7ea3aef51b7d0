"""Taxonomies: list, tree, one taxon, edits and crosswalk."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from wamkg.services.taxonomies import Trial, edit_taxonomy
from wamkg.taxonomy.crosswalk import Crosswalk, crosswalk
from wamkg.taxonomy.crosswalk_text import crosswalk_csv, crosswalk_latex
from wamkg.taxonomy.edit import EditReport
from wamkg.views.paging import Page
from wamkg.views.taxonomies import TaxonNode, TaxonomyItem, TaxonomyTree, taxon_node, taxonomy_list, taxonomy_tree
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import SessionDep, SettingsDep, TaxonomyPath, TaxonPath, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, required_revision
from wamkg_api.routers.releases import _TEXTS, _as_text
from wamkg_api.schemas.taxonomies import TaxonomyEdit
from wamkg_api.writing import StoreDep, writer_of, writing_router

router = APIRouter(prefix="/taxonomies", tags=["taxonomies"])


@router.get("", response_model=Page[TaxonomyItem], responses=problems(422))
def list_taxonomies(session: SessionDep) -> Response:
    """All taxonomies."""
    items = taxonomy_list(session)
    return json_response(Page(items, len(items), None))


@router.get("/{slug}", response_model=TaxonomyTree, responses=problems(404, 422))
def get_taxonomy(session: SessionDep, slug: TaxonomyPath) -> Response:
    """A tree with definitions, exemplars and counts."""
    return json_response(taxonomy_tree(session, slug))


@router.get("/{slug}/taxa/{path:path}", response_model=TaxonNode, responses=problems(404, 422))
def get_taxon(session: SessionDep, slug: TaxonomyPath, path: TaxonPath) -> Response:
    """One taxon with its descendants, by its current or a former path."""
    return json_response(taxon_node(session, slug, path))


writes = writing_router(Role.CURATOR, 412)


@writes.post("/taxonomies/{slug}/edits", response_model=EditReport)
def post_edit(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    slug: TaxonomyPath,
    edit: TaxonomyEdit,
    dry_run: Annotated[bool, Query(description="List what would change and write nothing.")] = False,
    if_match: IfMatch = None,
) -> Response:
    """Add, rename, move, merge, split, delete or reorder taxa. The response lists everything that changes."""
    wanted = edit.edit()
    if if_match is not None:
        with store.reading() as session:
            tree = taxonomy_tree(session, slug)
        revision = required_revision(if_match, tree, "its taxa were edited")
        if wanted.revision is None:
            wanted = replace(wanted, revision=revision)
    trial = Trial(dry_run or edit.dry_run)
    return json_response(edit_taxonomy(store, settings, writer_of(caller), slug, wanted, trial))


crosswalks = APIRouter(tags=["compare"])


@crosswalks.get(
    "/taxonomies/{a}/crosswalk/{b}",
    response_model=Crosswalk,
    responses={**problems(404, 422), **_as_text("csv", "latex")},
)
def get_crosswalk(
    session: SessionDep,
    a: TaxonomyPath,
    b: Annotated[str, Path(max_length=100, examples=["nus"])],
    depth_a: Annotated[int, Query(ge=0, le=20, description="Depth of A in the table; 0 is the leaves.")] = 0,
    depth_b: Annotated[int, Query(ge=0, le=20, description="Depth of B in the table; 0 is the leaves.")] = 0,
    form: Annotated[Literal["json", "csv", "latex"], Query(alias="format")] = "json",
) -> Response:
    """Compare two taxonomies: confusion table, mutual information, papers that do not follow the mapping."""
    found = crosswalk(session, a, b, depth_a, depth_b)
    if form == "json":
        return json_response(found)
    return Response((crosswalk_csv if form == "csv" else crosswalk_latex)(found), media_type=_TEXTS[form])
