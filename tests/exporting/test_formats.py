"""BibTeX, the generated list and GraphML: read back by other people's readers."""

import csv
import io
import re
from io import BytesIO
from pathlib import Path

import bibtexparser
import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rdflib import Graph, Literal
from rdflib.namespace import RDF, SKOS

from wamkg.cli import run
from wamkg.exporting.awesome_list import plain_markdown
from wamkg.exporting.formats import EXPORTS
from wamkg.exporting.into import BEGIN, END, with_part
from wamkg.exporting.latex import bibtex_text
from wamkg.graph.build import build_graph
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.services.exports import pin_citation_keys
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.views.taxonomies import taxonomy_list


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
    unipi = library.entries_dict["du2023unipi"]
    assert unipi.entry_type == "inproceedings"
    assert unipi["booktitle"] == "NeurIPS"
    assert unipi["author"].startswith("Du, Yilun and Yang, Mengjiao")


@given(st.text(max_size=60))
def test_bibtex_text_keeps_its_braces_balanced_and_its_dollars_paired(text: str) -> None:
    written = bibtex_text(text)
    assert written.count("{") == written.count("}")
    assert len(re.findall(r"(?<!\\)\$", written)) % 2 == 0
    assert not re.search(r"[\x00-\x1f]|(?<!\\)[%#&]", written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Walking for $5 a day", r"Walking for \$5 a day"),
        ("From $5 to $10 an hour", r"From \$5 to \$10 an hour"),
        ("$\\pi_0$: a policy at 50%", r"$\pi_0$: a policy at 50\%"),
        ("$k$-means in $O(n^2)$", "$k$-means in $O(n^2)$"),
        ("$100 & $200", r"\$100 \& \$200"),
        ("A $broken{ formula$ here", r"A \$broken\textbraceleft{} formula\$ here"),
        ("Set {a} of #1 robots_x", r"Set \textbraceleft{}a\textbraceright{} of \#1 robots\_x"),
        ("A control \x01 character", "A control character"),
        ("``typed'' -- not meant", "`{}`typed'{}' -{}- not meant"),
    ],
)
def test_only_what_compiles_is_written(text: str, written: str) -> None:
    assert bibtex_text(text) == written


def test_the_list_holds_every_classified_paper_under_its_class(seeded_store: Store) -> None:
    text = exported(seeded_store, "awesome-list")
    section = text.split("## World Action Models\n")[1].split("\n## ")[0]
    assert section.count("\n- ") == 64
    assert "- **UniPi**: *Learning Universal Policies via Text-Guided Video Generation* - NeurIPS 2023" in section


def test_the_generated_list_read_back_is_what_the_store_holds(seeded_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    path.write_text(exported(seeded_store, "awesome-list"))
    report = import_source(seeded_store, str(path), ImportOptions(dry_run=True))
    assert {report.counts[outcome] for outcome in ("new", "in conflict", "unreadable")} == {0}
    assert not [change for line in report.lines for change in line.changes]


def test_contents_lead_to_headings(seeded_store: Store) -> None:
    text = exported(seeded_store, "awesome-list")
    targets = re.findall(r"\]\(#([^)]*)\)", text)
    assert "wam-joint" in targets
    assert sorted(targets) == sorted(re.findall(r'^<a id="([^"]*)"></a>$', text, re.M))


OURS = "# Ours\n\n<!-- wamkg:begin -->\nold\n<!-- wamkg:end -->\r\nProse."


def test_a_list_is_filled_into_a_readme_and_checked(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(OURS.encode())
    fill = ["export", "awesome-list", "--into", str(path), "--taxonomy", "wam"]
    assert (run([*fill, "--check"]), path.read_bytes()) == (1, OURS.encode())
    assert (run(fill), run([*fill, "--check"])) == (0, 0)
    text = path.read_bytes().decode()
    assert text.startswith("# Ours\n\n<!-- wamkg:begin -->\n\n- [World Action Models](#wam) (64)\n")
    assert text.endswith("\n\n<!-- wamkg:end -->\r\nProse.")
    assert "Training Data" not in text
    capsys.readouterr()
    assert run(["decide", "arxiv:2302.00111", "joint"]) == 0
    assert run([*fill, "--check"]) == 1
    assert run(["export", "jsonl", "--into", str(path)]) == 1
    assert "use awesome-list" in capsys.readouterr().err
    path.write_text("no marks")
    assert (run(fill), path.read_text()) == (1, "no marks")


@given(st.text(), st.text(), st.text())
def test_a_part_is_put_in_twice_as_once_and_touches_nothing_else(before: str, part: str, after: str) -> None:
    assume("wamkg:" not in before + part + after)
    marked = f"{before}\n{BEGIN}\n{END}\n{after}"
    once = with_part(marked, part, "x.md")
    assert once.startswith(f"{before}\n{BEGIN}\n")
    assert once.endswith(f"{END}\n{after}")
    assert with_part(once, part, "x.md") == once


@given(st.text(max_size=60))
def test_markdown_text_cannot_open_a_link_or_a_tag(text: str) -> None:
    bare = plain_markdown(text).replace("\\\\", "").replace("\\[", "").replace("\\<", "")
    assert "[" not in bare
    assert "<" not in bare


def test_the_table_read_back_is_what_the_store_holds(seeded_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    pin_citation_keys(seeded_store)
    path.write_text(exported(seeded_store, "csv"), newline="")
    report = import_source(seeded_store, str(path), ImportOptions(dry_run=True))
    assert (report.counts["same"], sum(report.counts.values())) == (227, 227)
    rows = {row["arxiv"]: row for row in csv.DictReader(io.StringIO(exported(seeded_store, "csv"), newline=""))}
    unipi = rows["2302.00111"]
    assert (unipi["method"], unipi["taxon:wam"], unipi["citations"]) == ("UniPi", "cascaded/explicit/learned", "")
    assert unipi["authors"].startswith("Yilun Du; Mengjiao Yang")


def test_no_cell_of_the_table_is_run_by_a_spreadsheet(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"title": "=HYPERLINK(1)", "arxiv": "2401.00001"}')
    import_source(store, str(path), ImportOptions())
    with store.writing() as session:
        find_paper(session, "arxiv:2401.00001").citation_count = 0
    (row,) = csv.DictReader(io.StringIO(exported(store, "csv"), newline=""))
    assert (row["title"], row["citations"]) == ("'=HYPERLINK(1)", "0")


def test_skos_holds_every_taxon_at_its_place_under_its_lasting_id(seeded_store: Store) -> None:
    before = skos(seeded_store)
    (joint,) = before.subjects(SKOS.prefLabel, Literal("Joint", lang="en"))
    with seeded_store.reading() as session:
        taxa = sum(item.taxa for item in taxonomy_list(session))
    assert len(set(before.subjects(RDF.type, SKOS.Concept))) == taxa
    assert {str(before.value(child, SKOS.prefLabel)) for child in before.subjects(SKOS.broader, joint)} == {
        "Autoregressive Generation",
        "Diffusion-based Generation",
    }
    assert run(["taxon", "rename", "wam:joint", "One Model"]) == 0
    after = skos(seeded_store)
    assert str(after.value(joint, SKOS.prefLabel)) == "One Model"
    assert Literal("Joint", lang="en") in set(after.objects(joint, SKOS.altLabel))


def skos(store: Store) -> Graph:
    """The export as another program reads it."""
    return Graph().parse(data=exported(store, "skos"), format="turtle")


def test_graphml_is_the_whole_graph(seeded_store: Store) -> None:
    graph = nx.read_graphml(BytesIO(exported(seeded_store, "graphml").encode()))
    with seeded_store.reading() as session:
        assert set(graph) == set(build_graph(session, cap=None))


def test_the_filters_of_the_list_choose_what_the_command_exports(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--taxon", "joint", "--since", "2026"]
    assert run(["list", *chosen, "--format", "ids"]) == 0
    ids = capsys.readouterr().out.split()
    assert run(["export", "jsonl", *chosen, "-o", str(tmp_path / "a.jsonl")]) == 0
    assert 0 < len((tmp_path / "a.jsonl").read_text().splitlines()) <= len(ids) < 227
    assert run(["export", "skos", *chosen]) == 1
    assert "to choose papers, use jsonl, bibtex, biblatex, ris, csl-json, csv" in capsys.readouterr().err
    assert run(["export", "jsonl", "--taxon", "jiont"]) == 1
    assert "did you mean" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["jsonl", "bibtex", "ris", "csl-json", "csv"])
def test_papers_that_are_only_cited_are_exported_under_keys_of_their_own(
    seeded_store: Store, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with seeded_store.writing() as session:
        for slug in ("2302.00111", "2310.10625"):
            find_paper(session, f"arxiv:{slug}").standing = "cited"
            find_paper(session, f"arxiv:{slug}").key = None
    assert run(["export", form, "--standing", "cited"]) == 0
    written = capsys.readouterr().out
    assert written.count("2302.00111") >= 1 <= written.count("2310.10625")
    assert "du2023" in written
