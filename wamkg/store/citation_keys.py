"""Citation keys: which are used, and how to find a free one."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, or_, select

from wamkg.identifiers import key_fold
from wamkg.store.base import chunks, insert_rows, rows_as, select_columns, table_of
from wamkg.store.tables import Batch, Claim, FormerId, Paper
from wamkg.store.types import utc_now
from wamkg.vocabulary import DEFAULT_SOURCE, Standing

KEY = "key"
"""Scheme under which former citation keys are stored as former ids."""


def owners_of_keys(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """Numbers of the papers that have or had these citation keys, by folded key. Current keys come before former
    ones.
    """
    found: dict[str, int] = {}
    for part in chunks(set(keys)):
        folded = {key_fold(key) for key in part}
        former = select(FormerId.value, FormerId.paper_id).where(
            FormerId.scheme == KEY, or_(func.lower(FormerId.value).in_(folded), col(FormerId.value).in_(part))
        )
        now = select(Paper.key, Paper.id).where(or_(func.lower(Paper.key).in_(folded), col(Paper.key).in_(part)))
        for statement in (former, now):
            found |= {key_fold(key): number for key, number in session.connection().execute(statement)}
    return found


def all_keys(session: Session) -> set[str]:
    """Every current or former citation key of a paper, folded."""
    now = select(Paper.key).where(col(Paper.key).is_not(None))
    former = select(FormerId.value).where(FormerId.scheme == KEY)
    return {key_fold(key) for statement in (now, former) for key in session.exec(statement) if key}


def keys_of(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """The citation keys of papers."""
    found: dict[int, str] = {}
    for part in chunks(set(numbers)):
        statement = select(Paper.id, Paper.key).where(col(Paper.id).in_(part), col(Paper.key).is_not(None))
        found |= {row[0]: row[1] for row in session.connection().execute(statement)}
    return found


class KeylessPaper(NamedTuple):
    """What a default citation key is made of."""

    id: int
    title: str
    year: int | None
    date: dt.date | None


def keyless_papers(session: Session, cited: Iterable[int] = ()) -> list[KeylessPaper]:
    """Papers without a citation key: those of the library by slug, then those of `cited` that are outside it."""
    keyless = select_columns(Paper.id, Paper.title, Paper.year, Paper.date).where(col(Paper.key).is_(None))
    library = keyless.where(Paper.standing != Standing.CITED).order_by(col(Paper.slug))
    found = rows_as(session, library, KeylessPaper._make)
    for part in chunks(sorted(cited)):
        outside = keyless.where(Paper.standing == Standing.CITED, col(Paper.id).in_(part)).order_by(col(Paper.slug))
        found += rows_as(session, outside, KeylessPaper._make)
    return found


def is_keyless(session: Session) -> bool:
    """Whether a paper of the library has no citation key."""
    statement = select(Paper.id).where(col(Paper.key).is_(None), Paper.standing != Standing.CITED)
    return session.exec(statement.limit(1)).first() is not None


def save_default_keys(session: Session, batch: Batch, keys: Mapping[int, str]) -> None:
    """Store default keys for papers. The revision counters do not change, so no decision becomes stale."""
    now = utc_now()
    facts = [
        {
            "subject_id": number,
            "field": KEY,
            "value": key,
            "source": DEFAULT_SOURCE,
            "retrieved_at": now,
            "batch_id": batch.id,
        }
        for number, key in keys.items()
    ]
    insert_rows(session, Claim, facts)
    table = table_of(Paper)
    statement = table.update().where(table.c.id == bindparam("paper_row")).values(key=bindparam("wanted"))
    rows = [{"paper_row": number, "wanted": key} for number, key in keys.items()]
    if rows:
        session.connection().execute(statement, rows)


class KeyOwners:
    """Which paper has which citation key. Each key is looked up once; keys given in this transaction are included."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._asked: set[str] = set()
        self._owners: dict[str, int] = {}

    def ask(self, keys: Iterable[str]) -> None:
        """Look up many keys at once."""
        new = {key for key in keys if key_fold(key) not in self._asked}
        self._asked |= {key_fold(key) for key in new}
        found = owners_of_keys(self.session, new)
        self._owners = found | self._owners

    def owner(self, key: str) -> int | None:
        """Number of the paper that has or had the key, ignoring case."""
        self.ask([key])
        return self._owners.get(key_fold(key))

    def claim(self, wish: str, paper: int) -> str:
        """Reserve a key for this paper: the wish, or the wish with the first free number ("du2023-2"). Returns the
        key.
        """
        key, number = wish, 1
        while self.owner(key) not in (None, paper):
            number += 1
            key = f"{wish}-{number}"
        self._owners[key_fold(key)] = paper
        return key
