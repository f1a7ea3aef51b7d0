"""A survey as a few dictionaries: what curating is meant to do, in the plainest words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, bool]
"""Key of a taxon, and whether it is the primary one."""


@dataclass
class ModelPaper:
    """What a list and a person say of a paper, and where it stands: places, a state, or nothing."""

    listed: str | None = None
    said: str | None = None
    places: list[Place] = field(default_factory=list)
    state: str | None = None

    @property
    def note(self) -> str | None:
        """A person's word comes first."""
        return self.said or self.listed


@dataclass
class Model:
    """Papers by number; taxa by a key that never changes: (key of the parent, slug, name)."""

    papers: dict[int, ModelPaper] = field(default_factory=dict)
    taxa: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def path(self, key: str) -> str:
        """Where a taxon stands."""
        parent, slug, _ = self.taxa[key]
        return f"{self.path(parent)}/{slug}" if parent else slug

    def below(self, key: str) -> list[str]:
        """A taxon's children."""
        return [k for k, (parent, _, _) in self.taxa.items() if parent == key]

    def hand_on(self, source: str, target: str, only: set[int] | None = None) -> None:
        """Papers at one taxon stand at another instead."""
        for number, paper in self.papers.items():
            if only is None or number in only:
                merged: dict[str, bool] = {}
                for key, primary in paper.places:
                    there = target if key == source else key
                    merged[there] = merged.get(there, False) or primary
                paper.places = list(merged.items())

    def shown(self) -> dict[str, Any]:
        """What can be compared with a store."""
        papers = {
            number: (paper.note, [paper.state] if paper.state else self._paths(paper.places))
            for number, paper in self.papers.items()
        }
        return {"papers": papers, "taxa": {self.path(key): name for key, (_, _, name) in self.taxa.items()}}

    def _paths(self, places: list[Place]) -> list[str]:
        first = [self.path(key) for key, primary in places if primary]
        return first + sorted(self.path(key) for key, primary in places if not primary)


Step = Callable[[Model], None]


def add_paper(number: int, note: str | None, taxon: str | None) -> Step:
    """A list brings a paper, or says something else of one that is known."""

    def step(model: Model) -> None:
        paper = model.papers.get(number)
        if paper is None:
            paper = model.papers[number] = ModelPaper(places=[(taxon, True)] if taxon else [])
        paper.listed = note or paper.listed

    return step


def say_note(number: int, note: str) -> Step:
    """A person sets a value."""

    def step(model: Model) -> None:
        model.papers[number].said = note

    return step


def place(number: int, taxa: list[str], state: str | None) -> Step:
    """A person decides."""

    def step(model: Model) -> None:
        paper = model.papers[number]
        paper.places, paper.state = [(key, i == 0) for i, key in enumerate(taxa)], state

    return step


def add_taxon(key: str, parent: str, name: str) -> Step:
    """A taxon below another."""
    return lambda model: model.taxa.update({key: (parent, name.lower(), name)})


def rename(key: str, name: str) -> Step:
    """Another name, and another last part of the path."""
    return lambda model: model.taxa.update({key: (model.taxa[key][0], name.lower(), name)})


def move(key: str, parent: str) -> Step:
    """Below another parent."""
    return lambda model: model.taxa.update({key: (parent, *model.taxa[key][1:])})


def merge(key: str, into: str) -> Step:
    """Papers and children go to another taxon."""

    def step(model: Model) -> None:
        for child in model.below(key):
            move(child, into)(model)
        model.hand_on(key, into)
        del model.taxa[key]

    return step


def split(key: str, parts: dict[str, str], papers: dict[int, str]) -> Step:
    """New taxa below one, and some of its papers in them."""

    def step(model: Model) -> None:
        for part, name in parts.items():
            add_taxon(part, key, name)(model)
        for number, part in papers.items():
            model.hand_on(key, part, {number})

    return step


def nothing(_model: Model) -> None:
    """What is recorded and changes nothing that is shown."""
