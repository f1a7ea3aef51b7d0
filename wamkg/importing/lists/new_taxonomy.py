"""Create a taxonomy from a list's own headings if no known one fits."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import PurePath

from wamkg.identifiers import normalise, slugify
from wamkg.importing.lists.document import ListDocument
from wamkg.importing.lists.headings import heading_name, is_class_heading
from wamkg.importing.lists.section_taxa import SectionTaxon
from wamkg.importing.parse_result import ProposedTaxon
from wamkg.importing.taxonomy_index import TaxonMatcher, TaxonomyMatcher

_COMMON_WORDS = frozenset((
    "awesome", "list", "paper", "papers", "readme", "main", "master", "survey", "md", "a", "of", "the", "on", "for",
))  # fmt: skip


_LONGEST_SLUG = 32
"""Characters of the longest slug of a new taxon: paths are typed by hand."""
_LINKING_WORDS = frozenset((
    "a", "an", "and", "as", "at", "between", "by", "for", "from", "in", "of", "on", "or", "the", "to", "via", "with",
))  # fmt: skip
"""Words that a shortened slug does not end with."""


def new_taxonomy(
    document: ListDocument, name: str, slug: str, sections: Collection[int]
) -> tuple[TaxonomyMatcher, dict[int, SectionTaxon]]:
    """Return a taxonomy of the given sections with papers and of their ancestors, and the position of every section.

    A heading above all of them is the title of the list, not a taxon. Headings that are years are skipped.
    """
    title = _title(document)
    chains = {number: _chain(document, number, title) for number in sections}
    shared = _shared(list(chains.values()))
    taxa: dict[str, TaxonMatcher] = {}
    paths: dict[int, str] = {}
    for number, chain in chains.items():
        path = ""
        for step in chain[shared:]:
            section = document.sections[step]
            heading = heading_name(section.text)
            path = _path_of(heading, path, taxa)
            taxa.setdefault(path, TaxonMatcher(path, heading, definition=section.about))
        paths[number] = path
    taxonomy = TaxonomyMatcher(slug, _title_of(document, name) or slug, (), tuple(taxa.values()))
    return taxonomy, {number: SectionTaxon(taxonomy, path, bool(path)) for number, path in paths.items()}


def _path_of(name: str, above: str, taxa: Mapping[str, TaxonMatcher]) -> str:
    """Path of a class below another; a number tells two names apart that make one slug, such as two in Chinese."""
    slug = _short_slug(name)
    for number in count(1):
        path = "/".join(part for part in (above, slug if number == 1 else f"{slug}-{number}") if part)
        if path not in taxa or _same_name(taxa[path].name, name):
            return path
    raise AssertionError


def _short_slug(name: str) -> str:
    """Slug of a name; of a long one, only the part before its colon, and whole words that can end a name."""
    slug = slugify(name)
    if len(slug) > _LONGEST_SLUG:
        slug = slugify(name.partition(":")[0])
    if len(slug) <= _LONGEST_SLUG:
        return slug
    words = slug[: _LONGEST_SLUG + 1].split("-")[:-1] or [slug[:_LONGEST_SLUG]]
    while len(words) > 1 and words[-1] in _LINKING_WORDS:
        words.pop()
    return "-".join(words)


def _same_name(left: str, right: str) -> bool:
    return left == right or normalise(left) == normalise(right) != ""


def propose_taxa(
    document: ListDocument, papers: Mapping[int, int], positions: Sequence[SectionTaxon], main: TaxonomyMatcher | None
) -> list[ProposedTaxon]:
    """A class for every unknown heading that has papers, parents before children.

    `papers` has the number of papers directly in each section; `main` is the taxonomy of sections that are in none.
    """
    title = _title(document)
    counts: Counter[tuple[str, str, str]] = Counter()
    for number, some in sorted(papers.items()):
        position = positions[number]
        taxonomy = position.taxonomy or main
        if taxonomy is None:
            continue
        parent = position.path
        for step in _unknown_chain(document, number, positions, title):
            name = heading_name(document.sections[step].text)
            counts[taxonomy.slug, parent, name] += some
            parent = "/".join(part for part in (parent, slugify(name)) if part)
    return [ProposedTaxon(*key, some) for key, some in counts.items()]


def _unknown_chain(
    document: ListDocument, number: int, positions: Sequence[SectionTaxon], title: int | None
) -> list[int]:
    """Headings from the one below the nearest known class down to a section, itself included."""
    chain: list[int] = []
    step: int | None = number
    while step is not None and not positions[step].known:
        if is_class_heading(document.sections[step].text) and step != title:
            chain.insert(0, step)
        step = document.sections[step].parent
    return chain


def _title(document: ListDocument) -> int | None:
    """Return the section whose heading is the list's title: the only one at the first level."""
    first = [n for n, section in enumerate(document.sections) if section.level == 1]
    return first[0] if len(first) == 1 and len(document.sections) > 1 else None


def _chain(document: ListDocument, number: int | None, title: int | None) -> list[int]:
    """Return the headings above a section, including its own, that are taxa."""
    chain: list[int] = []
    while number is not None:
        if is_class_heading(document.sections[number].text) and number != title:
            chain.insert(0, number)
        number = document.sections[number].parent
    return chain


def _shared(chains: list[list[int]]) -> int:
    """Count the headings that are above every section; 0 if a section would lose its only taxon."""
    shared = 0
    while len(chains) > 1 and all(len(c) > shared + 1 and c[shared] == chains[0][shared] for c in chains):
        shared += 1
    return shared


def _title_of(document: ListDocument, name: str) -> str:
    """The list's only heading of the first level; the first of several if the file's name says nothing."""
    first = [section.text for section in document.sections if section.level == 1]
    unnamed = PurePath(name.rstrip("/")).stem.casefold() in ("readme", "index", "-", "")
    return heading_name(first[0]) if len(first) == 1 or (first and unnamed) else ""


def slug_for(document: ListDocument, name: str, taken: Collection[str]) -> str:
    """Return a slug for a list's own taxonomy: from its file name, its citation key, or its title."""
    for text in _names(document, name):
        words = [word for word in slugify(text).split("-") if word not in _COMMON_WORDS and word not in taken]
        if words:
            slug = "-".join(words)[:40].strip("-")
            break
    else:
        slug = "list"
    return next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


def _names(document: ListDocument, name: str) -> Iterator[str]:
    yield PurePath(name.rstrip("/")).name.partition(".")[0] if name not in ("", "-") else ""
    yield from (section.text for section in document.sections if section.level == 1)
    yield from (survey.title or "" for survey in document.own.surveys)
