"""`digest`: what is new, for people and feed readers."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, print_json, print_table
from wamkg.cli.decisions import ByOption
from wamkg.exporting.digest import DigestFormat
from wamkg.services import digests as service
from wamkg.services.writers import Writer
from wamkg.store.digests import find_digest, list_digests
from wamkg.store.session import Store
from wamkg.views.digests import DigestItem, digest_item

MOST = 1000


def digest(
    since: Annotated[
        str, typer.Option("--since", help="What happened since then: 7d, 2w, 12h, or a date.")
    ] = service.LAST_WEEK,
    format: Annotated[DigestFormat, typer.Option("--format", help="Format of the output.")] = "markdown",
    preview: Annotated[bool, typer.Option("--preview", help="Print it, but do not store it.")] = False,
    show: Annotated[
        str | None, typer.Option("--show", metavar="ID", help="Print a stored one; latest is the newest.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the stored digests.")] = False,
    base: Annotated[str, typer.Option("--base", help="Address of the site; default: the survey's home page.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Make a digest of what is new: candidates, placed, changed, results. Each thing is in one digest only."""
    with open_store() as store:
        if list_:
            _list(store, json)
            return
        made = _chosen(store, show) if show is not None else _new(store, since, by, preview)
        if json:
            print_json(made)
            return
        with store.reading() as session:
            typer.echo(service.written_digest(session, made, format, base), nl=False)


def _new(store: Store, since: str, by: str, preview: bool) -> DigestItem:
    return service.preview_digest(store, since) if preview else service.make_digest(store, Writer(by), since)


def _chosen(store: Store, uid: str) -> DigestItem:
    with store.reading() as session:
        return digest_item(find_digest(session, uid))


def _list(store: Store, json: bool) -> None:
    with store.reading() as session:
        found = [digest_item(row) for row in list_digests(session, MOST)]
    if json:
        print_json(found)
        return
    rows = [[d.uid, f"{d.since:%F}", f"{d.at:%F %T}", len(d.entries)] for d in found]
    print_table("", ["digest", "since", "made", "entries"], rows)
