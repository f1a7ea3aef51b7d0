"""An overview of data sets: each is a label, in columns by group and rows by year."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist

from wamkg.errors import InvalidInputError
from wamkg.figures.date_rules import DATE_RULES
from wamkg.figures.ids import taxon_id
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.page import GRID, LABELS, LINE, MARKS, ChartPage, FigureText, baseline, truncate_to_width
from wamkg.figures.paint import Painter, Type, marker, rounded
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_of
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme, hues_for
from wamkg.figures.svg import Element
from wamkg.readable import pluralize
from wamkg.views.papers import shown_day
from wamkg.views.taxonomies import TaxonomyPaper, TaxonomyWithPapers

CHIP, CHIP_GAP, CHIP_PAD, BULLET = 8.4, 2.4, 1.8, 5.0
YEAR_WIDTH, COLUMN_GAP, ROW_GAP, SECTION_GAP, CORNER = 28.0, 6.0, 3.4, 7.0, 2.2
NO_DATE = "no date"


@dataclass(frozen=True)
class _Group:
    path: str
    name: str
    items: Mapping[str, list[TaxonomyPaper]]

    @property
    def count(self) -> int:
        return sum(map(len, self.items.values()))


@dataclass(frozen=True)
class _Section:
    """Groups side by side with their `widths` in points; `cells` are the lines of labels per year and group."""

    groups: tuple[_Group, ...]
    widths: Mapping[str, float]
    cells: Mapping[tuple[str, str], list[list[TaxonomyPaper]]]
    years: tuple[str, ...]

    def row(self, year: str) -> float:
        """Return the height of a year's row."""
        lines = max(len(self.cells[year, group.path]) for group in self.groups)
        return lines * (CHIP + CHIP_GAP) - CHIP_GAP + 2 * ROW_GAP

    def head(self, group: _Group) -> list[str]:
        return wrap(f"{group.name}\xa0({group.count})", TEXT_SIZE, self.widths[group.path] - 2 * CHIP_PAD, bold=True)

    @property
    def head_height(self) -> float:
        return max(len(self.head(group)) for group in self.groups) * LINE + 2 * CHIP_PAD

    @property
    def height(self) -> float:
        return self.head_height + sum(map(self.row, self.years))


def draw_overview(placed: TaxonomyWithPapers, options: FigureOptions | None = None) -> Drawing:
    """Draw every paper of a taxonomy as a label, by branch and year.

    Raises InvalidInputError if no paper is classified.
    """
    options = options or FigureOptions()
    if not placed.items:
        raise InvalidInputError(f"no paper is assigned in {placed.slug!r}: there is nothing to draw")
    sheet = ChartPage(options, (), [_note(placed)])
    sections = _sections(placed, sheet.right - sheet.left)
    hues = hues_for((group.path for section in sections for group in section.groups), options.branch_hues)
    height = sheet.floor + _height(sections) + MARGIN

    def paint(page: Painter, theme: Theme) -> None:
        top = height - MARGIN
        for section in sections:
            _Overview(section, sheet.left, top, hues, theme, page).paint()
            top -= section.height + SECTION_GAP

    groups = [group for section in sections for group in section.groups]
    return sheet.drawing(height, _words(placed, groups), _elements(groups), paint, _rows(placed))


def _groups(placed: TaxonomyWithPapers) -> list[_Group]:
    found: dict[str, dict[str, list[TaxonomyPaper]]] = {
        t.path: defaultdict(list) for t in placed.taxa if t.parent is None
    }
    for item in placed.items:
        found[branch_of(item.taxon)][str(item.when.year) if item.when else NO_DATE].append(item)
    names = {taxon.path: plain(taxon.name) for taxon in placed.taxa}
    return [_Group(path, names[path], items) for path, items in found.items() if items]


def _sections(placed: TaxonomyWithPapers, width: float) -> list[_Section]:
    """Put as many groups side by side as give the lowest overview, or stack them if labels fit no other way."""
    groups, room = _groups(placed), width - YEAR_WIDTH
    choices = []
    for beside in range(len(groups), 0, -1):
        rows = [groups[i : i + beside] for i in range(0, len(groups), beside)]
        widths = [_widths(row, room) for row in rows]
        if beside == 1 or all(sum(found.values()) + COLUMN_GAP * (len(found) - 1) <= room + 0.01 for found in widths):
            choices.append([_section(row, found) for row, found in zip(rows, widths, strict=True)])
    return min(choices, key=_height)


def _height(sections: Sequence[_Section]) -> float:
    return sum(section.height for section in sections) + SECTION_GAP * (len(sections) - 1)


def _widths(groups: Sequence[_Group], room: float) -> dict[str, float]:
    """Make each group as wide as its longest label, and share the remaining width by number of papers."""
    least = {g.path: max(_width(item) for items in g.items.values() for item in items) for g in groups}
    left = max(room - COLUMN_GAP * (len(groups) - 1) - sum(least.values()), 0.0)
    whole = sum(group.count for group in groups)
    return {group.path: least[group.path] + left * group.count / whole for group in groups}


def _section(groups: Sequence[_Group], widths: Mapping[str, float]) -> _Section:
    years = sorted({year for group in groups for year in group.items}, key=lambda year: (year == NO_DATE, year))
    cells = {(y, g.path): list(_flow(g.items.get(y, []), widths[g.path])) for y in years for g in groups}
    return _Section(tuple(groups), widths, cells, tuple(years))


def _flow(items: Sequence[TaxonomyPaper], width: float) -> Iterator[list[TaxonomyPaper]]:
    """Return labels in lines of at most `width`, in order of date."""
    line: list[TaxonomyPaper] = []
    used = 0.0
    for item in items:
        if line and used + _width(item) > width:
            yield line
            line, used = [], 0.0
        line.append(item)
        used += _width(item) + CHIP_GAP
    if line:
        yield line


def _text(item: TaxonomyPaper) -> str:
    return plain(item.label) or item.key


def _width(item: TaxonomyPaper) -> float:
    return BULLET + text_width(_text(item), TEXT_SIZE) + 2 * CHIP_PAD


@dataclass(frozen=True)
class _Overview:
    section: _Section
    left: float
    top: float
    hues: Mapping[str, int]
    theme: Theme
    page: Painter

    def paint(self) -> None:
        """Paint the headings, then one row per year."""
        for group in self.section.groups:
            self._head(group)
        y = self.top - self.section.head_height
        for year in self.section.years:
            self._year(year, y)
            for group in self.section.groups:
                for number, line in enumerate(self.section.cells[year, group.path]):
                    self._line(group, line, y - ROW_GAP - number * (CHIP + CHIP_GAP))
            y -= self.section.row(year)

    def _x(self, group: _Group) -> float:
        before = self.section.groups[: self.section.groups.index(group)]
        return self.left + YEAR_WIDTH + sum(self.section.widths[other.path] + COLUMN_GAP for other in before)

    def _head(self, group: _Group) -> None:
        hue, x, lines = self.theme.hues[self.hues[group.path]], self._x(group), self.section.head(group)
        width = self.section.widths[group.path]
        box = rounded(x, self.top - self.section.head_height, x + width, self.top, (CORNER, CORNER))
        style, middle = Type(TEXT_SIZE, hue.on_deep, bold=True), self.top - self.section.head_height / 2
        words = [
            self.page.text("head", (x + width / 2, baseline(middle + (len(lines) / 2 - n - 0.5) * LINE)), line, style)
            for n, line in enumerate(lines)
        ]
        self.page.group(taxon_id(group.path), [self.page.shape("node", box, hue.deep), *words], MARKS)

    def _year(self, year: str, y: float) -> None:
        last = self.section.groups[-1]
        right = self._x(last) + self.section.widths[last.path]
        first = year == self.section.years[0]
        rule = None if first else self.page.line("rule", [(self.left, y), (right, y)], self.theme.line, 0.5, (5.0, 3.6))
        style = Type(TEXT_SIZE, self.theme.ink, bold=True, align="left")
        word = self.page.text("year", (self.left, baseline(y - ROW_GAP - CHIP / 2)), year, style)
        self.page.group(f"year-{self.section.groups[0].path}-{year.replace(' ', '-')}", [rule, word], GRID)

    def _line(self, group: _Group, items: Sequence[TaxonomyPaper], top: float) -> None:
        hue, x = self.theme.hues[self.hues[group.path]], self._x(group)
        for item in items:
            width, middle = min(_width(item), self.section.widths[group.path]), top - CHIP / 2
            text = truncate_to_width(_text(item), width - BULLET - 2 * CHIP_PAD)
            parts: list[Artist] = [
                self.page.shape(
                    "box", rounded(x, top - CHIP, x + width, top, (CORNER, CORNER)), hue.tint, hue.edge, 0.5
                ),
                self.page.shape("bullet", marker(self.hues[group.path], x + CHIP_PAD + 1.4, middle, 1.3), hue.deep),
                self.page.text(
                    "label", (x + CHIP_PAD + BULLET, baseline(middle)), text, Type(TEXT_SIZE, hue.ink, align="left")
                ),
            ]
            self.page.group(item.element_id, parts, LABELS)
            x += width + CHIP_GAP


def _elements(groups: Sequence[_Group]) -> Iterator[Element]:
    for group in groups:
        yield Element(
            taxon_id(group.path), f"{group.name}: {pluralize(group.count)}", "", {"role": "taxon", "taxon": group.path}
        )
        for item in (item for items in group.items.values() for item in items):
            when = shown_day(item.when, item.precision) or NO_DATE
            yield Element(
                item.element_id,
                f"{item.title} ({when})",
                item.href,
                {"role": "label", "taxon": item.taxon, "date": when},
            )


def _note(placed: TaxonomyWithPapers) -> str:
    undated = sum(item.when is None for item in placed.items)
    newest = max((item.when for item in placed.items if item.when), default=None)
    day = f"; as of {newest.isoformat()}" if newest else ""
    parts = [f"Date: {DATE_RULES[placed.date_rule]}{day}", pluralize(len(placed.items))]
    parts += [f"{undated} without a date"] if undated else []
    return ". ".join(parts) + ". In order of date within a year."


def _words(placed: TaxonomyWithPapers, groups: Sequence[_Group]) -> FigureText:
    split = ", ".join(f"{group.name} {group.count}" for group in groups)
    return FigureText(
        title=f"{placed.title} by group and year",
        caption=f"{placed.title} by group and year. {_note(placed)}",
        alt=f"{pluralize(len(placed.items), 'labelled paper')} in {pluralize(len(groups), 'group')} by year: {split}.",
    )


def _rows(placed: TaxonomyWithPapers) -> Rows:
    head = ("taxon", "id", "key", "label", "title", "date", "precision", "link")
    return (
        head,
        *(
            (
                i.taxon,
                i.element_id,
                i.key,
                plain(i.label),
                i.title,
                i.when.isoformat() if i.when else None,
                i.precision,
                i.href,
            )
            for i in placed.items
        ),
    )
