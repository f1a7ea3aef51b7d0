"""Opening files, addresses and standard input, and telling what they are."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.helpers.importing_samples import CATALOGUE
from wamkg.errors import InvalidInputError
from wamkg.importing.detect import recognise
from wamkg.importing.parse import parse
from wamkg.importing.source import open_source
from wamkg.matching.record import Record

LIST = "## World Action Models\n### Joint\n- **A**: *Alpha of Alphas* [Paper](https://arxiv.org/abs/2401.00001)\n"


def refused(name: str) -> str:
    """The one line with which a source is refused when read."""
    with pytest.raises(InvalidInputError) as caught, open_source(name) as source:
        list(parse(source, CATALOGUE).items)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"\x89PNG\x00\x01\x00\x02" * 400, "is not text"),
        ("a.jsonl", bytes(range(256)) * 40, "is not text"),
        ("a.md", b"", "is empty"),
        ("a.md", b" \r\n\t\n", "is empty"),
        ("a.md", b"# List\nx\x00y" + b"z" * 2000, "NUL character at line 2"),
        ("a.json", b'{\n "title": "T",\n "DOI": }', "not valid JSON at line 3"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 400, "is a damaged workbook or archive"),
        ("a.xml", b"<?xml version='1.0'?><records/>", "is XML or HTML"),
        ("a.csv", b"name,year\nT,2024\n", "no column of the table is called title"),
        ("a.txt", b"just some words", "cannot tell the format"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert reason in refused(str(path))


def test_a_missing_file_a_folder_and_a_huge_list(tmp_path: Path) -> None:
    assert "there is no file" in refused(str(tmp_path / "none.md"))
    assert "is a folder" in refused(str(tmp_path))
    huge = tmp_path / "huge.md"
    with huge.open("wb") as file:
        for _ in range(17):
            file.write(b"x" * (1 << 20))
    assert "larger than 16 MiB" in refused(str(huge))


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("x.md", b"anything", "awesome-list"),
        ("https://x.org/README.md?raw=1", b"anything", "awesome-list"),
        ("-", b"# A list\n- [T](https://x.org)\n", "awesome-list"),
        ("-", b"| Paper | Year |\n|---|---|\n", "awesome-list"),
        ("-", b'\xef\xbb\xbf\n{"title": "T"}\n', "jsonl"),
        ("x.ndjson", b"", "jsonl"),
        ("x.txt", b"# mine\n2302.00111\n10.1000/abc # doi\n\nhttps://arxiv.org/abs/2401.00001", "ids"),
        ("-", b"2302.00111\n2302.0", "ids"),
        ("a.bib", b"@article{a, title={T}}", "bibtex"),
        ("a.txt", b"@article{a,\n title={T}}", "bibtex"),
        ("a.json", b'[{"id": 1}]', "csl-json"),
        ("a.json", b'{"items": [{"DOI": "10.1000/a"}]}', "csl-json"),
        ("a.json", b'{"status": "ok", "message": {"title": ["T"]}}', "csl-json"),
        ("a.json", b'{\n "title": "T"\n}', "csl-json"),
        ("a.json", b'{"title": "T", "authors": []}', "jsonl"),
        ("a.json", b'{"title": "T", "references": [{"title": "U"}]}', "jsonl"),
        ("a.json", b'{"count": 1, "by": {"a": "b"}, "papers": [{"title": "T"}]}', "csl-json"),
        ("a.txt", b"# tides\n2302.00111\n10.1000/abc, 2302.00112\n# c\nsand\n2302.00113 # good\n", "ids"),
        ("a.txt", b"FN An Index\nVR 1.0\nPT J\nTI T\nER\n", "wos"),
        ("a.ris", b"FN An Index\nVR 1.0\nPT J\nTI T\nER\n", "wos"),
        ("a.txt", b"PMID- 1\nTI  - T\n", "nbib"),
        ("a.txt", b"%0 Book\n%T T\n", "enw"),
        ("a.txt", b"ty  - JOUR\nti  - T\n", "ris"),
        ("a.txt", b"Title\tAuthors\tYear\nT\tA\t2020\n", "csv"),
        ("a.bib", b"TY  - JOUR\nTI  - T\n", "ris"),
        ("a.txt", b"TY  - JOUR\nTI  - T\n", "ris"),
        ("a.csv", b"title,year\nT,2024\n", "csv"),
    ],
)
def test_formats_are_recognised(name: str, head: bytes, format: str) -> None:
    assert recognise(name, head) == format


def test_an_unknown_format_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(LIST)
    with open_source(str(path)) as source, pytest.raises(InvalidInputError, match="use awesome-list, bibtex"):
        parse(source, CATALOGUE, format="docx")


def test_all_formats_are_read_through_one_door(tmp_path: Path) -> None:
    for name, content, format in (
        ("a.md", LIST, "awesome-list"),
        ("a.jsonl", '{"title": "Alpha of Alphas", "arxiv": "2401.00001"}\n', "jsonl"),
        ("a.txt", "2401.00001\n", "ids"),
    ):
        (tmp_path / name).write_text(content)
        with open_source(str(tmp_path / name)) as source:
            result = parse(source, CATALOGUE)
            assert result.format == format
            assert [r.arxiv for r in result.records()] == ["2401.00001"]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe:
        """Standard input as a pipe gives it."""

        buffer = io.BytesIO(LIST.encode())

    monkeypatch.setattr("sys.stdin", Pipe())
    with open_source("-") as source:
        assert len(parse(source, CATALOGUE).records()) == 1


class _Site(BaseHTTPRequestHandler):
    """A small site: a list, a page, a file that moved, and nothing else."""

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/list.md")
            self.end_headers()
            return
        kinds = {"/list.md": "text/plain", "/page": "text/html; charset=utf-8"}
        self.send_response(200 if self.path in kinds else 404)
        self.send_header("Content-Type", kinds.get(self.path, "text/plain"))
        self.end_headers()
        self.wfile.write(LIST.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def site() -> Iterator[str]:
    """Address of the small site on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_addresses_are_fetched_and_failures_told(site: str) -> None:
    for path in ("/list.md", "/moved"):
        with open_source(site + path) as source:
            assert len(parse(source, CATALOGUE).records()) == 1
    assert "returned 404" in refused(f"{site}/none.md")
    assert "is a web page" in refused(f"{site}/page")
    assert "cannot fetch" in refused("http://127.0.0.1:1/list.md")


GERMAN = "@article{{a,\n title = {{{title}}},\n author = {{{author}}},\n year = 2020}}\n"
WESTERN = GERMAN.format(title="Die Möwe über der Küste", author="Größe, Jörg")
POLISH = GERMAN.format(title="Łódka i źródło pośród wysp", author="Żuk, Łucja")
CHINESE = GERMAN.format(title="海鸥在沙滩上行走的控制方法", author="张, 伟")
JAPANESE = GERMAN.format(title="カモメは砂の上を歩くのか", author="鈴木, 花子")
RUSSIAN = GERMAN.format(title="Чайка идет по мокрому песку", author="Петров, Петр")


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (WESTERN, "utf-8", ""),
        (WESTERN, "utf-8-sig", ""),
        (WESTERN, "utf-16", ""),
        (WESTERN, "utf-16-le", ""),
        (WESTERN, "utf-16-be", ""),
        (WESTERN, "utf-32", ""),
        (WESTERN, "latin-1", "Windows-1252"),
        (WESTERN, "cp1252", "Windows-1252"),
        (WESTERN, "mac-roman", "Mac Roman"),
        (POLISH, "cp1250", "Windows-1250"),
        (CHINESE, "gbk", "GBK"),
        (CHINESE, "utf-16-le", ""),
        (JAPANESE, "shift-jis", "Shift-JIS"),
        (JAPANESE, "euc-jp", "EUC-JP"),
        (RUSSIAN, "cp1251", "Windows-1251"),
    ],
)
def test_a_file_in_another_encoding_is_read_and_a_guess_is_told(
    tmp_path: Path, text: str, encoding: str, told: str
) -> None:
    path = tmp_path / "a.bib"
    path.write_bytes(text.encode(encoding))
    (wanted,) = (f"{r.title} {r.authors}" for r in records_of(path, "utf-8", text.encode()))
    with open_source(str(path)) as source:
        result = parse(source, CATALOGUE)
        (record,) = result.records()
    assert f"{record.title} {record.authors}" == wanted
    assert (told in " ".join(result.notes)) if told else result.notes == []
    assert [f"{r.title} {r.authors}" for r in records_of(path, encoding)] == [wanted], "named, it needs no guess"


def records_of(path: Path, encoding: str, content: bytes | None = None) -> list[Record]:
    """Records of a file whose encoding is named; the file gets this content first."""
    if content is not None:
        kept = path.read_bytes()
        path.write_bytes(content)
    with open_source(str(path), encoding) as source:
        result = parse(source, CATALOGUE)
        records = result.records()
    assert result.notes == []
    if content is not None:
        path.write_bytes(kept)
    return records


RECORDS = [
    ({"title": "Dunes that Move", "authors": ["Ann Lee"], "year": 2021, "arxiv": "2101.00001"}, 2021),
    ({"title": "Sand that Sings", "author": [{"family": "Cole", "given": "Bo"}], "issued": {"raw": "2020"}}, 2020),
]


@pytest.mark.parametrize("form", ["%s", '{"records": %s}', '{"count": 2, "by": {"of": "us"}, "papers": %s}'])
def test_an_array_of_records_is_read_whatever_object_holds_it(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(form % json.dumps([row for row, _ in RECORDS]))
    with open_source(str(path)) as source:
        records = parse(source, CATALOGUE).records()
    assert [(r.title, len(r.authors), r.year) for r in records] == [(row["title"], 1, y) for row, y in RECORDS]


def test_a_few_bytes_of_another_encoding_cost_only_themselves(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_bytes((CHINESE + WESTERN).encode() + "@misc{b, title={Café}}".encode("latin-1"))
    with open_source(str(path)) as source:
        result = parse(source, CATALOGUE)
        assert [record.title[-2:] for record in result.records()] == ["方法", "te", "fé"]
    assert "UTF-8 except for 1 line read as Windows-1252 (Western European): line 9" in result.notes[0]


MIXED = [
    ("latin-1", ["Über Ähren", "Gödel und Lévy", "Sable à Lefèvre"], "1252"),
    ("cp1250", ["Čas a řeky", "Řeka čas živá ž", "Žlutý šum a řeka"], "1250"),
    ("cp1251", ["Приливы и пески", "Движение дюн на берегу", "Мокрый песок"], "1251"),
    ("gb18030", ["沙丘的移动与风", "潮汐与沙滩的研究", "海岸线的变化方法"], "GBK"),
    ("shift_jis", ["砂丘の移動について", "潮の満ち引きの観測", "海岸線の変化"], "Shift-JIS"),
]


@pytest.mark.parametrize(("encoding", "titles", "told"), MIXED, ids=[encoding for encoding, *_ in MIXED])
@pytest.mark.parametrize("order", [(0, 1, 1), (1, 1, 0), (1, 0, 1), (0, 1, 0)])
def test_two_encodings_in_one_file_are_read_line_by_line(
    tmp_path: Path, encoding: str, titles: list[str], told: str, order: tuple[int, ...]
) -> None:
    path = tmp_path / "glued.csv"
    codes = ["utf-8" if not other else encoding for other in order]
    lines = [f"{title},2020\n".encode(code) for title, code in zip(titles, codes, strict=True)]
    path.write_bytes(b"title,year\n" + b"".join(lines))
    with open_source(str(path)) as source:
        result = parse(source, CATALOGUE)
        assert [record.title for record in result.records()] == titles
    wanted = {(0, 1, 1): "3-4", (1, 1, 0): "2-3", (1, 0, 1): "2, 4", (0, 1, 0): "3"}[order]
    assert told in result.notes[0] and result.notes[0].endswith(f" {wanted}")


def test_a_wrong_or_unknown_encoding_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"title": "Möwe"}\n'.encode("latin-1"))
    with open_source(str(path), "latin-1") as source:
        assert [record.title for record in parse(source, CATALOGUE).records()] == ["Möwe"]
    with open_source(str(path)) as source:
        (bad,) = parse(source, CATALOGUE).unreadable()
        assert "say --encoding" in bad.reason
    with pytest.raises(InvalidInputError, match="there is no encoding 'klingon'"), open_source(str(path), "klingon"):
        pass
    path = tmp_path / "b.bib"
    path.write_bytes(WESTERN.encode("latin-1"))
    with open_source(str(path), "ascii") as source, pytest.raises(InvalidInputError, match="not ascii text at line 2"):
        parse(source, CATALOGUE)
