"""Import of JSON Lines against sqlite-utils inserting the finished database's own rows, table by table."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import sqlite_utils

from tests.bench.generate import write_jsonl
from tests.bench.memory import peak_mib

GOAL = 3.0
_IMPORT = """
import sys, time
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
store = Store("sqlite:///" + sys.argv[2]); migrate(store)
start = time.perf_counter()
report = import_source(store, sys.argv[1], ImportOptions())
print(time.perf_counter() - start, report.counts["new"])
"""


def import_once(source: Path, target: Path) -> tuple[float, float]:
    """Seconds of one import in a process of its own, and the largest memory it took in MiB."""
    process = psutil.Popen([sys.executable, "-c", _IMPORT, str(source), str(target)], stdout=subprocess.PIPE)
    peak = peak_mib(process, every=0.05)
    assert process.stdout is not None
    seconds, new = process.stdout.read().split()
    if int(new) == 0:
        raise RuntimeError("the import took nothing")
    return float(seconds), peak


def rows_of(finished: Path) -> tuple[list[str], dict[str, list[dict[str, Any]]]]:
    """Statements that make the schema, and the rows of every table."""
    connection = sqlite3.connect(finished)
    connection.row_factory = sqlite3.Row
    made = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index'")
    statements, tables = [], []
    for name, kind, sql in made:
        if name.startswith("paper_fts_"):
            continue
        statements.append(sql)
        if kind == "table":
            tables.append(name)
    rows = {}
    for table in tables:
        columns = "rowid, body" if table == "paper_fts" else "*"
        rows[table] = [dict(row) for row in connection.execute(f'SELECT {columns} FROM "{table}"')]
    connection.close()
    return statements, rows


def insert_once(statements: list[str], rows: dict[str, list[dict[str, Any]]], target: Path) -> float:
    """Seconds that sqlite-utils takes to insert the rows into the same tables with the same indexes."""
    database = sqlite_utils.Database(target)
    database.conn.execute("PRAGMA journal_mode=WAL")
    database.conn.execute("PRAGMA synchronous=NORMAL")
    for statement in statements:
        database.conn.execute(statement)
    start = time.perf_counter()
    for table, items in rows.items():
        if items:
            database[table].insert_all(items)
    database.conn.commit()
    seconds = time.perf_counter() - start
    database.conn.close()
    return seconds


def main(count: int = 100_000) -> bool:
    """Print the ratio, and memory at a tenth of the size and at the full size; True if the goal is met."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _, small = import_once(write_jsonl(folder / "small.jsonl", count // 10), folder / "small.db")
        source = write_jsonl(folder / "full.jsonl", count)
        seconds, full = import_once(source, folder / "full.db")
        statements, rows = rows_of(folder / "full.db")
        plain = insert_once(statements, rows, folder / "plain.db")
        total = sum(map(len, rows.values()))
    ratio = seconds / plain
    print(f"import of {count} records ({total} rows): {seconds:.1f} s; sqlite-utils, the same rows: {plain:.1f} s")
    print(
        f"ratio {ratio:.2f} (goal: at most {GOAL}); memory {small:.0f} MiB at {count // 10}, {full:.0f} MiB at {count}"
    )
    return ratio <= GOAL


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000) else 1)
