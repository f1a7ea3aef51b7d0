"""Draws generated roadmaps and measures the twelve points asked of them: `python -m tests.roadmap_report [INSERTIONS]`.

For 64, 150 and 500 methods at one and two columns: findings and numbers of `wamkg.figures.check` and the CPU time of a
drawing; then single insertions into 64 methods: whether the order is kept, and how far old labels move.
"""

import random
import sys
import time
from collections import defaultdict
from statistics import median

from tests.roadmap_samples import expected, sample, with_one_more
from wamkg.figures.check import check_svg
from wamkg.figures.compare import moved_labels
from wamkg.figures.draw import draw_roadmap
from wamkg.figures.picture import read_picture
from wamkg.figures.style import COLUMN_MM, FigureOptions
from wamkg.views.roadmap import Roadmap

COUNTS = (64, 150, 500)
SEED = 12


def svg_at(roadmap: Roadmap, width: str) -> bytes:
    """The drawing at a column's width."""
    return draw_roadmap(roadmap, FigureOptions(width=width)).to_bytes("svg")  # type: ignore[arg-type]


def trunk_order(data: bytes) -> dict[str, list[str]]:
    """Labels of each trunk from the top down, as their boxes stand."""
    order: dict[str, list[str]] = defaultdict(list)
    placed = [(box.middle[1], p) for p in read_picture(data).of_role("label") if (box := p.rect("box")) is not None]
    for _, part in sorted(placed, key=lambda pair: (pair[0], pair[1].element_id)):
        order[part.data["trunk"]].append(part.element_id)
    return order


def same_order(before: bytes, after: bytes) -> bool:
    """Whether the labels that both have stand in the same order on each trunk."""
    old, new = trunk_order(before), trunk_order(after)
    kept = {n for names in old.values() for n in names} & {n for names in new.values() for n in names}
    one, other = ({t: [n for n in names if n in kept] for t, names in order.items()} for order in (old, new))
    return {t: n for t, n in one.items() if n} == {t: n for t, n in other.items() if n}


def insertions(roadmap: Roadmap, width: str, times: int) -> tuple[list[float], int]:
    """The median displacement of old labels of each insertion, in label heights, and how often the order was kept."""
    rng, before, medians, kept = random.Random(13), svg_at(roadmap, width), [], 0
    for number in range(times):
        after = svg_at(with_one_more(roadmap, number, rng), width)
        medians.append(median(moved_labels(before, after).values()))
        kept += same_order(before, after)
    return medians, kept


def main(times: int) -> int:
    """Print a line a drawing; 1 if any breaks a rule."""
    failed = False
    for count in COUNTS:
        for width in COLUMN_MM:
            roadmap, start = sample(count, seed=count), time.process_time()
            data = svg_at(roadmap, width)
            spent = time.process_time() - start
            report = check_svg(data, expected(roadmap))
            failed |= bool(report.findings) or spent > 3
            print(f"{count} methods, {width}: {spent:.1f} s CPU, {len(report.findings)} findings;", end=" ")
            print(*(f"{name}={value:g}" for name, value in report.numbers.items()))
    for width in COLUMN_MM if times else ():
        medians, kept = insertions(sample(64, seed=SEED), width, times)
        small = sum(value <= 1 for value in medians)
        print(
            f"{times} insertions, {width}: order kept {kept} times; median displacement {median(medians):.2f}", end=" "
        )
        print(f"label heights, at most one in {small}, largest {max(medians):.1f}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
