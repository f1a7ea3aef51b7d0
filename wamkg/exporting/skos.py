"""The taxonomies in SKOS (W3C, 2009), as Turtle, for vocabulary tools and other surveys' software."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlmodel import Session

from wamkg.store.entities import uids_of
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import list_taxa, list_taxonomies
from wamkg.views.taxonomies import TaxonNode, taxonomy_tree, walk

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

LANGUAGE = "en"


def export_skos(session: Session) -> Iterator[str]:
    """Every taxonomy as a concept scheme, its taxa as concepts named by their permanent ids.

    Includes definition, criteria, code, aliases and former names, exemplars and tree relations, but no papers.
    """
    from rdflib import Graph  # a sixth of a second, which every start would wait for
    from rdflib.namespace import SKOS

    graph = Graph()
    graph.bind("skos", SKOS)
    schemes = uids_of(session, Taxonomy)
    concepts = uids_of(session, Taxon)
    for taxonomy in list_taxonomies(session):
        ids = {taxon.path: concepts[taxon.id or 0] for taxon in list_taxa(session, taxonomy)}
        _scheme(graph, session, taxonomy, (schemes[taxonomy.id or 0], ids))
    yield graph.serialize(format="turtle")


def _scheme(graph: "Graph", session: Session, taxonomy: Taxonomy, uids: tuple[str, dict[str, str]]) -> None:
    from rdflib import Literal
    from rdflib.namespace import DCTERMS, RDF, SKOS

    tree, scheme = taxonomy_tree(session, taxonomy.slug), _uri(uids[0])
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.title, Literal(tree.title, lang=LANGUAGE)))
    graph.add((scheme, SKOS.notation, Literal(tree.slug)))
    if tree.description:
        graph.add((scheme, DCTERMS.description, Literal(tree.description, lang=LANGUAGE)))
    for node in walk(tree.taxa):
        concept = _uri(uids[1][node.path])
        graph.add((concept, SKOS.inScheme, scheme))
        if node.parent is None:
            graph.add((concept, SKOS.topConceptOf, scheme))
            graph.add((scheme, SKOS.hasTopConcept, concept))
        else:
            graph.add((concept, SKOS.broader, _uri(uids[1][node.parent])))
            graph.add((_uri(uids[1][node.parent]), SKOS.narrower, concept))
        _describe(graph, concept, node)


def _describe(graph: "Graph", concept: "URIRef", node: TaxonNode) -> None:
    from rdflib import Literal
    from rdflib.namespace import RDF, SKOS

    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.prefLabel, Literal(node.name, lang=LANGUAGE)))
    graph.add((concept, SKOS.notation, Literal(node.code or node.path)))
    if node.definition:
        graph.add((concept, SKOS.definition, Literal(node.definition, lang=LANGUAGE)))
    for alias in node.aliases:
        graph.add((concept, SKOS.altLabel, Literal(alias, lang=LANGUAGE)))
    for heading, criteria in (("Belongs here", node.include), ("Does not", node.exclude)):
        for criterion in criteria:
            graph.add((concept, SKOS.scopeNote, Literal(f"{heading}: {criterion}", lang=LANGUAGE)))
    for exemplar in node.exemplars:
        graph.add((concept, SKOS.example, Literal(f"{exemplar.title} ({exemplar.id})", lang=LANGUAGE)))


def _uri(uid: str) -> "URIRef":
    from rdflib import URIRef

    return URIRef(f"urn:uuid:{uid}")
