"""Taxonomy edits as plain values, and their reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wamkg.errors import InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.near_matches import unknown


class EditOperation(StrEnum):
    """Edits of a taxonomy."""

    ADD = "add"
    RENAME = "rename"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    DELETE = "delete"
    REORDER = "reorder"


@dataclass(frozen=True, kw_only=True)
class NewTaxonPart:
    """A new taxon of a split, below the taxon that is split."""

    name: str
    slug: str | None = None
    definition: str = ""


@dataclass(frozen=True, kw_only=True)
class TaxonEdit:
    """An edit of a taxonomy; paths may be former ones.

    - add: `name` below `parent` (empty: at the top level), with `slug`, `code`, `definition`, `include`, `exclude`,
      `exemplars` (ids of papers) and `position`
    - rename: `taxon` to `name`, and to `slug` in its path (empty: made from the name)
    - move: `taxon` below `parent`, at `position` among its siblings (empty: last)
    - merge: `taxon` into `into`, which takes over its papers, children, names and exemplars
    - split: `taxon` into `parts` below it; `papers` (id -> slug of a part) go there, the others stay
    - delete: `taxon`; its papers go to `into` (empty: its parent)
    - reorder: the children of `taxon` (empty: the top level) in the `order` of their slugs

    `revision` is the taxonomy's revision that the person saw; an edit of a newer one is rejected.
    """

    operation: str
    taxon: str = ""
    name: str | None = None
    slug: str | None = None
    parent: str = ""
    into: str | None = None
    parts: tuple[NewTaxonPart, ...] = ()
    papers: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    position: int | None = None
    code: str = ""
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exemplars: tuple[str, ...] = ()
    why: str = ""
    revision: int | None = None

    def __post_init__(self) -> None:
        if self.operation not in set(EditOperation):
            raise InvalidInputError(unknown("taxonomy edit", self.operation, EditOperation))
        rootless = self.operation in (EditOperation.ADD, EditOperation.REORDER)
        if not rootless and not self.taxon:
            raise InvalidInputError(f"{self.operation} needs a taxon")
        needed = {
            EditOperation.ADD: ("name", self.name),
            EditOperation.RENAME: ("name", self.name),
            EditOperation.MERGE: ("into", self.into),
            EditOperation.SPLIT: ("parts", self.parts),
            EditOperation.REORDER: ("order", self.order),
        }
        what, value = needed.get(EditOperation(self.operation), ("", True))
        if not value:
            raise InvalidInputError(f"{self.operation} needs {what}")
        texts = (self.name, self.slug, self.code, self.definition, self.why, *self.include, *self.exclude)
        if any(text and "\x00" in text for text in texts):
            raise InvalidInputError("the text has a NUL character, which the database cannot store")


@dataclass(frozen=True)
class TaxonChange:
    """A taxon whose path or name changes. None before: new; None after: deleted."""

    uid: str
    before: str | None
    after: str | None
    name_before: str | None
    name_after: str | None


@dataclass(frozen=True)
class PaperChange:
    """A paper whose assignment changes; `moved` if the taxon changes, not only its path."""

    paper: str
    title: str
    before: list[str]
    after: list[str]
    moved: bool


@dataclass(frozen=True)
class EditReport(WithFormerNames):
    """The effect of an edit; `batch` is None in a dry run."""

    operation: str
    taxonomy: str
    batch: str | None
    taxa: list[TaxonChange]
    papers: list[PaperChange]
    figures: list[str]
    exports: list[str]
    suggestions: int
    """Number of suggestions based on the old tree; `wamkg suggest` updates them."""
    revision: int
    dry_run: bool = False
    version: Former[int] = former("revision")
