"""`undo`, `history`, `batches`: who wrote what, and taking it back."""

from datetime import datetime
from typing import Annotated

import typer

from wamkg import pipeline
from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table


def undo(
    batch: Annotated[str, typer.Argument(help="Id of the batch, or its beginning.")],
    why: Annotated[str, typer.Option("--why", help="Reason, kept in the audit trail.")] = "",
    json: JsonOption = False,
) -> None:
    """Take a batch of writes back whole."""
    with open_store() as store:
        counts = pipeline.undo(store, batch, why)
    if json:
        print_json(counts)
    else:
        said = ", ".join(f"{number} {table}" for table, number in counts.items()) or "nothing was left of it"
        out.print(f"undone {batch}: {said}")


def batches(json: JsonOption = False) -> None:
    """List the newest batches."""
    with open_store() as store:
        rows = pipeline.batches(store)
    if json:
        print_json(rows)
        return
    columns = ["batch", "kind", "source", "by", "started", "undone"]
    print_table("", columns, [[r.uid, r.kind, r.source, r.actor, _time(r.started), _time(r.undone)] for r in rows])


def history(
    paper: Annotated[str, typer.Argument(help="arxiv:ID, doi:ID, s2:ID or the paper's slug.")], json: JsonOption = False
) -> None:
    """Show where each value of a paper comes from and who placed it."""
    with open_store() as store:
        rows = pipeline.history(store, paper)
    if json:
        print_json(rows)
        return
    columns = ["at", "who", "event", "source", "field", "value"]
    print_table("", columns, [[_time(r.at), r.who, r.event, r.source, r.field, r.value] for r in rows])


def _time(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""
