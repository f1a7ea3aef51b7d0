"""`batches`: the newest batches."""

from wamkg.cli.common import JsonOption, open_store, print_json, print_table, time_text
from wamkg.views.history import batch_list


def batches(json: JsonOption = False) -> None:
    """List the newest batches."""
    with open_store() as store, store.reading() as session:
        rows = batch_list(session)
    if json:
        print_json(rows)
        return
    columns = ["batch", "kind", "source", "by", "started", "undone"]
    cells = [[r.uid, r.kind, r.source, r.actor, time_text(r.started), time_text(r.undone)] for r in rows]
    print_table("", columns, cells)
