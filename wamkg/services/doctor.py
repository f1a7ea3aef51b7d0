"""Checks of the store, and fixes of the problems they find."""

from collections.abc import Sequence

from wamkg.reviewing.doctor import CheckReport, find_problems
from wamkg.store.session import Store


def run_checks(store: Store, names: Sequence[str] = (), *, fix: bool = False) -> list[CheckReport]:
    """Run the named checks (default: all). With `fix`, fix what can be fixed without losing data.

    Raises the errors of `find_problems`.
    """
    with store.writing() if fix else store.reading() as session:
        return find_problems(session, names, fix=fix)
