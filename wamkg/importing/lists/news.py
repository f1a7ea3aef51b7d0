"""News of a list: lines that announce a paper in a sentence, which is not the paper's title."""

from collections.abc import Sequence

from wamkg.identifiers import title_key
from wamkg.importing.lists.document import ListSection
from wamkg.importing.lists.entry import ListEntry
from wamkg.importing.lists.headings import is_news_heading
from wamkg.importing.lists.reading import Listed
from wamkg.importing.lists.words import is_sentence


def without_news(listed: Sequence[Listed], sections: Sequence[ListSection]) -> list[Listed]:
    """Return the entries without lines that announce, in other words, a paper that the list also has as an entry.

    A sentence about a paper that the list has nowhere else becomes its note; its title is then looked up by its id.
    """
    news = [_is_under_news(each, sections) for each in listed]
    entries = [each.entry for each, is_new in zip(listed, news, strict=True) if not is_new]
    titles: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: is_sentence(entry.title)):
        titles.setdefault(_identity(entry), title_key(entry.title))
    kept = []
    for each, is_new in zip(listed, news, strict=True):
        entry, said = each.entry, is_sentence(each.entry.title)
        title = titles.get(_identity(entry), "") if _identity(entry) and (is_new or said) else ""
        if title and title != title_key(entry.title):
            continue
        if is_new and said and not title and (entry.arxiv or entry.doi):
            entry.add_note(entry.title)
            entry.title, entry.name = "", None
        kept.append(each)
    return kept


def _identity(entry: ListEntry) -> str:
    return entry.arxiv or entry.doi or entry.links.get("paper", "")


def _is_under_news(each: Listed, sections: Sequence[ListSection]) -> bool:
    """Whether a heading above the entry announces the list's news."""
    number = each.section
    while number is not None:
        if is_news_heading(sections[number].text):
            return True
        number = sections[number].parent
    return False
