"""Decide which bullets, headings and lines name a paper, and which name the list's own survey or link elsewhere."""

import re
from collections.abc import Sequence

from wamkg.identifiers import normalise, title_key
from wamkg.importing.links import is_link_label, is_scholarly, kind_of
from wamkg.importing.lists.credits import read_credits
from wamkg.importing.lists.cutting import PieceKind, title_like_a_name
from wamkg.importing.lists.entry import ListEntry
from wamkg.importing.lists.heads import Head, HeadLink
from wamkg.importing.lists.inline import Atom, Inline
from wamkg.importing.lists.keyed_fields import key_of, role_of_key
from wamkg.importing.lists.spans import HeadPiece, label_links
from wamkg.importing.lists.title import COLONS
from wamkg.importing.lists.unread_ids import SurveyIds
from wamkg.importing.lists.words import is_sentence, length_of
from wamkg.importing.taxonomy_index import label_key
from wamkg.importing.venues import is_known_venue

_BREAK = Atom("\n")
_NO_PAPER = frozenset((
    "citation", "citations", "cite", "bibtex", "reference", "references", "news", "update", "updates", "updated",
    "content", "contents", "acknowledgement", "acknowledgements", "acknowledgments", "contact", "resource", "resources",
    "links", "related", "community", "contributing", "contribution", "contributions", "license", "papers", "list",
))  # fmt: skip
"""Words in headings about the list itself."""
_CONNECTING = 3
"""Maximum number of words between two links in a list of links: "and", "such as", "see also"."""
_REMARK = 12
"""Maximum number of bracketed words after a link in a list of links."""
_MIN_LINKS = 3
_LEAD = re.compile(r"^\W*(?:see|see also|also|cf\.?|e\.g\.?|such as|related)\W*$|\s[-–—]\s*$", re.I)
"""Words or a dash before a list of links."""
_BRACKETS_BEHIND = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_PAPER_KEYS = frozenset(label_key(word) for word in ("paper", "title", "publication", "论文", "链接", "论文链接"))
_DATED_WORDS = re.compile(r"^\W*[\[(【（](?:19|20)\d\d")
"""A year in brackets before words."""
_ITSELF = frozenset(("readme", "repo", "repository"))
"""Words of lines about the list itself, however long."""
_SET_OFF_YEAR = re.compile(
    r"(?:^|[\[(（【,;，；:：/|—]|\.\s|\s[-–]\s)\W*(?:[^\W\d]+\.?\s)?(?:\d{1,2}[-/.])?(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}(?:[a-z]|年(?:\d+月)?)?"
    r"\s*(?:$|[\])）】,.;，；。:：/|–—-])|^\W*(?:19|20)\d\d\s|[(（\[]\W*['’]\d\d[\])）]"
)
"""A year, perhaps with a month or venue, in brackets or between punctuation, or in front."""
_PROSE = 14
"""Number of unclassified words from which a line is prose."""
_MAX_TITLE = 30
"""Maximum number of words of a line that consists of a title."""
_TITLE_WORDS = 3
"""Minimum number of words of a title that is alone on its line."""
_BARE_WORDS = 5
"""The same, if nothing else tells that it is one."""
_BOLD_WORDS = 2
"""The same, if a style of its own marks it."""


def leads_to_paper(head: Head) -> bool:
    """Whether an entry links to a paper by its title, a label, or a URL; a mention in passing does not count."""
    return any(link.names_paper for link in own_links(head)) or has_id_badge(head)


def own_links(head: Head) -> list[HeadLink]:
    """Return the entry's own links: of its title or name, labels, and URLs."""
    chosen = (n for n in (head.own.title, head.own.name) if n is not None)
    own = frozenset().union(*(head.pieces[n].links for n in chosen)) | label_links(head.inline, enclosed=True)
    return [link for link in head.links if link.number in own]


def has_id_badge(head: Head) -> bool:
    """Whether a badge without a link shows an arXiv number."""
    return any(
        a.image is not None and a.link is None and a.text.lower().startswith("arxiv ") for a in head.inline.atoms
    )


def has_hollow_label(head: Head) -> bool:
    """Whether a link labeled as the paper's has no URL: "[paper]()"."""
    return any(a.hollow and kind_of(a.text, "") == "paper" for a in head.inline.atoms if is_link_label(a.text))


def names_a_paper(head: Head) -> bool:
    """Whether a line names a paper: it links to one, cites one, or has a styled title with a name, link or venue."""
    piece = head.title_piece
    if leads_to_paper(head) or has_hollow_label(head):
        return not _is_in_sentence(head)
    if piece is None or piece.kind is PieceKind.CREDITS:
        return False
    printed = ("q" in piece.style or "i" in piece.style) and piece.length >= 2
    named = head.own.name is not None or head.is_dated or (bool(head.links) and piece.length >= 3)
    cited = head.is_dated and piece.length >= 3 and any(found.authors for found in head.credits)
    placed = head.is_dated and any(found.venue for found in head.credits)
    return (printed and named and not is_prose(head)) or (
        placed and (bool(head.links) or (cited and not is_prose(head)))
    )


def may_be_paper(head: Head) -> bool:
    """Whether a line is shaped like an entry, so that it counts as one if its neighbors do."""
    piece = head.title_piece
    if (
        piece is None
        or piece.kind is PieceKind.CREDITS
        or (piece.after in COLONS and not piece.links)
        or is_prose(head)
    ):
        return False
    if is_sentence(" ".join(p.text for p in head.pieces if not p.marked)):
        return False
    dated = any(found.year or found.date for found in head.credits)
    outside = any(not url.startswith("#") for url in head.inline.hrefs)
    return (
        (outside and (piece.marked or piece.length >= 3))
        or (dated and (piece.length >= 3 or (outside and head.is_dated)))
        or (head.is_placed and piece.length >= 2)
    )


def may_follow_year(head: Head) -> bool:
    """Whether a line without a link, below a heading that is a year, has several names and nothing unknown.

    One of them may be a title: "Falling Down, M. Nielsen".
    """
    named = any(len(found.authors) > 1 for found in head.credits)
    return named and not head.inline.has_links and not is_prose(head)


def reads_like_citation(head: Head) -> bool:
    """Whether a line without a link to a paper has a title beside authors, or beside a venue with its year."""
    piece = head.title_piece
    if piece is None or piece.kind is not PieceKind.TEXT or piece.length < _TITLE_WORDS or is_prose(head):
        return False
    if is_sentence(head.title):
        return False
    named = any(found.cut or (found.authors and (found.sure or head.is_dated)) for found in head.credits)
    return named or head.is_placed


def is_dated_line(head: Head) -> bool:
    """Whether a line has a year set off from words that may be a title, and no link except to code."""
    if is_prose(head) or is_sentence(head.inline.text) or is_keyed(head.inline):
        return False
    if any(link.kind != "code" for link in head.links):
        return False
    dated = _SET_OFF_YEAR.search(head.inline.text) or any(found.year or found.date for found in head.credits)
    words = normalise(head.inline.text.partition(":")[0]).split()
    telling = _ITSELF | _NO_PAPER if len(words) <= _TITLE_WORDS else _ITSELF
    about_list = not telling.isdisjoint(words)
    return bool(dated) and not about_list and any(_may_be_title(piece) for piece in head.pieces)


def _may_be_title(piece: HeadPiece) -> bool:
    """Whether a piece has other words than a known venue, a date, or a remark."""
    found = piece.found
    if found is None:
        return piece.kind is not PieceKind.MARK
    return bool(found.authors or found.rest or (found.venue and not is_known_venue(found.venue)))


def is_bare_title(head: Head) -> bool:
    """Whether a line without a link consists of bold words as long as a title."""
    piece = head.title_piece
    if piece is None or head.inline.has_links or "b" not in piece.style:
        return False
    return len(head.pieces) == 1 and _BARE_WORDS <= piece.length <= _MAX_TITLE and not is_sentence(piece.text)


def may_be_title(head: Head) -> bool:
    """Whether a line consists only of words that may be a title."""
    piece = head.title_piece
    return piece is not None and _TITLE_WORDS <= piece.length <= _MAX_TITLE and piece.text[:1].isupper()


def is_prose(head: Head) -> bool:
    """Whether a line is prose rather than an entry."""
    unknown = sum(
        piece.length for n, piece in enumerate(head.pieces) if piece.kind is PieceKind.REST or _is_further_text(head, n)
    )
    plain = head.title_piece is not None and not head.title_piece.marked
    if _is_in_sentence(head):
        return True
    return unknown > _PROSE or (plain and is_sentence(head.title) and not head.is_dated)


def _is_in_sentence(head: Head) -> bool:
    """Whether the title is a link inside a sentence, without punctuation before it: "It beats [Name](…) by far"."""
    number = head.own.title
    if not number or not head.pieces[number].links or head.pieces[number].before:
        return False
    last = head.pieces[number - 1]
    return last.kind is PieceKind.TEXT and not last.marked and number - 1 != head.own.name


def _is_further_text(head: Head, number: int) -> bool:
    piece = head.pieces[number]
    return number not in (head.own.title, head.own.name) and piece.kind is PieceKind.TEXT and not piece.marked


def is_list_survey(entry: ListEntry, own: SurveyIds) -> bool:
    """Whether an entry only links to the list's own survey; an entry with the survey's title is an ordinary paper."""
    if not entry.arxiv or entry.arxiv not in own.ids:
        return False
    return title_key(entry.title) not in own.titles if own.titles else True


def linked_heads(head: Head) -> list[Head]:
    """Return the papers of a list of links, "Lead: [A](…), [B](…) and [C](…)"; empty for another line."""
    labels = label_links(head.inline)
    links = [link for link in head.links if link.number not in labels and any(c.isalnum() for c in link.label)]
    papers = [link for link in links if link.names_paper and not _is_citation(link.label)]
    lead, *between = _texts_around(head.inline, {link.number for link in links})
    has_lead = lead.strip(" *\n").endswith((":", "：")) or (len(papers) >= 2 and _LEAD.search(lead) is not None)
    lone = len(links) == 1 and length_of(links[0].label) <= 2 and has_lead
    if not papers or not (len(papers) >= 2 or len(links) >= _MIN_LINKS or lone) or labels:
        return []
    if len({link.url for link in links}) != len(links) or not (has_lead or not any(c.isalnum() for c in lead)):
        return []
    fits = all(_words_outside_brackets(text) <= _CONNECTING for text in between[:-1])
    if not fits or not _fits_behind(between[-1:]):
        return []
    behind = dict(zip((link.number for link in links), between, strict=False))
    return [Head(_only(head.inline, link, behind[link.number]), _line_of(head, link)) for link in papers]


def _is_citation(label: str) -> bool:
    """Whether the text of a link is authors, a venue or a date, not a title that may look like a name."""
    found = read_credits(label)
    return found.complete and found.sure


def _line_of(head: Head, link: HeadLink) -> int:
    """Return the line of a link in a head of several lines."""
    first = next(n for n, atom in enumerate(head.inline.atoms) if atom.link == link.number)
    return head.line + sum(atom.text == "\n" for atom in head.inline.atoms[:first])


def _texts_around(inline: Inline, links: set[int]) -> list[str]:
    """Return the words before, between and after the given links."""
    texts, last = [""], None
    for atom in inline.atoms:
        if atom.link in links and atom.text != "\n":
            texts += [""] if atom.link != last else []
            last = atom.link
        elif atom.image is None:
            texts[-1] += atom.text
    return texts


def _words_outside_brackets(text: str) -> int:
    return length_of(re.sub(r"[(（][^()（）]*[)）]|[^\w\s]", " ", text))


def _fits_behind(texts: Sequence[str]) -> bool:
    return all(_words_outside_brackets(text) <= _REMARK for text in texts)


def _only(inline: Inline, link: HeadLink, behind: str) -> Inline:
    """Return only a link, with what stands in brackets behind it."""
    remark = _BRACKETS_BEHIND.match(behind)
    atoms = [atom for atom in inline.atoms if atom.link == link.number]
    return Inline([*atoms, *([Atom(remark[0])] if remark else [])], inline.hrefs)


def paper_heading(head: Head, body: Sequence[Inline]) -> bool:
    """Whether a heading is a paper: it has a name and a styled title, or a title and a link to the paper.

    The link may be in the heading, or in the lines below it if these are only labeled links and keyed lines.
    """
    piece = head.title_piece
    if piece is None or piece.kind is PieceKind.CREDITS:
        return False
    if leads_to_paper(head):
        return True
    if ("q" in piece.style or "i" in piece.style) and head.own.name is not None and piece.length >= 2:
        return True
    return is_body_of_paper(body) and not _is_about_list(head.inline.text, body)


def _is_about_list(heading: str, body: Sequence[Inline]) -> bool:
    """Whether a heading names a part of the list ("Related links"). A longer one above an author line is a title."""
    words = normalise(heading).split()
    if not _NO_PAPER.intersection(words):
        return is_link_label(heading)
    return len(words) <= _TITLE_WORDS or not any(is_credits_line(line) and not is_link_line(line) for line in body)


def is_title_line(head: Head) -> bool:
    """Whether a paragraph consists only of a title."""
    piece = head.title_piece
    if piece is None or piece.kind is not PieceKind.TEXT or piece.after in COLONS:
        return False
    short = piece.length < _TITLE_WORDS
    asks = piece.text[-1:] in "?!"
    if short and (
        piece.length < _BOLD_WORDS - asks or not piece.marked or _NO_PAPER.intersection(normalise(piece.text).split())
    ):
        return False
    chosen = (head.own.title, head.own.name)
    alone = not any(p.kind in (PieceKind.REST, PieceKind.TEXT) for n, p in enumerate(head.pieces) if n not in chosen)
    return alone and (piece.marked or not is_sentence(piece.text))


def is_body_of_paper(body: Sequence[Inline]) -> bool:
    """Whether lines are the labeled links, authors and keys below a paper's title."""
    return any(_leads_out(line) for line in body) and all(_is_below_title(line) for line in body)


def _is_below_title(line: Inline) -> bool:
    if is_link_line(line) or is_keyed(line) or is_credits_line(line):
        return True
    return key_of(line) is not None and not any(is_scholarly(url) for url in line.hrefs)


def _leads_out(line: Inline) -> bool:
    """Whether a line links to a paper under a label or key for papers."""
    key = key_of(line) or ""
    if not any(is_scholarly(url) for url in line.hrefs):
        return label_key(key) in _PAPER_KEYS and any(url.startswith("http") for url in line.hrefs)
    keyed = is_link_label(key) or label_key(key) in _PAPER_KEYS
    return keyed or any(is_link_label(label) or n in label_links(line) for n, label in line.link_labels().items())


def is_keyed(line: Inline) -> bool:
    """Whether a line has the form `Key: value` with a known key."""
    key = key_of(line) or ""
    return role_of_key(key) is not None or (bool(key) and is_link_label(key))


def is_link_line(line: Inline) -> bool:
    """Whether a line has only links labeled with their target type, and perhaps a date or number."""
    labels = label_links(line)
    outside = (a.text for a in line.atoms if a.image is None and a.link not in labels)
    return all(_is_aside(text) for text in outside if any(c.isalnum() for c in text))


def _is_aside(text: str) -> bool:
    found = read_credits(text)
    return found.complete and (found.sure or not found.found) and not found.authors


def is_credits_line(line: Inline) -> bool:
    """Whether a line has only authors, a venue or a date besides labeled links.

    A single name after a year in brackets does not count: short titles are listed like that, "[2024] Mastering Chess".
    """
    labels = label_links(line)
    if any(n not in labels and is_scholarly(line.hrefs[n]) for n in line.link_labels()):
        return False
    words = "".join(a.text for a in line.atoms if a.image is None and a.link not in labels)
    found = read_credits(words)
    lone = len(found.authors) == 1 and _DATED_WORDS.match(words) is not None
    return found.complete and found.sure and not lone and not title_like_a_name(words.strip())


def chunks(head: Head) -> list[Head]:
    """Return the entries of a block with several papers, one per line; otherwise the block itself."""
    parts = head.inline.lines()
    if len(parts) < 2 or sum(_may_lead_out(part) for part in parts) < 2:
        return [head]
    groups: list[list[Head]] = []
    for line in (Head(part, head.line + n) for n, part in zip(head.inline.line_offsets(), parts, strict=True)):
        if groups and not (_begins(line, groups[0][0], groups[-1]) and _is_done(groups[-1])):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [head] if len(groups) == 1 else [Head(_joined(group), group[0].line) for group in groups]


def _may_lead_out(line: Inline) -> bool:
    """Whether a line has a link that may be a paper's."""
    return any(is_scholarly(line.hrefs[n]) or is_link_label(text) for n, text in line.link_labels().items())


def starts_with_label(line: Inline) -> bool:
    """Whether a line starts with a link such as [paper]."""
    first = next((a for a in line.atoms if any(c.isalnum() for c in a.text)), None)
    return first is not None and first.link in label_links(line, enclosed=True)


def _begins(line: Head, first: Head, group: Sequence[Head]) -> bool:
    """Whether a line starts another entry: it has its own title, in the style of the first line's title.

    A line that starts with [paper] belongs to the lines above it, if they have no such link yet.
    """
    if starts_with_label(line.inline) and not any(leads_to_paper(above) for above in group):
        return False
    piece, model = line.title_piece, first.title_piece
    if piece is None or model is None or piece.kind is not PieceKind.TEXT or is_keyed(line.inline):
        return False
    alike = bool(piece.marked) == bool(model.marked) and (piece.length > 1 or line.shape == first.shape)
    return alike and (leads_to_paper(line) or (line.shape == first.shape and bool(line.links)))


def _is_done(group: Sequence[Head]) -> bool:
    """Whether an entry has its title and its paper's link, or reads like a citation."""
    complete = any(leads_to_paper(line) or line.is_dated for line in group)
    return complete and any(line.title_piece is not None for line in group)


def _joined(group: Sequence[Head]) -> Inline:
    """Join the lines of one entry with line breaks; they share the link numbers of their block."""
    atoms = []
    for n, line in enumerate(group):
        atoms += ([_BREAK] if n else []) + line.inline.atoms
    return Inline(atoms, group[0].inline.hrefs)
