"""Named entities (methods, datasets, benchmarks and others), results and leaderboards."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from wamkg.views.leaderboard import Board, ResultItem, ResultQuery, leaderboard, result_item, result_page
from wamkg.views.library import LibraryQuery
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.things import ThingItem, thing_item, thing_list
from wamkg.vocabulary import EntityKind
from wamkg_api.deps import After, FiltersDep, Limit, SessionDep, ThingSlug, Uid, answer
from wamkg_api.errors import problems
from wamkg_api.forms import Text, Word

router = APIRouter(tags=["things"])
LISTED = {
    "methods": EntityKind.METHOD,
    "datasets": EntityKind.DATASET,
    "benchmarks": EntityKind.BENCHMARK,
    "metrics": EntityKind.METRIC,
    "institutions": EntityKind.INSTITUTION,
    "challenges": EntityKind.CHALLENGE,
    "concepts": EntityKind.CONCEPT,
}


def _add_list(name: str, kind: EntityKind) -> None:
    def list_things(
        session: SessionDep,
        q: Annotated[Text | None, Query(description="Part of a name or spelling.")] = None,
        limit: Limit = DEFAULT_LIMIT,
        after: After = None,
    ) -> Response:
        return answer(thing_list(session, kind, q, limit, after))

    def get_thing(session: SessionDep, slug: ThingSlug) -> Response:
        return answer(thing_item(session, kind, slug))

    router.add_api_route(
        f"/{name}",
        list_things,
        response_model=Page[ThingItem],
        responses=problems(404, 422),
        name=f"list_{name}",
        summary=f"{name.capitalize()} by name.",
    )
    router.add_api_route(
        f"/{name}/{{slug}}",
        get_thing,
        response_model=ThingItem,
        responses=problems(404, 422),
        name=f"get_{kind}",
        summary=f"One of the {name}, by slug, name or former name.",
    )


for _name, _kind in LISTED.items():
    _add_list(_name, _kind)


def _query(
    filters: LibraryQuery, metric: str | None, suite: str | None, split: str | None, method: str | None
) -> ResultQuery:
    """The filters of the library, except that `benchmark` and `party` filter results, not papers."""
    names = filters.benchmark
    papers = LibraryQuery(**{**vars(filters), "benchmark": (), "party": None})
    return ResultQuery(names[0] if names else None, metric, suite, split, method, filters.party, papers)


MetricName = Annotated[Word | None, Query(description="Slug or name.")]
Suite = Annotated[Text | None, Query(description="Exactly as in the results; empty for none.")]


@router.get("/results", response_model=Page[ResultItem], responses=problems(404, 422))
def list_results(
    session: SessionDep,
    filters: FiltersDep,
    metric: MetricName = None,
    suite: Suite = None,
    split: Suite = None,
    method: MetricName = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Reported results with who reported them. The other filters apply to the paper that introduced the method."""
    return answer(result_page(session, _query(filters, metric, suite, split, method), limit, after))


@router.get("/results/{uid}", response_model=ResultItem, responses=problems(404, 422))
def get_result(session: SessionDep, uid: Uid) -> Response:
    """One reported result."""
    return answer(result_item(session, uid))


@router.get("/leaderboard", response_model=Page[Board], responses=problems(404, 422))
def list_boards(
    session: SessionDep,
    filters: FiltersDep,
    metric: MetricName = None,
    suite: Suite = None,
    split: Suite = None,
    method: MetricName = None,
    rank: Annotated[Literal["all", "ranked"], Query(description="`ranked`: only boards that have ranks.")] = "all",
) -> Response:
    """Results as leaderboards. One leaderboard has one benchmark, suite, split and metric; nothing else is compared."""
    boards = leaderboard(session, _query(filters, metric, suite, split, method))
    boards = [b for b in boards if rank == "all" or b.higher_is_better is not None]
    return answer(Page(boards, len(boards), None))
