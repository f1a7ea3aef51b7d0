"""Which taxonomies may claim a list's headings: those of the store, and packaged ones in their own survey's list."""

from collections.abc import Iterable, Sequence

from wamkg.importing.lists.document import ListDocument
from wamkg.importing.lists.reading import Listed
from wamkg.importing.lists.section_taxa import SectionTaxon, positions
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher, label_key

_MAX_PLACED = 0.6
"""Share of a list's entries that packaged taxonomies must place for the list to be their survey's own."""


def claiming(document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex) -> TaxonomyIndex:
    """The taxonomies that the list may be read with.

    A packaged taxonomy has names such as "Evaluation" that any list may use for something else. It counts only where
    the list names its survey, or where most entries stand under headings and labels that packaged taxonomies have.
    """
    stored = tuple(taxonomy for taxonomy in catalogue.taxonomies if not taxonomy.packaged)
    if len(stored) == len(catalogue.taxonomies) or _is_own_survey(document, catalogue.taxonomies):
        return catalogue
    found = positions(document, listed, catalogue, None)
    placed = sum(_is_placed(each, found) for each in listed)
    return catalogue if placed > _MAX_PLACED * len(listed) else TaxonomyIndex(stored)


def _is_own_survey(document: ListDocument, taxonomies: Iterable[TaxonomyMatcher]) -> bool:
    """Whether the list's title or the survey that it cites is what a packaged taxonomy is called after."""
    titles = [section.text for section in document.sections if section.level == 1]
    titles += [survey.title for survey in document.own.surveys if survey.title]
    keys = {label_key(title) for title in titles}
    return any(keys & taxonomy.title_keys for taxonomy in taxonomies if taxonomy.packaged)


def _is_placed(each: Listed, found: Sequence[SectionTaxon]) -> bool:
    """Whether a packaged taxonomy gives an entry a class: by its heading, or by a label under one of its headings."""
    if each.section is None:
        return False
    position = found[each.section]
    if position.taxonomy is None or not position.taxonomy.packaged:
        return False
    return bool(position.path) or any(position.taxonomy.matches(label.text) for label in each.entry.labels)
