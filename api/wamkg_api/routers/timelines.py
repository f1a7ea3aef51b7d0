"""Timelines as JSON or CSV."""

import csv
from io import StringIO
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from wamkg.errors import ConflictError
from wamkg.store.taxonomies import default_taxonomy
from wamkg.views.paging import Page
from wamkg.views.timelines import (
    MAX_DEPTH,
    CitationTimeline,
    PaperTimeline,
    citation_csv_rows,
    citation_timeline,
    compare_citations,
    comparison_csv_rows,
    papers_timeline,
    timeline_csv_rows,
)
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.deps import SessionDep, TaxonomySlug, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.queries import CitationComparisonQuery, CitationTimelineQuery

router = APIRouter(prefix="/timeline", tags=["timeline"])
By = Annotated[Literal["month", "quarter", "year"], Query(description="Length of a period.")]
Form = Annotated[Literal["json", "csv"], Query(alias="format", description="Form of the answer.")]
_AS_TABLE: Responses = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/papers", response_model=PaperTimeline, responses={**problems(404, 422), **_AS_TABLE})
def get_papers_timeline(
    session: SessionDep,
    by: By = "month",
    taxonomy: TaxonomySlug = MAIN_TAXONOMY,
    depth: Annotated[int, Query(ge=0, le=MAX_DEPTH, description="Depth of the taxa counted apart.")] = 1,
    date: Annotated[
        Literal["arxiv_v1", "venue"] | None, Query(description="Which date places a paper; default: the survey's rule.")
    ] = None,
    form: Form = "json",
) -> Response:
    """Assigned papers per period, split by taxon, and how many have no usable date."""
    found = papers_timeline(session, by, taxonomy, depth, date or "")
    return json_response(found) if form == "json" else table(timeline_csv_rows(found))


@router.get("/citations", response_model=CitationTimeline, responses={**problems(404, 409, 422), **_AS_TABLE})
def get_citations_timeline(session: SessionDep, query: Annotated[CitationTimelineQuery, Query()]) -> Response:
    """Papers that cite one paper, method or taxon, per period. Give exactly one; without any, the main taxonomy is
    counted.
    """
    given = query.subject
    if len(given) > 1:
        raise ConflictError(f"{' and '.join(given)} cannot be combined: use one of them, or timeline/citations/compare")
    subject = given or {"taxon": default_taxonomy(session)}
    found = citation_timeline(session, query.by, **subject, span=query.span)
    return json_response(found) if query.format_ == "json" else table(citation_csv_rows(found))


@router.get("/citations/compare", response_model=Page[CitationTimeline], responses={**problems(404, 422), **_AS_TABLE})
def compare_citation_timelines(session: SessionDep, query: Annotated[CitationComparisonQuery, Query()]) -> Response:
    """The citation timelines of several subjects over the same periods."""
    found = compare_citations(session, query.subject, query.by, query.span)
    if query.format_ == "csv":
        return table(comparison_csv_rows(found, query.values))
    return json_response(Page(found, len(found), None))


def table(rows: object) -> Response:
    """Rows as CSV."""
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return Response(buffer.getvalue(), media_type="text/csv; charset=utf-8")
