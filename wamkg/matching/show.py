"""The values of a paper as they are to be shown, picked from everything its sources say."""

from typing import Any

from wamkg.matching.published import PUBLISHED_FIELDS, published_values
from wamkg.matching.resolve import shown_date, shown_standing, winner
from wamkg.store.paper_state import PaperState

SHOWN_FIELDS = (
    "title",
    "abstract",
    "summary",
    "arxiv",
    "s2",
    "openalex",
    "url",
    "note",
    "authors",
    "citation_count",
    "exclusion_reason",
)


def shown_values(state: PaperState) -> dict[str, Any]:
    """Columns of `paper` for a state, and its `venue` and `authors`."""
    values: dict[str, Any] = {}
    for name in SHOWN_FIELDS:
        word = winner(state.said.get(name, {}).values())
        values[name] = word.value if word else None
    values |= published_values({name: state.said.get(name, {}) for name in PUBLISHED_FIELDS})
    values["standing"] = shown_standing(state.said.get("standing", {}).values())
    dated = shown_date(state.dates)
    values["date"] = dated.day if dated else None
    values["date_precision"] = dated.precision if dated else None
    values["date_source"] = dated.source if dated else None
    return values
