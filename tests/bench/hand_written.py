"""What fresh answers are measured against: Starlette, sqlite3 and orjson, with SQL by hand for three routes."""

import os
import sqlite3
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Rows = list[tuple[Any, ...]]
_PAPERS = """
WITH page AS (SELECT id, date FROM paper WHERE standing <> 'cited' ORDER BY date DESC NULLS LAST, id DESC LIMIT 101)
SELECT p.id, e.uid, p.slug, p.title, p.authors_cut, p.key, p.entry_type, p.arxiv, p.doi, p.s2, p.date,
  p.date_precision, p.date_source, p.year, p.year_derived, v.name, p.volume, p.number, p.pages, p.publisher, p.url,
  p.standing, p.citation_count, p.note, p.revision, b.started_at
FROM page JOIN paper p ON p.id = page.id JOIN entity e ON e.id = p.id JOIN batch b ON b.id = e.batch_id
LEFT JOIN venue v ON v.id = p.venue_id ORDER BY page.date DESC NULLS LAST, page.id DESC"""
_AUTHORS = "SELECT paper_id, name FROM authorship WHERE paper_id IN ({}) ORDER BY position"
_LINKS = "SELECT paper_id, kind, url FROM paper_url WHERE paper_id IN ({}) AND ended_at IS NULL ORDER BY id DESC"
_METHODS = """
SELECT l.source_id, m.name FROM link l JOIN method m ON m.id = l.target_id
WHERE l.relation = 'proposes' AND l.source_id IN ({})"""
_PLACES = """
SELECT a.paper_id, t.slug, x.path, a.status, a."primary", a.kind, a.reason
FROM assignment a JOIN taxonomy t ON t.id = a.taxonomy_id LEFT JOIN taxon x ON x.id = a.taxon_id
WHERE a.ended_at IS NULL AND a.paper_id IN ({}) ORDER BY a."primary" DESC, a.id"""
_COUNT = "SELECT count(*) FROM paper WHERE standing <> 'cited'"
_TAXONOMY = "SELECT id, slug, title, description, revision FROM taxonomy WHERE slug = ? AND ended_at IS NULL"
_TAXA = """
SELECT id, parent_id, path, name, slug, code, depth, definition, include, exclude, revision FROM taxon
WHERE taxonomy_id = ? AND ended_at IS NULL ORDER BY position, path"""
_MAIN = "SELECT main_taxonomy, date_rule FROM survey"
_WORKS = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM judgement WHERE ended_at IS NULL)
OR EXISTS (SELECT 1 FROM link WHERE relation = 'published-as')"""
_MONTHS = """
SELECT a.taxon_id, substr(p.date, 1, 7), p.date_precision = 'year', p.date_source = 'id:arxiv', p.year, count(*)
FROM assignment a JOIN paper p ON p.id = a.paper_id
WHERE a.taxonomy_id = ? AND a.status = 'placed' AND a."primary" AND a.ended_at IS NULL GROUP BY 1, 2, 3, 4, 5"""
_STATES = """
SELECT taxon_id, status, "primary", paper_id IN (SELECT id FROM paper WHERE standing = 'cited'), count(*)
FROM assignment WHERE taxonomy_id = ? AND ended_at IS NULL GROUP BY 1, 2, 3, 4"""
_ALIASES = """
SELECT l.entity_id, l.name FROM alias l WHERE l.kind <> 'former-path' AND (l.entity_id = ?1 OR l.entity_id IN
  (SELECT id FROM taxon WHERE taxonomy_id = ?1 AND ended_at IS NULL)) ORDER BY l.id"""
_EXEMPLARS = """
SELECT x.taxon_id, p.arxiv, p.slug, p.title, m.name FROM exemplar x JOIN taxon t ON t.id = x.taxon_id
JOIN paper p ON p.id = x.paper_id LEFT JOIN link l ON l.source_id = p.id AND l.relation = 'proposes'
LEFT JOIN method m ON m.id = l.target_id WHERE t.taxonomy_id = ? AND t.ended_at IS NULL ORDER BY x.id"""


class Reader:
    """The answers from one connection; raises NotImplementedError for a store with several records of one work."""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False, cached_statements=200, isolation_level=None)

    def answer(self, path: str) -> bytes:
        """The bytes of the route, read in one transaction."""
        self._connection.execute("BEGIN")
        try:
            return orjson.dumps(ANSWERS[path](self))
        finally:
            self._connection.execute("ROLLBACK")

    def rows(self, statement: str, *values: object) -> Rows:
        """All rows of a statement."""
        return self._connection.execute(statement, values).fetchall()

    def papers(self) -> dict[str, Any]:
        """`papers?limit=100`."""
        found = self.rows(_PAPERS)
        shown = found[:100]
        numbers = [row[0] for row in shown]
        places = ",".join("?" * len(numbers))
        authors, links, taxa = defaultdict[int, list[str]](list), defaultdict[int, dict[str, str]](dict), _places()
        for paper, name in self.rows(_AUTHORS.format(places), *numbers):
            authors[paper].append(name)
        for paper, kind, url in self.rows(_LINKS.format(places), *numbers):
            links[paper][kind] = url
        methods: dict[int, str] = dict(self.rows(_METHODS.format(places), *numbers))
        for paper, taxonomy, path, status, primary, kind, reason in self.rows(_PLACES.format(places), *numbers):
            primaries, also, states = taxa[paper]
            if status != "placed":
                states[taxonomy] = {"status": status, "kind": kind, "reason": reason, "state": status}
            elif primary:
                primaries[taxonomy] = path
            else:
                also.setdefault(taxonomy, []).append(path)
        items = [_paper(row, authors[row[0]], links[row[0]], methods.get(row[0]), taxa[row[0]]) for row in shown]
        ((total,),) = self.rows(_COUNT)
        following = None
        if len(found) > 100:
            packed = orjson.dumps(["-date", shown[-1][10], shown[-1][0]])
            following = urlsafe_b64encode(packed).decode().rstrip("=")
        return {"items": items, "total": total, "next": following}

    def timeline(self) -> dict[str, Any]:
        """`timeline/papers`."""
        ((slug, rule),) = self.rows(_MAIN)
        ((number, *_),) = self.rows(_TAXONOMY, slug)
        if rule != "arxiv_v1" or self.rows(_WORKS):
            raise NotImplementedError
        taxa = self.rows(_TAXA, number)
        branch = {taxon[0]: taxon[2].partition("/")[0] for taxon in taxa}
        cells = defaultdict[str, Counter[str]](Counter)
        undated = imprecise = derived = 0
        for taxon, month, vague, guessed, year, count in self.rows(_MONTHS, number):
            if month is None and year is None:
                undated += count
            elif month is None or vague:
                imprecise += count
            else:
                cells[month][branch[taxon]] += count
                derived += count if guessed else 0
        used = {path for counts in cells.values() for path in counts}
        tops = [taxon for taxon in taxa if taxon[2] in used]
        items, cumulative = [], 0
        for month in _months(min(cells), max(cells)):
            counts: Counter[str] = cells.get(month, Counter())
            total = sum(counts.values())
            cumulative += total
            shown = dict(sorted(counts.items()))
            items.append({"period": month, "counts": shown, "total": total, "cumulative": cumulative})
        return {
            "taxonomy": slug, "by": "month", "depth": 1, "date_rule": rule,
            "taxa": [taxon[2] for taxon in tops], "names": {taxon[2]: taxon[3] for taxon in tops}, "items": items,
            "total": cumulative, "undated": undated, "imprecise": imprecise, "derived": derived,
        }  # fmt: skip

    def tree(self) -> dict[str, Any]:
        """`taxonomies/wam`."""
        ((number, slug, title, description, revision),) = self.rows(_TAXONOMY, "wam")
        if self.rows(_WORKS):
            raise NotImplementedError
        states, own = Counter[str](), Counter[int]()
        for taxon, status, primary, cited, count in self.rows(_STATES, number):
            if not primary:
                raise NotImplementedError
            states[status] += count
            if taxon is not None and not cited:
                own[taxon] += count
        aliases = defaultdict[int, list[str]](list)
        for entity, name in self.rows(_ALIASES, number):
            aliases[entity].append(name)
        exemplars = defaultdict[int, list[dict[str, Any]]](list)
        for taxon, arxiv, paper, named, method in self.rows(_EXEMPLARS, number):
            shown = {"id": f"arxiv:{arxiv}" if arxiv else paper, "slug": paper, "title": named, "method": method}
            exemplars[taxon].append(shown)
        children = defaultdict[int | None, list[tuple[Any, ...]]](list)
        for row in self.rows(_TAXA, number):
            children[row[1]].append(row)

        def node(row: tuple[Any, ...]) -> dict[str, Any]:
            below = [node(child) for child in children[row[0]]]
            return {
                "path": row[2], "name": row[3], "slug": row[4], "code": row[5], "depth": row[6],
                "parent": row[2].rpartition("/")[0] or None, "definition": row[7],
                "include": orjson.Fragment(row[8]), "exclude": orjson.Fragment(row[9]), "aliases": aliases[row[0]],
                "exemplars": exemplars[row[0]], "count": own[row[0]] + sum(n["count"] for n in below),
                "own": own[row[0]], "revision": row[10], "children": below, "version": row[10],
            }  # fmt: skip

        return {
            "slug": slug, "title": title, "description": description, "aliases": aliases[number],
            "placed": states["placed"], "states": dict(sorted(states.items())), "revision": revision,
            "taxa": [node(row) for row in children[None]], "version": revision,
        }  # fmt: skip


Places = tuple[dict[str, str], dict[str, list[str]], dict[str, dict[str, str | None]]]


def _places() -> defaultdict[int, Places]:
    return defaultdict(lambda: ({}, {}, {}))


def _paper(
    row: tuple[Any, ...], authors: list[str], links: dict[str, str], method: str | None, places: Places
) -> dict[str, Any]:
    (_, uid, slug, title, cut, key, kind, arxiv, doi, s2, day, precision, dated_by, year, derived, venue, volume,
     issue, pages, publisher, url, standing, citations, note, revision, made) = row  # fmt: skip
    taxa, also, states = places
    return {
        "id": f"arxiv:{arxiv}" if arxiv else slug, "uid": uid, "slug": slug, "title": title, "authors": authors,
        "authors_cut": bool(cut), "key": key, "type": kind, "arxiv": arxiv, "doi": doi, "s2": s2,
        "date": day and day[: {"year": 4, "month": 7}.get(precision, 10)], "date_source": dated_by, "year": year,
        "year_derived": bool(derived), "venue": venue, "volume": volume, "number": issue, "pages": pages,
        "publisher": publisher, "url": url, "links": links, "method": method, "standing": standing, "taxa": taxa,
        "also": also, "states": states, "citations": citations, "note": note, "revision": revision,
        "first_seen": f"{made[:10]}T{made[11:]}+00:00", "version": revision,
    }  # fmt: skip


def _months(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]


ANSWERS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "papers?limit=100": Reader.papers,
    "timeline/papers": Reader.timeline,
    "taxonomies/wam": Reader.tree,
}
"""Route -> its answer."""


def create_app() -> Starlette:
    """Answers `/answers/N`, the N-th of `ANSWERS`, from the store that `BARE_DB` names."""
    reader, paths = Reader(os.environ["BARE_DB"]), list(ANSWERS)

    async def answers(request: Request) -> Response:
        return Response(reader.answer(paths[request.path_params["number"]]), media_type="application/json")

    return Starlette(routes=[Route("/answers/{number:int}", answers)])
