"""The start page, the page about the field, and the roadmap whose names open the pages of the papers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from wamkg.pages.about import about_page, start_page, with_page_links
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep, SettingsDep
from wamkg_api.drawing import FORMATS
from wamkg_api.page_forms import page
from wamkg_api.routers.exports import get_figure
from wamkg_api.schemas.queries import FigureParameters
from wamkg_api.snapshots import NOW
from wamkg_api.writing import StoreDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def show_start(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """The field at a glance."""
    return page(start_page(session, viewer=who), who=who)


@router.get("/about")
def show_about(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """What the survey says of its field."""
    return page(about_page(session, viewer=who), who=who)


@router.get("/roadmap.svg")
async def show_roadmap(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    theme: Literal["light", "dark"] = "light",
    orientation: Annotated[Literal["vertical", "horizontal"] | None, Query()] = None,
) -> Response:
    """The roadmap as the start page shows it."""
    given = FigureParameters(theme=theme, orientation=orientation, representatives="auto")
    drawn = await get_figure(request, NOW, store, settings, given, "roadmap.svg")
    headers = {name: drawn.headers[name] for name in ("content-security-policy", "content-disposition")}
    return Response(with_page_links(bytes(drawn.body).decode()), headers=headers, media_type=FORMATS["svg"])
