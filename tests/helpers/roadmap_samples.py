"""Generated fields of methods for the roadmap: more of them every year, on the branches of the survey."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from wamkg.figures.plaintext import plain
from wamkg.views.roadmap import Roadmap, RoadmapItem, RoadmapTaxon

PATHS = {
    "cascaded": "",
    "cascaded/explicit": "",
    "cascaded/explicit/learned": "L",
    "cascaded/explicit/geometric": "G",
    "cascaded/implicit": "I",
    "joint": "",
    "joint/autoregressive": "",
    "joint/autoregressive/discrete": "UD",
    "joint/autoregressive/latent": "PL",
    "joint/diffusion": "",
    "joint/diffusion/unified-stream": "",
    "joint/diffusion/unified-stream/explicit": "UE",
    "joint/diffusion/unified-stream/implicit": "UI",
    "joint/diffusion/multi-stream": "",
    "joint/diffusion/multi-stream/cross-attention": "XA",
    "joint/diffusion/multi-stream/hidden-state": "HS",
}
TAXA = tuple(
    RoadmapTaxon(
        path, path.rpartition("/")[2].title(), path.rpartition("/")[2], path.rpartition("/")[0] or None, i, code
    )
    for i, (path, code) in enumerate(PATHS.items())
)
LEAVES = [path for path, code in PATHS.items() if code]
WORDS = ["Ro", "bo", "Vi", "Dream", "Act", "WAM", "VLA", "Flow", "Lin", "Gen", "Uni", "Mo", "Fast", "Giga"]
ODD_LABELS = ["$x_1$ & <b>", "C$^3$ache", "π₀.₇", "世界模型", "سلام عالم", "😀Bot", "A_b{c}%\\", "שלום", "a\"b'c", "-"]
FIRST, AS_OF = date(2023, 1, 20), date(2026, 8, 31)


def sample(count: int, seed: int = 0, labels: Sequence[str] = (), first: date = FIRST) -> Roadmap:
    """A field that grows: seeded methods with names of one to three parts, more of them every year."""
    rng, items = random.Random(seed), []
    for i in range(count):
        label = labels[i % len(labels)] if labels else "".join(rng.choices(WORDS, k=rng.randint(1, 3))) + f"-{i}"
        when = first + timedelta(days=int((AS_OF - first).days * rng.random() ** 0.6))
        item = RoadmapItem(
            f"method-{i}", label, f"{label}: a study", rng.choice(LEAVES), when, "day", f"https://example.org/{i}"
        )
        items.append(replace(item, citations=rng.randint(0, 300)))
    return Roadmap("wam", "World Action Models", "WAMs", TAXA, tuple(items), (), "arxiv_v1", AS_OF)


def expected(roadmap: Roadmap) -> dict[str, str]:
    return {item.element_id: plain(item.label) for item in roadmap.items}


def with_one_more(roadmap: Roadmap, number: int, rng: random.Random) -> Roadmap:
    """The field with one method more, dated near one of the others, on any branch."""
    when = min(rng.choice(roadmap.items).when + timedelta(days=rng.randint(0, 30)), AS_OF)
    added = replace(rng.choice(roadmap.items), element_id=f"method-added-{number}", taxon=rng.choice(LEAVES), when=when)
    return replace(roadmap, items=(*roadmap.items, added))
