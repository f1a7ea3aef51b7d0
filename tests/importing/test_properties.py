"""Properties of the readers: no text makes them fail, no identifier is lost, what is written is read back."""

import io
import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.helpers.importing_samples import CATALOGUE, EMPTY, read
from wamkg.errors import WamkgError
from wamkg.importing.detect import recognise
from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl, record_of
from wamkg.importing.lists.unread_ids import accounted_ids, ids_in
from wamkg.matching.record import Record

PIECES = st.sampled_from([
    "- ", "* ", "  ", "\n", "\n\n", "# ", "#### ", "|", "| Paper | Date |\n|---|---|\n| ", "**", "*", "`",
    "```\n", "[", "](", ")", "!", "\"", "“", "”", "<b>", "<br>", "<h2>", "</h2>",
    "<a href='https://arxiv.org/abs/2401.00001'>", "> ", "---\n", "https://arxiv.org/abs/2401.00001",
    "arXiv:2402.00002", "[Paper](https://arxiv.org/pdf/2403.00003v1)", "2404.00004",
    "![](https://img.shields.io/badge/Explicit-d97706)", "**Tags:** Joint - Diffusion", "World Action Models",
    "Cascaded", "ICRA 2024", "Ann Lee, Bob Cho", "(oral)", "eprint={2405.00005}", "@misc{a,", "\r", "\x0b",
    "\u2028", " - ", ": ", "<br>\n", "<pre>\n", "<?php\n", "<div\n", "$^3$", "- **Kit**: ", "*Kits of Tools* ",
])  # fmt: skip
MARKDOWN = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)


@given(MARKDOWN)
@example("- **A**: [B](https://arxiv.org/abs/2401.00001): ")
@example("<a href='https://arxiv.org/abs/2401.00001'>World Action Models<br>0")
@example("<br>\n- [B](https://arxiv.org/abs/2401.00001)")
@example("| Paper |\n|---|\n|[](https://arxiv.org/abs/2401.00001)|")
@settings(max_examples=600, deadline=None)
def test_no_list_makes_the_reader_fail_and_no_id_is_lost(text: str) -> None:
    result = read(text)
    assert set(ids_in(text)) <= accounted_ids(result)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= item.line <= lines for item in result.items)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_arbitrary_text_never_fails(text: str) -> None:
    for catalogue in (CATALOGUE, EMPTY):
        assert set(ids_in(text)) <= accounted_ids(read(text, catalogue))


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_end_as_items_or_one_clear_error(raw: bytes) -> None:
    lines = raw.count(b"\n") + 1
    assert all(1 <= item.line <= lines for item in parse_jsonl(io.BytesIO(raw)))
    assert all(1 <= item.line <= lines for item in parse_ids(io.BytesIO(raw)))
    try:
        recognise("-", raw)
    except WamkgError as error:
        assert "\n" not in str(error)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2024-01", "wam", "2401.00001"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("wam"), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["title", "authors", "arxiv", "doi", "s2", "date", "dates", "year", "url", "links", "standing", "taxa", "also",
     "states", "introduces", "aliases", "note", "else"]
)  # fmt: skip


@given(st.dictionaries(KEYS, JSON, max_size=8))
@settings(max_examples=400, deadline=None)
def test_any_values_give_a_record_or_a_reason(row: dict[str, object]) -> None:
    item = record_of({"title": "T", **row}, 3)
    assert item.line == 3
    if isinstance(item, Record):
        assert item.title.strip()


WORD = st.text(string.ascii_lowercase, min_size=3, max_size=9).filter(lambda w: w not in ("and", "see"))
NAME = st.builds(lambda a, b: a.capitalize() + b.upper() + "1", WORD, WORD)
TITLE = st.lists(WORD, min_size=3, max_size=9).map(lambda words: "Robot " + " ".join(words))
NUMBER = st.integers(1, 99999).map(lambda n: f"2401.{n:05d}")
VENUE = st.sampled_from(["ICRA", "NeurIPS", "CoRL", "RA-L", "arXiv", "Nature"])
CLASSES = {
    ("Cascaded", ("Explicit", "Learned")): "cascaded/explicit/learned",
    ("Cascaded", ("Implicit",)): "cascaded/implicit",
    ("Joint", ("Diffusion", "Unified--DiT", "Explicit")): "joint/diffusion/unified-stream/explicit",
    ("Joint", ("Autoregressive_Generation",)): "joint/autoregressive",
}
Paper = tuple[str, str, str, str, int, tuple[str, tuple[str, ...]]]
PAPER = st.tuples(NAME, TITLE, NUMBER, VENUE, st.integers(2015, 2029), st.sampled_from(sorted(CLASSES)))


@given(st.lists(PAPER, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_list_that_was_written_is_read_back(
    papers: list[tuple[str, str, str, str, int, tuple[str, tuple[str, ...]]]],
) -> None:
    lines = ["## World Action Models"]
    expected = []
    for name, title, arxiv, venue, year, (branch, labels) in papers:
        badges = " ".join(f"![](https://img.shields.io/badge/{label}-abcdef)" for label in labels)
        lines += [f"### {branch}", f'- **{name}**: "{title}", {venue} {year}. {badges}']
        lines += [f"  [[📄 Paper](https://arxiv.org/pdf/{arxiv})] [[💻 Code](https://github.com/a/{name})]", ""]
        expected.append((name, title, arxiv, venue, year, CLASSES[branch, labels], f"https://github.com/a/{name}"))
    found = [
        (r.method, r.title, r.arxiv, r.venue, r.year, r.placements[0].taxon, r.links["code"])
        for r in read("\n".join(lines)).records()
    ]
    assert found == expected


@given(st.lists(st.tuples(NAME, TITLE, NUMBER, st.integers(1, 12)), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_table_that_was_written_is_read_back(papers: list[tuple[str, str, str, int]]) -> None:
    rows = [f"| 2024-{m:02d} | [{t} ({n})](https://arxiv.org/abs/{a}) | {n}-net |" for n, t, a, m in papers]
    table = "\n".join(["## Family", "| Date | Paper | Backbone |", "|---|---|---|", *rows])
    records = read(table, EMPTY).records()
    assert [(r.method, r.title, r.arxiv, str(r.dates["released"])) for r in records] == [
        (n, t, a, f"2024-{m:02d}") for n, t, a, m in papers
    ]
    assert [r.tags[0].value for r in records] == [f"{n}-net" for n, *_ in papers]
