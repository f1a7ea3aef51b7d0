"""Papers, methods, results and other entities, added or edited by hand."""

from collections.abc import Mapping

from wamkg.json_types import JSON
from wamkg.reviewing import entity_edits
from wamkg.reviewing.paper_edits import EditResult
from wamkg.reviewing.paper_edits import set_values as set_paper_values
from wamkg.services.writers import Writer
from wamkg.store.entity_refs import EDITED_KINDS
from wamkg.store.session import Store


def add(store: Store, writer: Writer, kind: str, values: Mapping[str, JSON], why: str = "") -> EditResult:
    """Add an entity of a kind with these values.

    Raises the errors of `entity_edits.add_item`.
    """
    with store.writing() as session:
        return entity_edits.add_item(session, writer.actor(session), kind, values, why)


def set_values(
    store: Store, writer: Writer, subject: str, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:  # fmt: skip
    """Set fields of a paper (by its id) or of another entity (`kind:name`).

    Raises the errors of `paper_edits.set_values` and `entity_edits.edit_entity`.
    """
    is_other = subject.partition(":")[0] in EDITED_KINDS
    change = entity_edits.edit_entity if is_other else set_paper_values
    with store.writing() as session:
        return change(session, writer.actor(session), subject, values, why, revision)
