"""Descriptions of the static edition for programs: CITATION.cff, Zenodo's metadata, schema.org and a sitemap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

import orjson
import yaml
from sqlmodel import Session

from wamkg.exporting.formats import EXPORTS
from wamkg.json_types import JsonObject
from wamkg.store.session import Edition
from wamkg.store.survey import find_survey
from wamkg.views.survey import site_name, survey_item


@dataclass(frozen=True)
class EditionMetadata:
    """What describes an edition: `release` is its name if it is a release, `url` the address of its pages if known."""

    title: str
    description: str
    authors: Sequence[str]
    release: str
    day: date
    url: str

    @property
    def version(self) -> str:
        """The release, or the day of the edition."""
        return self.release or self.day.isoformat()

    @property
    def credited(self) -> Sequence[str]:
        """The authors; never empty, because CITATION.cff and Zenodo need at least one."""
        return self.authors or [f"The authors of {self.title}"]


def edition_metadata(session: Session, edition: Edition, papers: int, url: str) -> EditionMetadata:
    """The description of an edition with this number of papers."""
    survey = survey_item(session) if find_survey(session) is not None else None
    return EditionMetadata(
        title=survey.title if survey else site_name(session),
        description=(survey.abstract if survey else "") or f"A living survey of {papers} papers.",
        authors=[str(author["name"]) for author in (survey.authors if survey else [])],
        release=edition.name,
        day=edition.day,
        url=url,
    )


def citation_cff(edition: EditionMetadata) -> bytes:
    """CITATION.cff, version 1.2.0: how to cite the edition."""
    citation = {
        "cff-version": "1.2.0", "message": "Please cite this edition.", "type": "dataset", "title": edition.title,
        "authors": [{"name": name} for name in edition.credited],
        "version": edition.version, "date-released": edition.day.isoformat(),
    }  # fmt: skip
    citation |= {"url": edition.url} if edition.url else {}
    return yaml.safe_dump(citation, sort_keys=False, allow_unicode=True).encode()


def zenodo_json(edition: EditionMetadata) -> bytes:
    """`.zenodo.json`: what Zenodo shows for a deposit of the edition."""
    deposit = {
        "title": f"{edition.title} ({edition.version})", "upload_type": "dataset", "version": edition.version,
        "publication_date": edition.day.isoformat(), "creators": [{"name": name} for name in edition.credited],
        "description": edition.description,
    }  # fmt: skip
    return orjson.dumps(deposit, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def schema_org_script(edition: EditionMetadata, downloads: Mapping[str, str]) -> str:
    """An HTML element with the edition as a schema.org Dataset; `downloads` has the file of each export format."""
    names: list[JsonObject] = [{"@type": "Person", "name": name} for name in edition.authors]
    dataset = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": edition.title,
        "description": edition.description,
        "url": edition.url or None,
        "version": edition.release or None,
        "dateModified": edition.day.isoformat(),
        "creator": names,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": form.media_type, "contentUrl": downloads[name]}
            for name, form in EXPORTS.items()
        ],
    }
    facts = orjson.dumps(dataset).decode().replace("<", "\\u003c")
    return f'<script type="application/ld+json">{facts}</script>'


def sitemap_xml(url: str, pages: Iterable[str]) -> bytes:
    """A sitemap of the pages of an edition at an address."""
    rows = "".join(f"<url><loc>{escape(f'{url}/{page}')}</loc></url>\n" for page in sorted(pages))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}\n{rows}</urlset>\n".encode()
