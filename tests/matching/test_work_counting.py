"""A preprint and its publication are one work: counted once in every view, both records still listed."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.helpers.edit_store import UNIFIED, fill, say, undo
from tests.helpers.store_dump import dump
from wamkg.exporting.formats import export_named
from wamkg.importing.import_report import Outcome
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.reviewing.duplicates import JudgementResult, record_judgement
from wamkg.services.exports import pin_citation_keys
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.duplicates import link_published
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation
from wamkg.taxonomy.crosswalk import crosswalk
from wamkg.taxonomy.health import taxonomy_health
from wamkg.views.matrix import facet_matrix
from wamkg.views.paper_details import paper_detail
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.roadmap import build_roadmap
from wamkg.views.taxonomies import taxon_node, taxonomy_list, taxonomy_tree, taxonomy_with_papers
from wamkg.views.timelines import citation_timeline, papers_timeline
from wamkg.vocabulary import BatchKind

PREPRINT, PUBLISHED, OTHER = "arxiv:2501.00001", "doi:10.1000/182", "arxiv:2501.00003"
WAM = {"taxa": {"wam": UNIFIED}}
PAPERS: list[dict[str, Any]] = [
    {"title": "A Robot That Dreams", "arxiv": "2501.00001", "date": "2025-01-02", "method": "Dreamer", **WAM},
    {"title": "A Robot That Dreams of Arms", "doi": "10.1000/182", "venue": "ICLR", "year": 2026, **WAM,
     "dates": {"venue": "2026-04-20"}},
    {"title": "A Third Paper about Robots", "arxiv": "2501.00003", "date": "2025-03-04", "taxa": {"wam": "joint"}},
]  # fmt: skip


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three placed records on both databases, two of them of one work, which nobody has said yet."""
    fill(store, tmp_path, *PAPERS)
    return store


def same(store: Store) -> JudgementResult:
    """A person says that the first two are one work."""
    with store.writing() as session:
        return record_judgement(session, get_actor(session, "ana", "person"), (PREPRINT, PUBLISHED), "same")


def counts(store: Store) -> dict[str, Any]:
    """How many papers each view counts."""
    with store.reading() as session:
        tree = taxonomy_tree(session, "wam")
        matrix = facet_matrix(session, "wam", "venue")
        return {
            "taxonomies": next(t.placed for t in taxonomy_list(session) if t.slug == "wam"),
            "tree": (tree.placed, tree.taxa[0].count + tree.taxa[1].count, taxon_node(session, "wam", UNIFIED).own),
            "health": sum(taxon.own for taxon in taxonomy_health(session, "wam")),
            "roadmap": len(build_roadmap(session).items) + len(build_roadmap(session).undated),
            "timeline": [papers_timeline(session, "year", depth=0, date_rule=r).total for r in ("arxiv_v1", "venue")],
            "matrix": (matrix.total, sum(matrix.sizes.values()), sum(matrix.counts.values())),
            "placed": len(taxonomy_with_papers(session, "wam").items),
        }


def test_every_view_counts_a_work_once_as_soon_as_it_is_judged_one(filled: Store) -> None:
    before = counts(filled)
    assert before == {"taxonomies": 3, "tree": (3, 3, 2), "health": 3, "roadmap": 3, "timeline": [3, 3],
                      "matrix": (3, 3, 3), "placed": 3}  # fmt: skip
    judged = same(filled)
    assert counts(filled) == {"taxonomies": 2, "tree": (2, 2, 1), "health": 2, "roadmap": 2, "timeline": [2, 2],
                              "matrix": (2, 2, 2), "placed": 2}  # fmt: skip
    undo(filled, judged.batch or "")
    assert counts(filled) == before


def test_what_a_source_links_is_one_work_too(filled: Store) -> None:
    with filled.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "s2", get_actor(session, "enrich"))
        one, other = (find_paper(session, text).id for text in (PREPRINT, PUBLISHED))
        link_published(session, batch.id or 0, one or 0, other or 0)
    assert counts(filled)["timeline"] == [2, 2]


def test_a_citing_work_counts_once_at_its_first_date(filled: Store) -> None:
    with filled.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "s2", get_actor(session, "enrich"))
        cited = find_paper(session, OTHER).id
        for text in (PREPRINT, PUBLISHED):
            citing = find_paper(session, text).id
            session.add(Citation(citing_id=citing, cited_id=cited, source="s2", batch_id=batch.id))
    assert citing_months(filled) == {"2025-01": 1, "2026-04": 1}
    judged = same(filled)
    assert citing_months(filled) == {"2025-01": 1}
    undo(filled, judged.batch or "")
    assert citing_months(filled) == {"2025-01": 1, "2026-04": 1}


def test_a_work_is_shared_though_each_taxonomy_holds_another_record(filled: Store) -> None:
    say(filled, PUBLISHED, "outside")
    say(filled, PUBLISHED, "accept", "render-and-decode", taxonomy="nus")
    with filled.reading() as session:
        assert crosswalk(session, "wam", "nus").shared == 0
    same(filled)
    with filled.reading() as session:
        found = crosswalk(session, "wam", "nus")
    assert (found.shared, found.only_a, found.only_b) == (1, 1, 0)
    assert (found.table[0].a, found.table[0].b) == (UNIFIED, "render-and-decode")


def citing_months(store: Store) -> dict[str, int]:
    """How many works cite the third paper, by month."""
    with store.reading() as session:
        timeline = citation_timeline(session, paper=OTHER)
    assert timeline.total == sum(item.count for item in timeline.items)
    return {item.period: item.count for item in timeline.items if item.count}


def test_the_publication_stands_for_the_work_with_the_date_of_its_preprint(filled: Store) -> None:
    same(filled)
    with filled.reading() as session:
        first = {item.label: item for item in build_roadmap(session).items}
        venues = {item.label: item for item in build_roadmap(session, date_rule="venue").items}
        assert (f"{first['Dreamer'].when}", first["Dreamer"].title) == ("2025-01-02", PAPERS[1]["title"])
        assert first["Dreamer"].href == "https://arxiv.org/abs/2501.00001"
        assert (f"{venues['Dreamer'].when}", first["Dreamer"].element_id) == ("2026-04-20", "method-dreamer")
        assert facet_matrix(session, "wam", "venue").counts[UNIFIED, "ICLR"] == 1
        months = papers_timeline(session, "month", depth=0, date_rule="arxiv_v1").items
        assert {item.period for item in months if item.total} == {"2025-01", "2025-03"}
        assert {"2025-Q1": 2} in [taxon.quarters for taxon in taxonomy_health(session, "wam")]


@pytest.mark.parametrize("placed", [PREPRINT, PUBLISHED, None])
def test_figures_cite_the_keys_that_the_bibliography_has(filled: Store, placed: str | None) -> None:
    pin_citation_keys(filled)
    if placed is not None:
        say(filled, PUBLISHED if placed == PREPRINT else PREPRINT, "outside")
    same(filled)
    with filled.reading() as session:
        cited = {item.key: item.title for item in taxonomy_with_papers(session, "wam").items}
    bibliography = "".join(exported(filled, "bibtex"))
    assert all(f"{{{key},\n" in bibliography for key in cited), "whichever record is placed"
    assert set(cited.values()) == {PAPERS[1]["title"], PAPERS[2]["title"]}


def test_both_records_stay_listed(filled: Store) -> None:
    same(filled)
    with filled.reading() as session:
        assert find_paper_page(session, PaperQuery(taxon=("wam:joint",))).total == 3
        detail = paper_detail(session, PREPRINT)
        assert [record.title for record in detail.work] == [PAPERS[1]["title"]]
        assert paper_detail(session, PUBLISHED).work[0].id == PREPRINT


def test_a_record_that_is_placed_counts_before_an_earlier_one_that_is_not(filled: Store) -> None:
    same(filled)
    say(filled, PREPRINT, "unsure")
    with filled.reading() as session:
        tree = taxonomy_tree(session, "wam")
    assert (tree.states, taxon_own(filled)) == ({"placed": 2}, 1)
    say(filled, PUBLISHED, "outside")
    with filled.reading() as session:
        assert sum(taxonomy_tree(session, "wam").states.values()) == 2


def taxon_own(store: Store) -> int:
    """Works at the taxon of both records."""
    with store.reading() as session:
        return taxon_node(session, "wam", UNIFIED).own


def test_records_that_are_told_apart_count_each(filled: Store) -> None:
    with filled.writing() as session:
        record_judgement(session, get_actor(session, "ana", "person"), (PREPRINT, PUBLISHED), "different")
    assert counts(filled)["tree"] == (3, 3, 2)


def test_an_export_holds_a_work_once_and_is_read_in_again_without_a_change(filled: Store, tmp_path: Path) -> None:
    pin_citation_keys(filled)
    assert [len(exported(filled, name)) for name in ("jsonl", "csv", "bibtex")] == [3, 3, 3]
    judged = same(filled)
    lines = exported(filled, "jsonl")
    (work,) = [line for line in map(orjson.loads, lines) if line.get("doi")]
    assert (work["title"], work["year"], work["venue"]) == (PAPERS[1]["title"], 2026, "ICLR")
    assert (work["arxiv"], work["method"], work["taxa"]) == ("2501.00001", "Dreamer", {"wam": UNIFIED})
    for name in ("csv", "bibtex"):
        text = "".join(exported(filled, name))
        assert text.count("A Robot That Dreams") == 1 and "2501.00001" in text
    assert "".join(exported(filled, "awesome-list")).count("A Robot That Dreams") == 1
    nodes = "".join(exported(filled, "graphml"))
    assert "paper:a-robot-that-dreams-of-arms" in nodes and '"paper:a-robot-that-dreams"' not in nodes
    before = dump(filled)
    (tmp_path / "again.jsonl").write_text("".join(lines))
    again = import_source(filled, str(tmp_path / "again.jsonl"), ImportOptions())
    assert [(line.outcome, line.changes, line.conflicts) for line in again.lines] == [(Outcome.SAME, (), ())] * 2
    assert dump(filled) == before
    undo(filled, judged.batch or "")
    assert len(exported(filled, "jsonl")) == 3


def exported(store: Store, name: str) -> list[str]:
    """The pieces of an export; of a table those below its head."""
    with store.reading() as session:
        pieces = list(export_named(name).write(session))
    return pieces[1:] if name == "csv" else pieces
