"""Suggestions: one for each paper and taxonomy, and the papers that wait for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid
from wamkg.json_types import UncheckedObject
from wamkg.store.base import chunks, insert_rows, select_columns, table_of
from wamkg.store.tables import Assignment, Paper, Suggestion, Taxon, Taxonomy
from wamkg.store.tables.taxonomies import RankedLeaf
from wamkg.store.types import utc_now
from wamkg.vocabulary import REJECTED


def save_suggestions(
    session: Session, taxonomy: Taxonomy, batch: int, rows: Sequence[UncheckedObject], candidates: Iterable[int]
) -> int:
    """Replace the suggestions of a taxonomy; returns the number that changed.

    An equal suggestion is not written, so a second run changes nothing. If taxon and confident level stay the same, the
    id stays too, so a person who saw it can still answer it. Papers that no longer need a decision lose their
    suggestion.
    """
    assert taxonomy.id is not None
    old = {s.paper_id: s for s in session.exec(select(Suggestion).where(Suggestion.taxonomy_id == taxonomy.id))}
    wanted = set(candidates)
    changed = [row for row in rows if not _same(old.get(row["paper_id"]), row)]
    gone = [s.id for number, s in old.items() if number not in wanted]
    gone += [old[row["paper_id"]].id for row in changed if row["paper_id"] in old]
    table = table_of(Suggestion)
    for part in chunks(gone):
        session.connection().execute(table.delete().where(table.c.id.in_(part)))
    extra = {"taxonomy_id": taxonomy.id, "batch_id": batch, "at": utc_now()}
    insert_rows(session, Suggestion, [{"uid": _uid(old.get(row["paper_id"]), row)} | row | extra for row in changed])
    return len(changed) + len([n for n in old if n not in wanted])


@dataclass(frozen=True)
class SuggestionSummary:
    """Summary of a suggestion: its id, first leaf, confident level, and P(outside)."""

    uid: str
    ranked: list[RankedLeaf]
    confident_taxon_id: int | None
    outside: float | None


def suggestion_summaries(session: Session, taxonomy: Taxonomy, papers: Iterable[int]) -> dict[int, SuggestionSummary]:
    """The suggestions for these papers."""
    columns = (
        Suggestion.paper_id,
        Suggestion.uid,
        Suggestion.ranked,
        Suggestion.confident_taxon_id,
        Suggestion.outside,
    )
    found: dict[int, SuggestionSummary] = {}
    for part in chunks(papers):
        statement = select_columns(*columns).where(Suggestion.taxonomy_id == taxonomy.id)
        rows = session.connection().execute(statement.where(col(Suggestion.paper_id).in_(part)))
        found |= {paper: SuggestionSummary(*rest) for paper, *rest in rows}
    return found


def model_in_use(session: Session, taxonomy: Taxonomy) -> UncheckedObject | None:
    """The record of the model behind the newest suggestion of a taxonomy."""
    statement = select(Suggestion.model).where(Suggestion.taxonomy_id == taxonomy.id)
    found = session.exec(statement.order_by(col(Suggestion.id).desc()).limit(1)).first()
    return dict(found) if found else None


def revise_suggestions(session: Session, taxonomy: Taxonomy, batch: int, values: Mapping[int, UncheckedObject]) -> None:
    """Change columns of suggestions, by paper number, and delete those of papers that were decided since.

    A suggestion that names another taxon or level gets a new id.
    """
    table, decided = table_of(Suggestion), table_of(Assignment)
    before, now = suggestion_summaries(session, taxonomy, values), utc_now()
    rows = [
        {f"{name}_": value for name, value in row.items()}
        | {"paper_": paper, "uid_": _uid(before[paper], row), "batch_id_": batch, "at_": now}
        for paper, row in values.items()
    ]
    if rows:
        names = [name.removesuffix("_") for name in rows[0] if name != "paper_"]
        mine = (table.c.paper_id == bindparam("paper_")) & (table.c.taxonomy_id == taxonomy.id)
        changes = update(table).where(mine).values({name: bindparam(f"{name}_") for name in names})
        session.connection().execute(changes, rows)
    live = select_columns(decided.c.paper_id).where(decided.c.taxonomy_id == taxonomy.id, decided.c.ended_at.is_(None))
    gone = table.delete().where(table.c.taxonomy_id == taxonomy.id, table.c.paper_id.in_(live))
    session.connection().execute(gone)


def _uid(old: Suggestion | SuggestionSummary | None, row: UncheckedObject) -> str:
    """The old id if the first leaf and the confident level are unchanged, else a new one."""
    if old is None or old.confident_taxon_id != row["confident_taxon_id"]:
        return new_uid()
    first = [leaf["taxon"] for leaf in row["ranked"][:1]]
    return old.uid if [leaf["taxon"] for leaf in old.ranked[:1]] == first else new_uid()


def _same(old: Suggestion | None, row: UncheckedObject) -> bool:
    return old is not None and all(getattr(old, name) == value for name, value in row.items())


def pending_suggestions(session: Session, taxonomy: Taxonomy) -> list[tuple[Suggestion, Paper]]:
    """Suggestions for papers without a decision in the taxonomy, with the papers."""
    decided = select(Assignment.id).where(
        Assignment.paper_id == Suggestion.paper_id,
        Assignment.taxonomy_id == Suggestion.taxonomy_id,
        col(Assignment.ended_at).is_(None),
    )
    statement = (
        select(Suggestion, Paper)
        .join(Paper, col(Paper.id) == col(Suggestion.paper_id))
        .where(Suggestion.taxonomy_id == taxonomy.id, ~decided.exists())
        .order_by(col(Paper.id))
    )
    return list(session.exec(statement).all())


def rejected_pairs(session: Session, taxonomy: Taxonomy) -> set[tuple[int, str]]:
    """Pairs (paper, taxon path) that a person rejected and that are still rejected."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(Assignment.taxonomy_id == taxonomy.id, Assignment.status == REJECTED)
    )
    return {(paper, path) for paper, path in session.connection().execute(statement)}


def suggestions_of(session: Session, papers: Iterable[int]) -> list[tuple[Suggestion, str]]:
    """All suggestions for these papers with the slug of their taxonomy."""
    from_taxonomy: Any = col(Taxonomy.id) == col(Suggestion.taxonomy_id)
    statement = (
        select_columns(Suggestion, Taxonomy.slug)
        .join(Taxonomy, from_taxonomy)
        .where(col(Suggestion.paper_id).in_(list(papers)))
        .order_by(col(Taxonomy.slug))
    )
    return [(suggestion, slug) for suggestion, slug in session.exec(statement)]
