"""Split a branch with too many labels for one lane into several trunks side by side, if the height allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from wamkg.figures.roadmap.branches import DrawnTaxon


def split_into_sublanes(
    branches: Sequence[DrawnTaxon], wished: Callable[[DrawnTaxon], int], per_lane: int, most: int
) -> tuple[DrawnTaxon, ...]:
    """Return the branches, with tips of more than `per_lane` wanted labels as bundles of strands, fullest first.

    There are at most `most` lanes in total, unless there are more tips than that.
    """
    tips = [tip for branch in branches for tip in branch.tips()]
    counts, lanes = {tip.element_id: wished(tip) for tip in tips}, {tip.element_id: 1 for tip in tips}
    for _ in range(len(tips), most):
        fullest = max(lanes, key=lambda name: counts[name] / lanes[name])
        if counts[fullest] <= per_lane * lanes[fullest]:
            break
        lanes[fullest] += 1
    return tuple(_split(branch, lanes) for branch in branches)


def _split(branch: DrawnTaxon, lanes: Mapping[str, int]) -> DrawnTaxon:
    if branch.children:
        return replace(branch, children=tuple(_split(child, lanes) for child in branch.children))
    count = lanes[branch.element_id]
    if count == 1:
        return branch
    strands = (
        replace(branch, level=branch.level + 1, strand=i + 1, items=branch.items[i::count]) for i in range(count)
    )
    return replace(branch, children=tuple(strands), items=())
