"""Assign a list's papers to taxa: headings and labels are looked up in the known taxonomies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wamkg.importing.lists.document import ListDocument, ListSection
from wamkg.importing.lists.entry import PrintedLabel
from wamkg.importing.lists.legend import Synonyms
from wamkg.importing.lists.reading import Listed
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher, label_key


@dataclass(frozen=True)
class SectionTaxon:
    """A position in a taxonomy; path "" is its root. `known` is False if the heading itself matched no taxon."""

    taxonomy: TaxonomyMatcher | None = None
    path: str = ""
    known: bool = False


@dataclass
class LabelMatches:
    """Paths of an entry's labels, the heading's path first, and the labels that no taxonomy knows."""

    paths: list[str]
    unknown: list[PrintedLabel] = field(default_factory=list)


def positions(
    document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex, base: TaxonomyMatcher | None
) -> list[SectionTaxon]:
    """Return the position of every section. Heading levels are used with care: real lists set a branch beside its
    parent.

    A heading equal to a taxonomy's title opens it if its subsections or the labels below it name its taxa. A heading
    that names a taxon sets the position: below its parent section, else below the section before it, else wherever the
    name is unique.
    """
    found: list[SectionTaxon] = []
    previous = SectionTaxon(base)
    openings = _openings(document, listed, catalogue)
    for number, section in enumerate(document.sections):
        around = found[section.parent] if section.parent is not None else SectionTaxon(base)
        position = _position(document.sections, number, around, previous, openings[number], found)
        found.append(position)
        if position.known:
            previous = position
    return found


def _position(
    sections: Sequence[ListSection],
    number: int,
    around: SectionTaxon,
    previous: SectionTaxon,
    titled: TaxonomyMatcher | None,
    before: Sequence[SectionTaxon],
) -> SectionTaxon:
    text = sections[number].text
    path = _named(text, around, previous)
    if titled and (path is None or _opens(sections, number, titled, SectionTaxon(around.taxonomy, path), before)):
        return SectionTaxon(titled, "", True)
    if path is not None:
        return SectionTaxon(around.taxonomy, path, True)
    return SectionTaxon(around.taxonomy, around.path)


def _openings(
    document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex
) -> list[TaxonomyMatcher | None]:
    """Return for every section the taxonomy that its heading is the title of, if the content below it belongs to it."""
    labels: dict[int | None, list[list[PrintedLabel]]] = {}
    for each in listed:
        labels.setdefault(each.section, []).append(each.entry.labels)
    titled = [catalogue.titled(section.text) for section in document.sections]
    return [
        taxonomy if taxonomy and _is_evident(document.sections, n, taxonomy, labels) else None
        for n, taxonomy in enumerate(titled)
    ]


def _is_evident(
    sections: Sequence[ListSection],
    number: int,
    taxonomy: TaxonomyMatcher,
    labels: Mapping[int | None, list[list[PrintedLabel]]],
) -> bool:
    """Whether two or half of the subsections, or half of the labeled entries below a heading, name taxa of it."""
    inside = [n for n in range(number + 1, len(sections)) if _is_subsection(sections, n, number)]
    named = [n for n in inside if taxonomy.matches(sections[n].text, loose=True)]
    if len(named) > 1 or (named and sum(n in labels for n in inside) <= 2):
        return True
    labelled = [some for n in (number, *inside) for some in labels.get(n, []) if some]
    known = sum(any(_is_label_of(taxonomy, label) for label in some) for some in labelled)
    return known > 0 and 2 * known >= len(labelled)


def _is_label_of(taxonomy: TaxonomyMatcher, label: PrintedLabel) -> bool:
    """Whether a label names a taxon or a status of the taxonomy."""
    return bool(taxonomy.matches(label.text)) or label_key(label.text) in taxonomy.states


def _opens(
    sections: Sequence[ListSection],
    number: int,
    titled: TaxonomyMatcher,
    other: SectionTaxon,
    before: Sequence[SectionTaxon],
) -> bool:
    """Whether a heading that also names a taxon opens the taxonomy, by its subsections or an earlier heading."""
    below = [s.text for i, s in enumerate(sections) if i > number and _is_subsection(sections, i, number)]
    if other.taxonomy is titled:
        return False
    return any(titled.matches(text, loose=True) for text in below) or any(
        p.taxonomy is other.taxonomy and p.path == other.path for p in before
    )


def _is_subsection(sections: Sequence[ListSection], inner: int | None, outer: int) -> bool:
    while inner is not None and inner > outer:
        inner = sections[inner].parent
    return inner == outer


def _named(text: str, around: SectionTaxon, previous: SectionTaxon) -> str | None:
    taxonomy = around.taxonomy
    if taxonomy is None:
        return None
    bases = [around.path] + ([previous.path] if previous.taxonomy is taxonomy else []) + [""]
    for loose in (False, True):
        for base in dict.fromkeys(bases):
            path = choose_path(taxonomy.matches(text, base, loose), base)
            if path is not None:
                return path
    return None


def choose_path(paths: Sequence[str], base: str) -> str | None:
    """Return the only path, or the only child of the base among several."""
    if len(paths) == 1:
        return paths[0]
    depth = base.count("/") + 1 if base else 0
    children = [path for path in paths if path.count("/") == depth]
    return children[0] if len(children) == 1 else None


class LabelReader:
    """Looks up the labels of entries, using the legend if a taxonomy does not know a label."""

    def __init__(self, synonyms: Synonyms) -> None:
        self.synonyms = synonyms
        self.used: dict[str, str] = {}
        """Labels that were read as another label."""

    def read(self, position: SectionTaxon, labels: Sequence[PrintedLabel]) -> LabelMatches:
        """Follow labels down from a position; a label of a taxon elsewhere starts another assignment.

        If no label agrees with the heading, the labels give the primary taxon, because they are printed at the entry
        itself.
        """
        taxonomy, start = position.taxonomy, position.path
        reading = LabelMatches([start])
        if taxonomy is None:
            reading.unknown = list(labels)
            return reading
        agrees = False
        for i, label in enumerate(labels):
            here = reading.paths[-1]
            path = self._below(taxonomy, here, label, labels[i + 1 :])
            if path is not None:
                reading.paths[-1] = path
                agrees = agrees or len(reading.paths) == 1
            elif self._is_at(taxonomy, here, label):
                agrees = agrees or len(reading.paths) == 1
            else:
                path = self._below(taxonomy, start, label, labels[i + 1 :]) or self._below(taxonomy, "", label, ())
                if path is None:
                    reading.unknown.append(label)
                elif path not in reading.paths:
                    reading.paths.append(path)
        if not agrees:
            reading.paths.append(reading.paths.pop(0))
        return reading

    def _below(
        self, taxonomy: TaxonomyMatcher, base: str, label: PrintedLabel, following: Sequence[PrintedLabel]
    ) -> str | None:
        texts = (label.text, *self.synonyms.of(label.text, label.color))
        for text, loose in (*((text, False) for text in texts), (label.text, True)):
            paths = taxonomy.matches(text, base, loose)
            path = choose_path(paths, base)
            if path is None and following:
                path = choose_path([p for p in paths if taxonomy.matches(following[0].text, p)], base)
            if path is not None:
                if text != label.text:
                    self.used[label.text] = text
                return path
        return None

    @staticmethod
    def _is_at(taxonomy: TaxonomyMatcher, here: str, label: PrintedLabel) -> bool:
        """Whether a label repeats the current taxon, one of its ancestors, or the taxonomy's title."""
        key = label_key(label.text)
        above = any(key in t.keys for t in taxonomy.taxa if here == t.path or here.startswith(t.path + "/"))
        return above or key in taxonomy.title_keys


_CLEAR_MAJORITY = 0.6
"""Share of a list's headings, or of a taxonomy's taxa, that must match for a list to be read with it."""
_ENOUGH_NAMES = 3
"""Minimum number of taxa that a list must name at their positions, unless they are most of the taxonomy."""


def best_taxonomy(document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex) -> TaxonomyMatcher | None:
    """Return the taxonomy that a clear majority of headings or most labels match.

    A few common words ("Joint", "Survey") are not enough: at least three taxa, or most of the taxonomy, must be below
    headings that name their parents. Labels count from two on, if half of them match or half of the papers have a
    matching one.
    """
    scored = [
        (max(_share_of_headings(document, listed, t), _share_of_labels(listed, t)), t) for t in catalogue.taxonomies
    ]
    part, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if part else None


def near_misses(document: ListDocument, listed: Sequence[Listed], catalogue: TaxonomyIndex) -> dict[str, list[str]]:
    """Return headings with papers that are named like taxa, by the slug of the taxonomy with most of them."""
    texts = [document.sections[n].text for n in sorted({each.section for each in listed if each.section is not None})]
    named = {t.slug: [text for text in dict.fromkeys(texts) if t.matches(text)] for t in catalogue.taxonomies}
    slug = max(named, key=lambda slug: len(named[slug]), default=None)
    return {slug: named[slug]} if slug is not None and named[slug] else {}


def _share_of_headings(document: ListDocument, listed: Sequence[Listed], taxonomy: TaxonomyMatcher) -> float:
    """Return the share of headings that name taxa at their positions; 0 without a clear majority."""
    wanted = {n for each in listed for n in _around(document.sections, each.section)}
    texts = {label_key(document.sections[n].text) for n in wanted} - {""} - taxonomy.title_keys
    if not texts:
        return 0.0
    paths = {path for n in wanted for path in _in_place(document.sections, n, taxonomy)}
    keys = {label_key(document.sections[n].text) for n in wanted if _in_place(document.sections, n, taxonomy)}
    holding = {label_key(document.sections[each.section].text) for each in listed if each.section is not None}
    share = len(keys & holding) / len(holding - {""}) if holding - {""} else 0.0
    enough = len(paths) >= _ENOUGH_NAMES or len(paths) >= _CLEAR_MAJORITY * len(taxonomy.taxa)
    return share if enough and share >= _CLEAR_MAJORITY else 0.0


def _around(sections: Sequence[ListSection], number: int | None) -> list[int]:
    """Return a section and its ancestors."""
    found = []
    while number is not None:
        found.append(number)
        number = sections[number].parent
    return found


def _in_place(sections: Sequence[ListSection], number: int, taxonomy: TaxonomyMatcher) -> list[str]:
    """Return the taxa a heading names whose parents are named by the headings above it, as far as these name taxa."""
    above = [path for n in _around(sections, sections[number].parent) for path in taxonomy.matches(sections[n].text)]
    paths = taxonomy.matches(sections[number].text)
    return [path for path in paths if "/" not in path or any(path.startswith(f"{one}/") for one in above)]


def _share_of_labels(listed: Sequence[Listed], taxonomy: TaxonomyMatcher) -> float:
    """Return the share of labels that name taxa, or of papers with one; 0 below a half or for fewer than two."""
    labels = {label_key(label.text) for each in listed for label in each.entry.labels} - {""}
    known = {key for key in labels if taxonomy.matches(key)}
    if len(known) < 2:
        return 0.0
    hits = sum(any(label_key(label.text) in known for label in each.entry.labels) for each in listed)
    share = max(len(known) / len(labels), hits / len(listed))
    return share if share >= 0.5 else 0.0
