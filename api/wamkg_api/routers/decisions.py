"""Decisions: make one, and exchange all of them as a file that git can merge."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from wamkg.reviewing.decision_file import export_decisions
from wamkg.reviewing.decision_merge import MergeReport
from wamkg.reviewing.decisions import DecisionResult
from wamkg.reviewing.verdicts import Decision
from wamkg.services import decisions as service
from wamkg.services.decisions import import_decisions
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role
from wamkg_api.access import Caller, CallerDep
from wamkg_api.deps import PaperId, SessionDep, SettingsDep, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.preconditions import IfMatch, paper_revision
from wamkg_api.schemas.decisions import DecisionBody
from wamkg_api.writing import FILE_BODY, StoreDep, person_of, writing_router

writes = writing_router(Role.CURATOR, 412)


@writes.post("/papers/{paper_id:path}/decisions", status_code=201, response_model=DecisionResult)
def create_decision(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    paper_id: PaperId,
    decision: DecisionBody,
    if_match: IfMatch = None,
) -> Response:
    """Decide where a paper belongs in a taxonomy."""
    given = decision.model_dump(exclude_none=True)
    revision = paper_revision(store, paper_id, decision.revision, if_match)
    made = Decision(**given | {"paper": paper_id, "also": tuple(given.get("also", ())), "revision": revision})
    return json_response(service.decide(store, settings, person_of(caller), made), 201)


# They come under other people's names, which a curator's token does not speak for.
imports = writing_router(Role.ADMIN)
FILE = "decisions.jsonl"


@imports.post("/decisions/imports", response_model=dict[str, Any], openapi_extra={"requestBody": FILE_BODY})
async def import_decision_file(request: Request, store: StoreDep, settings: SettingsDep, caller: CallerDep) -> Response:
    """Import decisions from the request body under their authors' names. Conflicting decisions open an objection."""
    return json_response(await run_in_threadpool(_take_in, store, settings, caller, await request.body()))


def _take_in(store: Store, settings: Settings, caller: Caller, content: bytes) -> MergeReport:
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_bytes(content)
        return import_decisions(store, settings, person_of(caller), file)


router = APIRouter(tags=["review"])


_NDJSON = "application/x-ndjson"


_LINES: Responses = {200: {"content": {_NDJSON: {"schema": {"type": "string"}}}}}


@router.get("/decisions", response_class=Response, responses={**problems(404, 422), **_LINES})
def list_decisions(session: SessionDep) -> Response:
    """Every decision as JSON Lines, which git can merge. Import them with `wamkg decisions import`."""
    return Response("".join(f"{line}\n" for line in export_decisions(session)), media_type=_NDJSON)
