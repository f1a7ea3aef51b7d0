"""The head of an entry cut into pieces: titles, names, credits and marks, each with its style."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wamkg.importing.links import is_link_label, is_scholarly
from wamkg.importing.lists.credits import Credits, is_venue_label, read_credits
from wamkg.importing.lists.cutting import Cut, PieceKind, cut_marked, cut_plain, cut_whole
from wamkg.importing.lists.inline import Atom, Inline
from wamkg.importing.lists.words import has_han, length_of

_GAP = "\x1e"
"""Replaces a link label or an image that was removed."""
_QUOTES = '"“”„«»＂「」『』'
_PAIRED = {"“": "”", "«": "»", "「": "」", "『": "』"}
_BEFORE_QUOTE = ":：,.;-–—)]|•>"
_BEHIND_QUOTE = ",.;([|-–—)]<"


@dataclass(frozen=True)
class HeadPiece:
    """Words in one style; `before` and `after` are the marks next to them ("" at a change of style)."""

    kind: PieceKind
    text: str
    style: str = ""
    """Letters: q quoted, b bold, i italic, u underlined, c code, l linked; "" is plain."""
    line: int = 0
    before: str = ""
    after: str = ""
    links: frozenset[int] = frozenset()
    found: Credits | None = None
    """The credits recognized in it, if any."""
    gap: bool = False
    """Whether a label, badge or URL separates it from the next piece."""

    @property
    def length(self) -> int:
        """Return the number of words."""
        return length_of(self.text)

    @property
    def marked(self) -> bool:
        """Whether it has a style of its own."""
        return self.style != ""


@dataclass(frozen=True)
class _Run:
    """Words in one style; a gap or a line break is a separate run."""

    text: str
    style: str = ""
    line: int = 0
    parts: tuple[tuple[str, int | None], ...] = ()
    """The words again, each part with the number of its link."""

    @property
    def is_words(self) -> bool:
        return self.text not in (_GAP, "\n")


def pieces_of(inline: Inline, known_labels: bool = False, whole: bool = False) -> list[HeadPiece]:
    """Return the pieces in reading order, without link labels, images and URLs.

    With `known_labels`, short linked words in square brackets count as labels too. With `whole`, words in a single
    style start with the title as a whole.
    """
    runs = list(_joined(_emphasis_joined(_quoted(_runs(inline, known_labels)))))
    found: list[Found] = []
    cell = next((run for run in runs if run.is_words and run.text.strip()), None) if whole and _is_plain(runs) else None
    for run in runs:
        found += _cut_cell(run) if run is cell else _cut(run) if run.is_words else [run.text]
    return list(_with_marks(found))


def _cut(run: _Run) -> Iterator["Found"]:
    """Return the pieces of a run, each with its links; in bold or italic words one link may be the title alone."""
    lone = _title_in_link(run)
    if lone is not None:
        for text, style in lone:
            yield from _cut(_Run(text, style, run.line, tuple(p for p in run.parts if p[0] in text)))
        return
    links = frozenset(link for _, link in run.parts if link is not None)
    for part in cut_marked(run.text) if run.style else cut_plain(run.text):
        if isinstance(part, Cut):
            yield HeadPiece(part.kind, part.text, run.style, run.line, links=links, found=part.found)
        else:
            yield part


def _is_plain(runs: Sequence[_Run]) -> bool:
    """Whether no words have a style."""
    return all(run.style == "" for run in runs if run.is_words)


def _cut_cell(run: _Run) -> Iterator["Found"]:
    """Return the pieces of a plain cell that starts with its title."""
    for part in cut_whole(run.text):
        yield HeadPiece(part.kind, part.text, line=run.line, found=part.found) if isinstance(part, Cut) else part


def _title_in_link(run: _Run) -> list[tuple[str, str]] | None:
    """Split bold or italic words if a link covers only a part of them: "**[Title](…), ICML 2023**"."""
    linked = [n for n, (text, link) in enumerate(run.parts) if link is not None and text.strip()]
    if len(linked) != 1 or not _emphasis(run.style) or "q" in run.style:
        return None
    n = linked[0]
    before, behind = "".join(t for t, _ in run.parts[:n]), "".join(t for t, _ in run.parts[n + 1 :])
    if not any(c.isalnum() for c in before + behind) or length_of(run.parts[n][0]) < 4:
        return None
    style = _emphasis(run.style)
    parts = ((before, style), (run.parts[n][0], style + "l"), (behind, ""))
    return [(text, mark) for text, mark in parts if text]


def label_links(inline: Inline, enclosed: bool = False) -> set[int]:
    """Return the numbers of links whose text only names their target type, the paper's venue, or shows their URL.

    With `enclosed`, a few linked words in square brackets count as such a label too.
    """
    texts = inline.link_labels()
    found = {n for n, text in texts.items() if is_link_label(text) or text.startswith(("http://", "https://", "www."))}
    found |= {n for n, text in texts.items() if is_scholarly(inline.hrefs[n]) and is_venue_label(text)}
    if enclosed:
        for before, atom, after in zip(inline.atoms, inline.atoms[1:], inline.atoms[2:], strict=False):
            inside = before.text.rstrip().endswith("[") and after.text.lstrip().startswith("]")
            if atom.link is not None and inside and not atom.bold and len(texts[atom.link].split()) <= 3:
                found.add(atom.link)
    return found


def _style_of(atom: Atom) -> str:
    letters = (("b", atom.bold), ("i", atom.italic), ("u", atom.under), ("c", atom.code), ("l", atom.link is not None))
    return "".join(letter for letter, on in letters if on)


def _runs(inline: Inline, enclosed: bool) -> list[_Run]:
    """Return runs of one style. Bold or italic words are one run regardless of their links."""
    labels = label_links(inline, enclosed)
    runs: list[_Run] = []
    line = 0
    for n, atom in enumerate(inline.atoms):
        style = _style_of(atom)
        if atom.text == "\n" and not (atom.soft and style):
            line += 1
            runs.append(_Run("\n", line=line, style="soft" if atom.soft else ""))
        elif atom.image is not None or _is_label(atom, labels):
            runs.append(_Run(_GAP))
        elif not (atom.raised and not _is_kept(inline.atoms, n)):
            _append(runs, _Run(atom.text.replace(_GAP, " "), style, line, ((atom.text, atom.link),)))
    return runs


def _is_label(atom: Atom, labels: set[int]) -> bool:
    """Whether a run is the label of a link, even of one without a URL."""
    return (atom.link in labels and atom.text != "\n") or (atom.hollow and is_link_label(atom.text))


def _is_kept(atoms: Sequence[Atom], number: int) -> bool:
    """Whether raised characters belong to a word ("C³ache", "2nd") rather than being footnote marks."""
    text = atoms[number].text.strip()
    before = atoms[number - 1].text[-1:] if number else ""
    return text.isdigit() or (text.isalpha() and before.isdigit())


def _append(runs: list[_Run], run: _Run) -> None:
    """Add a run; join it to the last one if both have the same style and, if plain, the same link."""
    last = runs[-1] if runs else None
    if last is not None and last.is_words and _joinable(last, run):
        runs[-1] = replace(last, text=last.text + run.text, parts=last.parts + run.parts)
    elif last is not None and last.is_words and not run.text.strip() and run.style != last.style:
        runs[-1] = replace(last, text=last.text + run.text, parts=(*last.parts, (run.text, None)))
    else:
        runs.append(run)


def _joinable(last: _Run, run: _Run) -> bool:
    if _emphasis(last.style) or _emphasis(run.style):
        return _emphasis(last.style) == _emphasis(run.style)
    return last.style == run.style and last.parts[-1][1] == run.parts[-1][1]


def _emphasis(style: str) -> str:
    return style.replace("l", "")


def _joined(runs: Iterable[_Run]) -> Iterator[_Run]:
    """Join lines that are wrapped only in the source to the lines before them."""
    kept: list[_Run] = []
    for run in runs:
        wraps = (
            len(kept) > 1 and kept[-1].text == "\n" and kept[-1].style == "soft" and run.is_words and run.style == ""
        )
        if wraps and kept[-2].is_words and kept[-2].style == "" and _continues(kept[-2].text, run.text):
            kept.pop()
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text} {run.text}", parts=kept[-1].parts + run.parts)
        else:
            kept.append(run)
    yield from kept


def _continues(first: str, second: str) -> bool:
    """Whether plain words of the next line continue this sentence."""
    if first.rstrip()[-1:] in ".?!:" or not second.strip():
        return False
    return second.lstrip()[:1].islower() or (len(first) >= 55 and not read_credits(second).complete)


def _quoted(runs: list[_Run]) -> list[_Run]:
    """Make the first quoted words a run of their own.

    Quotes inside a title belong to it: quoted words count only if just names, marks or another style precede them and
    no word follows.
    """
    for i, run in enumerate(runs):
        start = next((n for n, c in enumerate(run.text) if c in _QUOTES and _opens(run, n, runs[:i])), None)
        if start is not None and run.is_words:
            found = _closing(runs, i, start)
            if found is not None:
                return _split_at(runs, (i, start), found)
            return runs
    return runs


def _opens(run: _Run, at: int, before: Sequence[_Run]) -> bool:
    lead = run.text[:at].rstrip()
    if lead:
        return lead[-1] in _BEFORE_QUOTE or (run.style == "" and read_credits(lead).complete)
    last = next((r for r in reversed(before) if r.is_words and r.text.strip()), None)
    return last is None or last.style != run.style or last.text.rstrip()[-1:] in _BEFORE_QUOTE


def _closing(runs: Sequence[_Run], first: int, start: int) -> tuple[int, int] | None:
    """Return the run and position of the quotation mark that ends the title: one that no word follows.

    Quoted words inside the title have a mark of their own: `"On “Seeing” with Robots"`.
    """
    inner, paired = 0, {} if runs[first].text[start] in _PAIRED.values() else _PAIRED
    for i in range(first, len(runs)):
        run = runs[i]
        if run.text == _GAP or (run.text == "\n" and run.style != "soft"):
            return None
        for n, c in enumerate(run.text):
            if (i, n) <= (first, start) or c not in _QUOTES:
                continue
            if c in paired:
                inner += 1
            elif inner and c in paired.values():
                inner -= 1
            elif (i, n) > (first, start + 1) and _closes(runs, i, n):
                return i, n
    return None


def _closes(runs: Sequence[_Run], number: int, at: int) -> bool:
    if at == 0 and number and not runs[number - 1].is_words:
        return False
    if runs[number].text[at - 1 : at] == ",":  # E. Fox, "Jumping on Sand," in Proc. Dunes, 2021
        return True
    behind = runs[number].text[at + 1 :]
    if behind.strip():
        return behind.lstrip()[0] in _BEHIND_QUOTE or (behind[0].isspace() and read_credits(behind).complete)
    after = next((r for r in runs[number + 1 :] if r.text.strip()), None)
    return (
        after is None
        or not after.is_words
        or after.style != runs[number].style
        or after.text.lstrip()[0] in _BEHIND_QUOTE
    )


def _split_at(runs: list[_Run], start: tuple[int, int], end: tuple[int, int]) -> list[_Run]:
    """Make the words between two quotation marks one quoted run."""
    (i, a), (j, b) = start, end
    inside = runs[i : j + 1]
    texts = [r.text if r.is_words else " " for r in inside]
    texts[-1] = texts[-1][:b]
    texts[0] = texts[0][a + 1 :]
    style = "q" + "".join(sorted(set("".join(r.style for r in inside if r.is_words)) & set("bl")))
    parts = tuple(part for r in inside for part in r.parts)
    quoted = _Run("".join(texts), style, runs[i].line, parts)
    head, tail = runs[i].text[:a], runs[j].text[b + 1 :]
    before = [replace(runs[i], text=head, parts=((head, None),))] if head.strip() else []
    behind = [replace(runs[j], text=tail, parts=((tail, None),))] if tail.strip() else []
    return [*runs[:i], *before, quoted, *behind, *runs[j + 1 :]]


def _emphasis_joined(runs: list[_Run]) -> list[_Run]:
    """Join emphasized words inside plain or linked text to it, and "et al." to the names before it."""
    kept: list[_Run] = []
    for n, run in enumerate(runs):
        last = kept[-1] if kept else None
        if (
            last is not None
            and n
            and _in_one(last, run)
            and (run.style == last.style or _belongs(last, run, runs[n + 1 :]))
        ):
            kept[-1] = replace(last, text=last.text + run.text, parts=last.parts + run.parts)
        else:
            kept.append(run)
    return kept


def _in_one(last: _Run, run: _Run) -> bool:
    """Whether words continue plain words, or linked ones within one link."""
    if not (last.is_words and run.is_words):
        return False
    return last.style == "" or (last.style == "l" and last.parts[-1][1] == run.parts[0][1])


def _belongs(last: _Run, run: _Run, behind: Sequence[_Run]) -> bool:
    """Whether emphasized words belong to the plain or linked sentence around them."""
    if run.style == "" or not last.text.strip():
        return False
    if _is_cut(run.text):
        return True
    after = behind[0] if behind else None
    inside = after is not None and after.is_words and after.style == last.style and after.text.lstrip()[:1].isalnum()
    if not last.text.rstrip()[-1].isalnum() or not run.text[:1].isalnum():
        return False
    if inside:
        return "l" not in run.style or length_of(run.text) <= 3
    return (
        run.style.removesuffix(last.style) in ("i", "c")
        and length_of(run.text) <= 2
        and not read_credits(run.text).found
        and not has_han(run.text)
    )


def _is_cut(text: str) -> bool:
    found = read_credits(text)
    return found.cut and not (found.authors or found.venue or found.rest)


Found = HeadPiece | str
"""A piece, or the marks between two pieces."""


def _with_marks(found: Iterable[Found]) -> Iterator[HeadPiece]:
    """Attach the marks between pieces to the pieces next to them."""
    pieces: list[HeadPiece] = []
    marks = ""
    for part in found:
        if isinstance(part, str):
            marks += part
            continue
        if pieces:
            pieces[-1] = replace(pieces[-1], after=marks.strip(" ")[:1], gap=_GAP in marks)
        pieces.append(replace(part, before=marks.strip(" ")[-1:]))
        marks = ""
    if pieces:
        pieces[-1] = replace(pieces[-1], after=marks.strip(" ")[:1], gap=_GAP in marks)
    yield from pieces
