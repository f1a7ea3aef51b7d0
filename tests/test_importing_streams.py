"""JSON Lines and bare identifiers: one item a line, nothing raised, memory bounded."""

import io
import tracemalloc
from typing import Any

import orjson
import pytest

from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl, record_of
from wamkg.importing.result import Item
from wamkg.matching.record import Introduces, Placement, Record, Unreadable


def read(*lines: bytes | dict[str, Any], max_line: int = 10 << 20) -> list[Item]:
    """Items of some lines."""
    raw = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    return list(parse_jsonl(io.BytesIO(raw), max_line))


def fault(line: bytes | dict[str, Any]) -> str:
    """Why one line is refused."""
    (item,) = read(line)
    assert isinstance(item, Unreadable), item
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
        Placement("wam", "joint/diffusion"),
        Placement("wam", "cascaded", primary=False),
        Placement("nus", None, state="outside", kind="survey", reason="it is one"),
        Placement("evaluation", None, state="undecided"),
    ]
    assert record.introduces == [Introduces("dataset", "DoorSet")]
    assert record.unknown_keys == ("stars",)
    assert (record.authors, record.aliases, record.standing) == (["Ann Lee", "Cho, Bob"], ["DOOR"], "included")


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
        ({"title": 5}, "title is a number"),
        ({"title": "T" * 3000}, "3000 characters"),
        (b'{"title": "T", "note": "a\\u0000b"}', "NUL"),
        ({"title": "T", "arxiv": "hello"}, "arXiv id"),
        ({"title": "T", "arxiv": 2401.00001}, "arxiv is a number"),
        ({"title": "T", "doi": "hello"}, "DOI"),
        ({"title": "T", "s2": "hello"}, "Semantic Scholar"),
        ({"title": "T", "date": "2024-13-01"}, "date is not a date"),
        ({"title": "T", "date": "yesterday"}, "date is not a date"),
        ({"title": "T", "dates": {"arxiv": "2024"}}, "unknown event"),
        ({"title": "T", "year": "2024"}, "year is text"),
        ({"title": "T", "year": 10**12}, "year is 1000000000000"),
        ({"title": "T", "year": True}, "true or false"),
        ({"title": "T", "authors": "Ann"}, "authors is text"),
        ({"title": "T", "authors": [1]}, "authors[] is a number"),
        ({"title": "T", "url": "javascript:alert(1)"}, "not an http or https address"),
        ({"title": "T", "links": {"code": "x"}}, "links.code"),
        ({"title": "T", "standing": "great"}, "standing"),
        ({"title": "T", "taxa": ["wam"]}, "taxa is a list"),
        ({"title": "T", "also": {"wam": "joint"}}, "also.wam is text"),
        ({"title": "T", "states": {"wam": "maybe"}}, "states.wam"),
        ({"title": "T", "introduces": [{"kind": "thing", "name": "x"}]}, "introduces"),
    ],
)
def test_what_is_no_record_says_why(line: bytes | dict[str, Any], reason: str) -> None:
    assert reason in fault(line)


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
    assert isinstance(record_of({"title": "T\x00"}, 7), Unreadable)
    assert isinstance(record_of(["T"], 7), Unreadable)


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
    assert [i.line for i in items if isinstance(i, Unreadable)] == [12, 13, 14]
