"""Edits of a taxonomy: old names and paths keep resolving, nothing is lost, each can be tried and taken back."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.helpers.edit_store import FIRST, PAPERS, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_files import seed_taxonomies
from wamkg.store.batches import get_actor, list_batches, open_batch
from wamkg.store.session import Store
from wamkg.store.taxonomies import aliases_of, find_taxon, get_taxonomy, list_taxa, save_taxonomy
from wamkg.taxonomy.edit import EditReport, NewTaxonPart, TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.taxonomy.health import taxonomy_health
from wamkg.views.roadmap import build_roadmap
from wamkg.views.taxonomies import taxonomy_tree, walk
from wamkg.vocabulary import BatchKind

EXPLICIT = f"{UNIFIED}/explicit"


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers: at an inner node, at a leaf elsewhere, and at a leaf of Unified Stream with a further place."""
    third = {"taxa": {"wam": EXPLICIT}, "also": {"wam": ["cascaded/implicit"]}, "method": "Three", "date": "2025-05-01"}
    fill(store, tmp_path, PAPERS[0], PAPERS[1], PAPERS[2] | third)
    return store


def edit(store: Store, operation: str, *, dry_run: bool = False, **values: Any) -> EditReport:
    """One edit of `wam`."""
    return run_edit(store, "wam", TaxonEdit(operation=operation, **values), "ana", dry_run=dry_run)


def op(operation: str, taxon: str = "", **values: Any) -> dict[str, Any]:
    """Values of an edit."""
    return {"operation": operation, "taxon": taxon} | values


def paths(store: Store) -> list[str]:
    """Live paths of `wam` in reading order."""
    with store.reading() as session:
        return [taxon.path for taxon in list_taxa(session, get_taxonomy(session, "wam"))]


def leads_to(store: Store, path: str) -> str:
    """Where a path leads now."""
    with store.reading() as session:
        return find_taxon(session, get_taxonomy(session, "wam"), path).path


EDITS: list[dict[str, Any]] = [
    {"operation": "add", "parent": "joint", "name": "Flow Matching", "definition": "d", "position": 0},
    {"operation": "add", "name": "A New Trunk"},
    {"operation": "rename", "taxon": UNIFIED, "name": "One Transformer"},
    {"operation": "rename", "taxon": "joint", "name": "Unified", "slug": "joint"},
    {"operation": "move", "taxon": UNIFIED, "parent": "cascaded"},
    {"operation": "move", "taxon": UNIFIED, "parent": "", "position": 0},
    {"operation": "move", "taxon": "joint", "parent": "", "position": 0},
    {"operation": "merge", "taxon": EXPLICIT, "into": "cascaded/implicit"},
    {"operation": "merge", "taxon": UNIFIED, "into": "joint/autoregressive"},
    {"operation": "merge", "taxon": "joint/diffusion", "into": "joint"},
    {"operation": "delete", "taxon": EXPLICIT},
    {"operation": "delete", "taxon": "cascaded/implicit", "into": "joint"},
    {
        "operation": "split",
        "taxon": "joint",
        "parts": (NewTaxonPart(name="A"), NewTaxonPart(name="B")),
        "papers": {FIRST: "a"},
    },
    {"operation": "reorder", "taxon": "", "order": ("joint", "cascaded")},
]


class TestEveryEdit:
    """What holds of all of them."""

    @pytest.mark.parametrize("values", EDITS, ids=lambda v: f"{v['operation']}-{v.get('taxon', '')}")
    def test_dry_run_writes_nothing_says_all_and_undo_is_exact(self, filled: Store, values: dict[str, Any]) -> None:
        before, old_paths = dump(filled), paths(filled)
        tried = edit(filled, dry_run=True, **values)
        assert dump(filled) == before
        made = edit(filled, **values)
        assert (tried.taxa and [t.after for t in tried.taxa]) == [t.after for t in made.taxa]
        assert (tried.papers, tried.figures, tried.batch) == (made.papers, made.figures, None)
        assert dump(filled) != before
        for path in old_paths:
            assert leads_to(filled, path) in paths(filled)
        for paper in (FIRST, SECOND, THIRD):
            assert standing_at(filled, paper)
        assert made.batch is not None
        undo(filled, made.batch)
        assert dump(filled) == before

    @pytest.mark.parametrize("values", EDITS, ids=lambda v: f"{v['operation']}-{v.get('taxon', '')}")
    def test_reading_the_same_list_again_changes_no_place(
        self, filled: Store, tmp_path: Path, values: dict[str, Any]
    ) -> None:
        edit(filled, **values)
        before = dump(filled)
        name = str(tmp_path / "papers.jsonl")
        report = import_source(filled, name, ImportOptions())
        moved = [c for line in report.lines for c in (*line.changes, *line.conflicts)]
        if values["operation"] == "split":
            assert moved == ["wam:joint"]
        else:
            assert moved == []
            assert dump(filled) == before

    @pytest.mark.parametrize("values", EDITS, ids=lambda v: f"{v['operation']}-{v.get('taxon', '')}")
    def test_loading_the_packaged_tree_again_undoes_no_edit(self, filled: Store, values: dict[str, Any]) -> None:
        edit(filled, **values)
        tree = paths(filled)
        with filled.writing() as session:
            batch = open_batch(session, BatchKind.SEED, "seeds", get_actor(session, "seeds"))
            save_taxonomy(session, batch, next(spec for spec in seed_taxonomies() if spec.slug == "wam"))
        assert paths(filled) == tree


class TestRename:
    """The issue's own example."""

    def test_the_new_name_is_shown_everywhere(self, filled: Store) -> None:
        report = edit(filled, "rename", taxon=UNIFIED, name="One Transformer")
        new = "joint/diffusion/one-transformer"
        assert {(t.before, t.after) for t in report.taxa} >= {(UNIFIED, new), (EXPLICIT, f"{new}/explicit")}
        assert [(p.before, p.after, p.moved) for p in report.papers] == [
            ([EXPLICIT, "cascaded/implicit"], [f"{new}/explicit", "cascaded/implicit"], False)
        ]
        with filled.reading() as session:
            nodes = {node.path: node for node in walk(taxonomy_tree(session, "wam").taxa)}
            assert nodes[new].name == "One Transformer"
            assert not any("/" in name for node in nodes.values() for name in node.aliases)
            assert str(build_roadmap(session)).count("One Transformer") > 0
            assert "Unified Stream" not in {node.name for node in nodes.values()}

    def test_a_list_with_the_old_heading_and_label_is_read(self, filled: Store, tmp_path: Path) -> None:
        file = tmp_path / "README.md"
        file.write_text(
            "# World Action Models\n\n## Joint\n\n### Diffusion-based Generation\n\n#### Unified-Stream\n\n"
            '- **NewNet**: "A Fourth Paper about Robots", arXiv 2025. [[Paper](https://arxiv.org/abs/2501.00004)]\n'
            '- **OldNet**: "A Fifth Paper about Robots", arXiv 2025. [[Paper](https://arxiv.org/abs/2501.00005)]\n'
        )
        edit(filled, "rename", taxon=UNIFIED, name="One Transformer")
        import_source(filled, str(file), ImportOptions(taxonomy="wam"))
        assert standing_at(filled, "arxiv:2501.00004") == ["joint/diffusion/one-transformer"]

    def test_back_and_forth_and_a_new_taxon_at_the_old_path(self, filled: Store) -> None:
        first = edit(filled, "rename", taxon=UNIFIED, name="One Transformer")
        assert leads_to(filled, UNIFIED) == "joint/diffusion/one-transformer"
        made = edit(filled, "add", parent="joint/diffusion", name="Unified Stream")
        assert leads_to(filled, UNIFIED) == UNIFIED
        assert first.batch is not None and made.batch is not None
        with pytest.raises(ConflictError):
            undo(filled, first.batch)
        undo(filled, made.batch)
        edit(filled, "rename", taxon=UNIFIED, name="Unified Stream")
        assert leads_to(filled, "joint/diffusion/one-transformer/explicit") == EXPLICIT


class TestUndoOutOfOrder:
    """What stood elsewhere when an edit was made."""

    def test_a_restored_path_leads_through_where_the_ancestors_stand_now(self, filled: Store) -> None:
        before = dump(filled)
        added = edit(filled, "add", parent="cascaded/explicit/learned", name="Gamma").batch
        first = edit(filled, "move", taxon="cascaded/explicit", parent="joint").batch
        second = edit(filled, "move", taxon="joint/explicit/learned/gamma", parent="cascaded").batch
        assert added is not None and first is not None and second is not None
        with pytest.raises(ConflictError, match="later"):
            undo(filled, first)
        undo(filled, second)
        undo(filled, first)
        undo(filled, added)
        assert dump(filled) == before

    def test_a_taxon_made_below_a_moved_one_goes_back_with_it(self, filled: Store) -> None:
        first = edit(filled, "move", taxon="cascaded/explicit", parent="joint").batch
        edit(filled, "add", parent="joint/explicit/learned", name="Gamma")
        second = edit(filled, "move", taxon="joint/explicit/learned/gamma", parent="cascaded").batch
        assert first is not None and second is not None
        undo(filled, first)
        undo(filled, second)
        assert "cascaded/explicit/learned/gamma" in paths(filled)

    def test_an_undo_is_not_undone(self, filled: Store) -> None:
        made = edit(filled, "rename", taxon=UNIFIED, name="One Transformer").batch
        assert made is not None
        undo(filled, made)
        with filled.reading() as session:
            undoing = list_batches(session, 1)[0].uid
        with pytest.raises(ConflictError, match="is an undo of"):
            undo(filled, undoing)


class TestDependence:
    """Undo is refused where later edits stand on what would be taken back."""

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (op("rename", "joint/diffusion", name="D"), op("add", parent="joint/d", name="N")),
            (op("add", parent="joint", name="N"), op("move", UNIFIED, parent="joint/n")),
            (op("move", UNIFIED, parent="cascaded"), op("rename", UNIFIED, name="O")),
            (op("delete", EXPLICIT), op("add", parent=UNIFIED, name="Explicit")),
            (op("move", UNIFIED, parent="cascaded"), op("add", parent="joint/diffusion", name="Unified Stream")),
            (op("merge", EXPLICIT, into="cascaded/implicit"), op("merge", "cascaded/implicit", into="joint")),
        ],
    )
    def test_two_edits(self, filled: Store, first: dict[str, Any], second: dict[str, Any]) -> None:
        states = [dump(filled)]
        batches = []
        for values in (first, second):
            batches.append(edit(filled, **values).batch)
            states.append(dump(filled))
        assert batches[0] is not None and batches[1] is not None
        with pytest.raises(ConflictError, match=r"undo|later"):
            undo(filled, batches[0])
        assert dump(filled) == states[2]
        undo(filled, batches[1])
        assert dump(filled) == states[1]
        undo(filled, batches[0])
        assert dump(filled) == states[0]

    def test_a_decision_on_a_new_taxon_and_one_that_left_a_deleted_one(self, filled: Store) -> None:
        added = edit(filled, "add", parent="joint", name="N")
        decided = say(filled, FIRST, "accept", "joint/n")
        left = say(filled, SECOND, "accept", "joint")
        third = say(filled, THIRD, "accept", "joint")
        deleted = edit(filled, "delete", taxon="cascaded/implicit")
        assert added.batch is not None and deleted.batch is not None
        for batch in (added.batch, left.batch, third.batch):
            with pytest.raises(ConflictError):
                undo(filled, batch)
        for batch in (deleted.batch, third.batch, left.batch, decided.batch, added.batch):
            undo(filled, batch)
        assert standing_at(filled, SECOND) == ["cascaded/implicit"]


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        (op("paint"), InvalidInputError, "unknown taxonomy edit"),
        (op("rename", "nowhere", name="x"), NotFoundError, "nowhere"),
        (op("rename", UNIFIED, name=" "), InvalidInputError, "needs a name"),
        (op("rename", UNIFIED, name="Multi-Stream"), ConflictError, "merge the two"),
        (op("rename", UNIFIED, name="x", slug="a/b"), InvalidInputError, "not a valid slug"),
        (op("move", "joint", parent=UNIFIED), InvalidInputError, "own descendant"),
        (op("move", EXPLICIT, parent=UNIFIED), InvalidInputError, "already"),
        (op("merge", "joint", into=UNIFIED), InvalidInputError, "own descendant"),
        (op("merge", "joint", into="joint"), InvalidInputError, "itself"),
        (op("merge", "joint/autoregressive"), InvalidInputError, "needs into"),
        (op("delete", "joint"), InvalidInputError, "has children"),
        (
            op("split", "joint", parts=(NewTaxonPart(name="A"),), papers={SECOND: "a"}),
            InvalidInputError,
            "is not assigned to",
        ),
        (op("split", "joint", parts=(NewTaxonPart(name="A"),), papers={FIRST: "c"}), InvalidInputError, "unknown part"),
        (op("reorder", order=("joint",)), InvalidInputError, "once"),
        (op("add", name="Joint"), ConflictError, "already"),
        (op("add", name="New", revision=99), ConflictError, "stale"),
    ],
)
def test_edits_that_make_no_sense_are_refused(
    filled: Store, values: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = dump(filled)
    with pytest.raises(error, match=words):
        edit(filled, **values)
    assert dump(filled) == before


def test_a_merge_keeps_who_said_it_and_one_place_each(filled: Store) -> None:
    say(filled, FIRST, "accept", EXPLICIT, evidence="denoise video and action")
    edit(filled, "merge", taxon=EXPLICIT, into="cascaded/implicit")
    assert standing_at(filled, THIRD) == ["cascaded/implicit"]
    assert standing_at(filled, FIRST) == ["cascaded/implicit"]
    with filled.reading() as session:
        taxonomy = get_taxonomy(session, "wam")
        target = find_taxon(session, taxonomy, EXPLICIT)
        assert target.id is not None
        assert "Explicit Future Generation" in aliases_of(session, [target.id])[target.id]


def test_health_counts_support_and_growth(filled: Store) -> None:
    with filled.reading() as session:
        health = {item.taxon: item for item in taxonomy_health(session, "wam")}
    assert (health["joint"].own, health["joint"].support) == (1, 2)
    assert health[EXPLICIT].quarters == {"2025-Q2": 1}
    assert health[EXPLICIT].problems == ["fewer than 8 papers"]


def test_the_command_line(seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(seeded_store)
    picture = tmp_path / "what-if.svg"
    rename = ["taxon", "rename", f"wam:{UNIFIED}", "One Transformer", "--json"]
    assert run([*rename, "--dry-run", "--roadmap", str(picture)]) == 0
    tried = orjson.loads(capsys.readouterr().out)
    assert tried["dry_run"] and "One Transformer" in picture.read_text()
    assert dump(seeded_store) == before
    batches = []
    for command in (
        rename,
        ["taxon", "add", "wam:joint", "Flow Matching", "--json"],
        ["taxon", "split", "joint/flow-matching", "--into", "A", "--into", "B", "--json"],
        ["taxon", "reorder", "wam:joint/flow-matching", "b", "a", "--json"],
        ["taxon", "move", "joint/flow-matching", "cascaded", "--json"],
        ["taxon", "merge", "cascaded/flow-matching", "joint/diffusion", "--json"],
        ["taxon", "delete", "joint/diffusion/a", "--json"],
    ):
        assert run(command) == 0, capsys.readouterr().err
        batches.append(orjson.loads(capsys.readouterr().out)["batch"])
    assert run(["taxon", "health"]) == 0
    assert "one-transformer" in capsys.readouterr().out
    assert run(["taxon", "delete", "joint"]) == 1
    assert "has children" in capsys.readouterr().err
    for batch in reversed(batches):
        assert run(["undo", batch]) == 0, capsys.readouterr().err
    assert dump(seeded_store) == before
