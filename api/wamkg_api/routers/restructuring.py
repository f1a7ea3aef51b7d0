"""Edits of taxonomies, tried without writing or made."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Response

from wamkg.taxonomy.apply import run_edit
from wamkg.taxonomy.edit import EditReport
from wamkg.views.tree import taxonomy_tree
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.bodies import TaxonomyEdit
from wamkg_api.deps import TaxonomyPath, answer
from wamkg_api.preconditions import IfMatch, seen_version
from wamkg_api.writing import StoreDep, writing_router

router = writing_router(Role.CURATOR, 412)


@router.post("/taxonomies/{slug}/edits", response_model=EditReport)
def edit_taxonomy(
    store: StoreDep,
    caller: CallerDep,
    slug: TaxonomyPath,
    edit: TaxonomyEdit,
    dry_run: Annotated[bool, Query(description="List what would change and write nothing.")] = False,
    if_match: IfMatch = None,
) -> Response:
    """Add, rename, move, merge, split, delete or reorder taxa; answers everything that reads otherwise after it."""
    wanted = edit.edit()
    if if_match is not None:
        with store.reading() as session:
            tree = taxonomy_tree(session, slug)
        version = seen_version(if_match, tree, "its taxa were edited")
        if wanted.version is None:
            wanted = replace(wanted, version=version)
    return answer(run_edit(store, slug, wanted, caller.holder.name, dry_run=dry_run or edit.dry_run))
