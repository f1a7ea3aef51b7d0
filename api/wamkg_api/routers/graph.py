"""The store as a graph: neighborhoods and paths as node-link JSON; and the citations between works, measured."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from wamkg.exporting.formats import EXPORTS
from wamkg.exporting.graphml import graphml
from wamkg.graph.build import DEFAULT_CAP, MAX_HOPS, MAX_NODES, build_graph, find_path, node_link
from wamkg.graph.bursts import BurstModel
from wamkg.json_types import UncheckedObject
from wamkg.parameters import Word
from wamkg.views.bursts import BurstReport, burst_report
from wamkg.views.citation_graph import (
    MainPathReport,
    SimilarityList,
    WorkRanking,
    main_path_report,
    rank_works,
    similar_works,
)
from wamkg.views.communities import CommunityReport, community_report
from wamkg_api.deps import SessionDep, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.parameters import Kind, Relation
from wamkg_api.schemas.queries import BurstsQuery, CommunitiesQuery, MainPathQuery, PageRankQuery, SimilarWorksQuery

router = APIRouter(prefix="/graph", tags=["graph"])
Thing = Annotated[
    Word,
    Query(
        description="A paper's id, or `kind:slug`: `method:unipi`, `taxon:wam:joint/diffusion`.",
        examples=["arxiv:2302.00111"],
    ),
]


GRAPHML = EXPORTS["graphml"].media_type
_AS_GRAPHML: Responses = {200: {"content": {GRAPHML: {"schema": {"type": "string"}}}}}


class NodeLink(BaseModel):
    """Graph in the form that `networkx.node_link_graph(data, edges="edges")` reads."""

    directed: bool
    multigraph: bool
    graph: UncheckedObject = Field(description="`left_out`: how many more nodes were met than `cap` keeps.")
    nodes: list[UncheckedObject]
    edges: list[UncheckedObject]


@router.get("", response_model=NodeLink, responses={**problems(404, 422), **_AS_GRAPHML})
def get_graph(
    session: SessionDep,
    center: Annotated[
        Thing | None,
        Query(description="Where the neighborhood begins: a paper's id, or `kind:slug`; none: the whole graph."),
    ] = None,
    hops: Annotated[int, Query(ge=0, le=MAX_HOPS, description="Steps from the center.")] = 1,
    kind: Annotated[list[Kind] | None, Query(max_length=20, description="Only these kinds of nodes.")] = None,
    relation: Annotated[list[Relation] | None, Query(max_length=20, description="Only these kinds of links.")] = None,
    cap: Annotated[int, Query(ge=1, le=MAX_NODES, description="Nodes kept at most, near ones first.")] = DEFAULT_CAP,
    format: Annotated[Literal["node-link", "graphml"], Query(description="Form of the graph.")] = "node-link",
) -> Response:
    """The neighborhood of one entity, or the whole graph if `center` is omitted."""
    graph = build_graph(session, center, hops, kind, relation, cap)
    if format == "graphml":
        return Response("".join(graphml(graph)), media_type=GRAPHML)
    return json_response(node_link(graph))


@router.get("/path", response_model=NodeLink, responses=problems(404, 422))
def get_path(
    session: SessionDep,
    source: Annotated[Thing, Query(alias="from")],
    target: Annotated[Thing, Query(alias="to")],
    hops: Annotated[int, Query(ge=0, le=MAX_HOPS, description="Longest way looked for.")] = MAX_HOPS,
) -> Response:
    """A shortest path between two entities. Empty if there is no path."""
    return json_response(node_link(find_path(session, source, target, hops)))


@router.get("/pagerank", response_model=WorkRanking, responses=problems(404, 422))
def get_pagerank(session: SessionDep, query: Annotated[PageRankQuery, Query()]) -> Response:
    """Works by PageRank: by the citations among the works that the filter finds."""
    return json_response(rank_works(session, query.wanted(), query.damping, query.limit))


@router.get("/co-citation", response_model=SimilarityList, responses=problems(404, 422))
def get_co_citation(session: SessionDep, query: Annotated[SimilarWorksQuery, Query()]) -> Response:
    """Pairs of works that are most often cited together, with the number of all such pairs."""
    return json_response(similar_works(session, query.wanted(), "co-citation", query.paper, query.limit))


@router.get("/coupling", response_model=SimilarityList, responses=problems(404, 422))
def get_coupling(session: SessionDep, query: Annotated[SimilarWorksQuery, Query()]) -> Response:
    """Pairs of works that share most references, with the number of all such pairs."""
    return json_response(similar_works(session, query.wanted(), "coupling", query.paper, query.limit))


@router.get("/main-path", response_model=MainPathReport, responses=problems(404, 422))
def get_main_path(session: SessionDep, query: Annotated[MainPathQuery, Query()]) -> Response:
    """The main path through the citations, by search path count, and the citations dropped because of cycles."""
    return json_response(main_path_report(session, query.wanted(), query.search))


@router.get("/communities", response_model=CommunityReport, responses=problems(404, 422))
def get_communities(session: SessionDep, query: Annotated[CommunitiesQuery, Query()]) -> Response:
    """Communities by citations, their agreement with a taxonomy, and the works whose taxon is another one."""
    found = community_report(session, query.wanted(), query.taxonomy, query.depth, query.resolution)
    return json_response(found)


@router.get("/bursts", response_model=BurstReport, responses=problems(404, 422))
def get_bursts(session: SessionDep, query: Annotated[BurstsQuery, Query()]) -> Response:
    """Periods in which a branch has an unusual share of all papers, or of all citing papers."""
    model = BurstModel(query.ratio, query.reluctance)
    return json_response(burst_report(session, query.counted, query.taxonomy, query.by, query.depth, model))
