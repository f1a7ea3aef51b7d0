"""A manuscript against the survey's data."""

from pathlib import Path

from wamkg.manuscript import check
from wamkg.manuscript.check import ManuscriptReport
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import Store


def check_manuscript(store: Store, main: Path, taxonomy: str = "") -> ManuscriptReport:
    """Compare a manuscript with a store: its citations, classes, titles, keys and numbers. Writes no paper.

    The citation keys of the current store are pinned first, as exports do. Raises the errors of
    `check.check_manuscript`.
    """
    if store.edition is None:
        pin_citation_keys(store)
    with store.reading() as session:
        return check.check_manuscript(session, main, taxonomy)
