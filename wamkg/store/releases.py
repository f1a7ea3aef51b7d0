"""Releases as rows: all of them, and one by its name."""

from sqlmodel import Session, col, select

from wamkg.near_matches import did_you_mean
from wamkg.store.base import get_one_where
from wamkg.store.tables import Release


def list_releases(session: Session) -> list[Release]:
    """All releases, oldest first."""
    return list(session.exec(select(Release).order_by(col(Release.id))))


def get_release(session: Session, name: str) -> Release:
    """The release with that name.

    Raises NotFoundError.
    """

    def missing() -> str:
        names = session.exec(select(Release.name).order_by(col(Release.id)))
        return f"no release is called {name!r}{did_you_mean(name, names) or '; `wamkg release list` lists all'}"

    return get_one_where(session, Release, col(Release.name) == name, missing)
