"""Data that several pages need: names of taxa, and branches in order."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.figures.style import hues_for
from wamkg.store.survey import branch_hues
from wamkg.store.taxonomies import list_taxa, list_taxonomies


@dataclass(frozen=True)
class TaxonNames:
    """Names of all taxa by taxonomy and path, and the branches of each taxonomy in order, each with its color."""

    names: dict[str, dict[str, str]]
    families: dict[str, dict[str, int]]


def load_taxon_names(session: Session) -> TaxonNames:
    """Names and branches of every taxonomy."""
    names: dict[str, dict[str, str]] = {}
    families: dict[str, dict[str, int]] = {}
    chosen = branch_hues(session)
    for taxonomy in list_taxonomies(session):
        taxa = list_taxa(session, taxonomy)
        names[taxonomy.slug] = {taxon.path: taxon.name for taxon in taxa}
        families[taxonomy.slug] = hues_for((taxon.slug for taxon in taxa if taxon.parent_id is None), chosen)
    return TaxonNames(names, families)
