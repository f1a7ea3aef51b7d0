"""The pages for timeline and leaderboards."""

from collections.abc import Sequence

from sqlmodel import Session

from wamkg.pages.chart import steps_of, timeline_chart
from wamkg.pages.context import load_taxon_names
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.entities import all_entities
from wamkg.views.results import ResultQuery, leaderboard
from wamkg.views.survey import site_name
from wamkg.views.taxonomies import TaxonomyItem, taxonomy_list
from wamkg.views.timelines import PaperTimeline, papers_timeline
from wamkg.vocabulary import EntityKind


def chosen_taxonomy(session: Session, slug: str, taxonomies: Sequence[TaxonomyItem]) -> str:
    """The taxonomy that a page shows: the one asked for, the main one, or the one with most papers."""
    return slug or find_default_taxonomy(session) or (taxonomies[0].slug if taxonomies else "")


def timeline_page(
    session: Session, by: str, taxonomy: str, depth: int, date_rule: str, viewer: Viewer | None = None
) -> str:
    """Papers over time as a chart and as a table.

    Raises the errors of `papers_timeline`.
    """
    taxonomies = taxonomy_list(session)
    taxonomy = chosen_taxonomy(session, taxonomy, taxonomies)
    nothing = PaperTimeline(taxonomy, by, depth, date_rule, [], {}, [], 0, 0, 0, 0)
    timeline = papers_timeline(session, by, taxonomy, depth, date_rule) if taxonomies else nothing
    classes = load_taxon_names(session)
    return render(
        "timeline.html",
        viewer=viewer,
        site=site_name(session),
        main=find_default_taxonomy(session),
        here="/timeline",
        timeline=timeline,
        chart=timeline_chart(timeline),
        steps=steps_of(timeline.taxa),
        taxonomies=taxonomies,
        names=classes.names,
        families=classes.families,
    )


def leaderboard_page(
    session: Session, benchmark: str | None, taxon: str | None, party: str | None, viewer: Viewer | None = None
) -> str:
    """Leaderboards of one benchmark; by default the one with the most results.

    Raises the errors of `leaderboard`.
    """
    benchmarks = sorted((b for b in all_entities(session, EntityKind.BENCHMARK) if b.results), key=lambda b: -b.results)
    chosen = benchmark or (benchmarks[0].slug if benchmarks else None)
    papers = PaperFilter(taxon=(taxon,) if taxon else ())
    classes = load_taxon_names(session)
    return render(
        "leaderboard.html",
        viewer=viewer,
        site=site_name(session),
        main=find_default_taxonomy(session),
        here="/leaderboard",
        benchmarks=benchmarks,
        benchmark=chosen,
        taxon=taxon,
        party=party,
        boards=leaderboard(session, ResultQuery(benchmark=(chosen,), party=party, papers=papers)) if chosen else [],
        names=classes.names,
        families=classes.families,
    )
