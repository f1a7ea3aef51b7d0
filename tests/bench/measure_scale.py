"""A large store: its load beside the database's own loader, and five answers beside SQL written by hand.

`python -m tests.bench.measure_scale FOLDER PAPERS CITATIONS [POSTGRESQL_URL]` generates dataset files in FOLDER, loads
them into SQLite or the empty PostgreSQL database, and prints seconds, CPU seconds and memory. `make bench` leaves it
out: it takes minutes. The answers are worked out without HTTP, ours and the other in turns; the fastest turn counts,
of SQLite by CPU time, because other work on the machine only slows turns down.
"""

import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
from sqlalchemy import text
from sqlmodel import Session

from tests.helpers.dataset_files import write_dataset
from wamkg.enriching.dataset_load import load_dataset
from wamkg.graph.build import build_graph
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.store.migrate import migrate
from wamkg.store.session import FOUND_ONCE, Store
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.taxonomies import taxonomy_tree, walk
from wamkg.views.timelines import citation_timeline
from wamkg.vocabulary import Standing

LOAD_GOAL, GOAL, TURNS = 4.0, 1.3, 9
PLACED = 5_000
"""Loaded papers that get a place in the taxonomy, so that its branches are cited."""
Answer = Callable[[Session], object]


def main(folder: Path, papers: int, citations: int, url: str = "") -> None:
    """Print everything."""
    dataset = folder / f"dataset-{papers}-{citations}"
    if not dataset.exists():
        write_dataset(dataset, papers, citations)
    store = Store(url or f"sqlite:///{folder / 'wamkg.db'}")
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    ours = _timed(lambda: load_dataset(store, dataset))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"load of {papers:,} papers, {citations:,} citations: {ours[0]:.1f} s, {ours[1]:.1f} s of CPU, {peak:.0f} MiB"
    )
    plain = _copy(store) if url else _insert(store, folder)
    print(f"its {_counts(store):,} rows by {'COPY' if url else 'INSERT ... SELECT'}: {_shown(plain)}")
    print(f"ratio {ours[0] / plain[0]:.2f}, by CPU {ours[1] / plain[1]:.2f} (goal: at most {LOAD_GOAL})")
    _place(store, folder)
    with store.reading() as session:
        for name, (mine, hand) in _answers(session).items():
            _compare(session, name, mine, hand)
    store.close()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds and CPU seconds of this process and its children."""
    started, used = time.perf_counter(), _cpu()
    work()
    return time.perf_counter() - started, _cpu() - used


def _shown(taken: tuple[float, float]) -> str:
    return f"{taken[0]:.1f} s, {taken[1]:.1f} s of CPU"


def _cpu() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(r.ru_utime + r.ru_stime for r in map(resource.getrusage, whose))


TABLES = ("entity", "paper", "claim", "event", "author", "authorship", "former_id", "citation", "paper_fts")
"""Tables that the load fills."""


def _counts(store: Store) -> int:
    with store.reading() as session:
        return sum(session.connection().execute(text(f"SELECT count(*) FROM {n}")).scalar_one() for n in TABLES)


def _insert(store: Store, folder: Path) -> tuple[float, float]:
    """The same rows into the same tables and indexes, by SQLite's own shell: faster than its `.import`, which parses
    text and cannot write NULL.
    """
    source, target = str(store.file), folder / "plain.db"
    for file in folder.glob("plain.db*"):
        file.unlink()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA journal_mode=WAL")
        named = "sql NOT NULL AND name NOT LIKE 'paper_fts_%' AND name NOT LIKE 'sqlite_%'"
        for (sql,) in old.execute(f"SELECT sql FROM sqlite_master WHERE {named} ORDER BY type = 'index'"):
            new.execute(sql)
        new.commit()
    commands = f"PRAGMA synchronous=NORMAL; PRAGMA cache_size=-256000; ATTACH '{source}' AS source;\n"
    for name in TABLES:
        columns = "rowid, body" if name == "paper_fts" else "*"
        into = "paper_fts (rowid, body)" if name == "paper_fts" else name
        commands += f"INSERT INTO {into} SELECT {columns} FROM source.{name};\n"
    return _timed(lambda: subprocess.run(["sqlite3", "-bail", str(target)], input=commands, text=True, check=True))


def _copy(store: Store) -> tuple[float, float]:
    """The same rows into copies of the tables with the same indexes, by COPY; the server's CPU is not counted."""
    with store.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("CREATE SCHEMA plain")
        held = {}
        for name in TABLES:
            cursor.execute(f"CREATE TABLE plain.{name} (LIKE public.{name} INCLUDING ALL)")
            with cursor.copy(f"COPY public.{name} TO STDOUT") as rows:
                held[name] = [bytes(row) for row in rows]

        def load() -> None:
            for name, rows in held.items():
                with cursor.copy(f"COPY plain.{name} FROM STDIN") as into:
                    for row in rows:
                        into.write(row)
            connection.connection.commit()

        measured = _timed(load)
        cursor.execute("DROP SCHEMA plain CASCADE")
        connection.connection.commit()
    return measured


def _place(store: Store, folder: Path) -> None:
    """Give the most cited papers a place in the main taxonomy."""
    cited = "SELECT cited_id FROM citation GROUP BY cited_id ORDER BY count(*) DESC LIMIT :most"
    with store.reading() as session:
        found = session.connection().execute(
            text(f"SELECT title, s2 FROM paper WHERE id IN ({cited})"), {"most": PLACED}
        )
        papers = [(title, s2) for title, s2 in found if s2]
        leaves = [node.path for node in walk(taxonomy_tree(session, "wam").taxa) if not node.children]
    file = folder / "placed.jsonl"
    with file.open("wb") as out:
        for number, (title, s2) in enumerate(papers):
            out.write(orjson.dumps({"title": title, "s2": s2, "taxa": {"wam": leaves[number % len(leaves)]}}) + b"\n")
    import_source(store, str(file), ImportOptions())


def _compare(session: Session, name: str, ours: Answer, hand: Answer) -> None:
    """Work both out in turns and print the fastest turns; the first turn of each, with cold caches, does not count."""
    clock = time.process_time if _is_sqlite(session) else time.perf_counter
    seconds: dict[Answer, list[float]] = {ours: [], hand: []}
    for _ in range(TURNS + 1):
        for answer, taken in seconds.items():
            session.expunge_all()
            session.info[FOUND_ONCE] = {}
            started = clock()
            answer(session)
            taken.append(clock() - started)
    mine, other = (min(taken[1:]) * 1000 for taken in seconds.values())
    print(f"{name:24} {mine:8.1f} ms, by hand {other:8.1f} ms, ratio {mine / other:5.2f} (goal: at most {GOAL})")


def _answers(session: Session) -> dict[str, tuple[Answer, Answer]]:
    run = session.connection().execute
    most = "SELECT cited_id FROM citation WHERE ended_at IS NULL GROUP BY cited_id ORDER BY count(*) DESC LIMIT 1"
    hub, s2, title = run(text(f"SELECT id, s2, title FROM paper WHERE id = ({most})")).one()
    of_hub, word = f"c.cited_id = {hub}", title.split()[0]
    of_branch = """c.cited_id IN (SELECT a.paper_id FROM assignment a JOIN taxon t ON t.id = a.taxon_id
        JOIN taxonomy x ON x.id = t.taxonomy_id WHERE x.slug = 'wam' AND a.ended_at IS NULL AND a.status = 'placed'
        AND (t.path = 'joint' OR t.path LIKE 'joint/%'))"""
    asked = PaperQuery(q=word, limit=50, standing=(Standing.CITED,))
    hub_hand, branch_hand = _timeline_by_hand(of_hub), _timeline_by_hand(of_branch)
    checks = [
        (citation_timeline(session, "month", paper=f"s2:{s2}"), hub_hand(session)),
        (citation_timeline(session, "month", taxon="wam:joint"), branch_hand(session)),
    ]
    for timeline, counted in checks:
        if {item.period: item.count for item in timeline.items if item.count} != counted:
            raise RuntimeError(f"the timeline of {timeline.subject} differs from SQL")
    return {
        "timeline of a hub": (lambda s: citation_timeline(s, "month", paper=f"s2:{s2}"), hub_hand),
        "timeline of a branch": (lambda s: citation_timeline(s, "month", taxon="wam:joint"), branch_hand),
        "tree": (lambda s: taxonomy_tree(s, "wam"), _tree_by_hand),
        "two hops, 500 nodes": (lambda s: build_graph(s, f"s2:{s2}", 2, cap=500), _two_hops_by_hand(hub)),
        "search": (lambda s: find_paper_page(s, asked), _search_by_hand(word)),
    }


def _timeline_by_hand(cited: str) -> Answer:
    """Citing papers by month, of those with a month; the totals and what is missing are asked for, too."""
    month = "substr(CAST(p.date AS TEXT), 1, 7)"
    counted = f"""SELECT CASE WHEN p.date_precision = 'year' THEN NULL ELSE {month} END, count(*) FROM paper p
        WHERE p.id IN (SELECT c.citing_id FROM citation c WHERE {cited} AND c.ended_at IS NULL) GROUP BY 1"""
    total = f"""SELECT count(*) FROM
        (SELECT DISTINCT c.citing_id, c.cited_id FROM citation c WHERE {cited} AND c.ended_at IS NULL) pairs"""

    def answer(session: Session) -> dict[str, int]:
        run = session.connection().exec_driver_sql
        run(total.replace("%", "%%") if not _is_sqlite(session) else total).scalar_one()
        found = run(counted.replace("%", "%%") if not _is_sqlite(session) else counted).all()
        return {period: count for period, count in found if period is not None}

    return answer


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _tree_by_hand(session: Session) -> object:
    run = session.connection().exec_driver_sql
    number = run("SELECT id FROM taxonomy WHERE slug = 'wam' AND ended_at IS NULL").scalar_one()
    states = """SELECT taxon_id, status, "primary", count(*) FROM assignment
        WHERE taxonomy_id = {} AND ended_at IS NULL GROUP BY 1, 2, 3"""
    taxa = "SELECT * FROM taxon WHERE taxonomy_id = {} AND ended_at IS NULL ORDER BY position, path"
    shown = """SELECT x.taxon_id, p.arxiv, p.slug, p.title FROM exemplar x JOIN taxon t ON t.id = x.taxon_id
        JOIN paper p ON p.id = x.paper_id WHERE t.taxonomy_id = {} ORDER BY x.id"""
    names = "SELECT entity_id, name FROM alias WHERE entity_id IN (SELECT id FROM taxon WHERE taxonomy_id = {})"
    return [run(statement.format(number)).all() for statement in (states, taxa, shown, names)]


def _two_hops_by_hand(center: int) -> Answer:
    """The neighbors by title of the first hop, then of the second, up to 500, and the citations among them."""
    beside = """SELECT citing_id FROM citation WHERE cited_id {0} AND ended_at IS NULL
        UNION SELECT cited_id FROM citation WHERE citing_id {0} AND ended_at IS NULL"""
    shown = (
        "SELECT p.id, p.slug, p.title, e.uid FROM paper p JOIN entity e ON e.id = p.id WHERE p.id IN ({}) ORDER BY slug"
    )
    among = """SELECT citing_id, cited_id FROM citation
        WHERE citing_id IN ({0}) AND cited_id IN ({0}) AND ended_at IS NULL"""

    def answer(session: Session) -> object:
        run = session.connection().exec_driver_sql
        kept = {center: ()}
        for row in run(shown.format(beside.format(f"= {center}"))):
            if len(kept) < 500:
                kept.setdefault(row[0], row)
        if len(kept) < 500:
            listed = ", ".join(map(str, kept))
            for row in run(shown.format(beside.format(f"IN ({listed})"))):
                if len(kept) < 500:
                    kept.setdefault(row[0], row)
        return kept, run(among.format(", ".join(map(str, kept)))).all()

    return answer


def _search_by_hand(word: str) -> Answer:
    """The first 50 papers with the word, those with it in the title first, and their number."""
    sqlite = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH '\"{}\"'"
    server = "SELECT paper_id FROM paper_fts WHERE to_tsvector('simple', body) @@ to_tsquery('simple', '{}')"

    def answer(session: Session) -> object:
        run = session.connection().exec_driver_sql
        hits = (sqlite if _is_sqlite(session) else server).format(word.lower())
        wanted = f"FROM paper WHERE standing = 'cited' AND id IN ({hits})"
        count = run(f"SELECT count(*) {wanted}").scalar_one()
        by = f"(' ' || title_key || ' ') LIKE '%% {word.lower()} %%' DESC, date DESC NULLS LAST, id DESC"
        return count, run(f"SELECT * {wanted} ORDER BY {by} LIMIT 50").all()

    return answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
