"""The review page, the forms that decide, and undo. Scripts get JSON where a form without scripts is redirected."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.errors import InvalidInputError
from wamkg.pages.links import paper_url
from wamkg.pages.workbench import MAX_CARDS, QueueChoice, review_cards_page, review_page
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.services.decisions import decide
from wamkg.views.workbench import decision_notice
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.access import Caller, ViewerDep
from wamkg_api.deps import SessionDep, json_response
from wamkg_api.form_parser import form_list, parse_form, redirect_after_post, revision_of
from wamkg_api.page_forms import Slug, Text, caller_of_form, page
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of, undo_batch

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)
RETURNS = frozenset(
    {"questions", "duplicates", "import", "taxonomy", "objections", "notices", "discoveries", "changes", "proposals"}
)
"""Pages to which an undo returns, by the field `to` of its form."""
Word = Annotated[str, Query(max_length=20)]
QUEUE_FIELDS = ("taxonomy", "order", "part")
"""Fields of a form that say which part of the queue to return to."""


def _queue_choice(
    taxonomy: Slug = MAIN_TAXONOMY, order: Word = "uncertain", part: Word = "all", at: Text = None, done: Text = None
) -> QueueChoice:
    return QueueChoice(taxonomy, order, part, at or None, done)


@router.get("/review")
def show_review(
    session: SessionDep, who: ViewerDep, choice: Annotated[QueueChoice, Depends(_queue_choice)]
) -> HTMLResponse:
    """One paper of the review queue."""
    return page(review_page(session, choice, viewer=who), who=who)


@router.get("/review/cards")
def show_cards(
    session: SessionDep,
    who: ViewerDep,
    taxonomy: Slug,
    order: Word,
    part: Word,
    paper: Annotated[list[str], Query(max_length=MAX_CARDS)],
) -> HTMLResponse:
    """The papers that the page will show next."""
    return page(review_cards_page(session, QueueChoice(taxonomy, order, part), paper, viewer=who), who=who)


@forms.post("/papers/{paper_id:path}/decide")
async def post_decision(request: Request, paper_id: str) -> Response:
    """Decide from the queue or from a paper's page, and return there."""
    form = await parse_form(request)
    caller = await caller_of_form(request, form)
    also = await form_list(request, "also")
    batch = await run_in_threadpool(_decide, request, caller, paper_id, form, also)
    if _wants_json(request):
        return await run_in_threadpool(_notice, request, batch)
    if form.get("to") == "review":
        return redirect_after_post("/review", **_queue_of(form), at=form.get("next", ""), done=batch)
    return redirect_after_post(paper_url(paper_id), done=batch)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _queue_of(form: dict[str, str]) -> dict[str, str]:
    return {name: form.get(name, "") for name in QUEUE_FIELDS}


def _notice(request: Request, batch: str) -> Response:
    with store_of(request).reading() as session:
        notice = decision_notice(session, batch)
    return json_response(asdict(notice) if notice else {"batch": batch})


def _decide(request: Request, caller: Caller, paper_id: str, form: dict[str, str], also: tuple[str, ...]) -> str:
    verdict, taxon, kind = _pressed(form)
    if verdict == Verdict.ACCEPT and not taxon:
        raise InvalidInputError("choose a taxon first")
    decision = Decision(
        paper=paper_id,
        verdict=verdict,
        taxonomy=form.get("taxonomy", MAIN_TAXONOMY),
        taxon=taxon if verdict in (Verdict.ACCEPT, Verdict.REJECT) else None,
        # The fields of the form are sent whichever button was pressed.
        also=tuple(path for path in also if path != taxon) if verdict == Verdict.ACCEPT else (),
        revision=revision_of(form),
        # An empty field is not sent on: it says that the page showed no place.
        assignment=form.get("assignment", "") if "revision" not in form else form.get("assignment"),
        kind=kind if verdict == Verdict.OUTSIDE else None,
        evidence=form.get("evidence"),
        evidence_location=form.get("evidence_location") if form.get("evidence") else None,
        note=form.get("note"),
        suggestion=form.get("suggestion"),
    )
    return decide(store_of(request), settings_of(request), person_of(caller), decision).batch


def _pressed(form: dict[str, str]) -> tuple[str, str | None, str | None]:
    """Verdict, taxon and kind of the button pressed: a place, a rejected place, a kind of outside, or a verdict."""
    if "place" in form:
        return Verdict.ACCEPT, form["place"], None
    if "reject" in form:
        return Verdict.REJECT, form["reject"], None
    if "outside" in form:
        return Verdict.OUTSIDE, None, form["outside"]
    return form.get("verdict", ""), form.get("taxon"), form.get("kind")


@forms.post("/batches/{uid}/undo")
async def post_undo(request: Request, uid: str) -> Response:
    """Undo the last action."""
    form = await parse_form(request)
    caller = await caller_of_form(request, form)
    await run_in_threadpool(undo_batch, store_of(request), settings_of(request), caller, uid)
    if _wants_json(request):
        return json_response({"batch": uid})
    if form.get("to") == "review":
        return redirect_after_post("/review", **_queue_of(form), at=form.get("at", ""))
    if form.get("to") in RETURNS:
        return redirect_after_post(f"/{form['to']}")
    return redirect_after_post(paper_url(form["paper"]) if "paper" in form else "/review")
