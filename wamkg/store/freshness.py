"""A change token for the cache: it changes with every commit, so cached responses are never out of date."""

from threading import Lock
from typing import Any

from sqlalchemy import text

from wamkg.store.session import Store


class Freshness:
    """Tells whether the store may have changed since a token was read.

    On SQLite the token is `PRAGMA data_version` of a connection that never writes: it changes when any other connection
    commits, in this process or another. On PostgreSQL it is the current snapshot: equal snapshots see equal rows. A
    token is valid in this process only.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._watching: Any = None

    @property
    def is_instant(self) -> bool:
        """Whether reading the token takes microseconds, so that it can be done on the event loop."""
        return self._store.is_sqlite

    def token(self) -> str:
        """The current token. Read it before the data: then the data is at least as new as the token."""
        if not self._store.is_sqlite:
            with self._store.engine.connect() as connection:
                return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
        with self._lock:
            if self._watching is None:
                self._watching = self._store.engine.raw_connection()
                self._watching.detach()
            return str(self._watching.cursor().execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
