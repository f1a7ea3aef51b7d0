"""Name for a session, for callers that pass it on and write no SQL."""

from typing import TypeAlias

from sqlmodel import Session

ReadingSession: TypeAlias = Session
"""What `Store.reading()` returns and every view takes."""
