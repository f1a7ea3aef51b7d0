"""Reported scores over time: one panel per protocol, the record as a step line, third-party scores hollow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from matplotlib.artist import Artist

from wamkg.figures.box import Bounds
from wamkg.figures.charts.dot_labels import DOT, NamedDot, PlacedName, place_labels
from wamkg.figures.ids import slug
from wamkg.figures.measure import text_width
from wamkg.figures.page import (
    FRONT,
    GRID,
    LABELS,
    LINE,
    MARKS,
    ChartPage,
    FigureText,
    LegendKey,
    baseline,
    rectangle,
    ticks,
    truncate_to_width,
)
from wamkg.figures.paint import Painter, Point, Type, marker
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import ANY, branch_of, undated_ground
from wamkg.figures.style import MARGIN, PAGE_MM, POINTS_PER_MM, TEXT_SIZE, THEMES, FigureOptions, Theme, hues_for
from wamkg.figures.svg import Element
from wamkg.readable import pluralize, suite_words
from wamkg.views.results import LeaderboardOverTime, Score, score_rows

PANEL, LOWEST, GAP_X, GAP_Y, MIN_PANEL = 92.0, 36.0, 12.0, 9.0, 140.0
UNDATED, AXIS_GAP, _TITLES = 24.0, 3.0, 2
_UNITS = {"percent": "%"}


@dataclass(frozen=True)
class _BenchmarkPanel:
    """One leaderboard in its box; `days` is the span of the time axis, the same for all."""

    number: int
    shown: LeaderboardOverTime
    box: Bounds
    days: tuple[date, date]
    undated: bool

    @cached_property
    def scale(self) -> list[float]:
        values = [score.result.value for score in self.shown.scores]
        return ticks(min(values), max(values), most=4)

    def x(self, when: date | None) -> float:
        if when is None:
            return self.box.right - UNDATED / 2
        first, last = self.days
        end = self.box.right - (UNDATED if self.undated else 0.0) - DOT - 1
        start = self.box.left + DOT + 1
        return start + (end - start) * (when - first).days / max((last - first).days, 1)

    def y(self, value: float) -> float:
        low, high = self.scale[0], self.scale[-1]
        return self.box.bottom + (self.box.top - self.box.bottom) * (value - low) / (high - low)

    def place(self, score: Score) -> Point:
        return self.x(score.when), self.y(score.result.value)

    @cached_property
    def frontier(self) -> list[Point]:
        """Return the points of the record line, up to the leaderboard's last day."""
        points: list[Point] = []
        for x, y in (self.place(score) for score in self.shown.scores if score.record):
            points += [(x, points[-1][1]), (x, y)] if points else [(x, y)]
        last = max((self.x(score.when) for score in self.shown.scores if score.when), default=0.0)
        return [*points, (last, points[-1][1])] if points else []

    def element_id(self, number: int) -> str:
        board = self.shown.board
        name = "-".join(
            filter(None, (board.benchmark, board.suite, board.split, self.shown.scores[number].result.method))
        )
        return f"score-{slug(name)}-{number}"

    @cached_property
    def labels(self) -> dict[int, PlacedName]:
        """Return the names that fit, by number of the score."""
        shown = self.shown.scores
        dots = [NamedDot(plain(score.result.method_name), self.place(score), self.room(score)) for score in shown]
        records = [number for number, score in enumerate(shown) if score.record]
        return place_labels(dots, records, list(pairwise(self.frontier)))

    @property
    def unnamed(self) -> str:
        """Return the scores whose names do not fit, with their values."""
        named = {placed.text for placed in self.labels.values()}
        left = ((plain(score.result.method_name), score.result.value) for score in self.shown.scores)
        return ", ".join(f"{name} {value:g}" for name, value in left if name not in named)

    def room(self, score: Score) -> Bounds:
        """Return the area for labels; a label may not be half inside the column for undated scores."""
        right = self.box.right - (UNDATED if self.undated and score.when else 0.0)
        return Bounds(self.box.left, self.box.bottom, right, self.box.top)

    @property
    def titles(self) -> tuple[str, str]:
        board = self.shown.board
        head = ", ".join(filter(None, (plain(board.benchmark_name), suite_words(board.suite), board.split)))
        unit = _UNITS.get(board.unit or "", board.unit or "")
        metric = plain(board.metric_name or "")
        return head, f"{metric} ({unit})" if unit else metric

    @property
    def note(self) -> str:
        """Return what a reader must know before comparing scores."""
        shown, board = self.shown, self.shown.board
        parts = [pluralize(len(shown.scores), "result")]
        parts += [f"{shown.third_party} by third parties"] if shown.third_party else []
        parts += [] if board.split else ["split not stated"]
        parts += ["lower is better"] if board.higher_is_better is False else []
        return ", ".join(parts)


def draw_leaderboard(boards: Sequence[LeaderboardOverTime], options: FigureOptions | None = None) -> Drawing:
    """Draw the scores of one or more leaderboards."""
    options = options or FigureOptions()
    branches = list(dict.fromkeys(sorted(branch_of(score.taxon) for board in boards for score in board.scores)))
    known = [branch for branch in branches if branch != ANY]
    hues = hues_for(known, options.branch_hues)
    sheet = ChartPage(options, list(_keys(known, hues, options, boards)), [_note(boards), *_remarks(boards)])
    panels, height = _panels(boards, sheet)

    def paint(page: Painter, theme: Theme) -> None:
        for panel in panels:
            _PanelPainter(panel, hues, theme, page).paint()

    elements = [element for panel in panels for element in _elements(panel)]
    rows: Rows = tuple(tuple(row) for row in score_rows(boards))
    return sheet.drawing(height, _words(boards, panels), elements, paint, rows)


def _keys(
    branches: Sequence[str], hues: Mapping[str, int], options: FigureOptions, boards: Sequence[LeaderboardOverTime]
) -> Iterator[LegendKey]:
    theme = THEMES[options.theme]
    yield from (LegendKey(branch.capitalize(), theme.hues[hues[branch]].trunk, hues[branch]) for branch in branches)
    if any(not score.taxon for board in boards for score in board.scores):
        yield LegendKey("Not placed", theme.muted, 2)
    if any(board.third_party for board in boards):
        yield LegendKey("Hollow: reported by third parties", theme.muted, 2, hollow=True)


def _panels(boards: Sequence[LeaderboardOverTime], sheet: ChartPage) -> tuple[list[_BenchmarkPanel], float]:
    across = min(max(int((sheet.right - sheet.left + GAP_X) / (MIN_PANEL + GAP_X)), 1), len(boards))
    down = -(-len(boards) // across)
    width = (sheet.right - sheet.left - GAP_X * (across - 1)) / across
    words = LINE * (_TITLES + 2) + 4.0
    spare = PAGE_MM * POINTS_PER_MM - sheet.floor - MARGIN - (down - 1) * GAP_Y
    tall = min(max(spare / down - words, LOWEST), PANEL)
    whole = tall + words
    days = [score.when for board in boards for score in board.scores if score.when]
    span = (min(days), max(days)) if days else (date.today(), date.today())
    undated = any(score.when is None for board in boards for score in board.scores)
    height = sheet.floor + down * whole + (down - 1) * GAP_Y + MARGIN
    panels = []
    for number, shown in enumerate(boards):
        row, column = divmod(number, across)
        left = sheet.left + column * (width + GAP_X)
        bottom = height - MARGIN - (row + 1) * whole - row * GAP_Y + 2 * LINE + 2.0
        probe = _BenchmarkPanel(number, shown, Bounds(left, bottom, left + width, bottom + tall), span, undated)
        room = max(text_width(_number(value), TEXT_SIZE) for value in probe.scale) + AXIS_GAP
        panels.append(
            _BenchmarkPanel(number, shown, Bounds(left + room, bottom, left + width, bottom + tall), span, undated)
        )
    return panels, height


def _number(value: float) -> str:
    return f"{value:g}"


@dataclass(frozen=True)
class _PanelPainter:
    panel: _BenchmarkPanel
    hues: Mapping[str, int]
    theme: Theme
    page: Painter

    def paint(self) -> None:
        """Paint the scale, the titles, the record line, then every score."""
        self._scale()
        self._titles()
        self._frontier()
        for number, score in enumerate(self.panel.shown.scores):
            self._score(number, score, self.panel.labels.get(number))

    def _scale(self) -> None:
        panel, box, small = self.panel, self.panel.box, Type(TEXT_SIZE, self.theme.muted)
        right = Type(TEXT_SIZE, self.theme.muted, align="right")
        parts: list[Artist] = []
        if panel.undated:
            ground = rectangle(Bounds(box.right - UNDATED, box.bottom, box.right, box.top))
            parts.append(self.page.shape("unknown", ground, undated_ground(self.theme)))
        for value in panel.scale:
            y = panel.y(value)
            parts.append(self.page.line("grid", [(box.left, y), (box.right, y)], self.theme.line, 0.4))
            parts.append(self.page.text("scale", (box.left - AXIS_GAP, baseline(y)), _number(value), right))
        for when, name in _years(panel):
            x = panel.x(when)
            parts.append(self.page.line("year-tick", [(x, box.bottom), (x, box.bottom - 2.5)], self.theme.muted, 0.5))
            parts.append(self.page.text("year", (x, box.bottom - LINE), name, small))
        if panel.undated:
            parts.append(self.page.text("year", (box.right, box.bottom - LINE), "no date", right))
        self.page.group(f"scale-{panel.number}", parts, GRID)

    def _titles(self) -> None:
        panel, box = self.panel, self.panel.box
        room, ink = box.right - box.left, Type(TEXT_SIZE, self.theme.ink, True, "left")
        head, metric = panel.titles
        muted = Type(TEXT_SIZE, self.theme.muted, align="left")
        words = [
            self.page.text("title", (box.left, box.top + 4.0 + LINE), truncate_to_width(head, room, bold=True), ink),
            self.page.text("title", (box.left, box.top + 4.0), truncate_to_width(metric, room), muted),
            self.page.text("note", (box.left, box.bottom - 2 * LINE), truncate_to_width(panel.note, room), muted),
        ]
        self.page.group(f"titles-{panel.number}", words, FRONT)

    def _frontier(self) -> None:
        points = self.panel.frontier
        if points:
            line = self.page.line("frontier", points, self.theme.muted, 0.9)
            self.page.group(f"frontier-{self.panel.number}", [line], MARKS)

    def _score(self, number: int, score: Score, label: PlacedName | None) -> None:
        branch = branch_of(score.taxon)
        color = self.theme.hues[self.hues[branch]].trunk if branch in self.hues else self.theme.muted
        fill = color if score.result.party == "first" else self.theme.paper
        dot = marker(self.hues.get(branch, 2), *self.panel.place(score), DOT)
        parts: list[Artist] = [self.page.shape("dot", dot, fill, color, 0.8)]
        if label is not None:
            box, place = label.box, (label.box.left, label.box.bottom)
            ground = Bounds(box.left - 0.8, box.bottom - 1.2, box.right + 0.8, box.top + 1.0)
            parts.insert(0, self.page.shape("ground", rectangle(ground), self.theme.paper))
            parts.append(self.page.text("label", place, label.text, Type(TEXT_SIZE, self.theme.ink, align="left")))
            if label.leader:
                parts.insert(0, self.page.line("leader", label.leader, self.theme.muted, 0.4))
        self.page.group(self.panel.element_id(number), parts, LABELS)


def _years(panel: _BenchmarkPanel) -> Iterator[tuple[date, str]]:
    """Return the starts of years on the axis, without those whose labels would touch."""
    first, last = panel.days
    end = -1e9
    limit = panel.box.right - (text_width("no date", TEXT_SIZE) + 2 if panel.undated else 0.0)
    for year in range(first.year + (first > date(first.year, 1, 1)), last.year + 1):
        x = panel.x(when := date(year, 1, 1))
        for name in (str(year), f"’{year % 100:02d}"):
            half = text_width(name, TEXT_SIZE) / 2
            if x - half > end + 3 and x + half < limit:
                end = x + half
                yield when, name
                break


def _elements(panel: _BenchmarkPanel) -> Iterator[Element]:
    for number, score in enumerate(panel.shown.scores):
        item = score.result
        when = score.when.isoformat() if score.when else "no date"
        where = f", {item.reported_location}" if item.reported_location else ""
        source = item.reported_by or item.reported_url or "unknown source"
        words = f"{item.method_name}: {item.value:g} ({when}); {item.party}-party, {source}{where}"
        scheme, _, arxiv = (item.paper or "").partition(":")
        href = f"https://arxiv.org/abs/{arxiv}" if scheme == "arxiv" else ""
        data = {"role": "score", "method": item.method, "value": f"{item.value:g}", "date": when, "party": item.party}
        yield Element(panel.element_id(number), words + (f". {item.caveat}" if item.caveat else ""), href, data)


def _note(boards: Sequence[LeaderboardOverTime]) -> str:
    odd = sum(board.odd for board in boards)
    parts = ["As reported, at the date of the method's first version; the line is the best so far"]
    parts += ["Only results within a panel were measured alike, as far as is recorded"]
    parts += [f"{pluralize(odd, 'result')} with a remark"] if odd else []
    return ". ".join(parts) + "."


def _remarks(boards: Sequence[LeaderboardOverTime]) -> Iterator[str]:
    """Return the recorded caveats of results, once for all methods of a panel that share one."""
    for board in boards:
        said: dict[str, list[str]] = {}
        for score in board.scores:
            if score.result.caveat:
                said.setdefault(score.result.caveat, []).append(plain(score.result.method_name))
        for remark, methods in said.items():
            names = ", ".join(dict.fromkeys(methods))
            yield f"{plain(board.board.benchmark_name)}, {names}: {plain(remark)}"


def _words(boards: Sequence[LeaderboardOverTime], panels: Sequence[_BenchmarkPanel]) -> FigureText:
    names = ", ".join(dict.fromkeys(plain(board.board.benchmark_name) for board in boards))
    total = sum(len(board.scores) for board in boards)
    best = "; ".join(
        f"{plain(board.board.benchmark_name)} {board.board.suite}: {record.result.method_name} {record.result.value:g}"
        for board in boards
        if (record := next((score for score in reversed(board.scores) if score.record), None)) is not None
    )
    unsaid = ", ".join(panel.titles[0] for panel in panels if not panel.shown.board.split)
    split = f" The split is not stated for {unsaid}." if unsaid else ""
    unnamed = "; ".join(f"{panel.titles[0]}: {panel.unnamed}" for panel in panels if panel.unnamed)
    return FigureText(
        title=f"Reported scores on {names}",
        caption=f"Reported scores over time on {names}. {_note(boards)}{split}"
        + (f" Without room for a name: {unnamed}." if unnamed else ""),
        alt=f"{pluralize(total, 'score')} in {pluralize(len(boards), 'panel')}. Best so far: {best}.",
    )
