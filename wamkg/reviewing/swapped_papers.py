"""Finds stored papers whose sources describe two different papers: a wrong id that was not noticed earlier."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlmodel import Session

from wamkg.identifiers import title_key
from wamkg.importing.identity_gate import RECORD
from wamkg.matching.identity import Identity, IdentityFinding, check_identity
from wamkg.matching.kept_record import kept_record
from wamkg.matching.profiles import profile_of_source
from wamkg.matching.record import Record
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.bulk import chunks
from wamkg.store.lookup import SCHEMES
from wamkg.store.paper_state import PaperState, load_states
from wamkg.store.questions import FETCHED_FROM, NewQuestion, insert_question, questions_of
from wamkg.store.reads_checks import papers_of_several_sources
from wamkg.vocabulary import BatchKind


@dataclass(frozen=True)
class SwappedPaper:
    """A paper whose two sources describe two papers; `other` is the one with the doubtful record."""

    state: PaperState
    source: str
    other: str
    finding: IdentityFinding

    @property
    def slug(self) -> str:
        """The paper's slug."""
        return self.state.paper.slug if self.state.paper else ""

    def __str__(self) -> str:
        return f"{self.other} tells of another paper than {self.source}: {'; '.join(self.finding.reasons)}"


def swapped_papers(session: Session) -> Iterator[SwappedPaper]:
    """Papers of the library that combine two papers because of one id, without those that have a question already."""
    for part in chunks(papers_of_several_sources(session)):
        asked = questions_of(session, part)
        for number, state in load_states(session, part, holding=False).items():
            known = {title_key(question.title) for question in asked.get(number, ())}
            found = next((s for s in _swaps(state) if title_key(_title(state, s.other)) not in known), None)
            if found is not None:
                yield found


def _swaps(state: PaperState) -> Iterator[SwappedPaper]:
    titled = [word for word in state.said.get("title", {}).values() if word.value is not None]
    order = sorted(titled, key=lambda word: (word.source in FETCHED_FROM, word.first))
    for one, other in combinations([word.source for word in order], 2):
        finding = check_identity(profile_of_source(state, one), profile_of_source(state, other))
        if finding.identity is Identity.DIFFERENT:
            yield SwappedPaper(state, one, other, finding)


def _title(state: PaperState, source: str) -> str:
    return str(state.said["title"][source].value)


def ask_about(session: Session, found: list[SwappedPaper]) -> None:
    """Open a question for each, with the doubtful source's values as its record."""
    batch = open_batch(session, BatchKind.EDIT, "doctor", get_actor(session, "doctor"))
    for swapped in found:
        state, source = swapped.state, swapped.other
        record = _record(state, source)
        kept = kept_record(RECORD, Record, record) | {"applied": True}
        reasons = swapped.finding.reasons
        insert_question(session, batch, NewQuestion(state.id, source, _ids(state, source), record.title, kept, reasons))
    close_batch(session, batch, {"questions": len(found)})


def _record(state: PaperState, source: str) -> Record:
    values = {name: words[source].value for name, words in state.said.items() if source in words}
    record = Record(line=0, title=_title(state, source))
    for name in ("abstract", "authors", "year", "venue", *SCHEMES):
        if values.get(name) is not None:
            setattr(record, name, values[name])
    return record


def _ids(state: PaperState, source: str) -> list[str]:
    """Ids that the source shares with others; all its ids if there are none."""
    mine = {scheme: words[source].value for scheme in SCHEMES if source in (words := state.said.get(scheme, {}))}
    given = {scheme: value for scheme, value in mine.items() if value is not None}
    shared = {
        scheme: value
        for scheme, value in given.items()
        if any(word.value == value for name, word in state.said[scheme].items() if name != source)
    }
    return [f"{scheme}:{value}" for scheme, value in (shared or given).items()]
