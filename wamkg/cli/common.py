"""Shared by all commands: the store in use, output for people and programs."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from wamkg.json_types import JsonObject
from wamkg.readable import readable
from wamkg.services.opening import open_current_store
from wamkg.settings import get_settings
from wamkg.store.session import Store

if TYPE_CHECKING:
    from wamkg.store.questions import Asked, TitleChange

EXIT_PARTIAL = 3
PIPED_WIDTH = 240
"""Table width when the output is not a terminal, so that ids are not broken and `grep` and `cut` work."""
# Titles and labels hold square brackets and colons, which Rich would read as markup and as names of emoji.
out = Console(
    markup=False, emoji=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH
)
err = Console(markup=False, emoji=False, stderr=True, highlight=False, soft_wrap=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
TaxonomyOption = Annotated[
    str,
    typer.Option("--taxonomy", show_default=False, help="Slug of the taxonomy; default: the survey's main taxonomy."),
]


def open_store(create: bool = False, upgrade: bool = False) -> Store:
    """The store of the settings; leaving its `with` block closes it.

    Raises the errors of `open_current_store`.
    """
    return open_current_store(get_settings().url, create=create, upgrade=upgrade)


def piped_ids() -> list[str]:
    """The ids on standard input, one to a line, each once."""
    return list(dict.fromkeys(line.strip() for line in sys.stdin if line.strip()))


def print_json(value: object) -> None:
    """Print a value as one JSON document."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def print_json_lines(values: list[JsonObject]) -> None:
    """Print one JSON object per line."""
    for value in values:
        typer.echo(orjson.dumps(value).decode())


def print_table(title: str, columns: list[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for people."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(readable(value) for value in row))
    out.print(table)


def time_text(at: datetime | None) -> str:
    """A time in a table, to the minute; empty if there is none."""
    return at.strftime("%Y-%m-%d %H:%M") if at else ""


def print_warnings(alarms: list[str]) -> None:
    """Warn on standard error about decisions whose quoted evidence is no longer found."""
    for alarm in alarms:
        err.print(f"warning: {alarm}")


def print_identity(questions: Sequence["Asked"], renamed: Sequence["TitleChange"]) -> None:
    """Report on standard error records that look like another paper, and papers whose title changed."""
    for question in questions:
        err.print(f"question: {question}")
    for change in renamed:
        err.print(f"title changed: {change.paper}: {change.after!r}, before {change.before!r}")


def print_undo(batch: str) -> None:
    """Print the batch that was written and how to undo it."""
    out.print(f"batch {batch}; undo it with `wamkg undo {batch}`")
