"""The JSON Lines export: what it holds, that it is the same each time, and that it can be read back."""

from io import BytesIO
from pathlib import Path

import orjson

from wamkg.exporting.jsonl import export_jsonl
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.seed_loader import load_seeds
from wamkg.matching.record import Record
from wamkg.store.migrate import migrate
from wamkg.store.session import Store


def exported(store: Store) -> str:
    with store.reading() as session:
        return "".join(export_jsonl(session))


def test_each_listed_paper_is_one_line_and_a_merely_cited_one_is_none(seeded_store: Store) -> None:
    records = [orjson.loads(line) for line in exported(seeded_store).splitlines()]
    assert len(records) == 227
    assert {record["standing"] for record in records} == {"included", "candidate"}


def test_a_line_says_what_the_list_says(seeded_store: Store) -> None:
    unipi = next(r for r in map(orjson.loads, exported(seeded_store).splitlines()) if r.get("method") == "UniPi")
    assert (unipi["arxiv"], unipi["date"], unipi["venue"]) == ("2302.00111", "2023-01-31", "NeurIPS")
    assert unipi["taxa"] == {"wam": "cascaded/explicit/learned"}
    assert "abstract" not in unipi
    assert "doi" not in unipi


def test_two_stores_of_the_same_seeds_give_the_same_bytes(seeded_store: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    with other.writing() as session:
        load_seeds(session)
    assert exported(other) == exported(seeded_store)
    other.close()


def test_a_date_read_off_an_arxiv_id_is_not_given_as_stated(seeded_store: Store) -> None:
    records = {r["arxiv"]: r for r in map(orjson.loads, exported(seeded_store).splitlines()) if "arxiv" in r}
    assert "date" not in records["2407.05530"]


def test_a_year_read_off_a_date_is_marked_and_comes_back_as_no_statement(seeded_store: Store) -> None:
    lines = exported(seeded_store).splitlines()
    derived = next(line for line in lines if '"year_derived":true' in line)
    (record,) = parse_jsonl(BytesIO(derived.encode()))
    assert isinstance(record, Record)
    assert (orjson.loads(derived)["year"] > 2000, record.year, record.unknown_keys) == (True, None, ())


def test_every_line_is_a_record_without_unknown_keys(seeded_store: Store) -> None:
    items = list(parse_jsonl(BytesIO(exported(seeded_store).encode())))
    assert all(isinstance(item, Record) and not item.unknown_keys for item in items)


def test_an_export_read_into_an_empty_store_comes_out_the_same(seeded_store: Store, tmp_path: Path) -> None:
    first = exported(seeded_store)
    path = tmp_path / "papers.jsonl"
    path.write_text(first)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    import_source(other, str(path), ImportOptions())
    assert exported(other) == first
    other.close()
