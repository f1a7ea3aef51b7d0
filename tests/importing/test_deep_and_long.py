"""Files made to exhaust a reader: deep nesting and growing macros end as one clear line, and never as a crash."""

import pytest

from tests.helpers.importing_samples import CATALOGUE, read
from wamkg.errors import InvalidInputError
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.matching.record import Record, UnreadableLine

ENTRIES = "- [A Fine Title of Kites](https://arxiv.org/abs/2401.00001)\n- [Strings in the Wind](https://arxiv.org/abs/2401.00002)\n"


@pytest.mark.parametrize(
    "alone", ["<br>", "<pre>", "<a name='top'>", "<div", "</section", "<!doctype", "<?php", "<img src='kite.png'>"]
)
def test_a_tag_alone_above_a_list_hides_nothing(alone: str) -> None:
    found = list(read(f"# Kites\n\n{alone}\n{ENTRIES}", CATALOGUE).items)
    assert [(item.line, item.title) for item in found if isinstance(item, Record)] == [
        (4, "A Fine Title of Kites"),
        (5, "Strings in the Wind"),
    ]


@pytest.mark.parametrize(
    "opening", ["<ul><li>", "<blockquote>", "> ", "<table><tr><td>", "<details><summary>\n- x\n", "[", "*a_"]
)
def test_deep_nesting_ends(opening: str) -> None:
    list(read(opening * 1500 + ENTRIES, CATALOGUE).items)


@pytest.mark.parametrize("opening", ["{", "\\textbf{", "{\\it "])
def test_an_entry_with_deep_braces_is_listed_and_the_others_are_read(opening: str) -> None:
    deep = f"@article{{deep, title = {{{opening * 3000}{'}' * 3000}}}}}\n"
    first, second = parse_bibtex(f"{deep}@article{{plain, title = {{Strings}}}}\n")
    assert isinstance(first, UnreadableLine) and first.line == 1 and "nested too deeply" in first.reason
    assert isinstance(second, Record) and second.title == "Strings"


def test_macros_that_grow_are_refused_with_their_line() -> None:
    growing = "".join(f"@string{{a{n + 1} = a{n} # a{n} # a{n} # a{n}}}\n" for n in range(20))
    with pytest.raises(InvalidInputError, match=r"line 7: the macro a6 has more than 10000 characters"):
        list(parse_bibtex(f'@string{{a0 = "kite"}}\n{growing}@article{{x, title = a20}}\n'))
