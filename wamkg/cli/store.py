"""`migrate`, `seed`, `build`: the store itself."""

from typing import Any

from rich.text import Text

from wamkg import pipeline
from wamkg.cli.common import JsonOption, open_store, out, print_json, progress_bar
from wamkg.settings import get_settings
from wamkg.store import migrate as migrations
from wamkg.store.session import Store


def migrate(json: JsonOption = False) -> None:
    """Bring the store's tables to this program's version."""
    store = Store(get_settings().url)
    before, after = migrations.migrate(store)
    store.close()
    if json:
        print_json({"before": before, "after": after})
    else:
        out.print(f"schema {before or 'empty'} -> {after}" if before != after else f"schema {after}, nothing to do")


def seed(json: JsonOption = False) -> None:
    """Load the packaged taxonomies, papers, concepts and results; a second run changes nothing."""
    with open_store(create=True) as store:
        counts = pipeline.seed(store)
    if json:
        print_json(counts)
    else:
        _print_counts("seeded", counts)


def build(json: JsonOption = False) -> None:
    """Do the whole job: migrate, seed, embed, suggest, draw the figures into HOME/out."""
    settings = get_settings()
    with open_store(create=True, upgrade=True) as store, progress_bar("build") as show:
        report = pipeline.build(store, settings, show)
    if json:
        print_json(report)
        return
    for stage, counts in report.items():
        _print_counts(stage, counts)


def _print_counts(stage: str, counts: dict[str, Any]) -> None:
    said = ", ".join(f"{name} {value}" for name, value in counts.items())
    out.print(Text.assemble((stage, "bold"), f": {said}"))
