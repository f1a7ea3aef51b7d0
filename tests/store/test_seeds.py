"""The seed files as they stand, read without the store: complete, consistent, and true to the survey's list."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.expected_leaf_counts import LEAVES
from wamkg.identifiers import PartialDate, arxiv_id, slugify, title_key
from wamkg.vocabulary import EventKind, OutsideKind, Standing

SEEDS = Path(__file__).parents[2] / "seeds"
PAPER_KEYS = {
    *("title", "method", "aliases", "authors", "arxiv", "doi", "s2", "date", "dates", "date_source", "venue", "year"),
    *("url", "links", "standing", "taxa", "also", "introduces", "states", "note", "summary"),
}
TAXON_KEYS = {"slug", "name", "aliases", "code", "definition", "include", "exclude", "exemplars", "children"}
LINKS = {"webpage", "code", "model", "dataset", "blog"}

Node = dict[str, Any]


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def nodes(taxa: list[Node], parent: str = "") -> Iterator[tuple[str, Node]]:
    for taxon in taxa:
        path = f"{parent}{taxon['slug']}"
        yield path, taxon
        yield from nodes(taxon.get("children", []), f"{path}/")


TAXONOMIES: dict[str, Node] = {p.stem: load(p) for p in sorted((SEEDS / "taxonomies").glob("*.yaml"))}
TAXA = {slug: dict(nodes(taxonomy["taxa"])) for slug, taxonomy in TAXONOMIES.items()}
FILES: dict[str, list[Node]] = {p.stem: load(p) for p in sorted((SEEDS / "papers").glob("*.yaml"))}
PAPERS = [paper for papers in FILES.values() for paper in papers]
BY_ARXIV = {paper["arxiv"]: paper for paper in PAPERS if "arxiv" in paper}
RESULTS: list[Node] = load(SEEDS / "results.yaml")
BENCHMARKS: list[Node] = load(SEEDS / "benchmarks.yaml")
METRICS: dict[str, Node] = {m["slug"]: m for m in load(SEEDS / "metrics.yaml")}


def placed(paper: Node, taxonomy: str) -> set[str]:
    primary = paper.get("taxa", {}).get(taxonomy)
    return {*([primary] if primary else []), *paper.get("also", {}).get(taxonomy, [])}


def known(reference: str) -> Node:
    scheme, _, value = reference.partition(":")
    assert scheme == "arxiv"
    return BY_ARXIV[value]


# Taxonomies


def test_the_six_taxonomies_are_there_under_their_slugs() -> None:
    assert set(TAXONOMIES) == {"wam", "wm-for-vla", "training-data", "evaluation", "challenges", "nus"}
    for slug, taxonomy in TAXONOMIES.items():
        assert taxonomy["slug"] == slug
        assert taxonomy["title"] and taxonomy["description"]
        assert taxonomy["cardinality"] in {"one-primary", "many"}


def test_wam_has_exactly_the_eleven_leaves() -> None:
    leaves = {path for path, taxon in TAXA["wam"].items() if "children" not in taxon}
    assert leaves == set(LEAVES)


@pytest.mark.parametrize("slug", sorted(TAXONOMIES))
def test_every_taxon_says_what_it_is_and_what_it_is_not(slug: str) -> None:
    for path, taxon in TAXA[slug].items():
        assert set(taxon) <= TAXON_KEYS, path
        assert taxon["slug"] == slugify(taxon["slug"])
        assert len(taxon["definition"].split()) >= 12, path
        assert taxon["name"] and taxon["include"] and taxon["exclude"], path


@pytest.mark.parametrize("slug", sorted(TAXONOMIES))
def test_codes_are_short_and_unique(slug: str) -> None:
    codes = [taxon["code"] for taxon in TAXA[slug].values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[A-Z]{1,2}", code) for code in codes)


@pytest.mark.parametrize("slug", sorted(TAXONOMIES))
def test_exemplars_are_papers_placed_there(slug: str) -> None:
    for path, taxon in TAXA[slug].items():
        for exemplar in taxon["exemplars"]:
            places = placed(known(exemplar), slug)
            assert any(f"{place}/".startswith(f"{path}/") for place in places), (path, exemplar)


def test_siblings_and_taxonomies_answer_to_different_names() -> None:
    titles = Counter(alias for t in TAXONOMIES.values() for alias in {title_key(a) for a in t["aliases"]})
    assert max(titles.values()) == 1
    for taxa in TAXA.values():
        siblings = [
            (path.rpartition("/")[0], alias)
            for path, taxon in taxa.items()
            for alias in {title_key(name) for name in (taxon["name"], *taxon["aliases"])}
        ]
        assert len(set(siblings)) == len(siblings)


def test_the_criteria_of_wam_name_no_classified_method() -> None:
    """A criterion that names a paper would leak its class to zero-shot suggestion."""
    texts = [t for taxon in TAXA["wam"].values() for t in (taxon["definition"], *taxon["include"], *taxon["exclude"])]
    for paper in FILES["classified"]:
        for name in (paper["method"], *paper.get("aliases", [])):
            pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
            assert not any(pattern.search(text) for text in texts), name


# Papers


def test_sixty_four_papers_fill_the_leaves() -> None:
    assert Counter(p["taxa"]["wam"] for p in FILES["classified"]) == LEAVES
    assert all(p["summary"] and p["arxiv"] for p in FILES["classified"])


def test_no_paper_outside_the_classified_has_a_place_in_wam() -> None:
    others = [paper for name, papers in FILES.items() if name != "classified" for paper in papers]
    assert not [p["title"] for p in others if placed(p, "wam")]


def test_two_papers_await_review_without_a_place() -> None:
    assert len(FILES["awaiting"]) == 2
    assert all(p["standing"] == Standing.CANDIDATE and "taxa" not in p for p in FILES["awaiting"])


def test_the_counts_in_the_readme_are_true() -> None:
    text = (SEEDS / "README.md").read_text(encoding="utf-8")
    for name, count in {"world-models-for-vla": 31, "training-data": 75, "evaluation": 54}.items():
        assert len(FILES[name]) == count
        assert str(count) in text
    assert len(RESULTS) == 153


def test_every_place_exists_in_its_taxonomy() -> None:
    for paper in PAPERS:
        for taxonomy in {*paper.get("taxa", {}), *paper.get("also", {})}:
            assert placed(paper, taxonomy) <= set(TAXA[taxonomy]), paper["title"]


def test_papers_outside_wam_say_why() -> None:
    for paper in PAPERS:
        if paper["standing"] == Standing.INCLUDED and not placed(paper, "wam"):
            state = paper["states"]["wam"]
            assert state["state"] == "outside"
            assert OutsideKind(state["kind"]) and state["reason"]


def test_records_hold_only_known_keys_and_no_abstract() -> None:
    for paper in PAPERS:
        assert set(paper) <= PAPER_KEYS, paper["title"]
        assert set(paper.get("links", {})) <= LINKS, paper["title"]
        assert Standing(paper["standing"])
        assert [] not in paper.values(), "unknown is left out, not empty"
    assert "abstract" not in PAPER_KEYS


def test_ids_and_dates_are_well_formed_text() -> None:
    for paper in PAPERS:
        assert all(isinstance(paper.get(key, ""), str) for key in ("arxiv", "date", "title", "summary", "note"))
        if "arxiv" in paper:
            assert arxiv_id(paper["arxiv"]) == paper["arxiv"]
            assert paper["url"] == f"https://arxiv.org/abs/{paper['arxiv']}"
        for kind, value in paper.get("dates", {}).items():
            assert EventKind(kind) and str(PartialDate.parse(value)) == value
        assert str(PartialDate.parse(paper.get("date", "2000-01-01"))) == paper.get("date", "2000-01-01")
        assert len(paper.get("date", "2000-01-01")) == 10


def test_titles_and_ids_are_unique() -> None:
    titles = Counter(title_key(p["title"]) for p in PAPERS)
    assert [t for t, n in titles.items() if n > 1] == []
    assert len(BY_ARXIV) == sum("arxiv" in p for p in PAPERS)


def test_one_paper_in_two_sections_is_one_record() -> None:
    for arxiv, taxonomies in {
        "2504.20995": {"wam", "training-data"},
        "2302.04659": {"training-data", "evaluation"},
        "2406.02523": {"training-data", "evaluation"},
        "2504.13059": {"training-data", "evaluation"},
    }.items():
        assert set(BY_ARXIV[arxiv]["taxa"]) == taxonomies


def test_listed_data_benchmarks_and_metrics_are_introduced_by_their_papers() -> None:
    for paper in [*FILES["training-data"], *FILES["evaluation"]]:
        kinds = {thing["kind"] for thing in paper["introduces"]}
        expected = {"dataset"} if "training-data" in paper["taxa"] else set()
        if "evaluation" in paper["taxa"]:
            expected |= {"metric"} if paper["taxa"]["evaluation"].endswith("visual-fidelity") else {"benchmark"}
        assert kinds >= expected, paper["title"]
    metrics = {i["name"] for p in FILES["evaluation"] for i in p["introduces"] if i["kind"] == "metric"}
    assert metrics == {"SSIM", "LPIPS", "DreamSim", "DINOv2", "FVD"}
    assert {slugify(name) for name in metrics} <= set(METRICS)


# Results, metrics, benchmarks, institutions, concepts


def test_results_name_known_methods_benchmarks_suites_and_metrics() -> None:
    labels = {p["method"]: p.get("arxiv") for p in PAPERS if "method" in p}
    suites = {(b["name"], s["slug"]) for b in BENCHMARKS for s in b["suites"]}
    for result in RESULTS:
        assert labels.get(result["method"]) == result["arxiv"] or "oddity" in result
        assert (result["benchmark"], result["suite"]) in suites
        assert result["metric"] in METRICS or (result["metric"] is None and "oddity" in result)
        assert arxiv_id(result["reported_by"])
    assert suites == {(r["benchmark"], r["suite"]) for r in RESULTS}


def test_result_values_lie_in_the_range_of_their_metric() -> None:
    for result in RESULTS:
        low, high = METRICS[result["metric"] or "success-rate"]["range"]
        assert low <= result["value"] <= high, result


def test_a_first_party_result_is_reported_by_the_method_s_own_paper() -> None:
    for result in RESULTS:
        own = f"arxiv:{result['arxiv']}" == result["reported_by"]
        assert result["party"] == ("first" if own else "third")


def test_no_result_stands_twice() -> None:
    keys = ("method", "variant", "benchmark", "suite", "metric", "reported_by")
    rows = Counter(tuple(result.get(key) for key in keys) for result in RESULTS)
    assert max(rows.values()) == 1


def test_benchmarks_of_the_results_are_introduced_by_a_seeded_paper() -> None:
    for benchmark in BENCHMARKS:
        introduced = {(i["kind"], i["name"]) for i in known(benchmark["paper"])["introduces"]}
        assert ("benchmark", benchmark["name"]) in introduced
        assert benchmark["slug"] == slugify(benchmark["name"])


def test_institutions_rest_on_a_link_of_each_of_their_papers() -> None:
    institutions = load(SEEDS / "institutions.yaml")
    assert len({i["mark"] for i in institutions}) == len({i["slug"] for i in institutions}) == len(institutions)
    for institution in institutions:
        for reference in institution["papers"]:
            links = set(known(reference).get("links", {}).values())
            assert links & set(institution["evidence"]), (institution["slug"], reference)


def test_the_three_kinds_of_model_are_defined_by_their_distribution() -> None:
    concepts = {c["slug"]: c for c in load(SEEDS / "concepts.yaml")}
    assert all(c["name"] and c["definition"] and c["formula"] for c in concepts.values())
    formulas = {slug: concepts[slug]["formula"] for slug in list(concepts)[:3]}
    assert formulas == {
        "world-action-model": "p(o', a | o, l)",
        "vision-language-action-model": "p(a | o, l)",
        "world-model": "p(o' | o, a)",
    }


# The survey's list


@pytest.fixture(scope="module")
def survey_list() -> str:
    """Text of the survey's list; skips where the shared data folder is absent."""
    root = Path(os.environ.get("WAMKG_SHARED") or SEEDS.parents[1] / "shared")
    path = root / "data" / "awesome-wam.md"
    if not path.is_file():
        pytest.skip(f"the survey's list is not here: {path.name} of the shared data folder")
    return path.read_text(encoding="utf-8")


def test_every_bullet_and_row_of_the_list_is_seeded_under_its_printed_name(survey_list: str) -> None:
    bullets = re.findall(r'^- \*\*(.+?)\*\*: "(.+)", ', survey_list, re.M)
    rows = re.findall(r"^\| \*\*(.+?)\*\* - \*(.+)\* \| \d", survey_list, re.M)
    assert (len(bullets), len(rows)) == (97, 133)
    by_title = {p["title"]: p for p in PAPERS}
    for label, title in bullets:
        assert by_title[title]["method"] == label
    for label, title in rows:
        names = {i["name"] for i in by_title[title]["introduces"]}
        assert label in names or names <= set(label.split(" / ")), label


def test_every_arxiv_id_of_the_list_is_seeded(survey_list: str) -> None:
    ids = {arxiv_id(url) for url in re.findall(r"https?://arxiv\.org/[^)\s]+", survey_list)}
    assert ids == set(BY_ARXIV)


def test_every_link_of_the_list_is_seeded(survey_list: str) -> None:
    linked = set(re.findall(r"\]\((https?://[^)\s]+)\)", survey_list))
    ours = {"https://github.com/allenai/vla-evaluation-harness"}  # thanked in the list, no paper's link
    ours |= {url for p in PAPERS for url in (p.get("url"), *p.get("links", {}).values()) if url}
    notes = " ".join(p.get("note", "") for p in PAPERS)
    reports = "https://openmoss.github.io/Awesome-WAM/"
    badges = "https://img.shields.io/"
    missing = [
        url
        for url in linked
        if url not in ours and url not in notes and not url.startswith((reports, badges)) and not arxiv_id(url)
    ]
    assert missing == []
