"""Edits of taxonomies, with or without a dry run."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Response

from wamkg.services.taxonomies import Trial, edit_taxonomy
from wamkg.taxonomy.edit import EditReport
from wamkg.views.tree import taxonomy_tree
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.bodies import TaxonomyEdit
from wamkg_api.deps import SettingsDep, TaxonomyPath, answer
from wamkg_api.preconditions import IfMatch, seen_version
from wamkg_api.writing import StoreDep, writer_of, writing_router

router = writing_router(Role.CURATOR, 412)


@router.post("/taxonomies/{slug}/edits", response_model=EditReport)
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
        version = seen_version(if_match, tree, "its taxa were edited")
        if wanted.version is None:
            wanted = replace(wanted, version=version)
    trial = Trial(dry_run or edit.dry_run)
    return answer(edit_taxonomy(store, settings, writer_of(caller), slug, wanted, trial))
