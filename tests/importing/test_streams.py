"""JSON Lines and bare identifiers: one item a line, nothing raised, memory bounded."""

import io
import tracemalloc
from typing import Any

import orjson
import pytest

from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl, record_of
from wamkg.importing.parse_result import Item
from wamkg.matching.record import Dropped, IntroducedEntity, Record, RecordAssignment, UnreadableLine


def read(*lines: bytes | dict[str, Any], max_line: int = 10 << 20) -> list[Item]:
    """Items of some lines."""
    raw = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    return list(parse_jsonl(io.BytesIO(raw), max_line))


def fault(line: bytes | dict[str, Any]) -> str:
    """Why one line is refused."""
    (item,) = read(line)
    assert isinstance(item, UnreadableLine), item
    assert item.line == 1
    return item.reason


def test_every_key_is_taken() -> None:
    (record,) = read(
        {
            "title": "  Doors \n of the World ",
            "abstract": "A.",
            "summary": "S.",
            "authors": ["Ann Lee", "Cho, Bob"],
            "arxiv": "arXiv:2401.00001v3",
            "doi": "https://doi.org/10.1000/ABC",
            "s2": "A" * 40,
            "openalex": "W123",
            "date": "2024-01-02",
            "dates": {"venue": "2024-05", "code": None},
            "year": 2024,
            "venue": "ICRA",
            "url": "https://arxiv.org/abs/2401.00001",
            "links": {"code": "https://github.com/x/y"},
            "method": "Door",
            "aliases": ["DOOR"],
            "standing": "included",
            "taxa": {"wam": "joint/diffusion/"},
            "also": {"wam": ["cascaded"]},
            "states": {"nus": {"state": "outside", "kind": "survey", "reason": "it is one"}, "evaluation": "undecided"},
            "introduces": [{"kind": "dataset", "name": "DoorSet"}],
            "note": "N.",
            "stars": 5,
        }
    )
    assert isinstance(record, Record)
    assert (record.title, record.arxiv, record.doi, record.s2) == (
        "Doors of the World",
        "2401.00001",
        "10.1000/abc",
        "a" * 40,
    )
    assert {k: str(v) for k, v in record.dates.items()} == {"arxiv_v1": "2024-01-02", "venue": "2024-05"}
    assert record.placements == [
        RecordAssignment("wam", "joint/diffusion"),
        RecordAssignment("wam", "cascaded", primary=False),
        RecordAssignment("nus", None, status="outside", kind="survey", reason="it is one"),
        RecordAssignment("evaluation", None, status="undecided"),
    ]
    assert record.introduces == [IntroducedEntity("dataset", "DoorSet")]
    assert record.unknown_keys == ("stars",)
    assert (record.authors, record.aliases, record.standing) == (["Ann Lee", "Bob Cho"], ["DOOR"], "included")


def test_null_is_unknown() -> None:
    (record,) = read({"title": "T", "arxiv": None, "authors": None, "date": None, "x": None})
    assert record == Record(1, "T")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not valid JSON"),
        (b'{"title": "\xff"}', "not valid UTF-8 at byte 12"),
        (b"[1]", "a list"),
        (b"3", "a number"),
        ({"title": None}, "no title"),
        ({"title": " "}, "no title"),
        ({"abstract": "A"}, "no title"),
        ({"title": {"en": "T"}}, "title is an object"),
        ({"title": "T" * 3000}, "3000 characters"),
    ],
)
def test_what_is_no_record_says_why(line: bytes | dict[str, Any], reason: str) -> None:
    assert reason in fault(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "T", "note": "a\\u0000b"}', "NUL"),
        ({"title": "T", "arxiv": "hello"}, "arXiv id"),
        ({"title": "T", "doi": "hello"}, "DOI"),
        ({"title": "T", "s2": "hello"}, "Semantic Scholar"),
        ({"title": "T", "date": "2024-13-01"}, "date is not a date"),
        ({"title": "T", "date": "yesterday"}, "date is not a date"),
        ({"title": "T", "dates": {"arxiv": "2024"}}, "unknown event"),
        ({"title": "T", "year": "in press"}, "year is text"),
        ({"title": "T", "year": 10**12}, "year is 1000000000000"),
        ({"title": "T", "year": True}, "true or false"),
        ({"title": "T", "authors": [1]}, "authors[] is a number"),
        ({"title": "T", "url": "javascript:alert(1)"}, "not an http or https address"),
        ({"title": "T", "links": {"code": "x"}}, "links.code"),
        ({"title": "T", "standing": "great"}, "standing"),
        ({"title": "T", "taxa": ["wam"]}, "taxa is a list"),
        ({"title": "T", "also": {"wam": 5}}, "also.wam is a number"),
        ({"title": "T", "details": {"isbn": {}}}, "details.isbn is an object"),
        ({"title": "T", "authors_structured": [{"middle": "P."}]}, "middle"),
        ({"title": "T", "states": {"wam": "maybe"}}, "states.wam"),
        ({"title": "T", "introduces": [{"kind": "thing", "name": "x"}]}, "introduces"),
    ],
)
def test_a_value_that_is_refused_is_listed_and_costs_nothing_else(line: bytes | dict[str, Any], reason: str) -> None:
    (record,) = read(line)
    assert isinstance(record, Record)
    assert record.title == "T"
    assert reason in " ".join(record.doubts)
    row = orjson.loads(line) if isinstance(line, bytes) else line
    assert isinstance(record_of(row, 1), UnreadableLine), "what a person writes by hand is refused as a whole"


@pytest.mark.parametrize(
    ("key", "value", "field", "read_as"),
    [
        ("year", "2024", "year", 2024),
        ("year", 2024.0, "year", 2024),
        ("year", "2024b", "year", 2024),
        ("title", 1984, "title", "1984"),
        ("title", "Sand &amp; <i>snow</i>", "title", "Sand & snow"),
        ("arxiv", 2401.1, "arxiv", "2401.10000"),
        ("doi", ["10.1000/a"], "doi", "10.1000/a"),
        ("volume", 7, "volume", "7"),
        ("type", "Article", "entry_type", "article"),
        ("authors", "Ilse Reed and Tom Vale", "authors", ["Ilse Reed", "Tom Vale"]),
        ("authors", "Reed, Ilse", "authors", ["Ilse Reed"]),
        ("authors", [{"name": "Ilse Reed"}, {"family": "Vale", "given": "Tom"}], "authors", ["Ilse Reed", "Tom Vale"]),
        ("authors", ["Ilse Reed", "et al."], "authors_cut", True),
        ("details", {"ISBN": 123, "school": "A School"}, "details", {"isbn": "123", "school": "A School"}),
        ("standing", "Included", "standing", "included"),
        ("taxa", {"wam": ["joint"]}, "placements", [RecordAssignment("wam", "joint")]),
        ("url", "https://doi.org/10.1000/u1", "doi", "10.1000/u1"),
    ],
)
def test_a_value_in_another_form_is_read(key: str, value: Any, field: str, read_as: Any) -> None:
    (record,) = read({"title": "T", key: value})
    assert isinstance(record, Record)
    assert (getattr(record, field), record.doubts) == (read_as, [])


@pytest.mark.parametrize("text", ["2020-08-04T17:59:59Z", "2020-08-04 10:00:00+02:00", "4 August 2020", "Aug 4, 2020"])
def test_a_date_with_an_hour_or_in_words_is_that_day(text: str) -> None:
    (record,) = read({"title": "T", "date": text})
    assert isinstance(record, Record)
    assert {kind: str(date) for kind, date in record.dates.items()} == {"arxiv_v1": "2020-08-04"}


def test_names_with_parts_are_kept_with_what_is_shown() -> None:
    parts = [{"family": "King", "given": "Leo M.", "suffix": "Jr."}, {"literal": "The Sea Team"}]
    (record, shown, other) = read(
        {"title": "T", "authors_structured": [*parts, {"others": True}]},
        {
            "title": "T",
            "authors": ["Leo M. King Jr.", "The Sea Team"],
            "authors_structured": parts,
            "authors_cut": True,
        },
        {"title": "T", "authors": ["Somebody Else"], "authors_structured": parts},
    )
    assert isinstance(record, Record)
    assert isinstance(shown, Record)
    assert isinstance(other, Record)
    assert (record.authors, record.names, record.authors_cut) == (shown.authors, shown.names, shown.authors_cut)
    assert [name.as_dict() for name in record.names] == parts
    assert (other.authors, other.names) == (["Somebody Else"], [])


def test_bad_lines_do_not_stop_the_good_ones() -> None:
    items = read({"title": "A"}, b"", b"{bad", {"title": "B"}, b"  \r", {"title": "C"})
    assert [(i.line, isinstance(i, Record)) for i in items] == [(1, True), (3, False), (4, True), (6, True)]


def test_a_byte_order_mark_and_carriage_returns_are_no_fault() -> None:
    assert [i.line for i in parse_jsonl(io.BytesIO(b'\xef\xbb\xbf{"title": "A"}\r\n{"title": "B"}'))] == [1, 2]


@pytest.mark.parametrize("resolver", ["", "doi:", "https://doi.org/"])
@pytest.mark.parametrize("version", ["", "v2"])
def test_an_arxiv_doi_is_the_arxiv_id(resolver: str, version: str) -> None:
    (record,) = read({"title": "T", "doi": f"{resolver}10.48550/arXiv.2401.00001{version}"})
    assert isinstance(record, Record)
    assert (record.arxiv, record.doi) == ("2401.00001", None)
    (by_id,) = parse_ids(io.BytesIO(f"{resolver}10.48550/arXiv.2401.00001{version}".encode()))
    assert isinstance(by_id, Record)
    assert (by_id.arxiv, by_id.doi) == ("2401.00001", None)


def test_a_line_of_fifty_megabytes_is_skipped_without_being_held() -> None:
    class Endless(io.RawIOBase):
        """50 MB without a line break, then one good line."""

        left = 50_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if self.left > 0:
                size = min(len(buffer), self.left)
                buffer[:size] = b"x" * size
                self.left -= size
                return size
            rest = b'\n{"title": "Good"}\n'[: len(buffer)] if self.left == 0 else b""
            self.left = -1
            buffer[: len(rest)] = rest
            return len(rest)

    tracemalloc.start()
    items = list(parse_jsonl(io.BufferedReader(Endless())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(i.line, isinstance(i, Record)) for i in items] == [(1, False), (2, True)]
    assert peak < 40_000_000


def test_a_mapping_read_from_elsewhere_is_checked_like_a_line() -> None:
    assert record_of({"title": "T", "year": 2024}, 7) == Record(7, "T", year=2024)
    assert isinstance(record_of({"title": "T\x00"}, 7), UnreadableLine)
    assert isinstance(record_of(["T"], 7), UnreadableLine)


def test_identifiers_of_every_kind() -> None:
    lines = [
        b"# my list",
        b"2302.00111",
        b"arXiv:2302.00111v2  # again",
        b"https://arxiv.org/pdf/2401.00001",
        b"cs/0112017",
        b"10.1000/ABC",
        b"doi:10.1000/182",
        b"https://doi.org/10.1109/LRA.2024.1",
        b"f" * 40,
        b"https://openalex.org/W2741809807",
        b"https://x.org/a.pdf",
        b"not an id",
        b"\xff",
        b"x" * 5000,
        b"2401.00002",
    ]
    text = b"\n".join(lines)
    items = list(parse_ids(io.BytesIO(text)))
    records = [i for i in items if isinstance(i, Record)]
    assert [(r.line, r.arxiv or r.doi or r.s2 or r.openalex or r.url) for r in records] == [
        (2, "2302.00111"),
        (3, "2302.00111"),
        (4, "2401.00001"),
        (5, "cs/0112017"),
        (6, "10.1000/abc"),
        (7, "10.1000/182"),
        (8, "10.1109/lra.2024.1"),
        (9, "f" * 40),
        (10, "W2741809807"),
        (11, "https://x.org/a.pdf"),
        (15, "2401.00002"),
    ]
    assert all(r.title == "" for r in records)
    assert [i.line for i in items if isinstance(i, UnreadableLine)] == [12, 13, 14]


@pytest.mark.parametrize(
    ("values", "doubts"),
    [
        (
            {"arxiv": "2203.00002", "doi": "10.48550/arXiv.2203.00003"},
            ["arXiv id 2203.00003 stands there too; 2203.00002 is kept"],
        ),
        ({"doi": "10.5555/kelp.1, 10.5555/kelp.2"}, ["DOI 10.5555/kelp.2 stands there too; 10.5555/kelp.1 is kept"]),
        ({"year": "2022/2023"}, ["year '2022/2023' is not a plain year; 2022 is kept"]),
        ({"year": "c. 1998"}, ["year 'c. 1998' is not a plain year; 1998 is kept"]),
        ({"year": "2019-04"}, ["year '2019-04' is not a plain year; 2019 is kept"]),
        ({"date": "2019-04/2019-05"}, ["date '2019-04/2019-05' is not a single date; 2019-04 is kept"]),
        ({"arxiv": "2203.00002", "doi": "10.48550/arXiv.2203.00002v1"}, []),
        ({"arxiv": "2203.00002", "doi": "10.5555/kelp.1", "year": " 2022 "}, []),
    ],
)
def test_what_a_line_says_twice_is_listed(values: dict[str, str], doubts: list[str]) -> None:
    (record,) = read({"title": "Kelp in the current"} | values)
    assert isinstance(record, Record)
    assert record.doubts == doubts
    assert all(isinstance(doubt, Dropped) for doubt in record.doubts)
