"""A manuscript, and any bibliography, against the survey's data."""

from collections.abc import Sequence
from pathlib import Path

from wamkg.manuscript import check, references
from wamkg.manuscript.check import ManuscriptReport
from wamkg.manuscript.references import ReferencesReport
from wamkg.services.exports import pin_citation_keys
from wamkg.settings import Settings
from wamkg.store.session import Store


def check_manuscript(store: Store, main: Path, taxonomy: str = "") -> ManuscriptReport:
    """Compare a manuscript with a store: its citations, classes, titles, keys and numbers. Writes no paper.

    The citation keys of the current store are pinned first, as exports do. Raises the errors of
    `check.check_manuscript`.
    """
    pin_citation_keys(store)
    with store.reading() as session:
        return check.check_manuscript(session, main, taxonomy)


def check_references(
    store: Store, settings: Settings, files: Sequence[Path], *, online: bool = False
) -> ReferencesReport:
    """Check bibliographies against themselves and the store, and with `online` against Semantic Scholar.

    Raises the errors of `references.check_references` and of `look_up`.
    """
    from wamkg.enriching.lookup import look_up  # loads an HTTP client, which other commands need not

    with store.reading() as session:
        asking = (lambda ids: look_up(store, settings, ids)) if online else None
        return references.check_references(session, files, asking)
