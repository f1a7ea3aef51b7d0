"""Data that several pages need: what frames each page, names of taxa, and branches in order."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.figures.style import hues_for
from wamkg.store.session import once
from wamkg.store.survey import branch_hues, find_survey
from wamkg.store.taxonomies import find_default_taxonomy, list_taxa, list_taxonomies
from wamkg.views.survey import site_name

SHOWN_MOMENT = "shown moment"
"""Key under which a session of a release or a past day says which one it shows."""


def page_frame(session: Session) -> dict[str, str]:
    """What the frame of every page shows: the name of the survey, and the release or past day if it is one."""
    return {"site": site_name(session), "shown_moment": str(session.info.get(SHOWN_MOMENT, ""))}


@dataclass(frozen=True)
class TaxonNames:
    """Names of all taxa by taxonomy and path, and the branches of each taxonomy in order, each with its color."""

    names: dict[str, dict[str, str]]
    branch_hues: dict[str, dict[str, int]]


def load_taxon_names(session: Session) -> TaxonNames:
    """Names and branches of every taxonomy."""
    return once(session, "taxon names", lambda: _taxon_names(session))


def _taxon_names(session: Session) -> TaxonNames:
    names: dict[str, dict[str, str]] = {}
    hues: dict[str, dict[str, int]] = {}
    chosen = branch_hues(session)
    for taxonomy in list_taxonomies(session):
        taxa = list_taxa(session, taxonomy)
        names[taxonomy.slug] = {taxon.path: taxon.name for taxon in taxa}
        hues[taxonomy.slug] = hues_for((taxon.slug for taxon in taxa if taxon.parent_id is None), chosen)
    return TaxonNames(names, hues)


def branch_names(session: Session) -> dict[str, str]:
    """Names of the branches of the main taxonomy by slug, as the survey has them; then those it does not have."""
    main, known = find_default_taxonomy(session), load_taxon_names(session)
    survey, live = find_survey(session), known.branch_hues.get(main, {})
    stored = {each["slug"]: each.get("name") for each in (survey.branches if survey else ()) if each["slug"] in live}
    return {
        slug: stored.get(slug) or known.names[main][slug] for slug in (*stored, *(s for s in live if s not in stored))
    }
