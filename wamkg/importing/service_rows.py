"""Papers as the JSON of Semantic Scholar's, OpenAlex's and Zotero's services has them, in keys that are read."""

from collections.abc import Callable, Mapping

from wamkg.json_types import JSON, JsonObject

_ZOTERO_TYPES = {
    "journalArticle": "article-journal", "magazineArticle": "article-magazine", "newspaperArticle": "article-newspaper",
    "conferencePaper": "paper-conference", "bookSection": "chapter", "book": "book", "thesis": "thesis",
    "report": "report", "manuscript": "manuscript", "patent": "patent",
}  # fmt: skip
_ZOTERO_KEYS = {
    "abstractNote": "abstract", "publicationTitle": "container-title", "proceedingsTitle": "container-title",
    "bookTitle": "container-title", "pages": "page", "place": "publisher-place", "url": "URL", "extra": "note",
    "conferenceName": "event-title", "shortTitle": "title-short", "citationKey": "citation-key", "university":
    "publisher", "institution": "publisher", "numPages": "number-of-pages", "series": "collection-title",
}  # fmt: skip
_ZOTERO_OWN = ("key", "version", "dateAdded", "dateModified", "accessDate", "collections", "relations", "attachments",
               "libraryCatalog", "tags", "itemID", "itemKey", "rights", "notes", "uri", "select")  # fmt: skip


def plain_row(row: JsonObject) -> JsonObject:
    """Return an object of one of the services with the keys of JSON Lines or CSL-JSON; others as they are."""
    data = row.get("data")
    if isinstance(data, dict) and "itemType" in data:
        row = data
    if "itemType" in row and "creators" in row:
        return _zotero(row)
    if "paperId" in row or "externalIds" in row:
        return _semantic_scholar(row)
    return _openalex(row) if "authorships" in row else row


def _object(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}


def _each(value: JSON, name: Callable[[Mapping[str, JSON]], JSON]) -> list[JSON]:
    return [name(_object(one)) for one in value] if isinstance(value, list) else []


def _semantic_scholar(row: JsonObject) -> JsonObject:
    ids = _object(row.get("externalIds"))
    read: JsonObject = {key: value for key, value in row.items() if key not in ("paperId", "externalIds", "corpusId")}
    read["authors"] = _each(row.get("authors"), lambda author: author.get("name"))
    return read | {"s2": row.get("paperId"), "arxiv": ids.get("ArXiv"), "doi": ids.get("DOI")}


def _openalex(row: JsonObject) -> JsonObject:
    location = _object(row.get("primary_location"))
    printed = _object(row.get("biblio"))
    pages = [str(page) for page in (printed.get("first_page"), printed.get("last_page")) if page]
    return {
        "title": row.get("title") or row.get("display_name"),
        "authors": _each(row["authorships"], lambda one: _object(one.get("author")).get("display_name")),
        "openalex": row.get("id"),
        "doi": row.get("doi"),
        "year": row.get("publication_year"),
        "venue": _object(location.get("source")).get("display_name"),
        "url": location.get("landing_page_url"),
        "volume": printed.get("volume"),
        "number": printed.get("issue"),
        "pages": "-".join(dict.fromkeys(pages)) or None,
        "abstract": _in_order(_object(row.get("abstract_inverted_index"))) or None,
    }


def _in_order(places: Mapping[str, JSON]) -> str:
    """Return a text whose words are listed with their places."""
    words = [(at, word) for word, found in places.items() if isinstance(found, list) for at in found]
    return " ".join(word for _, word in sorted(words, key=lambda pair: str(pair[0]).zfill(9)))


def _zotero(row: JsonObject) -> JsonObject:
    left = ("itemType", "creators", "date", *_ZOTERO_OWN)
    read: JsonObject = {_ZOTERO_KEYS.get(key, key): value for key, value in row.items() if value and key not in left}
    read |= {"type": _ZOTERO_TYPES.get(str(row["itemType"]), "document"), "issued": {"raw": row.get("date")}}
    creators = row["creators"]
    for role in ("author", "editor", "translator"):
        people = (
            [one for one in creators if _object(one).get("creatorType") == role] if isinstance(creators, list) else []
        )
        named = _each(
            people,
            lambda one: {"family": one.get("lastName"), "given": one.get("firstName"), "literal": one.get("name")},
        )
        read |= {role: named} if named else {}
    return read
