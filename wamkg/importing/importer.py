"""Import a source: read it, create the taxonomies it needs, and apply its records in one batch."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import PurePath
from urllib.parse import urlsplit

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.identifiers import slugify
from wamkg.importing.applier import Applier
from wamkg.importing.detect import FORMATS
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.parse import parse
from wamkg.importing.parse_result import Item, ParseResult
from wamkg.importing.quality import QualityCheck
from wamkg.importing.seed_files import seed_catalogue, seed_taxonomies
from wamkg.importing.seed_loader import has_own_survey
from wamkg.importing.source import open_source
from wamkg.importing.taxon_lookup import TaxaIndex
from wamkg.importing.taxonomy_index import TaxonMatcher, TaxonomyIndex, TaxonomyMatcher
from wamkg.matching.record import Dropped, Record
from wamkg.matching.same_paper import ids_of
from wamkg.progress import Progress
from wamkg.store.batches import close_batch, get_actor, open_batch, record_change
from wamkg.store.questions import asked_in, renamed_in
from wamkg.store.session import Store, one_writer
from wamkg.store.tables import Batch
from wamkg.store.taxonomies import (
    TaxonomySpec,
    TaxonSpec,
    aliases_of,
    get_taxonomy,
    list_taxa,
    list_taxonomies,
    save_taxonomy,
)
from wamkg.vocabulary import BatchKind

DERIVED_YEAR = "yearderived"
"""Field of a BibTeX entry whose year no source states. Citation styles need a year, so it is derived from a date."""
__all__ = ["FORMATS", "ImportOptions", "Progress", "import_source"]

TAXONOMIES = "taxonomies and labels"
"""Called with the number of records processed, and the total if it is known."""


@dataclass(frozen=True)
class ImportOptions:
    """How to read a source."""

    format: str | None = None
    taxonomy: str | None = None
    as_candidates: bool = False
    dry_run: bool = False
    actor: str = "import"
    encoding: str | None = None
    """Encoding of the source; None for UTF-8 or automatic detection."""


class _NothingToKeepError(Exception):
    """Roll back a transaction: a dry run, or an import that changes nothing."""


def import_source(store: Store, name: str, options: ImportOptions, progress: Progress | None = None) -> ImportReport:
    """Import a file, a URL or standard input (`-`) as one batch; a dry run leaves the store unchanged.

    Raises InvalidInputError if the source cannot be read or contains no record.
    """
    report = ImportReport(name, "", options.dry_run)
    with open_source(name, options.encoding) as source:
        with store.reading() as session:
            catalogue = _catalogue(session)
        result = parse(source, catalogue, options.format, options.taxonomy)
        report.format = result.format
        try:
            with store.writing() as session:
                apply_result(session, name, result, options, report, progress)
                if options.dry_run:
                    raise _NothingToKeepError
        except _NothingToKeepError:
            report.batch = None
    return report


def read_list(name: str) -> ParseResult:
    """Read a list by its own headings, whatever taxonomies are known.

    The items of a `jsonl` or `ids` source cannot be read afterwards, for the source is closed. Raises InvalidInputError
    if the source cannot be read.
    """
    with open_source(name) as source:
        return parse(source, TaxonomyIndex())


def apply_result(
    session: Session,
    name: str,
    result: ParseResult,
    options: ImportOptions,
    report: ImportReport,
    progress: Progress | None,
) -> None:
    """Apply what was read to the store as one batch.

    Raises InvalidInputError if there is no record, _NothingToKeepError if nothing changes.
    """
    one_writer(session)
    batch = open_batch(session, BatchKind.IMPORT, _shown_name(name), get_actor(session, options.actor))
    made = Counter({TAXONOMIES: _make_taxonomies(session, batch, result, options, report)})
    check = QualityCheck(result.format, report.quality)
    total = len(result.items) if isinstance(result.items, list) else None
    applier = Applier(
        session,
        batch,
        _source_of(name, result, options),
        report,
        keep_classes=not options.as_candidates,
        progress=partial(_tell, progress, total) if progress else None,
    )
    items = _with_packaged(session, batch, _prepare(result.items), made)
    items = items if options.as_candidates else _with_known_classes(items, applier.taxa)
    applier.apply(_watched(items, check, report))
    if not report.records:
        raise InvalidInputError(
            f"{_shown_name(name)} has no record when read as {result.format}; choose another format with --format"
        )
    _take_quality(check, report)
    report.notes = result.notes
    report.lines.sort(key=lambda line: line.line)
    report.unmapped.update(result.unmapped_labels)
    report.proposals = result.proposals
    if result.arxiv_ids is not None:
        report.arxiv_ids = {"in the list": result.arxiv_ids, "unaccounted for": result.stray_ids}
    report.own_survey = [f"line {s.line}: {s.title or ''} {s.arxiv or ''}".strip() for s in result.own_survey]
    if not (report.wrote or (made[TAXONOMIES] and result.taxonomies)):
        raise _NothingToKeepError
    counts = report.all_counts | made
    record_change(session, batch, "import", after=counts)
    close_batch(session, batch, counts)
    report.batch = batch.uid
    report.questions, report.renamed = asked_in(session, batch.uid), renamed_in(session, batch.uid)


def _tell(progress: Progress, total: int | None, done: int) -> None:
    progress(done, total)


def _watched(items: Iterable[Item], check: QualityCheck, report: ImportReport) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Record):
            check.watch(item)
            report.sections.update(tag.value for tag in item.tags if tag.facet == "section" and not tag.mapped)
        yield item


def _take_quality(check: QualityCheck, report: ImportReport) -> None:
    report.warnings = check.warnings(report.counts[Outcome.UNREADABLE])
    report.samples = check.samples()


def _prepare(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Record) and not item.title and not ids_of(item) and item.url:
            yield replace(item, title=item.url)
        else:
            yield without_derived_year(item) if isinstance(item, Record) else item


def without_derived_year(record: Record) -> Record:
    """Return the record without a year that `export bibtex` derived from a date and marked as derived."""
    if DERIVED_YEAR not in record.unknown_keys:
        return record
    unknown = tuple(name for name in record.unknown_keys if name != DERIVED_YEAR)
    return replace(record, year=None, unknown_keys=unknown)


def _with_known_classes(items: Iterable[Item], taxa: TaxaIndex) -> Iterator[Item]:
    """Yield the items; a class that does not exist is taken off its record and listed, and the record is kept."""
    check = cache(taxa.check)
    for item in items:
        if isinstance(item, Record):
            reasons = {placement: why for placement in item.placements if (why := check(placement))}
            item.placements = [placement for placement in item.placements if placement not in reasons]
            item.doubts += [
                Dropped(f"not placed in {p.taxonomy}:{p.taxon or p.status}: {why}") for p, why in reasons.items()
            ]
        yield item


def _shown_name(name: str) -> str:
    return "standard input" if name == "-" else name if "://" in name else PurePath(name).name


def _source_of(name: str, result: ParseResult, options: ImportOptions) -> str:
    """Name the source: a list by its main taxonomy, whatever its file is called; another file by its name."""
    if options.taxonomy:
        return f"list:{options.taxonomy}"
    if result.taxonomies:
        return f"list:{result.taxonomies[0].taxonomy.slug}"
    stem = PurePath(urlsplit(name).path if "://" in name else name).name.partition(".")[0]
    return f"list:{slugify(re.sub('^-$', 'stdin', stem))}"


def _make_taxonomies(
    session: Session, batch: Batch, result: ParseResult, options: ImportOptions, report: ImportReport
) -> int:
    """Create the taxonomies that the source uses and the store lacks, from packaged seeds or from the list itself."""
    packaged = _packaged_for(session)
    stored = {taxonomy.slug for taxonomy in list_taxonomies(session)}
    added = 0
    wanted = {used.taxonomy.slug: used for used in result.taxonomies}
    for slug, used in wanted.items():
        known = "in the store" if slug in stored else "new, from the list" if used.new else "packaged"
        report.taxonomies[slug] = f"{known}, {used.records} placed, {_top_level(used.taxonomy)} classes at the top"
        if used.new:
            added += save_taxonomy(session, batch, _spec(used.taxonomy))
        elif slug not in stored:
            added += save_taxonomy(session, batch, packaged[slug])
    if options.taxonomy and options.taxonomy not in wanted.keys() | stored:
        if options.taxonomy not in packaged:
            raise NotFoundError(f"no taxonomy {options.taxonomy!r} in the store, and the source defines none")
        added += save_taxonomy(session, batch, packaged[options.taxonomy])
    return added


def _packaged_for(session: Session) -> dict[str, TaxonomySpec]:
    """The packaged taxonomies that an import may add to the store, by slug; none beside a survey of its own."""
    return {} if has_own_survey(session) else {spec.slug: spec for spec in seed_taxonomies()}


def _with_packaged(session: Session, batch: Batch, items: Iterable[Item], made: Counter[str]) -> Iterator[Item]:
    """The items; before the first record that names a packaged class, an empty store gets the packaged taxonomies."""
    packaged = {} if list_taxonomies(session) else _packaged_for(session)
    for item in items:
        if isinstance(item, Record) and any(placement.taxonomy in packaged for placement in item.placements):
            made[TAXONOMIES] += sum(save_taxonomy(session, batch, spec) for spec in packaged.values())
            packaged = {}
        yield item


def _top_level(taxonomy: TaxonomyMatcher) -> int:
    return sum("/" not in taxon.path for taxon in taxonomy.taxa)


def _spec(taxonomy: TaxonomyMatcher) -> TaxonomySpec:
    made: dict[str, TaxonSpec] = {}
    spec = TaxonomySpec(taxonomy.slug, taxonomy.title, aliases=list(taxonomy.aliases))
    for taxon in taxonomy.taxa:
        parent, _, slug = taxon.path.rpartition("/")
        made[taxon.path] = TaxonSpec(slug, taxon.name, definition=taxon.definition, aliases=list(taxon.aliases))
        (made[parent].children if parent else spec.taxa).append(made[taxon.path])
    return spec


def _catalogue(session: Session) -> TaxonomyIndex:
    """Return the names that lists use for the taxonomies in the store, and for packaged ones that may come into it."""
    stored = {t.slug: t for t in list_taxonomies(session)}
    packaged = {} if has_own_survey(session) else {t.slug: t for t in seed_catalogue().taxonomies}
    order = [*packaged, *(slug for slug in stored if slug not in packaged)]
    return TaxonomyIndex(tuple(taxonomy_matcher(session, slug) if slug in stored else packaged[slug] for slug in order))


def taxonomy_matcher(session: Session, slug: str) -> TaxonomyMatcher:
    """The names of a stored taxonomy and of its taxa."""
    taxonomy = get_taxonomy(session, slug)
    taxa = list_taxa(session, taxonomy)
    assert taxonomy.id is not None
    names = aliases_of(session, [taxonomy.id, *(t.id for t in taxa if t.id is not None)])
    return TaxonomyMatcher(
        slug=slug,
        title=taxonomy.title,
        aliases=tuple(names.get(taxonomy.id, ())),
        taxa=tuple(TaxonMatcher(t.path, t.name, tuple(names.get(t.id or 0, ()))) for t in taxa),
        badge_states=taxonomy.rules.get("badge_states", {}),
    )
