"""The identity check: another paper under an id is caught, a paper whose title changed is let through."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.identity_sets import Case, Source, packaged_papers, printed, renames, shared_papers, swaps
from wamkg.matching.identity import Identity, PaperProfile, check_identity, is_placeholder

REPORTED = ((3001, False), (3002, False), (3002, True))
"""Seeds of the sets that are reported, and whether authors and years are known; the rules were made on other seeds."""
SIZE = 200

SAME = [
    ("Learning to Fold Laundry", "learning to fold laundry."),
    ("Learning to Fold Laundry", "Learning to Fold Laundry (v2)"),
    ("Learning to Fold Laundry", "[ICRA 2025] Learning to Fold Laundry"),
    ("Learning to Fold Laundry", "Learning to Fold Laundry (Extended Abstract)"),
    ("Learning to Fold Laundry: A Tactile View", "Learning to Fold Laundry：A Tactile View"),
    ("$\\pi_{0.5}$: Folding in Open Worlds", "π₀.₅: folding in open worlds"),
    ("Folding \\emph{with} {T}actile Gloves", "Folding with Tactile Gloves"),
    ("Folding &amp; Stacking in the Wild", "Folding <i>and</i> Stacking in the Wild"),
    ("Modelling Cloth Behaviour for Robots", "Modeling Cloth Behavior for Robots"),
]
RENAMED = [
    ("ClothPi: Folding by Imagining Wrinkles", "ClothPi: Wrinkle Fields for Any Garment"),
    ("ClothPi: Folding by Imagining Wrinkles", "Folding by Imagining Wrinkles"),
    ("ClothPi: Folding by Imagining Wrinkles", "SheetNet: Folding by Imagining Wrinkles"),
    ("ClothPi", "ClothPi: Folding by Imagining Wrinkles"),
    ("Towards Folding Garments by Imagining Wrinkles", "Folding Garments by Imagining Wrinkles"),
    ("Folding Garments by Imagining Wrinkles", "Folding Garments by Imagining Wrinkles: Lessons from a Laundry"),
    ("Wrinkle-Aware VLA Policies for Garments", "Wrinkle-Aware Vision-Language-Action Policies for Garments"),
    ("A Gripper Study of 3DoF Wrists in Laundries", "Gripper Study of 3DoF Wrists in Laundries, Revisited"),
]
DIFFERENT = [
    ("ClothPi: Folding by Imagining Wrinkles", "A Benchmark for Driving at Night"),
    ("A Survey of World Models for Robots", "A Survey of Diffusion Models for Robots"),
    ("A Survey of Garment Folding", "A Survey of Garment Sorting"),
    ("GR-7: Folding at Scale", "GR-8: Pouring with Language"),
    ("Latents for Laundry, Part I", "Latents for Laundry, Part II"),
    ("World Models for Robots", "World Models: A Survey of Games"),
    ("Deep Learning for Garment Folding", "Deep Learning for Garment Sorting"),
    ("Folding from Video with a World Model", "Pouring from Video with a World Model"),
    ("ClothNet: A Vision-Language-Action Model", "PourNet: A Vision-Language-Action Model"),
]


def outcome(known: str, given: str) -> Identity:
    return check_identity(PaperProfile((known,)), PaperProfile((given,))).identity


@pytest.mark.parametrize(("known", "given"), SAME)
def test_another_printing_of_a_title_is_the_same(known: str, given: str) -> None:
    assert outcome(known, given) is outcome(given, known) is Identity.SAME


@pytest.mark.parametrize(("known", "given"), RENAMED)
def test_a_changed_title_is_a_rename(known: str, given: str) -> None:
    assert outcome(known, given) is outcome(given, known) is Identity.RENAMED


@pytest.mark.parametrize(("known", "given"), DIFFERENT)
def test_another_title_is_another_paper(known: str, given: str) -> None:
    assert outcome(known, given) is outcome(given, known) is Identity.DIFFERENT


@pytest.mark.parametrize("title", ["arxiv:2401.00017", "https://example.org/paper.pdf", "10.1000/182", "", "..."])
def test_a_title_that_is_not_known_is_no_reason_to_doubt(title: str) -> None:
    assert is_placeholder(title)
    assert outcome(title, "Folding by Imagining Wrinkles") is Identity.SAME


class TestAuthors:
    TEAM = ("Ito, Mika", "van der Berg, J.", "Óscar Pérez Díaz")

    def check(self, known: PaperProfile, given: PaperProfile) -> Identity:
        return check_identity(known, given).identity

    def test_the_team_tells_a_rename_from_a_swap_where_titles_share_nothing(self) -> None:
        known = PaperProfile(("Folding by Imagining Wrinkles",), self.TEAM, year=2024)
        same_team = ("Mika Ito", "Jan van der Berg", "O. Perez Diaz")
        assert self.check(known, PaperProfile(("What Cloth Knows",), same_team, year=2025)) is Identity.RENAMED
        others = ("Ada Abe", "Bao Li", "Chen Wu")
        found = check_identity(known, PaperProfile(("What Cloth Knows",), others, year=2025))
        assert found.identity is Identity.DIFFERENT
        assert (
            found.reasons[1]
            == "authors: Ada Abe, Bao Li, Chen Wu instead of Ito, Mika, van der Berg, J., Óscar Pérez Díaz"
        )
        assert found.reasons[2] == "year: 2025 instead of 2024"

    def test_a_likely_title_by_other_people_is_another_paper(self) -> None:
        known = PaperProfile(("ClothPi: Folding by Imagining Wrinkles",), self.TEAM)
        given = PaperProfile(("SheetNet: Folding by Imagining Wrinkles",), ("Ada Abe", "Bao Li"))
        assert self.check(known, given) is Identity.DIFFERENT

    def test_one_long_title_is_one_paper_even_if_the_authors_were_misread(self) -> None:
        known = PaperProfile(("Folding by Imagining Wrinkles in Cloth",), ("University of Nowhere",))
        given = PaperProfile(("Folding by imagining wrinkles in cloth",), self.TEAM)
        assert self.check(known, given) is Identity.SAME

    def test_a_short_title_by_others_is_another_paper(self) -> None:
        known = PaperProfile(("World Models",), ("Ada Abe", "Bao Li"))
        assert self.check(known, PaperProfile(("World Models",), self.TEAM)) is Identity.DIFFERENT

    @pytest.mark.parametrize(
        "printed", ["Zhang, C.", "C. Zhang", "Zhang C", "Zhang, Chuhan", "ZHANG Chuhan", "Chu-han Zhang", "C H Zhang"]
    )
    def test_names_meet_in_every_printing(self, printed: str) -> None:
        known = PaperProfile(("ClothPi: Wrinkles",), (printed, "Ito, M.", "Abe, A."), year=2024)
        given = PaperProfile(("A Wholly New Title",), ("Chuhan Zhang", "Mika Ito", "Ada Abe"), year=2024)
        assert self.check(known, given) is Identity.RENAMED

    def test_two_people_write_more_than_one_paper_together(self) -> None:
        known = PaperProfile(("Folding by Imagining Wrinkles",), ("Ada Abe", "Bao Li"), year=2021)
        assert (
            self.check(known, PaperProfile(("Pouring at Night",), ("Ada Abe", "Bao Li"), year=2024))
            is Identity.DIFFERENT
        )

    def test_a_sequel_of_the_same_team_is_another_paper(self) -> None:
        known = PaperProfile(("GR-7: Folding at Scale",), self.TEAM, year=2024)
        assert (
            self.check(known, PaperProfile(("GR-8: Pouring with Language",), self.TEAM, year=2024))
            is Identity.DIFFERENT
        )


class TestOtherSigns:
    def test_the_methods_name_in_the_abstract_makes_a_rename(self) -> None:
        known = PaperProfile(("Folding by Imagining Wrinkles",), names=("ClothPi",))
        introduced = PaperProfile(
            ("What Cloth Knows",), abstracts=("Cloth is hard. We introduce ClothPi, a folding policy.",)
        )
        assert check_identity(known, introduced).identity is Identity.RENAMED
        mentioned = PaperProfile(("What Cloth Knows",), abstracts=("Our method beats ClothPi and SheetNet by far.",))
        assert check_identity(known, mentioned).identity is Identity.DIFFERENT

    def test_one_abstract_makes_one_paper(self) -> None:
        text = "We fold shirts by imagining how their wrinkles move when a gripper pulls at a corner. " * 4
        known = PaperProfile(("Folding by Imagining Wrinkles",), abstracts=(text,))
        assert check_identity(known, PaperProfile(("Pouring",), abstracts=(text.upper(),))).identity is Identity.RENAMED

    def test_years_far_apart_speak_against_a_likely_title(self) -> None:
        known = PaperProfile(("ClothPi: Folding by Imagining Wrinkles",), year=2012)
        given = PaperProfile(("Folding by Imagining Wrinkles",), year=2024)
        assert check_identity(known, given).identity is Identity.DIFFERENT

    def test_any_title_that_a_source_gave_will_do(self) -> None:
        known = PaperProfile(("What Cloth Knows", "Folding by Imagining Wrinkles"))
        assert check_identity(known, PaperProfile(("Folding by imagining wrinkles",))).identity is Identity.SAME


# ---------------------------------------------------------------- measured


@pytest.fixture(scope="module")
def papers() -> list[Source]:
    folder = os.environ.get("WAMKG_SHARED")
    return shared_papers(Path(folder)) if folder else packaged_papers()


def facts(source: Source, seed: int, *, authors: bool) -> PaperProfile:
    names, cut = printed(source, seed) if authors else ((), False)
    return PaperProfile((source.title,), names, cut, source.year if authors else None)


def wrong(cases: list[Case], seed: int, *, authors: bool, other: bool) -> Counter[str]:
    """Cases judged wrongly, by kind."""
    found: Counter[str] = Counter()
    for case in cases:
        known, given = facts(case.known, seed, authors=authors), facts(case.given, 0, authors=authors)
        is_other = check_identity(known, given).identity is Identity.DIFFERENT
        found[case.kind] += is_other is not other
    return +found


@pytest.mark.parametrize(("seed", "authors"), REPORTED)
def test_swaps_are_caught_and_renames_let_through(
    papers: list[Source], seed: int, authors: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = [paper for paper in papers if paper.authors] if authors else papers
    if len(pool) < SIZE:
        pytest.skip("too few papers with authors here; WAMKG_SHARED has them")
    planted, true = swaps(pool, SIZE, seed), renames(pool, SIZE, seed)
    missed = wrong(planted, seed, authors=authors, other=True)
    held = wrong(true, seed, authors=authors, other=False)
    caught = 1 - missed.total() / len(planted)
    with capsys.disabled():
        known = "authors and years known" if authors else "titles alone"
        print(f"\nidentity, {known}, seed {seed}: {caught:.1%} of {len(planted)} swaps caught {dict(missed)}, "
              f"{held.total() / len(true):.1%} of {len(true)} renames held up {dict(held)}")  # fmt: skip
    assert len(planted) == len(true) == SIZE
    assert caught >= 0.99 and held.total() / len(true) <= 0.01


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("A theory of tidal robots, Part I", "A theory of tidal robots, Part II"),
        ("Soft Hands for Kelp (Part 1)", "Soft Hands for Kelp (Part 2)"),
        ("Learning to swim with diffusion world models", "Flying drones with contrastive rewards"),
    ],
)
def test_two_papers_of_the_same_two_people_are_two_papers(mine: str, theirs: str) -> None:
    people = ("Ann Alpha", "Bo Beta")
    known, given = PaperProfile((mine,), people, year=2020), PaperProfile((theirs,), people, year=2020)
    assert check_identity(known, given).identity is Identity.DIFFERENT
