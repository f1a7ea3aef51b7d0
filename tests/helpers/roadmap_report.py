"""Draw generated roadmaps and measure the twelve points asked of them.

Run as `python -m tests.helpers.roadmap_report [INSERTIONS]`.

For 64, 150 and 500 methods at one and two columns, time rising and running to the right: findings and numbers of
`wamkg.figures.check` and the CPU time of a drawing; then single insertions into 64 methods: whether the order is kept,
and how far old labels move.
"""

import random
import sys
import time
from collections import defaultdict
from statistics import median

from tests.helpers.roadmap_samples import expected, sample, with_one_more
from wamkg.figures.check.picture import read_picture
from wamkg.figures.check.report import check_svg
from wamkg.figures.check.time import Direction
from wamkg.figures.compare import moved_labels
from wamkg.figures.roadmap.draw import draw_roadmap
from wamkg.figures.style import COLUMN_MM, FigureOptions, Orientation
from wamkg.views.roadmap import Roadmap

COUNTS = (64, 150, 500)
ORIENTATIONS: tuple[Orientation, ...] = ("vertical", "horizontal")
SEED = 12


def svg_at(roadmap: Roadmap, width: str, orientation: Orientation = "vertical") -> bytes:
    """The drawing at a column's width."""
    look = FigureOptions(width=width, orientation=orientation)  # type: ignore[arg-type]
    return draw_roadmap(roadmap, look).to_bytes("svg")


def trunk_order(data: bytes) -> dict[str, list[str]]:
    """Labels of each trunk in the order of time, as their boxes stand."""
    order: dict[str, list[str]] = defaultdict(list)
    picture = read_picture(data)
    time, placed = Direction.of(picture), []
    for part in picture.of_role("label"):
        box, dot = part.rect("box"), part.rect("dot")
        assert box is not None
        assert dot is not None
        placed.append((time.stands(box, dot.middle), part))
    for _, part in sorted(placed, key=lambda pair: (pair[0], pair[1].element_id)):
        order[part.data["trunk"]].append(part.element_id)
    return order


def same_order(before: bytes, after: bytes) -> bool:
    """Whether the labels that both have stand in the same order on each trunk."""
    old, new = trunk_order(before), trunk_order(after)
    kept = {n for names in old.values() for n in names} & {n for names in new.values() for n in names}
    one, other = ({t: [n for n in names if n in kept] for t, names in order.items()} for order in (old, new))
    return {t: n for t, n in one.items() if n} == {t: n for t, n in other.items() if n}


def insertions(
    roadmap: Roadmap, width: str, times: int, orientation: Orientation = "vertical"
) -> tuple[list[float], int]:
    """The median displacement of old labels of each insertion, in label heights, and how often the order was kept."""
    rng, before, medians, kept = random.Random(13), svg_at(roadmap, width, orientation), [], 0
    for number in range(times):
        after = svg_at(with_one_more(roadmap, number, rng), width, orientation)
        medians.append(median(moved_labels(before, after).values()))
        kept += same_order(before, after)
    return medians, kept


def _measured(count: int, width: str, orientation: Orientation) -> bool:
    """Print a line on one drawing; whether it breaks a rule."""
    roadmap, start = sample(count, seed=count), time.process_time()
    data = svg_at(roadmap, width, orientation)
    spent = time.process_time() - start
    report = check_svg(data, expected(roadmap))
    named = len(read_picture(data).of_role("label"))
    print(f"{count} methods, {width}, {orientation}: {spent:.1f} s CPU, {len(report.findings)} findings;", end=" ")
    print(f"{named} named;", *(f"{name}={value:g}" for name, value in report.numbers.items()), flush=True)
    return bool(report.findings) or spent > 3


def _inserted(width: str, orientation: Orientation, times: int) -> None:
    medians, kept = insertions(sample(64, seed=SEED), width, times, orientation)
    small = sum(value <= 1 for value in medians)
    print(f"{times} insertions, {width}, {orientation}: order kept {kept} times; median displacement", end=" ")
    print(f"{median(medians):.2f} label heights, at most one in {small}, largest {max(medians):.1f}", flush=True)


def main(times: int) -> int:
    """Print a line a drawing; 1 if any breaks a rule."""
    failed = False
    for orientation in ORIENTATIONS:
        for count in COUNTS:
            for width in COLUMN_MM:
                failed |= _measured(count, width, orientation)
    for orientation in ORIENTATIONS if times else ():
        for width in COLUMN_MM:
            _inserted(width, orientation, times)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
