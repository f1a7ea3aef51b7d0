"""`history`, `changes`: who wrote what."""

from typing import Annotated

import orjson
import typer

from wamkg.cli.common import JsonOption, open_store, print_json, print_table, time_text
from wamkg.parameters import parse_moment
from wamkg.views.history import change_list
from wamkg.views.provenance import audit_lines, subject_history


def history(
    subject: Annotated[
        str,
        typer.Argument(metavar="PAPER|KIND:NAME", help="A paper's id, taxon:TAXONOMY:PATH, method:SLUG, result:ID."),
    ],
    field: Annotated[str | None, typer.Option("--field", help="Only this field, such as venue or name.")] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="The current claim of each source for each field of a paper.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show what happened to a paper, a taxon or another entity, or the source of each value of a paper."""
    if sources:
        _print_sources(subject, field, json)
        return
    with open_store() as store, store.reading() as session:
        found = subject_history(session, subject, field)
    if json:
        print_json(found)
    else:
        columns = ["at", "who", "event", "source", "field", "value", "before", "why", "batch"]
        rows = [[time_text(r.at), r.who, r.event, r.source, r.field, r.value, r.before, r.why, r.batch] for r in found]
        print_table("", columns, rows)


def _print_sources(paper: str, field: str | None, json: bool) -> None:
    from wamkg.views.sourced_values import paper_sources  # the comparison of values takes long to load

    with open_store() as store, store.reading() as session:
        values = paper_sources(session, paper, field)
    if json:
        print_json(values)
    else:
        shown = [[v.field, v.source, v.value, "shown" if v.shown else "conflict" if v.conflict else ""] for v in values]
        print_table("", ["field", "source", "value", ""], shown)


def changes(
    since: Annotated[str | None, typer.Option("--since", help="A date or a time.")] = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Print the whole audit trail as JSON Lines, with rows removed by undo.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of rows.")] = 100,
    json: JsonOption = False,
) -> None:
    """List changes since a day, newest first; or export the audit trail."""
    with open_store() as store, store.reading() as session:
        if audit:
            for line in audit_lines(session, parse_moment(since, "since")):
                typer.echo(orjson.dumps(line).decode())
            return
        items = change_list(session, parse_moment(since, "since"), limit).items
    if json:
        print_json(items)
        return
    rows = [[time_text(c.at), c.who, c.batch_kind, c.field, c.before, c.after, c.why, c.batch] for c in items]
    print_table("", ["at", "who", "in", "field", "before", "after", "why", "batch"], rows)
