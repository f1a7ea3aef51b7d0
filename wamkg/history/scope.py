"""What a set of batches wrote, affected and ended, and removing it from the tables.

`mine` is always a select of the batches' numbers, so one batch and a thousand are queried alike. `keep` receives every
row before it is deleted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import Table, literal_column, or_, select, union_all
from sqlmodel import Session

from wamkg.matching.resolved_values import resolved_values
from wamkg.store.base import Condition, Selected, chunks, table_of
from wamkg.store.claims import load_claims, write_resolved
from wamkg.store.search import remove_texts
from wamkg.store.tables import (
    Assignment,
    Authorship,
    Batch,
    Change,
    Claim,
    Embedding,
    Entity,
    Event,
    Link,
    Paper,
    PaperUrl,
    Suggestion,
    Task,
    metadata,
)
from wamkg.vocabulary import Relation

KEPT = frozenset({"batch", "change", "actor", "release"})
"""Tables from which undo never deletes: the record of what happened."""
BEFORE_SHOWN = ("claim", "event")
"""Tables from which values are resolved. They are emptied first, so that no resolved value refers to a deleted row."""
_DERIVED = ((Suggestion, "paper_id"), (Task, "paper_id"), (Authorship, "paper_id"), (Embedding, "entity_id"))
"""Rows computed from a paper or taxon. They are deleted with it and can be computed again."""
Rows = list[tuple[Table, Condition]]
"""Tables, each with a condition that selects some of its rows."""
Keep = Callable[[Table, Condition], None]
"""Called with a table and a condition before the selected rows are deleted."""


def papers_of(session: Session, mine: Selected) -> set[int]:
    """Papers that the batches created."""
    entity, paper = table_of(Entity), table_of(Paper)
    statement = select(paper.c.id).join(entity, entity.c.id == paper.c.id).where(entity.c.batch_id.in_(mine))
    return set(session.connection().execute(statement).scalars())


def affected_papers(session: Session, mine: Selected) -> set[int]:
    """Papers whose resolved values or search text may change."""
    fact, event, paper = table_of(Claim), table_of(Event), table_of(Paper)
    facts = select(fact.c.subject_id).join(paper, paper.c.id == fact.c.subject_id).where(fact.c.batch_id.in_(mine))
    events = select(event.c.paper_id).where(or_(event.c.batch_id.in_(mine), event.c.ended_batch_id.in_(mine)))
    link, entity, change = table_of(Link), table_of(Entity), table_of(Change)
    proposed = select(link.c.source_id).where(link.c.relation == Relation.PROPOSES)
    renamed = (
        proposed.join(entity, entity.c.id == link.c.target_id)
        .join(change, change.c.subject_uid == entity.c.uid)
        .where(change.c.batch_id.in_(mine), change.c.field == "method.name")
    )
    linked = proposed.where(link.c.batch_id.in_(mine))
    return set(session.connection().execute(facts.union(events, renamed, linked)).scalars())


def placed_papers(session: Session, mine: Selected) -> set[int]:
    """Papers whose assignments or URLs the batches created or ended."""
    found: set[int] = set()
    for model in (Assignment, PaperUrl):
        table = table_of(model)
        theirs = or_(table.c.batch_id.in_(mine), table.c.ended_batch_id.in_(mine))
        found |= set(session.connection().execute(select(table.c.paper_id).where(theirs)).scalars())
    return found


def delete_computed_rows(session: Session, mine: Selected, papers: set[int], keep: Keep | None = None) -> None:
    """Delete data computed from the papers and taxa that the batches created."""
    for part in chunks(papers):
        remove_texts(session, part)
    entity = table_of(Entity)
    made = select(entity.c.id).where(entity.c.batch_id.in_(mine))
    derived = ((table_of(model), table_of(model).c[owner].in_(made)) for model, owner in _DERIVED)
    for table, condition in _with_rows(session, derived):
        # The others are computed again from the rows that are kept, a suggestion only from what is then known.
        _delete(session, table, condition, keep if table is table_of(Suggestion) else None)


def _delete(session: Session, table: Table, condition: Condition, keep: Keep | None) -> int:
    if keep is not None:
        keep(table, condition)
    return session.connection().execute(table.delete().where(condition)).rowcount


def delete_rows(session: Session, made: Rows, only: Sequence[str] | None, keep: Keep | None = None) -> dict[str, int]:
    """Delete rows that batches created, dependent tables first; `only` names the tables, None means all."""
    return {
        str(table.name): _delete(session, table, condition, keep)
        for table, condition in made
        if only is None or table.name in only
    }


def rows_made(session: Session, mine: Selected) -> Rows:
    """Tables with rows created by the batches, with a condition that selects those, dependent tables first."""
    return _with_rows(session, _may_be_made(mine))


def _may_be_made(mine: Selected) -> Iterator[tuple[Table, Condition]]:
    entity = table_of(Entity)
    made = select(entity.c.id).where(entity.c.batch_id.in_(mine))
    for table in reversed(metadata.sorted_tables):
        if table.name in KEPT:
            continue
        if "batch_id" in table.c:
            yield table, table.c.batch_id.in_(mine)
        elif "id" in table.c and any(key.column.table is entity for key in table.c.id.foreign_keys):
            yield table, table.c.id.in_(made)


def _with_rows(session: Session, conditions: Iterable[tuple[Table, Condition]]) -> Rows:
    """Those of the tables that have matching rows, in order. One query for all, since most have none."""
    asked = list(conditions)
    held: list[Selected] = [
        select(literal_column(str(number))).where(select(table).where(condition).exists())
        for number, (table, condition) in enumerate(asked)
    ]
    return [asked[number] for number in sorted(session.connection().execute(union_all(*held)).scalars())]


def rows_ended(session: Session, mine: Selected) -> Rows:
    """Tables with rows ended by the batches, with a condition that selects those."""
    tables = [table for table in metadata.sorted_tables if "ended_batch_id" in table.c]
    return _with_rows(session, ((table, table.c.ended_batch_id.in_(mine)) for table in tables))


def reopen_rows(session: Session, ended: Rows, only: Sequence[str] | None, keep: Keep | None = None) -> None:
    """Make ended rows live again; `only` names the tables, None means all.

    Raises IntegrityError if another row has taken a unique value.
    """
    for table, condition in ended:
        if only is None or table.name in only:
            if keep is not None:
                keep(table, condition)
            reopened = table.update().where(condition).values(ended_at=None, ended_batch_id=None)
            session.connection().execute(reopened)
    session.expire_all()


def later_writers(session: Session, batch: Batch, ended: Rows) -> list[str]:
    """Ids of later batches, not undone, that wrote about the same papers in the tables in which this one ended rows."""
    made, found = table_of(Batch), set[str]()
    for table, condition in ended:
        for owner in ("paper_id", "citing_id", "cited_id"):
            if owner in table.c:
                papers = select(table.c[owner]).where(condition)
                later = select(made.c.uid).join(table, table.c.batch_id == made.c.id).where(table.c[owner].in_(papers))
                later = later.where(made.c.id > batch.id, made.c.undone_at.is_(None))
                found |= set(session.connection().execute(later).scalars())
    return sorted(found)


def resolve_again(session: Session, papers: set[int]) -> None:
    """Resolve the values of papers again from their remaining claims."""
    session.expire_all()
    states = load_claims(session, papers)
    write_resolved(session, list(states.values()), [resolved_values(s) for s in states.values()])
