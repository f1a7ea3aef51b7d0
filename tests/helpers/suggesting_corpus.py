"""A small made-up field with a three-level taxonomy, for the suggester's tests."""

import random
from pathlib import Path
from typing import Any

import yaml

from wamkg.suggesting.examples import Example, Negative, PaperDocument, TrainingSet
from wamkg.suggesting.taxon_tree import Tree

WORDS = {
    "baking/bread": ["dough", "yeast", "crust", "knead", "loaf"],
    "baking/cake": ["frosting", "sponge", "icing", "layer", "sugar"],
    "grilling/meat/beef": ["steak", "charcoal", "sear", "brisket", "smoke"],
    "grilling/meat/pork": ["ribs", "glaze", "shoulder", "smoke", "charcoal"],
    "grilling/fish": ["salmon", "cedar", "plank", "charcoal", "fillet"],
}
SHARED = {"baking": ["oven", "flour", "whisk"], "grilling": ["grate", "flame", "tongs"]}
COMMON = ["the", "cook", "then", "serves", "with", "care", "on", "a", "plate", "after", "resting"]
TEXTS = {path: "About " + " ".join(words) + "." for path, words in WORDS.items()}


def recipe(leaf: str, number: int, seed: int = 0) -> PaperDocument:
    """A document of three sentences whose words come mostly from its leaf."""
    rng = random.Random(f"{leaf}-{number}-{seed}")
    own = WORDS[leaf] + SHARED[leaf.split("/", maxsplit=1)[0]]
    said = [" ".join(rng.sample(own, 3) + rng.sample(COMMON, 4)).capitalize() + "." for _ in range(3)]
    return PaperDocument(f"{leaf}#{number}", f"Dish{number}: {rng.choice(own)} {rng.choice(COMMON)}", " ".join(said),
                    names=(f"Dish{number}",), date=f"2024-{number % 12 + 1:02d}")  # fmt: skip


def training_set(each: int = 5, negatives: bool = True) -> TrainingSet:
    """`each` recipes a leaf, and a dozen titles about something else."""
    examples = tuple(Example(recipe(leaf, n), leaf) for leaf in WORDS for n in range(each))
    away = tuple(
        Negative(PaperDocument(f"away#{n}", f"{w} engine gearbox wheel", "", "title"), hard=n % 2 == 0)
        for n, w in enumerate(["motor", "truck", "tyre", "clutch", "diesel", "brake"] * 2)
    )
    return TrainingSet(Tree.of(WORDS, TEXTS), examples, away if negatives else ())


def survey_training_set() -> TrainingSet:
    """The survey's own classified papers and definitions, from the seeds."""
    seeds = Path(__file__).parents[2] / "seeds"
    papers = yaml.safe_load((seeds / "papers" / "classified.yaml").read_text(encoding="utf-8"))
    texts = _definitions(yaml.safe_load((seeds / "taxonomies" / "wam.yaml").read_text(encoding="utf-8"))["taxa"])
    examples = tuple(
        Example(
            PaperDocument(
                p["arxiv"], p["title"], p["summary"], "summary", (p["method"], *p.get("aliases", ())), p.get("date", "")
            ),
            p["taxa"]["wam"],
        )
        for p in papers
    )
    return TrainingSet(Tree.of(texts, texts), examples)


def _definitions(taxa: list[dict[str, Any]], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for taxon in taxa:
        path = above + taxon["slug"]
        found[path] = f"{taxon['name']}. {taxon['definition']}"
        found |= _definitions(taxon.get("children", []), f"{path}/")
    return found
