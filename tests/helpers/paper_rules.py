"""Random writes about papers: lists, values by hand, enrichment, decisions, objections, duplicates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import func
from sqlmodel import Session, col, select

from tests.helpers import edit_steps as steps
from tests.helpers.edit_model import Word
from tests.helpers.edit_store import say
from tests.helpers.random_edits import PICK, CuratingMachine
from tests.helpers.store_state import PREFIX, paper_id
from wamkg.identifiers import new_uid
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.claims import assert_value as say_of
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.decision_merge import import_decisions
from wamkg.reviewing.decisions import DecisionResult
from wamkg.reviewing.duplicates import record_judgement
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.objections import (
    ObjectionDraft,
    ObjectionOutcome,
    answer_objection,
    close_objection,
    raise_objection,
)
from wamkg.reviewing.paper_edits import set_values
from wamkg.reviewing.paper_merge import Merge, merge_papers
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.claims import load_claims, write_papers
from wamkg.store.papers import find_paper
from wamkg.store.tables import Batch
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind

NUMBERS = st.integers(0, 4)
WORDS = st.sampled_from(["one", "two", "three"])
PEOPLE = st.sampled_from(["ana", "bo"])
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
VERDICTS = {"outside": "outside", "unsure": "undecided", "not-applicable": "not-applicable"}
SAID = st.fixed_dictionaries({}, optional={"note": WORDS, "url": WORDS.map(lambda word: f"https://{word}.example")})


class PaperRules(CuratingMachine):
    """Writes about the papers numbered 0 to 4."""

    def writing(self, write: Callable[[Session, Any], Any], by: str = "ana") -> str | None:
        """One transaction of a person; gives the batch."""
        with self.store.writing() as session:
            batch: str | None = write(session, get_actor(session, by, "person")).batch
        return batch

    def standing(self, taxa: list[str]) -> frozenset[Any]:
        """Taxa and those above them: what happens to these happens to who stands there."""
        return frozenset(above for key in taxa for above in self.now.above(key))

    @initialize(numbers=st.sets(NUMBERS, max_size=4))
    def begin_with(self, numbers: set[int]) -> None:
        """Some papers are known from the start, so that there is something to judge and to merge."""
        self.begin()
        for number in sorted(numbers):
            self.read(number, "one", {}, None)

    @rule(number=NUMBERS, source=st.sampled_from(["one", "two"]), said=SAID, pick=st.none() | PICK)
    def read_a_list(self, number: int, source: str, said: dict[str, str], pick: int | None) -> None:
        assume(number in self.now.whole)
        taxon = None if pick is None or number in self.now.papers else self.pick(self.now.taxa, pick)
        self.read(number, source, said, taxon)

    def read(self, number: int, source: str, said: dict[str, str], taxon: str | None) -> None:
        """Import a list of one paper."""
        line: dict[str, Any] = self._line(number, said)
        line |= {"taxa": {"wam": self.now.path(taxon)}} if taxon else {}
        file = self.folder / f"{source}.jsonl"
        file.write_bytes(orjson.dumps(line))
        self.do(
            lambda: import_source(self.store, str(file), ImportOptions()).batch,
            steps.add_paper(number, f"list:{source}", said, taxon),
            steps.slots(number) | self.standing([taxon] if taxon else []),
        )

    def _line(self, number: int, said: dict[str, str]) -> dict[str, str]:
        names = {"authors": [f"Author {number % 2}", "Everybody"], "venue": f"Venue {number % 3}"}
        names |= {"doi": f"10.5555/robots.{number}"} if number % 2 else {}
        return {"title": f"Paper number {number} about robots", "arxiv": f"{PREFIX}{number}", **names, **said}

    @rule(number=NUMBERS, said=SAID)
    def add_by_hand(self, number: int, said: dict[str, str]) -> None:
        assume(number in self.now.whole)
        self.do(
            lambda: self.writing(lambda s, ana: add_item(s, ana, "paper", self._line(number, said))),
            steps.add_paper(number, "person", said, None), steps.slots(number), may=number not in self.now.papers,
        )  # fmt: skip

    def _set(self, number: int, name: str, value: str | None, step: steps.Step, *about: Any) -> None:
        self.do(
            lambda: self.writing(lambda s, ana: set_values(s, ana, paper_id(number), {name: value})),
            step, steps.slots(number, *about),
        )  # fmt: skip

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, said=SAID.filter(bool), empty=st.booleans())
    def set_a_value(self, pick: int, said: dict[str, str], empty: bool) -> None:
        number, (name, value) = self.pick(self.now.papers, pick), min(said.items())
        given = None if empty else value
        self._set(number, name, given, steps.say(number, "person", name, given))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, word=st.none() | WORDS)
    def set_code(self, pick: int, word: str | None) -> None:
        number, url = self.pick(self.now.papers, pick), f"https://{word}.example/code" if word else None
        self._set(number, "links.code", url, steps.set_code(number, url))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, name=WORDS)
    def set_method(self, pick: int, name: str) -> None:
        number = self.pick(self.now.papers, pick)
        key = self.now.papers[number].method or self.key()
        self._set(number, "method", name.title(), steps.set_method(number, key, name.title()), key)

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, source=st.sampled_from(["s2", "publisher:crossref"]), said=SAID.filter(bool))
    def enrich(self, pick: int, source: str, said: dict[str, str]) -> None:
        number, (name, value) = self.pick(self.now.papers, pick), min(said.items())
        new = self.now.papers[number].said.get(name, {}).get(source) != value
        assume(new)

        def write() -> str:
            with self.store.writing() as session:
                batch = open_batch(session, BatchKind.ENRICH, source, get_actor(session, "enrich"))
                paper = find_paper(session, paper_id(number)).id or 0
                state = load_claims(session, [paper])[paper]
                say_of(state, name, value, source)
                write_papers(session, batch.id or 0, batch.actor_id, [state], [resolved_values(state)])
                close_batch(session, batch, {"values": 1})
            return batch.uid

        self.do(write, steps.say(number, source, name, value), steps.slots(number))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, taxa=st.lists(PICK, min_size=1, max_size=2, unique=True), by=PEOPLE)
    def accept(self, pick: int, taxa: list[int], by: str) -> None:
        number = self.pick(self.now.papers, pick)
        keys = list(dict.fromkeys(self.pick(self.now.taxa, p) for p in taxa))
        first, *also = [self.now.path(key) for key in keys]
        nested = any(key in self.now.above(other) for key in keys for other in keys if key != other)
        word = self.word(by, keys)
        self.do(
            lambda: self.said(word, say(self.store, paper_id(number), "accept", first, by, also=tuple(also))),
            steps.decide(number, word), steps.slots(number) | self.standing(keys), may=not nested,
        )  # fmt: skip

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, verdict=st.sampled_from(sorted(VERDICTS)), by=PEOPLE)
    def place_nowhere(self, pick: int, verdict: str, by: str) -> None:
        number = self.pick(self.now.papers, pick)
        word = self.word(by, [], VERDICTS[verdict])
        self.do(
            lambda: self.said(word, say(self.store, paper_id(number), verdict, by=by)),
            steps.decide(number, word), steps.slots(number),
        )  # fmt: skip

    def word(self, by: str, taxa: list[str], state: str | None = None, age: str = "now") -> Word:
        """A decision as the model knows it."""
        key = self.key()
        return Word(f"{age} {self.made:06}", key, by, frozenset(), tuple(taxa), state)

    def said(self, word: Word, made: DecisionResult) -> str:
        """Remember the id of a decision; gives its batch."""
        self.uids[word.uid] = made.decision
        return made.batch

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, where=st.sampled_from(sorted(VERDICTS)) | PICK, late=st.booleans(), knows=st.booleans())
    def merge_a_decision(self, pick: int, where: str | int, late: bool, knows: bool) -> None:
        """A line of another copy's decisions, made lately or long ago, with or without knowing those here."""
        number = self.pick(self.now.papers, pick)
        taxa = [] if isinstance(where, str) else [self.pick(self.now.taxa, where)]
        verdict, state = (where, VERDICTS[where]) if isinstance(where, str) else ("accept", None)
        knew = frozenset(w.uid for w in self.now.papers[number].words) if knows and late else frozenset()
        word = replace(self.word("cy", taxa, state, "now" if late else "long ago"), knew=knew)
        self.uids[word.uid] = new_uid()
        line = {
            "id": self.uids[word.uid], "by": word.by, "paper": {"arxiv": f"{PREFIX}{number}"}, "taxonomy": "wam",
            "at": (utc_now() if late else LONG_AGO + timedelta(self.made)).isoformat(), "verdict": verdict,
            "taxa": [{"path": self.now.path(key)} for key in taxa], "replaces": sorted(map(self.uids.get, knew)),
        }  # fmt: skip
        file = self.folder / "decisions.jsonl"
        file.write_bytes(orjson.dumps(line))
        with self.store.writing() as session:
            before = session.exec(select(func.max(col(Batch.id)))).one()
            report = import_decisions(session, file, get_actor(session, "ana", "person"))
            batch = session.exec(select(Batch.uid).where(col(Batch.id) > before)).one()
        assert report.new == 1 and not report.unreadable
        self.do(lambda: batch, steps.bring_word(number, word), steps.slots(number) | self.standing(taxa))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, taxon=PICK)
    def reject(self, pick: int, taxon: int) -> None:
        number, key = self.pick(self.now.papers, pick), self.pick(self.now.taxa, taxon)
        self.do(
            lambda: say(self.store, paper_id(number), "reject", self.now.path(key)).batch,
            steps.needs(number, key), steps.slots(number) | self.standing([key]),
        )  # fmt: skip

    @precondition(lambda self: len(self.now.papers) > 1)
    @rule(pick=PICK, other=PICK, verdict=st.sampled_from(["same", "different", "unsure"]))
    def judge(self, pick: int, other: int, verdict: str) -> None:
        one = self.pick(self.now.papers, pick)
        pair = tuple(sorted((one, self.pick(self.now.papers.keys() - {one}, other))))
        ids = (paper_id(pair[0]), paper_id(pair[1]))
        self.do(
            lambda: self.writing(lambda s, ana: record_judgement(s, ana, ids, verdict)),
            steps.judge(pair, verdict), steps.slots("judged", *pair), may=self.now.may_judge(pair, verdict),
        )  # fmt: skip

    @precondition(lambda self: len(self.now.papers) > 1)
    @rule(pick=PICK, other=PICK, prefer=st.sampled_from(["keep", "other"]))
    def merge_papers(self, pick: int, other: int, prefer: str) -> None:
        keep = self.pick(self.now.papers, pick)
        gone = self.pick(self.now.papers.keys() - {keep}, other)
        pair = (min(keep, gone), max(keep, gone))
        wanted = Merge(
            keep=paper_id(keep), other=paper_id(gone), prefer=prefer, although_dois_differ=True, although_unlike=True
        )
        self.count("merges")
        self.do(
            lambda: self.writing(lambda s, ana: merge_papers(s, ana, wanted)),
            steps.join(keep, gone, prefer), self._around(keep, gone),
            may=self.now.judged.get(pair) != "different" and self.now.may_judge(pair, "same"),
        )  # fmt: skip

    def _around(self, *numbers: int) -> frozenset[Any]:
        """Papers, and what stands in relation to them."""
        papers = [self.now.papers[number] for number in numbers]
        methods = {paper.method for paper in papers}
        scores = {key for key, score in self.now.scores.items() if score.method in methods}
        thirds = {number for pair in self.now.judged if {*numbers} & {*pair} for number in pair}
        disputes = {key for key, dispute in self.now.disputes.items() if dispute.paper in numbers}
        return steps.slots("judged", *numbers, *methods, *scores, *thirds, *disputes) | self.standing(
            [key for paper in papers for key, _ in paper.places]
        )

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, claimed=st.sampled_from(steps.STATES) | PICK, by=PEOPLE)
    def dispute(self, pick: int, claimed: str | int, by: str) -> None:
        number = self.pick(self.now.papers, pick)
        claim = claimed if isinstance(claimed, str) else self.pick(self.now.taxa, claimed)
        paper, key = self.now.papers[number], self.key()
        stands = paper.state or next((k for k, primary in paper.places if primary), None)
        again = any(
            (d.paper, d.claimed, d.by, d.is_open) == (number, claim, by, True) for d in self.now.disputes.values()
        )
        path = claim if claim in steps.STATES else self.now.path(claim)

        def write(session: Session, ana: Any) -> Any:
            made = raise_objection(session, ana, ObjectionDraft(paper=paper_id(number), proposed=path, raised_by=by))
            self.uids[key] = made.objection
            return made

        about = steps.slots(number, key) | self.standing([k for k in (claim, stands) if k in self.now.taxa])
        self.do(
            lambda: self.writing(write), steps.raise_dispute(key, number, claim, by), about,
            may=stands not in (None, claim) and not again,
        )  # fmt: skip

    @precondition(lambda self: self.now.disputes)
    @rule(pick=PICK, status=st.sampled_from(["answered", "accepted", "rejected", "withdrawn"]))
    def end_dispute(self, pick: int, status: str) -> None:
        key = self.pick(self.now.disputes, pick)
        dispute = self.now.disputes[key]
        paper, claim = self.now.papers[dispute.paper], dispute.claimed
        assume(key in self.uids and (claim in steps.STATES or claim in self.now.taxa))
        stands = paper.state or next((k for k, primary in paper.places if primary), None)

        def write(session: Session, ana: Any) -> Any:
            if status == "answered":
                return answer_objection(session, ana, self.uids[key], "an answer")
            made = close_objection(session, ana, self.uids[key], ObjectionOutcome(outcome=status, answer="why"))
            self.uids[word.uid] = made.decision or ""
            return made

        word = self.word("ana", [], claim) if claim in steps.STATES else self.word("ana", [claim])
        moves = word if status == "accepted" and stands != claim else None
        about = steps.slots(dispute.paper, key) | self.standing([k for k in (claim, stands) if k in self.now.taxa])
        self.do(
            lambda: self.writing(write),
            steps.end_dispute(key, status, moves), about, may=dispute.is_open,
        )  # fmt: skip
