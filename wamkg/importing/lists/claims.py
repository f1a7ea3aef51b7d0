"""Choose the taxonomies a list may be read with: those in the store, and packaged ones for their own survey's list."""

from collections.abc import Iterable, Sequence

from wamkg.importing.lists.document import ListDocument
from wamkg.importing.lists.reading import Listed
from wamkg.importing.lists.section_taxa import SectionTaxon, positions
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher, label_key

_MAX_PLACED = 0.6
"""Share of entries that packaged taxonomies must classify before a list counts as their survey's own."""


def claiming(document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex) -> TaxonomyIndex:
    """Return the taxonomies that the list may be read with.

    Taxa of packaged taxonomies have names such as "Evaluation", which any list may use with another meaning. A packaged
    taxonomy therefore counts only if the list names its survey, or if most entries have headings and labels of packaged
    taxonomies.
    """
    stored = tuple(taxonomy for taxonomy in catalogue.taxonomies if not taxonomy.packaged)
    if len(stored) == len(catalogue.taxonomies) or _is_own_survey(document, catalogue.taxonomies):
        return catalogue
    found = positions(document, listed, catalogue, None)
    placed = sum(_is_placed(each, found) for each in listed)
    return catalogue if placed > _MAX_PLACED * len(listed) else TaxonomyIndex(stored)


def _is_own_survey(document: ListDocument, taxonomies: Iterable[TaxonomyMatcher]) -> bool:
    """Whether a packaged taxonomy is named after the list's title or the survey that it cites."""
    titles = [section.text for section in document.sections if section.level == 1]
    titles += [survey.title for survey in document.own.surveys if survey.title]
    keys = {label_key(title) for title in titles}
    return any(keys & taxonomy.title_keys for taxonomy in taxonomies if taxonomy.packaged)


def _is_placed(each: Listed, found: Sequence[SectionTaxon]) -> bool:
    """Whether a packaged taxonomy classifies an entry: by its heading, or by a label below one of its headings."""
    if each.section is None:
        return False
    position = found[each.section]
    if position.taxonomy is None or not position.taxonomy.packaged:
        return False
    return bool(position.path) or any(position.taxonomy.matches(label.text) for label in each.entry.labels)
