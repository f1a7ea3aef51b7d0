"""Load the seeds into the store; a second run changes nothing."""

from collections import Counter
from collections.abc import Iterator

from sqlmodel import Session, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import arxiv_id, slugify
from wamkg.importing import seed_files
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.json_types import UncheckedObject
from wamkg.matching.record import Record, UnreadableLine
from wamkg.packaged import packaged_main_taxonomy
from wamkg.store.batches import close_batch, drop_batch, get_actor, open_batch
from wamkg.store.entities import find_entity, save_link, upsert_entity
from wamkg.store.papers import find_paper, methods_of
from wamkg.store.results import save_result
from wamkg.store.session import one_writer
from wamkg.store.survey import find_survey, insert_survey
from wamkg.store.tables import Batch, Exemplar, Metric
from wamkg.store.taxonomies import (
    deleted_taxonomies,
    find_taxon,
    get_taxonomy,
    list_taxa,
    list_taxonomies,
    save_taxonomy,
)
from wamkg.vocabulary import BatchKind, EntityKind, Relation, Standing


def has_own_survey(session: Session) -> bool:
    """Whether the store has a survey or taxonomies of its own, so that nothing packaged belongs into it."""
    survey = find_survey(session)
    if survey is not None and survey.main_taxonomy:
        return survey.main_taxonomy != packaged_main_taxonomy()
    slugs = {taxonomy.slug for taxonomy in list_taxonomies(session)}
    return bool(slugs or survey) and slugs.isdisjoint(spec.slug for spec in seed_files.seed_taxonomies())


def load_seeds(session: Session) -> dict[str, int]:
    """Load all seeds in one batch; return how many entities of each kind were added or changed."""
    one_writer(session)
    batch = open_batch(session, BatchKind.SEED, "seeds", get_actor(session, "seeds"))
    counts: Counter[str] = Counter()
    deleted = deleted_taxonomies(session)
    for spec in seed_files.seed_taxonomies():
        if spec.slug in deleted:
            continue
        counts["taxonomies and taxa"] += save_taxonomy(session, batch, spec)
    counts["survey"] += _load_survey(session, batch, deleted)
    counts["papers"] += _load_papers(session, batch, deleted)
    counts["exemplars"] += _load_exemplars(session, batch, deleted)
    if "challenges" not in deleted:
        counts["challenges"] += _load_challenges(session, batch)
    for name, kind in (("concepts", EntityKind.CONCEPT), ("metrics", EntityKind.METRIC)):
        counts[name] += sum(_save(session, batch, kind, row) for row in seed_files.seed_rows(name))
    counts["benchmarks"] += sum(
        _save(session, batch, EntityKind.BENCHMARK, r) for r in seed_files.seed_rows("benchmarks")
    )
    counts["institutions"] += sum(
        _load_institution(session, batch, row) for row in seed_files.seed_rows("institutions")
    )
    counts["results"] += sum(_load_result(session, batch, row) for row in seed_files.seed_rows("results"))
    if any(counts.values()):
        close_batch(session, batch, dict(counts))
    else:
        drop_batch(session, batch)
    return dict(counts)


def _load_survey(session: Session, batch: Batch, deleted: set[str]) -> int:
    if find_survey(session) is not None:
        return 0
    row = seed_files.seed_survey()
    if row["main_taxonomy"] in deleted:
        row["main_taxonomy"] = ""
    insert_survey(session, batch, row)
    return 1


def _load_papers(session: Session, batch: Batch, deleted: set[str]) -> int:
    added = 0
    for name in seed_files.PAPER_FILES:
        report = ImportReport(name, "seeds", dry_run=False)
        own = seed_files.OWN_FIELDS.get(name, {})
        Applier(session, batch, seed_files.LIST_SOURCE, report, own).apply(
            _without(seed_files.seed_papers(name), deleted)
        )
        bad = [line for line in report.lines if line.outcome is Outcome.UNREADABLE]
        if bad:
            raise NotFoundError(f"seeds/papers/{name}.yaml, record {bad[0].line}: {bad[0].reason}")
        added += report.counts[Outcome.NEW] + report.counts[Outcome.CHANGED] + report.counts[Outcome.CONFLICT]
    return added


def _without(items: Iterator[Record | UnreadableLine], deleted: set[str]) -> Iterator[Record | UnreadableLine]:
    """The records without assignments in taxonomies that somebody deleted."""
    for item in items:
        if isinstance(item, Record) and any(placement.taxonomy in deleted for placement in item.placements):
            item.placements = [placement for placement in item.placements if placement.taxonomy not in deleted]
        yield item


def _load_exemplars(session: Session, batch: Batch, deleted: set[str]) -> int:
    assert batch.id is not None
    added = 0
    for slug, path, ids in seed_files.seed_exemplars():
        if slug in deleted:
            continue
        taxon = find_taxon(session, get_taxonomy(session, slug), path).id
        for text in ids:
            paper = find_paper(session, text).id
            same = select(Exemplar).where(Exemplar.taxon_id == taxon, Exemplar.paper_id == paper)
            if taxon and paper and session.exec(same).first() is None:
                session.add(Exemplar(taxon_id=taxon, paper_id=paper, batch_id=batch.id))
                added += 1
    session.flush()
    return added


def _load_challenges(session: Session, batch: Batch) -> int:
    added = 0
    for taxon in list_taxa(session, get_taxonomy(session, "challenges")):
        values = {"slug": taxon.slug, "name": taxon.name, "definition": taxon.definition}
        added += upsert_entity(session, batch, EntityKind.CHALLENGE, values)[1]
    return added


_COLUMNS = {
    EntityKind.CONCEPT: ("definition", "formula"),
    EntityKind.METRIC: ("unit", "higher_is_better"),
    EntityKind.BENCHMARK: (),
    EntityKind.INSTITUTION: ("short_name",),
}


def _save(session: Session, batch: Batch, kind: EntityKind, row: UncheckedObject) -> int:
    values = {name: row.get(name) for name in ("slug", "name", *_COLUMNS[kind])}
    if kind is EntityKind.METRIC and row.get("range"):
        values["low"], values["high"] = row["range"]
    return upsert_entity(session, batch, kind, values, row.get("aliases") or ())[1]


def _load_institution(session: Session, batch: Batch, row: UncheckedObject) -> int:
    values = {"slug": row["slug"], "name": row["name"], "short_name": row.get("short_name", row.get("mark"))}
    number, added = upsert_entity(session, batch, EntityKind.INSTITUTION, values)
    for text in row.get("papers") or ():
        paper = find_paper(session, text).id
        assert paper is not None
        added += save_link(session, batch, paper, Relation.AFFILIATED, number)
    return added


def _load_result(session: Session, batch: Batch, row: UncheckedObject) -> int:
    reporter = _paper_named_by_id(session, batch, row["reported_by"])
    benchmark = find_entity(session, EntityKind.BENCHMARK, row["benchmark"])
    metric = find_entity(session, EntityKind.METRIC, row["metric"]) if row.get("metric") else None
    if benchmark is None:
        raise NotFoundError(f"seeds/results.yaml names the benchmark {row['benchmark']!r}, which no seed has")
    printed = row.get("method_printed") or row["method"]
    values = {
        "method_id": _method_of(session, batch, row),
        "benchmark_id": benchmark.id,
        "suite": row.get("suite") or "",
        "split": row.get("split") or "",
        "metric_id": metric.id if isinstance(metric, Metric) else None,
        "value": float(row["value"]),
        "method_printed": f"{printed} [{row['variant']}]" if row.get("variant") else printed,
        "reported_by_id": reporter,
        "reported_url": row.get("reported_url"),
        "reported_location": row.get("reported_location", row.get("reported_where")),
        "party": row["party"],
        "caveat": row.get("caveat", row.get("oddity")),
        "source": "seed",
    }
    return save_result(session, batch, values)


def _method_of(session: Session, batch: Batch, row: UncheckedObject) -> int:
    if row.get("arxiv"):
        paper = _paper_named_by_id(session, batch, row["arxiv"])
        method = methods_of(session, [paper]).get(paper)
        if method is not None and method.id is not None:
            return method.id
    found = find_entity(session, EntityKind.METHOD, row["method"])
    if found is not None and found.id is not None:
        return found.id
    from_name = {"slug": slugify(row["method"]), "name": row["method"]}
    return upsert_entity(session, batch, EntityKind.METHOD, from_name)[0]


def _paper_named_by_id(session: Session, batch: Batch, text: str) -> int:
    """Return the paper with an id; an unlisted one is added as `cited`, titled by its id until a title is known."""
    value = arxiv_id(text) or text
    try:
        paper = find_paper(session, f"arxiv:{value}")
    except NotFoundError:
        record = Record(0, f"arXiv:{value}", arxiv=value, standing=Standing.CITED, url=f"https://arxiv.org/abs/{value}")
        report = ImportReport("results", "seeds", dry_run=False)
        Applier(session, batch, "seed", report, {"title": "id"}).apply([record])
        paper = find_paper(session, f"arxiv:{value}")
    assert paper.id is not None
    return paper.id
