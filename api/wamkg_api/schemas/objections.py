"""Bodies of objections, their answers and closings."""

from typing import Literal

from pydantic import Field

from wamkg.parameters import TaxonomyRef, Word
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.schemas.base import Body, Revision
from wamkg_api.schemas.parameters import Address, Label
from wamkg_api.schemas.taxonomies import Path


class NewObjection(Body):
    """A new objection to a paper's assignment."""

    paper: Word = Field(examples=["arxiv:2302.00111"])
    proposed: Path = Field(description="Path of a taxon, or outside, undecided, not-applicable.", examples=["joint"])
    taxonomy: TaxonomyRef = MAIN_TAXONOMY
    raised_by: Label | None = Field(default=None, description="Who objects; empty: who writes.")
    raised_role: Literal["co-author", "paper-author", "reader"] = "co-author"
    source_url: Address | None = Field(default=None, description="Where it was said; the paper's own authors need it.")
    quote: Label | None = None


class ObjectionAnswer(Body):
    """An answer to an objection."""

    answer: Label
    revision: Revision | None = None


class ObjectionClosing(Body):
    """How an objection is closed. A rejection needs an answer."""

    outcome: Literal["accepted", "rejected", "withdrawn"]
    answer: Label | None = None
    revision: Revision | None = None
