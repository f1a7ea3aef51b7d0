"""Valid values for every parameter of a read: from the schema where it names them, else from what the store holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from wamkg.exporting.digest import DIGEST_FORMATS
from wamkg.exporting.formats import EXPORTS
from wamkg.store.session import Store
from wamkg.store.types import utc_now

Value = str | list[str]
_ALTERNATIVES = re.compile(r"\^\(([\w-]+(?:\|[\w-]+)+)\)\$")
NAMED = ("method", "dataset", "benchmark", "metric", "institution", "challenge", "concept")


@dataclass
class Held:
    """What the store holds, by what a parameter is called."""

    values: dict[str, list[str]]

    def __getitem__(self, name: str) -> list[str]:
        return self.values[name]


def held_by(store: Store) -> Held:
    """A few values of each kind, odd ones among them."""
    with store.reading() as session:

        def one(statement: str) -> list[str]:
            found = [str(row[0]) for row in session.connection().execute(text(statement))]
            assert found, f"the store holds none: {statement}"
            return found

        few = "ORDER BY 1 LIMIT 3"
        values = {
            "arxiv": one(f"SELECT arxiv FROM paper WHERE arxiv IS NOT NULL {few}"),
            "doi": one(f"SELECT doi FROM paper WHERE doi IS NOT NULL {few}"),
            "s2": one(f"SELECT s2 FROM paper WHERE s2 IS NOT NULL {few}"),
            "slug": one("SELECT slug FROM paper ORDER BY id"),
            "cited": one(
                "SELECT p.slug FROM paper p JOIN citation c ON c.cited_id = p.id GROUP BY p.slug ORDER BY count(*) DESC"
            ),
            "former": one(f"SELECT scheme || ':' || value FROM former_id {few}"),
            "year": [*one(f"SELECT DISTINCT year FROM paper WHERE year IS NOT NULL {few}"), "0", "9999"],
            "author": one(f"SELECT name FROM author {few}"),
            "venue": one("SELECT name FROM venue ORDER BY length(name) DESC LIMIT 2"),
            "taxonomies": one("SELECT slug FROM taxonomy ORDER BY slug <> 'wam', id"),
            "taxa": one(
                "SELECT t.path FROM taxon t JOIN taxonomy x ON x.id = t.taxonomy_id WHERE x.slug = 'wam' "
                "AND t.ended_at IS NULL ORDER BY t.path"
            ),
            "results": one(f"SELECT uid FROM result {few}"),
            "suite": one(f"SELECT DISTINCT suite FROM result WHERE suite <> '' {few}"),
            "split": one(f"SELECT DISTINCT split FROM result WHERE split <> '' {few}"),
            "objections": one(f"SELECT uid FROM objection {few}"),
            "jobs": one(f"SELECT uid FROM job {few}"),
            "questions": one(f"SELECT uid FROM identity_question {few}"),
            "rounds": one("SELECT name FROM review_round ORDER BY 1"),
            "releases": one("SELECT name FROM release ORDER BY 1"),
            "batches": one(f"SELECT uid FROM batch {few}"),
            "digests": [*one(f"SELECT uid FROM digest {few}"), "latest"],
            "tags": one(f"SELECT DISTINCT facet FROM tag {few}"),
        }
        values["today"] = [utc_now().date().isoformat()]
        values |= {kind: one(f"SELECT slug FROM {kind} ORDER BY id LIMIT 3") for kind in NAMED}
    return Held(values)


def ids_of_papers(held: Held) -> list[str]:
    """A paper by every kind of id, the most cited one first."""
    arxiv, s2 = held["arxiv"][0], held["s2"][0]
    written = [f"arxiv:{arxiv}", f"arXiv:{arxiv}v2", arxiv, f"doi:{held['doi'][0]}", held["doi"][0], f"s2:{s2}", s2]
    return [held["cited"][0], *written, held["former"][0], held["slug"][-1]]


def things(held: Held) -> list[str]:
    """A thing of each kind, as graphs name it."""
    named = [f"{kind}:{held[kind][0]}" for kind in NAMED]
    return [f"arxiv:{held['arxiv'][0]}", *named, f"taxon:wam:{held['taxa'][0]}", held["cited"][0]]


def path_values(path: str, name: str, held: Held) -> list[str]:
    """Values of a place in the path of a route."""
    after = path.partition("/api/v1/")[2].split("/")[0]
    if name == "slug":
        taxonomies = held["taxonomies"][:1] if "{path}" in path else held["taxonomies"]
        return taxonomies if after == "taxonomies" else held[after.removesuffix("s")]
    known: dict[str, list[str]] = {
        "paper_id": ids_of_papers(held),
        "uid": held[after] if after in held.values else [],
        "name": held["rounds"],
        "path": [held["taxa"][0], held["taxa"][-1], "cascaded/implicit"],
        "file": ["roadmap.svg"],
        "format": sorted(DIGEST_FORMATS),
        "form": sorted(EXPORTS, key=lambda form: form != "awesome-list"),  # the one that takes taxonomies comes first
    }
    known |= {"a": held["releases"], "b": [*held["releases"], "now"]} if after == "releases" else {
        "a": held["taxonomies"][:2], "b": held["taxonomies"][-2:]
    }  # fmt: skip
    return _known(known, path, name)


def query_values(path: str, name: str, schema: dict[str, Any], parts: dict[str, Any], held: Held) -> list[Value]:
    """Values of a parameter, each alone; of a list also all of them at once."""
    plain, is_list = _plain(schema, parts)
    values = list(_said(plain)) or _of_store(path, name, held)
    return [*([value] for value in values), values] if is_list else list(values)


def _plain(schema: dict[str, Any], parts: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema of one value without what refers elsewhere or allows null; and whether it may be given many times."""
    chosen = next((s for s in schema.get("anyOf", []) if s.get("type") != "null"), schema)
    if "$ref" in chosen:
        chosen = parts[chosen["$ref"].rpartition("/")[2]]
    if chosen.get("type") == "array":
        return _plain(chosen["items"], parts)[0], True
    return chosen, False


def _said(schema: dict[str, Any]) -> Iterator[str]:
    if "enum" in schema:
        yield from schema["enum"]
    elif schema.get("type") == "boolean":
        yield from ("true", "false")
    elif schema.get("type") in ("integer", "number") and schema.get("maximum", 9999) < 9999:
        yield from dict.fromkeys(str(schema.get(key, schema["maximum"])) for key in ("minimum", "default", "maximum"))
    elif found := _ALTERNATIVES.fullmatch(schema.get("pattern", "")):
        yield from found[1].split("|")


def _of_store(path: str, name: str, held: Held) -> list[str]:
    taxa = [f"wam:{path}" for path in (held["taxa"][0], held["taxa"][-1])]
    known: dict[str, list[str]] = {
        "q": ["robot", 'kites (over) a "harbour"'],
        "fields": ["title,year,year_derived,abstract,authors"],
        "taxon": [*taxa, "wam:cascaded/implicit"],
        "state": [f"wam:{state}" for state in ("placed", "undecided", "outside", "not-applicable", "none")],
        "not": [f"taxon:{taxa[0]}", "has:abstract", "since:2024-05", f"method:{held['method'][0]}", "q:robot"],
        "since": ["2024", "2024-05", "2024-05-12"],
        "until": ["2024", "2024-05", "2024-05-12"],
        "changed_since": ["2020-01-01", f"{held['today'][0]}T00:00:00Z"],
        "first_seen_since": ["2020-01-01", f"{held['today'][0]}T00:00:00Z"],
        "found_by": ["list", "list:wam", "s2", "person"],
        "release": held["releases"],
        "as_of": held["today"],
        "center": things(held),
        "from": things(held)[:3],
        "to": things(held)[-2:],
        "paper": [held["cited"][0], f"arxiv:{held['arxiv'][0]}"],
        "round": held["rounds"],
        "proposed_by": ["bo"],
        "route": ["citing", "world-action-models"],
        "facet": ["year", "venue", "institution", held["tags"][0], "evaluation"],
        "representatives": ["2", held["method"][0], f"1,{held['method'][0]}"],
        "width": ["one-column", "120mm"],
    }
    papers = [held["cited"][0], f"arxiv:{held['arxiv'][0]},{held['slug'][-1]}"]
    known |= dict.fromkeys(("ids", "cites", "cited_by"), papers)
    sets = ["wam", taxa[0], f"method:{held['method'][0]}", papers[0]]
    known |= dict.fromkeys(("citing", "cited", "subject"), sets)
    known |= dict.fromkeys(("taxonomy", "facet_taxonomy", "compare_with", "against"), held["taxonomies"])
    known |= {name: held[name] for name in ("doi", "arxiv", "s2", "year", "author", "venue", "suite", "split", *NAMED)}
    if path.endswith("/timeline/citations"):
        known["taxon"] = ["wam", *taxa]
    return _known(known, path, name)


def _known(known: dict[str, list[str]], path: str, name: str) -> list[str]:
    assert known.get(name), f"{path} takes {name!r}, and tests/helpers/walk_values.py says no value for it: add some"
    return known[name]
