"""Judge whether an import was understood: sample records, shares, and warnings if the result is implausible.

Follows the records during the import and stores only a few numbers and texts, to limit memory.
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from wamkg.importing.links import is_scholarly
from wamkg.importing.name_lists import looks_like_names
from wamkg.json_types import JsonObject
from wamkg.matching.record import Dropped, Record
from wamkg.matching.same_paper import ids_of

MIN_JUDGED = 4
"""Minimum number of records for meaningful shares."""
MIN_SAME_TITLE = 5
MAX_PLACES = 200
"""Maximum number of locations stored per warning; the count is complete."""
MAX_TITLES = 100_000
"""Maximum number of distinct titles remembered to find repeated ones."""
_SAMPLES = 3
_SPREAD = 64
_LIST = "awesome-list"
_WITHOUT_AUTHORS = frozenset((_LIST, "ids"))
"""Formats that never have authors."""
_AUTHORS_OPTIONAL = frozenset(("csv", "jsonl"))
"""Formats whose files may omit authors on purpose; a warning comes only if an unknown field may contain them."""
_WEB_WORDS = "misc online electronic www web webpage software dataset manual elec icomm blog comp data mpct video"
_WEB_TYPES = frozenset(_WEB_WORDS.split())
_COLLECTIONS = frozenset(("proceedings", "mvproceedings", "collection", "mvcollection", "periodical", "serial"))
_NOT_PEOPLE_WORDS = """
abstract access accession address affiliation affiliations alternate annotation bookmark categories category citation
citations cited code comment comments country date doi edition file format funding id identifier index isbn issn issue
item journal key keyword keywords label labels language license link links location month note notes number page pages
path pdf place priority publisher quality rank rating references relevance score section series short source stage
star stars start status subject summary tag tags text theme title topic topics type url version volume year
"""
"""Words in field names that do not contain people."""
_NOT_PEOPLE = frozenset(_NOT_PEOPLE_WORDS.split())


@dataclass(frozen=True)
class Place:
    """A record that a warning is about: its line and its title."""

    line: int
    text: str


@dataclass(frozen=True)
class QualityWarning:
    """One sign that an import is implausible, with a one-line remedy and the records where it occurs."""

    kind: str
    text: str
    count: int
    places: tuple[Place, ...] = ()

    def as_dict(self) -> JsonObject:
        """Return the warning as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Sample:
    """One record as it was understood."""

    line: int
    title: str
    authors: tuple[str, ...]
    authors_cut: bool
    year: int | None
    ids: tuple[str, ...]
    classes: tuple[str, ...]

    def as_dict(self) -> JsonObject:
        """Return the sample as JSON-ready values."""
        return asdict(self)


@dataclass
class Quality:
    """Counts over the records of one import."""

    records: int = 0
    without_authors: int = 0
    without_year: int = 0
    without_id: int = 0
    titles_like_names: int = 0
    short_titles: int = 0
    """Number of titles with one or two words."""
    same_title: int = 0
    """Number of records that share the most frequent title; 0 if no title repeats."""
    worse: int = 0
    """Number of values worse than what the same source gave before; each is listed as a conflict."""
    dropped: int = 0
    doubtful: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts as JSON-ready values."""
        return asdict(self)


@dataclass
class _SeenValues:
    """The number of records with some property, and the first of them."""

    count: int = 0
    places: list[Place] = field(default_factory=list)

    def add(self, line: int, title: str) -> None:
        self.count += 1
        if len(self.places) < MAX_PLACES:
            self.places.append(Place(line, title))


class QualityCheck:
    """Examines the records of one import one by one."""

    def __init__(self, format: str, quality: Quality) -> None:
        self.format = format
        self.quality = quality
        self._people_expected = format not in _WITHOUT_AUTHORS
        self._judged = 0
        self._titled = 0
        self._no_authors, self._names, self._short, self._no_link = (
            _SeenValues(),
            _SeenValues(),
            _SeenValues(),
            _SeenValues(),
        )
        self._unread: Counter[str] = Counter()
        self._titles = _Titles()
        self._samples = _Samples()

    def watch(self, record: Record) -> None:
        """Examine a record."""
        quality, ids = self.quality, ids_of(record)
        quality.records += 1
        quality.without_authors += not record.authors
        quality.without_year += not (record.year or record.dates)
        quality.without_id += not ids
        dropped = sum(isinstance(doubt, Dropped) for doubt in record.doubts)
        quality.dropped += dropped
        quality.doubtful += len(record.doubts) - dropped
        score = 2 * len(record.doubts) + self._watch_authors(record)
        if record.title:
            score += self._watch_title(record, str(ids[0]) if ids else record.url or "")
        if self.format == _LIST and not ids and not _leads_to_paper(record):
            self._no_link.add(record.line, record.title)
        self._samples.add(record, score)

    def _watch_authors(self, record: Record) -> int:
        """Count a record that should have authors; return how doubtful it is without them."""
        if not self._people_expected:
            return 0
        if record.authors:
            self._judged += 1
            return 0
        may_hold = [key for key in record.unknown_keys if _may_hold_people(key)]
        if self.format in _AUTHORS_OPTIONAL and not may_hold:
            return 0
        if _needs_no_authors(record) and not may_hold:
            return 0
        self._judged += 1
        self._unread.update(may_hold)
        self._no_authors.add(record.line, record.title)
        return 3

    def _watch_title(self, record: Record, identity: str) -> int:
        """Count an unusual title; return how doubtful it is."""
        self._titled += 1
        if not _needs_no_authors(record):
            self._titles.add(record.title, record.line, identity)
        if looks_like_names(record.title):
            self.quality.titles_like_names += 1
            self._names.add(record.line, record.title)
            return 6
        if len(record.title) < 60 and len(record.title.split()) <= 2 and not _needs_no_authors(record):
            self.quality.short_titles += 1
            self._short.add(record.line, record.title)
            return 1
        return 0

    def samples(self) -> list[Sample]:
        """Return three records in file order: the most doubtful ones, else from the start, middle and end."""
        return [_sample(record) for record in self._samples.chosen()]

    def warnings(self, unreadable: int) -> list[QualityWarning]:
        """Return signs that the import is implausible, most serious first."""
        self.quality.same_title = self._titles.most_frequent.count
        return [*self._about_reading(unreadable), *self._about_authors(), *self._about_titles(), *self._about_ids()]

    def _about_reading(self, unreadable: int) -> Iterator[QualityWarning]:
        total = self.quality.records + unreadable
        if total >= MIN_JUDGED and unreadable * 2 > total:
            text = (
                f"{unreadable} of {total} entries cannot be read. "
                f"Check that the file is {self.format}; --format reads it as another format."
            )
            yield QualityWarning("unreadable", text, unreadable)
        worse, records = self.quality.worse, self.quality.records
        if worse >= MIN_SAME_TITLE and worse * 10 >= records:
            text = (
                f"{worse} values are worse than what this source gave before. "
                "Compare the conflicts below with the file, and take this import back if the earlier values are right."
            )
            yield QualityWarning("worse", text, worse)

    def _about_authors(self) -> Iterator[QualityWarning]:
        seen = self._no_authors
        if self._judged >= MIN_JUDGED and seen.count * 2 >= self._judged:
            text = f"{seen.count} of {self._judged} records have no authors. {self._advice_on_authors()}"
            yield QualityWarning("authors", text, seen.count, tuple(seen.places))

    def _advice_on_authors(self) -> str:
        names = [name for name, count in self._unread.most_common(3) if count * 2 >= self._no_authors.count]
        if not names:
            return "If the file has them, it is misread: compare the records below with the file."
        shown = ", ".join(f'"{name}"' for name in names)
        verb = "is" if len(names) == 1 else "are"
        return (
            f"{shown} {verb} in most of them and not read: rename what holds the authors to authors (BibTeX: author)."
        )

    def _about_titles(self) -> Iterator[QualityWarning]:
        names, short, same = self._names, self._short, self._titles.most_frequent
        if self._titled >= MIN_JUDGED and (
            (names.count >= 3 and names.count * 10 >= self._titled) or names.count * 4 >= self._titled
        ):
            text = (
                f"{names.count} of {self._titled} titles look like lists of names. "
                "Check that title and authors are not swapped, and compare the records below with the file."
            )
            yield QualityWarning("titles-like-names", text, names.count, tuple(names.places))
        if same.count >= MIN_SAME_TITLE:
            text = (
                f'One title is that of {same.count} different records: "{same.places[0].text}". '
                "Check that the title is read from the right field."
            )
            yield QualityWarning("same-title", text, same.count, tuple(same.places))
        if self._titled >= MIN_SAME_TITLE and short.count * 2 > self._titled:
            text = (
                f"{short.count} of {self._titled} titles have one or two words. "
                "Check that names of methods, journals or links are not read as titles."
            )
            yield QualityWarning("short-titles", text, short.count, tuple(short.places))

    def _about_ids(self) -> Iterator[QualityWarning]:
        seen, total = self._no_link, self.quality.records
        if total >= 2 * MIN_SAME_TITLE and seen.count * 2 > total:
            text = (
                f"{seen.count} of {total} entries have neither an id nor a link to a paper. "
                "Check that this is a list of papers, and that the links to them are read."
            )
            yield QualityWarning("ids", text, seen.count, tuple(seen.places))


class _Titles:
    """Titles shared by several different records."""

    def __init__(self) -> None:
        self._first: dict[int, tuple[int, int]] = {}
        self._repeated: dict[int, _SeenValues] = {}

    def add(self, title: str, line: int, identity: str) -> None:
        """Count a title; another record with the same id or URL is the same paper."""
        key = hash(title.casefold())
        first = self._first.get(key)
        if first is None:
            if len(self._first) < MAX_TITLES:
                self._first[key] = hash(identity), line
        elif not identity or first[0] != hash(identity):
            seen = self._repeated.get(key)
            if seen is None:
                seen = self._repeated[key] = _SeenValues()
                seen.add(first[1], title)
            seen.add(line, title)

    @property
    def most_frequent(self) -> _SeenValues:
        """Return the title that most records share."""
        return max(self._repeated.values(), key=lambda seen: seen.count, default=_SeenValues())


class _Samples:
    """A few representative records."""

    def __init__(self) -> None:
        self._count = 0
        self._stride = 1
        self._spread: list[Record] = []
        self._last: Record | None = None
        self._doubtful: list[tuple[int, int, Record]] = []

    def add(self, record: Record, score: int) -> None:
        """Store a record if it may be representative."""
        if self._count % self._stride == 0:
            self._spread.append(record)
            if len(self._spread) == 2 * _SPREAD:
                del self._spread[1::2]
                self._stride *= 2
        if score > 1:
            entry = (score, -self._count, record)
            if len(self._doubtful) < _SAMPLES:
                heapq.heappush(self._doubtful, entry)
            elif entry[:2] > self._doubtful[0][:2]:
                heapq.heapreplace(self._doubtful, entry)
        self._last = record
        self._count += 1

    def chosen(self) -> list[Record]:
        """Return at most three records in file order."""
        found = [record for *_, record in sorted(self._doubtful, key=lambda entry: entry[:2], reverse=True)]
        if self._last is not None:
            usual = [self._spread[0], self._spread[len(self._spread) // 2], self._last]
            found += usual
        found = list({id(record): record for record in found}.values())
        return sorted(found[:_SAMPLES], key=lambda record: record.line)


def _sample(record: Record) -> Sample:
    years = [record.year] if record.year else [date.first.year for date in record.dates.values()]
    return Sample(
        line=record.line,
        title=record.title,
        authors=tuple(record.authors),
        authors_cut=record.authors_cut,
        year=min(years, default=None),
        ids=tuple(f"{given.scheme}:{given.value}" for given in ids_of(record)),
        classes=tuple(f"{placement.taxonomy}:{placement.taxon or placement.status}" for placement in record.placements),
    )


def _leads_to_paper(record: Record) -> bool:
    return any(map(is_scholarly, [record.url or "", *record.links.values()]))


def _needs_no_authors(record: Record) -> bool:
    """Whether a record is a web page, or a collection with editors."""
    if record.entry_type in _COLLECTIONS or "editor" in record.details:
        return True
    if record.entry_type not in _WEB_TYPES and (record.entry_type or record.venue or ids_of(record)):
        return False
    return bool(record.url or record.links) or any("://" in value for value in record.details.values())


def _may_hold_people(key: str) -> bool:
    """Whether an unknown field may contain people, judging by its name."""
    words = key.lower().replace("_", " ").replace("-", " ").split()
    return not any(word.strip("()#:") in _NOT_PEOPLE for word in words)
