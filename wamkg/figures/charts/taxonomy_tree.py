"""The taxonomy as a tree from left to right; each leaf lists representative papers with their citation keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matplotlib.artist import Artist

from wamkg.errors import InvalidInputError
from wamkg.figures.charts.forest import forest
from wamkg.figures.charts.tree_nodes import TreeNode, build_tree_nodes, parse_representatives
from wamkg.figures.date_rules import DATE_RULES
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.page import GRID, LABELS, LINE, MARKS, ChartPage, FigureText, baseline
from wamkg.figures.paint import Painter, Type, marker, rounded
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme, hues_for
from wamkg.figures.svg import Element
from wamkg.readable import pluralize
from wamkg.views.taxonomies import TaxonomyPaper, TaxonomyWithPapers

PAD, GAP, LEAF_GAP, BRANCH_GAP, CORNER = 2.6, 9.0, 2.6, 4.0, 1.8
_BULLET, _KEY_GAP = 7.0, 8.0


@dataclass(frozen=True)
class _TreePlan:
    """Left and right ends of the columns: the root, each level, the papers; `numbers` are those of drawn keys."""

    sheet: ChartPage
    branches: tuple[TreeNode, ...]
    columns: tuple[tuple[float, float], ...]
    numbers: Mapping[str, int]
    root: str

    @property
    def papers(self) -> tuple[float, float]:
        return self.columns[-1]

    def lines(self, twig: TreeNode) -> list[str]:
        """Return the name of a node, wrapped to its column, with its number of papers at the end."""
        left, right = self.columns[twig.level]
        return wrap(_heading(twig), TEXT_SIZE, right - left - 2 * PAD, bold=twig.level == 1)

    def rows(self, twig: TreeNode) -> int:
        """Return the lines in the box of papers."""
        return len(twig.shown) + bool(twig.hidden) or 1

    def height(self, twig: TreeNode) -> float:
        """Return the height of a leaf."""
        return max(self.rows(twig), len(self.lines(twig))) * LINE + 2 * PAD

    def tall(self, twig: TreeNode) -> float:
        """Return the height of a node with all its descendants."""
        below = sum(self.tall(child) for child in twig.children) + LEAF_GAP * max(len(twig.children) - 1, 0)
        return max(below, len(self.lines(twig)) * LINE + 2 * PAD) if twig.children else self.height(twig)

    @property
    def total(self) -> float:
        return sum(map(self.tall, self.branches)) + BRANCH_GAP * (len(self.branches) - 1)


def draw_tree(
    placed: TaxonomyWithPapers,
    options: FigureOptions | None = None,
    representatives: int | None = None,
    names: Sequence[str] = (),
) -> Drawing:
    """Draw the tree of one taxonomy; `names` are papers that are always shown.

    Raises InvalidInputError if the taxa do not form a tree, a name is unknown, or even the top level does not fit the
    width.
    """
    options = options or FigureOptions()
    if not placed.taxa:
        raise InvalidInputError(f"the taxonomy {placed.slug!r} has no taxa to draw")
    plan, notes = _fitted(placed, options, representatives, names)
    middles = _middles(plan)
    hues = hues_for((twig.path for twig in plan.branches), options.branch_hues)

    def paint(page: Painter, theme: Theme) -> None:
        _TaxonomyTree(plan, middles, hues, theme, page).paint()

    words, height = _words(placed, plan, notes), plan.sheet.floor + plan.total + MARGIN
    drawing = plan.sheet.drawing(height, words, _elements(plan), paint, _rows(placed, plan))
    return replace(drawing, latex=forest(plan.branches, plan.root, plan.sheet.theme, hues))


def _fitted(
    placed: TaxonomyWithPapers, options: FigureOptions, count: int | None, names: Sequence[str]
) -> tuple[_TreePlan, tuple[str, ...]]:
    which = parse_representatives(placed, count, names)
    deepest = max(twig.level for branch in build_tree_nodes(placed, options.depth, which) for twig in branch.walk())
    for depth in range(deepest, 0, -1):
        plan = _plan(placed, options, build_tree_nodes(placed, depth, which))
        if plan is not None:
            return plan, () if depth == deepest else (f"levels below {depth} left out",)
    raise InvalidInputError(f"the taxonomy does not fit {options.width_mm:g} mm: choose a wider figure")


def _plan(placed: TaxonomyWithPapers, options: FigureOptions, branches: tuple[TreeNode, ...]) -> _TreePlan | None:
    """Return columns as wide as their names require, the rest for papers; None if that is too little."""
    root = plain(placed.root_label)
    twigs = [twig for branch in branches for twig in branch.walk()]
    levels = [[t for t in twigs if t.level == n] for n in range(1, max(t.level for t in twigs) + 1)]
    least = [
        max(text_width(word, TEXT_SIZE, True) for t in level for word in _heading(t).split(" ")) for level in levels
    ]
    wish = [max(text_width(_heading(t), TEXT_SIZE, True) for t in level) for level in levels]
    label = max((text_width(_label(i), TEXT_SIZE) for t in twigs for i in t.shown), default=30.0)
    fixed = text_width(root, TEXT_SIZE, True) + 2 * PAD + (len(levels) + 1) * GAP + 2 * PAD * len(levels)
    papers = 2 * PAD + _BULLET + label
    room = options.width_pt - 2 * MARGIN - fixed - sum(least) - papers
    if room < 0:
        return None
    numbers = {item.key: n for n, item in enumerate((i for t in twigs for i in t.shown), start=1)}
    entries = [f"[{number}]\xa0{key}" for key, number in numbers.items()]
    key = _KEY_GAP + text_width(f"[{len(entries)}]", TEXT_SIZE)
    longest = max((text_width(entry, TEXT_SIZE) for entry in entries), default=0.0)
    has_key = key <= room and longest <= options.width_pt - 2 * MARGIN
    sheet = ChartPage(options, (), [_note(placed, has_key), *([" ".join(entries)] if has_key and entries else [])])
    spare = (room - (key if has_key else 0.0)) / len(levels)
    widths = [min(w, max(n, n + spare)) + 2 * PAD for n, w in zip(least, wish, strict=True)]
    columns, x = [(sheet.left, sheet.left + text_width(root, TEXT_SIZE, True) + 2 * PAD)], 0.0
    for width in widths:
        x = columns[-1][1] + GAP
        columns.append((x, x + width))
    columns.append((columns[-1][1] + GAP, sheet.right))
    return _TreePlan(sheet, branches, tuple(columns), numbers if has_key else {}, root)


def _heading(twig: TreeNode) -> str:
    return f"{twig.name}\xa0({twig.count})"


def _label(item: TaxonomyPaper) -> str:
    year = f", {item.when.year}" if item.when else ""
    return f"{plain(item.label) or item.key}{year}"


def _middles(plan: _TreePlan) -> dict[str, float]:
    """Return the height of the middle of each node; an inner node is centered between its first and last child."""
    found: dict[str, float] = {}

    def place(twig: TreeNode, top: float) -> None:
        if not twig.children:
            found[twig.element_id] = top - plan.height(twig) / 2
            return
        below = sum(map(plan.tall, twig.children)) + LEAF_GAP * (len(twig.children) - 1)
        y = top - (plan.tall(twig) - below) / 2
        for child in twig.children:
            place(child, y)
            y -= plan.tall(child) + LEAF_GAP
        ends = found[twig.children[0].element_id], found[twig.children[-1].element_id]
        found[twig.element_id] = sum(ends) / 2

    y = plan.sheet.floor + plan.total
    for branch in plan.branches:
        place(branch, y)
        y -= plan.tall(branch) + BRANCH_GAP
    return found


@dataclass(frozen=True)
class _TaxonomyTree:
    plan: _TreePlan
    middles: Mapping[str, float]
    hues: Mapping[str, int]
    theme: Theme
    page: Painter

    def paint(self) -> None:
        plan, theme = self.plan, self.theme
        ends = [self.middles[branch.element_id] for branch in plan.branches]
        middle, (left, right) = (ends[0] + ends[-1]) / 2, plan.columns[0]
        self._edges(right, middle, plan.branches, theme.muted)
        box = rounded(left, middle - LINE / 2 - PAD, right, middle + LINE / 2 + PAD, (CORNER, CORNER))
        word = self.page.text(
            "root", ((left + right) / 2, baseline(middle)), plan.root, Type(TEXT_SIZE, theme.on_root, True)
        )
        self.page.group("root", [self.page.shape("root-box", box, theme.root), word], LABELS)
        for branch in plan.branches:
            for twig in branch.walk():
                self._node(twig)
                if twig.children:
                    edge = theme.hues[self.hues[twig.branch]].edge
                    self._edges(plan.columns[twig.level][1], self.middles[twig.element_id], twig.children, edge)
                else:
                    self._papers(twig)

    def _edges(self, x: float, y: float, children: Sequence[TreeNode], color: str) -> None:
        lines = []
        for child in children:
            left, end = self.plan.columns[child.level][0], self.middles[child.element_id]
            lines.append(
                self.page.line("edge", [(x, y), (x + GAP / 2, y), (x + GAP / 2, end), (left, end)], color, 0.7)
            )
        self.page.group(f"edges-{children[0].element_id.removeprefix('taxon-')}", lines, GRID)

    def _node(self, twig: TreeNode) -> None:
        hue = self.theme.hues[self.hues[twig.branch]]
        (left, right), lines, middle = (
            self.plan.columns[twig.level],
            self.plan.lines(twig),
            self.middles[twig.element_id],
        )
        half, top = len(lines) * LINE / 2 + PAD - 0.6, twig.level == 1
        shape = rounded(left, middle - half, right, middle + half, (CORNER, CORNER))
        box = self.page.shape("node", shape, *((hue.deep,) if top else (hue.tint, hue.edge, 0.6)))
        style = Type(TEXT_SIZE, hue.on_deep if top else hue.ink, top, "left")
        words = [
            self.page.text("label", (left + PAD, baseline(middle + (len(lines) / 2 - n - 0.5) * LINE)), line, style)
            for n, line in enumerate(lines)
        ]
        self.page.group(twig.element_id, [box, *words], MARKS)

    def _papers(self, twig: TreeNode) -> None:
        hue, page, plan = self.theme.hues[self.hues[twig.branch]], self.page, self.plan
        (left, right), middle = plan.papers, self.middles[twig.element_id]
        y, half = middle + plan.rows(twig) * LINE / 2, plan.rows(twig) * LINE / 2 + PAD - 0.6
        start = plan.columns[twig.level][1]
        parts: list[Artist] = [
            page.line("edge", [(start, middle), (left, middle)], hue.edge, 0.7),
            page.shape(
                "papers",
                rounded(left, middle - half, right, middle + half, (CORNER, CORNER)),
                self.theme.paper,
                hue.edge,
                0.6,
            ),
        ]
        if not twig.count:
            parts.append(
                page.text(
                    "note",
                    (left + PAD, baseline(middle)),
                    "no paper yet",
                    Type(TEXT_SIZE, self.theme.muted, align="left"),
                )
            )
        page.group(f"papers-{twig.element_id.removeprefix('taxon-')}", parts, GRID)
        for number, item in enumerate(twig.shown):
            page.group(
                item.element_id,
                list(self._paper(item, y - (number + 0.5) * LINE, hue.deep, self.hues[twig.branch])),
                LABELS,
            )
        if twig.hidden:
            place = left + PAD + _BULLET, baseline(y - (len(twig.shown) + 0.5) * LINE)
            word = page.text("more", place, f"+{len(twig.hidden)}", Type(TEXT_SIZE, self.theme.muted, align="left"))
            page.group(_more(twig), [word], LABELS)

    def _paper(self, item: TaxonomyPaper, y: float, color: str, branch: int) -> Iterator[Artist]:
        left, right = self.plan.papers
        x = left + PAD
        yield self.page.shape("bullet", marker(branch, x + 2.0, y, 1.3), color)
        yield self.page.text(
            "label", (x + _BULLET, baseline(y)), _label(item), Type(TEXT_SIZE, self.theme.ink, align="left")
        )
        if item.key in self.plan.numbers:
            style = Type(TEXT_SIZE, self.theme.muted, align="right")
            yield self.page.text("key", (right - PAD, baseline(y)), f"[{self.plan.numbers[item.key]}]", style)


def _more(twig: TreeNode) -> str:
    return f"more-{twig.element_id.removeprefix('taxon-')}"


def _elements(plan: _TreePlan) -> Iterator[Element]:
    for twig in (twig for branch in plan.branches for twig in branch.walk()):
        yield Element(
            twig.element_id, f"{twig.name}: {pluralize(twig.count)}", "", {"role": "taxon", "taxon": twig.path}
        )
        for item in twig.shown:
            data = {"role": "paper", "taxon": item.taxon, "key": item.key}
            yield Element(item.element_id, f"{item.title} \\cite{{{item.key}}}", item.href, data)
        if twig.hidden:
            names = ", ".join(plain(item.label) for item in twig.hidden)
            data = {"role": "more", "hidden": " ".join(item.element_id for item in twig.hidden)}
            yield Element(_more(twig), names, "", data)


def _note(placed: TaxonomyWithPapers, has_key: bool) -> str:
    exemplars = sum(item.exemplar for item in placed.items)
    first = "exemplars, then the most cited" if exemplars else "the most cited"
    keys = " [n]: citation key, below." if has_key else ""
    rule = DATE_RULES[placed.date_rule]
    return f"{pluralize(len(placed.items))} placed; shown of each class: {first}; +n: others. Year: {rule}.{keys}"


def _words(placed: TaxonomyWithPapers, plan: _TreePlan, notes: tuple[str, ...]) -> FigureText:
    counts = ", ".join(f"{branch.name} {branch.count}" for branch in plan.branches)
    leaves = sum(1 for branch in plan.branches for _ in branch.leaves())
    note = _note(placed, bool(plan.numbers))
    return FigureText(
        title=placed.title,
        caption=f"{placed.title}: classes with their number of papers and representatives. {note}",
        alt=f"A tree of {leaves} {'class' if leaves == 1 else 'classes'} under {plan.root}: {counts}.",
        notes=notes if plan.numbers else (*notes, "no room for citation keys: they are in the data"),
    )


def _rows(placed: TaxonomyWithPapers, plan: _TreePlan) -> Rows:
    """Return one row per paper, shown or not."""
    shown = {item.key for branch in plan.branches for leaf in branch.leaves() for item in leaf.shown}
    head = ("taxon", "id", "key", "label", "title", "date", "exemplar", "citations", "drawn", "link")
    order = {taxon.path: number for number, taxon in enumerate(placed.taxa)}
    body = [
        (
            i.taxon,
            i.element_id,
            i.key,
            plain(i.label),
            i.title,
            i.when.isoformat() if i.when else None,
            "yes" if i.exemplar else "no",
            i.citations,
            "yes" if i.key in shown else "no",
            i.href,
        )
        for i in sorted(placed.items, key=lambda item: order[item.taxon])
    ]
    return (head, *body)
