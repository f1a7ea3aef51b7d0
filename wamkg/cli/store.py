"""`migrate`, `seed`, `build`, `backup`, `restore`: the store itself."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, open_store, out, print_json, progress_bar
from wamkg.history.backup import restore_backup, write_backup
from wamkg.services import imports
from wamkg.services.build import build as run_build
from wamkg.settings import get_settings
from wamkg.store import migrate as migrations
from wamkg.store.session import Store


def migrate(json: JsonOption = False) -> None:
    """Upgrade the tables of the store to this version of wamkg."""
    store = Store(get_settings().url)
    before, after = migrations.migrate(store)
    store.close()
    if json:
        print_json({"before": before, "after": after})
    else:
        out.print(f"schema {before or 'empty'} -> {after}" if before != after else f"schema {after}, nothing to do")


def seed(json: JsonOption = False) -> None:
    """Load the packaged taxonomies, papers, concepts and results. A second run changes nothing."""
    with open_store(create=True) as store:
        counts = imports.seed(store)
    if json:
        print_json(counts)
    else:
        _print_counts("seeded", counts)


def build(json: JsonOption = False) -> None:
    """Run all stages: migrate, seed, embed, suggest, and draw the figures into HOME/out."""
    settings = get_settings()
    with open_store(create=True, upgrade=True) as store, progress_bar("build") as show:
        report = run_build(store, settings, show)
    if json:
        print_json(report)
        return
    for stage, counts in report.items():
        _print_counts(stage, counts)


def backup(file: Annotated[Path, typer.Argument(help="The file to write; one that is there is replaced.")]) -> int:
    """Write the whole store, with releases and vectors, to one file. It also contains the hashes of tokens."""
    with open_store() as store:
        missing = write_backup(store, get_settings().home, file)
    out.print(f"wrote {file}, {file.stat().st_size} bytes")
    for name in missing:
        out.print(f"without release {name}: its file is not in HOME/releases")
    return EXIT_PARTIAL if missing else 0


def restore(file: Annotated[Path, typer.Argument(help="What `wamkg backup` wrote.")]) -> None:
    """Fill an empty store (SQLite or PostgreSQL) from a backup of either."""
    settings = get_settings()
    store = Store(settings.url)
    try:
        _print_counts("restored", restore_backup(store, settings.home, file))
    finally:
        store.close()


def _print_counts(stage: str, counts: dict[str, Any]) -> None:
    said = ", ".join(f"{name} {value}" for name, value in counts.items() if value != 0) or "nothing new"
    out.print(Text.assemble((stage, "bold"), f": {said}"))
