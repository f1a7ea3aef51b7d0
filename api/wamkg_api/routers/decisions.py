"""Decisions of people on where papers belong, and edits of what papers are said to be."""

from fastapi import Response

from wamkg.jobs.refit import learn
from wamkg.reviewing.decide import Decided
from wamkg.reviewing.decision import Decision
from wamkg.reviewing.edit import set_values
from wamkg.reviewing.edit_things import add
from wamkg.reviewing.versions import decide_with_versions
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.bodies import AnyDecision, NewPaper, PaperEdit
from wamkg_api.deps import PaperId, SettingsDep, answer
from wamkg_api.preconditions import IfMatch, seen_paper
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
    with store.writing() as session:
        seen = seen_paper(session, paper_id, if_match)
        version = seen if decision.version is None else decision.version
        made = Decision(**given | {"paper": paper_id, "also": tuple(given.get("also", ())), "version": version})
        decided = decide_with_versions(session, person_of(session, caller), made)
    learn(store, settings, decided.taxonomy)
    return answer(decided, 201)


@router.post("/papers", status_code=201, response_model=Change)
def add_paper(store: StoreDep, caller: CallerDep, paper: NewPaper) -> Response:
    """Add a paper by hand."""
    with store.writing() as session:
        return answer(changed(add(session, person_of(session, caller), "paper", paper.record(), paper.why)), 201)


@router.patch("/papers/{paper_id:path}", response_model=Change)
def edit_paper(
    store: StoreDep, caller: CallerDep, paper_id: PaperId, edit: PaperEdit, if_match: IfMatch = None
) -> Response:
    """Set values of a paper by hand; a person's word outlives every later import, null takes it back."""
    with store.writing() as session:
        seen = seen_paper(session, paper_id, if_match)
        version = seen if edit.version is None else edit.version
        edited = set_values(session, person_of(session, caller), paper_id, edit.values(), edit.why, version)
        return answer(changed(edited))
