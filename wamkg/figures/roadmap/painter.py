"""Paint the parts of a laid-out roadmap."""

from matplotlib.artist import Artist

from wamkg.figures.box import Bounds
from wamkg.figures.measure import CAP_HEIGHT
from wamkg.figures.paint import Painter, Point, Type, marker, outline_path, polygon, rounded
from wamkg.figures.roadmap.geometry import BranchHeading, PlacedLabel, RoadmapLayout, YearMarker
from wamkg.figures.roadmap.layout import PILL_HEIGHT, PILL_SIZE
from wamkg.figures.roadmap.legend import LEGEND_LINE, LINE
from wamkg.figures.roadmap.roots import ROOT_SIZE
from wamkg.figures.style import MARGIN, TEXT_SIZE, Hue, Theme

_GRID, _TRUNKS, _LABELS, _FRONT = 1, 2, 3, 4
_DOT_RADIUS, _CORNER = 1.7, 2.6


def _baseline(middle: float, size: float) -> float:
    return middle - CAP_HEIGHT * size / 2


class RoadmapPainter:
    """Paints a layout in the colors of a theme; elements with ids in `new` get the accent frame."""

    def __init__(self, layout: RoadmapLayout, theme: Theme, page: Painter, new: frozenset[str]) -> None:
        self._layout, self._theme, self._new = layout, theme, new
        self._page, self._tree = page, page.raised(layout.lift)

    def paint(self) -> None:
        """Paint everything, from the year lines at the back to the root box in front."""
        self._grid()
        for trunk, colors in self._layout.trunks:
            edge = (self._theme.paper, 0.5) if trunk.branch.level == 1 else ()  # keeps branches apart at the root
            body = self._tree.shape("body", outline_path(trunk.outline), self._hue(colors.hue).trunk, *edge)
            self._tree.group(trunk.branch.element_id, [body], _TRUNKS)
        for label in self._layout.labels:
            self._label(label)
        for heading in self._layout.headings:
            self._heading(heading)
        self._axis()
        self._root()
        self._legend()
        self._caption()

    def _hue(self, index: int) -> Hue:
        return self._theme.hues[index % len(self._theme.hues)]

    def _grid(self) -> None:
        axis, tree = self._layout.axis, self._tree
        rules = [
            tree.line("year-line", self._at((axis.x, y), (axis.right, y)), self._theme.line, 0.6, (5.0, 3.6))
            for y in axis.years
        ]
        ends = self._at((axis.x, axis.as_of[1]), (axis.right, axis.as_of[1]))
        rules.append(tree.line("as-of-line", ends, self._theme.accent, 0.6, (1.6, 2.6)))
        tree.group("grid", rules, _GRID)

    def _at(self, *places: Point) -> list[Point]:
        """Convert a position across and along time to the page."""
        return [(y, x) for x, y in places] if self._layout.horizontal else list(places)

    def _label(self, label: PlacedLabel) -> None:
        entry, hue = label.entry, self._hue(label.colors.hue)
        paper = self._theme.paper
        exact = entry.when == entry.until
        dot = marker(label.colors.branch, *label.dot, _DOT_RADIUS)
        children: list[Artist | None] = [
            self._leader(label),
            self._tree.shape("dot", dot, *((paper, hue.deep) if exact else (hue.trunk, paper)), 0.8),
            self._frame(label),
            self._tab(label),
            self._word("label", label.text_x, label.box, entry.text, Type(TEXT_SIZE, hue.ink)),
        ]
        self._tree.group(entry.element_id, children, _LABELS)
        if label.code is not None:
            style = Type(TEXT_SIZE, hue.on_deep, bold=True)
            code = self._word("code", label.code.middle[0], label.box, entry.code, style)
            self._tree.group(f"code-{entry.element_id}", [code], _LABELS)
        if entry.mark:
            self._mark(label)

    def _frame(self, label: PlacedLabel) -> Artist:
        hue, box = self._hue(label.colors.hue), label.box
        new = label.entry.element_id in self._new
        path = rounded(box.left, box.bottom, box.right, box.top, (_CORNER, _CORNER))
        return self._tree.shape("box", path, hue.tint, *((self._theme.accent, 1.1) if new else (hue.edge, 0.6)))

    def _tab(self, label: PlacedLabel) -> Artist | None:
        if label.code is None:
            return None
        tab, radii = label.code, (_CORNER, 0.0) if label.begins_with_code else (0.0, _CORNER)
        path = rounded(tab.left, tab.bottom, tab.right, tab.top, radii)
        return self._tree.shape("tab", path, self._hue(label.colors.hue).deep)

    def _mark(self, label: PlacedLabel) -> None:
        x, align = label.mark
        style = Type(TEXT_SIZE, self._theme.muted, align=align)
        mark = self._word("mark", x, label.box, label.entry.mark, style)
        self._tree.group(f"mark-{label.entry.element_id}", [mark], _LABELS)

    def _leader(self, label: PlacedLabel) -> Artist | None:
        if not label.leader:
            return None
        return self._tree.line("leader", label.leader, self._hue(label.colors.hue).deep, 0.6)

    def _word(self, role: str, x: float, box: Bounds, text: str, style: Type) -> Artist:
        return self._tree.text(role, (x, _baseline(box.middle[1], style.size)), text, style)

    def _heading(self, heading: BranchHeading) -> None:
        hue, children = self._hue(heading.hue), list[Artist]()
        if heading.bracket:
            children.append(self._tree.line("bracket", heading.bracket, hue.trunk, 1.0))
        style = Type(heading.size, hue.deep, True, heading.align, heading.turned)
        for i, text in enumerate(reversed(heading.lines)):
            back = i * heading.size * 1.15
            place = (heading.x - back, heading.y) if heading.turned else (heading.x, heading.y + back)
            children.append(self._tree.text("heading", place, text, style))
        self._tree.group(f"heading-{heading.branch.element_id.removeprefix('taxon-')}", children, _FRONT)

    def _axis(self) -> None:
        axis, ink, tree = self._layout.axis, self._theme.muted, self._tree
        foot, neck, left, head, right = self._at(
            (axis.x, axis.foot), (axis.x, axis.top - 4), (axis.x - 2.6, axis.top - 6), (axis.x, axis.top),
            (axis.x + 2.6, axis.top - 6),
        )  # fmt: skip
        parts: list[Artist] = [
            tree.line("axis", [foot, neck], ink, 1.0),
            tree.shape("axis-head", polygon([left, head, right]), ink),
            *(tree.line("quarter", self._at((axis.x - 2, y), (axis.x + 2, y)), ink, 0.6) for y in axis.quarters),
        ]
        for gap in axis.breaks:
            parts += self._break((gap.bottom + gap.top) / 2)
        tree.group("time-axis", parts, _FRONT)
        for pill in axis.pills:
            self._pill(pill)
        style = Type(TEXT_SIZE, self._theme.accent)
        tree.group("as-of", [tree.text("as-of", place, text, style) for place, text in axis.words], _FRONT)

    def _break(self, y: float) -> list[Artist]:
        x = self._layout.axis.x
        zigzag = self._at((x - 3, y - 3.4), (x + 3, y - 1.2), (x - 3, y + 1.2), (x + 3, y + 3.4))
        return [
            self._tree.line("break-gap", self._at((x, y - 3.4), (x, y + 3.4)), self._theme.paper, 2.4),
            self._tree.line("break", zigzag, self._theme.muted, 0.8),
        ]

    def _pill(self, pill: YearMarker) -> None:
        [(x, y)], half = self._at((pill.across, pill.along)), pill.half
        frame = rounded(x - half, y - PILL_HEIGHT / 2, x + half, y + PILL_HEIGHT / 2, (4.6, 4.6))
        style = Type(PILL_SIZE, self._theme.paper, bold=True)
        word = self._tree.text("year", (x, _baseline(y, PILL_SIZE)), pill.text, style)
        self._tree.group(f"year-{pill.year}", [self._tree.shape("pill", frame, self._theme.muted), word], _FRONT)

    def _root(self) -> None:
        box, theme = self._layout.root, self._theme
        frame = rounded(box.left, box.bottom, box.right, box.top, (4.0, 4.0))
        turned, rise = self._layout.horizontal, CAP_HEIGHT * ROOT_SIZE / 2
        style = Type(ROOT_SIZE, theme.on_root, bold=True, turned=turned)
        (x, y), text = box.middle, self._layout.root_label
        word = self._tree.text("root", (x + rise, y) if turned else (x, y - rise), text, style)
        self._tree.group("root", [self._tree.shape("root-box", frame, theme.root), word], _FRONT)

    def _legend(self) -> None:
        parts: list[Artist] = []
        for entry in self._layout.legend:
            hue, y = self._hue(entry.hue), entry.y
            tab = rounded(
                entry.x, y - LEGEND_LINE / 2 + 1.1, entry.x + entry.tab, y + LEGEND_LINE / 2 - 1.1, (2.0, 2.0)
            )
            baseline, name_x = _baseline(y, TEXT_SIZE), entry.x + entry.tab + 2.2
            parts += [
                self._page.shape("tab", tab, hue.deep),
                self._page.text(
                    "code", (entry.x + entry.tab / 2, baseline), entry.code, Type(TEXT_SIZE, hue.on_deep, True)
                ),
                self._page.text("name", (name_x, baseline), entry.name, Type(TEXT_SIZE, self._theme.ink, align="left")),
            ]
        self._page.group("legend", parts, _FRONT)

    def _caption(self) -> None:
        style = Type(TEXT_SIZE, self._theme.muted, align="left")
        lines = [
            self._page.text("caption", (MARGIN, MARGIN + i * LINE + 1.5), text, style)
            for i, text in enumerate(reversed(self._layout.caption))
        ]
        self._page.group("caption", lines, _FRONT)
