"""What a taxonomy allows: how many taxa a paper may have, and which never together."""

from collections.abc import Iterable
from itertools import combinations

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import list_taxonomies

ONE = "one"
"""Cardinality of a taxonomy in which a paper has a single taxon; in `one-primary` and `many` it may have more."""


def check_cardinality(taxonomy: Taxonomy, taxa: list[Taxon]) -> None:
    """Refuse several taxa where the taxonomy allows one, one taxon twice, and a taxon beside one above it.

    Raises InvalidInputError.
    """
    if len(taxa) > 1 and taxonomy.rules.get("cardinality") == ONE:
        raise InvalidInputError(f"a paper has one taxon in {taxonomy.slug}; leave the further ones out")
    for one, other in combinations(taxa, 2):
        if one.id == other.id:
            raise InvalidInputError(f"{one.path} is named twice")
        if _within(one.path, other.path) or _within(other.path, one.path):
            raise InvalidInputError(f"{one.path} and {other.path} lie one in the other; name the deeper one")


def check_exclusions(session: Session, places: Iterable[tuple[str, str]]) -> None:
    """Refuse places, pairs (taxonomy slug, path), that a rule `excludes` keeps apart.

    A taxonomy's rules may hold `{"excludes": [["wam:joint", "wm-for-vla"], ...]}`: no paper stands at or below both.

    Raises InvalidInputError.
    """
    places = list(places)
    for taxonomy in list_taxonomies(session):
        for one, other in taxonomy.rules.get("excludes", ()):
            if any(_covers(one, p) for p in places) and any(_covers(other, p) for p in places):
                raise InvalidInputError(f"{taxonomy.slug} allows no paper both in {one} and in {other}")


def _covers(rule: str, place: tuple[str, str]) -> bool:
    slug, _, path = rule.partition(":")
    return slug == place[0] and (not path or path == place[1] or _within(place[1], path))


def _within(path: str, above: str) -> bool:
    return path.startswith(f"{above}/")
