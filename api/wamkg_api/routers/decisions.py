"""Decisions of people on papers, and edits of a paper's fields."""

from fastapi import Response

from wamkg.reviewing.decide import Decided
from wamkg.reviewing.decision import Decision
from wamkg.services import decisions as service
from wamkg.services import entities
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.bodies import AnyDecision, NewPaper, PaperEdit
from wamkg_api.deps import PaperId, SettingsDep, answer
from wamkg_api.preconditions import IfMatch, paper_version
from wamkg_api.writing import Change, StoreDep, changed, person_of, writing_router

router = writing_router(Role.CURATOR, 412)


@router.post("/papers/{paper_id:path}/decisions", status_code=201, response_model=Decided)
def create_decision(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    paper_id: PaperId,
    decision: AnyDecision,
    if_match: IfMatch = None,
) -> Response:
    """Decide where a paper belongs in a taxonomy."""
    given = decision.model_dump(exclude_none=True)
    version = paper_version(store, paper_id, decision.version, if_match)
    made = Decision(**given | {"paper": paper_id, "also": tuple(given.get("also", ())), "version": version})
    return answer(service.decide(store, settings, person_of(caller), made), 201)


@router.post("/papers", status_code=201, response_model=Change)
def add_paper(store: StoreDep, caller: CallerDep, paper: NewPaper) -> Response:
    """Add a paper by hand."""
    return answer(changed(entities.add(store, person_of(caller), "paper", paper.record(), paper.why)), 201)


@router.patch("/papers/{paper_id:path}", response_model=Change)
def edit_paper(
    store: StoreDep, caller: CallerDep, paper_id: PaperId, edit: PaperEdit, if_match: IfMatch = None
) -> Response:
    """Set fields of a paper. Later imports do not overwrite them. `null` removes the value you set before."""
    version = paper_version(store, paper_id, edit.version, if_match)
    return answer(changed(entities.set_values(store, person_of(caller), paper_id, edit.values(), edit.why, version)))
