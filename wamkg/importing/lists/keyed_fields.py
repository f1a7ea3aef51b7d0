"""Table columns and `**Key:** value` lines: which field a heading means, and how to read its values."""

import re
from collections.abc import Sequence
from functools import lru_cache

from wamkg.identifiers import Precision, arxiv_id, doi, find_arxiv, malformed_arxiv
from wamkg.importing.links import color_of_badge, is_link_label, is_scholarly, kind_of
from wamkg.importing.lists.credits import read_credits
from wamkg.importing.lists.entry import ListEntry, PrintedLabel
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.line_breaks import names_in_lines
from wamkg.importing.lists.spans import label_links
from wamkg.importing.lists.words import length_of, strip_marks
from wamkg.importing.taxonomy_index import label_key
from wamkg.importing.venues import read_date, read_venue
from wamkg.matching.record import Dropped

_SYNONYMS = {
    "title": ("title", "paper title", "full title", "paper name", "title of paper", "article title", "标题", "题目",
              "论文标题", "论文题目", "论文名称", "论文名"),
    "paper": ("paper", "publication", "work", "article", "reference", "study", "survey", "论文", "文章"),
    "name": ("name", "method", "model", "approach", "abbreviation", "abbr", "acronym", "short name", "algorithm",
             "system", "dataset", "benchmark", "simulator", "metric", "policy", "framework", "agent", "platform",
             "environment", "tool", "方法", "模型", "名称", "简称", "数据集", "模型名称", "方法名称"),
    "date": ("date", "released", "release", "release date", "release time", "time", "month", "published",
             "publication date", "publish date", "submission date", "first release", "first arxiv month", "arxiv date",
             "submitted", "date released", "published date", "日期", "时间", "发布时间", "发布日期", "发表时间"),
    "year": ("year", "publication year", "pub year", "pubyear", "year published", "year of publication", "年份", "年"),
    "venue": ("venue", "conference", "journal", "published in", "where", "conf", "venue and year", "published at",
              "pub", "venue year", "conference journal", "journal conference", "publisher", "publish", "year venue",
              "proceeding", "收录", "收录会议", "发表会议", "刊物",
              "会议", "期刊", "会议 期刊", "期刊 会议", "发表", "来源", "出处"),
    "authors": ("author", "author s", "first author", "by", "作者"),
    "links": ("link", "url", "resource", "material", "paper link", "link to paper", "arxiv link", "pdf link", "链接",
              "地址", "论文链接", "笔记", "讲解", "解读"),
    "note": ("tl dr", "tldr", "tl dr s", "summary", "note", "comment", "remark", "one line summary", "description",
             "abstract", "key idea", "highlight", "备注", "摘要", "简介", "说明", "描述"),
    "tags": ("tag", "label", "category", "keyword", "class", "taxonomy", "标签", "类别", "分类", "关键词"),
}  # fmt: skip
_ROLES = {label_key(word): role for role, words in _SYNONYMS.items() for word in words}
_NAME_BEHIND = re.compile(r"^(?:method|model|dataset|benchmark|algorithm|system|agent)s? (?:names?|abbr|acronym)$")
_NAME_KEYS = frozenset(
    label_key(word) for word in ("name", "method", "abbreviation", "abbr", "acronym", "short name", "简称", "方法")
)
_TITLE_WORDS = 4
_TAG_BREAK = re.compile(r"\s+[-–—|/·•]\s+|\s*[,;|·•、]\s*|\n")
_NOTHING = frozenset(("", "n a", "na", "none", "tbd", "tba", "coming soon"))


@lru_cache(maxsize=1024)
def role_of(header: str) -> str | None:
    """Return the field that a column or key stands for; None for a facet specific to the list."""
    key = label_key(header)
    if key in _ROLES:
        return _ROLES[key]
    if _NAME_BEHIND.match(key):
        return "name"
    return "links" if is_link_label(header) and any(c.isalnum() for c in header) else None


def role_of_key(key: str) -> str | None:
    """Return the field of `Key: value` below an entry; a model or data set named there is one that the paper uses."""
    role = role_of(key)
    return role if role != "name" or label_key(key) in _NAME_KEYS else None


def is_date_of_first_arxiv(text: str) -> bool:
    """Whether a column's heading or explanation says that its date is the first submission to arXiv."""
    words = label_key(text).split()
    return "arxiv" in words and ("first" in words or "submission" in words or "arxiv date" in label_key(text))


def take_field(entry: ListEntry, header: str, role: str | None, cell: Inline) -> None:
    """Read one cell or line under its heading into the entry; values without a known field become facets."""
    text = cell.text
    if role is None and _leads_to_paper(cell):
        role = "links"
    if role in ("links", "paper"):
        _take_links(entry, header, cell)
    elif role == "tags":
        entry.labels += labels_of(cell, label_key(header))
        _take_label_links(entry, cell)
    elif label_key(text) in _NOTHING:
        return
    elif role == "date":
        _take_date(entry, header, text)
    elif role in ("year", "venue"):
        _take_venue(entry, role, text)
    elif role == "authors":
        _take_authors(entry, header, names_in_lines(cell))
    elif role == "note":
        entry.add_note(text)
    elif role == "name":
        name = strip_marks(text)[0]
        entry.name = (name if label_key(header) in _NAME_KEYS else entry.name) or name
    else:
        entry.facets.append((header, text))
    if role in ("date", "year", "venue", "name"):
        _take_paper_links(entry, cell)


def _leads_to_paper(cell: Inline) -> bool:
    """Whether a cell contains only links labeled with their target type."""
    labels = label_links(cell)
    rest = (a.text for a in cell.atoms if a.link not in labels and a.image is None)
    return bool(labels) and not any(c.isalnum() for text in rest for c in text)


def _take_paper_links(entry: ListEntry, cell: Inline) -> None:
    """Take the paper's links from a cell for another field."""
    for number, label in cell.link_labels().items():
        if is_scholarly(cell.hrefs[number]) or is_link_label(label):
            entry.add_link(label, cell.hrefs[number])


def _take_links(entry: ListEntry, header: str, cell: Inline) -> None:
    for number, label in cell.link_labels().items():
        url = cell.hrefs[number]
        if not url.startswith("#"):
            own = is_link_label(label) and kind_of(label, url) != "other"
            entry.add_link(label if own or not is_link_label(header) else header, url)
            _take_linked_title(entry, label)
    if cell.has_links:
        words = words_beside_links(cell)
        if any(c.isalnum() for c in words):
            entry.add_beside(words)
    elif label_key(cell.text) not in _NOTHING and not is_link_label(cell.text):
        _take_bare_id(entry, header, cell.text)


def _take_linked_title(entry: ListEntry, label: str) -> None:
    """Take the words of a link under "Paper:" as the title of an entry that has only a name so far."""
    unnamed = not entry.title or (length_of(entry.title) <= 2 and not entry.printed)
    if unnamed and length_of(label) >= _TITLE_WORDS and not read_credits(label).complete:
        entry.name, entry.title = entry.name or entry.title or None, strip_marks(label)[0]


def _take_bare_id(entry: ListEntry, header: str, text: str) -> None:
    """Take an id without a URL from a cell of links; other text stays a facet."""
    arxiv, found = arxiv_id(text) or find_arxiv(text), doi(text)
    entry.arxiv, entry.doi = entry.arxiv or arxiv, entry.doi or found
    if arxiv or found:
        return
    entry.facets.append((header, text))
    if "arxiv" in label_key(header).split() and not malformed_arxiv(text):
        entry.doubts.append(f"{text[:60]!r} under {header!r} is not an arXiv id; no id is taken from it")


def _label_links(cell: Inline) -> dict[int, str]:
    """Return the links among tags that lead to the paper, its code and so on, with their labels."""
    labels = cell.link_labels().items()
    return {n: label for n, label in labels if is_link_label(label) and not cell.hrefs[n].startswith("#")}


def _take_label_links(entry: ListEntry, cell: Inline) -> None:
    for number, label in _label_links(cell).items():
        entry.add_link(label, cell.hrefs[number])


def _take_date(entry: ListEntry, header: str, text: str) -> None:
    date = read_date(text)
    if date is None:
        found = read_credits(text)
        entry.venue, entry.year = entry.venue or found.venue, entry.year or found.year
        date = found.date
        if date is None and found.year is None:
            entry.facets.append((header, text))
            entry.doubts.append(f"{text!r} under {header!r} is not a date")
    if date is not None and date.precision is Precision.YEAR:
        entry.year = entry.year or date.first.year
    elif date is not None:
        entry.date = date
        if is_date_of_first_arxiv(header):
            entry.date_kind = "arxiv_v1"


def _take_venue(entry: ListEntry, role: str, text: str) -> None:
    venue, year, rest = read_venue(text)
    if venue is None and year is None:
        found = read_credits(text)
        if found.complete and not found.authors:
            return entry.add_credits(found)
    if year and entry.year not in (None, year):
        entry.facets.append(("year", str(entry.year)))
    entry.year = year or entry.year
    if venue:
        entry.venue = venue
    elif role == "venue" and year is None:
        entry.venue = text
    elif role == "year" and year is None:
        entry.facets.append((role, text))
        if not is_link_label(text):
            entry.doubts.append(f"{text[:60]!r} under year is not a year")
    if rest and (venue or year):
        entry.facets.append(("remark", rest))
    return None


def _take_authors(entry: ListEntry, header: str, text: str) -> None:
    found = read_credits(text)
    if found.complete and (found.venue or found.year or found.date) and not (found.authors or found.cut):
        return entry.add_credits(found)
    names = found.authors if found.complete else [part.strip() for part in re.split(r"[,;，、]|\band\b|&", text)]
    names = [name for name in names if name]
    if entry.authors and names and names != entry.authors:
        beside = ", ".join(entry.authors)[:80]
        entry.doubts.append(Dropped(f"{beside!r} beside the title is left out; the authors are those under {header!r}"))
    entry.authors = names or entry.authors
    entry.lone_author = False
    entry.authors_cut = found.cut or label_key(header) == label_key("first author")
    entry.facets += [("affiliation", institution) for institution in found.institutions]
    return None


def labels_of(cell: Inline, facet: str) -> list[PrintedLabel]:
    """Return the class labels in a line or cell of tags: badges and code first, then words between dashes, commas or
    bars.
    """
    drawn = [
        PrintedLabel(a.text.strip(), "badge" if a.image else "label", color_of_badge(a.image or ""))
        for a in cell.atoms
        if a.text.strip() and (a.code or (a.image and "/badge/" in a.image))
    ]
    leading_out = _label_links(cell)
    kept = [a for a in cell.atoms if not a.code and not a.image and a.link not in leading_out]
    words = Inline(kept, cell.hrefs).text
    parts = (part.strip(" .[]*_") for part in _TAG_BREAK.split(words))
    return drawn + [PrintedLabel(part, facet) for part in parts if any(c.isalnum() for c in part)]


def absorb(entry: ListEntry, lines: Sequence[Inline]) -> None:
    """Read the lines below an entry's head: keyed lines by their key, others as links, badges and a note."""
    for line in lines:
        key = key_of(line)
        role = role_of_key(key) if key else None
        if key and (role or is_link_label(key) or _is_bold_key(line)):
            take_field(entry, key, role, without_key(line))
        else:
            _absorb_plain(entry, line)


def _absorb_plain(entry: ListEntry, line: Inline) -> None:
    """Read a line without a key: labeled links, badges, words; a paper mentioned in the text is another paper."""
    words = words_beside_links(line)
    found = read_credits(words) if any(c.isalnum() for c in words) else None
    labels = label_links(line, enclosed=True)
    alone = found is None or found.complete
    for number, label in line.link_labels().items():
        url = line.hrefs[number]
        mine = (
            number in labels
            or (alone and is_scholarly(url))
            or (not is_scholarly(url) and not (found and found.authors))
        )
        if mine and not url.startswith("#"):
            entry.add_link(label if is_link_label(label) else "", url)
    entry.labels += labels_drawn(line)
    if found is not None:
        entry.add_beside(words[:500] if found.complete else _words_with_links(line, labels)[:500])


def _words_with_links(line: Inline, labels: set[int]) -> str:
    """Return the words of a line with the text of its links, except labels of links."""
    kept = [a for a in line.atoms if a.image is None and not a.code and a.link not in labels]
    return Inline(kept, line.hrefs).text.strip(" -–—|·•[](),")


def labels_drawn(line: Inline) -> list[PrintedLabel]:
    """Return labels on badges and in code style that are not links, dates or venues."""
    drawn = (
        a for a in line.atoms if a.link is None and a.text.strip() and (a.code or (a.image and "/badge/" in a.image))
    )
    return [
        PrintedLabel(a.text.strip(), "badge" if a.image else "label", color_of_badge(a.image or ""))
        for a in drawn
        if not is_link_label(a.text) and not read_credits(a.text.strip()).complete
    ]


def words_beside_links(line: Inline) -> str:
    """Return the words of a line outside images, code and link labels; linked names of people are included."""
    labels = line.link_labels()
    people = {n for n, label in labels.items() if read_credits(label).authors and not is_scholarly(line.hrefs[n])}
    kept = [a for a in line.atoms if a.image is None and not a.code and (a.link is None or a.link in people)]
    return Inline(kept, line.hrefs).text.strip(" -–—|·•[](),")


def key_of(line: Inline) -> str | None:
    """Return the key of a line `**Key:** value` or `Key: value`; None for other lines."""
    head = re.split(r"[:：]", line.text, maxsplit=1)
    key = strip_marks(head[0].strip(" *_-"))[0]
    fits = len(head) == 2 and 0 < len(key.split()) <= 3 and len(key) <= 30 and '"' not in key
    return key if fits and not head[1].startswith("//") else None


def _is_bold_key(line: Inline) -> bool:
    first = next((a for a in line.atoms if a.text.strip()), None)
    return first is not None and first.bold and first.link is None


def without_key(line: Inline) -> Inline:
    """Return the line without the words up to its first colon."""
    for i, atom in enumerate(line.atoms):
        parts = re.split(r"[:：]", atom.text, maxsplit=1)
        if len(parts) == 2 and atom.image is None and atom.link is None:
            rest = type(atom)(parts[1], code=atom.code)
            return Inline([rest, *line.atoms[i + 1 :]], line.hrefs)
    return line
