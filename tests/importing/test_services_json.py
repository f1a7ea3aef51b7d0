"""Papers saved from the JSON services of Semantic Scholar, OpenAlex and Zotero."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.importing_samples import EMPTY
from wamkg.importing.parse import parse
from wamkg.importing.source import open_source
from wamkg.matching.record import Record

SEMANTIC_SCHOLAR = {
    "paperId": "649def34f8be52c8b66281af98ae884c09aef38b", "title": "Herons at Low Tide", "year": 2019,
    "externalIds": {"ArXiv": "1901.00061", "DOI": "10.5555/tide.1", "CorpusId": 7}, "venue": "Birds",
    "authors": [{"authorId": "1", "name": "Ilka Morn"}, {"authorId": "2", "name": "Per Lind"}],
}  # fmt: skip
OPENALEX = {
    "id": "https://openalex.org/W2741809807", "doi": "https://doi.org/10.5555/tide.1", "title": "Herons at Low Tide",
    "publication_year": 2019, "primary_location": {"source": {"display_name": "Birds"}, "landing_page_url": None},
    "authorships": [{"author": {"display_name": "Ilka Morn"}}, {"author": {"display_name": "Per Lind"}}],
    "abstract_inverted_index": {"Herons": [0], "wait": [1, 3], "and": [2]},
    "biblio": {"volume": "3", "first_page": "7", "last_page": "7"},
}  # fmt: skip
ZOTERO = {
    "itemType": "journalArticle", "title": "Herons at Low Tide", "DOI": "10.5555/tide.1", "date": "2019-05",
    "publicationTitle": "Birds", "pages": "7", "volume": "3", "abstractNote": "Herons wait and wait",
    "creators": [
        {"creatorType": "author", "firstName": "Ilka", "lastName": "Morn"},
        {"creatorType": "author", "name": "Per Lind"},
        {"creatorType": "editor", "firstName": "Ode", "lastName": "Brun"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("wrapped", ["[%s]", '{"data": [%s]}', '{"results": [%s]}', "%s"])
@pytest.mark.parametrize("row", [SEMANTIC_SCHOLAR, OPENALEX, ZOTERO, {"key": "AB", "version": 3, "data": ZOTERO}])
def test_the_papers_of_a_service_keep_authors_ids_and_year(
    tmp_path: Path, row: dict[str, object], wrapped: str
) -> None:
    file = tmp_path / "papers.json"
    file.write_text(wrapped % orjson.dumps(row).decode())
    with open_source(str(file)) as source:
        (record,) = parse(source, EMPTY).items
    assert isinstance(record, Record)
    assert (record.title, record.authors) == ("Herons at Low Tide", ["Ilka Morn", "Per Lind"])
    assert (record.year, record.venue, record.doi) == (2019, "Birds", "10.5555/tide.1")
    assert not record.doubts
    if row is SEMANTIC_SCHOLAR:
        assert (record.s2, record.arxiv) == (row["paperId"], "1901.00061")
    else:
        assert (record.abstract, record.volume, record.pages) == ("Herons wait and wait", "3", "7")
