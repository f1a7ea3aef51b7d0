"""Lines that announce a paper give it no title."""

import pytest

from tests.helpers.importing_samples import EMPTY, read

ENTRY = "- **Dunes that Move: Sand and Wind**, ICRA 2025 [[paper](https://arxiv.org/abs/2503.01234)]"
LIST = f"# Awesome Sand\n\n{{news}}\n\n## Dunes\n\n{ENTRY}\n"


@pytest.mark.parametrize("heading", ["## News", "## 🔥 Latest Updates", "### What's New", "## 最新动态", ""])
@pytest.mark.parametrize(
    "line",
    [
        "- [2025/03] We release [DuneNet](https://arxiv.org/abs/2503.01234)!",
        "* 🎉 2025.03.14: Our [paper on sand](https://arxiv.org/abs/2503.01234) has been accepted by ICRA.",
        "- **2025-03-14** Please see the [new dune paper](https://arxiv.org/abs/2503.01234) in this list",
    ],
)
def test_the_news_about_a_paper_do_not_give_it_a_title(heading: str, line: str) -> None:
    records = read(LIST.format(news=f"{heading}\n\n{line}"), EMPTY).records()
    assert [record.title for record in records] == ["Dunes that Move: Sand and Wind"]


def test_a_paper_known_only_from_the_news_waits_for_its_title() -> None:
    news = "## News\n\n- We like [SandBot](https://arxiv.org/abs/2505.09999) very much."
    first, second = read(LIST.format(news=news), EMPTY).records()
    assert (first.title, first.arxiv, first.note) == ("", "2505.09999", "We like SandBot very much")
    assert second.arxiv == "2503.01234"


def test_a_title_that_speaks_to_the_reader_stays_a_title() -> None:
    entries = ["- **What We Know of Sand**, TMLR 2025 [[paper](https://arxiv.org/abs/2505.01111)]",
               "- **Can You See What I Feel?**, CoRL 2025 [[paper](https://arxiv.org/abs/2502.04322)]"]  # fmt: skip
    news = "## Recent Papers\n\n" + "\n".join(entries)
    titles = [r.title for r in read(LIST.format(news=news) + "\n".join(entries), EMPTY).records()]
    known = ["What We Know of Sand", "Can You See What I Feel?"]
    assert titles == [*known, "Dunes that Move: Sand and Wind", *known]
