"""The filter of papers that lists, facets, suggestions, the review queue, results and the command line share.

A new filter is one field of `Criteria` and one entry of `CONDITIONS`; everything that lists papers accepts it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from sqlalchemy import TextClause, and_, exists, false, func, not_, or_, true
from sqlmodel import Session, col

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.identifiers import arxiv_id, author_key, normalise
from wamkg.json_types import UncheckedObject
from wamkg.parameters import (
    EXAMPLES,
    NO_ASSIGNMENT,
    DateText,
    Dois,
    Ids,
    MomentText,
    StateRef,
    TaxonRef,
    Text,
    Word,
    first_day_of,
    first_error,
    last_day_of,
    parse_moment,
    split_taxon,
)
from wamkg.store.base import Condition, Key, Selected, SortKey, is_live, paged, rows, select_columns, table_of
from wamkg.store.duplicates import load_work_groups
from wamkg.store.entities import get_entity, pairs_of_kind
from wamkg.store.paper_changes import touched_since, trail_since
from wamkg.store.papers import (
    ID_READERS,
    ExternalIdentifier,
    external_ids,
    find_paper,
    locate_papers,
    papers_by_ids,
)
from wamkg.store.session import once
from wamkg.store.tables import (
    Assignment,
    Author,
    Authorship,
    Batch,
    Citation,
    Claim,
    Entity,
    Link,
    Paper,
    PaperUrl,
    Result,
    Taxon,
    Venue,
)
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxa
from wamkg.store.text_search import read_query, relevance, words_match
from wamkg.vocabulary import AssignmentStatus, EntityKind, Relation, Standing

Test = Condition | TextClause
"""One condition of a filter."""
_NO_DATE = date(1, 1, 1)


class Having(StrEnum):
    """What a paper can have a value of."""

    ABSTRACT = "abstract"
    ARXIV = "arxiv"
    CITATIONS = "citations"
    CODE = "code"
    DATA = "data"
    DATE = "date"
    DOI = "doi"
    SUMMARY = "summary"
    VENUE = "venue"


class Criteria(BaseModel):
    """Which papers to list, as a user writes it, without negation. All given fields must match; values of one field are
    alternatives, except that several states, datasets, benchmarks, authors, institutions, challenges, things to have,
    or taxa of different taxonomies must all match.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    q: Text | None = Field(
        default=None,
        description="Words of title, text, method, authors or venue; or an id, a citation key, an address.",
    )
    taxon: tuple[TaxonRef, ...] = Field(
        default=(),
        description="`taxonomy:path` with all below it, or a whole `taxonomy`; several of one are alternatives.",
        max_length=50,
        examples=[["wam:joint/diffusion"]],
    )
    state: tuple[StateRef, ...] = Field(
        default=(),
        description="`wam:outside`; `none` is without a decision.",
        max_length=20,
        examples=[["wam:outside"]],
    )
    standing: tuple[Standing, ...] = Field(default=(), description="All but `cited` if not given.")
    since: DateText | None = Field(default=None, description="First day, month or year.", examples=["2025-01"])
    until: DateText | None = Field(default=None, description="Last day, month or year.", examples=["2026"])
    venue: tuple[Word, ...] = Field(default=(), description="Name of a venue.", max_length=50, examples=[["ICLR"]])
    year: tuple[Annotated[int, Field(ge=0, le=9999)], ...] = Field(
        default=(), description="Year of the paper.", max_length=50, examples=[[2025]]
    )
    dataset: tuple[Word, ...] = Field(default=(), description="Introduces or uses it.", max_length=20)
    benchmark: tuple[Word, ...] = Field(default=(), description="Introduces it or has results on it.", max_length=20)
    author: tuple[Word, ...] = Field(
        default=(),
        description="Written by this person, and by each further one.",
        max_length=20,
        examples=[["Yilun Du"]],
    )
    institution: tuple[Word, ...] = Field(default=(), description="From this institution.", max_length=20)
    method: tuple[Word, ...] = Field(
        default=(), description="Proposes this method; slug or name.", max_length=20, examples=[["unipi"]]
    )
    challenge: tuple[Word, ...] = Field(
        default=(), description="Addresses this challenge, itself or by its method.", max_length=20
    )
    has: tuple[Having, ...] = Field(
        default=(),
        description="Has a value of this kind; `citations`: is cited at least once.",
        max_length=20,
        examples=[["abstract"]],
    )
    party: Literal["first", "third"] | None = Field(
        default=None, description="Who reports its results: `first`, its own authors, or `third`."
    )
    found_by: Word | None = Field(default=None, description="A source, `list:wam`, or its kind.", examples=["list:wam"])
    first_seen_since: MomentText | None = Field(
        default=None, description="In the store since this date or time.", examples=["2026-01-31"]
    )
    changed_since: MomentText | None = Field(
        default=None,
        description="Something about it was written, edited or undone since this date or time; `changes/papers` lists "
        "deleted and merged papers too.",
        examples=["2026-01-31"],
    )
    ids: Ids = Field(
        default=(),
        description="Ids of any kind, separated by commas: `arxiv:2302.00111`, a slug, a citation key.",
        examples=[["arxiv:2302.00111"]],
    )
    doi: Dois = Field(default=(), description="DOIs, separated by commas.", examples=[["10.48550/arXiv.2302.00111"]])
    arxiv: Ids = Field(default=(), description="arXiv ids, separated by commas.", examples=[["2302.00111"]])
    s2: Ids = Field(default=(), description="Semantic Scholar ids, separated by commas.")
    cites: Ids = Field(
        default=(),
        description="Cites one of these papers; any ids, separated by commas.",
        examples=[["arxiv:2302.00111"]],
    )
    cited_by: Ids = Field(
        default=(), description="Is cited by one of these papers; any ids.", examples=[["arxiv:2302.00111"]]
    )

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_field(cls, values: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return build(values)
        except ValidationError as error:
            raise InvalidInputError(first_error(error)) from error

    @property
    def given(self) -> dict[str, Any]:
        """The filters that were given, by their public names."""
        fields = PaperFilter.model_fields.items()
        pairs = ((info.alias or name, getattr(self, name, None)) for name, info in fields)
        return {name: value for name, value in pairs if value not in (None, (), "")}


def _negations() -> str:
    """The pattern of `FILTER:VALUE`, with the pattern of each filter's values."""
    schema = Criteria.model_json_schema()
    values = ((name, _values_of(shape, schema["$defs"])) for name, shape in schema["properties"].items())
    return f"^({'|'.join(f'{name}:({pattern})' for name, pattern in values)})$"


def _values_of(shape: UncheckedObject, shared: UncheckedObject) -> str:
    """The pattern of one value of a filter, from its JSON Schema."""
    if "$ref" in shape:
        return _values_of(shared[shape["$ref"].rpartition("/")[2]], shared)
    if "items" in shape or "anyOf" in shape:
        return _values_of(shape.get("items") or shape["anyOf"][0], shared)
    if "enum" in shape or "const" in shape:
        return "|".join(map(re.escape, shape.get("enum") or [shape["const"]]))
    return r"\d{1,4}" if shape["type"] == "integer" else shape["pattern"][1:-1]


_NEGATION = _negations()
Negation = Annotated[str, StringConstraints(max_length=300, pattern=_NEGATION)]
EXAMPLES[_NEGATION] = "FILTER:VALUE, as in taxon:wam:joint, has:abstract or venue:ICLR"


class PaperFilter(Criteria):
    """Which papers to list: criteria, and others that must not be met."""

    not_: tuple[Negation, ...] = Field(
        default=(),
        alias="not",
        description="`FILTER:VALUE`: leave out the papers that this filter finds; repeat it for each.",
        max_length=20,
        examples=[["taxon:wam:joint"]],
    )


MANY_VALUED = frozenset(name for name, info in PaperFilter.model_fields.items() if get_origin(info.annotation) is tuple)
"""Filters that take several values."""


def paper_order(session: Session, name: str, q: str | None) -> tuple[SortKey, ...]:
    """The requested order. The paper's number always comes last and makes it total."""
    newest = SortKey(col(Paper.date), descending=True, empty=_NO_DATE)
    if name == "relevance" and q:
        return (*relevance(read_query(session, q)), newest)
    orders = {
        "date": (SortKey(col(Paper.date), empty=_NO_DATE),),
        "title": (SortKey(col(Paper.title_key)),),
        "-title": (SortKey(col(Paper.title_key), descending=True),),
        "added": (),
        "-citations": (SortKey(col(Paper.citation_count), descending=True, empty=-1), newest),
    }
    return orders.get(name, (newest,))


SORTS = ("-date", "date", "title", "-title", "added", "-citations", "relevance")


def find_papers(
    session: Session, wanted: PaperFilter, order: Sequence[SortKey], after: Sequence[Key] | None, limit: int
) -> list[tuple[int, list[Key]]]:
    """Up to `limit` pairs (number, sort keys) after the given keys and number."""
    number = SortKey(col(Paper.id), descending=bool(order) and order[-1].descending)
    statement = select_columns(Paper.id, *(key.key for key in order)).where(*conditions(session, wanted))
    arranged = paged(statement, [*order, number], after, limit)
    return [(number, keys) for number, *keys in rows(session, arranged)]


def count_papers(session: Session, wanted: PaperFilter) -> int:
    """Number of papers that match the filter."""
    statement = select_columns(func.count()).select_from(Paper).where(*conditions(session, wanted))
    return int(session.connection().execute(statement).scalar_one())


def paper_numbers(session: Session, wanted: PaperFilter) -> set[int]:
    """Numbers of all papers that match the filter."""
    statement = select_columns(Paper.id).where(*conditions(session, wanted))
    return set(session.connection().execute(statement).scalars())


def conditions(session: Session, wanted: PaperFilter) -> list[Test]:
    """The filter as SQL conditions on `paper`.

    Raises NotFoundError for an unknown taxonomy, taxon, dataset, benchmark or institution.
    """
    found: list[Test] = [] if wanted.standing else [col(Paper.standing) != Standing.CITED]
    return [*found, *_criteria(session, wanted), *(_unlike(session, text) for text in wanted.not_)]


def _criteria(session: Session, wanted: Criteria) -> list[Test]:
    found: list[Test] = []
    for name, value in wanted.given.items():
        if name in CONDITIONS:
            found += CONDITIONS[name](session, value)
    ids = [_external_id(name, text) for name in ID_READERS for text in getattr(wanted, name)]
    if ids:
        found.append(col(Paper.id).in_(set(papers_by_ids(session, ids).values())))
    return found


def _unlike(session: Session, negation: str) -> Condition:
    """The papers that a filter does not find, also those without any value."""
    name, _, value = negation.partition(":")
    tests = _criteria(session, Criteria.model_validate({name: (value,) if name in MANY_VALUED else value}))
    return not_(func.coalesce(and_(true(), *tests), false())) if tests else true()


def _external_id(scheme: str, text: str) -> ExternalIdentifier:
    """The id that a filter names, in normal form. arXiv's own DOI is an arXiv id."""
    value = ID_READERS[scheme](text)
    if value is None and scheme == "doi":
        scheme, value = "arxiv", arxiv_id(text)
    if value is None:
        raise NotFoundError(f"{scheme}: {text[:60]!r} is not an id of this kind; `ids` takes ids of any kind")
    return ExternalIdentifier(scheme, value)


def _located(session: Session, ids: Sequence[str]) -> set[int]:
    """Numbers of the papers with these ids; an id that cannot be read, and that no paper has, is an error."""
    found = locate_papers(session, ids)
    strange = next((text for text in ids if text not in found and not external_ids(text)), None)
    if strange is not None:
        find_paper(session, strange)
    return set(found.values())


def _cites(session: Session, ids: Sequence[str], own: str, other: str) -> Condition:
    """Papers at one end of a citation, with one of the given papers at the other end, in any of its versions."""
    groups = load_work_groups(session)
    ends = {member for number in _located(session, ids) for member in groups.members(number)}
    citation = table_of(Citation).c
    return col(Paper.id).in_(select_columns(citation[own]).where(citation[other].in_(ends), is_live(Citation)))


def _venue(names: Sequence[str]) -> Condition:
    keys = [normalise(name) for name in names]
    return col(Paper.venue_id).in_(select_columns(Venue.id).where(col(Venue.key).in_(keys)))


def _first_seen_since(written: str) -> Condition:
    made = select_columns(Entity.id).join(Batch, col(Batch.id) == col(Entity.batch_id))
    moment = parse_moment(written, "first_seen_since")
    return col(Paper.id).in_(made.where(col(Batch.started_at) >= moment))


def _changed_since(session: Session, written: str) -> Condition:
    moment = parse_moment(written, "changed_since")
    assert moment is not None
    touched = touched_since(moment).subquery()
    kept = once(session, ("changed since", moment), lambda: trail_since(session, moment).numbers)
    return or_(col(Paper.id).in_(select_columns(touched.columns[0])), col(Paper.id).in_(kept))


def live_placements() -> Selected:
    """Papers and taxa of the live assignments to a taxon."""
    placed: Selected = select_columns(Assignment.paper_id, Assignment.taxon_id)
    return placed.where(is_live(Assignment), col(Assignment.status) == AssignmentStatus.PLACED)


def _in_taxa(session: Session, given: Sequence[str]) -> list[Test]:
    by_taxonomy: dict[str, set[int]] = {}
    for ref in given:
        slug, path = split_taxon(ref)
        by_taxonomy.setdefault(slug, set()).update(taxa_under(session, slug, path))
    assigned = live_placements().with_only_columns(col(Assignment.paper_id))
    return [col(Paper.id).in_(assigned.where(col(Assignment.taxon_id).in_(taxa))) for taxa in by_taxonomy.values()]


def taxa_under(session: Session, slug: str, path: str) -> set[int]:
    """Numbers of a taxon and its descendants; without a path, of all taxa of the taxonomy.

    Raises NotFoundError.
    """
    try:
        taxonomy = get_taxonomy(session, slug)
    except NotFoundError as error:
        raise error if path else NotFoundError(f"{error}; a taxon is written TAXONOMY:PATH") from None
    top = find_taxon(session, taxonomy, path).path if path else ""
    taxa = list_taxa(session, taxonomy)
    return {t.id for t in taxa if t.id is not None and (not top or f"{t.path}/".startswith(f"{top}/"))}


def _has_state(session: Session, ref: str) -> Condition:
    slug, _, state = ref.partition(":")
    live = select_columns(Assignment.paper_id).where(
        Assignment.taxonomy_id == get_taxonomy(session, slug).id, is_live(Assignment)
    )
    if state == NO_ASSIGNMENT:
        return col(Paper.id).not_in(live)
    return col(Paper.id).in_(live.where(Assignment.status == state))


def _has_result(condition: Condition) -> Condition:
    proposes = select_columns(Link.source_id).join(Result, col(Result.method_id) == col(Link.target_id))
    return col(Paper.id).in_(proposes.where(Link.relation == Relation.PROPOSES, condition))


def _written_by(name: str) -> Condition:
    written = select_columns(Authorship.paper_id).join(Author, col(Author.id) == col(Authorship.author_id))
    return col(Paper.id).in_(written.where(Author.key == author_key(name)))


def _related(session: Session, kind: EntityKind, name: str) -> Condition:
    """Papers that have to do with an entity; see `papers_of_entities`."""
    entity, paper = pairs_of_kind(kind).subquery().columns
    return col(Paper.id).in_(select_columns(paper).where(entity == get_entity(session, kind, name).id))


def _has(value: Having) -> Condition:
    if value is Having.CITATIONS:
        cited = select_columns(Citation.cited_id).where(is_live(Citation))
        return or_(func.coalesce(col(Paper.citation_count), 0) > 0, col(Paper.id).in_(cited))
    if value in _URLS:
        addresses = select_columns(PaperUrl.paper_id).where(PaperUrl.kind == _URLS[value], is_live(PaperUrl))
        return col(Paper.id).in_(addresses)
    return col(getattr(Paper, "venue_id" if value is Having.VENUE else value)).is_not(None)


_URLS = {Having.CODE: "code", Having.DATA: "dataset"}
"""Kinds of URLs that papers may have."""


def _found_by(source: str) -> Condition:
    same = or_(col(Claim.source) == source, col(Claim.source).startswith(f"{source}:", autoescape=True))
    return exists().where(col(Claim.subject_id) == col(Paper.id), same)


CONDITIONS: Mapping[str, Callable[[Session, Any], list[Test]]] = {
    "q": lambda session, words: [words_match(session, words)],
    "taxon": _in_taxa,
    "state": lambda session, states: [_has_state(session, state) for state in states],
    "standing": lambda _, values: [col(Paper.standing).in_(values)],
    "since": lambda _, day: [col(Paper.date) >= first_day_of(day, "since")],
    "until": lambda _, day: [col(Paper.date) <= last_day_of(day, "until")],
    "venue": lambda _, names: [_venue(names)],
    "year": lambda _, years: [col(Paper.year).in_(years)],
    "dataset": lambda session, names: [_related(session, EntityKind.DATASET, name) for name in names],
    "benchmark": lambda session, names: [_related(session, EntityKind.BENCHMARK, name) for name in names],
    "author": lambda _, names: [_written_by(name) for name in names],
    "institution": lambda session, names: [_related(session, EntityKind.INSTITUTION, name) for name in names],
    "method": lambda session, names: [or_(*(_related(session, EntityKind.METHOD, name) for name in names))],
    "challenge": lambda session, names: [_related(session, EntityKind.CHALLENGE, name) for name in names],
    "has": lambda _, values: [_has(value) for value in values],
    "party": lambda _, party: [_has_result(col(Result.party) == party)],
    "found_by": lambda _, source: [_found_by(source)],
    "first_seen_since": lambda _, moment: [_first_seen_since(moment)],
    "changed_since": lambda session, moment: [_changed_since(session, moment)],
    "ids": lambda session, ids: [col(Paper.id).in_(_located(session, ids))],
    "cites": lambda session, ids: [_cites(session, ids, "citing_id", "cited_id")],
    "cited_by": lambda session, ids: [_cites(session, ids, "cited_id", "citing_id")],
}
"""Field of `PaperFilter` -> its SQL conditions. External ids are looked up together: any of them matches."""


def placements_of(session: Session, wanted: PaperFilter, taxonomy: int) -> list[tuple[int, str]]:
    """Pairs (paper, taxon path) of the live assignments, in one taxonomy, of the papers that match."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .where(
            Assignment.taxonomy_id == taxonomy,
            Assignment.status == AssignmentStatus.PLACED,
            is_live(Assignment),
            *conditions(session, wanted),
        )
    )
    return [(paper, path) for paper, path in session.connection().execute(statement)]
