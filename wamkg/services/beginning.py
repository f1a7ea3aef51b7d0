"""Begin a survey in a store that has none: from somebody's list, or from a taxonomy's file."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TypeAlias
from urllib.parse import urlsplit

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions, apply_result, read_list
from wamkg.importing.parse_result import ParseResult
from wamkg.importing.taxonomy_create import NewTaxonomy, create_taxonomy
from wamkg.importing.taxonomy_file import TaxonomyFile
from wamkg.json_types import JSON
from wamkg.matching.record import Record
from wamkg.progress import Progress
from wamkg.reviewing.survey_edits import make_survey
from wamkg.services.writers import Writer
from wamkg.store.batches import find_batch
from wamkg.store.session import Store
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import list_taxonomies
from wamkg.views.taxonomies import TaxonomyTree, taxonomy_tree
from wamkg.vocabulary import BRANCH_COLORS, OutsideKind

SAMPLES = 3
_LONGEST_SHORT_NAME = 30
_UNTITLED = frozenset({"readme", "index", "list", "papers", "main", "master", "head", "-", ""})
"""Names of files and branches that say nothing about the subject."""


@dataclass(frozen=True)
class Names:
    """What a person calls the survey; empty for the name that the list or the file has."""

    title: str = ""
    short_name: str = ""


@dataclass(frozen=True)
class Beginning:
    """A survey as it begins: its names, its tree with counts, and what became of the list or the file."""

    title: str
    short_name: str
    tree: TaxonomyTree
    samples: dict[str, list[str]] = field(default_factory=dict)
    """Titles of three papers of each branch, by its slug."""
    imported: ImportReport | None = None
    created: NewTaxonomy | None = None


Agree: TypeAlias = Callable[[Beginning], bool]
"""Shows what is about to be written, and says whether to write it."""


class _DeclinedError(Exception):
    """Raised to roll back when the person declines the survey."""


def begin_from_list(
    store: Store, writer: Writer, source: str, names: Names, agree: Agree, progress: Progress | None = None
) -> Beginning | None:
    """Make the survey of a Markdown list: its headings are the taxonomy, its papers are imported and assigned.

    Everything is one batch in one transaction. None if the person does not agree.

    Raises ConflictError if the store has a survey or a taxonomy, InvalidInputError if the source has no headings to
    make a taxonomy of.
    """
    with store.reading() as session:
        _refuse_another(session)
    result = read_list(source)
    if not result.taxonomies:
        raise InvalidInputError(_no_tree(result, source))
    title = _title(result, source)
    names = _names(title, names)
    _title_taxonomy(result, title, names)

    def write(session: Session) -> Beginning:
        writer.actor(session)  # a person, before the import would make a program of this name
        report = ImportReport(source, result.format, dry_run=False)
        apply_result(session, source, result, ImportOptions(actor=writer.name), report, progress)
        assert report.batch is not None
        tree = taxonomy_tree(session, result.taxonomies[0].taxonomy.slug)
        _make_survey(session, report.batch, names, tree)
        return Beginning(names.title, names.short_name, tree, _samples(result), imported=report)

    return _written(store, write, agree)


def begin_from_taxonomy(
    store: Store, writer: Writer, file: TaxonomyFile, names: Names, agree: Agree
) -> Beginning | None:
    """Make the survey of a taxonomy's file, without papers; see `begin_from_list`.

    Raises ConflictError if the store has a survey or a taxonomy, FileMistakesError if an exemplar is not a paper.
    """

    def write(session: Session) -> Beginning:
        created = create_taxonomy(session, writer.actor(session), file)
        assert created.batch is not None
        tree = taxonomy_tree(session, created.slug)
        made = Names(names.title or file.spec.title, names.short_name)
        _make_survey(session, created.batch, made, tree)
        return Beginning(made.title, made.short_name, tree, created=created)

    return _written(store, write, agree)


def _written(store: Store, write: Callable[[Session], Beginning], agree: Agree) -> Beginning | None:
    """Write and show it before the commit: what is shown is what is kept."""
    try:
        with store.writing() as session:
            _refuse_another(session)
            begun = write(session)
            if not agree(begun):
                raise _DeclinedError
    except _DeclinedError:
        return None
    return begun


def _refuse_another(session: Session) -> None:
    survey = find_survey(session)
    if survey is not None:
        raise ConflictError(
            f"the store has a survey, {survey.title!r}; `wamkg set survey` edits it. Another survey needs a folder "
            "of its own with a file wamkg.toml, which may be empty; run `wamkg init` there"
        )
    if taxonomies := list_taxonomies(session):
        raise ConflictError(
            f"the store has the taxonomy {taxonomies[0].slug!r} but no survey; make it the survey's with "
            f"`wamkg set survey title='...' main_taxonomy={taxonomies[0].slug}`"
        )


def _names(title: str, names: Names) -> Names:
    title = names.title or title
    return Names(title, names.short_name or _short_name(title))


def _no_tree(result: ParseResult, source: str) -> str:
    if result.format != "awesome-list":
        return (
            f"{source} is read as {result.format}, which has no headings to make a taxonomy of; begin with "
            f"`wamkg init --taxonomy FILE.yaml` (docs/formats.md has the form), then `wamkg import {source}`"
        )
    return (
        f"{source} has no headings with papers below them, so there is no taxonomy to make; give headings to it, or "
        f"begin with `wamkg init --taxonomy FILE.yaml`, then `wamkg import {source}`"
    )


def _title(result: ParseResult, source: str) -> str:
    """The heading of the list, else the name of its file or repository."""
    taxonomy = result.taxonomies[0].taxonomy
    if taxonomy.title != taxonomy.slug:
        return taxonomy.title
    parts = urlsplit(source).path.split("/") if "://" in source else Path(source).resolve().parts[-2:]
    named = [stem for part in reversed(parts) if (stem := PurePath(part).stem).casefold() not in _UNTITLED]
    return (named[0] if named else taxonomy.slug).replace("-", " ").replace("_", " ").strip()


def _short_name(title: str) -> str:
    """The title without "Awesome" and subtitle if that is short, else nothing."""
    short = re.sub(r"^awesome[\s_-]+", "", title.partition(":")[0].strip(), flags=re.I)
    return short if len(short) <= _LONGEST_SHORT_NAME and short != title else ""


def _title_taxonomy(result: ParseResult, title: str, names: Names) -> None:
    """Give the taxonomy of the list the list's title and the survey's names; figures print its shortest one."""
    matched = result.taxonomies[0]
    taxonomy = matched.taxonomy
    title = taxonomy.title if taxonomy.title != taxonomy.slug else title
    aliases = tuple(name for name in (names.short_name,) if name and name != title)
    result.taxonomies = (replace(matched, taxonomy=replace(taxonomy, title=title, aliases=aliases)),)


def _make_survey(session: Session, batch: str, names: Names, tree: TaxonomyTree) -> None:
    largest = sorted(tree.taxa, key=lambda node: -node.count)[: len(BRANCH_COLORS)]
    colored = [node.slug for node in tree.taxa if node in largest]
    colors = dict(zip(colored, BRANCH_COLORS, strict=False))
    branches = [
        {"slug": node.slug, "name": node.name} | ({"color": colors[node.slug]} if node.slug in colors else {})
        for node in tree.taxa
    ]
    values: dict[str, JSON] = {
        "title": names.title,
        "short_name": names.short_name,
        "main_taxonomy": tree.slug,
        "branches": branches,
        "outside_kinds": [OutsideKind.DATA_OR_BENCHMARK, OutsideKind.SURVEY, OutsideKind.OTHER],
    }
    make_survey(session, find_batch(session, batch), values)


def _samples(result: ParseResult) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record in result.items:
        if isinstance(record, Record) and record.title:
            for branch in {(placement.taxon or "").partition("/")[0] for placement in record.placements} - {""}:
                if len(titles := found.setdefault(branch, [])) < SAMPLES:
                    titles.append(record.title)
    return found
