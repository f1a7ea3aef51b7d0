"""What the roadmap figure draws: the classified methods of a taxonomy along time."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RoadmapTaxon:
    """One node of the tree; `path` is unique, `parent` is a path or None for a family."""

    path: str
    name: str
    slug: str
    parent: str | None
    position: int
    code: str = ""


@dataclass(frozen=True)
class RoadmapItem:
    """One drawn label; `element_id` is the SVG id (`method-<slug>`), `when` the first day its date may mean."""

    element_id: str
    label: str
    title: str
    taxon: str
    when: date
    precision: str
    href: str
    mark: str = ""
    citations: int | None = None


@dataclass(frozen=True)
class Roadmap:
    """A taxonomy's tree and its dated methods; `undated` lists the labels that have no date and are not drawn."""

    taxonomy: str
    title: str
    root_label: str
    taxa: tuple[RoadmapTaxon, ...]
    items: tuple[RoadmapItem, ...]
    undated: tuple[str, ...]
    date_rule: str
    as_of: date
