"""Taxonomies: list, tree, one taxon, edits and crosswalk."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from wamkg.importing.taxonomy_create import NewTaxonomy
from wamkg.importing.taxonomy_file import read_taxonomy_file
from wamkg.services.taxonomies import Trial, create_taxonomy, delete_taxonomy, edit_taxonomy
from wamkg.services.writers import Writer
from wamkg.store.session import Store
from wamkg.taxonomy.crosswalk import Crosswalk, crosswalk
from wamkg.taxonomy.crosswalk_text import crosswalk_csv, crosswalk_latex
from wamkg.taxonomy.delete import DeletedTaxonomy
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
from wamkg_api.writing import FILE_BODY, StoreDep, writer_of, writing_router

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


DryRun = Annotated[bool, Query(description="List what would change and write nothing.")]


@writes.post("/taxonomies", response_model=NewTaxonomy, openapi_extra={"requestBody": FILE_BODY})
async def post_taxonomy(request: Request, store: StoreDep, caller: CallerDep, dry_run: DryRun = False) -> Response:
    """Create the taxonomy of the file in the request body, in YAML or JSON. A file with mistakes writes nothing."""
    return json_response(await run_in_threadpool(_create, store, writer_of(caller), await request.body(), dry_run))


def _create(store: Store, writer: Writer, content: bytes, dry_run: bool) -> NewTaxonomy:
    return create_taxonomy(store, writer, read_taxonomy_file(content, "the request body"), dry_run=dry_run)


@writes.delete("/taxonomies/{slug}", response_model=DeletedTaxonomy)
def remove_taxonomy(
    store: StoreDep,
    caller: CallerDep,
    slug: TaxonomyPath,
    unassign: Annotated[bool, Query(description="End the assignments of papers in it too.")] = False,
    dry_run: DryRun = False,
) -> Response:
    """Delete a taxonomy in which no paper is assigned. Undoing the batch restores it."""
    return json_response(delete_taxonomy(store, writer_of(caller), slug, unassign=unassign, dry_run=dry_run))


@writes.post("/taxonomies/{slug}/edits", response_model=EditReport)
def post_edit(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    slug: TaxonomyPath,
    edit: TaxonomyEdit,
    dry_run: DryRun = False,
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
    b: Annotated[str, Path(max_length=100, description="Slug of the taxonomy to compare with.", examples=["nus"])],
    depth_a: Annotated[int, Query(ge=0, le=20, description="Depth of A in the table; 0 is the leaves.")] = 0,
    depth_b: Annotated[int, Query(ge=0, le=20, description="Depth of B in the table; 0 is the leaves.")] = 0,
    form: Annotated[Literal["json", "csv", "latex"], Query(alias="format", description="Form of the answer.")] = "json",
) -> Response:
    """Compare two taxonomies: confusion table, mutual information, papers that do not follow the mapping."""
    found = crosswalk(session, a, b, depth_a, depth_b)
    if form == "json":
        return json_response(found)
    return Response((crosswalk_csv if form == "csv" else crosswalk_latex)(found), media_type=_TEXTS[form])
