"""Twenty-five questions that people ask of a survey, each with the calls of the API that answer it.

`python -m tests.bench.questions` asks them all of a seeded store and prints how many calls each takes. The first nine
are those of a normal week (tests/api/test_user_tasks.py checks their answers).
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.history.releases import create_release
from wamkg.importing.seed_loader import load_seeds
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

API = "/api/v1/"
UNIPI, UD_VLA = "arxiv:2302.00111", "arxiv:2511.01718"
Body = dict[str, Any]
KNOWN = [UNIPI, UD_VLA, "arxiv:9999.99999"]


@dataclass(frozen=True)
class Call:
    """One request: a path to read, or with a body one that is sent."""

    path: str
    body: Body | None = None


QUESTIONS: dict[str, list[Call]] = {
    "Which papers wait for me, the surest first?": [Call("suggestions?order=certain")],
    "Which of these do we have?": [Call("match", {"records": [{"title": "Never Written"}, {"arxiv": "2302.00111"}]})],
    "Why is this paper in this class, and who decided?": [Call(f"papers/{UD_VLA}/assignments")],
    "Which placements are disputed?": [Call("objections?status=open")],
    "Who cited it since last week?": [Call(f"papers/{UNIPI}/citations?first_seen_since=2026-01-01")],
    "How do the branches grow, at the second level?": [Call("timeline/papers?by=quarter&depth=2")],
    "What changed since the last release?": [Call("releases/v1/diff/now")],
    "What do the authors themselves report on LIBERO, for joint models?": [
        Call("results?benchmark=LIBERO&party=first&taxon=wam:joint&limit=100")
    ],
    "The roadmap of that release for a page with two columns?": [
        Call("figures/roadmap.svg?release=v1&width=two-column")
    ],
    "Which joint models have no code?": [Call("papers?taxon=wam:joint&not=has:code")],
    "At which venues did the papers of 2025 appear?": [Call("papers?year=2025&group_by=venue&limit=1")],
    "Which institutions work on cascaded models?": [Call("papers?taxon=wam:cascaded&group_by=institution&limit=1")],
    "What do we know of these ids, in this order?": [Call("papers/batch", {"ids": KNOWN})],
    "Which library papers cite this one?": [Call(f"papers?cites={UNIPI}")],
    "What does it cite?": [Call(f"papers/{UNIPI}/references")],
    "Which joint works cite cascaded ones, without self-citations?": [
        Call("citations?citing=wam:joint&cited=wam:cascaded&self_citations=exclude")
    ],
    "Which branch is cited more, over time?": [
        Call("timeline/citations/compare?subject=wam:joint&subject=wam:cascaded&by=year")
    ],
    "What must my copy of the papers change?": [Call("changes/papers?since=2020-01-01")],
    "The BibTeX of the joint models since 2025?": [Call("exports/bibtex?taxon=wam:joint&since=2025")],
    "Who leads on LIBERO?": [Call("leaderboard?benchmark=LIBERO")],
    "Where do two taxonomies disagree?": [Call("taxonomies/wam/crosswalk/nus")],
    "How many papers did each branch have in that release?": [Call("papers?release=v1&limit=1&group_by=taxon")],
    "A feed of what is new?": [Call("papers?sort=-date&format=atom")],
    "The neighborhood of a method, for Gephi?": [Call("graph?center=method:unipi&hops=2&format=graphml")],
    "Which works are central within the library?": [Call("graph/pagerank?limit=10")],
}


def ask(client: TestClient, calls: Iterable[Call]) -> str:
    """Send the calls; returns why the question is not answered, or nothing."""
    for call in calls:
        answer = client.get(API + call.path) if call.body is None else client.post(API + call.path, json=call.body)
        if answer.status_code != 200 or not answer.content:
            return f"{call.path}: {answer.status_code} {answer.text[:200]}"
    return ""


def main() -> bool:
    """Print each question with its calls; returns whether all were answered."""
    failures = 0
    with TemporaryDirectory() as name:
        home = Path(name)
        store = Store(f"sqlite:///{home / 'wamkg.db'}")
        migrate(store)
        with store.writing() as session:
            load_seeds(session)
        create_release(store, home, "v1", "", "bench")
        with TestClient(create_app(Settings(database_url=store.url, home=home))) as client:
            for question, calls in QUESTIONS.items():
                failure = ask(client, calls)
                failures += bool(failure)
                print(f"{len(calls)}  {question}  {failure or ', '.join(call.path for call in calls)}")
        store.close()
    total = sum(map(len, QUESTIONS.values()))
    print(f"{len(QUESTIONS)} questions, {total} calls, {failures} not answered")
    return not failures


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
