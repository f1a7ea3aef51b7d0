"""The pages for timeline and leaderboards."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

from sqlmodel import Session

from wamkg.pages.chart import PHONE, WIDE, steps_of, timeline_chart
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.links import query_url
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.parameters import first_day_of, last_day_of
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.entities import EntityItem, all_entities
from wamkg.views.results import Leaderboard, ResultQuery, leaderboard
from wamkg.views.taxonomies import taxonomy_list
from wamkg.views.timelines import BranchCitations, PaperTimeline, Span, citations_by_branch, papers_timeline
from wamkg.vocabulary import EntityKind


def chosen_taxonomy(session: Session, slug: str) -> str:
    """The taxonomy that a page shows: the one asked for, the main one, or the one with most papers; empty if there is
    none.
    """
    return slug or next((taxonomy.slug for taxonomy in taxonomy_list(session)), "")


@dataclass(frozen=True)
class TimelineChoice:
    """What a timeline shows: papers or the citations of papers, its period, taxonomy, depth, date rule of papers, and
    its first and last day.
    """

    show: Literal["papers", "citations"] = "papers"
    by: str = "quarter"
    taxonomy: str = ""
    depth: int = 1
    date: str = ""
    since: str | None = None
    until: str | None = None

    @property
    def given(self) -> dict[str, object]:
        """The choice as the parameters of an address; papers are shown without saying so."""
        names = ("taxonomy", "by", "depth", "date", "since", "until")
        chosen = {name: getattr(self, name) for name in names}
        return chosen if self.show == "papers" else {"show": self.show, **chosen, "date": None}

    @property
    def figure(self) -> str:
        """The figure that shows the same; the one of citations always shows all years."""
        return "timeline" if self.show == "papers" else "citations"

    @property
    def drawn(self) -> dict[str, object]:
        """The parameters of that figure."""
        return self.given if self.show == "papers" else {n: self.given[n] for n in ("taxonomy", "by", "depth")}


def timeline_of(session: Session, choice: TimelineChoice) -> PaperTimeline | BranchCitations:
    """The timeline that was chosen; empty if there is no taxonomy.

    Raises the errors of `papers_timeline`.
    """
    taxonomy = chosen_taxonomy(session, choice.taxonomy)
    if not taxonomy_list(session):
        return PaperTimeline(taxonomy, choice.by, choice.depth, choice.date, [], {}, [], 0, 0, 0, 0)
    if choice.show == "citations":
        days = Span(first_day_of(choice.since, "since"), last_day_of(choice.until, "until"))
        return citations_by_branch(session, choice.by, taxonomy, choice.depth, days)
    span = PaperFilter(since=choice.since, until=choice.until)
    return papers_timeline(session, choice.by, taxonomy, choice.depth, choice.date, span if span.given else None)


def timeline_page(session: Session, choice: TimelineChoice, viewer: Viewer | None = None) -> str:
    """Papers, or the papers that cite them, over time: as a chart whose parts lead to their papers, and as a table.

    Raises the errors of `papers_timeline`.
    """
    timeline = timeline_of(session, choice)
    shown = replace(
        choice, taxonomy=timeline.taxonomy, date=timeline.date_rule if isinstance(timeline, PaperTimeline) else ""
    )
    classes = load_taxon_names(session)
    steps = steps_of(timeline.taxa, classes.branch_hues.get(timeline.taxonomy, {}))
    return render(
        "timeline.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/timeline",
        timeline=timeline,
        choice=shown,
        tabs=_tabs(choice),
        years=sorted({item.period[:4] for item in timeline.items}),
        command=figure_command(shown),
        charts=[timeline_chart(timeline, width, steps) for width in (WIDE, PHONE)],
        steps=steps,
        taxonomies=taxonomy_list(session),
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _tabs(choice: TimelineChoice) -> list[tuple[str, str, bool]]:
    """The views of time as address, words, and whether it is the one shown; a view keeps what else was chosen."""
    chosen = {f.name: getattr(choice, f.name) for f in fields(choice) if getattr(choice, f.name) != f.default}
    papers, citations = {**chosen, "show": None}, {**chosen, "show": "citations"}
    return [
        (query_url("/timeline", papers), "Papers", choice.show == "papers"),
        (query_url("/timeline", citations), "Citations", choice.show == "citations"),
        ("/#roadmap", "Roadmap", False),
    ]


def figure_command(choice: TimelineChoice) -> str:
    """The command that draws the same figure for a manuscript."""
    given = {name: value for name, value in choice.drawn.items() if value not in (None, "")}
    options = [f"--{name} {shlex.quote(str(value))}" for name, value in given.items()]
    return " ".join([f"wamkg figure {choice.figure}", *options, f"-o {choice.figure}.pdf"])


@dataclass(frozen=True)
class LeaderboardChoice:
    """What the leaderboards show: a benchmark, a class (`wam:joint`), who reports, and the order of the rows."""

    benchmark: str | None = None
    taxon: str | None = None
    party: str | None = None
    rows: str = "rank"


def leaderboard_page(session: Session, choice: LeaderboardChoice, viewer: Viewer | None = None) -> str:
    """Leaderboards of one benchmark; by default the one with the most results.

    Raises the errors of `leaderboard`.
    """
    benchmarks = _with_results(session)
    chosen = replace(choice, benchmark=choice.benchmark or (benchmarks[0].slug if benchmarks else None))
    classes = load_taxon_names(session)
    return render(
        "leaderboard.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/leaderboard",
        benchmarks=benchmarks,
        choice=chosen,
        asked=vars(chosen),
        boards=_boards(session, chosen),
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _with_results(session: Session) -> list[EntityItem]:
    """The benchmarks that have results, those with most first."""
    return sorted((b for b in all_entities(session, EntityKind.BENCHMARK) if b.results), key=lambda b: -b.results)


def _boards(session: Session, choice: LeaderboardChoice) -> list[Leaderboard]:
    if not choice.benchmark:
        return []
    papers = PaperFilter(taxon=(choice.taxon,) if choice.taxon else ())
    boards = leaderboard(session, ResultQuery(benchmark=(choice.benchmark,), party=choice.party, papers=papers))
    if choice.rows == "rank":
        return boards
    return [replace(b, rows=sorted(b.rows, key=lambda row: row.result.method_name.casefold())) for b in boards]


def leaderboard_rows(session: Session, choice: LeaderboardChoice) -> Iterator[list[object]]:
    """The results of a benchmark (or of all) as rows of a table with a header.

    Raises the errors of `leaderboard`.
    """
    slugs = [choice.benchmark] if choice.benchmark else [each.slug for each in _with_results(session)]
    yield ["benchmark", "suite", "split", "metric", "unit", "rank", "method", "value", "paper", "reported by", "where"]
    for board in (board for slug in slugs for board in _boards(session, replace(choice, benchmark=slug))):
        protocol = [board.benchmark_name, board.suite, board.split, board.metric_name or "", board.unit or ""]
        for row in board.rows:
            r = row.result
            place = [r.paper or "", r.reported_by or "", r.reported_location or ""]
            yield [*protocol, "" if row.rank is None else row.rank, r.method_name, r.value, *place]
