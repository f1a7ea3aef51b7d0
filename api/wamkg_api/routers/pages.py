"""The web pages. Each route returns HTML from `wamkg.pages` and adds nothing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from wamkg.errors import NotFoundError
from wamkg.pages.library import library_page, paper_page
from wamkg.pages.network import HOPS, GraphChoice, graph_page, network_document
from wamkg.pages.overview import (
    QueueChoice,
    leaderboard_page,
    review_page,
    start_page,
    taxonomy_page,
    timeline_page,
)
from wamkg.pages.render import static_file
from wamkg.pages.viewer import Viewer
from wamkg.views.library import LibraryQuery
from wamkg.vocabulary import MAIN, Standing
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep, Sort
from wamkg_api.errors import PAGE_SECURITY

NETWORK_SECURITY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
static = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str | None, Query(max_length=1000)]
Slug = Annotated[str, Query(max_length=100)]
Texts = Annotated[list[str] | None, Query(max_length=20)]


def page(html: str, policy: str = PAGE_SECURITY, who: Viewer | None = None) -> HTMLResponse:
    """An HTML response with the pages' content security policy. Pages for a signed-in person are not cached."""
    kept = {"Cache-Control": "private, no-store"} if who else {}
    return HTMLResponse(html, headers={"Content-Security-Policy": policy} | kept)


@router.get("/papers")
def show_library(
    session: SessionDep,
    who: ViewerDep,
    q: Text = None,
    taxon: Texts = None,
    state: Texts = None,
    standing: Annotated[Standing | Literal[""] | None, Query()] = None,
    venue: Text = None,
    year: Annotated[str | None, Query(max_length=4)] = None,
    benchmark: Text = None,
    dataset: Text = None,
    since: Text = None,
    until: Text = None,
    sort: Annotated[Sort | Literal[""] | None, Query()] = None,
    after: Text = None,
) -> HTMLResponse:
    """The library with search. Filters left empty in the form are ignored."""
    query = LibraryQuery(
        q=q or None,
        taxon=tuple(filter(None, taxon or ())),
        state=tuple(filter(None, state or ())),
        standing=(Standing(standing).value,) if standing else (),
        venue=(venue,) if venue else (),
        year=(int(year),) if year and year.isdecimal() else (),
        benchmark=(benchmark,) if benchmark else (),
        dataset=(dataset,) if dataset else (),
        since=since or None,
        until=until or None,
        sort=sort or None,
        after=after or None,
    )
    return page(library_page(session, query, viewer=who), who=who)


@router.get("/papers/{paper_id:path}")
def show_paper(session: SessionDep, who: ViewerDep, paper_id: str, done: Text = None) -> HTMLResponse:
    """One paper; `done` is the batch that was just written."""
    return page(paper_page(session, paper_id, viewer=who, done=done), who=who)


@router.get("/")
def show_start(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """Overview of the library."""
    return page(start_page(session, viewer=who), who=who)


@router.get("/taxonomy")
def show_taxonomy(session: SessionDep, who: ViewerDep, taxonomy: Slug = MAIN) -> HTMLResponse:
    """A taxonomy with its definitions."""
    return page(taxonomy_page(session, taxonomy, viewer=who), who=who)


@router.get("/timeline")
def show_timeline(
    session: SessionDep,
    who: ViewerDep,
    by: Annotated[str, Query(max_length=20)] = "quarter",
    taxonomy: Slug = MAIN,
    depth: int = 1,
    date: Annotated[str, Query(max_length=20)] = "arxiv_v1",
) -> HTMLResponse:
    """Papers over time."""
    return page(timeline_page(session, by, taxonomy, depth, date, viewer=who), who=who)


@router.get("/leaderboard")
def show_leaderboard(
    session: SessionDep,
    who: ViewerDep,
    benchmark: Text = None,
    taxon: Text = None,
    party: Annotated[Literal["first", "third", ""] | None, Query()] = None,
) -> HTMLResponse:
    """Reported results."""
    return page(leaderboard_page(session, benchmark or None, taxon or None, party or None, viewer=who), who=who)


@router.get("/review")
def show_review(
    session: SessionDep,
    who: ViewerDep,
    taxonomy: Slug = MAIN,
    order: Annotated[str, Query(max_length=20)] = "uncertain",
    after: Text = None,
    done: Text = None,
) -> HTMLResponse:
    """The review queue; `done` is the batch of the decision just made."""
    return page(review_page(session, QueueChoice(taxonomy, order, after or None, done), viewer=who), who=who)


async def _graph_choice(
    center: Annotated[str, Query(max_length=500)] = "", hops: Annotated[int, Query(ge=0, le=4)] = HOPS
) -> GraphChoice:
    return GraphChoice(center.strip() or None, hops)


ChoiceDep = Annotated[GraphChoice, Depends(_graph_choice)]


@router.get("/graph")
def show_graph(session: SessionDep, who: ViewerDep, choice: ChoiceDep) -> HTMLResponse:
    """The neighborhood of an entity, as a drawing and as tables."""
    return page(graph_page(session, choice, viewer=who), who=who)


@router.get("/graph/network")
def show_network(session: SessionDep, choice: ChoiceDep) -> HTMLResponse:
    """The drawing alone. Its scripts are embedded; it may not load anything from the network."""
    return page(network_document(session, choice), NETWORK_SECURITY)


@static.get("/static/{name}")
def get_static(name: str) -> Response:
    """A stylesheet, script or image. Its URL changes with its content, so browsers may cache it without limit."""
    found = static_file(name)
    if found is None:
        raise NotFoundError(f"there is no {name!r} here")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found[0], headers=headers, media_type=found[1])
