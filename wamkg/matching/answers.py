"""People's answers about records and ids, which later imports and enrichment must respect."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlmodel import Session

from wamkg.identifiers import arxiv_id, title_key
from wamkg.matching.identity import Identity, IdentityFinding, check_identity
from wamkg.matching.kept_record import kept_values
from wamkg.matching.profiles import profile_of_record, profile_of_state
from wamkg.matching.record import Record
from wamkg.matching.same_paper import ids_of
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.papers import SCHEMES
from wamkg.store.questions import answered_questions
from wamkg.store.tables import IdentityQuestion
from wamkg.vocabulary import QuestionStatus

REFUSED = (QuestionStatus.WRONG_ID, QuestionStatus.WRONG_RECORD)


@dataclass(frozen=True)
class Settled:
    """A record without the ids that were answered to be wrong, its paper if an answer determines it, and the papers
    that answers rule out.
    """

    record: Record
    paper: int | None = None
    ruled_out: frozenset[int] = frozenset()


@dataclass
class IdentityAnswers:
    """All answered questions, prepared to be applied to records."""

    session: Session
    _states: dict[int, PaperClaims] = field(default_factory=dict)

    @cached_property
    def _answered(self) -> list[IdentityQuestion]:
        return answered_questions(self.session)

    @cached_property
    def _renamed(self) -> set[tuple[int, str]]:
        return {(q.paper_id, title_key(q.title)) for q in self._answered if q.status == QuestionStatus.RENAMED}

    def is_refused(self, state: PaperClaims, record: Record) -> bool:
        """Whether a person answered that a record is not this paper, or that one of its ids belongs to another
        paper.
        """
        titled = {(q.paper_id, title_key(q.title)) for q in self._answered if q.status in REFUSED}
        ids = ((i.scheme, i.value) for i in ids_of(record))
        return (state.id, title_key(record.title)) in titled or any(i in state.wrong_ids for i in ids)

    def is_accepted(self, state: PaperClaims, record: Record) -> bool:
        """Whether a person answered that a record with this title is the paper."""
        return (state.id, title_key(record.title)) in self._renamed

    def check(self, state: PaperClaims, record: Record) -> IdentityFinding:
        """Check whether a record describes the paper. A person's answer decides."""
        finding = check_identity(profile_of_state(state), profile_of_record(record))
        if finding.identity is Identity.DIFFERENT and self.is_accepted(state, record):
            return IdentityFinding(Identity.RENAMED)
        return finding

    def settle(self, record: Record) -> Settled:
        """Apply people's answers to a record; each removed id is reported in its doubts."""
        ids = {f"{i.scheme}:{i.value}" for i in ids_of(record)}
        ruled_out: set[int] = set()
        for question in self._about(record, ids):
            titled = _is_titled(record, question.title)
            if titled and question.status == QuestionStatus.RENAMED:
                return Settled(record, question.paper_id)
            if titled:
                ruled_out.add(question.paper_id)
            if titled and question.status == QuestionStatus.WRONG_RECORD:
                record = without_ids(record, question.ids)
            elif question.status == QuestionStatus.WRONG_ID and self._is_paper(record, question):
                return Settled(without_ids(record, question.wrong_ids), question.paper_id)
        return Settled(record, ruled_out=frozenset(ruled_out))

    def _about(self, record: Record, ids: set[str]) -> Iterator[IdentityQuestion]:
        """Answered questions about a record: an id is common, or neither has one and title and authors are equal."""
        for question in self._answered:
            kept = kept_values(question.record)
            named = {*question.ids, *question.wrong_ids, *(f"{s}:{kept[s]}" for s in SCHEMES if kept.get(s))}
            is_same_text = _is_titled(record, question.title) and record.authors == kept.get("authors", [])
            if ids & named or (not ids and not named and is_same_text):
                yield question

    def _is_paper(self, record: Record, question: IdentityQuestion) -> bool:
        if title_key(record.title) == title_key(question.title):
            return False
        known = question.paper_id
        if known not in self._states:
            self._states |= load_claims(self.session, [known], holding=False)
        found = check_identity(profile_of_state(self._states[known]), profile_of_record(record))
        return found.identity is not Identity.DIFFERENT


def _is_titled(record: Record, title: str) -> bool:
    return title_key(record.title) == title_key(title)


def without_ids(record: Record, wrong: Iterable[str]) -> Record:
    """The record without these ids (scheme:value), and without URLs and dates derived from them."""
    changes: dict[str, Any] = {}
    dropped = []
    for text in wrong:
        scheme, _, value = text.partition(":")
        if getattr(record, scheme, None) == value:
            changes[scheme] = None
            dropped.append(text)
    if not dropped:
        return record
    changes["dates"] = {kind: when for kind, when in record.dates.items() if kind not in record.derived_dates}
    changes["derived_dates"] = frozenset[str]()
    if record.url and leads_to(record.url, dropped):
        changes["url"] = None
    changes["links"] = {kind: url for kind, url in record.links.items() if not leads_to(url, dropped)}
    doubts = [f"{text} is not taken: a person said that it is another paper's" for text in dropped]
    return replace(record, **changes, doubts=[*record.doubts, *doubts])


def ids_in_common(state: PaperClaims, record: Record) -> list[str]:
    """Ids (scheme:value) that a record shares with its paper."""
    mine = {(scheme, word.value) for scheme in SCHEMES for word in state.said.get(scheme, {}).values()}
    mine |= {(scheme, getattr(state.paper, scheme, None)) for scheme in SCHEMES}
    given = ids_of(record)
    # One that finds the paper and that nobody gives now is a former id; which one it was does not matter.
    return [f"{i.scheme}:{i.value}" for i in given if (i.scheme, i.value) in mine] or [
        f"{i.scheme}:{i.value}" for i in given
    ]


def leads_to(url: str, ids: Iterable[str]) -> bool:
    """Whether a URL belongs to one of these ids (scheme:value)."""
    number = arxiv_id(url)
    return any(text == f"arxiv:{number}" or text.partition(":")[2] in url.lower() for text in ids)
