"""Chains the assignments of several batches: the last batch's are live, each earlier batch's are ended by the next."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from wamkg.store.bulk import table_of
from wamkg.store.tables import Assignment, Batch, Paper, Taxonomy


def chain_places(session: Session, paper: Paper, taxonomy: Taxonomy, chain: Sequence[Batch]) -> None:
    """Make the assignments of the last batch live; those of every other batch end with the batch after it.

    Any other live assignment of the paper is ended by the first batch, so undoing the last batch restores exactly the
    one before it. An assignment that was ended by a batch outside the chain, such as a merge of taxa, stays ended by
    that batch.
    """
    table = table_of(Assignment)
    here = (table.c.paper_id == paper.id, table.c.taxonomy_id == taxonomy.id)
    mine = [batch.id for batch in chain]
    by_chain = or_(table.c.ended_at.is_(None), table.c.ended_batch_id.in_(mine))
    run = session.connection().execute
    session.flush()
    holding = {number: {number, *_successors(session, here, number, mine)} for number in mine}
    others = table.update().where(*here, by_chain, table.c.batch_id.not_in(set().union(*holding.values())))
    run(others.values(ended_at=chain[0].started_at, ended_batch_id=mine[0]))
    for batch, following in pairwise(chain):
        places = table.update().where(*here, by_chain, table.c.batch_id.in_(holding[batch.id]))
        run(places.values(ended_at=following.started_at, ended_batch_id=following.id))
    last = table.update().where(*here, by_chain, table.c.batch_id == mine[-1])
    run(last.values(ended_at=None, ended_batch_id=None))
    session.expire_all()


def _successors(
    session: Session, here: tuple[Any, ...], number: int | None, chain: Sequence[int | None]
) -> set[int | None]:
    """Batches outside the chain, such as merges of taxa, that replaced assignments of a batch in it."""
    table = table_of(Assignment)
    found: set[int | None] = set()
    newest = {number}
    while newest:
        ended = select(table.c.ended_batch_id).where(*here, table.c.batch_id.in_(newest), table.c.ended_at.is_not(None))
        newest = set(session.connection().execute(ended).scalars()) - found - set(chain)
        found |= newest
    return found


def hand_back_places(session: Session, batch: Batch, keep: Callable[[Any], None]) -> None:
    """Mark what a batch ended as ended by the earlier batch whose assignments replaced its own.

    This restores the order from before the batch, an earlier decision imported from another copy. `keep` receives a
    condition for the rows before they change.
    """
    table, made = table_of(Assignment), table_of(Batch)
    columns = (table.c.paper_id, table.c.taxonomy_id, made.c.id, made.c.started_at)
    between = select(*columns).join(made, made.c.id == table.c.ended_batch_id)
    between = between.where(table.c.batch_id == batch.id, table.c.ended_batch_id < batch.id).distinct()
    for paper, taxonomy, number, at in session.connection().execute(between).all():
        ended = (table.c.paper_id == paper, table.c.taxonomy_id == taxonomy, table.c.ended_batch_id == batch.id)
        keep(and_(*ended))
        session.connection().execute(table.update().where(*ended).values(ended_at=at, ended_batch_id=number))
