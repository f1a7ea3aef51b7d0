"""Citations as a list: which paper cites which, according to which source, and in what words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Select, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from wamkg.store.base import Condition, Key, SortKey, is_live, paged, rows, select_columns
from wamkg.store.tables import Authorship, Citation, Paper

SelfCitations = Literal["include", "exclude", "only"]


@dataclass(frozen=True)
class CitationFilter:
    """Which citations to list: by the papers at their ends, by when they were first seen, and whether the two papers
    share an author.
    """

    citing: Select[int] | None = None
    cited: Select[int] | None = None
    since: datetime | None = None
    self_citations: SelfCitations = "include"


class CitationEnd(NamedTuple):
    """The paper at one end of a citation."""

    slug: str
    title: str
    arxiv: str | None
    date: dt.date | None
    date_precision: str | None
    year: int | None
    year_derived: bool
    standing: str


class CitationRow(NamedTuple):
    """A citation as one source states it. `self_citation`: the two papers have an author with the same name."""

    id: int
    source: str
    contexts: list[str]
    intents: list[str]
    influential: bool | None
    first_seen: datetime
    self_citation: bool
    citing: CitationEnd
    cited: CitationEnd


_FACTS = CitationRow._fields[:6]
"""The facts of a row that are columns of its table."""


def citation_rows(
    session: Session, wanted: CitationFilter, after: Sequence[Key] | None, limit: int
) -> list[CitationRow]:
    """Up to `limit` citations, newest row first, after the row number in `after`."""
    citing, cited = aliased(Paper), aliased(Paper)
    statement = (
        select_columns(
            *(getattr(Citation, name) for name in _FACTS),
            _shares_author(),
            *(getattr(end, name) for end in (citing, cited) for name in CitationEnd._fields),
        )
        .select_from(Citation)
        .join(citing, col(citing.id) == col(Citation.citing_id))
        .join(cited, col(cited.id) == col(Citation.cited_id))
        .where(*_conditions(wanted))
    )
    newest = SortKey(col(Citation.id), descending=True)
    return [_row(*values) for values in rows(session, paged(statement, [newest], after, limit))]


def _row(*values: object) -> CitationRow:
    cut = len(_FACTS) + 1
    cut_again = cut + len(CitationEnd._fields)
    return CitationRow._make(
        (*values[:cut], CitationEnd._make(values[cut:cut_again]), CitationEnd._make(values[cut_again:]))
    )


def count_citations(session: Session, wanted: CitationFilter) -> int:
    """Number of citations that match."""
    statement = select_columns(func.count()).select_from(Citation).where(*_conditions(wanted))
    return int(session.connection().execute(statement).scalar_one())


def _conditions(wanted: CitationFilter) -> list[Condition]:
    found: list[Condition] = [is_live(Citation)]
    if wanted.citing is not None:
        found.append(col(Citation.citing_id).in_(wanted.citing))
    if wanted.cited is not None:
        found.append(col(Citation.cited_id).in_(wanted.cited))
    if wanted.since is not None:
        found.append(col(Citation.first_seen) >= wanted.since)
    if wanted.self_citations != "include":
        found.append(_shares_author() if wanted.self_citations == "only" else ~_shares_author())
    return found


def _shares_author() -> Condition:
    """Whether the two papers of a citation have an author with the same name."""
    one, other = aliased(Authorship), aliased(Authorship)
    return exists().where(
        col(one.paper_id) == col(Citation.citing_id),
        col(other.paper_id) == col(Citation.cited_id),
        col(one.author_id) == col(other.author_id),
    )
