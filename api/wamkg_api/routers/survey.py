"""The survey's own row: read it, and set its fields."""

from fastapi import APIRouter, Response

from wamkg.services.survey import set_survey_over_http
from wamkg.views.survey import SurveyItem, survey_item
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import SessionDep, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, required_revision
from wamkg_api.schemas.survey import SurveyPatch
from wamkg_api.writing import EditResponse, StoreDep, changed, person_of, writing_router

router = APIRouter(tags=["survey"])


@router.get("/survey", response_model=SurveyItem, responses=problems(404, 422))
def get_survey(session: SessionDep) -> Response:
    """The survey: title, authors, how to cite it, main taxonomy and definitions."""
    return json_response(survey_item(session))


writes = writing_router(Role.CURATOR, 412)


@writes.patch("/survey", response_model=EditResponse, responses=problems(409))
def patch_survey(store: StoreDep, caller: CallerDep, body: SurveyPatch, if_match: IfMatch = None) -> Response:
    """Set fields of the survey; makes it if the store has none and a title is given. A route of discovery that reads a
    file or an address can be added on the command line only.
    """
    revision = body.revision
    if if_match is not None and revision is None:
        with store.reading() as session:
            revision = required_revision(if_match, survey_item(session), "its fields were set")
    return json_response(changed(set_survey_over_http(store, person_of(caller), body.values(), body.why, revision)))
