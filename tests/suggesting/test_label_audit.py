"""Labels that something disputes: planted errors come out on top, with who says what."""

from dataclasses import replace

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from tests.helpers.suggesting_corpus import training_set
from wamkg.cli.app import app
from wamkg.store.session import Store
from wamkg.suggesting.examples import Example, TrainingSet
from wamkg.suggesting.label_audit import citation_voice, label_audit, model_voice, neighbour_voice, rival_voice
from wamkg.suggesting.registry import model_named

MODEL = model_named("tfidf-lr")


def mislabelled() -> TrainingSet:
    """A clean set but for one loaf of bread that stands among the fish."""
    clean = training_set(negatives=False)
    wrong = replace(clean.examples[0], taxon="grilling/fish")
    return replace(clean, examples=(wrong, *clean.examples[1:]))


def test_a_planted_error_comes_first_and_both_voices_name_its_true_place() -> None:
    training = mislabelled()
    first, *others = label_audit(training, [model_voice(training, MODEL), neighbour_voice(training)])
    assert (first.id, first.label) == ("baking/bread#0", "grilling/fish")
    assert {(vote.by, vote.taxon, vote.depth) for vote in first.votes} == {
        ("model", "baking", 1), ("neighbours", "baking", 1)
    }  # fmt: skip
    assert all(conflict.score < first.score for conflict in others)


def test_a_paper_has_no_say_in_its_own_case() -> None:
    """Alone in its leaf, its own label can only be disputed."""
    full = training_set(negatives=False)
    lonely = tuple(e for e in full.examples if e.taxon != "grilling/fish" or e.document.id.endswith("#0"))
    training = TrainingSet(full.tree, lonely)
    voice = neighbour_voice(training)
    place = [e.document.id for e in lonely].index("grilling/fish#0")
    assert voice.joint[place, training.tree.index["grilling/fish"]] == 0.0


def test_the_others_of_a_rival_class_speak_and_too_few_do_not() -> None:
    training = mislabelled()
    rival = {e.document.id: e.document.id.partition("#")[0] for e in training.examples}
    (conflict,) = label_audit(training, [rival_voice(training, "nus", rival)])
    assert (conflict.id, conflict.votes[0].probability, conflict.votes[0].label_probability) == ("baking/bread#0", 1, 0)
    assert "nus files it under baking/bread" in conflict.votes[0].said
    few = {"baking/bread#0": "odd", "baking/bread#1": "odd", "baking/bread#2": "odd"}
    assert not rival_voice(training, "nus", few).joint.any()


def test_papers_linked_by_citations_speak() -> None:
    training = mislabelled()
    pairs = [("baking/bread#0", f"baking/bread#{n}") for n in (1, 2)] + [("baking/bread#3", "baking/bread#0")]
    (conflict,) = label_audit(training, [citation_voice(training, [*pairs, ("baking/bread#0", "unknown")])])
    assert (conflict.votes[0].by, conflict.votes[0].taxon) == ("citations", "baking")


def test_a_label_on_an_inner_node_is_not_disputed_for_its_depth() -> None:
    full = training_set(negatives=False)
    inner = tuple(Example(e.document, "grilling") if e.taxon.startswith("grilling") else e for e in full.examples)
    training = TrainingSet(full.tree, inner)
    everything = np.zeros((len(inner), len(full.tree.paths)))
    voice = replace(neighbour_voice(training), joint=everything)
    assert label_audit(training, [voice]) == []


def test_many_papers_are_left_out_by_folds() -> None:
    training = training_set(each=45, negatives=False)
    assert len(training.examples) > 200
    voice = model_voice(training, MODEL)
    leaves = training.tree.leaves
    guessed = [training.tree.paths[n] for n in leaves[voice.joint[:, leaves].argmax(axis=1)]]
    assert np.mean([g == e.taxon for g, e in zip(guessed, training.examples, strict=True)]) > 0.9


def test_the_command_lists_disputed_papers_of_the_survey(seeded_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAMKG_SUGGESTER", "tfidf-lr")
    seeded_store.close()
    lines = [orjson.loads(line) for line in CliRunner().invoke(app, ["label-audit", "--json"]).stdout.splitlines()]
    scores = [line["score"] for line in lines]
    assert scores == sorted(scores, reverse=True) and len(lines) == 20
    assert {vote["by"] for line in lines for vote in line["votes"]} <= {"model", "neighbours", "nus"}
    text = CliRunner().invoke(app, ["label-audit", "--limit", "3"]).stdout
    assert lines[0]["title"] in text and "3 of " in text
