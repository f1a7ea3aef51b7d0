"""The real lists, where they are at hand: every paper, every class, every identifier."""

from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.expected_leaf_counts import LEAVES
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.lists.unread_ids import accounted_ids, ids_in
from wamkg.importing.parse_result import ParseResult
from wamkg.importing.seed_files import seed_catalogue
from wamkg.importing.taxonomy_index import TaxonomyIndex
from wamkg.matching.record import Record


@pytest.fixture(scope="module")
def wam(shared_data: Path) -> ParseResult:
    """The survey's own list, read with the packaged taxonomies."""
    return parse_list((shared_data / "awesome-wam.md").read_text(), "awesome-wam.md", seed_catalogue())


@pytest.fixture(scope="module")
def nus(shared_data: Path) -> ParseResult:
    """The rival survey's list, read with no taxonomy known."""
    return parse_list((shared_data / "awesome-wam-nus.md").read_text(), "awesome-wam-nus.md", TaxonomyIndex())


def counts(result: ParseResult, slug: str) -> Counter[str]:
    """Records by class in one taxonomy."""
    return Counter(p.taxon or "" for r in result.records() for p in r.placements if p.taxonomy == slug)


def test_the_surveys_list_has_64_classified_and_two_awaiting(wam: ParseResult) -> None:
    assert counts(wam, "wam") == LEAVES
    assert [r.method for r in wam.records() if r.awaiting_review] == ["C$^3$ache", "SG-WAM"]


def test_the_surveys_list_has_its_other_sections_whole(wam: ParseResult) -> None:
    assert counts(wam, "wm-for-vla") == {"imitation-learning": 3, "reinforcement-learning": 23, "evaluation": 5}
    assert sum(counts(wam, "training-data").values()) == 76
    assert sum(counts(wam, "evaluation").values()) == 57
    assert len(wam.records()) == 230
    assert not wam.unreadable()
    assert not wam.unmapped_labels


def test_papers_listed_in_two_sections_come_twice(wam: ParseResult) -> None:
    twice = [arxiv for arxiv, n in Counter(r.arxiv for r in wam.records() if r.arxiv).items() if n > 1]
    assert sorted(twice) == ["2302.04659", "2406.02523", "2504.13059", "2504.20995"]


def test_the_rivals_list_is_109_papers_in_three_families(nus: ParseResult) -> None:
    assert [(u.taxonomy.slug, u.new, u.records) for u in nus.taxonomies] == [("wam-nus", True, 109)]
    assert counts(nus, "wam-nus") == {"render-and-decode": 58, "latent-only": 38, "video-generation-free": 13}
    assert [s.arxiv for s in nus.own_survey] == ["2606.20781"]
    assert all(set(r.dates) == {"arxiv_v1"} for r in nus.records())
    assert sum(t.facet == "mark" for r in nus.records() for t in r.tags) == 27


@pytest.mark.parametrize(("name", "number"), [("awesome-wam.md", 209), ("awesome-wam-nus.md", 110)])
def test_no_arxiv_id_of_a_real_list_is_lost(shared_data: Path, name: str, number: int) -> None:
    text = (shared_data / name).read_text()
    ids = set(ids_in(text))
    assert len(ids) == number
    assert ids <= accounted_ids(parse_list(text, name, seed_catalogue()))


def test_every_candidate_is_a_record(shared_data: Path) -> None:
    with (shared_data / "candidates.jsonl").open("rb") as stream:
        items = list(parse_jsonl(stream))
    assert len(items) == 479
    assert all(isinstance(item, Record) and not item.unknown_keys for item in items)
