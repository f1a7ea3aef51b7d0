"""The papers that cite one paper, according to each source."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col

from wamkg.store.bulk import select_columns
from wamkg.store.reads_details import rows
from wamkg.store.tables import Citation, Paper


def citing_rows(session: Session, cited: int, since: datetime | None, after: int | None, limit: int) -> list[Any]:
    """Up to `limit` rows of papers that cite one, newest row first, starting below row number `after`."""
    statement = (
        select_columns(
            Citation.id,
            Citation.source,
            Citation.contexts,
            Citation.intents,
            Citation.influential,
            Citation.first_seen,
            Paper.slug,
            Paper.title,
            Paper.arxiv,
            Paper.date,
            Paper.date_precision,
            Paper.year,
            Paper.year_derived,
            Paper.standing,
        )
        .select_from(Citation)
        .join(Paper, col(Paper.id) == col(Citation.citing_id))
        .where(*_of(cited, since))
        .order_by(col(Citation.id).desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(Citation.id) < after)
    return list(rows(session, statement))


def count_citing(session: Session, cited: int, since: datetime | None) -> int:
    """Number of citation rows for the paper."""
    statement = select_columns(func.count()).select_from(Citation).where(*_of(cited, since))
    return int(session.connection().execute(statement).scalar_one())


def _of(cited: int, since: datetime | None) -> Sequence[Any]:
    conditions: list[Any] = [Citation.cited_id == cited, col(Citation.ended_at).is_(None)]
    if since is not None:
        conditions.append(col(Citation.first_seen) >= since)
    return conditions
