"""Bodies of edits of taxonomies and taxa."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from wamkg.parameters import Text, Word
from wamkg.taxonomy.edit import NewTaxonPart, TaxonEdit
from wamkg_api.schemas.base import CLOSED, Body, Revision, Why
from wamkg_api.schemas.parameters import Label

Path = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


OptionalPath = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


Position = Annotated[int, Field(ge=0, le=10_000)]


class SplitPart(Body):
    """One of the new taxa of a split."""

    name: Label
    slug: Word | None = None
    definition: Text = ""


class _TaxonomyEdit(Body):
    """Fields that every taxonomy edit may have."""

    why: Why = ""
    revision: Revision | None = None
    dry_run: bool = Field(default=False, description="List what would change and write nothing.")

    def edit(self) -> TaxonEdit:
        """The edit as the `taxonomy` package represents it.

        Raises InvalidInputError for an edit that is not possible.
        """
        given = self.model_dump(exclude={"dry_run", "parts"}, exclude_unset=True)
        tuples = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        parts = tuple(NewTaxonPart(**part.model_dump()) for part in getattr(self, "parts", ()))
        return TaxonEdit(**given | tuples, parts=parts)


class AddTaxon(_TaxonomyEdit):
    """Add a taxon below `parent`, or at the top level."""

    operation: Literal["add"]
    name: Label
    slug: Word | None = None
    parent: OptionalPath = ""
    position: Position | None = None
    code: Text = ""
    definition: Text = ""
    include: list[Label] = Field(default_factory=list, max_length=100)
    exclude: list[Label] = Field(default_factory=list, max_length=100)


class RenameTaxon(_TaxonomyEdit):
    """Rename a taxon and the last part of its path."""

    operation: Literal["rename"]
    taxon: Path
    name: Label
    slug: Word | None = None


class MoveTaxon(_TaxonomyEdit):
    """Move a taxon below another one, or to the top level."""

    operation: Literal["move"]
    taxon: Path
    parent: OptionalPath = ""
    position: Position | None = None


class MergeTaxon(_TaxonomyEdit):
    """Merge a taxon into another one, which takes over its papers, children and names."""

    operation: Literal["merge"]
    taxon: Path
    into: Path


class SplitTaxon(_TaxonomyEdit):
    """Create new taxa below a taxon and move papers into them."""

    operation: Literal["split"]
    taxon: Path
    parts: list[SplitPart] = Field(min_length=1, max_length=100)
    papers: dict[Word, Word] = Field(
        default_factory=dict, max_length=10_000, description="Paper -> slug of a part.", json_schema_extra=CLOSED
    )


class DeleteTaxon(_TaxonomyEdit):
    """Delete a taxon. Its papers move to `into`, or to its parent."""

    operation: Literal["delete"]
    taxon: Path
    into: Path | None = None


class ReorderTaxa(_TaxonomyEdit):
    """Change the order of a taxon's children, or of the top-level taxa."""

    operation: Literal["reorder"]
    taxon: OptionalPath = ""
    order: list[Word] = Field(min_length=1, max_length=1000)


TaxonomyEdit = Annotated[
    AddTaxon | RenameTaxon | MoveTaxon | MergeTaxon | SplitTaxon | DeleteTaxon | ReorderTaxa,
    Field(
        discriminator="operation",
        examples=[{"operation": "rename", "taxon": "joint/diffusion", "name": "Denoising", "dry_run": True}],
    ),
]
