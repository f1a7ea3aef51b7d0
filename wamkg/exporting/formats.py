"""Every export by its name: one table for the command line, the API and the documentation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.exporting.awesome_list import export_awesome_list
from wamkg.exporting.bibtex import export_bibtex
from wamkg.exporting.graphml import export_graphml
from wamkg.exporting.jsonl import export_jsonl


@dataclass(frozen=True)
class ExportFormat:
    """How a format is written, and what it is called on the web and on disk."""

    write: Callable[[Session], Iterator[str]]
    media_type: str
    file_name: str


EXPORTS = {
    "jsonl": ExportFormat(export_jsonl, "application/x-ndjson", "wamkg.jsonl"),
    "bibtex": ExportFormat(export_bibtex, "application/x-bibtex", "wamkg.bib"),
    "awesome-list": ExportFormat(export_awesome_list, "text/markdown; charset=utf-8", "README.md"),
    "graphml": ExportFormat(export_graphml, "application/graphml+xml", "wamkg.graphml"),
}
