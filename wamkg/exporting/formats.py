"""All export formats by name, for the command line, the API and the documentation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.exporting.analysis import analysis_file
from wamkg.exporting.awesome_list import export_awesome_list, list_sections
from wamkg.exporting.bibtex import export_biblatex, export_bibtex
from wamkg.exporting.csl_json import export_csl_json
from wamkg.exporting.file_content import FileContent
from wamkg.exporting.graphml import export_graphml
from wamkg.exporting.jsonl import export_jsonl
from wamkg.exporting.latex_macros import export_latex_macros
from wamkg.exporting.ris import export_ris
from wamkg.exporting.skos import export_skos
from wamkg.exporting.table import export_table
from wamkg.near_matches import unknown


@dataclass(frozen=True)
class ExportFormat:
    """An export format: how it is written, its media type and its file name.

    `leaves_out` names what a format that is also read has no place for. `sections`, where there are such, writes some
    taxonomies (all, if none is named) for a file that holds more; `papers` writes some papers, in their order. `cites`
    says that papers stand in it under their citation keys.
    """

    write: Callable[[Session], Iterator[str]]
    media_type: str
    file_name: str
    sections: Callable[[Session, Sequence[str]], Iterator[str]] | None = None
    cites: bool = False
    leaves_out: str = ""
    papers: Callable[[Session, Sequence[int]], Iterator[str]] | None = None


def export_named(name: str) -> ExportFormat:
    """Look a format up.

    Raises InvalidInputError, which lists the known ones.
    """
    if name not in EXPORTS:
        raise InvalidInputError(unknown("export format", name, EXPORTS))
    return EXPORTS[name]


def sections_of(name: str) -> Callable[[Session, Sequence[str]], Iterator[str]]:
    """The function that writes some taxonomies.

    Raises InvalidInputError for a format that always exports everything.
    """
    return export_named(name).sections or _refuse(name, "choose taxonomies or fill in a file", "sections")


def papers_of(name: str) -> Callable[[Session, Sequence[int]], Iterator[str]]:
    """The function that writes some papers.

    Raises InvalidInputError for a format that always exports everything.
    """
    return export_named(name).papers or _refuse(name, "choose papers", "papers")


def _refuse(name: str, purpose: str, part: str) -> NoReturn:
    able = ", ".join(known for known, form in EXPORTS.items() if getattr(form, part) is not None)
    raise InvalidInputError(f"{name} always exports everything; to {purpose}, use {able}")


def _of_papers(
    write: Callable[[Session, Sequence[int] | None], Iterator[str]],
    media_type: str,
    file_name: str,
    leaves_out: str = "",
) -> ExportFormat:
    """A format of papers: `write` takes the numbers of some papers, or None for all."""
    return ExportFormat(
        lambda session: write(session, None), media_type, file_name, cites=True, leaves_out=leaves_out, papers=write
    )


_NOT_IN_CSV = "links, dates but the first, further places, states that place nowhere, what a paper introduces"
_NOT_IN_BIBTEX = f"places, standing, method, summary, notes, ids of Semantic Scholar and OpenAlex, {_NOT_IN_CSV}"
EXPORTS = {
    "jsonl": _of_papers(export_jsonl, "application/x-ndjson", "wamkg.jsonl"),
    "bibtex": _of_papers(export_bibtex, "application/x-bibtex", "wamkg.bib", leaves_out=_NOT_IN_BIBTEX),
    "biblatex": _of_papers(export_biblatex, "application/x-bibtex", "wamkg-biblatex.bib", leaves_out=_NOT_IN_BIBTEX),
    "ris": _of_papers(
        export_ris, "application/x-research-info-systems; charset=utf-8", "wamkg.ris", leaves_out=_NOT_IN_BIBTEX
    ),
    "csl-json": _of_papers(
        export_csl_json, "application/vnd.citationstyles.csl+json", "wamkg.json", leaves_out=_NOT_IN_BIBTEX
    ),
    "awesome-list": ExportFormat(export_awesome_list, "text/markdown; charset=utf-8", "README.md", list_sections),
    "csv": _of_papers(export_table, "text/csv; charset=utf-8", "wamkg.csv", leaves_out=_NOT_IN_CSV),
    "graphml": ExportFormat(export_graphml, "application/graphml+xml", "wamkg.graphml"),
    "latex-macros": ExportFormat(export_latex_macros, "application/x-tex; charset=utf-8", "numbers.tex"),
    "skos": ExportFormat(export_skos, "text/turtle; charset=utf-8", "taxonomies.ttl"),
}
"""All formats of text by name."""


@dataclass(frozen=True)
class FileFormat:
    """A format of bytes: how some papers are written, or all, and what it has no place for."""

    write: Callable[[Session, Sequence[int] | None], FileContent]
    leaves_out: str = ""


def _workbook(session: Session, papers: Sequence[int] | None) -> FileContent:
    from wamkg.exporting.workbook import workbook  # openpyxl takes a while to load

    return workbook(session, papers)


FILE_EXPORTS = {
    "xlsx": FileFormat(_workbook, leaves_out=_NOT_IN_CSV),
    "sqlite": FileFormat(analysis_file),
}
"""All formats of bytes by name; they are written to files only."""
