"""What a curator gets: coherent probabilities, a level it is sure of, and reasons."""

from dataclasses import replace

import pytest

from tests.helpers.suggesting_corpus import WORDS, recipe, training_set
from wamkg.embedding.cache import embed_texts
from wamkg.embedding.encoders import HashingEncoder
from wamkg.errors import InvalidInputError
from wamkg.suggesting.examples import PaperDocument, TrainingSet, required_texts
from wamkg.suggesting.registry import MODELS
from wamkg.suggesting.suggest import SuggestionResult, SuggestOptions, is_within_level, suggest
from wamkg.suggesting.taxon_tree import Tree

NEW = [recipe(leaf, 100) for leaf in WORDS]


def vectors_for(training: TrainingSet, candidates: list[PaperDocument]) -> dict[str, object]:
    return embed_texts(HashingEncoder(64), required_texts(training, candidates))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_gives_probabilities_that_add_up_along_the_tree(name: str) -> None:
    training = training_set()
    for s in suggest(training, NEW, vectors_for(training, NEW), SuggestOptions(model=name)):
        assert sum(p for _, p in s.ranked) == pytest.approx(1.0)
        for top, probability in s.top.items():
            assert probability == pytest.approx(sum(p for t, p in s.ranked if t.startswith(f"{top}/")))
        places = [(is_within_level(taxon, s.decided_level), p) for taxon, p in s.ranked]
        assert places == sorted(places, reverse=True)
        assert {t for t, _ in s.ranked} == set(WORDS)


def test_clear_texts_are_placed_in_their_own_leaf_first() -> None:
    suggestions = suggest(training_set(), NEW)
    assert [s.ranked[0][0] for s in suggestions] == list(WORDS)
    assert not any(s.abstained for s in suggestions)


def test_the_first_leaf_lies_in_the_taxon_that_is_sure() -> None:
    """Thin evidence spread over one branch against a single leaf elsewhere that is likelier than each of its leaves."""
    texts = ["yeast loaf dough knead brisket flame ribs smoke.", "knead loaf dough grate charcoal."]
    mixed = [PaperDocument(str(n), "Dish", text) for n, text in enumerate(texts)]
    for s in suggest(training_set(), mixed, settings=SuggestOptions(precision=0.5, outside_from=1.1)):
        assert max(s.ranked, key=lambda leaf: leaf[1])[0] == "baking/bread"
        assert s.decided_level == "grilling/meat" and s.ranked[0][0].startswith("grilling/meat/")
        assert [leaf["taxon"] for leaf in s.leaves if leaf.get("elsewhere")] == [t for t, _ in s.ranked[2:]]
        assert "baking/bread" in [r["taxon"] for r in s.reasons if r["kind"] == "close"]


def test_a_taxon_with_little_support_is_never_decided_on() -> None:
    suggestions = suggest(training_set(each=2), NEW, settings=SuggestOptions(min_support=3))
    assert all(s.decided_level not in WORDS for s in suggestions)


def test_a_text_about_something_else_is_outside_and_abstained() -> None:
    away = PaperDocument("x", "truck engine clutch wheel")
    inside, outside = suggest(training_set(), [NEW[0], away])
    assert inside.outside is not None and outside.outside is not None
    assert inside.outside < 0.5 <= outside.outside
    assert outside.abstained and outside.decided_level is None


def test_without_negatives_the_outside_probability_is_unknown() -> None:
    assert suggest(training_set(negatives=False), NEW)[0].outside is None


def test_a_leaf_without_any_example_can_still_be_ranked_first_by_its_definition() -> None:
    full = training_set(negatives=False)
    kept = tuple(e for e in full.examples if e.taxon != "baking/cake")
    training = TrainingSet(full.tree, kept)
    cake = PaperDocument("c", "Frosting on sponge", "Icing, sugar and frosting on a sponge layer.")
    ranked = suggest(training, [cake])[0].ranked
    assert ranked[0][0] == "baking/cake"


def test_without_any_example_the_definitions_rank_and_nothing_is_sure() -> None:
    suggestion = suggest(TrainingSet(training_set().tree, ()), [NEW[4]])[0]
    assert suggestion.ranked[0][0] == "grilling/fish"
    assert suggestion.abstained and suggestion.decided_level is None


def test_one_example_a_leaf_is_enough_to_rank() -> None:
    suggestions = suggest(training_set(each=1, negatives=False), NEW)
    assert [s.ranked[0][0] for s in suggestions] == list(WORDS)


def test_criteria_that_name_a_classified_paper_are_not_read() -> None:
    full = training_set()
    told = Tree.of(WORDS, {"baking/bread": "Made of dough. Dish3 is the model of it."})
    documents = TrainingSet(told, full.examples).taxon_documents
    bread = next(d for d in documents if d.id == "taxon:baking/bread")
    assert "dough" in bread.body and "Dish3" not in bread.text


def test_an_example_on_an_inner_node_counts_for_its_ancestors_only() -> None:
    full = training_set(negatives=False)
    moved = tuple(type(e)(e.document, "grilling/meat") if e.taxon == "grilling/meat/pork" else e for e in full.examples)
    suggestion = suggest(TrainingSet(full.tree, moved), [NEW[2]])[0]
    assert suggestion.top["grilling"] > 0.5


def test_reasons_name_neighbours_words_and_sentences() -> None:
    training = training_set()
    suggestion = suggest(training, NEW)[0]
    by_kind: dict[str, list[dict[str, object]]] = {}
    for reason in suggestion.reasons:
        by_kind.setdefault(reason["kind"], []).append(reason)
    ids = {e.document.id for e in training.examples}
    assert len(by_kind["neighbour"]) == 5 and all(r["paper"] in ids for r in by_kind["neighbour"])
    assert by_kind["neighbour"][0]["taxon"] == "baking/bread"
    spoken = {str(r["term"]) for r in by_kind["word"]}
    assert spoken & {*WORDS["baking/bread"], "oven", "flour", "whisk"}
    assert all(str(r["text"]) in NEW[0].body for r in by_kind["sentence"])


def marked(document: PaperDocument, *marks: str) -> PaperDocument:
    """The document with a text that says nothing, known by its marks alone."""
    return replace(document, title="Untitled", body="", marks=marks)


def test_places_in_a_rival_taxonomy_speak_where_a_model_reads_them() -> None:
    full = training_set(negatives=False)
    known = tuple(
        replace(e, document=marked(e.document, f"rival:other:{e.taxon.partition('/')[0]}")) for e in full.examples
    )
    training = TrainingSet(full.tree, known)
    fish = marked(NEW[4], "rival:other:grilling")
    assert suggest(training, [fish], settings=SuggestOptions(model="rivals-lr"))[0].top["grilling"] > 0.8
    assert suggest(training, [fish], settings=SuggestOptions(model="tfidf-lr"))[0].top["grilling"] < 0.8


def test_papers_linked_by_citations_vote_where_a_model_reads_them() -> None:
    full = training_set(negatives=False)
    known = tuple(replace(e, document=marked(e.document, f"link:{e.document.id}")) for e in full.examples)
    cited = [f"link:{e.document.id}" for e in full.examples if e.taxon == "grilling/fish"]
    training = TrainingSet(full.tree, known)
    ranked = suggest(training, [marked(NEW[4], *cited)], settings=SuggestOptions(model="citations-knn"))[0].ranked
    assert ranked[0][0] == "grilling/fish"


def test_texts_that_are_nearly_the_same_are_named() -> None:
    body = " ".join(f"word{n}" for n in range(60)) + "."
    again = [
        PaperDocument("a", "One title", body),
        PaperDocument("b", "Another title", f"{body} Code is public."),
        NEW[0],
    ]
    reasons = [[r for r in s.reasons if r["kind"] == "version"] for s in suggest(training_set(), again)]
    assert [[r["paper"] for r in found] for found in reasons] == [["b"], ["a"], []]


def test_suggestions_are_the_same_twice_and_say_how_they_were_made() -> None:
    first, second = (suggest(training_set(), NEW) for _ in range(2))
    assert first == second
    assert first[0].model["training_size"] == 25
    assert first[0].text_hash == NEW[0].hash and first[0].text_source == "abstract"
    assert isinstance(first[0], SuggestionResult) and first[0].as_dict()["ranked"][0].keys() == {"taxon", "probability"}


def test_bad_requests_are_refused_with_a_clear_line() -> None:
    with pytest.raises(InvalidInputError, match="unknown model 'best'"):
        suggest(training_set(), NEW, settings=SuggestOptions(model="best"))
    with pytest.raises(InvalidInputError, match="needs embeddings"):
        suggest(training_set(), NEW, settings=SuggestOptions(model="minilm-lr"))
    with pytest.raises(InvalidInputError, match="no paper is assigned here and no taxon has a definition"):
        suggest(TrainingSet(Tree.of(WORDS), ()), NEW)
    assert suggest(training_set(), []) == []
