"""The survey's own row."""

from collections.abc import Mapping

from wamkg.json_types import JSON
from wamkg.reviewing import survey_edits
from wamkg.reviewing.paper_edits import EditResult
from wamkg.services.writers import Writer
from wamkg.store.session import Store


def set_survey(
    store: Store, writer: Writer, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:
    """Set fields of the survey, and make it if the store has none.

    Raises the errors of `survey_edits.set_survey`.
    """
    with store.writing() as session:
        return survey_edits.set_survey(session, writer.actor(session), values, why, revision)
