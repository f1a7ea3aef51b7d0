"""A store in which everything has happened: seeded, imported into, enriched from a faulty server, suggested, decided,
released and objected to. Routes and pages are walked over it."""

from pathlib import Path

from sqlmodel import col, select

from tests.helpers.edit_store import undo
from tests.helpers.enriching_checks import settings_for
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, add_odd, make_world
from wamkg.embedding.encoders import HashingEncoder
from wamkg.enriching.engine import enrich
from wamkg.history.releases import create_release
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.duplicates import record_judgement
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.objections import (
    ObjectionDraft,
    ObjectionOutcome,
    answer_objection,
    close_objection,
    raise_objection,
)
from wamkg.reviewing.paper_edits import set_values
from wamkg.reviewing.rounds import NewRound, cast_vote, close_round, open_round
from wamkg.reviewing.verdicts import Decision
from wamkg.services.digests import make_digest
from wamkg.services.writers import Writer
from wamkg.store.batches import get_actor
from wamkg.store.jobs import add_job
from wamkg.store.migrate import migrate
from wamkg.store.paper_details import authors_of
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.suggesting.runner import Rules, embed_papers, suggest_places
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.vocabulary import PERSON

LIST = """# Awesome Harbour Robots

## Cranes

- **CraneNet**: *Cranes That Imagine the Next Container* - ICRA 2024 - [Paper](https://arxiv.org/abs/2404.00401)
- *Quay Walls as Latent States* - [Paper](https://arxiv.org/abs/2405.00402) [Code](https://example.org/quay)

## Tugs

- *Tugboats Learn from Video* - NeurIPS 2025

## Tables

| Date | Paper | Backbone |
|:--|:--|:--|
| 2024-01 | [Learning Moorings by Video](https://arxiv.org/abs/2401.00403) | Video U-Net |
"""
BIB = """@article{lee2023kites,
  title = {Kites over a Harbour: {World} Models for Wind},
  author = {Lee, Ann and van der Berg, Bob and {Harbour Collaboration}},
  journal = {Journal of Wind}, volume = {12}, number = {3}, pages = {1--20}, year = {2023}, doi = {10.1000/kites.1},
}
@inproceedings{cho2022wind,
  title = {Wind Maps without a Map}, author = {Cho, Chul and others}, booktitle = {RSS}, year = 2022,
}
@misc{nobody,
  title = {A Paper without Anything Else},
}
"""
STUDY = "@article{study%d, title = {The Harbour Study of Robots, Part %d}, author = {Lee, Ann}, year = %d}\n"
BIB += "".join(STUDY % (n, n, 2015 + n) for n in range(10))
VOTERS = ("ana", "bo")


def build(store: Store, home: Path) -> World:
    """Let everything happen to an empty store; returns what the server knew."""
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    _import(store, home)
    world = _world(store)
    plan = FaultPlan(
        passing={("batch", "*"): ["503", "truncated"], ("citations", world.papers[1].s2): ["500", "drop midway"]},
        lasting={
            ("citations", world.papers[3].s2): "withheld",
            ("references", world.papers[2].s2): "short",
            ("citations", world.papers[4].s2): "gone",
        },
    )
    with S2Server(world, plan) as server:
        enrich(store, settings_for(server))
    embed_papers(store, HashingEncoder())
    suggest_places(store, "wam", Rules(model="tfidf-lr"), None)
    _curate(store, home)
    make_digest(store, Writer("ana"))
    return world


def _import(store: Store, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for name, content in (("harbour.md", LIST), ("mine.bib", BIB)):
        (home / name).write_text(content)
        import_source(store, str(home / name), ImportOptions())


def _world(store: Store) -> World:
    """A server that knows eight papers of the survey; odd papers cite the first, and two of the eight are odd.

    Of the third it knows another paper under the same id, which is a question for a person.
    """
    world = make_world(library=8, citations=120, references=3)
    with store.reading() as session:
        listed = select(Paper).where(
            Paper.standing == "included", col(Paper.arxiv).is_not(None), col(Paper.doi).is_(None)
        )
        papers = session.exec(listed.order_by(Paper.slug)).all()
        for key, paper in zip(world.library, papers[: len(world.library)], strict=True):
            made = world.papers[key]
            made.arxiv, made.doi = paper.arxiv, None
            if key != world.library[2]:
                authors = authors_of(session, [paper.id or 0]).get(paper.id or 0)
                made.title, made.year, made.day = paper.title, paper.year, None
                made.authors = authors or made.authors
            world.add(made)
    add_odd(world)
    return world


def _curate(store: Store, home: Path) -> None:
    with store.reading() as session:
        slugs = select(Paper.slug).where(Paper.standing == "candidate").order_by(Paper.slug)
        free = list(session.exec(slugs).all())
        placed = list(session.exec(select(Paper.slug).where(Paper.standing == "included").order_by(Paper.slug)))
    verdicts = [
        Decision(paper=free[0], verdict="accept", taxon="joint/diffusion", note="as its title says"),
        Decision(paper=free[1], verdict="unsure"),
        Decision(paper=free[2], verdict="outside", kind="survey", note="a survey"),
        Decision(paper=free[3], verdict="not-applicable", note="not about robots"),
        Decision(paper=free[4], verdict="accept", taxon="joint", also=("cascaded",)),
    ]
    with store.writing() as session:
        ana = get_actor(session, "ana", PERSON)
        for verdict in verdicts:
            decide(session, ana, verdict)
        set_values(session, ana, free[0], {"venue": "ICLR", "year": 2026}, "accepted")
        for doi in ("10.1000/quay.1", "10.1000/quay.2"):
            set_values(session, ana, free[1], {"doi": doi})
        batch = set_values(session, ana, placed[0], {"title": "Another Title for a While"}).batch
        add_item(session, ana, "method", {"name": "QuayNet", "paper": free[5]})
    create_release(store, home, "v1", "the first", "ana")
    undo(store, str(batch))
    run_edit(store, "wam", TaxonEdit(operation="rename", taxon="cascaded/implicit", name="Hidden Plans"), "ana")
    _dispute(store, placed)
    with store.writing() as session:
        bo = get_actor(session, "bo", PERSON)
        record_judgement(session, bo, (free[6], free[7]), "same", "one work")
        record_judgement(session, bo, (free[6], free[8]), "different")
        open_round(session, bo, NewRound(name="pilot", reviewers=VOTERS, papers=tuple(free[9:12])))
        open_round(session, bo, NewRound(name="second", reviewers=VOTERS, papers=tuple(free[12:14])))
        for voter, taxon in zip(VOTERS, ("joint", "cascaded"), strict=True):
            actor = get_actor(session, voter, PERSON)
            for name, paper in (("pilot", free[9]), ("second", free[12])):
                cast_vote(session, actor, name, Decision(paper=paper, verdict="accept", taxon=taxon))
        close_round(session, bo, "second")
        add_job(session, "suggest", {"taxonomy": "wam"}, bo.id)
    create_release(store, home, "v2", "the second", "bo")


def _dispute(store: Store, placed: list[str]) -> None:
    """Three objections: one open, one answered, one closed."""
    with store.writing() as session:
        bo = get_actor(session, "bo", PERSON)
        said = "https://example.org/list/issues/12"
        disputes = [
            ObjectionDraft(
                paper=placed[1], proposed="outside", raised_by="Dr Chen", raised_role="paper-author", source_url=said
            ),
            ObjectionDraft(paper=placed[2], proposed="joint/diffusion", raised_by="bo", quote="We do cascade."),
            ObjectionDraft(paper=placed[3], proposed="cascaded", raised_by="a reader", raised_role="reader"),
        ]
        written = [raise_objection(session, bo, dispute) for dispute in disputes]
        answer_objection(session, bo, written[1].objection, "We read section 3 otherwise.", None)
        close_objection(session, bo, written[2].objection, ObjectionOutcome(outcome="rejected", answer="No."))
