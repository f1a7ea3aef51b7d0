"""`graph`: the citations between works, measured."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlmodel import Session

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, err, out, print_json, print_table
from wamkg.cli.paper_filters import FilterValues, in_main_taxonomy, with_paper_filters
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.exporting.graphml import graphml
from wamkg.graph.build import DEFAULT_CAP, build_graph, node_link
from wamkg.graph.bursts import USUAL, BurstModel
from wamkg.graph.options import DAMPING, SEARCHES, SharedBy
from wamkg.near_matches import unknown
from wamkg.readable import pluralize, shorten
from wamkg.store.paper_filter import PaperFilter
from wamkg.views.bursts import burst_report
from wamkg.views.citation_graph import (
    GraphSize,
    MainPathReport,
    SimilarityList,
    SimilarWorks,
    WorkItem,
    main_path_report,
    rank_works,
    similar_works,
)
from wamkg.views.communities import CommunityReport, DisagreeingWork, community_report

LONGEST, SHOWN_DROPPED = 60, 20
FORMS = ("node-link", "graphml")
"""Forms of a neighborhood."""
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows printed at most.")]
PaperOption = Annotated[str | None, typer.Option("--paper", help="Any id of a paper: only its own pairs.")]
graph = typer.Typer(
    help="Measure the citations between works, or write a neighborhood as a graph for other programs.",
    no_args_is_help=True,
)


@contextmanager
def _selected(filters: FilterValues, release: str | None, as_of: str | None) -> Iterator[tuple[Session, PaperFilter]]:
    with open_selected_store(release, as_of) as store, store.reading() as session:
        yield session, PaperFilter(**in_main_taxonomy(session, filters))


def _name(work: WorkItem) -> str:
    return shorten(work.label, LONGEST)


def _print_size(size: GraphSize) -> None:
    out.print(
        f"{pluralize(size.works, 'work')}, {pluralize(size.citations, 'citation')} among them; "
        f"{size.unlinked:,} without any"
    )
    if not size.citations:
        err.print("no citations among these works are stored; `wamkg enrich` fetches them")
    if size.repeated or size.within_work:
        err.print(
            f"note: in the whole store, {pluralize(size.repeated, 'citation')} stated more than once counted once; "
            f"{size.within_work:,} inside one work not counted"
        )


@graph.command("pagerank")
@with_paper_filters
def pagerank(
    filters: FilterValues,
    damping: Annotated[float, typer.Option("--damping", help="Probability to follow a reference.")] = DAMPING,
    limit: LimitOption = 20,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Rank works by PageRank within the library, or within the papers that the filters find."""
    with _selected(filters, release, as_of) as (session, wanted):
        found = rank_works(session, wanted, damping, limit)
    if json:
        print_json(found)
        return
    rows = [
        [w.rank, f"{w.pagerank:.5f}", w.cited_by, w.cites, w.work.paper, _name(w.work), w.work.taxon]
        for w in found.items
    ]
    print_table("", ["rank", "pagerank", "cited by", "cites", "id", "work", "taxon"], rows)
    _print_size(found.size)


def _add_pairs_command(shared: SharedBy, about: str) -> None:
    """Add the command that lists pairs of works by what they share."""

    @graph.command(shared, help=about)
    @with_paper_filters
    def pairs(
        filters: FilterValues,
        paper: PaperOption = None,
        limit: LimitOption = 20,
        release: ReleaseOption = None,
        as_of: AsOfOption = None,
        json: JsonOption = False,
    ) -> None:
        with _selected(filters, release, as_of) as (session, wanted):
            _print_similar(similar_works(session, wanted, shared, paper, limit), json)


_add_pairs_command("co-citation", "List pairs of works that are most often cited together.")
_add_pairs_command("coupling", "List pairs of works that share most references (bibliographic coupling).")


def _print_similar(found: SimilarityList, json: bool) -> None:
    if json:
        print_json(found)
        return
    print_table("", ["shared", "cosine", "one", "other", "works"], [_pair(pair) for pair in found.items])
    out.print(f"{len(found.items):,} of {pluralize(found.total, 'pair')}")
    _print_size(found.size)


def _pair(pair: SimilarWorks) -> Sequence[object]:
    works = f"{_name(pair.one)} / {_name(pair.other)}"
    return [pair.shared, f"{pair.cosine:.3f}", pair.one.paper, pair.other.paper, works]


@graph.command("neighborhood")
def neighborhood(
    center: Annotated[
        str | None,
        typer.Argument(metavar="[CENTER]", help="A paper's id, or KIND:SLUG such as method:unipi; none: the store."),
    ] = None,
    hops: Annotated[int, typer.Option("--hops", help="Steps from the center.")] = 1,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only these kinds of nodes; repeat it.")] = None,
    relation: Annotated[
        list[str] | None, typer.Option("--relation", help="Only these kinds of links; repeat it.")
    ] = None,
    cap: Annotated[int, typer.Option("--cap", help="Nodes kept at most, near ones first.")] = DEFAULT_CAP,
    format: Annotated[str, typer.Option("--format", help=" or ".join(FORMS))] = FORMS[0],
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Write the neighborhood of one entity, or the whole graph. Exits with 3 if nodes were left out."""
    if format not in FORMS:
        raise typer.BadParameter(unknown("format", format, FORMS), param_hint="--format")
    with open_selected_store(release, as_of) as store, store.reading() as session:
        found = build_graph(session, center, hops, kind, relation, cap)
    if format == "graphml":
        sys.stdout.writelines(graphml(found))
    else:
        print_json(node_link(found))
    if left_out := found.graph["left_out"]:
        err.print(f"{pluralize(left_out, 'node')} left out, the farthest ones; --cap keeps more")
    return EXIT_PARTIAL if left_out else 0


@graph.command("main-path")
@with_paper_filters
def main_path(
    filters: FilterValues,
    search: Annotated[
        str, typer.Option("--search", help=f"{' or '.join(SEARCHES)}: largest sum of counts, or step by step.")
    ] = "global",
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> int:
    """Find the main path through the citations, by search path count. Exits with 3 if it dropped citations."""
    with _selected(filters, release, as_of) as (session, wanted):
        found = main_path_report(session, wanted, search)  # type: ignore[arg-type]
    if json:
        print_json(found)
    else:
        _print_main_path(found)
    return EXIT_PARTIAL if found.dropped else 0


def _print_main_path(found: MainPathReport) -> None:
    shares = ["", *(f"{step.weight:.3f}" for step in found.steps)] if found.works else []
    rows = [
        [share, work.date, work.paper, _name(work), work.taxon] for share, work in zip(shares, found.works, strict=True)
    ]
    print_table("", ["share of paths", "date", "id", "work", "taxon"], rows)
    ties = sum(step.ties > 0 for step in found.steps)
    if ties:
        err.print(f"note: at {pluralize(ties, 'step')} another work had the same weight; the one stored first is shown")
    for edge in found.dropped[:SHOWN_DROPPED]:
        err.print(
            f"dropped, because it closes a cycle: {edge.citing.paper} ({edge.citing.date or 'no date'}) cites "
            f"{edge.cited.paper} ({edge.cited.date or 'no date'})"
        )
    if len(found.dropped) > SHOWN_DROPPED:
        err.print(f"and {len(found.dropped) - SHOWN_DROPPED:,} more; `--json` lists all")
    _print_size(found.size)


@graph.command("communities")
@with_paper_filters
def communities(
    filters: FilterValues,
    taxonomy: TaxonomyOption = "",
    depth: Annotated[int, typer.Option("--depth", help="Depth of the taxa to compare with; 0: the whole path.")] = 1,
    resolution: Annotated[float, typer.Option("--resolution", help="Higher: smaller communities.")] = 1.0,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Compare communities by citations with a taxonomy, and list the works whose taxon is another one."""
    with _selected(filters, release, as_of) as (session, wanted):
        found = community_report(session, wanted, taxonomy, depth, resolution)
    if json:
        print_json(found)
    else:
        _print_communities(found)


def _print_communities(found: CommunityReport) -> None:
    rows = [
        [item.number, item.works, item.placed, item.taxon, "" if item.share is None else f"{item.share:.0%}"]
        for item in found.items
    ]
    print_table("", ["community", "works", "placed", "most common taxon", "share"], rows)
    print_table("", ["id", "work", "taxon", "community", "expected", "links"], [_other(d) for d in found.disagree])
    if found.nmi is not None and found.ari is not None:
        out.print(
            f"{pluralize(found.placed, 'work')} with a community and a taxon of {found.taxonomy}: mutual information "
            f"{found.nmi:.3f}, adjusted Rand index {found.ari:.3f}; {found.unplaced:,} with a community only"
        )
    _print_size(found.size)


def _other(work: DisagreeingWork) -> Sequence[object]:
    links = f"{work.own_links} own, {work.expected_links} expected"
    return [work.work.paper, _name(work.work), work.taxon, work.community, work.expected, links]


@graph.command("bursts")
def bursts(
    counted: Annotated[str, typer.Option("--of", help="papers or citations of each branch.")] = "citations",
    taxonomy: TaxonomyOption = "",
    by: Annotated[str, typer.Option("--by", help="month, quarter or year.")] = "quarter",
    depth: Annotated[int, typer.Option("--depth", help="Depth of the branches.")] = 1,
    ratio: Annotated[float, typer.Option("--ratio", help="Share in a burst to the usual share.")] = USUAL.ratio,
    reluctance: Annotated[float, typer.Option("--reluctance", help="Higher: fewer, longer bursts.")] = USUAL.reluctance,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Find periods in which a branch has an unusual share of all papers or citations."""
    with open_selected_store(release, as_of) as store, store.reading() as session:
        found = burst_report(session, counted, taxonomy, by, depth, BurstModel(ratio, reluctance))  # type: ignore[arg-type]
    if json:
        print_json(found)
        return
    rows = [
        [b.taxon, b.first, b.last, b.count, b.total, f"{b.usual_share:.0%}", f"{b.weight:.1f}"] for b in found.items
    ]
    print_table("", ["branch", "first", "last", found.counted, "of", "usual share", "weight"], rows)
    out.print(
        f"{pluralize(len(found.items), 'burst')} of {len(found.branches)} branches in "
        f"{pluralize(len(found.periods), 'period')}; {found.undated:,} without an exact date not counted"
    )
