"""Taxonomies: list, tree with counts, one taxon."""

from fastapi import APIRouter, Response

from wamkg.views.paging import Page
from wamkg.views.tree import TaxonNode, TaxonomyItem, TaxonomyTree, taxon_node, taxonomy_list, taxonomy_tree
from wamkg_api.deps import SessionDep, TaxonomyPath, TaxonPath, answer
from wamkg_api.errors import problems

router = APIRouter(prefix="/taxonomies", tags=["taxonomies"])


@router.get("", response_model=Page[TaxonomyItem], responses=problems(422))
def list_taxonomies(session: SessionDep) -> Response:
    """All taxonomies."""
    items = taxonomy_list(session)
    return answer(Page(items, len(items), None))


@router.get("/{slug}", response_model=TaxonomyTree, responses=problems(404, 422))
def get_taxonomy(session: SessionDep, slug: TaxonomyPath) -> Response:
    """A tree with definitions, exemplars and counts."""
    return answer(taxonomy_tree(session, slug))


@router.get("/{slug}/taxa/{path:path}", response_model=TaxonNode, responses=problems(404, 422))
def get_taxon(session: SessionDep, slug: TaxonomyPath, path: TaxonPath) -> Response:
    """One taxon with its descendants, by its current or a former path."""
    return answer(taxon_node(session, slug, path))
