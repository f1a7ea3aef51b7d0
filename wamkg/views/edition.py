"""Which edition of the survey a store shows, and every number of it that a manuscript states."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.identifiers import slugify
from wamkg.store.audit_trail import batch_rows
from wamkg.store.papers import standing_counts, table_counts
from wamkg.store.session import EDITION, Edition
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.store.types import utc_now
from wamkg.views.duplicates import ExportedWorks
from wamkg.views.results import ResultItem, ResultQuery, results
from wamkg.views.taxonomies import TaxonomyTree, taxonomy_list, taxonomy_tree, taxonomy_with_papers, walk

TOTAL = "placed"
"""Key of the number of works that a taxonomy has at its taxa."""


def edition_of(session: Session) -> Edition:
    """The release or past day that a store shows; else an edition without a name, of the day of the last write."""
    frozen: Edition | None = session.info.get(EDITION)
    if frozen is not None:
        return frozen
    last = batch_rows(session, 1)
    return Edition("", (last[0].started_at if last else utc_now()).date())


@dataclass(frozen=True)
class SurveyValues:
    """The numbers of an edition by key: `counts` of works, `shares` of the works that are placed, in percent, scores,
    and dates as they are printed.
    """

    counts: dict[str, int] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)


def survey_values(session: Session) -> SurveyValues:
    """Every number of an edition.

    Keys of the main taxonomy are paths (`joint/diffusion`), statuses and `placed`; those of another one follow its slug
    (`training-data:robot`). Counts of the whole store are `all:papers`, `all:methods` and so on, those of years
    `year:2025`. A score has the key `BENCHMARK/METRIC/METHOD`, or `BENCHMARK/SUITE/SPLIT/METRIC/METHOD` if those are
    stated; a score that several sources report differently has none without `@` and the reporting paper.
    """
    whole = {"papers": len(ExportedWorks(session).numbers)} | standing_counts(session) | table_counts(session)
    values = SurveyValues({f"all:{key}": number for key, number in whole.items()})
    main = find_default_taxonomy(session)
    for taxonomy in taxonomy_list(session):
        tree = taxonomy_tree(session, taxonomy.slug)
        _add_tree(values, tree, "" if taxonomy.slug == main else f"{taxonomy.slug}:")
    if main:
        _add_dates(session, values, main)
    values.dates["as-of"] = edition_of(session).day.isoformat()
    values.scores.update(_scores(results(session, ResultQuery())))
    return values


def _add_tree(values: SurveyValues, tree: TaxonomyTree, prefix: str) -> None:
    counts = {TOTAL: tree.placed} | {node.path: node.count for node in walk(tree.taxa)}
    counts |= {status: number for status, number in tree.states.items() if status not in counts}
    values.counts.update({prefix + key: number for key, number in counts.items()})
    if tree.placed:
        values.shares.update({prefix + n.path: 100 * n.count / tree.placed for n in walk(tree.taxa)})


def _add_dates(session: Session, values: SurveyValues, main: str) -> None:
    dated = [item.when for item in taxonomy_with_papers(session, main).items if item.when]
    years = Counter(day.year for day in dated)
    values.counts.update({f"year:{year}": number for year, number in sorted(years.items())})
    if dated:
        values.dates.update({"first": min(dated).isoformat(), "last": max(dated).isoformat()})


def _scores(items: Sequence[ResultItem]) -> Iterator[tuple[str, float]]:
    """Each score under its key; under the key with its reporter if reports differ."""
    groups: dict[str, list[ResultItem]] = {}
    for item in items:
        parts = (item.benchmark, slugify(item.suite) if item.suite else "", slugify(item.split) if item.split else "",
                 item.metric or "", item.method)  # fmt: skip
        groups.setdefault("/".join(part for part in parts if part), []).append(item)
    for key, group in sorted(groups.items()):
        if len({item.value for item in group}) == 1:
            yield key, group[0].value
        reporters: Mapping[str, set[float]] = _by_reporter(group)
        for reporter, found in sorted(reporters.items()):
            if len(found) == 1:
                yield f"{key}@{reporter}", next(iter(found))


def _by_reporter(group: Sequence[ResultItem]) -> dict[str, set[float]]:
    found: dict[str, set[float]] = {}
    for item in group:
        if item.reported_by:
            found.setdefault(item.reported_by, set()).add(item.value)
    return found
