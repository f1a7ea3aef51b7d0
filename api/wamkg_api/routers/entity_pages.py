"""The pages of methods, data sets, benchmarks, metrics, challenges, concepts, institutions and authors."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from wamkg.pages.entities import KINDS, author_list_page, author_page, entity_list_page, entity_page
from wamkg.vocabulary import EntityKind
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.page_forms import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Part = Annotated[str | None, Query(max_length=200)]


@router.get("/index")
def show_index() -> RedirectResponse:
    """The first of the lists."""
    return RedirectResponse("/index/benchmarks", 302)


@router.get("/index/authors")
def show_authors(session: SessionDep, who: ViewerDep, q: Part = None) -> HTMLResponse:
    """The authors with most papers."""
    return page(author_list_page(session, q, who), who=who)


@router.get("/index/authors/{name:path}")
def show_author(session: SessionDep, who: ViewerDep, name: str) -> HTMLResponse:
    """One author."""
    return page(author_page(session, name, who), who=who)


def _add_pages(kind: EntityKind) -> None:
    def show_list(session: SessionDep, who: ViewerDep, q: Part = None) -> HTMLResponse:
        return page(entity_list_page(session, kind, q, who), who=who)

    def show_one(session: SessionDep, who: ViewerDep, name: str) -> HTMLResponse:
        return page(entity_page(session, kind, name, who), who=who)

    router.add_api_route(f"/index/{kind}s", show_list, name=f"show_{kind}s")
    router.add_api_route(f"/index/{kind}s/{{name:path}}", show_one, name=f"show_{kind}")


for _kind in KINDS:
    _add_pages(_kind)
