"""What arXiv says about a paper now, compared with what the store knows of it."""

import re
from collections.abc import Iterator

from wamkg.enriching.arxiv import ArxivEntry
from wamkg.identifiers import is_preprint_venue, is_publisher_doi, text_hash, title_key
from wamkg.json_types import JsonObject
from wamkg.matching.claims import assert_value
from wamkg.store.claims import PaperClaims
from wamkg.store.notices import NewNotice
from wamkg.vocabulary import NoticeKind

SOURCE = "arxiv"
VERSION, ABSTRACT = "arxiv_version", "arxiv_abstract"
"""Fields of claims that remember what arXiv said last: the number of its newest version, and a hash of its abstract."""
_ACCEPTED = re.compile(
    r"\b(?:accepted (?:to|at|by|for|in)|to appear (?:at|in)|published (?:at|in)|presented at)\s+(?:the\s+)?"
    r"([^;.()]{3,80}?)(?=\s*(?:[;.()]|,\s*\d+ pages|$))",
    re.I,
)
_PAGES = re.compile(r"\b(\d{1,5})\s*(?:--?|\u2013)\s*(\d{1,5})\b")
_LEADING_YEAR = re.compile(r"^\W*(?:19|20)\d\d\b")
_REST = re.compile(r"[,;(]|\s\d|\bvol(?:ume)?\b|\bpp?\.|\bpages\b", re.I)
"""What ends the name of a venue: its volume, year or pages."""
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")


def changes_at_arxiv(state: PaperClaims, entry: ArxivEntry) -> list[NewNotice]:
    """The changes since the last time, and claims that remember this time.

    The first time, versions and abstracts are only remembered: nothing is known to compare them with.
    """
    notices = [*_versions(state, entry), *_texts(state, entry), *_publication(state, entry), *_code(state, entry)]
    assert_value(state, VERSION, entry.version, SOURCE, ref=entry.arxiv)
    if entry.abstract:
        assert_value(state, ABSTRACT, _hash(entry.abstract), SOURCE, ref=entry.arxiv)
    return notices


def _hash(text: str) -> str:
    return text_hash(title_key(text))


def _known(state: PaperClaims, name: str) -> object:
    word = state.said.get(name, {}).get(SOURCE)
    return word.value if word else None


def _notice(
    state: PaperClaims, kind: NoticeKind, before: str, after: str, fields: JsonObject | None = None
) -> NewNotice:
    return NewNotice(state.id, kind, SOURCE, before, after, fields or {})


def _versions(state: PaperClaims, entry: ArxivEntry) -> Iterator[NewNotice]:
    if entry.is_withdrawn:
        yield _notice(state, NoticeKind.WITHDRAWN, "", entry.comment or (entry.abstract or "")[:300])
        return
    before = _known(state, VERSION)
    if isinstance(before, int) and entry.version > before:
        changed = f" of {entry.updated:%F}" if entry.updated else ""
        yield _notice(state, NoticeKind.VERSION, f"v{before}", f"v{entry.version}{changed}")


def _texts(state: PaperClaims, entry: ArxivEntry) -> Iterator[NewNotice]:
    assert state.paper is not None
    if entry.is_withdrawn:
        return  # its abstract is replaced by the reason
    if entry.title and title_key(entry.title) != title_key(state.paper.title):
        yield _notice(state, NoticeKind.TITLE, state.paper.title, entry.title, {"title": entry.title})
    before = _known(state, ABSTRACT)
    if entry.abstract and before and before != _hash(entry.abstract):
        yield _notice(
            state, NoticeKind.ABSTRACT, state.paper.abstract or "", entry.abstract, {"abstract": entry.abstract}
        )


def _publication(state: PaperClaims, entry: ArxivEntry) -> Iterator[NewNotice]:
    """The publication that arXiv names for a preprint: its venue, DOI and year, as arXiv prints them together."""
    assert state.paper is not None
    venues = [str(word.value) for word in state.said.get("venue", {}).values() if word.value]
    if is_publisher_doi(state.paper.doi) or any(not is_preprint_venue(venue) for venue in venues):
        return
    accepted = _ACCEPTED.search(entry.comment)
    fields = printed_publication(entry.journal_ref or (accepted[1] if accepted else ""))
    if entry.doi and is_publisher_doi(entry.doi):
        fields["doi"] = entry.doi
    if fields:
        text = "; ".join(f"{name} {value}" for name, value in sorted(fields.items()))
        yield _notice(state, NoticeKind.PUBLISHED, ", ".join(venues), text, fields)


def printed_publication(text: str) -> JsonObject:
    """Venue, year and pages in a reference as authors print it for arXiv."""
    fields: JsonObject = {}
    venue = _REST.split(_LEADING_YEAR.sub("", text), maxsplit=1)[0].strip(" ,;:")
    if venue:
        fields["venue"] = venue
    if year := _YEAR.search(text):
        fields["year"] = int(year[1])
    if pages := _PAGES.search(text):
        fields["pages"] = f"{pages[1]}-{pages[2]}"
    return fields


def _code(state: PaperClaims, entry: ArxivEntry) -> Iterator[NewNotice]:
    if entry.code and not any(kind == "code" for kind, _ in state.weblinks):
        yield _notice(state, NoticeKind.CODE, "", entry.code, {"links.code": entry.code})
