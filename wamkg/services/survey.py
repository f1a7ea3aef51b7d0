"""The survey's own row."""

from collections.abc import Mapping

from wamkg.errors import ConflictError
from wamkg.json_types import JSON
from wamkg.reviewing import survey_edits
from wamkg.reviewing.paper_edits import EditResult
from wamkg.services.writers import Writer
from wamkg.store.session import Session, Store
from wamkg.store.survey import find_survey


def set_survey(
    store: Store, writer: Writer, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:
    """Set fields of the survey, and make it if the store has none.

    Raises the errors of `survey_edits.set_survey`.
    """
    with store.writing() as session:
        return survey_edits.set_survey(session, writer.actor(session), values, why, revision)


def set_survey_over_http(
    store: Store, writer: Writer, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:
    """Set fields of the survey, except files and addresses that this machine would then read.

    Raises ConflictError for a route of discovery with a source that the survey does not have yet, and the errors of
    `set_survey`.
    """
    with store.writing() as session:
        before = _sources(session)
        edited = survey_edits.set_survey(session, writer.actor(session), values, why, revision)
        if added := _sources(session) - before:
            raise ConflictError(
                f"routes: {', '.join(sorted(added))} would be read by the server; its operator can add it with "
                "`wamkg set survey routes=...`"
            )
        return edited


def _sources(session: Session) -> set[str]:
    survey = find_survey(session)
    return {str(route["source"]) for route in (survey.routes if survey else []) if route.get("source")}
