"""Answers are read field by field: nothing that is sent can break the reading, and real answers read whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.s2_server.answers import NOTICE, paper_answer
from tests.s2_server.world import make_world
from wamkg.enriching.client import decode_json, other_end
from wamkg.enriching.s2_records import S2Link, S2Paper, read_link, read_paper
from wamkg.identifiers import PartialDate
from wamkg.vocabulary import TaskKind

S2 = "a" * 40
KEYS = (
    "paperId externalIds corpusId title abstract year publicationDate venue publicationVenue authors tldr "
    "publicationTypes openAccessPdf citationCount referenceCount influentialCitationCount"
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
PAPERS = st.dictionaries(st.sampled_from(KEYS.split()), JSON)


class TestAnything:
    @given(JSON | PAPERS)
    def test_no_paper_breaks_the_reading(self, values: Any) -> None:
        paper = read_paper(values)
        assert (paper is None) == (not isinstance(values, dict))
        if paper is not None:
            assert all("\x00" not in text for text in texts_of(paper))
            assert all(text.encode() is not None for text in texts_of(paper)), "half a character would not be stored"

    @given(JSON, PAPERS)
    def test_no_link_breaks_the_reading(self, item: Any, paper: Any) -> None:
        link = read_link(item if isinstance(item, dict) else {}, paper)
        if link is not None:
            assert link.paper.title or link.paper.s2 or link.paper.arxiv or link.paper.doi

    @given(PAPERS)
    def test_a_bad_value_costs_no_other(self, values: dict[str, Any]) -> None:
        good = {"title": "A title that stays as it is", "paperId": S2}
        paper = read_paper(values | good)
        assert paper is not None and (paper.title, paper.s2) == (good["title"], S2)


def texts_of(paper: S2Paper) -> list[str]:
    """Every text of a paper."""
    values = [value for value in vars(paper).values() if isinstance(value, str)]
    return [*values, *paper.authors, *paper.publication_types]


class TestValues:
    @pytest.mark.parametrize(
        ("key", "value", "field"),
        [
            ("title", 5, "title"),
            ("title", "x" * 3_000, "title"),
            ("title", "nul \x00 byte", "title"),
            ("title", "half \ud800 a character", "title"),
            ("abstract", "x" * 200_000, "abstract"),
            ("year", "2024", "year"),
            ("year", 99_999, "year"),
            ("year", -1, "year"),
            ("year", True, "year"),
            ("citationCount", -1, "citationCount"),
            ("citationCount", 10**30, "citationCount"),
            ("citationCount", 1.5, "citationCount"),
            ("publicationDate", "soon", "publicationDate"),
            ("publicationDate", "2024-02-31", "publicationDate"),
            ("paperId", "not an id", "paperId"),
            ("authors", "me", "authors"),
            ("authors", [{"name": 5}], "authors"),
            ("externalIds", [1], "externalIds"),
            ("externalIds", {"ArXiv": 2401.00001}, "externalIds.ArXiv"),
            ("externalIds", {"DOI": "none"}, "externalIds.DOI"),
            ("tldr", {"text": 5}, "tldr.text"),
        ],
    )
    def test_an_unreadable_value_is_named(self, key: str, value: Any, field: str) -> None:
        paper = read_paper({"paperId": S2, key: value})
        assert paper is not None and list(paper.problems) == [field]

    def test_an_arxiv_doi_says_no_more_than_the_arxiv_id(self) -> None:
        paper = read_paper({"externalIds": {"ArXiv": "2401.00001", "DOI": "10.48550/arXiv.2401.00001"}})
        assert paper is not None and (paper.arxiv, paper.doi, paper.problems) == ("2401.00001", None, {})

    def test_what_the_publisher_keeps_back_is_named(self) -> None:
        paper = read_paper({"abstract": None, "openAccessPdf": {"url": "", "disclaimer": NOTICE}})
        assert paper is not None and paper.elided == {"abstract"}

    def test_nulls_are_unknown_not_problems(self) -> None:
        paper = read_paper(dict.fromkeys(KEYS.split()))
        assert paper == S2Paper()

    def test_an_author_without_a_name_costs_no_other(self) -> None:
        paper = read_paper({"authors": [{"name": "Ada"}, {"name": None}, "x", {"name": " "}, {"name": "Bo"}]})
        assert paper is not None and paper.authors == ["Ada", "Bo"]

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"<html>", b'{"error": "x"}', b'{"message": "x"}', b"\xff\xfe", b"nul"]
    )
    def test_what_is_no_answer_is_refused(self, body: bytes) -> None:
        with pytest.raises(ValueError):
            decode_json(body)


class TestRecorded:
    """Bodies recorded from the real service, through the same code."""

    @pytest.fixture
    def recorded(self, shared_data: Path) -> Path:
        folder = shared_data / "s2"
        if not folder.is_dir():
            pytest.skip("the recorded answers are not here")
        return folder

    def read(self, recorded: Path, name: str) -> Any:
        return decode_json((recorded / f"{name}.json").read_bytes())

    def links(self, recorded: Path, name: str, kind: TaskKind) -> list[S2Link | None]:
        page = self.read(recorded, name)
        return [read_link(item, other_end(kind, item)) for item in page["data"]]

    def test_a_batch_keeps_its_places(self, recorded: Path) -> None:
        papers = [read_paper(item) for item in self.read(recorded, "paper_batch_unknown_null")]
        assert [paper is None for paper in papers] == [True, False, False, False]
        found = papers[1]
        assert found is not None and not found.problems
        assert (found.corpus_id, found.year, found.doi) == ("470667", 2001, "10.2139/ssrn.288970")
        assert (found.citation_count, found.reference_count) == (10_670, 30)
        assert found.date == PartialDate.parse("2001-10-01")
        assert found.authors == ["Marianne Bertrand", "E. Duflo", "S. Mullainathan"]

    @pytest.mark.parametrize(
        ("name", "kind", "items", "without_id"),
        [
            ("citations_page_first_next", TaskKind.CITATIONS, 100, 0),
            ("citations_page_second_next", TaskKind.CITATIONS, 100, 0),
            ("citations_page_last", TaskKind.CITATIONS, 81, 4),
            ("references_page_first_next", TaskKind.REFERENCES, 50, 10),
            ("references_page_last", TaskKind.REFERENCES, 17, 13),
        ],
    )
    def test_a_page_reads_whole(self, recorded: Path, name: str, kind: TaskKind, items: int, without_id: int) -> None:
        links = self.links(recorded, name, kind)
        assert len(links) == items and None not in links
        assert sum(link.paper.s2 is None for link in links if link) == without_id
        assert not any(link.paper.problems for link in links if link)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("fixture_citation_item_full", TaskKind.CITATIONS),
            ("fixture_reference_item_full", TaskKind.REFERENCES),
        ],
    )
    def test_a_full_item_reads_with_its_contexts(self, recorded: Path, name: str, kind: TaskKind) -> None:
        item = self.read(recorded, name)
        link = read_link(item, other_end(kind, item))
        assert link is not None and not link.paper.problems
        assert link.contexts == item["contexts"] and link.intents == item["intents"]
        assert link.influential is item["isInfluential"]

    def test_null_lists_are_unknown(self, recorded: Path) -> None:
        paper = read_paper(self.read(recorded, "fixture_paper_null_lists"))
        assert paper is not None and (paper.authors, paper.problems) == ([], {})

    def test_a_title_match_reads_as_a_paper(self, recorded: Path) -> None:
        paper = read_paper(self.read(recorded, "search_match")["data"][0])
        assert paper is not None and paper.title and paper.s2

    @pytest.mark.parametrize("name", ["paper_404", "batch_bad_key_403", "paper_bad_fields_400"])
    def test_error_bodies_are_no_answers(self, recorded: Path, name: str) -> None:
        with pytest.raises(ValueError, match="an error in a good answer"):
            self.read(recorded, name)

    def test_the_local_server_answers_in_the_recorded_shape(self, recorded: Path) -> None:
        """Whatever the real service sends with a paper and we ask for, the local server sends too, of the same type."""
        world = make_world(3, 10)
        real = self.read(recorded, "paper_batch_unknown_null")[1]
        made = paper_answer(world, world.papers[1], list(real))
        for key, value in made.items():
            if value is not None and real.get(key) is not None:
                assert type(value) is type(real[key]), key
