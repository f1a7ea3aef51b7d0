"""The library page and the page of one paper."""

from dataclasses import replace

from sqlmodel import Session

from wamkg.pages.context import load_classes
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.blind import revealed_by
from wamkg.views.history import paper_history
from wamkg.views.library import LibraryQuery, find_library, library_facets, split_taxon
from wamkg.views.objections import objection_list
from wamkg.views.paper import paper_detail
from wamkg.views.questions import questions_on
from wamkg.views.tree import taxonomy_list, taxonomy_tree, walk
from wamkg.vocabulary import MAIN

PER_PAGE = 25
MOST_OBJECTIONS = 100
SORT_WORDS = {
    "-date": "newest first",
    "date": "oldest first",
    "title": "title A–Z",
    "-citations": "most cited",
    "added": "order added",
    "relevance": "best match",
}


def library_page(session: Session, query: LibraryQuery, viewer: Viewer | None = None) -> str:
    """The library page with search.

    Raises NotFoundError and InvalidInputError for invalid filters.
    """
    query = replace(query, limit=PER_PAGE)
    slugs = [taxonomy.slug for taxonomy in taxonomy_list(session)]
    asked = split_taxon(query.taxon[0]) if query.taxon else None
    shown = asked[0] if asked else MAIN
    tree = taxonomy_tree(session, shown) if shown in slugs else None
    facets = library_facets(session, query, shown if tree else None)
    classes = load_classes(session)
    sorts = dict(SORT_WORDS) if query.q else {k: v for k, v in SORT_WORDS.items() if k != "relevance"}
    chosen = asked[1] if asked else None
    return render(
        "papers.html",
        viewer=viewer,
        here="/papers",
        query=query,
        page=find_library(session, query),
        facets=facets,
        tree=tree,
        everything=find_library(session, replace(query, taxon=(), limit=1, after=None)).total,
        chosen=chosen,
        chosen_name=next((n.name for n in walk(tree.taxa) if n.path == chosen), None) if tree else None,
        narrowed=replace(query, limit=0, after=None, sort=None) != LibraryQuery(limit=0),
        sorts=sorts,
        names=classes.names,
        families=classes.families,
    )


def paper_page(session: Session, identifier: str, viewer: Viewer | None = None, done: str | None = None) -> str:
    """One paper with its assignments, sources, suggestions and history.

    Raises NotFoundError.
    """
    classes = load_classes(session)
    paper = paper_detail(session, identifier)
    return render(
        "paper.html",
        viewer=viewer,
        here="/papers",
        done=done if viewer else None,
        paper=paper,
        revealed=revealed_by(session, done) if viewer and done else [],
        objections=objection_list(session, None, MOST_OBJECTIONS, None, paper=paper.id).items,
        questions=questions_on(session, identifier),
        history=paper_history(session, identifier),
        names=classes.names,
        families=classes.families,
    )
