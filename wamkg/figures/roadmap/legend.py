"""The foot of the roadmap: the meaning of the codes, and the caption with the date rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

from wamkg.figures.box import Bounds
from wamkg.figures.date_rules import DATE_RULES
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.entries import LabelContent, quarter
from wamkg.figures.roadmap.geometry import LegendItem
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions
from wamkg.views.roadmap import Roadmap

LINE = 8.6
LEGEND_LINE = 10.4
_TAB_PAD, _NAME_GAP, _ENTRY_GAP, _ROOT_GAP = 1.4, 2.2, 8.0, 10.0
_NARROWEST_BLOCK, _BELOW_ROOT = 130.0, 4.0


@dataclass(frozen=True)
class Foot:
    """Legend entries, and how high above the page's lower edge the root box may be."""

    entries: tuple[LegendItem, ...]
    root_bottom: float


CodeRow = tuple[str, str, int]
"""Code, name, hue."""


def used_codes(
    roadmap: Roadmap,
    branches: Sequence[DrawnTaxon],
    entries: Sequence[LabelContent],
    hues: dict[str, int],
    also: Collection[str] = (),
) -> list[list[CodeRow]]:
    """Return the codes on drawn labels, and those of the taxa in `also`, with their names, one list per top-level
    branch.
    """
    used = {entry.item.taxon for entry in entries if entry.item is not None and entry.code} | set(also)
    parents = {taxon.path: taxon.parent for taxon in roadmap.taxa}
    rows = []
    for branch in branches:
        taxa = [t for t in roadmap.taxa if t.path in used and _branch_of(t.path, parents) == branch.taxon.path]
        ordered = sorted(taxa, key=lambda t: t.path)
        rows.append([(taxon.code, plain(taxon.name), hues[branch.taxon.slug]) for taxon in ordered])
    return rows


def _branch_of(path: str, parents: dict[str, str | None]) -> str:
    above = parents[path]
    return path if above is None else _branch_of(above, parents)


def legend(branches: Sequence[list[CodeRow]], left_of_root: int, root: Bounds, right: float, foot: float) -> Foot:
    """Place entries left and right of the root box, or below it if a side is too narrow; the lowest row is at `foot`.

    `left_of_root` is the number of top-level branches left of the root.
    """
    halves = [list(chain(*branches[:left_of_root])), list(chain(*branches[left_of_root:]))]
    blocks = [(MARGIN, root.left - _ROOT_GAP), (root.right + _ROOT_GAP, right)]
    beside = min(b - a for a, b in blocks) >= _NARROWEST_BLOCK
    if not beside:
        halves, blocks = [list(chain(*branches))], [(MARGIN, right)]
    entries, top = _entries(halves, blocks, foot)
    return Foot(entries, max(foot, top - (root.top - root.bottom)) if beside else top + _BELOW_ROOT)


def legend_below(branches: Sequence[list[CodeRow]], right: float, foot: float) -> tuple[tuple[LegendItem, ...], float]:
    """Place entries over the whole width, the lowest row at `foot`; also return the upper end of the highest."""
    return _entries([list(chain(*branches))], [(MARGIN, right)], foot)


def _entries(
    halves: Sequence[Sequence[CodeRow]], blocks: Sequence[tuple[float, float]], foot: float
) -> tuple[tuple[LegendItem, ...], float]:
    flowed = [_flow(rows, block) for rows, block in zip(halves, blocks, strict=True)]
    lines = max((row for rows in flowed for *_, row in rows), default=-1) + 1
    entries = [
        LegendItem(code, name, hue, x, foot + (lines - row - 0.5) * LEGEND_LINE, _tab(code))
        for rows in flowed
        for (code, name, hue), x, row in rows
    ]
    return tuple(entries), foot + lines * LEGEND_LINE


def _tab(code: str) -> float:
    return text_width(code, TEXT_SIZE, bold=True) + 2 * _TAB_PAD


def _flow(rows: Sequence[CodeRow], block: tuple[float, float]) -> list[tuple[CodeRow, float, int]]:
    placed, x, line = [], block[0], 0
    for row in rows:
        end = x + _tab(row[0]) + _NAME_GAP + text_width(row[1], TEXT_SIZE)
        if end > block[1] and x > block[0]:
            end, x, line = block[0] + end - x, block[0], line + 1
        placed.append((row, x, line))
        x = end + _ENTRY_GAP
    return placed


def _or_year(entries: Sequence[LabelContent]) -> str:
    return " or year" if any(len({quarter(i.when) for i in entry.hidden}) > 1 for entry in entries) else ""


def caption(roadmap: Roadmap, entries: Sequence[LabelContent], options: FigureOptions) -> list[str]:
    """Return lines with the date rule, the day, the number of methods, and the meaning of the marks."""
    drawn, total = sum(entry.item is not None for entry in entries), len(roadmap.items)
    rule = DATE_RULES.get(roadmap.date_rule, plain(roadmap.date_rule))
    parts = [f"Date: {rule}; as of {roadmap.as_of.isoformat()}"]
    noun = "method" if all(item.element_id.startswith("method-") for item in roadmap.items) else "paper"
    noun += "" if total == 1 else "s"
    parts.append(f"{total} {noun}" if drawn == total else f"{drawn} of {total} {noun}")
    parts += [f"+n: others of that quarter{_or_year(entries)}"] if drawn < total else []
    parts += [f"{len(roadmap.undated)} without a date not drawn"] if roadmap.undated else []
    exact = all(item.precision == "day" for item in roadmap.items)
    parts.append("A dot marks the date" + ("" if exact else ", a ring one known to the month or year only"))
    parts += ["Grey letters: institution"] if any(entry.mark for entry in entries) else []
    if any(item.element_id in options.new for item in roadmap.items):
        parts.append(f"Red frame: new{f' since {plain(options.new_label)}' if options.new_label else ''}")
    return wrap(". ".join(parts) + ".", TEXT_SIZE, options.width_pt - 2 * MARGIN)
