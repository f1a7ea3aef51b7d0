"""`undo`: undo a batch of writes."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json
from wamkg.services import batches
from wamkg.services.writers import Writer
from wamkg.settings import get_settings


def undo(
    batch: Annotated[str, typer.Argument(help="Id of the batch, or its beginning.")],
    why: Annotated[str, typer.Option("--why", help="Reason; stored in the audit trail.")] = "",
    json: JsonOption = False,
) -> None:
    """Undo a batch of writes as a whole."""
    with open_store() as store:
        counts = batches.undo(store, get_settings(), Writer("cli"), batch, why).counts
    if json:
        print_json(counts)
    else:
        said = ", ".join(f"{number} {table}" for table, number in counts.items()) or "nothing was left of it"
        out.print(f"undone {batch}: {said}")
