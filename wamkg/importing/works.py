"""Filter a record of a work with several stored records: it adds nothing that another record already has."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wamkg.identifiers import name_key
from wamkg.importing.taxon_lookup import TaxaIndex
from wamkg.matching.record import Record
from wamkg.store.claims import PaperClaims

_LENT = ("abstract", "summary", "url", "note")
"""Values that an export takes from another record of the work if the shown one has none."""


def without_values_of_others(
    record: Record, state: PaperClaims, others: Sequence[PaperClaims], taxa: TaxaIndex
) -> Record:  # fmt: skip
    """Return the record without values that only other records of the same work have (`others`).

    An export shows a work once, with values of all its records. When it is imported again, each value stays with the
    record that has it.
    """
    if not others:
        return record
    values: dict[str, Any] = {name: None for name in _LENT if _is_lent(name, getattr(record, name), state, others)}
    foreign = {link for other in others for link in other.weblinks} - state.weblinks
    values["links"] = {kind: url for kind, url in record.links.items() if (kind, url) not in foreign}
    dated = {(d.kind, d.day) for other in others for d in other.dates} - {(d.kind, d.day) for d in state.dates}
    values["dates"] = {kind: when for kind, when in record.dates.items() if (kind, when.first) not in dated}
    theirs = {(p.taxonomy_id, p.taxon_id) for other in others for p in other.placed}
    theirs -= {(p.taxonomy_id, p.taxon_id) for p in state.placed}
    values["placements"] = [p for p in record.placements if taxa.find(p) not in theirs]
    if state.method is None and record.method and any(name_key(record.method) in o.method_keys for o in others):
        values |= {"method": None, "aliases": []}
    introduced = {entity for other in others for entity in other.introduced} - state.introduced
    values["introduces"] = [
        entity for entity in record.introduces if (entity.kind, name_key(entity.name)) not in introduced
    ]
    said = {word.value for word in state.said.get("standing", {}).values()}
    if record.standing not in said and any(_says(other, "standing", record.standing) for other in others):
        values["standing"] = None if state.paper is None else state.paper.standing
    return replace(record, **values)


def _is_lent(name: str, value: Any, state: PaperClaims, others: Sequence[PaperClaims]) -> bool:
    return value is not None and not _says(state, name, value) and any(_says(other, name, value) for other in others)


def _says(state: PaperClaims, name: str, value: Any) -> bool:
    return any(word.value == value for word in state.said.get(name, {}).values())
