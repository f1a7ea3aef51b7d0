"""Draw the main path through the citations: its works from old to new, named by their methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wamkg.errors import InvalidInputError
from wamkg.figures.ids import slug
from wamkg.figures.measure import text_width
from wamkg.figures.page import MARKS, ChartPage, FigureText, LegendKey, baseline, truncate_to_width
from wamkg.figures.paint import Painter, Type, marker
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_colors, branch_of, repeats
from wamkg.figures.style import MARGIN, TEXT_SIZE, THEMES, FigureOptions, Theme
from wamkg.figures.svg import Element
from wamkg.readable import pluralize
from wamkg.views.citation_graph import MainPathReport, WorkItem

MOST = 60
"""Maximum number of works that fit on a page."""
STEP, _DOT, _GAP = 19.0, 2.2, 5.0
_THINNEST, _THICKEST = 0.5, 3.0


@dataclass(frozen=True)
class PathRow:
    """One work: the height of its middle, its color and shape, and the texts that fit beside its dot."""

    work: WorkItem
    y: float
    color: str
    shape: int
    label: str
    title: str


def lay_out(
    works: Sequence[WorkItem], looks: Mapping[str, tuple[str, int]], left: float, right: float, floor: float
) -> list[PathRow]:
    """Rows from the oldest work at the top to the newest just above `floor`; names are between `left` and `right`.

    `looks` has the color and the shape of a taxon's dots.
    """
    rows = []
    for number, work in enumerate(works):
        label = truncate_to_width(plain(work.label), right - left, bold=True)
        start = left + text_width(label, TEXT_SIZE, bold=True) + _GAP
        title = truncate_to_width(plain(work.title), right - start) if right - start > STEP else ""
        y = floor + STEP * (len(works) - 0.5 - number)
        rows.append(PathRow(work, y, *looks[work.taxon or ""], label, title))
    return rows


def draw_main_path(report: MainPathReport, names: Mapping[str, str], options: FigureOptions | None = None) -> Drawing:
    """Draw the path; `names` are the names of branches by path. The line is as thick as its share of all paths.

    Raises InvalidInputError without citations, and for more works than fit on a page.
    """
    if not report.works:
        raise InvalidInputError("no citations among these works are stored: run `wamkg enrich` first")
    if len(report.works) > MOST:
        raise InvalidInputError(f"a path of {len(report.works)} works does not fit on a page: name a taxon")
    options = options or FigureOptions()
    branches = list(dict.fromkeys(branch_of(work.taxon) for work in report.works if work.taxon))
    by_branch = branch_colors(branches, options)
    shapes = repeats(branches, options)
    keys = [LegendKey(plain(names.get(path, path)), color, shapes[path]) for path, color in by_branch.items()]
    if any(work.taxon is None for work in report.works):
        keys.append(LegendKey("not placed", THEMES[options.theme].muted, 0))
    page = ChartPage(options, keys, [_note(report)])
    branch_by_taxon = {work.taxon: branch_of(work.taxon) for work in report.works if work.taxon}
    looks = {taxon: (by_branch[branch], shapes[branch]) for taxon, branch in branch_by_taxon.items()}
    dates = max(text_width(work.date or "no date", TEXT_SIZE) for work in report.works)
    line = page.left + dates + _GAP + _THICKEST
    rows = lay_out(report.works, {"": (page.theme.muted, 0)} | looks, line + _GAP, page.right, page.floor)

    def paint(painter: Painter, theme: Theme) -> None:
        _paint(painter, theme, (page.left, line), report, rows)

    height = page.floor + STEP * len(rows) + MARGIN
    return page.drawing(height, _words(report), _elements(rows), paint, _table(report))


def _paint(
    painter: Painter, theme: Theme, columns: tuple[float, float], report: MainPathReport, rows: Sequence[PathRow]
) -> None:
    left, line = columns
    small, bold = Type(TEXT_SIZE, theme.muted, align="left"), Type(TEXT_SIZE, theme.ink, bold=True, align="left")
    for step, above, below in zip(report.steps, rows, rows[1:], strict=False):
        width = _THINNEST + (_THICKEST - _THINNEST) * step.weight
        share = painter.text("share", (line + _GAP, baseline((above.y + below.y) / 2)), f"{step.weight:.0%}", small)
        ends = [(line, above.y), (line, below.y)]
        painter.group(f"step-{slug(step.citing)}", [painter.line("step", ends, theme.line, width), share], MARKS - 1)
    for row in rows:
        middle = baseline(row.y)
        start = line + _GAP + text_width(row.label, TEXT_SIZE, bold=True) + _GAP
        parts = [
            painter.text("date", (left, middle), row.work.date or "no date", small),
            painter.shape("mark", marker(row.shape, line, row.y, _DOT), row.color),
            painter.text("label", (line + _GAP, middle), row.label, bold),
            painter.text("title", (start, middle), row.title, small) if row.title else None,
        ]
        painter.group(_element_id(row.work), parts, MARKS)


def _element_id(work: WorkItem) -> str:
    return f"work-{slug(work.paper)}"


def _note(report: MainPathReport) -> str:
    dropped = f"; {pluralize(len(report.dropped), 'citation')} dropped because of cycles" if report.dropped else ""
    return (
        f"Share of all paths that use each citation. {pluralize(report.size.works, 'work')}, "
        f"{pluralize(report.size.citations, 'citation')} among them{dropped}."
    )


def _words(report: MainPathReport) -> FigureText:
    labels = ", ".join(plain(work.label) for work in report.works)
    first, last = plain(report.works[0].label), plain(report.works[-1].label)
    return FigureText(
        title=f"Main path from {first} to {last}",
        caption=f"Main path of citations by search path count ({report.search}), from old to new. {_note(report)}",
        alt=f"Main path of {pluralize(len(report.works), 'work')}, from old to new: {labels}.",
    )


def _elements(rows: Sequence[PathRow]) -> list[Element]:
    return [
        Element(_element_id(row.work), row.work.title, f"/papers/{row.work.paper}", {"role": "work"}) for row in rows
    ]


def _table(report: MainPathReport) -> Rows:
    shares = [None, *(step.weight for step in report.steps)]
    body = ((w.date, w.paper, w.label, w.title, w.taxon, s) for w, s in zip(report.works, shares, strict=True))
    return (("date", "paper", "work", "title", "taxon", "share of paths"), *body)
