"""Random curating of a real store beside the model; the store is handed back as it was found."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import curating_model as model
from tests.curating_store import fill, say, undo
from tests.store_dump import dump
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.releases import create_release
from wamkg.identifiers import new_uid
from wamkg.reviewing.edit import set_values
from wamkg.store.batches import get_actor
from wamkg.store.reads_details import paper_rows
from wamkg.store.rows import LEFT_OUT
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy, list_taxa, live_assignments
from wamkg.store.types import utc_now
from wamkg.taxonomy.apply import run_edit
from wamkg.taxonomy.edit import Part, TaxonEdit
from wamkg.views.past import open_past
from wamkg.vocabulary import AssignmentState

NUMBERS = range(5)
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
NOTES = st.sampled_from(["one", "two", "three"])
PICK = st.integers(0, 999)
"""Chooses among what there is at that moment."""
REMEMBERED = 2
"""Moments looked back at after each sequence: making a past day takes as long as a dozen steps."""


def paper_id(number: int) -> str:
    """Public id of a paper of the model."""
    return f"arxiv:2501.1000{number}"


def look(store: Store) -> dict[str, Any]:
    """What the store shows of the model's papers and of the tree."""
    with store.reading() as session:
        taxonomy = get_taxonomy(session, "wam")
        taxa = {taxon.path: taxon.name for taxon in list_taxa(session, taxonomy)}
        places: dict[int, list[tuple[bool, str]]] = {}
        for a, taxon in live_assignments(session, taxonomy):
            where = taxon.path if taxon and a.state == AssignmentState.PLACED else a.state
            places.setdefault(a.paper_id, []).append((not a.primary, where))
        rows = paper_rows(session, _numbers(session), texts=False)
        papers = {
            int(row.arxiv[-1]): (row.note, [where for _, where in sorted(places.get(number, []))])
            for number, row in rows.items()
            if row.arxiv and row.arxiv.startswith("2501.1000")
        }
    return {"papers": papers, "taxa": taxa}


def _numbers(session: Any) -> list[int]:
    from wamkg.store.reads_details import listed_numbers

    return listed_numbers(session)


def survey(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the survey but the record of what happened."""
    return {table: rows for table, rows in dump(store).items() if table not in LEFT_OUT}


class Curating(RuleBasedStateMachine):
    """One random sequence of imports, edits, decisions, taxonomy edits, undos and looks back."""

    store: Store
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.first = survey(self.store)
        seen = look(self.store)
        self.base = model.Model(taxa=_keyed(seen["taxa"]))
        self.now = deepcopy(self.base)
        self.done: list[tuple[str, model.Step]] = []
        self.back: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.made = 0

    def _do(self, write: Callable[[], str | None], step: model.Step) -> None:
        try:
            batch = write()
        except (ConflictError, InvalidInputError):
            return
        if batch is not None:
            self.done.append((batch, step))
            step(self.now)

    def _taxon(self, pick: int) -> str:
        return sorted(self.now.taxa)[pick % len(self.now.taxa)]

    def _paper(self, pick: int) -> int:
        return sorted(self.now.papers)[pick % len(self.now.papers)]

    def _edit(self, step: model.Step, operation: str, **values: Any) -> None:
        edit = TaxonEdit(operation=operation, **values)
        self._do(lambda: run_edit(self.store, "wam", edit, "ana").batch, step)

    def _key(self) -> str:
        self.made += 1
        return f"made {self.made}"

    @rule(number=st.sampled_from(NUMBERS), note=st.none() | NOTES, pick=st.none() | PICK)
    def read_a_list(self, number: int, note: str | None, pick: int | None) -> None:
        taxon = None if pick is None or number in self.now.papers else self._taxon(pick)
        line: dict[str, Any] = {"title": f"Paper number {number} about robots", "arxiv": f"2501.1000{number}"}
        line |= {"note": note} if note else {}
        line |= {"taxa": {"wam": self.now.path(taxon)}} if taxon else {}
        self._do(lambda: fill(self.store, self.folder, line).batch, model.add_paper(number, note, taxon))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, note=NOTES)
    def set_a_value(self, pick: int, note: str) -> None:
        number = self._paper(pick)

        def write() -> str | None:
            with self.store.writing() as session:
                return set_values(session, get_actor(session, "ana", "person"), paper_id(number), {"note": note}).batch

        self._do(write, model.say_note(number, note))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, taxa=st.lists(PICK, min_size=1, max_size=2, unique=True), by=st.sampled_from(["ana", "bo"]))
    def accept(self, pick: int, taxa: list[int], by: str) -> None:
        number, keys = self._paper(pick), list(dict.fromkeys(self._taxon(p) for p in taxa))
        first, *also = [self.now.path(key) for key in keys]
        self._do(
            lambda: say(self.store, paper_id(number), "accept", first, by, also=tuple(also)).batch,
            model.place(number, keys, None),
        )

    @precondition(lambda self: self.now.papers)
    @rule(
        pick=PICK, verdict=st.sampled_from([("outside", "outside"), ("unsure", "undecided"), ("not-applicable",) * 2])
    )
    def place_nowhere(self, pick: int, verdict: tuple[str, str]) -> None:
        number = self._paper(pick)
        self._do(lambda: say(self.store, paper_id(number), verdict[0]).batch, model.place(number, [], verdict[1]))

    @precondition(lambda self: self.now.papers)
    @rule(pick=PICK, taxon=PICK)
    def reject(self, pick: int, taxon: int) -> None:
        number, path = self._paper(pick), self.now.path(self._taxon(taxon))
        self._do(lambda: say(self.store, paper_id(number), "reject", path).batch, model.nothing)

    @rule(pick=PICK, name=st.sampled_from(NAMES))
    def add_taxon(self, pick: int, name: str) -> None:
        parent = self._taxon(pick)
        self._edit(model.add_taxon(self._key(), parent, name), "add", parent=self.now.path(parent), name=name)

    @rule(pick=PICK, name=st.sampled_from(NAMES))
    def rename(self, pick: int, name: str) -> None:
        key = self._taxon(pick)
        self._edit(model.rename(key, name), "rename", taxon=self.now.path(key), name=name)

    @rule(pick=PICK, other=PICK)
    def move(self, pick: int, other: int) -> None:
        key, parent = self._taxon(pick), self._taxon(other)
        self._edit(model.move(key, parent), "move", taxon=self.now.path(key), parent=self.now.path(parent))

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        key, into = self._taxon(pick), self._taxon(other)
        self._edit(model.merge(key, into), "merge", taxon=self.now.path(key), into=self.now.path(into))

    @rule(pick=PICK, other=PICK)
    def delete(self, pick: int, other: int) -> None:
        key, into = self._taxon(pick), self._taxon(other)
        self._edit(model.merge(key, into), "delete", taxon=self.now.path(key), into=self.now.path(into))

    @rule(pick=PICK, how=st.lists(st.booleans(), max_size=3))
    def split(self, pick: int, how: list[bool]) -> None:
        key = self._taxon(pick)
        here = [n for n, paper in sorted(self.now.papers.items()) if any(k == key for k, _ in paper.places)]
        parts = {self._key(): "Left", self._key(): "Right"}
        going = {n: list(parts)[right] for n, right in zip(here, how, strict=False)}
        self._edit(
            model.split(key, parts, going), "split", taxon=self.now.path(key),
            parts=tuple(Part(name=name) for name in parts.values()),
            papers={paper_id(n): parts[part].lower() for n, part in going.items()},
        )  # fmt: skip

    @precondition(lambda self: self.done)
    @rule(pick=st.just(0) | PICK)
    def undo(self, pick: int) -> None:
        """The newest batch always can be taken back; an older one, unless it is refused, as if it had never been."""
        at = len(self.done) - 1 - pick % len(self.done)
        try:
            undo(self.store, self.done[at][0])
        except ConflictError:
            assert at < len(self.done) - 1, "the newest batch could not be taken back"
            return
        del self.done[at]
        self.now = deepcopy(self.base)
        for _, step in self.done:
            step(self.now)

    @precondition(lambda self: len(self.back) < REMEMBERED)
    @rule(release=st.booleans())
    def remember(self, release: bool) -> None:
        if release:
            name = f"r{new_uid()}"
            create_release(self.store, self.folder, name, "", "ana")
        moment: datetime = utc_now()
        self.back.append(({"release": name} if release else {"as_of": moment.isoformat()}, survey(self.store)))

    @invariant()
    def what_is_shown_is_what_the_model_shows(self) -> None:
        if hasattr(self, "now"):
            assert look(self.store) == self.now.shown()

    def teardown(self) -> None:
        if not hasattr(self, "now"):
            return
        for where, then in self.back:
            with open_past(self.store, self.folder, **where) as past:
                assert survey(past) == then
        for batch, _ in reversed(self.done):
            undo(self.store, batch)
        assert survey(self.store) == self.first
        for where, then in self.back:
            with open_past(self.store, self.folder, **where) as past:
                assert survey(past) == then


def _keyed(taxa: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """Taxa by the path they had at first."""
    return {path: (path.rpartition("/")[0], path.rpartition("/")[2], name) for path, name in taxa.items()}


def curate_at_random(store: Store, folder: Path, sequences: int, steps: int, **how: Any) -> None:
    """Run random sequences over one store, each of which leaves it as it was."""
    machine = type("Curating", (Curating,), {"store": store, "folder": folder})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=sequences, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), **how,
        ),
    )  # fmt: skip
