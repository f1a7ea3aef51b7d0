"""Suggestions: one for each paper and taxonomy, and the papers that wait for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, update
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid
from wamkg.json_types import UncheckedObject
from wamkg.store.base import (
    Condition,
    Selected,
    by_number,
    chunks,
    insert_rows,
    rows_as,
    rows_by_number,
    select_columns,
    table_of,
)
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


def _is_pending(taxonomy: Taxonomy) -> tuple[Condition, Condition]:
    """The conditions for suggestions of a taxonomy whose paper has no decision there."""
    decided = select(Assignment.id).where(
        Assignment.paper_id == Suggestion.paper_id,
        Assignment.taxonomy_id == Suggestion.taxonomy_id,
        col(Assignment.ended_at).is_(None),
    )
    return col(Suggestion.taxonomy_id) == taxonomy.id, ~decided.exists()


def pending_suggestions(
    session: Session, taxonomy: Taxonomy, papers: Iterable[int] | None = None
) -> list[tuple[Suggestion, Paper]]:
    """Suggestions for papers without a decision in the taxonomy, with the papers; all, or those for some papers."""
    statement = select(Suggestion, Paper).join(Paper, col(Paper.id) == col(Suggestion.paper_id))
    statement = statement.where(*_is_pending(taxonomy)).order_by(col(Paper.id))
    if papers is None:
        return list(session.exec(statement).all())
    return [pair for part in chunks(papers) for pair in session.exec(statement.where(col(Paper.id).in_(part)))]


class PendingPaper(NamedTuple):
    """What the order of the review queue needs of a paper without a decision and of its suggestion.

    `top` is still JSON, because most orders do not read it.
    """

    number: int
    slug: str
    arxiv: str | None
    title: str
    title_key: str
    first_author_key: str | None
    date: date | None
    date_precision: str | None
    citation_count: int | None
    top: str
    outside: float | None
    confident_taxon_id: int | None
    text_source: str


def pending_papers(session: Session, taxonomy: Taxonomy, papers: Iterable[int] | None = None) -> list[PendingPaper]:
    """The papers without a decision in the taxonomy that have a suggestion; all by number, or those of some numbers.

    Texts, leaves and reasons are left out: a queue of 10,000 papers is ordered without reading them.
    """
    statement = _pending_columns(taxonomy)
    if papers is None:
        return rows_as(session, statement.order_by(col(Paper.id)), PendingPaper._make)
    found = rows_by_number(session, papers, by_number(statement, col(Suggestion.paper_id)), PendingPaper._make)
    return [row for rows in found.values() for row in rows]


def pending_namesakes(session: Session, taxonomy: Taxonomy) -> list[PendingPaper]:
    """The papers without a decision whose title another of them has too, by number."""
    titles = select_columns(Paper.title_key).join(Suggestion, col(Suggestion.paper_id) == col(Paper.id))
    shared = titles.where(*_is_pending(taxonomy)).group_by(col(Paper.title_key)).having(func.count() > 1)
    statement = _pending_columns(taxonomy).where(col(Paper.title_key).in_(shared)).order_by(col(Paper.id))
    return rows_as(session, statement, PendingPaper._make)


def _pending_columns(taxonomy: Taxonomy) -> Selected:
    columns: Selected = select_columns(
        Paper.id, Paper.slug, Paper.arxiv, Paper.title, Paper.title_key, Paper.first_author_key, Paper.date,
        Paper.date_precision, Paper.citation_count, cast(col(Suggestion.top), Text), Suggestion.outside,
        Suggestion.confident_taxon_id, Suggestion.text_source,
    )  # fmt: skip
    return columns.join(Suggestion, col(Suggestion.paper_id) == col(Paper.id)).where(*_is_pending(taxonomy))


class FirstLeaf(NamedTuple):
    """The most probable leaf of a suggestion."""

    number: int
    taxon: str
    probability: float


def first_leaves(session: Session, taxonomy: Taxonomy, papers: Iterable[int]) -> dict[int, FirstLeaf]:
    """The most probable leaves of the suggestions for these papers."""
    first = col(Suggestion.ranked)[0]
    columns = select_columns(Suggestion.paper_id, first["taxon"].as_string(), first["probability"].as_float())
    ours = columns.where(Suggestion.taxonomy_id == taxonomy.id, first["taxon"].as_string().is_not(None))
    found = rows_by_number(session, papers, by_number(ours, col(Suggestion.paper_id)), FirstLeaf._make)
    return {number: leaves[0] for number, leaves in found.items()}


def pending_reasons(session: Session, taxonomy: Taxonomy, kind: str) -> list[tuple[int, list[UncheckedObject]]]:
    """The reasons of one kind for each paper without a decision that has some, by the paper's number."""
    # Far faster than LIKE, which folds case, on tens of megabytes of reasons.
    find = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    named = find(cast(col(Suggestion.reasons), Text), f'"{kind}"') > 0
    statement = select_columns(Suggestion.paper_id, Suggestion.reasons).where(*_is_pending(taxonomy), named)
    found = [
        (paper, [reason for reason in reasons if reason["kind"] == kind])
        for paper, reasons in session.connection().execute(statement)
    ]
    return [(paper, reasons) for paper, reasons in found if reasons]


def rejected_pairs(session: Session, taxonomy: Taxonomy) -> set[tuple[int, str]]:
    """Pairs (paper, taxon path) that a person rejected and that are still rejected."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(Assignment.taxonomy_id == taxonomy.id, Assignment.status == REJECTED)
    )
    return {(paper, path) for paper, path in session.connection().execute(statement)}


def suggestions_of(session: Session, papers: Iterable[int]) -> dict[int, list[tuple[Suggestion, str]]]:
    """The suggestions for each of these papers with the slug of their taxonomy, in the order of the slugs."""
    from_taxonomy: Any = col(Taxonomy.id) == col(Suggestion.taxonomy_id)
    statement = select_columns(Suggestion, Taxonomy.slug).join(Taxonomy, from_taxonomy).order_by(col(Taxonomy.slug))
    found: dict[int, list[tuple[Suggestion, str]]] = {}
    for part in chunks(papers):
        for suggestion, slug in session.exec(statement.where(col(Suggestion.paper_id).in_(part))):
            found.setdefault(suggestion.paper_id, []).append((suggestion, slug))
    return found
