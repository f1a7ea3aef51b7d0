"""A record that comes again: what is shown adds nothing, another printing changes nothing, a worse value is listed."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from wamkg.cli import run
from wamkg.importing.agree import how_worse, same_printing, same_text
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport, LineReport
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.published import same_venue
from wamkg.matching.record import Record
from wamkg.reviewing.paper_edits import set_values
from wamkg.services.exports import export
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.session import Store
from wamkg.store.tables import Claim
from wamkg.views.paper_details import PaperDetail, paper_detail
from wamkg.vocabulary import BatchKind

KNOWN: dict[str, Any] = {
    "arxiv": "2401.91234", "authors": ["Eva Moreno", "Kofi Mensah"], "year": 2024, "venue": "Journal of Tides",
}  # fmt: skip
TITLE = "Dunes that Move: Sand & Wind"


def take(store: Store, source: str, **values: Any) -> LineReport:
    """Import one record; returns how its line ended."""
    report = ImportReport(source, "records", dry_run=False)
    with store.writing() as session:
        batch = open_batch(session, BatchKind.IMPORT, source, get_actor(session, "import"))
        record = Record(1, **({"title": TITLE} | KNOWN | values))
        Applier(session, batch, f"list:{source}", report).apply([record])
        close_batch(session, batch, {})
    return report.lines[0]


def shown(store: Store) -> PaperDetail:
    with store.reading() as session:
        return paper_detail(session, "arxiv:2401.91234")


def facts(store: Store, source: str) -> dict[str, Any]:
    with store.reading() as session:
        return {fact.field: fact.value for fact in session.exec(select(Claim).where(Claim.source == f"list:{source}"))}


def test_what_is_shown_is_not_said_again(store: Store) -> None:
    take(store, "a", volume="7", details={"editor": "Lind, Ida"})
    assert take(store, "b", volume="7", details={"editor": "Lind, Ida"}).outcome == "same"
    assert facts(store, "b") == {"standing": "candidate"}
    assert take(store, "c", volume="7", pages="11-19").outcome == "changed"
    assert facts(store, "c").keys() == {"standing", "venue", "year", "volume", "pages"}, "its record is kept whole"
    assert (shown(store).pages, shown(store).volume) == ("11-19", "7")


@pytest.mark.parametrize(
    "printing",
    [
        "Dunes that Move: Sand &amp; Wind",
        "Dunes <i>that</i> Move: Sand & Wind",
        "{Dunes} that {M}ove: Sand \\& Wind",
        "Dunes that Move:  Sand & Wind",
        "Dunes that Move: Sand &#38; Wind",
        "<b>Dunes that Move:</b> Sand &amp;amp; Wind",
    ],
)
def test_markup_is_no_change_and_no_conflict(printing: str) -> None:
    assert same_printing(printing, TITLE)
    assert same_text(printing.upper(), TITLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It’s a “world” — now", 'It\'s a "world" - now'),
        ("arXiv preprint", "ArXiv preprint"),
        ("Sim–to–real", "Sim-to-real"),
        ("``Seeing'' is", '"Seeing" is'),
        ("A\u00a0b", "A b"),
    ],
)
def test_quotes_dashes_and_blanks_are_one_printing(one: str, other: str) -> None:
    assert same_printing(one, other)
    assert not same_printing(one, other + " x")


def test_another_printing_leaves_the_paper_as_it_is(store: Store) -> None:
    take(store, "a")
    before = shown(store)
    for source in ("a", "b"):
        line = take(store, source, title="<i>Dunes</i> that Move: Sand &amp; Wind", venue="{Journal} of Tides")
        assert (line.outcome, line.changes, line.conflicts) == ("same", (), ())
    assert (shown(store).title, shown(store).venue) == (before.title, before.venue)


@pytest.mark.parametrize(
    ("field", "good", "worse", "why"),
    [
        ("authors", ["Eva Moreno", "Kofi Mensah"], ["Eva Moreno"], "1 of 2 authors"),
        ("authors", ["Eva Moreno", "Kofi Mensah"], ["E. Moreno", "K. Mensah"], "initials"),
        ("abstract", "Sand moves. " * 20, "Sand moves. Sand moves. Sand ...", "cut short"),
        ("title", TITLE, "Dunes that Move…", "cut short"),
        ("title", "Dunes that Move for Long", "DUNES THAT MOVE FOR LONG", "capitals"),
        ("publisher", "Éditions du Sable", "\ufffdditions du Sable Blanc", "read wrongly"),
        ("venue", "Journal of Tides & Dunes", "Journal", "cut short"),
    ],
)
def test_a_worse_value_is_told(field: str, good: Any, worse: Any, why: str) -> None:
    assert why in (how_worse(field, worse, good) or "")
    assert how_worse(field, good, worse) is None


def test_a_worse_value_of_the_same_source_is_listed(store: Store) -> None:
    take(store, "a")
    line = take(store, "a", authors=["E. Moreno", "K. Mensah"])
    assert line.conflicts[0].startswith("authors: worse than what this source said before (initials instead of names)")
    assert "worse" not in str(take(store, "b", authors=["Eva Moreno"]).conflicts), "of another source it is no news"


def test_one_publication_is_put_together_and_two_are_not(store: Store) -> None:
    take(store, "a", venue="NeurIPS", year=2024)
    full = "Advances in Neural Information Processing Systems"
    take(store, "b", venue=full, year=2024, volume="37", pages="1-9", entry_type="inproceedings")
    take(store, "c", venue="Journal of Dunes", year=2025, doi="10.5555/dunes", number="4", publisher="Sand Press")
    item = shown(store)
    assert (item.venue, item.year, item.volume, item.pages, item.type) == (
        "NeurIPS",
        2024,
        "37",
        "1-9",
        "inproceedings",
    )
    assert (item.doi, item.number, item.publisher) == (None, None, None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CoRL", "8th Annual Conference on Robot Learning", True),
        ("2024 IEEE International Conference on Robotics and Automation (ICRA)", "ICRA", True),
        ("RA-L", "IEEE Robotics and Automation Letters", True),
        ("ICRA", "IEEE Robotics and Automation Letters", False),
        ("ICCV", "CVPR", False),
        ("CoRL", "CoRL Workshop", False),
    ],
)
def test_venues_are_compared_by_what_they_are_called_in_full(one: str, other: str, same: bool) -> None:
    assert same_venue(one, other) is same


def test_details_of_a_source_are_put_together(store: Store) -> None:
    take(store, "a", details={"editor": "Lind, Ida", "series": "LNCS"})
    take(store, "a", details={"series": "LNCS 12"})
    assert shown(store).details == {"editor": "Lind, Ida", "series": "LNCS 12"}
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(Claim).where(Claim.field == "details")).one() == 2


@pytest.mark.parametrize(("form", "ending"), [("jsonl", "jsonl"), ("csv", "csv"), ("bibtex", "bib")])
def test_what_is_exported_and_read_again_changes_nothing(
    seeded_store: Store, tmp_path: Path, form: str, ending: str
) -> None:
    before, path = exported(seeded_store, "jsonl"), tmp_path / f"wamkg.{ending}"
    path.write_text(exported(seeded_store, form), encoding="utf-8", newline="")
    report = import_source(seeded_store, str(path), ImportOptions())
    assert ({o: n for o, n in report.counts.items() if n}, report.batch) == ({"same": 227}, None)
    assert exported(seeded_store, "jsonl") == before


def exported(store: Store, form: str) -> str:
    pieces: list[str] = []
    export(store, form, pieces.append)
    return "".join(pieces)


def test_a_year_read_off_a_date_stays_one_on_its_way_through_bibtex(store: Store, tmp_path: Path) -> None:
    take(store, "a", year=None, venue=None)
    path = tmp_path / "wamkg.bib"
    path.write_text(exported(store, "bibtex"), encoding="utf-8")
    assert "yearderived = {true}" in path.read_text(encoding="utf-8")
    assert import_source(store, str(path), ImportOptions()).counts["same"] == 1
    assert (shown(store).year, shown(store).stated_year) == (2024, None)


def test_a_person_sets_what_a_bibliography_says(store: Store) -> None:
    take(store, "a", details={"editor": "Lind, Ida", "series": "LNCS"})
    with store.writing() as session:
        ana = get_actor(session, "ana", "person")
        values = {
            "type": "book",
            "pages": "7",
            "details.editor": "Berg, Bo",
            "authors": "van den Berg, Ida; The Sea Team",
        }
        set_values(session, ana, "arxiv:2401.91234", values)
    item = shown(store)
    assert (item.type, item.pages, item.details) == ("book", "7", {"editor": "Berg, Bo", "series": "LNCS"})
    assert item.authors == ["Ida van den Berg", "The Sea Team"]
    assert item.authors_structured == [
        {"family": "Berg", "given": "Ida", "particle": "van den"},
        {"literal": "The Sea Team"},
    ]
    with store.writing() as session:
        set_values(
            session, get_actor(session, "ana", "person"), "arxiv:2401.91234", {"details.editor": "", "authors": ""}
        )
    assert (shown(store).details, shown(store).authors) == ({"editor": "Lind, Ida", "series": "LNCS"}, KNOWN["authors"])


def test_months_are_the_same_however_they_are_printed(store: Store, tmp_path: Path) -> None:
    fields = ["journal={Sand}, year=2011, month={5}", "journal={Sand}, date={2012-12}", "year=2013, month=jun",
              "journal={Sand}, year=2014, month={July}", "journal={Sand}, year={2015/16}"]  # fmt: skip
    path = tmp_path / "tides.bib"
    path.write_text("\n".join(f"@article{{k{n}, title={{Dunes of kind {n}}}, {f}}}" for n, f in enumerate(fields)))
    import_source(store, str(path), ImportOptions())
    pieces: list[str] = []
    export(store, "bibtex", pieces.append)
    for text in ("".join(pieces), path.read_text()):
        path.write_text(text)
        report = import_source(store, str(path), ImportOptions())
        assert [(line.outcome, line.changes) for line in report.lines] == [("same", ())] * len(fields)


def test_a_list_written_from_a_survey_changes_nothing_when_it_is_read_back(home: Path, tmp_path: Path) -> None:
    reeds, rafts = tmp_path / "gardens.md", tmp_path / "again.md"
    reeds.write_text(
        "# Floating Gardens\n\n## Reeds\n\n"
        "- **Reeds that Grow in Still Water** [[Willow](https://a.example.org/1), [Osier](https://b.example.org/2), "
        "[Sedge](https://c.example.org/3)]\n"
        "- [Measuring the Height of Reeds from a Boat](https://arxiv.org/abs/2401.91235)\n\n"
        "## Rafts\n\n"
        "- [Rafts of Peat in a Tidal Lake](https://arxiv.org/abs/2402.91236) [[code](https://github.com/a/peat)] "
        "[[code](https://github.com/a/peat-2)]\n"
        "- **[2023]** [Anchors for Rafts that Turn](https://arxiv.org/abs/2303.91237)\n",
        encoding="utf-8",
    )
    assert run(["init", "--from", str(reeds), "--yes"]) == 0
    assert run(["export", "awesome-list", "-o", str(rafts)]) == 0
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    report = import_source(store, str(rafts), ImportOptions(dry_run=True))
    store.close()
    assert [(line.outcome, line.title, line.changes) for line in report.lines if line.outcome != "same"] == []
    assert len(report.lines) == 4


def in_full(store: Store, *lists: tuple[str, list[str], str]) -> tuple[list[LineReport], list[str]]:
    """Import the same paper with several author lists (source, authors, venue); returns the reports and what shows."""
    reports = [take(store, source, authors=authors, venue=venue) for source, authors, venue in lists]
    return reports, list(shown(store).authors)


@pytest.mark.parametrize(
    "initials", [["E. Moreno", "K. Mensah"], ["E Moreno", "Kofi Mensah"], ["E. M. Moreno", "K. Mensah"]]
)
def test_initials_of_a_publication_do_not_replace_names_in_full(store: Store, initials: list[str]) -> None:
    full = KNOWN["authors"]
    (_, second), names = in_full(store, ("a", full, "arXiv"), ("b", initials, "Journal of Tides"))
    assert names == full
    assert not any("authors" in change for change in (*second.changes, *second.conflicts))
    assert facts(store, "b")["authors"] == initials, "both claims are kept"


def test_names_in_full_of_a_preprint_replace_initials_of_its_publication(store: Store) -> None:
    initials, full = ["E. Moreno", "K. Mensah"], KNOWN["authors"]
    _, names = in_full(store, ("a", initials, "Journal of Tides"), ("b", full, "arXiv"))
    assert names == full


@pytest.mark.parametrize("published", [["E. Moreno", "L. Mensah"], ["E. Moreno", "K. Mensah", "Ida Lind"]])
def test_the_publication_decides_where_the_people_differ(store: Store, published: list[str]) -> None:
    _, names = in_full(store, ("a", KNOWN["authors"], "arXiv"), ("b", published, "Journal of Tides"))
    assert names == published
