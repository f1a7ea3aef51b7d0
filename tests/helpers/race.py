"""Many people curating one store at once, and what must hold afterwards."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from sqlmodel import col, select

from tests.helpers.edit_store import say, undo
from wamkg.errors import ConflictError
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import get_actor, uid_of_row
from wamkg.store.decisions import decision_rows, live_of
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Change, Paper, Taxon
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxa
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit

RENAMED = ("joint/autoregressive", "joint/diffusion", "cascaded/implicit")
"""Taxa that are renamed to and fro; all others keep their paths, and these are found under the old ones."""
PLACES = ("joint", "cascaded", *RENAMED)


@dataclass
class Log:
    """What one writer did: accepted batches with what they say, those taken back, and the refusals' words."""

    accepted: dict[str, str] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass
class Writer:
    """One person with a connection of their own, seeing what was there a moment ago."""

    store: Store
    name: str
    papers: list[str]
    chance: random.Random
    log: Log = field(default_factory=Log)

    def write(self) -> None:
        """One write of some kind; a refusal is kept with its reason."""
        kinds: list[Callable[[], None]] = [self.decide, self.decide, self.set, self.rename, self.take_back]
        try:
            self.chance.choice(kinds)()
        except ConflictError as error:
            self.log.refused.append(str(error))

    def _seen(self) -> tuple[str, int]:
        paper = self.chance.choice(self.papers)
        with self.store.reading() as session:
            return paper, find_paper(session, paper).revision

    def decide(self) -> None:
        paper, version = self._seen()
        taxon = self.chance.choice(PLACES)
        made = say(self.store, paper, "accept", taxon, self.name, revision=version)
        self.log.accepted[made.batch] = "decision"

    def set(self) -> None:
        paper, version = self._seen()
        note = f"{self.name} {self.chance.random()}"
        with self.store.writing() as session:
            made = set_values(session, get_actor(session, self.name, "person"), paper, {"note": note}, "", version)
        assert made.batch is not None
        self.log.accepted[made.batch] = note

    def rename(self) -> None:
        with self.store.reading() as session:
            taxonomy = get_taxonomy(session, "wam")
            taxon, version = find_taxon(session, taxonomy, self.chance.choice(RENAMED)).path, taxonomy.revision
        name = f"Name {self.chance.randrange(10**9)}"
        edit = TaxonEdit(operation="rename", taxon=taxon, name=name, slug=taxon.rpartition("/")[2], revision=version)
        batch = run_edit(self.store, "wam", edit, self.name).batch
        assert batch is not None
        self.log.accepted[batch] = name

    def take_back(self) -> None:
        mine = [batch for batch in self.log.accepted if batch not in self.log.undone]
        if mine:
            chosen = self.chance.choice(mine[-3:])
            undo(self.store, chosen)
            self.log.undone.append(chosen)


@dataclass(frozen=True)
class Race:
    """How many processes of how many writers each write for so many seconds, or so many times each."""

    processes: int
    writers: int
    seconds: float = 0.0
    writes: int = 0

    def goes_on(self, made: int, began: float) -> bool:
        """Whether a writer writes once more."""
        return made < self.writes if self.writes else time.monotonic() < began + self.seconds


def race(url: str, papers: list[str], plan: Race) -> list[Log]:
    """Let the writers of all processes write at once; gives the log of each."""
    command = [sys.executable, "-m", "tests.helpers.race"]
    asked = [{"url": url, "papers": papers, "first": n * plan.writers, **asdict(plan)} for n in range(plan.processes)]
    folder = Path(__file__).parents[2]
    running = [
        subprocess.Popen([*command, orjson.dumps(values).decode()], cwd=folder, stdout=subprocess.PIPE)
        for values in asked
    ]
    answers = [process.communicate()[0] for process in running]
    assert not any(process.returncode for process in running)
    return [Log(**log) for answer in answers for log in orjson.loads(answer)]


def _write_in_this_process(url: str, papers: list[str], first: int, **plan: float) -> list[Log]:
    asked = Race(**plan)  # type: ignore[arg-type]

    def write(number: int) -> Log:
        store = Store(url)
        writer = Writer(store, f"writer {number}", papers, random.Random(number))
        made, began = 0, time.monotonic()
        while asked.goes_on(made, began):
            writer.write()
            made += 1
        store.close()
        return writer.log

    with ThreadPoolExecutor(asked.writers) as pool:
        return list(pool.map(write, range(first, first + asked.writers)))


def check_accepted(store: Store, logs: list[Log]) -> None:
    """Every accepted write is there once, every refused one was told why, nothing else was written."""
    with store.reading() as session:
        batches = {batch.uid: batch for batch in session.exec(select(Batch))}
        changes: dict[int, list[Change]] = {}
        for change in session.exec(select(Change).where(~col(Change.field).startswith("re"))):
            changes.setdefault(change.batch_id, []).append(change)
    for log in logs:
        for uid, said in log.accepted.items():
            batch = batches[uid]
            rows = changes[batch.id or 0]
            assert (batch.undone_at is not None) == (uid in log.undone)
            decisions = [row for row in rows if row.field == "decision:wam"]
            assert len(decisions) == 1 if said == "decision" else said in [row.after for row in rows]
        assert all(words.startswith(("stale", "later", "batch")) and len(words) > 20 for words in log.refused), log
    known = {uid for log in logs for uid in log.accepted}
    by_writers = {b.uid for b in batches.values() if b.kind in ("decision", "edit", "taxonomy")}
    assert by_writers == known


def check_replay(store: Store, papers: list[str]) -> None:
    """The audit trail, read from its beginning, leads to what the store shows."""
    with store.reading() as session:
        taxonomy = get_taxonomy(session, "wam")
        trail = session.exec(select(Change, Batch).join(Batch, col(Batch.id) == col(Change.batch_id)))
        values: dict[tuple[str | None, str], object] = {}
        for change, batch in sorted(trail, key=lambda pair: pair[0].id or 0):
            if batch.undone_at is None:
                values[change.subject_uid, change.field] = change.after
        for taxon in list_taxa(session, taxonomy):
            uid = uid_of_row(session, taxon)
            assert values.get((uid, "taxon.name"), taxon.name) == taxon.name
        for name in papers:
            _check_paper(session, find_paper(session, name), taxonomy.id or 0, values)  # type: ignore[arg-type]


def _check_paper(session, paper: Paper, taxonomy: int, values: dict[tuple[str | None, str], object]) -> None:  # type: ignore[no-untyped-def]
    uid = uid_of_row(session, paper)
    assert paper.note == values.get((uid, "note"))
    standing = [row for row in decision_rows(session, paper=uid, taxonomy="wam") if row.batch.undone_at is None]
    live: list[tuple[object, Taxon | None]] = list(live_of(session, paper.id or 0, taxonomy))
    if standing:
        after = standing[-1].change.after or {}
        assert [uid_of_row(session, taxon) for _, taxon in live if taxon] == [t["uid"] for t in after["taxa"]]
    assert len(live) <= 1


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(_write_in_this_process(**orjson.loads(sys.argv[1]))))
