"""Every source's current value of each field of a paper, and which of them is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import normalise
from wamkg.importing.agree import FIELDS
from wamkg.json_types import JSON
from wamkg.matching.resolve import pick_claim
from wamkg.store.claims import SourceClaim
from wamkg.store.paper_details import ClaimRow, authors_of, facts_of, names_of, paper_rows
from wamkg.store.papers import find_paper, get_papers


@dataclass(frozen=True, slots=True)
class SourcedValue(WithFormerNames):
    """A source's current claim for one field.

    `shown` marks the resolved value, or of several equal ones the one that precedence picks; `conflict` marks a
    different value. A field that papers do not show, or whose resolved value no source states, has none marked as
    shown.
    """

    field: str
    value: JSON
    source: str
    retrieved_at: datetime
    shown: bool
    conflict: bool
    reason: str | None
    seen_at: Former[datetime] = former("retrieved_at")


def paper_sources(session: Session, paper: str, field: str | None = None) -> list[SourcedValue]:
    """The current claim of each source for each field of a paper, the resolved value first, conflicts marked.

    Raises NotFoundError.
    """
    number = find_paper(session, paper).id
    assert number is not None
    return [value for value in sourced_values(session, [number])[number] if field in (None, value.field)]


def sourced_values(session: Session, numbers: Sequence[int]) -> dict[int, list[SourcedValue]]:
    """The current claim of each source for each field of each paper, the resolved value first."""
    shown, facts = _shown(session, numbers), facts_of(session, numbers)
    return {number: _sourced(facts.get(number, []), shown[number]) for number in numbers}


def _sourced(facts: Iterable[ClaimRow], shown: Mapping[str, JSON]) -> list[SourcedValue]:
    latest: dict[str, dict[str, ClaimRow]] = {}
    first: dict[tuple[str, str], int] = {}
    for fact in facts:
        latest.setdefault(fact.field, {})[fact.source] = fact
        first.setdefault((fact.field, fact.source), fact.id)
    return [
        value
        for name, words in latest.items()
        for value in _ranked(name, words, {source: first[name, source] for source in words}, shown.get(name))
    ]


def _shown(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, JSON]]:
    """The resolved values of each paper, by the names of their claims."""
    papers, rows = get_papers(session, numbers), paper_rows(session, numbers, texts=False)
    authors, names = authors_of(session, numbers), names_of(session, numbers)
    return {
        number: paper.model_dump()
        | {
            "venue": rows[number].venue,
            "authors": authors.get(number, []),
            "names": [name.as_dict() for name in names.get(number, [])],
            "year": None if paper.year_derived else paper.year,
        }
        for number, paper in papers.items()
    }


def _ranked(name: str, words: dict[str, ClaimRow], first: dict[str, int], value_shown: JSON) -> list[SourcedValue]:
    agrees = FIELDS.get(name)
    said = [SourceClaim(source, fact.value, first[source]) for source, fact in words.items()]
    shown = pick_claim(word for word in said if _is_same(name, word.value, value_shown))
    values = [
        SourcedValue(
            field=name,
            value=fact.value,
            source=source,
            retrieved_at=fact.retrieved_at,
            shown=shown is not None and shown.source == source,
            conflict=bool(agrees and value_shown and fact.value is not None and not agrees(fact.value, value_shown)),
            reason=fact.reason,
        )
        for source, fact in words.items()
    ]
    return sorted(values, key=lambda value: (not value.shown, first[value.source]))


def _is_same(name: str, value: JSON, shown: JSON) -> bool:
    if name == "venue" and value and shown:
        return normalise(str(value)) == normalise(str(shown))  # it is stored once, in the spelling that came first
    return bool(value == shown)
