"""Semantic Scholar's endpoints, all called through one requester.

The `semanticscholar` client builds and parses the calls that it leaves open to us (title match). Its own requester is
replaced, because it drops the key, hides 502 and 503 and ignores Retry-After. Where the client has no such hook, the
endpoint is called directly: its batch call loses the positions of unknown papers, and its lists cannot be resumed.
"""

import asyncio
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from semanticscholar.AsyncSemanticScholar import AsyncSemanticScholar

from wamkg.enriching.failures import UnknownRecordError, UnreadableAnswerError
from wamkg.enriching.requester import Requester
from wamkg.json_types import JSON, JsonObject
from wamkg.vocabulary import TaskKind

BATCH_SIZE = 500
"""Maximum number of ids in a batch request."""
LIST_END = 9_999
"""Limit of lists: offset + limit must stay below 10,000."""
LIST_PAGE = 1_000
"""Maximum number of items on a page of a list."""

_CITED_FIELDS = ("paperId", "externalIds", "title", "year", "publicationDate", "venue", "authors")
_PAPER_FIELDS = (
    *_CITED_FIELDS,
    *("abstract", "tldr", "publicationVenue", "publicationTypes", "openAccessPdf", "corpusId"),
    *("citationCount", "referenceCount", "influentialCitationCount"),
)
_LIST_FIELDS = ("contexts", "intents", "isInfluential", *_CITED_FIELDS)
_OTHER_END = {TaskKind.CITATIONS: "citingPaper", TaskKind.REFERENCES: "citedPaper"}


@dataclass(frozen=True)
class ListPage:
    """One page of a list; `items` is None if the list is withheld, `next` if the page is the last."""

    items: list[JSON] | None
    next: int | None
    notice: str = ""


class _RequesterAdapter:
    """Replaces the client's own requester."""

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self.timeout, self.retry = requester.limits.timeout, False

    async def get_data_async(self, url: str, parameters: str, headers: Any, payload: Any = None) -> Any:
        """Perform one call of the client. The requester sets its own headers, including the key."""
        parameters = parameters.lstrip("&")
        method = "POST" if payload else "GET"
        return self._requester.ask(method, f"{url}?{parameters}" if parameters else url, decode_json, payload)


class S2Client:
    """The calls that enrichment makes."""

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self._client = AsyncSemanticScholar(api_url=requester.origin, retry=False)
        self._client._requester = _RequesterAdapter(requester)
        self._graph = requester.origin + AsyncSemanticScholar.BASE_PATH_GRAPH

    def papers(self, ids: list[str]) -> list[JSON]:
        """Records of up to 500 papers: one entry for each id, None for an unknown one."""

        def decode(body: bytes) -> list[JSON]:
            found = decode_json(body)
            if not isinstance(found, list) or len(found) != len(ids):
                raise ValueError(f"not a list of {len(ids)} papers")
            return found

        url = f"{self._graph}/paper/batch?{_query(fields=_PAPER_FIELDS)}"
        try:
            return self._requester.ask("POST", url, decode, {"ids": ids})
        except UnknownRecordError:
            return [None] * len(ids)

    def match_title(self, title: str) -> JsonObject | None:
        """The paper with the most similar title; None if there is none."""
        # The client puts its query into the URL as it is.
        call = self._client.search_paper(quote(title, safe=""), fields=list(_PAPER_FIELDS), match_title=True)
        try:
            # `asyncio.run` would keep Ctrl-C back until the answer is there.
            with closing(asyncio.new_event_loop()) as loop:
                found = loop.run_until_complete(call).raw_data
        except (UnknownRecordError, IndexError):
            return None
        except (AttributeError, KeyError, TypeError) as error:
            raise UnreadableAnswerError(f"the title match has an unknown shape ({error})") from error
        return found if isinstance(found, dict) else None

    def page(self, kind: TaskKind, paper: str, offset: int, limit: int) -> ListPage:
        """Part of a paper's list of citations or references, from `offset`; `paper` is an id that Semantic Scholar
        accepts.
        """
        query = _query(fields=_LIST_FIELDS, offset=offset, limit=limit)
        url = f"{self._graph}/paper/{quote(paper, safe=':')}/{kind}?{query}"
        return self._requester.ask("GET", url, lambda body: _page(decode_json(body), offset, limit))


def _query(**values: object) -> str:
    parts = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return urlencode(parts, safe=",")


def _page(found: JSON, offset: int, limit: int) -> ListPage:
    """Parse a page of at most `limit` items from `offset`.

    Raises ValueError if it is malformed, or if following its `next` would repeat or skip items, or never end.
    """
    if not isinstance(found, dict) or "data" not in found:
        raise ValueError("no page of a list")
    following = found.get("next")
    if following is not None and (isinstance(following, bool) or not isinstance(following, int)):
        raise ValueError("next is not a number")
    items = found["data"]
    if items is None:
        return ListPage(None, None, _notice(found))
    if not isinstance(items, list):
        raise ValueError("data is not a list")
    if following is not None and not (items and offset + len(items) <= following <= offset + limit):
        raise ValueError(f"next is {following} on a page of {len(items)} from {offset}")
    return ListPage(items, following)


def _notice(found: JsonObject) -> str:
    """Why a list is withheld, from the disclaimer that comes with it."""
    for value in found.values():
        access = value.get("openAccessPdf") if isinstance(value, dict) else None
        if isinstance(access, dict) and isinstance(access.get("disclaimer"), str):
            return "withheld by the publisher"
    return "withheld"


def other_end(kind: TaskKind, item: JSON) -> JSON:
    """The other paper of a list item."""
    return item.get(_OTHER_END[kind]) if isinstance(item, dict) else None


def decode_json(body: bytes) -> Any:
    """Parse JSON from Semantic Scholar. An error object in a successful response counts as an error.

    Raises ValueError.
    """
    found = json.loads(body)
    if isinstance(found, dict) and found and set(found) <= {"error", "message", "code"}:
        raise ValueError(f"an error in a good answer: {str(found)[:100]}")
    return found
