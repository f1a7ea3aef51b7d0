"""Papers and their parts: ids, dates, authors, venues, URLs, tags, citations."""

import datetime as dt

from sqlalchemy import Date, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from wamkg.store.tables.base import created_in_batch, ended_at, entity_key, key, live_unique, ref
from wamkg.store.types import Json, LongText, SortedText, UtcDateTime, utc_now


class Entity(SQLModel, table=True):
    """Anything with a permanent public id. Links, claims and aliases refer to entities, whatever their kind."""

    id: int | None = key()
    uid: str = Field(unique=True)
    kind: str
    batch_id: int = created_in_batch()


class Venue(SQLModel, table=True):
    """A conference, journal or archive. Papers of many batches share it, so it belongs to no batch."""

    id: int | None = key()
    name: str = Field(sa_type=SortedText)
    key: str = Field(unique=True)


class Paper(SQLModel, table=True):
    """A paper with its resolved values: each is picked from the claims by precedence."""

    __table_args__ = (Index("uq_paper_key", "key", unique=True),)

    id: int | None = entity_key()
    slug: str = Field(unique=True, sa_type=SortedText)
    title: str = Field(sa_type=SortedText)
    title_key: str = Field(index=True)
    first_author_key: str | None = None
    abstract: str | None = Field(default=None, sa_type=LongText)
    summary: str | None = Field(default=None, sa_type=LongText)
    arxiv: str | None = Field(default=None, unique=True)
    doi: str | None = Field(default=None, unique=True)
    s2: str | None = Field(default=None, unique=True)
    openalex: str | None = Field(default=None, unique=True)
    url: str | None = None
    venue_id: int | None = ref("venue.id", nullable=True)
    year: int | None = None
    year_derived: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="whether the year is that of `date`, not one that a source states",
    )
    key: str | None = Field(default=None, description="citation key")
    entry_type: str | None = Field(default=None, description="BibTeX's word for the kind of publication")
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    publisher: str | None = None
    details: dict[str, str] | None = Field(
        default=None, sa_type=Json, nullable=True, description="further bibliographic fields by their BibTeX names"
    )
    authors_cut: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description='whether further authors follow ("and others")',
    )
    standing: str = Field(index=True)
    exclusion_reason: str | None = None
    note: str | None = Field(default=None, sa_type=LongText)
    date: dt.date | None = Field(default=None, sa_type=Date, index=True)
    date_precision: str | None = None
    date_source: str | None = None
    citation_count: int | None = None
    revision: int = 1


class FormerId(SQLModel, table=True):
    """Another current or former id of a paper."""

    __tablename__ = "former_id"
    __table_args__ = (
        live_unique("former_id", "scheme", "value"),
        Index("ix_former_id_scheme_value", "scheme", "value"),
    )

    id: int | None = key()
    paper_id: int = ref("paper.id")
    scheme: str
    value: str
    batch_id: int = created_in_batch()
    ended_at: dt.datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Event(SQLModel, table=True):
    """A dated event of a paper according to one source; `derived` if the date was computed, not stated."""

    __table_args__ = (live_unique("event", "paper_id", "kind", "source", "day", "precision"),)

    id: int | None = key()
    paper_id: int = ref("paper.id", index=False)
    kind: str
    day: dt.date = Field(sa_type=Date)
    precision: str
    source: str
    derived: bool = False
    batch_id: int = created_in_batch()
    ended_at: dt.datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Author(SQLModel, table=True):
    """A person who writes papers. Authors are identified by the words of their name, because sources give no ids."""

    id: int | None = key()
    key: str = Field(unique=True)
    name: str = Field(sa_type=SortedText)
    s2: str | None = Field(default=None, index=True)


class Authorship(SQLModel, table=True):
    """One position in the resolved author list; written from the claims, like the columns of `paper`."""

    __table_args__ = (UniqueConstraint("paper_id", "position"),)

    id: int | None = key()
    paper_id: int = ref("paper.id", index=False)
    position: int
    author_id: int = ref("author.id")
    name: str = Field(description="the name as printed on this paper")
    family: str | None = None
    given: str | None = None
    particle: str | None = None
    suffix: str | None = None
    literal: str | None = Field(default=None, description="the name of a group, which has no parts")


class PaperUrl(SQLModel, table=True):
    """A URL of a paper."""

    __tablename__ = "paper_url"
    __table_args__ = (live_unique("paper_url", "paper_id", "kind", "url"),)

    id: int | None = key()
    paper_id: int = ref("paper.id", index=False)
    kind: str
    url: str
    source: str
    batch_id: int = created_in_batch()
    ended_at: dt.datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Tag(SQLModel, table=True):
    """A label printed beside a paper in an imported list; `mapped` if a taxonomy has it."""

    __table_args__ = (UniqueConstraint("paper_id", "facet", "value", "source"),)

    id: int | None = key()
    paper_id: int = ref("paper.id", index=False)
    facet: str
    value: str
    mapped: bool
    source: str
    batch_id: int = created_in_batch()


class Citation(SQLModel, table=True):
    """One paper cites another, according to one source."""

    __table_args__ = (live_unique("citation", "citing_id", "cited_id", "source"),)

    id: int | None = key()
    citing_id: int = ref("paper.id", index=False)
    cited_id: int = ref("paper.id")
    source: str
    contexts: list[str] = Field(default_factory=list, sa_type=Json)
    intents: list[str] = Field(default_factory=list, sa_type=Json)
    influential: bool | None = None
    first_seen: dt.datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    in_citations: dt.datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="start of the last fetch of the cited paper's list that held it"
    )
    in_references: dt.datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="the same for the citing paper's reference list"
    )
    batch_id: int = created_in_batch()
    ended_at: dt.datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Judgement(SQLModel, table=True):
    """A person's judgement on whether two papers are the same work; `left` has the lower number."""

    __table_args__ = (live_unique("judgement", "left_id", "right_id"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    left_id: int = ref("paper.id")
    right_id: int = ref("paper.id")
    verdict: str = Field(description="same, different or unsure")
    note: str = ""
    actor_id: int = ref("actor.id")
    at: dt.datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_at: dt.datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)
    batch_id: int = created_in_batch()
