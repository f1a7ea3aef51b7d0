"""Bodies of proposals and of the answers to them."""

from pydantic import Field

from wamkg.json_types import JsonObject
from wamkg.parameters import Text, Word
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.schemas.base import Body, Revision, Why

MOST = 100
"""Proposals in one request."""


class NewProposal(Body):
    """A class that is proposed for a paper: of the library by `paper`, or a new one by `record`."""

    paper: Word | None = Field(default=None, examples=["arxiv:2302.00111"], description="Id of a paper of the library.")
    record: JsonObject | None = Field(
        default=None,
        examples=[{"title": "A Paper", "arxiv": "2401.01234"}],
        description="A record, with the keys of JSON Lines.",
    )
    taxonomy: Word = Field(default=MAIN_TAXONOMY, description="Slug of the taxonomy; empty: the main one.")
    taxon: Word | None = Field(default=None, examples=["joint/diffusion"], description="Path of the proposed class.")
    outside: Word | None = Field(default=None, description="Why the paper is out of scope, instead of a class.")
    quote: Text | None = Field(default=None, description="Words of the abstract; a model must give some.")
    model: Word | None = Field(default=None, description="Name of the model that proposes; null: a person.")
    link: Word | None = Field(default=None, description="Address where it was proposed, such as an issue.")


class NewProposals(Body):
    """Proposals that are sent together. Who sends them proposes them."""

    items: list[NewProposal] = Field(min_length=1, max_length=MOST, description="The proposals.")


class ProposalAnswer(Body):
    """Why a proposal is declined."""

    why: Why = ""
    revision: Revision | None = None


class ProposalAcceptance(Body):
    """What the curator saw who accepts a proposal."""

    revision: Revision | None = None
