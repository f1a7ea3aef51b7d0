"""The survey itself: one row for each store."""

from sqlmodel import Field, SQLModel

from wamkg.json_types import UncheckedObject
from wamkg.store.tables.base import created_in_batch, key
from wamkg.store.types import Json, LongText


class Survey(SQLModel, table=True):
    """What the survey is called, who wrote it, and how its papers are divided, dated and colored. One per store."""

    id: int | None = key()
    uid: str = Field(unique=True)
    title: str = Field(sa_type=LongText)
    short_name: str = Field(default="", sa_type=LongText)
    abstract: str = Field(default="", sa_type=LongText)
    citation: str = Field(default="", sa_type=LongText, description="how to cite it, in BibTeX")
    home_page: str = Field(default="", sa_type=LongText)
    main_taxonomy: str = Field(default="", sa_type=LongText, description="slug of the taxonomy meant by default")
    date_rule: str = Field(default="arxiv_v1", sa_type=LongText, description="the date that places a paper")
    authors: list[UncheckedObject] = Field(default_factory=list, sa_type=Json, description="name, affiliations, note")
    outside_kinds: list[str] = Field(default_factory=list, sa_type=Json, description="why a paper can be outside")
    branches: list[UncheckedObject] = Field(default_factory=list, sa_type=Json, description="slug, name and color")
    definitions: list[UncheckedObject] = Field(default_factory=list, sa_type=Json, description="term, formula, text")
    routes: list[UncheckedObject] = Field(
        default_factory=list,
        sa_type=Json,
        sa_column_kwargs={"server_default": "[]"},
        description="where new papers are looked for",
    )
    batch_id: int = created_in_batch()
    revision: int = 1
