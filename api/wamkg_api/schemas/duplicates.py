"""Bodies of judgements, merges and answers to identity questions."""

from typing import Literal

from pydantic import Field

from wamkg.parameters import Text, Word
from wamkg.vocabulary import DuplicateVerdict
from wamkg_api.schemas.base import Body, Revision, Why


class QuestionAnswer(Body):
    """The answer to a question: `wrong-id` removes the id from the paper, `renamed` applies the record, `wrong-record`
    discards it.
    """

    answer: Literal["wrong-id", "renamed", "wrong-record"]
    note: Text = ""
    revision: Revision | None = None


class NewJudgement(Body):
    """A person's judgement: are two papers the same work?"""

    left: Word = Field(examples=["arxiv:2302.00111"])
    right: Word = Field(examples=["arxiv:2310.10625"])
    verdict: DuplicateVerdict
    note: Text = ""


class NewMerge(Body):
    """Two papers to merge into one."""

    keep: Word = Field(description="The paper that remains.", examples=["arxiv:2302.00111"])
    other: Word = Field(description="The paper whose rows move to it.", examples=["arxiv:2310.10625"])
    prefer: Literal["keep", "other"] | None = Field(
        default=None, description="Which assignment stays if both have one in a taxonomy."
    )
    although_dois_differ: bool = Field(default=False, description="Merge papers with DOIs of two publications.")
    although_unlike: bool = Field(
        default=False, description="Merge papers whose titles differ and that share no id and no author."
    )
    dry_run: bool = Field(default=False, description="Show what would change and write nothing.")
    why: Why = ""
    revision: Revision | None = Field(default=None, description="Revision of `keep` that you saw.")
