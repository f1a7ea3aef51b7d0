"""Random writes about methods, benchmarks and results, by hand."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import Session

from tests.helpers import edit_steps as steps
from tests.helpers.paper_rules import PaperRules
from tests.helpers.random_edits import PICK
from wamkg.reviewing.entity_edits import add_item, edit_entity

NAMES = st.sampled_from(["Alpha", "Beta", "Gamma", "Delta"])
VALUES = st.sampled_from([1.0, 2.0, 3.0])


class ThingRules(PaperRules):
    """Writes about what is no paper; each is named by its present name where that means one only."""

    def _named(self, kind: str, pick: int) -> tuple[str, str]:
        """Key and present name of a thing that no other shares its names with."""
        keys = [key for key, thing in self.now.things.items() if thing.kind == kind]
        assume(keys)
        key = self.pick(keys, pick)
        name = self.now.things[key].names[-1]
        assume(not any(name in self.now.things[other].names for other in keys if other != key))
        return key, name

    @rule(kind=st.sampled_from(["method", "benchmark"]), name=NAMES)
    def add_a_thing(self, kind: str, name: str) -> None:
        key = self.key()
        self.do(
            lambda: self.writing(lambda s, ana: add_item(s, ana, kind, {"name": name})),
            steps.add_thing(key, kind, name), steps.slots(key), may=self.now.find(kind, name) is None,
        )  # fmt: skip

    @rule(kind=st.sampled_from(["method", "benchmark"]), pick=PICK, name=NAMES)
    def rename_a_thing(self, kind: str, pick: int, name: str) -> None:
        key, present = self._named(kind, pick)
        taken = any(t.kind == kind and k != key and name in t.names for k, t in self.now.things.items())
        assume(not (taken and name in self.now.things[key].names))
        self.do(
            lambda: self.writing(lambda s, ana: edit_entity(s, ana, f"{kind}:{present}", {"name": name})),
            steps.rename_thing(key, name), steps.slots(key), may=not taken,
        )  # fmt: skip

    @precondition(lambda self: self.now.things)
    @rule(method=PICK, benchmark=PICK, value=VALUES)
    def add_a_result(self, method: int, benchmark: int, value: float) -> None:
        (m, m_name), (b, b_name) = self._named("method", method), self._named("benchmark", benchmark)
        key, values = self.key(), {"method": m_name, "benchmark": b_name, "value": value}
        known = {(s.method, s.benchmark, s.value, s.printed) for s in self.now.scores.values()}

        def write(session: Session, ana: Any) -> Any:
            made = add_item(session, ana, "result", values)
            self.uids[key] = made.subject
            return made

        self.do(
            lambda: self.writing(write), steps.add_score(key, m, b, value), steps.slots(key, m, b),
            may=(m, b, value, m_name) not in known,
        )  # fmt: skip

    @precondition(lambda self: self.now.scores)
    @rule(pick=PICK, value=VALUES)
    def set_a_result(self, pick: int, value: float) -> None:
        key = self.pick(self.now.scores, pick)
        self.do(
            lambda: self.writing(lambda s, ana: edit_entity(s, ana, self.uids[key], {"value": value})),
            steps.set_score(key, value), steps.slots(key),
        )  # fmt: skip
