"""BibTeX in, BibTeX out: the braces of titles, the field of the venue and the abstract come back as they came in."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.exporting.formats import EXPORTS
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.title_braces import protected_parts, stored_braces
from wamkg.store.session import Store

FORMS = ("bibtex", "csv", "jsonl")
SUFFIX = {"bibtex": "bib", "csv": "csv", "jsonl": "jsonl"}


def written(store: Store, form: str = "bibtex") -> str:
    with store.reading() as session:
        return "".join(EXPORTS[form].write(session))


def passed_on(store: Store, tmp_path: Path, entries: str) -> str:
    """The BibTeX of a store that read these entries."""
    path = tmp_path / "in.bib"
    path.write_text(entries, encoding="utf-8")
    import_source(store, str(path), ImportOptions())
    return written(store)


@pytest.mark.parametrize(
    ("title", "comes_back"),
    [
        ("{HERON}: Wading Birds as Samples", "{HERON}: Wading Birds as Samples"),
        ("Plain words of a title", "Plain words of a title"),
        ("{Every Word Is Kept}", "{Every Word Is Kept}"),
        ("On {B}ayesian {N}ests", "On {B}ayesian {N}ests"),
        ("{GullNet}s and { TernNet }", "{GullNet}s and {TernNet}"),
        (r"{\"U}ber die {K\"onigs}", "Über die {Königs}"),
        (r"A {$\pi_0$} Model of {50\%} {R\&D}", r"A {$\pi_0$} Model of {50\%} {R\&D}"),
        (r"Text with \{signs\} and {SIGNS}", r"Text with \textbraceleft{}signs\textbraceright{} and {SIGNS}"),
        ("Nested {A {B} C} words", "Nested {A B C} words"),
        (r"{\bf Bold} words and {IT}", "Bold words and {IT}"),
        ("{One} {Two}", "{One} {Two}"),
    ],
)
def test_a_title_is_written_with_the_braces_that_it_came_in_with(
    store: Store, tmp_path: Path, title: str, comes_back: str
) -> None:
    text = passed_on(store, tmp_path, f"@article{{a, title = {{{title}}}, author = {{Lind, Per}}, year = 2020}}")
    assert f"title = {{{comes_back}}}," in text


def test_a_title_of_another_source_is_in_braces_as_a_whole(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "Wading Birds as Samples of NORTH", "year": 2020}')
    import_source(store, str(path), ImportOptions())
    assert "title = {{Wading Birds as Samples of NORTH}}," in written(store)


def test_protected_words_stay_so_when_the_title_changes() -> None:
    braces = "{HERON}: Wading {B}irds"
    assert protected_parts("HERON: wading birds at night", braces) == [
        ("HERON", True),
        (": wading birds at night", False),
    ]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8, alphabet="aB{}\\$% é:"), st.booleans()), max_size=6))
def test_any_stored_braces_are_read_back(parts: list[tuple[str, bool]]) -> None:
    marked = "".join(f"\ue000{text}\ue001" if protected else text for text, protected in parts)
    title = " ".join(re.sub("[\ue000\ue001]", "", marked).split())
    assert "".join(text for text, _ in protected_parts(title, stored_braces(marked))) == title


VENUES = [
    ("article", "journal", "journal"),
    ("article", "booktitle", "journal"),
    ("inproceedings", "journal", "booktitle"),
    ("conference", "booktitle", "booktitle"),
    ("incollection", "booktitle", "booktitle"),
    ("proceedings", "booktitle", "booktitle"),
    ("book", "booktitle", "booktitle"),
    ("collection", "booktitle", "booktitle"),
    ("misc", "journal", "journal"),
    ("misc", "howpublished", "howpublished"),
    ("phdthesis", "journal", "journal"),
    ("techreport", "booktitle", "booktitle"),
    ("online", "howpublished", "howpublished"),
]


@pytest.mark.parametrize(("kind", "came_in", "comes_back"), VENUES)
def test_the_venue_stands_in_the_field_of_its_kind(
    store: Store, tmp_path: Path, kind: str, came_in: str, comes_back: str
) -> None:
    entry = (
        f"@{kind}{{a, title = {{Herons at night}}, author = {{Lind, Per}}, {came_in} = {{Wader Notes}}, year = 2020}}"
    )
    text = passed_on(store, tmp_path, entry)
    assert text.startswith(f"@{kind}{{")
    assert re.findall(r"(\w+) = {Wader Notes}", text) == [comes_back]


@pytest.mark.parametrize("form", FORMS)
def test_what_an_entry_has_goes_through_every_format(store: Store, tmp_path: Path, form: str) -> None:
    entry = r"""@misc{a, title = {{TERN} at {N}ight}, author = {Lind, Per}, journal = {Wader Notes}, year = 2020,
        abstract = {50\% of {terns} & more.

        Second part.}, note = {Read it}, keywords = {tern, night}}"""
    first = passed_on(store, tmp_path, entry)
    assert r"abstract = {50\% of terns \& more. Second part.}," in first
    path = tmp_path / f"out.{SUFFIX[form]}"
    path.write_text(written(store, form), encoding="utf-8")
    again = import_source(store, str(path), ImportOptions())
    assert (again.counts["same"], again.counts["changed"]) == (1, 0)
    assert written(store) == first
