"""The packaged seeds: taxonomies, papers, concepts, metrics, benchmarks, institutions and reported results."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wamkg.errors import InvalidInputError
from wamkg.importing.jsonl import record_of
from wamkg.importing.taxonomy_index import TaxonomyIndex, from_seed_mapping
from wamkg.json_types import UncheckedObject
from wamkg.matching.record import Record, UnreadableLine
from wamkg.packaged import seeds_folder
from wamkg.store.taxonomies import TaxonomySpec, TaxonSpec

PAPER_FILES = ("classified", "awaiting", "world-models-for-vla", "training-data", "evaluation", "survey")
LIST_SOURCE = "list:wam"
"""The seeds contain the values of the survey's own list, so a later import of that list is the same source."""
OWN_FIELDS = {"classified": {"summary": "seed", "authors": "seed", "date": "seed"}}
"""Fields of a file that come from this project and not from the list."""


def _load(path: Path) -> Any:
    # The C loader is ten times faster than the Python one, but some PyYAML builds lack it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, yaml.YAMLError) as error:
        raise InvalidInputError(f"the seed file {path.name} cannot be read: {error}") from error


@lru_cache(maxsize=1)
def _taxonomy_mappings() -> tuple[UncheckedObject, ...]:
    return tuple(_load(path) for path in sorted((seeds_folder() / "taxonomies").glob("*.yaml")))


def seed_catalogue() -> TaxonomyIndex:
    """Return the names of packaged taxonomies in lists, so that a list is recognized even in an empty store."""
    order = ("wam", "wm-for-vla", "training-data", "evaluation", "challenges")
    known = {m["slug"]: replace(from_seed_mapping(m), packaged=True) for m in _taxonomy_mappings()}
    return TaxonomyIndex(tuple(known[s] for s in (*order, *sorted(known.keys() - set(order)))))


def seed_taxonomies() -> list[TaxonomySpec]:
    """Return the packaged taxonomies."""
    return [_taxonomy_spec(mapping) for mapping in _taxonomy_mappings()]


def seed_exemplars() -> Iterator[tuple[str, str, list[str]]]:
    """Return (taxonomy, path, ids) of every taxon with exemplars."""
    for mapping in _taxonomy_mappings():
        for path, taxon in _walk(mapping.get("taxa") or [], ""):
            if taxon.get("exemplars"):
                yield mapping["slug"], path, taxon["exemplars"]


def _walk(rows: list[UncheckedObject], parent: str) -> Iterator[tuple[str, UncheckedObject]]:
    for row in rows:
        path = f"{parent}/{row['slug']}" if parent else row["slug"]
        yield path, row
        yield from _walk(row.get("children") or [], path)


def _taxonomy_spec(mapping: UncheckedObject) -> TaxonomySpec:
    rules = {"cardinality": mapping.get("cardinality", "many"), "badge_states": mapping.get("badge_states") or {}}
    return TaxonomySpec(
        slug=mapping["slug"],
        title=mapping["title"],
        description=mapping.get("description", ""),
        rules=rules,
        aliases=mapping.get("aliases") or [],
        taxa=[_taxon_spec(row) for row in mapping.get("taxa") or []],
    )


def _taxon_spec(row: UncheckedObject) -> TaxonSpec:
    return TaxonSpec(
        slug=row["slug"],
        name=row["name"],
        code=row.get("code", ""),
        definition=row.get("definition", ""),
        include=row.get("include") or [],
        exclude=row.get("exclude") or [],
        aliases=row.get("aliases") or [],
        children=[_taxon_spec(child) for child in row.get("children") or []],
    )


def seed_papers(name: str) -> Iterator[Record | UnreadableLine]:
    """Return the records of one file of seed papers; the line is the record's number in the file."""
    for number, values in enumerate(_load(seeds_folder() / "papers" / f"{name}.yaml"), start=1):
        values.pop("date_source", None)
        yield record_of(values, number)


def seed_survey() -> dict[str, object]:
    """Return the row of the packaged survey."""
    row: dict[str, object] = _load(seeds_folder() / "survey.yaml")
    return row


def seed_rows(name: str) -> list[UncheckedObject]:
    """Return the rows of `concepts`, `metrics`, `benchmarks`, `institutions` or `results`."""
    rows: list[UncheckedObject] = _load(seeds_folder() / f"{name}.yaml")
    return rows
