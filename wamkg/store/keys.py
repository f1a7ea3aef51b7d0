"""Citation keys: which are taken, and one that is free."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, or_, select

from wamkg.identifiers import key_fold
from wamkg.store.bulk import chunks
from wamkg.store.tables import FormerId, Paper

KEY = "key"
"""Scheme of former ids under which former citation keys are kept."""


def owners_of_keys(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """Numbers of the papers that have or had these citation keys, by the folded key; a present key comes first."""
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


class KeyOwners:
    """Who has which citation key, asked once a key; grows as papers get keys within one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._asked: set[str] = set()
        self._owners: dict[str, int] = {}

    def ask(self, keys: Iterable[str]) -> None:
        """Look many keys up at once."""
        new = {key for key in keys if key_fold(key) not in self._asked}
        self._asked |= {key_fold(key) for key in new}
        found = owners_of_keys(self.session, new)
        self._owners = found | self._owners

    def owner(self, key: str) -> int | None:
        """Number of the paper that has or had the key, letter case aside."""
        self.ask([key])
        return self._owners.get(key_fold(key))

    def claim(self, wish: str, paper: int) -> str:
        """The wish, or with a number behind it ("du2023-2") the first key that no other paper has; now this paper's."""
        key, number = wish, 1
        while self.owner(key) not in (None, paper):
            number += 1
            key = f"{wish}-{number}"
        self._owners[key_fold(key)] = paper
        return key
