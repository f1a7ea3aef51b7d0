"""One paper or two? People, venues and titles compared; and what a file with both kinds of pairs leaves in a store."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.edit_store import fill
from tests.helpers.store_dump import dump
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.generic_titles import is_generic
from wamkg.matching.people import person_keys, same_person
from wamkg.matching.venues import may_be_one_venue
from wamkg.names import parse_name
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.views.duplicates import candidate_list
from wamkg.views.papers import PaperQuery, find_paper_page

ONE_PERSON = [
    ("K. Moss", "Karin Moss"),
    ("Moss K", "Karin Moss"),
    ("Moss KL", "Karin-Lena Moss"),
    ("Moss, K.-L.", "Karin Lena Moss"),
    ("Pieter van der Hoek", "P. Hoek"),
    ("van der Hoek, P.", "Pieter Hoek"),
    ("Marisol Vega Ruiz", "Vega Ruiz, M."),
    ("M. Vega", "Vega Ruiz, Marisol"),
    ("Ruiz, M.", "Vega Ruiz, Marisol"),
    ("Ina De Witt", "De Witt, I."),
    ("Rui da Costa", "Costa R"),
    ("Töpfer, J.", "Jutta Toepfer"),
    ("Hua Lin", "Lin Hua"),
    ("H. Lin", "Lin Hua"),
    ("Lin H", "Hua Lin"),
    ("李娜", "娜 李"),
    ("Kåre Ås", "K. Aas"),
    ("Karin L. Moss", "K. Moss"),
    ("Karin Moss", "Karin L. Moss"),
    ("O'Hara, Una", "U. O’Hara"),
    ("West, Jr., Ray", "Ray West"),
    ("Mei-Ling Wu", "M. Wu"),
    ("Ben Roth", "Benjamin Roth"),
    ("DeepThought", "DeepThought"),
    ("Ana-Lucía Paz", "A.L. Paz"),
    ("De la Torre, B.", "Berta de la Torre"),
    ("Y. Lefort", "Yves Le Fort"),
    ("박민수", "민수 박"),
]
TWO_PEOPLE = [
    ("K. Moss", "Lena Moss"),
    ("Karin Moss", "Kurt Moss"),
    ("Una Paz", "Ben Roth"),
    ("Ray Otto West", "R. D. West"),
    ("Hua Lin", "Hua Wang"),
    ("H. Lin", "Jun Lin"),
    ("李娜", "王娜"),
    ("DeepThought", "Karin Moss"),
    ("Una Paz", "Una Pazos"),
]


class TestPeople:
    """Names of one person, printed in two ways."""

    @pytest.mark.parametrize(("one", "other"), ONE_PERSON)
    def test_initials_particles_compound_names_and_order_are_allowed_for(self, one: str, other: str) -> None:
        a, b = parse_name(one), parse_name(other)
        assert same_person(a, b) is same_person(b, a) is True
        assert person_keys(a) & person_keys(b)

    @pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
    def test_other_initials_or_family_names_are_other_people(self, one: str, other: str) -> None:
        assert (
            same_person(parse_name(one), parse_name(other)) is same_person(parse_name(other), parse_name(one)) is False
        )

    def test_a_family_name_alone_is_no_answer(self) -> None:
        assert same_person(parse_name("Moss"), parse_name("Karin Moss")) is None

    @given(st.text(max_size=12), st.text(max_size=12))
    @settings(max_examples=60)
    def test_any_text_is_compared_both_ways_alike(self, one: str, other: str) -> None:
        a, b = parse_name(one), parse_name(other)
        assert same_person(a, b) is same_person(b, a)
        assert same_person(a, a) in ((True,) if a.display.strip() else (None,))


@pytest.mark.parametrize(
    "title",
    [
        "Preface",
        "Foreword",
        "Guest Editorial: Robots in the Wild",
        "Introduction to the Special Section on Grasping",
        "Welcome to ROBO 2021",
        "Message from the Program Chairs",
        "Erratum to: How to Grasp",
        "Untitled",
        "[No title available]",
        "Title of the paper goes here",
        "Table of Contents",
        "Author Index",
        "Vorwort",
        "前言",
        "Editors' Note",
        "Book Review",
    ],
)
def test_titles_that_many_papers_have(title: str) -> None:
    assert is_generic(title)


@pytest.mark.parametrize(
    "title",
    [
        "Introduction to Grasping",
        "World Models",
        "An Overview of Grasping Benchmarks",
        "Untitled Objects in Grasping Scenes",
        "Review Networks for Caption Generation",
        "Editable Scenes from Text",
        "Paper Folding by Robots",
        "Contents of a Kitchen Drawer",
    ],
)
def test_titles_that_say_what_a_paper_is_about(title: str) -> None:
    assert not is_generic(title)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("ICRA", "2021 IEEE International Conference on Robotics and Automation", True),
        ("J. Field Robot.", "Journal of Field Robotics", True),
        ("NeurIPS", "Advances in Neural Information Processing Systems 35", True),
        ("RA-L", "IEEE Robotics and Automation Letters", True),
        ("CoRL", "RSS", False),
        ("Journal of Grasping", "Conference on Flight", False),
        ("CVPR", "ECCV", False),
    ],
)
def test_venues(one: str, other: str, may: bool) -> None:
    assert may_be_one_venue(one, other) is may_be_one_venue(other, one) is may


TITLE = "Grasping by slow and steady thought"
PREPRINT = {"title": TITLE, "authors": ["Karin Moss", "Una Paz"], "year": 2022, "arxiv": "2203.11111"}
PRINTED = {
    "title": "Grasping by Slow and Steady Thought!",
    "authors": ["K. Moss", "U. Paz"],
    "year": 2023,
    "venue": "Journal of Grasping",
    "doi": "10.5555/jg.1",
}
PLAIN = {"title": TITLE, "authors": ["Karin Moss"]}
PLACED = PLAIN | {"year": 2019, "venue": "ROBO"}
APART = [
    [PRINTED, PRINTED | {"doi": "10.5555/jg.2"}],
    [PREPRINT | {"doi": "10.5555/jg.1"}, PRINTED | {"doi": "10.5555/jg.2", "arxiv": "2203.11111"}],
    [PREPRINT, PREPRINT | {"arxiv": "2203.22222"}],
    [PREPRINT, PRINTED | {"authors": ["Lena Moss"]}],
    [PREPRINT, PRINTED | {"year": 2017}],
    [PLACED, PLACED | {"year": 2020}],
    [PLACED, PLACED | {"venue": "GRASPCON"}],
    [PLAIN | {"doi": "10.1101/2020.01.01.111111"}, PLAIN | {"doi": "10.1101/2020.01.01.222222"}],
]
TOGETHER = [
    [PREPRINT, PRINTED],
    [PREPRINT, PRINTED | {"authors": ["Moss K", "Paz U"]}],
    [PREPRINT | {"doi": "10.1101/2022.03.01.111111"}, PRINTED],
    [PLAIN, PRINTED],
    [PREPRINT, PREPRINT | {"arxiv": None, "year": 2023, "venue": "ROBO"}],
    [PRINTED, PRINTED | {"doi": None, "venue": "J. Grasping"}],
]
EDITORIAL = {
    "title": "Guest editorial on grasping and letting go",
    "authors": ["Karin Moss"],
    "year": 2019,
    "venue": "JG",
}
UNKNOWN = {"title": "Title of this record"}
FIVE = [
    EDITORIAL,
    EDITORIAL | {"year": 2020},
    EDITORIAL | {"venue": "Journal of Flight"},
    UNKNOWN,
    UNKNOWN,
    UNKNOWN | {"year": 2018},
]


def told_apart(records: Sequence[dict[str, Any]], case: int) -> list[dict[str, Any]]:
    """The records with a title and ids that no other case has."""
    names = {"title": "{} in case {}", "doi": "{}.{}"}
    named = [r | {k: form.format(r[k], f"{case:02}") for k, form in names.items() if r.get(k)} for r in records]
    return [r | {"arxiv": r["arxiv"].replace("11", f"{case + 10}")} if r.get("arxiv") else r for r in named]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("pairs", "each"), [(APART, 2), (TOGETHER, 1)])
def test_two_records_of_one_title_in_one_file(
    sqlite_store: Store, tmp_path: Path, pairs: list[list[dict[str, Any]]], each: int, turned: bool
) -> None:
    cases = [told_apart(pair[::-1] if turned else pair, case) for case, pair in enumerate(pairs)]
    bring(sqlite_store, tmp_path, *(record for case in cases for record in case))
    titles = Counter(title.rpartition(" ")[2] for title in titles_of(sqlite_store))
    assert titles == {f"{case:02}": each for case in range(len(pairs))}
    before = dump(sqlite_store)
    again = bring(sqlite_store, tmp_path, *(record for case in cases for record in case))
    assert {line.outcome for line in again.lines} <= {Outcome.SAME, Outcome.CONFLICT}
    assert dump(sqlite_store) == before


def test_titles_that_many_papers_have_are_as_many_papers(sqlite_store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        bring(sqlite_store, tmp_path, *FIVE)
        assert len(titles_of(sqlite_store)) == 6
    others = (EDITORIAL | {"doi": "10.5555/e.1"}, EDITORIAL | {"doi": "10.5555/e.2"}, UNKNOWN)
    bring(sqlite_store, tmp_path, *others, name="elsewhere.jsonl")
    assert len(titles_of(sqlite_store)) == 9


def test_what_one_line_says_is_known_on_the_next(sqlite_store: Store, tmp_path: Path) -> None:
    bring(sqlite_store, tmp_path, PREPRINT, PRINTED, PRINTED | {"doi": "10.5555/jg.2"})
    assert len(titles_of(sqlite_store)) == 2
    report = bring(sqlite_store, tmp_path, PRINTED | {"doi": "10.5555/jg.3", "arxiv": "2203.11111"})
    assert "with the DOI 10.5555/jg.1; this is another paper" in report.lines[0].conflicts[0]
    assert report.counts[Outcome.CONFLICT] == 1
    assert len(titles_of(sqlite_store)) == 3


@pytest.mark.parametrize("turned", [False, True])
def test_year_venue_and_doi_are_those_of_one_record(sqlite_store: Store, tmp_path: Path, turned: bool) -> None:
    pair = [PREPRINT, PRINTED]
    for outcome in (Outcome.CHANGED, Outcome.SAME):
        report = bring(sqlite_store, tmp_path, *(pair[::-1] if turned else pair))
        assert outcome is not Outcome.SAME or {line.outcome for line in report.lines} == {Outcome.SAME}
    with sqlite_store.reading() as session:
        (paper,) = find_paper_page(session, PaperQuery()).items
    assert (paper.venue, paper.doi, paper.year) == ("Journal of Grasping", "10.5555/jg.1", 2023)
    assert paper.arxiv == PREPRINT["arxiv"]


def test_the_year_of_a_volume_is_no_other_paper_in_another_file(sqlite_store: Store, tmp_path: Path) -> None:
    bring(sqlite_store, tmp_path, PLACED)
    bring(sqlite_store, tmp_path, PLACED | {"year": 2020})
    assert len(titles_of(sqlite_store)) == 1


def bring(store: Store, folder: Path, *records: dict[str, Any], name: str = "records.jsonl") -> ImportReport:
    """Import a file with these records."""
    (folder / name).write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return import_source(store, str(folder / name), ImportOptions())


def titles_of(store: Store) -> list[str]:
    """Titles of all papers."""
    with store.reading() as session:
        return [paper.title for paper in find_paper_page(session, PaperQuery(limit=100)).items]


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """On SQLite alone: what is compared is the same on both databases."""
    made = Store(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(made)
    yield made
    made.close()


def test_a_preprint_and_its_publication_under_another_subtitle_are_a_pair(store: Store, tmp_path: Path) -> None:
    before, after = "MOSS-3: A Walking Machine", "MOSS-3: Walking Machines from Very Much Data"
    fill(store, tmp_path, PREPRINT | {"title": before})
    fill(store, tmp_path, PRINTED | {"title": after})
    fill(store, tmp_path, PRINTED | {"title": after, "year": 2017, "doi": "10.5555/jg.9"})
    with store.reading() as session:
        (pair,) = candidate_list(session, 50).items
    assert {pair.left.title, pair.right.title} == {before, after}


@pytest.mark.parametrize(
    ("first", "second", "new"),
    [
        ("@proceedings{a, title={Proceedings of the 4th Meeting on Moss}, year=2019}", None, 0),
        (
            "@proceedings{a, title={Proceedings of the 4th Meeting on Moss}, year=2019}",
            "@proceedings{b, title={Proceedings of the 4th Meeting on Moss}, year=2020}",
            1,
        ),
        ("@misc{a, title={Preface}, year=2019}", "@misc{b, title={Preface}, year=2019}", 1),
    ],
)
def test_proceedings_without_people_are_one_in_two_files(
    file_store: Store, tmp_path: Path, first: str, second: str | None, new: int
) -> None:
    for name, text in (("one.bib", first), ("two.bib", second or first)):
        (tmp_path / name).write_text(text)
        report = import_source(file_store, str(tmp_path / name), ImportOptions())
    assert [line.outcome for line in report.lines].count(Outcome.NEW) == new
