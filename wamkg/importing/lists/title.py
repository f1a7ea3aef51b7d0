"""Finding the title and the name of an entry among its runs of text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.inline import Atom, Inline
from wamkg.importing.venues import is_known_venue, read_date, read_venue

_GAP = "\x1e"
"""Stands where a link label or an image was taken out."""
_QUOTES = {'"': '"', "“": "”", "«": "»"}
_EDGE = " \t\n\xa0.,;:-–—|·•*_()[]"
_BULLET_BOX = re.compile(r"^\[[ xX]\]\s*")
_LAST_CUTS = 8
"""How many of the last commas of a line may stand before its venue."""
_NAME_WORDS = 8
"""Most words, dash included, of an unmarked name in front of a title."""
_BRACKETED = re.compile(r"^[\[(]([^\[\]()]{2,30})[\])]\s*")
_DASH = re.compile(r"\s[-–—|]\s")


@dataclass
class Heading:
    """The head of an entry: its title, its printed name, and the words beside them in reading order."""

    title: str
    name: str | None = None
    beside: list[str] = field(default_factory=list)
    printed: bool = True
    """Whether the title was marked as one by quotes or italics, rather than being what was left."""


@dataclass(frozen=True)
class _Run:
    start: int
    end: int


class _Text:
    """The words of an entry as one string, with the style of every character; link labels and images taken out."""

    def __init__(self, inline: Inline) -> None:
        self.text = ""
        self.styles: list[Atom] = []
        labels = _label_links(inline)
        addresses = {n for n, text in inline.link_labels().items() if text.startswith(("http://", "https://", "www."))}
        for atom in inline.atoms:
            gone = atom.image is not None or atom.code or atom.link in labels or atom.link in addresses
            text = _GAP if gone else atom.text.replace(_GAP, " ")
            self.text += text
            self.styles += [atom if not gone else Atom()] * len(text)

    def runs(self, test: Callable[[Atom], bool]) -> list[_Run]:
        """Maximal stretches whose characters pass the test; white space between two of them joins them."""
        found: list[_Run] = []
        for i, style in enumerate(self.styles):
            if not test(style) or self.text[i] == _GAP:
                continue
            if found and not self.text[found[-1].end : i].strip(" "):
                found[-1] = _Run(found[-1].start, i + 1)
            else:
                found.append(_Run(i, i + 1))
        return [run for run in found if any(c.isalnum() for c in self.text[run.start : run.end])]

    def quoted(self) -> _Run | None:
        """The first quoted stretch; quotes inside a title belong to it."""
        for i, char in enumerate(self.text):
            if char in _QUOTES and (i == 0 or not self.text[i - 1].isalnum()):
                end = self._closing(i + 1, _QUOTES[char])
                if end is not None and any(c.isalpha() for c in self.text[i + 1 : end]):
                    return _Run(i + 1, end)
                return None
        return None

    def _closing(self, start: int, quote: str) -> int | None:
        """Where the quotation ends: at a mark before punctuation, else before a space, else at the first one."""
        stop = self.text.find(_GAP, start)
        limit = len(self.text) if stop < 0 else stop
        ends = [i for i in range(start, limit) if self.text[i] == quote]
        for edges in (",.;", "),:]\n" + _GAP, " "):
            for end in ends:
                following = self.text[end + 1 : end + 2]
                if following in edges or not self.text[end + 1 : limit].strip():
                    return end
        return ends[0] if ends else None

    def words(self, run: _Run) -> str:
        return _clean(self.text[run.start : run.end])


def _label_links(inline: Inline) -> set[int]:
    """Numbers of links that only say what they lead to; few words in square brackets are such a label too."""
    texts = inline.link_labels()
    found = {n for n, text in texts.items() if is_link_label(text.strip("[]() "))}
    for before, atom, after in zip(inline.atoms, inline.atoms[1:], inline.atoms[2:], strict=False):
        enclosed = before.text.rstrip().endswith("[") and after.text.lstrip().startswith("]")
        if atom.link is not None and enclosed and not atom.bold and len(texts[atom.link].split()) <= 3:
            found.add(atom.link)
    return found


def _clean(text: str) -> str:
    return " ".join(text.replace(_GAP, " ").split())


def _is_title_like(text: str, words: int = 2) -> bool:
    venue, year, rest = read_venue(text)
    dated = read_date(text) is not None or (year is not None and (not rest or is_known_venue(venue)))
    return len(text.split()) >= words and any(c.isalpha() for c in text) and not dated and not is_link_label(text)


def find_title(inline: Inline) -> Heading | None:
    """Title and name by the strongest mark there is: quotes, italics, a link, bold, or the words before the links."""
    text = _Text(inline)
    for find in (_by_quotes, _by_italics, _by_link, _by_bold, _by_position):
        found = find(text)
        if found is not None:
            return found
    return None


def _by_quotes(text: _Text) -> Heading | None:
    run = text.quoted()
    if run is None:
        return None
    marked = text.runs(lambda a: a.italic) + text.runs(lambda a: a.link is not None)
    if any(outer.start < run.start - 1 < outer.end for outer in marked):
        return None
    title = text.words(run).rstrip(",;")
    title = title if title.endswith("..") else title.rstrip(".")
    return _with_lead(text, run, title, lead_end=run.start - 1, tail=run.end + 1)


def _by_italics(text: _Text) -> Heading | None:
    """Italic words, best those behind a dash or colon: others may be a remark."""
    runs = [run for run in text.runs(lambda a: a.italic) if _is_title_like(text.words(run), 1)]
    long = [run for run in runs if len(text.words(run).split()) >= 2]
    behind = [run for run in long if text.text[: run.start].rstrip(" \n").endswith(("-", "–", "—", ":", "："))]
    others_bold = bool(text.runs(lambda a: a.bold and not a.italic))
    for run in (*behind, *long, *runs):
        named = bool(_clean(text.text[: run.start]).strip(_EDGE))
        if named or (run in long and (run.start == 0 or not others_bold)):
            return _with_lead(text, run, text.words(run), run.start, run.end)
    return None


def _by_link(text: _Text) -> Heading | None:
    for run in text.runs(lambda a: a.link is not None):
        title = text.words(run).strip("[]")
        plain = "".join(c for c, style in zip(text.text[: run.start], text.styles, strict=False) if not style.bold)
        if not _is_title_like(title, 1) or len(_clean(plain).split()) >= 4:
            continue
        after = text.text[run.end :].lstrip("* ")
        if len(title.split()) <= 2 and after.startswith(":"):
            rest = _title_of_rest(after[1:])
            if rest:
                return Heading(rest[0], title, [rest[1]], printed=False)
        inner = [
            r for r in text.runs(lambda a: a.bold and a.link is not None) if run.start <= r.start and r.end < run.end
        ]
        if inner and text.text[inner[0].end : run.end].lstrip().startswith((":", "-", "–")):
            rest_of_link = text.text[inner[0].end : run.end].strip(_EDGE)
            return Heading(
                _clean(rest_of_link),
                text.words(inner[0]).rstrip(":"),
                [text.text[: run.start], text.text[run.end :]],
                False,
            )
        found = _with_lead(text, run, title, run.start, run.end)
        found.printed = False
        return found
    return None


def _by_bold(text: _Text) -> Heading | None:
    for run in text.runs(lambda a: a.bold):
        bold = text.words(run).strip()
        if not _is_title_like(bold.rstrip(":"), 1):
            continue
        after = text.text[run.end :]
        lead = [text.text[: run.start]]
        bracketed = lead[0].rstrip().endswith("[") and after.startswith("]")
        followed = bold.endswith(":") or after.lstrip().startswith((":", "："))
        rest = _title_of_rest(after.lstrip(" :：]")) if bracketed or followed or len(bold.split()) == 1 else None
        if rest and (bracketed or followed or len(rest[0].split()) >= 4):
            return Heading(rest[0], bold.rstrip(": "), [*lead, rest[1]], printed=False)
        return Heading(bold.rstrip(":. "), None, [*lead, after], printed=False)
    return None


def _by_position(text: _Text) -> Heading | None:
    words = _BULLET_BOX.sub("", text.text.lstrip(" \n" + _GAP))
    lead = _BRACKETED.match(words)
    dated = lead is not None and (read_date(lead[1]) is not None or read_venue(lead[1])[1] is not None)
    rest = _title_of_rest(words[lead.end() :] if lead and dated else words)
    return Heading(rest[0], None, [*([lead[1]] if lead and dated else []), rest[1]], printed=False) if rest else None


def _title_of_rest(text: str) -> tuple[str, str] | None:
    """Title and what follows it in running text: it ends at a link, a line break, a full stop or a venue."""
    for part in re.split(f"[{_GAP}\n]", text):
        words = part.strip(_EDGE)
        if not any(c.isalpha() for c in words):
            continue
        title, rest = _cut(words)
        if title and _is_title_like(title, 1):
            following = text[text.index(part) + len(part) :]
            return _clean(title).rstrip(",;"), rest + _GAP + following
    return None


def _cut(words: str) -> tuple[str, str]:
    sentence = re.search(r"(?<=[\w)?!]{2})\.\s|[?!]\s(?=[A-Z(])", words)
    dash = _DASH.search(words)
    cuts = [m for m in (sentence, dash) if m]
    first = min(cuts, key=lambda m: m.start(), default=None)
    if first is not None:
        keep = first.start() + (1 if words[first.start()] in "?!" else 0)
        return words[:keep], words[first.end() :]
    for comma in reversed([m.start() for m in re.finditer(r"[,(]", words)][-_LAST_CUTS:]):
        venue, year, _ = read_venue(words[comma + 1 :].strip(" )"))
        if venue or year:
            return words[:comma].strip(_EDGE[:-4]), words[comma + 1 :]
    return words, ""


def _with_lead(text: _Text, run: _Run, title: str, lead_end: int, tail: int) -> Heading:
    """Title with the name in front of it: the bold words, or those before a dash or a colon."""
    bold = [r for r in text.runs(lambda a: a.bold) if r.end <= lead_end]
    lead = text.text[:lead_end]
    beside = [text.text[tail:]]
    if bold:
        name = text.words(bold[0]).strip().rstrip(":-–— ").strip("[]")
        return Heading(title, name, [lead[: bold[0].start], lead[bold[0].end :], *beside])
    head = _BULLET_BOX.sub("", lead.replace(_GAP, " ").strip())
    match = re.match(r"^(?P<name>.{1,60}?)\s*(?:[:：]|\s[-–—])\s*$", head, re.S)
    named = match is not None and any(c.isupper() or c.isdigit() for c in match["name"])
    named = named and len(head.split()) <= _NAME_WORDS
    if match and named and read_date(match["name"]) is None and read_venue(match["name"])[1] is None:
        return Heading(title, match["name"].strip("[]* "), beside)
    return Heading(title, None, [lead, *beside])
