"""Every table of the store."""

from wamkg.store.tables.base import metadata
from wamkg.store.tables.digests import Digest
from wamkg.store.tables.discovery import Discovery, RouteReading
from wamkg.store.tables.entities import (
    Alias,
    Benchmark,
    Challenge,
    Concept,
    Dataset,
    Institution,
    Link,
    Method,
    Metric,
    NamedEntity,
    Result,
)
from wamkg.store.tables.identity import IdentityQuestion
from wamkg.store.tables.notices import Notice
from wamkg.store.tables.papers import (
    Author,
    Authorship,
    Citation,
    Entity,
    Event,
    FormerId,
    Judgement,
    Paper,
    PaperUrl,
    Tag,
    Venue,
)
from wamkg.store.tables.proposals import Proposal
from wamkg.store.tables.provenance import Actor, Batch, Change, Claim, Release, Token
from wamkg.store.tables.rounds import Adjudication, ReviewRound, RoundPaper, RoundReviewer, Vote
from wamkg.store.tables.survey import Survey
from wamkg.store.tables.tasks import Embedding, Job, RateLimit, Task
from wamkg.store.tables.taxonomies import Assignment, Exemplar, Objection, Suggestion, Taxon, Taxonomy

__all__ = [
    "Actor",
    "Adjudication",
    "Alias",
    "Assignment",
    "Author",
    "Authorship",
    "Batch",
    "Benchmark",
    "Challenge",
    "Change",
    "Citation",
    "Claim",
    "Concept",
    "Dataset",
    "Digest",
    "Discovery",
    "Embedding",
    "Entity",
    "Event",
    "Exemplar",
    "FormerId",
    "IdentityQuestion",
    "Institution",
    "Job",
    "Judgement",
    "Link",
    "Method",
    "Metric",
    "NamedEntity",
    "Notice",
    "Objection",
    "Paper",
    "PaperUrl",
    "Proposal",
    "RateLimit",
    "Release",
    "Result",
    "ReviewRound",
    "RoundPaper",
    "RoundReviewer",
    "RouteReading",
    "Suggestion",
    "Survey",
    "Tag",
    "Task",
    "Taxon",
    "Taxonomy",
    "Token",
    "Venue",
    "Vote",
    "metadata",
]
