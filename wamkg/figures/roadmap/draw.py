"""Draw the roadmap: `draw_roadmap(roadmap, options)` gives a Drawing that saves itself as SVG, PDF or PNG."""

from collections.abc import Iterator
from dataclasses import replace

from matplotlib.axes import Axes

from wamkg.errors import InvalidInputError
from wamkg.figures.paint import Painter
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.arrange import DoesNotFitError
from wamkg.figures.roadmap.geometry import RoadmapLayout
from wamkg.figures.roadmap.horizontal.layout import lay_out_lanes
from wamkg.figures.roadmap.layout import lay_out
from wamkg.figures.roadmap.painter import RoadmapPainter
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.style import PAGE_MM, POINTS_PER_MM, THEMES, FigureOptions, Orientation
from wamkg.figures.svg import Element
from wamkg.views.papers import shown_day
from wamkg.views.roadmap import Roadmap, RoadmapItem

_WIDER_MM = (180, 250, 350)


def draw_roadmap(roadmap: Roadmap, options: FigureOptions | None = None) -> Drawing:
    """Draw the roadmap of one taxonomy: trunks grow in time, and every method is a linked label at its date.

    Raises InvalidInputError for a roadmap without methods, a broken tree, or a width too small for the labels.
    """
    options = options or FigureOptions()
    try:
        layout = _lay_out(roadmap, options)
    except DoesNotFitError as error:
        option, fitting = _what_fits(roadmap, options)
        if not options.fit or not option:
            advice = f"add `{option}` to the command" if option else "choose a wider figure with --width"
            raise InvalidInputError(f"{error}; {advice}") from error
        layout = _lay_out(roadmap, fitting)
    theme = THEMES[options.theme]

    def paint(axes: Axes) -> list[tuple[str, bool]]:
        painter = Painter(axes)
        RoadmapPainter(layout, theme, painter, options.new).paint()
        return painter.texts

    return Drawing(
        width=layout.width,
        height=layout.height,
        background=theme.background,
        dpi=options.dpi,
        title=roadmap.title,
        caption=" ".join(layout.caption),
        alt=_alt(roadmap, layout),
        notes=layout.notes + _too_tall(layout),
        elements={element.element_id: element for element in _elements(layout)},
        paint=paint,
        rows=_rows(roadmap, layout),
    )


def _lay_out(roadmap: Roadmap, options: FigureOptions) -> RoadmapLayout:
    return (lay_out_lanes if options.orientation == "horizontal" else lay_out)(roadmap, options)


def _what_fits(roadmap: Roadmap, options: FigureOptions) -> tuple[str, FigureOptions]:
    """The first change with which the roadmap fits, as an option of the command and made; empty if none is enough."""
    other: Orientation = "vertical" if options.orientation == "horizontal" else "horizontal"
    changes = {f"--representatives {number}": replace(options, representatives=number) for number in (5, 2)}
    changes[f"--orientation {other}"] = replace(options, orientation=other)
    if options.height < PAGE_MM:
        changes[f"--height {PAGE_MM:g}"] = replace(options, height=PAGE_MM)
    wider = [width for width in _WIDER_MM if width > options.width_mm]
    changes |= {f"--width {width}": replace(options, width=float(width)) for width in wider}
    for option, changed in changes.items():
        # Another orientation is tried with the least: all labels may take a minute, and what does not fit is left out.
        least = replace(changed, representatives=1, depth=1) if changed.orientation == other else changed
        try:
            _lay_out(roadmap, least)
        except DoesNotFitError:
            continue
        return option, changed
    return "", options


def _rows(roadmap: Roadmap, layout: RoadmapLayout) -> Rows:
    """Return one row per method, drawn or counted in a `+n`."""
    drawn = {label.entry.element_id for label in layout.labels}
    head = ("id", "label", "title", "taxon", "date", "precision", "institution", "citations", "drawn", "link")
    items = sorted(roadmap.items, key=lambda i: (i.when, i.element_id))
    body = [
        (
            i.element_id,
            plain(i.label),
            i.title,
            i.taxon,
            shown_day(i.when, i.precision),
            i.precision,
            i.mark,
            i.citations,
            _yes(i, drawn),
            i.href,
        )
        for i in items
    ]
    return (head, *body)


def _yes(item: RoadmapItem, drawn: set[str]) -> str:
    return "yes" if item.element_id in drawn else "no"


def _too_tall(layout: RoadmapLayout) -> tuple[str, ...]:
    height = round(layout.height / POINTS_PER_MM)
    advice = "choose two columns or fewer representatives to print it"
    return (f"{height} mm high, more than a page: {advice}",) if height > PAGE_MM else ()


def _elements(layout: RoadmapLayout) -> Iterator[Element]:
    for label in layout.labels:
        entry = label.entry
        data = {"trunk": label.trunk, "date": entry.when.isoformat(), "until": entry.until.isoformat()}
        if entry.item is not None:
            data |= {"role": "label", "taxon": entry.item.taxon}
            when = shown_day(entry.item.when, entry.item.precision)
            yield Element(entry.element_id, f"{entry.item.title} ({when})", entry.item.href, data)
        else:
            data |= {"role": "more", "hidden": " ".join(item.element_id for item in entry.hidden)}
            names = ", ".join(item.label for item in entry.hidden)
            yield Element(entry.element_id, f"{entry.text}: {names}", "", data)
    for trunk, colors in layout.trunks:
        data = {"role": "trunk", "family": str(colors.branch), "level": str(trunk.branch.level)}
        yield Element(trunk.branch.element_id, trunk.branch.heading, "", data)


def _alt(roadmap: Roadmap, layout: RoadmapLayout) -> str:
    branches = [heading.branch for heading in layout.headings if heading.branch.level == 1]
    counts = ", ".join(f"{f.heading} {sum(len(tip.items) for tip in f.tips())}" for f in branches)
    way = "to the right" if layout.horizontal else "upwards"
    first, last = min(i.when for i in roadmap.items), max(i.when for i in roadmap.items)
    return (
        f"{roadmap.title}: a tree growing {way} in time from {first:%B %Y} to {last:%B %Y}, "
        f"with {len(roadmap.items)} methods beside its branches ({counts})."
    )
