"""The pages of library, timeline, leaderboards and graph, and the forms of objections and identity questions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import model_validator

from wamkg.errors import NotFoundError
from wamkg.json_types import UncheckedObject
from wamkg.pages.library import library_page
from wamkg.pages.links import paper_url
from wamkg.pages.network import DRAWN_CAP, HOPS, MAX_DRAWN, GraphChoice, graph_page, network_document
from wamkg.pages.overview import (
    LeaderboardChoice,
    TimelineChoice,
    leaderboard_page,
    leaderboard_rows,
    timeline_of,
    timeline_page,
)
from wamkg.pages.render import static_file
from wamkg.reviewing.identity_questions import IdentityAnswer, QuestionAnswered
from wamkg.reviewing.objections import ObjectionDraft
from wamkg.services.objections import raise_objection
from wamkg.services.questions import answer_question
from wamkg.views.papers import PaperQuery
from wamkg.views.timelines import timeline_csv_rows
from wamkg.vocabulary import MAIN_TAXONOMY, ObjectorRole
from wamkg_api.access import Caller, ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post, revision_of
from wamkg_api.page_forms import Slug, Text, caller_of_form, page
from wamkg_api.routers.timelines import table
from wamkg_api.schemas.queries import Sort
from wamkg_api.state import store_of
from wamkg_api.writing import person_of

NETWORK_SECURITY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
static = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class LibraryForm(PaperQuery, extra="ignore"):
    """The search form of the library, which sends the fields that were left empty too."""

    sort: Sort | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: UncheckedObject) -> UncheckedObject:
        lists = {name: [part for part in value if part] for name, value in values.items() if isinstance(value, list)}
        return {name: value for name, value in (values | lists).items() if value not in ("", [])}


@router.get("/papers")
def show_library(
    session: SessionDep,
    who: ViewerDep,
    query: Annotated[LibraryForm, Query()],
) -> HTMLResponse:
    """The library with search. Filters left empty in the form are ignored."""
    return page(library_page(session, query, viewer=who), who=who)


async def _timeline_choice(
    by: Annotated[str, Query(max_length=20)] = "quarter",
    taxonomy: Slug = MAIN_TAXONOMY,
    depth: int = 1,
    date: Annotated[str, Query(max_length=20)] = "",
    since: Text = None,
    until: Text = None,
    show: Literal["papers", "citations"] = "papers",
) -> TimelineChoice:
    return TimelineChoice(show, by, taxonomy, depth, date, since or None, until or None)


TimelineDep = Annotated[TimelineChoice, Depends(_timeline_choice)]


@router.get("/timeline")
def show_timeline(session: SessionDep, who: ViewerDep, choice: TimelineDep) -> HTMLResponse:
    """Papers over time."""
    return page(timeline_page(session, choice, viewer=who), who=who)


@router.get("/timeline.csv")
def show_timeline_rows(session: SessionDep, choice: TimelineDep) -> Response:
    """The numbers of a timeline as a table."""
    return table(timeline_csv_rows(timeline_of(session, choice)))


@router.get("/leaderboard")
def show_leaderboard(
    session: SessionDep,
    who: ViewerDep,
    benchmark: Text = None,
    taxon: Text = None,
    party: Annotated[Literal["first", "third", ""] | None, Query()] = None,
    rows: Annotated[Literal["rank", "name"], Query()] = "rank",
) -> HTMLResponse:
    """Reported results."""
    choice = LeaderboardChoice(benchmark or None, taxon or None, party or None, rows)
    return page(leaderboard_page(session, choice, viewer=who), who=who)


@router.get("/leaderboard.csv")
def show_leaderboard_rows(session: SessionDep, benchmark: Text = None, taxon: Text = None) -> Response:
    """The results of a benchmark as a table, each with its protocol and rank."""
    return table(leaderboard_rows(session, LeaderboardChoice(benchmark or None, taxon or None)))


async def _graph_choice(
    center: Annotated[str, Query(max_length=500)] = "",
    hops: Annotated[int, Query(ge=0, le=4)] = HOPS,
    kind: Annotated[tuple[str, ...], Query(max_length=20)] = (),
    layout: Annotated[Literal["time", "links"], Query()] = "time",
    branch: Annotated[str, Query(max_length=200)] = "",
    cap: Annotated[int, Query(ge=1, le=MAX_DRAWN)] = DRAWN_CAP,
) -> GraphChoice:
    return GraphChoice(center.strip() or None, hops, tuple(filter(None, kind)), layout, branch, cap)


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
        raise NotFoundError(f"there is no file {name!r}")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found[0], headers=headers, media_type=found[1])


forms = APIRouter(include_in_schema=False)


@forms.post("/papers/{paper_id:path}/object")
async def post_objection(request: Request, paper_id: str) -> Response:
    """Raise an objection from a paper's page."""
    form = await parse_form(request)
    caller = await caller_of_form(request, form)
    batch = await run_in_threadpool(_object, request, caller, paper_id, form)
    return redirect_after_post(paper_url(paper_id), done=batch)


def _object(request: Request, caller: Caller, paper_id: str, form: dict[str, str]) -> str:
    draft = ObjectionDraft(
        paper=paper_id,
        proposed=form.get("proposed", ""),
        taxonomy=form.get("taxonomy", MAIN_TAXONOMY),
        raised_by=form.get("raised_by", caller.holder.name),
        raised_role=form.get("raised_role", ObjectorRole.CO_AUTHOR),
        source_url=form.get("source_url"),
        quote=form.get("quote"),
    )
    return raise_objection(store_of(request), person_of(caller), draft).batch


@forms.post("/questions/{uid}/answer")
async def post_identity_answer(request: Request, uid: str) -> Response:
    """Answer a question about a record, and return to the list or to the paper."""
    form = await parse_form(request)
    caller = await caller_of_form(request, form)
    answered = await run_in_threadpool(_answer, request, caller, uid, form)
    if form.get("to") == "questions":
        return redirect_after_post("/questions", done=answered.batch)
    return redirect_after_post(paper_url(answered.paper), done=answered.batch)


def _answer(request: Request, caller: Caller, uid: str, form: dict[str, str]) -> QuestionAnswered:
    revision = revision_of(form)
    given = IdentityAnswer(answer=form.get("answer", ""), note=form.get("note", ""), revision=revision)
    return answer_question(store_of(request), person_of(caller), uid, given)
