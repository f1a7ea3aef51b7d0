"""Random curating of a real store beside the model: each sequence in a copy of its own, handed back as it was found."""

import re
import shutil
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.helpers.edit_model import Step, replay
from tests.helpers.edit_store import undo
from tests.helpers.random_library import Library
from tests.helpers.store_state import first_model, look, past_survey, survey
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.releases import create_release
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.views.snapshots import open_snapshot

PICK = st.integers(0, 999)
"""Chooses among what there is at that moment."""
REMEMBERED = 2
"""Moments looked back at in a sequence: making a past day takes as long as a dozen steps."""


@dataclass
class Done:
    """A write that was accepted: its batch, what it does to the model, and what it is about."""

    batch: str
    step: Step
    about: frozenset[Any]


@dataclass
class Moment:
    """A release or a time, what the store held then, and whether to look back before all is undone or afterwards."""

    where: dict[str, str]
    then: dict[str, list[tuple[Any, ...]]]
    late: bool


class CuratingMachine(RuleBasedStateMachine):
    """What every kind of write shares; the kinds are in the classes that build on it."""

    library: Library
    folder: Path
    counted: ClassVar[dict[str, int]] = {}

    def begin(self) -> None:
        """Take a copy of the library; the rules call it first."""
        self.store: Store = self.library.fresh()
        shutil.rmtree(self.home, ignore_errors=True)
        self.first = survey(self.store)
        self.base = first_model(self.store)
        self.now = deepcopy(self.base)
        self.done: list[Done] = []
        self.back: list[Moment] = []
        self.made = 0
        self.uids: dict[str, str] = {}
        self.count("sequences")

    def count(self, what: str) -> None:
        """One more of something that a report of the drill tells."""
        self.counted[what] = self.counted.get(what, 0) + 1

    def key(self) -> str:
        """A name in the model that no other thing has or had."""
        self.made += 1
        return f"made {self.made}"

    def pick(self, among: Iterable[Any], pick: int) -> Any:
        """One of what there is."""
        found = sorted(among)
        return found[pick % len(found)]

    def do(self, write: Callable[[], str | None], step: Step, about: frozenset[Any], may: bool = True) -> None:
        """Write to the store what the model says `may` be written, and to the model if the store wrote anything."""
        self.count("writes")
        try:
            batch = write()
        except (ConflictError, InvalidInputError) as error:
            assert not may, f"refused: {error}"
            assert len(str(error)) > 10
            self.count("refused")
            return
        assert may, "accepted"
        if batch is not None:
            self.done.append(Done(batch, step, about))
            step(self.now)

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_newest(self) -> None:
        self.undo(len(self.done) - 1)

    @precondition(lambda self: len(self.done) > 1)
    @rule(pick=PICK)
    def undo_an_older_one(self, pick: int) -> None:
        self.undo(pick % (len(self.done) - 1))

    def undo(self, at: int) -> None:
        """The newest batch can always be taken back, and one that no later one is about; others unless refused, in
        which case a later batch is named. What is left is as if it had never been."""
        chosen, later = self.done[at], self.done[at + 1 :]
        self.count("undos")
        try:
            undo(self.store, chosen.batch)
        except ConflictError as error:
            self.count("undos refused")
            assert any(chosen.about & other.about for other in later), f"needlessly refused: {error}"
            named = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(error))) - {chosen.batch}
            assert named & {other.batch for other in later}, f"no later batch is named: {error}"
            return
        del self.done[at]
        self.now = replay(deepcopy(self.base), [done.step for done in self.done])

    @precondition(lambda self: len(self.back) < REMEMBERED)
    @rule(release=st.booleans(), late=st.booleans())
    def remember(self, release: bool, late: bool) -> None:
        if release:
            name = f"r{len(self.back)}"
            create_release(self.store, self.home, name, "", "ana")
        where = {"release": name} if release else {"as_of": utc_now().isoformat()}
        self.back.append(Moment(where, past_survey(self.store), late))

    @property
    def home(self) -> Path:
        """Where the editions and past days of a sequence are."""
        return self.folder / "home"

    @invariant()
    def what_is_shown_is_what_the_model_shows(self) -> None:
        if hasattr(self, "now"):
            shown, expected = look(self.store), self.now.shown()
            assert shown == expected

    def teardown(self) -> None:
        if hasattr(self, "now"):
            self.look_back(late=False)
            for done in reversed(self.done):
                undo(self.store, done.batch)
            assert survey(self.store) == self.first
            self.look_back(late=True)

    def look_back(self, late: bool) -> None:
        """A release or past day equals the state then."""
        for moment in self.back:
            if moment.late == late:
                self.count("moments looked back at")
                with open_snapshot(self.store, self.home, **moment.where) as past:
                    assert past_survey(past) == moment.then
