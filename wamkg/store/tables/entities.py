"""Methods, institutions, datasets, benchmarks, metrics, results, challenges, concepts, and the links between them."""

from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from wamkg.store.tables.base import created_in_batch, entity_key, key, ref
from wamkg.store.types import LongText, SortedText


class NamedEntity(SQLModel):
    """Columns that all named entities share; `key` is the folded name by which spellings are compared."""

    slug: str = Field(unique=True, sa_type=SortedText)
    name: str = Field(sa_type=SortedText)
    key: str = Field(index=True)
    revision: int = 1

    if TYPE_CHECKING:
        id: int | None  # each table has it as its own first column


class Method(NamedEntity, table=True):
    """A method, with its printed label."""

    id: int | None = entity_key()


class Institution(NamedEntity, table=True):
    """An institution, with the short name that figures print."""

    id: int | None = entity_key()
    short_name: str | None = None


class Dataset(NamedEntity, table=True):
    """A data set."""

    id: int | None = entity_key()


class Benchmark(NamedEntity, table=True):
    """A benchmark."""

    id: int | None = entity_key()


class Metric(NamedEntity, table=True):
    """A metric: its unit, and whether higher is better."""

    id: int | None = entity_key()
    unit: str | None = None
    higher_is_better: bool | None = None
    low: float | None = None
    high: float | None = None


class Challenge(NamedEntity, table=True):
    """An open challenge of the field."""

    id: int | None = entity_key()
    definition: str | None = Field(default=None, sa_type=LongText)


class Concept(NamedEntity, table=True):
    """A concept of the field with its definition and, if it has one, its formula."""

    id: int | None = entity_key()
    definition: str | None = Field(default=None, sa_type=LongText)
    formula: str | None = None


class Alias(SQLModel, table=True):
    """Another name of an entity: a spelling, a label, a former name, a former path."""

    __table_args__ = (UniqueConstraint("entity_id", "kind", "key"),)

    id: int | None = key()
    entity_id: int = ref("entity.id", index=False)
    kind: str = Field(description="spelling, label, former-name or former-path")
    name: str
    key: str = Field(index=True)
    batch_id: int = created_in_batch()


class Link(SQLModel, table=True):
    """A typed link between two entities."""

    __table_args__ = (UniqueConstraint("source_id", "relation", "target_id"),)

    id: int | None = key()
    source_id: int = ref("entity.id", index=False)
    relation: str
    target_id: int = ref("entity.id")
    note: str | None = None
    source: str
    batch_id: int = created_in_batch()


class Result(SQLModel, table=True):
    """One reported score; rows of different suite, split or metric are never ranked together."""

    id: int | None = key()
    uid: str = Field(unique=True)
    method_id: int = ref("method.id")
    benchmark_id: int = ref("benchmark.id")
    suite: str = ""
    split: str = ""
    metric_id: int | None = ref("metric.id", nullable=True)
    value: float
    method_printed: str | None = None
    reported_by_id: int | None = ref("paper.id", nullable=True)
    reported_url: str | None = None
    reported_location: str | None = None
    party: str = Field(description="first or third")
    caveat: str | None = None
    source: str
    batch_id: int = created_in_batch()
    revision: int = 1
