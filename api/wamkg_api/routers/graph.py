"""The store as a graph: neighborhoods and paths as node-link JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from wamkg.graph.build import DEFAULT_CAP, MAX_HOPS, MAX_NODES, build_graph, find_path, node_link
from wamkg.parameters import Word
from wamkg_api.deps import SessionDep, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.parameters import Kind, Relation

router = APIRouter(prefix="/graph", tags=["graph"])
Thing = Annotated[
    Word,
    Query(
        description="A paper's id, or `kind:slug`: `method:unipi`, `taxon:wam:joint/diffusion`.",
        examples=["arxiv:2302.00111"],
    ),
]


class NodeLink(BaseModel):
    """Graph in the form that `networkx.node_link_graph(data, edges="edges")` reads."""

    directed: bool
    multigraph: bool
    graph: dict[str, Any] = Field(description="`left_out`: how many more nodes were met than `cap` keeps.")
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]


@router.get("", response_model=NodeLink, responses=problems(404, 422))
def get_graph(
    session: SessionDep,
    center: Annotated[Thing | None, Query()] = None,
    hops: Annotated[int, Query(ge=0, le=MAX_HOPS, description="Steps from the center.")] = 1,
    kind: Annotated[list[Kind] | None, Query(max_length=20, description="Only these kinds of nodes.")] = None,
    relation: Annotated[list[Relation] | None, Query(max_length=20, description="Only these kinds of links.")] = None,
    cap: Annotated[int, Query(ge=1, le=MAX_NODES, description="Nodes kept at most, near ones first.")] = DEFAULT_CAP,
) -> Response:
    """The neighborhood of one entity, or the whole graph if `center` is omitted."""
    return json_response(node_link(build_graph(session, center, hops, kind, relation, cap)))


@router.get("/path", response_model=NodeLink, responses=problems(404, 422))
def get_path(
    session: SessionDep,
    source: Annotated[Thing, Query(alias="from")],
    target: Annotated[Thing, Query(alias="to")],
    hops: Annotated[int, Query(ge=0, le=MAX_HOPS, description="Longest way looked for.")] = MAX_HOPS,
) -> Response:
    """A shortest path between two entities. Empty if there is no path."""
    return json_response(node_link(find_path(session, source, target, hops)))
