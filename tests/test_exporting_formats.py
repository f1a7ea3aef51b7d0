"""BibTeX, the generated list and GraphML: read back by other people's readers."""

from io import BytesIO

import bibtexparser
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.exporting.awesome_list import plain_markdown
from wamkg.exporting.bibtex import escape
from wamkg.exporting.formats import EXPORTS
from wamkg.graph.build import build_graph
from wamkg.store.session import Store


def exported(store: Store, form: str) -> str:
    with store.reading() as session:
        return "".join(EXPORTS[form].write(session))


@pytest.mark.parametrize("form", sorted(EXPORTS))
def test_an_export_is_the_same_each_time(seeded_store: Store, form: str) -> None:
    assert exported(seeded_store, form) == exported(seeded_store, form)


def test_bibtex_is_read_by_a_bibtex_reader(seeded_store: Store) -> None:
    library = bibtexparser.parse_string(exported(seeded_store, "bibtex"))
    assert not library.failed_blocks
    assert len(library.entries) == 227
    unipi = library.entries_dict["learning-universal-policies-via-text-guided-video-generation"]
    assert unipi.entry_type == "inproceedings"
    assert unipi["booktitle"] == "NeurIPS"
    assert unipi["author"].startswith("Yilun Du and Mengjiao Yang")


@given(st.text(max_size=60))
def test_bibtex_text_keeps_its_braces_balanced(text: str) -> None:
    bare = escape(text).replace("\\{", "").replace("\\}", "")
    if "$" not in text:
        assert bare.count("{") == bare.count("}")


def test_the_list_holds_every_classified_paper_under_its_class(seeded_store: Store) -> None:
    text = exported(seeded_store, "awesome-list")
    section = text.split("## World Action Models\n")[1].split("\n## ")[0]
    assert section.count("\n- ") == 64
    assert "- **UniPi**: *Learning Universal Policies via Text-Guided Video Generation* - NeurIPS 2023" in section


@given(st.text(max_size=60))
def test_markdown_text_cannot_open_a_link_or_a_tag(text: str) -> None:
    bare = plain_markdown(text).replace("\\\\", "").replace("\\[", "").replace("\\<", "")
    assert "[" not in bare
    assert "<" not in bare


def test_graphml_is_the_whole_graph(seeded_store: Store) -> None:
    graph = nx.read_graphml(BytesIO(exported(seeded_store, "graphml").encode()))
    with seeded_store.reading() as session:
        assert set(graph) == set(build_graph(session, cap=None))
