"""How an edition of the survey was made: what was searched and when, who decided, and with which models."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.json_types import UncheckedObject
from wamkg.reviewing.holdout import AutomationBias, automation_bias
from wamkg.store.decisions import decision_rows
from wamkg.store.discovery import RouteReadings, readings_of_routes
from wamkg.store.session import Edition
from wamkg.store.suggestions import model_in_use
from wamkg.store.survey import find_survey
from wamkg.store.tables import Taxonomy
from wamkg.store.taxonomies import list_taxonomies
from wamkg.views.edition import edition_of
from wamkg.views.history import batch_list
from wamkg.views.missing import FlowRow, flow_counts
from wamkg.vocabulary import BatchKind

_ALL = 1_000_000


@dataclass(frozen=True)
class ImportedSource:
    """A file or address that was imported, how often, the first and the last day, and the papers that were new."""

    source: str
    times: int
    first: date
    last: date
    new: int


@dataclass(frozen=True)
class ReviewedTaxonomy:
    """A taxonomy with the number of decisions by person, the model behind its suggestions, and whether seeing them
    changes decisions.
    """

    slug: str
    title: str
    decisions: dict[str, int]
    model: UncheckedObject | None
    bias: AutomationBias


@dataclass(frozen=True)
class SurveyMethods:
    """What the store knows of how the survey was made; `queries` has the query or the address of each saved route."""

    title: str
    edition: Edition
    queries: dict[str, str]
    imports: Sequence[ImportedSource]
    routes: Sequence[RouteReadings]
    flow: Sequence[FlowRow]
    taxonomies: Sequence[ReviewedTaxonomy]


def survey_methods(session: Session) -> SurveyMethods:
    """How the survey was made, as far as rows say it. Undone imports and decisions do not count."""
    survey = find_survey(session)
    return SurveyMethods(
        survey.title if survey else "",
        edition_of(session),
        {str(each["name"]): str(each.get("query") or each.get("source")) for each in (survey.routes if survey else ())},
        _imports(session),
        readings_of_routes(session),
        flow_counts(session),
        [_reviewed(session, taxonomy) for taxonomy in list_taxonomies(session)],
    )


def _imports(session: Session) -> list[ImportedSource]:
    found: dict[str, ImportedSource] = {}
    for batch in reversed(batch_list(session, _ALL)):
        if batch.kind in (BatchKind.IMPORT, BatchKind.SEED) and batch.undone is None:
            day, new = batch.started.date(), batch.counts.get("new", batch.counts.get("papers", 0))
            known = found.get(batch.source, ImportedSource(batch.source, 0, day, day, 0))
            papers = known.new + (new if isinstance(new, int) else 0)
            found[batch.source] = ImportedSource(batch.source, known.times + 1, known.first, day, papers)
    return list(found.values())


def _reviewed(session: Session, taxonomy: Taxonomy) -> ReviewedTaxonomy:
    slug = taxonomy.slug
    people = Counter(row.by for row in decision_rows(session, taxonomy=slug) if row.batch.undone_at is None)
    model, bias = model_in_use(session, taxonomy), automation_bias(session, slug)
    return ReviewedTaxonomy(slug, taxonomy.title, dict(people.most_common()), model, bias)
