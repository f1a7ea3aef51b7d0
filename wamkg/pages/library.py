"""The library page and the page of one paper."""

from sqlmodel import Session

from wamkg.pages.context import load_taxon_names
from wamkg.pages.links import filters_without
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.parameters import split_taxon
from wamkg.reviewing.holdout import describe_held_out_in_batch
from wamkg.store.survey import outside_kinds
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.history import paper_history
from wamkg.views.objections import objection_list
from wamkg.views.paper_details import paper_detail
from wamkg.views.papers import PaperQuery, find_paper_page, library_facets
from wamkg.views.questions import questions_on
from wamkg.views.survey import site_name
from wamkg.views.taxonomies import taxonomy_list, taxonomy_tree, walk

PER_PAGE = 25
FORM_FIELDS = ("q", "standing", "venue", "year")
"""Filters with a field in the search form; the form sends the others along unchanged."""
MAX_OBJECTIONS = 100
SORT_LABELS = {
    "-date": "newest first",
    "date": "oldest first",
    "title": "title A–Z",
    "-citations": "most cited",
    "added": "order added",
    "relevance": "best match",
}


def library_page(session: Session, query: PaperQuery, viewer: Viewer | None = None) -> str:
    """The library page with search.

    Raises NotFoundError and InvalidInputError for invalid filters.
    """
    query = query.model_copy(update={"limit": PER_PAGE})
    slugs = [taxonomy.slug for taxonomy in taxonomy_list(session)]
    asked = split_taxon(query.taxon[0]) if query.taxon else None
    shown = asked[0] if asked else find_default_taxonomy(session)
    tree = taxonomy_tree(session, shown) if shown in slugs else None
    facets = library_facets(session, query, shown if tree else None)
    classes = load_taxon_names(session)
    sorts = dict(SORT_LABELS) if query.q else {k: v for k, v in SORT_LABELS.items() if k != "relevance"}
    chosen = asked[1] if asked else None
    return render(
        "papers.html",
        viewer=viewer,
        site=site_name(session),
        main=find_default_taxonomy(session),
        here="/papers",
        query=query,
        page=find_paper_page(session, query),
        facets=facets,
        tree=tree,
        everything=find_paper_page(session, query.model_copy(update={"taxon": (), "limit": 1, "after": None})).total,
        chosen=chosen,
        chosen_name=next((n.name for n in walk(tree.taxa) if n.path == chosen), None) if tree else None,
        narrowed=bool(query.given),
        sorts=sorts,
        kept=filters_without(query, FORM_FIELDS),
        names=classes.names,
        families=classes.families,
    )


def paper_page(session: Session, identifier: str, viewer: Viewer | None = None, done: str | None = None) -> str:
    """One paper with its assignments, sources, suggestions and history.

    Raises NotFoundError.
    """
    classes = load_taxon_names(session)
    paper = paper_detail(session, identifier)
    return render(
        "paper.html",
        viewer=viewer,
        site=site_name(session),
        main=find_default_taxonomy(session),
        here="/papers",
        done=done if viewer else None,
        paper=paper,
        revealed=describe_held_out_in_batch(session, done) if viewer and done else [],
        objections=objection_list(session, None, MAX_OBJECTIONS, None, paper=paper.id).items,
        questions=questions_on(session, identifier),
        history=paper_history(session, identifier),
        names=classes.names,
        outside_kinds=outside_kinds(session),
        families=classes.families,
    )
