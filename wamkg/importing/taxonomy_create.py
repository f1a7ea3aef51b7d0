"""Creating a taxonomy from a file: its taxa, names and exemplars, in one batch."""

from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.errors import ConflictError, NotFoundError
from wamkg.identifiers import title_key
from wamkg.importing.applier import Applier
from wamkg.importing.ids import identified
from wamkg.importing.import_report import ImportReport
from wamkg.importing.taxonomy_file import ExemplarRef, FileMistake, FileMistakesError, TaxonomyFile, is_outside_id
from wamkg.matching.record import Record
from wamkg.matching.same_paper import ids_of
from wamkg.store.batches import close_batch, open_batch, record_change, uid_of_row
from wamkg.store.papers import find_paper, papers_by_ids, papers_by_titles
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Batch, Taxonomy
from wamkg.store.taxonomies import (
    FORMER_NAME,
    add_aliases,
    add_exemplar,
    find_taxon,
    get_taxonomy,
    list_taxonomies,
    save_taxonomy,
)
from wamkg.store.taxonomy_edits import add_former_path
from wamkg.vocabulary import BatchKind, Standing


@dataclass
class NewTaxonomy:
    """What creating a taxonomy wrote; `cited` are exemplars that the store lacked, kept under their ids."""

    slug: str
    title: str
    taxa: int
    levels: int
    exemplars: int = 0
    cited: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    batch: str | None = None


def create_taxonomy(session: Session, actor: Actor, file: TaxonomyFile) -> NewTaxonomy:
    """Create the taxonomy of a file as one batch.

    An exemplar that the store lacks is kept under its id or title with standing `cited`, until an import brings it.

    Raises ConflictError if the store has a taxonomy with that slug, FileMistakesError if an exemplar is no paper.
    """
    one_writer(session)
    spec = file.spec
    if spec.slug in {taxonomy.slug for taxonomy in list_taxonomies(session)}:
        raise ConflictError(
            f"the store has a taxonomy {spec.slug!r}; delete it with `wamkg taxonomy delete {spec.slug}`, "
            f"or write another slug in {file.name}"
        )
    batch = open_batch(session, BatchKind.TAXONOMY, f"create {spec.slug}", actor)
    save_taxonomy(session, batch, spec)
    taxonomy = get_taxonomy(session, spec.slug)
    paths = [path for path in file.extras if path]
    levels = max((path.count("/") + 1 for path in paths), default=0)
    made = NewTaxonomy(spec.slug, spec.title, len(paths), levels, notes=list(file.notes))
    _add_extras(session, batch, taxonomy, file, made)
    record_change(session, batch, "taxonomy create", subject_uid=uid_of_row(session, taxonomy), after=spec.slug)
    close_batch(session, batch, {"operation": "create", "taxonomy": spec.slug, "taxa": made.taxa})
    made.batch = batch.uid
    return made


def _add_extras(session: Session, batch: Batch, taxonomy: Taxonomy, file: TaxonomyFile, made: NewTaxonomy) -> None:
    finder = _ExemplarFinder(session, batch)
    mistakes: list[FileMistake] = []
    for path, extras in file.extras.items():
        if not path:
            assert taxonomy.id is not None
            add_aliases(session, batch, taxonomy.id, extras.former_names, FORMER_NAME)
            continue
        taxon = find_taxon(session, taxonomy, path)
        assert taxon.id is not None
        add_aliases(session, batch, taxon.id, extras.former_names, FORMER_NAME)
        for former in extras.former_paths:
            add_former_path(session, batch, taxon, former.strip("/"))
        for ref in extras.exemplars:
            try:
                paper = finder.find(ref)
            except NotFoundError as error:
                mistakes.append(FileMistake(ref.line, "exemplars", str(error)))
                continue
            if add_exemplar(session, batch, taxon, paper):
                made.exemplars += 1
            else:
                made.notes.append(f"line {ref.line}, exemplars: {ref.id or ref.title!r} is named before; kept once")
    made.cited = finder.made
    session.flush()
    if mistakes:
        raise FileMistakesError(file.name, mistakes)


@dataclass
class _ExemplarFinder:
    """Finds the papers that a file names, and makes those of which only an id or a title is known."""

    session: Session
    batch: Batch
    made: list[str] = field(default_factory=list)

    def find(self, ref: ExemplarRef) -> int:
        """Number of the paper.

        Raises NotFoundError if it is neither a paper of the store nor an id.
        """
        number = self._by_title(ref.title) if ref.title else self._by_id(ref.id)
        return number if number is not None else self._make(ref)

    def _by_id(self, text: str) -> int | None:
        record = identified(text)
        if record is not None and (known := papers_by_ids(self.session, ids_of(record))):
            return next(iter(known.values()))
        try:
            return find_paper(self.session, text).id
        except NotFoundError as error:
            if is_outside_id(text):
                return None
            raise NotFoundError(
                f"no paper has the id {text[:200]!r}; of one that is not in the store, write arxiv:, doi: or s2:, "
                "or `title: ...`"
            ) from error

    def _by_title(self, title: str) -> int | None:
        found = papers_by_titles(self.session, [title_key(title)]).get(title_key(title), [])
        if len(found) > 1:
            raise NotFoundError(f"{len(found)} papers have the title {title[:100]!r}; write an id")
        return found[0].id if found else None

    def _make(self, ref: ExemplarRef) -> int:
        named = identified(ref.id, ref.line) if ref.id else Record(ref.line, ref.title)
        assert named is not None
        report = ImportReport("exemplars", "taxonomy", dry_run=False)
        applier = Applier(self.session, self.batch, "seed", report)
        applier.apply([replace(named, standing=Standing.CITED)])
        self.made.append(ref.id or ref.title)
        return next(iter(applier.met))
