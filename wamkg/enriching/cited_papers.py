"""The papers at the other end of a list: found in the store, or created with standing `cited`.

The rules are simple, so that the result does not depend on the order in which lists are read. An item with an id
matches stored papers by id, or a library paper without a Semantic Scholar id by title. An item without an id matches
papers of the library, and other items without an id, by title.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.enriching.claims import CITED_FIELDS, add_cited_paper_claims
from wamkg.enriching.s2_records import S2Paper
from wamkg.enriching.write import number_of, write_states
from wamkg.identifiers import title_key
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.matching.same_paper import as_known, is_one_by_title
from wamkg.store.base import insert_entities
from wamkg.store.citations import CitationListFetch, linked_titles, unproven_papers
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.papers import SCHEMES, ExternalIdentifier, KnownPaper, papers_by_ids, papers_by_titles
from wamkg.store.tables import Batch
from wamkg.vocabulary import EntityKind, Standing


@dataclass
class ListedPapers:
    """Finds or creates the papers of one page of a list, or of dataset files, which are no paper's list.

    `names` are the fields of new claims. `made` counts new papers, `changed` those with new claims, new ones too.
    """

    session: Session
    batch: Callable[[], Batch]
    fetch: CitationListFetch | None = None
    names: Sequence[str] = CITED_FIELDS
    made: int = 0
    changed: int = 0

    def numbers(self, papers: Sequence[S2Paper]) -> list[int]:
        """The store's number of each paper, in order; new papers are written."""
        finder = _ListedPaperFinder(self.session, self.fetch, papers)
        found = [finder.find(paper) for paper in papers]
        foreign = [finder.ids_of_others(paper, number) for paper, number in zip(papers, found, strict=True)]
        fresh = self._make(finder.fresh)
        numbers = [n if n > 0 else fresh[-n - 1] for n in found]
        self.made = len(fresh)
        self._write(papers, numbers, fresh, foreign)
        return numbers

    def _make(self, count: int) -> list[int]:
        return insert_entities(self.session, EntityKind.PAPER, count, number_of(self.batch())) if count else []

    def _write(
        self, papers: Sequence[S2Paper], numbers: Sequence[int], fresh: Sequence[int], foreign: Sequence[list[str]]
    ) -> None:
        states = {number: PaperClaims(number) for number in fresh}
        states |= load_claims(self.session, set(numbers) - set(fresh))
        for paper, number, others in zip(papers, numbers, foreign, strict=True):
            if _is_only_cited(states[number]) and _same_id(states[number], paper):
                add_cited_paper_claims(states[number], paper, others, self.names)
        self.changed = write_states(self.session, self.batch, states.values())


def _is_only_cited(state: PaperClaims) -> bool:
    """Whether lists may make claims about the paper; library papers have metadata of their own."""
    return state.paper is None or state.paper.standing == Standing.CITED


def _same_id(state: PaperClaims, paper: S2Paper) -> bool:
    """Whether the item is the record that the stored paper was created from, since two records may share a DOI."""
    said = state.said.get("s2", {})
    return not said or any(word.value == paper.s2 for word in said.values())


class _ListedPaperFinder:
    """Finds the paper of each item, among stored ones and earlier ones on the page."""

    def __init__(self, session: Session, fetch: CitationListFetch | None, papers: Sequence[S2Paper]) -> None:
        self.by_id = papers_by_ids(session, {i for paper in papers for i in _ids(paper)})
        # A paper of the library that Semantic Scholar has not answered for may have another paper's id.
        self.unproven = load_claims(session, unproven_papers(session, self.by_id.values()), holding=False)
        self.identity = IdentityAnswers(session)
        unknown = {title_key(p.title) for p in papers if p.title and not any(i in self.by_id for i in _ids(p))}
        self.by_title = papers_by_titles(session, unknown)
        without_id = {title_key(p.title) for p in papers if p.title and not _ids(p)}
        self.linked = linked_titles(session, fetch.kind, fetch.paper, without_id) if fetch else {}
        self.fresh = 0

    def find(self, paper: S2Paper) -> int:
        """Number of the item's paper; negative for a new one."""
        ids = _ids(paper)
        number = self._by_id(ids, paper) if ids else self._by_title(paper)
        self.by_id.update({i: number for i in ids if i not in self.by_id})
        if not ids:
            self.linked[title_key(paper.title or "")] = number
        return number

    def _by_id(self, ids: list[ExternalIdentifier], paper: S2Paper) -> int:
        known = next((self.by_id[i] for i in ids if i in self.by_id), None)
        if known is not None and not self._is_another(known, paper):
            return known
        library = [known for known in self._library(paper) if known.s2 is None]
        return library[0].id if len(library) == 1 else self._new()

    def _is_another(self, known: int, paper: S2Paper) -> bool:
        """Whether an item with the id of a library paper looks like another paper."""
        state = self.unproven.get(known)
        return state is not None and self.identity.check(state, paper.record()).identity is Identity.DIFFERENT

    def ids_of_others(self, paper: S2Paper, number: int) -> list[str]:
        """Schemes of the item's ids that another paper has."""
        return [i.scheme for i in _ids(paper) if self.by_id.get(i, number) != number]

    def _by_title(self, paper: S2Paper) -> int:
        key = title_key(paper.title or "")
        if key in self.linked:
            return self.linked[key]
        library = self._library(paper)
        if len(library) == 1:
            return library[0].id
        cited = [k for k in self._namesakes(paper) if k.standing == Standing.CITED and not (k.s2 or k.arxiv or k.doi)]
        return cited[0].id if cited else self._new()

    def _library(self, paper: S2Paper) -> list[KnownPaper]:
        return [known for known in self._namesakes(paper) if known.standing != Standing.CITED]

    def _namesakes(self, paper: S2Paper) -> list[KnownPaper]:
        """Stored papers that the item can be taken for because of its title."""
        mine = as_known(paper.record())
        return [known for known in self.by_title.get(mine.title_key, ()) if is_one_by_title(mine, known)]

    def _new(self) -> int:
        self.fresh += 1
        return -self.fresh


def _ids(paper: S2Paper) -> list[ExternalIdentifier]:
    """The item's ids; Semantic Scholar's own comes first, because it decides."""
    schemes = sorted(SCHEMES, key=lambda scheme: scheme != "s2")
    return [ExternalIdentifier(scheme, value) for scheme in schemes if (value := getattr(paper, scheme, None))]
