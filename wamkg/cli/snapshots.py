"""The options `--release` and `--as-of`, and the store that they select."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from wamkg.cli.common import open_store
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.views.snapshots import open_snapshot

ReleaseOption = Annotated[str | None, typer.Option("--release", help="Show the survey in this release.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Show the survey on a past day (2026-01-31) or at a past time with its zone."),
]


@contextmanager
def open_selected_store(release: str | None, as_of: str | None) -> Iterator[Store]:
    """The store to read from: the current one, or a snapshot of a release or a day.

    Raises the errors of `open_store` and `open_snapshot`.
    """
    with open_store() as store, open_snapshot(store, get_settings().home, release=release, as_of=as_of) as shown:
        yield shown
