"""The flow of papers through the survey, as in PRISMA 2020: identified, screened, excluded by reason, included."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.measure import wrap
from wamkg.figures.page import LABELS, LINE, MARKS, ChartPage, FigureText, baseline, rectangle
from wamkg.figures.paint import Painter, Type, polygon
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme
from wamkg.figures.svg import Element
from wamkg.views.missing import FlowRow

MOST = 8
"""Routes or reasons listed in one box; the others are counted together."""
_PAD, _ROW_GAP, _COLUMN_GAP, _TIP = 4.0, 14.0, 16.0, 3.0
_ROWS = (
    ("Identified", ("identified",), "Not screened", ("repeated", "set aside", "waiting")),
    ("Screened", ("screened",), "Excluded", ("excluded",)),
    ("Included", ("included",), "", ()),
)


@dataclass(frozen=True)
class _FlowBox:
    """A box: its id, the lines of text, the first one bold, and where it is."""

    element_id: str
    lines: tuple[str, ...]
    bounds: Bounds


def draw_flow(rows: Sequence[FlowRow], options: FigureOptions | None = None) -> Drawing:
    """Draw the flow from top to bottom, with what left it at the right.

    Raises InvalidInputError if the store has no papers.
    """
    if not any(row.count for row in rows):
        raise InvalidInputError("the store has no papers; import some, or run `wamkg discover`")
    sheet = ChartPage(options or FigureOptions())
    boxes = _boxes(rows, sheet)
    top = max(box.bounds.top for pair in boxes for box in pair)

    def paint(page: Painter, theme: Theme) -> None:
        for pair in boxes:
            for box in pair:
                _paint_box(page, theme, box)
        for above, below in pairwise(boxes):
            _arrow(page, theme, _foot(above[0].bounds), _head(below[0].bounds), "down")
        for pair in boxes:
            if len(pair) > 1:
                y = pair[0].bounds.middle[1]
                _arrow(page, theme, (pair[0].bounds.right, y), (pair[1].bounds.left, y), "aside")

    elements = [Element(box.element_id, "; ".join(box.lines), "", {"role": "box"}) for pair in boxes for box in pair]
    table: Rows = (("stage", "reason", "papers"), *((row.stage, row.reason, row.count) for row in rows))
    return sheet.drawing(top + MARGIN, _words(rows), elements, paint, table)


def _boxes(rows: Sequence[FlowRow], sheet: ChartPage) -> list[list[_FlowBox]]:
    """Return the boxes of each row, from the top; both boxes of a row have one height."""
    width = (sheet.right - sheet.left - _COLUMN_GAP) / 2
    texts = [
        [_lines(rows, title, stages, width) for title, stages in ((a, left), (b, right)) if title]
        for a, left, b, right in _ROWS
    ]
    heights = [max(map(len, pair)) * LINE + 2 * _PAD for pair in texts]
    top = sheet.floor + sum(heights) + _ROW_GAP * (len(heights) - 1)
    found: list[list[_FlowBox]] = []
    for pair, height in zip(texts, heights, strict=True):
        places = [sheet.left + column * (width + _COLUMN_GAP) for column in range(len(pair))]
        found.append(
            [
                _FlowBox(f"box-{len(found)}-{column}", tuple(lines), Bounds(x, top - height, x + width, top))
                for column, (x, lines) in enumerate(zip(places, pair, strict=True))
            ]
        )
        top -= height + _ROW_GAP
    return found


def _lines(rows: Sequence[FlowRow], title: str, stages: Sequence[str], width: float) -> list[str]:
    """Return the heading with the number of papers, and a line for each route or reason."""
    own = [row for row in rows if row.stage in stages and row.count]
    total = sum(row.count for row in own)
    listed = [f"{row.reason}: {row.count:,}" for row in own if row.reason]
    if len(listed) > MOST:
        rest = [row for row in own if row.reason][MOST - 1 :]
        listed = [*listed[: MOST - 1], f"{len(rest)} others: {sum(row.count for row in rest):,}"]
    return [f"{title}: {total:,}", *(line for text in listed for line in wrap(text, TEXT_SIZE, width - 2 * _PAD))]


def _paint_box(page: Painter, theme: Theme, box: _FlowBox) -> None:
    bounds = box.bounds
    shape = page.shape("box", rectangle(bounds), theme.paper, theme.line, 0.8)
    texts = [
        page.text(
            "label",
            (bounds.left + _PAD, baseline(bounds.top - _PAD - (i + 0.5) * LINE)),
            line,
            Type(TEXT_SIZE, theme.ink if i == 0 else theme.muted, bold=i == 0, align="left"),
        )
        for i, line in enumerate(box.lines)
    ]
    page.group(box.element_id, [shape, *texts], LABELS)


def _arrow(page: Painter, theme: Theme, start: tuple[float, float], end: tuple[float, float], way: str) -> None:
    (x, y), r = end, _TIP
    tip = (
        [(x, y), (x - r / 2, y + r), (x + r / 2, y + r)]
        if way == "down"
        else [(x, y), (x - r, y - r / 2), (x - r, y + r / 2)]
    )
    shaft = page.line("arrow", [start, end], theme.muted, 0.8)
    page.group(f"arrow-{way}-{round(y)}", [shaft, page.shape("tip", polygon(tip), theme.muted)], MARKS)


def _foot(bounds: Bounds) -> tuple[float, float]:
    return bounds.middle[0], bounds.bottom


def _head(bounds: Bounds) -> tuple[float, float]:
    return bounds.middle[0], bounds.top


def _words(rows: Sequence[FlowRow]) -> FigureText:
    totals = {
        stage: sum(row.count for row in rows if row.stage == stage)
        for stage in ("identified", "repeated", "set aside", "waiting", "screened", "excluded", "included")
    }
    said = ", ".join(f"{count:,} {stage}" for stage, count in totals.items())
    title = "Flow of papers"
    caption = (
        f"Flow of papers into the survey, in the stages of PRISMA 2020: {said}. A paper counts once for each route."
    )
    return FigureText(title, caption, f"{title}: {said}.")
