"""Imports of papers, and loading of the packaged seeds."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from wamkg.errors import InvalidInputError
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions
from wamkg.importing.importer import import_source as run_import
from wamkg.importing.results.lines import result_lines
from wamkg.importing.results.load import ResultReport, load_results
from wamkg.importing.seed_loader import load_seeds
from wamkg.progress import Progress
from wamkg.settings import Settings
from wamkg.store.migrate import current_revision, migrate
from wamkg.store.session import Store, store_file

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def seed(store: Store) -> dict[str, int]:
    """Load the packaged seeds. A second run changes nothing."""
    with store.writing() as session:
        return load_seeds(session)


def import_source(store: Store, name: str, options: ImportOptions, progress: Progress | None = None) -> ImportReport:
    """Import a file, a URL or standard input (`-`).

    Raises the errors of `importing.importer.import_source`.
    """
    return run_import(store, name, options, progress)


def import_results(
    store: Store, name: str, methods: Mapping[str, str], *, encoding: str | None = None, dry_run: bool = False
) -> ResultReport:
    """Import reported results from a file, a URL or standard input. `methods` gives stored names of printed methods.

    Raises InvalidInputError if it is not a table of results.
    """
    lines, columns = result_lines(name, encoding)
    report = ResultReport(name, len(lines), columns=columns)
    with store.writing(dry_run=dry_run) as session:
        load_results(session, name, lines, methods, report)
    return replace(report, batch=None) if dry_run else report


def import_content(store: Store, name: str, content: bytes, options: ImportOptions) -> ImportReport:
    """Import what someone sent or pasted; the ending of `name` helps to recognize the format.

    Raises the errors of `importing.importer.import_source`, with `name` as the source.
    """
    safe = _UNSAFE.sub("-", name).lstrip(".-")[:100] or "pasted"
    with TemporaryDirectory() as folder:
        file = Path(folder) / safe
        file.write_bytes(content)
        try:
            report = run_import(store, str(file), options)
        except InvalidInputError as error:
            raise InvalidInputError(str(error).replace(str(file), safe)) from error
    report.source = safe
    return report


@contextmanager
def store_for_dry_run(settings: Settings) -> Iterator[Store]:
    """The store of the settings; if there is none yet, a temporary empty one, deleted at the end."""
    file = store_file(settings.url)
    if file is None or file.exists():
        with Store(settings.url) as store:
            if current_revision(store) is not None:
                yield store
                return
    with TemporaryDirectory() as folder, Store(f"sqlite:///{Path(folder) / 'empty.db'}") as empty:
        migrate(empty)
        yield empty
