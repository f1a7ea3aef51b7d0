"""The labels of a trunk: one per method, or representatives and `+n` for the rest of a quarter."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from wamkg.figures.ids import resolve_names
from wamkg.figures.measure import text_width
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.style import TEXT_SIZE
from wamkg.views.roadmap import RoadmapItem

PAD = 1.7
CODE_PAD = 1.3
MARK_GAP = 1.5
MAX_LABELS = 200
"""With more methods than this, only representatives are drawn, unless the options say otherwise."""
_AIM = 160


Quarter = tuple[str, str]
"""A tip's element id and the key of a quarter or a year."""


@dataclass(frozen=True)
class LabelSelection:
    """Which labels of a trunk are drawn: the `chosen` ids and the `most` most cited per quarter; None draws all.

    `caps` lowers the number where space is short. In the `merged` years a trunk has one `+n` for all quarters.
    """

    most: int | None = None
    chosen: frozenset[str] = frozenset()
    marks: bool = True
    caps: Mapping[Quarter, int] = field(default_factory=dict)
    merged: frozenset[Quarter] = frozenset()

    def kept(self, group: Sequence[RoadmapItem], at: Quarter) -> set[RoadmapItem]:
        """Return those of one quarter that are drawn."""
        most = self.caps.get(at, self.most)
        if most is None or len(group) <= most:
            return set(group)
        ranked = sorted(group, key=lambda i: (-(i.citations or 0), i.when, i.element_id))
        return set(ranked[:most]) | {item for item in group if item.element_id in self.chosen}


def chosen_ids(items: Sequence[RoadmapItem], names: Sequence[str]) -> frozenset[str]:
    """Return ids of the items that the user selected by label, slug or element id, ignoring case.

    Raises InvalidInputError for a name that no item has.
    """
    spellings = (
        (name, item.element_id)
        for item in items
        for name in (item.element_id, item.element_id.partition("-")[2], item.label, plain(item.label))
    )
    return resolve_names(names, spellings, "drawn method", "its slug")


@dataclass(frozen=True)
class LabelContent:
    """One label: `item` is None for a `+n`, whose `hidden` are the methods it counts.

    Its date is between `when` and `until`, the same day if it is known exactly.
    """

    element_id: str
    text: str
    code: str
    mark: str
    when: date
    until: date
    item: RoadmapItem | None = None
    hidden: tuple[RoadmapItem, ...] = ()

    @cached_property
    def code_width(self) -> float:
        """Return the width of the colored tab with the leaf code, 0 without one."""
        return text_width(self.code, TEXT_SIZE, bold=True) + 2 * CODE_PAD if self.code else 0.0

    @cached_property
    def box_width(self) -> float:
        """Return the width of the rounded box, including the code tab."""
        return text_width(self.text, TEXT_SIZE) + 2 * PAD + self.code_width

    @cached_property
    def width(self) -> float:
        """Return the width of the box and the institution mark outside it."""
        return self.box_width + (MARK_GAP + text_width(self.mark, TEXT_SIZE) if self.mark else 0.0)


def entry_of(item: RoadmapItem, codes: dict[str, str], marks: bool) -> LabelContent:
    """Return the label of one method."""
    mark = plain(item.mark) if marks else ""
    return LabelContent(
        item.element_id,
        plain(item.label) or item.element_id,
        codes.get(item.taxon, ""),
        mark,
        item.when,
        last_day(item),
        item,
    )


def last_day(item: RoadmapItem) -> date:
    """Return the last day that a date known to the month or year may mean."""
    if item.precision == "year":
        return item.when.replace(month=12, day=31)
    if item.precision == "month":
        return item.when.replace(day=monthrange(item.when.year, item.when.month)[1])
    return item.when


def quarter(day: date) -> str:
    """Return `2025q3`, the key of a day's quarter."""
    return f"{day.year}q{(day.month + 2) // 3}"


def by_quarter(items: Sequence[RoadmapItem]) -> dict[str, list[RoadmapItem]]:
    """Return the items of each quarter, in the given order."""
    groups: dict[str, list[RoadmapItem]] = defaultdict(list)
    for item in items:
        groups[quarter(item.when)].append(item)
    return groups


def representatives_for(tips: Sequence[DrawnTaxon], asked: int | None) -> int | None:
    """Return the labels per trunk and quarter: as requested, or all if not too many, or as many as remain readable."""
    if asked is not None or sum(len(tip.items) for tip in tips) <= MAX_LABELS:
        return asked
    sizes = [len(group) for tip in tips for group in by_quarter(tip.items).values()]
    fitting = (k for k in range(max(sizes), 0, -1) if sum(min(s, k) + (s > k) for s in sizes) <= _AIM)
    return next(fitting, 1)


def select_labels(tip: DrawnTaxon, choice: LabelSelection, codes: dict[str, str]) -> list[LabelContent]:
    """Return entries of one trunk, oldest first; the methods of a quarter that were not chosen become one `+n`."""
    slug = tip.element_id.removeprefix("taxon-")
    entries: list[LabelContent] = []
    rests: dict[str, list[RoadmapItem]] = defaultdict(list)
    for key, group in by_quarter(tip.items).items():
        kept = choice.kept(group, (tip.element_id, key))
        entries += [entry_of(item, codes, choice.marks) for item in group if item in kept]
        year = key.partition("q")[0]
        rests[year if (tip.element_id, year) in choice.merged else key] += [i for i in group if i not in kept]
    for key, rest in rests.items():
        if rest:
            span = rest[0].when, rest[-1].when
            entries.append(LabelContent(f"more-{slug}-{key}", f"+{len(rest)}", "", "", *span, hidden=tuple(rest)))
    return sorted(entries, key=lambda e: (e.when, e.item is None, e.text, e.element_id))
