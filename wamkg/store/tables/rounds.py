"""Rounds of blind review: reviewers, papers, votes, and adjudications."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from wamkg.store.tables.base import created_in_batch, ended_at, key, live_unique, ref
from wamkg.store.types import LongText, SortedText, UtcDateTime, utc_now


class ReviewRound(SQLModel, table=True):
    """A set of papers that several people review without seeing each other's votes."""

    __tablename__ = "review_round"

    id: int | None = key()
    uid: str = Field(unique=True)
    name: str = Field(unique=True, sa_type=SortedText)
    taxonomy_id: int = ref("taxonomy.id")
    status: str = "open"
    note: str = Field(default="", sa_type=LongText)
    actor_id: int = ref("actor.id")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
    revision: int = 1


class RoundReviewer(SQLModel, table=True):
    """A reviewer of a round."""

    __tablename__ = "round_reviewer"
    __table_args__ = (UniqueConstraint("round_id", "actor_id"),)

    id: int | None = key()
    round_id: int = ref("review_round.id", index=False)
    actor_id: int = ref("actor.id")
    batch_id: int = created_in_batch()


class RoundPaper(SQLModel, table=True):
    """A paper of a round."""

    __tablename__ = "round_paper"
    __table_args__ = (UniqueConstraint("round_id", "paper_id"),)

    id: int | None = key()
    round_id: int = ref("review_round.id", index=False)
    paper_id: int = ref("paper.id")
    position: int
    batch_id: int = created_in_batch()


class Vote(SQLModel, table=True):
    """One reviewer's label for one paper of a round. A vote does not change assignments."""

    __table_args__ = (live_unique("vote", "round_id", "paper_id", "actor_id"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    round_id: int = ref("review_round.id")
    paper_id: int = ref("paper.id")
    actor_id: int = ref("actor.id")
    verdict: str
    taxon_id: int | None = ref("taxon.id", nullable=True)
    kind: str | None = None
    evidence: str | None = Field(default=None, sa_type=LongText)
    evidence_location: str | None = None
    evidence_checked: bool | None = None
    note: str | None = Field(default=None, sa_type=LongText)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_at: datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)
    batch_id: int = created_in_batch()


class Adjudication(SQLModel, table=True):
    """The final decision on a paper after the votes; it belongs to the batch of that decision."""

    __table_args__ = (live_unique("adjudication", "round_id", "paper_id"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    round_id: int = ref("review_round.id")
    paper_id: int = ref("paper.id")
    decision: str = Field(description="permanent public id of the decision")
    resolution: str = Field(description="unanimous, consensus or third_person")
    actor_id: int = ref("actor.id")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_at: datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)
    batch_id: int = created_in_batch()
