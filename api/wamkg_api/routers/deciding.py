"""The forms of the pages that write. They need a session and work without JavaScript."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from wamkg.errors import InvalidInputError
from wamkg.pages.links import paper_url
from wamkg.reviewing.decision import Decision, Verdict
from wamkg.reviewing.objections import Dispute
from wamkg.reviewing.questions import IdentityAnswer, QuestionAnswered
from wamkg.services.decisions import decide
from wamkg.services.objections import raise_objection
from wamkg.services.questions import answer_question
from wamkg.vocabulary import RaisedAs, Role
from wamkg_api.access import CSRF_FIELD, Caller, admit
from wamkg_api.forms_sent import chosen, form_of, see
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of, take_back

router = APIRouter(include_in_schema=False)


async def _caller(request: Request, form: dict[str, str]) -> Caller:
    return await run_in_threadpool(admit, request, Role.CURATOR, form.get(CSRF_FIELD, ""))


@router.post("/papers/{paper_id:path}/decide")
async def post_decision(request: Request, paper_id: str) -> Response:
    """Decide from the queue or from a paper's page, and return there."""
    form = await form_of(request)
    caller = await _caller(request, form)
    also = await chosen(request, "also")
    batch = await run_in_threadpool(_decide, request, caller, paper_id, form, also)
    if form.get("to") == "review":
        return see("/review", taxonomy=form.get("taxonomy", ""), order=form.get("order", ""), done=batch)
    return see(paper_url(paper_id), done=batch)


def _decide(request: Request, caller: Caller, paper_id: str, form: dict[str, str], also: tuple[str, ...]) -> str:
    verdict, taxon = form.get("verdict", ""), form.get("taxon")
    if verdict == Verdict.ACCEPT and not taxon:
        raise InvalidInputError("choose a place first")
    decision = Decision(
        paper=paper_id,
        verdict=verdict,
        taxonomy=form.get("taxonomy", "wam"),
        taxon=taxon if verdict in ("accept", "reject") else None,
        # The fields of the form are sent whichever button was pressed.
        also=also if verdict == Verdict.ACCEPT else (),
        version=int(form["version"]) if form.get("version", "").isdecimal() else None,
        # An empty field is not sent on: it says that the page showed no place.
        assignment=form.get("assignment", "") if "version" not in form else form.get("assignment"),
        kind=form.get("kind") if verdict == Verdict.OUTSIDE else None,
        evidence=form.get("evidence"),
        evidence_place=form.get("evidence_place"),
        note=form.get("note"),
        suggestion=form.get("suggestion"),
    )
    return decide(store_of(request), settings_of(request), person_of(caller), decision).batch


@router.post("/papers/{paper_id:path}/object")
async def post_objection(request: Request, paper_id: str) -> Response:
    """Raise an objection from a paper's page."""
    form = await form_of(request)
    caller = await _caller(request, form)
    batch = await run_in_threadpool(_object, request, caller, paper_id, form)
    return see(paper_url(paper_id), done=batch)


def _object(request: Request, caller: Caller, paper_id: str, form: dict[str, str]) -> str:
    dispute = Dispute(
        paper=paper_id,
        claimed=form.get("claimed", ""),
        taxonomy=form.get("taxonomy", "wam"),
        raised_by=form.get("raised_by", caller.holder.name),
        raised_as=form.get("raised_as", RaisedAs.CO_AUTHOR),
        said_at=form.get("said_at"),
        quote=form.get("quote"),
    )
    return raise_objection(store_of(request), person_of(caller), dispute).batch


@router.post("/questions/{uid}/answer")
async def post_identity_answer(request: Request, uid: str) -> Response:
    """Answer a question about a record, and return to the paper."""
    form = await form_of(request)
    caller = await _caller(request, form)
    answered = await run_in_threadpool(_answer, request, caller, uid, form)
    return see(paper_url(answered.paper), done=answered.batch)


def _answer(request: Request, caller: Caller, uid: str, form: dict[str, str]) -> QuestionAnswered:
    version = int(form["version"]) if form.get("version", "").isdecimal() else None
    given = IdentityAnswer(answer=form.get("answer", ""), note=form.get("note", ""), version=version)
    return answer_question(store_of(request), person_of(caller), uid, given)


@router.post("/batches/{uid}/undo")
async def post_undo(request: Request, uid: str) -> Response:
    """Undo the last action."""
    form = await form_of(request)
    caller = await _caller(request, form)
    await run_in_threadpool(take_back, store_of(request), settings_of(request), caller, uid)
    if form.get("to") == "review":
        return see("/review", taxonomy=form.get("taxonomy", ""), order=form.get("order", ""))
    return see(paper_url(form["paper"]) if "paper" in form else "/review")
