"""All figures by name: each reads its data from the store and draws it."""

from collections.abc import Callable
from dataclasses import replace

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.figures.charts.citations import MOST, draw_citations
from wamkg.figures.charts.crosswalk import draw_crosswalk
from wamkg.figures.charts.evaluation import read_evaluation
from wamkg.figures.charts.flow import draw_flow
from wamkg.figures.charts.leaderboard import draw_leaderboard
from wamkg.figures.charts.learning_curve import draw_learning_curve, read_simulation
from wamkg.figures.charts.main_path import draw_main_path
from wamkg.figures.charts.matrix import draw_matrix
from wamkg.figures.charts.overview import draw_overview
from wamkg.figures.charts.publications import draw_publications
from wamkg.figures.charts.reliability import draw_reliability
from wamkg.figures.charts.taxonomy_tree import draw_tree
from wamkg.figures.query import FigureQuery
from wamkg.figures.roadmap.draw import draw_roadmap
from wamkg.figures.save import Drawing
from wamkg.figures.style import FigureOptions
from wamkg.store.paper_filter import count_papers
from wamkg.store.survey import branch_hues
from wamkg.store.taxonomies import default_taxonomy, find_default_taxonomy, get_taxonomy, list_taxa, list_taxonomies
from wamkg.taxonomy.crosswalk import crosswalk
from wamkg.views.citation_graph import main_path_report
from wamkg.views.matrix import YEAR, facet_matrix
from wamkg.views.missing import flow_counts
from wamkg.views.results import ResultQuery, scores_over_time
from wamkg.views.roadmap import build_roadmap
from wamkg.views.taxonomies import taxonomy_with_papers
from wamkg.views.timelines import branches_at, citation_timeline, papers_timeline
from wamkg.vocabulary import MAIN_TAXONOMY

TRAINING_DATA = "training-data"


def make_figure(session: Session, name: str, query: FigureQuery, look: FigureOptions) -> Drawing:
    """Draw the named figure.

    Raises NotFoundError and InvalidInputError, as the figure's view and drawing do.
    """
    asked = query.checked(name)
    filters = asked.described_filters()
    if filters and not count_papers(session, asked.papers):
        raise InvalidInputError(f"no paper matches {filters}; give other filters, or none")
    drawing = _MAKERS[name](session, asked, replace(look, branch_hues=branch_hues(session)))
    if filters:
        drawing = replace(drawing, caption=f"{drawing.caption} Only papers that match {filters}.")
    return replace(drawing, notes=drawing.notes + drawing.unseen())


def _roadmap(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    roadmap = build_roadmap(session, query.taxonomy or MAIN_TAXONOMY, query.date or "", wanted=query.papers)
    since = query.since_day
    if query.since_release:
        new = frozenset(item.element_id for item in roadmap.items) - look.known
    else:
        new = frozenset(item.element_id for item in roadmap.items if since and item.when >= since)
    look = replace(look, representatives=query.count, fit=query.fit, chosen=query.names)
    look = replace(look, new=new, new_label=query.since or "")
    look = replace(look, orientation=query.orientation or look.orientation)  # type: ignore[arg-type]
    return draw_roadmap(roadmap, replace(look, depth=query.depth))


def _timeline(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    depth = 1 if query.depth is None else query.depth
    by, taxonomy = query.by or "quarter", query.taxonomy or MAIN_TAXONOMY
    timeline = papers_timeline(session, by, taxonomy, depth, query.date or "", query.papers)
    return draw_publications(timeline, look)


def _taxonomy(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    placed = taxonomy_with_papers(session, query.taxonomy or MAIN_TAXONOMY, query.date or "", query.papers)
    return draw_tree(placed, replace(look, depth=query.depth), query.count, query.names)


def _training_data(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    known = any(taxonomy.slug == TRAINING_DATA for taxonomy in list_taxonomies(session))
    slug = query.taxonomy or (TRAINING_DATA if known else MAIN_TAXONOMY)
    return draw_overview(taxonomy_with_papers(session, slug, query.date or "", query.papers), look)


def _leaderboard(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    asked = ResultQuery(query.benchmark, query.metric, query.suite, papers=query.papers)
    return draw_leaderboard(scores_over_time(session, asked), look)


def _matrix(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    facet, date, taxonomy = query.facet or YEAR, query.date or "", query.taxonomy or MAIN_TAXONOMY
    return draw_matrix(facet_matrix(session, taxonomy, facet, query.depth or 0, date, wanted=query.papers), look)


def _crosswalk(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    slug = query.taxonomy or default_taxonomy(session)
    if query.compare_with is None:
        others = ", ".join(t.slug for t in list_taxonomies(session) if t.slug != slug)
        raise InvalidInputError(
            f"name the taxonomy to compare {slug!r} with: compare_with={others or 'none there is yet'}"
        )
    found = crosswalk(session, slug, query.compare_with, query.depth or 0, query.depth or 0)
    names = [
        {taxon.path: taxon.name for taxon in list_taxa(session, get_taxonomy(session, t))} for t in (found.a, found.b)
    ]
    return draw_crosswalk(found, names[0], names[1], look)


def _citations(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    subjects = [(kind, name) for kind in ("paper", "method", "taxon") for name in getattr(query, kind)]
    if not subjects:
        depth = 1 if query.depth is None else query.depth
        subjects = [("taxon", path) for path in branches_at(session, query.taxonomy or MAIN_TAXONOMY, depth)]
    by = query.by or "month"
    timelines = [citation_timeline(session, by, **{kind: name}) for kind, name in subjects]
    if query.paper or query.method:
        return draw_citations(timelines, look, taxonomy_with_papers(session, query.taxonomy or MAIN_TAXONOMY).items)
    if query.taxon or len(timelines) <= MOST:
        return draw_citations(timelines, look)
    cited = sorted(timelines, key=lambda timeline: (-timeline.citations, -timeline.papers))[:MOST]
    drawing = draw_citations([timeline for timeline in timelines if timeline in cited], look)
    note = f"{MOST} of {len(timelines)} branches, the most cited; name others with --taxon TAXONOMY:PATH"
    return replace(drawing, notes=(*drawing.notes, note))


def _main_path(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    main = find_default_taxonomy(session)
    names = {taxon.path: taxon.name for taxon in list_taxa(session, get_taxonomy(session, main))} if main else {}
    return draw_main_path(main_path_report(session, query.papers), names, look)


def _flow(session: Session, _: FigureQuery, look: FigureOptions) -> Drawing:
    return draw_flow(flow_counts(session), look)


def _reliability(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    return draw_reliability(read_evaluation(query.source), look)


def _learning_curve(session: Session, query: FigureQuery, look: FigureOptions) -> Drawing:
    return draw_learning_curve(read_simulation(query.source), look)


_MAKERS: dict[str, Callable[[Session, FigureQuery, FigureOptions], Drawing]] = {
    "roadmap": _roadmap,
    "taxonomy": _taxonomy,
    "timeline": _timeline,
    "training-data": _training_data,
    "leaderboard": _leaderboard,
    "reliability": _reliability,
    "learning-curve": _learning_curve,
    "matrix": _matrix,
    "crosswalk-table": _crosswalk,
    "citations": _citations,
    "main-path": _main_path,
    "flow": _flow,
}
