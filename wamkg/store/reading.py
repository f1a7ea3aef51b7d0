"""A session under a name of ours, for callers that pass one on and write no SQL."""

from typing import TypeAlias

from sqlmodel import Session

ReadingSession: TypeAlias = Session
"""What `Store.reading()` gives and every view takes."""
