"""What each write does to the model, to be done once and done again when an earlier one is taken back."""

from dataclasses import replace
from typing import Any

from tests.helpers.edit_model import Dispute, Model, ModelPaper, Score, Step, Thing, Word


def add_paper(number: int, source: str, said: dict[str, str], taxon: str | None) -> Step:
    """A list or a person brings a paper, or says something else of one that is known."""

    def step(model: Model) -> None:
        if number not in model.papers:
            assert taxon is None or taxon in model.taxa
            model.papers[number] = ModelPaper(places=[(taxon, True)] if taxon else [])
        model.papers[number].sources.add(source)
        for name, value in said.items():
            model.say(number, name, source, value)

    return step


def say(number: int, source: str, name: str, value: str | None) -> Step:
    """Somebody says a value, or that there is none."""
    return lambda model: model.say(number, name, source, value)


def set_code(number: int, url: str | None) -> Step:
    """A person gives a paper's code, or takes it away."""

    def step(model: Model) -> None:
        model.papers[number].codes = {url} if url else set()

    return step


def set_method(number: int, key: str, name: str) -> Step:
    """A person says what a paper's method is called: a new one, or another name of the one it has."""

    def step(model: Model) -> None:
        paper = model.papers[number]
        if paper.method is None:
            paper.method = key
            model.things[key] = Thing("method", [name])
        else:
            rename_thing(paper.method, name)(model)

    return step


def add_thing(key: str, kind: str, name: str) -> Step:
    """A thing by itself."""
    return lambda model: model.things.update({key: Thing(kind, [name])})


def rename_thing(key: str, name: str) -> Step:
    """Another name; the former one goes on being known."""
    return lambda model: model.things[key].names.append(name)


def add_score(key: str, method: str, benchmark: str, value: float) -> Step:
    """A result, printed under the name that the method has now."""

    def step(model: Model) -> None:
        assert benchmark in model.things
        model.scores[key] = Score(method, benchmark, value, model.things[method].names[-1])

    return step


def set_score(key: str, value: float) -> Step:
    """Another value of a result."""
    return lambda model: setattr(model.scores[key], "value", value)


def judge(pair: tuple[int, int], verdict: str) -> Step:
    """Two papers are one work, are not, or nobody knows."""

    def step(model: Model) -> None:
        assert {*pair} <= model.papers.keys()
        model.judged[pair] = verdict
        assert not model.contradicts_itself()

    return step


def join(keep: int, other: int, prefer: str) -> Step:
    """Two papers become one: everything about the other is about the first."""

    def step(model: Model) -> None:
        mine, theirs = model.papers[keep], model.papers.pop(other)
        model.joined.setdefault(keep, set()).update({other}, model.joined.pop(other, set()))
        mine.join(theirs)
        mine.words += theirs.words
        mine.codes |= theirs.codes
        placed = [bool(paper.places or paper.state) for paper in (mine, theirs)]
        if placed == [False, True] or (placed[1] and prefer == "other"):
            mine.places, mine.state = theirs.places, theirs.state
        join_methods(model, mine, theirs)
        join_judgements(model, keep, other)
        for dispute in model.disputes.values():
            dispute.paper = keep if dispute.paper == other else dispute.paper

    return step


def join_methods(model: Model, mine: ModelPaper, theirs: ModelPaper) -> None:
    """The other paper's method becomes another name of this one's, with its results."""
    if mine.method is None or theirs.method is None:
        mine.method = mine.method or theirs.method
        return
    model.things[mine.method].names[:0] = model.things.pop(theirs.method).names
    for score in model.scores.values():
        score.method = mine.method if score.method == theirs.method else score.method


def join_judgements(model: Model, keep: int, other: int) -> None:
    """Judgements of the other paper are of this one; of two on the same third paper, the one that knows stays."""
    for pair in [pair for pair in model.judged if other in pair]:
        verdict = model.judged.pop(pair)
        (third,) = {*pair} - {other}
        if third != keep:
            here = (min(keep, third), max(keep, third))
            if model.judged.get(here, "unsure") == "unsure":
                model.judged[here] = verdict


def raise_dispute(key: str, number: int, claimed: str, by: str) -> Step:
    """Somebody disputes where a paper stands."""

    def step(model: Model) -> None:
        assert number in model.papers and (claimed in STATES or claimed in model.taxa)
        model.disputes[key] = Dispute(number, claimed, by)

    return step


def end_dispute(key: str, status: str, word: Word | None) -> Step:
    """An objection is answered or closed; one that is accepted may move the paper."""

    def step(model: Model) -> None:
        dispute = model.disputes[key]
        dispute.status = status
        if word is not None:
            decide(dispute.paper, word)(model)

    return step


STATES = ("outside", "undecided", "not-applicable")


def decide(number: int, word: Word) -> Step:
    """A person who sees the present state decides; what was said before is known, and settles its disagreements."""

    def step(model: Model) -> None:
        known = frozenset(w.uid for w in model.papers[number].words)
        model.papers[number].words.append(replace(word, knew=known))
        stand(model, number, word)
        settle(model, number)

    return step


def stand(model: Model, number: int, word: Word) -> None:
    """Let a paper stand where a decision puts it."""
    paper = model.papers[number]
    assert all(key in model.taxa for key in word.taxa)
    paper.places, paper.state = [(key, i == 0) for i, key in enumerate(word.taxa)], word.state


def settle(model: Model, number: int) -> None:
    """Close the disagreements between decisions of which a later one knew."""
    still = {word.uid for word in model.papers[number].heads}
    for dispute in model.disputes.values():
        if dispute.paper == number and dispute.between and dispute.is_open and not dispute.between <= still:
            dispute.status = "resolved"


def bring_word(number: int, word: Word) -> Step:
    """A decision of another copy comes in: the last of those that did not know each other holds."""

    def step(model: Model) -> None:
        paper = model.papers[number]
        held = paper.heads[-1:]
        paper.words.append(word)
        if paper.heads[-1:] != held:
            stand(model, number, word)
        disagree(model, number, word.uid)
        settle(model, number)

    return step


def disagree(model: Model, number: int, key: str) -> None:
    """Dispute what disagrees with the decision that holds."""
    *others, holding = model.papers[number].heads
    for i, word in enumerate(others):
        between = frozenset((word.uid, holding.uid))
        if word.primary != holding.primary and all(d.between != between for d in model.disputes.values()):
            claimed = word.taxa[0] if word.taxa else word.state or ""
            model.disputes[f"{key} {i}"] = Dispute(number, claimed, word.by, between=between)


def needs(number: int, *taxa: str) -> Step:
    """What is recorded and changes nothing that is shown."""

    def step(model: Model) -> None:
        assert number in model.papers and all(key in model.taxa for key in taxa)

    return step


def add_taxon(key: str, parent: str, name: str) -> Step:
    """A taxon below another."""

    def step(model: Model) -> None:
        assert parent in model.taxa
        model.taxa[key] = (parent, name.lower(), name)

    return step


def rename(key: str, name: str) -> Step:
    """Another name, and another last part of the path."""
    return lambda model: model.taxa.update({key: (model.taxa[key][0], name.lower(), name)})


def move(key: str, parent: str) -> Step:
    """Below another parent."""

    def step(model: Model) -> None:
        assert parent in model.taxa
        model.taxa[key] = (parent, *model.taxa[key][1:])

    return step


def merge(key: str, into: str) -> Step:
    """Papers and children go to another taxon."""

    def step(model: Model) -> None:
        for child in model.below(key):
            move(child, into)(model)
        model.hand_on(key, into)
        del model.taxa[key]

    return step


def split(key: str, parts: dict[str, str], papers: dict[int, str]) -> Step:
    """New taxa below one, and some of its papers in them."""

    def step(model: Model) -> None:
        for part, name in parts.items():
            add_taxon(part, key, name)(model)
        for number, part in papers.items():
            model.hand_on(key, part, {number})

    return step


def slots(*names: Any) -> frozenset[Any]:
    """What a step is about: steps about different things can be taken back in any order."""
    return frozenset(names)
