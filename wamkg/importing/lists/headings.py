"""What the headings of a list say: a class of papers, the list's news, or only a container of other headings."""

import re

from wamkg.importing.lists.words import strip_marks
from wamkg.importing.taxonomy_index import label_key
from wamkg.importing.venues import read_date, read_venue

_COUNT = re.compile(r"\s*\(\d+\)\s*$")
_CONTAINERS = frozenset(
    (
        "paper",
        "list",
        "collection",
        "publication",
        "work",
        "content",
        "reading",
        "the",
        "of",
        "all",
        "a",
        "more",
        "see",
        "show",
        "expand",
        "click",
        "to",
        "detail",
        "full",
        "here",
    )
)
"""Words (as label keys) of headings that only contain other headings."""


_NEWS = frozenset((
    "news", "new", "update", "latest", "recent", "announcement", "changelog", "log", "change", "what", "s", "whats",
    "release", "note", "todo", "our", "and", "list", "新闻", "更新", "动态", "更新日志", "最新动态", "论文列表", "论文",
    "列表",
))  # fmt: skip
"""Words (as label keys) of headings that tell what is new in a list."""
_TELLING_NEWS = _NEWS - {"log", "change", "s", "note", "todo", "our", "and", "list", "论文列表", "论文", "列表"}


_DATED = re.compile(r"[\[(（【]?(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?[\])）】]?[\s:：]")
"""A heading that begins with a day or a month is news."""


def is_class_heading(text: str) -> bool:
    """Whether a heading can be a taxon: not a year, a month, an edition of a venue, or the list's own news."""
    clean = heading_name(text)
    if _DATED.match(clean) or not set(label_key(clean).split()) - _CONTAINERS - _NEWS:
        return False
    return read_date(clean) is None and read_venue(clean)[1] is None


def is_news_heading(text: str) -> bool:
    """Whether a heading announces what is new in a list."""
    words = set(label_key(heading_name(text)).split())
    return bool(words & _TELLING_NEWS) and words <= _CONTAINERS | _NEWS


def heading_name(text: str) -> str:
    """Return a heading as the name of a taxon: without leading symbols and trailing counts."""
    return _COUNT.sub("", strip_marks(text)[0]).strip(" :.")
