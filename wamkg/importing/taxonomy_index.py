"""Taxonomies for recognition: which heading or label names which taxon."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise
from wamkg.json_types import UncheckedMapping
from wamkg.vocabulary import AWAITING_HEADING

_PARTS = re.compile(r"\s+[—–:|-]+\s+|:\s+")
_FILLER = frozenset((
    "a", "an", "and", "the", "of", "for", "in", "via", "with", "based", "form", "generation", "generative",
    "representation", "model",
))  # fmt: skip
"""Words that headings add to or omit from a taxon's name ("Diffusion" is Diffusion-based Generation)."""


def label_key(text: str) -> str:
    """Return a key that is the same for all spellings of a label: no emoji, punctuation, case or plural s."""
    return " ".join(_singular(word) for word in normalise(text).split())


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_AWAITING_KEY = label_key(AWAITING_HEADING)


def is_loosely(words: frozenset[str], name: frozenset[str], filler: frozenset[str]) -> bool:
    """Whether a heading's words are those of a name, except that one of both has further words, all of them filler."""
    return bool((words & name) - filler) and (words <= name or name <= words) and words ^ name <= filler


@dataclass(frozen=True)
class TaxonMatcher:
    """One taxon: its slash-separated path, its name, and other printed names."""

    path: str
    name: str
    aliases: tuple[str, ...] = ()
    definition: str = ""

    @cached_property
    def keys(self) -> frozenset[str]:
        """Label keys of all names of the taxon, including its last slug."""
        return frozenset(label_key(n) for n in (self.name, self.path.rpartition("/")[2], *self.aliases)) - {""}

    @cached_property
    def word_sets(self) -> list[frozenset[str]]:
        """The words of each of its names, as in label keys."""
        return [frozenset(label_key(name).split()) for name in (self.name, *self.aliases)]


@dataclass(frozen=True)
class TaxonomyMatcher:
    """A taxonomy by slug, with its taxa and the statuses that a label may give a paper."""

    slug: str
    title: str
    aliases: tuple[str, ...] = ()
    taxa: tuple[TaxonMatcher, ...] = ()
    packaged: bool = False
    """Whether it is packaged and not in the store: only its own survey's list is read with it."""
    badge_states: Mapping[str, str] = field(default_factory=dict)
    """Status by printed label, such as {"Needs-Review": "awaiting-review"}."""

    @cached_property
    def title_keys(self) -> frozenset[str]:
        """Label keys of headings that open this taxonomy."""
        return frozenset(label_key(n) for n in (self.title, self.slug, *self.aliases)) - {""}

    @cached_property
    def filler(self) -> frozenset[str]:
        """Words that headings add to or omit from the names of its taxa: general ones, and those of its own title
        ("Cascaded World-Action-Model" is Cascaded).
        """
        return _FILLER.union(*(key.split() for key in self.title_keys))

    @cached_property
    def states(self) -> dict[str, str]:
        """Status by label key."""
        return {label_key(label): state for label, state in self.badge_states.items()}

    def matches(self, text: str, under: str = "", loose: bool = False) -> list[str]:
        """Return the paths below `under` of the taxa that the text names, shallowest first.

        With `loose`, a heading may have its branch in front ("World Model — Physics"), and add or omit filler words.
        Use it only if the exact match finds nothing.
        """
        found = self._named(under, lambda taxon: label_key(text) in taxon.keys)
        if found or not loose:
            return found
        last = _PARTS.split(text)[-1]
        words = frozenset(label_key(text).split())
        return self._named(under, lambda taxon: label_key(last) in taxon.keys) or self._named(
            under, lambda taxon: any(is_loosely(words, name, self.filler) for name in taxon.word_sets)
        )

    def _named(self, under: str, test: Any) -> list[str]:
        inside = (t for t in self.taxa if not under or t.path.startswith(under + "/"))
        return sorted((t.path for t in inside if test(t)), key=lambda path: (path.count("/"), path))


@dataclass(frozen=True)
class TaxonomyIndex:
    """All taxonomies that headings and labels may refer to, in order of preference."""

    taxonomies: tuple[TaxonomyMatcher, ...] = ()

    def get(self, slug: str) -> TaxonomyMatcher | None:
        """Return the taxonomy with this slug, if known."""
        return next((t for t in self.taxonomies if t.slug == slug), None)

    def titled(self, heading: str) -> TaxonomyMatcher | None:
        """Return the taxonomy that the heading is the title of."""
        key = label_key(heading)
        return next((t for t in self.taxonomies if key in t.title_keys), None)

    def state_of(self, label: str) -> str | None:
        """Return the status that a label means in any taxonomy, such as `awaiting-review`."""
        key = label_key(label)
        if key == _AWAITING_KEY:
            return "awaiting-review"
        return next((t.states[key] for t in self.taxonomies if key in t.states), None)


def from_seed_mapping(mapping: UncheckedMapping) -> TaxonomyMatcher:
    """Read a taxonomy in the form of `seeds/taxonomies/*.yaml`.

    Raises InvalidInputError if the slug, title, or a taxon's slug or name is missing.
    """
    try:
        return TaxonomyMatcher(
            slug=mapping["slug"],
            title=mapping["title"],
            aliases=tuple(mapping.get("aliases") or ()),
            taxa=tuple(_seed_taxa(mapping.get("taxa") or (), "")),
            badge_states=dict(mapping.get("badge_states") or {}),
        )
    except KeyError as missing:
        raise InvalidInputError(f"taxonomy {mapping.get('slug', '?')}: key {missing} is missing") from missing


def _seed_taxa(rows: Iterable[UncheckedMapping], parent: str) -> Iterable[TaxonMatcher]:
    for row in rows:
        path = f"{parent}/{row['slug']}" if parent else str(row["slug"])
        yield TaxonMatcher(path, row["name"], tuple(row.get("aliases") or ()))
        yield from _seed_taxa(row.get("children") or (), path)
