"""Which stored paper each cited key and each entry of a bibliography is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.identifiers import key_fold, title_key
from wamkg.manuscript.bibliography import Entry
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.matching.known import known_for
from wamkg.matching.profiles import profile_of_state
from wamkg.matching.same_paper import as_known, match
from wamkg.store.claims import load_claims
from wamkg.store.duplicates import load_work_groups
from wamkg.store.papers import SCHEMES, KnownPaper, known_papers
from wamkg.views.citation_keys import citation_keys, owners_of_shown_keys
from wamkg.views.papers import PaperItem, paper_items

BY_KEY, BY_ID, BY_TITLE = "key", "id", "title"


@dataclass(frozen=True)
class StoredWork:
    """A stored paper with all records of its work; `published` is a record with a publication, if one has it."""

    item: PaperItem
    key: str
    records: frozenset[int]
    published: KnownPaper | None
    taxa: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The paper that an entry or a key means, and how it was found; a question if that is not certain.

    `wrong` is another paper, to which the entry's id or its key leads although its title is that of none of its
    sources.
    """

    number: int | None
    how: str = ""
    question: str = ""
    wrong: int | None = None
    wrong_by: str = ""


class StoredReferences:
    """Finds the stored papers of a bibliography."""

    def __init__(self, session: Session, entries: Sequence[Entry], keys: Iterable[str]) -> None:
        self.session = session
        self.entries = {key_fold(entry.key): entry for entry in entries}
        self.owners = owners_of_shown_keys(session, {*keys, *(entry.key for entry in entries)})
        self._known = known_for(session, [entry.record for entry in entries])
        self._answers = IdentityAnswers(session)
        options = {key: list(self._options(entry)) for key, entry in self.entries.items()}
        numbers = {number for found in options.values() for number, _ in found}
        self._states = load_claims(session, numbers, holding=False)
        self.found = {key: Found(number, BY_KEY) for key, number in self.owners.items()}
        self.found |= {key: self._choose(entry, options[key]) for key, entry in self.entries.items()}

    def _options(self, entry: Entry) -> Iterator[tuple[int, str]]:
        """The papers that an entry may mean, the likeliest first: by its ids, its title, its key."""
        record = entry.record
        if (by_id := match(record, self._known)).paper is not None:
            yield by_id.paper, BY_TITLE if by_id.how == BY_TITLE else BY_ID
        by_title = match(replace(record, arxiv=None, doi=None, s2=None, openalex=None), self._known).paper
        if by_title is not None:
            yield by_title, BY_TITLE
        if (owner := self.owners.get(key_fold(entry.key))) is not None:
            yield owner, BY_KEY

    def _choose(self, entry: Entry, options: list[tuple[int, str]]) -> Found:
        fitting = [(number, how) for number, how in options if self._fits(entry, number, how)]
        others = [(number, how) for number, how in options if number not in {n for n, _ in fitting}]
        number, how = fitting[0] if fitting else (None, "")
        wrong, by = next(((n, h) for n, h in others if h == BY_ID or number is None), (None, ""))
        return Found(number, how, match(entry.record, self._known).question or "", wrong, by)

    def _fits(self, entry: Entry, number: int, how: str) -> bool:
        """Whether an entry describes a paper: its title does, and no id contradicts a match by the key alone."""
        state, record = self._states[number], entry.record
        if self._answers.check(state, record).identity is Identity.DIFFERENT:
            return False
        ids = [(getattr(record, name), getattr(state.paper, name, None)) for name in SCHEMES]
        return how != BY_KEY or not any(mine and known and mine != known for mine, known in ids)

    def has_title(self, number: int, title: str) -> bool:
        """Whether a source gives a paper this title."""
        return title_key(title) in {title_key(one) for one in profile_of_state(self._states[number]).titles}

    def get(self, key: str) -> Found:
        """What a key means: the paper of its entry, else the paper that has or had the key in the store."""
        return self.found.get(key_fold(key), Found(None))

    def works(self, taxonomy: str = "") -> dict[int, StoredWork]:
        """The papers that were found, by number, with their taxa in a taxonomy."""
        both = {number for found in self.found.values() for number in (found.number, found.wrong)}
        numbers = {number for number in both if number is not None}
        groups = load_work_groups(self.session)
        members = {number: groups.members(number) for number in numbers}
        everyone = sorted({n for records in members.values() for n in records})
        items = dict(zip(everyone, paper_items(self.session, everyone), strict=True))
        known, keys = known_papers(self.session, everyone), citation_keys(self.session, everyone)
        return {
            number: StoredWork(
                items[number],
                keys[number],
                frozenset(records),
                next((known[n] for n in sorted(records) if is_published(known[n])), None),
                tuple(path for n in sorted(records) for path in _taxa(items[n], taxonomy)),
            )
            for number, records in members.items()
        }


def _taxa(item: PaperItem, taxonomy: str) -> list[str]:
    primary = item.taxa.get(taxonomy)
    return [*([primary] if primary else []), *item.also.get(taxonomy, ())]


_WHOLE = frozenset({"book", "phdthesis", "mastersthesis", "thesis", "proceedings", "manual", "techreport", "report",
                    "incollection", "online", "software", "dataset", "www", "electronic"})  # fmt: skip
"""Types of entries that need no venue, and are no preprints without one."""


def is_published(paper: KnownPaper) -> bool:
    """Whether a record names the place of its publication."""
    return not paper.is_preprint and bool(paper.venue)


def is_preprint(entry: Entry) -> bool:
    """Whether an entry describes a preprint, not a publication or a kind of work that has no venue."""
    record = entry.record
    return as_known(record).is_preprint and not (record.entry_type in _WHOLE and not record.arxiv)
